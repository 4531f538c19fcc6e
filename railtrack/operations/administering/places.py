"""Adding and mending stations, legs and corridors in the product; administrators only.

What is stated is judged first, all problems at once, and judged again in the transaction that stores it, on the
network as it is then. A leg is measured between the two, since loading the rail network takes seconds and a writer
holds up all others. Statistics and shipments follow in the same transaction (`store.reference`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from importlib.resources import files
from itertools import pairwise
from threading import Lock
from typing import TypeVar

from railtrack import resources
from railtrack.domain.actors import EVERYTHING, Actor
from railtrack.domain.errors import Conflict, NotFound, Problem, Refused, Unavailable
from railtrack.domain.line.gazetteer import Gazetteer
from railtrack.domain.line.mending.corridor import Chain, judge_corridor, misfits, read_chain, ways_lost
from railtrack.domain.line.mending.leg import (
    LegStated,
    gauge_changes,
    judge_leg,
    measured_again,
    shared_gauges,
)
from railtrack.domain.line.mending.station import judge_station
from railtrack.domain.line.places import Corridor, Leg, Mode, Station
from railtrack.domain.messages import Message, say
from railtrack.domain.records import AuditEntry
from railtrack.domain.rights import Operation, insist
from railtrack.domain.rows.judging import Judged
from railtrack.domain.rows.raw import RawRow
from railtrack.domain.world import World
from railtrack.network import CIRCUITY, geocoder, new_leg
from railtrack.operations.administering.reference import load_world, reference_data
from railtrack.store import reference as stored
from railtrack.store.audit import audit_entries
from railtrack.store.engine import Reading, Store, Writing
from railtrack.store.reference import Versioned

Cells = Mapping[str, str]
PORT = "port"
ESTIMATE_NOTE = f"Geodesic × {CIRCUITY}."
_routing = Lock()
T = TypeVar("T")
V = TypeVar("V", Station, Leg, Corridor)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A place found by name. `station` is its id where it is one of ours already, else None."""

    name: str
    lat: float
    lon: float
    station: str | None = None


@dataclass(frozen=True)
class Found:
    """Places by a name, ours first; `trouble` where the operator's name server did not answer."""

    candidates: tuple[Candidate, ...] = ()
    trouble: Message | None = None


@dataclass(frozen=True)
class Routed:
    """What came of routing the missing legs of a corridor: legs added, and neighbours left to the administrator."""

    added: tuple[Leg, ...] = ()
    left: tuple[Problem, ...] = ()


# ---------------------------------------------------------------- looking


def stations(store: Store, *, actor: Actor) -> list[Versioned[Station]]:
    """Give all stations with versions; administrators only."""
    return _listed(store, Station, actor)


def legs(store: Store, *, actor: Actor) -> list[Versioned[Leg]]:
    """Give all legs with versions; administrators only."""
    return _listed(store, Leg, actor)


def corridors(store: Store, *, actor: Actor) -> list[Versioned[Corridor]]:
    """Give all corridors with versions; administrators only."""
    return _listed(store, Corridor, actor)


def station(store: Store, station_id: str, *, actor: Actor) -> Versioned[Station]:
    """Give one station to be mended; raises NotFound."""
    _only_administrators(actor)
    with store.reading() as r:
        return stored.station(r, station_id)


def leg(store: Store, origin: str, destination: str, *, actor: Actor) -> Versioned[Leg]:
    """Give one leg to be mended, as it is stored, named either way; raises NotFound."""
    _only_administrators(actor)
    with store.reading() as r:
        try:
            return stored.leg(r, origin, destination)
        except NotFound:
            return stored.leg(r, destination, origin)


def corridor(store: Store, corridor_id: str, *, actor: Actor) -> Versioned[Corridor]:
    """Give one corridor to be mended; raises NotFound."""
    _only_administrators(actor)
    with store.reading() as r:
        return stored.corridor(r, corridor_id)


def history(store: Store, subject: str, subject_id: str, *, actor: Actor) -> tuple[AuditEntry, ...]:
    """Give who changed a station, leg (`A–B`) or corridor, newest first."""
    _only_administrators(actor)
    with store.reading() as r:
        return audit_entries(r, EVERYTHING, subject=subject, subject_id=subject_id).items


def corridor_misfits(store: Store, *, actor: Actor) -> dict[str, tuple[Message, ...]]:
    """Give what stored corridors no longer say rightly since their stations were mended, by corridor id."""
    _only_administrators(actor)
    network = load_world(store).network
    found = {each.id: misfits(each, network) for each in network.corridors.values()}
    return {id_: what for id_, what in found.items() if what}


def find_place(store: Store, text: str, *, nominatim_url: str = "", actor: Actor) -> Found:
    """Look a place up by name through geopy: among our stations, and with the operator's Nominatim where it is set."""
    _only_administrators(actor)
    text = " ".join(text.split())[:200]
    if not text:
        return Found()
    gazetteer = load_world(store).gazetteer
    ours = geocoder(gazetteer).geocode(text, exactly_one=False) or []
    found = [Candidate(name=p.address, lat=p.latitude, lon=p.longitude, station=p.raw["id"]) for p in ours]
    if not nominatim_url or geocoder(gazetteer).geocode(text) is not None:
        return Found(tuple(found))
    try:
        elsewhere = geocoder(Gazetteer(()), nominatim_url).geocode(text, exactly_one=False) or []
    except Unavailable as unavailable:
        return Found(tuple(found), unavailable.message)
    found += [Candidate(name=p.address, lat=p.latitude, lon=p.longitude) for p in elsewhere[:5]]
    return Found(tuple(found))


def chain(store: Store, text: str) -> Chain:
    """Read a corridor's list of stations as far as it goes, with the neighbours no leg joins yet."""
    return read_chain(text, load_world(store))


# ---------------------------------------------------------------- stations


def add_station(store: Store, cells: Cells, *, actor: Actor, now: datetime) -> Station:
    """Add a station. Raises Refused with all problems, NotAllowed, Conflict."""
    return _save_station(store, cells, None, None, actor, now)


def change_station(
    store: Store, station_id: str, cells: Cells, version: int, *, actor: Actor, now: datetime
) -> Station:
    """Mend a station that was looked at in that version. Raises Refused, NotAllowed, NotFound, Conflict."""
    return _save_station(store, cells, station_id, version, actor, now)


def check_station(store: Store, cells: Cells, station_id: str | None = None) -> Judged[Station]:
    """Judge a station without storing it, for a form while it is typed."""
    world = load_world(store)
    before = None if station_id is None else world.network.stations.get(station_id)
    return judge_station(RawRow(None, cells), world, before, countries=known_countries())


def _save_station(
    store: Store, cells: Cells, station_id: str | None, version: int | None, actor: Actor, now: datetime
) -> Station:
    _only_administrators(actor)
    with store.writing(actor, now) as w:
        before = None if station_id is None else stored.station(w, station_id).value
        judged = judge_station(RawRow(None, cells), _world(w), before, countries=known_countries())
        value = _taken(judged)
        stored.save_station(w, value, version)
        w.commit()
    return value


@cache
def known_countries() -> frozenset[str]:
    """The two-letter codes of ISO 3166, as the time zone data has them."""
    lines = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8").splitlines()
    return frozenset(line[:2] for line in lines if line and not line.startswith("#"))


# ---------------------------------------------------------------- legs


def add_leg(store: Store, cells: Cells, *, actor: Actor, now: datetime) -> Leg:
    """Add a leg, routed at once over the rail network or the sea lanes; an estimate where those know no way.

    Raises Refused with all problems, NotAllowed, Conflict.
    """
    _only_administrators(actor)
    stated = _taken(judge_leg(RawRow(None, cells), load_world(store)))
    value = stated.over(_measured(stated.origin, stated.destination, stated.mode, stated.gauge_mm))
    with store.writing(actor, now) as w:
        _taken(judge_leg(RawRow(None, cells), _world(w)))
        _insist_unmoved(w, stated.origin, stated.destination)
        stored.save_leg(w, value)
        w.commit()
    return value


def change_leg(
    store: Store, origin: str, destination: str, cells: Cells, version: int, *, actor: Actor, now: datetime
) -> Leg:
    """Mend what is stated of a leg: gauge, published length, a length that overrules the measured one.

    Corridors whose gauge changes move with it are mended along. Raises Refused, NotAllowed, NotFound, Conflict.
    """
    _only_administrators(actor)
    with store.writing(actor, now) as w:
        before = stored.leg(w, origin, destination).value
        stated: LegStated = _taken(judge_leg(RawRow(None, cells), _world(w), before))
        value = replace(stated.over(measured_again(before)), note=stated.note)
        stored.save_leg(w, value, version)
        if value.gauge_mm != before.gauge_mm:
            _mend_gauge_changes(w)
        w.commit()
    return value


def measure_leg_again(store: Store, origin: str, destination: str, version: int, *, actor: Actor, now: datetime) -> Leg:
    """Route a leg anew, as after one of its stations was moved; a length that overrules stays."""
    _only_administrators(actor)
    with store.reading() as r:
        before = stored.leg(r, origin, destination).value
        ends = stored.station(r, origin).value, stored.station(r, destination).value
    measured = _measured(*ends, before.mode, before.gauge_mm)
    overrules = before.measured_km is not None
    value = replace(
        before,
        length_km=before.length_km if overrules else measured.length_km,
        measured_km=measured.length_km if overrules else None,
        method=measured.method,
        line=measured.line,
        # a source or a note of somebody who knew more stays with the same kind of measure
        source=before.source if measured.method is before.method and before.source else measured.source,
        note=measured.note if before.note in ("", ESTIMATE_NOTE) else before.note,
    )
    with store.writing(actor, now) as w:
        _insist_unmoved(w, *ends)
        stored.save_leg(w, value, version)
        w.commit()
    return value


def add_missing_legs(store: Store, text: str, *, actor: Actor, now: datetime) -> Routed:
    """Route every leg that a corridor's list of stations lacks. What nobody should guess is left, and said why."""
    _only_administrators(actor)
    network = load_world(store).network
    added: list[Leg] = []
    left: list[Problem] = []
    gauge: int | None = None
    stations = chain(store, text).stations
    for a, b in pairwise(stations):
        ends = network.stations[a], network.stations[b]
        known = network.leg(a, b)
        if known is not None:
            gauge = known.gauge_mm
            continue
        gauges = shared_gauges(*ends)
        trouble = _not_guessed(*ends, gauges)
        if trouble is not None:
            left.append(trouble)
            continue
        gauge = gauge if gauge in gauges else gauges[0]
        cells = {"origin": a, "destination": b, "mode": Mode.RAIL.value, "gauge_mm": str(gauge)}
        try:
            added.append(add_leg(store, cells, actor=actor, now=now))
        except (Refused, Conflict) as error:
            left.append(Problem(message=error.message, column="stations"))
    return Routed(tuple(added), tuple(left))


def _not_guessed(a: Station, b: Station, gauges: tuple[int, ...]) -> Problem | None:
    names = {"a": f"{a.name} ({a.id})", "b": f"{b.name} ({b.id})"}
    if PORT in a.roles and PORT in b.roles:
        what = say("%(a)s and %(b)s are both ports, so a ship may go between them.", **names)
    elif not gauges:
        what = say("%(a)s and %(b)s have no gauge in common.", **names)
    else:
        return None
    return Problem(message=what, remedy=say("Add this leg by hand."), column="stations")


def _measured(a: Station, b: Station, mode: Mode, gauge_mm: int | None) -> Leg:
    # the network is loaded once, and a search ties its ends into it for as long as it lasts: one at a time
    with _routing:
        return new_leg(a, b, mode, gauge_mm, resources.folder("data"))


def _insist_unmoved(r: Reading, *measured: Station) -> None:
    """Whoever moves a station while its leg is being routed makes the result wrong."""
    for each in measured:
        found = stored.station(r, each.id).value
        if (found.lat, found.lon) != (each.lat, each.lon):
            raise Conflict(say("%(name)s was moved by somebody else meanwhile; look again.", name=each.name))


def _mend_gauge_changes(w: Writing) -> None:
    network = stored.load_network(w)
    for each in stored.versioned(w, Corridor):
        way = network.corridor_legs(each.value.id, each.value.origin, each.value.destination) or ()
        changes = gauge_changes(each.value.stations, way)
        if set(changes) != set(each.value.gauge_changes):
            stored.save_corridor(w, replace(each.value, gauge_changes=changes), each.version)


# ---------------------------------------------------------------- corridors


def add_corridor(store: Store, cells: Cells, *, actor: Actor, now: datetime) -> Corridor:
    """Add a corridor. Raises Refused with all problems, NotAllowed, Conflict."""
    return _save_corridor(store, cells, None, None, actor, now)


def change_corridor(
    store: Store, corridor_id: str, cells: Cells, version: int, *, actor: Actor, now: datetime
) -> Corridor:
    """Mend a corridor; its shipments are folded anew. Raises Refused, NotAllowed, NotFound, Conflict."""
    return _save_corridor(store, cells, corridor_id, version, actor, now)


def check_corridor(store: Store, cells: Cells, corridor_id: str | None = None) -> Judged[Corridor]:
    """Judge a corridor without storing it, for a form while it is typed."""
    world = load_world(store)
    before = None if corridor_id is None else world.network.corridors.get(corridor_id)
    return judge_corridor(RawRow(None, cells), world, before)


def _save_corridor(
    store: Store, cells: Cells, corridor_id: str | None, version: int | None, actor: Actor, now: datetime
) -> Corridor:
    _only_administrators(actor)
    with store.writing(actor, now) as w:
        before = None if corridor_id is None else stored.corridor(w, corridor_id).value
        world = _world(w)
        value: Corridor = _taken(judge_corridor(RawRow(None, cells), world, before))
        if lost := ways_lost(value, world.network, stored.ways_on(w, value.id)):
            raise Refused(lost)
        stored.save_corridor(w, value, version)
        w.commit()
    return value


# ---------------------------------------------------------------- helpers


def _only_administrators(actor: Actor) -> None:
    insist(actor, Operation.KEEP_PLACES, own=False, refusal=say("Stations, legs and corridors are an administrator's."))


def _taken(judged: Judged[T]) -> T:
    if judged.row is None:
        raise Refused(judged.problems)
    return judged.row


def _listed(store: Store, kind: type[V], actor: Actor) -> list[Versioned[V]]:
    _only_administrators(actor)
    with store.reading() as r:
        return stored.versioned(r, kind)


def _world(r: Reading) -> World:
    """The network as this transaction sees it, for a judgement nobody can overtake."""
    network = stored.load_network(r)
    return replace(reference_data().world(), network=network, gazetteer=Gazetteer(network.stations))
