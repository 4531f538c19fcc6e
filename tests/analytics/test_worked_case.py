"""The worked case of the contract comes out row for row."""

from typing import Any

import pytest

from railtrack.analytics.engine import Engine
from railtrack.analytics.statistics import STATISTICS, Row, Statistic, transit
from tests.analytics import worked_case
from tests.analytics.boxes import MemorySource

CASE = worked_case.read()


@pytest.fixture
def engine() -> Engine:
    return Engine(MemorySource.of(CASE.boxes))


def assert_same_rows(found: list[Row], expected: list[dict[str, Any]]) -> None:
    assert [set(row) for row in found] == [set(row) for row in expected]
    for row, wanted in zip(found, expected, strict=True):
        assert row == {k: pytest.approx(v) if isinstance(v, float) else v for k, v in wanted.items()}


@pytest.mark.parametrize("statistic", list(Statistic))
def test_each_statistic_gives_the_rows_of_the_worked_case(engine: Engine, statistic: Statistic) -> None:
    assert_same_rows(STATISTICS[statistic](engine), CASE.expected[statistic.value])


def test_transit_by_month_puts_a_journey_in_the_month_of_its_departure_at_the_origin(engine: Engine) -> None:
    assert_same_rows(transit(engine, by=["month"]), CASE.expected["transit --by month"])


COLUMNS = {
    "transit": "journeys completed in_transit not_departed inconsistent date_only mean_h sd_h p10_h p50_h p80_h p95_h "
    "km_median_h swd_kmh swod_kmh swod_journeys",
    "reliability": "journeys on_time on_time_share delay_mean_h delay_p50_h delay_p80_h delay_p95_h",
    "dwell": "station visits incomplete open mean_h p50_h p80_h p95_h",
    "borders": "crossing direction journeys mean_h p50_h p80_h p95_h",
    "volume": "direction trains containers laden empty teu gross_t capacity_teu fill_share fill_trains balance",
}


@pytest.mark.parametrize("statistic", list(Statistic))
def test_columns_stand_in_the_order_of_the_contract(engine: Engine, statistic: Statistic) -> None:
    for row in STATISTICS[statistic](engine):
        assert list(row) == COLUMNS[statistic.value].split()


@pytest.mark.parametrize("statistic", list(Statistic))
def test_what_was_asked_for_as_a_group_stands_first(engine: Engine, statistic: Statistic) -> None:
    for row in STATISTICS[statistic](engine, by=["direction", "month"]):
        rest = [name for name in COLUMNS[statistic.value].split() if name != "direction"]
        assert list(row) == ["direction", "month", *rest]


@pytest.mark.parametrize("statistic", list(Statistic))
def test_values_are_ready_for_json(engine: Engine, statistic: Statistic) -> None:
    for row in STATISTICS[statistic](engine, by=["month"]):
        assert {type(value) for value in row.values()} <= {int, float, str, type(None)}
