"""The timetable of one journey: what was reported, what the plan says, what is expected."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from railtrack.domain.line.network import Network
from railtrack.domain.movement.events import EventKind
from railtrack.domain.movement.journeys import Journey, Status, Visit, fold
from railtrack.domain.movement.positions import Call, Fact, plan_calls, way_along, where
from railtrack.domain.movement.timetable import Course, Reach, Timetable, common_journey, timetable, to_ten_minutes
from railtrack.domain.records import RecordedJourney
from tests.factories import CORRIDOR, NOW, moment

DEPARTURE = datetime(2024, 5, 14, 2, tzinfo=UTC)
LEFT = moment("2024-05-14T10:00+08:00")


def course(network: Network, journey: Journey, fact: Fact | None = None, **facts: object) -> Course:
    corridor = network.corridors[CORRIDOR]
    legs = network.corridor_legs(CORRIDOR, "CKG", "MHG")
    km = network.corridor_length_km(CORRIDOR, "CKG", "MHG")
    assert legs is not None
    assert km is not None
    way = way_along(legs, network.stations, corridor, km, "CKG")
    found = Course(
        origin="CKG",
        destination="MHG",
        journey=journey,
        way=way,
        calls=to_ten_minutes(plan_calls(way, DEPARTURE)),
        position=where(way, fact, NOW, network.stations) if fact else None,
    )
    return replace(found, **facts)  # type: ignore[arg-type] # names checked by the dataclass


def laid_out(network: Network, found: Course) -> Timetable:
    return timetable(found, network.stations, NOW)


def by_station(table: Timetable) -> dict[str, object]:
    return {stop.station: stop for stop in table.stops}


def standing(at: str = "MAL", arrived: str = "2024-05-28T06:00+02:00") -> tuple[Journey, Fact]:
    told = moment(arrived)
    journey = Journey(Status.IN_TRANSIT, LEFT, None, (Visit(at, told, None, is_open=True),), None)
    return journey, Fact(EventKind.ARRIVED, told.instant, at)


def test_the_plan_spans_the_corridors_hours(network: Network) -> None:
    journey = fold("CKG", "MHG", [])
    table = laid_out(network, course(network, journey))
    corridor = network.corridors[CORRIDOR]
    assert table.stops[0].planned_departure == DEPARTURE
    assert table.stops[-1].planned_arrival is not None
    hours = (table.stops[-1].planned_arrival - DEPARTURE).total_seconds() / 3600
    assert abs(hours - corridor.planned_running_h - corridor.planned_dwell_h) < 0.2
    times = [t for s in table.stops for t in (s.planned_arrival, s.planned_departure) if t is not None]
    assert times == sorted(times)
    assert len(table.stops) == len(corridor.stations)


def test_derived_times_are_rounded_to_ten_minutes_and_stated_ones_kept() -> None:
    at = datetime(2024, 5, 1, 10, 3, 31, tzinfo=UTC)
    calls = (Call("A", 0, None, at), Call("B", 1, at, at + timedelta(minutes=4)), Call("C", 2, at, None))
    first, inner, last = to_ten_minutes(calls)
    assert (first.departure, last.arrival) == (at, at)
    assert (inner.arrival, inner.departure) == (at.replace(minute=0, second=0), at.replace(minute=10, second=0))
    assert to_ten_minutes(()) == ()
    assert to_ten_minutes((first, last)) == (first, last)


def test_before_the_departure_everything_lies_ahead_and_nothing_is_expected(network: Network) -> None:
    table = laid_out(network, course(network, fold("CKG", "MHG", []), behind_h=5.0))
    assert {stop.reach for stop in table.stops} == {Reach.AHEAD}
    assert not any(stop.is_expected for stop in table.stops)
    assert table.between is None


def test_a_standing_train_is_here_and_its_stay_grows(network: Network) -> None:
    journey, fact = standing()
    table = laid_out(network, course(network, journey, fact, behind_h=41.0))
    (here,) = [stop for stop in table.stops if stop.reach is Reach.HERE]
    assert (here.station, here.behind_h) == ("MAL", 41.0)
    assert here.stay_h is not None
    assert round(here.stay_h, 1) == round((NOW - fact.at).total_seconds() / 3600, 1)
    after = table.stops[table.stops.index(here) + 1]
    assert after.planned_arrival is not None
    assert after.expected_arrival == after.planned_arrival + timedelta(hours=41)
    assert (after.behind_h, after.is_expected) == (41.0, True)


def test_an_estimate_takes_the_place_of_the_moved_plan_only_while_it_lies_ahead(network: Network) -> None:
    journey, fact = standing()
    told = moment("2024-06-05T09:00+02:00")
    past = moment("2024-05-30T09:00+02:00")
    estimates = {("MHG", EventKind.ARRIVED): told, ("POZ", EventKind.ARRIVED): past}
    table = laid_out(network, course(network, journey, fact, behind_h=41.0, estimates=estimates))
    stops = {stop.station: stop for stop in table.stops}
    assert stops["MHG"].expected_arrival == told.instant
    assert stops["POZ"].expected_arrival != past.instant


def test_a_running_train_lies_between_two_shown_stations(network: Network) -> None:
    left = moment("2024-05-31T19:30+08:00")
    journey = Journey(Status.IN_TRANSIT, LEFT, None, (Visit("XIA", None, left),), None)
    fact = Fact(EventKind.DEPARTED, left.instant, "XIA")
    table = laid_out(network, course(network, journey, fact, behind_h=0.0, shown={"URC"}))
    assert table.between is not None
    assert [s.station for s in table.stops[table.between : table.between + 2]] == ["XIA", "URC"]


def test_an_arrival_is_held_against_the_plan_and_passed_stations_may_lack_a_report(network: Network) -> None:
    arrived = moment("2024-06-01T00:00+02:00")
    journey = Journey(Status.COMPLETED, LEFT, arrived, (), None)
    table = laid_out(network, course(network, journey))
    assert {stop.reach for stop in table.stops} == {Reach.PASSED}
    last = table.stops[-1]
    assert last.planned_arrival is not None
    assert last.behind_h == (arrived.instant - last.planned_arrival).total_seconds() / 3600
    assert not table.stops[5].is_reported


def test_only_days_are_compared_where_only_days_are_known(network: Network) -> None:
    journey = Journey(Status.COMPLETED, LEFT, moment("2024-06-03+02:00"), (), None)
    last = laid_out(network, course(network, journey)).stops[-1]
    assert last.behind_h is None
    assert last.behind_days == 3
    exact = Journey(Status.COMPLETED, LEFT, moment("2024-05-31T23:59+02:00"), (), None)
    assert laid_out(network, course(network, exact, day_plan=True)).stops[-1].behind_days == 0


def test_several_stays_at_a_station_are_one_row(network: Network) -> None:
    first = Visit("XIA", moment("2024-05-15T01:00+08:00"), moment("2024-05-15T05:00+08:00"))
    again = Visit("XIA", moment("2024-05-15T09:00+08:00"), None)
    journey = Journey(Status.IN_TRANSIT, LEFT, None, (first, again), None)
    fact = Fact(EventKind.ARRIVED, moment("2024-05-15T09:00+08:00").instant, "XIA")
    stops = {s.station: s for s in laid_out(network, course(network, journey, fact)).stops}
    assert (stops["XIA"].arrived, stops["XIA"].departed) == (first.arrived, None)


def test_a_stay_off_the_way_stands_where_its_time_puts_it(network: Network) -> None:
    stray = Visit("HRG", moment("2024-05-20T10:00+08:00"), moment("2024-05-20T12:00+08:00"))
    later = Visit("MAL", moment("2024-05-28T06:00+02:00"), None)
    journey = Journey(Status.IN_TRANSIT, LEFT, None, (stray, later), None)
    _, fact = standing()
    table = laid_out(network, course(network, journey, fact, shown=set()))
    assert [s.station for s in table.stops][:3] == ["CKG", "HRG", "MAL"]
    assert table.stops[1].planned_arrival is None
    assert table.stops[1].stay_h == 2


def test_without_a_way_the_ends_and_the_stays_are_shown(network: Network) -> None:
    journey, _ = standing()
    table = laid_out(network, replace(course(network, journey), way=None, calls=(), position=None))
    assert [s.station for s in table.stops] == ["CKG", "MAL", "MHG"]
    assert not table.has_plan


def test_borders_lie_between_countries(network: Network) -> None:
    table = laid_out(network, course(network, fold("CKG", "MHG", []), shown={"ALK", "DTK"}))
    assert [s.station for s in table.stops if s.crosses_border] == ["ALK", "DTK"]
    assert {s.station: s.gauge for s in table.stops}["DTK"] == "1520"


def test_the_common_journey_is_that_of_most_containers() -> None:
    def recorded(number: int, journey: Journey) -> RecordedJourney:
        return RecordedJourney(id=number, shipment_id=1, journey=journey)

    left, waiting = fold("CKG", "MHG", []), Journey(Status.IN_TRANSIT, LEFT, None, (), None)
    gone = Journey(Status.CANCELLED, None, None, (), None)
    found = common_journey([recorded(1, left), recorded(2, waiting), recorded(3, gone)], {1: 1, 2: 4, 3: 9})
    assert found.journey is not None
    assert (found.journey.id, found.containers, found.differing) == (2, 14, 10)
    assert found.others == {1, 3}
    assert common_journey([], {}).journey is None
