"""Reading the audit: who changed what. It is written by `Writing.audit`, with the change itself, and never changed."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Text, and_, cast, false, func, or_, select, true, type_coerce
from sqlalchemy.exc import OperationalError

from railtrack.domain.actors import Scope
from railtrack.domain.chain import CONTENT, ChainCheck, Flaw, canonical_time
from railtrack.domain.hiding import visible_entry
from railtrack.domain.people import email_key
from railtrack.domain.records import AuditEntry, Page
from railtrack.store import paging
from railtrack.store.engine import Noting, Reading
from railtrack.store.people import put_setting, setting
from railtrack.store.persons import pseudonym, put_back
from railtrack.store.tables import AuditRow, ContainerRow, EventRow, ShipmentRow, UserRow
from railtrack.store.writing.booking import visible
from railtrack.store.writing.taking_out import TAKE_OUT


def audit_entries(
    r: Reading,
    scope: Scope,
    *,
    subject: str | None = None,
    subjects: Collection[str] = (),
    action: str | None = None,
    subject_id: str | None = None,
    actor: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 100,
    cursor: str | None = None,
) -> Page[AuditEntry]:
    """Give entries from `since` to before `until`, newest first: all, or those of one's own organisation.

    `actor` and `subject_id` may be the address of an account or its pseudonym.
    """
    conditions = [_in_sight(scope)]
    if subjects:
        conditions.append(AuditRow.subject.in_(subjects))
    for column, wanted in ((AuditRow.subject, subject), (AuditRow.action, action)):
        if wanted is not None:
            conditions.append(column == wanted)
    for column, named in ((AuditRow.actor, actor), (AuditRow.subject_id, subject_id)):
        if named is not None:
            conditions.append(column.in_(_names(r, named)))
    if since is not None:
        conditions.append(AuditRow.at >= since)
    if until is not None:
        conditions.append(AuditRow.at < until)
    return _page(r, scope, conditions, limit, cursor)


def history_of_shipment(
    r: Reading, scope: Scope, shipment_id: int, *, limit: int = 100, cursor: str | None = None
) -> Page[AuditEntry]:
    """Give what was changed about a shipment in sight, its containers and its events, newest first."""
    about = select(ShipmentRow.id).where(ShipmentRow.id == shipment_id, visible(scope))
    if r.session.scalar(about) is None:
        return Page(())
    containers = [*_former_containers(r, shipment_id), *_containers(r, shipment_id)]
    events = select(EventRow.id).where(EventRow.shipment_id == shipment_id)
    condition = or_(
        and_(AuditRow.subject == "shipment", AuditRow.subject_id == str(shipment_id)),
        and_(AuditRow.subject == "container", AuditRow.subject_id.in_([str(i) for i in containers])),
        and_(AuditRow.subject == "event", AuditRow.subject_id.in_(events)),
    )
    return _page(r, scope, [condition], limit, cursor)


def _containers(r: Reading, shipment_id: int) -> Iterator[int]:
    return iter(r.session.scalars(select(ContainerRow.id).where(ContainerRow.shipment_id == shipment_id)))


def _former_containers(r: Reading, shipment_id: int) -> Iterator[int]:
    """Give the ids of containers that were taken out of a shipment; only the entries on that know them."""
    said = select(AuditRow.before).where(
        AuditRow.subject == "shipment", AuditRow.subject_id == str(shipment_id), AuditRow.action == TAKE_OUT
    )
    return (int(before["container_id"]) for before in r.session.scalars(said) if before)


def _names(r: Reading, named: str) -> list[str]:
    """Give what the audit may have written for an address: the pseudonym of its account, or the words themselves."""
    user_id = r.session.scalar(select(UserRow.id).where(UserRow.email_key == email_key(named)))
    return [named] if user_id is None else [named, pseudonym(user_id)]


def _in_sight(scope: Scope) -> Any:
    if scope.everything:
        return AuditRow.id.is_not(None)
    return false() if scope.organisation_id is None else AuditRow.organisation_id == scope.organisation_id


def _page(r: Reading, scope: Scope, conditions: list[Any], limit: int, cursor: str | None) -> Page[AuditEntry]:
    limit = paging.bounded(limit)
    after = paging.decode(cursor, "audit", (int,))
    query = select(AuditRow.__table__).where(*conditions).order_by(AuditRow.id.desc()).limit(limit + 1)
    if after is not None:
        query = query.where(AuditRow.id < after[0])
    rows = r.session.execute(query).all()
    named = put_back(r.session, [_entry(row) for row in rows[:limit]])
    entries = tuple(visible_entry(scope, entry) for entry in named)
    return Page(entries, paging.encode("audit", [entries[-1].id]) if len(rows) > limit else None)


def _entry(row: Any) -> AuditEntry:
    return AuditEntry(
        id=row.id,
        at=row.at,
        actor=row.actor,
        origin=row.origin,
        action=row.action,
        subject=row.subject,
        subject_id=row.subject_id,
        acted_for=row.acted_for,
        before=row.before,
        after=row.after,
    )


def subjects(r: Reading) -> list[str]:
    """Give the kinds of things there are entries on; each found by a step over the index, as most are one kind."""
    found: list[str] = []
    while (
        following := r.session.scalar(
            select(func.min(AuditRow.subject)).where(AuditRow.subject > found[-1] if found else true())
        )
    ) is not None:
        found.append(following)
    return found


# ---------------------------------------------------------------- the chain

CHAINED_AT_ONCE = 2000
LAST_CHECK, KNOWN_HEAD = "audit check", "audit head"


@dataclass(frozen=True, kw_only=True)
class KeptCheck:
    """What came of the last check of the chain, and when that was."""

    at: datetime
    check: ChainCheck


def chained(r: Reading) -> Iterator[dict[str, Any] | None]:
    """Give every entry as it is chained, with its hash, from the first one on; None for one that cannot be read.

    Texts are taken from the database as they stand there, for what somebody tampered with may be no JSON and no time;
    in SQLite not even text, and then the driver gives none of the rows it was asked for.
    """
    is_sqlite = r.session.get_bind().dialect.name == "sqlite"
    names = [name for name in (*CONTENT, "hash") if name not in ("sequence", "at", "before", "after")]
    query = select(
        AuditRow.id.label("sequence"),
        (type_coerce(AuditRow.at, Text) if is_sqlite else AuditRow.at).label("at"),
        cast(AuditRow.before, Text).label("before"),
        cast(AuditRow.after, Text).label("after"),
        *(getattr(AuditRow, name) for name in names),
    ).order_by(AuditRow.id)
    after, size = 0, CHAINED_AT_ONCE
    while True:
        try:
            rows = r.session.execute(query.where(AuditRow.id > after).limit(size)).all()
        except OperationalError:
            if size == 1:
                yield None
                return
            size = 1
            continue
        if not rows:
            return
        for row in rows:
            yield _content(dict(row._mapping))
        after = rows[-1].sequence


def _content(values: dict[str, Any]) -> dict[str, Any] | None:
    try:
        at = datetime.fromisoformat(values["at"]) if isinstance(values["at"], str) else values["at"]
        values["at"] = canonical_time(at if at.tzinfo else at.replace(tzinfo=UTC))
        for side in ("before", "after"):
            values[side] = None if values[side] is None else json.loads(values[side])
    except (TypeError, ValueError, AttributeError):
        return None
    return values


def last_check(r: Reading) -> KeptCheck | None:
    """Give what came of the last check."""
    kept = setting(r, LAST_CHECK)
    if kept is None:
        return None
    said = json.loads(kept)
    flaw = None if said["flaw"] is None else Flaw(said["flaw"])
    check = ChainCheck(entries=said["entries"], head=said["head"], flaw=flaw, sequence=said["sequence"])
    return KeptCheck(at=datetime.fromisoformat(said["at"]), check=check)


def known_head(r: Reading) -> str | None:
    """Give the last entry's hash when the chain was last found to hold; it must be there for ever after."""
    return setting(r, KNOWN_HEAD)


def keep_check(w: Noting, check: ChainCheck) -> None:
    """Remember what came of a check; it is no entry, or each look would change what is looked at."""
    if check.holds:
        put_setting(w, KNOWN_HEAD, check.head)
    said = {"at": w.now.isoformat(), "entries": check.entries, "head": check.head, "sequence": check.sequence}
    put_setting(w, LAST_CHECK, json.dumps(said | {"flaw": check.flaw}))
