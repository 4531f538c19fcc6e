"""One-time codes of an authenticator app (RFC 6238), and recovery codes for whoever lost it.

A code is taken once: the counter of the last one is kept, and none from before it counts. After a few wrong codes in
a row none is taken for a while, whatever it is.
"""

import hashlib
import secrets
from datetime import datetime

from passlib.exc import TokenError
from passlib.totp import TOTP

from railtrack.domain.actors import Actor
from railtrack.domain.errors import Conflict, NotFound, Problem, Refused
from railtrack.domain.messages import Message, say
from railtrack.domain.people import Person
from railtrack.domain.rights import Operation, insist
from railtrack.domain.signing_in import (
    LEAST_WAIT_AFTER_WRONG_CODES,
    MOST_WRONG_CODES,
    RECOVERY_CODES,
    Factors,
    SignedIn,
)
from railtrack.operations.notifying.post import PostOffice, queue
from railtrack.operations.notifying.texts import MailKind
from railtrack.operations.signing_in.secrets_at_rest import seal, unseal
from railtrack.operations.signing_in.sessions import prove
from railtrack.store import people as stored_people
from railtrack.store import sessions as stored_sessions
from railtrack.store import sign_in as stored
from railtrack.store.engine import Noting, Store

ISSUER = "railtrack"
_SECRET_BYTES = 20  # as RFC 4226 recommends
_TOLERATED_S = 30  # how far a device's clock may be off
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that look alike


def factors(store: Store, person: Person) -> Factors:
    """What somebody has besides the password."""
    with store.reading() as reading:
        return stored.factors(reading, person.id)


# ---------------------------------------------------------------- setting the app up


def begin_setup(store: Store, person: Person, *, secret_key: str, now: datetime) -> str:
    """Give the address that an app reads as a QR code: of the set-up that is under way, else of a new one.

    Raises Conflict where somebody has an authenticator already.
    """
    with store.reading() as reading:
        found = stored.authenticator(reading, person.id)
    if found is not None and found.is_confirmed:
        raise Conflict(say("You have an authenticator already. Take it out before you set up another one."))
    if found is not None:
        return _address(unseal(found.secret, secret_key, person.id), person)
    secret = secrets.token_bytes(_SECRET_BYTES)
    with store.noting(person.actor("web"), now) as w:
        stored.begin_authenticator(w, person.id, seal(secret, secret_key, person.id))
        w.commit()
    return _address(secret, person)


def secret_of(address: str) -> str:
    """The secret in such an address, in groups, for whoever has to type it."""
    return str(TOTP.from_uri(address).pretty_key(sep=" "))


def confirm_setup(
    store: Store, found: SignedIn, token: str, code: str, *, secret_key: str, actor: Actor, now: datetime
) -> tuple[str, ...]:
    """Take the first code of the app: from now on it is asked for. Gives recovery codes where there are none yet.

    Raises Refused for a wrong code, NotFound where no set-up is under way.
    """
    person = found.person
    with store.noting(actor, now) as w:
        app = stored.authenticator(w, person.id)
        if app is None or app.is_confirmed:
            raise NotFound(say("No authenticator is being set up."))
        counter = _counter(unseal(app.secret, secret_key, person.id), code, app.last_counter, now)
        if counter is None or not stored.take_counter(w, person.id, counter):
            raise Refused([_wrong(say("This is not the code the app shows now."))])
        stored.confirm_authenticator(w, person.id)
        w.audit("add authenticator", "user", person.email)
        codes = first_recovery_codes(w, person)
        prove(w, found, token)
        w.commit()
    return codes


def remove_authenticator(store: Store, person: Person, *, actor: Actor, now: datetime) -> None:
    """Take the app out; without any other factor the recovery codes go too."""
    with store.noting(actor, now) as w:
        stored.remove_authenticator(w, person.id)
        w.audit("remove authenticator", "user", person.email)
        forget_what_hangs_on_factors(w, person)
        w.commit()


def forget_factors(store: Store, email: str, *, post: PostOffice | None = None, actor: Actor, now: datetime) -> None:
    """Take out all of somebody's factors, for whoever lost device and recovery codes; their sessions end.

    They are told by mail, if there is a `post`. Raises NotAllowed unless an administrator asks, NotFound for an unknown
    address.
    """
    insist(actor, Operation.KEEP_ACCOUNTS, own=False, refusal=say("Only an administrator manages accounts."))
    with store.noting(actor, now) as w:
        person = stored_people.person_by_email(w, email.strip())
        if person is None:
            raise NotFound(say("There is no account of %(email)s.", email=email))
        stored.remove_authenticator(w, person.id)
        stored.remove_passkeys(w, person.id)
        stored_sessions.end_sessions(w, person.id)
        forget_what_hangs_on_factors(w, person)
        w.audit("forget factors", "user", person.email)
        if post is not None:
            queue(w, post, MailKind.FACTORS_FORGOTTEN, person.email, person=person)
        w.commit()


def who_has_factors(store: Store, *, actor: Actor) -> frozenset[int]:
    """Give the ids of those who have an authenticator or a passkey; administrators only."""
    insist(actor, Operation.KEEP_ACCOUNTS, own=False, refusal=say("Only an administrator manages accounts."))
    with store.reading() as reading:
        return stored.who_has_factors(reading)


# ---------------------------------------------------------------- the second step


def take_code(store: Store, found: SignedIn, token: str, code: str, *, secret_key: str, now: datetime) -> None:
    """Prove a session by a code of the app or a recovery code, either used up by it.

    Raises Refused for a wrong or used one, and for any after too many wrong ones.
    """
    person = found.person
    actor = person.actor(f"web {found.session.address}".strip())
    with store.noting(actor, now) as w:
        from_one = judge_patience(w, person)
        is_right = _take_recovery_code(w, person, code) or _take_app_code(w, person, code, secret_key, now)
        if is_right:
            stored.forget_wrong_codes(w, person.id)
            prove(w, found, token)
        else:
            stored.count_wrong_code(w, person.id, from_one=from_one)
        w.commit()
    if not is_right:
        raise Refused([_wrong(say("This code is wrong, or was used already."))])


def judge_patience(w: Noting, person: Person) -> bool:
    """Say whether a wrong try is the first for a while; raises Refused after too many."""
    number, last_at = stored.wrong_codes(w, person.id)
    is_long_ago = last_at is None or w.now - last_at >= LEAST_WAIT_AFTER_WRONG_CODES
    if number >= MOST_WRONG_CODES and not is_long_ago:
        minutes = int(LEAST_WAIT_AFTER_WRONG_CODES.total_seconds() // 60)
        message = say("That was wrong too often.")
        raise Refused([_wrong(message, say("Wait %(minutes)s minutes and try again.", minutes=minutes))])
    return is_long_ago


# ---------------------------------------------------------------- recovery codes


def new_recovery_codes(store: Store, person: Person, *, actor: Actor, now: datetime) -> tuple[str, ...]:
    """Give new recovery codes; the earlier ones are dead. Only their hashes are kept."""
    with store.noting(actor, now) as w:
        codes = _make_recovery_codes(w, person)
        w.audit("make recovery codes", "user", person.email)
        w.commit()
    return codes


def first_recovery_codes(w: Noting, person: Person) -> tuple[str, ...]:
    """Give recovery codes with the first factor; none where there are some left."""
    if stored.factors(w, person.id).recovery_codes_left:
        return ()
    return _make_recovery_codes(w, person)


def forget_what_hangs_on_factors(w: Noting, person: Person) -> None:
    """After the last factor is gone nothing is proved by it, and its recovery codes open nothing."""
    if stored.has_factor(w, person.id):
        return
    stored.replace_recovery_codes(w, person.id, ())
    stored.forget_wrong_codes(w, person.id)
    stored_sessions.unprove_sessions(w, person.id)


# ---------------------------------------------------------------- helpers


def _make_recovery_codes(w: Noting, person: Person) -> tuple[str, ...]:
    codes = tuple(_recovery_code() for _ in range(RECOVERY_CODES))
    stored.replace_recovery_codes(w, person.id, [_hash_code(each) for each in codes])
    return codes


def _recovery_code() -> str:
    """Eighty bits, in groups that can be copied by hand."""
    letters = [secrets.choice(_LETTERS) for _ in range(16)]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, 16, 4))


def _take_recovery_code(w: Noting, person: Person, code: str) -> bool:
    if len(_plain(code)) != 16 or not stored.take_recovery_code(w, person.id, _hash_code(code)):
        return False
    w.audit("use recovery code", "user", person.email)
    return True


def _take_app_code(w: Noting, person: Person, code: str, secret_key: str, now: datetime) -> bool:
    app = stored.authenticator(w, person.id)
    if app is None or not app.is_confirmed or len(_plain(code)) != 6:
        return False
    counter = _counter(unseal(app.secret, secret_key, person.id), code, app.last_counter, now)
    return counter is not None and stored.take_counter(w, person.id, counter)


def _counter(secret: bytes, code: str, last_counter: int | None, now: datetime) -> int | None:
    """Which counter a code belongs to; None for a wrong one and for one that was used, or older than one used."""
    plain = _plain(code)
    if len(plain) != 6 or not plain.isascii() or not plain.isdigit():
        return None
    try:
        match = _app(secret).match(plain, time=int(now.timestamp()), window=_TOLERATED_S, last_counter=last_counter)
    except TokenError:
        return None
    return int(match.counter)


def _app(secret: bytes) -> TOTP:
    return TOTP(key=secret, format="raw", digits=6, period=30, alg="sha1")  # what every app knows


def _address(secret: bytes, person: Person) -> str:
    return str(_app(secret).to_uri(label=person.email.replace(":", ""), issuer=ISSUER))


def _plain(code: str) -> str:
    return "".join(sign for sign in code.upper() if sign.isalnum())


def _hash_code(code: str) -> str:
    return hashlib.sha256(_plain(code).encode()).hexdigest()


def _wrong(message: Message, remedy: Message | None = None) -> Problem:
    remedy = remedy or say("Wait for the next one and enter that.")
    return Problem(message=message, remedy=remedy, column="code")
