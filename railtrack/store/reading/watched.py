"""What is looked at for alerts: shipments under way, due to leave or held, how they run, and what stays are usual.

Read in parts of 500 shipments, each with a fixed number of statements.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import floor
from typing import Any

from sqlalchemy import and_, func, select, union

from railtrack.domain.movement.events import Classifier, EventKind
from railtrack.domain.movement.holds import Hold, open_holds
from railtrack.domain.movement.journeys import Status
from railtrack.domain.movement.positions import Fact
from railtrack.domain.movement.sight import news_before
from railtrack.domain.notices.findings import Course, Usual
from railtrack.domain.notices.findings import Reading as TemperatureRead
from railtrack.domain.records import ShipmentSummary
from railtrack.store.clocks import epoch
from railtrack.store.engine import Reading
from railtrack.store.reading.listing import is_seen
from railtrack.store.reading.summaries import summaries
from railtrack.store.reading.underway import UnderWay, whereabouts
from railtrack.store.tables import ContainerRow, EventRow, JourneyRow, ShipmentRow, VisitRow

YEAR = timedelta(days=365)
FEWEST_VISITS = 5  # nobody may ask for fewer, so others need not be read


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A shipment that is looked at, as read; `numbers` are those of its containers by their ids."""

    summary: ShipmentSummary
    organisation_id: int
    is_assumed: bool  # its corridor
    moving: UnderWay | None
    courses: tuple[Course, ...] = ()
    holds: tuple[Hold, ...] = ()
    readings: tuple[TemperatureRead, ...] = ()
    numbers: Mapping[int, str] = field(default_factory=dict)


def to_watch(r: Reading, now: datetime) -> list[int]:
    """Give the shipments that alerts are looked for on: in transit and not lost from sight, due to leave, or held.

    What should have left longer ago than news would be lost counts as given up. The published record is history.
    """
    of_shipment = JourneyRow.shipment_id == ShipmentRow.id
    moving = select(JourneyRow.shipment_id).where(JourneyRow.status == Status.IN_TRANSIT, is_seen(now))
    waiting = select(JourneyRow.shipment_id).join(ShipmentRow, of_shipment).where(
        JourneyRow.status == Status.NOT_DEPARTED,
        ShipmentRow.planned_departure_due_at.between(news_before(now), now),
    )  # fmt: skip
    held = select(JourneyRow.shipment_id).join(EventRow, EventRow.shipment_id == JourneyRow.shipment_id).where(
        JourneyRow.status == Status.NOT_DEPARTED, _ACTUAL, EventRow.event == EventKind.HELD,
        EventRow.occurred_at >= news_before(now),
    )  # fmt: skip
    found = union(moving, waiting, held).subquery()
    query = select(ShipmentRow.id).where(ShipmentRow.id.in_(select(found.c[0])), ~ShipmentRow.published)
    return list(r.session.scalars(query.order_by(ShipmentRow.id)))


def seen(r: Reading, ids: Sequence[int], now: datetime) -> tuple[Seen, ...]:
    """Give what is known of these shipments, at most 500; a fixed number of statements."""
    found = summaries(r.session, ids)
    moving = whereabouts(r, found)
    owners = {
        row.id: row
        for row in r.session.execute(
            select(ShipmentRow.id, ShipmentRow.organisation_id, ShipmentRow.corridor_assumed).where(
                ShipmentRow.id.in_(ids)
            )
        )
    }
    boxes = _boxes(r, ids)
    courses, holds = _courses(r, ids, moving, now), _holds(r, ids)
    readings = _readings(r, ids, boxes)
    return tuple(
        Seen(
            summary=summary,
            organisation_id=owners[summary.id].organisation_id,
            is_assumed=owners[summary.id].corridor_assumed,
            moving=moving.get(summary.id),
            courses=tuple(courses[summary.id]),
            holds=open_holds(holds[summary.id]),
            readings=tuple(readings[summary.id]),
            numbers={box.id: box.number for box in boxes[summary.id] if box.number is not None},
        )
        for summary in found
    )


# ---------------------------------------------------------------- how it runs

_ACTUAL = and_(EventRow.current, EventRow.classifier == Classifier.ACTUAL)
_STANDS_THERE = and_(
    VisitRow.journey_id == JourneyRow.id,
    VisitRow.station == JourneyRow.last_station,
    VisitRow.arrived_at.is_not(None),
    VisitRow.departed_at.is_(None),
)


def _boxes(r: Reading, ids: Sequence[int]) -> dict[int, list[Any]]:
    query = select(
        ContainerRow.id, ContainerRow.shipment_id, ContainerRow.number, ContainerRow.temperature_min_c,
        ContainerRow.temperature_max_c,
    )  # fmt: skip
    found: dict[int, list[Any]] = defaultdict(list)
    for row in r.session.execute(query.where(ContainerRow.shipment_id.in_(ids)).order_by(ContainerRow.id)):
        found[row.shipment_id].append(row)
    return found


def _courses(r: Reading, ids: Sequence[int], moving: Mapping[int, UnderWay], now: datetime) -> dict[int, list[Course]]:
    """Containers in transit and not lost from sight, those put together that were last told of together."""
    rows = r.session.execute(
        select(
            JourneyRow.shipment_id,
            JourneyRow.last_event,
            JourneyRow.last_station,
            JourneyRow.last_at,
            VisitRow.arrived_at.label("stands_since"),
            VisitRow.arrived_is_day,
            func.sum(func.coalesce(ContainerRow.quantity, 1)).label("containers"),
        )
        .join(ContainerRow, ContainerRow.id == JourneyRow.id)
        .outerjoin(VisitRow, _STANDS_THERE)
        .where(JourneyRow.shipment_id.in_(ids), JourneyRow.status == Status.IN_TRANSIT, is_seen(now))
        .group_by(
            JourneyRow.shipment_id, JourneyRow.last_event, JourneyRow.last_station, JourneyRow.last_at,
            VisitRow.arrived_at, VisitRow.arrived_is_day,
        )
        .order_by(JourneyRow.shipment_id, JourneyRow.last_at, JourneyRow.last_station, JourneyRow.last_event)
    )  # fmt: skip
    found: dict[int, list[Course]] = defaultdict(list)
    for row in rows:
        fact = Fact(EventKind(row.last_event), row.last_at, row.last_station)
        latest = moving.get(row.shipment_id)
        if latest is not None and (latest.fact.event, latest.fact.at) == (fact.event, fact.at):
            fact = latest.fact  # with the place of a reported position
        since = row.stands_since
        if since is not None and row.arrived_is_day:  # hours count from when it surely stood there
            since += timedelta(hours=12)
        found[row.shipment_id].append(Course(fact=fact, stands_since=since, containers=int(row.containers)))
    return found


def _holds(r: Reading, ids: Sequence[int]) -> dict[int, list[Hold]]:
    rows = r.session.execute(
        select(
            EventRow.shipment_id, EventRow.container_id, EventRow.event, EventRow.occurred_at, EventRow.station,
            EventRow.reason,
        ).where(
            EventRow.shipment_id.in_(ids),
            EventRow.event.in_((EventKind.HELD.value, EventKind.RELEASED.value)),
            _ACTUAL,
        )
    )  # fmt: skip
    found: dict[int, list[Hold]] = defaultdict(list)
    for row in rows:
        found[row.shipment_id].append(
            Hold(
                event=EventKind(row.event), container_id=row.container_id, at=row.occurred_at, station=row.station,
                reason=row.reason,
            )
        )  # fmt: skip
    return found


def _readings(r: Reading, ids: Sequence[int], boxes: Mapping[int, Sequence[Any]]) -> dict[int, list[TemperatureRead]]:
    """The temperature read last of each container by number; one told of a shipment holds for those with a range."""
    rows = r.session.execute(
        select(
            EventRow.shipment_id, EventRow.container_id, EventRow.occurred_at, EventRow.station,
            EventRow.temperature_c,
        ).where(EventRow.shipment_id.in_(ids), EventRow.temperature_c.is_not(None), _ACTUAL)
    )  # fmt: skip
    latest: dict[tuple[int, int | None], Any] = {}
    for row in rows:
        key = (row.shipment_id, row.container_id)
        known = latest.get(key)
        if known is None or _later(row) > _later(known):
            latest[key] = row
    found: dict[int, list[TemperatureRead]] = defaultdict(list)
    for shipment_id in {shipment_id for shipment_id, _ in latest}:
        for box in boxes[shipment_id]:
            told = [latest[key] for key in ((shipment_id, box.id), (shipment_id, None)) if key in latest]
            has_range = box.temperature_min_c is not None or box.temperature_max_c is not None
            if not told or box.number is None or (told[0].container_id is None and not has_range):
                continue
            row = max(told, key=_later)
            found[shipment_id].append(
                TemperatureRead(
                    container_id=box.id,
                    container=box.number,
                    celsius=row.temperature_c,
                    station=row.station,
                    lowest_c=box.temperature_min_c,
                    highest_c=box.temperature_max_c,
                )
            )
    return found


def _later(row: Any) -> tuple[Any, ...]:
    """What orders readings, so that it does not matter which came first."""
    return row.occurred_at, row.container_id is not None, row.station or "", row.temperature_c


# ---------------------------------------------------------------- what is usual


def usual_stays(r: Reading, now: datetime) -> dict[tuple[int | None, bool, str], Usual]:
    """Give within how many hours nine in ten stays at a station ended, over the complete visits of the last year.

    By whose journeys they were (None: everybody's, for who follows all), whether simulated, and the station: an
    organisation does not learn from its alerts how long others wait. Without the published record and days.
    """
    query = (
        select(
            ShipmentRow.organisation_id,
            ShipmentRow.simulated,
            VisitRow.station,
            (epoch(VisitRow.departed_at) - epoch(VisitRow.arrived_at)).label("stay_s"),
        )
        .join(JourneyRow, JourneyRow.id == VisitRow.journey_id)
        .join(ShipmentRow, ShipmentRow.id == JourneyRow.shipment_id)
        .where(
            VisitRow.arrived_at >= now - YEAR,
            VisitRow.departed_at <= now,
            ~VisitRow.arrived_is_day,
            ~VisitRow.departed_is_day,
            ~ShipmentRow.published,
        )
        .subquery()
    )
    own = (query.c.organisation_id, query.c.simulated, query.c.station)
    found: dict[tuple[int | None, bool, str], Usual] = {}
    for columns in (own, own[1:]):
        for key, p90_s, visits in _quantiles(r, query.c.stay_s, columns):
            desk, simulated, station = key if len(key) == 3 else (None, *key)
            found[desk, bool(simulated), station] = Usual(p90_h=p90_s / 3600, visits=visits)
    return found


def _quantiles(r: Reading, value: Any, columns: Sequence[Any]) -> list[tuple[tuple[Any, ...], float, int]]:
    """The nine tenths quantile (type 7) of each group and the number behind it; only the two values it lies between
    leave the database."""
    ranked = select(
        *columns,
        value.label("value"),
        func.row_number().over(partition_by=columns, order_by=value).label("rank"),
        func.count().over(partition_by=columns).label("number"),
    ).subquery()
    below = (ranked.c.number - 1) * 9 // 10 + 1
    query = select(ranked).where(
        ranked.c.number >= FEWEST_VISITS, ranked.c.rank >= below, ranked.c.rank <= below + 1
    )  # fmt: skip
    pairs: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for row in r.session.execute(query.order_by(ranked.c.rank)):
        pairs[tuple(row[: len(columns)])].append(row)
    found = []
    for key, rows in pairs.items():
        place = 0.9 * (rows[0].number - 1)
        share = place - floor(place + 1e-9)
        found.append((key, rows[0].value + share * (rows[-1].value - rows[0].value), rows[0].number))
    return found
