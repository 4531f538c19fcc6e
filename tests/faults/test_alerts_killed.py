"""A worker killed while it opens alerts, one that is started again, and the schedule: nothing is lost or told twice."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from railtrack.domain.line.network import Network
from railtrack.domain.notices.kinds import AlertKind, Ending
from railtrack.operations.notifying import alerts
from railtrack.store import webhooks
from railtrack.store.engine import Store
from tests.factories import ADMINISTRATOR, enter, event_row, moment, partner, shipment_row, tell
from tests.faults.conftest import CHECKOUT, Database, wait_until

WORK = """
import os, signal, sys, threading
from railtrack.jobs.worker import work
from railtrack.operations.notifying import watching
from railtrack.store.engine import Store
every, is_killed = sys.argv[2:]
if is_killed == "killed":
    watching.tell = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
stopping = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stopping.set())
work(Store(sys.argv[1]), None, stopping, every=every)
"""
SELDOM, EVERY_SECOND = "0 0 1 1 *", "* * * * * *"
Worker = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def worker() -> Iterator[Worker]:
    """Start a worker in a process of its own that looks by this schedule; killed between opening and telling or not."""
    running: list[subprocess.Popen[str]] = []

    def start(url: str, every: str, *, killed: bool = False) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", WORK, url, every, "killed" if killed else "well"],
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)}, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        running.append(process)
        return process

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


class Installation:
    """A shipment that is late and silent, of an organisation with a webhook."""

    def __init__(self, url: str, network: Network) -> None:
        self.store, self.network = Store(url), network
        self.partner = partner(self.store)
        self.left = datetime.now(UTC).replace(microsecond=0) - timedelta(days=30)
        due = self.left + timedelta(days=18)
        plan = {"planned_departure": moment(self.left.isoformat()), "planned_arrival": moment(due.isoformat())}
        enter(self.store, network, [shipment_row("R1", **plan)], now=datetime.now(UTC))
        self.tell("departed", "CKG", self.left)
        with self.store.noting(ADMINISTRATOR, self.left) as w:
            webhooks.add_webhook(w, self.partner.organisation_id, "https://hooks.example.org/")
            w.commit()

    def tell(self, event: str, station: str, at: datetime) -> None:
        tell(self.store, self.network, [event_row(event, station, at.isoformat())], now=datetime.now(UTC))

    def open(self) -> list[AlertKind]:
        return sorted(alert.kind for alert in alerts.list_alerts(self.store, actor=self.partner).items)

    def told(self) -> list[tuple[str, int]]:
        """What the webhook is to be told, as often as it stands there."""
        with self.store.reading() as r:
            query = text("SELECT occurrence, count(*) FROM webhook_deliveries GROUP BY 1 ORDER BY 1")
            return [(occurrence, number) for occurrence, number in r.session.execute(query)]

    def let_the_lease_run_out(self) -> None:
        """As half a minute after a worker died."""
        with self.store.engine.begin() as connection:
            connection.execute(text("UPDATE workers SET seen_at = '2000-01-01 00:00:00'"))


def test_killed_between_opening_and_telling_nothing_is_opened_and_the_next_opens_and_tells_once(
    database: Database, worker: Worker, network: Network
) -> None:
    installed = Installation(database.url, network)
    killed = worker(database.url, SELDOM, killed=True)
    assert killed.wait(60) == -signal.SIGKILL
    assert (installed.open(), installed.told()) == ([], [])
    installed.let_the_lease_run_out()
    after = worker(database.url, SELDOM)  # takes the killed look up again, and looks at its own start
    wait_until(lambda: bool(installed.open()))
    after.send_signal(signal.SIGTERM)
    _, err = after.communicate(timeout=60)
    assert (after.returncode, "Traceback" in err) == (0, False), err
    assert installed.open() == [AlertKind.LATE, AlertKind.SILENT]
    assert installed.told() == [("opened", 2)]
    installed.store.close()


def test_alerts_are_looked_for_by_the_schedule_also_after_a_new_start(
    new_database: Callable[[str], Database], worker: Worker, network: Network
) -> None:
    database = new_database("sqlite")
    installed = Installation(database.url, network)
    first = worker(database.url, EVERY_SECOND)
    wait_until(lambda: installed.open() == [AlertKind.LATE, AlertKind.SILENT])
    installed.tell("departed", "XIA", datetime.now(UTC).replace(microsecond=0))
    wait_until(lambda: installed.open() == [AlertKind.LATE])  # found by the schedule
    first.send_signal(signal.SIGTERM)
    assert first.wait(60) == 0
    installed.tell("arrived", "MHG", datetime.now(UTC).replace(microsecond=0))
    worker(database.url, EVERY_SECOND)
    wait_until(lambda: installed.open() == [])
    assert installed.told() == [("closed", 2), ("opened", 2)]
    over = alerts.list_alerts(installed.store, is_open=False, actor=installed.partner).items
    assert {alert.ending for alert in over} == {Ending.GONE, Ending.ARRIVED}
    installed.store.close()
