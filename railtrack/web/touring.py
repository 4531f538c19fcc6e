"""The tour of the first visit: three steps for each role, each a note on top of the page it is about.

A note says one thing and leads to the part of the page it is about; it covers nothing and holds nobody. It is shown on
its page alone, until one goes on or skips the rest. One's own page begins it again.
"""

from dataclasses import dataclass

from flask import Blueprint, Flask, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from railtrack.domain.rights import Role
from railtrack.operations.administering import touring
from railtrack.operations.administering.touring import OVER, STEPS
from railtrack.web.current import current_account, current_actor, current_store, now
from railtrack.web.i18n import gettext
from railtrack.web.shell import home

blueprint = Blueprint("tour", __name__)


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step: its page, the id of what it is about there, and what it says."""

    endpoint: str
    anchor: str
    title: str
    words: str


def register(app: Flask) -> None:
    """Give every template the step that is due."""
    app.jinja_env.globals.update(tour_step=tour_step, tour_under_way=tour_under_way)


@blueprint.post("/account/tour")
def go() -> ResponseReturnValue:
    """Begin the tour, go on, or leave it."""
    store, actor, at = current_store(), current_actor(), now()
    do = request.form.get("do", "")
    if do == "begin":
        step = touring.begin_tour(store, actor=actor, now=at)
    elif do == "next":
        step = touring.take_step(store, request.form.get("step", OVER, type=int), actor=actor, now=at)
    else:
        step = touring.leave_tour(store, actor=actor, now=at)
    if step == OVER:
        flash(gettext("That was the tour. Each page has its help; your own page begins the tour again."), "info")
        return redirect(home())
    return redirect(url_for(_steps()[step - 1].endpoint))


def tour_step() -> tuple[int, int, Step] | None:
    """The step that is due on this page: its number, of how many, and what it says."""
    number = _number()
    if number == OVER or request.method != "GET":
        return None
    step = _steps()[number - 1]
    # a page that is asked for something, such as one shipment, is not the one the note is about
    is_here = request.endpoint == step.endpoint and not (set(request.args) - {"lang"})
    return (number, STEPS, step) if is_here else None


def tour_under_way() -> str:
    """Where the tour goes on; empty where none is under way."""
    number = _number()
    return "" if number == OVER else url_for(_steps()[number - 1].endpoint)


def _number() -> int:
    account = current_account()
    return OVER if account is None else min(max(account.person.tour_step, OVER), STEPS)


def _steps() -> tuple[Step, ...]:
    account = current_account()
    return steps(Role.READER if account is None else account.role)


def steps(role: Role) -> tuple[Step, ...]:
    """The three steps of a role."""
    return {
        Role.PARTNER: _partner,
        Role.READER: _reader,
        Role.CITY: _city,
        Role.TERMINAL: _terminal,
        Role.ADMINISTRATOR: _administrator,
    }[role]()


def _partner() -> tuple[Step, ...]:
    return (
        Step(
            endpoint="overview.index",
            anchor="h-way",
            title=gettext("Your trains stand here"),
            words=gettext("Where each train with your containers is, and beside it what needs you: late, overdue or "
                          "without news. It fills with your first shipment."),
        ),
        Step(
            endpoint="shipments.new",
            anchor="h-grid",
            title=gettext("Paste your containers"),
            words=gettext("Copy the rows out of your spreadsheet and paste them here. Each number is checked as it "
                          "comes; nothing is stored before you record the shipment."),
        ),
        Step(
            endpoint="event_form.new",
            anchor="f-container",
            title=gettext("Tell what happened"),
            words=gettext("A whole train departs in one entry, what is likely next is offered first, and a mistake is "
                          "undone on the page that follows. A file of events goes under Import."),
        ),
    )  # fmt: skip


def _reader() -> tuple[Step, ...]:
    return (
        Step(
            endpoint="overview.index",
            anchor="h-way",
            title=gettext("The trains of your organisation stand here"),
            words=gettext("Where each is, how it keeps to its plan, and beside it what is late, overdue or without "
                          "news."),
        ),
        Step(
            endpoint="shipments.index",
            anchor="quick",
            title=gettext("Find a shipment"),
            words=gettext("Take one of these choices, or search for a reference, a container or a train. The list can "
                          "be taken away as a spreadsheet."),
        ),
        Step(
            endpoint="statistics.index",
            anchor="questions",
            title=gettext("How long it takes"),
            words=gettext("Five questions with their answers. Each leads to its figures, and each count there to the "
                          "journeys behind it."),
        ),
    )  # fmt: skip


def _city() -> tuple[Step, ...]:
    return (
        Step(
            endpoint="overview.index",
            anchor="h-way",
            title=gettext("The trains of all partners stand here"),
            words=gettext("Where each is and what is late, overdue or without news. Above them stands what was "
                          "published about the line, with its sources."),
        ),
        Step(
            endpoint="statistics.index",
            anchor="questions",
            title=gettext("Figures for your reports"),
            words=gettext("Five questions with their answers. Each leads to its figures, which can be taken away as "
                          "files, and each count there to the journeys behind it."),
        ),
        Step(
            endpoint="maps.index",
            anchor="h-table",
            title=gettext("The map, and the same as a table"),
            words=gettext("Filter both by corridor, direction, partner and lateness. Stations and corridors have "
                          "pages of their own."),
        ),
    )  # fmt: skip


def _terminal() -> tuple[Step, ...]:
    return (
        Step(
            endpoint="overview.index",
            anchor="h-way",
            title=gettext("What comes your way stands here"),
            words=gettext("The trains that touch your stations: where they are, and what is late or without news."),
        ),
        Step(
            endpoint="event_form.new",
            anchor="f-container",
            title=gettext("Tell what happened"),
            words=gettext("Choose the train, or type the number of the container before you. What is likely next is "
                          "offered first; a mistake is undone on the page that follows."),
        ),
        Step(
            endpoint="offline.kept",
            anchor="kept-title",
            title=gettext("Without a connection"),
            words=gettext("What you tell then is kept on this device, is sent when the connection is back, and stands "
                          "here until it is. Your browser can put railtrack on the home screen."),
        ),
    )  # fmt: skip


def _administrator() -> tuple[Step, ...]:
    return (
        Step(
            endpoint="overview.index",
            anchor="h-way",
            title=gettext("Trains under way stand here"),
            words=gettext("Until partners record some, a sample workspace of simulated history shows what it looks "
                          "like; it can be thrown away again."),
        ),
        Step(
            endpoint="accounts.users",
            anchor="people",
            title=gettext("Give others an account"),
            words=gettext("Partners and their readers, terminals, the city. Each gets a link to choose a password; "
                          "what each role may do stands beside it."),
        ),
        Step(
            endpoint="audit.index",
            anchor="chain",
            title=gettext("Who changed what"),
            words=gettext("Every change stands here for good. Check the chain now and then, and keep its head "
                          "elsewhere."),
        ),
    )  # fmt: skip
