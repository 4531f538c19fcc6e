"""Shipments under way, with what is needed to place them on the map."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session

from railtrack.domain.actors import Scope
from railtrack.domain.movement.events import Classifier, EventKind
from railtrack.domain.movement.journeys import Status
from railtrack.domain.movement.positions import Fact
from railtrack.domain.records import ShipmentSummary
from railtrack.store.engine import Reading
from railtrack.store.reading.listing import ALL, ShipmentFilter, conditions, is_seen
from railtrack.store.reading.summaries import summaries
from railtrack.store.tables import EventRow, JourneyRow, ShipmentRow, VisitRow
from railtrack.store.writing.bulk import in_batches


@dataclass(frozen=True)
class UnderWay:
    """A shipment of which something is in transit.

    `fact` is the latest actual event of its journeys in transit, with the place of a reported position;
    `stands_since` when it arrived where it stands, if it stands.
    """

    summary: ShipmentSummary
    fact: Fact
    stands_since: datetime | None = None


def under_way(
    r: Reading, scope: Scope, wanted: ShipmentFilter = ALL, *, now: datetime, shipment_id: int | None = None
) -> tuple[UnderWay, ...]:
    """Give the shipments in sight with a journey in transit, or of one shipment only; statements per 500 of them.

    Without those lost from sight, unless one is asked for by its id.
    """
    of_shipment = (JourneyRow.shipment_id == ShipmentRow.id, JourneyRow.status == Status.IN_TRANSIT)
    moving = exists().where(*of_shipment) if shipment_id is not None else exists().where(*of_shipment, is_seen(now))
    query = select(ShipmentRow.id).where(moving, *conditions(wanted, scope, now)).order_by(ShipmentRow.id)
    if shipment_id is not None:
        query = query.where(ShipmentRow.id == shipment_id)
    ids = r.session.scalars(query).all()
    facts, stays = _facts(r.session, ids)
    return tuple(UnderWay(s, facts[s.id], stays.get(s.id)) for s in summaries(r.session, ids))


def lost_count(r: Reading, scope: Scope, wanted: ShipmentFilter = ALL, *, now: datetime) -> int:
    """Count the shipments in sight of which something is in transit and nothing was told for long."""
    query = select(func.count()).select_from(ShipmentRow)
    return int(r.session.scalar(query.where(*conditions(replace(wanted, lost=True), scope, now))) or 0)


def whereabouts(r: Reading, found: Sequence[ShipmentSummary]) -> dict[int, UnderWay]:
    """Give, by id, what is needed to place those of these shipments of which something is in transit."""
    facts, stays = _facts(r.session, [s.id for s in found])
    return {s.id: UnderWay(s, facts[s.id], stays.get(s.id)) for s in found if s.id in facts}


def _facts(session: Session, ids: Sequence[int]) -> tuple[dict[int, Fact], dict[int, datetime]]:
    facts: dict[int, Fact] = {}
    stays: dict[int, datetime] = {}
    for part in in_batches(ids):
        rows = session.execute(
            select(
                JourneyRow.shipment_id,
                JourneyRow.last_event,
                JourneyRow.last_station,
                JourneyRow.last_at,
                VisitRow.arrived_at.label("stands_since"),
            )
            .outerjoin(VisitRow, _STANDS_THERE)
            .where(JourneyRow.shipment_id.in_(part), JourneyRow.status == Status.IN_TRANSIT)
            .order_by(JourneyRow.last_at, JourneyRow.id)
        )
        for row in rows:  # the latest comes last and stays
            facts[row.shipment_id] = Fact(EventKind(row.last_event), row.last_at, row.last_station)
            stays.pop(row.shipment_id, None)
            if row.stands_since is not None:
                stays[row.shipment_id] = row.stands_since
        _place(session, facts, [i for i in part if i in facts and facts[i].event is EventKind.POSITION])
    return facts, stays


# work done since the arrival, such as the change of gauge, leaves it standing
_STANDS_THERE = and_(
    VisitRow.journey_id == JourneyRow.id,
    VisitRow.station == JourneyRow.last_station,
    VisitRow.arrived_at.is_not(None),
    VisitRow.departed_at.is_(None),
)


def _place(session: Session, facts: dict[int, Fact], ids: Sequence[int]) -> None:
    """Put reported positions in: the fold keeps when, not where."""
    if not ids:
        return
    rows = session.execute(
        select(EventRow.shipment_id, EventRow.occurred_at, EventRow.station, EventRow.lat, EventRow.lon)
        .where(
            EventRow.shipment_id.in_(ids),
            EventRow.event == EventKind.POSITION,
            EventRow.classifier == Classifier.ACTUAL,
            EventRow.current,
        )
        .order_by(EventRow.sequence)
    )
    for row in rows:
        if row.occurred_at == facts[row.shipment_id].at:
            facts[row.shipment_id] = Fact(EventKind.POSITION, row.occurred_at, row.station, row.lat, row.lon)
