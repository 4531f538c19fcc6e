"""Pages on organisations: for which one acts, who belongs to which, at which stations a terminal works."""

import re

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from railtrack.domain.errors import Conflict, NotFound, Problem, Refused
from railtrack.domain.messages import say
from railtrack.domain.rights import Operation
from railtrack.operations.administering import organisations as operations
from railtrack.operations.administering.reference import load_world
from railtrack.web.current import current_account, current_actor, current_store, now
from railtrack.web.i18n import gettext
from railtrack.web.rights_words import role_word
from railtrack.web.shell import only_who_may

blueprint = Blueprint("organisations", __name__)


@blueprint.before_request
def _hide_from_others() -> None:
    if request.path.startswith("/admin/"):
        only_who_may(Operation.KEEP_ACCOUNTS)


@blueprint.post("/account/organisation")
def act_for() -> ResponseReturnValue:
    """Act for another of one's organisations until one signs out."""
    account = current_account()
    wanted = request.form.get("organisation", type=int)
    if account is None or wanted not in {each.id for each in account.person.organisations}:
        raise NotFound(say("There is no such organisation."))
    session["acts_for"] = wanted
    organisation = account.organisation
    assert organisation is not None  # noqa: S101 - it is one of theirs
    flash(gettext("You act for %(organisation)s now.", organisation=organisation.name), "done")
    return redirect(url_for("accounts.own"))


@blueprint.get("/admin/organisations")
def index() -> ResponseReturnValue:
    """Which organisations are there, and who belongs to them?"""
    found = operations.all_members(current_store(), actor=current_actor())
    return render_template("account/organisations.html", organisations=found, stations=_stations())


@blueprint.get("/admin/organisations/<int:organisation_id>")
def show(organisation_id: int) -> ResponseReturnValue:
    """Who belongs to it, and where does it work?"""
    return _page(organisation_id)


@blueprint.post("/admin/organisations/<int:organisation_id>/stations")
def set_stations(organisation_id: int) -> ResponseReturnValue:
    """Say at which stations it works as a terminal."""
    name = operations.members_of(current_store(), organisation_id, actor=current_actor()).organisation.name
    wanted = [each for each in re.split(r"[\s,;，、]+", request.form.get("stations", "")) if each]
    try:
        operations.set_stations(current_store(), name, wanted, actor=current_actor(), now=now())
    except Refused as refused:
        return _page(organisation_id, refused.problems)
    flash(gettext("The stations of %(organisation)s are recorded.", organisation=name), "done")
    return redirect(url_for("organisations.show", organisation_id=organisation_id))


@blueprint.post("/admin/organisations/<int:organisation_id>/members")
def change_members(organisation_id: int) -> ResponseReturnValue:
    """Let somebody belong to it, or no longer."""
    name = operations.members_of(current_store(), organisation_id, actor=current_actor()).organisation.name
    email = request.form.get("email", "")
    change = operations.leave if request.form.get("do") == "leave" else operations.join
    try:
        change(current_store(), email, name, actor=current_actor(), now=now())
    except (NotFound, Conflict) as error:
        return _page(organisation_id, (Problem(message=error.message, column="email", value=email),))
    flash(gettext("Who belongs to %(organisation)s is recorded.", organisation=name), "done")
    return redirect(url_for("organisations.show", organisation_id=organisation_id))


def _page(organisation_id: int, problems: tuple[Problem, ...] = ()) -> ResponseReturnValue:
    found = operations.members_of(current_store(), organisation_id, actor=current_actor())
    page = render_template(
        "account/organisation.html",
        found=found,
        stations=_stations(),
        problems=problems,
        form=request.form,
        role_word=role_word,
    )
    return page, 422 if problems else 200


def _stations() -> dict[str, object]:
    return dict(load_world(current_store()).network.stations)
