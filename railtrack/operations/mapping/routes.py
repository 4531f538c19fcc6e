"""Ways over the stored legs, and the corridors, as plain values to print or to send (contract §2)."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import fsum

from railtrack.domain.errors import NotFound, Problem, Refused
from railtrack.domain.line.gazetteer import UnknownStation
from railtrack.domain.line.network import Network
from railtrack.domain.line.places import Leg, Station
from railtrack.domain.messages import say
from railtrack.domain.world import World
from railtrack.operations.administering.reference import load_world
from railtrack.store.engine import Store

Json = dict[str, object]


def route(
    store: Store, origin: str, destination: str, via: Sequence[str] = (), corridor: str | None = None
) -> tuple[Json, Json]:
    """Give the shortest way between two stations, through the vias in order: as contract §2 has it, and as GeoJSON.

    Stations by our id, a UN/LOCODE or a name. Raises Refused for one that is not known, NotFound where no legs lead
    there or there is no such corridor.
    """
    world = load_world(store)
    if corridor is not None:
        insist_on_corridor(world.network, corridor)
    stops = [station_named(world, name) for name in (origin, *via, destination)]
    ids = [station.id for station in stops]
    for before, after in pairwise(ids):
        if before == after:
            raise Refused(
                [
                    Problem(
                        message=say("The way stops at %(station)s twice in a row.", station=before),
                        remedy=say("Name each station once."),
                        column="via" if via else "to",
                        value=before,
                    )
                ]
            )
    found = world.network.route(ids[0], ids[-1], ids[1:-1], corridor)
    plain: Json = {
        "from": found.origin,
        "to": found.destination,
        "via": list(found.via),
        "length_km": found.length_km,
        "great_circle_km": found.great_circle_km,
        "legs": [_leg(leg) for leg in found.legs],
    }
    features = [_feature(world.network.line_of([leg]), _leg(leg) | {"method": leg.method.value}) for leg in found.legs]
    return plain, {"type": "FeatureCollection", "features": features}


def corridors(store: Store) -> tuple[list[Json], Json]:
    """Give the variants of the way in the order of `data/corridors.csv`: as contract §2 has them, and as GeoJSON."""
    network = load_world(store).network
    rows: list[Json] = []
    features = []
    for corridor in network.corridors.values():
        legs = network.corridor_legs(corridor.id, corridor.origin, corridor.destination) or ()
        row: Json = {
            "id": corridor.id,
            "name": corridor.name,
            "length_km": fsum(leg.length_km for leg in legs),
            "stations": list(corridor.stations),
            "gauge_changes": list(corridor.gauge_changes),
            "border_crossings": ["-".join(pair) for pair in corridor.border_pairs],
            "planned_h": corridor.planned_total_h,
        }
        rows.append(row)
        features.append(_feature(network.line_of(legs), row))
    return rows, {"type": "FeatureCollection", "features": features}


def corridor_drawn(store: Store, corridor: str) -> Json:
    """Give one corridor as GeoJSON; raises NotFound."""
    network = load_world(store).network
    insist_on_corridor(network, corridor)
    place = list(network.corridors).index(corridor)
    features = corridors(store)[1]["features"]
    assert isinstance(features, list)  # noqa: S101 - as made above
    return {"type": "FeatureCollection", "features": [features[place]]}


def station_named(world: World, text: str) -> Station:
    """Find a station by what people write; raises Refused with near matches."""
    try:
        return world.gazetteer.find(text)
    except UnknownStation as unknown:
        near = tuple(f"{s.id} ({s.name})" for s in unknown.near)
        what = (
            say("Several stations are called %(text)s.", text=text)
            if unknown.ambiguous
            else say("No station is called %(text)s.", text=text)
        )
        remedy = say("Near: %(near)s.", near=", ".join(near)) if near else say("Write our code or a UN/LOCODE.")
        raise Refused(
            [
                Problem(
                    message=what,
                    remedy=remedy,
                    column="station",
                    value=text,
                    suggestions=tuple(s.id for s in unknown.near),
                )
            ]
        ) from None


def insist_on_corridor(network: Network, corridor: str) -> None:
    """Raise NotFound for a corridor that is not there."""
    if corridor not in network.corridors:
        known = ", ".join(network.corridors)
        raise NotFound(say("There is no corridor %(id)s. There are: %(known)s.", id=corridor, known=known))


def _leg(leg: Leg) -> Json:
    return {
        "from": leg.origin,
        "to": leg.destination,
        "length_km": leg.length_km,
        "mode": leg.mode.value,
        "gauge_mm": leg.gauge_mm,
    }


def _feature(line: Sequence[tuple[float, float]], properties: Mapping[str, object]) -> Json:
    # GeoJSON writes (lon, lat)
    return {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": [[lon, lat] for lat, lon in line]},
        "properties": dict(properties),
    }
