"""Taking out a station, leg or corridor that nothing uses; administrators only, and said in the audit.

What something uses stays: the refusal says what. What is taken out does not come back with the next release.
"""

from datetime import datetime

from railtrack.domain.actors import Actor
from railtrack.domain.errors import Problem, Refused
from railtrack.domain.line.network import Network
from railtrack.domain.messages import Message, say
from railtrack.domain.records import AuditEntry
from railtrack.domain.rights import Operation, insist
from railtrack.store import reference as stored
from railtrack.store.engine import Reading, Store
from railtrack.store.writing.removing import recorded_at, removals

MOST_NAMED = 8


def uses_of_station(store: Store, station_id: str, *, actor: Actor) -> tuple[Message, ...]:
    """Say what uses a station; administrators only."""
    _only_administrators(actor)
    with store.reading() as r:
        return _of_station(r, stored.load_network(r), station_id)


def uses_of_leg(store: Store, origin: str, destination: str, *, actor: Actor) -> tuple[Message, ...]:
    """Say what uses a leg; administrators only."""
    _only_administrators(actor)
    with store.reading() as r:
        return _of_leg(stored.load_network(r), origin, destination)


def uses_of_corridor(store: Store, corridor_id: str, *, actor: Actor) -> tuple[Message, ...]:
    """Say what uses a corridor; administrators only."""
    _only_administrators(actor)
    with store.reading() as r:
        return _of_corridor(r, corridor_id)


def remove_station(store: Store, station_id: str, version: int, *, actor: Actor, now: datetime) -> None:
    """Take a station out. Raises Refused with what uses it, NotAllowed, NotFound, Conflict."""
    _only_administrators(actor)
    with store.writing(actor, now) as w:
        found = stored.station(w, station_id).value
        _refuse_if(_of_station(w, stored.load_network(w), station_id))
        stored.remove(w, found, version)
        w.commit()


def remove_leg(store: Store, origin: str, destination: str, version: int, *, actor: Actor, now: datetime) -> None:
    """Take a leg out. Raises Refused with what uses it, NotAllowed, NotFound, Conflict."""
    _only_administrators(actor)
    with store.writing(actor, now) as w:
        found = stored.leg(w, origin, destination).value
        _refuse_if(_of_leg(stored.load_network(w), origin, destination))
        stored.remove(w, found, version)
        w.commit()


def remove_corridor(store: Store, corridor_id: str, version: int, *, actor: Actor, now: datetime) -> None:
    """Take a corridor out. Raises Refused with what uses it, NotAllowed, NotFound, Conflict."""
    _only_administrators(actor)
    with store.writing(actor, now) as w:
        found = stored.corridor(w, corridor_id).value
        _refuse_if(_of_corridor(w, corridor_id))
        stored.remove(w, found, version)
        w.commit()


def removed(store: Store, *, actor: Actor) -> tuple[AuditEntry, ...]:
    """Give the last stations, legs and corridors taken out, newest first; administrators only."""
    _only_administrators(actor)
    with store.reading() as r:
        return removals(r)


def _of_station(r: Reading, network: Network, station_id: str) -> tuple[Message, ...]:
    said = []
    legs = [f"{leg.origin}–{leg.destination}" for leg in network.legs if station_id in (leg.origin, leg.destination)]
    if legs:
        said.append(say("Legs end here: %(legs)s.", legs=_named(legs)))
    ways = [each.id for each in network.corridors.values() if station_id in each.stations]
    if ways:
        said.append(say("Corridors lead over it: %(corridors)s.", corridors=_named(ways)))
    records = recorded_at(r, station_id)
    if records.shipments:
        said.append(say("Shipments begin or end here: %(count)d.", count=records.shipments))
    if records.events:
        said.append(say("Events were recorded here: %(count)d, withdrawn ones among them.", count=records.events))
    if records.trains:
        said.append(say("Trains start here: %(count)d.", count=records.trains))
    if records.terminals:
        said.append(say("Organisations work here as terminals: %(count)d.", count=records.terminals))
    return tuple(said)


def _of_leg(network: Network, origin: str, destination: str) -> tuple[Message, ...]:
    ends = {origin, destination}
    ways = [
        each.id
        for each in network.corridors.values()
        if any({a, b} == ends for a, b in zip(each.stations, each.stations[1:], strict=False))
    ]
    return (say("Corridors lead over it: %(corridors)s.", corridors=_named(ways)),) if ways else ()


def _of_corridor(r: Reading, corridor_id: str) -> tuple[Message, ...]:
    shipments = sum(count for _origin, _destination, count in stored.ways_on(r, corridor_id))
    return (say("Shipments take it: %(count)d.", count=shipments),) if shipments else ()


def _named(names: list[str]) -> str:
    return ", ".join(names[:MOST_NAMED]) + (", …" if len(names) > MOST_NAMED else "")


def _refuse_if(uses: tuple[Message, ...]) -> None:
    if uses:
        raise Refused([Problem(message=use) for use in uses])


def _only_administrators(actor: Actor) -> None:
    insist(actor, Operation.KEEP_PLACES, own=False, refusal=say("Stations, legs and corridors are an administrator's."))
