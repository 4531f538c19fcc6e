"""What a view needs of the moment: the store, the settings, the time, and who asks.

Views take these and pass them on to operations; nothing below `web` knows of requests.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar, cast

from flask import current_app, request
from flask_security import current_user

from railtrack.config import Settings
from railtrack.domain.actors import Actor

if TYPE_CHECKING:
    from railtrack.store.engine import Store
    from railtrack.web.signing_in.account import Account

View = TypeVar("View", bound=Callable[..., object])


def current_store() -> "Store":
    """The records."""
    return cast("Store", current_app.extensions["railtrack"]["store"])


def current_settings() -> Settings:
    """The operator's settings."""
    return cast(Settings, current_app.extensions["railtrack"]["settings"])


def now() -> datetime:
    """The present, aware and UTC, to the second; tests give the application a clock of their own."""
    clock = cast(Callable[[], datetime], current_app.extensions["railtrack"]["clock"])
    return clock()


def system_clock() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC).replace(microsecond=0)


def is_signed_in() -> bool:
    return bool(current_user and current_user.is_authenticated)


def current_account() -> "Account | None":
    """The account that is signed in, if one is."""
    return cast("Account", current_user._get_current_object()) if is_signed_in() else None


def current_actor() -> Actor:
    """Who asks, for operations and the audit. Only where somebody is signed in."""
    account = current_account()
    if account is None:
        raise RuntimeError("nobody is signed in; the view is public and must ask `is_signed_in` first")
    return account.actor(origin=f"web {request.remote_addr or ''}".strip())


def public_overview(view: View) -> View:
    """Mark a view of the public overview: it answers without an account unless the operator says otherwise."""
    view.is_public_overview = True  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Mark a view that answers without an account; all others ask to sign in."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def anonymous(view: View) -> View:
    """Mark a view that knows nobody: open to all, and its language is that of the address or the browser.

    It reads no session and sets no cookie, so that whoever is signed in besides sees what anybody sees.
    """
    view.is_anonymous = True  # type: ignore[attr-defined]
    return public(view)


def is_anonymous() -> bool:
    """Whether the request goes to such a view."""
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, "is_anonymous", False))
