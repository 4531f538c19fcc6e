"""Each statistic equals its slow version, whatever journeys there are and however one asks."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from railtrack.analytics.engine import Engine
from railtrack.analytics.statistics import (
    GROUPS,
    Filters,
    Options,
    Statistic,
    behind,
    compute,
    transit,
    ungrouped,
    unpublished,
)
from railtrack.domain.facts import FactBatch
from railtrack.domain.movement.events import EventKind
from railtrack.domain.movement.journeys import Direction, Occurrence, Status, fold
from railtrack.domain.times import Moment
from tests.analytics import making, plain
from tests.analytics.boxes import Box, MemorySource
from tests.analytics.making import START, later

many = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
some = settings(many, max_examples=25)


class Changing:
    """A source whose facts are others each time, so that one engine serves a thousand examples."""

    def __init__(self) -> None:
        self.boxes: Iterable[Box] = ()
        self.change = 0

    def facts_since(self, change: int | None, lineage: str = "") -> FactBatch:
        self.change += 1
        return replace(MemorySource.of(self.boxes).facts_since(None), change=self.change)


SOURCE = Changing()
ENGINE = Engine(SOURCE)


def holding(boxes: Iterable[Box]) -> Engine:
    SOURCE.boxes = boxes
    ENGINE.refresh()
    return ENGINE


@pytest.mark.parametrize("statistic", list(Statistic))
@many
@given(data=st.data())
def test_the_sql_gives_what_the_definitions_say(statistic: Statistic, data: st.DataObject) -> None:
    boxes = data.draw(making.fleets())
    filters, options = data.draw(making.filters()), data.draw(making.options)
    by = data.draw(making.groupings(GROUPS[statistic]))
    scope = data.draw(making.scopes)
    engine = holding(boxes)
    found = compute(engine, statistic, filters, by, options, scope=scope)
    expected = plain.compute(boxes, statistic, filters, by, options, scope)
    assert not list(plain.different(found, expected))


@pytest.mark.parametrize("statistic", list(Statistic))
@some
@given(data=st.data())
def test_the_journeys_behind_a_row_are_as_many_as_it_says(statistic: Statistic, data: st.DataObject) -> None:
    boxes = data.draw(making.fleets())
    filters, options = data.draw(making.filters()), data.draw(making.options)
    by = data.draw(making.groupings(GROUPS[statistic]))
    engine = holding(boxes)
    own = {Statistic.DWELL: ["station"], Statistic.BORDERS: ["crossing", "direction"], Statistic.VOLUME: ["direction"]}
    for row in compute(engine, statistic, filters, by, options):
        group = {name: None if row[name] is None else str(row[name]) for name in (*by, *own.get(statistic, []))}
        known = {box.id: box for box in boxes}
        if statistic is Statistic.VOLUME:
            ids = behind(engine, statistic, filters, group, options)
            assert sum(known[i].quantity or 0 for i in ids) == row["containers"]
            continue
        for column in ("journeys", "completed", "in_transit", "not_departed", "inconsistent", "date_only", "on_time"):
            if column in row:
                ids = behind(engine, statistic, filters, group, options, column=column)
                assert len(ids) == row[column]
                assert ids == sorted(set(ids))
        if statistic is Statistic.DWELL:
            ids = behind(engine, statistic, filters, group, options, column="open")
            assert len(ids) == row["open"]
            visited = behind(engine, statistic, filters, group, options)
            assert bool(visited) == bool(row["visits"])
            assert all(any(v.station == group["station"] for v in known[i].journey.visits) for i in visited)


@some
@given(making.fleets(), making.filters(), making.options, making.groupings(GROUPS[Statistic.TRANSIT]))
def test_journeys_in_a_row_and_journeys_in_none_are_all_journeys(
    boxes: list[Box], filters: Filters, options: Options, by: list[str]
) -> None:
    engine = holding(boxes)
    counted = ("journeys", "not_departed", "inconsistent")
    in_rows = sum(int(str(row[name])) for row in transit(engine, filters, by, options) for name in counted)
    everything = sum(int(str(transit(engine, filters, (), options)[0][name])) for name in counted)
    assert in_rows + len(ungrouped(engine, Statistic.TRANSIT, filters, by, options)) == everything


@some
@given(making.fleets())
def test_what_was_not_published_is_counted_apart(boxes: list[Box]) -> None:
    engine = holding(boxes)
    departed = [box for box in boxes if box.journey.departed is not None and not box.simulated]
    for row in unpublished(engine):
        here = [box for box in departed if box.direction.value == row["direction"]]
        assert row["containers_unpublished"] == sum(box.quantity is None for box in here)
        assert row["teu_unpublished"] == sum(box.teu is None for box in here)
        assert row["gross_unpublished"] == sum(box.gross_kg is None for box in here)


@some
@given(st.lists(st.integers(1, 2000), min_size=1, max_size=60))
def test_quantiles_and_spread_are_those_of_numpy(durations: list[int]) -> None:
    row = transit(holding(box_of(number, hours) for number, hours in enumerate(durations, start=1)))[0]
    for percent in (10, 50, 80, 95):
        assert row[f"p{percent}_h"] == pytest.approx(float(np.percentile(durations, percent)), rel=1e-12)
    assert row["mean_h"] == pytest.approx(float(np.mean(durations)), rel=1e-12)
    expected = float(np.std(durations, ddof=1)) if len(durations) > 1 else None
    assert row["sd_h"] == (None if expected is None else pytest.approx(expected, rel=1e-9, abs=1e-9))


def box_of(number: int, transit_h: float) -> Box:
    start = Moment(START, 480)
    journey = fold(
        "CKG",
        "MHG",
        [
            Occurrence(EventKind.DEPARTED, "CKG", start),
            Occurrence(EventKind.ARRIVED, "MHG", later(start, transit_h)),
        ],
    )
    assert journey.status is Status.COMPLETED
    return Box(
        id=number,
        partner="Aare Logistik",
        origin="CKG",
        destination="MHG",
        direction=Direction.WESTBOUND,
        corridor=None,
        train=None,
        capacity_teu=None,
        journey=journey,
    )
