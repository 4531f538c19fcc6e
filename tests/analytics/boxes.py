"""Journeys as the tests make them, and a plain store of them: the facts are reckoned here one by one, from the words of
contract §5 and of `railtrack.domain.facts`."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from uuid import uuid4

import pyarrow as pa

from railtrack.domain.facts import CROSSING_FACTS, JOURNEY_FACTS, VISIT_FACTS, FactBatch
from railtrack.domain.movement.journeys import Crossing, Direction, Journey, Status, Visit
from railtrack.domain.times import Moment

Fact = dict[str, object]


@dataclass(frozen=True, kw_only=True)
class Box:
    """A container (or a quantity of them) with its journey, as a shipment's page would show it."""

    id: int
    organisation_id: int = 1
    published: bool = False
    partner: str
    origin: str
    destination: str
    direction: Direction
    corridor: str | None
    train: str | None
    capacity_teu: float | None
    journey: Journey
    crossings: tuple[Crossing, ...] = ()
    open_crossings: tuple[Crossing, ...] = ()
    planned_departure: date | None = None
    first_plan: Moment | None = None
    latest_plan: Moment | None = None
    quantity: int | None = 1
    laden: bool = True
    teu: float | None = 2.0
    gross_kg: float | None = None
    length_km: float | None = None
    simulated: bool = False

    @property
    def period_date(self) -> date | None:
        if self.journey.departed is not None:
            return self.journey.departed.local_date
        return self.planned_departure if self.journey.status is Status.NOT_DEPARTED else None

    @property
    def train_key(self) -> str | None:
        """One physical train: service number, local departure date, origin."""
        if self.train is None or self.journey.departed is None:
            return None
        return f"{self.train}|{self.journey.departed.local_date}|{self.origin}"


def hours(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / 3600


def due(plan: Moment) -> datetime:
    """The last instant at which an arrival is not late: a plan that is only a date runs until that day's end."""
    if not plan.is_day:
        return plan.instant
    zone = timezone(timedelta(minutes=plan.offset_min))
    return datetime.combine(plan.local_date + timedelta(days=1), time(), zone).astimezone(UTC)


def delay_h(box: Box, plan: Moment | None) -> float | None:
    arrived = box.journey.arrived
    if plan is None or arrived is None or box.journey.status is not Status.COMPLETED:
        return None
    return hours(due(plan), arrived.instant)


def moving_h(journey: Journey) -> float | None:
    """Transit less dwell, of completed journeys with visits, all complete and shorter in sum than transit."""
    dwells = [visit.dwell_h for visit in journey.visits]
    if journey.transit_h is None or not dwells:
        return None
    known = [dwell for dwell in dwells if dwell is not None]
    if len(known) < len(dwells) or sum(known) >= journey.transit_h:
        return None
    return journey.transit_h - sum(known)


def visit_date(visit: Visit) -> date:
    end = visit.arrived or visit.departed
    assert end is not None
    return end.local_date


def journey_fact(box: Box) -> Fact:
    journey = box.journey
    return {
        "journey_id": box.id,
        "shipment_id": box.id,
        "organisation_id": box.organisation_id,
        "published": box.published,
        "partner": box.partner,
        "corridor": box.corridor,
        "direction": box.direction.value,
        "train": box.train,
        "train_key": box.train_key,
        "capacity_teu": box.capacity_teu,
        "origin": box.origin,
        "destination": box.destination,
        "status": journey.status.value,
        "has_departed": journey.departed is not None,
        "period_date": box.period_date,
        "date_only": journey.is_day_precise,
        "quantity": box.quantity,
        "laden": box.laden,
        "teu": box.teu,
        "gross_kg": box.gross_kg,
        "transit_h": journey.transit_h,
        "observed_h": journey.observed_h,
        "length_km": box.length_km,
        "moving_h": moving_h(journey),
        "moving_date_only": any(visit.is_day_precise for visit in journey.visits),
        "delay_first_h": delay_h(box, box.first_plan),
        "delay_latest_h": delay_h(box, box.latest_plan),
        "simulated": box.simulated,
    }


def visit_facts(box: Box) -> list[Fact]:
    return [
        {
            "journey_id": box.id,
            "station": visit.station,
            "event_date": visit_date(visit),
            "dwell_h": visit.dwell_h,
            "is_open": visit.is_open,
            "date_only": visit.is_day_precise,
        }
        for visit in box.journey.visits
    ]


def crossing_facts(box: Box) -> list[Fact]:
    return [
        {
            "journey_id": box.id,
            "crossing": crossing.name,
            "open_border": open_border,
            "event_date": crossing.arrived.local_date,
            "hours": crossing.hours,
            "date_only": crossing.is_day_precise,
        }
        for open_border, crossings in ((False, box.crossings), (True, box.open_crossings))
        for crossing in crossings
    ]


_ARROW = {
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "VARCHAR": pa.string(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
}


def arrow(columns: Sequence[tuple[str, str]], facts: Iterable[Fact]) -> pa.Table:
    return pa.Table.from_pylist(list(facts), schema=pa.schema([(name, _ARROW[kind]) for name, kind in columns]))


@dataclass
class MemorySource:
    """A store of boxes that counts its changes; `asked` remembers from where each reader went on.

    Each one is a database of its own: what was taken from another is not known here.
    """

    boxes: dict[int, Box] = field(default_factory=dict)
    change: int = 0
    changed: dict[int, int] = field(default_factory=dict)
    asked: list[int | None] = field(default_factory=list)
    lineages: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, boxes: Iterable[Box]) -> "MemorySource":
        source = cls()
        for box in boxes:
            source.put(box)
        return source

    def put(self, box: Box) -> None:
        self._count()
        self.boxes[box.id] = box
        self.changed[box.id] = self.change

    def remove(self, box_id: int) -> None:
        self._count()
        self.boxes.pop(box_id, None)
        self.changed[box_id] = self.change

    def _count(self) -> None:
        self.change += 1
        self.lineages[self.change] = uuid4().hex

    def facts_since(self, change: int | None, lineage: str = "") -> FactBatch:
        if change is not None and self.lineages.get(change) != lineage:
            change = None
        self.asked.append(change)
        stale = sorted(self.boxes if change is None else (i for i, at in self.changed.items() if at > change))
        return self._batch(stale, whole=change is None)

    def _batch(self, ids: Collection[int], *, whole: bool) -> FactBatch:
        boxes = [self.boxes[i] for i in ids if i in self.boxes]
        return FactBatch(
            change=self.change,
            lineage=self.lineages.get(self.change, ""),
            whole=whole,
            stale=() if whole else tuple(ids),
            journeys=arrow(JOURNEY_FACTS, (journey_fact(box) for box in boxes)),
            visits=arrow(VISIT_FACTS, (fact for box in boxes for fact in visit_facts(box))),
            crossings=arrow(CROSSING_FACTS, (fact for box in boxes for fact in crossing_facts(box))),
        )
