"""What the entry pages need to know of shipments and events that their user may write to."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from railtrack.domain.actors import Scope
from railtrack.domain.movement.journeys import Status
from railtrack.domain.records import RecordedEvent, RecordedShipment
from railtrack.store.engine import Reading
from railtrack.store.reading.shipments import EVENTS, SHIPMENTS, events_with, shipments_with
from railtrack.store.tables import ContainerRow, EventRow, JourneyRow, ShipmentRow
from railtrack.store.writing.booking import owned
from railtrack.store.writing.bulk import in_batches

WAITING = (Status.NOT_DEPARTED.value, Status.IN_TRANSIT.value, Status.INCONSISTENT.value)


def shipment_id(r: Reading, scope: Scope, organisation_id: int, reference: str) -> int | None:
    """Find a shipment by its owner and reference."""
    return r.session.scalar(
        select(ShipmentRow.id).where(
            ShipmentRow.organisation_id == organisation_id, ShipmentRow.reference == reference, owned(scope)
        )
    )


def shipments(r: Reading, scope: Scope, ids: Sequence[int]) -> tuple[RecordedShipment, ...]:
    """Give those of these shipments that may be written to, with their containers."""
    found: list[RecordedShipment] = []
    for part in in_batches(sorted(set(ids))):
        found += shipments_with(r.session, scope, SHIPMENTS.where(ShipmentRow.id.in_(part), owned(scope)))
    return tuple(found)


def last_shipments(r: Reading, scope: Scope, organisation_id: int, limit: int) -> tuple[RecordedShipment, ...]:
    """Give the shipments an organisation booked last, the latest first, simulated ones aside."""
    own = SHIPMENTS.where(ShipmentRow.organisation_id == organisation_id, ~ShipmentRow.simulated, owned(scope))
    query = own.order_by(None).order_by(ShipmentRow.id.desc()).limit(limit)
    return tuple(sorted(shipments_with(r.session, scope, query), key=lambda s: -s.id))


def on_train(r: Reading, scope: Scope, number: str, day: date, origin: str) -> tuple[RecordedShipment, ...]:
    """Give the shipments of one train: its number, the local date it was planned to depart, its first station."""
    query = SHIPMENTS.where(ShipmentRow.train == number, ShipmentRow.origin == origin, owned(scope))
    found = shipments_with(r.session, scope, query)
    return tuple(s for s in found if s.facts.planned_departure and s.facts.planned_departure.local_date == day)


def with_container(r: Reading, scope: Scope, number: str) -> tuple[RecordedShipment, ...]:
    """Give the shipments a container is or was on, the earliest first."""
    holding = select(ContainerRow.shipment_id).where(ContainerRow.number == number)
    return tuple(shipments_with(r.session, scope, SHIPMENTS.where(ShipmentRow.id.in_(holding), owned(scope))))


def under_way(r: Reading, scope: Scope, limit: int) -> tuple[RecordedShipment, ...]:
    """Give the shipments that have not arrived, are neither cancelled, simulated nor published, the latest first."""
    waiting = select(JourneyRow.shipment_id).where(JourneyRow.status.in_(WAITING))
    query = SHIPMENTS.where(
        ShipmentRow.id.in_(waiting), owned(scope), ~ShipmentRow.published, ~ShipmentRow.simulated
    ).order_by(None)
    return tuple(shipments_with(r.session, scope, query.order_by(ShipmentRow.id.desc()).limit(limit)))


def events(r: Reading, scope: Scope, shipment_ids: Sequence[int]) -> tuple[RecordedEvent, ...]:
    """Give the newest versions of what is stated about these shipments, in the order of their times."""
    found: list[RecordedEvent] = []
    for part in in_batches(sorted(set(shipment_ids))):
        query = EVENTS.where(EventRow.shipment_id.in_(part), EventRow.current, EventRow.voids.is_(None), owned(scope))
        found += events_with(r.session, scope, query)
    return tuple(sorted(found, key=lambda e: (e.facts.moment.instant if e.facts.moment else e.recorded_at, e.sequence)))


def events_named(r: Reading, scope: Scope, ids: Sequence[str]) -> tuple[RecordedEvent, ...]:
    """Give those of these versions of statements that may be written to, in recorded order."""
    found: list[RecordedEvent] = []
    for part in in_batches(sorted(set(ids))):
        found += events_with(r.session, scope, EVENTS.where(EventRow.id.in_(part), owned(scope)))
    return tuple(sorted(found, key=lambda e: e.sequence))


def versions(r: Reading, scope: Scope, root: str) -> tuple[RecordedEvent, ...]:
    """Give all versions of a statement, oldest first."""
    return tuple(events_with(r.session, scope, EVENTS.where(EventRow.root == root, owned(scope))))
