"""What follows when places are mended.

Of a station that is moved or whose clock is set otherwise: directions of shipments, until when their plans of a day are
kept, and the journeys that are folded from there: marks of what looked too fast, and the way along the corridor where a
terminal is joined to it. Of legs and corridors: how long the way of a journey is.
"""

from collections.abc import Mapping

from sqlalchemy import or_, select, update

from railtrack.domain.line.network import Network
from railtrack.domain.line.places import Station
from railtrack.store.engine import Reading, Writing
from railtrack.store.moments import moment, plan_columns
from railtrack.store.tables import EventRow, JourneyRow, ShipmentRow
from railtrack.store.writing.bulk import in_batches
from railtrack.store.writing.refold import refold

Way = tuple[str, str, str]  # corridor, origin, destination
Lengths = Mapping[Way, float | None]


def is_elsewhere(old: Station, new: Station) -> bool:
    """Say whether something was concluded from a station that holds no longer."""
    return any(getattr(old, name) != getattr(new, name) for name in ("lat", "lon", "timezone", "roles"))


def follow_station(w: Writing, network: Network, station_id: str) -> None:
    """Derive anew what was concluded from where this station lay and from its clock; `network` has it as it is now."""
    begins_or_ends = or_(ShipmentRow.origin == station_id, ShipmentRow.destination == station_id)
    ways = select(ShipmentRow.origin, ShipmentRow.destination, ShipmentRow.direction).where(begins_or_ends).distinct()
    for origin, destination, known in w.session.execute(ways).all():
        direction = network.direction(origin, destination).value
        if direction != known:
            w.session.execute(
                update(ShipmentRow)
                .where(ShipmentRow.origin == origin, ShipmentRow.destination == destination)
                .values(direction=direction, change=w.change, version=ShipmentRow.version + 1)
                .execution_options(synchronize_session=False)
            )
    _follow_clock(w, network, station_id)
    touched = set(w.session.scalars(select(ShipmentRow.id).where(begins_or_ends)))
    touched |= set(w.session.scalars(select(EventRow.shipment_id).where(EventRow.station == station_id).distinct()))
    for ids in in_batches(sorted(touched)):
        refold(w.session, network, ids, w.change)


def _follow_clock(w: Writing, network: Network, station_id: str) -> None:
    """Say anew until when departures planned for a day are kept: to its midnight there."""
    of_a_day = (ShipmentRow.origin == station_id, ShipmentRow.planned_departure_is_day.is_(True))
    days = select(
        ShipmentRow.planned_departure_at,
        ShipmentRow.planned_departure_offset_min,
        ShipmentRow.planned_departure_is_day,
        ShipmentRow.planned_departure_text,
        ShipmentRow.planned_departure_due_at,
    )
    for row in w.session.execute(days.where(*of_a_day).distinct()).all():
        due = plan_columns("planned_departure", moment(row, "planned_departure"), network.stations[station_id])
        if due["planned_departure_due_at"] != row.planned_departure_due_at:
            w.session.execute(
                update(ShipmentRow)
                .where(
                    *of_a_day,
                    ShipmentRow.planned_departure_at == row.planned_departure_at,
                    ShipmentRow.planned_departure_offset_min == row.planned_departure_offset_min,
                )
                .values(planned_departure_due_at=due["planned_departure_due_at"], change=w.change)
                .execution_options(synchronize_session=False)
            )


def lengths_of_ways(r: Reading, network: Network) -> dict[Way, float | None]:
    """Give the length of every way along a corridor that something is booked for."""
    ways = select(ShipmentRow.corridor, ShipmentRow.origin, ShipmentRow.destination).distinct()
    return {
        (corridor, origin, destination): network.corridor_length_km(corridor, origin, destination)
        for corridor, origin, destination in r.session.execute(ways)
        if corridor is not None and corridor in network.corridors
    }


def follow_lengths(w: Writing, network: Network, before: Lengths | None) -> None:
    """Stamp the journeys whose way is not as long as before, for the statistics' copy to notice; for None all."""
    stamp = update(JourneyRow).values(change=w.change).execution_options(synchronize_session=False)
    if before is None:
        w.session.execute(stamp)
        return
    for way, length_km in lengths_of_ways(w, network).items():
        if way not in before or length_km != before[way]:
            corridor, origin, destination = way
            here = select(ShipmentRow.id).where(
                ShipmentRow.corridor == corridor, ShipmentRow.origin == origin, ShipmentRow.destination == destination
            )
            w.session.execute(stamp.where(JourneyRow.shipment_id.in_(here)))
