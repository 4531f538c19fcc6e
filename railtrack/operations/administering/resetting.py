"""A forgotten password, and another address for an account: both are settled by a link that comes by mail."""

import secrets
from datetime import datetime, timedelta

from railtrack.domain.actors import Actor
from railtrack.domain.errors import NotFound, Problem, Refused
from railtrack.domain.messages import say
from railtrack.domain.people import Person, email_key
from railtrack.operations.administering.account_judged import address_problems
from railtrack.operations.administering.accounts import dead_link
from railtrack.operations.administering.passwords import is_password
from railtrack.operations.notifying.post import ADDRESS, PostOffice, hash_of, queue
from railtrack.operations.notifying.sending import SERVER
from railtrack.operations.notifying.texts import MailKind
from railtrack.store import limiting, links
from railtrack.store import mail as stored_mail
from railtrack.store import people as stored
from railtrack.store.engine import Reading, Store
from railtrack.store.limiting import Limit

ASKED = Limit("forgotten", 3, timedelta(hours=1))  # per address, so that nobody's mailbox is filled


def ask_reset(store: Store, post: PostOffice, address: str, *, language: str, now: datetime) -> None:
    """Let a mail go to this address with a link to choose a new password, if it has an account.

    Whether it has is not looked at here but when the mail is sent, so that asking takes the same work and gives the
    same answer for every address. Asked too often, it does nothing. Raises Refused for what is no address.
    """
    problems = address_problems(address)
    if problems:
        raise Refused(problems)
    with store.noting(SERVER, now) as w:
        if limiting.knock(w, ASKED, email_key(address)).is_allowed:
            queue(w, post, MailKind.RESET, address.strip(), language=language)
        w.commit()


# ---------------------------------------------------------------- another address


def ask_address_change(store: Store, post: PostOffice, new: str, *, password: str, actor: Actor, now: datetime) -> None:
    """Send a link to the new address that confirms it, and tell the old one. Raises Refused.

    Whether somebody else has the address is not told here but to whoever confirms it, who must be its owner.
    """
    with store.reading() as r:
        person = _self(r, actor)
    problems = address_problems(new)
    if not problems and email_key(new) == email_key(person.email):
        problems.append(
            Problem(
                message=say("This is your address already."),
                remedy=say("Enter the new one."),
                column="email",
                value=new,
            )
        )
    if not is_password(person, password):
        problems.append(
            Problem(message=say("This is not your password."), remedy=say("Enter it again."), column="password")
        )
    if problems:
        raise Refused(problems)
    with store.noting(actor, now) as w:
        stored_mail.keep_address_change(w, person.id, new.strip())
        facts = {"old": person.email, "new": new.strip()}
        queue(w, post, MailKind.ADDRESS_CONFIRM, new.strip(), person=person, facts=facts)
        queue(w, post, MailKind.ADDRESS_ASKED, person.email, person=person, facts=facts)
        w.audit("ask for another address", "user", person.email, None, {"email": new.strip()})
        w.commit()


def address_wanted(store: Store, *, actor: Actor) -> str | None:
    """The address one asked for and has not confirmed yet."""
    with store.reading() as r:
        return None if actor.user_id is None else stored_mail.address_change(r, actor.user_id)


def drop_address_change(store: Store, *, actor: Actor, now: datetime) -> None:
    """Keep the old address; the link that was sent dies."""
    with store.noting(actor, now) as w:
        person = _self(w, actor)
        stored_mail.drop_address_change(w, person.id)
        links.end_links(w, person.id, [ADDRESS.purpose])
        w.audit("keep address", "user", person.email)
        w.commit()


def address_of_link(store: Store, token: str, *, now: datetime) -> tuple[Person, str] | None:
    """Whose address a link changes, and to which; None where it is dead."""
    with store.reading() as r:
        return _confirmed(r, token, now)


def use_address_link(store: Store, post: PostOffice | None, token: str, *, now: datetime) -> Person:
    """Make the confirmed address that of the account, end its sessions and tell both addresses.

    Raises NotFound for a dead link, Refused if somebody else has the address by now.
    """
    with store.reading() as r:
        confirmed = _confirmed(r, token, now)
    if confirmed is None:
        raise NotFound(dead_link())
    person, new = confirmed
    with store.noting(person.actor("web"), now) as w:
        if not stored.take_link(w, ADDRESS.purpose, hash_of(token)):
            raise NotFound(dead_link())
        other = stored.person_by_email(w, new)
        if other is not None and other.id != person.id:
            raise Refused(
                [
                    Problem(
                        message=say("%(email)s has an account already.", email=new),
                        remedy=say("Take another address."),
                        column="email",
                        value=new,
                    )
                ]
            )
        stored.change_person(w, person.id, email=new, email_key=email_key(new), fs_uniquifier=secrets.token_hex(32))
        stored_mail.drop_address_change(w, person.id)
        w.audit("change address", "user", new, {"email": person.email}, {"email": new})
        if post is not None:
            facts = {"old": person.email, "new": new}
            for address in (person.email, new):
                queue(w, post, MailKind.ADDRESS_CHANGED, address, person=person, facts=facts)
        w.commit()
    return person


def _confirmed(r: Reading, token: str, now: datetime) -> tuple[Person, str] | None:
    found = links.link_alive(r, [ADDRESS.purpose], hash_of(token), now)
    if found is None:
        return None
    person, new = stored.person_by_id(r, found[1]), stored_mail.address_change(r, found[1])
    return None if person is None or new is None or not person.is_active else (person, new)


def _self(r: Reading, actor: Actor) -> Person:
    person = None if actor.user_id is None else stored.person_by_id(r, actor.user_id)
    if person is None:
        raise NotFound(say("There is no such account."))
    return person
