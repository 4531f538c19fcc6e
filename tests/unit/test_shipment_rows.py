"""Judging rows of shipments: contract §3, *shipments* and *Refused*."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from railtrack.domain.cargo.goods import Money, StatedShipment
from railtrack.domain.cargo.size_types import SizeType
from railtrack.domain.errors import Problem, Severity
from railtrack.domain.rows import judging
from railtrack.domain.rows.judging import Judged
from railtrack.domain.rows.raw import RawRow
from railtrack.domain.rows.shipment_rows import judge_shipment
from railtrack.exchange.columns import SHIPMENT_EXPORT_COLUMNS
from railtrack.exchange.reference import load_reference
from railtrack.resources import folder

WORLD = load_reference(folder("data")).world()
NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
GOOD = {"reference": "A-1", "origin": "CKG", "destination": "MHG", "container": "CSQU3054383", "size_type": "45G1"}


def judge(**cells: object) -> Judged[StatedShipment]:
    return judge_shipment(RawRow(7, {**GOOD, **cells}), WORLD, now=NOW)


def good(**cells: object) -> StatedShipment:
    judged = judge(**cells)
    assert judged.row is not None, [str(p) for p in judged.problems]
    assert judged.problems == ()
    return judged.row


def only_problem(**cells: object) -> Problem:
    judged = judge(**cells)
    assert judged.row is None
    assert len(judged.problems) == 1, [str(p) for p in judged.problems]
    (problem,) = judged.problems
    assert (problem.severity, problem.line) == (Severity.PROBLEM, 7)
    assert problem.remedy is not None
    assert problem.column is not None
    return problem


def only_warning(**cells: object) -> Problem:
    judged = judge(**cells)
    assert judged.row is not None
    assert len(judged.problems) == 1, [str(p) for p in judged.problems]
    assert judged.problems == judged.warnings
    return judged.problems[0]


def test_a_full_row_is_read_in_every_column() -> None:
    row = good(
        partner="Example", shipper="S", consignee="C", corridor="dostyk-petropavl", train="YXO 1",
        train_capacity_teu="82", planned_departure="2024-03-01T08:00", planned_arrival="2024-03-18",
        laden="yes", seals="HLK 1; HLK 2", hs_code="8714.10", goods="Bolts\r\nand nuts", gross_kg="21500.5",
        packages="12", tare_kg="3900", value="42000.50", value_currency="usd", freight_eur="5800", un_number="UN1263",
        temperature_min_c="-18", temperature_max_c="-15.5", incoterm="fca", consignment_note="CIM 1",
    )  # fmt: skip
    shipment, box = row.shipment, row.container
    assert (row.line, shipment.reference, shipment.partner, shipment.shipper) == (7, "A-1", "Example", "S")
    assert (shipment.origin, shipment.destination, shipment.consignee) == ("CKG", "MHG", "C")
    assert (shipment.corridor, shipment.corridor_assumed) == ("dostyk-petropavl", False)
    assert (shipment.train, shipment.train_capacity_teu) == ("YXO 1", 82.0)
    assert shipment.planned_departure is not None
    assert shipment.planned_departure.instant == datetime(2024, 3, 1, tzinfo=UTC)
    assert shipment.planned_arrival is not None
    assert (shipment.planned_arrival.is_day, shipment.planned_arrival.offset_min) == (True, 60)
    assert (shipment.incoterm, shipment.consignment_note) == ("FCA", "CIM 1")
    assert (box.container, box.quantity, box.size_type, box.laden) == ("CSQU3054383", 1, "45G1", True)
    assert (box.seals, box.hs_code, box.goods, box.packages) == (("HLK 1", "HLK 2"), "871410", "Bolts\nand nuts", 12)
    assert (box.gross_kg, box.tare_kg, box.un_number) == (21500.5, 3900.0, "1263")
    assert (box.value, box.freight) == (Money(Decimal("42000.50"), "USD"), Money(Decimal(5800), "EUR"))
    assert (box.temperature_min_c, box.temperature_max_c) == (-18.0, -15.5)


def test_an_almost_empty_row_has_defaults() -> None:
    row = good()
    assert (row.container.laden, row.container.quantity, row.shipment.partner) == (None, 1, None)
    assert (row.container.value, row.container.seals, row.container.gross_kg) == (None, (), None)


@pytest.mark.parametrize("column", ["reference", "origin", "destination", "size_type"])
def test_columns_that_must_be_there_are_asked_for(column: str) -> None:
    for empty in ("", "  ", None):
        problem = only_problem(**{column: empty})
        assert (problem.column, str(problem.message)) == (column, f"{column} is empty.")


def test_all_problems_of_a_row_are_found() -> None:
    judged = judge(reference="", origin="Nowhere", container="CAIU 884617 7", size_type="99X9", gross_kg="24,5",
                   planned_arrival="2027-02-30", incoterm="ABC", value="-1")  # fmt: skip
    assert [p.column for p in judged.problems] == [
        "reference", "origin", "planned_arrival", "incoterm", "container", "size_type", "gross_kg", "value",
    ]  # fmt: skip
    assert all(p.line == 7 and str(p.message) for p in judged.problems)


# ---------------------------------------------------------------- stations and corridors


@pytest.mark.parametrize("text", ["CKG", "ckg", "CNCKG", "CNCHQ", "重庆团结村", "chongqing tuanjiecun"])
def test_stations_are_taken_by_code_and_name(text: str) -> None:
    assert good(origin=text).shipment.origin == "CKG"


def test_an_unknown_station_lists_near_ones_and_is_never_guessed() -> None:
    problem = only_problem(destination="Mannheim")
    assert "Near: Mannheim Mühlauhafen (MHG)" in str(problem)
    assert (problem.value, problem.suggestions[0]) == ("Mannheim", "MHG")
    assert only_problem(origin="PLMAL").column == "origin"
    assert only_problem(origin="!!!").suggestions == ()


def test_a_text_that_can_be_no_name_is_not_compared_with_all_names() -> None:
    problem = only_problem(origin="CKG" * 30_000)
    assert (problem.suggestions, len(problem.value or "")) == ((), 120)


def test_a_corridor_nobody_named_is_the_first_that_holds_both_and_marked_assumed() -> None:
    shipment = good().shipment
    assert (shipment.corridor, shipment.corridor_assumed) == (next(iter(WORLD.network.corridors)), True)
    back = good(origin="MHG", destination="CKG").shipment
    assert (back.corridor, back.corridor_assumed) == (shipment.corridor, True)


def test_a_corridor_that_does_not_hold_both_stations_is_a_problem_that_lists_those_that_do() -> None:
    problem = only_problem(destination="DTK", corridor="manzhouli")
    assert (problem.column, "dostyk-petropavl" in problem.suggestions) == ("corridor", True)


def test_a_terminal_joined_to_the_corridor_is_held_by_it() -> None:
    assert good(origin="GYP", destination="LUH", corridor="Dostyk-Petropavl").shipment.corridor == "dostyk-petropavl"


def test_an_unknown_corridor_offers_near_ones() -> None:
    assert "dostyk-petropavl" in only_problem(corridor="dostyk-petropawl").suggestions


def test_stations_no_corridor_joins_are_a_warning() -> None:
    apart = next(s for s in WORLD.network.stations if WORLD.network.corridor_holding(s, "MHG") is None and s != "MHG")
    warning = only_warning(origin=apart)
    assert warning.column == "corridor"
    assert judge(origin=apart).row.shipment.corridor is None  # type: ignore[union-attr]


def test_a_shipment_goes_somewhere() -> None:
    assert only_problem(origin="MHG").column == "destination"


# ---------------------------------------------------------------- times


def test_plans_are_in_the_zones_of_their_stations_and_may_lie_in_the_past_or_future() -> None:
    shipment = good(planned_departure="2030-01-01T08:00", planned_arrival="2030-01-18T08:00").shipment
    assert shipment.planned_departure is not None
    assert shipment.planned_arrival is not None
    assert (shipment.planned_departure.offset_min, shipment.planned_arrival.offset_min) == (480, 60)


def test_times_in_a_named_zone_rule_times_without_offset() -> None:
    judged = judge_shipment(
        RawRow(2, {**GOOD, "planned_departure": "2024-03-01T08:00"}), WORLD, now=NOW, times_in=ZoneInfo("UTC")
    )
    assert judged.row is not None
    assert judged.row.shipment.planned_departure is not None
    assert judged.row.shipment.planned_departure.instant == datetime(2024, 3, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("departure", "arrival"),
    [("2024-03-18T12:00", "2024-03-01T08:00"), ("2024-03-18", "2024-03-17"), ("2024-03-18T12:00", "2024-03-17"),
     ("2024-03-18T12:00Z", "2024-03-18T12:00Z")],
)  # fmt: skip
def test_an_arrival_planned_before_the_departure_is_a_problem(departure: str, arrival: str) -> None:
    assert only_problem(planned_departure=departure, planned_arrival=arrival).column == "planned_arrival"


def test_a_plan_within_one_day_may_be_given_in_days() -> None:
    good(planned_departure="2024-03-18T12:00", planned_arrival="2024-03-18")


def test_a_time_that_comes_twice_names_the_station() -> None:
    problem = only_problem(origin="MHG", destination="CKG", planned_departure="2026-10-25 02:30")
    assert str(problem.message) == "This time comes twice in Mannheim Mühlauhafen, as clocks go back."


def test_a_time_is_judged_even_where_its_station_is_unknown() -> None:
    assert [p.column for p in judge(origin="?", planned_departure="2027-02-30").problems] == [
        "origin",
        "planned_departure",
    ]


# ---------------------------------------------------------------- the container


def test_a_wrong_check_digit_offers_the_right_number() -> None:
    problem = only_problem(container="CAIU 884617 7")
    assert (problem.value, problem.suggestions) == ("CAIU 884617 7", ("CAIU8846173",))


def test_an_unknown_size_type_offers_near_ones_commonest_first() -> None:
    problem = only_problem(size_type="45G")
    assert str(problem.message) == "A size-type has four characters."
    assert problem.suggestions[:2] == ("45G1", "45G0")
    assert str(only_problem(size_type="99X9").message) == "There is no size-type 99X9."


def test_containers_without_numbers_are_counted() -> None:
    row = good(container="", quantity="10", gross_kg="200000")
    assert (row.container.container, row.container.quantity) == (None, 10)


def test_a_number_or_a_quantity_is_needed_and_they_must_not_disagree() -> None:
    assert only_problem(container="").column == "container"
    assert only_problem(quantity="2").column == "quantity"
    assert good(quantity="1").container.quantity == 1


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "many", "100001", "nan"])
def test_a_quantity_is_a_whole_number_of_at_least_one(text: str) -> None:
    assert only_problem(container="", quantity=text).column == "quantity"


@pytest.mark.parametrize(
    ("cell", "laden"),
    [("yes", True), ("NO", False), ("no", False), (True, True), (False, False), ("", None), (None, None)],
)
def test_laden_is_yes_no_or_not_said(cell: object, laden: bool | None) -> None:
    assert good(laden=cell).container.laden is laden


def test_laden_is_nothing_but_yes_or_no() -> None:
    assert only_problem(laden="half").suggestions == ("yes", "no")


# ---------------------------------------------------------------- warnings


def test_a_laden_container_under_a_tonne_is_a_warning() -> None:
    warning = only_warning(gross_kg="24.500")
    assert (warning.column, "24.5 t" in str(warning)) == ("gross_kg", True)
    assert only_warning(gross_kg="999.9").column == "gross_kg"
    assert only_warning(container="", quantity="10", gross_kg="9999").column == "gross_kg"
    good(gross_kg="1000")
    good(gross_kg="999", laden="no")
    good(container="", quantity="10", gross_kg="10000")


def test_more_than_the_size_type_may_carry_is_a_warning() -> None:
    warning = only_warning(gross_kg="34900")
    assert str(warning.message) == "Above what a 45G1 may usually weigh, 32,500 kg."
    good(gross_kg="32500")
    good(container="", quantity="2", gross_kg="65000")
    assert "65,000 kg" in str(only_warning(container="", quantity="2", gross_kg="65001"))


def test_laden_but_worth_nothing_is_a_warning() -> None:
    assert only_warning(value_eur="0").column == "value_eur"
    assert only_warning(value="0").column == "value"
    good(value="0", laden="no")


def test_gross_below_tare_is_a_warning() -> None:
    assert only_warning(gross_kg="3800", tare_kg="3900").column == "gross_kg"
    good(gross_kg="3900", tare_kg="3900")


def test_slots_need_a_train() -> None:
    assert good(train_capacity_teu="82").shipment.train_capacity_teu == 82.0
    assert only_problem(train="T", train_capacity_teu="0").column == "train_capacity_teu"


# ---------------------------------------------------------------- texts

TEXTS = ["partner", "shipper", "consignee", "train", "seals", "goods", "consignment_note"]


@pytest.mark.parametrize("column", TEXTS)
@pytest.mark.parametrize(
    "text", ["مرحبا 🚂 重庆", "<script>alert(1)</script>", "=cmd()", "'; DROP TABLE x --", "a\u200fb"]
)
def test_any_text_that_can_be_seen_is_taken_as_it_is(column: str, text: str) -> None:
    good(**{column: text.replace(";", ",")})


@pytest.mark.parametrize("column", [*TEXTS, "reference"])
@pytest.mark.parametrize("text", ["a\0b", "a\x1bb", "a\x7fb", "a\x85b", "a\ud800b", "a\uffffb", "x" * 2_000])
def test_control_characters_and_overlong_texts_are_refused(column: str, text: str) -> None:
    problem = only_problem(**{column: text})
    assert problem.column == column
    assert problem.value is not None
    assert len(problem.value) <= 120
    assert "\0" not in problem.value
    problem.value.encode()


def test_how_a_shipment_was_planned_before_is_read_from_an_export() -> None:
    shipment = good(
        planned_arrival="2024-03-20", first_planned_arrival="2024-03-18", first_planned_at="2024-01-01T00:00:00+00:00",
        planned_at="2024-02-01T10:00:00Z",
    ).shipment  # fmt: skip
    assert shipment.first_planned_arrival is not None
    assert (shipment.first_planned_arrival.is_day, shipment.first_planned_arrival.offset_min) == (True, 60)
    assert shipment.first_planned_at is not None
    assert shipment.first_planned_at.instant == datetime(2024, 1, 1, tzinfo=UTC)
    assert shipment.planned_at is not None
    assert shipment.planned_at.instant == datetime(2024, 2, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("planned_at", {"planned_at": "2024-06-01T12:10Z"}),  # not yet
        ("first_planned_at", {"first_planned_at": "2024-01-01"}),  # no time with an offset
        ("first_planned_at", {"first_planned_at": "2024-02-01T00:00Z", "planned_at": "2024-01-01T00:00Z"}),
    ],
)
def test_plans_are_not_recorded_at_impossible_times(column: str, cells: dict[str, object]) -> None:
    assert only_problem(**cells).column == column


def test_only_descriptions_may_have_several_lines() -> None:
    assert good(goods="a\nb\tc").container.goods == "a\nb\tc"
    assert only_problem(shipper="a\nb").column == "shipper"


def test_problems_found_while_reading_refuse_the_row() -> None:
    found = Problem(message=only_problem(reference="").message, column="x")
    assert judge_shipment(RawRow(3, GOOD, (found,)), WORLD, now=NOW).row is None


def test_a_cell_that_could_not_be_read_has_that_problem_alone() -> None:
    found = Problem(message=only_problem(reference="").message, column="gross_kg")
    cells = {**GOOD, "gross_kg": "=A1", "packages": "x"}
    assert judge_shipment(RawRow(3, cells, (found,)), WORLD, now=NOW).problems[0] is found
    assert [p.column for p in judge_shipment(RawRow(3, cells, (found,)), WORLD, now=NOW).problems] == [
        "gross_kg",
        "packages",
    ]


def test_of_a_row_that_could_not_be_read_nothing_else_is_said() -> None:
    found = Problem(message=only_problem(reference="").message, line=3)
    judged = judge_shipment(RawRow(3, {}, (found,), unread=True), WORLD, now=NOW)
    assert (judged.row, judged.problems) == (None, (found,))


_CELLS = st.none() | st.text(max_size=30) | st.floats() | st.integers() | st.booleans() | st.dates() | st.datetimes()


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from([*SHIPMENT_EXPORT_COLUMNS, "value_eur"]), _CELLS | st.lists(st.text(max_size=3)))
)
def test_no_row_breaks_the_judge(cells: dict[str, object]) -> None:
    judged = judge_shipment(RawRow(2, cells), WORLD, now=NOW)
    assert (judged.row is None) == any(p.severity is Severity.PROBLEM for p in judged.problems)
    assert all(str(p) and p.line == 2 for p in judged.problems)


def test_a_size_type_without_a_teu_of_its_own_is_a_warning() -> None:
    odd = replace(WORLD, size_types={**WORLD.size_types, "B5G1": SizeType(code="B5G1", description="odd", teu=1.0)})
    judged = judge_shipment(RawRow(2, {**GOOD, "size_type": "b5g1"}), odd, now=NOW)
    assert [p.column for p in judged.warnings] == ["size_type"]
    assert judged.row is not None


def test_many_different_unknown_names_do_not_fill_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "_MOST_REMEMBERED", 2)
    for name in ("Nowhere", "Elsewhere", "Anywhere", "MHG"):
        judge_shipment(RawRow(2, {**GOOD, "origin": name}), WORLD, now=NOW)
    assert only_problem(origin="Nowhere").column == "origin"
