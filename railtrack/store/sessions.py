"""Who is signed in, on which device, until when. A session lives while its user keeps the key it was made under."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update

from railtrack.domain.signing_in import Session
from railtrack.store.engine import Noting, Reading
from railtrack.store.tables import SessionRow, UserRow


@dataclass(frozen=True)
class Kept:
    """A session as it is kept, over or not."""

    session: Session
    user_key: str
    is_over: bool


def kept_session(reading: Reading, token_hash: str, now: datetime) -> Kept | None:
    """Find a session by the hash of its token, also one that is over; None where there never was one."""
    row = reading.session.scalar(select(SessionRow).where(SessionRow.token_hash == token_hash))
    if row is None:
        return None
    return Kept(_session(row), row.user_key, row.ended_at is not None or row.expires_at <= now)


def sessions_of(reading: Reading, person_id: int, now: datetime) -> list[Session]:
    """Somebody's living sessions, the one seen last first."""
    rows = reading.session.scalars(
        select(SessionRow)
        .join(UserRow, UserRow.id == SessionRow.user_id)
        .where(SessionRow.user_id == person_id, SessionRow.user_key == UserRow.fs_uniquifier, *_alive(now))
        .order_by(SessionRow.seen_at.desc(), SessionRow.id.desc())
    )
    return [_session(row) for row in rows]


def add_session(w: Noting, token_hash: str, person_id: int, user_key: str, session: Session) -> int:
    """Keep a new session and give its id; those that ran out are forgotten. Raises Conflict for one kept already."""
    w.session.execute(delete(SessionRow).where(SessionRow.expires_at <= w.now))
    row = SessionRow(
        token_hash=token_hash,
        user_id=person_id,
        user_key=user_key,
        made_at=session.made_at,
        shown_at=session.shown_at,
        seen_at=session.seen_at,
        expires_at=session.expires_at,
        address=session.address[:64],
        browser=session.browser[:100],
        is_proved=session.is_proved,
        stays=session.stays,
    )
    w.session.add(row)
    w.session.flush()
    return row.id


def change_session(w: Noting, session_id: int, **changes: Any) -> None:
    """Set columns of a session."""
    w.session.execute(update(SessionRow).where(SessionRow.id == session_id).values(**changes))


def end_session(w: Noting, person_id: int, session_id: int) -> bool:
    """End one of somebody's sessions; False where they have none such alive."""
    ended = w.session.execute(
        update(SessionRow)
        .where(SessionRow.id == session_id, SessionRow.user_id == person_id, *_alive(w.now))
        .values(ended_at=w.now)
        .returning(SessionRow.id)
    )
    return ended.scalar() is not None


def end_sessions(w: Noting, person_id: int, *, but: int | None = None) -> int:
    """End all of somebody's sessions but one; gives how many."""
    which = [SessionRow.user_id == person_id, *_alive(w.now)]
    if but is not None:
        which.append(SessionRow.id != but)
    return len(
        w.session.execute(update(SessionRow).where(*which).values(ended_at=w.now).returning(SessionRow.id)).all()
    )


def carry_session(w: Noting, session_id: int, user_key: str) -> None:
    """Let one session live on under its user's new key."""
    w.session.execute(update(SessionRow).where(SessionRow.id == session_id).values(user_key=user_key))


def unprove_sessions(w: Noting, person_id: int) -> None:
    """Nothing is proved any more by a factor that is gone."""
    w.session.execute(update(SessionRow).where(SessionRow.user_id == person_id).values(is_proved=False))


def _alive(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return SessionRow.ended_at.is_(None), SessionRow.expires_at > now


def _session(row: SessionRow) -> Session:
    return Session(
        id=row.id,
        made_at=row.made_at,
        shown_at=row.shown_at,
        seen_at=row.seen_at,
        expires_at=row.expires_at,
        address=row.address,
        browser=row.browser,
        is_proved=row.is_proved,
        stays=row.stays,
    )
