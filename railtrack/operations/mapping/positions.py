"""Where everything under way is, as GeoJSON for programs; the map draws the same places."""

from datetime import datetime

from railtrack.domain.actors import Actor
from railtrack.operations.administering.reference import load_world
from railtrack.operations.mapping.drawing import Placed, place
from railtrack.operations.mapping.routes import Json, insist_on_corridor
from railtrack.store.engine import Store
from railtrack.store.reading.listing import ShipmentFilter
from railtrack.store.reading.underway import UnderWay, under_way


def positions(store: Store, *, corridor: str | None, simulated: bool, actor: Actor, now: datetime) -> Json:
    """Give the shipments under way whose corridor is known; raises NotFound for a corridor that is not there.

    The published record is history and never under way.
    """
    network = load_world(store).network
    if corridor is not None:
        insist_on_corridor(network, corridor)
    with store.reading() as reading:
        wanted = ShipmentFilter(corridor=corridor, simulated=simulated, published=False)
        found = under_way(reading, actor.scope, wanted, now=now)
    placed = ((each, place(network, each, now)) for each in found)
    features = [_feature(each, where) for each, where in placed if where is not None]
    return {"type": "FeatureCollection", "features": features}


def _feature(found: UnderWay, placed: Placed) -> Json:
    summary, position = found.summary, placed.position
    return {
        "type": "Feature",
        # GeoJSON writes (lon, lat)
        "geometry": {"type": "Point", "coordinates": [position.lon, position.lat]},
        "properties": {
            "id": summary.id,
            "reference": summary.reference,
            "partner": summary.partner,
            "train": summary.train or None,
            "corridor": summary.corridor,
            "direction": summary.direction.value,
            "state": placed.lateness.value,
            "behind_h": placed.behind_h,
            "at": position.at,
            "between": list(position.between) if position.between else None,
            "estimated": position.is_estimated,
            "last_event": found.fact.event.value,
            "last_at": found.fact.at.isoformat(),
            "simulated": summary.simulated,
        },
    }
