"""One line per shipment: the whole shipment seen through its journeys."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from railtrack.domain.movement.events import Classifier, EventKind
from railtrack.domain.movement.holds import Hold, open_holds
from railtrack.domain.movement.journeys import Direction, Status
from railtrack.domain.records import ShipmentSummary
from railtrack.domain.times import Moment
from railtrack.store.moments import moment
from railtrack.store.reading.volume import row_teu
from railtrack.store.tables import ContainerRow, EventRow, JourneyRow, OrganisationRow, ShipmentRow
from railtrack.store.writing.bulk import in_batches

# from least to furthest along; a shipment has the status of its journey that comes first here
FAR_ALONG = (Status.NOT_DEPARTED, Status.IN_TRANSIT, Status.INCONSISTENT, Status.COMPLETED, Status.CANCELLED)


def summaries(session: Session, shipment_ids: Sequence[int]) -> tuple[ShipmentSummary, ...]:
    """Give the summaries of these shipments, in their order; four statements per 500."""
    found: dict[int, ShipmentSummary] = {}
    for part in in_batches(shipment_ids):
        journeys, containers = _by_shipment(session, _JOURNEYS, part), _by_shipment(session, _CONTAINERS, part)
        held = _held(session, part)
        for row in session.execute(_SHIPMENTS.where(ShipmentRow.id.in_(part))):
            found[row.id] = _summary(row, journeys[row.id], containers[row.id], is_held=row.id in held)
    return tuple(found[shipment_id] for shipment_id in shipment_ids)


_SHIPMENTS = select(
    ShipmentRow.id,
    ShipmentRow.reference,
    OrganisationRow.name.label("partner"),
    ShipmentRow.origin,
    ShipmentRow.destination,
    ShipmentRow.direction,
    ShipmentRow.corridor,
    ShipmentRow.train,
    ShipmentRow.planned_departure_at,
    ShipmentRow.planned_departure_offset_min,
    ShipmentRow.planned_departure_is_day,
    ShipmentRow.planned_departure_text,
    ShipmentRow.planned_arrival_at,
    ShipmentRow.planned_arrival_offset_min,
    ShipmentRow.planned_arrival_is_day,
    ShipmentRow.planned_arrival_text,
    ShipmentRow.simulated,
    ShipmentRow.published,
).join(OrganisationRow, OrganisationRow.id == ShipmentRow.organisation_id)
_JOURNEYS = select(JourneyRow.__table__)
_CONTAINERS = select(
    ContainerRow.shipment_id,
    ContainerRow.number,
    ContainerRow.quantity,
    ContainerRow.size_type,
    ContainerRow.teu,
)


def _by_shipment(session: Session, query: Any, ids: Sequence[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(query.where(query.selected_columns.shipment_id.in_(ids))):
        found[row.shipment_id].append(row)
    return found


def _held(session: Session, ids: Sequence[int]) -> set[int]:
    """The shipments among these of which something was held and not released since."""
    told: dict[int, list[Hold]] = defaultdict(list)
    events = session.execute(
        select(EventRow.shipment_id, EventRow.container_id, EventRow.event, EventRow.occurred_at).where(
            EventRow.shipment_id.in_(ids),
            EventRow.event.in_((EventKind.HELD.value, EventKind.RELEASED.value)),
            EventRow.current,
            EventRow.classifier == Classifier.ACTUAL,
        )
    )
    for row in events:
        told[row.shipment_id].append(
            Hold(event=EventKind(row.event), container_id=row.container_id, at=row.occurred_at)
        )
    return {shipment_id for shipment_id, holds in told.items() if open_holds(holds)}


def _summary(row: Any, journeys: Sequence[Any], containers: Sequence[Any], *, is_held: bool) -> ShipmentSummary:
    statuses = {Status(j.status) for j in journeys}
    status = next((s for s in FAR_ALONG if s in statuses), Status.NOT_DEPARTED)
    expected = [j for j in journeys if j.status != Status.CANCELLED]
    has_arrived = bool(expected) and all(j.arrived_at is not None for j in expected)
    last = max((j for j in journeys if j.last_at is not None), key=lambda j: j.last_at, default=None)
    aboard = [c for c in containers if c.number is not None or c.quantity != 0]
    return ShipmentSummary(
        id=row.id,
        reference=row.reference,
        partner=row.partner,
        origin=row.origin,
        destination=row.destination,
        direction=Direction(row.direction),
        corridor=row.corridor,
        train=row.train,
        status=status,
        containers=_sum(c.quantity if c.number is None else 1 for c in aboard),
        teu=_sum(row_teu(c.teu, c.size_type, c.quantity if c.number is None else 1) for c in aboard),
        planned_departure=moment(row, "planned_departure"),
        planned_arrival=_outermost(journeys, "latest_planned_arrival", max) or moment(row, "planned_arrival"),
        departed=_outermost(journeys, "departed", min),
        arrived=_outermost(expected, "arrived", max) if has_arrived else None,
        last_event=last.last_event if last else None,
        last_station=last.last_station if last else None,
        last=moment(last, "last") if last else None,
        is_held=is_held and status in (Status.NOT_DEPARTED, Status.IN_TRANSIT),
        simulated=row.simulated,
        published=row.published,
        marks=tuple(sorted({mark for j in journeys for mark in j.marks})),
    )


def _sum(parts: Iterable[Any]) -> Any:
    """Add up; None where one part is not known."""
    total: Any = 0
    for part in parts:
        if part is None:
            return None
        total += part
    return total


def _outermost(journeys: Iterable[Any], prefix: str, pick: Any) -> Moment | None:
    def instant(found: Moment) -> datetime:
        return found.instant

    known = [found for j in journeys if (found := moment(j, prefix)) is not None]
    chosen: Moment | None = pick(known, key=instant, default=None)
    return chosen
