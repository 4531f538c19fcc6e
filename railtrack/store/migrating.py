"""Alembic, configured in code: the migrations lie in the package and run in this process."""

import logging
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.orm import Session

from railtrack.domain.errors import Unavailable
from railtrack.domain.messages import say
from railtrack.store.tables import ChangeCounterRow

# one number for all that migrate a railtrack database on a PostgreSQL server, so that they follow each other
_ADVISORY_LOCK = 7_261_746_854_231


def configuration() -> Config:
    """Give Alembic's configuration; there is no file of it."""
    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run what is missing up to `revision`, in one transaction."""
    _run(engine, command.upgrade, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Go back to `revision`; `base` drops every table. For tests and repairs."""
    _run(engine, command.downgrade, revision)


def is_current(engine: Engine) -> bool:
    """Compare the database's revision with the newest in the package."""
    with engine.connect() as connection:
        return _heads(connection) == set(ScriptDirectory.from_config(configuration()).get_heads())


def _heads(connection: Connection) -> set[str]:
    return set(MigrationContext.configure(connection).get_current_heads())


def _run(engine: Engine, step: Callable[[Config, str], None], revision: str) -> None:
    logging.getLogger("alembic").setLevel(logging.WARNING)
    sqlite = engine.dialect.name == "sqlite"
    if sqlite and engine.url.database is not None:
        _make_file(Path(engine.url.database))
    with engine.connect() as connection:
        if sqlite:
            # a table that is made anew must not take its dependants along; only outside a transaction can it be said
            _driver(connection, "PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                if not sqlite:
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
                config = configuration()
                config.attributes["connection"] = connection
                step(config, revision)
        finally:
            if sqlite:
                _driver(connection, "PRAGMA foreign_keys = ON")


def _make_file(path: Path) -> None:
    """Make the database's folder and file, to be read by its owner alone: it holds sessions and password hashes."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            say("The database file %(path)s cannot be made: %(why)s.", path=path, why=error.strerror)
        ) from error


def _driver(connection: Connection, statement: str) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - the connection is open
    driver.execute(statement)


def integrity(session: Session) -> list[str]:
    """Give what the database finds wrong with itself, a sentence each."""
    if session.get_bind().dialect.name != "sqlite":
        counted = session.scalar(select(func.count()).select_from(ChangeCounterRow))
        return [] if counted == 1 else [f"change_counter has {counted} rows instead of one"]
    found = [str(row[0]) for row in session.execute(text("PRAGMA integrity_check")) if row[0] != "ok"]
    for table, row, parent, _ in session.execute(text("PRAGMA foreign_key_check")):
        found.append(f"row {row} of {table} names something that {parent} does not have")
    return found
