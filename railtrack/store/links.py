"""Links that work once and are made when their mail is sent; what an administrator passes on by hand is in `people`."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update

from railtrack.store.engine import Noting, Reading
from railtrack.store.tables import OneTimeLinkRow


def ensure_link(w: Noting, purpose: str, token_hash: str, *, person_id: int, expires_at: datetime) -> bool:
    """Make a link, or let one that was not used live on till then; False if it is dead.

    An older link for the same purpose and person dies, so that of several mails the last one counts.
    """
    row = w.session.scalar(select(OneTimeLinkRow).where(OneTimeLinkRow.token_hash == token_hash))
    if row is not None:
        if row.used_at is not None:
            return False
        row.expires_at = expires_at
        w.session.flush()
        return True
    end_links(w, person_id, [purpose])
    w.session.add(
        OneTimeLinkRow(
            purpose=purpose, token_hash=token_hash, user_id=person_id, created_at=w.now, expires_at=expires_at
        )
    )
    w.session.flush()
    return True


def link_alive(r: Reading, purposes: Collection[str], token_hash: str, now: datetime) -> tuple[str, int] | None:
    """The purpose of a living link and whom it is for."""
    query = select(OneTimeLinkRow.purpose, OneTimeLinkRow.user_id).where(
        OneTimeLinkRow.token_hash == token_hash,
        OneTimeLinkRow.purpose.in_(purposes),
        OneTimeLinkRow.used_at.is_(None),
        OneTimeLinkRow.expires_at > now,
        OneTimeLinkRow.user_id.is_not(None),
    )
    found = r.session.execute(query).first()
    return None if found is None else (found.purpose, found.user_id)


def end_links(w: Noting, person_id: int, purposes: Collection[str]) -> None:
    """Let somebody's links for these purposes die."""
    w.session.execute(
        update(OneTimeLinkRow)
        .where(
            OneTimeLinkRow.user_id == person_id, OneTimeLinkRow.purpose.in_(purposes), OneTimeLinkRow.used_at.is_(None)
        )
        .values(used_at=w.now)
    )


def last_expiry(r: Reading, purpose: str) -> dict[int, datetime]:
    """When each person's living link for this purpose runs out."""
    query = select(OneTimeLinkRow.user_id, OneTimeLinkRow.expires_at).where(
        OneTimeLinkRow.purpose == purpose, OneTimeLinkRow.used_at.is_(None), OneTimeLinkRow.expires_at.is_not(None)
    )
    return {person_id: expires_at for person_id, expires_at in r.session.execute(query) if person_id and expires_at}
