"""What an administrator states of stations, legs and corridors: all of `data/` passes, and each mistake is told."""

from dataclasses import replace
from typing import Any

import pytest

from railtrack.domain.errors import Problem, Severity
from railtrack.domain.line.mending.corridor import judge_corridor, misfits, read_chain
from railtrack.domain.line.mending.leg import judge_leg, leg_warnings, measured_again
from railtrack.domain.line.mending.station import judge_station, proposed_timezone
from railtrack.domain.line.network import Network
from railtrack.domain.line.places import Corridor, Leg, Method, Mode, Station
from railtrack.domain.rows.judging import Judged
from railtrack.domain.rows.raw import RawRow
from railtrack.domain.world import World
from railtrack.exchange.reference import ReferenceData
from railtrack.operations.administering.places import known_countries
from railtrack.web.administering.place_cells import corridor_cells, leg_cells, station_cells

SARYSHAGAN = {
    "id": "SRY", "name": "Saryshagan", "name_de": "Saryschagan", "name_zh": "", "country": "KZ",
    "timezone": "Asia/Almaty", "lat": "46.11", "lon": "73.62", "gauges_mm": "1520", "roles": "way",
}  # fmt: skip
SHORT = {
    "id": "short", "name": "Short", "stations": "ALK DTK AGZ", "border_pairs": "ALK-DTK", "planned_running_h": "20",
    "planned_dwell_h": "4",
}  # fmt: skip


def station(world: World, before: Station | None = None, **cells: str) -> Judged[Station]:
    stated = station_cells(before) if before is not None else SARYSHAGAN
    return judge_station(RawRow(None, {**stated, **cells}), world, before, countries=known_countries())


def leg(world: World, before: Leg | None = None, **cells: str) -> Judged[Any]:
    stated = leg_cells(before) if before is not None else {"origin": "CGO", "destination": "TAO", "mode": "rail"}
    return judge_leg(RawRow(None, {**stated, **cells}), world, before)


def corridor(world: World, before: Corridor | None = None, **cells: str) -> Judged[Corridor]:
    stated = corridor_cells(before) if before is not None else SHORT
    return judge_corridor(RawRow(None, {**stated, **cells}), world, before)


def told(judged: Judged[Any], column: str) -> Problem:
    """The one problem of a column, on a row that is not taken."""
    assert judged.row is None
    (found,) = [p for p in judged.problems if p.column == column and p.severity is Severity.PROBLEM]
    assert found.remedy is not None
    return found


# ---------------------------------------------------------------- what we ship keeps the rules


def test_everything_in_data_passes_and_comes_back_unchanged(reference_data: ReferenceData, world: World) -> None:
    assert [s for s in reference_data.stations if station(world, s).row != s] == []
    assert [k for k in reference_data.corridors if corridor(world, k).row != k] == []
    for each in reference_data.legs:
        stated = leg(world, each).row
        assert stated is not None
        assert stated.over(each) == each
    assert [k.id for k in reference_data.corridors if misfits(k, world.network)] == []


# ---------------------------------------------------------------- stations


def test_a_new_station_is_taken_as_it_was_typed(world: World) -> None:
    judged = station(world, id="sry", country="kz", unlocode="kz sry")
    assert judged.problems == ()
    assert judged.row == Station(
        id="SRY", name="Saryshagan", name_de="Saryschagan", name_zh="", country="KZ", timezone="Asia/Almaty",
        lat=46.11, lon=73.62, gauges_mm=(1520,), roles=("way",), unlocode="KZSRY",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("id", "", "code is missing"),
        ("id", "SR", "three or four letters"),
        ("id", "S1Y", "three or four letters"),
        ("id", "DTK", "Dostyk already"),
        ("name", "", "English name is missing"),
        ("name", "dostyk", "Dostyk (DTK) goes by this name"),
        ("name_de", "Małaszewicze", "goes by this name"),
        ("name", "MHG", "goes by this name"),
        ("name", "x" * 101, "101 characters"),
        ("name", "Sary\x00", "control characters"),
        ("country", "", "country is missing"),
        ("country", "XX", "no country"),
        ("country", "Kazakhstan", "no country"),
        ("lat", "", "latitude is missing"),
        ("lon", "", "longitude is missing"),
        ("lat", "91", "more than 90"),
        ("lat", "46,11", "comma"),
        ("lon", "-180.5", "at least -180"),
        ("lon", "nan", "not a finite number"),
        ("lat", "north", "not a number"),
        ("gauges_mm", "", "No gauge"),
        ("gauges_mm", "1067", "gauges are 1435 and 1520"),
        ("roles", "", "No role"),
        ("roles", "way palace", "no role"),
        ("unlocode", "KZ1AB", "two letters for the country"),
        ("unlocode", "DEMHG", "lies in DE"),
        ("unlocode_other", "KZDYK nonsense", "two letters for the country"),
        ("timezone", "Asia/Astana-ish", "no time zone"),
        ("dwell_h_typical", "-1", "negative"),
    ],
)
def test_a_mistake_on_a_station_is_told_with_its_remedy(world: World, column: str, value: str, words: str) -> None:
    assert words in str(told(station(world, **{column: value}), column).message)


def test_all_that_is_wrong_is_told_at_once(world: World) -> None:
    judged = station(world, id="", name="", lat="", gauges_mm="", roles="", unlocode="1")
    assert {p.column for p in judged.problems} == {"id", "name", "lat", "gauges_mm", "roles", "unlocode"}


def test_the_zone_of_the_nearest_station_of_the_country_is_proposed_and_must_be_confirmed(world: World) -> None:
    problem = told(station(world, timezone=""), "timezone")
    assert problem.suggestions == ("Asia/Almaty",)
    assert "works in Asia/Almaty" in str(problem.remedy)
    stations = world.network.stations.values()
    near_omsk = proposed_timezone("RU", (55.0, 73.4), stations)
    assert near_omsk is not None
    assert near_omsk[0] == "Asia/Omsk"
    assert proposed_timezone("FR", (48.9, 2.4), stations) is None
    assert told(station(world, country="FR", timezone="", lat="48.9", lon="2.4"), "timezone").suggestions == ()


def test_exchanged_coordinates_are_seen(world: World) -> None:
    problem = told(station(world, country="CN", timezone="Asia/Shanghai", lat="29.6", lon="-106"), "lat")
    assert "Mend the coordinates" in str(problem.remedy)
    problem = told(station(world, country="DE", timezone="Europe/Berlin", lat="8.4", lon="49.5"), "lat")
    assert "exchanged" in str(problem.remedy)


def test_a_code_that_names_another_station_is_refused(world: World) -> None:
    taken = world.network.stations["AST"].unlocode
    assert "already" in str(told(station(world, unlocode=taken), "unlocode").message)


def test_a_harbour_may_be_without_rails(world: World) -> None:
    assert station(world, roles="port", gauges_mm="").row is not None


def test_a_gauge_that_legs_need_stays(world: World) -> None:
    problem = told(station(world, world.network.stations["DTK"], gauges_mm="1435"), "gauges_mm")
    assert "DTK–AGZ" in str(problem.message)


def test_nine_in_ten_stays_are_no_shorter_than_the_typical_one(world: World) -> None:
    assert station(world, dwell_h_typical="10", dwell_h_p90="10").row is not None
    told(station(world, dwell_h_typical="10", dwell_h_p90="9"), "dwell_h_p90")


# ---------------------------------------------------------------- legs


def test_a_leg_takes_the_one_gauge_both_stations_have(world: World) -> None:
    judged = leg(world, origin="zhengzhou", destination="TAO")
    assert judged.row is None or judged.row.gauge_mm == 1435
    assert leg(world, origin="CGO").row.gauge_mm == 1435
    assert leg(world, gauge_mm="1520").row is None


@pytest.mark.parametrize(
    ("column", "cells", "words"),
    [
        ("origin", {"origin": ""}, "missing"),
        ("origin", {"origin": "Nowhere at all"}, "No station"),
        ("destination", {"destination": "CGO"}, "the same station"),
        ("destination", {"origin": "DAZ", "destination": "CKG"}, "joins Dazhou and"),
        ("mode", {"mode": ""}, "how one gets there"),
        ("mode", {"mode": "air"}, "rail or by sea"),
        ("gauge_mm", {"gauge_mm": "1000"}, "1435 or 1520"),
        ("gauge_mm", {"origin": "DTK", "destination": "MAL"}, "gauge is missing"),
        ("published_source", {"published_km": "700"}, "needs its source"),
        ("overruled", {"length_km": "700"}, "needs a reason"),
        ("length_km", {"overruled": "tariff"}, "no length"),
        ("length_km", {"length_km": "500", "overruled": "tariff"}, "shorter than the great circle"),
        ("length_km", {"length_km": "7e9", "overruled": "tariff"}, "more than 25,000"),
        ("published_km", {"published_km": "-7", "published_source": "x"}, "negative"),
    ],
)
def test_a_mistake_on_a_leg_is_told_with_its_remedy(
    world: World, column: str, cells: dict[str, str], words: str
) -> None:
    assert words in str(told(leg(world, **cells), column).message)


def test_a_published_length_may_be_odd_but_is_worth_a_look(world: World) -> None:
    for km in ("500", "5000"):
        judged = leg(world, published_km=km, published_source="press")
        assert judged.row is not None
        assert [p.severity for p in judged.problems] == [Severity.WARNING]


def test_a_length_set_by_hand_keeps_the_measured_one_and_can_be_taken_back() -> None:
    measured = Leg(origin="A", destination="B", mode=Mode.RAIL, length_km=100.0, gauge_mm=1435, method=Method.NETWORK)
    stated = Leg(
        origin="A", destination="B", mode=Mode.RAIL, length_km=110.0, gauge_mm=1435, method=Method.NETWORK,
        measured_km=100.0, overruled="tariff",
    )  # fmt: skip
    assert measured_again(stated) == measured
    assert measured_again(measured) == measured


def test_a_measured_length_a_tenth_off_the_published_one_is_worth_a_look() -> None:
    near = Leg(
        origin="A", destination="B", mode=Mode.RAIL, length_km=110.0, gauge_mm=1435, method=Method.NETWORK,
        published_km=100.0,
    )  # fmt: skip
    assert leg_warnings(near) == ()
    far = Leg(
        origin="A", destination="B", mode=Mode.RAIL, length_km=100.0, gauge_mm=1435, method=Method.NETWORK,
        published_km=100.0, measured_km=112.0, overruled="tariff",
    )  # fmt: skip
    assert len(leg_warnings(far)) == 1


# ---------------------------------------------------------------- corridors


def test_a_new_corridor_takes_its_gauge_changes_from_its_legs(world: World) -> None:
    judged = corridor(world)
    assert judged.problems == ()
    assert judged.row is not None
    assert judged.row.stations == ("ALK", "DTK", "AGZ")
    assert judged.row.gauge_changes == ("DTK",)
    assert judged.row.border_pairs == (("ALK", "DTK"),)
    assert (judged.row.planned_total_h, judged.row.origin, judged.row.destination) == (24.0, "ALK", "AGZ")


@pytest.mark.parametrize(
    "text", ["ALK DTK AGZ", "alk,dtk;agz", "Alashankou\nDostyk\r\nAktogay", "ALK → 多斯特克 → AGZ"]
)
def test_stations_may_be_written_in_many_ways(world: World, text: str) -> None:
    assert read_chain(text, world).stations == ("ALK", "DTK", "AGZ")


@pytest.mark.parametrize(
    ("column", "cells", "words"),
    [
        ("id", {"id": ""}, "no id"),
        ("id", {"id": "Not Good"}, "small letters"),
        ("id", {"id": "khorgos"}, "corridor of this id"),
        ("name", {"name": ""}, "English name"),
        ("name", {"name": "northern corridor to duisburg"}, "dostyk-duisburg"),
        ("stations", {"stations": ""}, "No stations"),
        ("stations", {"stations": "ALK", "border_pairs": ""}, "two stations"),
        ("stations", {"stations": "ALK, DTK, Aktogai Pass", "border_pairs": "ALK-DTK"}, "no station"),
        ("stations", {"stations": "ALK DTK AGZ DTK"}, "twice"),
        ("stations", {"stations": "ALK DTK BXH"}, "No leg joins Dostyk (DTK) and Balkhash (BXH)"),
        ("border_pairs", {"border_pairs": ""}, "changes from CN to KZ"),
        ("border_pairs", {"border_pairs": "DTK-ALK"}, "eastbound order"),
        ("border_pairs", {"border_pairs": "ALK-DTK DTK-AGZ"}, "one country"),
        ("border_pairs", {"border_pairs": "ALK-DTK BQT-MAL"}, "no neighbours"),
        ("border_pairs", {"border_pairs": "ALK-DTK nonsense"}, "no pair"),
        ("open_border_pairs", {"open_border_pairs": "ALK-DTK"}, "to have none"),
        ("gauge_changes", {"gauge_changes": "AGZ"}, "change gauge at DTK"),
        ("planned_running_h", {"planned_running_h": "0"}, "no time"),
        ("planned_dwell_h", {"planned_dwell_h": ""}, "hours are missing"),
        ("planned_dwell_h", {"planned_dwell_h": "inf"}, "finite"),
    ],
)
def test_a_mistake_on_a_corridor_is_told_with_its_remedy(
    world: World, column: str, cells: dict[str, str], words: str
) -> None:
    assert words in str(told(corridor(world, **cells), column).message)


def test_an_eastbound_list_is_to_be_turned_round(world: World) -> None:
    problems = corridor(world, stations="AGZ DTK ALK", border_pairs="").problems
    (problem,) = [p for p in problems if p.column == "stations"]
    assert "eastbound" in str(problem.message)
    assert problem.suggestions == ("ALK\nDTK\nAGZ",)


def test_a_missing_border_is_offered_in_place(world: World) -> None:
    stated = corridor(world, stations="ALK DTK AGZ", border_pairs="DTK-ALK")
    assert told(stated, "border_pairs").suggestions == ("ALK-DTK",)
    judged = corridor(world, world.network.corridors["khorgos"], open_border_pairs="")
    offered = [p.suggestions[0] for p in judged.problems if p.column == "border_pairs"]
    assert offered
    assert all(each.startswith("HRG-ALT BQT-MAL ") for each in offered)


def test_a_list_with_holes_is_not_judged_for_what_lies_beside_them(world: World) -> None:
    before = world.network.corridors["khorgos"]
    judged = corridor(world, before, stations="\n".join(("Nowhere at all", *before.stations[2:])))
    assert {p.column for p in judged.problems} == {"stations"}
    assert len(judged.problems) == 1


def test_a_corridor_whose_station_changed_its_country_no_longer_fits(network: Network) -> None:
    moved = [replace(s, country="CN") if s.id == "DTK" else s for s in network.stations.values()]
    changed = Network(moved, network.legs, network.corridors.values())
    said = [str(message) for message in misfits(network.corridors["dostyk-petropavl"], changed)]
    assert any("Dostyk (DTK) and Aktogay (AGZ)" in each for each in said)
    assert any("ALK-DTK is called a border" in each for each in said)
