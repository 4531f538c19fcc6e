"""The network of stations, the legs between them, and the corridors a train can take.

Legs run both ways. A corridor is a chain of stations in the westbound order; a terminal that lies off it is joined by
its shortest leg to one of them (Guoyuan Port by Tuanjiecun, Ludwigshafen by Mannheim). The length between two stations
of a corridor is the unrounded sum of its legs: the number the statistics divide by (contract §5). Positions are
(lat, lon).
"""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import fsum

from railtrack.domain.errors import NotFound
from railtrack.domain.line.geodesy import Position, along, geodesic_km
from railtrack.domain.line.places import Corridor, Leg, Station
from railtrack.domain.messages import say
from railtrack.domain.movement.journeys import Direction

__all__ = ["Network", "NoWay", "Route", "along", "turned"]

TERMINAL = "terminal"


class NoWay(NotFound):
    """No stored legs join these stations."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """A way over stored legs, each of them pointing in the direction of travel.

    `great_circle_km` is the sum of geodesics between origin, vias and destination.
    """

    origin: str
    destination: str
    via: tuple[str, ...]
    legs: tuple[Leg, ...]
    great_circle_km: float

    @property
    def length_km(self) -> float:
        return fsum(leg.length_km for leg in self.legs)

    @property
    def stations(self) -> tuple[str, ...]:
        """Every station on the way, both ends included."""
        return (self.origin, *(leg.destination for leg in self.legs))


class Network:
    """Stations, legs and corridors by id, in the order they were given.

    `stamp` tells this state of a store's network from earlier and later ones; empty where it is of no store.
    """

    def __init__(
        self, stations: Iterable[Station], legs: Iterable[Leg], corridors: Iterable[Corridor] = (), *, stamp: str = ""
    ) -> None:
        """Take what `data/` or the store holds; raises ValueError where the parts do not fit together."""
        self.stamp = stamp
        self.stations: Mapping[str, Station] = {station.id: station for station in stations}
        self.legs: tuple[Leg, ...] = tuple(legs)
        self.corridors: Mapping[str, Corridor] = {corridor.id: corridor for corridor in corridors}
        self._toward: dict[str, dict[str, Leg]] = {station_id: {} for station_id in self.stations}
        for leg in self.legs:
            self._add(leg)
        for corridor in self.corridors.values():
            for a, b in pairwise(corridor.stations):
                if self.leg(a, b) is None:
                    raise ValueError(f"corridor {corridor.id} passes from {a} to {b}, and no leg joins them")

    def _add(self, leg: Leg) -> None:
        for end in (leg.origin, leg.destination):
            if end not in self.stations:
                raise ValueError(f"the leg {leg.origin}–{leg.destination} ends at {end}, which is no station")
        if leg.destination in self._toward[leg.origin]:
            raise ValueError(f"there are two legs between {leg.origin} and {leg.destination}")
        self._toward[leg.origin][leg.destination] = leg
        self._toward[leg.destination][leg.origin] = turned(leg)

    # ------------------------------------------------------------ legs and routes

    def leg(self, a: str, b: str) -> Leg | None:
        """Give the leg between two stations, pointing from `a` to `b`; None where no leg joins them."""
        return self._toward.get(a, {}).get(b)

    def route(self, origin: str, destination: str, via: Sequence[str] = (), corridor: str | None = None) -> Route:
        """Give the shortest way over stored legs, through the vias in order; with a corridor, over its legs alone.

        Stations and corridor are our ids; raises NoWay where no legs join them, KeyError for an unknown id.
        """
        stops = (origin, *via, destination)
        places = [self.stations[stop] for stop in stops]
        allowed = None if corridor is None else self._ways_of(self.corridors[corridor], stops)
        legs: list[Leg] = []
        for a, b in pairwise(stops):
            legs += self._shortest(a, b, allowed)
        direct = fsum(geodesic_km((a.lat, a.lon), (b.lat, b.lon)) for a, b in pairwise(places))
        return Route(origin=origin, destination=destination, via=tuple(via), legs=tuple(legs), great_circle_km=direct)

    def direction(self, origin: str, destination: str) -> Direction:
        """Westbound if the destination lies west of the origin, else eastbound."""
        west = self.stations[destination].lon < self.stations[origin].lon
        return Direction.WESTBOUND if west else Direction.EASTBOUND

    # ------------------------------------------------------------ corridors

    def corridor_holding(self, origin: str, destination: str) -> Corridor | None:
        """Give the first corridor that holds both stations; one that a leg joins to a terminal only if none does."""
        for corridor in self.corridors.values():
            if origin in corridor.stations and destination in corridor.stations:
                return corridor
        for corridor in self.corridors.values():
            if self.stations_between(corridor.id, origin, destination) is not None:
                return corridor
        return None

    def stations_between(self, corridor_id: str, origin: str, destination: str) -> tuple[str, ...] | None:
        """Give the stations of a corridor from origin to destination, both included, in the direction of travel.

        None where the corridor does not hold both, nor a leg joins them to it.
        """
        chain = self.corridors[corridor_id].stations
        start, end = self._joint(origin, chain), self._joint(destination, chain)
        if start is None or end is None:
            return None
        first, last = chain.index(start), chain.index(end)
        middle = chain[first : last + 1] if first <= last else chain[last : first + 1][::-1]
        before = () if start == origin else (origin,)
        after = () if end == destination else (destination,)
        return (*before, *middle, *after) if origin != destination else (origin,)

    def sense(self, corridor_id: str, origin: str, destination: str) -> Direction:
        """Say which way along the corridor a journey runs: westbound in its own order, eastbound against it.

        Not the same as the compass: Ulaanbaatar lies east of Chongqing, and the way there leads along the westbound
        order. Where the corridor does not join the two, the compass decides.
        """
        chain = self.corridors[corridor_id].stations
        start, end = self._joint(origin, chain), self._joint(destination, chain)
        if start is None or end is None or start == end:
            return self.direction(origin, destination)
        return Direction.WESTBOUND if chain.index(start) < chain.index(end) else Direction.EASTBOUND

    def corridor_legs(self, corridor_id: str, origin: str, destination: str) -> tuple[Leg, ...] | None:
        """Give the corridor's legs from origin to destination, pointing that way; None as in `stations_between`."""
        stations = self.stations_between(corridor_id, origin, destination)
        if stations is None:
            return None
        return tuple(self._toward[a][b] for a, b in pairwise(stations))

    def corridor_length_km(self, corridor_id: str, origin: str, destination: str) -> float | None:
        """Give the unrounded length along a corridor in km; None where it does not join the two."""
        legs = self.corridor_legs(corridor_id, origin, destination)
        return None if legs is None else fsum(leg.length_km for leg in legs)

    def line(self, corridor_id: str, origin: str, destination: str) -> tuple[Position, ...]:
        """Give the polyline along the rails and the ship's way; empty where the corridor does not join the two."""
        return self.line_of(self.corridor_legs(corridor_id, origin, destination) or ())

    def line_of(self, legs: Iterable[Leg]) -> tuple[Position, ...]:
        """Join the lines of legs that follow one another; a leg whose line is not known is drawn straight."""
        points: list[Position] = []
        for leg in legs:
            ends = tuple((self.stations[i].lat, self.stations[i].lon) for i in (leg.origin, leg.destination))
            line = leg.line or ends
            points += line[1:] if points and points[-1] == line[0] else line
        return tuple(points)

    # ------------------------------------------------------------ helpers

    def _joint(self, station_id: str, chain: Sequence[str]) -> str | None:
        """Give where a station meets the corridor: itself, or for a terminal off it the end of its shortest leg."""
        if station_id in chain:
            return station_id
        station = self.stations.get(station_id)
        if station is None or TERMINAL not in station.roles:
            return None
        joining = [(leg.length_km, other) for other, leg in self._toward[station_id].items() if other in chain]
        return min(joining)[1] if joining else None

    def _ways_of(self, corridor: Corridor, stops: Iterable[str]) -> set[frozenset[str]]:
        pairs = {frozenset(pair) for pair in pairwise(corridor.stations)}
        for stop in stops:
            joint = self._joint(stop, corridor.stations)
            if joint is not None and joint != stop:
                pairs.add(frozenset((stop, joint)))
        return pairs

    def _shortest(self, origin: str, destination: str, allowed: set[frozenset[str]] | None) -> list[Leg]:
        """Dijkstra's shortest way; ties go to the station that comes first by id, so that answers do not waver."""
        best: dict[str, float] = {origin: 0.0}
        came_by: dict[str, Leg] = {}
        waiting = [(0.0, origin)]
        done: set[str] = set()
        while waiting:
            reached, here = heapq.heappop(waiting)
            if here == destination:
                return _retrace(came_by, origin, destination)
            if here in done:
                continue
            done.add(here)
            for there, leg in self._toward[here].items():
                if allowed is not None and frozenset((here, there)) not in allowed:
                    continue
                length = reached + leg.length_km
                if length < best.get(there, float("inf")):
                    best[there] = length
                    came_by[there] = leg
                    heapq.heappush(waiting, (length, there))
        a, b = self.stations[origin].name, self.stations[destination].name
        raise NoWay(say("No stored legs lead from %(origin)s to %(destination)s.", origin=a, destination=b))


def turned(leg: Leg) -> Leg:
    """Give the same leg in the other direction."""
    return replace(leg, origin=leg.destination, destination=leg.origin, line=leg.line[::-1])


def _retrace(came_by: Mapping[str, Leg], origin: str, destination: str) -> list[Leg]:
    legs: list[Leg] = []
    here = destination
    while here != origin:
        legs.append(came_by[here])
        here = came_by[here].origin
    return legs[::-1]
