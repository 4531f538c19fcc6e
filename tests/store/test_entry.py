"""What the entry pages read, on both databases: only what their user may write to."""

from datetime import date

from railtrack.domain.cargo.goods import StatedShipment
from railtrack.domain.line.network import Network
from railtrack.domain.movement.events import EventKind, StatedEvent
from railtrack.store.engine import Store
from railtrack.store.reading import entry
from tests.factories import container, container_number, enter, event_row, moment, partner, shipment_row, tell


def book(store: Store, network: Network, *rows: StatedShipment) -> None:
    enter(store, network, rows)


def record(store: Store, network: Network, *rows: StatedEvent) -> None:
    tell(store, network, rows)


def test_a_shipment_is_found_by_owner_and_reference(furnished: Store, network: Network) -> None:
    alpha, beta = partner(furnished), partner(furnished, "Beta")
    book(furnished, network, shipment_row())
    with furnished.reading() as r:
        assert alpha.organisation_id is not None
        assert entry.shipment_id(r, alpha.scope, alpha.organisation_id, "R1") is not None
        assert entry.shipment_id(r, beta.scope, alpha.organisation_id, "R1") is None
        assert entry.shipment_id(r, alpha.scope, alpha.organisation_id, "r1") is None


def test_others_shipments_are_left_out(furnished: Store, network: Network) -> None:
    alpha, beta = partner(furnished), partner(furnished, "Beta")
    book(furnished, network, shipment_row("A1"), shipment_row("B1", container(2), partner="Beta"))
    with furnished.reading() as r:
        assert [s.reference for s in entry.shipments(r, alpha.scope, [1, 2, 99])] == ["A1"]
        assert [s.reference for s in entry.shipments(r, beta.scope, [1, 2, 99])] == ["B1"]


def test_the_last_shipments_are_those_booked_last(furnished: Store, network: Network) -> None:
    alpha = partner(furnished)
    assert alpha.organisation_id is not None
    with furnished.reading() as r:
        assert entry.last_shipments(r, alpha.scope, alpha.organisation_id, 5) == ()
    book(furnished, network, shipment_row("A1"))
    book(furnished, network, shipment_row("A2", container(2)), shipment_row("B1", container(3), partner="Beta"))
    with furnished.reading() as r:
        last = entry.last_shipments(r, alpha.scope, alpha.organisation_id, 5)
        assert entry.last_shipments(r, alpha.scope, alpha.organisation_id, 1) == last[:1]
    assert [s.reference for s in last] == ["A2", "A1"]
    assert last[0].containers[0].facts.container == container_number(2)


def test_a_train_is_its_number_its_day_and_its_first_station(furnished: Store, network: Network) -> None:
    alpha = partner(furnished)
    # 2 June in Chongqing, still 1 June in UTC
    on = {"train": "YXO 1", "planned_departure": moment("2024-06-02T01:00+08:00")}
    later = {"train": "YXO 1", "planned_departure": moment("2024-06-09T01:00+08:00")}
    book(
        furnished,
        network,
        shipment_row("A1", **on),
        shipment_row("A2", container(2), **on),
        shipment_row("A3", container(3), **later),
        shipment_row("B1", container(4), partner="Beta", **on),
    )
    with furnished.reading() as r:
        found = entry.on_train(r, alpha.scope, "YXO 1", date(2024, 6, 2), "CKG")
        assert [s.reference for s in found] == ["A1", "A2"]
        assert entry.on_train(r, alpha.scope, "YXO 1", date(2024, 6, 1), "CKG") == ()
        assert entry.on_train(r, alpha.scope, "YXO 1", date(2024, 6, 2), "XIA") == ()


def test_a_container_leads_to_its_shipments_earliest_first(furnished: Store, network: Network) -> None:
    alpha = partner(furnished)
    book(furnished, network, shipment_row("A1"), shipment_row("A2"), shipment_row("B1", partner="Beta"))
    with furnished.reading() as r:
        assert [s.reference for s in entry.with_container(r, alpha.scope, container_number(1))] == ["A1", "A2"]


def test_what_has_arrived_waits_for_no_news(furnished: Store, network: Network) -> None:
    alpha = partner(furnished)
    book(furnished, network, shipment_row("A1"), shipment_row("A2", container(2)))
    record(
        furnished,
        network,
        event_row(EventKind.DEPARTED, "CKG", "2024-05-01T10:00+08:00", "A1"),
        event_row(EventKind.ARRIVED, "MHG", "2024-05-19T10:00+02:00", "A1"),
    )
    with furnished.reading() as r:
        assert [s.reference for s in entry.under_way(r, alpha.scope, 10)] == ["A2"]
        assert entry.under_way(r, partner(furnished, "Beta").scope, 10) == ()


def test_events_come_in_the_order_of_their_times_and_only_in_their_newest_version(
    furnished: Store, network: Network
) -> None:
    alpha = partner(furnished)
    book(furnished, network, shipment_row())
    record(
        furnished,
        network,
        event_row(EventKind.ARRIVED, "DTK", "2024-05-09T10:00+05:00", source_id="two"),
        event_row(EventKind.DEPARTED, "CKG", "2024-05-01T10:00+08:00", source_id="one"),
        event_row(EventKind.DEPARTED, "CKG", "2024-05-01T11:00+08:00", corrects="one"),
    )
    with furnished.reading() as r:
        (shipment,) = entry.under_way(r, alpha.scope, 10)
        found = entry.events(r, alpha.scope, [shipment.id])
        assert [(e.facts.event, e.facts.moment.local.hour) for e in found if e.facts.moment] == [
            (EventKind.DEPARTED, 11),
            (EventKind.ARRIVED, 10),
        ]
        newest = found[0]
        assert [e.current for e in entry.versions(r, alpha.scope, newest.root)] == [False, True]
        assert [e.id for e in entry.events_named(r, alpha.scope, [newest.id, "none"])] == [newest.id]
        beta = partner(furnished, "Beta").scope
        assert entry.events(r, beta, [shipment.id]) == entry.versions(r, beta, newest.root) == ()
