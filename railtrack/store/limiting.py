"""How often something was tried of late, exactly, also where several processes ask at once.

The row of a key is locked while it is counted. What is kept is a hash of the key and the moments within its window; a
row nobody knocks at any more goes with the next count.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from railtrack.store.engine import Noting, Reading
from railtrack.store.tables import KnockRow


@dataclass(frozen=True)
class Limit:
    """At most `times` within `window`."""

    name: str
    times: int
    window: timedelta


@dataclass(frozen=True)
class Knock:
    """Whether a try is allowed, which one of the window it is, and how long to wait otherwise."""

    is_allowed: bool
    number: int
    wait_s: int = 0


def key_of(limit: Limit, who: str) -> str:
    """Give the key under which tries of `who` are counted: addresses are kept as hashes only."""
    return f"{limit.name} {hashlib.sha256(who.encode()).hexdigest()[:32]}"


def knock(w: Noting, limit: Limit, who: str) -> Knock:
    """Count a try, unless there were too many already."""
    w.session.execute(delete(KnockRow).where(KnockRow.forget_at < w.now))
    key = key_of(limit, who)
    insert = postgresql.insert if w.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    fresh = insert(KnockRow).values(key=key, moments=[], held_until=None, forget_at=w.now + limit.window)
    # an update of nothing locks the row till the end of the transaction
    w.session.execute(fresh.on_conflict_do_update(index_elements=["key"], set_={"key": key}))
    row = w.session.get_one(KnockRow, key, populate_existing=True)
    if row.held_until is not None and row.held_until > w.now:
        return Knock(False, limit.times, _seconds(row.held_until - w.now))
    at, window_s = int(w.now.timestamp()), int(limit.window.total_seconds())
    moments = [moment for moment in row.moments if at - window_s < moment <= at]
    if len(moments) >= limit.times:
        return Knock(False, len(moments), max(1, moments[0] + window_s - at))
    row.moments = [*moments, at]
    row.held_until = None
    row.forget_at = w.now + limit.window
    w.session.flush()
    return Knock(True, len(moments) + 1)


def hold(w: Noting, limit: Limit, who: str, until: datetime) -> None:
    """Allow nothing until then."""
    row = w.session.get(KnockRow, key_of(limit, who))
    if row is None:
        row = KnockRow(key=key_of(limit, who), moments=[])
        w.session.add(row)
    row.moments, row.held_until, row.forget_at = [], until, until
    w.session.flush()


def release(w: Noting, limit: Limit, who: str) -> None:
    """Forget all tries."""
    w.session.execute(delete(KnockRow).where(KnockRow.key == key_of(limit, who)))


def held_until(r: Reading, limit: Limit, who: str, now: datetime) -> datetime | None:
    """Until when nothing is allowed; None where it is."""
    until = r.session.scalar(select(KnockRow.held_until).where(KnockRow.key == key_of(limit, who)))
    return until if until is not None and until > now else None


def forget_old(w: Noting) -> None:
    """Take out what no window counts any more."""
    w.session.execute(delete(KnockRow).where(KnockRow.forget_at < w.now))


def _seconds(span: timedelta) -> int:
    return max(1, int(span.total_seconds() + 0.999))
