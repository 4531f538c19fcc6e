"""Wrong passwords: after ten within a quarter of an hour an account is held for as long.

A try is counted before the password is looked at, under the address as it was typed, whether anybody has it or not. So
neither the answer nor the time it takes tells who has an account, many who guess at once get ten guesses together, and
past those no password is hashed any more.
"""

from datetime import datetime, timedelta

from railtrack.domain.people import Person, email_key
from railtrack.operations.notifying.post import PostOffice, queue
from railtrack.operations.notifying.sending import SERVER
from railtrack.operations.notifying.texts import MailKind
from railtrack.store import limiting
from railtrack.store import people as stored
from railtrack.store.engine import Noting, Store
from railtrack.store.limiting import Knock, Limit

HELD_FOR = timedelta(minutes=15)
WRONG_PASSWORDS = Limit("password", 10, timedelta(minutes=15))
MAILS = Limit("held-mail", 3, timedelta(days=1))  # so that whoever guesses on does not fill a mailbox
PATIENCE_S = 0.5


def begin(store: Store, address: str, *, now: datetime) -> Knock:
    """Count a try to sign in to an account; it may only go on if it is allowed."""
    with store.noting(SERVER, now, patience_s=PATIENCE_S) as w:
        knock = limiting.knock(w, WRONG_PASSWORDS, email_key(address))
        w.commit()
    return knock


def was_wrong(store: Store, address: str, knock: Knock, *, post: PostOffice | None, now: datetime) -> None:
    """Hold the account if this was one wrong password too many, and tell its owner."""
    if knock.number < WRONG_PASSWORDS.times:
        return
    with store.noting(SERVER, now) as w:
        limiting.hold(w, WRONG_PASSWORDS, email_key(address), now + HELD_FOR)
        person = stored.person_by_email(w, address)
        if person is not None and person.is_active:
            w.audit("hold", "user", person.email)
            if post is not None and limiting.knock(w, MAILS, str(person.id)).is_allowed:
                facts = {"times": str(WRONG_PASSWORDS.times), "minutes": str(HELD_FOR // timedelta(minutes=1))}
                queue(w, post, MailKind.HELD, person.email, person=person, facts=facts)
        w.commit()


def was_right(store: Store, address: str, *, now: datetime) -> None:
    """Forget this try and the wrong ones before."""
    with store.noting(SERVER, now, patience_s=PATIENCE_S) as w:
        limiting.release(w, WRONG_PASSWORDS, email_key(address))
        w.commit()


def let_in_again(w: Noting, person: Person) -> None:
    """End a hold, for whoever chose a new password by a link."""
    limiting.release(w, WRONG_PASSWORDS, email_key(person.email))


def held_until(store: Store, address: str, *, now: datetime) -> datetime | None:
    """Until when an account is held; None where it is not. For administrators and tests."""
    with store.reading() as r:
        return limiting.held_until(r, WRONG_PASSWORDS, email_key(address), now)
