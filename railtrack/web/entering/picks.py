"""The corridors one can choose from for a shipment, each with its line, its length and its planned days."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from railtrack.domain.line.network import Network
from railtrack.domain.line.places import Corridor, Leg, Mode
from railtrack.domain.movement.journeys import Direction
from railtrack.domain.movement.plans import Choice, choices, planned_h
from railtrack.web.i18n import gettext, ngettext
from railtrack.web.numbers import number

WIDTH, HEIGHT, MARGIN = 300, 16, 6

_PUBLISHED = re.compile(r"(\d+(?:–\d+)?) days")  # of trains; door to door is another thing


@dataclass(frozen=True)
class Piece:
    kind: str
    path: str


@dataclass(frozen=True)
class Line:
    """A way straightened, west on the left."""

    pieces: tuple[Piece, ...]
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True)
class Pick:
    """A corridor to choose."""

    corridor: Corridor
    line: Line
    length: str
    plan: str
    hours: float


def picks(network: Network, origin: str, destination: str) -> list[Pick]:
    """Give the corridors that hold both stations, in the order in which one is assumed."""
    return [_pick(network, choice, origin, destination) for choice in choices(network, origin, destination)]


def _pick(network: Network, choice: Choice, origin: str, destination: str) -> Pick:
    hours = planned_h(network, choice)
    is_eastbound = network.direction(origin, destination) is Direction.EASTBOUND
    legs = choice.legs if is_eastbound else choice.legs[::-1]
    return Pick(choice.corridor, Line(drawn(legs)), _length(choice), _plan(choice, hours), hours)


def drawn(legs: Sequence[Leg]) -> tuple[Piece, ...]:
    """Draw legs from west to east at scale: solid for 1,435 mm, double for 1,520 mm, dotted by ship."""
    total = sum(leg.length_km for leg in legs) or 1.0
    scale = (WIDTH - 2 * MARGIN) / total
    middle, x = HEIGHT / 2, float(MARGIN)
    pieces = []
    for kind, run in groupby(legs, key=_kind):
        start, x = x, x + sum(leg.length_km for leg in run) * scale
        heights = (middle - 1.75, middle + 1.75) if kind == "q-1520" else (middle,)
        pieces.append(Piece(kind, "".join(f"M{start:.1f} {y:g}H{x:.1f}" for y in heights)))
    ends = f"M{MARGIN} {middle - 5:g}v10M{WIDTH - MARGIN} {middle - 5:g}v10"
    return (*pieces, Piece("q-end", ends))


def _kind(leg: Leg) -> str:
    if leg.mode is Mode.SEA:
        return "q-sea"
    return "q-1520" if leg.gauge_mm == 1520 else "q-1435"


def _length(choice: Choice) -> str:
    km = number(choice.length_km)
    if not choice.sea_legs:
        return gettext("%(km)s km rail", km=km)
    return ngettext("%(km)s km, one sea leg", "%(km)s km, %(num)d sea legs", choice.sea_legs, km=km)


def _plan(choice: Choice, hours: float) -> str:
    published = _PUBLISHED.match(choice.corridor.published_days) if choice.is_whole else None
    if published:
        return gettext("planned %(days)s days", days=published[1])
    return gettext("about %(days)s days", days=number(hours / 24))
