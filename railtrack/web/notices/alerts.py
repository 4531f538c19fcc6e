"""The list of alerts: what needs somebody now, who sees to what, and what is over."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from railtrack.domain.errors import Conflict, Problem, Refused
from railtrack.domain.notices.alerts import Alert
from railtrack.domain.notices.kinds import AlertKind
from railtrack.domain.records import Page
from railtrack.operations.administering.reference import load_world
from railtrack.operations.following import finding
from railtrack.operations.notifying import alerts as operations
from railtrack.operations.notifying.alerts import Tally
from railtrack.web.addresses import event_address, safe_back
from railtrack.web.counting import count_word, sentence_case
from railtrack.web.current import current_actor, current_store, now
from railtrack.web.i18n import gettext, ngettext, words
from railtrack.web.notices.words import kind_word, say_alerts
from railtrack.web.post import current_post
from railtrack.web.shell import same_page_with
from railtrack.web.simulated import shows_simulated, simulated_context

blueprint = Blueprint("alerts", __name__, url_prefix="/alerts")
PAGE = 50
# the choices of the list: whether open, whether acknowledged
STATES = {"open": (True, False), "seen": (True, True), "over": (False, None), "": (None, None)}


@blueprint.record_once
def _register(state: BlueprintSetupState) -> None:
    state.app.jinja_env.globals["event_address"] = event_address


@blueprint.get("")
def index() -> ResponseReturnValue:
    """What needs somebody?"""
    try:
        return _page()
    except Refused as refused:
        return _page(problems=refused.problems, found=Page(())), 422


@blueprint.post("/<int:alert_id>/acknowledge")
def acknowledge(alert_id: int) -> ResponseReturnValue:
    """Say that one sees to it."""
    store, note = current_store(), request.form.get("note", "")
    try:
        found = operations.acknowledge(store, current_post(), alert_id, note, actor=current_actor(), now=now())
    except Conflict as conflict:
        flash(words(conflict.message), "warn")
        return redirect(_back())
    except Refused as refused:
        return _page(problems=refused.problems, meant=alert_id), 422
    flash(gettext("You see to %(reference)s: your colleagues read it here.", reference=found.reference), "done")
    return redirect(_back(alert_id))


@blueprint.post("/<int:alert_id>/take-back")
def take_back(alert_id: int) -> ResponseReturnValue:
    """Undo that."""
    try:
        found = operations.take_back(current_store(), alert_id, actor=current_actor(), now=now())
    except Conflict as conflict:
        flash(words(conflict.message), "warn")
        return redirect(_back())
    flash(gettext("Nobody sees to %(reference)s now.", reference=found.reference), "done")
    return redirect(_back(alert_id))


def _page(*, problems: tuple[Problem, ...] = (), found: Page[Alert] | None = None, meant: int | None = None) -> str:
    actor, store = current_actor(), current_store()
    state = request.args.get("state", "")
    kind = request.args.get("kind", "")
    partner = request.args.get("partner", "")
    kinds = [AlertKind(kind)] if kind in list(AlertKind) else []
    is_open, is_acknowledged = STATES.get(state, STATES[""])
    if found is None:
        found = operations.list_alerts(
            store, is_open=is_open, is_acknowledged=is_acknowledged, kinds=kinds, partner=partner or None,
            simulated=shows_simulated(), limit=PAGE, cursor=request.args.get("cursor"), actor=actor,
        )  # fmt: skip
    is_filtered = bool(kinds or partner or state in ("open", "seen", "over"))
    return render_template(
        "alerts/index.html",
        sentence=answer(operations.tally(store, simulated=shows_simulated(), actor=actor)),
        found=say_alerts(found.items, load_world(store).network),
        state=state,
        kind=kind,
        partner=partner,
        kinds=[("", gettext("all")), *((each.value, kind_word(each)) for each in AlertKind)],
        partners=_partners() if actor.scope.everything else [],
        quick=_quick(state),
        is_filtered=is_filtered,
        shows_partner=actor.scope.everything,
        problems=problems,
        meant=meant,
        back=request.full_path if request.method == "GET" else _back(),
        next_address=same_page_with(cursor=found.next_cursor) if found.next_cursor else None,
        first_address=same_page_with(cursor=None) if request.args.get("cursor") else None,
        **simulated_context(),
    )


def answer(tally: Tally) -> str:
    """How many are open, and to how many nobody sees."""
    if not tally.open:
        return gettext("No alert is open.")
    count = count_word(tally.open)
    if not tally.unanswered:
        said = ngettext(
            "%(count)s alert is open, and somebody sees to it.",
            "%(count)s alerts are open, and somebody sees to each.",
            tally.open,
            count=count,
        )
    elif tally.unanswered == tally.open:
        said = ngettext("%(count)s alert is open.", "%(count)s alerts are open.", tally.open, count=count)
    else:
        said = ngettext(
            "%(count)s alert is open; nobody sees to %(unanswered)s of them yet.",
            "%(count)s alerts are open; nobody sees to %(unanswered)s of them yet.",
            tally.open,
            count=count,
            unanswered=count_word(tally.unanswered),
        )
    return sentence_case(said)


def _quick(state: str) -> list[tuple[str, str, bool]]:
    choices = (
        (gettext("All"), ""),
        (gettext("Nobody sees to it"), "open"),
        (gettext("Seen to"), "seen"),
        (gettext("Over"), "over"),
    )
    return [
        (label, same_page_with(state=each or None, cursor=None), state == each)
        if request.method == "GET"
        else (label, url_for("alerts.index", state=each or None), False)
        for label, each in choices
    ]


def _partners() -> list[tuple[str, str]]:
    names = finding.partner_names(current_store(), actor=current_actor())
    return [("", gettext("all")), *((name, name) for name in names)]


def _back(alert_id: int | None = None) -> str:
    """Where one came from, at the alert one answered."""
    address = safe_back(request.form.get("back", ""), url_for("alerts.index")).partition("#")[0].rstrip("?")
    return address + (f"#alert-{alert_id}" if alert_id is not None else "")
