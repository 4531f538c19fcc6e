"""How a simulated train runs: legs at speeds of the country, stays at stations, borders as their record has them.

Running time of a leg is log-normal around its length over the country's speed, with a factor that stays with the
train; stays are skewed with heavy tails, longer for trains that reach a border at night, at the weekend, in winter or
before the Chinese New Year. Speeds are estimates (CPMM's speed without delay as guide); stays are those of
`data/stations.csv` where `conditions` holds no record. Times are UTC, to the minute.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from math import exp, log
from random import Random
from zoneinfo import ZoneInfo

from railtrack.domain.line.network import Network
from railtrack.domain.line.places import Corridor, Leg, Mode
from railtrack.domain.movement.journeys import Direction
from railtrack.domain.simulation.conditions import Conditions, Stratified, days_from_new_year, skewed

# km/h between stations, short stops at signals and crew changes included
_SPEED_KMH: Mapping[str, float] = {
    "CN": 54, "KZ": 46, "RU": 49, "BY": 42, "PL": 28, "DE": 37, "MN": 38, "LT": 38, "AZ": 36, "GE": 30, "TR": 34,
}  # fmt: skip
_OTHER_KMH = 32.0
_SEA_KMH = 22.0
_TRAIN_SIGMA = 0.05  # some trains are quicker all the way
_LEG_SIGMA = 0.11
_WAY_STOP_H = 0.7
_LONG_QUEUE_H = 72.0  # where the mean stay is this long, queues even out what single trains wait


@dataclass(frozen=True)
class Stop:
    """A train at a station; at its origin `arrived` is None, at its destination `departed`."""

    station: str
    arrived: datetime | None
    departed: datetime | None


class Running:
    """Runs trains one after another in the order of their departure."""

    def __init__(self, network: Network, seed: int) -> None:
        self._network = network
        self._conditions = Conditions(seed)
        self._seed = seed
        self._draws: dict[tuple[str, Direction], Stratified] = {}

    def run(
        self, corridor: Corridor, ends: tuple[str, str], departed: datetime, rng: Random, *, swift: float = 1.0
    ) -> list[Stop]:
        """Give every stop of a train from its departure (UTC) to its arrival; `swift` below 1 shortens stays."""
        legs = self._network.corridor_legs(corridor.id, *ends)
        if legs is None:
            raise ValueError(f"corridor {corridor.id} does not join {ends[0]} and {ends[1]}")
        direction = self._network.direction(*ends)
        pace = exp(rng.gauss(0, _TRAIN_SIGMA)) * (0.97 if swift < 1 else 1.0)
        stops = [Stop(ends[0], None, departed)]
        leaving = departed
        for leg, following in pairwise((*legs, None)):
            assert leg is not None  # noqa: S101 - only the last is None
            arrived = leaving + timedelta(hours=self._leg_h(leg, leaving, pace, rng))
            if following is None:
                stops.append(Stop(leg.destination, _minute(arrived), None))
                break
            stay = self._stay_h(leg.destination, direction, arrived, rng) * swift
            leaving = self._conditions.opening(
                leg.destination, following.destination, direction, arrived + timedelta(hours=stay), rng.random()
            )
            stops.append(Stop(leg.destination, _minute(arrived), _minute(leaving)))
        return stops

    def _leg_h(self, leg: Leg, at: datetime, pace: float, rng: Random) -> float:
        country = self._network.stations[leg.origin].country
        speed = _SEA_KMH if leg.mode is Mode.SEA else _SPEED_KMH.get(country, _OTHER_KMH)
        winter = 1.05 if at.month in (12, 1, 2) and country in ("CN", "KZ", "RU", "MN") else 0.99
        return leg.length_km / speed * pace * winter * exp(rng.gauss(-(_LEG_SIGMA**2) / 2, _LEG_SIGMA))

    def _stay_h(self, station_id: str, direction: Direction, at: datetime, rng: Random) -> float:
        station = self._network.stations[station_id]
        recorded = self._conditions.mean_h(station_id, direction, at)
        if recorded is None:
            mean = station.dwell_h_typical or _WAY_STOP_H
            high = station.dwell_h_p90 or 2.5 * mean
            return max(mean * skewed(rng.random(), min(max(log(high / mean) / 1.3, 0.3), 0.8)), 0.2)
        draw = self._draws.get((station_id, direction))
        if draw is None:
            stream = Random(f"{self._seed}/stay/{station_id}/{direction}")  # noqa: S311 - simulation, not secrecy
            draw = self._draws[station_id, direction] = Stratified(stream)
        spread = 0.26 if recorded > _LONG_QUEUE_H else 0.5
        return max(recorded * skewed(draw(), spread) * self._rhythm(station.timezone, at), 1.5)

    @staticmethod
    def _rhythm(zone: str, at: datetime) -> float:
        """Hour of the week and season; over a year these even out to 1."""
        local = at.astimezone(ZoneInfo(zone))
        weekend = 1.1 if local.weekday() >= 5 else 0.96
        night = 1.08 if local.hour >= 22 or local.hour < 6 else 0.96
        winter = 1.09 if local.month in (12, 1, 2) else 0.97
        since = days_from_new_year(local.date())
        rush = 1.12 if -14 <= since < 0 else 0.88 if 2 <= since <= 16 else 1.0
        # a weekly timetable reaches most borders on working days; this keeps the mean at the record
        return 1.04 * weekend * night * winter * rush


def held(stops: Sequence[Stop], station: str, hours: float) -> list[Stop]:
    """Give the same run with a longer stay at one station, and everything after it later by as much."""
    later = timedelta(hours=hours)
    shifted = []
    reached = False
    for stop in stops:
        arrived = stop.arrived + later if reached and stop.arrived else stop.arrived
        reached = reached or stop.station == station
        departed = stop.departed + later if reached and stop.departed else stop.departed
        shifted.append(replace(stop, arrived=arrived, departed=departed))
    return shifted


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
