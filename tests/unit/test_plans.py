"""Corridors to choose from, and the arrival their plans lead to."""

from datetime import datetime, timedelta

import pytest

from railtrack.domain.line.network import Network
from railtrack.domain.movement.plans import choices, due, planned_h, suggested_arrival
from tests.factories import moment


def test_only_corridors_that_join_both_stations_can_be_chosen(network: Network) -> None:
    assert [c.corridor.id for c in choices(network, "CKG", "DUI")] == ["dostyk-duisburg"]
    assert len(choices(network, "CKG", "MHG")) == 9


def test_the_order_is_that_in_which_one_is_assumed(network: Network) -> None:
    first = choices(network, "CKG", "MHG")[0].corridor
    assert first is network.corridor_holding("CKG", "MHG")


@pytest.mark.parametrize(("origin", "destination"), [("CKG", "CKG"), ("XXX", "MHG"), ("CKG", "XXX")])
def test_there_is_nothing_to_choose_without_two_known_stations(network: Network, origin: str, destination: str) -> None:
    assert choices(network, origin, destination) == ()


def test_length_and_sea_legs_are_those_between_the_stations(network: Network) -> None:
    by_sea = next(c for c in choices(network, "MHG", "CKG") if c.corridor.id == "middle-poti")
    assert by_sea.sea_legs == 2
    assert by_sea.length_km == network.corridor_length_km("middle-poti", "CKG", "MHG")
    assert by_sea.legs[0].origin == "MHG"


def test_the_whole_way_has_the_planned_hours_either_way(network: Network) -> None:
    west, east = choices(network, "CKG", "MHG")[0], choices(network, "MHG", "CKG")[0]
    assert planned_h(network, west) == planned_h(network, east) == west.corridor.planned_total_h


def test_a_part_of_the_way_has_its_share_of_them(network: Network) -> None:
    part = choices(network, "CKG", "DTK")[0]
    whole_km = network.corridor_length_km(part.corridor.id, "CKG", "MHG")
    assert whole_km is not None
    assert planned_h(network, part) == round(part.corridor.planned_total_h * part.length_km / whole_km)


def test_an_arrival_is_spelled_on_the_clock_of_the_destination(network: Network) -> None:
    mannheim = network.stations["MHG"]
    assert suggested_arrival(moment("2026-12-01T10:00+08:00"), 420, mannheim) == "2026-12-18 15:00"


def test_a_departure_known_by_its_day_suggests_a_day(network: Network) -> None:
    assert suggested_arrival(moment("2026-12-01+08:00"), 420, network.stations["MHG"]) == "2026-12-18"


def test_a_terminal_off_the_corridors_is_joined_to_them(network: Network) -> None:
    assert next(c.corridor.id for c in choices(network, "GYP", "MHG")) == "dostyk-petropavl"


@pytest.mark.parametrize(
    ("station", "planned", "end"),
    [
        ("MHG", "2024-03-19T10:00+01:00", "2024-03-19T10:00+01:00"),  # a plan of hours is kept until then
        ("MHG", "2024-03-19+01:00", "2024-03-20T00:00+01:00"),
        ("CKG", "2024-03-19+08:00", "2024-03-20T00:00+08:00"),
        ("MHG", "2024-03-31+02:00", "2024-04-01T00:00+02:00"),  # of 23 hours
        ("MHG", "2024-03-30+01:00", "2024-03-31T00:00+01:00"),  # the day before them
        ("MHG", "2024-10-27+01:00", "2024-10-28T00:00+01:00"),  # of 25 hours
        ("DTK", "2024-02-29+06:00", "2024-03-01T00:00+05:00"),  # at midnight clocks went back to 23:00
        ("DTK", "2024-02-28+06:00", "2024-02-29T00:00+06:00"),
        ("DTK", "2024-03-01+05:00", "2024-03-02T00:00+05:00"),
        ("ALT", "2024-02-29+06:00", "2024-03-01T00:00+05:00"),
    ],
)
def test_a_planned_day_is_kept_until_the_stations_next_midnight(
    network: Network, station: str, planned: str, end: str
) -> None:
    found = due(moment(planned), network.stations[station])
    assert found == datetime.fromisoformat(end)
    assert found.utcoffset() == timedelta(0)


def test_without_the_station_a_day_ends_at_the_offset_it_was_stated_with() -> None:
    assert due(moment("2024-02-29+06:00"), None) == datetime.fromisoformat("2024-03-01T00:00+06:00")
    assert due(moment("2024-02-29T08:00+06:00"), None) == datetime.fromisoformat("2024-02-29T08:00+06:00")
