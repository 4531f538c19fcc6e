"""The facts that statistics are computed from, and that they follow each change."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import func, select

from railtrack.domain.facts import CROSSING_FACTS, JOURNEY_FACTS, VISIT_FACTS
from railtrack.domain.line.network import Network
from railtrack.domain.world import World
from railtrack.exchange.columns import Kind
from railtrack.operations.entering.loading import Options, load_file
from railtrack.store.engine import Store
from railtrack.store.lineage import KEPT, take_change
from railtrack.store.reading.facts import StoreFacts
from railtrack.store.tables import ChangeLineageRow
from railtrack.store.writing.booking import Provenance
from railtrack.store.writing.simulated import remove_simulated
from tests.factories import (
    ADMINISTRATOR,
    CORRIDOR,
    container,
    enter,
    event_row,
    moment,
    shipment_row,
    tell,
)

EXAMPLE = Path(__file__).parent.parent / "example"


def rows(table: Any) -> list[dict[str, Any]]:
    assert isinstance(table, pa.Table)
    listed: list[dict[str, Any]] = table.to_pylist()
    return listed


def journey_fact(store: Store, network: Network) -> dict[str, Any]:
    (fact,) = rows(StoreFacts(store, network).facts_since(None).journeys)
    return fact


def travel(store: Store, network: Network, departed: str, arrived: str, **facts: Any) -> None:
    enter(store, network, [shipment_row(**facts)])
    tell(store, network, [event_row("departed", "CKG", departed), event_row("arrived", "MHG", arrived)])


def test_an_empty_store_has_empty_tables(store: Store, network: Network) -> None:
    batch = StoreFacts(store, network).facts_since(None)
    assert (batch.change, batch.whole, list(batch.stale)) == (0, True, [])
    for table, facts in (
        (batch.journeys, JOURNEY_FACTS),
        (batch.visits, VISIT_FACTS),
        (batch.crossings, CROSSING_FACTS),
    ):
        assert rows(table) == []
        assert table.column_names == [name for name, _ in facts]  # type: ignore[attr-defined]


def test_a_completed_journey(furnished: Store, network: Network) -> None:
    plan = {
        "train": "X8001",
        "train_capacity_teu": 82.0,
        "planned_departure": moment("2024-03-31T08:00+08:00"),
        "planned_arrival": moment("2024-04-17T10:00+02:00"),
        "box": container(1, gross_kg=20000.0),
    }
    # March in UTC, April in Chongqing
    travel(furnished, network, "2024-04-01T02:00+08:00", "2024-04-17T11:30+02:00", **plan)
    fact = journey_fact(furnished, network)
    assert fact == {
        "journey_id": fact["journey_id"],
        "shipment_id": fact["shipment_id"],
        "organisation_id": fact["organisation_id"],
        "published": False,
        "partner": "Alpha",
        "corridor": CORRIDOR,
        "direction": "westbound",
        "train": "X8001",
        "train_key": "X8001|2024-04-01|CKG",
        "capacity_teu": 82.0,
        "origin": "CKG",
        "destination": "MHG",
        "status": "completed",
        "has_departed": True,
        "period_date": date(2024, 4, 1),
        "date_only": False,
        "quantity": 1,
        "laden": True,
        "teu": 2.0,
        "gross_kg": 20000.0,
        "transit_h": 399.5,
        "observed_h": None,
        "length_km": network.corridor_length_km(CORRIDOR, "CKG", "MHG"),
        "moving_h": None,
        "moving_date_only": False,
        "delay_first_h": 1.5,
        "delay_latest_h": 1.5,
        "simulated": False,
    }


@pytest.mark.parametrize(("arrived", "delay_h"), [("2024-03-19T23:00+01:00", -1.0), ("2024-03-20T06:00+01:00", 6.0)])
def test_a_plan_that_is_a_date_ends_at_the_next_local_midnight(
    furnished: Store, network: Network, arrived: str, delay_h: float
) -> None:
    travel(furnished, network, "2024-03-01T08:00+08:00", arrived, planned_arrival=moment("2024-03-19+01:00"))
    assert journey_fact(furnished, network)["delay_first_h"] == delay_h


def test_the_day_of_a_plan_is_as_long_as_the_clock_makes_it(furnished: Store, network: Network) -> None:
    # on 31 March 2024 clocks go forward in Mannheim; the day ends at midnight of summer time
    plan = moment("2024-03-31+02:00")
    travel(furnished, network, "2024-03-01T08:00+08:00", "2024-04-01T01:00+02:00", planned_arrival=plan)
    assert journey_fact(furnished, network)["delay_first_h"] == 1.0


def test_planning_anew_changes_the_latest_delay_only(furnished: Store, network: Network) -> None:
    plan = {"planned_arrival": moment("2024-03-19T10:00+01:00")}
    travel(furnished, network, "2024-03-01T08:00+08:00", "2024-03-19T12:00+01:00", **plan)
    enter(furnished, network, [shipment_row(planned_arrival=moment("2024-03-19T13:00+01:00"))], update=True)
    fact = journey_fact(furnished, network)
    assert (fact["delay_first_h"], fact["delay_latest_h"]) == (2.0, -1.0)


def test_moving_hours_need_every_visit_complete(furnished: Store, network: Network) -> None:
    travel(furnished, network, "2024-03-01T08:00+08:00", "2024-03-15T01:00+01:00")
    assert journey_fact(furnished, network)["moving_h"] is None  # no visit
    tell(
        furnished,
        network,
        [
            event_row("arrived", "ALK", "2024-03-05T10:00+08:00"),
            event_row("departed", "ALK", "2024-03-05T20:00+08:00"),
            event_row("arrived", "MAL", "2024-03-10T10:00+01:00"),
        ],
    )
    assert journey_fact(furnished, network)["moving_h"] is None  # one end missing
    tell(furnished, network, [event_row("departed", "MAL", "2024-03-11T10:00+01:00")])
    fact = journey_fact(furnished, network)
    assert (fact["transit_h"], fact["moving_h"], fact["moving_date_only"]) == (336.0, 302.0, False)


def test_a_visit_known_by_its_date_marks_the_moving_hours(furnished: Store, network: Network) -> None:
    travel(furnished, network, "2024-03-01T08:00+08:00", "2024-03-15T01:00+01:00")
    tell(
        furnished,
        network,
        [event_row("arrived", "ALK", "2024-03-05+08:00"), event_row("departed", "ALK", "2024-03-06T12:00+08:00")],
    )
    batch = StoreFacts(furnished, network).facts_since(None)
    (fact,), (visit,) = rows(batch.journeys), rows(batch.visits)
    assert (fact["moving_h"], fact["moving_date_only"], fact["date_only"]) == (312.0, True, False)
    assert (visit["dwell_h"], visit["date_only"], visit["event_date"]) == (24.0, True, date(2024, 3, 5))


def test_visits_and_crossings_have_their_local_dates(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row()])
    tell(
        furnished,
        network,
        [
            event_row("departed", "CKG", "2024-03-01T08:00+08:00"),
            event_row("arrived", "ALK", "2024-03-05T01:00+08:00"),
            event_row("departed", "ALK", "2024-03-05T03:00+08:00"),
            event_row("departed", "DTK", "2024-03-06T02:00+05:00"),
            event_row("arrived", "AGZ", "2024-03-07T00:30+05:00"),
        ],
    )
    batch = StoreFacts(furnished, network).facts_since(None)
    visits = [tuple(v[name] for name in ("station", "event_date", "dwell_h", "is_open")) for v in rows(batch.visits)]
    assert visits == [
        ("ALK", date(2024, 3, 5), 2.0, False),
        ("DTK", date(2024, 3, 6), None, False),
        ("AGZ", date(2024, 3, 7), None, True),
    ]
    (crossing,) = rows(batch.crossings)
    assert (crossing["crossing"], crossing["event_date"], crossing["hours"]) == ("ALK-DTK", date(2024, 3, 5), 28.0)
    assert (crossing["open_border"], crossing["date_only"]) == (False, False)
    (fact,) = rows(batch.journeys)
    assert (fact["status"], fact["transit_h"], fact["observed_h"]) == ("in_transit", None, 139.5)


def test_a_border_on_a_way_that_bends_east_is_timed_all_the_same(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row(destination="ULN", corridor="erenhot")])
    rows_told = [
        event_row("departed", "CKG", "2024-03-01T01:00+00:00"),
        event_row("arrived", "ERC", "2024-03-05T01:00+00:00"),
        event_row("departed", "ZUU", "2024-03-05T09:00+00:00"),
        event_row("arrived", "ULN", "2024-03-09T01:00+00:00"),
    ]
    tell(furnished, network, rows_told)
    batch = StoreFacts(furnished, network).facts_since(None)
    assert [(c["crossing"], c["hours"]) for c in rows(batch.crossings)] == [("ERC-ZUU", 8.0)]
    assert rows(batch.journeys)[0]["direction"] == "eastbound"


def test_what_has_not_departed_is_in_the_period_of_its_plan(furnished: Store, network: Network) -> None:
    row = shipment_row(planned_departure=moment("2024-04-01T02:00+08:00"), train="X1")
    enter(furnished, network, [row])
    fact = journey_fact(furnished, network)
    assert (fact["has_departed"], fact["period_date"], fact["train_key"]) == (
        False,
        date(2024, 4, 1),
        "X1|2024-04-01|CKG",
    )


def test_what_is_not_known_is_null(furnished: Store, network: Network) -> None:
    box = container(None, quantity=None, size_type=None)
    row = shipment_row(box=box, origin="CKG", destination="LUH", corridor=None)
    enter(furnished, network, [row], provenance=Provenance(published=True))
    fact = journey_fact(furnished, network)
    unknown = (
        "corridor",
        "train",
        "train_key",
        "capacity_teu",
        "quantity",
        "teu",
        "gross_kg",
        "length_km",
        "period_date",
    )
    assert {name: fact[name] for name in unknown} == dict.fromkeys(unknown)


def test_a_quantity_counts_all_its_teu(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row(box=container(None, quantity=40, size_type="22G1", gross_kg=800000.0))])
    fact = journey_fact(furnished, network)
    assert (fact["quantity"], fact["teu"], fact["gross_kg"]) == (40, 40.0, 800000.0)


def test_a_booking_weighs_the_share_that_has_no_numbers_yet(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row(box=container(None, quantity=10, gross_kg=200_000.0))])
    assert journey_fact(furnished, network)["gross_kg"] == 200_000
    enter(furnished, network, [shipment_row(box=container(n, gross_kg=21_000.0)) for n in (1, 2)])
    facts = rows(StoreFacts(furnished, network).facts_since(None).journeys)
    assert sorted((f["quantity"], f["gross_kg"]) for f in facts) == [(1, 21_000), (1, 21_000), (8, 160_000)]


def test_only_what_changed_since_is_given(furnished: Store, network: Network) -> None:
    source = StoreFacts(furnished, network)
    enter(furnished, network, [shipment_row("A", container(1)), shipment_row("B", container(2))])
    whole = source.facts_since(None)
    assert len(rows(whole.journeys)) == 2
    again = source.facts_since(whole.change, whole.lineage)
    assert (again.change, again.whole, list(again.stale), rows(again.journeys)) == (whole.change, False, [], [])
    tell(furnished, network, [event_row("departed", "CKG", "2024-03-01T08:00+08:00", "B")])
    later = source.facts_since(whole.change, whole.lineage)
    (fact,) = rows(later.journeys)
    assert (fact["status"], list(later.stale)) == ("in_transit", [fact["journey_id"]])
    assert later.change > whole.change


def test_a_change_of_another_database_or_too_long_ago_gives_everything(
    furnished: Store, network: Network, now: datetime
) -> None:
    source = StoreFacts(furnished, network)
    enter(furnished, network, [shipment_row()])
    whole = source.facts_since(None)
    assert not source.facts_since(whole.change, whole.lineage).whole
    for change, lineage in ((whole.change, "of another"), (whole.change, ""), (whole.change + 1, whole.lineage)):
        again = source.facts_since(change, lineage)
        assert (again.whole, again.lineage, len(rows(again.journeys))) == (True, whole.lineage, 1)
    with furnished.writing(ADMINISTRATOR, now) as w:
        for _ in range(KEPT):
            take_change(w.session)
        w.commit()
    assert source.facts_since(whole.change, whole.lineage).whole
    with furnished.reading() as r:
        assert r.session.scalar(select(func.count()).select_from(ChangeLineageRow)) == KEPT


def test_journeys_that_are_gone_are_named(furnished: Store, network: Network, now: datetime) -> None:
    source = StoreFacts(furnished, network)
    enter(furnished, network, [shipment_row()], provenance=Provenance(simulated=True))
    whole = source.facts_since(None)
    (fact,) = rows(whole.journeys)
    assert fact["simulated"]
    with furnished.writing(ADMINISTRATOR, now) as w:
        remove_simulated(w)
        w.commit()
    gone = source.facts_since(whole.change, whole.lineage)
    assert (list(gone.stale), rows(gone.journeys)) == ([fact["journey_id"]], [])


def test_lengths_come_from_the_stored_network_without_another(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row()])
    (fact,) = rows(StoreFacts(furnished).facts_since(None).journeys)
    assert fact["length_km"] == network.corridor_length_km(CORRIDOR, "CKG", "MHG")
    (fact,) = rows(StoreFacts(furnished, lambda: network).facts_since(None).journeys)
    assert fact["length_km"] == network.corridor_length_km(CORRIDOR, "CKG", "MHG")


def test_the_worked_case_gives_the_expected_journeys(furnished: Store, world: World, now: datetime) -> None:
    for name in ("shipments", "events"):
        content = (EXAMPLE / f"{name}.csv").read_bytes()
        options = Options(kind=Kind(name))
        result = load_file(
            furnished, content, f"{name}.csv", world=world, actor=ADMINISTRATOR, now=now, options=options
        )
        assert result.stored, [str(v.problems) for v in result.outcome.verdicts if v.problems]
    facts = rows(StoreFacts(furnished, world.network).facts_since(None).journeys)
    expected = json.loads((EXAMPLE / "expected.json").read_text())
    assert sorted(f["status"] for f in facts) == sorted(j["status"] for j in expected["journeys"])
    hours = [j["transit_h"] for j in expected["journeys"] if j.get("transit_h") is not None]
    assert sorted(f["transit_h"] for f in facts if f["transit_h"] is not None) == pytest.approx(sorted(hours))
