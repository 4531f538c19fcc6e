"""Where trains are between two reports, where the plan wants them, and what that is called."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railtrack.domain.line.places import Corridor, Leg, Method, Mode, Station
from railtrack.domain.movement.events import EventKind
from railtrack.domain.movement.lateness import behind_h, lateness
from railtrack.domain.movement.positions import (
    Fact,
    Way,
    nearest_km,
    plan_calls,
    plan_position,
    usual_run_h,
    way_along,
    where,
)
from railtrack.domain.records import Lateness

START = datetime(2026, 11, 20, 6, tzinfo=UTC)


def station(id: str, lon: float, *roles: str, dwell_h: float | None = None) -> Station:
    return Station(
        id=id, name=id.title(), name_de=id, name_zh=id, country="XX", timezone="UTC", lat=50.0, lon=lon, roles=roles,
        dwell_h_typical=dwell_h,
    )  # fmt: skip


STATIONS = {
    s.id: s
    for s in (
        station("EST", 40.0, "terminal"),
        station("PAS", 37.0, "way", dwell_h=1.0),
        station("HUB", 34.0, "hub", "junction", dwell_h=3.0),
        station("WST", 30.0, "terminal"),
        station("OFF", 33.0, "terminal"),
    )
}


def leg(a: str, b: str, km: float, line: tuple[tuple[float, float], ...] = ()) -> Leg:
    return Leg(origin=a, destination=b, mode=Mode.RAIL, length_km=km, gauge_mm=1520, method=Method.NETWORK, line=line)


CORRIDOR = Corridor(
    id="c", name="C", name_de="C", name_zh="C", stations=("EST", "PAS", "HUB", "WST"), border_pairs=(),
    open_border_pairs=(), gauge_changes=(), planned_running_h=20.0, planned_dwell_h=8.0, planned_total_h=28.0,
)  # fmt: skip
# the middle leg makes a bow to the north, so its half way is not half way between its ends
LEGS = (leg("EST", "PAS", 300.0), leg("PAS", "HUB", 300.0, ((50.0, 37.0), (51.0, 35.5), (50.0, 34.0))),
        leg("HUB", "WST", 400.0))  # fmt: skip


@pytest.fixture(scope="module")
def way() -> Way:
    return way_along(LEGS, STATIONS, CORRIDOR, 1000.0, "EST")


def fact(event: EventKind, station: str | None, hours: float = 0.0, **where_: float) -> Fact:
    return Fact(event, START + timedelta(hours=hours), station, **where_)


def test_a_train_runs_along_the_rails_at_the_planned_running_speed(way: Way) -> None:
    assert way.speed_kmh == 50.0
    found = where(way, fact(EventKind.DEPARTED, "EST"), START + timedelta(hours=9))
    assert found.km_travelled == pytest.approx(450)
    assert found.share == pytest.approx(0.45)
    assert (found.lat, found.lon) == pytest.approx((51.0, 35.5), abs=1e-6)  # half way along the bow, at its top
    assert found.between == ("PAS", "HUB")
    assert found.is_estimated


def test_a_train_runs_through_a_station_where_nothing_is_reported(way: Way) -> None:
    found = where(way, fact(EventKind.DEPARTED, "EST"), START + timedelta(hours=7))
    assert found.between == ("PAS", "HUB")


def test_without_news_a_train_waits_before_the_next_halt(way: Way) -> None:
    found = where(way, fact(EventKind.DEPARTED, "EST"), START + timedelta(days=30))
    assert 580 < found.km_travelled < 600
    assert found.between == ("PAS", "HUB")


def test_an_arrived_train_stands_at_its_station_however_long(way: Way) -> None:
    found = where(way, fact(EventKind.ARRIVED, "HUB"), START + timedelta(days=3))
    assert (found.at, found.km_travelled, found.is_estimated) == ("HUB", 600.0, False)
    assert (found.lat, found.lon) == (50.0, 34.0)


def test_departing_from_the_last_station_goes_nowhere(way: Way) -> None:
    assert where(way, fact(EventKind.DEPARTED, "WST"), START + timedelta(days=1)).at == "WST"


def test_a_recorded_position_is_taken_as_it_is(way: Way) -> None:
    found = where(way, fact(EventKind.POSITION, None, lat=50.1, lon=32.0), START + timedelta(days=2))
    assert (found.lat, found.lon, found.is_estimated) == (50.1, 32.0, False)
    assert found.km_travelled == pytest.approx(800, abs=1)
    assert found.between == ("HUB", "WST")


def test_before_anything_happened_a_train_is_at_its_origin(way: Way) -> None:
    assert where(way, None, START).at == "EST"


def test_a_report_from_a_station_off_the_way_is_shown_there(way: Way) -> None:
    found = where(way, fact(EventKind.ARRIVED, "OFF"), START, STATIONS)
    assert (found.at, found.lon) == ("OFF", 33.0)
    assert found.km_travelled == pytest.approx(700, abs=1)


def test_legs_are_turned_into_travel_direction() -> None:
    back = way_along(LEGS[::-1], STATIONS, CORRIDOR, 1000.0, "WST")
    assert back.stations == ("WST", "HUB", "PAS", "EST")
    assert back.line(1)[0] == (50.0, 34.0)
    assert where(back, fact(EventKind.DEPARTED, "WST"), START + timedelta(hours=4)).between == ("WST", "HUB")


def test_legs_that_do_not_join_are_refused() -> None:
    with pytest.raises(ValueError, match="does not start at EST"):
        way_along(LEGS[1:], STATIONS, CORRIDOR, 1000.0, "EST")
    with pytest.raises(ValueError, match="at least one leg"):
        way_along((), STATIONS, CORRIDOR, 1000.0, "EST")


@given(st.lists(st.floats(0, 200), min_size=2, max_size=6).map(sorted), st.sampled_from(["EST", "PAS", "HUB"]))
def test_time_never_takes_a_train_back_nor_past_its_next_halt(hours: list[float], start: str) -> None:
    way = way_along(LEGS, STATIONS, CORRIDOR, 1000.0, "EST")
    left = fact(EventKind.DEPARTED, start)
    kms = [where(way, left, START + timedelta(hours=h)).km_travelled for h in hours]
    assert kms == sorted(kms)
    here = way.stations.index(start)
    ahead = min(km for s, km in zip(way.stations, way.kms, strict=True) if s in way.halts and km > way.kms[here])
    assert all(way.kms[here] <= km < ahead for km in kms)


@given(st.floats(-10, 1100))
def test_a_point_of_the_line_is_found_again_by_its_kilometre(km: float) -> None:
    way = way_along(LEGS, STATIONS, CORRIDOR, 1000.0, "EST")
    assert nearest_km(way, way.at_km(km)) == pytest.approx(min(max(km, 0), 1000), abs=3)


@given(st.floats(1, 999))
def test_cutting_a_way_in_two_loses_nothing(km: float) -> None:
    way = way_along(LEGS, STATIONS, CORRIDOR, 1000.0, "EST")
    before, after = way.cut(0, km), way.cut(km, 1000)
    assert before[-1][1][-1] == pytest.approx(after[0][1][0])
    assert before[0][1][0] == (50.0, 40.0)
    assert after[-1][1][-1] == (50.0, 30.0)


def test_a_plan_ends_when_it_was_planned_to(way: Way) -> None:
    calls = plan_calls(way, START, START + timedelta(hours=56))
    assert calls[0].departure == START
    assert calls[-1].arrival == START + timedelta(hours=56)
    hub = calls[2]
    assert hub.arrival is not None
    assert hub.departure is not None
    # 8 h of stay by 1 : 3, all of it twice as slow as the corridor's pace
    assert (hub.departure - hub.arrival) == timedelta(hours=12)


def test_without_a_planned_arrival_the_corridor_sets_the_pace(way: Way) -> None:
    assert plan_calls(way, START)[-1].arrival == START + timedelta(hours=28)


@given(st.lists(st.floats(-5, 100), min_size=2, max_size=6).map(sorted))
def test_the_plan_moves_forward_only(hours: list[float]) -> None:
    way = way_along(LEGS, STATIONS, CORRIDOR, 1000.0, "EST")
    calls = plan_calls(way, START)
    kms = [plan_position(way, calls, START + timedelta(hours=h)).km_travelled for h in hours]
    assert kms == sorted(kms)
    assert all(0 <= km <= 1000 for km in kms)


def test_the_plan_stands_at_a_station_for_its_stay(way: Way) -> None:
    calls = plan_calls(way, START)
    assert plan_position(way, calls, START + timedelta(hours=15)).at == "HUB"
    assert plan_position(way, calls, START + timedelta(hours=7)).at == "PAS"
    assert plan_position(way, calls, START + timedelta(hours=99)).at == "WST"


def test_a_train_that_follows_its_plan_is_not_behind(way: Way) -> None:
    calls = plan_calls(way, START)
    left, now = fact(EventKind.DEPARTED, "EST"), START + timedelta(hours=5)
    assert behind_h(way, calls, left, where(way, left, now), now) == pytest.approx(0, abs=1e-6)


def test_a_late_start_is_a_delay_under_way(way: Way) -> None:
    calls = plan_calls(way, START)
    left, now = fact(EventKind.DEPARTED, "EST", 9), START + timedelta(hours=12)
    assert behind_h(way, calls, left, where(way, left, now), now) == pytest.approx(9)


def test_a_standing_train_is_as_late_as_it_came_until_it_should_have_left(way: Way) -> None:
    calls = plan_calls(way, START)  # at the hub from hour 14 to 20
    came = fact(EventKind.ARRIVED, "HUB", 15)
    for hour, late in ((16, 1), (20, 1), (25, 5)):
        now = START + timedelta(hours=hour)
        assert behind_h(way, calls, came, where(way, came, now), now) == pytest.approx(late)


def test_a_train_that_should_have_left_is_behind_before_it_starts(way: Way) -> None:
    calls = plan_calls(way, START)
    late = START + timedelta(hours=3)
    assert behind_h(way, calls, None, where(way, None, late), late) == 3
    early = START - timedelta(hours=3)
    assert behind_h(way, calls, None, where(way, None, early), early) == 0


def test_usual_hours_reach_to_the_next_reported_halt(way: Way) -> None:
    assert usual_run_h(way, "EST") == 12
    assert usual_run_h(way, "WST") is None


NOW = START + timedelta(hours=100)


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({"arrived": True, "behind": 99.0}, Lateness.ARRIVED),
        ({"departed": False, "behind": 0.0}, Lateness.PLANNED),
        ({"departed": False, "behind": 5.0}, Lateness.LATE),
        ({"behind": 2.0}, Lateness.ON_PLAN),
        ({"behind": -8.0}, Lateness.ON_PLAN),
        ({"behind": 2.1}, Lateness.LATE),
        ({"behind": 0.0, "is_held": True}, Lateness.HELD),
        ({"behind": 0.0, "last_at": NOW - timedelta(hours=24)}, Lateness.ON_PLAN),
        ({"behind": 0.0, "last_at": NOW - timedelta(hours=25)}, Lateness.SILENT),
        ({"behind": 0.0, "last_at": NOW - timedelta(hours=25), "usual_h": 20.0}, Lateness.ON_PLAN),
        ({"behind": 9.0, "last_at": NOW - timedelta(hours=60), "stands_since": NOW - timedelta(hours=60)},
         Lateness.LATE),
        ({"behind": 9.0, "stands_since": NOW - timedelta(hours=60), "stay_p90_h": 58.0}, Lateness.HELD),
        ({"behind": 9.0, "planned_arrival": NOW - timedelta(hours=3)}, Lateness.HELD),
        ({"behind": 1.0, "planned_arrival": NOW - timedelta(hours=2)}, Lateness.ON_PLAN),
    ],
)  # fmt: skip
def test_the_state_says_what_stands_out_most(told: dict[str, object], state: Lateness) -> None:
    given = {"departed": True, "arrived": False, **told}
    assert lateness(now=NOW, **given) is state  # type: ignore[arg-type]
