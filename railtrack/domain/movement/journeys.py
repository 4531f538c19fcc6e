"""The journey of one container on one shipment, folded from what was recorded about it.

The definitions are those of the statistics: departure is the first actual `departed` at the origin, arrival the last
actual `arrived` at the destination, and a visit one stay at one station in between. Only actual events in their newest
version count; the order in which they were recorded does not, so an event may come years late.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from railtrack.domain.movement.events import EventKind
from railtrack.domain.times import Moment


class Status(StrEnum):
    NOT_DEPARTED = "not_departed"
    IN_TRANSIT = "in_transit"
    COMPLETED = "completed"
    INCONSISTENT = "inconsistent"
    CANCELLED = "cancelled"


class Direction(StrEnum):
    WESTBOUND = "westbound"
    EASTBOUND = "eastbound"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An actual event as the fold sees it: what, where (our station id; None for a position), when."""

    event: EventKind
    station: str | None
    moment: Moment


@dataclass(frozen=True, slots=True)
class Visit:
    """One stay at one station between origin and destination; one end may be missing."""

    station: str
    arrived: Moment | None
    departed: Moment | None
    is_open: bool = False

    @property
    def is_complete(self) -> bool:
        return self.arrived is not None and self.departed is not None

    @property
    def is_day_precise(self) -> bool:
        return any(end is not None and end.is_day for end in (self.arrived, self.departed))

    @property
    def dwell_h(self) -> float | None:
        """Hours from arrival to departure; None while one of them is missing."""
        if self.arrived is None or self.departed is None:
            return None
        return hours_between(self.arrived.instant, self.departed.instant)

    @property
    def start(self) -> datetime:
        """The instant that orders the visit: its arrival, or its departure where no arrival is known."""
        end = self.arrived or self.departed
        assert end is not None  # noqa: S101 - a visit is made from an event, so it has at least one end
        return end.instant


@dataclass(frozen=True, slots=True)
class Crossing:
    """The time at a pair of border stations, named in the westbound order whichever way the train goes."""

    name: str
    arrived: Moment
    departed: Moment

    @property
    def hours(self) -> float:
        return hours_between(self.arrived.instant, self.departed.instant)

    @property
    def is_day_precise(self) -> bool:
        return self.arrived.is_day or self.departed.is_day


@dataclass(frozen=True, slots=True)
class Journey:
    """One container's way from origin to destination, or that of a quantity without numbers.

    `last` is the latest actual event of any kind. `visits` are in the order of their start.
    """

    status: Status
    departed: Moment | None
    arrived: Moment | None
    visits: tuple[Visit, ...]
    last: Occurrence | None

    @property
    def transit_h(self) -> float | None:
        """Arrival minus departure in hours, of completed journeys."""
        if self.status is not Status.COMPLETED or self.departed is None or self.arrived is None:
            return None
        return hours_between(self.departed.instant, self.arrived.instant)

    @property
    def observed_h(self) -> float | None:
        """Hours from departure to the latest actual event, of journeys in transit: at least this long under way."""
        if self.status is not Status.IN_TRANSIT or self.departed is None or self.last is None:
            return None
        return hours_between(self.departed.instant, self.last.moment.instant)

    @property
    def is_day_precise(self) -> bool:
        return any(end is not None and end.is_day for end in (self.departed, self.arrived))


def hours_between(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / 3600


class Ordered(list[Occurrence]):
    """Occurrences in the order of `in_order`, each once."""

    __slots__ = ()


def in_order(occurrences: Iterable[Occurrence]) -> Ordered:
    """Sort by time, arrivals before departures at the same instant; the rest makes any order of input equal."""
    if isinstance(occurrences, Ordered):
        return occurrences
    ordered = sorted(occurrences, key=_place)
    return Ordered(o for i, o in enumerate(ordered) if not i or o != ordered[i - 1])


def _place(o: Occurrence) -> tuple[object, ...]:
    rank = 0 if o.event is EventKind.ARRIVED else 2 if o.event is EventKind.DEPARTED else 1
    m = o.moment
    return m.instant, rank, o.station or "", o.event, m.precision, m.offset_min, m.text


def fold(origin: str, destination: str, occurrences: Iterable[Occurrence]) -> Journey:
    """Fold a container's actual events, in any order, into its journey.

    Stays that begin before the journey's departure or after its arrival are not counted; without a departure none are.
    """
    ordered = in_order(occurrences)
    departed = _first(o for o in ordered if o.event is EventKind.DEPARTED and o.station == origin)
    arrived = _last(o for o in ordered if o.event is EventKind.ARRIVED and o.station == destination)
    stops = [
        o
        for o in ordered
        if o.event in (EventKind.ARRIVED, EventKind.DEPARTED) and o.station not in (origin, destination, None)
    ]
    status = _status(ordered, departed, arrived, stops)
    visits = _within(_visits(stops), departed, arrived)
    last = ordered[-1] if ordered else None
    if visits and status is Status.IN_TRANSIT and last is not None:
        visits = _mark_open(visits, last)
    return Journey(status, departed, arrived, tuple(visits), last)


def _status(
    ordered: Sequence[Occurrence], departed: Moment | None, arrived: Moment | None, stops: Sequence[Occurrence]
) -> Status:
    if any(o.event is EventKind.CANCELLED for o in ordered):
        return Status.CANCELLED
    if departed is not None:
        if arrived is None:
            return Status.IN_TRANSIT
        return Status.COMPLETED if arrived.instant > departed.instant else Status.INCONSISTENT
    return Status.INCONSISTENT if arrived is not None or stops else Status.NOT_DEPARTED


def _visits(stops: Sequence[Occurrence]) -> list[Visit]:
    """Pair arrivals with departures, station by station, over the whole record."""
    by_station: dict[str, list[Visit]] = {}
    for stop in stops:
        assert stop.station is not None  # noqa: S101 - stops have a station
        at = by_station.setdefault(stop.station, [])
        if stop.event is EventKind.ARRIVED:
            if not at or at[-1].departed is not None:
                at.append(Visit(stop.station, stop.moment, None))
        elif at:
            # closes the open visit, or moves the end of the one that has no arrival after it
            at[-1] = Visit(stop.station, at[-1].arrived, stop.moment)
        else:
            at.append(Visit(stop.station, None, stop.moment))
    return sorted((v for at in by_station.values() for v in at), key=lambda v: (v.start, v.station))


def _within(visits: Sequence[Visit], departed: Moment | None, arrived: Moment | None) -> list[Visit]:
    if departed is None:
        return []
    return [v for v in visits if v.start >= departed.instant and (arrived is None or v.start <= arrived.instant)]


def _mark_open(visits: list[Visit], last: Occurrence) -> list[Visit]:
    """Mark the last visit of a journey in transit as open where nothing was recorded after its arrival."""
    visit = visits[-1]
    if visit.departed is None and visit.arrived is not None and last.moment.instant <= visit.arrived.instant:
        return [*visits[:-1], Visit(visit.station, visit.arrived, None, is_open=True)]
    return visits


def crossings(
    origin: str,
    destination: str,
    sense: Direction,
    pairs: Iterable[tuple[str, str]],
    occurrences: Iterable[Occurrence],
) -> tuple[Crossing, ...]:
    """Time the border pairs of a corridor, `pairs` being in its westbound order and `sense` the way along it.

    From the first arrival at the first station of the pair, in travel direction, to the last departure from the
    second. None where one of the two is the journey's origin or destination, or where the time is not positive.
    """
    first_arrivals: dict[str, Moment] = {}
    last_departures: dict[str, Moment] = {}
    for o in in_order(occurrences):
        if o.station is None:
            continue
        if o.event is EventKind.ARRIVED:
            first_arrivals.setdefault(o.station, o.moment)
        elif o.event is EventKind.DEPARTED:
            last_departures[o.station] = o.moment
    found = []
    for pair in pairs:
        first, second = pair if sense is Direction.WESTBOUND else pair[::-1]
        arrived, departed = first_arrivals.get(first), last_departures.get(second)
        if arrived is None or departed is None or {first, second} & {origin, destination}:
            continue
        if departed.instant > arrived.instant:
            found.append(Crossing("-".join(pair), arrived, departed))
    return tuple(found)


def _first(found: Iterable[Occurrence]) -> Moment | None:
    return next((o.moment for o in found), None)


def _last(found: Iterable[Occurrence]) -> Moment | None:
    moment = None
    for o in found:
        moment = o.moment
    return moment
