"""Real processes on real databases, so that they can be killed, starved and locked out.

`database` is a new one with reference data, once of each kind, that can also be looked at from outside; `program` runs
`railtrack` and gives how it ended, `start` starts it and leaves it running.
"""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from railtrack.operations.administering.checking import check
from railtrack.operations.administering.reference import init
from railtrack.operations.figures.exporting import Form, Wanted, What, export
from railtrack.store.engine import Store
from tests.bulk_files import events_csv, shipments_csv
from tests.conftest import _run, _url
from tests.factories import ADMINISTRATOR

CHECKOUT = Path(__file__).parents[2]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
_numbers = count(1)


@dataclass(frozen=True)
class Database:
    """A database and what an onlooker sees of it."""

    url: str

    @property
    def path(self) -> Path:
        return Path(self.url.removeprefix("sqlite:///"))

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    def is_being_written(self) -> bool:
        """Whether somebody is in the middle of a change right now."""
        if self.is_sqlite:
            with closing(sqlite3.connect(self.path, timeout=0, isolation_level=None)) as connection:
                try:
                    connection.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError:
                    return True
                connection.execute("ROLLBACK")
                return False
        asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL"
        return self.ask(asked) > 0

    def ask(self, question: str) -> Any:
        """The one value that answers a query."""
        if self.is_sqlite:
            with closing(sqlite3.connect(self.path)) as connection:
                return connection.execute(question).fetchone()[0]
        with psycopg.connect(self.url) as server:
            return server.execute(question).fetchone()[0]  # type: ignore[index]

    def count(self, table: str) -> int:
        """How many records of one's own it holds, apart from the published ones."""
        of_shipments = {
            "shipments": "shipments WHERE NOT published",
            "journeys": "journeys JOIN shipments s ON s.id = shipment_id WHERE NOT s.published",
        }
        return int(self.ask(f"SELECT count(*) FROM {of_shipments.get(table, table)}"))  # noqa: S608 - our own words

    def says(self) -> dict[str, list[tuple[str, ...]]]:
        """All that is told and follows from it, but for ids and who wrote it down when."""
        store = Store(self.url)
        own = {"id", "recorded_at", "first_planned_at", "planned_at"}
        try:
            found = {}
            for what in What:
                wanted = export(store, what, Wanted(), Form.JSONL, actor=ADMINISTRATOR, now=NOW)
                lines = b"".join(wanted).decode().splitlines()
                found[what.value] = sorted(_without(line, own) for line in lines)
            return found
        finally:
            store.close()

    def faults(self) -> list[str]:
        """What `railtrack check --rebuild` finds."""
        store = Store(self.url)
        try:
            return check(store, rebuild=True)
        finally:
            store.close()


def _without(line: str, names: set[str]) -> tuple[str, ...]:
    return tuple(f"{name}={value}" for name, value in sorted(json.loads(line).items()) if name not in names)


@pytest.fixture(scope="session")
def sqlite_ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the tables and the reference data."""
    path = tmp_path_factory.mktemp("ready") / "railtrack.db"
    _init(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_ready(postgres_server: str) -> str:
    """A server with a database of the same to copy from."""
    _run(postgres_server, "CREATE DATABASE faults_ready")
    _init(_url(postgres_server, "faults_ready"))
    return postgres_server


@pytest.fixture
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Database]]:
    """Make another database of a kind."""
    made = []

    def make(kind: str) -> Database:
        if kind == "sqlite":
            path = tmp_path / f"{next(_numbers)}.db"
            shutil.copyfile(request.getfixturevalue("sqlite_ready"), path)
            return Database(f"sqlite:///{path}")
        server = request.getfixturevalue("postgres_ready")
        name = f"faults_{next(_numbers)}"
        _run(server, f"CREATE DATABASE {name} TEMPLATE faults_ready")
        made.append((server, name))
        return Database(_url(server, name))

    yield make
    for server, name in made:
        _run(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgres"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database(kind: str, new_database: Callable[[str], Database]) -> Database:
    return new_database(kind)


Start = Callable[..., "subprocess.Popen[str]"]
Program = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start the program on a database and leave it running; what still runs at the end of the test is killed."""
    running: list[subprocess.Popen[str]] = []

    def call(url: str, *arguments: str, **options: Any) -> "subprocess.Popen[str]":
        settings = {name: value for name, value in os.environ.items() if not name.startswith("RAILTRACK_")}
        settings |= {"RAILTRACK_DATABASE_URL": url, "PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(
            [*options.pop("before", ()), sys.executable, "-W", "error", "-m", "railtrack", *arguments],
            env=settings, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True, **options,
        )  # fmt: skip
        running.append(process)
        return process

    yield call
    for process in running:
        if process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # the workers of a server, too
        process.communicate()


@pytest.fixture
def program(start: Start) -> Program:
    """Run the program to its end."""

    def call(url: str, *arguments: str, **options: Any) -> "subprocess.CompletedProcess[str]":
        process = start(url, *arguments, **options)
        out, err = process.communicate(timeout=120)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    return call


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with shipments.csv (50 containers) and events.csv (2,000 events of them), and the same for others."""
    folder = tmp_path_factory.mktemp("files")
    for prefix, name in (("BF", ""), ("QA", "other_")):
        (folder / f"{name}shipments.csv").write_bytes(shipments_csv(1, prefix=prefix))
        (folder / f"{name}events.csv").write_bytes(events_csv(1, prefix=prefix))
    return folder


def wait_until(done: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something that must come."""
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.002)


def _init(url: str) -> None:
    store = Store(url)
    init(store, now=NOW)
    store.close()
