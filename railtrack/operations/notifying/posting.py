"""Posting what lies ready for webhooks: one attempt at one message, and what is noted of it.

The two are apart as for mails (`sending`): a job can note the outcome again and again without posting again.
"""

import json
import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from railtrack.domain.errors import RailtrackError
from railtrack.domain.messages import Message, say
from railtrack.domain.notices.alerts import Delivery
from railtrack.domain.notices.kinds import DeliveryState
from railtrack.operations.notifying.sending import KEPT, MOST_ATTEMPTS, SERVER, wait_after
from railtrack.operations.notifying.webhooks import HookOffice, secret_of
from railtrack.store import webhooks as stored
from railtrack.store.engine import Noting, Store
from railtrack.webhooks import Notice, NotPosted, post

OFF = say("The webhook was turned off.")
log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Posted:
    """What came of an attempt; None for the state: the message is in other hands. `is_gone`: nobody wants any more."""

    state: DeliveryState | None
    status: int | None = None
    answer: str = ""
    reason: Message | None = None
    is_gone: bool = False


def message_id(office: HookOffice, delivery: Delivery) -> str:
    """What receivers know a message by; the same at every attempt, and no other installation's."""
    return f"msg_{uuid5(NAMESPACE_URL, f'{office.base_url}/{delivery.webhook_id}/{delivery.id}').hex}"


def deliver(store: Store, office: HookOffice, delivery_id: int, run: str, *, now: datetime) -> Posted:
    """Try once to post a message that `run` has in hand."""
    try:
        with store.reading() as r:
            delivery = stored.delivery_by_id(r, delivery_id)
            webhook = None if delivery is None else stored.webhook_by_id(r, delivery.webhook_id)
    except RailtrackError as error:  # the database is busy or away; nothing was posted
        return Posted(state=DeliveryState.WAITING, reason=error.message)
    if delivery is None or webhook is None or delivery.state is not DeliveryState.SENDING or delivery.run != run:
        return Posted(state=None)
    if not webhook.is_active:  # paused since the job took it
        return Posted(state=DeliveryState.WAITING, reason=None)
    try:
        secret = secret_of(office, webhook)
    except RailtrackError as error:
        return Posted(state=DeliveryState.FAILED, reason=error.message)
    body = json.dumps(delivery.payload, ensure_ascii=False, separators=(",", ":")).encode()
    notice = Notice(id=message_id(office, delivery), url=webhook.url, secret=secret, body=body)
    try:
        answer = post(notice, office.roads, now=now)
    except NotPosted as error:
        is_over = error.is_final or delivery.attempts >= MOST_ATTEMPTS
        log.warning("webhook %s did not take message %s: %s", webhook.id, delivery.id, error)
        return Posted(
            state=DeliveryState.FAILED if is_over else DeliveryState.WAITING,
            status=None if error.answer is None else error.answer.status,
            answer="" if error.answer is None else error.answer.said,
            reason=error.reason,
            is_gone=error.is_gone,
        )
    except Exception:  # a fault of ours counts as an attempt, or it would be made again at once and for ever
        log.exception("message %s to webhook %s cannot be posted", delivery.id, webhook.id)
        is_over = delivery.attempts >= MOST_ATTEMPTS
        state = DeliveryState.FAILED if is_over else DeliveryState.WAITING
        return Posted(state=state, reason=say("railtrack made a mistake in posting this; the log says more."))
    return Posted(state=DeliveryState.DELIVERED, status=answer.status, answer=answer.said)


def settle(store: Store, delivery_id: int, run: str, posted: Posted, *, now: datetime) -> None:
    """Note what came of an attempt; said twice it is noted once. Who answers 410 is told no more."""
    if posted.state is None:
        return
    with store.noting(SERVER, now) as w:
        delivery = stored.delivery_by_id(w, delivery_id)
        if delivery is not None:
            due_at = now + wait_after(delivery.attempts)
            is_noted = stored.end_run(
                w, delivery_id, run, posted.state, due_at=due_at, status=posted.status, answer=posted.answer,
                reason=posted.reason,
            )  # fmt: skip
            if is_noted and posted.is_gone:
                _turn_off(w, delivery.webhook_id)
        w.commit()


def _turn_off(w: Noting, webhook_id: int) -> None:
    webhook = stored.webhook_by_id(w, webhook_id)
    if webhook is None or not webhook.is_active:
        return
    stored.set_active(w, webhook_id, False)
    stored.give_up_waiting(w, webhook_id, OFF)
    w.audit("pause", "webhook", webhook_id, None, {"url": webhook.url}, webhook.desk)


def tidy(store: Store, *, now: datetime) -> None:
    """Forget tests that were done with long ago."""
    with store.noting(SERVER, now) as w:
        stored.forget_tests(w, now - KEPT)
        w.commit()
