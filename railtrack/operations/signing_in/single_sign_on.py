"""Single sign-on: which account an identity opens. What the provider says was checked before it comes here.

An identity is the provider and its subject, never the address, which may be given to somebody else there. The first
time it is matched to an existing account by an address the provider has verified. Accounts are made only where the
operator said as what.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from railtrack.domain.actors import Actor, Role
from railtrack.domain.errors import NotAllowed
from railtrack.domain.messages import Message, say
from railtrack.domain.people import Person
from railtrack.operations.administering.accounts import create_user
from railtrack.store import people as stored_people
from railtrack.store import sign_in as stored
from railtrack.store.engine import Store

_LONGEST_SUBJECT = 255


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What an ID token says of somebody."""

    issuer: str
    subject: str
    email: str
    is_verified: bool
    name: str
    has_second_factor: bool

    @classmethod
    def of(cls, issuer: str, claims: Mapping[str, object]) -> "Identity":
        """Read the claims of a checked ID token."""
        methods = claims.get("amr")
        return cls(
            issuer=issuer,
            subject=str(claims.get("sub") or ""),
            email=str(claims.get("email") or "").strip(),
            is_verified=claims.get("email_verified") is True,
            name=str(claims.get("name") or "")[:200],
            has_second_factor=isinstance(methods, list) and "mfa" in methods,
        )


def person_of(
    store: Store, identity: Identity, *, new_role: Role | None, new_organisation: str, actor: Actor, now: datetime
) -> Person:
    """Give the account of an identity, matching it by its verified address the first time.

    Raises NotAllowed, with what to do, where there is none that it may open.
    """
    if not identity.subject or len(identity.subject) > _LONGEST_SUBJECT:
        raise NotAllowed(say("The identity provider did not say who you are."))
    with store.reading() as reading:
        known = stored.person_of_identity(reading, identity.issuer, identity.subject)
        if known is not None:
            person = stored_people.person_by_id(reading, known)
            if person is None or not person.is_active:
                raise NotAllowed(_ended())
            return person
    if not identity.email or not identity.is_verified:
        raise NotAllowed(
            say(
                "The identity provider has not verified your e-mail address, so it cannot be matched to an account. "
                "Have it verified there, or sign in with your password."
            )
        )
    with store.reading() as reading:
        person = stored_people.person_by_email(reading, identity.email)
    if person is None:
        person = _new_account(store, identity, new_role, new_organisation, actor, now)
    return _matched(store, person, identity, now)


def _matched(store: Store, person: Person, identity: Identity, now: datetime) -> Person:
    if not person.is_active:
        raise NotAllowed(_ended())
    with store.noting(person.actor("web"), now) as w:
        # the address has gone to somebody else at the provider: the account stays with whom it was matched to
        if stored.has_identity(w, person.id, identity.issuer):
            raise NotAllowed(
                say(
                    "Another identity of this provider opens the account of %(email)s already. "
                    "Sign in with your password, or ask an administrator.",
                    email=person.email,
                )
            )
        stored.add_identity(w, person.id, identity.issuer, identity.subject)
        w.audit("match identity", "user", person.email, None, {"issuer": identity.issuer})
        w.commit()
    return person


def _new_account(
    store: Store, identity: Identity, role: Role | None, organisation: str, actor: Actor, now: datetime
) -> Person:
    if role is None:
        raise NotAllowed(say("There is no account of %(email)s. Ask an administrator for one.", email=identity.email))
    return create_user(store, identity.email, identity.name, role, organisation=organisation, actor=actor, now=now)


def _ended() -> Message:
    return say("This account is ended. Ask an administrator.")
