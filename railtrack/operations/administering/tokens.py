"""Tokens: made by whose account they act for, shown once, ended by their owner or an administrator.

Only the hash of a token is kept. A token is 256 random bits, so that guessing is hopeless and one round of SHA-256
will do: unlike a password, it cannot be found by trying likely ones.
"""

import hashlib
import logging
import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from railtrack.domain.actors import Actor, Role
from railtrack.domain.errors import NotAllowed, NotFound, Problem, Refused, Unavailable
from railtrack.domain.messages import say
from railtrack.domain.people import Person
from railtrack.domain.records import Organisation
from railtrack.domain.rights import Operation, insist, may
from railtrack.domain.rows.cells import line_of_text
from railtrack.domain.rows.unfit import Unfit
from railtrack.domain.tokens import ApiToken, TokenScope
from railtrack.store import people
from railtrack.store import tokens as stored
from railtrack.store.engine import Reading, Store
from railtrack.store.organisations import name_key, organisations

PREFIX = "rt_"  # so that whoever finds one in a log or in a repository knows what it is
SHOWN = 9  # characters of its start that are kept to tell it from others
USUAL_DAYS, MOST_DAYS = 90, 366
NOTED_EVERY = timedelta(minutes=1)
PATIENCE_S = 0.5
_SHAPE = re.compile(r"rt_[A-Za-z0-9_-]{43}")
_name = line_of_text(100)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bearer:
    """Who sent a token, and what the token lets through."""

    token: ApiToken
    actor: Actor


def make_token(
    store: Store,
    name: str,
    scope: TokenScope,
    *,
    email: str | None = None,
    organisation: str = "",
    days: int = USUAL_DAYS,
    actor: Actor,
    now: datetime,
) -> tuple[ApiToken, str]:
    """Make a token for the actor's account, or that of `email` for an administrator; gives it, this once, in words.

    `organisation` is the one it acts for: one of the owner's own, or any for an administrator's token, which then does
    what a partner of it may. Raises Refused, NotFound for an account that is not there, NotAllowed.
    """
    secret = PREFIX + secrets.token_urlsafe(32)
    with store.noting(actor, now) as w:
        owner = _owner(w, actor, email)
        problems = _problems(name, days)
        acts_for = _organisation(w, owner, organisation, problems)
        if problems:
            raise Refused(problems)
        token_id = stored.add_token(
            w,
            owner.id,
            name=name.strip(),
            scope=scope,
            organisation_id=acts_for.id if acts_for else None,
            start=secret[:SHOWN],
            token_hash=_hash(secret),
            expires_at=now + timedelta(days=days),
        )
        token = stored.token_with_id(w, token_id)
        assert token is not None  # noqa: S101 - it was added above
        w.audit("make", "token", token_id, None, _record(token), acts_for.id if acts_for else None)
        w.commit()
    return token, secret


def list_tokens(store: Store, *, everybody: bool = False, actor: Actor) -> tuple[ApiToken, ...]:
    """Give one's own tokens, newest first; `everybody`: those of all, for an administrator."""
    if everybody:
        _only_administrators(actor)
    if not everybody and actor.user_id is None:
        return ()
    with store.reading() as reading:
        return stored.tokens(reading, None if everybody else actor.user_id)


def end_token(store: Store, token_id: int, *, actor: Actor, now: datetime) -> ApiToken:
    """End a token at once: one's own, or anybody's for an administrator. Harmless if it had ended.

    Raises NotFound for one that is not there or is others'.
    """
    with store.noting(actor, now) as w:
        token = stored.token_with_id(w, token_id)
        is_own = token is not None and token.user_id == actor.user_id
        if token is None or not (is_own or actor.may(Operation.KEEP_ACCOUNTS, own=False)):
            raise NotFound(say("There is no such token."))
        if stored.end_token(w, token_id):
            organisation_id = token.organisation.id if token.organisation else None
            w.audit("end", "token", token_id, _record(token), None, organisation_id)
            w.commit()
    return token


def bearer(store: Store, secret: str, *, origin: str, now: datetime) -> Bearer | None:
    """Say who sends a token; None for one that does not work: unknown, ended, run out, or its account is.

    It ends too where its owner left the organisation it acts for.
    """
    if not _SHAPE.fullmatch(secret):
        return None
    with store.reading() as reading:
        token = stored.token_of(reading, _hash(secret))
        owner = None if token is None else people.person_by_id(reading, token.user_id)
    if token is None or owner is None or not token.is_alive(now) or not owner.is_active:
        return None
    if token.organisation is not None and not _may_act_for(owner, token.organisation):
        return None
    found = Bearer(token, _actor(owner, token, origin))
    _note_use(store, found, now)
    return found


def insist_on_writing(found: Bearer) -> None:
    """Refuse a token that only reads."""
    if not found.token.may_write:
        raise NotAllowed(say("This token reads and changes nothing. Make one that writes."))


def organisations_to_act_for(store: Store, *, actor: Actor) -> tuple[Organisation, ...]:
    """Give the organisations a new token of the actor's may act for, by name."""
    with store.reading() as reading:
        owner = None if actor.user_id is None else people.person_by_id(reading, actor.user_id)
        known = organisations(reading.session).values()
    found = [each for each in known if not each.published and (owner is None or _may_act_for(owner, each))]
    return tuple(sorted(found, key=lambda each: name_key(each.name)))


def _actor(owner: Person, token: ApiToken, origin: str) -> Actor:
    acts_for = token.organisation
    if acts_for is None:
        return owner.actor(origin)
    if not may(owner, Operation.SPEAK_FOR, own=False):
        # as they stand in its membership, with the stations of a terminal
        return owner.actor(origin, owner.acting_for(acts_for.id))
    # who may do everything does, in the name of one organisation, no more than its people
    actor = owner.actor(origin)
    return replace(actor, role=Role.PARTNER, organisation_id=acts_for.id, organisation=acts_for.name)


def _may_act_for(owner: Person, organisation: Organisation) -> bool:
    if may(owner, Operation.SPEAK_FOR, own=False):
        return not organisation.published
    return any(each.id == organisation.id for each in owner.organisations)


def _note_use(store: Store, found: Bearer, now: datetime) -> None:
    """Remember when a token was used last, to the minute; not worth waiting for where a long import holds SQLite."""
    last = found.token.last_used_at
    if last is not None and now - last < NOTED_EVERY:
        return
    try:
        with store.noting(found.actor, now, patience_s=PATIENCE_S) as w:
            stored.note_use(w, found.token.id, now - NOTED_EVERY)
            w.commit()
    except Unavailable as error:
        log.warning("a use of token %s is not noted: %s", found.token.id, error)


def _owner(reading: Reading, actor: Actor, email: str | None) -> Person:
    if email is None:
        found = None if actor.user_id is None else people.person_by_id(reading, actor.user_id)
        if found is None:
            raise NotAllowed(say("A token acts for an account; say for whose."))
        return found
    found = people.person_by_email(reading, email)
    if found is not None and found.id == actor.user_id:
        return found
    _only_administrators(actor)
    if found is None:
        raise NotFound(say("No account has the address %(email)s.", email=email))
    if not found.is_active:
        raise NotAllowed(say("The account of %(email)s was ended.", email=found.email))
    return found


def _problems(name: str, days: int) -> list[Problem]:
    problems = []
    if not name.strip():
        problems.append(
            Problem(
                message=say("This must not be empty."),
                remedy=say("Write what the token is for, such as the program that uses it."),
                column="name",
            )
        )
    try:
        _name(name.strip())
    except Unfit as unfit:
        problems.append(Problem(message=unfit.message, remedy=unfit.remedy, column="name"))
    if not 1 <= days <= MOST_DAYS:
        problems.append(
            Problem(
                message=say("A token works for 1 to %(most)s days.", most=MOST_DAYS),
                remedy=say("Choose fewer days; a new token is quickly made."),
                column="days",
                value=str(days),
            )
        )
    return problems


def _organisation(reading: Reading, owner: Person, name: str, problems: list[Problem]) -> Organisation | None:
    if not name.strip():
        return owner.organisation
    found = organisations(reading.session).get(name_key(name))
    if found is not None and _may_act_for(owner, found):
        return found
    problems.append(
        Problem(
            message=say("%(email)s does not act for %(name)s.", email=owner.email, name=name.strip()),
            remedy=say("Leave the field empty, or write the name of one of their organisations."),
            column="organisation",
            value=name.strip(),
            suggestions=tuple(each.name for each in owner.organisations),
        )
    )
    return None


def _record(token: ApiToken) -> dict[str, object]:
    return {
        "name": token.name,
        "owner": token.email,
        "scope": token.scope.value,
        "organisation": token.organisation.name if token.organisation else None,
        "expires_at": token.expires_at.isoformat(),
    }


def _only_administrators(actor: Actor) -> None:
    insist(actor, Operation.KEEP_ACCOUNTS, own=False, refusal=say("Only administrators may do this."))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
