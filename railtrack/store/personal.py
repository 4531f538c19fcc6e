"""All that is kept of one person, found by the foreign keys of the tables: to be handed out, and to be erased.

A table that refers to a user is covered the day it is made; so is a new column of `users`.
"""

import base64
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Column, LargeBinary, Table, delete, or_, select, update

from railtrack.domain.people import Person
from railtrack.store.engine import Noting, Reading
from railtrack.store.persons import ADDRESS, pseudonym
from railtrack.store.tables import AuditPersonRow, AuditRow, Base, DraftRow, EventRow, MailRow, UserRow

NOT_SHOWN = "(kept, not shown)"
# what checks a secret is nobody's business, not even its owner's
_SECRET = ("hash", "password", "secret", "token", "uniquifier", "user_key", "nonce", "salt")


def _owners(*, deleted_with_user: bool | None = None) -> Iterator[tuple[Table, Column[Any]]]:
    """Give the columns that refer to a user."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            for key in column.foreign_keys:
                goes_along = key.ondelete == "CASCADE"
                if key.column is UserRow.__table__.c.id and deleted_with_user in (None, goes_along):
                    yield table, column


def personal_data(r: Reading, person: Person) -> dict[str, Any]:
    """Give all rows of a person by table: the account, what hangs on it, its entries in the audit and its events."""
    name = pseudonym(person.id)
    found = {"users": _rows(r, UserRow.__table__, UserRow.id == person.id)}
    for table, column in _owners():
        found.setdefault(table.name, []).extend(_rows(r, table, column == person.id))
    acted = or_(AuditRow.actor == name, AuditRow.subject_id == name)
    found["audit"] = _rows(r, AuditRow.__table__, acted)
    found["events"] = _rows(r, EventRow.__table__, EventRow.recorded_by == name)
    return found


def _rows(r: Reading, table: Any, condition: Any) -> list[dict[str, Any]]:
    rows = r.session.execute(select(table).where(condition).order_by(*table.primary_key.columns))
    return [{column.name: _shown(column, row._mapping[column.name]) for column in table.columns} for row in rows]


def _shown(column: Column[Any], value: Any) -> Any:
    is_secret = any(word in column.name for word in _SECRET) and column.table.name != "audit"
    if value is None or value == "":
        return value
    if is_secret:
        return NOT_SHOWN
    if isinstance(column.type, LargeBinary):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool | dict | list) else str(value)


def erase(w: Noting, person: Person) -> None:
    """Take out all that is kept of a person. The account's row stays, empty, so that its number is nobody else's."""
    for table, column in _owners(deleted_with_user=True):
        w.session.execute(delete(table).where(column == person.id))
    w.session.execute(delete(MailRow).where(MailRow.recipient == person.email))
    name = pseudonym(person.id)
    kept: dict[str, Any] = {"email": name, "email_key": name, "fs_uniquifier": uuid4().hex, "active": False}
    kept["erased_at"] = w.now
    stays = {"id", "role", "created_at", *kept}
    kept |= {each.name: _emptied(each) for each in Base.metadata.tables["users"].columns if each.name not in stays}
    w.session.execute(update(UserRow).where(UserRow.id == person.id).values(kept))
    w.session.execute(delete(AuditPersonRow).where(AuditPersonRow.value == person.email))


def _emptied(column: Column[Any]) -> Any:
    if column.nullable:
        return None
    return 0 if column.type.python_type is int else False if column.type.python_type is bool else ""


# ---------------------------------------------------------------- what runs out


def forget_addresses(w: Noting, before: datetime) -> int:
    """Delete network addresses noted before a time, those of sign-ins and those behind entries of the audit."""
    gone: Any = w.session.execute(
        delete(AuditPersonRow).where(AuditPersonRow.kind == ADDRESS, AuditPersonRow.at < before)
    )
    for address, at in (
        (UserRow.last_login_ip, UserRow.last_login_at),
        (UserRow.current_login_ip, UserRow.current_login_at),
    ):
        w.session.execute(update(UserRow).where(address.is_not(None), at < before).values({address: None}))
    return int(gone.rowcount)


def forget_drafts(w: Noting, before: datetime) -> int:
    """Delete drafts saved last before a time."""
    gone: Any = w.session.execute(delete(DraftRow).where(DraftRow.saved_at < before))
    return int(gone.rowcount)
