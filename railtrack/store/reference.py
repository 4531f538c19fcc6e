"""Stations, legs and corridors in the database: loaded from `data/` by `init`, mended in the product.

What was mended is marked `edited`, and `init` leaves it alone ever after. Each edit names the version it was made on.
Journeys that a change of legs or corridors touches are derived or stamped anew in the same transaction, so that the
statistics, which keep a copy, notice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

from sqlalchemy import delete, func, insert, select, update

from railtrack.domain.errors import Conflict, NotFound, Problem, Refused
from railtrack.domain.line.network import Network
from railtrack.domain.line.places import Corridor, Leg, Method, Mode, Station
from railtrack.domain.messages import say
from railtrack.store.engine import Reading, Writing
from railtrack.store.tables import CorridorRow, LegRow, ShipmentRow, StationRow
from railtrack.store.writing.bulk import in_batches
from railtrack.store.writing.moved import Lengths, follow_lengths, follow_station, is_elsewhere, lengths_of_ways
from railtrack.store.writing.refold import refold
from railtrack.store.writing.removing import REMOVE, kept, last_removal

V = TypeVar("V")
Row = type[StationRow] | type[LegRow] | type[CorridorRow]

_STATION_COLUMNS = ("id", "name", "name_de", "name_zh", "country", "timezone", "lat", "lon")
_LEG_COLUMNS = ("origin", "destination", "mode", "length_km", "gauge_mm", "method", "line")
_CORRIDOR_COLUMNS = ("id", "name", "name_de", "name_zh")
# what each kind is stored as, called, and told apart by
_KINDS: Mapping[type, tuple[Row, str, tuple[str, ...], tuple[str, ...]]] = {
    Station: (StationRow, "station", ("id",), _STATION_COLUMNS),
    Leg: (LegRow, "leg", ("origin", "destination"), _LEG_COLUMNS),
    Corridor: (CorridorRow, "corridor", ("id",), _CORRIDOR_COLUMNS),
}


@dataclass(frozen=True)
class Versioned(Generic[V]):
    """A value with the version an edit must name; `edited` once it was mended in the product."""

    value: V
    version: int
    edited: bool


@dataclass(frozen=True)
class Saved:
    """How many rows `save_reference` added, changed, and left alone because they were mended in the product."""

    added: int = 0
    changed: int = 0
    kept: int = 0


# ---------------------------------------------------------------- reading


def load_network(r: Reading) -> Network:
    """Give all stations, legs and corridors, in the order of `data/` with later ones after them."""
    return Network(_all(r, Station), _all(r, Leg), _all(r, Corridor), stamp=reference_stamp(r))


def newest(r: Reading, network: Network) -> Network:
    """Give the network as this transaction sees it: `network` itself, unless somebody mended it since it was loaded.

    Whatever derives journeys asks here first: a file may be judged for a minute while a corridor is being mended.
    """
    return network if network.stamp and network.stamp == reference_stamp(r) else load_network(r)


def reference_stamp(r: Reading) -> str:
    """Give a text that changes whenever a station, leg or corridor does: what a cached network is checked by."""
    # one statement, since every page asks
    counts = [
        select(count).select_from(table).scalar_subquery()
        for table in (StationRow, LegRow, CorridorRow)
        for count in (func.count(), func.coalesce(func.sum(table.version), 0))
    ]
    return "-".join(map(str, (*r.session.execute(select(*counts)).one(), last_removal(r))))


def station(r: Reading, station_id: str) -> Versioned[Station]:
    """Give one station to be edited; raises NotFound."""
    return _one(r, Station, (station_id,))


def leg(r: Reading, origin: str, destination: str) -> Versioned[Leg]:
    """Give one leg, as it is stored, to be edited; raises NotFound."""
    return _one(r, Leg, (origin, destination))


def corridor(r: Reading, corridor_id: str) -> Versioned[Corridor]:
    """Give one corridor to be edited; raises NotFound."""
    return _one(r, Corridor, (corridor_id,))


def ways_on(r: Reading, corridor_id: str) -> list[tuple[str, str, int]]:
    """Give where shipments on a corridor begin and end, and how many do."""
    query = (
        select(ShipmentRow.origin, ShipmentRow.destination, func.count())
        .where(ShipmentRow.corridor == corridor_id)
        .group_by(ShipmentRow.origin, ShipmentRow.destination)
        .order_by(ShipmentRow.origin, ShipmentRow.destination)
    )
    return [(origin, destination, count) for origin, destination, count in r.session.execute(query)]


def versioned(r: Reading, kind: type[V]) -> list[Versioned[V]]:
    """Give all of one kind with their versions, in order."""
    table, _, key, _ = _KINDS[kind]
    order = [table.position, *(getattr(table, name) for name in key)]
    rows = r.session.execute(select(table.__table__).order_by(*order))
    return [Versioned(_value(kind, row), row.version, row.edited) for row in rows]


def _all(r: Reading, kind: type[V]) -> list[V]:
    return [each.value for each in versioned(r, kind)]


def _one(r: Reading, kind: type[V], key: tuple[str, ...]) -> Versioned[V]:
    table, name, columns, _ = _KINDS[kind]
    found = r.session.execute(select(table.__table__).where(*_is(table, columns, key))).one_or_none()
    if found is None:
        raise NotFound(say("There is no %(kind)s %(name)s.", kind=name, name="–".join(key)))
    return Versioned(_value(kind, found), found.version, found.edited)


# ---------------------------------------------------------------- loading data/


def save_reference(
    w: Writing, stations: Sequence[Station], legs: Sequence[Leg], corridors: Sequence[Corridor]
) -> Saved:
    """Bring the tables to what `data/` says: add what is new, change what differs, keep what was edited.

    Nothing is taken out, since shipments may name it, and what was removed in the product stays so. Raises Refused
    where old and new do not fit together.
    """
    corridors_before = {c.value.id: c.value for c in versioned(w, Corridor)}
    stations_before = {s.value.id: s.value for s in versioned(w, Station)}
    stations, legs, corridors = kept(w, stations, legs, corridors)
    saved = [_save_all(w, Station, stations), _save_all(w, Leg, legs), _save_all(w, Corridor, corridors)]
    total = Saved(sum(s.added for s in saved), sum(s.changed for s in saved), sum(s.kept for s in saved))
    if total.added or total.changed:
        w.audit("load", "reference", "data", None, {"added": total.added, "changed": total.changed})
        network = _derive(w, {new.id for new in corridors if corridors_before.get(new.id, new) != new})
        for station_id, old in stations_before.items():
            if is_elsewhere(old, network.stations[station_id]):
                follow_station(w, network, station_id)
    return total


def _save_all(w: Writing, kind: type[V], values: Sequence[V]) -> Saved:
    table, name, key, _ = _KINDS[kind]
    known = {tuple(getattr(row, column) for column in key): row for row in w.session.execute(select(table.__table__))}
    new, changed, kept = [], 0, 0
    for position, value in enumerate(values):
        identity = _identity(kind, value)
        row = known.get(identity)
        if row is None:
            new.append(_columns(kind, value) | {"position": position, "version": 1, "edited": False})
        elif row.edited:
            kept += 1
        elif _value(kind, row) != value or row.position != position:
            w.session.execute(
                update(table)
                .where(*_is(table, key, identity))
                .values(_columns(kind, value) | {"position": position, "version": row.version + 1})
                .execution_options(synchronize_session=False)
            )
            w.audit("change", name, "–".join(identity), _shown(kind, _value(kind, row)), _shown(kind, value))
            changed += 1
    if new:
        w.session.execute(insert(table), new)
    return Saved(len(new), changed, kept)


# ---------------------------------------------------------------- mending


def save_station(w: Writing, value: Station, version: int | None = None) -> None:
    """Add a station (version None) or change it; raises Conflict where it was changed since that version."""
    _save(w, value, version)


def save_leg(w: Writing, value: Leg, version: int | None = None) -> None:
    """Add or change a leg; raises Refused where its stations are not there or another leg joins them."""
    _save(w, value, version)


def save_corridor(w: Writing, value: Corridor, version: int | None = None) -> None:
    """Add or change a corridor; raises Refused where no leg joins two of its stations."""
    _save(w, value, version)


def remove(w: Writing, value: Station | Leg | Corridor, version: int) -> None:
    """Take out what nothing uses; raises Conflict where it was changed since that version."""
    kind = type(value)
    table, name, key, _ = _KINDS[kind]
    identity = _identity(kind, value)
    shown = "–".join(identity)
    gone: Any = w.session.execute(
        delete(table)
        .where(*_is(table, key, identity), table.version == version)
        .execution_options(synchronize_session=False)
    )
    if gone.rowcount != 1:
        raise Conflict(say("%(name)s was changed by somebody else meanwhile; look again.", name=shown))
    w.audit(REMOVE, name, shown, _shown(kind, value))
    _derive(w)


def _save(w: Writing, value: Station | Leg | Corridor, version: int | None) -> None:
    kind = type(value)
    table, name, key, _ = _KINDS[kind]
    identity = _identity(kind, value)
    before = w.session.execute(select(table.__table__).where(*_is(table, key, identity))).one_or_none()
    lengths = lengths_of_ways(w, load_network(w))
    shown = "–".join(identity)
    if version is None:
        if before is not None:
            raise Conflict(say("There is a %(kind)s %(name)s already.", kind=name, name=shown))
        last = w.session.scalar(select(func.max(table.position)))
        position = 0 if last is None else last + 1
        row = _columns(kind, value) | {"position": position, "version": 1, "edited": True}
        w.session.execute(insert(table), [row])
    else:
        changed: Any = w.session.execute(
            update(table)
            .where(*_is(table, key, identity), table.version == version)
            .values(_columns(kind, value) | {"version": version + 1, "edited": True})
            .execution_options(synchronize_session=False)
        )
        if changed.rowcount != 1:
            raise Conflict(say("%(name)s was changed by somebody else meanwhile; look again.", name=shown))
    old = None if before is None else _shown(kind, _value(kind, before))
    w.audit("add" if before is None else "change", name, shown, old, _shown(kind, value))
    if not isinstance(value, Station):
        _derive(w, {value.id} if isinstance(value, Corridor) and before is not None else set(), lengths)
    elif before is not None:  # a new one has no journeys yet
        network = _derive(w, (), lengths)
        if is_elsewhere(_value(Station, before), value):
            follow_station(w, network, value.id)


def _derive(w: Writing, corridors: Iterable[str] = (), lengths: Lengths | None = None) -> Network:
    """Refold what goes along these corridors, and stamp the journeys whose way is not as long as it was.

    `lengths` are those from before; None stamps all.
    """
    try:
        network = load_network(w)
    except ValueError as error:
        problem = Problem(message=say("This does not fit the rest of the network: %(why)s.", why=error))
        raise Refused([problem]) from error
    follow_lengths(w, network, lengths)
    for part in in_batches(sorted(corridors)):
        ids = w.session.scalars(select(ShipmentRow.id).where(ShipmentRow.corridor.in_(part))).all()
        refold(w.session, network, ids, w.change)
    return network


# ---------------------------------------------------------------- values and rows


def _is(table: Row, key: Sequence[str], identity: Sequence[str]) -> list[Any]:
    return [getattr(table, column) == part for column, part in zip(key, identity, strict=True)]


def _identity(kind: type, value: Any) -> tuple[str, ...]:
    return tuple(getattr(value, column) for column in _KINDS[kind][2])


def _columns(kind: type, value: Any) -> dict[str, Any]:
    """Spread a value over its columns; what is never searched goes into `details`."""
    own = _KINDS[kind][3]
    plain = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return {name: plain[name] for name in own} | {
        "details": {name: part for name, part in plain.items() if name not in own}
    }


def _value(kind: type[V], row: Any) -> V:
    values = {name: getattr(row, name) for name in _KINDS[kind][3]} | dict(row.details)
    # a release that knows more or less than the one that wrote the row takes what it knows
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    made = {name: _frozen(part) for name, part in values.items() if name in known}
    if kind is Leg:
        made |= {"mode": Mode(values["mode"]), "method": Method(values["method"])}
    return kind(**made)


def _shown(kind: type, value: Any) -> dict[str, Any]:
    """Give a value as the audit keeps it: a line only by its number of points."""
    columns = _columns(kind, value)
    details: dict[str, Any] = columns.pop("details")
    if "line" in columns:
        columns["line"] = f"{len(columns['line'])} points"
    return columns | details


def _plain(part: Any) -> Any:
    return [_plain(p) for p in part] if isinstance(part, tuple) else part


def _frozen(part: Any) -> Any:
    return tuple(_frozen(p) for p in part) if isinstance(part, list) else part
