"""Reading the audit: who changed what. It is written by `Writing.audit`, with the change itself, and never changed."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import and_, false, or_, select

from railtrack.domain.actors import Scope
from railtrack.domain.hiding import visible_entry
from railtrack.domain.records import AuditEntry, Page
from railtrack.store import paging
from railtrack.store.engine import Reading
from railtrack.store.tables import AuditRow, ContainerRow, EventRow, ShipmentRow
from railtrack.store.writing.booking import visible


def audit_entries(
    r: Reading,
    scope: Scope,
    *,
    subject: str | None = None,
    subjects: Collection[str] = (),
    action: str | None = None,
    subject_id: str | None = None,
    actor: str | None = None,
    limit: int = 100,
    cursor: str | None = None,
) -> Page[AuditEntry]:
    """Give entries, newest first: all, or those of one's own organisation."""
    conditions = [_in_sight(scope)]
    if subjects:
        conditions.append(AuditRow.subject.in_(subjects))
    for column, wanted in (
        (AuditRow.subject, subject),
        (AuditRow.subject_id, subject_id),
        (AuditRow.actor, actor),
        (AuditRow.action, action),
    ):
        if wanted is not None:
            conditions.append(column == wanted)
    return _page(r, scope, conditions, limit, cursor)


def history_of_shipment(
    r: Reading, scope: Scope, shipment_id: int, *, limit: int = 100, cursor: str | None = None
) -> Page[AuditEntry]:
    """Give what was changed about a shipment in sight, its containers and its events, newest first."""
    about = select(ShipmentRow.id).where(ShipmentRow.id == shipment_id, visible(scope))
    if r.session.scalar(about) is None:
        return Page(())
    containers = r.session.scalars(select(ContainerRow.id).where(ContainerRow.shipment_id == shipment_id))
    events = select(EventRow.id).where(EventRow.shipment_id == shipment_id)
    condition = or_(
        and_(AuditRow.subject == "shipment", AuditRow.subject_id == str(shipment_id)),
        and_(AuditRow.subject == "container", AuditRow.subject_id.in_([str(i) for i in containers])),
        and_(AuditRow.subject == "event", AuditRow.subject_id.in_(events)),
    )
    return _page(r, scope, [condition], limit, cursor)


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
    entries = tuple(visible_entry(scope, _entry(row)) for row in rows[:limit])
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
