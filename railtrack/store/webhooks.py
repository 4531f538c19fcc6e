"""Webhooks, and the messages to them: waiting, in the hand of a job, and done.

A message is written by the transaction of what it tells (`add_delivery`), as a mail is.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from railtrack.domain.messages import Message
from railtrack.domain.notices.alerts import Delivery, Webhook
from railtrack.domain.notices.kinds import DeliveryState, Occurrence
from railtrack.store.engine import Noting, Reading
from railtrack.store.notices import insert_into, of_desk
from railtrack.store.tables import WebhookDeliveryRow, WebhookRow

_WAITS = DeliveryState.WAITING.value
_SENDS = DeliveryState.SENDING.value

# ---------------------------------------------------------------- webhooks


def webhooks_of(r: Reading, desk: int | None, *, active_only: bool = False) -> tuple[Webhook, ...]:
    """Give the webhooks of a desk, the oldest first."""
    query = select(WebhookRow).where(of_desk(WebhookRow.organisation_id, desk))
    if active_only:
        query = query.where(WebhookRow.is_active)
    return tuple(_webhook(row) for row in r.session.scalars(query.order_by(WebhookRow.id)))


def webhook_of(r: Reading, desk: int | None, webhook_id: int) -> Webhook | None:
    """Find a webhook of a desk."""
    mine = (WebhookRow.id == webhook_id, of_desk(WebhookRow.organisation_id, desk))
    row = r.session.scalar(select(WebhookRow).where(*mine))
    return None if row is None else _webhook(row)


def webhook_by_id(r: Reading, webhook_id: int) -> Webhook | None:
    row = r.session.get(WebhookRow, webhook_id)
    return None if row is None else _webhook(row)


def add_webhook(w: Noting, desk: int | None, url: str) -> int:
    """Add a webhook, which gets its secret by its id."""
    row = WebhookRow(organisation_id=desk, url=url, secret=b"", is_active=True, created_at=w.now)
    w.session.add(row)
    w.session.flush()
    return row.id


def keep_secret(w: Noting, webhook_id: int, sealed: bytes) -> None:
    w.session.execute(update(WebhookRow).where(WebhookRow.id == webhook_id).values(secret=sealed))


def set_active(w: Noting, webhook_id: int, is_active: bool) -> None:
    """Let a webhook be told again, or no more; what waits for it then waits until it is."""
    w.session.execute(update(WebhookRow).where(WebhookRow.id == webhook_id).values(is_active=is_active))


def remove_webhook(w: Noting, webhook_id: int) -> None:
    """Take a webhook out, with all that was told to it."""
    w.session.execute(delete(WebhookRow).where(WebhookRow.id == webhook_id))


# ---------------------------------------------------------------- messages to them


def add_delivery(
    w: Noting, webhook_id: int, alert_id: int | None, occurrence: Occurrence, payload: Mapping[str, Any]
) -> int | None:
    """Put a message to a webhook into the outbox; None where it lies there already or went. A test is of no alert."""
    fresh = insert_into(w, WebhookDeliveryRow).values(
        webhook_id=webhook_id,
        alert_id=alert_id,
        occurrence=occurrence.value,
        payload=dict(payload),
        state=_WAITS,
        attempts=0,
        created_at=w.now,
        due_at=w.now,
        answer="",
    )
    made: int | None = w.session.scalar(fresh.on_conflict_do_nothing().returning(WebhookDeliveryRow.id))
    return made


def delivery_by_id(r: Reading, delivery_id: int) -> Delivery | None:
    row = r.session.get(WebhookDeliveryRow, delivery_id)
    return None if row is None else _delivery(row)


def latest_deliveries(r: Reading, webhook_id: int, *, limit: int) -> tuple[Delivery, ...]:
    """Give the messages to a webhook, the latest first."""
    query = select(WebhookDeliveryRow).where(WebhookDeliveryRow.webhook_id == webhook_id)
    query = query.order_by(WebhookDeliveryRow.id.desc()).limit(limit)
    return tuple(_delivery(row) for row in r.session.scalars(query))


def due_deliveries(r: Reading, now: datetime, *, limit: int) -> list[int]:
    """The ids of messages whose time has come, the oldest first; what is paused waits on."""
    query = (
        select(WebhookDeliveryRow.id)
        .join(WebhookRow, WebhookRow.id == WebhookDeliveryRow.webhook_id)
        .where(WebhookDeliveryRow.state == _WAITS, WebhookDeliveryRow.due_at <= now, WebhookRow.is_active)
    )
    return list(r.session.scalars(query.order_by(WebhookDeliveryRow.due_at, WebhookDeliveryRow.id).limit(limit)))


def runs_under_way(r: Reading) -> list[tuple[int, str]]:
    """The messages a job has in hand, with the job."""
    query = select(WebhookDeliveryRow.id, WebhookDeliveryRow.run).where(WebhookDeliveryRow.state == _SENDS)
    rows = r.session.execute(query.order_by(WebhookDeliveryRow.id))
    return [(delivery_id, run) for delivery_id, run in rows if run is not None]


def hand_over(w: Noting, delivery_id: int, run: str) -> bool:
    """Give a waiting message to a job; False if it waits no more. Of two at once only one gets True."""
    taken = w.session.execute(
        update(WebhookDeliveryRow)
        .where(WebhookDeliveryRow.id == delivery_id, WebhookDeliveryRow.state == _WAITS)
        .values(state=_SENDS, run=run, attempts=WebhookDeliveryRow.attempts + 1)
        .returning(WebhookDeliveryRow.id)
    )
    return taken.scalar() is not None


def end_run(
    w: Noting,
    delivery_id: int,
    run: str,
    state: DeliveryState,
    *,
    due_at: datetime | None = None,
    status: int | None = None,
    answer: str = "",
    reason: Message | None = None,
) -> bool:
    """Note what came of a job; False if the message is not in its hand (any more)."""
    values: dict[str, Any] = {"state": state.value, "run": None, "status": status, "answer": _kept(answer, reason)}
    values |= {"due_at": due_at or w.now} if state is DeliveryState.WAITING else {"ended_at": w.now}
    ended = w.session.execute(
        update(WebhookDeliveryRow)
        .where(WebhookDeliveryRow.id == delivery_id, WebhookDeliveryRow.state == _SENDS, WebhookDeliveryRow.run == run)
        .values(**values)
        .returning(WebhookDeliveryRow.id)
    )
    return ended.scalar() is not None


def give_up_waiting(w: Noting, webhook_id: int, reason: Message) -> None:
    """Let go of all that waits for a webhook."""
    w.session.execute(
        update(WebhookDeliveryRow)
        .where(WebhookDeliveryRow.webhook_id == webhook_id, WebhookDeliveryRow.state == _WAITS)
        .values(state=DeliveryState.FAILED.value, ended_at=w.now, answer=_kept("", reason))
    )


def forget_tests(w: Noting, before: datetime) -> None:
    """Take out tests that are over; messages on alerts go with their alerts, since they tell what was told."""
    ended = WebhookDeliveryRow.ended_at
    w.session.execute(delete(WebhookDeliveryRow).where(WebhookDeliveryRow.alert_id.is_(None), ended < before))


def _webhook(row: WebhookRow) -> Webhook:
    return Webhook(
        id=row.id,
        desk=row.organisation_id,
        url=row.url,
        secret=row.secret,
        is_active=row.is_active,
        created_at=row.created_at,
    )


def _kept(answer: str, reason: Message | None) -> str:
    """What came back and why it was not enough, in one text of ours."""
    values = {} if reason is None else {name: str(value) for name, value in reason.values.items()}
    return json.dumps({"said": answer, "text": "" if reason is None else reason.text, "values": values})


def _delivery(row: WebhookDeliveryRow) -> Delivery:
    told = json.loads(row.answer or "{}")
    return Delivery(
        id=row.id,
        webhook_id=row.webhook_id,
        alert_id=row.alert_id,
        occurrence=Occurrence(row.occurrence),
        payload=row.payload,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        created_at=row.created_at,
        due_at=row.due_at,
        ended_at=row.ended_at,
        status=row.status,
        answer=told.get("said", ""),
        reason=Message(told["text"], told["values"]) if told.get("text") else None,
        run=row.run,
    )
