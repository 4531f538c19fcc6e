"""A journey's timetable: what the plan says of each station, what happened there, and what is still to come.

The plan of a station is that of the corridor: its running hours shared out by length, its dwell hours by the typical
dwell of its stations, all stretched so that the way ends at the shipment's own planned arrival (see
`positions.plan_calls`). Ahead of the train a time that somebody estimated counts; where nobody did, the plan moved by
the present difference. That is no forecast, and is shown as what is expected at the plan's pace. Where the plan or a
report knows only a day, so does the timetable.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from railtrack.domain.line.places import Mode, Station
from railtrack.domain.movement.events import EventKind
from railtrack.domain.movement.journeys import Journey, Status, Visit, hours_between
from railtrack.domain.movement.positions import Call, Position, Way
from railtrack.domain.records import RecordedJourney
from railtrack.domain.times import Moment

Estimates = Mapping[tuple[str, EventKind], Moment]


class Reach(StrEnum):
    """Where a station lies for a train."""

    PASSED = "passed"
    HERE = "here"
    AHEAD = "ahead"


@dataclass(frozen=True, kw_only=True)
class Stop:
    """One station of the timetable; `km` is None off the way, plan times are None where there is no plan.

    `gauge` is the line's after this station (1435, 1520, sea). `behind_h` is signed hours against the plan,
    `behind_days` whole days where only days are known. `is_expected` where the difference is that of an expected time.
    """

    station: str
    reach: Reach
    km: float | None = None
    gauge: str = "1435"
    planned_arrival: datetime | None = None
    planned_departure: datetime | None = None
    arrived: Moment | None = None
    departed: Moment | None = None
    expected_arrival: datetime | None = None
    expected_departure: datetime | None = None
    stay_h: float | None = None
    behind_h: float | None = None
    behind_days: int | None = None
    is_expected: bool = False
    is_end: bool = False
    crosses_border: bool = False

    @property
    def is_reported(self) -> bool:
        return self.arrived is not None or self.departed is not None


@dataclass(frozen=True)
class Timetable:
    """Stations in travel direction; `between` is the index after which the train runs, None where it stands.

    `day_plan`: the plan knows days only.
    """

    stops: tuple[Stop, ...]
    between: int | None = None
    day_plan: bool = False
    has_plan: bool = False


@dataclass(frozen=True)
class Common:
    """The journey most containers of a shipment share, and how many have another; `others` are the ids of theirs."""

    journey: RecordedJourney | None
    containers: int = 0
    differing: int = 0
    others: frozenset[int] = frozenset()


def common_journey(journeys: Sequence[RecordedJourney], weights: Mapping[int, int]) -> Common:
    """Find the journey that most containers share; `weights` says how many stand behind a journey's id.

    Cancelled ones come last; among equals the one furthest along counts.
    """
    found: Counter[object] = Counter()
    first: dict[object, RecordedJourney] = {}
    for each in journeys:
        key = _shape(each.journey)
        found[key] += weights.get(each.id, 1)
        first.setdefault(key, each)
    if not found:
        return Common(None)

    def rank(key: object) -> tuple[bool, int, int, int]:
        journey = first[key].journey
        return (journey.status is not Status.CANCELLED, found[key], len(journey.visits), -first[key].id)

    best = max(found, key=rank)
    total = sum(found.values())
    others = frozenset(each.id for each in journeys if _shape(each.journey) != best)
    return Common(first[best], total, total - found[best], others)


def _shape(journey: Journey) -> tuple[object, ...]:
    """What two journeys must agree in to be one: not the last event, which may be of one box alone."""

    def instant(moment: Moment | None) -> object:
        return None if moment is None else (moment.instant, moment.precision)

    visits = tuple((v.station, instant(v.arrived), instant(v.departed)) for v in journey.visits)
    return journey.status, instant(journey.departed), instant(journey.arrived), visits


@dataclass(frozen=True, kw_only=True)
class Course:
    """What a timetable is made from. `calls` is the plan, empty where there is none; `behind_h` the present difference.

    `position` is None where the journey is over or its place is not known; `shown` are the stations wanted besides
    those with a report, None for all.
    """

    origin: str
    destination: str
    journey: Journey
    way: Way | None = None
    calls: Sequence[Call] = ()
    day_plan: bool = False
    position: Position | None = None
    behind_h: float | None = None
    estimates: Estimates = field(default_factory=dict)
    shown: Collection[str] | None = None


def to_ten_minutes(calls: Sequence[Call]) -> tuple[Call, ...]:
    """Round the times that were derived, those of the stations between; the plan is no more exact than that."""
    inner = [replace(c, arrival=_rounded(c.arrival), departure=_rounded(c.departure)) for c in calls[1:-1]]
    return (*calls[:1], *inner, *calls[1:][-1:])


def _rounded(at: datetime | None) -> datetime | None:
    if at is None:
        return None
    at += timedelta(minutes=5)
    return at.replace(minute=at.minute - at.minute % 10, second=0, microsecond=0)


def timetable(course: Course, stations: Mapping[str, Station], now: datetime) -> Timetable:
    """Lay out a journey station by station."""
    reports = _reports(course)
    on_way = course.way.stations if course.way else (course.origin, course.destination)
    calls = {call.station: call for call in course.calls}
    reached = _reached(course, on_way)
    stops = [
        _stop(course, on_way, index, reached, reports.pop(station, (None, None)), calls.get(station), now)
        for index, station in enumerate(on_way)
    ]
    kept = [s for s in stops if _is_shown(s, course)]
    for station, (arrived, departed) in reports.items():  # off the way, in the order of time
        _insert(kept, Stop(station=station, reach=Reach.PASSED, arrived=arrived, departed=departed,
                           stay_h=_stay_h(arrived, departed)))  # fmt: skip
    return Timetable(
        _with_borders(kept, stations),
        _between(course, kept),
        day_plan=course.day_plan,
        has_plan=any(s.planned_arrival or s.planned_departure for s in kept),
    )


Report = tuple[Moment | None, Moment | None]


def _reports(course: Course) -> dict[str, Report]:
    """Arrival and departure at each station; several stays at one station are shown as one."""
    journey = course.journey
    found: dict[str, Report] = {}
    if journey.departed is not None:
        found[course.origin] = (None, journey.departed)
    for visit in journey.visits:
        arrived, departed = found.get(visit.station, (None, None))
        found[visit.station] = (arrived or visit.arrived, _later(departed, visit))
    if journey.arrived is not None:
        found[course.destination] = (journey.arrived, None)
    return found


def _later(departed: Moment | None, visit: Visit) -> Moment | None:
    """The departure from the last of several stays: open again once it came back."""
    return visit.departed if visit.arrived is not None else visit.departed or departed


def _reached(course: Course, on_way: Sequence[str]) -> int:
    """The index of the last station of the way that lies behind the train or under it; −1 before departure."""
    journey = course.journey
    if journey.arrived is not None:
        return len(on_way) - 1
    if journey.departed is None:
        return -1
    if course.way is None or course.position is None:
        return 0
    km = course.position.km_travelled
    return max(i for i, at in enumerate(course.way.kms) if at <= km + 1e-6)


def _stop(
    course: Course, on_way: Sequence[str], index: int, reached: int, report: Report, call: Call | None, now: datetime
) -> Stop:
    station = on_way[index]
    arrived, departed = report
    here = course.position is not None and course.position.at == station and course.journey.arrived is None
    here = here and course.journey.departed is not None and index == reached
    reach = Reach.HERE if here else Reach.PASSED if index <= reached else Reach.AHEAD
    planned_arrival, planned_departure = (call.arrival, call.departure) if call else (None, None)
    stop = Stop(
        station=station,
        reach=reach,
        km=course.way.kms[index] if course.way else None,
        gauge=_gauge(course.way, index),
        planned_arrival=planned_arrival,
        planned_departure=planned_departure,
        arrived=arrived,
        departed=departed,
        stay_h=_stay_h(arrived, departed),
        is_end=index in (0, len(on_way) - 1),
    )
    if reach is Reach.AHEAD:
        return _expected(stop, course, now)
    if here and arrived is not None and departed is None and not arrived.is_day:
        stop = replace(stop, stay_h=max(hours_between(arrived.instant, now), 0.0))
    return stop if call is None else _against(stop, course)


def _against(stop: Stop, course: Course) -> Stop:
    """The difference of what happened from the plan: of the departure where there was one."""
    if stop.reach is Reach.HERE and stop.departed is None and course.behind_h is not None and not course.day_plan:
        return replace(stop, behind_h=course.behind_h)
    pairs = ((stop.departed, stop.planned_departure), (stop.arrived, stop.planned_arrival))
    for actual, planned in pairs:
        if actual is not None and planned is not None:
            if course.day_plan or actual.is_day:
                local = planned + timedelta(minutes=actual.offset_min)
                return replace(stop, behind_days=(actual.local_date - local.date()).days)
            return replace(stop, behind_h=hours_between(planned, actual.instant))
    return stop


def _expected(stop: Stop, course: Course, now: datetime) -> Stop:
    """What is expected ahead: as estimated, else as planned with the present difference."""
    told = [course.estimates.get((stop.station, kind)) for kind in (EventKind.ARRIVED, EventKind.DEPARTED)]
    arrival, departure = (m.instant if m is not None and m.instant > now else None for m in told)
    if course.behind_h is not None and course.journey.departed is not None:
        moved = timedelta(hours=course.behind_h)
        arrival = arrival or (None if stop.planned_arrival is None else stop.planned_arrival + moved)
        departure = departure or (None if stop.planned_departure is None else stop.planned_departure + moved)
    behind = None
    if arrival is not None and stop.planned_arrival is not None and not course.day_plan:
        behind = hours_between(stop.planned_arrival, arrival)
    return replace(
        stop,
        expected_arrival=arrival,
        expected_departure=departure,
        behind_h=behind,
        is_expected=arrival is not None or departure is not None,
    )


def _gauge(way: Way | None, index: int) -> str:
    if way is None:
        return "1435"
    leg = way.legs[min(index, len(way.legs) - 1)]
    if leg.mode is Mode.SEA:
        return "sea"
    return "1520" if leg.gauge_mm == 1520 else "1435"


def _stay_h(arrived: Moment | None, departed: Moment | None) -> float | None:
    if arrived is None or departed is None or arrived.is_day or departed.is_day:
        return None
    return hours_between(arrived.instant, departed.instant)


def _is_shown(stop: Stop, course: Course) -> bool:
    wanted = course.shown is None or stop.station in course.shown
    return wanted or stop.is_end or stop.is_reported or stop.reach is Reach.HERE


def _insert(stops: list[Stop], stray: Stop) -> None:
    first = stray.arrived or stray.departed
    assert first is not None  # noqa: S101 - only reported stations are off the way
    for index, stop in enumerate(stops):
        told = stop.arrived or stop.departed
        if stop.reach is Reach.AHEAD or (told is not None and told.instant > first.instant):
            stops.insert(index, stray)
            return
    stops.append(stray)


def _with_borders(stops: Sequence[Stop], stations: Mapping[str, Station]) -> tuple[Stop, ...]:
    found = []
    for index, stop in enumerate(stops):
        after = stops[index + 1] if index + 1 < len(stops) else None
        crosses = after is not None and stations[stop.station].country != stations[after.station].country
        found.append(replace(stop, crosses_border=crosses))
    return tuple(found)


def _between(course: Course, stops: Sequence[Stop]) -> int | None:
    """After which of the shown stops the train runs."""
    journey = course.journey
    running = journey.departed is not None and journey.arrived is None and course.position is not None
    if not running or any(s.reach is Reach.HERE for s in stops):
        return None
    passed = [i for i, s in enumerate(stops) if s.reach is Reach.PASSED]
    return passed[-1] if passed and passed[-1] + 1 < len(stops) else None
