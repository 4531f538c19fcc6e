"""Pages for a forgotten password, and for another address of one's account."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from railtrack.domain.errors import NotFound, Problem, Refused
from railtrack.domain.messages import say
from railtrack.operations.administering import resetting as operations
from railtrack.web.administering.accounts import dead_link_page
from railtrack.web.current import current_actor, current_store, is_signed_in, now, public
from railtrack.web.i18n import gettext, language
from railtrack.web.limits import FORGOTTEN, LINK, OWN_PASSWORD, limited
from railtrack.web.post import current_post

blueprint = Blueprint("resetting", __name__)


@blueprint.route("/forgotten-password", methods=["GET", "POST"])
@public
@limited(FORGOTTEN)
def forgotten() -> ResponseReturnValue:
    """Ask for a link to choose a new password; the answer is the same whether or not the address has an account."""
    post = current_post()
    problems: tuple[Problem, ...] = ()
    if request.method == "POST" and post is not None:
        address = request.form.get("email", "")
        try:
            operations.ask_reset(current_store(), post, address, language=language(), now=now())
            return render_template("account/forgotten_asked.html", email=address.strip())
        except Refused as refused:
            problems = refused.problems
    page = render_template("account/forgotten.html", problems=problems, form=request.form, has_mail=post is not None)
    return page, 422 if problems else 200


@blueprint.route("/account/address", methods=["GET", "POST"])
@limited(OWN_PASSWORD)
def change_address() -> ResponseReturnValue:
    """Ask for another address for one's account."""
    post = current_post()
    if post is None:
        raise NotFound(say("This railtrack sends no mail, so addresses cannot be confirmed. Ask an administrator."))
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        new = request.form.get("email", "")
        try:
            operations.ask_address_change(
                current_store(), post, new, password=request.form.get("password", ""), actor=current_actor(), now=now()
            )
            flash(gettext("A link went to %(email)s. Open it to confirm the address.", email=new.strip()), "done")
            return redirect(url_for("resetting.change_address"))
        except Refused as refused:
            problems = refused.problems
    wanted = operations.address_wanted(current_store(), actor=current_actor())
    page = render_template("account/address.html", problems=problems, form=request.form, wanted=wanted)
    return page, 422 if problems else 200


@blueprint.post("/account/address/keep")
def keep_address() -> ResponseReturnValue:
    """Do not change the address after all."""
    operations.drop_address_change(current_store(), actor=current_actor(), now=now())
    flash(gettext("Your address stays as it is."), "done")
    return redirect(url_for("accounts.own"))


@blueprint.route("/account/address/<token>", methods=["GET", "POST"])
@public
@limited(LINK)
def confirm_address(token: str) -> ResponseReturnValue:
    """Confirm the address the link came to. Opening it changes nothing yet, since mail servers open links too."""
    found = operations.address_of_link(current_store(), token, now=now())
    if found is None:
        return dead_link_page()
    person, new = found
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            operations.use_address_link(current_store(), current_post(), token, now=now())
            flash(gettext("Your account is known by %(email)s now. Sign in with it.", email=new), "done")
            return redirect(url_for("accounts.own") if is_signed_in() else url_for("security.login"))
        except Refused as refused:
            problems = refused.problems
        except NotFound:
            return dead_link_page()
    page = render_template("account/confirm_address.html", problems=problems, old=person.email, new=new)
    return page, 422 if problems else 200
