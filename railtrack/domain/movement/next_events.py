"""What is likely to happen to a shipment next, so that whoever reports it finds it on top of the list.

The order is that of the work at a station: a train arrives, is transshipped where the gauge changes, is released by
customs at a border, departs, and arrives at the next station that has a part in the journey.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from railtrack.domain.line.network import Network
from railtrack.domain.line.places import Corridor
from railtrack.domain.movement.events import EventKind

MAIN_ROLES = frozenset({"hub", "border", "terminal", "transshipment", "port"})


@dataclass(frozen=True)
class NextEvent:
    """An event that may come next, and where."""

    event: EventKind
    station: str


def likely_next(
    network: Network,
    origin: str,
    destination: str,
    corridor_id: str | None,
    happened: Sequence[tuple[EventKind, str | None]],
) -> tuple[NextEvent, ...]:
    """Give what may come next, likeliest first.

    `happened` are the actual events so far in the order of their times; the corridor may be unknown.
    """
    stations = main_stations(network, origin, destination, corridor_id)
    corridor = network.corridors.get(corridor_id) if corridor_id else None
    at, done = _whereabouts(happened)
    if at == destination and EventKind.ARRIVED in done:
        return _left(done, destination, (EventKind.DISCHARGED, EventKind.GATE_OUT, EventKind.STRIPPED))
    if at is None or (at == origin and EventKind.DEPARTED not in done):
        return _left(done, origin, (EventKind.DEPARTED, EventKind.LOADED, EventKind.GATE_IN))
    if EventKind.DEPARTED in done:
        return tuple(
            NextEvent(EventKind.ARRIVED, station) for station in _ahead(network, stations, corridor_id, at)[:3]
        )
    return _left(done, at, _work_at(network, corridor, at))


def main_stations(network: Network, origin: str, destination: str, corridor_id: str | None) -> tuple[str, ...]:
    """Give the stations of a journey that have a part in it, in the order of travel, both ends included."""
    between = network.stations_between(corridor_id, origin, destination) if corridor_id else None
    if not between:
        return origin, destination
    return tuple(s for s in between if s in (origin, destination) or MAIN_ROLES & set(network.stations[s].roles))


def _whereabouts(happened: Sequence[tuple[EventKind, str | None]]) -> tuple[str | None, frozenset[EventKind]]:
    """Say at which station things stand, and what was done there since the last arrival."""
    at: str | None = None
    done: set[EventKind] = set()
    for event, station in happened:
        if station is None:
            continue
        if event is EventKind.ARRIVED or station != at:
            at, done = station, set()
        done.add(event)
    return at, frozenset(done)


def _ahead(network: Network, stations: Sequence[str], corridor_id: str | None, at: str) -> Sequence[str]:
    """The main stations still ahead of `at`, which may be a lesser one."""
    between = network.stations_between(corridor_id, stations[0], stations[-1]) if corridor_id else None
    if not between or at not in between:
        return stations[1:]
    passed = set(between[: between.index(at) + 1])
    return [s for s in stations if s not in passed]


def _work_at(network: Network, corridor: Corridor | None, station: str) -> tuple[EventKind, ...]:
    work: list[EventKind] = []
    if corridor is not None:
        if station in corridor.gauge_changes:
            work.append(EventKind.TRANSSHIPPED)
        if any(station in pair for pair in corridor.border_pairs):
            work.append(EventKind.CUSTOMS_RELEASED)
    elif "border" in network.stations[station].roles:
        work.append(EventKind.CUSTOMS_RELEASED)
    return (*work, EventKind.DEPARTED, EventKind.HELD)


def _left(done: frozenset[EventKind], station: str, work: Sequence[EventKind]) -> tuple[NextEvent, ...]:
    return tuple(NextEvent(event, station) for event in work if event not in done)
