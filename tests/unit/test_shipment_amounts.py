"""Numbers, weights and money in rows of shipments: read as written or refused, never misread."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from railtrack.domain.cargo.goods import Money, StatedShipment
from railtrack.domain.errors import Problem, Severity
from railtrack.domain.rows.judging import Judged
from railtrack.domain.rows.raw import RawRow
from railtrack.domain.rows.shipment_rows import judge_shipment
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


# ---------------------------------------------------------------- numbers

NUMBERS = ["packages", "gross_kg", "tare_kg", "value", "freight", "value_eur", "freight_eur", "train_capacity_teu"]


@pytest.mark.parametrize("column", NUMBERS)
@pytest.mark.parametrize(
    "cell", ["-1", "nan", "inf", "-Infinity", "1e400", float("nan"), float("inf"), "12 t", "١٢", True]
)
def test_numbers_are_finite_and_not_negative(column: str, cell: object) -> None:
    judged = judge(**{column: cell, "train": "T"})
    assert judged.row is None
    assert [p.column for p in judged.problems] == [column]


@pytest.mark.parametrize(
    ("text", "suggestions"),
    [
        ("24,5", ("24500", "24.5")),
        ("0,25", ("250", "0.25")),
        ("100,5", ("100.5",)),
        ("24,500", ("24500", "24.500")),
        ("1.234,5", ()),
        ("1,234,567", ()),
        ("24 500", ()),
        ("1'000", ()),
    ],
)
def test_a_decimal_comma_is_refused_with_advice(text: str, suggestions: tuple[str, ...]) -> None:
    problem = only_problem(gross_kg=text)
    assert (problem.column, problem.value, problem.suggestions) == ("gross_kg", text, suggestions)
    assert "could mean thousands or decimals" in str(problem.message)


def test_tonnes_may_have_been_meant_by_a_weight_with_a_comma() -> None:
    problem = only_problem(gross_kg="24,5")
    assert str(problem.remedy) == "Write 24500 if you mean tonnes, 24.5 if you mean kilograms."
    assert only_problem(value="24,5").suggestions == ("24.5",)


def test_spreadsheet_numbers_are_taken_as_they_are() -> None:
    row = good(gross_kg=21500, tare_kg=3900.5, packages=12.0, value=42000.1, reference=4711, hs_code=871410)
    assert (row.container.gross_kg, row.container.tare_kg, row.container.packages) == (21500.0, 3900.5, 12)
    assert row.container.value == Money(Decimal("42000.10"))
    assert (row.shipment.reference, row.container.hs_code) == ("4711", "871410")


def test_an_hs_code_that_became_a_number_with_decimals_is_not_misread() -> None:
    assert only_problem(hs_code=8714.1).column == "hs_code"


def test_a_text_that_became_a_date_is_not_misread() -> None:
    assert "made a date" in str(only_problem(reference=date(2026, 3, 1)).message)


def test_a_list_is_no_text_but_seals_may_be_one() -> None:
    assert only_problem(goods=["a"]).column == "goods"
    assert good(seals=["A", "B;C"]).container.seals == ("A", "B", "C")
    assert only_problem(seals=[["A"]]).column == "seals"
    assert only_problem(seals=";".join(map(str, range(51)))).column == "seals"


def test_a_temperature_range_is_in_order() -> None:
    assert only_problem(temperature_min_c="5", temperature_max_c="2").column == "temperature_max_c"
    assert only_problem(temperature_min_c="-300").column == "temperature_min_c"
    assert good(temperature_min_c="2", temperature_max_c="2").container.temperature_max_c == 2.0


# ---------------------------------------------------------------- money


def test_euro_columns_say_the_currency() -> None:
    assert good(value_eur="10").container.value == Money(Decimal(10), "EUR")
    assert good(value="10", value_eur="10").container.value == Money(Decimal(10), "EUR")
    assert only_problem(value="10", value_eur="11").column == "value_eur"
    assert only_problem(value="10", value_eur="10", value_currency="USD").column == "value_eur"
    assert only_problem(value_eur="10", value_currency="USD").column == "value_currency"


def test_currencies_are_known_and_default_to_euro() -> None:
    assert good(freight="10", freight_currency="CNY").container.freight == Money(Decimal(10), "CNY")
    assert good(freight="10").container.freight == Money(Decimal(10), "EUR")
    assert only_problem(freight="10", freight_currency="RMB").suggestions == ("CNY",)


def test_zero_has_no_sign() -> None:
    assert str(good(value="-0", laden="no").container.value) == str(Money(Decimal("0.00")))


@pytest.mark.parametrize("text", ["9" * 90_000, "0." + "1" * 90_000, "1," * 40_000 + "x", "1e-999", "1e999"])
def test_endless_figures_are_judged_at_once(text: str) -> None:
    judged = judge(gross_kg=text, value=text, packages=text)
    assert {p.column for p in judged.problems} <= {"gross_kg", "value", "packages"}
    assert judged.problems


def test_amounts_are_kept_to_the_cent_and_that_is_said() -> None:
    warning = only_warning(value="10.129")
    assert "10.13" in str(warning)
    assert judge(value="10.129").row.container.value == Money(Decimal("10.13"))  # type: ignore[union-attr]
    assert only_problem(value="1000000000001").column == "value"
