"""Pages on accounts: one's own, the first administrator's set-up, choosing a password, and who may sign in."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import login_user

from railtrack.domain.actors import Role
from railtrack.domain.errors import NotFound, Problem, Refused
from railtrack.domain.messages import say
from railtrack.domain.rights import Operation
from railtrack.operations.administering import accounts as operations
from railtrack.operations.administering import invitations
from railtrack.operations.signing_in import codes
from railtrack.web.current import current_account, current_actor, current_settings, current_store, now, public
from railtrack.web.errors import error_page
from railtrack.web.i18n import gettext, language
from railtrack.web.limits import LINK, OWN_PASSWORD, limited
from railtrack.web.post import current_post
from railtrack.web.rights_words import role_word
from railtrack.web.shell import THEMES, home, only_who_may
from railtrack.web.signing_in.account import Account

blueprint = Blueprint("accounts", __name__)
MOST_ORGANISATIONS = 20


# ---------------------------------------------------------------- one's own


@blueprint.get("/account")
def own() -> ResponseReturnValue:
    """Who am I here?"""
    return render_template("account/own.html", role_word=role_word)


@blueprint.post("/account/theme")
def choose_theme() -> ResponseReturnValue:
    """Keep how the pages shall look."""
    chosen = request.form.get("theme", "")
    if chosen in THEMES:
        session["theme"] = chosen
    else:
        session.pop("theme", None)
    return redirect(url_for("accounts.own"))


@blueprint.route("/account/password", methods=["GET", "POST"])
@limited(OWN_PASSWORD)
def change_password() -> ResponseReturnValue:
    """Choose another password; all other sessions of this account end."""
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            person = operations.change_password(
                current_store(),
                old=request.form.get("old", ""),
                new=request.form.get("password", ""),
                post=current_post(),
                actor=current_actor(),
                now=now(),
            )
            login_user(Account(person))
            flash(gettext("The password is changed. Other devices must sign in again."), "done")
            return redirect(url_for("accounts.own"))
        except Refused as refused:
            problems = refused.problems
    return render_template("account/change_password.html", problems=problems), 422 if problems else 200


# ---------------------------------------------------------------- links that work once


@blueprint.route("/setup/<token>", methods=["GET", "POST"])
@public
@limited(LINK)
def setup(token: str) -> ResponseReturnValue:
    """Make the first administrator."""
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            person = operations.use_setup_link(
                current_store(),
                token,
                email=request.form.get("email", ""),
                name=request.form.get("name", ""),
                password=request.form.get("password", ""),
                now=now(),
            )
            login_user(Account(person))
            flash(gettext("railtrack is set up. You are its administrator."), "done")
            return redirect(home())
        except Refused as refused:
            problems = refused.problems
        except NotFound:
            return dead_link_page()
    elif not operations.is_setup_link_alive(current_store(), token, now=now()):
        return dead_link_page()
    return render_template("account/setup.html", problems=problems, form=request.form), 422 if problems else 200


@blueprint.route("/password/<token>", methods=["GET", "POST"])
@public
@limited(LINK)
def choose_password(token: str) -> ResponseReturnValue:
    """Choose the password of a new account, or a new one for an old; the owner of an old one signs in with it then.

    A link out of a mailbox is one factor only, so it opens no session of an account that may ask for a second.
    """
    problems: tuple[Problem, ...] = ()
    person = operations.person_of_password_link(current_store(), token, now=now())
    if person is None:
        return dead_link_page()
    is_new = person.password_hash is None
    if request.method == "POST":
        try:
            person = operations.use_password_link(
                current_store(), token, password=request.form.get("password", ""), post=current_post(), now=now()
            )
            if not is_new:
                flash(gettext("Your password is set. Sign in with it."), "done")
                return redirect(url_for("security.login"))
            login_user(Account(person))
            flash(gettext("Your password is set, and you are signed in."), "done")
            return redirect(home())
        except Refused as refused:
            problems = refused.problems
        except NotFound:
            return dead_link_page()
    page = render_template("account/choose_password.html", problems=problems, person=person, is_new=is_new)
    return page, 422 if problems else 200


# ---------------------------------------------------------------- everybody's, for administrators


@blueprint.before_request
def _hide_from_others() -> None:
    if request.path.startswith("/admin/"):
        only_who_may(Operation.KEEP_ACCOUNTS)


@blueprint.get("/admin/users")
def users() -> ResponseReturnValue:
    """Who may sign in, and as what?"""
    actor = current_actor()
    people = operations.list_users(current_store(), actor=actor)
    invited = invitations.invitations(current_store(), actor=actor, now=now())
    return render_template(
        "account/users.html", people=people, invited=invited, role_word=role_word,
        with_factors=codes.who_has_factors(current_store(), actor=actor),
    )  # fmt: skip


@blueprint.route("/admin/users/new", methods=["GET", "POST"])
def add_user() -> ResponseReturnValue:
    """Add an account and invite its owner by mail, or show the link with which a password is chosen."""
    problems: tuple[Problem, ...] = ()
    actor = current_actor()
    organisations = operations.list_organisations(current_store(), actor=actor)
    post = current_post()
    if request.method == "POST":
        try:
            role = Role(request.form.get("role", ""))
        except ValueError:
            role = Role.PARTNER
        named = [each for each in request.form.getlist("organisation") if each.strip()][:MOST_ORGANISATIONS]
        try:
            person = operations.create_user(
                current_store(),
                request.form.get("email", ""),
                request.form.get("name", ""),
                role,
                organisation=named[0] if named else "",
                more_organisations=named[1:],
                post=None if request.form.get("how") == "link" else post,
                language=language(),
                actor=actor,
                now=now(),
            )
        except Refused as refused:
            problems = refused.problems
        else:
            if post is None or request.form.get("how") == "link":
                return _show_link(person.email, is_new=True)
            flash(gettext("An invitation goes to %(email)s.", email=person.email), "done")
            return redirect(url_for("accounts.users"))
    page = render_template(
        "account/add_user.html", problems=problems, form=request.form, organisations=organisations,
        role_word=role_word, has_mail=post is not None, typed_organisations=request.form.getlist("organisation"),
    )  # fmt: skip
    return page, 422 if problems else 200


@blueprint.post("/admin/users/link")
def make_link() -> ResponseReturnValue:
    """Make a new password link for somebody; their earlier link dies."""
    return _show_link(request.form.get("email", ""), is_new=False)


@blueprint.post("/admin/users/invite")
def invite() -> ResponseReturnValue:
    """Send another invitation."""
    post = current_post()
    if post is None:
        raise NotFound(say("This railtrack has no mail server; set RAILTRACK_SMTP_URL."))
    person = invitations.resend_invitation(
        current_store(), post, request.form.get("email", ""), actor=current_actor(), now=now(), language=language()
    )
    flash(gettext("An invitation goes to %(email)s.", email=person.email), "done")
    return redirect(url_for("accounts.users"))


@blueprint.post("/admin/users/withdraw")
def withdraw() -> ResponseReturnValue:
    """Take an invitation back."""
    email = request.form.get("email", "")
    invitations.withdraw_invitation(current_store(), email, actor=current_actor(), now=now())
    flash(gettext("The invitation of %(email)s is withdrawn; its link no longer works.", email=email), "done")
    return redirect(url_for("accounts.users"))


@blueprint.post("/admin/users/active")
def set_active() -> ResponseReturnValue:
    """End an account, or let it sign in again."""
    email = request.form.get("email", "")
    if request.form.get("active") == "1":
        operations.reactivate(current_store(), email, actor=current_actor(), now=now())
        flash(gettext("%(email)s may sign in again.", email=email), "done")
    else:
        operations.deactivate(current_store(), email, actor=current_actor(), now=now())
        flash(gettext("%(email)s can no longer sign in; open sessions are over.", email=email), "done")
    return redirect(url_for("accounts.users"))


@blueprint.route("/admin/users/factors", methods=["GET", "POST"])
def forget_factors() -> ResponseReturnValue:
    """Take out the second factor of somebody who lost it, once that is confirmed."""
    email, actor = request.values.get("email", ""), current_actor()
    person = operations.find_user(current_store(), email)
    if request.method == "GET":
        return render_template("account/forget_factors.html", person=person, has_mail=current_post() is not None)
    codes.forget_factors(current_store(), email, post=current_post(), actor=actor, now=now())
    flash(gettext("%(email)s signs in with the password alone until a new second factor is set up; open sessions are "
                  "over.", email=person.email), "done")  # fmt: skip
    return redirect(url_for("accounts.users"))


def _show_link(email: str, *, is_new: bool) -> ResponseReturnValue:
    token = operations.make_password_link(current_store(), email, actor=current_actor(), now=now())
    # on one's own machine the port may differ from the setting; elsewhere the Host header is not to be believed
    base_url = request.host_url.rstrip("/") if current_settings().is_local else current_settings().base_url
    address = base_url + url_for("accounts.choose_password", token=token)
    days = operations.LINK_LIFE[operations.PASSWORD].days
    return render_template("account/password_link.html", email=email, address=address, days=days, is_new=is_new)


def dead_link_page() -> ResponseReturnValue:
    """The page of a link that does not work."""
    advice = gettext("Ask an administrator for a new one.")
    if current_account() is None and operations.needs_setup(current_store()):
        advice = gettext("Start the server again: it prints a new set-up link.")
    return error_page(404, gettext("This link was used already, has run out, or never was."), advice)
