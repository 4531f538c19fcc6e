"""The worker: one process, beside the server or alone, that does the durable jobs.

Any number may run; the one that holds the lease works and the others stand by, so that each job has one executor with
the one fixed name under which it takes up again what it left. Pages and commands only write rows: they load nothing of
this. DBOS keeps its own records in a file beside an SQLite database, so that the two do not wait for each other, and
in the schema `dbos` on PostgreSQL.
"""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from uuid import uuid4

from railtrack.domain.errors import RailtrackError
from railtrack.operations.administering.personal_data import Retention, prune
from railtrack.operations.notifying import posting, sending, watching
from railtrack.operations.notifying.outbox import WORKER
from railtrack.operations.notifying.post import PostOffice
from railtrack.operations.notifying.sending import SERVER
from railtrack.operations.notifying.webhooks import HookOffice
from railtrack.store import workers
from railtrack.store.engine import Store
from railtrack.store.limiting import forget_old

LOOK_S, SEEN_S, MEND_S, TIDY_S = 1.0, 10.0, 60.0, 3600.0
APPLICATION, VERSION = "railtrack", "1"  # DBOS takes up only jobs of its own version: ours outlives releases
log = logging.getLogger(__name__)


def work(
    store: Store,
    post: PostOffice | None,
    stopping: Event,
    *,
    hooks: HookOffice | None = None,
    retention: Retention = Retention(),  # noqa: B008 - it is frozen
    ready: Callable[[], None] = lambda: None,
    every: str | None = None,
) -> None:
    """Do jobs until `stopping` is set; `ready` is called when this worker has the lease and works.

    Without a post office no mail is sent, without `hooks` nothing is posted to webhooks. `every` is the cron by which
    alerts are looked for, if not the usual one.
    """
    token = str(uuid4())
    while not stopping.is_set():
        try:
            if _has_lease(store, token):
                _work_with_lease(_Jobs(store, post, hooks), store, stopping, token, retention, ready, every)
        except RailtrackError as error:
            log.warning("the worker waits: %s", error)
        stopping.wait(LOOK_S)
    try:
        with store.noting(SERVER, _now()) as w:
            workers.leave(w, WORKER, token)
            w.commit()
    except RailtrackError as error:
        log.warning("the worker left without a word: %s", error)


def _work_with_lease(
    jobs: "_Jobs",
    store: Store,
    stopping: Event,
    token: str,
    retention: Retention,
    ready: Callable[[], None],
    every: str | None,
) -> None:
    seen = mended = tidied = time.monotonic()
    try:
        ready()
        jobs.mend()
        jobs.begin(every)
        sending.tidy(store, now=_now())
        prune(store, retention, now=_now())
        while not stopping.wait(LOOK_S):
            try:
                if time.monotonic() - seen >= SEEN_S:
                    if not _has_lease(store, token):
                        log.warning("another worker took over")
                        return
                    seen = time.monotonic()
                jobs.look()
                if time.monotonic() - mended >= MEND_S:
                    jobs.mend()
                    mended = time.monotonic()
                if time.monotonic() - tidied >= TIDY_S:
                    _tidy(store, jobs, retention)
                    tidied = time.monotonic()
            except RailtrackError as error:  # such as a database held by a long import
                log.warning("the worker tries again: %s", error)
    finally:
        jobs.close()


class _Jobs:
    """DBOS, launched for this process; it is loaded here alone. Mail is among the jobs where there is a post office."""

    def __init__(self, store: Store, post: PostOffice | None, hooks: HookOffice | None) -> None:
        from dbos import DBOS

        from railtrack.jobs import mailing, watching, webhooking

        self._store, self._dbos = store, DBOS
        self._mailing, self._watching, self._webhooking = mailing, watching, webhooking
        if store.path is not None:  # as the database itself, for its owner alone
            Path(f"{store.path}.jobs").touch(mode=0o600)
        if post is not None:
            mailing.sit_down(store, post)
        if hooks is not None:
            webhooking.sit_down(store, hooks)
        watching.sit_down(store, post)
        DBOS(
            config={
                "name": APPLICATION,
                "system_database_url": store.jobs_url,
                "application_version": VERSION,
                "executor_id": WORKER,
                "sys_db_pool_size": 5,
                "log_level": "ERROR",
                "enable_otlp": False,
            }
        )
        DBOS.launch()
        self._mails = mailing.open_queue() if post is not None else None
        self._posts = webhooking.open_queue() if hooks is not None else None
        self._looks = watching.open_queue()

    def begin(self, every: str | None) -> None:
        """Look for alerts now and then by the schedule."""
        self._watching.begin(self._looks, every or self._watching.EVERY)

    def look(self) -> None:
        if self._mails is not None:
            self._mailing.hand_over_due(self._store, self._mails)
        if self._posts is not None:
            self._webhooking.hand_over_due(self._store, self._posts)

    def mend(self) -> None:
        if self._mails is not None:
            self._mailing.mend(self._store, self._mails)
        if self._posts is not None:
            self._webhooking.mend(self._store, self._posts)

    def tidy(self) -> None:
        self._mailing.forget_old_runs()

    def close(self) -> None:
        """Let what is under way be done, then stop."""
        self._dbos.destroy(workflow_completion_timeout_sec=10)


def _tidy(store: Store, jobs: _Jobs, retention: Retention) -> None:
    sending.tidy(store, now=_now())
    posting.tidy(store, now=_now())
    watching.forget_old(store, now=_now())
    prune(store, retention, now=_now())
    with store.noting(SERVER, _now()) as w:
        forget_old(w)
        w.commit()
    jobs.tidy()


def _has_lease(store: Store, token: str) -> bool:
    with store.noting(SERVER, _now()) as w:
        held = workers.take_lease(w, WORKER, token)
        w.commit()
    return held


def _now() -> datetime:
    return datetime.now(UTC)
