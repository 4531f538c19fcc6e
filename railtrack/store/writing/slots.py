"""The slots of trains: agreed once for a number, a departure date and an origin, and kept with the train alone."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta

from sqlalchemy import and_, select, tuple_, update
from sqlalchemy.orm import Session

from railtrack.domain.cargo.bookings import TrainKey
from railtrack.store.clocks import local_day
from railtrack.store.engine import Writing
from railtrack.store.moments import moment
from railtrack.store.tables import JourneyRow, ShipmentRow, TrainRow
from railtrack.store.writing.bulk import in_batches

ABOUT = timedelta(days=31)  # as far as a train may leave from its plan

# the train a shipment is planned on, which has the slots; to join trains by
PLANNED_TRAIN = and_(
    TrainRow.number == ShipmentRow.train,
    TrainRow.departure_date == local_day(ShipmentRow.planned_departure_at, ShipmentRow.planned_departure_offset_min),
    TrainRow.origin == ShipmentRow.origin,
)


def train_capacities(session: Session, numbers: Iterable[str]) -> dict[TrainKey, float]:
    """Give the known capacities in TEU of the trains of these numbers, on whatever days."""
    found: dict[TrainKey, float] = {}
    for part in in_batches(sorted(set(numbers))):
        rows = session.execute(
            select(TrainRow.number, TrainRow.departure_date, TrainRow.origin, TrainRow.capacity_teu).where(
                TrainRow.number.in_(part), TrainRow.capacity_teu.is_not(None)
            )
        )
        found.update({(r.number, r.departure_date, r.origin): r.capacity_teu for r in rows})
    return found


def trains_shared(session: Session, numbers: Iterable[str], organisation_id: int | None) -> set[TrainKey]:
    """Give the trains of these numbers, by planned and by actual day, that another organisation has something on."""
    planned = local_day(ShipmentRow.planned_departure_at, ShipmentRow.planned_departure_offset_min)
    departed = local_day(JourneyRow.departed_at, JourneyRow.departed_offset_min)
    found: set[TrainKey] = set()
    for part in in_batches(sorted(set(numbers))):
        of_others = ShipmentRow.train.in_(part) & (ShipmentRow.organisation_id != organisation_id)
        for query in (
            select(ShipmentRow.train, planned.label("day"), ShipmentRow.origin).where(planned.is_not(None)),
            select(ShipmentRow.train, departed.label("day"), ShipmentRow.origin)
            .join(JourneyRow, JourneyRow.shipment_id == ShipmentRow.id)
            .where(departed.is_not(None)),
        ):
            found.update((r.train, r.day, r.origin) for r in session.execute(query.where(of_others).distinct()))
    return found


def write_slots_of_trains(w: Writing, capacities: Mapping[TrainKey, float]) -> None:
    """Write down what is agreed, each with its audit."""
    for part in in_batches(capacities.items()):
        named = tuple_(TrainRow.number, TrainRow.departure_date, TrainRow.origin).in_([key for key, _ in part])
        known = {(r.number, r.departure_date, r.origin): r for r in w.session.scalars(select(TrainRow).where(named))}
        for key, capacity_teu in part:
            row = known.get(key)
            before = None if row is None else {"capacity_teu": row.capacity_teu}
            if row is None:
                row = TrainRow(number=key[0], departure_date=key[1], origin=key[2])
                w.session.add(row)
            row.capacity_teu = capacity_teu
            name = f"{key[0]} {key[1].isoformat()} {key[2]}"
            w.audit("agree capacity", "train", name, before, {"capacity_teu": capacity_teu})
    w.session.flush()


def shipments_planned_on(session: Session, trains: Iterable[TrainKey]) -> set[int]:
    """Give the shipments of all partners that are planned on these trains, and so show their slots."""
    found: set[int] = set()
    for part in in_batches(sorted(trains)):
        named = tuple_(TrainRow.number, TrainRow.departure_date, TrainRow.origin).in_(part)
        found.update(session.scalars(select(ShipmentRow.id).join(TrainRow, PLANNED_TRAIN).where(named)))
    return found


def move_facts_aboard(w: Writing, trains: Collection[TrainKey]) -> None:
    """Let the facts of all that is on these trains follow: the slots are one, though no journey is otherwise."""
    for part in in_batches(_on_trains(w.session, trains)):
        w.session.execute(
            update(JourneyRow)
            .where(JourneyRow.shipment_id.in_(part))
            .values(change=w.change)
            .execution_options(synchronize_session=False)
        )


def _on_trains(session: Session, trains: Collection[TrainKey]) -> list[int]:
    """Give the shipments whose slots these may be: of the train's number and origin, planned about its day.

    About, since a train that left on another day than planned is found by that day too.
    """
    days: dict[tuple[str, str], list[date]] = defaultdict(list)
    for number, day, origin in trains:
        days[number, origin].append(day)
    found: list[int] = []
    for part in in_batches(sorted({number for number, _, _ in trains})):
        rows = session.execute(
            select(
                ShipmentRow.id,
                ShipmentRow.train,
                ShipmentRow.origin,
                ShipmentRow.planned_departure_at,
                ShipmentRow.planned_departure_offset_min,
                ShipmentRow.planned_departure_is_day,
                ShipmentRow.planned_departure_text,
            ).where(ShipmentRow.train.in_(part))
        )
        for row in rows:
            planned = moment(row, "planned_departure")
            known = days.get((row.train, row.origin), [])
            if known and (planned is None or any(abs(planned.local_date - day) <= ABOUT for day in known)):
                found.append(row.id)
    return found
