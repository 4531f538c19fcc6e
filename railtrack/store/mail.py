"""Mails waiting, under way and done. A mail is written by the transaction of what causes it (`add_mail`)."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, select, update

from railtrack.domain.messages import Message
from railtrack.domain.people import Person
from railtrack.store import people as stored_people
from railtrack.store.engine import Noting, Reading
from railtrack.store.tables import AddressChangeRow, MailRow


class MailState(StrEnum):
    """`sending`: a job has it in hand. `dropped`: of no use any more when its turn came, so it is taken out."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A mail as it is kept: what it is about, not what it says."""

    id: int
    kind: str
    recipient: str
    user_id: int | None
    language: str
    facts: Mapping[str, Any]
    nonce: str | None
    message_id: str
    state: MailState
    run: str | None
    attempts: int
    created_at: datetime
    due_at: datetime
    ended_at: datetime | None
    reason: Message | None


def add_mail(
    w: Noting,
    kind: str,
    recipient: str,
    *,
    host: str,
    language: str = "",
    user_id: int | None = None,
    facts: Mapping[str, Any] | None = None,
    has_link: bool = False,
) -> int:
    """Put a mail into the outbox, to be sent once this transaction is kept. `host` ends its Message-ID."""
    row = MailRow(
        kind=kind,
        recipient=recipient,
        language=language,
        user_id=user_id,
        facts=dict(facts or {}),
        nonce=secrets.token_hex(16) if has_link else None,
        message_id=f"<{secrets.token_hex(12)}@{host}>",
        created_at=w.now,
        due_at=w.now,
    )
    w.session.add(row)
    w.session.flush()
    return row.id


def mail_by_id(r: Reading, mail_id: int) -> Mail | None:
    row = r.session.get(MailRow, mail_id)
    return None if row is None else _mail(row)


def mails(r: Reading, states: Sequence[MailState], *, limit: int) -> list[Mail]:
    """The mails in these states, the latest first."""
    query = select(MailRow).where(MailRow.state.in_([s.value for s in states])).order_by(MailRow.id.desc())
    return [_mail(row) for row in r.session.scalars(query.limit(limit))]


def count_mails(r: Reading) -> dict[MailState, int]:
    """How many mails there are in each state."""
    rows = r.session.execute(select(MailRow.state, func.count()).group_by(MailRow.state))
    return {MailState(state): number for state, number in rows}


def latest_mail_to(r: Reading, kind: str) -> dict[int, Mail]:
    """The last mail of a kind to each person, by the person's id."""
    last = select(func.max(MailRow.id)).where(MailRow.kind == kind, MailRow.user_id.is_not(None))
    rows = r.session.scalars(select(MailRow).where(MailRow.id.in_(last.group_by(MailRow.user_id))))
    return {row.user_id: _mail(row) for row in rows if row.user_id is not None}


def due_mails(r: Reading, now: datetime, *, limit: int) -> list[int]:
    """The ids of mails whose time has come, the oldest first."""
    query = select(MailRow.id).where(MailRow.state == "waiting", MailRow.due_at <= now)
    return list(r.session.scalars(query.order_by(MailRow.due_at, MailRow.id).limit(limit)))


def runs_under_way(r: Reading) -> list[tuple[int, str]]:
    """The mails a job has in hand, with the job."""
    rows = r.session.execute(select(MailRow.id, MailRow.run).where(MailRow.state == "sending").order_by(MailRow.id))
    return [(mail_id, run) for mail_id, run in rows if run is not None]


def hand_over(w: Noting, mail_id: int, run: str) -> bool:
    """Give a waiting mail to a job; False if it waits no more. Of two at once only one gets True."""
    taken = w.session.execute(
        update(MailRow)
        .where(MailRow.id == mail_id, MailRow.state == "waiting")
        .values(state="sending", run=run, attempts=MailRow.attempts + 1)
        .returning(MailRow.id)
    )
    return taken.scalar() is not None


def end_run(
    w: Noting,
    mail_id: int,
    run: str,
    state: MailState,
    *,
    due_at: datetime | None = None,
    reason: Message | None = None,
) -> bool:
    """Note what came of a job; False if the mail is not in its hand (any more)."""
    in_hand = (MailRow.id == mail_id, MailRow.state == "sending", MailRow.run == run)
    if state is MailState.DROPPED:  # perhaps to an address nobody here has, which is nothing to keep
        return w.session.execute(delete(MailRow).where(*in_hand).returning(MailRow.id)).scalar() is not None
    values: dict[str, Any] = {"state": state.value, "run": None, "reason": _kept(reason)}
    if state is MailState.WAITING:
        values["due_at"] = due_at or w.now
    else:
        values["ended_at"] = w.now
    if state is MailState.SENT:
        values["nonce"] = None  # with it the link could be derived again
    ended = w.session.execute(update(MailRow).where(*in_hand).values(**values).returning(MailRow.id))
    return ended.scalar() is not None


def send_again(w: Noting, mail_id: int) -> bool:
    """Let a mail that failed or waits be tried now; False if there is none such."""
    changed = w.session.execute(
        update(MailRow)
        .where(MailRow.id == mail_id, MailRow.state.in_(("failed", "waiting")))
        .values(state="waiting", due_at=w.now, ended_at=None, attempts=0)
        .returning(MailRow.id)
    )
    return changed.scalar() is not None


def forget_mails(w: Noting, before: datetime) -> None:
    """Take out what was sent or failed before."""
    w.session.execute(delete(MailRow).where(MailRow.ended_at.is_not(None), MailRow.ended_at < before))


# ---------------------------------------------------------------- addresses that wait to be confirmed


def keep_address_change(w: Noting, person_id: int, email: str) -> None:
    """Remember the address somebody wants, instead of one asked for before."""
    drop_address_change(w, person_id)
    w.session.add(AddressChangeRow(user_id=person_id, email=email, asked_at=w.now))
    w.session.flush()


def address_change(r: Reading, person_id: int) -> str | None:
    """The address somebody wants, until it is confirmed."""
    return r.session.scalar(select(AddressChangeRow.email).where(AddressChangeRow.user_id == person_id))


def drop_address_change(w: Noting, person_id: int) -> None:
    w.session.execute(delete(AddressChangeRow).where(AddressChangeRow.user_id == person_id))


def person_of(r: Reading, mail: Mail) -> Person | None:
    """Whose mail this is; a mail to an address somebody typed belongs to whoever has it, if anybody."""
    if mail.user_id is not None:
        return stored_people.person_by_id(r, mail.user_id)
    return stored_people.person_by_email(r, mail.recipient)


def _kept(reason: Message | None) -> dict[str, Any] | None:
    if reason is None:
        return None
    return {"text": reason.text, "values": {name: str(value) for name, value in reason.values.items()}}


def _mail(row: MailRow) -> Mail:
    return Mail(
        id=row.id,
        kind=row.kind,
        recipient=row.recipient,
        user_id=row.user_id,
        language=row.language,
        facts=row.facts,
        nonce=row.nonce,
        message_id=row.message_id,
        state=MailState(row.state),
        run=row.run,
        attempts=row.attempts,
        created_at=row.created_at,
        due_at=row.due_at,
        ended_at=row.ended_at,
        reason=None if row.reason is None else Message(row.reason["text"], row.reason["values"]),
    )
