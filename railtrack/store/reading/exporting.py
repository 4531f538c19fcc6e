"""Reading everything in sight, in batches that fit into memory whatever the size; and events since a change."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from railtrack.domain.actors import Scope
from railtrack.domain.records import RecordedContainer, RecordedEvent, RecordedJourney, RecordedShipment
from railtrack.store import paging
from railtrack.store.engine import Reading
from railtrack.store.reading.listing import ALL, ShipmentFilter, conditions
from railtrack.store.reading.shipments import EVENTS, SHIPMENTS, events_with, journeys_of, shipments_with
from railtrack.store.tables import ChangeCounterRow, EventRow, ShipmentRow
from railtrack.store.writing.booking import visible
from railtrack.store.writing.bulk import KEYS


@dataclass(frozen=True)
class JourneyOfContainer:
    """A journey with the container and shipment it is of."""

    shipment: RecordedShipment
    container: RecordedContainer
    journey: RecordedJourney


@dataclass(frozen=True)
class EventsSince:
    """Events in recorded order. With `next_cursor` more are waiting; without, go on from `change` later."""

    items: tuple[RecordedEvent, ...]
    change: int
    next_cursor: str | None = None


def export_shipments(
    r: Reading, scope: Scope, wanted: ShipmentFilter = ALL, *, now: datetime
) -> Iterator[RecordedShipment]:
    """Give shipments with their containers, in the order they were recorded."""
    last = 0
    while True:
        query = SHIPMENTS.where(ShipmentRow.id > last, *conditions(wanted, scope, now)).limit(KEYS)
        found = shipments_with(r.session, scope, query)
        yield from found
        if len(found) < KEYS:
            return
        last = found[-1].id


def export_journeys(
    r: Reading, scope: Scope, wanted: ShipmentFilter = ALL, *, now: datetime
) -> Iterator[JourneyOfContainer]:
    """Give journeys with visits and crossings, shipment by shipment."""
    batch: list[RecordedShipment] = []
    for shipment in export_shipments(r, scope, wanted, now=now):
        batch.append(shipment)
        if len(batch) == KEYS:
            yield from _journeys(r, batch)
            batch = []
    yield from _journeys(r, batch)


def export_events(r: Reading, scope: Scope, wanted: ShipmentFilter = ALL, *, now: datetime) -> Iterator[RecordedEvent]:
    """Give every version of every event about these shipments, in recorded order."""
    mine = select(ShipmentRow.id).where(*conditions(wanted, scope, now))
    last = 0
    while True:
        query = EVENTS.where(EventRow.sequence > last, EventRow.shipment_id.in_(mine)).limit(KEYS)
        found = events_with(r.session, scope, query)
        yield from found
        if len(found) < KEYS:
            return
        last = found[-1].sequence


def events_since(
    r: Reading,
    scope: Scope,
    change: int,
    *,
    simulated: bool = False,
    limit: int = 100,
    cursor: str | None = None,
) -> EventsSince:
    """Give events in sight recorded after a change; those of one change may need several pages."""
    limit = paging.bounded(limit)
    after = paging.decode(cursor, "events", (int,))
    query = EVENTS.where(EventRow.change > change, visible(scope)).limit(limit + 1)
    if after is not None:
        query = query.where(EventRow.sequence > after[0])
    if not simulated:
        query = query.where(~EventRow.simulated)
    found = events_with(r.session, scope, query)
    shown = tuple(found[:limit])
    following = paging.encode("events", [shown[-1].sequence]) if len(found) > limit else None
    return EventsSince(shown, current_change(r), following)


def current_change(r: Reading) -> int:
    """Give the number of the latest change in this snapshot."""
    return r.session.scalar(select(ChangeCounterRow.change)) or 0


def _journeys(r: Reading, batch: list[RecordedShipment]) -> Iterator[JourneyOfContainer]:
    folded = journeys_of(r.session, [shipment.id for shipment in batch])
    for shipment in batch:
        containers = {container.id: container for container in shipment.containers}
        for journey in folded[shipment.id]:
            yield JourneyOfContainer(shipment, containers[journey.id], journey)
