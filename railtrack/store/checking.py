"""Comparing what is stored but follows from other rows with what follows from them now."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from railtrack.domain.line.network import Network
from railtrack.domain.movement.plans import due
from railtrack.store.engine import Reading
from railtrack.store.moments import moment
from railtrack.store.tables import (
    ContainerRow,
    CrossingRow,
    EventRow,
    JourneyRow,
    OrganisationRow,
    ShipmentRow,
    VisitRow,
)
from railtrack.store.writing.bulk import in_batches
from railtrack.store.writing.refold import crossing_columns, fold_shipments, journey_columns, visit_columns


def differences(r: Reading, network: Network) -> Iterator[str]:
    """Derive everything anew, store nothing, and give a sentence for each thing that differs from what is stored."""
    yield from chain_differences(r)
    yield from shipment_differences(r, network)
    yield from quantity_differences(r)
    yield from journey_differences(r, network)


def chain_differences(r: Reading) -> Iterator[str]:
    """Hold each statement's `root` and `current` against what it corrects or voids and what came after it.

    It has the root of what it follows on, or is one. It is current if nothing follows and its chain has no void.
    """
    earlier, later, other = aliased(EventRow), aliased(EventRow), aliased(EventRow)
    root = func.coalesce(earlier.root, EventRow.id)
    followed = exists().where(or_(later.corrects == EventRow.id, later.voids == EventRow.id))
    withdrawn = exists().where(other.root == EventRow.root, other.voids.is_not(None))
    current = and_(~followed, ~withdrawn)
    query = (
        select(EventRow.id, EventRow.root, root.label("follows"), EventRow.current)
        .outerjoin(earlier, earlier.id == func.coalesce(EventRow.corrects, EventRow.voids))
        .where(or_(EventRow.root != root, EventRow.current != current))
        .order_by(EventRow.sequence)
    )
    for event in r.session.execute(query):
        if event.root != event.follows:
            yield f"Event {event.id}: root is stored as {event.root}, its corrections give {event.follows}."
        else:
            yield f"Event {event.id}: current is stored as {event.current}, its corrections give {not event.current}."


def shipment_differences(r: Reading, network: Network) -> Iterator[str]:
    """Hold what a shipment's row repeats of its stations against where they lie and what their clocks show."""
    plan = (
        ShipmentRow.planned_departure_at,
        ShipmentRow.planned_departure_offset_min,
        ShipmentRow.planned_departure_is_day,
        ShipmentRow.planned_departure_text,
        ShipmentRow.planned_departure_due_at,
    )
    query = (
        select(ShipmentRow.reference, ShipmentRow.origin, ShipmentRow.destination, ShipmentRow.direction, *plan)
        .add_columns(OrganisationRow.name)
        .join(OrganisationRow, OrganisationRow.id == ShipmentRow.organisation_id)
        .order_by(ShipmentRow.id)
    )
    for row in r.session.execute(query):
        name = f"{row.name}:{row.reference}"
        direction = network.direction(row.origin, row.destination).value
        if row.direction != direction:
            yield f"{name}: direction is stored as {row.direction}, its stations give {direction}."
        planned = moment(row, "planned_departure")
        kept_until = None if planned is None else due(planned, network.stations.get(row.origin))
        known = row.planned_departure_due_at
        if known != kept_until:
            yield f"{name}: planned_departure_due_at is stored as {known}, its plan gives {kept_until}."


def quantity_differences(r: Reading) -> Iterator[str]:
    """Hold what is left of each booking against what was booked and how many have their numbers."""
    numbered = aliased(ContainerRow)
    given = (
        select(func.count())
        .where(
            numbered.shipment_id == ContainerRow.shipment_id,
            numbered.number.is_not(None),
            numbered.size_type.is_not_distinct_from(ContainerRow.size_type),
        )
        .scalar_subquery()
    )
    query = (
        select(ContainerRow.size_type, ContainerRow.quantity, ContainerRow.booked, given.label("given"))
        .add_columns(ShipmentRow.reference, OrganisationRow.name)
        .join(ShipmentRow, ShipmentRow.id == ContainerRow.shipment_id)
        .join(OrganisationRow, OrganisationRow.id == ShipmentRow.organisation_id)
        .where(ContainerRow.number.is_(None), ContainerRow.booked.is_not(None))
        .order_by(ContainerRow.id)
    )
    for row in r.session.execute(query):
        left = max(0, row.booked - row.given)
        if row.quantity != left:
            name = f"{row.name}:{row.reference}, {row.size_type or 'size-type unknown'}"
            yield f"{name}: quantity is stored as {row.quantity}, {row.booked} booked less {row.given} give {left}."


def journey_differences(r: Reading, network: Network) -> Iterator[str]:
    """Fold every journey anew, store nothing, and give a sentence for each that differs from what is stored."""
    names = {
        row.id: f"{row.name}:{row.reference}"
        for row in r.session.execute(
            select(ShipmentRow.id, ShipmentRow.reference, OrganisationRow.name)
            .join(OrganisationRow, OrganisationRow.id == ShipmentRow.organisation_id)
            .order_by(ShipmentRow.id)
        )
    }
    for ids in in_batches(names):
        stored = _by(r, select(JourneyRow.__table__).where(JourneyRow.shipment_id.in_(ids)), "id")
        of_these = select(JourneyRow.id).where(JourneyRow.shipment_id.in_(ids))
        visits = _by(
            r,
            select(VisitRow.__table__).where(VisitRow.journey_id.in_(of_these)).order_by(VisitRow.position),
            "journey_id",
        )
        crossings = _by(
            r,
            select(CrossingRow.__table__).where(CrossingRow.journey_id.in_(of_these)),
            "journey_id",
        )
        for f in fold_shipments(r.session, network, ids):
            name = f"{names[f.shipment_id]}, journey {f.container_id}"
            known = stored.pop(f.container_id, [])
            if not known:
                yield f"{name} is not stored."
                continue
            yield from _differing(name, "", journey_columns(f), known[0])
            yield from _lists(name, "visit", visit_columns(f), visits.get(f.container_id, []), "position")
            yield from _lists(name, "crossing", crossing_columns(f), crossings.get(f.container_id, []), "crossing")
        for left in stored:
            yield f"Journey {left} is stored, but no container has it."


def _by(r: Reading, query: Any, key: str) -> dict[int, list[Mapping[Any, Any]]]:
    found: dict[int, list[Mapping[Any, Any]]] = {}
    for row in r.session.execute(query).mappings():
        found.setdefault(row[key], []).append(row)
    return found


def _lists(
    name: str, what: str, folded: Sequence[Mapping[str, Any]], stored: Sequence[Mapping[Any, Any]], key: str
) -> Iterator[str]:
    if len(folded) != len(stored):
        yield f"{name}: {len(stored)} {what}s are stored, the events give {len(folded)}."
        return
    for now, known in zip(
        sorted(folded, key=lambda row: row[key]), sorted(stored, key=lambda row: row[key]), strict=True
    ):
        yield from _differing(name, f"{what} {now[key]}: ", now, known)


def _differing(name: str, where: str, folded: Mapping[str, Any], stored: Mapping[Any, Any]) -> Iterator[str]:
    for column, value in folded.items():
        if stored[column] != value:
            yield f"{name}: {where}{column} is stored as {stored[column]}, the events give {value}."
            return
