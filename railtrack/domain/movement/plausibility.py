"""What looks wrong in a journey (contract §3, *Order*): no reason to refuse, but worth a word.

Only actual events are looked at, in the order of their time. A day-precise event may have been at any time of its day,
so it is marked only where no time of that day would do.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone
from enum import StrEnum
from itertools import pairwise

from railtrack.domain.errors import Problem, Severity
from railtrack.domain.line.geodesy import haversine_km
from railtrack.domain.line.places import Station
from railtrack.domain.messages import Message, say
from railtrack.domain.movement.events import EventKind
from railtrack.domain.movement.journeys import Occurrence, hours_between, in_order
from railtrack.domain.times import Moment

FASTEST_KMH = 120.0
_DAY = timedelta(days=1)
# the box itself was there; customs may clear it, and a forwarder hold it, from afar
_PRESENT = frozenset(
    {
        EventKind.ARRIVED, EventKind.DEPARTED, EventKind.LOADED, EventKind.DISCHARGED, EventKind.GATE_IN,
        EventKind.GATE_OUT, EventKind.STUFFED, EventKind.STRIPPED, EventKind.TRANSSHIPPED, EventKind.BORDER_CROSSED,
        EventKind.INSPECTED, EventKind.RESEALED,
    }
)  # fmt: skip


class MarkCode(StrEnum):
    """Kinds of what looks wrong; the value is what the store keeps."""

    DEPARTED_FIRST = "departed_before_arrived"
    ARRIVED_FIRST = "arrived_before_departure"
    TOO_FAST = "too_fast"
    OFF_CORRIDOR = "off_corridor"


MARK_TEXTS: Mapping[str, Message] = {
    MarkCode.DEPARTED_FIRST: say("At one station the departure lies before the arrival."),
    MarkCode.ARRIVED_FIRST: say("The arrival at the destination lies before the departure."),
    MarkCode.TOO_FAST: say("Between two stations it went faster than 120 km/h."),
    MarkCode.OFF_CORRIDOR: say("A station is not on the corridor."),
}


@dataclass(frozen=True)
class Mark:
    """One thing that looks wrong, at a station and a time; `message` says it with its figures."""

    code: MarkCode
    station: str
    moment: Moment
    message: Message

    @property
    def warning(self) -> Problem:
        """The same as a warning on the row that caused it."""
        return Problem(
            message=self.message,
            remedy=say("Compare with the source; it is recorded as it is."),
            severity=Severity.WARNING,
            column="occurred_at" if self.code is not MarkCode.OFF_CORRIDOR else "station",
            value=self.moment.text or None if self.code is not MarkCode.OFF_CORRIDOR else self.station,
        )


def marks(
    origin: str,
    destination: str,
    corridor_stations: Collection[str] | None,
    occurrences: Iterable[Occurrence],
    station_lookup: Mapping[str, Station],
) -> tuple[Mark, ...]:
    """Give what looks wrong in a journey's actual events, in the order of time.

    `corridor_stations` are the ids on its corridor; None or empty where it has none, then every station will do.
    """
    present = [o for o in in_order(occurrences) if o.event in _PRESENT and o.station is not None]
    found = [
        *_departed_first(origin, present, station_lookup),
        *_arrived_first(origin, destination, present, station_lookup),
        *_too_fast(present, station_lookup),
        *_off_corridor({origin, destination}, corridor_stations, present, station_lookup),
    ]
    return tuple(sorted(found, key=lambda m: (m.moment.instant, m.code, m.station)))


def _departed_first(origin: str, present: list[Occurrence], stations: Mapping[str, Station]) -> Iterable[Mark]:
    """Every station but the origin is arrived at before it is left."""
    arrivals: dict[str, Moment] = {}
    departures: dict[str, Moment] = {}
    for o in present:
        if o.station is not None and o.event is EventKind.ARRIVED:
            arrivals.setdefault(o.station, o.moment)
        elif o.station is not None and o.event is EventKind.DEPARTED:
            departures.setdefault(o.station, o.moment)
    for station, departed in departures.items():
        arrived = arrivals.get(station) if station != origin else None
        if arrived and _surely_before(departed, arrived):
            message = say(
                "At %(station)s the first departure lies before the first arrival.", station=_name(station, stations)
            )
            yield Mark(MarkCode.DEPARTED_FIRST, station, departed, message)


def _arrived_first(
    origin: str, destination: str, present: list[Occurrence], stations: Mapping[str, Station]
) -> Iterable[Mark]:
    departed = _first(present, lambda o: o.event is EventKind.DEPARTED and o.station == origin)
    arrived = _first(reversed(present), lambda o: o.event is EventKind.ARRIVED and o.station == destination)
    if departed and arrived and _surely_before(arrived, departed):
        message = say(
            "It arrived at %(destination)s before it departed from %(origin)s.",
            destination=_name(destination, stations),
            origin=_name(origin, stations),
        )
        yield Mark(MarkCode.ARRIVED_FIRST, destination, arrived, message)


def _too_fast(present: list[Occurrence], stations: Mapping[str, Station]) -> Iterable[Mark]:
    """Straight lines are never longer than the rails, so nobody is accused wrongly."""
    for before, after in pairwise(present):
        a, b = before.station, after.station
        if a is None or b is None or a == b or a not in stations or b not in stations:
            continue
        km = haversine_km((stations[a].lat, stations[a].lon), (stations[b].lat, stations[b].lon))
        hours = hours_between(_bounds(before.moment)[0], _bounds(after.moment)[1])
        if km > FASTEST_KMH * hours:
            message = say(
                "From %(a)s to %(b)s, %(km)d km as the crow flies, in %(hours).1f h: faster than 120 km/h.",
                a=_name(a, stations),
                b=_name(b, stations),
                km=round(km),
                hours=hours,
            )
            yield Mark(MarkCode.TOO_FAST, b, after.moment, message)


def _off_corridor(
    ends: Collection[str],
    corridor_stations: Collection[str] | None,
    present: list[Occurrence],
    stations: Mapping[str, Station],
) -> Iterable[Mark]:
    if not corridor_stations:
        return
    seen: set[str] = set(ends)
    for o in present:
        if o.station is not None and o.station not in seen and o.station not in corridor_stations:
            seen.add(o.station)
            message = say("%(station)s is not on the corridor of this shipment.", station=_name(o.station, stations))
            yield Mark(MarkCode.OFF_CORRIDOR, o.station, o.moment, message)


def _first(present: Iterable[Occurrence], fits: Callable[[Occurrence], bool]) -> Moment | None:
    return next((o.moment for o in present if fits(o)), None)


def _surely_before(a: Moment, b: Moment) -> bool:
    """Tell whether `a` lies before `b` at whatever time of day either was."""
    return _bounds(a)[1] < _bounds(b)[0] if a.is_day or b.is_day else a.instant < b.instant


def _bounds(moment: Moment) -> tuple[datetime, datetime]:
    if not moment.is_day:
        return moment.instant, moment.instant
    zone = timezone(timedelta(minutes=moment.offset_min))
    start = datetime.combine(moment.local_date, time(), zone).astimezone(UTC)
    return start, start + _DAY


def _name(station: str, stations: Mapping[str, Station]) -> str:
    return stations[station].name if station in stations else station
