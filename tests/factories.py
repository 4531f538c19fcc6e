"""Builders with defaults: a test names only what it is about."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from stdnum import iso6346

from railtrack.domain.actors import Actor, Role
from railtrack.domain.cargo.goods import ContainerFacts, ShipmentFacts, StatedShipment
from railtrack.domain.line.network import Network
from railtrack.domain.movement.events import EventFacts, EventKind, StatedEvent
from railtrack.domain.records import Organisation
from railtrack.domain.rows.verdicts import Outcome
from railtrack.domain.times import Moment, Precision
from railtrack.operations.entering.booking import book
from railtrack.operations.entering.recording import record
from railtrack.store.engine import Store
from railtrack.store.organisations import add_organisation, name_key, organisations
from railtrack.store.reference import save_reference
from railtrack.store.writing.booking import ENTERED, Provenance

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
ADMINISTRATOR = Actor(name="cli:test", role=Role.ADMINISTRATOR)
CITY = Actor(name="city@example.org", role=Role.CITY)
CORRIDOR = "dostyk-petropavl"


def moment(text: str) -> Moment:
    """Make a moment of `2024-03-01T10:00+08:00`, or of `2024-03-01+08:00` for a date alone."""
    if "T" in text:
        at = datetime.fromisoformat(text)
        precision = Precision.SECOND
    else:
        at = datetime.fromisoformat(f"{text[:10]}T12:00{text[10:]}")
        precision = Precision.DAY
    offset = at.utcoffset()
    assert offset is not None
    return Moment(at.astimezone(UTC), offset // timedelta(minutes=1), precision, text)


def container_number(serial: int, owner: str = "TEST") -> str:
    """Give the valid number of a container; `owner` is three letters and U."""
    body = f"{owner[:3]}U{serial:06d}"
    return body + iso6346.calc_check_digit(body)


def container(serial: int | None = 1, **facts: Any) -> ContainerFacts:
    """Make a laden 45G1 by serial number, or a quantity for None."""
    number = None if serial is None else container_number(serial)
    return ContainerFacts(**{"container": number, "size_type": "45G1"} | facts)


def shipment_row(reference: str = "R1", box: ContainerFacts | None = None, **facts: Any) -> StatedShipment:
    """Make a row of a westbound shipment of Alpha."""
    stated = {"partner": "Alpha", "origin": "CKG", "destination": "MHG", "corridor": CORRIDOR} | facts
    return StatedShipment(None, ShipmentFacts(reference=reference, **stated), box or container())


def event_row(event: EventKind | str, station: str | None, at: str, reference: str = "R1", **facts: Any) -> StatedEvent:
    """Make a row of an actual event of Alpha."""
    stated = {"partner": "Alpha", "station": station, "reference": reference, "moment": moment(at)} | facts
    return StatedEvent(None, EventFacts(event=EventKind(event), **stated))


def partner(store: Store, name: str = "Alpha", now: datetime = NOW) -> Actor:
    """Give somebody of an organisation, which is added if need be."""
    organisation = _organisation(store, name, now)
    return Actor(
        name=f"{name.lower()}@example.org",
        role=Role.PARTNER,
        organisation_id=organisation.id,
        organisation=organisation.name,
    )


def terminal(network: Network, *stations: str, name: str = "Terminal") -> Actor:
    """Give somebody of a terminal at these stations, which is not recorded."""
    ways = {each.id: tuple(each.stations) for each in network.corridors.values()}
    return Actor(
        name="clerk@example.org",
        role=Role.TERMINAL,
        organisation_id=987,
        organisation=name,
        stations=frozenset(stations),
        ways=ways,
    )


def enter(
    store: Store,
    network: Network,
    rows: Sequence[StatedShipment],
    *,
    actor: Actor = ADMINISTRATOR,
    now: datetime = NOW,
    provenance: Provenance = ENTERED,
    update: bool = False,
) -> Outcome:
    """Book rows; the test fails if one is refused."""
    outcome = book(store, rows, network=network, actor=actor, now=now, otherwise=provenance, update=update)
    assert outcome.stored, [str(p) for p in outcome.problems]
    return outcome


def tell(
    store: Store,
    network: Network,
    rows: Sequence[StatedEvent],
    *,
    actor: Actor = ADMINISTRATOR,
    now: datetime = NOW,
) -> Outcome:
    """Record events; the test fails if one is refused."""
    outcome = record(store, rows, network=network, actor=actor, now=now)
    assert outcome.stored, [str(p) for p in outcome.problems]
    return outcome


def furnish(store: Store, network: Network, now: datetime = NOW) -> None:
    """Put stations, legs and corridors into a store, lines aside."""
    with store.writing(ADMINISTRATOR, now) as w:
        legs = [replace(leg, line=()) for leg in network.legs]
        save_reference(w, list(network.stations.values()), legs, list(network.corridors.values()))
        w.commit()


def _organisation(store: Store, name: str, now: datetime) -> Organisation:
    with store.writing(ADMINISTRATOR, now) as w:
        known = organisations(w.session).get(name_key(name))
        if known is None:
            known = add_organisation(w, name)
            w.commit()
    return known
