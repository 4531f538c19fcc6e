"""Tokens of one's own: making one, which is shown once, and ending them; an administrator ends anybody's."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from railtrack.domain.errors import Problem, Refused
from railtrack.domain.rights import Operation
from railtrack.domain.tokens import TokenScope
from railtrack.operations.administering import tokens as operations
from railtrack.web.current import current_account, current_actor, current_store, now
from railtrack.web.i18n import gettext, ngettext

blueprint = Blueprint("tokens", __name__)
DAYS = (30, operations.USUAL_DAYS, 180, 365)


@blueprint.get("/account/tokens")
def index() -> ResponseReturnValue:
    """Which programs act for me?"""
    return _page()


@blueprint.post("/account/tokens")
def make() -> ResponseReturnValue:
    """Make a token and show it, this once."""
    try:
        token, secret = operations.make_token(
            current_store(),
            request.form.get("name", ""),
            TokenScope.WRITE if request.form.get("scope") == TokenScope.WRITE else TokenScope.READ,
            organisation=request.form.get("organisation", ""),
            days=_days(),
            actor=current_actor(),
            now=now(),
        )
    except Refused as refused:
        return _page(refused.problems), 422
    return render_template("api/token.html", token=token, secret=secret, scope_word=scope_word)


@blueprint.post("/account/tokens/<int:token_id>/end")
def end(token_id: int) -> ResponseReturnValue:
    """End a token."""
    token = operations.end_token(current_store(), token_id, actor=current_actor(), now=now())
    flash(gettext("%(name)s is ended: no program can use it any more.", name=token.name), "done")
    return redirect(url_for("tokens.index"))


def scope_word(scope: TokenScope) -> str:
    """What a token may do."""
    return gettext("reads and records") if scope is TokenScope.WRITE else gettext("reads only")


def _days() -> int:
    text = request.form.get("days", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _offered() -> list[tuple[str, str]]:
    """For whom a new token may act."""
    actor, account = current_actor(), current_account()
    names = [each.name for each in operations.organisations_to_act_for(current_store(), actor=actor)]
    everything = [] if account is not None and account.person.organisation else [("", gettext("whatever you see"))]
    return everything + [(name, name) for name in names] if names else []


def _page(problems: tuple[Problem, ...] = ()) -> str:
    actor, account = current_actor(), current_account()
    mine = operations.list_tokens(current_store(), actor=actor)
    sees_all = actor.may(Operation.KEEP_ACCOUNTS, own=False)
    others = operations.list_tokens(current_store(), everybody=True, actor=actor) if sees_all else ()
    return render_template(
        "api/tokens.html",
        mine=mine,
        others=[each for each in others if account is None or each.user_id != account.id],
        alive=sum(each.is_alive(now()) for each in mine),
        offered=_offered(),
        days_to_choose=[(days, ngettext("One day", "%(num)d days", days)) for days in DAYS],
        usual=operations.USUAL_DAYS,
        form=request.form,
        problems=problems,
        scope_word=scope_word,
        present=now(),
    )
