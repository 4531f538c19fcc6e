"""Organisations by name: two spellings of one name are one organisation."""

import unicodedata

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from railtrack.domain.records import Organisation
from railtrack.store.engine import Writing
from railtrack.store.tables import AuditRow, OrganisationRow


def name_key(name: str) -> str:
    """Give what two spellings of a name have in common: width, case and spaces aside."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def organisations(session: Session) -> dict[str, Organisation]:
    """Give every organisation by the key of its name."""
    rows = session.execute(select(OrganisationRow.__table__).order_by(OrganisationRow.id))
    return {row.name_key: Organisation(row.id, row.name, row.published, row.simulated) for row in rows}


def add_organisation(w: Writing, name: str, *, published: bool = False, simulated: bool = False) -> Organisation:
    """Add an organisation; its name must not be there yet."""
    row = OrganisationRow(
        id=_new_id(w.session),
        name=" ".join(name.split()),
        name_key=name_key(name),
        published=published,
        simulated=simulated,
        created_at=w.now,
    )
    w.session.add(row)
    w.session.flush()
    w.audit("add", "organisation", row.id, None, {"name": row.name}, row.id)
    return Organisation(row.id, row.name, published, simulated)


def _new_id(session: Session) -> int | None:
    """Give a number that no organisation had that is gone: entries of the audit still bear it.

    SQLite would give the last one again; PostgreSQL counts by itself.
    """
    if session.get_bind().dialect.name != "sqlite":
        return None
    last = (session.scalar(select(func.max(column))) for column in (OrganisationRow.id, AuditRow.organisation_id))
    return max(number or 0 for number in last) + 1
