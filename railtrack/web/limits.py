"""How often one may try: per network address for what costs work or can be guessed, per account for passwords.

A limit is asked before anything is hashed. What is counted lies in the database, so it holds for all processes; while
a long import keeps SQLite from being written, each process counts for itself.
"""

import ipaddress
import logging
import time
from collections.abc import Callable
from datetime import timedelta
from threading import Lock
from typing import Any, TypeVar

from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue
from flask_security import LoginForm
from flask_wtf import FlaskForm
from werkzeug.exceptions import TooManyRequests

from railtrack.domain.errors import Conflict, Unavailable
from railtrack.domain.people import email_key
from railtrack.operations.administering import lockout
from railtrack.operations.notifying.sending import SERVER
from railtrack.store import limiting
from railtrack.store.limiting import Knock, Limit
from railtrack.web.api.guard import is_call
from railtrack.web.api.problems import problem_of_http
from railtrack.web.current import current_store, now
from railtrack.web.errors import error_page
from railtrack.web.i18n import gettext, ngettext
from railtrack.web.post import current_post

SIGN_IN = Limit("sign-in", 30, timedelta(minutes=5))
FORGOTTEN = Limit("forgotten-from", 10, timedelta(hours=1))
LINK = Limit("link", 30, timedelta(minutes=5))
WRONG_TOKEN = Limit("wrong-token", 30, timedelta(minutes=5))
CALLS = Limit("calls", 600, timedelta(minutes=1))  # of one token, in one process
SHARED = Limit("shared", 120, timedelta(minutes=1))  # pages of shared links to one address, in one process
WRONG_SHARED = Limit("wrong-shared", 30, timedelta(minutes=5))  # in one process: nothing is written for a stranger
OWN_PASSWORD = Limit("own-password", 10, timedelta(minutes=15))
# pages that are not of our making
_FOREIGN = {"security.login": SIGN_IN}
PATIENCE_S = 0.2
MOST_KEYS = 10_000  # a process counts for itself
log = logging.getLogger(__name__)
View = TypeVar("View", bound=Callable[..., object])


def register(app: Flask) -> None:
    """Ask before every form that is limited."""
    app.extensions["railtrack"]["counted_here"] = _Here()
    app.before_request(_ask)
    app.register_error_handler(TooManyRequests, _too_many)


def limited(limit: Limit) -> Callable[[View], View]:
    """Mark a view whose forms may be sent only so often from one network address."""

    def mark(view: View) -> View:
        view.limit = limit  # type: ignore[attr-defined]
        return view

    return mark


def insist(limit: Limit, who: str) -> None:
    """Count a try, or end the request with 429 and the time to wait."""
    knock = _count(limit, who)
    if not knock.is_allowed:
        raise TooManyRequests(retry_after=knock.wait_s)


def insist_here(limit: Limit, who: str) -> None:
    """The same for what comes too often to be written down each time: each process counts for itself."""
    knock = _here().knock(limit, who)
    if not knock.is_allowed:
        raise TooManyRequests(retry_after=knock.wait_s)


def from_where() -> str:
    """The network address that asks; of IPv6 the part that belongs to one line, for its owner has the rest at will."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return request.remote_addr or ""
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


class GuardedLoginForm(LoginForm):
    """Looks at a password only while its account is not held, and says nothing else than of a wrong one."""

    def validate(self, **kwargs: Any) -> bool:
        address = str(self.email.data or "").strip()
        if not address or not self.password.data:
            return bool(super().validate(**kwargs))
        is_counted_here = False
        try:
            knock = lockout.begin(current_store(), address, now=now())
        except (Unavailable, Conflict):
            is_counted_here = True
            knock = _here().knock(lockout.WRONG_PASSWORDS, email_key(address))
        if not knock.is_allowed:
            FlaskForm.validate(self)
            self.password.errors = [*self.password.errors, ""]  # the view puts its own words in
            return False
        is_right = bool(super().validate(**kwargs))
        if is_counted_here:
            if self.user_authenticated:
                _here().release(lockout.WRONG_PASSWORDS, email_key(address))
            return is_right
        try:
            if self.user_authenticated:
                lockout.was_right(current_store(), address, now=now())
            else:
                lockout.was_wrong(current_store(), address, knock, post=current_post(), now=now())
        except (Unavailable, Conflict) as error:  # it stays counted
            log.warning("a try to sign in is not settled: %s", error)
        return is_right


class _Here:
    """Counts of this process, for when the database cannot be written to."""

    def __init__(self) -> None:
        self._moments: dict[str, list[float]] = {}
        self._lock = Lock()

    def knock(self, limit: Limit, who: str) -> Knock:
        """Count a try as the database would."""
        key, at, window_s = limiting.key_of(limit, who), time.monotonic(), limit.window.total_seconds()
        with self._lock:
            moments = [moment for moment in self._moments.get(key, ()) if moment > at - window_s]
            if len(moments) >= limit.times:
                return Knock(False, len(moments), max(1, int(moments[0] + window_s - at)))
            if len(self._moments) >= MOST_KEYS:
                self._moments.clear()
            self._moments[key] = [*moments, at]
        return Knock(True, len(moments) + 1)

    def release(self, limit: Limit, who: str) -> None:
        """Forget all tries."""
        with self._lock:
            self._moments.pop(limiting.key_of(limit, who), None)


def _ask() -> None:
    if request.method != "POST" or request.endpoint is None:
        return
    view = current_app.view_functions.get(request.endpoint)
    limit = _FOREIGN.get(request.endpoint) or getattr(view, "limit", None)
    if limit is not None:
        insist(limit, from_where())


def _count(limit: Limit, who: str) -> Knock:
    try:
        with current_store().noting(SERVER, now(), patience_s=PATIENCE_S) as w:
            knock = limiting.knock(w, limit, who)
            w.commit()
    except (Unavailable, Conflict):
        return _here().knock(limit, who)
    return knock


def _here() -> _Here:
    found = current_app.extensions["railtrack"]["counted_here"]
    assert isinstance(found, _Here)  # noqa: S101 - `register` put it there
    return found


def _too_many(error: TooManyRequests) -> ResponseReturnValue:
    if is_call():
        return problem_of_http(error)
    wait_s = int(error.retry_after) if isinstance(error.retry_after, int) else 60
    minutes = max(1, -(-wait_s // 60))
    page = error_page(
        429,
        gettext("Too many requests came from here."),
        ngettext("Wait a minute and try again.", "Wait %(num)d minutes and try again.", minutes),
    )
    response = current_app.make_response(page)
    response.headers["Retry-After"] = str(wait_s)
    return response
