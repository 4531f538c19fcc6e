"""Changing a shipment by form: it as texts, what of them somebody changed, and what to do if another was faster.

What is stored goes through `editing.change_shipment`, as a program's change does: the form becomes the same document.
A form carries the texts it was made from and their version. Should that not be the newest any more, nothing is stored
and the changes of both are laid side by side.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from railtrack.domain.actors import Actor
from railtrack.domain.cargo import identifiers
from railtrack.domain.cargo.goods import ContainerFacts, ShipmentFacts
from railtrack.domain.cargo.merging import By, Merged, MergedRow, merge, merge_rows
from railtrack.domain.errors import Conflict, NotFound
from railtrack.domain.messages import say
from railtrack.domain.records import AuditEntry, RecordedShipment
from railtrack.domain.rights import Operation, insist
from railtrack.domain.rows.raw import RawRow
from railtrack.domain.rows.shipment_rows import judge_shipment
from railtrack.domain.times import Moment
from railtrack.domain.world import World
from railtrack.exchange.json_documents import CONTAINERS, REMOVED, Located
from railtrack.exchange.writing import shipment_cells
from railtrack.operations.entering.desks import owner_id
from railtrack.operations.entering.editing import change_shipment
from railtrack.store import desk
from railtrack.store.audit import history_of_shipment
from railtrack.store.engine import Reading, Store
from railtrack.store.reading import entry
from railtrack.store.writing.taking_out import TAKE_OUT

FIELDS = (
    "origin", "destination", "train", "planned_departure", "planned_arrival", "corridor", "shipper", "consignee",
    "incoterm", "consignment_note", "train_capacity_teu",
)  # fmt: skip
CELLS = (
    "container", "quantity", "size_type", "laden", "gross_kg", "hs_code", "goods", "seals", "packages", "tare_kg",
    "value", "value_currency", "un_number", "temperature_min_c", "temperature_max_c", "freight", "freight_currency",
)  # fmt: skip
MOST_ROWS = 500  # a form of more is no form any more; a file changes them
_ENTRIES_LOOKED_AT = 500
# an amount without its currency is another amount: they are changed and merged as one
UNITS: Mapping[str, tuple[str, ...]] = {
    **{name: (name,) for name in (*FIELDS, *CELLS)},
    "value": ("value", "value_currency"),
    "freight": ("freight", "freight_currency"),
}
_PARTS = frozenset({"value_currency", "freight_currency"})
Unit = tuple[str, ...]
Cells = Mapping[str, str]


@dataclass(frozen=True)
class Texts:
    """A shipment as a form holds it: its fields, and its containers by what tells them apart."""

    fields: Cells
    rows: Mapping[str, Cells]

    @property
    def to_keep(self) -> dict[str, object]:
        """As plain values, for a hidden field or a draft."""
        return {"fields": dict(self.fields), "rows": {key: dict(cells) for key, cells in self.rows.items()}}

    @classmethod
    def of_kept(cls, kept: object) -> "Texts":
        """Read what `to_keep` gave; raises ValueError for anything else."""
        if not isinstance(kept, dict) or set(kept) != {"fields", "rows"}:
            raise ValueError("no texts of a shipment")
        rows = kept["rows"]
        if not isinstance(rows, dict):
            raise ValueError("no rows of a shipment")
        return cls(_cells(kept["fields"], FIELDS), {str(key): _cells(row, CELLS) for key, row in rows.items()})


@dataclass(frozen=True)
class Basis:
    """What a form was made from. `entry` is the last entry of the audit then, from which on others' changes count."""

    texts: Texts
    version: int
    entry: int


@dataclass(frozen=True)
class Saved:
    """What another stored of one field: who, and when. Empty where that cannot be told."""

    who: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Merge:
    """The changes of both, by unit; `by` says who stored what, by the key of its row ("" is the shipment) and unit."""

    fields: Mapping[str, Merged[Unit]]
    rows: Mapping[str, MergedRow[Unit]]
    by: Mapping[tuple[str, str], Saved] = field(default_factory=dict)
    latest: Saved = Saved()

    @classmethod
    def of(cls, before: Texts, mine: Texts, theirs: Texts) -> "Merge":
        """Lay what somebody typed beside what is stored, by what both began with."""
        nothing: Unit = ("",)
        was, wanted, stored = ((_gathered(s.fields, FIELDS), _rows(s)) for s in (before, mine, theirs))
        fields = merge(was[0], wanted[0], stored[0], nothing)
        return cls(fields, merge_rows(was[1], wanted[1], stored[1], nothing))

    @property
    def conflicts(self) -> int:
        """How many fields, or containers as a whole, somebody must choose of."""
        each = [*self.fields.values()]
        for row in self.rows.values():
            each += row.cells.values() if row.cells else []
        wholes = (row.whole for row in self.rows.values() if not row.cells)
        return sum(one.by is By.CONFLICT for one in each) + sum(whole.by is By.CONFLICT for whole in wholes)

    def saved(self, row: str, unit: str) -> Saved:
        """Who stored this, and when."""
        return self.by.get((row, unit)) or self.by.get((row, "")) or self.latest

    def result(self, choices: Mapping[tuple[str, str], str]) -> Texts:
        """Give what comes of it; `choices` by row and unit (none: the whole row) say `theirs` where not mine."""

        def chosen(merged: Merged[Unit], row: str, unit: str) -> Unit:
            return merged.theirs if choices.get((row, unit)) == "theirs" else merged.value

        rows: dict[str, Cells] = {}
        for key, row in self.rows.items():
            if row.cells:
                rows[key] = _spread((unit, chosen(cell, key, unit)) for unit, cell in row.cells.items())
                continue
            whole = row.whole.theirs if choices.get((key, "")) == "theirs" else row.whole.value
            if whole is not None:
                rows[key] = _spread(whole.items())
        return Texts(_spread((unit, chosen(each, "", unit)) for unit, each in self.fields.items()), rows)


# ---------------------------------------------------------------- a shipment as texts


def open_form(store: Store, shipment_id: int, *, actor: Actor) -> tuple[RecordedShipment, Basis]:
    """Give a shipment to be changed, and what its form is made from. Raises NotFound, NotAllowed, Conflict."""
    with store.reading() as r:
        return _opened(r, shipment_id, actor)


def texts_of(shipment: RecordedShipment) -> Texts:
    """Write a recorded shipment as its form shows it."""
    rows = {}
    for box in shipment.containers:
        facts, booked = box.facts, None if box.facts.container else box.booked or box.facts.quantity
        cells = _texts(shipment.facts, facts) | {"quantity": "" if booked is None else str(booked)}
        rows[key_of(cells)] = {name: cells[name] for name in CELLS}
    blank = _texts(shipment.facts, ContainerFacts(container=None, quantity=None, laden=None))
    return Texts({name: blank[name] for name in FIELDS}, rows)


def as_typed(fields: Cells, rows: Sequence[Cells], *, reference: str, world: World, now: datetime) -> Texts:
    """Read what was typed; what can be judged is written as it would be shown, so that a spelling is no change."""
    told: Cells | None = None
    found: dict[str, Cells] = {}
    for number, row in enumerate(rows, 1):
        judged = judge_shipment(RawRow(None, {"reference": reference, **fields, **row}), world, now=now).row
        cells = {name: row.get(name, "").strip() for name in CELLS}
        if judged is not None:
            shown = _texts(judged.shipment, judged.container)
            told = told or {name: shown[name] for name in FIELDS}
            cells = {name: shown[name] for name in CELLS}
        found[key_of(cells) or f"row {number}"] = cells
    return Texts(told or {name: fields.get(name, "").strip() for name in FIELDS}, found)


def key_of(cells: Cells) -> str:
    """What tells a row from the others: the number, or that it is a quantity of a size-type; empty for neither."""
    if number := cells.get("container", "").strip():
        return identifiers.container.compact(number)
    return f"quantity {cells.get('size_type', '').strip().upper()}" if cells.get("quantity", "").strip() else ""


# ---------------------------------------------------------------- storing


def document_of(before: Texts, mine: Texts) -> dict[str, object]:
    """Say what was changed as a program would: what was emptied is null, a container that went is removed."""
    said: dict[str, object] = _changed(before.fields, mine.fields, FIELDS)
    for end, column in (("origin", "planned_departure"), ("destination", "planned_arrival")):
        if end in said and mine.fields.get(column):
            said[column] = mine.fields[column]  # a time is on the clock of its station
    boxes: list[dict[str, object]] = []
    for key, cells in mine.rows.items():
        old = before.rows.get(key)
        if old is None:
            boxes.append({name: text for name in CELLS if (text := cells.get(name, ""))})
        elif changed := _changed(old, cells, CELLS):
            boxes.append({**_named(cells), **changed})
    boxes += [{**_named(old), REMOVED: True} for key, old in before.rows.items() if key not in mine.rows]
    return {**said, CONTAINERS: boxes} if boxes else said


def save(
    store: Store,
    shipment_id: int,
    document: Mapping[str, object],
    version: int,
    *,
    actor: Actor,
    now: datetime,
    draft: int | None = None,
) -> tuple[Located, ...]:
    """Store a change on that version; gives what is worth a look. The draft it came from is thrown away.

    Raises NotFound, NotAllowed, Stale and RefusedDocument; nothing is stored then.
    """
    told = change_shipment(store, shipment_id, document, versions=[version], actor=actor, now=now)[1]
    if draft is not None:
        with store.noting(actor, now) as w:
            desk.drop_draft(w, owner_id(actor), draft)
            w.commit()
    return told


# ---------------------------------------------------------------- two at once


def merge_with_stored(
    store: Store, shipment_id: int, basis: Basis, mine: Texts, *, actor: Actor
) -> tuple[Merge, Basis]:
    """Lay what was typed beside what others stored since the form was made; gives what to save it on next.

    Raises NotFound where the shipment is gone, NotAllowed.
    """
    with store.reading() as r:
        recorded, newest = _opened(r, shipment_id, actor)
        history = history_of_shipment(r, actor.scope, shipment_id, limit=_ENTRIES_LOOKED_AT).items
    since = [each for each in history if each.id > basis.entry]
    laid = Merge.of(basis.texts, mine, newest.texts)
    latest = _saved(since[0]) if since else Saved()
    return replace(laid, by=_who_stored(since, recorded, newest), latest=latest), newest


def _who_stored(since: Sequence[AuditEntry], recorded: RecordedShipment, newest: Basis) -> dict[tuple[str, str], Saved]:
    """Say who stored what, of entries newest first: of several the newest counts."""
    keys = {str(box.id): key for box, key in zip(recorded.containers, newest.texts.rows, strict=True)}
    found: dict[tuple[str, str], Saved] = {}
    for each in since:
        before, after = each.before or {}, each.after or {}
        key = ""
        if each.subject == "container":
            key = keys.get(each.subject_id, "")
        elif each.action == TAKE_OUT:
            key = key_of({name: str(before.get(name, "")) for name in ("container", "size_type", "quantity")})
            before, after = {}, {}
        elif each.subject != "shipment":
            continue
        changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
        for name in (*changed, *([""] if key else [])):
            found.setdefault((key, name), _saved(each))
    return found


# ---------------------------------------------------------------- helpers


def _opened(r: Reading, shipment_id: int, actor: Actor) -> tuple[RecordedShipment, Basis]:
    found = entry.shipments(r, actor.scope, [shipment_id])
    if not found or found[0].published:
        raise NotFound(say("There is no such shipment."))
    insist(actor, Operation.BOOK)  # after that: what is out of sight is unknown to everybody
    if len(found[0].containers) > MOST_ROWS:
        raise Conflict(
            say("A form takes %(most)d containers; change this shipment by a file, see Import.", most=MOST_ROWS)
        )
    last = history_of_shipment(r, actor.scope, shipment_id, limit=1).items
    return found[0], Basis(texts_of(found[0]), found[0].version, last[0].id if last else 0)


def _saved(each: AuditEntry) -> Saved:
    return Saved(each.actor, each.at)


def _texts(shipment: ShipmentFacts, container: ContainerFacts) -> dict[str, str]:
    return {name: _text(value) for name, value in shipment_cells(shipment, container).items()}


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.15g}"
        case Decimal():
            return f"{value.normalize():f}"
        case Moment() if value.is_day:
            return value.local_date.isoformat()
        case Moment():
            return value.local.replace(tzinfo=None).isoformat(" ", "seconds" if value.local.second else "minutes")
        case tuple():
            return "; ".join(map(str, value))
    return str(value)


def _cells(kept: object, names: Iterable[str]) -> dict[str, str]:
    if not isinstance(kept, dict):
        raise ValueError("no cells of a shipment")
    return {name: str(kept.get(name) or "") for name in names}


def _changed(before: Cells, mine: Cells, names: Sequence[str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for unit in (name for name in names if name not in _PARTS):
        parts = [part for part in UNITS[unit] if part in names]
        if any(mine.get(part, "") != before.get(part, "") for part in parts):
            found |= {part: mine.get(part) or None for part in parts}
    return found


def _named(cells: Cells) -> dict[str, object]:
    if number := cells.get("container", ""):
        return {"container": number}
    return {"size_type": cells.get("size_type", "")}


def _gathered(cells: Cells, names: Sequence[str]) -> dict[str, Unit]:
    return {
        unit: tuple(text for part in UNITS[unit] if (text := cells.get(part, "")) or part == unit)
        for unit in names
        if unit not in _PARTS
    }


def _rows(texts: Texts) -> dict[str, dict[str, Unit]]:
    return {key: _gathered(row, CELLS) for key, row in texts.rows.items()}


def _spread(units: Iterable[tuple[str, Unit]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for unit, values in units:
        found |= {part: values[i] if i < len(values) else "" for i, part in enumerate(UNITS[unit])}
    return found
