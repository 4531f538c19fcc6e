"""What stands before every page: an account, the second step of signing in, and a second factor where one is due."""

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, Response, current_app, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from railtrack.web.api.guard import BLUEPRINTS
from railtrack.web.current import current_account, current_settings, is_signed_in
from railtrack.web.signing_in.sessions import found_session, this_session
from railtrack.web.signing_in.single_sign_on import provider_title
from railtrack.web.signing_in.site import passkey_site

View = TypeVar("View", bound=Callable[..., object])


def register(app: Flask) -> None:
    """Ask before every request, and tell the sign-in page what else it may offer."""
    app.before_request(_ask_to_sign_in)
    app.jinja_env.globals.update(sign_in_ways=sign_in_ways)


def sign_in_ways() -> dict[str, object]:
    """Ways in besides the password: whether passkeys work at this address, and the name of the identity provider."""
    return {"site": passkey_site(), "provider": provider_title()}


def second_step(view: View) -> View:
    """Mark a view for whoever gave the password and is asked for the second factor now."""
    view.is_second_step = True  # type: ignore[attr-defined]
    return view


def setting_up(view: View) -> View:
    """Mark a view that whoever must set a second factor up needs for it."""
    view.is_setting_up = True  # type: ignore[attr-defined]
    return view


def must_set_up() -> bool:
    """Whether the reader may do nothing before a second factor is set up."""
    account = current_account()
    if account is None or not current_settings().second_factor_rule.asks(account.role):
        return False
    return not this_session().session.is_proved


def sign_in_first() -> BaseResponse:
    """Send the reader to the sign-in page and back here afterwards."""
    return _lead_to("security.login")


def _ask_to_sign_in() -> BaseResponse | None:
    """Let nobody past without an account but to what is public; an unknown address is a plain 404."""
    endpoint = request.endpoint
    if endpoint is None or endpoint == "static" or endpoint.startswith(("security.", BLUEPRINTS)):
        return None
    view = current_app.view_functions.get(endpoint)
    if getattr(view, "is_public", False):
        return None
    if is_signed_in():
        if must_set_up() and not getattr(view, "is_setting_up", False):
            return _lead_to("signing_in.own")
        return None
    if getattr(view, "is_second_step", False) and found_session() is not None:
        return None
    if found_session() is None and getattr(view, "is_public_overview", False) and current_settings().public_overview:
        return None
    return _lead_to("security.login" if found_session() is None else "second_step.ask")


def _lead_to(endpoint: str) -> BaseResponse:
    here = request.full_path.rstrip("?") if request.method == "GET" else None
    if request.headers.get("HX-Request"):
        # a part of a page cannot show the sign-in form: the whole page goes there
        return Response(status=401, headers={"HX-Redirect": url_for(endpoint)})
    return redirect(url_for(endpoint, next=here))
