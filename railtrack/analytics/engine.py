"""DuckDB in process: a copy of the facts that the statistics are computed on, refreshed change by change.

The copy is a cache and never a truth. It lies in memory, or in a file beside the database so that the next process
need not load everything again; a file that is broken, outdated or held by another process is done without. Any thread
may ask at any time: each question reads one snapshot on a cursor of its own, and refreshing is one transaction.
"""

import hashlib
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Protocol, Self

import duckdb

from railtrack.domain.errors import Unavailable
from railtrack.domain.facts import CROSSING_FACTS, JOURNEY_FACTS, VISIT_FACTS, FactBatch, FactSource
from railtrack.domain.messages import say

TABLES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "journeys": JOURNEY_FACTS,
    "visits": VISIT_FACTS,
    "crossings": CROSSING_FACTS,
}
# a cache written for other columns is of no use
LAYOUT = hashlib.sha256(repr(["with lineage", *sorted(TABLES.items())]).encode()).hexdigest()

Parameters = Mapping[str, object]
# after these the copy is not to be trusted; others are of the question
_DAMAGE = (duckdb.IOException, duckdb.FatalException, duckdb.InternalException, duckdb.CatalogException)
_NAMED = re.compile(r"\$(\w+)")


class Snapshot:
    """The facts as they stood at one moment; every question asked of it sees the same."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor

    @contextmanager
    def snapshot(self) -> Iterator[Self]:
        """Give itself: many statistics can be asked of one moment."""
        yield self

    def rows(self, sql: str, parameters: Parameters) -> list[dict[str, object]]:
        """Give the result as one dict a row, columns in the order of the SELECT.

        Values are bound by name; those the SQL does not name are left aside.
        """
        named = set(_NAMED.findall(sql))
        self._cursor.execute(sql, {name: value for name, value in parameters.items() if name in named})
        names = [column[0] for column in self._cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in self._cursor.fetchall()]


class Facts(Protocol):
    """What statistics are asked of: an engine as it is now, or one snapshot of it again and again."""

    def snapshot(self) -> AbstractContextManager[Snapshot]: ...


class Engine:
    """The statistics' own copy of the facts of `source`; kept in the file `path`, or in memory for None.

    Nothing is opened before the first question, so a server may fork after making it.
    """

    def __init__(self, source: FactSource, path: Path | None = None) -> None:
        self._source = source
        self._path = path
        self._lock = threading.RLock()
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._has_file = False  # the copy lies in `path`, not in memory
        self._fresh = False  # refreshed at least once in this process

    @property
    def facts_change(self) -> int | None:
        """The change number up to which the facts are known; None before the first refresh."""
        with self._lock:
            known = _known(self._connection) if self._connection is not None and self._fresh else None
            return None if known is None else known[0]

    def refresh(self) -> int:
        """Take over what changed since the last time and give the change number reached.

        Raises `Unavailable` if the facts cannot be kept at all.
        """
        with self._lock:
            try:
                change = self._catch_up()
            except duckdb.Error:
                # whatever is wrong with a cache, a new one is right
                self._discard()
                try:
                    change = self._catch_up()
                except duckdb.Error as error:
                    raise _unavailable() from error
            self._fresh = True
            return change

    def rebuild(self) -> int:
        """Throw the copy away and load everything anew."""
        with self._lock:
            self._discard()
            return self.refresh()

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Open a view of the facts that stays the same however much is refreshed meanwhile.

        Does not refresh by itself, but for the first time in a process, since an empty copy would be read as no
        journeys. Raises `Unavailable` if DuckDB fails; a copy that is damaged is thrown away, the next call builds
        another.
        """
        with self._lock:
            if self._connection is None or not self._fresh:
                self.refresh()
            assert self._connection is not None  # noqa: S101 - refresh opened it or raised
            cursor = self._connection.cursor()
        try:
            cursor.execute("BEGIN TRANSACTION")
            yield Snapshot(cursor)
        except duckdb.Error as error:
            if isinstance(error, _DAMAGE):
                with self._lock:
                    self._discard()
            raise _unavailable() from error
        finally:
            cursor.close()

    def close(self) -> None:
        """Let go of the file; the engine opens it again when asked."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None
            self._fresh = False

    def _catch_up(self) -> int:
        if self._connection is None:
            self._connection, self._has_file = _open(self._path)
        known = _known(self._connection)
        # the source gives everything if what we know never happened there: it was made anew, or put back
        batch = self._source.facts_since(None) if known is None else self._source.facts_since(*known)
        if (batch.change, batch.lineage) != known:
            _take_over(self._connection, batch, whole=batch.whole or known is None)
        return batch.change

    def _discard(self) -> None:
        self.close()
        # of the file of another process, for whose sake this one took to memory, nothing is touched
        if self._path is not None and self._has_file:
            for path in (self._path, self._path.with_name(self._path.name + ".wal")):
                with suppress(OSError):
                    path.unlink()


def _open(path: Path | None) -> tuple[duckdb.DuckDBPyConnection, bool]:
    """Open the cache with tables of today's layout and tell whether it is the file.

    A file that cannot be had is replaced, or else memory taken.
    """
    if path is None:
        return _prepared(":memory:"), False
    for attempt in range(2):
        try:
            return _prepared(str(path)), True
        except duckdb.Error as error:
            if attempt or "lock" in str(error):  # held by another process: leave it its file
                break
            with suppress(OSError):
                path.unlink()
    return _prepared(":memory:"), False


def _prepared(database: str) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(database, config={"autoinstall_known_extensions": "false"})
    try:
        with _transaction(connection):
            connection.execute("CREATE TABLE IF NOT EXISTS cache (layout VARCHAR)")
            found = connection.execute("SELECT layout FROM cache").fetchone()
            if found is None or found[0] != LAYOUT:
                for table, columns in TABLES.items():
                    spelled = ", ".join(f"{name} {kind}" for name, kind in columns)
                    connection.execute(f"CREATE OR REPLACE TABLE {table} ({spelled})")
                connection.execute("CREATE OR REPLACE TABLE cache (layout VARCHAR, change BIGINT, lineage VARCHAR)")
                connection.execute("INSERT INTO cache VALUES ($layout, NULL, NULL)", {"layout": LAYOUT})
    except duckdb.Error:
        connection.close()
        raise
    return connection


def _known(connection: duckdb.DuckDBPyConnection) -> tuple[int, str] | None:
    found = connection.cursor().execute("SELECT change, lineage FROM cache").fetchone()
    return None if found is None or found[0] is None else (int(found[0]), str(found[1]))


def _take_over(connection: duckdb.DuckDBPyConnection, batch: FactBatch, *, whole: bool) -> None:
    cursor = connection.cursor()
    incoming = {"journeys": batch.journeys, "visits": batch.visits, "crossings": batch.crossings}
    with _transaction(cursor):
        for table, columns in TABLES.items():
            if whole:
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - our own table names
            elif batch.stale:
                cursor.execute(
                    f"DELETE FROM {table} WHERE journey_id IN (SELECT UNNEST(CAST($stale AS BIGINT[])))",  # noqa: S608
                    {"stale": list(batch.stale)},
                )
            names = ", ".join(name for name, _ in columns)
            cast = ", ".join(f"CAST({name} AS {kind})" for name, kind in columns)
            cursor.register("incoming", incoming[table])
            cursor.execute(f"INSERT INTO {table} ({names}) SELECT {cast} FROM incoming")  # noqa: S608
            cursor.unregister("incoming")
        known = {"change": batch.change, "lineage": batch.lineage}
        cursor.execute("UPDATE cache SET change = $change, lineage = $lineage", known)
    cursor.close()


@contextmanager
def _transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.execute("BEGIN TRANSACTION")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _unavailable() -> Unavailable:
    return Unavailable(say("The statistics cannot be computed now. Try again; nothing recorded is lost."))
