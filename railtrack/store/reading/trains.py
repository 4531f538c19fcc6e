"""Physical trains: what shipments of one number, departure date and origin carry together."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select, true
from sqlalchemy.orm import aliased

from railtrack.domain.actors import Scope
from railtrack.domain.movement.journeys import Status
from railtrack.domain.records import Page, Train
from railtrack.store import paging
from railtrack.store.clocks import local_day
from railtrack.store.engine import Reading
from railtrack.store.reading.listing import ALL, ShipmentFilter, conditions
from railtrack.store.reading.volume import COUNTED, TEU
from railtrack.store.tables import ContainerRow, JourneyRow, ShipmentRow, TrainRow

# the local date of departure, planned where it has not departed
_DAY: Any = func.coalesce(
    local_day(JourneyRow.departed_at, JourneyRow.departed_offset_min),
    local_day(ShipmentRow.planned_departure_at, ShipmentRow.planned_departure_offset_min),
)
_HAS_RUN: Any = JourneyRow.departed_at.is_not(None)
_PLANNED_DAY = local_day(ShipmentRow.planned_departure_at, ShipmentRow.planned_departure_offset_min)


class TrainSort(StrEnum):
    """The order of trains; the newest departure decides among equals."""

    DEPARTURE = "departure"
    EARLIEST = "earliest"
    FILL = "fill"  # the fullest first, those without a known capacity last


@dataclass(frozen=True, kw_only=True)
class Fill:
    """How full trains were: laden TEU over capacity, over the trains that ran and whose capacity is known.

    `trains` are all; of them `not_departed` have not left yet and `cancelled` never will: they filled nothing.
    """

    trains: int = 0
    not_departed: int = 0
    cancelled: int = 0
    known: int = 0
    laden_teu: float = 0.0
    capacity_teu: float = 0.0

    @property
    def ran(self) -> int:
        return self.trains - self.not_departed - self.cancelled

    @property
    def share(self) -> float | None:
        return self.laden_teu / self.capacity_teu if self.capacity_teu else None


def list_trains(
    r: Reading,
    scope: Scope,
    wanted: ShipmentFilter = ALL,
    *,
    now: datetime,
    sort: TrainSort = TrainSort.DEPARTURE,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Train]:
    """Give trains with what is in sight on them; one without any date is left out."""
    limit = paging.bounded(limit)
    order = f"trains {sort}"
    after = paging.decode(cursor, order, (float, date, str, str) if sort is TrainSort.FILL else (date, str, str))
    trains = _with_capacity(wanted, scope, now).subquery()
    keys = [(trains.c.day, sort is not TrainSort.EARLIEST), (trains.c.train, False), (trains.c.origin, False)]
    if sort is TrainSort.FILL:
        keys.insert(0, (_fill(trains), True))
    query = select(trains, _fill(trains).label("fill")).limit(limit + 1)
    query = query.order_by(*(column.desc() if down else column.asc() for column, down in keys))
    if after is not None:
        query = query.where(_following(keys, after))
    rows = r.session.execute(query).all()
    shown = rows[:limit]
    aboard = _aboard(r, wanted, scope, now, shown)
    found = tuple(_train(row, aboard[row.train, row.day, row.origin]) for row in shown)
    following = None
    if len(rows) > limit:
        last = shown[-1]
        values = [last.day, last.train, last.origin]
        following = paging.encode(order, [float(last.fill), *values] if sort is TrainSort.FILL else values)
    return Page(found, following)


def fill_of_trains(r: Reading, scope: Scope, wanted: ShipmentFilter = ALL, *, now: datetime) -> Fill:
    """Add up all trains a filter lets through."""
    trains = _with_capacity(wanted, scope, now).subquery()
    has_run = trains.c.run > 0
    is_cancelled = and_(~has_run, trains.c.cancelled == trains.c.rows)
    is_known = and_(has_run, trains.c.capacity.is_not(None))
    row = r.session.execute(
        select(
            func.count().label("trains"),
            func.coalesce(func.sum(case((is_cancelled, 1), else_=0)), 0).label("cancelled"),
            func.coalesce(func.sum(case((has_run, 1), else_=0)), 0).label("run"),
            func.coalesce(func.sum(case((is_known, 1), else_=0)), 0).label("known"),
            func.coalesce(func.sum(case((is_known, trains.c.laden_teu), else_=0.0)), 0.0).label("laden_teu"),
            func.coalesce(func.sum(case((is_known, trains.c.capacity), else_=0.0)), 0.0).label("capacity_teu"),
        ).select_from(trains)
    ).one()
    return Fill(
        trains=row.trains,
        not_departed=row.trains - row.run - row.cancelled,
        cancelled=row.cancelled,
        known=row.known,
        laden_teu=float(row.laden_teu),
        capacity_teu=float(row.capacity_teu),
    )


@dataclass(frozen=True)
class OneTrain:
    """A train with the shipments in sight on it. `planned` is the day its capacity is agreed for; None: no plan."""

    train: Train
    planned: date | None
    shipment_ids: tuple[int, ...]


def one_train(
    r: Reading, scope: Scope, number: str, day: date, origin: str, *, simulated: bool, now: datetime
) -> OneTrain | None:
    """Give one train; None where nothing in sight was or will be on it.

    `day` is the local day of departure, planned where it has not departed.
    """
    wanted = ShipmentFilter(train=number, simulated=simulated)
    trains = _with_capacity(wanted, scope, now).subquery()
    row = r.session.execute(
        select(trains).where(trains.c.train == number, trains.c.day == day, trains.c.origin == origin)
    ).one_or_none()
    if row is None:
        return None
    mine = _carried(wanted, scope, now, ShipmentRow.id).where(day == _DAY, ShipmentRow.origin == origin).subquery()
    ids = r.session.scalars(select(mine.c.id).distinct().order_by(mine.c.id)).all()
    aboard = _aboard(r, wanted, scope, now, [row])
    return OneTrain(_train(row, aboard[row.train, row.day, row.origin]), row.planned, tuple(ids))


def _fill(trains: Any) -> Any:
    """Laden TEU over capacity; −1 where it is not known or the train is cancelled, so that those come last."""
    cancelled = trains.c.cancelled == trains.c.rows
    return func.coalesce(case((~cancelled, trains.c.laden_teu / trains.c.capacity)), -1.0)


def _following(keys: Sequence[tuple[Any, bool]], after: Sequence[Any]) -> Any:
    """The condition of all rows behind these values, each key going up or down."""
    found: list[Any] = []
    equal: Any = true()
    for (column, down), value in zip(keys, after, strict=True):
        found.append(and_(equal, column < value if down else column > value))
        equal = and_(equal, column == value)
    return or_(*found)


def _with_capacity(wanted: ShipmentFilter, scope: Scope, now: datetime) -> Select[Any]:
    """Trains with their slots: those agreed for the planned day of departure, else for the day it was."""
    grouped = _grouped(wanted, scope, now).subquery()
    planned, actual = aliased(TrainRow), aliased(TrainRow)

    def agreed(train: Any, day: Any) -> Any:
        return and_(train.number == grouped.c.train, train.departure_date == day, train.origin == grouped.c.origin)

    capacity = func.coalesce(planned.capacity_teu, actual.capacity_teu).label("capacity")
    return (
        select(grouped, capacity)
        .outerjoin(planned, agreed(planned, grouped.c.planned))
        .outerjoin(actual, agreed(actual, grouped.c.day))
    )


def _carried(wanted: ShipmentFilter, scope: Scope, now: datetime, *columns: Any) -> Select[Any]:
    # a select of its own, since some conditions look into journeys, which this one joins
    seen = select(ShipmentRow.id).where(*conditions(wanted, scope, now)).correlate(None)
    return (
        select(ShipmentRow.train, _DAY.label("day"), ShipmentRow.origin, *columns)
        .join(ContainerRow, ContainerRow.shipment_id == ShipmentRow.id)
        .join(JourneyRow, JourneyRow.id == ContainerRow.id)
        .where(ShipmentRow.train != "", _DAY.is_not(None), ShipmentRow.id.in_(seen))
    )


def _grouped(wanted: ShipmentFilter, scope: Scope, now: datetime) -> Select[Any]:
    ran = func.sum(case((_HAS_RUN, 1), else_=0))
    laden_teu = func.sum(case((ContainerRow.laden, TEU), else_=0.0))
    # what was called off did not go along with a train that ran
    run_laden_teu = func.sum(case((and_(_HAS_RUN, ContainerRow.laden), TEU), else_=0.0))
    return _carried(
        wanted,
        scope,
        now,
        func.max(ShipmentRow.destination).label("destination"),
        func.count(ShipmentRow.destination.distinct()).label("destinations"),
        func.min(_PLANNED_DAY).label("planned"),
        func.coalesce(func.sum(COUNTED), 0).label("containers"),
        func.coalesce(func.sum(TEU), 0.0).label("teu"),
        func.coalesce(case((ran > 0, run_laden_teu), else_=laden_teu), 0.0).label("laden_teu"),
        func.count().label("rows"),
        ran.label("run"),
        func.sum(case((JourneyRow.status == Status.CANCELLED, 1), else_=0)).label("cancelled"),
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


def _train(row: Any, references: Sequence[str]) -> Train:
    return Train(
        number=row.train,
        departure_date=row.day,
        origin=row.origin,
        destination=row.destination if row.destinations == 1 else None,
        capacity_teu=row.capacity,
        containers=int(row.containers),
        teu=float(row.teu),
        laden_teu=float(row.laden_teu),
        shipments=tuple(references),
        simulated=bool(row.simulated),
        published=bool(row.published),
        state=_state(row),
    )


def _state(row: Any) -> Status:
    """Whether it ran, as the statistics count it: it departed, is called off with all aboard, or still has to leave."""
    if row.run:
        return Status.IN_TRANSIT
    return Status.CANCELLED if row.cancelled == row.rows else Status.NOT_DEPARTED
