"""Finding by a name typed in full: the shipment of a reference, the shipments of a container."""

from typing import Any

from sqlalchemy import Select, func, or_, select

from railtrack.domain.actors import Scope
from railtrack.domain.records import ShipmentSummary
from railtrack.store.engine import Reading
from railtrack.store.reading.summaries import summaries
from railtrack.store.tables import ContainerRow, ShipmentRow
from railtrack.store.writing.booking import visible


def with_reference(r: Reading, scope: Scope, reference: str, *, simulated: bool) -> tuple[int, ...]:
    """Give the ids of shipments in sight with this reference in any case of letters; partners may share one."""
    query = select(ShipmentRow.id).where(
        or_(ShipmentRow.reference == reference, func.lower(ShipmentRow.reference) == reference.lower())
    )
    return tuple(r.session.scalars(_seen(query, scope, simulated).order_by(ShipmentRow.id)))


def carrying(r: Reading, scope: Scope, number: str, *, simulated: bool) -> tuple[int, ...]:
    """Give the ids of the shipments in sight that a container (compact number) is or was on, the earliest first."""
    holding = select(ContainerRow.shipment_id).where(ContainerRow.number == number)
    query = select(ShipmentRow.id).where(ShipmentRow.id.in_(holding))
    order = (ShipmentRow.planned_departure_at.is_(None), ShipmentRow.planned_departure_at, ShipmentRow.id)
    return tuple(r.session.scalars(_seen(query, scope, simulated).order_by(*order)))


def with_container(r: Reading, scope: Scope, number: str, *, simulated: bool) -> tuple[ShipmentSummary, ...]:
    """Give the summaries of the shipments that a container is or was on, the earliest first."""
    return summaries(r.session, carrying(r, scope, number, simulated=simulated))


def _seen(query: Select[Any], scope: Scope, simulated: bool) -> Select[Any]:
    query = query.where(visible(scope))
    return query if simulated else query.where(~ShipmentRow.simulated)
