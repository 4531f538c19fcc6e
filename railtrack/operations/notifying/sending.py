"""Sending what lies in the outbox: one attempt at one mail, and what is noted of it.

The two are apart so that a job can note the outcome again and again without sending again: `deliver` hands the mail to
the server at most once per call, `settle` writes down what came of it.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from railtrack.domain.actors import Actor, Role
from railtrack.domain.errors import RailtrackError
from railtrack.domain.messages import Message, say
from railtrack.domain.people import Person
from railtrack.mail import NotSent, send
from railtrack.operations.notifying.alert_mails import ON_ALERTS, text_on_alerts
from railtrack.operations.notifying.letters import write
from railtrack.operations.notifying.post import LINKS, PostOffice, hash_of, token_of
from railtrack.operations.notifying.texts import MailKind, Text, text_of
from railtrack.store import links
from railtrack.store import mail as stored
from railtrack.store.engine import Store
from railtrack.store.mail import Mail, MailState

SERVER = Actor(name="server", role=Role.ADMINISTRATOR, origin="server")
MOST_ATTEMPTS = 24  # with the waits between them nearly three days
LONGEST_WAIT = timedelta(hours=4)
KEPT = timedelta(days=30)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt; None for the state: the mail is in other hands."""

    state: MailState | None
    reason: Message | None = None


def deliver(store: Store, post: PostOffice, mail_id: int, run: str, *, now: datetime) -> Outcome:
    """Try once to send a mail that `run` has in hand."""
    try:
        with store.reading() as r:
            mail = stored.mail_by_id(r, mail_id)
            person = None if mail is None else stored.person_of(r, mail)
            wanted = None if mail is None or person is None else stored.address_change(r, person.id)
        if mail is None or mail.state is not MailState.SENDING or mail.run != run:
            return Outcome(None)
        if person is None or not _is_of_use(mail, person, wanted):
            return Outcome(MailState.DROPPED)
        language = person.language or mail.language or "en"
        text = _text(store, mail, person, language)
        if text is None:
            return Outcome(MailState.DROPPED)
        link = _link(store, post, mail, person, now)
    except RailtrackError as error:  # the database is busy or away; nothing was sent
        return Outcome(MailState.WAITING, error.message)
    if link is None:
        return Outcome(MailState.DROPPED)
    try:
        letter = write(post, mail, text, link, language=language, now=now)
    except Exception:  # a fault of ours in one mail must not keep the others
        log.exception("a mail (%s) cannot be written", mail.kind)
        return Outcome(MailState.FAILED, say("railtrack made a mistake in writing this mail; the log says more."))
    try:
        send(post.server, letter)
    except NotSent as error:
        if error.is_final or mail.attempts >= MOST_ATTEMPTS:
            log.error("a mail (%s) was not sent, and is not tried again: %s", mail.kind, error)
            return Outcome(MailState.FAILED, error.reason)
        log.warning("a mail (%s) was not sent, it is tried again: %s", mail.kind, error)
        return Outcome(MailState.WAITING, error.reason)
    return Outcome(MailState.SENT)


def settle(store: Store, mail_id: int, run: str, outcome: Outcome, *, now: datetime) -> None:
    """Note what came of an attempt; said twice it is noted once."""
    if outcome.state is None:
        return
    with store.noting(SERVER, now) as w:
        mail = stored.mail_by_id(w, mail_id)
        if mail is not None:
            due_at = now + wait_after(mail.attempts)
            stored.end_run(w, mail_id, run, outcome.state, due_at=due_at, reason=outcome.reason)
        w.commit()


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: a minute, then twice as long each time, at most four hours."""
    return min(timedelta(minutes=2 ** min(max(attempts - 1, 0), 10)), LONGEST_WAIT)


def tidy(store: Store, *, now: datetime) -> None:
    """Forget mails that were done with long ago."""
    with store.noting(SERVER, now) as w:
        stored.forget_mails(w, now - KEPT)
        w.commit()


def _is_of_use(mail: Mail, person: Person, wanted_address: str | None) -> bool:
    kind = MailKind(mail.kind)
    if kind is MailKind.INVITATION:
        return person.is_active and person.password_hash is None
    if kind is MailKind.RESET:
        return person.is_active
    if kind is MailKind.ADDRESS_CONFIRM:
        return person.is_active and wanted_address == mail.recipient
    return True


def _text(store: Store, mail: Mail, person: Person, language: str) -> Text | None:
    """The words of a mail; None where it is of no use any more."""
    kind = MailKind(mail.kind)
    if kind in ON_ALERTS:
        return text_on_alerts(store, mail, person, language)
    return text_of(kind, mail.facts)


def _link(store: Store, post: PostOffice, mail: Mail, person: Person, now: datetime) -> str | None:
    """The address in the mail, empty where it has none; None if its link was used or a later one took its place."""
    kind = LINKS.get(MailKind(mail.kind))
    if kind is None or mail.nonce is None:
        return ""
    token = token_of(post.secret, mail.nonce)
    with store.noting(SERVER, now) as w:
        is_alive = links.ensure_link(w, kind.purpose, hash_of(token), person_id=person.id, expires_at=now + kind.life)
        if not is_alive:
            return None
        if mail.attempts == 1:
            organisation_id = None if person.organisation is None else person.organisation.id
            w.audit("make", f"{kind.purpose} link", person.email, organisation_id=organisation_id)
        w.commit()
    return f"{post.base_url}{kind.path}{token}"
