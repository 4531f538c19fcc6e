"""The list of shipments: searched, filtered, sorted, a page at a time.

Pages are cut by the values of the last row shown (keyset), so a page costs the same however far down it is, and rows
added meanwhile neither repeat nor hide others. Rows without a value to sort by come last, whichever way it goes.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select

from railtrack.domain.actors import Scope
from railtrack.domain.movement.journeys import Direction, Status
from railtrack.domain.movement.lateness import ON_PLAN_H
from railtrack.domain.movement.sight import news_before
from railtrack.domain.records import Organisation, Page, ShipmentSummary
from railtrack.store import paging
from railtrack.store.clocks import day_within, shifted
from railtrack.store.engine import Reading
from railtrack.store.organisations import name_key
from railtrack.store.reading.summaries import FAR_ALONG, summaries
from railtrack.store.tables import ContainerRow, JourneyRow, OrganisationRow, ShipmentRow
from railtrack.store.writing.booking import visible

GRACE_MIN = int(60 * ON_PLAN_H)


class Sort(StrEnum):
    """What the list is ordered by; departure is the actual one, planned where it has not departed."""

    REFERENCE = "reference"
    DEPARTURE = "departure"
    PLANNED_DEPARTURE = "planned_departure"
    PLANNED_ARRIVAL = "planned_arrival"
    LAST_EVENT = "last_event"


@dataclass(frozen=True, kw_only=True)
class ShipmentFilter:
    """Which shipments are wanted; empty fields want all.

    `q` is looked for in reference, container number and train. `first_date` and `last_date` (both included) hold the
    local date of departure, planned where it has not departed. `late`: arrived after its plan, due and not arrived,
    or due to depart and not departed; with them those of `late_ids`, which are known to be behind on their way.
    `simulated`: with the simulated ones. `lost`: only those under way that are lost from sight, or only the others
    (domain/movement/sight.py).
    """

    q: str = ""
    status: Status | None = None
    corridor: str | None = None
    direction: Direction | None = None
    partner: str | None = None
    train: str | None = None
    late: bool = False
    late_ids: tuple[int, ...] = ()
    first_date: date | None = None
    last_date: date | None = None
    published: bool | None = None
    simulated: bool = False
    lost: bool | None = None


ALL = ShipmentFilter()


def list_shipments(
    r: Reading,
    scope: Scope,
    wanted: ShipmentFilter = ALL,
    *,
    now: datetime,
    sort: Sort = Sort.PLANNED_DEPARTURE,
    descending: bool = False,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[ShipmentSummary]:
    """Give a page of shipments in sight. Raises Refused for a cursor that does not belong to this order."""
    limit = paging.bounded(limit)
    order = f"{sort}{'-' if descending else '+'}"
    kinds = (str, type(None)) if sort is Sort.REFERENCE else (datetime, type(None))
    after = paging.decode(cursor, order, (kinds, int))
    query = _select(wanted, scope, now)
    value = _SORTED_BY[sort]
    rows = [] if after is not None and after[0] is None else _valued(r, query, value, descending, after, limit + 1)
    if len(rows) <= limit:
        last_id = after[1] if after is not None and after[0] is None else None
        rows += _valueless(r, query, value, descending, last_id, limit + 1 - len(rows))
    shown = rows[:limit]
    following = paging.encode(order, [shown[-1].sorted_by, shown[-1].id]) if len(rows) > limit else None
    return Page(summaries(r.session, [row.id for row in shown]), following)


def conditions(wanted: ShipmentFilter, scope: Scope, now: datetime | None = None) -> list[ColumnElement[bool]]:
    """The conditions a shipment in sight must meet; `now` is needed for `late` and `lost`."""
    found: list[Any] = [visible(scope)]
    if not wanted.simulated:
        found.append(~ShipmentRow.simulated)
    for column, value in (
        (ShipmentRow.corridor, wanted.corridor),
        (ShipmentRow.direction, wanted.direction),
        (ShipmentRow.train, wanted.train),
        (ShipmentRow.published, wanted.published),
    ):
        if value is not None:
            found.append(column == value)
    if wanted.partner is not None:
        found.append(
            ShipmentRow.organisation_id.in_(
                select(OrganisationRow.id).where(OrganisationRow.name_key == name_key(wanted.partner))
            )
        )
    if wanted.status is not None:
        found.append(_has_status(wanted.status))
    if wanted.q.strip():
        found.append(_mentions(wanted.q.strip()))
    if wanted.first_date is not None or wanted.last_date is not None:
        found.append(_departs_within(wanted.first_date, wanted.last_date))
    if wanted.late:
        if now is None:
            raise ValueError("what is late depends on now")
        # written out, since there may be more of them than a statement takes parameters
        ids: Any = bindparam("late_ids", wanted.late_ids, expanding=True, literal_execute=True)
        found.append(or_(_is_late(now), ShipmentRow.id.in_(ids)))
    if wanted.lost is not None:
        if now is None:
            raise ValueError("what is lost from sight depends on now")
        lost = and_(exists().where(_OF_SHIPMENT, _MOVES), ~exists().where(_OF_SHIPMENT, _MOVES, is_seen(now)))
        found.append(lost if wanted.lost else ~lost)
    return found


def is_seen(now: datetime) -> ColumnElement[bool]:
    """The condition that a journey in transit is not lost from sight, as `domain.sight.is_lost` has it."""
    return or_(JourneyRow.last_at >= news_before(now), JourneyRow.latest_planned_arrival_due_at >= now)


def partners(r: Reading, scope: Scope) -> tuple[Organisation, ...]:
    """Give the organisations that a filter may offer: all, one's own or those in sight, and the published record."""
    query = select(OrganisationRow.__table__).order_by(OrganisationRow.name_key)
    if scope.stations:
        seen = select(ShipmentRow.organisation_id).where(visible(scope))
        query = query.where(or_(OrganisationRow.published, OrganisationRow.id.in_(seen)))
    elif not scope.everything:
        query = query.where(or_(OrganisationRow.published, OrganisationRow.id == scope.organisation_id))
    return tuple(Organisation(row.id, row.name, row.published, row.simulated) for row in r.session.execute(query))


# ---------------------------------------------------------------- order

_OF_SHIPMENT = JourneyRow.shipment_id == ShipmentRow.id
_MOVES = JourneyRow.status == Status.IN_TRANSIT
_SORTED_BY: dict[Sort, Any] = {
    Sort.REFERENCE: ShipmentRow.reference,
    Sort.DEPARTURE: func.coalesce(
        select(func.min(JourneyRow.departed_at)).where(_OF_SHIPMENT).scalar_subquery(),
        ShipmentRow.planned_departure_at,
    ),
    Sort.PLANNED_DEPARTURE: ShipmentRow.planned_departure_at,
    Sort.PLANNED_ARRIVAL: func.coalesce(
        select(func.max(JourneyRow.latest_planned_arrival_at)).where(_OF_SHIPMENT).scalar_subquery(),
        ShipmentRow.planned_arrival_at,
    ),
    Sort.LAST_EVENT: select(func.max(JourneyRow.last_at)).where(_OF_SHIPMENT).scalar_subquery(),
}


def _select(wanted: ShipmentFilter, scope: Scope, now: datetime) -> Select[Any]:
    return select(ShipmentRow.id).where(*conditions(wanted, scope, now))


def _valued(
    r: Reading, query: Select[Any], value: Any, descending: bool, after: list[Any] | None, limit: int
) -> list[Any]:
    """Rows with a value to sort by. Asked for apart from those without, so that an index can serve the order."""
    if after is not None:
        further = value < after[0] if descending else value > after[0]
        beside = ShipmentRow.id < after[1] if descending else ShipmentRow.id > after[1]
        query = query.where(or_(further, and_(value == after[0], beside)))
    order = (value.desc(), ShipmentRow.id.desc()) if descending else (value, ShipmentRow.id)
    query = query.add_columns(value.label("sorted_by")).where(value.is_not(None)).order_by(*order).limit(limit)
    return list(r.session.execute(query))


def _valueless(
    r: Reading, query: Select[Any], value: Any, descending: bool, last_id: int | None, limit: int
) -> list[Any]:
    if last_id is not None:
        query = query.where(ShipmentRow.id < last_id if descending else ShipmentRow.id > last_id)
    order = ShipmentRow.id.desc() if descending else ShipmentRow.id
    query = query.add_columns(value.label("sorted_by")).where(value.is_(None)).order_by(order).limit(limit)
    return list(r.session.execute(query))


# ---------------------------------------------------------------- filters


def _has_status(status: Status) -> ColumnElement[bool]:
    """The shipment's status is that of its journey least far along; one without journeys has not departed."""
    own = exists().where(_OF_SHIPMENT, JourneyRow.status == status)
    less = [s.value for s in FAR_ALONG[: FAR_ALONG.index(status)]]
    if not less:
        return or_(own, ~exists().where(_OF_SHIPMENT))
    return and_(own, ~exists().where(_OF_SHIPMENT, JourneyRow.status.in_(less)))


def _mentions(text: str) -> ColumnElement[bool]:
    number = re.sub(r"[\s.\-\[\]()]", "", text).upper()
    found = [
        func.lower(column).contains(text.lower(), autoescape=True)
        for column in (ShipmentRow.reference, ShipmentRow.train)
    ]
    if number:
        found.append(
            ShipmentRow.id.in_(
                select(ContainerRow.shipment_id).where(ContainerRow.number.contains(number, autoescape=True))
            )
        )
    return or_(*found)


def _departs_within(first: date | None, last: date | None) -> ColumnElement[bool]:
    departed = day_within(JourneyRow.departed_at, JourneyRow.departed_offset_min, first, last)
    planned = day_within(ShipmentRow.planned_departure_at, ShipmentRow.planned_departure_offset_min, first, last)
    return or_(
        exists().where(_OF_SHIPMENT, JourneyRow.departed_at.is_not(None), *departed),
        and_(
            ~exists().where(_OF_SHIPMENT, JourneyRow.departed_at.is_not(None)),
            ShipmentRow.planned_departure_at.is_not(None),
            *planned,
        ),
    )


def _is_late(now: datetime) -> ColumnElement[bool]:
    """What `domain.movement.lateness` says of ends and departures, in SQL; what is behind on its way it alone knows."""
    due = JourneyRow.latest_planned_arrival_due_at
    overdue = now - timedelta(minutes=GRACE_MIN)
    under_way = (Status.NOT_DEPARTED.value, Status.IN_TRANSIT.value)
    return exists().where(
        _OF_SHIPMENT,
        or_(
            and_(JourneyRow.status == Status.COMPLETED, JourneyRow.arrived_at > shifted(due, GRACE_MIN)),
            and_(JourneyRow.status.in_(under_way), due < overdue),
            and_(JourneyRow.status == Status.NOT_DEPARTED, ShipmentRow.planned_departure_due_at < overdue),
        ),
    )
