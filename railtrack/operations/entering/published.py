"""The published record: the trains of this line and its neighbours whose dates were in the newspapers.

They are loaded as shipments of an organisation of their own and marked *published*. What was not published stays
unknown: no number of containers and no hour is made up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from railtrack.domain.actors import Actor, Role
from railtrack.domain.cargo.goods import ContainerFacts, ShipmentFacts, StatedShipment
from railtrack.domain.errors import Refused
from railtrack.domain.movement.events import EventFacts, EventKind, StatedEvent
from railtrack.domain.records import PUBLISHED_RECORD, RecordedEvent
from railtrack.domain.rows.event_rows import judge_event
from railtrack.domain.rows.raw import RawRow
from railtrack.domain.rows.verdicts import Outcome
from railtrack.domain.world import World
from railtrack.exchange.reference import PublishedMovement
from railtrack.operations.entering.booking import book
from railtrack.operations.entering.recording import record
from railtrack.store.engine import Store
from railtrack.store.reading.shipments import events, published_record
from railtrack.store.writing.booking import Provenance

__all__ = ["PUBLISHED_RECORD", "RECORDER", "load_published"]

RECORDER = Actor(name="railtrack", role=Role.ADMINISTRATOR, origin="data")


def load_published(store: Store, movements: Sequence[PublishedMovement], *, world: World, now: datetime) -> None:
    """Load the published movements; again and again without harm, and what was mended in the file is corrected.

    Raises Refused where one of them is wrong.
    """
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
    with store.reading() as r:
        known = {d.shipment.reference: events(r, RECORDER.scope, d.shipment.id) for d in published_record(r)}
    stated = [row for m in movements for row in _events(m, known.get(m.id, ()), world, now)]
    if stated:
        _insist(record(store, stated, network=world.network, actor=RECORDER, now=now))


def _shipment(movement: PublishedMovement, world: World) -> StatedShipment:
    corridor = world.network.corridor_holding(movement.origin, movement.destination)
    return StatedShipment(
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


def _events(
    movement: PublishedMovement, known: Sequence[RecordedEvent], world: World, now: datetime
) -> Iterator[StatedEvent]:
    """Give what a movement states beyond what is recorded of it: new events, corrections, withdrawals."""
    for event, station, text in (
        (EventKind.DEPARTED, movement.origin, movement.departed),
        (EventKind.ARRIVED, movement.destination, movement.arrived),
    ):
        recorded = next((e for e in known if e.current and e.facts.event is event), None)
        if text is None:
            if recorded is not None:
                yield StatedEvent(None, EventFacts(event=EventKind.VOID, voids=recorded.id))
            continue
        cells = {
            "reference": movement.id,
            "partner": PUBLISHED_RECORD,
            "event": event.value,
            "station": station,
            "occurred_at": text,
        }
        judged = judge_event(RawRow(None, cells), world, now=now)
        if judged.row is None:
            raise Refused(judged.problems)
        stated = judged.row.event
        if recorded is None:
            yield judged.row
        elif (stated.station, stated.moment) != (recorded.facts.station, recorded.facts.moment):
            yield StatedEvent(None, replace(stated, corrects=recorded.id))


def _insist(outcome: Outcome) -> None:
    if not outcome.stored:
        raise Refused(list(outcome.problems))
