"""Sessions that the server keeps, under Flask's signed cookie.

The cookie names the session by a random token and tells when it was made; whether it still lives stands in the
database. Flask-Login's own cookie for staying signed in is not used: it would outlive signing out.
"""

from datetime import UTC, datetime
from typing import Any

from flask import Flask, current_app, g, request, session
from flask_login import user_logged_in, user_logged_out
from flask_security import login_user

from railtrack.domain.people import Person
from railtrack.domain.signing_in import Session, SignedIn
from railtrack.operations.signing_in import sessions as operations
from railtrack.web.current import current_settings, current_store, is_signed_in, now
from railtrack.web.signing_in.account import Account

_TOKEN, _MADE, _STAYS = "sid", "sid_made", "sid_stays"
_PARTS = (_TOKEN, _MADE, _STAYS)


def register(app: Flask) -> None:
    """Know people by sessions of ours; begin and end them with Flask-Login's signing in and out."""
    app.login_manager.user_loader(_load)  # type: ignore[attr-defined] # Flask-Login puts it there
    user_logged_in.connect(_begin, app)
    user_logged_out.connect(_end, app)
    app.before_request(_note_seen)


def found_session() -> SignedIn | None:
    """Whose session the browser is in, whether or not the second step is still to come."""
    is_signed_in()  # loads it
    found = g.get("found_session")
    return found if isinstance(found, SignedIn) else None


def this_session() -> SignedIn:
    """The session of whoever is signed in, or about to be; only where there is one."""
    found = found_session()
    if found is None:
        raise RuntimeError("there is no session here; the view must ask `found_session` first")
    return found


def session_token() -> str:
    """What the cookie names the session by."""
    return str(session.get(_TOKEN, ""))


def sign_in(person: Person, *, by: str, is_proved: bool, stays: bool = False) -> None:
    """Sign somebody in by other means than the form; `is_proved` says that they showed more than a password."""
    g.is_proved = is_proved
    login_user(Account(person), remember=stays, authn_via=[by])
    current_app.extensions["security"].datastore.commit()  # the time of the sign-in


def carry_on_as(key: str) -> None:
    """Keep the present session under its user's new key."""
    session["_user_id"] = key


def forget() -> None:
    """Take the session out of the cookie."""
    for name in (*_PARTS, "_user_id", "_fresh", "_id"):
        session.pop(name, None)
    g.pop("found_session", None)
    current_app.login_manager._update_request_context_with_user()  # type: ignore[attr-defined]


def _load(user_key: str) -> Account | None:
    """Give who is signed in; Flask-Login asks this once a request."""
    token = session_token()
    if not token or not user_key:
        return None
    found = operations.whose(current_store(), str(user_key), token, _unnoted(), now=now())
    g.found_session = found
    return None if found is None or found.waits else Account(found.person)


def _begin(_app: Flask, user: Account, **_other: Any) -> None:
    stays = session.pop("_remember", None) == "set"
    session.pop("_remember_seconds", None)
    before = g.get("found_session")
    replaced = before.session if isinstance(before, SignedIn) else None
    is_same = isinstance(before, SignedIn) and before.person.id == user.person.id
    is_proved = bool(g.pop("is_proved", False)) or (is_same and before.session.is_proved)
    made = operations.new_session(
        now(),
        hours=current_settings().session_hours,
        address=request.remote_addr or "",
        user_agent=request.user_agent.string,
        stays=stays or (is_same and before.session.stays),
        is_proved=is_proved,
    )
    token = operations.begin(current_store(), user.person, made, now=now(), replaced=replaced)
    session[_TOKEN], session[_MADE], session[_STAYS] = token, int(made.made_at.timestamp()), made.stays
    session.permanent = made.stays
    # what the rest of this request shows is judged anew by the next
    g.found_session = SignedIn(user.person, made, has_factor=is_proved)


def _end(_app: Flask, **_other: Any) -> None:
    found = g.pop("found_session", None)
    if isinstance(found, SignedIn) and session_token():
        operations.leave(current_store(), found, session_token(), now=now())
    for name in _PARTS:
        session.pop(name, None)
    session.permanent = False


def _note_seen() -> None:
    """Load the session before anything begins another, and note now and then that it is in use."""
    if request.endpoint in (None, "static") or not session_token():
        return
    found = found_session()
    if found is not None and not found.waits:
        operations.note_seen(current_store(), found, session_token(), now=now())


def _unnoted() -> Session | None:
    made = session.get(_MADE)
    if not isinstance(made, int):
        return None
    return operations.new_session(
        datetime.fromtimestamp(made, UTC),
        hours=current_settings().session_hours,
        address=request.remote_addr or "",
        user_agent=request.user_agent.string,
        stays=bool(session.get(_STAYS)),
    )
