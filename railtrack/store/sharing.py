"""Links that show one thing to somebody without an account: kept by the hash of their token, counted when opened."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, false, insert, or_, select, update

from railtrack.domain.actors import Scope
from railtrack.domain.records import Organisation
from railtrack.domain.sharing import LinkKind, SharedField, SharedLink
from railtrack.store.engine import Noting, Reading
from railtrack.store.persons import name_in_audit
from railtrack.store.tables import OrganisationRow, SharedLinkRow, ShipmentRow, UserRow
from railtrack.store.writing.booking import visible
from railtrack.store.writing.bulk import in_batches


def add_link(
    w: Noting,
    user_id: int,
    *,
    kind: LinkKind,
    subject: str,
    query: Mapping[str, Any],
    fields: Collection[SharedField],
    label: str,
    organisation_id: int | None,
    token_hash: str,
    expires_at: datetime,
) -> int:
    """Keep the hash of a new link; gives its id."""
    values = {
        "kind": kind.value,
        "token_hash": token_hash,
        "user_id": user_id,
        "organisation_id": organisation_id,
        "subject": subject,
        "query": dict(query),
        "fields": sorted(each.value for each in fields),
        "label": label,
        "created_at": w.now,
        "expires_at": expires_at,
        "uses": 0,
    }
    return w.session.scalars(insert(SharedLinkRow).returning(SharedLinkRow.id), [values]).one()


def link_of(r: Reading, token_hash: str) -> SharedLink | None:
    """Find a link by its hash, alive or not."""
    return _first(r, _LINKS.where(SharedLinkRow.token_hash == token_hash))


def link_with_id(r: Reading, link_id: int) -> SharedLink | None:
    """Find a link by its id, alive or not."""
    return _first(r, _LINKS.where(SharedLinkRow.id == link_id))


def links(
    r: Reading,
    *,
    user_id: int | None = None,
    organisation_id: int | None = None,
    everybody: bool = False,
    shipment_id: int | None = None,
) -> tuple[SharedLink, ...]:
    """Give somebody's links and those of an organisation, or `everybody`'s, newest first; dead ones are among them."""
    query = _LINKS
    if not everybody:
        # of whoever has no organisation, only their own: no number is no organisation in common
        ties = ((SharedLinkRow.user_id, user_id), (SharedLinkRow.organisation_id, organisation_id))
        query = query.where(or_(false(), *(column == number for column, number in ties if number is not None)))
    if shipment_id is not None:
        about = SharedLinkRow.kind == LinkKind.SHIPMENT.value, SharedLinkRow.subject == str(shipment_id)
        query = query.where(*about)
    return tuple(_link(row) for row in r.session.execute(query.order_by(SharedLinkRow.id.desc())))


def count_use(w: Noting, link_id: int) -> None:
    """Count that a link was opened; the database adds, so that two at once are two."""
    w.session.execute(
        update(SharedLinkRow).where(SharedLinkRow.id == link_id).values(uses=SharedLinkRow.uses + 1, last_used_at=w.now)
    )


def revoke_link(w: Noting, link_id: int) -> bool:
    """Let a link work no longer; False if it was revoked before."""
    done: Any = w.session.execute(
        update(SharedLinkRow)
        .where(SharedLinkRow.id == link_id, SharedLinkRow.revoked_at.is_(None))
        .values(revoked_at=w.now, revoked_by=name_in_audit(w.actor))
    )
    return bool(done.rowcount)


def references(r: Reading, scope: Scope, shipment_ids: Sequence[int]) -> dict[int, str]:
    """Give the references of those of these shipments that are in sight."""
    found: dict[int, str] = {}
    for part in in_batches(shipment_ids):
        query = select(ShipmentRow.id, ShipmentRow.reference).where(ShipmentRow.id.in_(part), visible(scope))
        found.update({row.id: row.reference for row in r.session.execute(query)})
    return found


def is_there(r: Reading, shipment_id: int) -> bool:
    """Whether a shipment is recorded at all, in whosever sight."""
    return r.session.scalar(select(ShipmentRow.id).where(ShipmentRow.id == shipment_id)) is not None


def forget_links(w: Noting, before: datetime) -> int:
    """Delete links that have not worked since before a time."""
    gone: Any = w.session.execute(
        delete(SharedLinkRow).where(or_(SharedLinkRow.expires_at < before, SharedLinkRow.revoked_at < before))
    )
    return int(gone.rowcount)


_LINKS: Select[Any] = (
    select(
        SharedLinkRow.__table__,
        UserRow.email,
        OrganisationRow.name.label("organisation"),
        OrganisationRow.published,
        OrganisationRow.simulated,
    )
    .join(UserRow, UserRow.id == SharedLinkRow.user_id)
    .outerjoin(OrganisationRow, OrganisationRow.id == SharedLinkRow.organisation_id)
)


def _first(r: Reading, query: Select[Any]) -> SharedLink | None:
    row = r.session.execute(query).one_or_none()
    return None if row is None else _link(row)


def _link(row: Any) -> SharedLink:
    return SharedLink(
        id=row.id,
        kind=LinkKind(row.kind),
        subject=row.subject,
        query=row.query,
        # a field of a later release is not shown by an earlier one
        fields=frozenset(SharedField(each) for each in row.fields if each in list(SharedField)),
        label=row.label,
        user_id=row.user_id,
        email=row.email,
        organisation=None
        if row.organisation_id is None
        else Organisation(row.organisation_id, row.organisation, row.published, row.simulated),
        created_at=row.created_at,
        expires_at=row.expires_at,
        uses=row.uses,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )
