"""Telling what happened: to a shipment, a whole train, or some containers; correcting and withdrawing it."""

from datetime import date
from uuid import uuid4
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from railtrack.domain.actors import Actor
from railtrack.domain.errors import NotFound, Problem, Severity
from railtrack.domain.line.places import Station
from railtrack.domain.line.station_names import short_name
from railtrack.domain.messages import say
from railtrack.domain.movement.events import Classifier, EventKind
from railtrack.domain.movement.telling import Load, count_told
from railtrack.domain.records import RecordedEvent
from railtrack.domain.rights import Operation, insist
from railtrack.domain.rows.raw import RawRow
from railtrack.domain.rows.verdicts import State
from railtrack.domain.times import Moment
from railtrack.domain.world import World
from railtrack.operations.administering.reference import load_world
from railtrack.operations.entering import forms as entering
from railtrack.operations.following.shipment_page import shipment_page
from railtrack.web.current import current_actor, current_store, now
from railtrack.web.entering.event_words import classifier_word, coordinates, event_word, in_words
from railtrack.web.entering.going_back import may_be_kept
from railtrack.web.entering.shipment_form import shipment_address
from railtrack.web.entering.telling import (
    KINDS,
    OTHER,
    About,
    Offer,
    Typed,
    about,
    ahead,
    happened,
    offers_of,
    problems_of,
    stations_of,
    tell,
    zone_words,
)
from railtrack.web.i18n import gettext, language, words
from railtrack.web.moments import offset

blueprint = Blueprint("event_form", __name__)
blueprint.after_request(may_be_kept)


@blueprint.record_once
def _register(state: BlueprintSetupState) -> None:
    state.app.jinja_env.filters.update(
        event_word=event_word,
        classifier_word=classifier_word,
        coordinates=coordinates,
        short_place=lambda station: short_name(station, language()),
    )


@blueprint.get("/events/new")
def new() -> ResponseReturnValue:
    """What happened?"""
    actor = _writer()
    told_of = about(current_store(), request.args, actor=actor)
    if told_of is None:
        return _choose(actor)
    return _form(told_of, Typed(), actor)


@blueprint.post("/events/new")
def send() -> ResponseReturnValue:
    """Record what was told."""
    actor = _writer()
    told_of = about(current_store(), request.form, actor=actor)
    if told_of is None:
        return _choose(actor)
    key = _key()
    entered = tell(current_store(), told_of, request.form, key, actor=actor, now=now())
    if entered is None or not entered.is_done:
        problems = tuple(map(in_words, problems_of(entered)))
        return _form(told_of, Typed.of_form(request.form), actor, problems, status=422)
    _say_what_came_of_it(entered)
    return redirect(url_for("event_form.recorded", key=key, **told_of.query))  # type: ignore[arg-type]


@blueprint.get("/events/recorded")
def recorded() -> ResponseReturnValue:
    """What was just recorded, with a way to take it back."""
    actor = _writer()
    key = request.args.get("key", "")
    subject = entering.outcome_of(current_store(), key, actor=actor)
    if subject is None:
        raise NotFound(say("There is no such form."))
    told_of = about(current_store(), request.args, actor=actor)
    if told_of is None:
        raise NotFound(say("There is no such shipment."))
    new_events = entering.events_named(current_store(), subject.split(), actor=actor)
    return render_template(
        "entry/recorded.html",
        key=key,
        about=told_of,
        events=new_events,
        count=_count(told_of, new_events),
        stations=load_world(current_store()).network.stations,
        is_undone=bool(new_events) and not any(e.current for e in new_events),
    )


@blueprint.post("/events/undo")
def undo() -> ResponseReturnValue:
    """Withdraw all that one form recorded."""
    actor = _writer()
    key = request.form.get("key", "")
    subject = entering.outcome_of(current_store(), key, actor=actor)
    if not subject:
        raise NotFound(say("There is nothing to take back."))
    world = load_world(current_store())
    entered = entering.withdraw(
        current_store(), f"undo-{key}"[:64], subject.split(), gettext("Taken back at once."),
        world=world, actor=actor, now=now(),
    )  # fmt: skip
    if not entered.is_done and entered.outcome is not None:
        for problem in map(in_words, problems_of(entered)):
            flash(words(problem.sentence), "error")
    else:
        flash(gettext("Taken back. The history keeps both, what was said and that it was withdrawn."), "done")
    events = entering.events_named(current_store(), subject.split(), actor=actor)
    return redirect(url_for("event_form.new", shipment=sorted({e.shipment_id for e in events})))


# ---------------------------------------------------------------- mending


@blueprint.route("/events/<event_id>/correct", methods=["GET", "POST"])
def correct(event_id: str) -> ResponseReturnValue:
    """Put a newer version in the place of what was said; the history keeps both."""
    actor = current_actor()
    world = load_world(current_store())
    before = _newest(event_id, actor)
    typed = _as_typed(before)
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        typed = Typed.of_form(request.form)
        row = RawRow(None, {**_subject_cells(before), **typed.cells(world), "corrects": before.id})
        entered = entering.record_events(current_store(), _key(), [row], world=world, actor=actor, now=now())
        if entered.is_done:
            _say_what_came_of_it(entered, gettext("Corrected. The history shows both versions."))
            return redirect(shipment_address(before.shipment_id))
        problems = tuple(map(in_words, problems_of(entered)))
    return _mend("entry/correct.html", before, actor, world, typed=typed, problems=problems)


@blueprint.route("/events/<event_id>/void", methods=["GET", "POST"])
def void(event_id: str) -> ResponseReturnValue:
    """Withdraw what was said, and say why."""
    actor = current_actor()
    world = load_world(current_store())
    named = entering.event(current_store(), event_id, actor=actor)
    if request.method == "POST" and entering.outcome_of(current_store(), _key(), actor=actor):
        # sent twice: the first time withdrew it, so there is nothing left to withdraw
        flash(gettext("This form was sent before; it is recorded once."), "info")
        return redirect(shipment_address(named.shipment_id))
    before = _newest(event_id, actor)
    why = request.form.get("remark", "")
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        if why.strip():
            entered = entering.withdraw(current_store(), _key(), [before.id], why, world=world, actor=actor, now=now())
            if entered.is_done:
                _say_what_came_of_it(entered, gettext("Withdrawn. The history shows what was said, and why it went."))
                return redirect(shipment_address(before.shipment_id))
            problems = tuple(map(in_words, problems_of(entered)))
        else:
            problems = (
                Problem(
                    message=say("Say why it is withdrawn."),
                    remedy=say("A word will do, such as wrong train."),
                    column="remark",
                ),
            )
    return _mend("entry/void.html", before, actor, world, typed=Typed(remark=why), problems=problems)


def _mend(
    template: str, before: RecordedEvent, actor: Actor, world: World, *, typed: Typed, problems: tuple[Problem, ...]
) -> ResponseReturnValue:
    shipment = entering.shipment(current_store(), before.shipment_id, actor=actor)
    station = world.network.stations.get(before.facts.station or "")
    instant = before.facts.moment.instant if before.facts.moment else now()
    page = render_template(
        template,
        before=before,
        shipment=shipment,
        typed=typed,
        problems=problems,
        key=request.form.get("key") or str(uuid4()),
        versions=entering.versions(current_store(), before.root, actor=actor),
        world=world,
        stations=world.network.stations,
        way=stations_of(world, Load(shipment), actor),
        told_at=_told_at(world, actor),
        kinds=[kind for kind in KINDS if kind is not EventKind.POSITION or actor.tells_at(None)],
        station=station,
        zone=zone_words(station, instant) if station else typed.offset,
    )
    return page, 422 if problems else 200


def _newest(event_id: str, actor: Actor) -> RecordedEvent:
    """The newest version of the statement this event belongs to; NotFound once it was withdrawn."""
    named = entering.event(current_store(), event_id, actor=actor)
    versions = entering.versions(current_store(), named.root, actor=actor)
    newest = versions[-1]
    if newest.facts.event is EventKind.VOID:
        raise NotFound(say("This event was withdrawn; record it anew if it happened after all."))
    return newest


def _subject_cells(event: RecordedEvent) -> dict[str, str]:
    cells = {"reference": event.facts.reference or "", "partner": event.facts.partner or ""}
    if event.facts.container:
        cells["container"] = event.facts.container
    return cells


def _as_typed(event: RecordedEvent) -> Typed:
    facts = event.facts
    day, clock = _date_and_time(facts.moment)
    return Typed(
        event=facts.event.value,
        station=facts.station or "",
        date=day,
        time=clock,
        classifier=facts.classifier.value,
        wagon=facts.wagon,
        reason=facts.reason,
        remark=facts.remark,
        temperature="" if facts.temperature_c is None else f"{facts.temperature_c:.10g}",
        lat="" if facts.lat is None else f"{facts.lat:.10g}",
        lon="" if facts.lon is None else f"{facts.lon:.10g}",
        offset=offset(facts.moment) if facts.moment and not facts.station else "",
    )


def _date_and_time(moment: Moment | None) -> tuple[str, str]:
    if moment is None:
        return "", ""
    if moment.is_day:
        return moment.local_date.isoformat(), ""
    local = moment.local
    return local.date().isoformat(), f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"


# ---------------------------------------------------------------- the pages


def _writer() -> Actor:
    actor = current_actor()
    insist(actor, Operation.TELL)
    return actor


def _told_at(world: World, actor: Actor) -> dict[str, Station]:
    """The stations at which somebody may tell, wherever the way leads."""
    return {key: station for key, station in world.network.stations.items() if actor.tells_at(key)}


def _key() -> str:
    return (request.form.get("key") or str(uuid4()))[:64]


def _choose(actor: Actor) -> ResponseReturnValue:
    """A list of what news may be told of, trains first."""
    waiting = entering.under_way(current_store(), actor=actor)
    world = load_world(current_store())
    trains: dict[tuple[str, str, str], list[int]] = {}
    for shipment in waiting:
        departure = shipment.facts.planned_departure
        if shipment.facts.train and departure:
            key = (shipment.facts.train, departure.local_date.isoformat(), shipment.facts.origin)
            trains.setdefault(key, []).append(shipment.id)
    return render_template(
        "entry/choose.html",
        waiting=waiting,
        shows_partner=not actor.scope.organisation_id,  # a reference is unique within its partner only
        trains=trains,
        days={day: date.fromisoformat(day) for _number, day, _origin in trains},
        stations=world.network.stations,
        query=request.args,
    )


def _form(
    told_of: About, typed: Typed, actor: Actor, problems: tuple[Problem, ...] = (), status: int = 200
) -> ResponseReturnValue:
    world = load_world(current_store())
    load = told_of.first
    past = happened(entering.events_of(current_store(), told_of.shipment_ids, actor=actor), load, told_of.box)
    offered = offers_of(world, load, past, actor)
    present = now()
    place = offered[0].station if offered else world.network.stations[load.shipment.facts.destination]
    pick = typed.pick or _asked_for(offered) or (offered[0].value if offered else OTHER)
    named_station = world.network.stations.get(pick.partition("@")[2]) or place
    if not typed.date and request.method == "GET":
        local = present.astimezone(ZoneInfo(named_station.timezone))
        typed = Typed(
            pick=pick,
            date=local.date().isoformat(),
            time=f"{local:%H:%M}",
            boxes=_boxes_asked(told_of),
            offset=offset(local),
        )
    is_position = pick == OTHER and typed.event == EventKind.POSITION
    whole = sum(one.count for one in told_of.loads)
    page = render_template(
        "entry/event.html",
        about=told_of,
        load=load,
        typed=typed,
        pick=pick,
        offers=offered,
        ahead=ahead(world, load, past, actor),
        problems=problems,
        past=past,
        last=past[-1] if past else None,
        behind_h=_behind_h(load, actor) if past else None,
        world=world,
        stations=world.network.stations,
        way=stations_of(world, load, actor),
        told_at=_told_at(world, actor),
        kinds=[kind for kind in KINDS if kind is not EventKind.POSITION or actor.tells_at(None)],
        classifiers=tuple(Classifier),
        place=named_station,
        zone=typed.offset if is_position else zone_words(named_station, present),
        zones={s.id: zone_words(s, present) for s in world.network.stations.values()},
        shown=typed.shown or f"{typed.date}T{typed.time}@{named_station.timezone}",
        key=request.form.get("key") or str(uuid4()),
        whole=whole,
        chosen=count_told(told_of.loads, typed.boxes),
        other=OTHER,
    )
    return page, status


def _behind_h(load: Load, actor: Actor) -> float | None:
    """How many hours the shipment is behind its plan now; None where that is not known."""
    return shipment_page(current_store(), load.shipment.id, actor=actor, now=now()).behind_h


def _asked_for(offered: list[Offer]) -> str:
    """The offer an address asks for by its event, such as `next=departed`."""
    wanted = request.args.get("next", "")
    return next((o.value for o in offered if o.event.value == wanted), "")


def _boxes_asked(told_of: About) -> frozenset[str] | None:
    """The one container an address asks for; all where it asks for none."""
    if not told_of.box:
        return None
    return frozenset(str(c.id) for load in told_of.loads for c in load.numbered if c.facts.container == told_of.box)


def _say_what_came_of_it(entered: entering.Entered, done: str = "") -> None:
    """Leave words for the next page. Warnings never stop: they are shown after recording, with a way to correct."""
    if entered.outcome is None:
        flash(gettext("This form was sent before; it is recorded once."), "info")
        return
    if all(v.state is State.DUPLICATE for v in entered.outcome.verdicts):
        flash(gettext("This was recorded already; nothing changed."), "info")
    elif done:
        flash(done, "done")
    said = {words(p.sentence) for v in entered.outcome.verdicts for p in v.problems if p.severity is Severity.WARNING}
    first = (entered.subject or "").split()[:1]
    for warning in sorted(said):
        link = (
            Markup(' <a href="{}">{}</a>').format(
                url_for("event_form.correct", event_id=first[0]), gettext("Correct it")
            )
            if first
            else ""
        )
        flash(Markup("{}{}").format(gettext("Worth a look: %(warning)s", warning=warning), link), "warn")


def _count(told_of: About, events: tuple[RecordedEvent, ...]) -> int:
    whole = {e.shipment_id for e in events if e.container_id is None}
    counted = sum(load.count for load in told_of.loads if load.shipment.id in whole)
    return counted + sum(e.container_id is not None for e in events)
