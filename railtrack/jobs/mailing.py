"""The job that sends one mail, once: a durable workflow of two steps.

The first hands the mail to the mail server and is not repeated but after a crash in the middle of it; its outcome is
kept before the second notes it with the mail, again and again if the database is busy. So a long import or a restart
between the two sends nothing twice. What was handed over just before a crash may go a second time, with the same
Message-ID, since lost mail is worse.
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from dbos import DBOS, Queue, SetWorkflowID

from railtrack.domain.messages import Message
from railtrack.operations.notifying import sending
from railtrack.operations.notifying.post import PostOffice
from railtrack.operations.notifying.sending import SERVER, Outcome
from railtrack.store import mail as stored
from railtrack.store.engine import Store
from railtrack.store.mail import MailState

QUEUE = "mail"
AT_ONCE = 2  # mails under way
BATCH = 20  # mails handed over in one look
_OVER = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Desk:
    store: Store
    post: PostOffice


_desks: list[_Desk] = []  # the one of this process: workflows are functions and take plain values only


def sit_down(store: Store, post: PostOffice) -> None:
    """Say with what the jobs of this process work."""
    _desks[:] = [_Desk(store, post)]


@DBOS.step()
def hand_in(mail_id: int, run: str) -> dict[str, Any]:
    """Try once to send the mail."""
    outcome = sending.deliver(_desks[0].store, _desks[0].post, mail_id, run, now=_now())
    reason = outcome.reason
    return {
        "state": None if outcome.state is None else outcome.state.value,
        "text": None if reason is None else reason.text,
        "values": {} if reason is None else {name: str(value) for name, value in reason.values.items()},
    }


@DBOS.step(retries_allowed=True, max_attempts=60, interval_seconds=0.5, backoff_rate=1.5)
def settle(mail_id: int, run: str, told: dict[str, Any]) -> None:
    """Note what came of it."""
    reason = None if told["text"] is None else Message(told["text"], told["values"])
    state = None if told["state"] is None else MailState(told["state"])
    sending.settle(_desks[0].store, mail_id, run, Outcome(state, reason), now=_now())


@DBOS.workflow()
def send_mail(mail_id: int, run: str) -> None:
    """Send a mail and note what came of it."""
    settle(mail_id, run, hand_in(mail_id, run))


def open_queue() -> Queue:
    """Make the queue known; only after the launch."""
    return DBOS.register_queue(QUEUE, worker_concurrency=AT_ONCE, polling_interval_sec=0.5)


def hand_over_due(store: Store, queue: Queue) -> int:
    """Give the mails whose time has come to jobs, and say how many."""
    now = _now()
    with store.reading() as r:
        due = stored.due_mails(r, now, limit=BATCH)
    handed = 0
    for mail_id in due:
        run = str(uuid4())
        with store.noting(SERVER, now) as w:
            taken = stored.hand_over(w, mail_id, run)
            w.commit()
        if taken:
            _start(queue, mail_id, run)
            handed += 1
    return handed


def mend(store: Store, queue: Queue) -> None:
    """See to mails in the hand of jobs that never began or ended without a word, as after a crash."""
    with store.reading() as r:
        runs = stored.runs_under_way(r)
    for mail_id, run in runs:
        status = DBOS.get_workflow_status(run)
        if status is None:
            _start(queue, mail_id, run)
        elif status.status in _OVER:
            with store.noting(SERVER, _now()) as w:
                stored.end_run(w, mail_id, run, MailState.WAITING)
                w.commit()


def forget_old_runs() -> None:
    """Take out the records of jobs as old as the mails that are forgotten."""
    before = (datetime.now(UTC) - sending.KEPT).isoformat()
    old = DBOS.list_workflows(end_time=before, status=["SUCCESS", "ERROR", "CANCELLED"], limit=1000, load_input=False)
    for each in old:
        DBOS.delete_workflow(each.workflow_id)


def _start(queue: Queue, mail_id: int, run: str) -> None:
    with SetWorkflowID(run):
        queue.enqueue(send_mail, mail_id, run)


def _now() -> datetime:
    return datetime.now(UTC)
