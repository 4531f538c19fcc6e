"""What follows when a station is moved: directions of shipments, and the marks on journeys that looked too fast."""

from sqlalchemy import or_, select, update

from railtrack.domain.network import Network
from railtrack.store.bulk import in_batches
from railtrack.store.engine import Writing
from railtrack.store.refold import refold
from railtrack.store.tables import EventRow, ShipmentRow


def follow_moved_station(w: Writing, network: Network, station_id: str) -> None:
    """Derive anew what was concluded from where this station lay; `network` has it in its new place."""
    begins_or_ends = or_(ShipmentRow.origin == station_id, ShipmentRow.destination == station_id)
    ways = select(ShipmentRow.origin, ShipmentRow.destination, ShipmentRow.direction).where(begins_or_ends).distinct()
    for origin, destination, known in w.session.execute(ways).all():
        direction = network.direction(origin, destination).value
        if direction != known:
            w.session.execute(
                update(ShipmentRow)
                .where(ShipmentRow.origin == origin, ShipmentRow.destination == destination)
                .values(direction=direction, change=w.change)
                .execution_options(synchronize_session=False)
            )
    touched = set(w.session.scalars(select(ShipmentRow.id).where(begins_or_ends)))
    touched |= set(w.session.scalars(select(EventRow.shipment_id).where(EventRow.station == station_id).distinct()))
    for ids in in_batches(sorted(touched)):
        refold(w.session, network, ids, w.change)
