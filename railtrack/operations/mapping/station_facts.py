"""All that one station's page says: corridors, gauges, borders, the legs from here and how long trains stay."""

from collections.abc import Sequence
from dataclasses import dataclass

from railtrack.domain.actors import Actor
from railtrack.domain.errors import NotFound
from railtrack.domain.line.gazetteer import Gazetteer, UnknownStation
from railtrack.domain.line.network import Network
from railtrack.domain.line.places import Corridor, Leg, Station
from railtrack.domain.messages import say
from railtrack.operations.administering.reference import load_world
from railtrack.operations.figures import statistics
from railtrack.operations.figures.statistics import Options, Row, Statistic
from railtrack.store.engine import Store


@dataclass(frozen=True, kw_only=True)
class StationFacts:
    """A station; `legs` point away from it. `dwell` has a row per direction, `whole` the row over both."""

    station: Station
    corridors: tuple[Corridor, ...]
    legs: tuple[tuple[Leg, Station], ...]
    pairs: tuple[tuple[str, str], ...]
    changes_gauge: bool
    dwell: tuple[Row, ...]
    whole: Row | None


def station_facts(store: Store, station_id: str, *, simulated: bool, actor: Actor) -> StationFacts:
    """Give what is known of one station; raises NotFound for an id nobody has."""
    network = load_world(store).network
    station = network.stations.get(station_id)
    if station is None:
        raise NotFound(say("No station is called %(text)s.", text=station_id))
    corridors = tuple(c for c in network.corridors.values() if station_id in c.stations)
    options = Options(include_simulated=simulated)
    with statistics.opened(store, actor=actor) as figures:
        by_direction = figures.compute(Statistic.DWELL, by=("direction",), options=options)
        both = figures.compute(Statistic.DWELL, options=options)
    return StationFacts(
        station=station,
        corridors=corridors,
        legs=legs_from(network, station_id),
        pairs=_pairs(corridors, station_id),
        changes_gauge=any(station_id in c.gauge_changes for c in corridors),
        dwell=tuple(row for row in by_direction if row["station"] == station_id),
        whole=next((row for row in both if row["station"] == station_id), None),
    )


def legs_from(network: Network, station_id: str) -> tuple[tuple[Leg, Station], ...]:
    """Give the legs from a station with where they lead, by name."""
    found = []
    for leg in network.legs:
        if station_id in (leg.origin, leg.destination):
            other = leg.destination if leg.origin == station_id else leg.origin
            away = network.leg(station_id, other)
            if away is not None:
                found.append((away, network.stations[other]))
    return tuple(sorted(found, key=lambda pair: pair[1].name))


def find_stations(store: Store, text: str) -> tuple[Station, ...]:
    """Give the stations whose code or name, in any language, holds the text; near ones where none does."""
    world = load_world(store)
    everything = sorted(world.network.stations.values(), key=lambda s: (s.country, s.name))
    if not text:
        return tuple(everything)
    wanted = text.casefold()
    found = [s for s in everything if any(wanted in name.casefold() for name in _names(s))]
    return tuple(found) or _near(world.gazetteer, text)


def _near(gazetteer: Gazetteer, text: str) -> tuple[Station, ...]:
    try:
        return (gazetteer.find(text),)
    except UnknownStation as unknown:
        return tuple(unknown.near)


def _names(station: Station) -> Sequence[str]:
    codes = (station.id, station.unlocode, *station.unlocode_other, station.railway_code)
    return [name for name in (station.name, station.name_de, station.name_zh, *codes) if name]


def _pairs(corridors: Sequence[Corridor], station_id: str) -> tuple[tuple[str, str], ...]:
    found = [
        pair for c in corridors for pair in (*c.border_pairs, *c.open_border_pairs) if station_id in pair
    ]  # fmt: skip
    return tuple(dict.fromkeys(found))
