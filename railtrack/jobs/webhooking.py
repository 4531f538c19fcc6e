"""The job that posts one message to a webhook, once: a durable workflow of two steps, as for mails (`mailing`).

What was posted just before a crash may go a second time, under the same webhook-id, by which receivers tell.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from dbos import DBOS, Queue, SetWorkflowID

from railtrack.domain.messages import Message
from railtrack.domain.notices.kinds import DeliveryState
from railtrack.operations.notifying import posting
from railtrack.operations.notifying.posting import Posted
from railtrack.operations.notifying.sending import SERVER
from railtrack.operations.notifying.webhooks import HookOffice
from railtrack.store import webhooks as stored
from railtrack.store.engine import Store

QUEUE = "webhooks"
AT_ONCE = 4  # messages under way: one that is slow must not hold up the others
BATCH = 20  # messages handed over in one look
_OVER = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")


@dataclass(frozen=True)
class _Desk:
    store: Store
    office: HookOffice


_desks: list[_Desk] = []  # the one of this process: workflows are functions and take plain values only


def sit_down(store: Store, office: HookOffice) -> None:
    """Say with what the jobs of this process work."""
    _desks[:] = [_Desk(store, office)]


@DBOS.step()
def post_once(delivery_id: int, run: str) -> dict[str, Any]:
    """Try once to post the message."""
    posted = posting.deliver(_desks[0].store, _desks[0].office, delivery_id, run, now=_now())
    reason = posted.reason
    return {
        "state": None if posted.state is None else posted.state.value,
        "status": posted.status,
        "answer": posted.answer,
        "text": None if reason is None else reason.text,
        "values": {} if reason is None else {name: str(value) for name, value in reason.values.items()},
        "is_gone": posted.is_gone,
    }


@DBOS.step(retries_allowed=True, max_attempts=60, interval_seconds=0.5, backoff_rate=1.5)
def note_posted(delivery_id: int, run: str, told: dict[str, Any]) -> None:
    """Note what came of it."""
    posted = Posted(
        state=None if told["state"] is None else DeliveryState(told["state"]),
        status=told["status"],
        answer=told["answer"],
        reason=None if told["text"] is None else Message(told["text"], told["values"]),
        is_gone=told["is_gone"],
    )
    posting.settle(_desks[0].store, delivery_id, run, posted, now=_now())


@DBOS.workflow()
def post_message(delivery_id: int, run: str) -> None:
    """Post a message and note what came of it."""
    note_posted(delivery_id, run, post_once(delivery_id, run))


def open_queue() -> Queue:
    """Make the queue known; only after the launch."""
    return DBOS.register_queue(QUEUE, worker_concurrency=AT_ONCE, polling_interval_sec=0.5)


def hand_over_due(store: Store, queue: Queue) -> int:
    """Give the messages whose time has come to jobs, and say how many."""
    now = _now()
    with store.reading() as r:
        due = stored.due_deliveries(r, now, limit=BATCH)
    handed = 0
    for delivery_id in due:
        run = str(uuid4())
        with store.noting(SERVER, now) as w:
            taken = stored.hand_over(w, delivery_id, run)
            w.commit()
        if taken:
            _start(queue, delivery_id, run)
            handed += 1
    return handed


def mend(store: Store, queue: Queue) -> None:
    """See to messages in the hand of jobs that never began or ended without a word, as after a crash."""
    with store.reading() as r:
        runs = stored.runs_under_way(r)
    for delivery_id, run in runs:
        status = DBOS.get_workflow_status(run)
        if status is None:
            _start(queue, delivery_id, run)
        elif status.status in _OVER:
            with store.noting(SERVER, _now()) as w:
                stored.end_run(w, delivery_id, run, DeliveryState.WAITING)
                w.commit()


def _start(queue: Queue, delivery_id: int, run: str) -> None:
    with SetWorkflowID(run):
        queue.enqueue(post_message, delivery_id, run)


def _now() -> datetime:
    return datetime.now(UTC)
