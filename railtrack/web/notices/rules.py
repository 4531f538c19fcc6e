"""By which rules alerts are found: what is usual, why, and what somebody set instead."""

import math
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from railtrack.domain.errors import Problem, Refused
from railtrack.domain.messages import say
from railtrack.domain.notices.kinds import AlertKind
from railtrack.domain.notices.rules import THRESHOLDS, AlertRules, Threshold, judged
from railtrack.operations.notifying import alerts as operations
from railtrack.web.current import current_actor, current_store, now
from railtrack.web.i18n import gettext
from railtrack.web.notices.alerts import blueprint
from railtrack.web.notices.words import kind_word
from railtrack.web.numbers import tidy

LONGEST = 20  # characters of a figure


@dataclass(frozen=True, kw_only=True)
class Field:
    """A threshold as it is typed."""

    name: str
    label: str
    value: str
    help: str
    least: float
    most: float


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A kind of alert with what is set for it."""

    kind: AlertKind
    title: str
    why: str
    is_on: bool
    fields: list[Field]


@blueprint.get("/rules")
def rules() -> ResponseReturnValue:
    """When is something worth an alert?"""
    return _page()


@blueprint.post("/rules")
def set_rules() -> ResponseReturnValue:
    """Set the rules, all or none."""
    typed: dict[AlertKind, dict[str, float | None]] = {}
    problems: list[Problem] = []
    for kind in AlertKind:
        typed[kind] = {each.name: _number(each, problems) for each in THRESHOLDS[kind]}
        try:
            judged(kind, _is_on(kind), typed[kind])
        except Refused as refused:
            problems += refused.problems
    actor, store = current_actor(), current_store()
    if problems:
        operations.insist_on_setting(actor)
        return _page(tuple(problems)), 422
    for kind, given in typed.items():
        operations.set_rule(store, kind, _is_on(kind), given, actor=actor, now=now())
    flash(gettext("The rules are recorded. Alerts follow them within some minutes."), "done")
    return redirect(url_for("alerts.rules"))


def _is_on(kind: AlertKind) -> bool:
    return request.form.get(f"on-{kind.value}") == "1"


def _number(threshold: Threshold, problems: list[Problem]) -> float | None:
    text = request.form.get(threshold.name, "").strip().replace("\N{MINUS SIGN}", "-")
    if not text:
        return None
    try:
        value = float(text) if len(text) <= LONGEST and text.isascii() else math.nan
    except ValueError:
        value = math.nan
    if math.isfinite(value):
        return value
    problems.append(
        Problem(
            message=say("%(text)s is no number.", text=text[:LONGEST]),
            remedy=say("Write it with a decimal point, such as 1.5."),
            column=threshold.name,
            value=text[:LONGEST],
        )
    )
    return None


def _page(problems: tuple[Problem, ...] = ()) -> str:
    actor = current_actor()
    now_set = operations.rules(current_store(), actor=actor)
    return render_template(
        "alerts/rules.html",
        rules=[_rule(kind, now_set) for kind in AlertKind],
        problems=problems,
        number_on=len(now_set.on),
        organisation=None if actor.scope.everything else actor.organisation,
    )


def _rule(kind: AlertKind, now_set: AlertRules) -> Rule:
    sent = request.method == "POST"
    labels = _labels()
    return Rule(
        kind=kind,
        title=kind_word(kind),
        why=_whys()[kind],
        is_on=_is_on(kind) if sent else kind in now_set.on,
        fields=[
            Field(
                name=each.name,
                label=labels[each.name],
                value=request.form.get(each.name, "") if sent else _typed(getattr(now_set, each.name)),
                help=_usual(each),
                least=each.least,
                most=each.most,
            )
            for each in THRESHOLDS[kind]
        ],
    )


def _typed(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _usual(threshold: Threshold) -> str:
    bounds = {"least": tidy(threshold.least), "most": tidy(threshold.most)}
    if threshold.default is None:
        return gettext("%(least)s to %(most)s; usually none.", **bounds)
    return gettext("%(least)s to %(most)s; usually %(usual)s.", usual=tidy(threshold.default), **bounds)


def _labels() -> dict[str, str]:
    return {
        "late_h": gettext("Behind the plan by, h"),
        "overdue_factor": gettext("Times the stay that nine in ten do not exceed"),
        "overdue_visits": gettext("Visits this must rest on"),
        "silent_h": gettext("Nothing told for, h"),
        "off_km": gettext("Beside the corridor by, km"),
        "temperature_slack_c": gettext("Beyond its range by, °C"),
        "temperature_min_c": gettext("Lowest where the goods have no range, °C"),
        "temperature_max_c": gettext("Highest where the goods have no range, °C"),
        "held_h": gettext("Not released for, h"),
    }


def _whys() -> dict[AlertKind, str]:
    """Why the usual figures are what they are."""
    return {
        AlertKind.LATE: gettext(
            "A journey that arrives within 24 hours of its plan counts as on time. Lists say late from two hours on."
        ),
        AlertKind.OVERDUE: gettext(
            "Nine in ten of the stays recorded in the last year ended sooner. Where fewer than 20 are recorded, what "
            "is planned with is taken: a share of fewer says more of chance than of the station."
        ),
        AlertKind.SILENT: gettext(
            "Twice what the run to the next halt takes must have passed as well. Where it stands at a station whose "
            "usual stay is known it is overdue, not without news."
        ),
        AlertKind.OFF_CORRIDOR: gettext(
            "Where no line is known, a leg is drawn straight, tens of kilometres beside the rails. A station that is "
            "not on its corridor is an alert without kilometres."
        ),
        AlertKind.TEMPERATURE: gettext(
            "Recorders of chilled and frozen goods may err by 1 °C (EN 12830, class 1). The range is the one recorded "
            "with the goods; where there is none, the one you give here."
        ),
        AlertKind.HELD: gettext("At once: somebody must bring a paper."),
    }
