"""Ways over stored legs, lengths along corridors, and points along a line."""

from dataclasses import replace
from itertools import pairwise
from math import fsum

import pytest
from geopy.distance import geodesic
from hypothesis import given
from hypothesis import strategies as st

from railtrack.domain.line.geodesy import along, geodesic_km, haversine_km, simplified
from railtrack.domain.line.network import Network, NoWay, turned
from railtrack.domain.movement.journeys import Direction
from railtrack.exchange.reference import load_reference
from railtrack.resources import folder
from tests.unit.lines import line_km

DATA = load_reference(folder("data"))
NETWORK = DATA.network()
MAIN = "dostyk-petropavl"
IDS = sorted(NETWORK.stations)
points = st.tuples(st.floats(-89, 89), st.floats(-180, 180))


# ---------------------------------------------------------------- routes


def test_the_shortest_way_runs_over_legs_that_join_and_sums_to_its_length() -> None:
    route = NETWORK.route("CKG", "MHG")
    assert route.stations[0] == "CKG"
    assert route.stations[-1] == "MHG"
    assert all(a.destination == b.origin for a, b in pairwise(route.legs))
    assert route.length_km == fsum(leg.length_km for leg in route.legs)
    on_corridor = NETWORK.corridor_length_km(MAIN, "CKG", "MHG")
    assert on_corridor is not None
    assert route.length_km <= on_corridor


@given(st.sampled_from(IDS), st.sampled_from(IDS))
def test_a_way_is_as_long_back_as_forth(a: str, b: str) -> None:
    try:
        forth = NETWORK.route(a, b)
    except NoWay:
        with pytest.raises(NoWay):
            NETWORK.route(b, a)
        return
    assert forth.length_km == pytest.approx(NETWORK.route(b, a).length_km)


@given(st.sampled_from(IDS), st.sampled_from(IDS), st.sampled_from(IDS))
def test_a_detour_is_never_shorter(a: str, b: str, via: str) -> None:
    try:
        detour = NETWORK.route(a, b, [via])
    except NoWay:
        return
    assert detour.length_km >= NETWORK.route(a, b).length_km - 1e-9
    assert detour.length_km == pytest.approx(NETWORK.route(a, via).length_km + NETWORK.route(via, b).length_km)
    places = [(NETWORK.stations[i].lat, NETWORK.stations[i].lon) for i in (a, via, b)]
    assert detour.great_circle_km == pytest.approx(sum(geodesic(p, q).km for p, q in pairwise(places)), abs=0.01)


def test_a_way_along_a_corridor_keeps_to_it() -> None:
    route = NETWORK.route("CKG", "MHG", corridor=MAIN)
    assert route.stations == NETWORK.corridors[MAIN].stations
    assert NETWORK.route("LUH", "GYP", corridor=MAIN).stations[:2] == ("LUH", "MHG")
    with pytest.raises(NoWay):
        NETWORK.route("CKG", "HRG", corridor=MAIN)


def test_sea_legs_are_ways_too() -> None:
    route = NETWORK.route("AAU", "ALY")
    assert [leg.mode for leg in route.legs] == ["sea"]
    assert route.legs[0].gauge_mm is None


def test_an_island_without_legs_is_not_reached() -> None:
    with pytest.raises(NoWay, match="Yangshan"):
        NETWORK.route("SHA", "MHG")


def test_a_way_to_where_one_is_has_no_length() -> None:
    assert NETWORK.route("CKG", "CKG").length_km == 0


# ---------------------------------------------------------------- corridors


def test_the_first_corridor_of_the_file_that_holds_both_is_taken() -> None:
    def held(a: str, b: str) -> str | None:
        corridor = NETWORK.corridor_holding(a, b)
        return corridor.id if corridor else None

    assert held("CKG", "MHG") == MAIN
    assert held("MHG", "CKG") == MAIN
    assert held("CKG", "DUI") == "dostyk-duisburg"
    assert held("XIA", "HRG") == "khorgos"
    assert held("BLT", "MUK") == "kaliningrad-mukran"
    assert held("GYP", "LUH") == MAIN
    assert held("GYP", "DUI") == "dostyk-duisburg"
    assert held("SHA", "MHG") is None
    assert held("MHG", "TAO") is None


def test_a_terminal_off_the_corridor_is_joined_by_its_leg() -> None:
    main = NETWORK.corridor_length_km(MAIN, "CKG", "MHG")
    to_port = NETWORK.leg("GYP", "CKG")
    to_works = NETWORK.leg("MHG", "LUH")
    assert main is not None
    assert to_port is not None
    assert to_works is not None
    joined = NETWORK.corridor_length_km(MAIN, "LUH", "GYP")
    assert joined == pytest.approx(main + to_port.length_km + to_works.length_km)
    assert NETWORK.stations_between(MAIN, "GYP", "ANK") == ("GYP", "CKG", "DAZ", "ANK")
    assert NETWORK.stations_between(MAIN, "GYP", "CKG") == ("GYP", "CKG")


def test_a_way_station_off_the_corridor_is_not_joined() -> None:
    assert NETWORK.corridor_legs(MAIN, "CKG", "SDC") is None
    assert NETWORK.corridor_length_km(MAIN, "CKG", "TAO") is None
    assert NETWORK.line(MAIN, "CKG", "TAO") == ()


def test_legs_point_in_the_direction_of_travel() -> None:
    west = NETWORK.corridor_legs(MAIN, "CKG", "MHG")
    east = NETWORK.corridor_legs(MAIN, "MHG", "CKG")
    assert west is not None
    assert east is not None
    assert len(west) == 46
    assert east == tuple(turned(leg) for leg in reversed(west))
    assert (east[0].origin, east[-1].destination) == ("MHG", "CKG")
    for leg in east:
        start = NETWORK.stations[leg.origin]
        assert leg.line[0] == (start.lat, start.lon)


def test_direction_goes_by_longitude() -> None:
    assert NETWORK.direction("CKG", "MHG") is Direction.WESTBOUND
    assert NETWORK.direction("MHG", "CKG") is Direction.EASTBOUND


def test_the_line_of_a_corridor_has_no_gaps_and_ends_at_its_stations() -> None:
    line = NETWORK.line(MAIN, "MHG", "CKG")
    mannheim, chongqing = NETWORK.stations["MHG"], NETWORK.stations["CKG"]
    assert line[0] == (mannheim.lat, mannheim.lon)
    assert line[-1] == (chongqing.lat, chongqing.lon)
    assert len(line) > 1000
    assert all(a != b for a, b in pairwise(line))
    assert line == NETWORK.line(MAIN, "CKG", "MHG")[::-1]


def test_parts_that_do_not_fit_together_are_refused() -> None:
    leg, corridor = DATA.legs[0], DATA.corridors[0]
    with pytest.raises(ValueError, match="XXX"):
        Network(DATA.stations, [replace(leg, origin="XXX")])
    with pytest.raises(ValueError, match="two legs"):
        Network(DATA.stations, [leg, turned(leg)])
    with pytest.raises(ValueError, match="no leg joins"):
        Network(DATA.stations, [leg], [corridor])


# ---------------------------------------------------------------- distances and lines


@given(points, points)
def test_our_geodesic_agrees_with_geopy_to_a_metre_where_trains_run(
    a: tuple[float, float], b: tuple[float, float]
) -> None:
    if haversine_km(a, b) < 19_000:  # nearly opposite points are left to the sphere
        assert geodesic_km(a, b) == pytest.approx(geodesic(a, b).km, abs=0.001)
    else:
        assert geodesic_km(a, b) == pytest.approx(geodesic(a, b).km, rel=0.006)


@given(points, points)
def test_the_sphere_is_within_6_thousandths_of_the_geodesic(a: tuple[float, float], b: tuple[float, float]) -> None:
    assert haversine_km(a, b) == pytest.approx(geodesic_km(a, b), rel=0.006, abs=1e-6)


@given(st.floats(0, 1))
def test_a_share_of_a_line_is_that_share_of_its_length(share: float) -> None:
    corner = ((0.0, 0.0), (0.0, 3.0), (1.0, 3.0))  # three degrees east, then one north
    lat, lon = along(corner, share)
    assert (lat, lon) == pytest.approx((max(0.0, 4 * share - 3), min(3.0, 4 * share)), abs=1e-6)


@given(st.floats(0, 1), st.floats(0, 1))
def test_two_points_along_the_rails_are_no_farther_apart_than_the_rails_between(a: float, b: float) -> None:
    line = NETWORK.line(MAIN, "ALK", "AST")
    apart = haversine_km(along(line, a), along(line, b))
    assert apart <= abs(a - b) * line_km(line) * 1.001 + 0.1


def test_shares_beyond_the_ends_stay_at_the_ends() -> None:
    line = ((50.0, 8.0), (50.0, 9.0))
    assert along(line, -1) == line[0]
    assert along(line, 0) == line[0]
    assert along(line, 1) == line[1]
    assert along(line, 7) == line[1]
    assert along([line[0]], 0.5) == line[0]
    assert along([line[0], line[0]], 0.5) == line[0]
    with pytest.raises(ValueError, match="without points"):
        along((), 0.5)


def test_simplifying_keeps_ends_and_bends_and_drops_what_lies_between() -> None:
    line = [(50.0, 8.0), (50.0, 8.5), (50.0005, 8.7), (50.0, 9.0), (51.0, 9.0)]
    assert simplified(line, 0.2) == ((50.0, 8.0), (50.0, 9.0), (51.0, 9.0))
    assert simplified(line, 0.001) == tuple(line[:1] + line[1:])
    assert simplified(line[:2], 0.2) == tuple(line[:2])


def test_the_sense_along_a_corridor_is_not_the_compass(network: Network) -> None:
    assert network.direction("CKG", "ULN") is Direction.EASTBOUND
    assert network.sense("erenhot", "CKG", "ULN") is Direction.WESTBOUND
    assert network.sense("erenhot", "ULN", "CKG") is Direction.EASTBOUND
    assert network.sense("dostyk-petropavl", "GYP", "LUH") is Direction.WESTBOUND  # terminals joined by a leg
    assert network.sense("dostyk-petropavl", "MHG", "TAO") is Direction.EASTBOUND  # not on it: the compass
