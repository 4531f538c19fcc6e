"""Sessions: who is signed in where, and how that ends.

The cookie carries a random token, the database its hash. What ends a session ends it for every copy of the cookie.
Where a long import holds SQLite, a sign-in cannot be noted at once; the session then lives on its signed cookie for a
few minutes and is noted by a later request.
"""

import hashlib
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from railtrack.domain.actors import Actor
from railtrack.domain.errors import Conflict, NotFound, Unavailable
from railtrack.domain.messages import say
from railtrack.domain.people import Person
from railtrack.domain.signing_in import (
    SECOND_STEP_WITHIN,
    SEEN_EVERY,
    STAYS_FOR,
    UNNOTED_FOR,
    Session,
    SignedIn,
    browser_words,
)
from railtrack.store import people as stored_people
from railtrack.store import sessions as stored
from railtrack.store.engine import Noting, Store
from railtrack.store.sign_in import has_factor

SIGN_IN_PATIENCE_S = 0.5  # that somebody signed in is noted later rather than waited for
SEEN_PATIENCE_S = 0.05


def new_session(
    now: datetime, *, hours: int, address: str, user_agent: str, stays: bool = False, is_proved: bool = False
) -> Session:
    """Make a session that nobody has noted yet."""
    return Session(
        id=None,
        made_at=now,
        shown_at=now,
        seen_at=now,
        expires_at=now + (STAYS_FOR if stays else timedelta(hours=hours)),
        address=address,
        browser=browser_words(user_agent),
        is_proved=is_proved,
        stays=stays,
    )


def begin(store: Store, person: Person, session: Session, *, now: datetime, replaced: Session | None = None) -> str:
    """Begin a session and give its token, a new one each time; `replaced` is what the browser had before.

    A proof that is part of it must be noted and is waited for; raises Unavailable where that takes too long.
    """
    token = secrets.token_urlsafe(24)
    patience_s = None if session.is_proved else SIGN_IN_PATIENCE_S
    try:
        with store.noting(person.actor("web"), now, patience_s=patience_s) as w:
            stored.add_session(w, hash_token(token), person.id, person.key, session)
            if replaced is not None and replaced.id is not None:
                stored.change_session(w, replaced.id, ended_at=now)
            w.commit()
    except Unavailable:
        if session.is_proved:
            raise
    return token


def whose(store: Store, key: str, token: str, unnoted: Session | None, *, now: datetime) -> SignedIn | None:
    """Whose session this is, by the user's key and the token of the cookie; None where it is over or nobody's.

    `unnoted` is the session as the signed cookie tells it, for where the database has not noted it yet.
    """
    with store.reading() as reading:
        person = stored_people.person_by_key(reading, key)
        if person is None or not person.is_active:
            return None
        kept = stored.kept_session(reading, hash_token(token), now)
        if kept is not None:
            if kept.is_over or kept.user_key != person.key:
                return None
            session = kept.session
        elif unnoted is not None and now - unnoted.made_at <= UNNOTED_FOR:
            session = unnoted
        else:
            return None
        # whoever proved it has a factor; asking is for the others only
        found = SignedIn(person, session, has_factor=session.is_proved or has_factor(reading, person.id))
    if found.waits and now - session.made_at > SECOND_STEP_WITHIN:
        return None
    return found


def note_seen(store: Store, found: SignedIn, token: str, *, now: datetime) -> None:
    """Note that a session is in use, every few minutes and never waiting for anybody."""
    session = found.session
    if session.id is not None and now - session.seen_at < SEEN_EVERY:
        return
    try:
        with store.noting(found.person.actor("web"), now, patience_s=SEEN_PATIENCE_S) as w:
            if session.id is None:
                seen = replace(session, seen_at=now)
                stored.add_session(w, hash_token(token), found.person.id, found.person.key, seen)
            else:
                stored.change_session(w, session.id, seen_at=now)
            w.commit()
    except (Unavailable, Conflict):
        return  # another request will, or just has


def prove(w: Noting, found: SignedIn, token: str) -> None:
    """Note that a second factor was shown in this session; part of the transaction that took the code."""
    _change(w, found, token, is_proved=True, shown_at=w.now)


def show(w: Noting, found: SignedIn, token: str) -> None:
    """Note that it was shown again who is there."""
    _change(w, found, token, shown_at=w.now)


def list_sessions(store: Store, person: Person, *, now: datetime) -> list[Session]:
    """Give somebody's living sessions, the one seen last first."""
    with store.reading() as reading:
        return stored.sessions_of(reading, person.id, now)


def leave(store: Store, found: SignedIn, token: str, *, now: datetime) -> None:
    """End the session one is in, for every copy of its cookie."""
    with store.noting(found.person.actor("web"), now) as w:
        _change(w, found, token, ended_at=now)
        w.commit()


def end_one(store: Store, person: Person, session_id: int, *, actor: Actor, now: datetime) -> None:
    """End one of one's own sessions; raises NotFound where one has none such."""
    with store.noting(actor, now) as w:
        if not stored.end_session(w, person.id, session_id):
            raise NotFound(say("There is no such session; it may have ended already."))
        w.audit("end session", "user", person.email)
        w.commit()


def end_others(store: Store, found: SignedIn, *, actor: Actor, now: datetime) -> tuple[Person, int]:
    """End all of one's own sessions but this one, also those not noted yet; gives the person with the new key."""
    with store.noting(actor, now) as w:
        ended = stored.end_sessions(w, found.person.id, but=found.session.id)
        key = secrets.token_hex(32)
        stored_people.change_person(w, found.person.id, fs_uniquifier=key)
        if found.session.id is not None:
            stored.carry_session(w, found.session.id, key)
        w.audit("end other sessions", "user", found.person.email, None, {"sessions": ended})
        w.commit()
    return replace(found.person, key=key), ended


def hash_token(token: str) -> str:
    """What is kept of a session's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _change(w: Noting, found: SignedIn, token: str, **changes: Any) -> None:
    """Set columns of a session, which another request may have noted meanwhile, or nobody yet."""
    session_id = found.session.id
    if session_id is None:
        kept = stored.kept_session(w, hash_token(token), w.now)
        session_id = None if kept is None else kept.session.id
    if session_id is None:
        session_id = stored.add_session(w, hash_token(token), found.person.id, found.person.key, found.session)
    stored.change_session(w, session_id, **changes)
