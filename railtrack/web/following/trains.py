"""Trains: how full each is, what is on it, and the slots agreed for it."""

from datetime import date, datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from railtrack.domain.actors import Actor
from railtrack.domain.errors import Problem, Refused
from railtrack.domain.messages import say
from railtrack.domain.records import Page, Train
from railtrack.domain.rights import Operation
from railtrack.operations.administering.reference import load_world
from railtrack.operations.following import trains as operations
from railtrack.operations.following.trains import Fill, TrainPage, TrainSort
from railtrack.web.counting import count_word, sentence_case
from railtrack.web.current import current_actor, current_store, now
from railtrack.web.following.shipment_filters import Asked, asked_of, choice_of
from railtrack.web.following.shipments import corridor_choices, directions, partner_choices
from railtrack.web.following.whereabouts import Whereabouts
from railtrack.web.i18n import gettext, ngettext
from railtrack.web.moments import day as day_said
from railtrack.web.numbers import number, share, tidy
from railtrack.web.shell import same_page_with
from railtrack.web.simulated import shows_simulated, simulated_context

blueprint = Blueprint("trains", __name__)
PAGE = 50


@blueprint.get("/trains")
def index() -> ResponseReturnValue:
    """How full are the trains?"""
    actor, at = current_actor(), now()
    asked = asked_of(request.args, usual_sort=TrainSort.DEPARTURE)
    try:
        sort = choice_of(TrainSort, asked.sort, "sort")
        wanted = asked.filter(simulated=shows_simulated())
        page = operations.train_list(
            current_store(), wanted, actor=actor, now=at, sort=sort, limit=PAGE, cursor=request.args.get("cursor")
        )
        fill = operations.fill(current_store(), wanted, actor=actor, now=at)
    except Refused as refused:
        return _list(asked, Page[Train](()), Fill(), actor, at, refused.problems), 422
    return _list(asked, page, fill, actor, at)


@blueprint.get("/trains/<path:number>/<day>/<origin>")
def show(number: str, day: str, origin: str) -> str:
    """What is on this train, and how full is it?"""
    return _page(_train(number, day, origin))


@blueprint.post("/trains/<path:number>/<day>/<origin>")
def set_capacity(number: str, day: str, origin: str) -> ResponseReturnValue:
    """Agree how many TEU the train takes."""
    seen, typed = request.form.get("seen", "").strip(), request.form.get("capacity_teu", "").strip()
    try:
        operations.set_capacity(
            current_store(),
            number,
            _day(day),
            origin,
            _teu(typed),
            seen_teu=_teu(seen) if seen else None,
            actor=current_actor(),
            now=now(),
        )
    except Refused as refused:
        return _page(_train(number, day, origin), refused.problems, typed), 422
    flash(gettext("The train takes %(teu)s TEU.", teu=tidy(_teu(typed))), "done")
    return redirect(url_for("trains.show", number=number, day=day, origin=origin))


# ---------------------------------------------------------------- helpers


def _list(
    asked: Asked,
    page: Page[Train],
    fill: Fill,
    actor: Actor,
    at: datetime,
    problems: tuple[Problem, ...] = (),
) -> str:
    network = load_world(current_store()).network
    return render_template(
        "trains/index.html",
        asked=asked,
        sort=asked.sort,
        sorts=sorts(),
        page=page,
        fill=fill,
        sentence=_list_sentence(asked, fill, actor),
        left_out=_left_out(fill),
        says=Whereabouts(network, at),
        corridors=corridor_choices(network),
        directions=directions(),
        partners=partner_choices(actor),
        direction_of=network.direction,
        sees_all=actor.scope.everything,
        is_whole=actor.scope.everything and not asked.picks_shipments,
        problems=problems,
        next_address=same_page_with(cursor=page.next_cursor) if page.next_cursor else None,
        first_address=same_page_with(cursor=None) if request.args.get("cursor") else None,
        **simulated_context(),
    )


def _page(found: TrainPage, problems: tuple[Problem, ...] = (), typed: str | None = None) -> str:
    actor = current_actor()
    network = load_world(current_store()).network
    train = found.train
    return render_template(
        "trains/show.html",
        found=found,
        train=train,
        says=Whereabouts(network, now()),
        stations=network.stations,
        sentence=_train_sentence(train, actor),
        direction=network.direction(train.origin, train.destination) if train.destination else None,
        may_set=found.may_set,
        may_record=actor.may(Operation.TELL) and found.planned is not None and operations.is_aboard(found, actor),
        sees_all=actor.scope.everything,
        problems=problems,
        typed=typed if typed is not None else tidy_typed(train.capacity_teu),
        seen="" if train.capacity_teu is None else repr(train.capacity_teu),
        **simulated_context(),
    )


def _train(number: str, day: str, origin: str) -> TrainPage:
    return operations.train_page(current_store(), number, _day(day), origin, actor=current_actor(), now=now())


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        abort(404)


def _teu(text: str) -> float:
    """Read a number of TEU; raises Refused for what is none."""
    try:
        return float(text)
    except ValueError:
        raise Refused(
            [
                Problem(
                    message=say("%(text)s is no number.", text=text) if text else say("No number is given."),
                    remedy=say("Write the slots of the train in TEU, such as 82 or 82.5."),
                    column="capacity_teu",
                    value=text,
                )
            ]
        ) from None


def tidy_typed(value: float | None) -> str:
    """A number as it is typed into a form."""
    return "" if value is None else f"{value:g}"


def sorts() -> list[tuple[str, str]]:
    return [
        (TrainSort.DEPARTURE.value, gettext("latest departure first")),
        (TrainSort.EARLIEST.value, gettext("earliest departure first")),
        (TrainSort.FILL.value, gettext("fullest first")),
    ]


def _list_sentence(asked: Asked, fill: Fill, actor: Actor) -> str:
    """The answer: how many trains, how full."""
    if not fill.trains:
        return (
            gettext("No train fits what you are looking for.") if asked.is_filtered else gettext("No train is known.")
        )
    if not fill.ran:
        return gettext("None of these trains has departed.")
    trains = ngettext("%(count)s train", "%(count)s trains", fill.ran, count=count_word(fill.ran))
    if fill.share is None:
        return sentence_case(gettext("%(trains)s; the capacity of none is known.", trains=trains))
    full = share(fill.share)
    if actor.scope.everything and not asked.picks_shipments:
        return sentence_case(gettext("%(trains)s, %(share)s full on average.", trains=trains, share=full))
    if asked.picks_shipments:
        return sentence_case(
            gettext("%(trains)s; the containers asked for fill %(share)s of the slots.", trains=trains, share=full)
        )
    return sentence_case(gettext("%(trains)s; your containers fill %(share)s of the slots.", trains=trains, share=full))


def _left_out(fill: Fill) -> str:
    """How many trains the average leaves out because they have not departed, or never will."""
    waiting = ngettext("%(figure)s train has not departed", "%(figure)s trains have not departed", fill.not_departed,
                       figure=number(fill.not_departed))  # fmt: skip
    off = ngettext("%(figure)s train is cancelled", "%(figure)s trains are cancelled", fill.cancelled,
                   figure=number(fill.cancelled))  # fmt: skip
    if fill.not_departed and fill.cancelled:
        return gettext("Left out: %(first)s, %(last)s.", first=waiting, last=off)
    if fill.not_departed or fill.cancelled:
        return gettext("Left out: %(first)s.", first=waiting if fill.not_departed else off)
    return ""


def _train_sentence(train: Train, actor: Actor) -> str:
    """The answer: how full it is."""
    name, when = train.number, day_said(train.departure_date)
    if train.is_cancelled:
        return gettext("Train %(name)s of %(day)s is cancelled.", name=name, day=when)
    if train.fill_share is None:
        return gettext("Train %(name)s of %(day)s carries %(teu)s TEU; its capacity is not known.", name=name, day=when,
                       teu=tidy(train.teu))  # fmt: skip
    if actor.scope.everything and not train.has_run:
        return gettext("Train %(name)s of %(day)s has not departed; %(share)s of its slots are booked.", name=name,
                       day=when, share=share(train.fill_share))  # fmt: skip
    if actor.scope.everything:
        return gettext(
            "Train %(name)s of %(day)s is %(share)s full.", name=name, day=when, share=share(train.fill_share)
        )
    return gettext("Your containers fill %(share)s of train %(name)s of %(day)s.", name=name, day=when,
                   share=share(train.fill_share))  # fmt: skip
