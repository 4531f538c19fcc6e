"""How connections to the two databases are made and how their transactions begin.

SQLite's driver begins transactions on its own and too late, so that savepoints leak and a reader that turns writer
fails at once instead of waiting. Two listeners take that over: the driver is told to leave transactions alone, and
each begins as `BEGIN` for readers or `BEGIN IMMEDIATE` for writers.
"""

import sqlite3
import time
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from railtrack.domain.errors import Unavailable
from railtrack.domain.messages import say

# execution options by which a transaction tells what it is for
READS: dict[str, dict[str, Any]] = {
    "sqlite": {},
    # one snapshot for all statements of a reader, as SQLite gives by itself
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
WRITES: dict[str, Any] = {"railtrack_writes": True}
PATIENCE_MS = "railtrack_patience_ms"  # how long SQLite waits for a writer; others are told in the transaction
CONNECT_TIMEOUT_S = 10
CACHE_KIB = 16 * 1024  # SQLite's own 2 MB thrash where ids are random and a file brings a hundred thousand


def open_engine(url: str, patience_s: float) -> Engine:
    """Make the engine for a URL. Raises Unavailable, which never repeats the URL, for one we cannot use."""
    parsed = _parsed(url)
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        if parsed.database in (None, "", ":memory:"):
            raise Unavailable(say("RAILTRACK_DATABASE_URL names no file; write sqlite:///FILE."))
        # hide_parameters: values of users and password hashes never reach a log through an error
        options = {PATIENCE_MS: int(patience_s * 1000)}
        engine = create_engine(
            parsed, hide_parameters=True, connect_args={"timeout": patience_s}, execution_options=options
        )
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(
        parsed,
        hide_parameters=True,
        pool_pre_ping=True,  # a server restarted meanwhile costs nobody an error
        connect_args={"connect_timeout": CONNECT_TIMEOUT_S},
    )


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = None
    if parsed is not None and parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        return parsed
    if parsed is not None and parsed.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    raise Unavailable(
        say("RAILTRACK_DATABASE_URL names no database; write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME.")
    )


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    # REPLACE deletes without asking the triggers that guard the audit, unless told to
    connection.execute("PRAGMA recursive_triggers = ON")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    # its own knows only A to Z, so that a search for "müller" would miss "MÜLLER"
    connection.create_function("lower", 1, _lower, deterministic=True)
    _use_write_ahead_log(connection)


def _lower(value: str | float | None) -> str | float | None:
    return value.lower() if isinstance(value, str) else value


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log, which lets readers read while one writes; the file remembers it."""
    if connection.execute("PRAGMA journal_mode").fetchone() == ("wal",):
        return
    for attempt in range(50):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            # SQLite does not wait here when another process is just making the same file
            if "locked" not in str(error) or attempt == 49:
                raise
            time.sleep(0.1)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    writes = options.get("railtrack_writes", False)
    if writes:  # the connection may have been another's, of more patience or less
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {options[PATIENCE_MS]}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
