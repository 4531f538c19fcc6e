"""What lies on a user's desk: drafts of shipments, files waiting for a decision, receipts of forms carried out.

Everything here is its owner's alone: each function is given the owner's id and finds nothing of others.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Select, and_, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from railtrack.domain.errors import Conflict, NotFound
from railtrack.domain.messages import say
from railtrack.store.engine import Noting, Reading
from railtrack.store.tables import DraftRow, FormReceiptRow, UploadRow, UserRow

WAITING, STORED, DROPPED = "waiting", "stored", "dropped"
REFUSED_ROWS = "refused"  # where the result of a file keeps them


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A shipment form put aside, its fields as they were typed."""

    id: int
    title: str
    fields: dict[str, Any]
    saved_at: datetime


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file after its preview. `state` is waiting, stored or dropped; `content` is empty in lists and once decided."""

    id: str
    name: str
    kind: str
    encoding: str
    state: str
    result: dict[str, Any] | None
    uploaded_at: datetime
    content: bytes = b""


# ---------------------------------------------------------------- drafts


def drafts(r: Reading, user_id: int) -> tuple[Draft, ...]:
    """Give a user's drafts, last saved first."""
    query = select(DraftRow.__table__).where(DraftRow.user_id == user_id)
    return tuple(_draft(row) for row in r.session.execute(query.order_by(DraftRow.saved_at.desc(), DraftRow.id.desc())))


def draft(r: Reading, user_id: int, draft_id: int) -> Draft:
    """Give one draft; raises NotFound."""
    query = select(DraftRow.__table__).where(DraftRow.user_id == user_id, DraftRow.id == draft_id)
    row = r.session.execute(query).one_or_none()
    if row is None:
        raise NotFound(say("There is no such draft; it may have been sent or thrown away."))
    return _draft(row)


def save_draft(w: Noting, user_id: int, title: str, fields: dict[str, Any], draft_id: int | None = None) -> int:
    """Put a form aside, in place of an earlier draft if one is named; gives the draft's id."""
    values = {"title": title, "fields": fields, "saved_at": w.now}
    if draft_id is not None:
        done: Any = w.session.execute(
            update(DraftRow).where(DraftRow.id == draft_id, DraftRow.user_id == user_id).values(values)
        )
        if done.rowcount:
            return draft_id
    return w.session.scalars(insert(DraftRow).returning(DraftRow.id), [values | {"user_id": user_id}]).one()


def drop_draft(w: Noting, user_id: int, draft_id: int) -> None:
    """Throw a draft away; harmless if it is gone."""
    w.session.execute(delete(DraftRow).where(DraftRow.id == draft_id, DraftRow.user_id == user_id))


def _draft(row: Any) -> Draft:
    return Draft(id=row.id, title=row.title, fields=row.fields, saved_at=row.saved_at)


# ---------------------------------------------------------------- uploads


def lock_desk(w: Noting, user_id: int) -> None:
    """Let nobody else lay anything on this user's desk until the transaction is over."""
    w.session.execute(select(UserRow.id).where(UserRow.id == user_id).with_for_update())


def keep_upload(w: Noting, user_id: int, name: str, kind: str, encoding: str, content: bytes) -> str:
    """Keep a file until its owner decides; gives its id."""
    upload_id = str(uuid4())
    values = {"id": upload_id, "user_id": user_id, "name": name, "kind": kind, "encoding": encoding}
    w.session.execute(
        insert(UploadRow), [values | {"content": content, "state": WAITING, "result": None, "uploaded_at": w.now}]
    )
    return upload_id


def upload(r: Reading, user_id: int, upload_id: str) -> Upload:
    """Give one file with its content; raises NotFound."""
    query = select(UploadRow.__table__).where(UploadRow.user_id == user_id, UploadRow.id == upload_id)
    row = r.session.execute(query).one_or_none()
    if row is None:
        raise NotFound(say("There is no such file here; upload it again."))
    return _upload(row, row.content)


def uploads(r: Reading, user_id: int, limit: int = 50, *, state: str | None = None) -> tuple[Upload, ...]:
    """Give a user's files (of one state) without their content, newest first."""
    query = _UPLOADS.where(UploadRow.user_id == user_id).limit(limit)
    if state is not None:
        query = query.where(UploadRow.state == state)
    return tuple(_upload(row, b"") for row in r.session.execute(query))


def settle_upload(w: Noting, user_id: int, upload_id: str, state: str, result: dict[str, Any] | None = None) -> None:
    """Note what became of a waiting file and let go of its content; raises Conflict if that was decided before."""
    settled: Any = w.session.execute(
        update(UploadRow)
        .where(UploadRow.id == upload_id, UploadRow.user_id == user_id, UploadRow.state == WAITING)
        .values(state=state, result=result, content=b"")
    )
    if settled.rowcount != 1:
        raise Conflict(say("This file was dealt with already."))


def forget_uploads(w: Noting, before: datetime, *, decided_before: datetime | None = None) -> int:
    """Delete files uploaded before a time, or before another what became of those that were decided; their number."""
    waits = UploadRow.state == WAITING
    old = or_(
        and_(waits, UploadRow.uploaded_at < before), and_(~waits, UploadRow.uploaded_at < (decided_before or before))
    )
    done: Any = w.session.execute(delete(UploadRow).where(old))
    return int(done.rowcount)


def forget_refused(w: Noting, user_id: int, keep: int) -> None:
    """Let go of the refused rows of a user's decided files but the `keep` newest; what came of them stays known."""
    decided = select(UploadRow.id).where(UploadRow.user_id == user_id, UploadRow.state == STORED)
    newest = decided.order_by(UploadRow.uploaded_at.desc(), UploadRow.id).limit(keep)
    rows = w.session.execute(
        select(UploadRow.id, UploadRow.result).where(UploadRow.id.in_(decided), UploadRow.id.not_in(newest))
    )
    for row in rows.all():
        if REFUSED_ROWS in (row.result or {}):
            left = {name: value for name, value in row.result.items() if name != REFUSED_ROWS}
            w.session.execute(update(UploadRow).where(UploadRow.id == row.id).values(result=left))


_UPLOADS: Select[Any] = select(
    UploadRow.id,
    UploadRow.name,
    UploadRow.kind,
    UploadRow.encoding,
    UploadRow.state,
    UploadRow.result,
    UploadRow.uploaded_at,
).order_by(UploadRow.uploaded_at.desc(), UploadRow.id)


def _upload(row: Any, content: bytes) -> Upload:
    return Upload(
        id=row.id,
        name=row.name,
        kind=row.kind,
        encoding=row.encoding,
        state=row.state,
        result=row.result,
        uploaded_at=row.uploaded_at,
        content=content,
    )


# ---------------------------------------------------------------- receipts


def receipt(r: Reading, user_id: int, key: str) -> str | None:
    """Give the outcome of a form that was carried out under this one-time key; None if it was not."""
    return r.session.scalar(
        select(FormReceiptRow.outcome).where(FormReceiptRow.key == key, FormReceiptRow.user_id == user_id)
    )


def keep_receipt(w: Noting, user_id: int, key: str, outcome: str) -> None:
    """Note that a form was carried out, with its change; raises Conflict if it was before."""
    try:
        w.session.execute(insert(FormReceiptRow), [{"key": key, "user_id": user_id, "outcome": outcome, "at": w.now}])
    except IntegrityError as error:
        raise Conflict(say("This form was carried out already.")) from error


def drop_receipt(w: Noting, user_id: int, key: str) -> None:
    """Forget one receipt, so that its form may be carried out again; harmless if it is gone."""
    w.session.execute(delete(FormReceiptRow).where(FormReceiptRow.key == key, FormReceiptRow.user_id == user_id))


def forget_receipts(w: Noting, before: datetime) -> None:
    """Delete receipts of forms carried out before a time."""
    w.session.execute(delete(FormReceiptRow).where(FormReceiptRow.at < before))
