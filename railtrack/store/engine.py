"""The database: one transaction per `with`, on SQLite or PostgreSQL.

Readers see one snapshot. A writer first takes the next number of the change counter and holds that row until it
commits, so that writers follow each other and change numbers appear in order on both databases. What no statistic and
no list counts, such as sign-ins and drafts, is noted without a number, so that it need not wait for a long import
(SQLite has room for one writer all the same). Leaving without `commit()` rolls back. No driver error leaves this
module's transactions: see `failures`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from railtrack.domain.actors import Actor
from railtrack.store import migrating
from railtrack.store.chain import append
from railtrack.store.connecting import PATIENCE_MS, READS, WRITES, open_engine
from railtrack.store.failures import translated
from railtrack.store.lineage import take_change
from railtrack.store.persons import name_in_audit, set_apart


@dataclass(frozen=True)
class Reading:
    """A reader's transaction: one snapshot of the database."""

    session: Session


@dataclass(frozen=True)
class Noting(Reading):
    """A transaction for what is nobody's cargo; nothing is kept unless `commit()` is called."""

    actor: Actor
    now: datetime
    _entries: list[dict[str, Any]] = field(default_factory=list, repr=False)

    def audit(
        self,
        action: str,
        subject: str,
        subject_id: object,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
        organisation_id: int | None = None,
    ) -> None:
        """Note who changes what; it is written with the commit, all entries at once, since a file brings many.

        `before` and `after` are JSON values. Persons may be named in them: they are kept apart (see `persons`).
        """
        self._entries.append(
            {
                "at": self.now,
                "actor": name_in_audit(self.actor),
                "origin": self.actor.origin,
                "acted_for": self.actor.organisation or "",
                "action": action,
                "subject": subject,
                "subject_id": str(subject_id),
                "before": before,
                "after": after,
                "organisation_id": organisation_id,
            }
        )

    def commit(self) -> None:
        """Keep everything; the transaction is over then."""
        self.session.flush()  # the entries refer to what they are about
        set_apart(self.session, self.actor, self.now, self._entries)
        append(self.session, self._entries)
        self.session.commit()


@dataclass(frozen=True)
class Writing(Noting):
    """A writer's transaction, numbered `change`."""

    change: int = field(kw_only=True)


class Store:
    """A database by its URL: `sqlite:///FILE`, `postgresql://USER:PASSWORD@HOST/NAME` (`postgres://` too).

    A writer waits up to `patience_s` seconds for another one to finish. Opening connects to nothing yet; `migrate`
    makes the tables. Raises Unavailable for an URL that names no database we know.
    """

    def __init__(self, url: str, *, patience_s: float = 30.0) -> None:
        self._engine = open_engine(url, patience_s)
        self._patience_s = patience_s
        self._readers = self._engine.execution_options(**READS[self._engine.dialect.name])
        self._writers = self._engine.execution_options(**WRITES)

    def __repr__(self) -> str:
        return f"Store({self.address!r})"

    @property
    def address(self) -> str:
        """The URL without its password and options, fit to be shown."""
        url = self._engine.url.set(drivername=self._engine.dialect.name, query={})
        return url.render_as_string(hide_password=True)

    @property
    def path(self) -> Path | None:
        """The file of an SQLite database, whether it is there yet or not; None on PostgreSQL."""
        return Path(self._engine.url.database or "") if self.is_sqlite else None

    @property
    def is_sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    @property
    def jobs_url(self) -> str:
        """Where the durable jobs keep their records: a file beside an SQLite database, else the database itself."""
        url = self._engine.url
        if self.is_sqlite:
            url = url.set(database=f"{url.database}.jobs", query={})
        return url.render_as_string(hide_password=False)

    @property
    def engine(self) -> Engine:
        """The writers' engine, for what must speak to the database itself (accounts, tests)."""
        return self._writers

    def migrate(self) -> None:
        """Bring the tables up to date, from nothing or from an older release; harmless when several do it at once."""
        with translated():
            migrating.upgrade(self._writers)

    def is_current(self) -> bool:
        """Say whether the tables are those of this release; False for an empty database."""
        with translated():
            return migrating.is_current(self._readers)

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """Open a reader's transaction."""
        with translated(), Session(self._readers, autobegin=False) as session:
            session.begin()
            yield Reading(session)

    @contextmanager
    def writing(self, actor: Actor, now: datetime) -> Iterator[Writing]:
        """Open a writer's transaction; leaving it without `commit()` rolls back."""
        with self._begun(self._patience_s) as session:
            yield Writing(session, actor, now, change=take_change(session))

    @contextmanager
    def noting(self, actor: Actor, now: datetime, *, patience_s: float | None = None) -> Iterator[Noting]:
        """Open a transaction without a change number, for what no statistic and no list sees.

        Drafts, uploads, receipts, sign-ins, links and settings. It waits for no writer on PostgreSQL; on SQLite up to
        `patience_s` seconds, by default as long as writers do. Leaving it without `commit()` rolls back.
        """
        with self._begun(self._patience_s if patience_s is None else patience_s) as session:
            yield Noting(session, actor, now)

    @contextmanager
    def _begun(self, patience_s: float) -> Iterator[Session]:
        engine = self._writers
        if patience_s != self._patience_s:
            engine = engine.execution_options(**{PATIENCE_MS: int(patience_s * 1000)})
        # without autobegin nothing can be written by mistake after the commit
        with translated(), Session(engine, autobegin=False, expire_on_commit=False) as session:
            session.begin()
            if not self.is_sqlite:  # SQLite waits by its busy timeout
                session.execute(text(f"SET LOCAL lock_timeout = {int(patience_s * 1000)}"))
            yield session

    def integrity(self) -> list[str]:
        """Give what the database itself finds wrong with its files and references, a sentence each; usually nothing."""
        with self.reading() as reading:
            return migrating.integrity(reading.session)

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()
