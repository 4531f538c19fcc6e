"""Who does the jobs: one worker holds a name for as long as it is seen, others stand by."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from railtrack.store.engine import Noting, Reading
from railtrack.store.tables import WorkerRow

LEASE = timedelta(seconds=30)


def take_lease(w: Noting, name: str, token: str) -> bool:
    """Become, or stay, who does the jobs of this name; False while somebody else was seen doing them."""
    held = w.session.execute(
        update(WorkerRow)
        .where(WorkerRow.name == name, (WorkerRow.token == token) | (WorkerRow.seen_at < w.now - LEASE))
        .values(token=token, seen_at=w.now)
        .returning(WorkerRow.name)
    )
    if held.scalar() is not None:
        return True
    if w.session.get(WorkerRow, name) is not None:
        return False
    w.session.add(WorkerRow(name=name, token=token, seen_at=w.now))
    w.session.flush()
    return True


def leave(w: Noting, name: str, token: str) -> None:
    """Make room for another one at once."""
    w.session.execute(delete(WorkerRow).where(WorkerRow.name == name, WorkerRow.token == token))


def last_seen(r: Reading, name: str) -> datetime | None:
    """When the worker was last seen; None where there is none."""
    return r.session.scalar(select(WorkerRow.seen_at).where(WorkerRow.name == name))
