"""Taking containers and whole shipments out again; what the audit says of them stays, with what was recorded.

Events are never taken out, so nothing goes that an event names (simulated history aside, which goes with its events).
"""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, select

from railtrack.domain.cargo.comparing import as_record
from railtrack.domain.records import RecordedContainer, RecordedShipment
from railtrack.store.engine import Reading, Writing
from railtrack.store.tables import (
    ContainerRow,
    CrossingRow,
    EventRow,
    EventSourceRow,
    JourneyRow,
    ShipmentRow,
    VisitRow,
)
from railtrack.store.writing.bulk import in_batches
from railtrack.store.writing.refold import note_removals

TAKE_OUT, WITHDRAW = "take out", "withdraw"  # as the audit calls them


def told_of(r: Reading, container_ids: Collection[int]) -> frozenset[int]:
    """Give those of these containers that an event names, were it withdrawn by now."""
    found: set[int] = set()
    for part in in_batches(sorted(container_ids)):
        named = select(EventRow.container_id).where(EventRow.container_id.in_(part))
        found.update(each for each in r.session.scalars(named) if each is not None)
    return frozenset(found)


def has_events(r: Reading, shipment_id: int) -> bool:
    """Whether anything was ever told of a shipment or of one of its containers."""
    return r.session.scalar(select(EventRow.id).where(EventRow.shipment_id == shipment_id).limit(1)) is not None


def take_out_containers(w: Writing, shipment: RecordedShipment, boxes: Sequence[RecordedContainer]) -> None:
    """Take containers out of a shipment. The audit keeps them with the shipment, as they are nothing of their own."""
    _remove_journeys(w, [box.id for box in boxes])
    for part in in_batches([box.id for box in boxes]):
        w.session.execute(delete(ContainerRow).where(ContainerRow.id.in_(part)))
    for box in boxes:
        before = {**as_record(box.facts), "container_id": box.id}
        w.audit(TAKE_OUT, "shipment", shipment.id, before, None, shipment.organisation.id)


def withdraw_shipment(w: Writing, shipment: RecordedShipment) -> None:
    """Take out a shipment nothing was told of, so that its reference is free again."""
    take_out_containers(w, shipment, shipment.containers)
    remove_shipments(w, [shipment.id])
    w.audit(WITHDRAW, "shipment", shipment.id, as_record(shipment.facts), None, shipment.organisation.id)


def remove_shipments(w: Writing, ids: Sequence[int]) -> None:
    """Take out shipments (at most a batch) with their containers, events and journeys; the audit is the caller's."""
    _remove_journeys(w, list(w.session.scalars(select(JourneyRow.id).where(JourneyRow.shipment_id.in_(ids)))))
    events = select(EventRow.id).where(EventRow.shipment_id.in_(ids))
    w.session.execute(delete(EventSourceRow).where(EventSourceRow.event_id.in_(events)))
    # versions refer to each other, so the youngest go first
    w.session.execute(
        delete(EventRow).where(
            EventRow.shipment_id.in_(ids), EventRow.corrects.is_not(None) | EventRow.voids.is_not(None)
        )
    )
    w.session.execute(delete(EventRow).where(EventRow.shipment_id.in_(ids)))
    w.session.execute(delete(ContainerRow).where(ContainerRow.shipment_id.in_(ids)))
    w.session.execute(delete(ShipmentRow).where(ShipmentRow.id.in_(ids)))


def _remove_journeys(w: Writing, ids: Sequence[int]) -> None:
    gone: list[int] = []
    for part in in_batches(sorted(ids)):
        w.session.execute(delete(CrossingRow).where(CrossingRow.journey_id.in_(part)))
        w.session.execute(delete(VisitRow).where(VisitRow.journey_id.in_(part)))
        gone += w.session.scalars(delete(JourneyRow).where(JourneyRow.id.in_(part)).returning(JourneyRow.id))
    note_removals(w.session, gone, w.change)
