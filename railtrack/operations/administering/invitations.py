"""Invitations by mail: an account without a password, and a link that came by mail with which one is chosen."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from railtrack.domain.actors import Actor
from railtrack.domain.errors import Conflict, NotFound
from railtrack.domain.messages import Message, say
from railtrack.domain.people import Person
from railtrack.domain.rights import Operation, insist
from railtrack.operations.notifying.post import INVITATION, PostOffice, queue
from railtrack.operations.notifying.texts import MailKind
from railtrack.store import links, personal
from railtrack.store import mail as stored_mail
from railtrack.store import people as stored
from railtrack.store.engine import Noting, Store
from railtrack.store.mail import MailState
from railtrack.store.persons import pseudonym


class InvitationState(StrEnum):
    """`open`: the mail was sent and its link works; `expired`: it does not work any more."""

    WAITING = "waiting"
    FAILED = "failed"
    OPEN = "open"
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """How far somebody's invitation has got. `reason` says why its mail was not sent."""

    state: InvitationState
    expires_at: datetime | None = None
    reason: Message | None = None


def queue_invitation(w: Noting, post: PostOffice, person: Person, *, actor: Actor, language: str = "") -> None:
    """Write the mail that invites a person, in the transaction that makes the account."""
    inviter = None if actor.user_id is None else stored.person_by_id(w, actor.user_id)
    facts = {"who": "" if inviter is None else inviter.name or inviter.email}
    if person.organisations:
        facts["organisation"] = ", ".join(each.name for each in person.organisations)
    queue(w, post, MailKind.INVITATION, person.email, person=person, language=language, facts=facts)


def invitations(store: Store, *, actor: Actor, now: datetime) -> dict[int, Invitation]:
    """Give how the invitations of those stand who have not chosen a password, by the person's id."""
    _only_administrators(actor)
    with store.reading() as r:
        waiting = {p.id for p in stored.people(r) if p.is_active and p.password_hash is None}
        sent = stored_mail.latest_mail_to(r, MailKind.INVITATION.value)
        expiry = links.last_expiry(r, INVITATION.purpose)
    found = {}
    for person_id in waiting & sent.keys():
        mail, expires_at = sent[person_id], expiry.get(person_id)
        if mail.state in (MailState.WAITING, MailState.SENDING):
            state = InvitationState.WAITING
        elif mail.state is MailState.FAILED:
            state = InvitationState.FAILED
        else:
            state = InvitationState.OPEN if expires_at is not None and expires_at > now else InvitationState.EXPIRED
        found[person_id] = Invitation(state=state, expires_at=expires_at, reason=mail.reason)
    return found


def resend_invitation(
    store: Store, post: PostOffice, email: str, *, actor: Actor, now: datetime, language: str = ""
) -> Person:
    """Send another invitation; the link of the one before dies when it goes. Raises NotFound, Conflict."""
    _only_administrators(actor)
    with store.noting(actor, now) as w:
        person = _invited(w, email)
        queue_invitation(w, post, person, actor=actor, language=language)
        w.audit("invite", "user", person.email, organisation_id=_organisation_of(person))
        w.commit()
    return person


def withdraw_invitation(store: Store, email: str, *, actor: Actor, now: datetime) -> None:
    """Take back an account nobody has used, with its links and mails. Raises NotFound, Conflict.

    Its number stays taken, since the audit names people by it.
    """
    _only_administrators(actor)
    with store.noting(actor, now) as w:
        person = _invited(w, email)
        personal.erase(w, person)
        w.audit("withdraw invitation", "user", pseudonym(person.id), organisation_id=_organisation_of(person))
        w.commit()


def _invited(w: Noting, email: str) -> Person:
    person = stored.person_by_email(w, email)
    if person is None:
        raise NotFound(say("There is no account of %(email)s.", email=email))
    if person.password_hash is not None or person.sign_ins or not person.is_active:
        raise Conflict(say("%(email)s is no open invitation any more.", email=person.email))
    return person


def _only_administrators(actor: Actor) -> None:
    insist(actor, Operation.KEEP_ACCOUNTS, own=False, refusal=say("Only an administrator manages accounts."))


def _organisation_of(person: Person) -> int | None:
    return None if person.organisation is None else person.organisation.id
