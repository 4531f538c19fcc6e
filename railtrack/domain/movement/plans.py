"""Which corridors join two stations, how long a train is planned to take there, and until when a plan is kept.

The planned hours of `data/corridors.csv` are for the whole way; for a part of it they are taken in proportion to the
length, which is a suggestion to whoever books and nothing more.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from math import fsum

from railtrack.domain.clock import zone_named
from railtrack.domain.line.network import Network
from railtrack.domain.line.places import Corridor, Leg, Mode, Station
from railtrack.domain.times import Moment


@dataclass(frozen=True)
class Choice:
    """A corridor that can be taken between two stations; `legs` point in the direction of travel."""

    corridor: Corridor
    legs: tuple[Leg, ...]
    is_whole: bool

    @property
    def length_km(self) -> float:
        return fsum(leg.length_km for leg in self.legs)

    @property
    def sea_legs(self) -> int:
        return sum(leg.mode is Mode.SEA for leg in self.legs)


def choices(network: Network, origin: str, destination: str) -> tuple[Choice, ...]:
    """Give the corridors that hold both stations, in the order of the file; none for one and the same station.

    Where none holds both, those a leg joins to a terminal off them, such as Guoyuan Port.
    """
    if origin == destination or origin not in network.stations or destination not in network.stations:
        return ()
    found = []
    for corridor in network.corridors.values():
        legs = network.corridor_legs(corridor.id, origin, destination)
        if legs:
            is_whole = {origin, destination} == {corridor.origin, corridor.destination}
            found.append(Choice(corridor, legs, is_whole))
    holding = [c for c in found if {origin, destination} <= set(c.corridor.stations)]
    return tuple(holding or found)


def planned_h(network: Network, choice: Choice) -> float:
    """Give the hours the corridor plans between the two stations, whole hours where only a part of it is taken."""
    corridor = choice.corridor
    if choice.is_whole:
        return corridor.planned_total_h
    whole_km = network.corridor_length_km(corridor.id, corridor.origin, corridor.destination)
    if not whole_km:
        return corridor.planned_total_h
    return float(max(1, round(corridor.planned_total_h * choice.length_km / whole_km)))


def suggested_arrival(departure: Moment, hours: float, destination: Station) -> str:
    """Spell the arrival that the corridor's plan leads to, as it is typed at the destination: 2026-12-18 21:00.

    A departure of which only the day is known gives a day.
    """
    arrival = (departure.instant + timedelta(hours=hours)).astimezone(zone_named(destination.timezone))
    return arrival.date().isoformat() if departure.is_day else f"{arrival:%Y-%m-%d %H:%M}"


def due(planned: Moment, station: Station | None) -> datetime:
    """Give the instant until which a plan is kept: its own, or for a date the midnight that ends it at the station.

    The one rule for what is late and by how much (contract §5). Where the station is not known, the midnight is that of
    the offset the plan was stated with.
    """
    if not planned.is_day:
        return planned.instant
    day_after = planned.local_date + timedelta(days=1)
    if station is None:
        return datetime.combine(day_after, time(), timezone(timedelta(minutes=planned.offset_min))).astimezone(UTC)
    return _midnight(day_after, station.timezone)


@lru_cache(maxsize=4096)
def _midnight(day: date, zone: str) -> datetime:
    """Give the instant at which a day begins on a zone's clock, whatever the hours of the day before it were."""
    return datetime.combine(day, time(), zone_named(zone)).astimezone(UTC)
