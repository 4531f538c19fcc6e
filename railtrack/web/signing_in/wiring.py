"""Flask-Security over our own store: the sign-in form, its cookie, protection against forged forms."""

from datetime import timedelta

from flask import Flask
from flask_babel import lazy_gettext
from flask_security import Security
from flask_wtf.csrf import CSRFProtect
from wtforms import BooleanField, EmailField, PasswordField, SubmitField
from wtforms.validators import DataRequired

from railtrack.config import Settings
from railtrack.domain.signing_in import STAYS_FOR
from railtrack.web.current import system_clock
from railtrack.web.limits import GuardedLoginForm
from railtrack.web.signing_in import gate, sessions, single_sign_on
from railtrack.web.signing_in.account import Accounts


class SignInForm(GuardedLoginForm):
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
        PERMANENT_SESSION_LIFETIME=STAYS_FOR,  # of the cookie; how long one is signed in stands in the database
        SESSION_REFRESH_EACH_REQUEST=False,
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
    sessions.register(app)
    gate.register(app)
    single_sign_on.register(app, settings)
