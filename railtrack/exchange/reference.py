"""Reading the reference data of `data/`: stations, legs with lines, corridors, size-types, reasons, rates, history.

What each column means and where it comes from stands in `data/SOURCES.md`. The files are ours, so what is wrong in one
stops the loading, said with file, line and column. Lists within a cell are parted by spaces.
"""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from math import isfinite
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from railtrack.domain.cargo.rates import Rate, Rates
from railtrack.domain.cargo.size_types import SizeType
from railtrack.domain.errors import RailtrackError
from railtrack.domain.line.gazetteer import Gazetteer
from railtrack.domain.line.geodesy import Position
from railtrack.domain.line.network import Network
from railtrack.domain.line.places import Corridor, Leg, Method, Mode, Station
from railtrack.domain.messages import say
from railtrack.domain.world import DelayReason, World

LINES = "geometry/legs.geojson"
T = TypeVar("T")


class WrongReference(RailtrackError):
    """A file of the reference data cannot be used; the message names file, line and column."""


@dataclass(frozen=True, kw_only=True)
class PublishedMovement:
    """A train that was reported in public. Times are texts in the spellings of contract §3; None: not published."""

    id: str
    train: str
    origin: str
    destination: str
    departed: str
    arrived: str | None
    containers: int | None
    teu: float | None
    operator: str
    cargo: str
    source: str
    note: str


@dataclass(frozen=True, kw_only=True)
class PublishedSection:
    """A length published for a chain of stations, to test ours against."""

    stations: tuple[str, ...]
    published_km: float
    tolerance_pct: float
    note: str
    source: str


@dataclass(frozen=True, kw_only=True)
class ReferenceData:
    """Everything in `data/`, in the order of the files."""

    stations: tuple[Station, ...]
    legs: tuple[Leg, ...]
    corridors: tuple[Corridor, ...]
    size_types: tuple[SizeType, ...]
    delay_reasons: tuple[DelayReason, ...]
    rates: tuple[Rate, ...]
    movements: tuple[PublishedMovement, ...]
    published_sections: tuple[PublishedSection, ...]

    def network(self) -> Network:
        return Network(self.stations, self.legs, self.corridors)

    def world(self) -> World:
        """Give what judging needs, straight from the files."""
        network = self.network()
        return World(
            network=network,
            gazetteer=Gazetteer(network.stations),
            size_types={s.code: s for s in self.size_types},
            delay_reasons={r.code: r for r in self.delay_reasons},
        )

    def rate_table(self) -> Rates:
        return Rates(self.rates)


def load_reference(folder: Path) -> ReferenceData:
    """Read the folder `data`; raises WrongReference for a file that is missing or wrong."""
    stations = _unique(folder, "stations.csv", _station, lambda s: s.id)
    lines = read_lines(folder / LINES)
    legs = _unique(folder, "legs.csv", lambda cells: _leg(cells, lines), lambda leg: (leg.origin, leg.destination))
    corridors = _unique(folder, "corridors.csv", _corridor, lambda c: c.id)
    try:
        Network(stations, legs, corridors)
    except ValueError as error:
        raise WrongReference(say("data: %(what)s.", what=str(error))) from error
    return ReferenceData(
        stations=stations,
        legs=legs,
        corridors=corridors,
        size_types=_unique(folder, "size_types.csv", _size_type, lambda s: s.code),
        delay_reasons=_unique(folder, "delay_reasons.csv", _delay_reason, lambda r: r.code),
        rates=_unique(folder, "rates.csv", _rate, lambda r: (r.currency, r.valid_from)),
        movements=_unique(folder, "movements.csv", _movement, lambda m: m.id),
        published_sections=_unique(folder, "published_sections.csv", _section, lambda s: s.stations),
    )


def read_lines(path: Path) -> dict[tuple[str, str], tuple[Position, ...]]:
    """Read the lines of the legs, (lat, lon), by origin and destination; none where the file is not there."""
    if not path.is_file():
        return {}
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        return {
            (f["properties"]["origin"], f["properties"]["destination"]): tuple(
                (float(lat), float(lon)) for lon, lat in f["geometry"]["coordinates"]
            )
            for f in features
        }
    except (ValueError, KeyError, TypeError) as error:
        raise WrongReference(
            say("%(file)s: not GeoJSON with a line per leg (%(why)s).", file=path.name, why=error)
        ) from error


class _Cells:
    """One line of a file: its cells by column, each read with a meaning or refused with its place."""

    def __init__(self, file: str, line: int, values: dict[str, str]) -> None:
        self.file, self.line, self.values = file, line, values

    def wrong(self, column: str, what: str) -> WrongReference:
        return WrongReference(
            say(
                "%(file)s, line %(line)s, column %(column)s: %(what)s.",
                file=self.file,
                line=self.line,
                column=column,
                what=what,
            )
        )

    def text(self, column: str, *, must: bool = False) -> str:
        value = self.values.get(column)
        if value is None:
            raise self.wrong(column, "the column is missing")
        if must and not value.strip():
            raise self.wrong(column, "must not be empty")
        return value.strip()

    def words(self, column: str) -> tuple[str, ...]:
        return tuple(self.text(column).split())

    def maybe(self, column: str, read: Callable[[str], T], kind: str) -> T | None:
        text = self.text(column)
        if not text:
            return None
        try:
            return read(text)
        except (ValueError, InvalidOperation, KeyError) as error:
            raise self.wrong(column, f"{text!r} is not {kind}") from error

    def certain(self, column: str, read: Callable[[str], T], kind: str) -> T:
        self.text(column, must=True)
        value = self.maybe(column, read, kind)
        assert value is not None  # noqa: S101 - the cell was not empty
        return value

    def number(self, column: str, least: float = 0.0, most: float = float("inf")) -> float:
        return self.certain(column, lambda text: _within(text, least, most), _kind(least, most))

    def maybe_number(self, column: str, least: float = 0.0, most: float = float("inf")) -> float | None:
        return self.maybe(column, lambda text: _within(text, least, most), _kind(least, most))

    def pairs(self, column: str) -> tuple[tuple[str, str], ...]:
        found = []
        for word in self.words(column):
            a, dash, b = word.partition("-")
            if not (a and dash and b):
                raise self.wrong(column, f"{word!r} is not a pair of stations such as ALK-DTK")
            found.append((a, b))
        return tuple(found)


def _within(text: str, least: float, most: float) -> float:
    value = float(text)
    if not isfinite(value) or not least <= value <= most:
        raise ValueError(text)
    return value


def _kind(least: float, most: float) -> str:
    if isfinite(most):
        return f"a number from {least:g} to {most:g}"
    return f"a number from {least:g} up"


def _rows(folder: Path, name: str) -> Iterator[_Cells]:
    try:
        with (folder / name).open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            line = 2  # where the next record starts; the header is 1
            for values in reader:
                if None in values or None in values.values():
                    raise WrongReference(
                        say("%(file)s, line %(line)s: not as many cells as columns.", file=name, line=line)
                    )
                yield _Cells(name, line, values)
                line = reader.line_num + 1
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise WrongReference(say("%(file)s cannot be read: %(why)s.", file=name, why=error)) from error


def _unique(folder: Path, name: str, read: Callable[[_Cells], T], identify: Callable[[T], object]) -> tuple[T, ...]:
    """Read a file whose records differ in what identifies them."""
    found: dict[object, T] = {}
    for cells in _rows(folder, name):
        value = read(cells)
        if identify(value) in found:
            raise WrongReference(
                say(
                    "%(file)s, line %(line)s: %(key)s is there already.",
                    file=name,
                    line=cells.line,
                    key=identify(value),
                )
            )
        found[identify(value)] = value
    return tuple(found.values())


def _station(c: _Cells) -> Station:
    gauges = tuple(int(g) for g in c.words("gauges_mm") if g in ("1435", "1520"))
    if len(gauges) != len(c.words("gauges_mm")):
        raise c.wrong("gauges_mm", "only 1435 and 1520 are gauges of this network")
    country = c.text("country", must=True)
    if len(country) != 2:
        raise c.wrong("country", f"{country!r} is not a country's two letters")
    return Station(
        id=c.text("id", must=True),
        name=c.text("name", must=True),
        name_de=c.text("name_de", must=True),
        name_zh=c.text("name_zh", must=True),
        country=country,
        timezone=c.certain("timezone", lambda text: ZoneInfo(text).key, "a time zone of the tz database"),
        lat=c.number("lat", -90, 90),
        lon=c.number("lon", -180, 180),
        gauges_mm=gauges,
        roles=c.words("roles"),
        unlocode=c.text("unlocode"),
        unlocode_other=c.words("unlocode_other"),
        railway_code=c.text("railway_code"),
        railway_code_system=c.text("railway_code_system"),
        dwell_h_typical=c.maybe_number("dwell_h_typical"),
        dwell_h_p90=c.maybe_number("dwell_h_p90"),
        dwell_basis=c.text("dwell_basis"),
        coordinate_source=c.text("coordinate_source", must=True),
        coordinate_note=c.text("coordinate_note"),
        source=c.text("source"),
    )


def _leg(c: _Cells, lines: dict[tuple[str, str], tuple[Position, ...]]) -> Leg:
    origin, destination = c.text("origin", must=True), c.text("destination", must=True)
    return Leg(
        origin=origin,
        destination=destination,
        mode=c.certain("mode", Mode, "rail or sea"),
        length_km=c.number("length_km", 0.001),
        gauge_mm=c.maybe("gauge_mm", {"1435": 1435, "1520": 1520}.__getitem__, "1435 or 1520"),
        method=c.certain("method", Method, "network, sea or estimated"),
        published_km=c.maybe_number("published_km"),
        published_source=c.text("published_source"),
        note=c.text("note"),
        source=c.text("source"),
        line=lines.get((origin, destination), ()),
    )


def _corridor(c: _Cells) -> Corridor:
    return Corridor(
        id=c.text("id", must=True),
        name=c.text("name", must=True),
        name_de=c.text("name_de", must=True),
        name_zh=c.text("name_zh", must=True),
        stations=c.words("stations"),
        border_pairs=c.pairs("border_pairs"),
        open_border_pairs=c.pairs("open_border_pairs"),
        gauge_changes=c.words("gauge_changes"),
        planned_running_h=c.number("planned_running_h"),
        planned_dwell_h=c.number("planned_dwell_h"),
        planned_total_h=c.number("planned_total_h"),
        planned_basis=c.text("planned_basis"),
        published_km=c.maybe_number("published_km"),
        published_days=c.text("published_days"),
        note=c.text("note"),
        source=c.text("source"),
    )


def _size_type(c: _Cells) -> SizeType:
    code = c.text("code", must=True)
    if len(code) != 4 or code != code.upper():
        raise c.wrong("code", f"{code!r} is not a size-type of four characters")
    return SizeType(
        code=code,
        description=c.text("description", must=True),
        teu=c.number("teu", 0.1),
        max_gross_kg=c.maybe_number("max_gross_kg"),
    )


def _delay_reason(c: _Cells) -> DelayReason:
    return DelayReason(
        code=c.text("code", must=True),
        group=c.text("group", must=True),
        name=c.text("name", must=True),
        name_de=c.text("name_de", must=True),
        name_zh=c.text("name_zh", must=True),
    )


def _rate(c: _Cells) -> Rate:
    per_eur = c.certain("per_eur", Decimal, "a number")
    if not per_eur.is_finite() or per_eur <= 0:
        raise c.wrong("per_eur", f"{per_eur} is not a rate")
    return Rate(
        currency=c.text("currency", must=True),
        valid_from=c.certain("valid_from", date.fromisoformat, "a date"),
        valid_to=c.maybe("valid_to", date.fromisoformat, "a date"),
        per_eur=per_eur,
        quality=c.text("quality"),
        source=c.text("source", must=True),
    )


def _movement(c: _Cells) -> PublishedMovement:
    return PublishedMovement(
        id=c.text("id", must=True),
        train=c.text("train", must=True),
        origin=c.text("origin", must=True),
        destination=c.text("destination", must=True),
        departed=c.text("departed", must=True),
        arrived=c.text("arrived") or None,
        containers=c.maybe("containers", int, "a whole number"),
        teu=c.maybe_number("teu"),
        operator=c.text("operator"),
        cargo=c.text("cargo"),
        source=c.text("source", must=True),
        note=c.text("note"),
    )


def _section(c: _Cells) -> PublishedSection:
    return PublishedSection(
        stations=c.words("stations"),
        published_km=c.number("published_km", 0.001),
        tolerance_pct=c.number("tolerance_pct"),
        note=c.text("note"),
        source=c.text("source"),
    )
