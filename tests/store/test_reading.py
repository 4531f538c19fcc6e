"""Reading back what was recorded: one shipment, trains, what is under way, exports. On both databases."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import event as sqlalchemy_event

from railtrack.domain.actors import EVERYTHING, PUBLISHED_ONLY
from railtrack.domain.errors import Ambiguous, NotFound
from railtrack.domain.line.network import Network
from railtrack.domain.movement.events import EventKind
from railtrack.domain.movement.journeys import Direction, Status
from railtrack.domain.records import RecordedEvent
from railtrack.store.audit import audit_entries, history_of_shipment
from railtrack.store.engine import Reading, Store
from railtrack.store.reading import exporting
from railtrack.store.reading.exporting import events_since, export_events, export_journeys, export_shipments
from railtrack.store.reading.listing import ShipmentFilter, list_shipments, partners
from railtrack.store.reading.shipments import details, events, journeys, published_record, shipment, shipment_named
from railtrack.store.reading.trains import list_trains
from railtrack.store.reading.underway import under_way
from railtrack.store.writing.booking import Provenance
from tests.factories import (
    container,
    container_number,
    enter,
    event_row,
    furnish,
    moment,
    partner,
    shipment_row,
    tell,
)

MEANWHILE = datetime(2024, 3, 8, tzinfo=UTC)  # while those trains ran: in June they are lost from sight
TRAIN: dict[str, Any] = {
    "train": "X8001",
    "train_capacity_teu": 82.0,
    "planned_departure": moment("2024-03-01T08:00+08:00"),
    "planned_arrival": moment("2024-03-19+01:00"),
}


@contextmanager
def counted(store: Store) -> Iterator[list[str]]:
    """Collect the statements sent meanwhile."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    sqlalchemy_event.listen(store.engine, "before_cursor_execute", note)
    sqlalchemy_event.listen(store._readers, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        sqlalchemy_event.remove(store.engine, "before_cursor_execute", note)
        sqlalchemy_event.remove(store._readers, "before_cursor_execute", note)


# ---------------------------------------------------------------- one shipment


def test_a_shipment_comes_back_as_it_was_booked(furnished: Store, network: Network) -> None:
    row = shipment_row(box=container(1, goods="car parts", seals=("A1", "B2"), gross_kg=24500.0), **TRAIN)
    enter(furnished, network, [row])
    with furnished.reading() as r:
        read = shipment_named(r, EVERYTHING, "R1")
        assert shipment(r, EVERYTHING, read.id) == read
        assert shipment_named(r, EVERYTHING, "alpha:R1") == read
        assert shipment_named(r, EVERYTHING, str(read.id)) == read
    assert read.facts == row.shipment
    assert [c.facts for c in read.containers] == [row.container]
    assert read.direction is Direction.WESTBOUND
    assert read.first_planned_arrival == row.shipment.planned_arrival


def test_a_shared_reference_is_ambiguous_and_a_partner_settles_it(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row(), shipment_row(partner="Beta", box=container(2))])
    with furnished.reading() as r:
        with pytest.raises(Ambiguous, match="Alpha, Beta"):
            shipment_named(r, EVERYTHING, "R1")
        assert shipment_named(r, EVERYTHING, "R1", "BETA").organisation.name == "Beta"
        assert shipment_named(r, EVERYTHING, "Beta:R1").organisation.name == "Beta"
        with pytest.raises(NotFound):
            shipment_named(r, EVERYTHING, "R1", "Gamma")


@pytest.mark.parametrize("name", ["R9", "Alpha:R9", "99", "9" * 30, "²"])
def test_an_unknown_shipment_is_not_found(furnished: Store, network: Network, name: str) -> None:
    enter(furnished, network, [shipment_row()])
    with furnished.reading() as r, pytest.raises(NotFound):
        shipment_named(r, EVERYTHING, name)


def test_all_versions_of_an_event_are_given_with_their_names(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row()])
    tell(furnished, network, [event_row("departed", "CKG", "2024-03-01T10:00+08:00", source_id="a")])
    tell(furnished, network, [event_row("departed", "CKG", "2024-03-01T11:00+08:00", source_id="b", corrects="a")])
    with furnished.reading() as r:
        one = shipment_named(r, EVERYTHING, "R1")
        first, second = events(r, EVERYTHING, one.id)
        (journey,) = journeys(r, EVERYTHING, one.id)
        assert details(r, EVERYTHING, one.id).events == (first, second)
    assert (first.source_ids, first.current, first.root) == (("a",), False, first.id)
    assert (second.source_ids, second.current, second.root) == (("b",), True, first.id)
    assert second.facts.corrects == first.id
    assert second.facts.moment == moment("2024-03-01T11:00+08:00")
    assert journey.journey.departed == second.facts.moment
    assert journey.journey.status is Status.IN_TRANSIT


def test_a_journey_comes_back_with_visits_and_crossings(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row(**TRAIN)])
    tell(
        furnished,
        network,
        [
            event_row("departed", "CKG", "2024-03-01T10:00+08:00"),
            event_row("arrived", "ALK", "2024-03-05T10:00+08:00"),
            event_row("departed", "ALK", "2024-03-05T20:00+08:00"),
            event_row("arrived", "DTK", "2024-03-05T19:00+05:00"),
            event_row("departed", "DTK", "2024-03-06T19:00+05:00"),
        ],
    )
    with furnished.reading() as r:
        (journey,) = journeys(r, EVERYTHING, shipment_named(r, EVERYTHING, "R1").id)
    assert [(v.station, v.dwell_h) for v in journey.journey.visits] == [("ALK", 10.0), ("DTK", 24.0)]
    assert [(c.name, c.hours) for c in journey.crossings] == [("ALK-DTK", 36.0)]
    assert journey.latest_planned_arrival == TRAIN["planned_arrival"]


def test_the_history_of_a_shipment_names_its_bookings_and_events(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row(), shipment_row("R2", container(2))])
    tell(furnished, network, [event_row("departed", "CKG", "2024-03-01T10:00+08:00")])
    with furnished.reading() as r:
        history = history_of_shipment(r, EVERYTHING, shipment_named(r, EVERYTHING, "R1").id).items
    assert [(e.action, e.subject) for e in history] == [
        ("record", "event"),
        ("add", "container"),
        ("book", "shipment"),
    ]


def test_reading_takes_as_many_statements_for_many_as_for_one(
    sqlite_store: Store, network: Network, now: datetime
) -> None:
    furnish(sqlite_store, network)

    def cost() -> dict[str, int]:
        reads: dict[str, Callable[[Reading], object]] = {
            "list": lambda r: list_shipments(r, EVERYTHING, now=now, limit=100),
            "trains": lambda r: list_trains(r, EVERYTHING, now=now, limit=100),
            "under way": lambda r: under_way(r, EVERYTHING, now=MEANWHILE),
            "shipments": lambda r: list(export_shipments(r, EVERYTHING, now=now)),
            "journeys": lambda r: list(export_journeys(r, EVERYTHING, now=now)),
            "events": lambda r: list(export_events(r, EVERYTHING, now=now)),
            "since": lambda r: events_since(r, EVERYTHING, 0),
            "record": published_record,
        }
        counts = {}
        for name, read in reads.items():
            with sqlite_store.reading() as r, counted(sqlite_store) as statements:
                assert read(r)
            counts[name] = len(statements)
        return counts

    def add(n: int) -> None:
        owner = {"partner": "Alpha" if n else "Published record"}
        row = shipment_row(f"R{n}", container(n), train=f"T{n}", **owner)
        enter(sqlite_store, network, [row], provenance=Provenance(published=n == 0))
        tell(
            sqlite_store,
            network,
            [
                event_row("departed", "CKG", "2024-03-01T08:00+08:00", f"R{n}", source_id=f"d{n}", **owner),
                event_row("position", None, "2024-03-02T08:00+08:00", f"R{n}", lat=31.0, lon=100.0 + n, **owner),
            ],
        )

    add(0)
    few = cost()
    for n in range(1, 30):
        add(n)
    assert cost() == few
    assert max(few.values()) <= 7


# ---------------------------------------------------------------- trains and the map


def test_a_train_adds_up_what_partners_have_on_it(furnished: Store, network: Network, now: datetime) -> None:
    enter(
        furnished,
        network,
        [
            shipment_row("A", container(1), **TRAIN),
            shipment_row("A", container(2, laden=False), **TRAIN),
            shipment_row("B", container(None, quantity=10, size_type="22G1"), partner="Beta", **TRAIN),
            shipment_row("C", container(4), **TRAIN | {"planned_departure": moment("2024-03-08T08:00+08:00")}),
            shipment_row("D", container(5)),
        ],
    )
    with furnished.reading() as r:
        first = list_trains(r, EVERYTHING, now=now, limit=1)
        second = list_trains(r, EVERYTHING, now=now, limit=1, cursor=first.next_cursor)
        alone = list_trains(r, partner_scope := partner(furnished, "Beta").scope, now=now)
    assert partner_scope.organisation_id is not None
    (later,), (train,) = first.items, second.items
    assert second.next_cursor is None
    assert (later.number, later.departure_date, later.shipments) == ("X8001", date(2024, 3, 8), ("C",))
    assert (train.departure_date, train.origin, train.destination) == (date(2024, 3, 1), "CKG", "MHG")
    assert (train.containers, train.teu, train.laden_teu, train.capacity_teu) == (12, 14.0, 12.0, 82.0)
    assert train.shipments == ("A", "B")
    assert train.fill_share == pytest.approx(12 / 82)
    assert [(t.containers, t.shipments) for t in alone.items] == [(10, ("B",))]


def test_shipments_under_way_come_with_where_they_were_last(furnished: Store, network: Network, now: datetime) -> None:
    enter(furnished, network, [shipment_row(name, container(n)) for n, name in enumerate("ABCD")])
    gone = "2024-03-01T08:00+08:00"
    tell(furnished, network, [event_row("departed", "CKG", gone, name) for name in "ABC"])
    tell(
        furnished,
        network,
        [
            event_row("position", None, "2024-03-02T08:00+08:00", "B", lat=31.5, lon=108.5),
            event_row("arrived", "XIA", "2024-03-03T08:00+08:00", "C"),
        ],
    )
    with furnished.reading() as r:
        a, b, c = under_way(r, EVERYTHING, now=MEANWHILE)
        assert under_way(r, EVERYTHING, now=MEANWHILE, shipment_id=b.summary.id) == (b,)
    assert (a.fact.event, a.fact.station, a.fact.at) == (EventKind.DEPARTED, "CKG", moment(gone).instant)
    assert (b.fact.event, b.fact.lat, b.fact.lon) == (EventKind.POSITION, 31.5, 108.5)
    assert (c.fact.station, c.stands_since) == ("XIA", moment("2024-03-03T08:00+08:00").instant)
    assert a.stands_since is None


# ---------------------------------------------------------------- everything in sight


def test_events_since_a_change_go_on_where_one_stopped(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row()])
    times = [f"2024-03-0{n}T08:00+08:00" for n in range(1, 8)]
    tell(furnished, network, [event_row("inspected", "CKG", at) for at in times])
    got: list[RecordedEvent] = []
    cursor = None
    with furnished.reading() as r:
        while True:
            page = events_since(r, EVERYTHING, 0, limit=3, cursor=cursor)
            got += page.items
            cursor = page.next_cursor
            if cursor is None:
                break
    assert [e.facts.moment for e in got] == [moment(at) for at in times]
    tell(furnished, network, [event_row("departed", "CKG", "2024-03-09T08:00+08:00")])
    with furnished.reading() as r:
        (newer,) = events_since(r, EVERYTHING, page.change).items
        assert events_since(r, EVERYTHING, events_since(r, EVERYTHING, page.change).change).items == ()
    assert newer.facts.event is EventKind.DEPARTED


def test_exports_hold_what_the_filter_wants(furnished: Store, network: Network, now: datetime) -> None:
    enter(furnished, network, [shipment_row("A", container(1)), shipment_row("B", container(2), partner="Beta")])
    tell(furnished, network, [event_row("departed", "CKG", "2024-03-01T08:00+08:00", "A")])
    tell(furnished, network, [event_row("departed", "CKG", "2024-03-02T08:00+08:00", "B", partner="Beta")])
    wanted = ShipmentFilter(partner="Beta")
    with furnished.reading() as r:
        assert [s.reference for s in export_shipments(r, EVERYTHING, wanted, now=now)] == ["B"]
        assert [e.facts.reference for e in export_events(r, EVERYTHING, wanted, now=now)] == ["B"]
        (one,) = export_journeys(r, EVERYTHING, wanted, now=now)
    assert (one.shipment.reference, one.container.facts.container) == ("B", container_number(2))
    assert one.journey.journey.departed == moment("2024-03-02T08:00+08:00")


def test_the_choice_of_partners_is_that_in_sight(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row("A", container(1)), shipment_row("B", container(2), partner="Beta")])
    alpha = partner(furnished, "Alpha")
    with furnished.reading() as r:
        assert [o.name for o in partners(r, EVERYTHING)] == ["Alpha", "Beta"]
        assert [o.name for o in partners(r, alpha.scope)] == ["Alpha"]
        assert partners(r, PUBLISHED_ONLY) == ()


@pytest.mark.parametrize("count", [2, 4, 5])
def test_an_export_in_several_batches_holds_everything_once(
    furnished: Store, network: Network, now: datetime, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(exporting, "KEYS", 2)
    names = [f"R{n}" for n in range(count)]
    enter(furnished, network, [shipment_row(name, container(n)) for n, name in enumerate(names)])
    tell(furnished, network, [event_row("departed", "CKG", "2024-03-01T08:00+08:00", name) for name in names])
    with furnished.reading() as r:
        assert [s.reference for s in export_shipments(r, EVERYTHING, now=now)] == names
        assert [j.shipment.reference for j in export_journeys(r, EVERYTHING, now=now)] == names
        assert [e.facts.reference for e in export_events(r, EVERYTHING, now=now)] == names


def test_simulated_events_are_given_on_demand(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row()], provenance=Provenance(simulated=True))
    tell(furnished, network, [event_row("departed", "CKG", "2024-03-01T08:00+08:00")])
    with furnished.reading() as r:
        assert events_since(r, EVERYTHING, 0).items == ()
        assert len(events_since(r, EVERYTHING, 0, simulated=True).items) == 1


def test_the_audit_is_read_in_pages_newest_first(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row(f"R{n}", container(n)) for n in range(4)])
    seen: list[object] = []
    cursor = None
    while True:
        with furnished.reading() as r:
            page = audit_entries(r, EVERYTHING, subject="shipment", actor="cli:test", limit=3, cursor=cursor)
        seen += [entry.after["reference"] for entry in page.items if entry.after]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == ["R3", "R2", "R1", "R0"]
