"""Personal data: handing out all that is kept of somebody, erasing it, and letting go of what has been kept for long.

What somebody recorded stays, for others rely on it; who it was is then a pseudonym such as `user:17`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from railtrack.domain.actors import Actor, Role
from railtrack.domain.errors import Conflict, NotFound
from railtrack.domain.messages import say
from railtrack.domain.people import Person
from railtrack.domain.rights import Operation, insist
from railtrack.store import desk, people, personal, sharing
from railtrack.store.engine import Reading, Store
from railtrack.store.persons import pseudonym

PRUNER = Actor(name="server", role=Role.ADMINISTRATOR, origin="server")


@dataclass(frozen=True, kw_only=True)
class Retention:
    """For how many days what is kept."""

    addresses_days: int = 90
    uploads_days: int = 30
    drafts_days: int = 365
    links_days: int = 90


def export_person(store: Store, email: str, *, actor: Actor) -> dict[str, Any]:
    """Give all that is kept of somebody, as JSON values; to themselves or an administrator."""
    with store.reading() as r:
        person = _named(r, email, actor)
        return personal.personal_data(r, person)


def erase_person(store: Store, email: str, *, actor: Actor, now: datetime) -> str:
    """Erase all that is kept of somebody and give the pseudonym that stays.

    Raises NotAllowed unless an administrator asks, NotFound, and Conflict for the last administrator.
    """
    insist(actor, Operation.KEEP_ACCOUNTS, own=False, refusal=say("Only an administrator manages accounts."))
    with store.writing(actor, now) as w:
        person = _named(w, email, actor)
        before = people.count_active(w, Role.ADMINISTRATOR)
        personal.erase(w, person)
        if before and not people.count_active(w, Role.ADMINISTRATOR):
            raise Conflict(say("This is the last administrator. Make another one first."))
        name = pseudonym(person.id)
        w.audit("erase", "user", name)
        w.commit()
    return name


def prune(store: Store, retention: Retention, *, now: datetime, patience_s: float | None = None) -> None:
    """Let go of what has been kept as long as it may be: addresses, uploaded files, drafts, dead links."""
    with store.noting(PRUNER, now, patience_s=patience_s) as w:
        personal.forget_addresses(w, now - timedelta(days=retention.addresses_days))
        personal.forget_drafts(w, now - timedelta(days=retention.drafts_days))
        desk.forget_uploads(w, now - timedelta(days=1), decided_before=now - timedelta(days=retention.uploads_days))
        sharing.forget_links(w, now - timedelta(days=retention.links_days))
        w.commit()


def _named(r: Reading, email: str, actor: Actor) -> Person:
    person = people.person_by_email(r, email)
    is_own = person is not None and person.id == actor.user_id
    if person is None or not (is_own or actor.may(Operation.KEEP_ACCOUNTS, own=False)):
        raise NotFound(say("There is no account of %(email)s.", email=email))
    return person
