"""How one hears of alerts by mail."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from railtrack.domain.errors import Problem, Refused
from railtrack.domain.notices.kinds import AlertKind, Manner
from railtrack.operations.administering.reference import load_world
from railtrack.operations.notifying import wishes as operations
from railtrack.web.current import current_account, current_actor, current_store, now
from railtrack.web.i18n import gettext
from railtrack.web.notices.alerts import blueprint
from railtrack.web.notices.words import kind_word


@blueprint.get("/mail")
def mail() -> ResponseReturnValue:
    """How do I hear of alerts?"""
    return _page()


@blueprint.post("/mail")
def set_mail() -> ResponseReturnValue:
    """Choose it."""
    form = request.form
    hour = form.get("hour", "")
    manner = form.get("manner", "")
    try:
        operations.set_wish(
            current_store(),
            Manner(manner) if manner in list(Manner) else Manner.NONE,
            [each for each in AlertKind if each.value in form.getlist("kinds")],
            hour=int(hour) if hour.isascii() and hour.isdigit() and len(hour) < 3 else 99,
            timezone=form.get("timezone", "")[:64],
            actor=current_actor(),
            now=now(),
        )
    except Refused as refused:
        return _page(refused.problems), 422
    flash(gettext("Your choice is recorded."), "done")
    return redirect(url_for("alerts.mail"))


def _page(problems: tuple[Problem, ...] = ()) -> str:
    actor, account, form = current_actor(), current_account(), request.form
    wish = operations.wish_of(current_store(), actor=actor, now=now())
    sent = request.method == "POST"
    kinds = set(form.getlist("kinds")) if sent else {each.value for each in wish.kinds}
    return render_template(
        "alerts/mail.html",
        wish=wish,
        manner=form.get("manner", "") if sent else wish.manner.value,
        kinds=[(each.value, kind_word(each), each.value in kinds) for each in AlertKind],
        hour=form.get("hour", "") if sent else wish.hour,
        hours=[(hour, f"{hour:02d}:00") for hour in range(24)],
        timezone=form.get("timezone", "") if sent else wish.timezone,
        zones=_zones(wish.timezone),
        email=account.email if account is not None else "",
        organisation=None if actor.scope.everything else actor.organisation,
        problems=problems,
    )


def _zones(chosen: str) -> list[tuple[str, str]]:
    """The zones of the line, in which its people are."""
    known = {each.timezone for each in load_world(current_store()).network.stations.values()} | {chosen, "UTC"}
    return [(name, name.replace("_", " ")) for name in sorted(known)]
