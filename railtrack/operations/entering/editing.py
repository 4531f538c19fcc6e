"""Changing a recorded shipment: what is named is changed, what is null is taken away, all else stays.

A container goes where the change says so, as long as no event names it, for events are never taken out. The shipment
as it would then stand is judged by the same rules as a row of a file that asks for changes. Whoever changes says on
which version; one that is no longer the newest is refused, so that nobody undoes what another did.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import TypeVar

from railtrack.domain.actors import Actor
from railtrack.domain.cargo import identifiers
from railtrack.domain.cargo.bookings import Entry, Slot
from railtrack.domain.cargo.goods import ContainerFacts, ShipmentFacts, StatedShipment
from railtrack.domain.errors import Conflict, NotAllowed, Problem, Severity
from railtrack.domain.line.network import Network
from railtrack.domain.messages import say
from railtrack.domain.records import RecordedContainer, RecordedShipment
from railtrack.domain.rights import Operation
from railtrack.domain.rows.cells import text_of
from railtrack.domain.rows.raw import RawRow
from railtrack.domain.rows.shipment_rows import judge_shipment
from railtrack.domain.rows.unfit import Unfit
from railtrack.domain.rows.verdicts import State
from railtrack.exchange.json_documents import REMOVED, Located, Place, patch_of
from railtrack.exchange.json_values import json_value
from railtrack.exchange.writing import shipment_cells
from railtrack.operations.administering.reference import load_world
from railtrack.operations.entering.booking import JudgedBookings, judge_bookings
from railtrack.operations.entering.receiving import RefusedDocument
from railtrack.store.engine import Store, Writing
from railtrack.store.organisations import name_key
from railtrack.store.reading import entry as entries
from railtrack.store.reading.shipments import shipment, shipment_named
from railtrack.store.reference import newest
from railtrack.store.writing.booking import write_bookings
from railtrack.store.writing.taking_out import take_out_containers, told_of

Facts = TypeVar("Facts", ShipmentFacts, ContainerFacts)


class Stale(Conflict):
    """The change was made on a version that is not the newest any more; `current` is."""

    def __init__(self, current: RecordedShipment) -> None:
        super().__init__(say("Somebody else changed this meanwhile; look at it anew and change it again."))
        self.current = current


@dataclass(frozen=True)
class Change:
    """A row of the shipment as it would stand, where it was said, and the columns that were said."""

    row: RawRow
    place: Place
    said: frozenset[str]


def change_shipment(
    store: Store, name: str | int, document: object, *, versions: Collection[int] | None, actor: Actor, now: datetime
) -> tuple[int, tuple[Located, ...]]:
    """Change a shipment, found by reference, PARTNER:REFERENCE or our id; gives its id and what is worth a look.

    A number is our id and nothing else.

    `versions` are those the change may be made on, None any. Raises NotFound, Ambiguous, NotAllowed, Stale and
    RefusedDocument; nothing is changed then.
    """
    world = load_world(store)
    facts, boxes, sent = patch_of(document)
    with store.writing(actor, now) as w:
        seen = shipment(w, actor.scope, name) if isinstance(name, int) else shipment_named(w, actor.scope, name)
        if not actor.may(Operation.BOOK):
            raise NotAllowed(say("Your role reads this shipment and does not change it."))
        mine = entries.shipments(w, actor.scope, [seen.id])
        if not mine:
            raise NotAllowed(say("Your role reads this shipment and does not change it."))
        recorded = mine[0]
        if versions is not None and recorded.version not in versions:
            raise Stale(recorded)
        if not sent.is_fit:
            raise RefusedDocument(sent.found)
        gone, kept, told = _taken_out(w, recorded, boxes)
        left = replace(recorded, containers=tuple(box for box in recorded.containers if box not in gone))
        changes = _changes(left, facts, kept)
        judged = [judge_shipment(change.row, world, now=now) for change in changes]
        told = [*sent.found, *told, *_unchangeable(recorded, facts)]
        for change, judgement in zip(changes, judged, strict=True):
            told += [Located(change.place.of(problem.column), problem) for problem in judgement.problems]
        rows = [judgement.row for judgement in judged if judgement.row is not None]
        if _is_refused(told):
            raise RefusedDocument(_distinct(told))
        outcome = judge_bookings(w, rows, actor, update=True, without={box.id for box in gone})
        for change, verdict in zip(changes, outcome.verdicts, strict=True):
            told += [Located(change.place.of(problem.column), problem) for problem in verdict.problems]
        if any(verdict.state is State.REJECTED for verdict in outcome.verdicts):
            raise RefusedDocument(_distinct(told))
        take_out_containers(w, recorded, gone)
        _write(w, left, changes, rows, outcome, newest(w, world.network), {box.facts.size_type for box in gone})
        w.commit()
    return recorded.id, _distinct(told)


def _taken_out(
    w: Writing, recorded: RecordedShipment, boxes: Sequence[tuple[str, dict[str, object]]]
) -> tuple[list[RecordedContainer], list[tuple[str, dict[str, object]]], list[Located]]:
    """Give the containers that shall go, what is said of others, and why one cannot go."""
    known = {_key(box.facts): box for box in recorded.containers}
    gone: dict[int, RecordedContainer] = {}
    kept: list[tuple[str, dict[str, object]]] = []
    told: list[Located] = []
    for pointer, item in boxes:
        rest = {name: value for name, value in item.items() if name != REMOVED}
        wanted, box = item.get(REMOVED), known.get(_key_of(rest))
        if wanted in (None, False):
            kept.append((pointer, rest))
        elif wanted is not True:
            told.append(Located(f"{pointer}/{REMOVED}", Problem(message=say("Write true or false."), column=REMOVED)))
        elif box is None:
            told.append(Located(pointer, Problem(message=say("This container is not in the shipment."))))
        else:
            gone[box.id] = box
            if told_of(w, [box.id]):
                told.append(Located(f"{pointer}/container", _named_by_events(box)))
    rest_of = [box for box in recorded.containers if box.id not in gone]
    if gone and not rest_of and not kept:
        told.append(Located("", Problem(message=say("A shipment has containers, and none would be left."))))
    named = {_key(box.facts) for box in gone.values()}
    told += [Located(place, _said_twice()) for place, item in kept if _key_of(item) in named]
    return list(gone.values()), kept, told


def _named_by_events(box: RecordedContainer) -> Problem:
    return Problem(
        message=say("Something was told of %(container)s, so it stays.", container=box.facts.container or "—"),
        remedy=say("What was told of it can be withdrawn or corrected; a box that did not go is cancelled."),
        column="container",
        value=box.facts.container,
    )


def _said_twice() -> Problem:
    return Problem(
        message=say("The same container is taken out and changed."),
        remedy=say("Say one of the two."),
        column="container",
    )


def _changes(
    recorded: RecordedShipment, facts: Mapping[str, object], boxes: Sequence[tuple[str, dict[str, object]]]
) -> list[Change]:
    """Give the rows to judge: each container that is named, or else any one for the shipment's own columns."""
    # slots are the train's: they are stated only where the change says so, since it may name another train
    left = replace(recorded.facts, train_capacity_teu=None)
    known = {_key(box.facts): box for box in recorded.containers}
    said = frozenset(facts)
    changes = []
    for pointer, item in boxes:
        box = known.get(_key_of(item))
        cells = _cells(left, box) if box is not None else _cells(left, None)
        changes.append(Change(RawRow(None, {**cells, **facts, **item}), Place("", pointer), said | frozenset(item)))
    if not changes:
        first = recorded.containers[0] if recorded.containers else None
        changes.append(Change(RawRow(None, {**_cells(left, first), **facts}), Place("", ""), said))
    return changes


def _cells(facts: ShipmentFacts, box: RecordedContainer | None) -> dict[str, object]:
    blank = ContainerFacts(container=None, quantity=None, laden=None)
    stated = blank if box is None else box.facts
    if box is not None and stated.container is None:
        stated = replace(stated, quantity=box.booked or stated.quantity)  # what was booked, as in a file
    cells = shipment_cells(facts, stated)
    return {name: json_value(value) for name, value in cells.items() if value not in (None, "", ())}


def _key(facts: ContainerFacts) -> str:
    return facts.container or f"quantity {facts.size_type or ''}"


def _key_of(item: Mapping[str, object]) -> str:
    try:
        number, size_type = text_of(item.get("container")), text_of(item.get("size_type"))
    except Unfit:
        return ""
    return identifiers.container.compact(number) if number else f"quantity {size_type.upper()}"


def _unchangeable(recorded: RecordedShipment, facts: Mapping[str, object]) -> list[Located]:
    """What names the shipment, and what belongs to its train, is not taken away or exchanged here."""
    found = []
    for column, value, same in (
        ("reference", recorded.reference, lambda given: given == recorded.reference),
        ("partner", recorded.organisation.name, lambda given: name_key(given) == name_key(recorded.organisation.name)),
    ):
        if column not in facts:
            continue
        given = facts[column]
        if not isinstance(given, str | int) or not same(str(given).strip()):
            problem = Problem(
                message=say("%(column)s names the shipment and cannot be changed.", column=column),
                remedy=say("Leave it out, or write %(known)s.", known=value),
                column=column,
                value=None if given is None else str(given)[:120],
                suggestions=(value,),
            )
            found.append(Located(f"/{column}", problem))
    if "train_capacity_teu" in facts and facts["train_capacity_teu"] in (None, ""):
        problem = Problem(
            message=say("The slots of a train can be changed, not taken away."),
            remedy=say("Leave the field out, or write the slots that were agreed."),
            column="train_capacity_teu",
        )
        found.append(Located("/train_capacity_teu", problem))
    return found


def _write(
    w: Writing,
    recorded: RecordedShipment,
    changes: Sequence[Change],
    rows: Sequence[StatedShipment],
    outcome: JudgedBookings,
    network: Network,
    fewer: Collection[str | None],
) -> None:
    ledger = outcome.ledger
    key = (recorded.organisation.id, recorded.reference)
    found = ledger.entries[key]
    for size_type in fewer:
        found.is_fewer = True
        found.settle(size_type)
    for change, row in zip(changes, rows, strict=True):
        _take_away(found, change, row, recorded)
    write_bookings(w, network, {key: found}, ledger.new_capacities, {})


def _take_away(found: Entry, change: Change, row: StatedShipment, recorded: RecordedShipment) -> None:
    """Put out what was said to be nothing; rows of files only ever add."""
    facts = _emptied(found.facts, row.shipment, change.said)
    stated = row.shipment
    if stated.corridor_assumed and {"corridor", "origin", "destination"} & change.said:
        facts = replace(facts, corridor=stated.corridor, corridor_assumed=True)
    if facts != found.facts:
        found.before = found.before or recorded.facts
        found.facts = facts
    slot = _slot(found, row.container)
    if slot is None or slot.id is None:
        return
    box = _emptied(slot.facts, row.container, change.said)
    if box != slot.facts:
        slot.before = slot.before or slot.facts
        slot.facts = box


def _slot(found: Entry, stated: ContainerFacts) -> Slot | None:
    if stated.container is not None:
        return found.numbered.get(stated.container)
    return found.by_size.get(stated.size_type)


def _emptied(facts: Facts, stated: Facts, said: Collection[str]) -> Facts:
    gone = {
        f.name: getattr(stated, f.name)
        for f in fields(facts)
        if f.name in said and getattr(stated, f.name) in (None, "", ()) and getattr(facts, f.name) not in (None, "", ())
    }
    return replace(facts, **gone)


def _is_refused(told: Sequence[Located]) -> bool:
    return any(each.problem.severity is Severity.PROBLEM for each in told)


def _distinct(told: Sequence[Located]) -> tuple[Located, ...]:
    return tuple({(each.pointer, str(each.problem)): each for each in told}.values())
