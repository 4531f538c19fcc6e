"""Where a train is now, and where its plan wants it; how late that makes it is judged in `lateness`.

Between two reports a train is thought to run along the rails at the corridor's planned running speed (its length over
its planned running hours). It is never put past the next halt whose arrival was not recorded, so silence shows as a
train that waits before a station, not as one that sails on. Nothing here is stored: it is worked out for a `now`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import cos, radians

from railtrack.domain.line.geodesy import along, haversine_km
from railtrack.domain.line.network import turned
from railtrack.domain.line.places import Corridor, Leg, Station
from railtrack.domain.movement.events import EventKind
from railtrack.domain.movement.journeys import hours_between

SHORT_OF_HALT = 0.02  # share of a stretch a train without news is kept short of its next halt
PASSING_ROLES = frozenset({"way", "junction"})  # where a train may run through without a report

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Fact:
    """The latest actual event of a journey: what, when, and where (our station id, or lat, lon of a position)."""

    event: EventKind
    at: datetime
    station: str | None = None
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True)
class Way:
    """The line of one journey in travel direction, with the pace of its corridor.

    `legs[i]` joins `stations[i]` to `stations[i + 1]` and is oriented that way. `kms[i]` is the length up to
    `stations[i]`. `halts` are the stations where a stop is reported; `stays_h` planned hours at stations in between.
    """

    stations: tuple[str, ...]
    legs: tuple[Leg, ...]
    points: tuple[Point, ...]
    kms: tuple[float, ...]
    speed_kmh: float
    stays_h: Mapping[str, float]
    halts: frozenset[str]

    @property
    def length_km(self) -> float:
        return self.kms[-1]

    def line(self, leg: int) -> tuple[Point, ...]:
        """The points of one leg along the rails, or its two ends where no line is known."""
        return self.legs[leg].line or (self.points[leg], self.points[leg + 1])

    def at_km(self, km: float) -> Point:
        """The point `km` along the way; ends are kept to."""
        km = min(max(km, 0.0), self.length_km)
        leg = next((i for i in range(len(self.legs)) if km <= self.kms[i + 1]), len(self.legs) - 1)
        length = self.kms[leg + 1] - self.kms[leg]
        return along(self.line(leg), 0.0 if length <= 0 else (km - self.kms[leg]) / length)

    def cut(self, from_km: float, to_km: float) -> tuple[tuple[Leg, tuple[Point, ...]], ...]:
        """The stretches between two kilometres, each with the leg it lies on."""
        parts = []
        for i, leg in enumerate(self.legs):
            start, end = self.kms[i], self.kms[i + 1]
            if end <= from_km or start >= to_km or end <= start:
                continue
            first, last = max(from_km, start), min(to_km, end)
            parts.append((leg, stretch(self.line(i), (first - start) / (end - start), (last - start) / (end - start))))
        return tuple(parts)


@dataclass(frozen=True, slots=True)
class Position:
    """A place on a way. `at` is the station it stands at, `between` the two halts or stations it runs between.

    `share` is km travelled over the length of the way; `is_estimated` where it was worked out, not reported.
    """

    lat: float
    lon: float
    km_travelled: float
    share: float
    at: str | None = None
    between: tuple[str, str] | None = None
    is_estimated: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """The planned stop at one station: when the plan arrives there and leaves; the ends of the way have one only."""

    station: str
    km: float
    arrival: datetime | None
    departure: datetime | None


def way_along(
    legs: Sequence[Leg], stations: Mapping[str, Station], corridor: Corridor, corridor_km: float, origin: str
) -> Way:
    """Lay the legs end to end from `origin`, with the corridor's running speed and its planned stays.

    Planned dwell hours of the corridor are shared out over its inner stations by their typical dwell. Raises
    `ValueError` where the legs do not join.
    """
    ordered, at = [], origin
    for leg in legs:
        if at not in (leg.origin, leg.destination):
            raise ValueError(f"leg {leg.origin}-{leg.destination} does not start at {at}")
        ordered.append(leg if leg.origin == at else turned(leg))
        at = ordered[-1].destination
    if not ordered:
        raise ValueError("a way needs at least one leg")
    ids = (origin, *(leg.destination for leg in ordered))
    kms = [0.0]
    for leg in ordered:
        kms.append(kms[-1] + leg.length_km)
    typical = {s: stations[s].dwell_h_typical or 0.0 for s in corridor.stations[1:-1] if s in stations}
    total = sum(typical.values())
    stays = {s: corridor.planned_dwell_h * h / total for s, h in typical.items()} if total else {}
    return Way(
        stations=ids,
        legs=tuple(ordered),
        points=tuple((stations[s].lat, stations[s].lon) for s in ids),
        kms=tuple(kms),
        speed_kmh=corridor_km / corridor.planned_running_h,
        stays_h=stays,
        halts=frozenset(s for s in ids if set(stations[s].roles) - PASSING_ROLES) | {ids[0], ids[-1]},
    )


def where(way: Way, fact: Fact | None, now: datetime, stations: Mapping[str, Station] | None = None) -> Position:
    """Where the train of this way is at `now`, by the latest fact; at the origin where there is none.

    A recorded position is taken as it is; its kilometres are those of the nearest point of the line. `stations` places
    a fact at a station off the way.
    """
    if fact is None:
        return _standing(way, 0)
    if fact.event is EventKind.POSITION and fact.lat is not None and fact.lon is not None:
        km = nearest_km(way, (fact.lat, fact.lon))
        return _at(way, fact.lat, fact.lon, km, between=_between(way, km))
    if fact.station not in way.stations:
        place = (stations or {}).get(fact.station or "")
        if place is None:
            return _standing(way, 0)
        return _at(way, place.lat, place.lon, nearest_km(way, (place.lat, place.lon)), at=place.id)
    here = way.stations.index(fact.station)
    if fact.event is not EventKind.DEPARTED or here == len(way.stations) - 1:
        return _standing(way, here)
    halt = next_halt(way, here)
    stretch_km = way.kms[halt] - way.kms[here]
    run_km = max(hours_between(fact.at, now), 0.0) * way.speed_kmh
    km = way.kms[here] + min(run_km, stretch_km * (1 - SHORT_OF_HALT))
    lat, lon = way.at_km(km)
    return _at(way, lat, lon, km, between=_between(way, km), is_estimated=True)


def next_halt(way: Way, here: int) -> int:
    """The index of the next station whose arrival is reported, after the station with index `here`."""
    return next(i for i in range(here + 1, len(way.stations)) if way.stations[i] in way.halts)


def plan_calls(way: Way, departure: datetime, arrival: datetime | None = None) -> tuple[Call, ...]:
    """The plan station by station: the corridor's pace, stretched so that it ends at the planned arrival if known."""
    hours, clock = [], 0.0
    for i, station in enumerate(way.stations):
        if i:
            clock += (way.kms[i] - way.kms[i - 1]) / way.speed_kmh
        stay = way.stays_h.get(station, 0.0) if 0 < i < len(way.stations) - 1 else 0.0
        hours.append((clock, clock + stay))
        clock += stay
    factor = 1.0
    if arrival is not None and clock > 0 and arrival > departure:
        factor = hours_between(departure, arrival) / clock
    last = len(way.stations) - 1
    return tuple(
        Call(
            station,
            way.kms[i],
            None if i == 0 else departure + timedelta(hours=hours[i][0] * factor),
            None if i == last else departure + timedelta(hours=hours[i][1] * factor),
        )
        for i, station in enumerate(way.stations)
    )


def plan_position(way: Way, calls: Sequence[Call], now: datetime) -> Position:
    """Where the plan wants the train at `now`."""
    reached = 0
    for i, call in enumerate(calls):
        if call.arrival is None or call.arrival <= now:
            reached = i
    call = calls[reached]
    if call.departure is None or now <= call.departure:
        return _standing(way, reached)
    following = calls[reached + 1]
    assert following.arrival is not None  # noqa: S101 - only the first call has no arrival
    run = hours_between(call.departure, following.arrival)
    share = 1.0 if run <= 0 else hours_between(call.departure, now) / run
    km = call.km + min(share, 1.0) * (following.km - call.km)
    lat, lon = way.at_km(km)
    return _at(way, lat, lon, km, between=_between(way, km), is_estimated=True)


def usual_run_h(way: Way, station: str) -> float | None:
    """Hours from leaving `station` to the next reported halt at the running speed; None off the way or at its end."""
    if station not in way.stations[:-1]:
        return None
    here = way.stations.index(station)
    return (way.kms[next_halt(way, here)] - way.kms[here]) / way.speed_kmh


def plan_time(calls: Sequence[Call], km: float) -> datetime:
    """When the plan passes `km`, on its way between two calls."""
    for before, after in pairwise(calls):
        if km <= after.km and before.departure is not None and after.arrival is not None:
            length = after.km - before.km
            share = 1.0 if length <= 0 else (km - before.km) / length
            return before.departure + (after.arrival - before.departure) * share
    last = calls[-1].arrival
    assert last is not None  # noqa: S101 - the last call of a plan is an arrival
    return last


def _standing(way: Way, index: int) -> Position:
    lat, lon = way.points[index]
    return _at(way, lat, lon, way.kms[index], at=way.stations[index])


def _at(
    way: Way,
    lat: float,
    lon: float,
    km: float,
    *,
    at: str | None = None,
    between: tuple[str, str] | None = None,
    is_estimated: bool = False,
) -> Position:
    share = km / way.length_km if way.length_km > 0 else 0.0
    return Position(lat, lon, km, share, at=at, between=between, is_estimated=is_estimated)


def _between(way: Way, km: float) -> tuple[str, str]:
    leg = next((i for i in range(len(way.legs)) if km <= way.kms[i + 1]), len(way.legs) - 1)
    return way.stations[leg], way.stations[leg + 1]


def nearest_km(way: Way, point: Point) -> float:
    """The kilometre of the point of the line nearest to `point`."""
    best, found = float("inf"), 0.0
    for i in range(len(way.legs)):
        line = way.line(i)
        run = [0.0]
        for a, b in pairwise(line):
            run.append(run[-1] + haversine_km(a, b))
        for j, (a, b) in enumerate(pairwise(line)):
            off, share = _foot(point, a, b)
            if off < best:
                best = off
                along_line = (run[j] + share * (run[j + 1] - run[j])) / run[-1] if run[-1] else 0.0
                found = way.kms[i] + along_line * (way.kms[i + 1] - way.kms[i])
    return found


def _foot(point: Point, a: Point, b: Point) -> tuple[float, float]:
    """Squared distance in degrees (longitude shrunk by latitude) to a short segment, and the share of its foot."""
    shrink = cos(radians(point[0]))
    ax, ay = (a[1] - point[1]) * shrink, a[0] - point[0]
    dx, dy = (b[1] - a[1]) * shrink, b[0] - a[0]
    length = dx * dx + dy * dy
    share = 0.0 if length == 0 else min(max(-(ax * dx + ay * dy) / length, 0.0), 1.0)
    return (ax + share * dx) ** 2 + (ay + share * dy) ** 2, share


def stretch(line: Sequence[Point], first: float, last: float) -> tuple[Point, ...]:
    """The part of a line between two shares of its length."""
    run = [0.0]
    for a, b in pairwise(line):
        run.append(run[-1] + haversine_km(a, b))
    start, end = first * run[-1], last * run[-1]
    inner = [p for p, km in zip(line, run, strict=True) if start < km < end]
    return (_point_at(line, run, start), *inner, _point_at(line, run, end))


def _point_at(line: Sequence[Point], run: Sequence[float], km: float) -> Point:
    for i, (a, b) in enumerate(pairwise(line)):
        if km <= run[i + 1]:
            length = run[i + 1] - run[i]
            share = 0.0 if length <= 0 else (km - run[i]) / length
            return (a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]))
    return line[-1]
