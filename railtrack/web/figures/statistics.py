"""The statistics: five questions with their answers, each with filters, charts, a table, exports and what is behind."""

import json
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from railtrack.domain.actors import Actor
from railtrack.domain.line.network import Network
from railtrack.domain.rights import Operation, insist
from railtrack.exchange.border_hours import BorderHours, border_hours
from railtrack.exchange.writing import WRITERS
from railtrack.operations.administering.reference import load_world
from railtrack.operations.entering.published import PUBLISHED_RECORD
from railtrack.operations.figures import journeys_behind, statistics
from railtrack.operations.figures.statistics import GROUPS, Figures, Row, Statistic, WrongUsage
from railtrack.operations.following import finding
from railtrack.operations.mapping import traffic
from railtrack.web.current import current_actor, current_store, now
from railtrack.web.downloads import download
from railtrack.web.figures import statistics_table
from railtrack.web.figures.computed import compute_with, computed, dated_of, untold_of
from railtrack.web.figures.statistics_definitions import definition, quantile_rule
from railtrack.web.figures.statistics_form import Asked, Known, asked_of
from railtrack.web.figures.statistics_table import COUNTS, GROUP_PREFIX, OWN_GROUPS, headings, journeys_address
from railtrack.web.figures.statistics_words import (
    Answer,
    answer,
    period,
    question,
    row_group,
    title,
)
from railtrack.web.figures.whose_slots import counted_of
from railtrack.web.filters import named
from railtrack.web.following.whereabouts import Whereabouts
from railtrack.web.i18n import gettext, ngettext
from railtrack.web.numbers import number
from railtrack.web.shell import same_page_with
from railtrack.web.simulated import shows_simulated

blueprint = Blueprint("statistics", __name__)
PAGE, FEW = 100, 10
JSON = "json"


@blueprint.before_request
def _insist() -> None:
    """Refuse at once whoever gets no figures, a terminal, rather than answer with the published record alone."""
    insist(current_actor(), Operation.MEASURE)


@blueprint.get("/statistics")
def index() -> str:
    """Five questions, each with its answer of now."""
    network, actor = load_world(current_store()).network, current_actor()
    answers = []
    with statistics.opened(current_store(), actor=actor) as figures:
        for statistic in Statistic:
            asked = asked_by(statistic, actor, network, MultiDict())
            rows = compute_with(asked, figures)(asked.filters, ())
            said = answer(
                asked, rows, network, untold_of(asked, figures), dated_of(asked, rows, figures),
                counted_of(asked.filters, actor.scope),
            )  # fmt: skip
            answers.append((statistic, question(statistic), said))
    return render_template(
        "statistics/index.html",
        answers=answers,
        title=title,
        includes_simulated=shows_simulated(),
        show_simulated=shows_simulated(),
        true_only_address=same_page_with(simulated="0"),
        can_simulate=traffic.simulated_there(current_store(), actor=actor),
        switch=same_page_with(simulated="0" if shows_simulated() else "1"),
    )


@blueprint.get("/statistics/<name>")
def show(name: str) -> ResponseReturnValue:
    """One question: its answer, drawn and in figures, and how it was computed."""
    statistic = _statistic(name)
    network, actor = load_world(current_store()).network, current_actor()
    asked = asked_by(statistic, actor, network)
    page = _Page(asked, network, actor)
    if asked.problems:
        return page.refused(), 422
    with statistics.opened(current_store(), actor=actor) as figures:
        return page.whole(figures)


@blueprint.get("/statistics/<name>.<form>")
def export(name: str, form: str) -> ResponseReturnValue:
    """The rows as a file, the same as the command gives: unrounded, empty where nothing is known."""
    statistic = _statistic(name)
    network, actor = load_world(current_store()).network, current_actor()
    asked = asked_by(statistic, actor, network)
    if form not in (*WRITERS, JSON):
        abort(404)
    if asked.problems:
        return _Page(asked, network, actor).refused(), 422
    with statistics.opened(current_store(), actor=actor) as figures:
        rows = compute_with(asked, figures)(asked.filters, asked.by)
    if form == JSON:
        return Response(json.dumps(rows, ensure_ascii=False, indent=2, allow_nan=False), mimetype="application/json")
    if form == "xlsx":
        rows = [{key: _for_sheet(value) for key, value in row.items()} for row in rows]
    return download(WRITERS[form](statistics_table.columns(asked), rows), name, form)


@blueprint.get("/statistics/<name>/journeys")
def journeys(name: str) -> ResponseReturnValue:
    """The journeys behind a figure, a page at a time."""
    statistic = _statistic(name)
    network, actor = load_world(current_store()).network, current_actor()
    asked = asked_by(statistic, actor, network)
    if asked.problems:
        return _Page(asked, network, actor).refused(), 422
    found, group, column = _behind(asked, actor)
    start = max(request.args.get("start", 0, type=int), 0)
    lines = journeys_behind.lines(current_store(), found[start : start + PAGE], actor=actor)
    return render_template(
        "statistics/journeys.html",
        asked=asked,
        title=title(statistic),
        count=len(found),
        group=[statistics_table.group_word(key, value, network)[0] for key, value in group.items()],
        column=headings().get(column, column),
        lines=lines,
        transit_h=journeys_behind.transit_h,
        first=start + 1 if lines else 0,
        last=start + len(lines),
        next_address=same_page_with(start=start + PAGE) if start + PAGE < len(found) else None,
        first_address=same_page_with(start=None) if start else None,
        says=Whereabouts(network, now()),
        files=[(form, _with_form(form)) for form in ("csv", "xlsx")],
        statistic=statistic,
    )


@blueprint.get("/statistics/<name>/journeys.<form>")
def journeys_file(name: str, form: str) -> ResponseReturnValue:
    """The same as a file."""
    statistic = _statistic(name)
    actor = current_actor()
    asked = asked_by(statistic, actor, load_world(current_store()).network)
    if form not in WRITERS:
        abort(404)
    if asked.problems:
        return _Page(asked, load_world(current_store()).network, actor).refused(), 422
    found, _group, _column = _behind(asked, actor)
    rows = journeys_behind.cells(current_store(), found, actor=actor)
    return download(WRITERS[form](journeys_behind.COLUMNS, rows), f"{name}-journeys", form)


def _for_sheet(value: object) -> object:
    """A spreadsheet reckons with 15 digits; a number with more would be kept as text there."""
    return float(f"{value:.15g}") if isinstance(value, float) else value


# ---------------------------------------------------------------- what is asked, and computed


def _statistic(name: str) -> Statistic:
    try:
        return Statistic(name)
    except ValueError:
        abort(404)


def asked_by(
    statistic: Statistic, actor: Actor, network: Network, arguments: MultiDict[str, str] | None = None
) -> Asked:
    """What the address asks for, or these arguments."""
    known = Known(
        corridors=list(network.corridors),
        partners=finding.partner_names(current_store(), actor=actor),
    )
    given = request.args if arguments is None else arguments
    return asked_of(statistic, given, known, simulated=shows_simulated())


@dataclass(frozen=True)
class Beside:
    """A published figure with ours beside it: the mean of the same year at the crossing that holds the station."""

    published: BorderHours
    crossing: str
    mean_h: float
    journeys: int


def _compared(asked: Asked, compute: Any) -> list[Beside]:
    """The published hours at border stations beside ours, both directions together; only where we have any."""
    if asked.statistic is not Statistic.BORDERS:
        return []
    found = []
    rows = compute(asked.filters, ("year",))
    for each in border_hours():
        same = [r for r in rows if r["year"] == str(each.year) and each.station in str(r["crossing"]).split("-")]
        journeys = sum(int(r["journeys"]) for r in same)
        if journeys:
            mean_h = sum(float(r["mean_h"]) * int(r["journeys"]) for r in same) / journeys
            found.append(Beside(each, str(same[0]["crossing"]), mean_h, journeys))
    return found


def _is_published(by_partner: list[Row]) -> bool:
    """Whether all of it is the published record."""
    return bool(by_partner) and all(row["partner"] == PUBLISHED_RECORD for row in by_partner)


def _behind(asked: Asked, actor: Actor) -> tuple[tuple[int, ...], dict[str, str], str]:
    """The journeys of the row and column the address names; 404 for a column that counts nothing."""
    group = {
        key.removeprefix(GROUP_PREFIX): value for key, value in request.args.items() if key.startswith(GROUP_PREFIX)
    }
    column = request.args.get("column", "")
    if column and column not in COUNTS[asked.statistic]:
        abort(404)
    try:
        with statistics.opened(current_store(), actor=actor) as figures:
            found = figures.behind(
                asked.statistic,
                filters=asked.filters,
                group={name: value or None for name, value in group.items()},
                column=column or None,
                options=asked.options,
            )
    except (WrongUsage, ValueError):
        abort(404)
    return found, group, column


def _with_form(form: str) -> str:
    query = {key: values if len(values) > 1 else values[0] for key, values in request.args.lists() if key != "start"}
    name = (request.view_args or {})["name"]
    return url_for("statistics.journeys_file", name=name, form=form, **query)  # type: ignore[arg-type]


class _Page:
    """One statistic as a page."""

    def __init__(self, asked: Asked, network: Network, actor: Actor) -> None:
        self.asked, self.network, self.actor = asked, network, actor

    def whole(self, figures: Figures) -> str:
        asked, network = self.asked, self.network
        made = computed(asked, network, figures)
        said, compute = made.said, made.compute
        group = row_group(asked, said.row) if asked.statistic in OWN_GROUPS else {}
        if asked.statistic is Statistic.VOLUME:
            group = {}
        found = figures.behind(asked.statistic, filters=asked.filters, group=group, options=asked.options)
        return self._render(
            said,
            rows=made.rows,
            table=made.table,
            charts=made.charts,
            behind=found,
            behind_lines=journeys_behind.lines(current_store(), found[:FEW], actor=self.actor),
            behind_address=journeys_address(asked, "", group),
            left=made.left,
            untold=any(row["teu_unpublished"] or row["gross_unpublished"] for row in made.untold),
            compared=_compared(asked, compute),
            is_published=_is_published(compute(asked.filters, ("partner",))),
            up_to=journeys_behind.up_to(current_store(), actor=self.actor),
        )

    def refused(self) -> str:
        """The form with what is wrong beside its fields; nothing is computed."""
        said = Answer(gettext("This cannot be computed yet: something in the filters is not understood."))
        return self._render(said, rows=[], table=None, charts=[], behind=None)

    def _render(self, said: Answer, **values: object) -> str:
        asked = self.asked
        return render_template(
            "statistics/show.html",
            asked=asked,
            statistic=asked.statistic,
            title=title(asked.statistic),
            answer=said,
            period=period(asked),
            definition=definition(asked.statistic),
            quantile_rule=quantile_rule(),
            forms=[(form, self._file(form)) for form in ("csv", "xlsx", JSON)],
            # the bar speaks of what counts here: the form may ask for other than the session
            show_simulated=asked.options.include_simulated,
            true_only_address=self._address(include_simulated="0"),
            can_simulate=traffic.simulated_there(current_store(), actor=self.actor),
            share_address=self._share_address(),
            with_simulated=self._address(include_simulated="1"),
            with_dates=self._address(include_dates="1"),
            choices=self._choices(),
            headings=headings(),
            says=Whereabouts(self.network, now()),
            transit_h=journeys_behind.transit_h,
            behind_heading=behind_heading,
            **values,
        )

    def _address(self, **changes: str) -> str:
        query: Any = {**self.asked.query, **changes}
        return url_for("statistics.show", name=self.asked.statistic.value, **query)

    def _share_address(self) -> str:
        if not self.actor.may(Operation.SHARE_FIGURES):
            return ""
        query: Any = self.asked.query
        return url_for("sharing.figures", name=self.asked.statistic.value, **query)

    def _file(self, form: str) -> str:
        query: Any = self.asked.query
        return url_for("statistics.export", name=self.asked.statistic.value, form=form, **query)

    def _choices(self) -> dict[str, list[tuple[str, str]]]:
        words = headings()
        return {
            "corridor": [("", gettext("all"))] + [(c.id, named(c)) for c in self.network.corridors.values()],
            "direction": [
                ("", gettext("both")),
                ("westbound", gettext("westbound")),
                ("eastbound", gettext("eastbound")),
            ],
            "partner": [("", gettext("all"))] + [(name, name) for name in self.asked.known.partners],
            "by": [("", gettext("nothing"))] + [(by.value, words[by.value]) for by in GROUPS[self.asked.statistic]],
            "plan": [("first", gettext("as first recorded")), ("latest", gettext("after re-planning"))],
            "date": [("departure", gettext("by departure")), ("event", gettext("by its own day"))],
        }


def behind_heading(count: int) -> str:
    return ngettext(
        "The %(figure)s journey behind the sentence above",
        "The %(figure)s journeys behind the sentence above",
        count,
        figure=number(count),
    )
