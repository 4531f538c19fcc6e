"""Journeys as lines of a list, by their ids; and the newest event, up to which a figure holds."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select

from railtrack.domain.actors import Scope
from railtrack.domain.movement.journeys import Direction, Status
from railtrack.domain.times import Moment
from railtrack.store.engine import Reading
from railtrack.store.moments import moment
from railtrack.store.tables import ContainerRow, EventRow, JourneyRow, OrganisationRow, ShipmentRow
from railtrack.store.writing.booking import visible
from railtrack.store.writing.bulk import in_batches


@dataclass(frozen=True, kw_only=True)
class JourneyLine:
    """One journey and what it is of. `quantity` is None where a number names the container, or none was told."""

    journey_id: int
    shipment_id: int
    reference: str
    partner: str
    container: str | None
    quantity: int | None
    origin: str
    destination: str
    direction: Direction
    corridor: str | None
    train: str
    status: Status
    departed: Moment | None
    arrived: Moment | None
    planned_arrival: Moment | None
    simulated: bool
    published: bool


@dataclass(frozen=True)
class NewestEvent:
    """The event recorded last: its number in the order of recording, and when it was recorded (UTC)."""

    sequence: int
    recorded_at: datetime


def journey_lines(r: Reading, scope: Scope, ids: Iterable[int]) -> Iterator[JourneyLine]:
    """Give the journeys with these ids that are in sight, by id; a statement per 500."""
    for part in in_batches(ids):
        query = (
            select(
                JourneyRow.__table__,
                ContainerRow.number,
                ContainerRow.quantity,
                ShipmentRow.reference,
                ShipmentRow.origin,
                ShipmentRow.destination,
                ShipmentRow.direction,
                ShipmentRow.corridor,
                ShipmentRow.train,
                ShipmentRow.simulated,
                ShipmentRow.published,
                OrganisationRow.name.label("partner"),
            )
            .join(ContainerRow, ContainerRow.id == JourneyRow.id)
            .join(ShipmentRow, ShipmentRow.id == JourneyRow.shipment_id)
            .join(OrganisationRow, OrganisationRow.id == ShipmentRow.organisation_id)
            .where(JourneyRow.id.in_(part), visible(scope))
            .order_by(JourneyRow.id)
        )
        for row in r.session.execute(query):
            yield JourneyLine(
                journey_id=row.id,
                shipment_id=row.shipment_id,
                reference=row.reference,
                partner=row.partner,
                container=row.number,
                quantity=row.quantity if row.number is None else None,
                origin=row.origin,
                destination=row.destination,
                direction=Direction(row.direction),
                corridor=row.corridor,
                train=row.train,
                status=Status(row.status),
                departed=moment(row, "departed"),
                arrived=moment(row, "arrived"),
                planned_arrival=moment(row, "first_planned_arrival"),
                simulated=row.simulated,
                published=row.published,
            )


def newest_event(r: Reading, scope: Scope) -> NewestEvent | None:
    """Give the event in sight that was recorded last; None where nothing is."""
    query = (
        select(EventRow.sequence, EventRow.recorded_at)
        .join(ShipmentRow, ShipmentRow.id == EventRow.shipment_id)
        .where(visible(scope))
        .order_by(EventRow.sequence.desc())
        .limit(1)
    )
    row = r.session.execute(query).one_or_none()
    return None if row is None else NewestEvent(row.sequence, row.recorded_at)


def has_simulated(r: Reading, scope: Scope) -> bool:
    """Whether any simulated shipment is in sight."""
    found = exists().where(ShipmentRow.simulated, visible(scope))
    return bool(r.session.scalar(select(found)))
