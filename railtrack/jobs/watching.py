"""The job that keeps alerts true: a schedule that DBOS keeps, so that it goes on after a restart.

Each look is a workflow of its own in a queue that lets one run at a time: none overlaps. A look left over from a
worker that was killed, or one that waited behind a long one, is done only if no later one will be: what it would find
the next one finds. So nothing is lost when a look fails or is late, and nothing is told twice (see
`operations.notifying.watching`).
"""

import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from dbos import DBOS, Queue, SetWorkflowID

from railtrack.domain.errors import RailtrackError
from railtrack.operations.notifying import watching
from railtrack.operations.notifying.digests import send_digests
from railtrack.operations.notifying.post import PostOffice
from railtrack.operations.notifying.watching import Stays
from railtrack.store.engine import Store

QUEUE = "watch"
SCHEDULE = "watch"
EVERY = "*/5 * * * *"  # cron: what is late by hours need not be known by the second
STALE = timedelta(minutes=4)
STAYS_LAST_S = 6 * 3600.0  # how long stays usually are changes slowly
log = logging.getLogger(__name__)


@dataclass
class _Desk:
    store: Store
    post: PostOffice | None
    stays: Stays | None = None
    stays_read: float = 0.0


_desks: list[_Desk] = []  # the one of this process: workflows are functions and take plain values only


def sit_down(store: Store, post: PostOffice | None) -> None:
    """Say with what the jobs of this process work."""
    _desks[:] = [_Desk(store, post)]


@DBOS.step()
def look() -> dict[str, int]:
    """Look once, and say what it came to; what could not be looked at now is at the next."""
    desk, now = _desks[0], datetime.now(UTC).replace(microsecond=0)
    try:
        if desk.stays is None or time.monotonic() - desk.stays_read >= STAYS_LAST_S:
            desk.stays, desk.stays_read = watching.usual_stays(desk.store, now=now), time.monotonic()
        found = watching.watch(desk.store, desk.post, now=now, stays=desk.stays)
        if desk.post is not None:
            send_digests(desk.store, desk.post, now=now)
    except RailtrackError as error:  # such as a database held by a long import
        log.warning("alerts are looked for at the next turn: %s", error)
        return {}
    if found.opened or found.closed:
        log.info("alerts: %s opened, %s closed, %s open", found.opened, found.closed, found.open)
    return {"shipments": found.shipments, "opened": found.opened, "closed": found.closed, "open": found.open}


@DBOS.workflow()
def watch(scheduled_at: datetime, _context: Any) -> None:
    """Look at everything under way, unless a later turn will."""
    if datetime.now(UTC) - scheduled_at <= STALE:
        look()


def open_queue() -> Queue:
    """Make the queue known; only after the launch."""
    return DBOS.register_queue(QUEUE, worker_concurrency=1, global_concurrency=1, polling_interval_sec=1.0)


def begin(queue: Queue, every: str = EVERY) -> None:
    """Look now, and from now on by the schedule."""
    DBOS.apply_schedules(
        [{"schedule_name": SCHEDULE, "workflow_fn": watch, "schedule": every, "queue_name": QUEUE, "context": None}]
    )
    with SetWorkflowID(f"{SCHEDULE}-at-start-{uuid4()}"):
        queue.enqueue(watch, datetime.now(UTC), None)
