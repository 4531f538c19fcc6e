"""What programs read a page at a time: shipments whole, the events and journeys of one, in the order of recording."""

from collections.abc import Sequence

from railtrack.domain.actors import Scope
from railtrack.domain.records import Page, RecordedEvent, RecordedShipment
from railtrack.store import paging
from railtrack.store.engine import Reading
from railtrack.store.reading.exporting import JourneyOfContainer
from railtrack.store.reading.shipments import EVENTS, SHIPMENTS, events_with, journeys_of, shipments_with
from railtrack.store.tables import EventRow, ShipmentRow
from railtrack.store.writing.booking import visible


def shipments_in_order(r: Reading, scope: Scope, ids: Sequence[int]) -> tuple[RecordedShipment, ...]:
    """Give those of these shipments that are in sight, with their containers, in the order of the ids."""
    query = SHIPMENTS.where(ShipmentRow.id.in_(ids), visible(scope))
    found = {each.id: each for each in shipments_with(r.session, scope, query)}
    return tuple(found[each] for each in ids if each in found)


def events_page(r: Reading, scope: Scope, shipment_id: int, *, limit: int, cursor: str | None) -> Page[RecordedEvent]:
    """Give every version of every event about a shipment in sight, in recorded order."""
    limit = paging.bounded(limit)
    order = f"events of {shipment_id}"
    after = paging.decode(cursor, order, (int,))
    query = EVENTS.where(EventRow.shipment_id == shipment_id, visible(scope)).limit(limit + 1)
    if after is not None:
        query = query.where(EventRow.sequence > after[0])
    found = events_with(r.session, scope, query)
    shown = tuple(found[:limit])
    return Page(shown, paging.encode(order, [shown[-1].sequence]) if len(found) > limit else None)


def journeys_page(
    r: Reading, shipment: RecordedShipment, *, limit: int, cursor: str | None
) -> Page[JourneyOfContainer]:
    """Give the journeys of a shipment's containers, in the order these were entered."""
    limit = paging.bounded(limit)
    order = f"journeys of {shipment.id}"
    after = paging.decode(cursor, order, (int,))
    boxes = {box.id: box for box in shipment.containers}
    journeys = [each for each in journeys_of(r.session, [shipment.id])[shipment.id] if each.id in boxes]
    left = [each for each in journeys if after is None or each.id > after[0]]
    shown = tuple(JourneyOfContainer(shipment, boxes[each.id], each) for each in left[:limit])
    return Page(shown, paging.encode(order, [shown[-1].journey.id]) if len(left) > limit else None)
