"""Taking back a shipment that was just recorded: only by who recorded it, soon, and while nothing else happened to it.

What was typed becomes a draft again. The audit keeps that it was booked, what it was, and that it was withdrawn.
"""

from datetime import datetime, timedelta

from railtrack.domain.actors import Actor
from railtrack.domain.errors import Conflict, NotFound
from railtrack.domain.messages import say
from railtrack.domain.records import RecordedShipment
from railtrack.domain.rights import Operation, insist
from railtrack.operations.entering.changing import texts_of
from railtrack.operations.entering.desks import owner_id
from railtrack.store import desk
from railtrack.store.audit import audit_entries
from railtrack.store.engine import Reading, Store
from railtrack.store.reading import entry
from railtrack.store.writing.taking_out import has_events, withdraw_shipment

UNDO_LIFE = timedelta(minutes=30)


def can_undo(store: Store, key: str, shipment_id: int, *, actor: Actor, now: datetime) -> bool:
    """Whether the form with this one-time key recorded this shipment, and it can still be taken back."""
    if not actor.may(Operation.BOOK) or actor.user_id is None:
        return False
    with store.reading() as r:
        try:
            return _recorded(r, key, actor, now).id == shipment_id
        except (NotFound, Conflict):
            return False


def undo_recording(store: Store, key: str, *, actor: Actor, now: datetime) -> int:
    """Take back the shipment that the form with this key recorded; gives the draft that holds what was typed.

    Raises NotFound where there is none (any more), Conflict where something happened to it since, NotAllowed.
    """
    insist(actor, Operation.BOOK)
    user_id = owner_id(actor)
    with store.writing(actor, now) as w:
        shipment = _recorded(w, key, actor, now)
        withdraw_shipment(w, shipment)
        desk.drop_receipt(w, user_id, key)
        draft_id = desk.save_draft(w, user_id, shipment.reference, _as_draft(shipment))
        w.commit()
    return draft_id


def _recorded(r: Reading, key: str, actor: Actor, now: datetime) -> RecordedShipment:
    subject = desk.receipt(r, owner_id(actor), key) or ""
    found = entry.shipments(r, actor.scope, [int(subject)]) if subject.isdecimal() and len(subject) < 19 else ()
    if not found:
        raise NotFound(say("There is nothing to take back."))
    shipment = found[0]
    booked = audit_entries(r, actor.scope, subject="shipment", subject_id=str(shipment.id), action="book").items
    if not booked or booked[0].actor != actor.name:
        raise Conflict(say("Somebody else recorded this shipment first."))
    if shipment.version != 1 or has_events(r, shipment.id):
        raise Conflict(say("Something happened to this shipment since, so it stays."))
    if now - shipment.created_at > UNDO_LIFE:
        raise Conflict(
            say("A shipment is taken back within %(minutes)d minutes; cancel this one.",
                minutes=UNDO_LIFE.total_seconds() // 60)
        )  # fmt: skip
    return shipment


def _as_draft(shipment: RecordedShipment) -> dict[str, object]:
    """What a form that was put aside holds."""
    texts = texts_of(shipment)
    rows = [{name: text for name, text in cells.items() if text} for cells in texts.rows.values()]
    return {
        "fields": {**texts.fields, "reference": shipment.reference, "partner": shipment.organisation.name},
        "rows": rows,
        "by_quantity": bool(rows) and not any(row.get("container") for row in rows),
        "more": False,
    }
