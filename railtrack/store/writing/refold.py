"""Deriving journeys, visits and border crossings from recorded events, in the transaction that changed them.

Shipments are folded as a whole: an event of a shipment is true for all its containers whenever they are added, so one
event can move every journey of its shipment.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from railtrack.domain.line.network import Network
from railtrack.domain.line.places import Station
from railtrack.domain.movement.events import Classifier, EventKind
from railtrack.domain.movement.journeys import Crossing, Journey, Occurrence, crossings, fold, in_order
from railtrack.domain.movement.plausibility import Mark, marks
from railtrack.domain.movement.statements import StatementLedger, Version
from railtrack.domain.times import Moment, utc
from railtrack.store.moments import columns, moment, moment_of, plan_columns
from railtrack.store.tables import (
    ContainerRow,
    CrossingRow,
    EventRow,
    JourneyRow,
    RemovalRow,
    ShipmentRow,
    VisitRow,
)
from railtrack.store.writing.bulk import in_batches, insert_all


@dataclass(frozen=True)
class Folded:
    """All that is derived for one container, ready to be stored or compared."""

    container_id: int
    shipment_id: int
    journey: Journey
    crossings: tuple[Crossing, ...]
    open_borders: frozenset[str]
    first_plan: Moment | None
    latest_plan: Moment | None
    destination: Station | None
    marks: tuple[str, ...]


@dataclass
class _Events:
    """The current events of one shipment, sorted by what they say."""

    actual: dict[int | None, list[Occurrence]] = field(default_factory=lambda: defaultdict(list))
    plans: dict[int | None, list["_Plan"]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True, order=True)
class _Plan:
    """A planned arrival and when it was recorded, to the second, as files carry it.

    The shipment's own plans have rank 0 (the first) and 1 (the one of now), so they sort before an event of the same
    second; events have rank 2 and their sequence.
    """

    recorded_at: datetime
    rank: int
    sequence: int
    station: str
    moment: Moment


def refold(session: Session, network: Network, shipment_ids: Iterable[int], change: int) -> int:
    """Derive the journeys of these shipments anew and store them under `change`; gives the number of journeys."""
    count = 0
    for ids in in_batches(sorted(set(shipment_ids))):
        old = set(session.scalars(select(JourneyRow.id).where(JourneyRow.shipment_id.in_(ids))))
        session.execute(delete(CrossingRow).where(CrossingRow.journey_id.in_(_journeys_of(ids))))
        session.execute(delete(VisitRow).where(VisitRow.journey_id.in_(_journeys_of(ids))))
        session.execute(delete(JourneyRow).where(JourneyRow.shipment_id.in_(ids)))
        folded = list(fold_shipments(session, network, ids))
        _store(session, folded, change)
        note_removals(session, old - {f.container_id for f in folded}, change)
        count += len(folded)
    return count


def fold_shipments(session: Session, network: Network, ids: Sequence[int]) -> Iterator[Folded]:
    """Fold every journey of these shipments (at most a batch of them) without storing anything."""
    events = _current_events(session, ids)
    shipments = {s.id: s for s in session.execute(select(ShipmentRow.__table__).where(ShipmentRow.id.in_(ids)))}
    containers = session.execute(
        select(ContainerRow.id, ContainerRow.shipment_id, ContainerRow.number, ContainerRow.quantity)
        .where(ContainerRow.shipment_id.in_(ids))
        .order_by(ContainerRow.id)
    )
    for container in containers:
        if container.number is None and container.quantity == 0:
            continue  # all of the booking have their numbers now
        shipment = shipments[container.shipment_id]
        yield _fold_one(network, shipment, container.id, events[container.shipment_id])


def implausible(session: Session, network: Network, ledger: StatementLedger) -> dict[str, tuple[Mark, ...]]:
    """Say what would look wrong in the journeys once the ledger is written, by the id of the new event it shows at."""
    found: dict[str, tuple[Mark, ...]] = {}
    new: dict[int, list[Version]] = defaultdict(list)
    for version in ledger.added:
        if version.current and version.classifier == Classifier.ACTUAL:
            new[version.shipment_id].append(version)
    for ids in in_batches(sorted(new)):
        known = _current_events(session, ids, frozenset(version.id for version in ledger.ended))
        shipments = session.execute(
            select(ShipmentRow.id, ShipmentRow.origin, ShipmentRow.destination, ShipmentRow.corridor).where(
                ShipmentRow.id.in_(ids)
            )
        )
        for shipment in shipments:
            found |= _implausible_of(network, shipment, known[shipment.id].actual, new[shipment.id])
    return found


def _implausible_of(
    network: Network, shipment: Any, known: dict[int | None, list[Occurrence]], new: Sequence[Version]
) -> dict[str, tuple[Mark, ...]]:
    stated: dict[int | None, list[tuple[str, Occurrence]]] = defaultdict(list)
    for version in new:
        if version.facts is not None and version.facts.moment is not None:
            occurrence = Occurrence(version.facts.event, version.facts.station, version.facts.moment)
            known[version.container_id].append(occurrence)
            stated[version.container_id].append((version.id, occurrence))
    everyone = known.get(None, [])
    found: dict[str, tuple[Mark, ...]] = {}
    for container_id, occurrences in stated.items():
        # an event of all containers is weighed against what is known of all of them
        own = known[container_id] if container_id is not None else []
        at = defaultdict(list)
        for mark in _marks(network, shipment, [*everyone, *own]):
            at[mark.station, mark.moment.instant].append(mark)
        for event_id, o in occurrences if at else ():
            here = at.get((o.station or "", o.moment.instant))
            if here:
                found[event_id] = tuple(here)
    return found


def _marks(network: Network, shipment: Any, occurrences: Sequence[Occurrence]) -> tuple[Mark, ...]:
    corridor = network.corridors.get(shipment.corridor) if shipment.corridor else None
    return marks(
        shipment.origin,
        shipment.destination,
        frozenset(corridor.stations) if corridor else None,
        occurrences,
        network.stations,
    )


def note_removals(session: Session, journey_ids: Iterable[int], change: int) -> None:
    """Say that these journeys are gone."""
    insert_all(session, RemovalRow, ({"journey_id": j, "change": change} for j in sorted(journey_ids)))


def _journeys_of(shipment_ids: Sequence[int]) -> Any:
    return select(JourneyRow.id).where(JourneyRow.shipment_id.in_(shipment_ids))


def _current_events(session: Session, ids: Sequence[int], without: Collection[str] = frozenset()) -> dict[int, _Events]:
    found: dict[int, _Events] = defaultdict(_Events)
    rows = session.execute(
        select(
            EventRow.id,
            EventRow.shipment_id,
            EventRow.container_id,
            EventRow.sequence,
            EventRow.recorded_at,
            EventRow.event,
            EventRow.classifier,
            EventRow.station,
            EventRow.occurred_at,
            EventRow.occurred_offset_min,
            EventRow.occurred_is_day,
            EventRow.occurred_text,
        ).where(
            EventRow.shipment_id.in_(ids),
            EventRow.current,
            EventRow.event != EventKind.VOID,
            EventRow.classifier != Classifier.ESTIMATED,
        )
    )
    # unpacked rather than read by name: a file brings a hundred thousand
    for event_id, shipment_id, container_id, sequence, recorded_at, event, classifier, station, *occurred in rows:
        when = moment_of(*occurred)
        if when is None or event_id in without:
            continue
        events = found[shipment_id]
        if classifier == Classifier.ACTUAL:
            events.actual[container_id].append(Occurrence(EventKind(event), station, when))
        elif event == EventKind.ARRIVED and station is not None:
            events.plans[container_id].append(_Plan(utc(recorded_at), 2, sequence, station, when))
    return found


def _fold_one(network: Network, shipment: Any, container_id: int, events: _Events) -> Folded:
    occurrences = in_order(events.actual.get(None, []) + events.actual.get(container_id, []))
    ends = (shipment.origin, shipment.destination)
    corridor = network.corridors.get(shipment.corridor) if shipment.corridor else None
    pairs = (*corridor.border_pairs, *corridor.open_border_pairs) if corridor else ()
    sense = network.sense(corridor.id, *ends) if corridor else network.direction(*ends)
    first_plan, latest_plan = _plans(shipment, events, container_id)
    return Folded(
        container_id=container_id,
        shipment_id=shipment.id,
        journey=fold(*ends, occurrences),
        crossings=crossings(*ends, sense, pairs, occurrences),
        open_borders=frozenset("-".join(pair) for pair in corridor.open_border_pairs) if corridor else frozenset(),
        first_plan=first_plan,
        latest_plan=latest_plan,
        destination=network.stations.get(shipment.destination),
        marks=tuple(dict.fromkeys(mark.code.value for mark in _marks(network, shipment, occurrences))),
    )


def _plans(shipment: Any, events: _Events, container_id: int) -> tuple[Moment | None, Moment | None]:
    """The planned arrival as first and as last recorded, by the shipment or by a planned event."""
    own = [
        _Plan(utc(recorded_at or shipment.created_at), rank, 0, shipment.destination, planned)
        for rank, (recorded_at, planned) in enumerate(
            (
                (shipment.first_plan_recorded_at, moment(shipment, "first_planned_arrival")),
                (shipment.plan_recorded_at, moment(shipment, "planned_arrival")),
            )
        )
        if planned is not None
    ]
    stated = events.plans.get(None, []) + events.plans.get(container_id, [])
    plans = sorted(own + [p for p in stated if p.station == shipment.destination])
    return (plans[0].moment, plans[-1].moment) if plans else (None, None)


def _store(session: Session, folded: Sequence[Folded], change: int) -> None:
    journeys, visits, crossing_rows = [], [], []
    for f in folded:
        journeys.append(journey_columns(f) | {"change": change})
        visits += visit_columns(f)
        crossing_rows += crossing_columns(f)
    insert_all(session, JourneyRow, journeys)
    insert_all(session, VisitRow, visits)
    insert_all(session, CrossingRow, crossing_rows)


def journey_columns(f: Folded) -> dict[str, Any]:
    """The row of a journey but for its change number."""
    j = f.journey
    return {
        "id": f.container_id,
        "shipment_id": f.shipment_id,
        "status": j.status.value,
        **columns("departed", j.departed),
        **columns("arrived", j.arrived),
        "last_event": j.last.event.value if j.last else None,
        "last_station": j.last.station if j.last else None,
        **columns("last", j.last.moment if j.last else None),
        **plan_columns("first_planned_arrival", f.first_plan, f.destination),
        **plan_columns("latest_planned_arrival", f.latest_plan, f.destination),
        "marks": list(f.marks),
    }


def visit_columns(f: Folded) -> list[dict[str, Any]]:
    """The rows of a journey's visits, numbered in the order of their start."""
    return [
        {
            "journey_id": f.container_id,
            "position": position,
            "station": visit.station,
            **columns("arrived", visit.arrived),
            **columns("departed", visit.departed),
            "is_open": visit.is_open,
        }
        for position, visit in enumerate(f.journey.visits)
    ]


def crossing_columns(f: Folded) -> list[dict[str, Any]]:
    """The rows of a journey's border crossings."""
    return [
        {
            "journey_id": f.container_id,
            "crossing": crossing.name,
            "open_border": crossing.name in f.open_borders,
            **columns("arrived", crossing.arrived),
            **columns("departed", crossing.departed),
        }
        for crossing in f.crossings
    ]
