"""Records as programs ask for them: shipments found and listed, their events and journeys, and what is new."""

from dataclasses import dataclass
from datetime import datetime

from railtrack.domain.actors import Actor
from railtrack.domain.errors import Problem, Refused
from railtrack.domain.messages import say
from railtrack.domain.records import Page, RecordedEvent, RecordedShipment, ShipmentSummary
from railtrack.domain.rows.near import near
from railtrack.operations.administering.reference import load_world
from railtrack.operations.figures.exporting import Cells, journey_cells
from railtrack.store.engine import Reading, Store
from railtrack.store.organisations import name_key
from railtrack.store.reading import interfaces
from railtrack.store.reading.exporting import EventsSince, JourneyOfContainer, events_since
from railtrack.store.reading.listing import ShipmentFilter, Sort, list_shipments, partners
from railtrack.store.reading.shipments import shipment_named
from railtrack.store.reading.summaries import summaries


@dataclass(frozen=True)
class FoundShipment:
    """A shipment and what its journeys come to."""

    shipment: RecordedShipment
    summary: ShipmentSummary


def find(store: Store, name: str, *, actor: Actor) -> FoundShipment:
    """Find a shipment in sight by reference, PARTNER:REFERENCE or our id; raises NotFound and Ambiguous."""
    with store.reading() as reading:
        return _whole(reading, shipment_named(reading, actor.scope, name))


def shipments(
    store: Store, wanted: ShipmentFilter, *, limit: int, cursor: str | None, actor: Actor, now: datetime
) -> Page[FoundShipment]:
    """Give a page of the shipments in sight by reference, an order that no event changes.

    Raises Refused for a corridor or partner nobody has: a name that is mistyped must not pass for one that has none.
    """
    corridors = load_world(store).network.corridors
    if wanted.corridor is not None and wanted.corridor not in corridors:
        raise Refused([_unknown_corridor(wanted.corridor, tuple(corridors))])
    with store.reading() as reading:
        if wanted.partner is not None:
            names = {name_key(each.name): each.name for each in partners(reading, actor.scope)}
            if name_key(wanted.partner) not in names:
                raise Refused([_unknown_partner(wanted.partner, tuple(names.values()))])
        page = list_shipments(reading, actor.scope, wanted, now=now, sort=Sort.REFERENCE, limit=limit, cursor=cursor)
        whole = interfaces.shipments_in_order(reading, actor.scope, [each.id for each in page.items])
    by_id = {each.id: each for each in page.items}
    return Page(tuple(FoundShipment(each, by_id[each.id]) for each in whole), page.next_cursor)


def events_of(store: Store, name: str, *, limit: int, cursor: str | None, actor: Actor) -> Page[RecordedEvent]:
    """Give every version of every event about a shipment; raises NotFound and Ambiguous."""
    with store.reading() as reading:
        found = shipment_named(reading, actor.scope, name)
        return interfaces.events_page(reading, actor.scope, found.id, limit=limit, cursor=cursor)


def journeys_with_cells(
    store: Store, name: str, *, limit: int, cursor: str | None, actor: Actor
) -> Page[tuple[JourneyOfContainer, Cells]]:
    """Give the journeys of a shipment's containers, each with its row as files have it."""
    with store.reading() as reading:
        found = shipment_named(reading, actor.scope, name)
        page = interfaces.journeys_page(reading, found, limit=limit, cursor=cursor)
    return Page(tuple((each, cells) for each in page.items for cells in journey_cells(each)), page.next_cursor)


def new_events(
    store: Store, since: int, *, simulated: bool, limit: int, cursor: str | None, actor: Actor
) -> EventsSince:
    """Give the events in sight that were recorded after a change, in recorded order."""
    with store.reading() as reading:
        return events_since(reading, actor.scope, since, simulated=simulated, limit=limit, cursor=cursor)


def _whole(reading: Reading, shipment: RecordedShipment) -> FoundShipment:
    return FoundShipment(shipment, summaries(reading.session, [shipment.id])[0])


def _unknown_corridor(name: str, known: tuple[str, ...]) -> Problem:
    return Problem(
        message=say("There is no corridor %(id)s. There are: %(known)s.", id=name, known=", ".join(known)),
        column="corridor",
        value=name,
        suggestions=near(name, known, cutoff=0.5),
    )


def _unknown_partner(name: str, known: tuple[str, ...]) -> Problem:
    return Problem(
        message=say("No organisation %(name)s is known.", name=name),
        column="partner",
        value=name,
        suggestions=near(name, known, cutoff=0.5),
    )
