"""The published record: the trains of this line and its neighbours whose dates were in the newspapers.

They are loaded as shipments of an organisation of their own and marked *published*. What was not published stays
unknown: no number of containers and no hour is made up.
"""

from collections.abc import Sequence
from datetime import datetime

from railtrack.domain.actors import Actor, Role
from railtrack.domain.errors import Refused
from railtrack.domain.event_rows import judge_event
from railtrack.domain.events import EventRow
from railtrack.domain.goods import ContainerFacts, ShipmentFacts, ShipmentRow
from railtrack.domain.raw import RawRow
from railtrack.domain.verdicts import Outcome
from railtrack.domain.world import World
from railtrack.exchange.reference import PublishedMovement
from railtrack.operations.booking import book
from railtrack.operations.recording import record
from railtrack.store.booking import Provenance
from railtrack.store.engine import Store

PUBLISHED_RECORD = "Published record"
RECORDER = Actor(name="railtrack", role=Role.ADMINISTRATOR, origin="data")


def load_published(store: Store, movements: Sequence[PublishedMovement], *, world: World, now: datetime) -> None:
    """Load the published movements; again and again without harm. Raises Refused where one of them is wrong."""
    told = {m.id: Provenance(published=True, source=m.source, note=m.note) for m in movements}
    booked = book(
        store,
        [_shipment(m, world) for m in movements],
        network=world.network,
        actor=RECORDER,
        now=now,
        update=True,
        provenance=told,
        otherwise=Provenance(published=True),
    )
    _insist(booked)
    events = [event for m in movements for event in _events(m, world, now)]
    _insist(record(store, events, network=world.network, actor=RECORDER, now=now))


def _shipment(movement: PublishedMovement, world: World) -> ShipmentRow:
    corridor = world.network.corridor_holding(movement.origin, movement.destination)
    return ShipmentRow(
        None,
        ShipmentFacts(
            reference=movement.id,
            partner=PUBLISHED_RECORD,
            origin=movement.origin,
            destination=movement.destination,
            shipper=movement.operator,
            corridor=corridor.id if corridor else None,
            corridor_assumed=corridor is not None,
            train=movement.train,
        ),
        ContainerFacts(container=None, quantity=movement.containers, goods=movement.cargo, teu=movement.teu),
    )


def _events(movement: PublishedMovement, world: World, now: datetime) -> list[EventRow]:
    rows = []
    for event, station, text in (
        ("departed", movement.origin, movement.departed),
        ("arrived", movement.destination, movement.arrived),
    ):
        if text is None:
            continue
        cells = {
            "reference": movement.id,
            "partner": PUBLISHED_RECORD,
            "event": event,
            "station": station,
            "occurred_at": text,
            "source_id": f"{movement.id}-{event}",
        }
        judged = judge_event(RawRow(None, cells), world, now=now)
        if judged.row is None:
            raise Refused(judged.problems)
        rows.append(judged.row)
    return rows


def _insist(outcome: Outcome) -> None:
    if not outcome.stored:
        raise Refused(list(outcome.problems))
