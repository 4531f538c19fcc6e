"""The worker as a command, and beside a server."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType

import click

from railtrack.cli.session import Command, Session, pass_session
from railtrack.config import Settings, variable
from railtrack.operations.administering.accounts import remembered_secret
from railtrack.operations.administering.personal_data import Retention
from railtrack.operations.notifying.post import post_office
from railtrack.operations.notifying.webhooks import hook_office

PATIENCE_S = 15.0


@click.command(cls=Command)
@click.option("--beside-server", is_flag=True, hidden=True, help="Stop when standard input ends.")
@pass_session
def work(session: Session, beside_server: bool) -> None:
    """Do the durable jobs, such as sending mail, until told to stop.

    `serve` starts such a worker itself. Of several on one database one works, the others stand by.
    """
    from railtrack.jobs.worker import work as do_jobs

    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, stop)
    if beside_server:
        threading.Thread(target=_stop_at_the_end_of_input, args=(stopping,), daemon=True).start()
    settings, store = session.settings, session.store
    secret = settings.secret_key or remembered_secret(store, "secret_key", now=session.now)

    def ready() -> None:
        if not beside_server:
            click.echo(f"The worker works on {store.address}.")

    retention = Retention(
        addresses_days=settings.retention_addresses_days,
        uploads_days=settings.retention_uploads_days,
        drafts_days=settings.retention_drafts_days,
        links_days=settings.retention_links_days,
    )
    post, hooks = post_office(settings, secret), hook_office(settings, secret)
    do_jobs(store, post, stopping, hooks=hooks, retention=retention, ready=ready)


@contextmanager
def worker_beside(settings: Settings, environ: Mapping[str, str]) -> Iterator[None]:
    """Let a worker run as long as this lasts; it also stops when this process dies, whose pipe then breaks."""
    given = {**environ, variable("database_url"): settings.database_url, variable("base_url"): settings.base_url}
    parent = os.getpid()
    worker = subprocess.Popen([sys.executable, "-m", "railtrack", "work", "--beside-server"],
                              env=given, stdin=subprocess.PIPE)  # fmt: skip
    try:
        yield
    finally:
        if os.getpid() == parent:  # not in the server's own children, which leave by here too
            _end(worker)


def _end(worker: "subprocess.Popen[bytes]") -> None:
    if worker.stdin is not None:
        worker.stdin.close()
    worker.terminate()
    try:
        worker.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


def _stop_at_the_end_of_input(stopping: threading.Event) -> None:
    while sys.stdin.buffer.read(1):
        pass
    stopping.set()
