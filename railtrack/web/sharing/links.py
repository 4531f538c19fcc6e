"""Sharing: the form with a preview of what somebody else will see, the link shown once, the list of one's links."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from railtrack.domain.errors import Refused
from railtrack.domain.sharing import USUAL, LinkKind, SharedField
from railtrack.operations.administering.reference import load_world
from railtrack.operations.figures.statistics import Statistic
from railtrack.operations.sharing import links as operations
from railtrack.operations.sharing.links import NewLink
from railtrack.web.current import current_actor, current_settings, current_store, now
from railtrack.web.figures.statistics import asked_by
from railtrack.web.figures.statistics_words import title
from railtrack.web.i18n import gettext, ngettext
from railtrack.web.sharing.shown import figures_values, shipment_values
from railtrack.web.sharing.words import field_words, state_of, subject_of

blueprint = Blueprint("sharing", __name__)
DAYS = (1, 7, 30, 90)
UNTIL = "until"  # chosen in place of a number of days


@dataclass(frozen=True, kw_only=True)
class Typed:
    """The form as it was sent, or as it is first shown."""

    fields: tuple[SharedField, ...]
    label: str = ""
    days: str = str(operations.USUAL_DAYS)
    until: str = ""

    def expires_at(self, at: datetime) -> datetime | None:
        """When the link is to end: after so many days, or with the day that was typed; None where it is none.

        Of both the earlier holds, for nobody is to be shown a thing longer than either says.
        """
        ends = []
        if self.days != UNTIL:
            ends.append(at + timedelta(days=int(self.days) if self.days in map(str, DAYS) else 0))
        if self.days == UNTIL or self.until.strip():
            try:
                day = date.fromisoformat(self.until.strip())
                ends.append(datetime.combine(day + timedelta(days=1), time(), UTC))
            except (ValueError, OverflowError):
                return None
        return min(ends)


@blueprint.route("/shipments/<int:shipment_id>/share", methods=["GET", "POST"])
def shipment(shipment_id: int) -> ResponseReturnValue:
    """What is somebody without an account to see of it, and how long?"""
    actor = current_actor()
    found = operations.shipment_to_share(current_store(), shipment_id, actor=actor)
    typed = _typed(LinkKind.SHIPMENT)
    there = [
        each
        for each in operations.list_links(current_store(), shipment_id=shipment_id, actor=actor)
        if each.link.is_alive(now())
    ]
    values: dict[str, Any] = {
        "back": url_for("shipments.show", shipment_id=shipment_id),
        "name": found.reference,
        "there": there,
    }

    def preview() -> dict[str, Any]:
        return shipment_values(shipment_id, typed.fields, actor=actor)

    return _answer(LinkKind.SHIPMENT, str(shipment_id), {}, typed, preview, values)


@blueprint.route("/statistics/<name>/share", methods=["GET", "POST"])
def figures(name: str) -> ResponseReturnValue:
    """What is somebody without an account to see of these figures, and how long?"""
    actor = current_actor()
    operations.insist_on_sharing_figures(actor)
    try:
        statistic = Statistic(name)
    except ValueError:
        abort(404)
    asked = asked_by(statistic, actor, load_world(current_store()).network)
    query: Any = asked.query
    back = url_for("statistics.show", name=name, **query)
    if asked.problems:
        return redirect(back)  # which says what is wrong with the filters
    typed = _typed(LinkKind.FIGURES)

    def preview() -> dict[str, Any]:
        return figures_values(asked, typed.fields, actor=actor)

    values: dict[str, Any] = {"back": back, "name": title(statistic), "there": []}
    return _answer(LinkKind.FIGURES, name, query, typed, preview, values)


@blueprint.get("/account/shared")
def index() -> ResponseReturnValue:
    """Who can see what without an account?"""
    actor, at = current_actor(), now()
    found = operations.list_links(current_store(), actor=actor)
    return render_template(
        "sharing/index.html",
        found=found,
        alive=sum(each.link.is_alive(at) for each in found),
        state_of=lambda link: state_of(link, at),
        subject_of=subject_of,
        is_alive=lambda link: link.is_alive(at),
        field_words=field_words,
        in_order=lambda chosen: [each for each in SharedField if each in chosen],
        mine=actor.user_id,
    )


@blueprint.post("/account/shared/<int:link_id>/revoke")
def revoke(link_id: int) -> ResponseReturnValue:
    """Let a link show nothing any more."""
    link = operations.revoke_link(current_store(), link_id, actor=current_actor(), now=now())
    flash(gettext("The link for %(label)s is withdrawn: it shows nothing any more.", label=link.label), "done")
    return redirect(url_for("sharing.index"))


# ---------------------------------------------------------------- helpers


def _typed(kind: LinkKind) -> Typed:
    offered = operations.fields_to_share(kind, actor=current_actor())
    if request.method == "GET":
        return Typed(fields=tuple(each for each in offered if each in USUAL[kind]))
    chosen = set(request.form.getlist("fields"))
    return Typed(
        fields=tuple(each for each in SharedField if each.value in chosen),
        label=request.form.get("label", ""),
        days=request.form.get("days", ""),
        until=request.form.get("until", "")[:40],
    )


def _answer(
    kind: LinkKind, subject: str, query: dict[str, Any], typed: Typed, preview: Any, values: dict[str, Any]
) -> ResponseReturnValue:
    """Show the form, its preview alone as a part of a page, or the link that was made."""
    actor = current_actor()
    values |= {
        "kind": kind.value,
        "typed": typed,
        "offered": [(each, field_words(each)) for each in operations.fields_to_share(kind, actor=actor)],
        "days_to_choose": [(str(days), ngettext("One day", "%(num)d days", days)) for days in DAYS]
        + [(UNTIL, gettext("until a day of my choice"))],
        "here": request.full_path.rstrip("?"),
        "problems": (),
    }
    allowed = set(operations.fields_to_share(kind, actor=actor))
    if request.headers.get("HX-Request"):
        if not set(typed.fields) <= allowed:
            abort(403)
        return render_template("sharing/preview.html", **values, **preview())
    if request.method == "GET" or "preview" in request.form:
        if not set(typed.fields) <= allowed:
            abort(403)
        return render_template("sharing/form.html", **values, **preview())
    wanted = NewLink(
        kind=kind,
        subject=subject,
        query=query,
        fields=typed.fields,
        label=typed.label,
        expires_at=typed.expires_at(now()),
    )
    try:
        link, token = operations.make_link(
            current_store(), wanted, secret=current_app.config["SECRET_KEY"], actor=actor, now=now()
        )
    except Refused as refused:
        values["problems"] = refused.problems
        return render_template("sharing/form.html", **values, **preview()), 422
    return render_template("sharing/made.html", **values, link=link, address=_address(token))


def _address(token: str) -> str:
    # on one's own machine the port may differ from the setting; elsewhere the Host header is not to be believed
    settings = current_settings()
    base_url = request.host_url.rstrip("/") if settings.is_local else settings.base_url
    return base_url + url_for("shared.show", token=token)
