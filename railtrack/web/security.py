"""Signing in: Flask-Security over our own store, and the rule that every page asks for an account.

Flask-Security reads and writes accounts through `Accounts`, a user datastore of ours: rows stay inside `store`, so
its ready-made one for SQLAlchemy sessions, which hands rows out, is not used. Roles are one column of ours, not a
table, and rights are judged in operations; Flask-Security only says who somebody is.
"""

import logging
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from flask import Flask, Response, current_app, g, redirect, request, url_for
from flask_babel import lazy_gettext
from flask_security import LoginForm, RoleMixin, Security, UserMixin
from flask_security.datastore import UserDatastore
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField, EmailField, PasswordField, SubmitField
from wtforms.validators import DataRequired

from railtrack.config import Settings
from railtrack.domain.actors import Actor, Role
from railtrack.domain.errors import Unavailable
from railtrack.domain.people import Person
from railtrack.store import people as stored
from railtrack.store.engine import Reading
from railtrack.web.current import current_settings, current_store, is_signed_in, now, system_clock

# what Flask-Security calls a column of an account, and what we call it
_NAMES = {
    "password": "password_hash",
    "active": "is_active",
    "fs_uniquifier": "key",
    "last_login_at": "last_sign_in_at",
    "current_login_at": "current_sign_in_at",
    "last_login_ip": "last_sign_in_ip",
    "current_login_ip": "current_sign_in_ip",
    "login_count": "sign_ins",
}
_OF_SIGN_INS = {"last_login_at", "current_login_at", "last_login_ip", "current_login_ip", "login_count"}
SIGN_IN_PATIENCE_S = 0.5
log = logging.getLogger(__name__)


class Account(UserMixin):
    """A person as Flask-Security wants one: with its names for columns, which it may set."""

    fs_uniquifier = ""  # looked for on the class

    def __init__(self, person: Person) -> None:
        self.person = person
        self.id = person.id
        self.email = person.email
        self.name = person.name
        self.role = person.role
        self.language = person.language
        self.roles = []
        for theirs, ours in _NAMES.items():
            setattr(self, theirs, getattr(person, ours))

    def actor(self, origin: str) -> Actor:
        """This account acting."""
        return self.person.actor(origin)

    def verify_auth_token(self, tdata: dict[str, Any]) -> bool:
        """No: Flask-Security's tokens end by no list and would be taken from any address, where logs keep them."""
        return False

    @property
    def is_administrator(self) -> bool:
        return self.role is Role.ADMINISTRATOR

    @property
    def may_write(self) -> bool:
        return self.role is not Role.CITY


class _NoRoles(RoleMixin):
    """Flask-Security asks for a role model; ours is a column."""


class Accounts(UserDatastore):
    """Finds and keeps accounts for Flask-Security."""

    def __init__(self) -> None:
        super().__init__(Account, _NoRoles)

    def find_user(self, case_insensitive: bool = False, **wanted: Any) -> Account | None:
        """Find one account by `id`, `email` (in any case) or `fs_uniquifier`."""
        ((name, value),) = wanted.items()
        find: dict[str, Callable[[Reading, Any], Person | None]] = {
            "id": stored.person_by_id,
            "email": stored.person_by_email,
            "fs_uniquifier": stored.person_by_key,
        }
        with current_store().reading() as reading:
            person = find[name](reading, value)
        return None if person is None else Account(person)

    def find_role(self, role: str) -> None:
        """There are none here."""
        return

    def put(self, user: Account) -> Account:
        """Remember that the account changed; it is written by `commit`."""
        g.setdefault("changed_accounts", {})[user.id] = user
        return user

    def commit(self) -> None:
        """Write what changed, without a word in the audit: Flask-Security keeps track of sign-ins only.

        When somebody signed in last is not worth waiting for: where a long import holds SQLite, it goes unnoted.
        """
        for account in g.pop("changed_accounts", {}).values():
            before = asdict(account.person)
            changes = {theirs: getattr(account, theirs) for theirs, ours in _NAMES.items()}
            changes = {name: value for name, value in changes.items() if value != before[_NAMES[name]]}
            if not changes:
                continue
            is_sign_in = _OF_SIGN_INS.issuperset(changes)
            patience_s = SIGN_IN_PATIENCE_S if is_sign_in else None
            try:
                with current_store().noting(account.actor("web"), now(), patience_s=patience_s) as w:
                    stored.change_person(w, account.id, **changes)
                    if "password" in changes:
                        w.audit("set password", "user", account.email)
                    w.commit()
            except Unavailable as error:
                if not is_sign_in:
                    raise
                log.warning("a sign-in of user %s is not noted: %s", account.id, error)

    def delete(self, model: Account) -> None:
        """Accounts are ended, never deleted: what they recorded names them."""
        raise NotImplementedError

    def reload(self, model: Account) -> Account:
        """Give the account as it is now."""
        found = self.find_user(id=model.id)
        return model if found is None else found


class SignInForm(LoginForm):
    """Address and password, in our words."""

    email = EmailField(
        lazy_gettext("E-mail address"),
        validators=[DataRequired(lazy_gettext("Enter your e-mail address."))],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        lazy_gettext("Password"),
        validators=[DataRequired(lazy_gettext("Enter your password."))],
        render_kw={"autocomplete": "current-password"},
    )
    remember = BooleanField(lazy_gettext("Stay signed in on this device"))
    submit = SubmitField(lazy_gettext("Sign in"))


def register(app: Flask, settings: Settings, secret_key: str) -> None:
    """Wire sign-in, sessions and protection against forged forms into the application."""
    is_secure = settings.is_secure
    app.config.update(
        SECRET_KEY=secret_key,
        SESSION_COOKIE_NAME="railtrack",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=is_secure,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=is_secure,
        REMEMBER_COOKIE_DURATION=timedelta(days=30),
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a form left open over lunch must not be lost
        WTF_CSRF_CHECK_DEFAULT=True,
        SECURITY_LOGIN_URL="/sign-in",
        SECURITY_LOGOUT_URL="/sign-out",
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_FRESHNESS=timedelta(-1),  # no page asks for the password again, so there is no address for it
        SECURITY_API_ENABLED_METHODS=["session"],
        SECURITY_STATIC_FOLDER=None,
        SECURITY_LOGIN_USER_TEMPLATE="security/login_user.html",
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 - the scheme's name
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_SINGLE_HASH={"argon2"},  # the same hash the command line makes, without a key outside it
        SECURITY_PASSWORD_SALT="unused with single hashes",  # noqa: S106
        SECURITY_TRACKABLE=True,
        SECURITY_DATETIME_FACTORY=system_clock,
        SECURITY_REGISTERABLE=False,
        SECURITY_RECOVERABLE=False,
        SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS=False,
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False, "allow_smtputf8": True},
        SECURITY_MSG_GENERIC_AUTHN_FAILED=(
            "This address and password do not fit together. Check both; an administrator can give you a new password.",
            "error",
        ),
        SECURITY_MSG_LOGIN=("", "info"),
    )
    CSRFProtect(app)
    security = Security(app, Accounts(), login_form=SignInForm)
    # people sign in by the form and are known by its cookie: no answers in JSON, which would hand out tokens on demand,
    # and nobody is taken from a header, an address or a body
    security.want_json(lambda _request: False)
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined] # Flask-Login puts it there
    app.before_request(_ask_to_sign_in)


def _ask_to_sign_in() -> BaseResponse | None:
    """Let nobody past without an account but to what is public; an unknown address is a plain 404."""
    endpoint = request.endpoint
    if endpoint is None or endpoint == "static" or endpoint.startswith("security.") or is_signed_in():
        return None
    view = _view(endpoint)
    if getattr(view, "is_public", False):
        return None
    if getattr(view, "is_public_overview", False) and current_settings().public_overview:
        return None
    return sign_in_first()


def sign_in_first() -> BaseResponse:
    """Send the reader to the sign-in page and back here afterwards."""
    here = request.full_path.rstrip("?") if request.method == "GET" else None
    address = url_for("security.login", next=here)
    if request.headers.get("HX-Request"):
        # a part of a page cannot show the sign-in form: the whole page goes there
        return Response(status=401, headers={"HX-Redirect": url_for("security.login")})
    return redirect(address)


def _view(endpoint: str) -> object:
    return current_app.view_functions.get(endpoint)
