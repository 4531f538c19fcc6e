"""Accounts: who may sign in, as what, and how they come by a password.

There is no registration and no default password. The first administrator comes from a link the server prints, which
works once; everybody else is added by an administrator and gets such a link to choose a password. Only hashes are
kept, of links as of passwords, so neither can be shown a second time.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from railtrack.domain.actors import Actor, Role
from railtrack.domain.errors import Conflict, NotFound, Problem, Refused
from railtrack.domain.messages import Message, say
from railtrack.domain.people import Person
from railtrack.domain.rights import Operation, acts_for_an_organisation, insist
from railtrack.operations.administering import lockout
from railtrack.operations.administering.account_judged import judge_account
from railtrack.operations.administering.invitations import queue_invitation
from railtrack.operations.administering.passwords import hash_password, is_password
from railtrack.operations.notifying.post import INVITATION, RESET, PostOffice, queue
from railtrack.operations.notifying.texts import MailKind
from railtrack.store import links, memberships
from railtrack.store import people as stored
from railtrack.store.engine import Noting, Reading, Store, Writing
from railtrack.store.organisations import add_organisation, name_key, organisations

SETUP, PASSWORD = "set-up", "password"
LINK_LIFE = {SETUP: timedelta(days=7), PASSWORD: timedelta(days=3)}
# with each of these a password is chosen: one passed on by hand, and those that come by mail
_CHOOSING = (PASSWORD, INVITATION.purpose, RESET.purpose)
SETUP_ACTOR = Actor(name="set-up link", role=Role.ADMINISTRATOR, origin="web")


# ---------------------------------------------------------------- set-up


def needs_setup(store: Store) -> bool:
    """Whether nobody can administer yet."""
    with store.reading() as reading:
        return stored.count_active(reading, Role.ADMINISTRATOR) == 0


def make_setup_link(store: Store, *, now: datetime) -> str | None:
    """Give the token of a new set-up link, None once there is an administrator. Earlier links die."""
    if not needs_setup(store):
        return None
    token = _new_token()
    with store.noting(Actor(name="server", role=Role.ADMINISTRATOR, origin="server"), now) as w:
        stored.add_link(w, SETUP, _hash_token(token), expires_at=now + LINK_LIFE[SETUP])
        w.audit("make", "set-up link", "")
        w.commit()
    return token


def is_setup_link_alive(store: Store, token: str, *, now: datetime) -> bool:
    """Whether a set-up link can still be used."""
    with store.reading() as reading:
        return stored.count_active(reading, Role.ADMINISTRATOR) == 0 and stored.is_link_alive(
            reading, SETUP, _hash_token(token), now
        )


def use_setup_link(store: Store, token: str, *, email: str, name: str, password: str, now: datetime) -> Person:
    """Make the first administrator and use the link up.

    Raises NotFound for a dead link, Refused for an address or password that will not do (the link lives on then).
    """
    judge_account(email=email, name=name, password=password)
    with store.writing(SETUP_ACTOR, now) as w:
        if stored.count_active(w, Role.ADMINISTRATOR) or not stored.take_link(w, SETUP, _hash_token(token)):
            raise NotFound(dead_link())
        person = _add(w, email, name, Role.ADMINISTRATOR, None, password)
        w.commit()
    return person


# ---------------------------------------------------------------- accounts


def create_user(
    store: Store,
    email: str,
    name: str,
    role: Role,
    *,
    organisation: str = "",
    more_organisations: Sequence[str] = (),
    password: str | None = None,
    post: PostOffice | None = None,
    language: str = "",
    actor: Actor,
    now: datetime,
) -> Person:
    """Add an account; a partner's organisation is added with it where it is new.

    `more_organisations` are those one may act for besides. Without a password nobody can sign in until a link was
    used: that of an invitation by mail, if there is a `post`, or one of `make_password_link`. `language` is that of the
    mail. Raises NotAllowed unless an administrator asks, Refused for an address that is taken or will not do.
    """
    _only_administrators(actor)
    judge_account(email=email, name=name, password=password, role=role, organisation=organisation)
    for each in more_organisations:
        judge_account(organisation=each)
    with store.writing(actor, now) as w:
        person = _add(w, email, name, role, _organisation_id(w, role, organisation), password)
        if acts_for_an_organisation(role):
            person = _join(w, person, more_organisations)
        if post is not None:
            queue_invitation(w, post, person, actor=actor, language=language)
            w.audit("invite", "user", person.email, organisation_id=_organisation_of(person))
        w.commit()
    return person


def _join(w: Writing, person: Person, names: Sequence[str]) -> Person:
    """Let a new person belong to more organisations; one named twice counts once."""
    for name in names:
        organisation_id = _organisation_id(w, person.role, name)
        if organisation_id is not None and memberships.add_membership(w, person.id, organisation_id):
            after = {"organisation": " ".join(name.split())}
            w.audit("join", "user", person.email, None, after, organisation_id)
    return _named(w, person.email) if names else person


def list_users(store: Store, *, actor: Actor) -> list[Person]:
    """Give all accounts by address; administrators only."""
    _only_administrators(actor)
    with store.reading() as reading:
        return stored.people(reading)


def list_organisations(store: Store, *, actor: Actor) -> list[str]:
    """Give the names of organisations one can belong to; administrators only."""
    _only_administrators(actor)
    with store.reading() as reading:
        return sorted(each.name for each in organisations(reading.session).values() if not each.published)


def find_user(store: Store, email: str) -> Person:
    """Give the account of an address, for the command line's `--as`; raises NotFound."""
    with store.reading() as reading:
        person = stored.person_by_email(reading, email)
    if person is None:
        raise NotFound(say("There is no account of %(email)s.", email=email))
    return person


def deactivate(store: Store, email: str, *, actor: Actor, now: datetime) -> None:
    """End an account: it cannot sign in, its sessions are over. What it recorded stays.

    Raises NotAllowed unless an administrator asks, NotFound, and Conflict for the last administrator.
    """
    _change_active(store, email, False, actor, now)


def reactivate(store: Store, email: str, *, actor: Actor, now: datetime) -> None:
    """Let an ended account sign in again."""
    _change_active(store, email, True, actor, now)


# ---------------------------------------------------------------- passwords


def make_password_link(store: Store, email: str, *, actor: Actor, now: datetime) -> str:
    """Give the token of a link with which this person chooses a password; earlier links of theirs die."""
    _only_administrators(actor)
    token = _new_token()
    with store.noting(actor, now) as w:
        person = _named(w, email)
        stored.add_link(w, PASSWORD, _hash_token(token), expires_at=now + LINK_LIFE[PASSWORD], person_id=person.id)
        w.audit("make", "password link", person.email, organisation_id=_organisation_of(person))
        w.commit()
    return token


def person_of_password_link(store: Store, token: str, *, now: datetime) -> Person | None:
    """Whom a password link is for; None where it is dead."""
    with store.reading() as reading:
        found = links.link_alive(reading, _CHOOSING, _hash_token(token), now)
        person = None if found is None else stored.person_by_id(reading, found[1])
    return person if person is not None and person.is_active else None


def use_password_link(
    store: Store, token: str, *, password: str, post: PostOffice | None = None, now: datetime
) -> Person:
    """Set the password of whom the link is for, end their sessions and any hold, use up all such links of theirs.

    Whoever had a password before is told by mail that it was changed. Raises NotFound for a dead link, Refused for a
    password that will not do.
    """
    person = person_of_password_link(store, token, now=now)
    if person is None:
        raise NotFound(dead_link())
    judge_account(password=password)
    with store.noting(person.actor("web"), now) as w:
        if not any(stored.take_link(w, purpose, _hash_token(token)) for purpose in _CHOOSING):
            raise NotFound(dead_link())
        links.end_links(w, person.id, _CHOOSING)
        lockout.let_in_again(w, person)
        stored.change_person(w, person.id, password=hash_password(password), fs_uniquifier=_new_key())
        w.audit("set password", "user", person.email, organisation_id=_organisation_of(person))
        _tell_changed(w, post, person)
        w.commit()
    with store.reading() as reading:
        return _named(reading, person.email)


def change_password(
    store: Store, *, old: str, new: str, post: PostOffice | None = None, actor: Actor, now: datetime
) -> Person:
    """Change one's own password and end one's other sessions; raises Refused if `old` is wrong or `new` will not do."""
    person = find_user(store, actor.name)
    if not is_password(person, old):
        raise Refused(
            [
                Problem(
                    message=say("This is not your present password."),
                    remedy=say("Enter it again; an administrator can give you a link to choose a new one."),
                    column="old",
                )
            ]
        )
    judge_account(password=new)
    with store.noting(actor, now) as w:
        stored.change_person(w, person.id, password=hash_password(new), fs_uniquifier=_new_key())
        w.audit("set password", "user", person.email, organisation_id=_organisation_of(person))
        _tell_changed(w, post, person)
        w.commit()
    return find_user(store, actor.name)


# ---------------------------------------------------------------- what the installation remembers


def remembered_secret(store: Store, name: str, *, now: datetime) -> str:
    """Give a secret that is made on first need and kept in the database, such as the key that signs sessions."""
    with store.reading() as reading:
        value = stored.setting(reading, name)
    if value is not None:
        return value
    try:
        with store.noting(Actor(name="server", role=Role.ADMINISTRATOR, origin="server"), now) as w:
            value = secrets.token_hex(32)
            stored.keep_setting(w, name, value)
            w.commit()
    except Conflict:  # another process was first; its value counts
        with store.reading() as reading:
            value = stored.setting(reading, name)
            if value is None:
                raise
    return value


# ---------------------------------------------------------------- helpers


def _add(w: Writing, email: str, name: str, role: Role, organisation_id: int | None, password: str | None) -> Person:
    address = email.strip()
    if stored.person_by_email(w, address) is not None:
        raise Refused(
            [
                Problem(
                    message=say("%(email)s has an account already.", email=address),
                    remedy=say("Take another address, or make that account active again."),
                    column="email",
                    value=address,
                )
            ]
        )
    stored.add_person(
        w,
        email=address,
        name=" ".join(name.split()),
        role=role,
        organisation_id=organisation_id,
        key=_new_key(),
        password_hash=None if password is None else hash_password(password),
    )
    person = _named(w, address)
    after = {"email": address, "name": person.name, "role": role.value}
    w.audit("add", "user", address, None, after, organisation_id)
    return person


def _organisation_id(w: Writing, role: Role, name: str) -> int | None:
    if not name.strip() or not acts_for_an_organisation(role):
        return None
    found = organisations(w.session).get(name_key(name))
    if found is None:
        return add_organisation(w, name).id
    if found.published:
        raise Refused(
            [
                Problem(
                    message=say("%(name)s holds what newspapers wrote; nobody belongs to it.", name=found.name),
                    remedy=say("Name another organisation."),
                    column="organisation",
                    value=name,
                )
            ]
        )
    return found.id


def _change_active(store: Store, email: str, is_active: bool, actor: Actor, now: datetime) -> None:
    _only_administrators(actor)
    with store.writing(actor, now) as w:
        person = _named(w, email)
        if person.is_active == is_active:
            return
        before = stored.count_active(w, Role.ADMINISTRATOR)
        # a new key ends the sessions that run now
        stored.change_person(w, person.id, active=is_active, fs_uniquifier=_new_key())
        # somebody invited who has no password yet does not count, neither as the last nor instead of the last
        if before and not stored.count_active(w, Role.ADMINISTRATOR):
            raise Conflict(say("This is the last administrator. Make another one first."))
        action = "reactivate" if is_active else "deactivate"
        w.audit(action, "user", person.email, organisation_id=_organisation_of(person))
        w.commit()


def _named(reading: Reading, email: str) -> Person:
    person = stored.person_by_email(reading, email.strip())
    if person is None:
        raise NotFound(say("There is no account of %(email)s.", email=email))
    return person


def _only_administrators(actor: Actor) -> None:
    insist(actor, Operation.KEEP_ACCOUNTS, own=False, refusal=say("Only an administrator manages accounts."))


def _tell_changed(w: Noting, post: PostOffice | None, person: Person) -> None:
    if post is not None and person.password_hash is not None:
        queue(w, post, MailKind.PASSWORD_CHANGED, person.email, person=person)


def _organisation_of(person: Person) -> int | None:
    return None if person.organisation is None else person.organisation.id


def dead_link() -> Message:
    """What is said of a link that does not work."""
    return say("This link was used already, has run out, or never was. Ask an administrator for a new one.")


def _new_token() -> str:
    return secrets.token_urlsafe(24)


def _new_key() -> str:
    return secrets.token_hex(32)


def _hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
