"""What the entry pages do: judge a form as it is typed, record it once however often it is sent, keep drafts.

The rows of a form are judged and stored exactly as those of a file, by `loading`. A form carries a one-time key: sent
twice, it answers with what came of it the first time. Should two copies arrive at the same moment, both are carried
out, and the second finds every row known: that is why rows, not forms, decide what is stored.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from railtrack.domain.actors import Actor
from railtrack.domain.errors import Conflict, NotFound
from railtrack.domain.messages import say
from railtrack.domain.movement.events import EventKind
from railtrack.domain.records import Organisation, RecordedEvent, RecordedShipment
from railtrack.domain.rights import Operation, insist
from railtrack.domain.rows.raw import RawRow
from railtrack.domain.rows.verdicts import Outcome, State
from railtrack.domain.world import World
from railtrack.exchange.columns import Kind
from railtrack.operations.entering.desks import owner_id
from railtrack.operations.entering.loading import Options, load_rows
from railtrack.store import desk
from railtrack.store.engine import Store
from railtrack.store.organisations import name_key, organisations
from railtrack.store.reading import entry

JUDGE_ONLY = Options(dry_run=True)


@dataclass(frozen=True)
class Entered:
    """What came of a form. `subject` names what was recorded; `outcome` is None if the form had been sent before."""

    subject: str | None
    outcome: Outcome | None

    @property
    def is_done(self) -> bool:
        return self.subject is not None


# ---------------------------------------------------------------- shipments


def judge_rows(
    store: Store, kind: Kind, rows: Sequence[RawRow], *, world: World, actor: Actor, now: datetime
) -> Outcome:
    """Judge the rows of a form against each other and what is recorded; nothing is stored."""
    return load_rows(store, kind, rows, world=world, actor=actor, now=now, options=JUDGE_ONLY)


def record_shipment(
    store: Store,
    key: str,
    rows: Sequence[RawRow],
    *,
    world: World,
    actor: Actor,
    now: datetime,
    draft: int | None = None,
) -> Entered:
    """Record a shipment from a form, all rows or none; the draft it came from is thrown away with it."""
    return _once(store, key, Kind.SHIPMENTS, rows, world=world, actor=actor, now=now, draft=draft)


def shipment_id(store: Store, reference: str, partner: str, *, actor: Actor) -> int | None:
    """Find a recorded shipment by its reference: the actor's own, or that of `partner` for an administrator."""
    with store.reading() as reading:
        owner = actor.organisation_id
        if actor.may(Operation.SPEAK_FOR, own=False):
            named = organisations(reading.session).get(name_key(partner))
            owner = named.id if named else None
        return None if owner is None else entry.shipment_id(reading, actor.scope, owner, reference.strip())


def shipment(store: Store, shipment_id: int, *, actor: Actor) -> RecordedShipment:
    """Give a shipment the actor may write to; raises NotFound for one that is not there or belongs to others."""
    found = shipments(store, [shipment_id], actor=actor)
    if not found:
        raise NotFound(say("There is no such shipment."))
    return found[0]


def shipments(store: Store, ids: Sequence[int], *, actor: Actor) -> tuple[RecordedShipment, ...]:
    """Give those of these shipments the actor may write to."""
    with store.reading() as reading:
        return entry.shipments(reading, actor.scope, ids)


def owners(store: Store) -> tuple[Organisation, ...]:
    """Give the organisations an administrator may book for, by name."""
    with store.reading() as reading:
        known = organisations(reading.session).values()
    return tuple(sorted((o for o in known if not o.published), key=lambda o: name_key(o.name)))


# ---------------------------------------------------------------- drafts


def keep_draft(
    store: Store, title: str, fields: Mapping[str, Any], *, actor: Actor, now: datetime, draft: int | None = None
) -> int:
    """Put a shipment form aside and give its number. Raises NotAllowed for a role that only reads."""
    insist(actor, Operation.BOOK)
    with store.noting(actor, now) as w:
        kept = desk.save_draft(w, owner_id(actor), title[:200], dict(fields), draft)
        w.commit()
    return kept


def drop_draft(store: Store, draft: int, *, actor: Actor, now: datetime) -> None:
    """Throw a draft of one's own away; harmless if it is gone."""
    with store.noting(actor, now) as w:
        desk.drop_draft(w, owner_id(actor), draft)
        w.commit()


def draft(store: Store, draft_id: int, *, actor: Actor) -> desk.Draft:
    """Give a draft of one's own; raises NotFound."""
    with store.reading() as reading:
        return desk.draft(reading, owner_id(actor), draft_id)


def drafts(store: Store, *, actor: Actor) -> tuple[desk.Draft, ...]:
    """Give one's own drafts, last saved first."""
    if actor.user_id is None:
        return ()
    with store.reading() as reading:
        return desk.drafts(reading, actor.user_id)


# ---------------------------------------------------------------- events


def record_events(
    store: Store, key: str, rows: Sequence[RawRow], *, world: World, actor: Actor, now: datetime
) -> Entered:
    """Record what happened, all rows or none. `subject` names the new events, blanks between, for taking them back."""
    named = [
        RawRow(row.line, {**row.cells, "id": str(uuid5(NAMESPACE_URL, f"{key}/{n}"))}) for n, row in enumerate(rows)
    ]
    return _once(store, key, Kind.EVENTS, named, world=world, actor=actor, now=now)


def withdraw(
    store: Store, key: str, event_ids: Sequence[str], remark: str, *, world: World, actor: Actor, now: datetime
) -> Entered:
    """Withdraw events by a void each; `remark` says why."""
    rows = [
        RawRow(None, {"event": EventKind.VOID.value, "voids": event_id, "remark": remark}) for event_id in event_ids
    ]
    return record_events(store, key, rows, world=world, actor=actor, now=now)


def event(store: Store, event_id: str, *, actor: Actor) -> RecordedEvent:
    """Give a version of a statement the actor may correct or withdraw.

    Raises NotFound for those of others, NotAllowed for a role that mends nothing of what it sees.
    """
    found = events_named(store, [event_id], actor=actor)
    if found:
        insist(actor, Operation.MEND)
    if not found or not actor.mends(found[0].sender):
        raise NotFound(say("There is no such event."))
    return found[0]


def events_named(store: Store, event_ids: Sequence[str], *, actor: Actor) -> tuple[RecordedEvent, ...]:
    """Give those of these versions of statements the actor may write to, in recorded order."""
    with store.reading() as reading:
        return entry.events_named(reading, actor.scope, event_ids)


def versions(store: Store, root: str, *, actor: Actor) -> tuple[RecordedEvent, ...]:
    """Give all versions of a statement, oldest first."""
    with store.reading() as reading:
        return entry.versions(reading, actor.scope, root)


def events_of(store: Store, shipment_ids: Sequence[int], *, actor: Actor) -> tuple[RecordedEvent, ...]:
    """Give the newest versions of what is stated about these shipments, in the order of their times."""
    with store.reading() as reading:
        return entry.events(reading, actor.scope, shipment_ids)


def on_train(store: Store, number: str, day: date, origin: str, *, actor: Actor) -> tuple[RecordedShipment, ...]:
    """Give the shipments on one train: its number, planned local day of departure, first station."""
    with store.reading() as reading:
        return entry.on_train(reading, actor.scope, number, day, origin)


def with_container(store: Store, number: str, *, actor: Actor) -> tuple[RecordedShipment, ...]:
    """Give the shipments a container is or was on, the earliest first."""
    with store.reading() as reading:
        return entry.with_container(reading, actor.scope, number)


def under_way(store: Store, *, actor: Actor, limit: int = 200) -> tuple[RecordedShipment, ...]:
    """Give the shipments that wait for news, to choose from, the latest first."""
    with store.reading() as reading:
        return entry.under_way(reading, actor.scope, limit)


# ---------------------------------------------------------------- once


def outcome_of(store: Store, key: str, *, actor: Actor) -> str | None:
    """Give what came of the form with this key when it was sent before; None if it was not."""
    with store.reading() as reading:
        return desk.receipt(reading, owner_id(actor), key[:64])


def _once(
    store: Store,
    key: str,
    kind: Kind,
    rows: Sequence[RawRow],
    *,
    world: World,
    actor: Actor,
    now: datetime,
    draft: int | None = None,
) -> Entered:
    user_id = owner_id(actor)
    with store.reading() as reading:
        before = desk.receipt(reading, user_id, key)
    if before is not None:
        return Entered(before, None)
    outcome = load_rows(store, kind, rows, world=world, actor=actor, now=now)
    if not outcome.stored:
        return Entered(None, outcome)
    subject = _subject(store, kind, rows, outcome, actor)
    # should another copy of the form have been first, what it stored is the same
    with suppress(Conflict), store.noting(actor, now) as w:
        desk.keep_receipt(w, user_id, key, subject)
        if draft is not None:
            desk.drop_draft(w, user_id, draft)
        w.commit()
    return Entered(subject, outcome)


def _subject(store: Store, kind: Kind, rows: Sequence[RawRow], outcome: Outcome, actor: Actor) -> str:
    if kind is Kind.EVENTS:
        new = [row for row, verdict in zip(rows, outcome.verdicts, strict=True) if verdict.state is State.ACCEPTED]
        return " ".join(str(row.cells["id"]) for row in new)
    cells = rows[0].cells
    found = shipment_id(store, str(cells.get("reference", "")), str(cells.get("partner") or ""), actor=actor)
    return "" if found is None else str(found)
