"""Reading back what was recorded: one shipment, lists, trains, what is under way, exports. On both databases."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import event as sqlalchemy_event

from railtrack.domain.actors import EVERYTHING, PUBLISHED_ONLY
from railtrack.domain.errors import Ambiguous, NotFound, Refused
from railtrack.domain.events import EventKind
from railtrack.domain.goods import ShipmentRow
from railtrack.domain.journeys import Direction, Status
from railtrack.domain.network import Network
from railtrack.domain.records import RecordedEvent, ShipmentSummary
from railtrack.store.audit import history_of_shipment
from railtrack.store.booking import Provenance
from railtrack.store.engine import Reading, Store
from railtrack.store.exporting import events_since, export_events, export_journeys, export_shipments
from railtrack.store.listing import ShipmentFilter, Sort, list_shipments, partners
from railtrack.store.shipments import details, events, journeys, published_record, shipment, shipment_named
from railtrack.store.trains import list_trains
from railtrack.store.underway import under_way
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


def found(store: Store, now: datetime, **wanted: Any) -> list[str]:
    with store.reading() as r:
        page = list_shipments(r, EVERYTHING, ShipmentFilter(**wanted), now=now, sort=Sort.REFERENCE)
    return [s.reference for s in page.items]


def summary(store: Store, now: datetime, reference: str = "R1") -> ShipmentSummary:
    with store.reading() as r:
        (one,) = list_shipments(r, EVERYTHING, ShipmentFilter(q=reference), now=now).items
    return one


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


# ---------------------------------------------------------------- the list


def test_the_search_finds_reference_container_and_train_in_any_case(
    furnished: Store, network: Network, now: datetime
) -> None:
    enter(
        furnished,
        network,
        [
            shipment_row("Müller-7", container(71)),
            shipment_row("B100%", container(72), train="Zug Ä"),
            shipment_row("C", container(73)),
        ],
    )
    assert found(furnished, now, q="MÜLLER") == ["Müller-7"]
    assert found(furnished, now, q="zug ä") == ["B100%"]
    assert found(furnished, now, q="0%") == ["B100%"]
    assert found(furnished, now, q="_") == []
    number = container_number(73)
    assert found(furnished, now, q=f"{number[:4].lower()} {number[4:7]} {number[7:10]}-{number[10]}") == ["C"]


def test_filters_narrow_the_list(furnished: Store, network: Network, now: datetime) -> None:
    enter(
        furnished,
        network,
        [
            shipment_row("west", container(1), **TRAIN),
            shipment_row(
                "east", container(2), partner="Beta", origin="MHG", destination="CKG", corridor="dostyk-samara"
            ),
        ],
    )
    enter(furnished, network, [shipment_row("made", container(3))], provenance=Provenance(simulated=True))
    assert found(furnished, now) == ["east", "west"]
    assert found(furnished, now, simulated=True) == ["east", "made", "west"]
    assert found(furnished, now, direction=Direction.EASTBOUND) == ["east"]
    assert found(furnished, now, corridor="dostyk-samara") == ["east"]
    assert found(furnished, now, partner="bETA ") == ["east"]
    assert found(furnished, now, train="X8001") == ["west"]
    assert found(furnished, now, published=True) == []


def test_the_period_is_that_of_the_local_departure(furnished: Store, network: Network, now: datetime) -> None:
    enter(
        furnished,
        network,
        [shipment_row("gone", container(1), **TRAIN), shipment_row("planned", container(2), **TRAIN)],
    )
    # 31 March in UTC, 1 April in Chongqing
    tell(furnished, network, [event_row("departed", "CKG", "2024-04-01T02:00+08:00", "gone")])
    assert found(furnished, now, first_date=date(2024, 4, 1), last_date=date(2024, 4, 1)) == ["gone"]
    assert found(furnished, now, last_date=date(2024, 3, 31)) == ["planned"]
    assert found(furnished, now, first_date=date(2024, 3, 1), last_date=date(2024, 3, 1)) == ["planned"]
    assert found(furnished, now, first_date=date(2024, 3, 1)) == ["gone", "planned"]


@pytest.mark.parametrize(
    ("arrived", "late"),
    [("2024-03-19T23:00+01:00", False), ("2024-03-20T01:59+01:00", False), ("2024-03-20T02:01+01:00", True)],
)
def test_a_plan_that_is_a_date_lasts_until_its_end(
    furnished: Store, network: Network, now: datetime, arrived: str, late: bool
) -> None:
    enter(furnished, network, [shipment_row(**TRAIN)])
    tell(
        furnished,
        network,
        [event_row("departed", "CKG", "2024-03-01T08:00+08:00"), event_row("arrived", "MHG", arrived)],
    )
    assert found(furnished, now, late=True) == (["R1"] if late else [])


def test_what_is_due_and_has_not_come_is_late(furnished: Store, network: Network, now: datetime) -> None:
    enter(
        furnished, network, [shipment_row("waits", container(1), **TRAIN), shipment_row("runs", container(2), **TRAIN)]
    )
    tell(furnished, network, [event_row("departed", "CKG", "2024-03-01T08:00+08:00", "runs")])
    at = datetime.fromisoformat
    assert found(furnished, at("2024-03-01T09:00+08:00"), late=True) == []
    assert found(furnished, at("2024-03-10T00:00+00:00"), late=True) == ["waits"]
    assert found(furnished, at("2024-03-20T01:30+01:00"), late=True) == ["waits"]
    assert found(furnished, at("2024-03-20T02:30+01:00"), late=True) == ["runs", "waits"]


def test_a_shipment_has_the_status_of_its_journey_least_far_along(
    furnished: Store, network: Network, now: datetime
) -> None:
    boxes = [container(n) for n in (1, 2)]
    enter(furnished, network, [shipment_row(box=box) for box in boxes])
    steps = [
        (event_row("departed", "CKG", "2024-03-01T08:00+08:00", container=boxes[0].container), Status.NOT_DEPARTED),
        (event_row("departed", "CKG", "2024-03-02T08:00+08:00", container=boxes[1].container), Status.IN_TRANSIT),
        (event_row("arrived", "MHG", "2024-03-20T08:00+01:00", container=boxes[0].container), Status.IN_TRANSIT),
        (event_row("arrived", "MHG", "2024-03-21T08:00+01:00", container=boxes[1].container), Status.COMPLETED),
    ]
    for step, status in steps:
        tell(furnished, network, [step])
        assert summary(furnished, now).status is status
        for other in Status:
            assert (found(furnished, now, status=other) == ["R1"]) == (other is status)
    line = summary(furnished, now)
    assert line.departed == moment("2024-03-01T08:00+08:00")
    assert line.arrived == moment("2024-03-21T08:00+01:00")
    assert (line.last_event, line.last_station, line.last) == ("arrived", "MHG", line.arrived)


def test_a_shipment_counts_its_containers_and_teu(furnished: Store, network: Network, now: datetime) -> None:
    enter(
        furnished,
        network,
        [shipment_row(box=container(1)), shipment_row(box=container(None, quantity=3, size_type="22G1"))],
    )
    line = summary(furnished, now)
    assert (line.containers, line.teu) == (4, 5.0)


def test_what_was_not_published_stays_unknown(furnished: Store, network: Network, now: datetime) -> None:
    box = container(None, quantity=None, size_type=None)
    enter(furnished, network, [shipment_row(box=box)], provenance=Provenance(published=True, source="a paper"))
    line = summary(furnished, now)
    assert (line.containers, line.teu, line.published) == (None, None, True)
    with furnished.reading() as r:
        (train,) = published_record(r)
    assert train.shipment.source == "a paper"


def test_a_held_shipment_is_held_until_released(furnished: Store, network: Network, now: datetime) -> None:
    enter(furnished, network, [shipment_row()])
    tell(furnished, network, [event_row("departed", "CKG", "2024-03-01T08:00+08:00")])
    tell(furnished, network, [event_row("held", "ALK", "2024-03-05T08:00+08:00", reason="customs")])
    assert summary(furnished, now).is_held
    tell(furnished, network, [event_row("released", "ALK", "2024-03-06T08:00+08:00")])
    assert not summary(furnished, now).is_held


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("descending", [False, True])
def test_pages_hold_every_row_once_while_others_are_added(
    furnished: Store, network: Network, now: datetime, sort: Sort, descending: bool
) -> None:
    """Rows share values and lack them; new rows come in between the pages."""
    pick = random.Random(f"{sort}{descending}")  # noqa: S311 - a seed, no secret

    def row(name: str, number: int) -> ShipmentRow:
        planned: dict[str, Any] = {
            "planned_departure": moment(f"2024-03-0{pick.randint(1, 3)}T08:00+08:00") if pick.random() < 0.7 else None,
            "planned_arrival": moment(f"2024-03-2{pick.randint(1, 3)}T08:00+01:00") if pick.random() < 0.7 else None,
        }
        return shipment_row(name, container(number), **planned)

    first = [f"{pick.randint(100, 999)}-{n}" for n in range(23)]
    enter(furnished, network, [row(name, n) for n, name in enumerate(first)])
    gone = [
        event_row("departed", "CKG", f"2024-03-0{1 + n % 2}T08:00+08:00", name) for n, name in enumerate(first) if n % 3
    ]
    tell(furnished, network, gone)
    seen: list[ShipmentSummary] = []
    cursor, added = None, 0
    while True:
        with furnished.reading() as r:
            page = list_shipments(r, EVERYTHING, now=now, sort=sort, descending=descending, limit=4, cursor=cursor)
        seen += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
        assert len(page.items) == 4
        if added < 6:
            enter(furnished, network, [row(f"{pick.randint(100, 999)}+{added}", 900 + added)])
            added += 1
    ids = [s.id for s in seen]
    assert len(ids) == len(set(ids))
    assert set(first) <= {s.reference for s in seen}
    value: Callable[[ShipmentSummary], Any] = {
        Sort.REFERENCE: lambda s: s.reference,
        Sort.PLANNED_DEPARTURE: lambda s: s.planned_departure and s.planned_departure.instant,
        Sort.PLANNED_ARRIVAL: lambda s: s.planned_arrival and s.planned_arrival.instant,
        Sort.LAST_EVENT: lambda s: s.last and s.last.instant,
    }[sort]
    values = [value(s) for s in seen]
    known = [v for v in values if v is not None]
    assert values == known + [None] * (len(values) - len(known))
    if sort is not Sort.REFERENCE:  # texts sort by the rules of each database
        assert known == sorted(known, reverse=descending)


@pytest.mark.parametrize("cursor", ["x", "W10", "bnVsbA", "é", "eyJhIjoxfQ", "WyJyZWZlcmVuY2UrIiwgMSwgMV0"])
def test_a_cursor_of_another_list_is_refused(sqlite_store: Store, now: datetime, cursor: str) -> None:
    with sqlite_store.reading() as r, pytest.raises(Refused, match="not a place in this list"):
        list_shipments(r, EVERYTHING, now=now, cursor=cursor)


def test_reading_takes_as_many_statements_for_many_as_for_one(
    sqlite_store: Store, network: Network, now: datetime
) -> None:
    furnish(sqlite_store, network)

    def cost() -> dict[str, int]:
        reads: dict[str, Callable[[Reading], object]] = {
            "list": lambda r: list_shipments(r, EVERYTHING, now=now, limit=100),
            "trains": lambda r: list_trains(r, EVERYTHING, now=now, limit=100),
            "under way": lambda r: under_way(r, EVERYTHING, now=now),
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
        made = Provenance(published=n == 0)
        enter(sqlite_store, network, [shipment_row(f"R{n}", container(n), train=f"T{n}")], provenance=made)
        tell(
            sqlite_store,
            network,
            [
                event_row("departed", "CKG", "2024-03-01T08:00+08:00", f"R{n}", source_id=f"d{n}"),
                event_row("position", None, "2024-03-02T08:00+08:00", f"R{n}", lat=31.0, lon=100.0 + n),
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
        a, b, c = under_way(r, EVERYTHING, now=now)
        assert under_way(r, EVERYTHING, now=now, shipment_id=b.summary.id) == (b,)
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
