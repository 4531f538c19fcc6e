"""Writing entries of the audit into its chain, all of a transaction in one pass.

On SQLite there is one writer at a time. On PostgreSQL the table is locked against other writers while the entries of
one transaction go in, the last thing before its commit: so each finds the entry before, and the chain cannot fork.
Nobody who reads waits.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from railtrack.domain.chain import START, canonical_json, canonical_time, digest_of_texts
from railtrack.store.tables import AuditRow
from railtrack.store.writing.bulk import insert_all


def append(session: Session, entries: Sequence[dict[str, Any]]) -> None:
    """Number, chain and write these entries; they have one time, as a transaction has."""
    if not entries:
        return
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE"))
    sequence, previous = last_link(session)
    at = canonical_time(entries[0]["at"])
    for entry in entries:
        sequence += 1
        entry["id"], entry["previous"] = sequence, previous
        # as text once, for the hash and for the column
        before = entry["before"] = "null" if entry["before"] is None else canonical_json(entry["before"])
        after = entry["after"] = "null" if entry["after"] is None else canonical_json(entry["after"])
        previous = entry["hash"] = digest_of_texts(
            sequence, previous, at, before, after, entry["organisation_id"],
            entry["acted_for"], entry["action"], entry["actor"], entry["origin"], entry["subject"],
            entry["subject_id"],
        )  # fmt: skip
    insert_all(session, AuditRow, entries)


def last_link(session: Session) -> tuple[int, str]:
    """Give number and hash of the last entry; 0 and the start of the chain where there is none."""
    row = session.execute(select(AuditRow.id, AuditRow.hash).order_by(AuditRow.id.desc()).limit(1)).one_or_none()
    return (0, START) if row is None else (row.id, row.hash)
