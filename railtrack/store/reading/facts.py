"""Supplying the statistics with facts: narrow Arrow tables of the journeys that changed (columns in domain/facts.py).

The definitions are those of contract §5. No rows become objects on the way: instants come as whole seconds, and hours
and local dates are reckoned from them column by column.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import select

from railtrack.domain.facts import CROSSING_FACTS, JOURNEY_FACTS, VISIT_FACTS, FactBatch
from railtrack.domain.line.network import Network
from railtrack.domain.movement.journeys import Status
from railtrack.store.clocks import epoch
from railtrack.store.engine import Reading, Store
from railtrack.store.lineage import current_lineage, is_known_change
from railtrack.store.reading.volume import row_gross_kg, row_teu
from railtrack.store.reference import load_network
from railtrack.store.tables import (
    ContainerRow,
    CrossingRow,
    JourneyRow,
    OrganisationRow,
    RemovalRow,
    ShipmentRow,
    TrainRow,
    VisitRow,
)

_TYPES = {
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "VARCHAR": pa.string(),
    "DATE": pa.date32(),
}
_PART = 20_000  # rows turned into Arrow at a time
_EPOCH_DAY = date(1970, 1, 1)


class StoreFacts:
    """The store as a FactSource. `network` tells lengths; without one it is read from the database each time."""

    def __init__(self, store: Store, network: Network | Callable[[], Network] | None = None) -> None:
        self._store = store
        self._network = network

    def facts_since(self, change: int | None, lineage: str = "") -> FactBatch:
        """Give the facts of all journeys that changed after `change`, in one snapshot.

        Everything for None, and for a pair of `change` and `lineage` that this database does not know (any more).
        """
        with self._store.reading() as r:
            reached = current_lineage(r.session)
            if change is not None and not is_known_change(r.session, change, lineage):
                change = None
            visits = _visits(r, change)
            journeys, ids = _journeys(r, change, self._network_of(r), _stays(visits))
            return FactBatch(
                change=reached.change,
                lineage=reached.lineage,
                whole=change is None,
                stale=() if change is None else [*ids, *_removed(r, change)],
                journeys=journeys,
                visits=visits.select([name for name, _ in VISIT_FACTS]),
                crossings=_crossings(r, change),
            )

    def _network_of(self, r: Reading) -> Network:
        if self._network is None:
            return load_network(r)
        return self._network if isinstance(self._network, Network) else self._network()


def _removed(r: Reading, change: int) -> Sequence[int]:
    return r.session.scalars(select(RemovalRow.journey_id).where(RemovalRow.change > change).distinct()).all()


def _schema(facts: Sequence[tuple[str, str]]) -> pa.Schema:
    return pa.schema([(name, _TYPES[kind]) for name, kind in facts])


def _parts(r: Reading, query: Any) -> Iterator[Sequence[Any]]:
    return r.session.execute(query.execution_options(yield_per=_PART)).partitions()


def _of_changed(query: Any, parts: type[VisitRow] | type[CrossingRow], change: int | None) -> Any:
    """Keep what belongs to journeys that changed."""
    if change is None:
        return query
    return query.join(JourneyRow, JourneyRow.id == parts.journey_id).where(JourneyRow.change > change)


# ---------------------------------------------------------------- visits and crossings


def _visits(r: Reading, change: int | None) -> pa.Table:
    """Visits with two columns more than the facts: seconds of dwell, and whether both ends are known."""
    query = select(
        VisitRow.journey_id,
        VisitRow.station,
        epoch(VisitRow.arrived_at),
        VisitRow.arrived_offset_min,
        VisitRow.arrived_is_day,
        epoch(VisitRow.departed_at),
        VisitRow.departed_offset_min,
        VisitRow.departed_is_day,
        VisitRow.is_open,
    )
    names = ("journey_id", "station", "from_s", "from_offset", "from_day", "to_s", "to_offset", "to_day", "is_open")
    schema = _schema(VISIT_FACTS).append(pa.field("dwell_s", pa.int64()))
    parts = []
    for rows in _parts(r, _of_changed(query.order_by(VisitRow.journey_id, VisitRow.position), VisitRow, change)):
        c = _columns(names, rows)
        dwell_s = pc.subtract(c["to_s"], c["from_s"])
        local_s = pc.coalesce(_local(c["from_s"], c["from_offset"]), _local(c["to_s"], c["to_offset"]))
        made = {
            "journey_id": c["journey_id"],
            "station": c["station"],
            "event_date": _date(local_s),
            "dwell_h": _hours(dwell_s),
            "is_open": c["is_open"],
            "date_only": pc.or_(pc.fill_null(c["from_day"], False), pc.fill_null(c["to_day"], False)),
            "dwell_s": dwell_s,
        }
        parts.append(pa.table(made, schema=schema))
    return pa.concat_tables(parts) if parts else schema.empty_table()


def _crossings(r: Reading, change: int | None) -> pa.Table:
    query = select(
        CrossingRow.journey_id,
        CrossingRow.crossing,
        CrossingRow.open_border,
        epoch(CrossingRow.arrived_at),
        CrossingRow.arrived_offset_min,
        CrossingRow.arrived_is_day,
        epoch(CrossingRow.departed_at),
        CrossingRow.departed_is_day,
    )
    names = ("journey_id", "crossing", "open_border", "from_s", "from_offset", "from_day", "to_s", "to_day")
    schema = _schema(CROSSING_FACTS)
    parts = []
    for rows in _parts(
        r, _of_changed(query.order_by(CrossingRow.journey_id, CrossingRow.crossing), CrossingRow, change)
    ):
        c = _columns(names, rows)
        made = {
            "journey_id": c["journey_id"],
            "crossing": c["crossing"],
            "open_border": c["open_border"],
            "event_date": _date(_local(c["from_s"], c["from_offset"])),
            "hours": _hours(pc.subtract(c["to_s"], c["from_s"])),
            "date_only": pc.or_(c["from_day"], c["to_day"]),
        }
        parts.append(pa.table(made, schema=schema))
    return pa.concat_tables(parts) if parts else schema.empty_table()


_RAW = {"station": pa.string(), "crossing": pa.string()} | dict.fromkeys(
    ("from_day", "to_day", "is_open", "open_border"), pa.bool_()
)


def _columns(names: Sequence[str], rows: Sequence[Any]) -> dict[str, pa.Array]:
    return {
        name: pa.array(values, _RAW.get(name, pa.int64()))
        for name, values in zip(names, zip(*rows, strict=True), strict=True)
    }


def _local(seconds: pa.Array, offset_min: pa.Array) -> pa.Array:
    return pc.add(seconds, pc.multiply(offset_min, 60))


def _date(local_s: pa.Array) -> pa.Array:
    days = pc.floor(pc.divide(pc.cast(local_s, pa.float64()), 86_400.0))
    return pc.cast(pc.cast(days, pa.int32()), pa.date32())


def _hours(seconds: pa.Array) -> pa.Array:
    return pc.divide(pc.cast(seconds, pa.float64()), 3600.0)


@dataclass(frozen=True, slots=True)
class _Stay:
    """The visits of a journey together; `dwell_s` is None unless all of them are complete."""

    dwell_s: int | None
    date_only: bool


def _stays(visits: pa.Table) -> dict[int, _Stay]:
    together = visits.group_by("journey_id").aggregate(
        [("dwell_s", "sum"), ("dwell_s", "count"), ("date_only", "any"), ("station", "count")]
    )
    columns = ("journey_id", "dwell_s_sum", "dwell_s_count", "date_only_any", "station_count")
    return {
        journey: _Stay(dwell_s if complete == all_of_them else None, bool(date_only))
        for journey, dwell_s, complete, date_only, all_of_them in zip(
            *(together.column(name).to_pylist() for name in columns), strict=True
        )
    }


# ---------------------------------------------------------------- journeys

_JOURNEYS = (
    select(
        JourneyRow.id,
        JourneyRow.shipment_id,
        ShipmentRow.organisation_id,
        ShipmentRow.published,
        OrganisationRow.name.label("partner"),
        ShipmentRow.corridor,
        ShipmentRow.direction,
        ShipmentRow.train,
        ShipmentRow.origin,
        ShipmentRow.destination,
        ShipmentRow.simulated,
        epoch(ShipmentRow.planned_departure_at).label("planned_s"),
        ShipmentRow.planned_departure_offset_min.label("planned_offset"),
        JourneyRow.status,
        epoch(JourneyRow.departed_at).label("departed_s"),
        JourneyRow.departed_offset_min.label("departed_offset"),
        JourneyRow.departed_is_day,
        epoch(JourneyRow.arrived_at).label("arrived_s"),
        JourneyRow.arrived_is_day,
        epoch(JourneyRow.last_at).label("last_s"),
        epoch(JourneyRow.first_planned_arrival_due_at).label("first_due_s"),
        epoch(JourneyRow.latest_planned_arrival_due_at).label("latest_due_s"),
        ContainerRow.number,
        ContainerRow.quantity,
        ContainerRow.booked,
        ContainerRow.size_type,
        ContainerRow.laden,
        ContainerRow.teu,
        ContainerRow.gross_kg,
    )
    .join(ContainerRow, ContainerRow.id == JourneyRow.id)
    .join(ShipmentRow, ShipmentRow.id == JourneyRow.shipment_id)
    .join(OrganisationRow, OrganisationRow.id == ShipmentRow.organisation_id)
    .order_by(JourneyRow.id)
)


def _journeys(
    r: Reading, change: int | None, network: Network, stays: Mapping[int, _Stay]
) -> tuple[pa.Table, list[int]]:
    schema = _schema(JOURNEY_FACTS)
    ways = _Ways(r, network)
    parts, ids = [], []
    for rows in _parts(r, _JOURNEYS if change is None else _JOURNEYS.where(JourneyRow.change > change)):
        facts = [_fact(row, ways, stays.get(row.id)) for row in rows]
        ids += [row.id for row in rows]
        columns = zip(*facts, strict=True)
        parts.append(pa.table([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema))
    return (pa.concat_tables(parts) if parts else schema.empty_table()), ids


class _Ways:
    """What many journeys share, looked up once: lengths, slots of trains."""

    def __init__(self, r: Reading, network: Network) -> None:
        self._r = r
        self._network = network
        self._lengths: dict[tuple[str, str, str], float | None] = {}

    def length_km(self, corridor: str | None, origin: str, destination: str) -> float | None:
        if corridor is None or corridor not in self._network.corridors:
            return None
        key = (corridor, origin, destination)
        if key not in self._lengths:
            self._lengths[key] = self._network.corridor_length_km(*key)
        return self._lengths[key]

    @cached_property
    def slots(self) -> dict[tuple[str, date, str], float]:
        """The agreed slots by train, local date of departure (as planned, or as it was) and origin."""
        query = select(TrainRow.number, TrainRow.departure_date, TrainRow.origin, TrainRow.capacity_teu)
        return {
            (row.number, row.departure_date, row.origin): row.capacity_teu
            for row in self._r.session.execute(query.where(TrainRow.capacity_teu.is_not(None)))
        }


def _fact(row: Any, ways: _Ways, stay: _Stay | None) -> tuple[Any, ...]:
    """Give one journey's facts, in the order of JOURNEY_FACTS."""
    departed_s, arrived_s = row.departed_s, row.arrived_s
    planned_day = _day(row.planned_s, row.planned_offset)
    # an arrival without a departure belongs to no period; only what has not departed yet goes by its plan
    day = _day(departed_s, row.departed_offset) or (planned_day if row.status == Status.NOT_DEPARTED else None)
    train = row.train or None
    transit_s = arrived_s - departed_s if row.status == Status.COMPLETED else None
    moving_h = None
    if transit_s is not None and stay is not None and stay.dwell_s is not None and stay.dwell_s < transit_s:
        moving_h = (transit_s - stay.dwell_s) / 3600
    delays = []
    for due_s in (row.first_due_s, row.latest_due_s):
        delays.append((arrived_s - due_s) / 3600 if transit_s is not None and due_s is not None else None)
    capacity_teu = None
    if train is not None:
        agreed = (ways.slots.get((train, known, row.origin)) for known in (planned_day, day) if known is not None)
        capacity_teu = next((slots for slots in agreed if slots is not None), None)
    quantity = row.quantity if row.number is None else 1
    return (
        row.id,
        row.shipment_id,
        row.organisation_id,
        row.published,
        row.partner,
        row.corridor,
        row.direction,
        train,
        f"{train}|{day.isoformat()}|{row.origin}" if train is not None and day is not None else None,
        capacity_teu,
        row.origin,
        row.destination,
        row.status,
        departed_s is not None,
        day,
        bool(row.departed_is_day or row.arrived_is_day),
        quantity,
        row.laden,
        row_teu(row.teu, row.size_type, quantity),
        row_gross_kg(row.gross_kg, row.quantity, row.booked),
        None if transit_s is None else transit_s / 3600,
        (row.last_s - departed_s) / 3600 if row.status == Status.IN_TRANSIT else None,
        ways.length_km(row.corridor, row.origin, row.destination),
        moving_h,
        moving_h is not None and stay is not None and stay.date_only,
        *delays,
        row.simulated,
    )


def _day(seconds: int | None, offset_min: int | None) -> date | None:
    if seconds is None:
        return None
    return _EPOCH_DAY + timedelta(days=(seconds + (offset_min or 0) * 60) // 86_400)
