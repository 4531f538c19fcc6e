"""One's own signing in: second factor, passkeys, recovery codes, and where one is signed in."""

from flask import Blueprint, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from railtrack.domain.errors import NotFound, Problem, Refused
from railtrack.domain.messages import say
from railtrack.operations.signing_in import codes, passkeys, sessions, showing
from railtrack.operations.signing_in.passkeys import Site
from railtrack.web.addresses import safe_back
from railtrack.web.current import current_actor, current_store, now
from railtrack.web.i18n import gettext, ngettext
from railtrack.web.signing_in.drawing import qr_code
from railtrack.web.signing_in.gate import must_set_up, setting_up
from railtrack.web.signing_in.sessions import carry_on_as, session_token, this_session
from railtrack.web.signing_in.single_sign_on import provider_title
from railtrack.web.signing_in.site import as_object, new_challenge, passkey_site, take_challenge

blueprint = Blueprint("signing_in", __name__, url_prefix="/account/signing-in")


def secret_key() -> str:
    """What secrets at rest are sealed with, and cookies signed."""
    return str(current_app.config["SECRET_KEY"])


@blueprint.get("")
@setting_up
def own() -> ResponseReturnValue:
    """How do I sign in, and where am I signed in?"""
    found = this_session()
    return render_template(
        "security/own.html",
        factors=codes.factors(current_store(), found.person),
        sessions=sessions.list_sessions(current_store(), found.person, now=now()),
        this=found.session,
        must_set_up=must_set_up(),
        site=passkey_site(),
        provider=provider_title(),
        has_password=found.person.password_hash is not None,
    )


# ---------------------------------------------------------------- showing again who is there


@blueprint.route("/show", methods=["GET", "POST"])
@setting_up
def show_again() -> ResponseReturnValue:
    """Ask again who is there, before anything about signing in is changed."""
    problems: tuple[Problem, ...] = ()
    found = this_session()
    if request.method == "POST":
        try:
            showing.show_again(
                current_store(),
                found,
                session_token(),
                password=request.form.get("password", ""),
                code=request.form.get("code", ""),
                secret_key=secret_key(),
                now=now(),
            )
            return redirect(safe_back(request.values.get("next", ""), url_for("signing_in.own")))
        except Refused as refused:
            problems = refused.problems
    page = render_template(
        "security/show_again.html",
        problems=problems,
        ways=showing.ways(current_store(), found.person),
        back=safe_back(request.values.get("next", ""), ""),
    )
    return page, 422 if problems else 200


@blueprint.before_request
def _ask_who_is_there() -> ResponseReturnValue | None:
    """Whoever finds a browser that was left open may look, but not change how its owner signs in."""
    is_looking = request.endpoint in ("signing_in.own", "signing_in.show_again", "signing_in.end_session")
    if is_looking or this_session().session.is_fresh(now()):
        return None
    here = request.full_path.rstrip("?") if request.method == "GET" else url_for("signing_in.own")
    return redirect(url_for("signing_in.show_again", next=here))


# ---------------------------------------------------------------- the app with one-time codes


@blueprint.route("/authenticator", methods=["GET", "POST"])
@setting_up
def authenticator() -> ResponseReturnValue:
    """Set an authenticator app up: its QR code, and the first code back."""
    problems: tuple[Problem, ...] = ()
    found = this_session()
    if request.method == "POST":
        try:
            made = codes.confirm_setup(
                current_store(),
                found,
                session_token(),
                request.form.get("code", ""),
                secret_key=secret_key(),
                actor=current_actor(),
                now=now(),
            )
            return _done(gettext("The authenticator is set up. Its code is asked for from now on."), made)
        except Refused as refused:
            problems = refused.problems
    address = codes.begin_setup(current_store(), found.person, secret_key=secret_key(), now=now())
    page = render_template(
        "security/authenticator.html",
        problems=problems,
        qr_code=qr_code(address),
        secret=codes.secret_of(address),
        address=address,
    )
    return page, 422 if problems else 200


@blueprint.post("/authenticator/remove")
def remove_authenticator() -> ResponseReturnValue:
    """Take the authenticator out."""
    codes.remove_authenticator(current_store(), this_session().person, actor=current_actor(), now=now())
    return _done(gettext("The authenticator is taken out."))


@blueprint.post("/recovery-codes")
def new_recovery_codes() -> ResponseReturnValue:
    """Show new recovery codes, this once."""
    found = this_session()
    if not codes.factors(current_store(), found.person).has_any:
        raise NotFound(say("Recovery codes come with a second factor. Set one up first."))
    made = codes.new_recovery_codes(current_store(), found.person, actor=current_actor(), now=now())
    return _done(gettext("The earlier recovery codes are dead."), made)


# ---------------------------------------------------------------- passkeys


@blueprint.get("/passkeys/new")
@setting_up
def new_passkey() -> ResponseReturnValue:
    """Have a passkey made."""
    return render_template("security/new_passkey.html", problems=(), name="", site=passkey_site())


@blueprint.post("/passkeys/options")
@setting_up
def passkey_options() -> ResponseReturnValue:
    """Give what the browser needs to have a passkey made."""
    person = this_session().person
    options = passkeys.registration_options(
        current_store(), person, _site(), new_challenge("new passkey"), secret_key()
    )
    return jsonify(as_object(options))


@blueprint.post("/passkeys")
@setting_up
def add_passkey() -> ResponseReturnValue:
    """Keep the passkey that was made."""
    name = request.form.get("name", "")
    try:
        made = passkeys.add_passkey(
            current_store(),
            this_session(),
            session_token(),
            request.form.get("credential", ""),
            name=name,
            secret_key=secret_key(),
            site=_site(),
            challenge=take_challenge("new passkey"),
            actor=current_actor(),
            now=now(),
        )
    except Refused as refused:
        page = render_template("security/new_passkey.html", problems=refused.problems, name=name, site=passkey_site())
        return page, 422
    return _done(gettext("The passkey is kept. You can sign in with it alone."), made)


@blueprint.post("/passkeys/<int:passkey_id>/name")
def rename_passkey(passkey_id: int) -> ResponseReturnValue:
    """Call a passkey something else."""
    try:
        passkeys.rename_passkey(
            current_store(),
            this_session().person,
            passkey_id,
            request.form.get("name", ""),
            actor=current_actor(),
            now=now(),
        )
    except Refused as refused:
        flash(str(refused.problems[0].sentence.render(gettext)), "error")
        return redirect(url_for("signing_in.own"))
    return _done(gettext("The passkey has its new name."))


@blueprint.post("/passkeys/<int:passkey_id>/remove")
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    """Take a passkey out."""
    passkeys.remove_passkey(current_store(), this_session().person, passkey_id, actor=current_actor(), now=now())
    return _done(gettext("The passkey is taken out; it opens nothing here any more."))


# ---------------------------------------------------------------- sessions


@blueprint.post("/sessions/<int:session_id>/end")
def end_session(session_id: int) -> ResponseReturnValue:
    """Sign out on one device."""
    sessions.end_one(current_store(), this_session().person, session_id, actor=current_actor(), now=now())
    return _done(gettext("That device is signed out."))


@blueprint.post("/sessions/end-others")
def end_other_sessions() -> ResponseReturnValue:
    """Sign out everywhere else."""
    person, ended = sessions.end_others(current_store(), this_session(), actor=current_actor(), now=now())
    carry_on_as(person.key)
    said = ngettext("One other device is signed out.", "%(num)s other devices are signed out.", ended)
    return _done(said if ended else gettext("No other device was signed in."))


# ---------------------------------------------------------------- helpers


def _done(said: str, recovery_codes: tuple[str, ...] = ()) -> ResponseReturnValue:
    """Say what was done; new recovery codes are shown in the answer itself, since nothing keeps them."""
    if recovery_codes:
        return render_template("security/recovery_codes.html", said=said, codes=recovery_codes)
    flash(said, "done")
    return redirect(url_for("signing_in.own"))


def _site() -> Site:
    site = passkey_site()
    if site is None:
        raise NotFound(say("Passkeys do not work at this address."))
    return site
