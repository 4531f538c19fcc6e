"""Reading shipments whole: by id or name, with containers, every version of every event, and journeys."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from railtrack.domain.actors import PUBLISHED_ONLY, Scope
from railtrack.domain.errors import Ambiguous, NotFound
from railtrack.domain.hiding import visible_event, visible_to
from railtrack.domain.messages import say
from railtrack.domain.movement.events import EventKind
from railtrack.domain.movement.journeys import Crossing, Journey, Occurrence, Status, Visit
from railtrack.domain.records import Organisation, RecordedEvent, RecordedJourney, RecordedShipment
from railtrack.store.engine import Reading
from railtrack.store.moments import moment
from railtrack.store.organisations import name_key
from railtrack.store.persons import addresses
from railtrack.store.tables import (
    ContainerRow,
    CrossingRow,
    EventRow,
    EventSourceRow,
    JourneyRow,
    OrganisationRow,
    ShipmentRow,
    TrainRow,
    VisitRow,
)
from railtrack.store.writing.booking import containers_of, shipment_value, visible
from railtrack.store.writing.bulk import in_batches
from railtrack.store.writing.recording import event_value
from railtrack.store.writing.slots import PLANNED_TRAIN


@dataclass(frozen=True)
class Details:
    """A shipment with all that is recorded about it. `journeys` are in the order of its containers."""

    shipment: RecordedShipment
    journeys: tuple[RecordedJourney, ...]
    events: tuple[RecordedEvent, ...] = ()


# ---------------------------------------------------------------- finding one


def shipment(r: Reading, scope: Scope, shipment_id: int) -> RecordedShipment:
    """Give a shipment with its containers; raises NotFound where there is none in sight."""
    found = shipments_with(r.session, scope, SHIPMENTS.where(ShipmentRow.id == shipment_id, visible(scope)))
    if not found:
        raise _unknown(str(shipment_id))
    return found[0]


def shipment_named(r: Reading, scope: Scope, name: str, partner: str | None = None) -> RecordedShipment:
    """Give a shipment by its reference, by PARTNER:REFERENCE, or by our id, whichever fits first.

    Raises NotFound where there is none in sight, Ambiguous where several partners share the reference.
    """
    found = _by_reference(r, scope, name, partner)
    if not found and partner is None and ":" in name:
        owner, _, reference = name.partition(":")
        found = _by_reference(r, scope, reference, owner)
    if not found and partner is None and name.isascii() and name.isdigit() and len(name) < 19:
        return shipment(r, scope, int(name))
    if not found:
        raise _unknown(name)
    if len(found) > 1:
        partners = sorted(s.organisation.name for s in found)
        raise Ambiguous(
            say(
                "Several partners have a shipment %(reference)s: %(partners)s. Write PARTNER:%(reference)s.",
                reference=name,
                partners=", ".join(partners),
            ),
            [f"{partner}:{name}" for partner in partners],
        )
    return found[0]


def details(r: Reading, scope: Scope, shipment_id: int) -> Details:
    """Give a shipment with its journeys and every version of its events; raises NotFound."""
    found = shipment(r, scope, shipment_id)
    return Details(
        found, journeys_of(r.session, [shipment_id])[shipment_id], events_of(r.session, scope, [shipment_id])
    )


def events(r: Reading, scope: Scope, shipment_id: int) -> tuple[RecordedEvent, ...]:
    """Give every version of every event about a shipment, in recorded order; raises NotFound."""
    _insist(r, scope, shipment_id)
    return events_of(r.session, scope, [shipment_id])


def journeys(r: Reading, scope: Scope, shipment_id: int) -> tuple[RecordedJourney, ...]:
    """Give the journeys of a shipment's containers; raises NotFound."""
    _insist(r, scope, shipment_id)
    return journeys_of(r.session, [shipment_id])[shipment_id]


def published_record(r: Reading) -> tuple[Details, ...]:
    """Give the published movements with their sources, oldest departure first; open to everybody."""
    found = shipments_with(r.session, PUBLISHED_ONLY, SHIPMENTS.where(ShipmentRow.published))
    folded = journeys_of(r.session, [s.id for s in found])
    trains = [Details(s, folded[s.id]) for s in found]

    def departure(train: Details) -> Any:
        known = [j.journey.departed.instant for j in train.journeys if j.journey.departed]
        return (not known, min(known, default=None) if known else train.shipment.id, train.shipment.id)

    return tuple(sorted(trains, key=departure))


def _insist(r: Reading, scope: Scope, shipment_id: int) -> None:
    query = select(ShipmentRow.id).where(ShipmentRow.id == shipment_id, visible(scope))
    if r.session.scalar(query) is None:
        raise _unknown(str(shipment_id))


def _by_reference(r: Reading, scope: Scope, reference: str, partner: str | None) -> list[RecordedShipment]:
    query = SHIPMENTS.where(ShipmentRow.reference == reference, visible(scope))
    if partner is not None:
        query = query.where(OrganisationRow.name_key == name_key(partner))
    return shipments_with(r.session, scope, query)


def _unknown(name: str) -> NotFound:
    return NotFound(say("No shipment %(name)s is known.", name=name))


# ---------------------------------------------------------------- rows to values, for whole batches

SHIPMENTS: Select[Any] = (
    select(
        ShipmentRow.__table__,
        OrganisationRow.name.label("partner"),
        OrganisationRow.published.label("of_record"),
        OrganisationRow.simulated.label("of_simulation"),
        TrainRow.capacity_teu.label("train_capacity_teu"),
    )
    .join(OrganisationRow, OrganisationRow.id == ShipmentRow.organisation_id)
    .outerjoin(TrainRow, PLANNED_TRAIN)
    .order_by(ShipmentRow.id)
)


def shipments_with(session: Session, scope: Scope, query: Select[Any]) -> list[RecordedShipment]:
    """Give the shipments a query on SHIPMENTS finds, with their containers, as this scope may see them.

    Which shipments are in sight the query must say.
    """
    rows = session.execute(query).all()
    containers = containers_of(session, [row.id for row in rows])
    whole = (
        replace(
            shipment_value(row, Organisation(row.organisation_id, row.partner, row.of_record, row.of_simulation)),
            containers=tuple(containers[row.id]),
        )
        for row in rows
    )
    return [visible_to(scope, each) for each in whole]


def events_of(session: Session, scope: Scope, shipment_ids: Sequence[int]) -> tuple[RecordedEvent, ...]:
    """Give every version of every event about these shipments, which are in sight, in recorded order."""
    found: list[RecordedEvent] = []
    for part in in_batches(shipment_ids):
        found += events_with(session, scope, EVENTS.where(EventRow.shipment_id.in_(part)))
    return tuple(sorted(found, key=lambda e: e.sequence))


EVENTS: Select[Any] = (
    select(
        EventRow.__table__,
        ShipmentRow.reference,
        OrganisationRow.name.label("partner"),
        ContainerRow.number,
    )
    .join(ShipmentRow, ShipmentRow.id == EventRow.shipment_id)
    .join(OrganisationRow, OrganisationRow.id == ShipmentRow.organisation_id)
    .outerjoin(ContainerRow, ContainerRow.id == EventRow.container_id)
    .order_by(EventRow.sequence)
)


def events_with(session: Session, scope: Scope, query: Select[Any]) -> list[RecordedEvent]:
    """Give the events a query on EVENTS finds, with their senders' names for them, as this scope may see them."""
    rows = session.execute(query).all()
    sources: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for part in in_batches([row.id for row in rows]):
        for named in session.execute(
            select(EventSourceRow.event_id, EventSourceRow.sender, EventSourceRow.source_id).where(
                EventSourceRow.event_id.in_(part)
            )
        ):
            sources[named.event_id].append((named.sender, named.source_id))
    people = addresses(session, {row.recorded_by for row in rows})
    told = (event_value(row, row.reference, row.partner, row.number, sources[row.id]) for row in rows)
    whole = (replace(e, recorded_by=people[e.recorded_by]) if e.recorded_by in people else e for e in told)
    return [visible_event(scope, each) for each in whole]


def journeys_of(session: Session, shipment_ids: Sequence[int]) -> dict[int, tuple[RecordedJourney, ...]]:
    """Give the journeys of these shipments with visits and crossings; three statements per batch."""
    found: dict[int, list[RecordedJourney]] = {shipment_id: [] for shipment_id in shipment_ids}
    for part in in_batches(shipment_ids):
        mine = select(JourneyRow.id).where(JourneyRow.shipment_id.in_(part))
        visits: dict[int, list[Visit]] = defaultdict(list)
        for row in session.execute(
            select(VisitRow.__table__)
            .where(VisitRow.journey_id.in_(mine))
            .order_by(VisitRow.journey_id, VisitRow.position)
        ):
            visits[row.journey_id].append(
                Visit(row.station, moment(row, "arrived"), moment(row, "departed"), row.is_open)
            )
        crossings: dict[int, list[Crossing]] = defaultdict(list)
        for row in session.execute(
            select(CrossingRow.__table__)
            .where(CrossingRow.journey_id.in_(mine))
            .order_by(CrossingRow.journey_id, CrossingRow.arrived_at, CrossingRow.crossing)
        ):
            crossings[row.journey_id].append(_crossing(row))
        for row in session.execute(
            select(JourneyRow.__table__).where(JourneyRow.shipment_id.in_(part)).order_by(JourneyRow.id)
        ):
            found[row.shipment_id].append(_journey(row, visits[row.id], crossings[row.id]))
    return {shipment_id: tuple(listed) for shipment_id, listed in found.items()}


def _crossing(row: Any) -> Crossing:
    arrived, departed = moment(row, "arrived"), moment(row, "departed")
    assert arrived is not None and departed is not None  # noqa: S101, PT018 - the columns are NOT NULL
    return Crossing(row.crossing, arrived, departed)


def _journey(row: Any, visits: Sequence[Visit], crossings: Sequence[Crossing]) -> RecordedJourney:
    last_at = moment(row, "last")
    last = None if last_at is None else Occurrence(EventKind(row.last_event), row.last_station, last_at)
    journey = Journey(Status(row.status), moment(row, "departed"), moment(row, "arrived"), tuple(visits), last)
    return RecordedJourney(
        id=row.id,
        shipment_id=row.shipment_id,
        journey=journey,
        crossings=tuple(crossings),
        first_planned_arrival=moment(row, "first_planned_arrival"),
        first_due=row.first_planned_arrival_due_at,
        latest_planned_arrival=moment(row, "latest_planned_arrival"),
        marks=tuple(row.marks),
    )
