"""Physical trains: what shipments of one number, departure date and origin carry together."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select, tuple_

from railtrack.domain.actors import Scope
from railtrack.domain.records import Page, Train
from railtrack.store import paging
from railtrack.store.clocks import local_day
from railtrack.store.engine import Reading
from railtrack.store.listing import ALL, ShipmentFilter, conditions
from railtrack.store.tables import ContainerRow, JourneyRow, ShipmentRow, TrainRow
from railtrack.store.volume import COUNTED, TEU

# the local date of departure, planned where it has not departed
_DAY = func.coalesce(
    local_day(JourneyRow.departed_at, JourneyRow.departed_offset_min),
    local_day(ShipmentRow.planned_departure_at, ShipmentRow.planned_departure_offset_min),
)
_PLANNED_DAY = local_day(ShipmentRow.planned_departure_at, ShipmentRow.planned_departure_offset_min)


def list_trains(
    r: Reading,
    scope: Scope,
    wanted: ShipmentFilter = ALL,
    *,
    now: datetime,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Train]:
    """Give trains, newest departure first, with what is in sight on them; one without any date is left out."""
    limit = paging.bounded(limit)
    after = paging.decode(cursor, "trains", (date, str, str))
    grouped = _grouped(wanted, scope, now).subquery()
    query = select(grouped).order_by(grouped.c.day.desc(), grouped.c.train, grouped.c.origin).limit(limit + 1)
    if after is not None:
        day, number, origin = after
        query = query.where(
            or_(
                grouped.c.day < day,
                and_(grouped.c.day == day, tuple_(grouped.c.train, grouped.c.origin) > tuple_(number, origin)),
            )
        )
    rows = r.session.execute(query).all()
    shown = rows[:limit]
    aboard = _aboard(r, wanted, scope, now, shown)
    capacities = _capacities(r, shown)
    trains = tuple(
        _train(row, aboard[row.train, row.day, row.origin], capacities.get((row.train, row.planned, row.origin)))
        for row in shown
    )
    following = None
    if len(rows) > limit:
        following = paging.encode("trains", [shown[-1].day, shown[-1].train, shown[-1].origin])
    return Page(trains, following)


def _carried(wanted: ShipmentFilter, scope: Scope, now: datetime, *columns: Any) -> Select[Any]:
    return (
        select(ShipmentRow.train, _DAY.label("day"), ShipmentRow.origin, *columns)
        .join(ContainerRow, ContainerRow.shipment_id == ShipmentRow.id)
        .join(JourneyRow, JourneyRow.id == ContainerRow.id)
        .where(ShipmentRow.train != "", _DAY.is_not(None), *conditions(wanted, scope, now))
    )


def _grouped(wanted: ShipmentFilter, scope: Scope, now: datetime) -> Select[Any]:
    return _carried(
        wanted,
        scope,
        now,
        func.max(ShipmentRow.destination).label("destination"),
        func.count(ShipmentRow.destination.distinct()).label("destinations"),
        func.min(_PLANNED_DAY).label("planned"),
        func.coalesce(func.sum(COUNTED), 0).label("containers"),
        func.coalesce(func.sum(TEU), 0.0).label("teu"),
        func.coalesce(func.sum(case((ContainerRow.laden, TEU), else_=0.0)), 0.0).label("laden_teu"),
        func.max(ShipmentRow.train_capacity_teu).label("capacity_teu"),
        func.max(case((ShipmentRow.simulated, 1), else_=0)).label("simulated"),
        func.max(case((ShipmentRow.published, 1), else_=0)).label("published"),
    ).group_by(ShipmentRow.train, _DAY, ShipmentRow.origin)


def _aboard(
    r: Reading, wanted: ShipmentFilter, scope: Scope, now: datetime, trains: Sequence[Any]
) -> dict[tuple[str, date, str], list[str]]:
    """The references on each of these trains."""
    found: dict[tuple[str, date, str], list[str]] = defaultdict(list)
    if trains:
        numbers = {row.train for row in trains}
        query = _carried(wanted, scope, now, ShipmentRow.reference).where(ShipmentRow.train.in_(numbers)).distinct()
        for row in r.session.execute(query.order_by(ShipmentRow.reference)):
            found[row.train, row.day, row.origin].append(row.reference)
    return found


def _capacities(r: Reading, trains: Sequence[Any]) -> dict[tuple[str, date, str], float]:
    """The agreed slots, which are kept by the planned date of departure."""
    keys = [(row.train, row.planned, row.origin) for row in trains if row.planned is not None]
    if not keys:
        return {}
    query = select(TrainRow.number, TrainRow.departure_date, TrainRow.origin, TrainRow.capacity_teu).where(
        tuple_(TrainRow.number, TrainRow.departure_date, TrainRow.origin).in_(keys), TrainRow.capacity_teu.is_not(None)
    )
    return {(row.number, row.departure_date, row.origin): row.capacity_teu for row in r.session.execute(query)}


def _train(row: Any, references: Sequence[str], agreed_teu: float | None) -> Train:
    return Train(
        number=row.train,
        departure_date=row.day,
        origin=row.origin,
        destination=row.destination if row.destinations == 1 else None,
        capacity_teu=agreed_teu if agreed_teu is not None else row.capacity_teu,
        containers=int(row.containers),
        teu=float(row.teu),
        laden_teu=float(row.laden_teu),
        shipments=tuple(references),
        simulated=bool(row.simulated),
        published=bool(row.published),
    )
