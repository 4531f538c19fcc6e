"""Ways along real rails: lengths and lines from the world's railways as OpenStreetMap draws them, and place names.

The only module that knows scgraph and geopy. The rail network (the extra `network`: scgraph_data 2.0.0, © OpenStreetMap
contributors, ODbL 1.0) is big, so it is loaded when a way is asked for and kept for the life of the process. It is
broken in places: breaks up to 3 km between its parts and up to 0.35 km within a part are closed by straight links,
larger ones by hand in `data/geometry/bridges.csv`. Without the extra a way is the geodesic times 1.2, marked estimated.
Positions are (lat, lon) in degrees.
"""

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import cos, floor, fsum, radians
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from geopy.distance import geodesic
from geopy.exc import GeopyError
from geopy.geocoders import Nominatim
from geopy.geocoders.base import Geocoder
from geopy.location import Location

from railtrack.domain.errors import Unavailable
from railtrack.domain.line.gazetteer import Gazetteer, UnknownStation
from railtrack.domain.line.geodesy import Position, haversine_km, simplified
from railtrack.domain.line.places import Leg, Method, Mode, Station
from railtrack.domain.messages import say

BETWEEN_PARTS_KM = 3.0
WITHIN_PART_KM = 0.35
LINKED_LAT, LINKED_LON = (20.0, 70.0), (-10.0, 135.0)  # where trains between China and Europe can run
SNAP_KM = 15.0  # a station farther from all rails is not on this network
SNAP_MORE_KM = 0.6  # other tracks this much farther off than the nearest are tried as well
DETOUR = 2.0  # around Lake Baikal the rails take 1.94 times the straight line; more is a hole in the network
DETOUR_KM = 5.0
ESTIMATED_SHARE = 0.05  # a way that runs over bridges for more than this is an estimate
CIRCUITY = 1.2  # the whole line's published length over the straight line between its stations
TOLERANCE_KM = 0.15  # how far a drawn line may lie off the network's
SOURCE = "OpenStreetMap rail network (scgraph_data 2.0.0), shortest way"
SEA_SOURCE = "scgraph marnet sea network, shortest way"
_CELL = 0.03  # degrees: the grid in which neighbours are looked for


class NoRailWay(LookupError):
    """The rail network does not join these points, or only by a way too long to be true."""


class NoNetwork(LookupError):
    """The rail network is not installed: `.venv/bin/pip install '.[network]'`."""


@dataclass(frozen=True)
class Way:
    """How to get from one point to another: length in km, (lat, lon) points from the first to the second."""

    length_km: float
    line: tuple[Position, ...]
    method: Method


@dataclass(frozen=True)
class Bridge:
    """A gap of the network closed by hand; `points` from end to end, both included."""

    mode: Mode
    points: tuple[Position, ...]
    length_km: float


def straight_km(a: Position, b: Position) -> float:
    """Give the geodesic between two points in km (C. F. F. Karney's algorithm, through geopy)."""
    return float(geodesic(a, b).km)


def estimate(a: Position, b: Position) -> Way:
    """Give the way as far as it can be known without the network: the geodesic times 1.2."""
    return Way(straight_km(a, b) * CIRCUITY, (a, b), Method.ESTIMATED)


def measure(a: Position, b: Position, mode: Mode, bridges: Sequence[Bridge]) -> Way:
    """Measure a new leg on the rail or sea network; an estimate where the network is missing or knows no way."""
    try:
        return ship_way(a, b, bridges) if mode is Mode.SEA else rail_network(tuple(bridges)).way(a, b)
    except LookupError:
        return estimate(a, b)


def new_leg(origin: Station, destination: Station, mode: Mode, gauge_mm: int | None, folder: Path) -> Leg:
    """Measure a leg that is not stored yet, for an administrator to look at and keep; `folder` is `data`.

    `gauge_mm` is the gauge of the trains that run over it, None at sea.
    """
    way = measure((origin.lat, origin.lon), (destination.lat, destination.lon), mode, read_bridges(folder))
    return Leg(
        origin=origin.id,
        destination=destination.id,
        mode=mode,
        length_km=round(way.length_km, 1),
        gauge_mm=None if mode is Mode.SEA else gauge_mm,
        method=way.method,
        line=simplified(way.line, TOLERANCE_KM),
        source={Method.NETWORK: SOURCE, Method.SEA: SEA_SOURCE}.get(way.method, "" if len(way.line) == 2 else SOURCE),
        note=f"Geodesic × {CIRCUITY}." if len(way.line) == 2 and way.method is Method.ESTIMATED else "",
    )


@cache
def read_bridges(folder: Path) -> tuple[Bridge, ...]:
    """Read `geometry/bridges.csv` of the reference folder; an end is a station's id or a point "lat lon"."""
    stations = _places(folder)

    def point(text: str) -> Position:
        lat, lon = stations.get(text) or map(float, text.split())
        return (lat, lon)

    return tuple(
        Bridge(
            Mode(row["mode"]),
            tuple(point(p) for p in (row["start"], *row["through"].split(";"), row["end"]) if p),
            float(row["length_km"]),
        )
        for row in _table(folder / "geometry" / "bridges.csv")
    )


@cache
def rail_network(bridges: tuple[Bridge, ...] = ()) -> "RailNetwork":
    """Give the rail network with its bridges, loaded once; raises NoNetwork without the extra `network`."""
    try:
        from scgraph_data.world_railways import world_railways_geograph as world
    except ImportError as error:
        raise NoNetwork("the rail network is not installed") from error
    return RailNetwork(world.nodes, world.graph, [b for b in bridges if b.mode is Mode.RAIL])


class RailNetwork:
    """The rail network: nodes, and for each its neighbours with the length of rail between."""

    def __init__(self, nodes: Sequence[Sequence[float]], graph: Sequence[dict[int, float]], bridges: Iterable[Bridge]):
        self._nodes: list[Position] = [(lat, lon) for lat, lon in nodes]
        # the package's own lists stay untouched; its links of a node to itself are dropped
        self._graph = [{j: km for j, km in near.items() if j != i} for i, near in enumerate(graph)]
        self._grid: dict[tuple[int, int], list[int]] = {}
        for i, node in enumerate(self._nodes):
            self._grid.setdefault(_cell(node), []).append(i)
        self._close_small_gaps()
        self._bridged: set[frozenset[int]] = set()
        for bridge in bridges:
            self._build(bridge)

    def way(self, a: Position, b: Position) -> Way:
        """Give the shortest way between two places near the rails; raises NoRailWay where there is no sensible one."""
        from scgraph.core import Graph

        start, end = len(self._graph), len(self._graph) + 1
        snaps = [self._snaps(place) for place in (a, b)]
        self._graph += [{}, {}]
        try:
            for virtual, near in ((start, snaps[0]), (end, snaps[1])):
                for node, km in near.items():
                    self._graph[virtual][node] = self._graph[node][virtual] = km
            found = Graph.dijkstra_makowski(graph=self._graph, origin_id=start, destination_id=end)
        except Exception as error:  # scgraph says "not connected" with a plain Exception
            raise NoRailWay(f"no rails lead from {a} to {b}") from error
        finally:
            del self._graph[start:]
            for node in {*snaps[0], *snaps[1]}:
                self._graph[node].pop(start, None)
                self._graph[node].pop(end, None)
        return self._judged(a, b, found["path"][1:-1], snaps)

    def _judged(self, a: Position, b: Position, path: list[int], snaps: list[dict[int, float]]) -> Way:
        steps = [(frozenset(pair), self._graph[pair[0]][pair[1]]) for pair in pairwise(path)]
        length = fsum([snaps[0][path[0]], *(km for _, km in steps), snaps[1][path[-1]]])
        straight = straight_km(a, b)
        if length > DETOUR * straight + DETOUR_KM:
            raise NoRailWay(f"the rails from {a} to {b} take {length:.0f} km for {straight:.0f} km")
        bridged = fsum(km for step, km in steps if step in self._bridged)
        method = Method.ESTIMATED if bridged > ESTIMATED_SHARE * length else Method.NETWORK
        line = [a, *(self._nodes[i] for i in path), b]
        return Way(length, tuple(p for i, p in enumerate(line) if i == 0 or p != line[i - 1]), method)

    def _snaps(self, place: Position) -> dict[int, float]:
        """Give the nodes a station may be joined to, with their distances: the nearest and those hardly farther off."""
        near = self._within(place, BETWEEN_PARTS_KM) or self._within(place, SNAP_KM)
        if not near:
            raise NoRailWay(f"no rails within {SNAP_KM:g} km of {place}")
        nearest = min(near.values())
        # far off, the choice among tracks would be a choice among short cuts: the nearest alone
        most = nearest + SNAP_MORE_KM if nearest <= BETWEEN_PARTS_KM else nearest
        return {i: km for i, km in near.items() if km <= most}

    def _within(self, place: Position, km: float) -> dict[int, float]:
        row, column = _cell(place)
        down = floor(km / 111 / _CELL) + 1
        across = floor(km / 111 / _CELL / max(cos(radians(place[0])), 0.1)) + 1
        found = {}
        for r in range(row - down, row + down + 1):
            for c in range(column - across, column + across + 1):
                for i in self._grid.get((r, c), ()):
                    distance = haversine_km(place, self._nodes[i])
                    if distance <= km:
                        found[i] = distance
        return found

    def _parts(self) -> list[int]:
        """Number the connected parts of the network; give each node's."""
        part = [-1] * len(self._graph)
        for seed in range(len(part)):
            if part[seed] >= 0:
                continue
            part[seed] = seed
            waiting = [seed]
            while waiting:
                for j in self._graph[waiting.pop()]:
                    if part[j] < 0:
                        part[j] = seed
                        waiting.append(j)
        return part

    def _close_small_gaps(self) -> None:
        part = self._parts()
        links = []  # laid only when all are found, so that none leads to the next
        for (row, column), here in self._grid.items():
            lat = row * _CELL
            if not (LINKED_LAT[0] < lat < LINKED_LAT[1] and LINKED_LON[0] < column * _CELL < LINKED_LON[1]):
                continue
            across = floor(BETWEEN_PARTS_KM / 111 / _CELL / cos(radians(lat))) + 1
            around = [
                j
                for r in (row - 1, row, row + 1)
                for c in range(column - across, column + across + 1)
                for j in self._grid.get((r, c), ())
            ]
            for i in here:
                for j in around:
                    if j <= i or j in self._graph[i]:
                        continue
                    most = WITHIN_PART_KM if part[i] == part[j] else BETWEEN_PARTS_KM
                    if abs(self._nodes[i][0] - self._nodes[j][0]) * 111 > most:
                        continue
                    km = haversine_km(self._nodes[i], self._nodes[j])
                    if km <= most:
                        links.append((i, j, km))
        for i, j, km in links:
            self._graph[i][j] = self._graph[j][i] = km

    def _build(self, bridge: Bridge) -> None:
        """Lay a bridge, its length spread over its points; an end far from all rails becomes a node of its own."""
        first, *middle, last = bridge.points
        nodes = [self._at(first), *(self._new(point) for point in middle), self._at(last)]
        straight = [haversine_km(self._nodes[a], self._nodes[b]) for a, b in pairwise(nodes)]
        for (a, b), km in zip(pairwise(nodes), straight, strict=True):
            self._graph[a][b] = self._graph[b][a] = km / fsum(straight) * bridge.length_km
            self._bridged.add(frozenset((a, b)))

    def _at(self, point: Position) -> int:
        near = self._within(point, BETWEEN_PARTS_KM)
        return min(near, key=near.__getitem__) if near else self._new(point)

    def _new(self, point: Position) -> int:
        self._nodes.append(point)
        self._graph.append({})
        self._grid.setdefault(_cell(point), []).append(len(self._nodes) - 1)
        return len(self._nodes) - 1


def ship_way(a: Position, b: Position, bridges: Iterable[Bridge] = ()) -> Way:
    """Give the way of a ship: as drawn by hand, else on the sea lanes of scgraph's marnet; raises NoNetwork."""
    for bridge in bridges:
        ends = (bridge.points[0], bridge.points[-1])
        if bridge.mode is Mode.SEA and (a, b) in (ends, ends[::-1]):
            return Way(bridge.length_km, bridge.points if a == ends[0] else bridge.points[::-1], Method.SEA)
    try:
        from scgraph.geographs.marnet import marnet_geograph as lanes
    except ImportError as error:
        raise NoNetwork("the sea network is not installed") from error
    found: dict[str, Any] = lanes.get_shortest_path(
        origin_node={"latitude": a[0], "longitude": a[1]},
        destination_node={"latitude": b[0], "longitude": b[1]},
        node_addition_circuity=1,
    )
    return Way(float(found["length"]), tuple((lat, lon) for lat, lon in found["coordinate_path"]), Method.SEA)


@dataclass(frozen=True)
class Measured:
    """A stored leg measured anew: its length in legs.csv and the one the network gives now."""

    origin: str
    destination: str
    stored_km: float
    way: Way

    @property
    def deviation(self) -> float:
        return self.way.length_km / self.stored_km - 1


def rebuild_geometry(folder: Path, *, lengths: bool = False) -> tuple[Measured, ...]:
    """Make the lines of all legs in the reference folder anew from the networks, and say what they measure.

    Writes `geometry/legs.geojson`, lines simplified to 150 m. Lengths in `legs.csv` stay, so that statistics
    do not move with the choice of a track, unless `lengths` asks to replace them (published and estimated ones stay).
    Raises NoNetwork without the extra, NoRailWay for a leg the network no longer carries.
    """
    stations, bridges = _places(folder), read_bridges(folder)
    legs = _table(folder / "legs.csv")
    measured = []
    for leg in legs:
        a, b = stations[leg["origin"]], stations[leg["destination"]]
        way = ship_way(a, b, bridges) if leg["mode"] == Mode.SEA else rail_network(bridges).way(a, b)
        measured.append(Measured(leg["origin"], leg["destination"], float(leg["length_km"]), way))
        if lengths and leg["method"] == Method.NETWORK:
            leg["length_km"] = f"{way.length_km:.1f}"
    features = [_feature(leg, m.way) for leg, m in zip(legs, measured, strict=True)]
    head = '{"type":"FeatureCollection","attribution":"© OpenStreetMap contributors, ODbL 1.0","features":[\n'
    (folder / "geometry" / "legs.geojson").write_text(head + ",\n".join(features) + "\n]}\n", encoding="utf-8")
    if lengths:
        with (folder / "legs.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(legs[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(legs)
    return tuple(measured)


def _feature(leg: dict[str, str], way: Way) -> str:
    properties = {"origin": leg["origin"], "destination": leg["destination"], "method": way.method.value}
    points = [[round(lon, 4), round(lat, 4)] for lat, lon in simplified(way.line, TOLERANCE_KM)]
    feature = {"type": "Feature", "properties": properties, "geometry": {"type": "LineString", "coordinates": points}}
    return json.dumps(feature, ensure_ascii=False, separators=(",", ":"))


def _places(folder: Path) -> dict[str, Position]:
    return {row["id"]: (float(row["lat"]), float(row["lon"])) for row in _table(folder / "stations.csv")}


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class StationGeocoder(Geocoder):  # type: ignore[misc]  # geopy carries no types
    """Our stations as a geopy geocoder: nothing leaves this machine."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        super().__init__()
        self._gazetteer = gazetteer

    def geocode(self, query: str, *, exactly_one: bool = True) -> Location | list[Location] | None:
        """Give the station of that id, code or name, or None; with `exactly_one=False` near matches too."""
        try:
            found = [_location(self._gazetteer.find(query))]
        except UnknownStation as unknown:
            found = [] if exactly_one else [_location(station) for station in unknown.near]
        return (found[0] if found else None) if exactly_one else found

    def reverse(self, query: Position, *, exactly_one: bool = True) -> Location | list[Location] | None:
        """Give the station nearest to a point, or the five nearest."""
        stations = sorted(self._gazetteer.stations.values(), key=lambda s: straight_km(query, (s.lat, s.lon)))
        found = [_location(station) for station in stations[: 1 if exactly_one else 5]]
        return (found[0] if found else None) if exactly_one else found


class StationsThenNominatim(StationGeocoder):
    """Our stations first; what they do not know is asked of the operator's Nominatim server."""

    def __init__(self, gazetteer: Gazetteer, url: str) -> None:
        super().__init__(gazetteer)
        address = urlsplit(url)
        site = address.netloc + address.path.rstrip("/")
        self._server = Nominatim(domain=site, scheme=address.scheme, user_agent="railtrack")

    def geocode(self, query: str, *, exactly_one: bool = True) -> Location | list[Location] | None:
        """As for our stations, then the server's answer; raises Unavailable where it gives none."""
        found = super().geocode(query, exactly_one=exactly_one)
        if found:
            return found
        try:
            return self._server.geocode(query, exactly_one=exactly_one)
        except GeopyError as error:
            raise Unavailable(say("The server for place names did not answer.")) from error


def geocoder(gazetteer: Gazetteer, nominatim_url: str = "") -> StationGeocoder:
    """Give the geocoder the operator chose: our stations, and a Nominatim server only where an address is set."""
    return StationsThenNominatim(gazetteer, nominatim_url) if nominatim_url else StationGeocoder(gazetteer)


def _location(station: Station) -> Location:
    known = {"id": station.id, "country": station.country, "timezone": station.timezone}
    return Location(station.name, (station.lat, station.lon), known)


def _cell(point: Position) -> tuple[int, int]:
    return (floor(point[0] / _CELL), floor(point[1] / _CELL))
