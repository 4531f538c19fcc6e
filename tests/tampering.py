"""Tampering with the audit as somebody would who has the database in hands: the triggers are taken away first."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from railtrack.store.engine import Store


@contextmanager
def tampered(store: Store) -> Iterator[Connection]:
    """Open a transaction in which the audit can be changed; the guards stand again afterwards."""
    with store.engine.begin() as connection:
        if not store.is_sqlite:
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
            yield connection
            connection.execute(text("ALTER TABLE audit ENABLE TRIGGER USER"))
            return
        guards = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        for guard in guards:
            connection.execute(text(f"DROP TRIGGER {guard.name}"))
        yield connection
        for guard in guards:
            connection.execute(text(guard.sql))
