"""What a map is drawn from: plain values, words already in the reader's language.

Texts here may come from users; the map escapes them. Times are said as text by the caller, who knows the reader.
"""

from collections.abc import Callable
from dataclasses import dataclass

from railtrack.domain.line.places import Leg
from railtrack.domain.records import Lateness

Line = tuple[tuple[float, float], ...]


@dataclass(frozen=True, kw_only=True)
class TrainMark:
    """A shipment under way: its number in the table beside the map, what it is called and how it stands.

    `state` says the lateness in words ("Late, +9 h"), `where` the place, `details` further lines of the popup. `href`
    leads to the shipment's page; `is_estimated` where the place was worked out.
    """

    number: int
    reference: str
    lat: float
    lon: float
    lateness: Lateness
    state: str
    where: str = ""
    details: tuple[str, ...] = ()
    href: str = ""
    is_estimated: bool = False
    simulated: bool = False


@dataclass(frozen=True, kw_only=True)
class VisitMark:
    """A stop of one shipment, with its times as text; `ahead` where it is still to come."""

    station: str
    lines: tuple[str, ...] = ()
    ahead: bool = False


@dataclass(frozen=True)
class Stretch:
    """A piece of one leg as it is drawn; the way of one shipment is cut where the train is."""

    leg: Leg
    line: Line


@dataclass(frozen=True, kw_only=True)
class Dwell:
    """How long trains stay at one station; a figure is None where nothing was recorded."""

    station: str
    visits: int = 0
    lines: tuple[str, ...] = ()
    p50_h: float | None = None


def _same(text: str) -> str:
    return text


def _english(value: float) -> str:
    return f"{value:,.0f}"


@dataclass(frozen=True, kw_only=True)
class Look:
    """How a map speaks and looks.

    `translate` turns our English sentences into the reader's language, `language` (en, de, zh) picks station names.
    `number` writes a whole number as the reader does, `theme` is light, dark or empty for the reader's system.
    `tile_url` adds an online tile layer.
    """

    title: str = ""
    language: str = "en"
    translate: Callable[[str], str] = _same
    number: Callable[[float], str] = _english
    theme: str = ""
    tile_url: str = ""
    tile_attribution: str = ""
