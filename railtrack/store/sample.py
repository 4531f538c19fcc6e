"""How much simulated history there is."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from railtrack.store.engine import Reading
from railtrack.store.tables import ContainerRow, EventRow, ShipmentRow


@dataclass(frozen=True, kw_only=True)
class SampleCounts:
    """Simulated shipments with their containers (one row each) and the events told of them."""

    shipments: int
    containers: int
    events: int


def sample_counts(r: Reading) -> SampleCounts:
    """Count what is simulated, whoever it belongs to."""
    simulated = select(ShipmentRow.id).where(ShipmentRow.simulated)
    return SampleCounts(
        shipments=r.session.scalar(select(func.count()).select_from(simulated.subquery())) or 0,
        containers=_of(r, ContainerRow, simulated),
        events=_of(r, EventRow, simulated),
    )


def _of(r: Reading, row: type[ContainerRow] | type[EventRow], simulated: Select[Any]) -> int:
    counted = select(func.count()).select_from(row).where(row.shipment_id.in_(simulated))
    return r.session.scalar(counted) or 0
