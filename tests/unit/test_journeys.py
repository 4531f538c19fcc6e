"""The fold of events to a journey: the rules of contract §5, one by one."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from railtrack.domain.movement.events import EventKind
from railtrack.domain.movement.journeys import (
    Crossing,
    Direction,
    Journey,
    Occurrence,
    Status,
    Visit,
    crossings,
    fold,
    in_order,
)
from railtrack.domain.times import Moment, Precision
from tests.analytics import worked_case

START = datetime(2024, 3, 1, tzinfo=UTC)
ARRIVED, DEPARTED = EventKind.ARRIVED, EventKind.DEPARTED


def at(hours: float, *, day: bool = False) -> Moment:
    return Moment(START + timedelta(hours=hours), 60, Precision.DAY if day else Precision.SECOND)


def arr(station: str, hours: float) -> Occurrence:
    return Occurrence(ARRIVED, station, at(hours))


def dep(station: str, hours: float) -> Occurrence:
    return Occurrence(DEPARTED, station, at(hours))


def other(event: EventKind, hours: float, station: str | None = None) -> Occurrence:
    return Occurrence(event, station, at(hours))


def journey(*events: Occurrence) -> Journey:
    return fold("CKG", "MHG", events)


def stays(found: Journey) -> list[tuple[str, float | None, float | None]]:
    """Each visit as (station, arrival, departure) in hours since the start."""

    def hours(end: Moment | None) -> float | None:
        return None if end is None else (end.instant - START).total_seconds() / 3600

    return [(visit.station, hours(visit.arrived), hours(visit.departed)) for visit in found.visits]


LEFT = dep("CKG", 0)
HERE = arr("MHG", 400)

# ---------------------------------------------------------------- the worked case

CASE = worked_case.read()


@pytest.mark.parametrize("number", range(len(CASE.boxes)))
def test_the_worked_case_folds_to_its_journeys_and_visits(number: int) -> None:
    found, expected = CASE.boxes[number].journey, CASE.expected["journeys"][number]
    assert CASE.names[number + 1] == (expected["reference"], expected["container"])
    assert found.status == expected["status"]
    assert text(found.departed) == expected["departed"]
    assert text(found.arrived) == expected["arrived"]
    assert found.transit_h == expected["transit_h"]
    assert [
        {"station": v.station, "arrived": text(v.arrived), "departed": text(v.departed), "dwell_h": v.dwell_h}
        for v in found.visits
    ] == expected["visits"]


def text(moment: Moment | None) -> str | None:
    return moment.instant.isoformat() if moment else None


# ---------------------------------------------------------------- departure, arrival, status


def test_departure_is_the_first_at_the_origin_and_arrival_the_last_at_the_destination() -> None:
    found = journey(dep("CKG", 5), dep("CKG", 2), arr("MHG", 300), arr("MHG", 310))
    assert (found.departed, found.arrived, found.transit_h) == (at(2), at(310), 308.0)


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ([], Status.NOT_DEPARTED),
        ([arr("CKG", -5), other(EventKind.LOADED, -2, "CKG")], Status.NOT_DEPARTED),
        ([other(EventKind.POSITION, 3)], Status.NOT_DEPARTED),
        ([dep("MHG", 500)], Status.NOT_DEPARTED),
        ([LEFT], Status.IN_TRANSIT),
        ([LEFT, dep("MHG", 400)], Status.IN_TRANSIT),
        ([LEFT, arr("CKG", 400)], Status.IN_TRANSIT),
        ([LEFT, HERE], Status.COMPLETED),
        ([LEFT, arr("MHG", 1 / 3600)], Status.COMPLETED),
        ([LEFT, arr("MHG", 0)], Status.INCONSISTENT),
        ([LEFT, arr("MHG", -1)], Status.INCONSISTENT),
        ([HERE], Status.INCONSISTENT),
        ([arr("MAL", 10)], Status.INCONSISTENT),
        ([dep("MAL", 10)], Status.INCONSISTENT),
        ([LEFT, HERE, other(EventKind.CANCELLED, 1, "CKG")], Status.CANCELLED),
        ([other(EventKind.CANCELLED, 1, "CKG")], Status.CANCELLED),
    ],
)
def test_the_status_follows_from_departure_arrival_and_stops(events: list[Occurrence], status: Status) -> None:
    assert journey(*events).status is status


def test_only_a_completed_journey_has_a_transit_time() -> None:
    for events in ([LEFT], [LEFT, arr("MHG", -1)], [LEFT, HERE, other(EventKind.CANCELLED, 1)], [HERE]):
        assert journey(*events).transit_h is None
    assert journey(LEFT, arr("MHG", 100.5)).transit_h == 100.5


def test_a_journey_in_transit_was_watched_until_its_latest_event_of_any_kind() -> None:
    assert journey(dep("CKG", 4)).observed_h == 0.0
    assert journey(dep("CKG", 4), other(EventKind.HELD, 30, "DTK"), arr("ALK", 20)).observed_h == 26.0
    assert journey(dep("CKG", 4), other(EventKind.POSITION, 31)).observed_h == 27.0
    for events in ([LEFT, HERE], [LEFT, other(EventKind.CANCELLED, 9)], [other(EventKind.HELD, 1, "CKG")]):
        assert journey(*events).observed_h is None


def test_the_latest_event_is_known_of_every_journey() -> None:
    assert journey().last is None
    assert journey(HERE, LEFT).last == HERE


def test_a_journey_is_known_by_its_day_if_departure_or_arrival_is() -> None:
    by_day = Occurrence(DEPARTED, "CKG", at(0, day=True))
    assert journey(by_day, HERE).is_day_precise
    assert journey(LEFT, Occurrence(ARRIVED, "MHG", at(400, day=True))).is_day_precise
    assert not journey(LEFT, Occurrence(ARRIVED, "MAL", at(300, day=True)), HERE).is_day_precise
    assert not journey().is_day_precise


# ---------------------------------------------------------------- visits


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param([arr("MAL", 10), dep("MAL", 20)], [("MAL", 10, 20)], id="arrival and departure are a visit"),
        pytest.param([arr("MAL", 10), arr("MAL", 12), dep("MAL", 20)], [("MAL", 10, 20)], id="first arrival stands"),
        pytest.param([arr("MAL", 10), dep("MAL", 20), dep("MAL", 25)], [("MAL", 10, 25)], id="last departure stands"),
        pytest.param(
            [arr("MAL", 10), dep("MAL", 20), arr("MAL", 30), dep("MAL", 35)],
            [("MAL", 10, 20), ("MAL", 30, 35)],
            id="an arrival after a departure is another visit",
        ),
        pytest.param([dep("MAL", 20)], [("MAL", None, 20)], id="a departure alone is a visit without arrival"),
        pytest.param([dep("MAL", 20), dep("MAL", 25)], [("MAL", None, 25)], id="which a further one moves too"),
        pytest.param(
            [dep("MAL", 20), arr("MAL", 30)], [("MAL", None, 20), ("MAL", 30, None)], id="the arrival after it is new"
        ),
        pytest.param([arr("MAL", 10)], [("MAL", 10, None)], id="an arrival alone is a visit without departure"),
        pytest.param([dep("MAL", 10), arr("MAL", 10)], [("MAL", 10, 10)], id="arrived before departed at one instant"),
        pytest.param(
            [arr("BQT", 10), arr("MAL", 12), dep("BQT", 14), dep("MAL", 16)],
            [("BQT", 10, 14), ("MAL", 12, 16)],
            id="each station pairs its own",
        ),
        pytest.param(
            [arr("MAL", 10), other(EventKind.HELD, 12, "MAL"), dep("MAL", 20)], [("MAL", 10, 20)], id="others end none"
        ),
        pytest.param([arr("MHG", 10), dep("MHG", 20)], [], id="none at the destination"),
        pytest.param([arr("CKG", 10), dep("CKG", 20)], [], id="none at the origin"),
        pytest.param([other(EventKind.POSITION, 5)], [], id="none at a position"),
        pytest.param([Occurrence(ARRIVED, None, at(5)), Occurrence(DEPARTED, None, at(6))], [], id="none nowhere"),
    ],
)
def test_visits_are_paired_from_arrivals_and_departures(
    events: list[Occurrence], expected: list[tuple[str, float | None, float | None]]
) -> None:
    assert stays(journey(LEFT, *events)) == expected


def test_visits_stand_in_the_order_of_their_start() -> None:
    events = [LEFT, dep("ALK", 30), arr("MAL", 20), dep("DTK", 10), arr("BQT", 20)]
    assert [station for station, _, _ in stays(journey(*events))] == ["DTK", "BQT", "MAL", "ALK"]


def test_stays_before_departure_and_after_arrival_are_not_counted() -> None:
    around = [arr("MAL", -1), dep("MAL", -0.5), arr("BQT", 401), dep("BQT", 402)]
    inside = [arr("ALK", 0), dep("ALK", 1), arr("DTK", 400), dep("DTK", 401)]
    assert stays(journey(LEFT, HERE, *around, *inside)) == [("ALK", 0, 1), ("DTK", 400, 401)]
    assert stays(journey(LEFT, *around, *inside))[-1] == ("BQT", 401, 402)


def test_without_a_departure_no_stay_is_counted() -> None:
    assert journey(arr("MAL", 10), dep("MAL", 20), HERE).visits == ()


def test_visits_count_whether_or_not_the_journey_is_completed() -> None:
    stay = [arr("MAL", 10), dep("MAL", 20)]
    cancelled = other(EventKind.CANCELLED, 1)
    assert stays(journey(LEFT, *stay)) == stays(journey(LEFT, HERE, *stay)) == stays(journey(LEFT, cancelled, *stay))


def test_dwell_is_departure_less_arrival_and_unknown_of_an_incomplete_visit() -> None:
    complete, incomplete = journey(LEFT, arr("DTK", 10), dep("DTK", 28.5), arr("MAL", 40)).visits
    assert (complete.dwell_h, complete.is_complete) == (18.5, True)
    assert (incomplete.dwell_h, incomplete.is_complete) == (None, False)
    departure_only = journey(LEFT, dep("DTK", 10)).visits[0]
    assert (departure_only.dwell_h, departure_only.is_complete) == (None, False)
    assert (complete.start, departure_only.start) == (at(10).instant, at(10).instant)


def test_a_visit_is_known_by_its_day_if_one_end_is() -> None:
    day, second = at(12, day=True), at(12)
    for arrived, departed, expected in [
        (day, second, True),
        (second, day, True),
        (day, None, True),
        (None, day, True),
        (second, second, False),
        (None, second, False),
    ]:
        assert Visit("MAL", arrived, departed).is_day_precise is expected


OPEN = [LEFT, arr("DTK", 5), dep("DTK", 6), arr("MAL", 10)]


def test_the_last_visit_of_a_journey_in_transit_is_open_if_nothing_came_after_its_arrival() -> None:
    assert [visit.is_open for visit in journey(*OPEN).visits] == [False, True]
    assert journey(*OPEN, other(EventKind.GATE_IN, 10, "MAL")).visits[-1].is_open
    assert stays(journey(*OPEN)) == [("DTK", 5, 6), ("MAL", 10, None)]


@pytest.mark.parametrize(
    "later",
    [
        [other(EventKind.HELD, 11, "MAL")],
        [other(EventKind.POSITION, 11)],
        [dep("MAL", 11)],
        [HERE],
        [other(EventKind.CANCELLED, 1)],
        [dep("CKG", 11)],
    ],
)
def test_no_visit_is_open_once_something_came_after_it(later: list[Occurrence]) -> None:
    assert not any(visit.is_open for visit in journey(*OPEN, *later).visits)


def test_a_visit_without_arrival_stands_nowhere() -> None:
    assert not journey(LEFT, dep("MAL", 10)).visits[-1].is_open


def test_an_earlier_visit_without_departure_is_not_open() -> None:
    found = journey(LEFT, arr("DTK", 5), arr("MAL", 10))
    assert [(visit.station, visit.is_open) for visit in found.visits] == [("DTK", False), ("MAL", True)]


# ---------------------------------------------------------------- crossings

PAIRS = (("ALK", "DTK"), ("BQT", "MAL"))


def crossed(*events: Occurrence, direction: Direction = Direction.WESTBOUND) -> list[tuple[str, float]]:
    ends = ("CKG", "MHG") if direction is Direction.WESTBOUND else ("MHG", "CKG")
    return [(c.name, c.hours) for c in crossings(*ends, direction, PAIRS, events)]


def test_a_crossing_lasts_from_the_first_arrival_before_to_the_last_departure_behind() -> None:
    events = [arr("ALK", 10), dep("ALK", 12), arr("ALK", 14), arr("DTK", 16), dep("DTK", 20), dep("DTK", 33)]
    assert crossed(*events) == [("ALK-DTK", 23.0)]


def test_a_crossing_has_one_name_and_turns_with_the_direction() -> None:
    events = [arr("DTK", 10), dep("DTK", 12), arr("ALK", 13), dep("ALK", 15)]
    assert crossed(*events, direction=Direction.EASTBOUND) == [("ALK-DTK", 5.0)]
    # the other way round it goes from 13 to 12
    assert crossed(*events) == []


def test_crossings_stand_in_the_order_of_the_pairs() -> None:
    events = [arr("BQT", 1), dep("MAL", 2), arr("ALK", 10), dep("DTK", 20)]
    assert crossed(*events) == [("ALK-DTK", 10.0), ("BQT-MAL", 1.0)]


@pytest.mark.parametrize(
    "events",
    [
        [arr("ALK", 10)],
        [dep("DTK", 20)],
        [dep("ALK", 10), arr("DTK", 20)],
        [arr("ALK", 20), dep("DTK", 20)],
        [arr("ALK", 21), dep("DTK", 20)],
        [other(EventKind.HELD, 10, "ALK"), other(EventKind.HELD, 20, "DTK")],
        [Occurrence(ARRIVED, None, at(10)), Occurrence(DEPARTED, None, at(20))],
    ],
)
def test_a_crossing_without_both_ends_or_of_no_time_is_none(events: list[Occurrence]) -> None:
    assert crossed(*events) == []


@pytest.mark.parametrize(("origin", "destination"), [("ALK", "MHG"), ("DTK", "MHG"), ("CKG", "DTK"), ("CKG", "ALK")])
def test_no_crossing_where_the_journey_begins_or_ends_at_the_border(origin: str, destination: str) -> None:
    events = [arr("ALK", 10), dep("DTK", 20), arr("BQT", 30), dep("MAL", 40)]
    found = crossings(origin, destination, Direction.WESTBOUND, PAIRS, events)
    assert [crossing.name for crossing in found] == ["BQT-MAL"]


def test_a_crossing_is_counted_of_a_journey_without_a_departure() -> None:
    assert crossed(arr("BQT", 30), dep("MAL", 40)) == [("BQT-MAL", 10.0)]


def test_a_crossing_is_known_by_its_day_if_one_end_is() -> None:
    day, second = at(12, day=True), at(12)
    assert Crossing("BQT-MAL", day, second).is_day_precise
    assert Crossing("BQT-MAL", second, day).is_day_precise
    assert not Crossing("BQT-MAL", second, second).is_day_precise


# ---------------------------------------------------------------- any order

STATIONS = ("CKG", "ALK", "DTK", "MAL", "MHG")
occurrences = st.builds(
    Occurrence,
    st.sampled_from((ARRIVED, ARRIVED, DEPARTED, DEPARTED, EventKind.HELD, EventKind.POSITION, EventKind.CANCELLED)),
    st.sampled_from((*STATIONS, None)),
    st.builds(
        Moment,
        st.integers(0, 30).map(lambda hours: START + timedelta(hours=hours)),
        st.sampled_from((60, 480)),
        st.sampled_from(Precision),
        st.sampled_from(("", "2024-03-01T10:00")),
    ),
)
records = st.lists(occurrences, max_size=14)


@settings(max_examples=300, deadline=None)
@given(records, st.randoms(use_true_random=False))
def test_the_same_events_in_any_order_and_twice_fold_to_the_same_journey(
    events: list[Occurrence], chance: random.Random
) -> None:
    shuffled = [*events, *chance.sample(events, len(events) // 2)]
    chance.shuffle(shuffled)
    assert journey(*shuffled) == journey(*events)
    assert in_order(shuffled) == in_order(events)
    assert crossings("CKG", "MHG", Direction.WESTBOUND, PAIRS, shuffled) == crossings(
        "CKG", "MHG", Direction.WESTBOUND, PAIRS, events
    )


def test_at_one_instant_arrivals_come_first_and_departures_last() -> None:
    events = [dep("ALK", 1), other(EventKind.HELD, 1, "DTK"), arr("MAL", 1), arr("MHG", 0.5)]
    ordered = [arr("MHG", 0.5), arr("MAL", 1), other(EventKind.HELD, 1, "DTK"), dep("ALK", 1)]
    assert in_order(events) == ordered
    # what was told twice, or three times, counts once
    assert in_order([*events, *events[:2]]) == in_order([*events, *events, *events]) == ordered
    assert in_order([events[0], events[0]]) == [events[0]]


@settings(max_examples=400, deadline=None)
@given(records)
def test_the_fold_gives_what_the_definitions_say(events: list[Occurrence]) -> None:
    found = journey(*events)
    departures = [o.moment.instant for o in events if o.event is DEPARTED and o.station == "CKG"]
    arrivals = [o.moment.instant for o in events if o.event is ARRIVED and o.station == "MHG"]
    departed, arrived = min(departures, default=None), max(arrivals, default=None)
    assert (found.departed and found.departed.instant) == departed
    assert (found.arrived and found.arrived.instant) == arrived
    assert (found.last and found.last.moment.instant) == max((o.moment.instant for o in events), default=None)
    assert found.status is plain_status(events, departed, arrived)
    visits = plain_visits(events) if departed else []
    wanted = sorted(
        (start, station, arrival, departure)
        for station, arrival, departure in visits
        for start in [arrival or departure]
        if start and departed and departed <= start and (arrived is None or start <= arrived)
    )
    assert [
        (v.start, v.station, v.arrived and v.arrived.instant, v.departed and v.departed.instant) for v in found.visits
    ] == [tuple(visit) for visit in wanted]
    latest = max((o.moment.instant for o in events), default=None)
    for visit in found.visits:
        is_last = visit is found.visits[-1]
        stands = visit.departed is None and visit.arrived is not None and visit.arrived.instant == latest
        assert visit.is_open == (is_last and stands and found.status is Status.IN_TRANSIT)


def plain_status(events: list[Occurrence], departed: datetime | None, arrived: datetime | None) -> Status:
    if EventKind.CANCELLED in {o.event for o in events}:
        return Status.CANCELLED
    if departed and arrived:
        return Status.COMPLETED if departed < arrived else Status.INCONSISTENT
    if departed:
        return Status.IN_TRANSIT
    stopped = any(o.event in (ARRIVED, DEPARTED) and o.station in ("ALK", "DTK", "MAL") for o in events)
    return Status.INCONSISTENT if arrived or stopped else Status.NOT_DEPARTED


def plain_visits(events: list[Occurrence]) -> list[tuple[str, datetime | None, datetime | None]]:
    """Cut each station's arrivals and departures, in order, before every arrival that follows a departure."""
    visits = []
    for station in ("ALK", "DTK", "MAL"):
        stops = [o for o in events if o.station == station and o.event in (ARRIVED, DEPARTED)]
        here = sorted({(o.moment.instant, o.event is DEPARTED) for o in stops})
        stays: list[list[tuple[datetime, bool]]] = []
        for place, event in enumerate(here):
            if place == 0 or (not event[1] and here[place - 1][1]):
                stays.append([])
            stays[-1].append(event)
        for stay in stays:
            arrivals = [instant for instant, leaves in stay if not leaves]
            departures = [instant for instant, leaves in stay if leaves]
            visits.append((station, min(arrivals, default=None), max(departures, default=None)))
    return visits
