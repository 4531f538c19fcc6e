"""What a shared link opens: as much as was chosen, and no more than who shared it may still show today."""

import logging
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from railtrack.domain.actors import Actor
from railtrack.domain.errors import Gone, NotFound, Unavailable
from railtrack.domain.messages import say
from railtrack.domain.people import Person
from railtrack.domain.rights import may
from railtrack.domain.sharing import (
    SHARING,
    LinkKind,
    SharedField,
    SharedLink,
    offered,
    shared_events,
    shared_shipment,
    shared_summary,
    tells_of_containers,
)
from railtrack.operations.administering.reference import load_world
from railtrack.operations.following.shipment_page import ShipmentPage, lay_out
from railtrack.operations.notifying.sending import SERVER
from railtrack.operations.sharing.links import link_of_token
from railtrack.store import people
from railtrack.store import sharing as stored
from railtrack.store.engine import Reading, Store
from railtrack.store.reading.shipments import Details, details, shipment
from railtrack.store.reading.summaries import summaries

ORIGIN = "shared link"
PATIENCE_S = 1.0
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A link that works: `actor` is who shared it, as they stand now, `fields` what of the chosen they may show."""

    link: SharedLink
    actor: Actor
    fields: frozenset[SharedField]


def open_link(store: Store, token: str, *, secret: str, now: datetime) -> Opened:
    """Say what a token opens.

    Raises NotFound for one that opens nothing, in the same words whatever the reason: never made, run out, revoked, or
    who shared it may not any more. Raises Gone where what it showed was taken out.
    """
    link = link_of_token(store, token, secret=secret)
    if link is None or not link.is_alive(now):
        raise _dead()
    with store.reading() as reading:
        actor = _sharer(reading, link)
        if actor is None:
            raise _dead()
        is_own = True
        if link.kind is LinkKind.SHIPMENT:
            is_own = _insist_on_shipment(reading, link, actor)
    return Opened(link=link, actor=actor, fields=link.fields & set(offered(actor, link.kind, own=is_own)))


def note_use(store: Store, opened: Opened, *, now: datetime) -> None:
    """Count that a link was opened; not worth waiting for where a long import holds SQLite."""
    try:
        with store.noting(SERVER, now, patience_s=PATIENCE_S) as w:
            stored.count_use(w, opened.link.id)
            w.commit()
    except Unavailable as error:
        log.warning("a use of shared link %s is not counted: %s", opened.link.id, error)


def shared_page(
    store: Store, shipment_id: int, shown: Collection[SharedField], *, actor: Actor, now: datetime
) -> ShipmentPage:
    """Give a shipment as somebody else sees it, in the sight of the actor who shares it; raises NotFound."""
    network = load_world(store).network
    with store.reading() as reading:
        found = details(reading, actor.scope, shipment_id)
        (summary,) = summaries(reading.session, [shipment_id])
    part = Details(shared_shipment(found.shipment, shown), found.journeys, shared_events(found.events, shown))
    page = lay_out(network, part, shared_summary(summary, shown), now=now)
    if not tells_of_containers(shown):  # they were needed to tell which journey most of them share
        page = replace(page, shipment=replace(page.shipment, containers=()))
    return replace(page, marks=())


# ---------------------------------------------------------------- helpers


def _sharer(reading: Reading, link: SharedLink) -> Actor | None:
    """Who shared a link, acting as they did then; None where they may not share such a thing any more."""
    person = people.person_by_id(reading, link.user_id)
    if person is None or not person.is_active:
        return None
    operation = SHARING[link.kind]
    shares_all = may(person, operation, own=False)
    if link.kind is LinkKind.FIGURES and shares_all != (link.organisation is None):
        return None  # in another role: figures of one organisation must not become those of all
    if shares_all:
        return person.actor(ORIGIN)
    if link.organisation is None or not may(person, operation):
        return None
    return _member(person, link.organisation.id)


def _member(person: Person, organisation_id: int) -> Actor | None:
    for each in person.organisations:
        if each.id == organisation_id:
            return person.actor(ORIGIN, each)
    return None


def _insist_on_shipment(reading: Reading, link: SharedLink, actor: Actor) -> bool:
    """Insist that the shipment is there and still the actor's to show; says whether it is their own."""
    if not stored.is_there(reading, link.shipment_id):
        raise Gone(say("The shipment that this link showed was taken out."))
    try:
        found = shipment(reading, actor.scope, link.shipment_id)
    except NotFound:
        raise _dead() from None
    is_own = actor.owns(found.organisation.id)
    if found.published or not actor.may(SHARING[link.kind], own=is_own):
        raise _dead()
    return is_own


def _dead() -> NotFound:
    return NotFound(say("This link shows nothing, or nothing any more."))
