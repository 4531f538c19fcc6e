"""Corridors side by side: our length by rail and by ship, what others published, borders, gauges, planned days."""

from dataclasses import dataclass
from math import fsum

from railtrack.domain.line.geodesy import geodesic_km
from railtrack.domain.line.network import Network
from railtrack.domain.line.places import Corridor, Leg, Method, Mode, Station


@dataclass(frozen=True, kw_only=True)
class CorridorFacts:
    """A corridor with its legs in the westbound order and what they add up to (km)."""

    corridor: Corridor
    stations: tuple[Station, ...]
    legs: tuple[Leg, ...]
    great_circle_km: float

    @property
    def length_km(self) -> float:
        return fsum(leg.length_km for leg in self.legs)

    @property
    def sea_km(self) -> float:
        return fsum(leg.length_km for leg in self.legs if leg.mode is Mode.SEA)

    @property
    def rail_km(self) -> float:
        return fsum(leg.length_km for leg in self.legs if leg.mode is Mode.RAIL)

    @property
    def estimated_km(self) -> float:
        return fsum(leg.length_km for leg in self.legs if leg.method is Method.ESTIMATED)

    @property
    def sea_legs(self) -> int:
        return sum(leg.mode is Mode.SEA for leg in self.legs)

    @property
    def published_share(self) -> float | None:
        """Our length against the published one: −0.06 is six per cent shorter; None where none was published."""
        published = self.corridor.published_km
        return None if not published else self.length_km / published - 1

    @property
    def planned_days(self) -> float:
        return self.corridor.planned_total_h / 24

    def km_of(self) -> tuple[float, ...]:
        """The kilometre of each station, from the eastern end."""
        kms = [0.0]
        for leg in self.legs:
            kms.append(kms[-1] + leg.length_km)
        return tuple(kms)


def corridor_facts(network: Network, corridor: Corridor) -> CorridorFacts:
    """Put together what is known of one corridor."""
    ends = [network.stations[s] for s in (corridor.origin, corridor.destination)]
    first, last = ((s.lat, s.lon) for s in ends)
    return CorridorFacts(
        corridor=corridor,
        stations=tuple(network.stations[s] for s in corridor.stations),
        legs=network.corridor_legs(corridor.id, corridor.origin, corridor.destination) or (),
        great_circle_km=geodesic_km(first, last),
    )


def all_corridors(network: Network) -> tuple[CorridorFacts, ...]:
    """Give all corridors in the order of the file."""
    return tuple(corridor_facts(network, corridor) for corridor in network.corridors.values())
