"""On the way in: the second step after the password, and passkeys in the place of both."""

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from railtrack.domain.errors import NotFound, Problem, Refused
from railtrack.domain.messages import say
from railtrack.operations.signing_in import codes, passkeys, sessions
from railtrack.operations.signing_in.passkeys import Site
from railtrack.web.addresses import safe_back
from railtrack.web.current import current_store, is_signed_in, now, public
from railtrack.web.shell import home
from railtrack.web.signing_in.gate import second_step as for_second_step
from railtrack.web.signing_in.own import secret_key
from railtrack.web.signing_in.sessions import (
    forget,
    found_session,
    session_token,
    sign_in,
    this_session,
)
from railtrack.web.signing_in.site import as_object, new_challenge, passkey_site, take_challenge

blueprint = Blueprint("second_step", __name__)


@blueprint.route("/sign-in/second", methods=["GET", "POST"])
@for_second_step
def ask() -> ResponseReturnValue:
    """Ask for a code, and take it."""
    if is_signed_in():
        return redirect(_back())
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            codes.take_code(
                current_store(),
                this_session(),
                session_token(),
                request.form.get("code", ""),
                secret_key=secret_key(),
                now=now(),
            )
            return redirect(_back())
        except Refused as refused:
            problems = refused.problems
    return _page(problems)


@blueprint.post("/sign-in/second/leave")
@for_second_step
def leave() -> ResponseReturnValue:
    """Begin again, as somebody else."""
    found = found_session()
    if found is not None:
        sessions.leave(current_store(), found, session_token(), now=now())
    forget()
    return redirect(url_for("security.login"))


@blueprint.post("/sign-in/passkey/options")
@public
def passkey_options() -> ResponseReturnValue:
    """Give what the browser needs to ask for a passkey."""
    found = found_session()
    whose = found.person if found is not None and found.waits else None
    options = passkeys.sign_in_options(current_store(), _site(), new_challenge(_purpose()), whose=whose)
    return jsonify(as_object(options))


@blueprint.post("/sign-in/passkey")
@public
def use_passkey() -> ResponseReturnValue:
    """Sign in by a passkey alone, or take it as the second step."""
    if is_signed_in():
        return redirect(_back())
    answer = request.form.get("credential", "")
    found = found_session()
    try:
        challenge = take_challenge(_purpose())
        if found is not None:
            passkeys.use_as_second_step(
                current_store(), found, session_token(), answer, site=_site(), challenge=challenge, now=now()
            )
            return redirect(_back())
        person = passkeys.use_alone(current_store(), answer, site=_site(), challenge=challenge, now=now())
    except Refused as refused:
        return _page(refused.problems)
    sign_in(person, by="webauthn", is_proved=True)
    return redirect(_back())


def _page(problems: tuple[Problem, ...]) -> ResponseReturnValue:
    found = found_session()
    page = render_template(
        "security/second_step.html" if found is not None else "security/passkey_refused.html",
        problems=problems,
        email=found.person.email if found is not None else "",
        factors=codes.factors(current_store(), found.person) if found is not None else None,
        site=passkey_site(),
        back=safe_back(request.values.get("next", ""), ""),
    )
    return page, 422 if problems else 200


def _purpose() -> str:
    found = found_session()
    return "sign in" if found is None else f"second step of {found.person.id}"


def _site() -> Site:
    site = passkey_site()
    if site is None:
        raise NotFound(say("Passkeys do not work at this address."))
    return site


def _back() -> str:
    return safe_back(request.values.get("next", ""), home())
