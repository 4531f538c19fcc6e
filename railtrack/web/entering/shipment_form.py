"""Recording a shipment: several containers at once, judged while one types, kept as a draft, stored once."""

from datetime import datetime
from urllib.parse import urlencode
from uuid import uuid4
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from railtrack.domain.actors import Actor
from railtrack.domain.cargo.identifiers import container
from railtrack.domain.clock import read_moment
from railtrack.domain.line.gazetteer import UnknownStation
from railtrack.domain.line.places import Station
from railtrack.domain.line.station_names import short_name
from railtrack.domain.movement.plans import suggested_arrival
from railtrack.domain.rights import Operation, insist
from railtrack.domain.rows.unfit import Unfit
from railtrack.domain.rows.verdicts import State
from railtrack.domain.times import Moment
from railtrack.domain.world import World
from railtrack.exchange.columns import Kind
from railtrack.operations.administering.reference import load_world
from railtrack.operations.entering import defaults, withdrawing
from railtrack.operations.entering import forms as entering
from railtrack.store.desk import Draft
from railtrack.web import addresses
from railtrack.web.counting import count_word, sentence_case
from railtrack.web.current import current_account, current_actor, current_store, now
from railtrack.web.entering.going_back import may_be_kept
from railtrack.web.entering.picks import picks
from railtrack.web.entering.sheet import (
    FEWEST_ROWS,
    FIELDS,
    ROWS_MORE,
    STATIONS,
    Judged,
    Sheet,
    is_offer,
    judged,
    label,
    station_typed,
    unjudged,
)
from railtrack.web.entering.shipment_start import Start, changed_by, last_size_type, start_of, usual_size_type
from railtrack.web.i18n import gettext, language, ngettext, sign, words
from railtrack.web.moments import offset

blueprint = Blueprint("shipment_form", __name__)
blueprint.after_request(may_be_kept)


@blueprint.record_once
def _register(state: BlueprintSetupState) -> None:
    """The page belongs to shipments, whose other pages stand in a module of their own."""
    app: Flask = state.app  # type: ignore[assignment]
    app.add_url_rule("/shipments/new", "shipments.new", new, methods=["GET"])
    app.jinja_env.globals.update(my_drafts=my_drafts, shipment_address=shipment_address, undo_key=undo_key)
    app.jinja_env.filters["container_number"] = container.format
    app.jinja_env.tests["offer"] = is_offer


def new() -> ResponseReturnValue:
    """What shall be sent?"""
    actor = _writer()
    world = load_world(current_store())
    start = start_of(request.args, actor=actor)
    if start.draft is not None and (changed := changed_by(start.draft)) is not None:
        return redirect(url_for("change_form.show", shipment_id=changed, draft=start.draft.id))
    size_type = start.usual.size_type or usual_size_type(start.copied or start.booked)
    sheet = start.sheet.with_rows(max(FEWEST_ROWS, len(start.sheet.filled) + 1), size_type)
    if start.sheet.filled:
        return _page(world, _judge(sheet, world, is_sent=False), start=start)
    return _page(world, unjudged(sheet), start=start)


@blueprint.post("/shipments/new")
def send() -> ResponseReturnValue:
    """Record the form, or do what the button that was pressed says."""
    actor = _writer()
    world = load_world(current_store())
    sheet = Sheet.of_form(request.form)
    action, put = request.form.get("do", "record"), request.form.get("put")
    if put is not None:
        place, _, value = put.partition("=")
        return _page(world, _judge(sheet.with_value(place, value), world, is_sent=True), is_sent=True)
    if action == "draft":
        return _keep_draft(sheet, actor)
    if action == "usual":
        return _again(world, sheet.with_usual(defaults.usual(current_store(), actor=actor).fields))
    if action == "rows":
        return _again(world, sheet.with_rows(len(sheet.rows) + ROWS_MORE, last_size_type(sheet)))
    if action in ("quantity", "numbers"):
        return _again(world, Sheet(sheet.fields, sheet.rows, action == "quantity", sheet.more))
    if action in ("more", "fewer"):
        return _again(world, Sheet(sheet.fields, sheet.rows, sheet.by_quantity, action == "more"))
    return _record(world, sheet, actor)


@blueprint.post("/shipments/new/check")
def check() -> ResponseReturnValue:
    """Say what the form as it stands would be told; nothing is stored."""
    _writer()
    world = load_world(current_store())
    sheet = Sheet.of_form(request.form)
    is_sent = request.form.get("sent") == "1"
    found = _judge(sheet, world, is_sent=is_sent)
    return render_template("entry/check.html", is_part=True, **_context(world, found, is_sent=is_sent))


@blueprint.post("/shipments/undo")
def undo() -> ResponseReturnValue:
    """Take back the shipment that was just recorded; what was typed is a draft again."""
    draft_id = withdrawing.undo_recording(current_store(), request.form.get("key", "")[:64], actor=_writer(), now=now())
    flash(gettext("Taken back: nothing of it is recorded. What you typed is here again."), "done")
    return redirect(url_for("shipments.new", draft=draft_id))


@blueprint.post("/shipments/drafts/<int:draft_id>/delete")
def delete_draft(draft_id: int) -> ResponseReturnValue:
    """Throw a draft away."""
    entering.drop_draft(current_store(), draft_id, actor=_writer(), now=now())
    flash(gettext("The draft is thrown away."), "done")
    return redirect(addresses.safe_back(request.form.get("back", ""), url_for("shipments.new")))


def my_drafts() -> tuple[Draft, ...]:
    """One's own drafts, for a list of them on any page."""
    account = current_account()
    if account is None or not account.may(Operation.BOOK):
        return ()
    return entering.drafts(current_store(), actor=current_actor())


def undo_key(shipment_id: int) -> str:
    """The key by which the shipment of this page can be taken back; empty where it cannot."""
    key = request.args.get("recorded", "")[:64]
    if not key or not withdrawing.can_undo(current_store(), key, shipment_id, actor=current_actor(), now=now()):
        return ""
    return key


def shipment_address(shipment_id: int) -> str:
    """Where a shipment's page is; the event form knows it too."""
    return addresses.shipment_address(shipment_id) or url_for("event_form.new", shipment=shipment_id)


# ---------------------------------------------------------------- what becomes of it


def _writer() -> Actor:
    actor = current_actor()
    insist(actor, Operation.BOOK)
    return actor


def _judge(sheet: Sheet, world: World, *, is_sent: bool) -> Judged:
    outcome = entering.judge_rows(
        current_store(), Kind.SHIPMENTS, sheet.raw_rows(world), world=world, actor=current_actor(), now=now()
    )
    return judged(sheet, outcome, world, is_sent=is_sent)


def _again(world: World, sheet: Sheet) -> ResponseReturnValue:
    return _page(world, _judge(sheet, world, is_sent=False) if sheet.filled else unjudged(sheet))


def _keep_draft(sheet: Sheet, actor: Actor) -> ResponseReturnValue:
    ends = [sheet.fields.get(name, "").strip() for name in STATIONS]
    title = sheet.fields.get("reference", "").strip() or " – ".join(filter(None, ends)) or gettext("Without reference")
    draft_id = entering.keep_draft(
        current_store(), title, sheet.to_keep, actor=actor, now=now(), draft=request.form.get("draft", type=int)
    )
    flash(gettext("Kept as a draft. Nothing is recorded yet."), "done")
    return redirect(url_for("shipments.new", draft=draft_id))


def _record(world: World, sheet: Sheet, actor: Actor) -> ResponseReturnValue:
    found = _judge(sheet, world, is_sent=True)
    key = request.form.get("key", "") or str(uuid4())
    if found.is_refused and not _was_recorded(key):
        return _page(world, found, is_sent=True, status=422)
    entered = entering.record_shipment(
        current_store(),
        key[:64],
        sheet.raw_rows(world),
        world=world,
        actor=actor,
        now=now(),
        draft=request.form.get("draft", type=int),
    )
    if not entered.is_done or not entered.subject:
        outcome = entered.outcome
        return _page(world, judged(sheet, outcome, world, is_sent=True) if outcome else found, is_sent=True, status=422)
    if entered.outcome is None:
        flash(gettext("This form was sent before; the shipment is recorded once."), "info")
    elif all(v.state is State.DUPLICATE for v in entered.outcome.verdicts):
        flash(gettext("All of this was recorded already; nothing changed."), "info")
    else:
        said = ngettext(
            "%(reference)s is recorded with one container.",
            "%(reference)s is recorded with %(num)d containers.",
            found.typed,
            reference=sheet.fields["reference"].strip(),
        )
        following = url_for("event_form.new", shipment=entered.subject, next="departed")
        flash(Markup('{} <a href="{}" data-focus>{}</a>').format(said, following, gettext("Record departure")), "done")
        for warning in {words(p.sentence) for row in found.rows for p in row.problems}:
            flash(gettext("Worth a look: %(warning)s", warning=warning), "warn")
    # as long as it can be taken back, its page has a button for that
    return redirect(f"{shipment_address(int(entered.subject))}?{urlencode({'recorded': key[:64]})}")


def _was_recorded(key: str) -> bool:
    return entering.outcome_of(current_store(), key, actor=current_actor()) is not None


# ---------------------------------------------------------------- the page


def _page(
    world: World, found: Judged, *, is_sent: bool = False, start: Start | None = None, status: int = 200
) -> ResponseReturnValue:
    draft_id = start.draft.id if start and start.draft else request.form.get("draft", type=int)
    return render_template(
        "entry/shipment.html",
        is_part=False,
        start=start,
        usual=start.usual if start else defaults.usual(current_store(), actor=current_actor()),
        draft_id=draft_id,
        key=request.form.get("key") or str(uuid4()),
        stations=sorted(world.network.stations.values(), key=lambda s: s.name),
        size_types=world.size_types,
        owners=entering.owners(current_store()) if current_actor().may(Operation.SPEAK_FOR, own=False) else (),
        **_context(world, found, is_sent=is_sent),
    ), status


def _context(world: World, found: Judged, *, is_sent: bool) -> dict[str, object]:
    fields = found.sheet.fields
    origin, destination = (_station(fields.get(name, ""), world) for name in STATIONS)
    offered = picks(world.network, origin.id, destination.id) if origin and destination else []
    usual = request.form.get("usual_corridor", "")
    chosen = fields.get("corridor", "").strip() or usual
    taken = next((p for p in offered if p.corridor.id == chosen), offered[0] if offered else None)
    departure = _moment(fields.get("planned_departure", ""), origin)
    suggestion = ""
    if taken is not None and departure is not None and destination is not None:
        suggestion = suggested_arrival(departure, taken.hours, destination)
    return {
        "found": found,
        "sheet": found.sheet,
        "label": label,
        "form_fields": FIELDS,
        "is_sent": is_sent,
        "sentence": sentence(found, is_sent=is_sent),
        "picks": offered,
        "taken": taken,
        "usual_corridor": usual,
        "way": f"{origin.id if origin else ''}-{destination.id if destination else ''}",
        "ends_known": origin is not None and destination is not None,
        "origin": origin,
        "destination": destination,
        "zones": {
            "planned_departure": _zone(origin, departure),
            "planned_arrival": _zone(destination, _moment(fields.get("planned_arrival", ""), destination)),
        },
        "suggestion": suggestion,
        "shown_station": lambda text: shown_station(text, world),
        "size_names": {code: kind.description for code, kind in world.size_types.items()},
        "station_names": {s.id: f"{s.name} ({s.id})" for s in world.network.stations.values()},
    }


def sentence(found: Judged, *, is_sent: bool) -> str:
    """The first sentence of the page: how much was typed, and what is wrong with it."""
    if not found.typed and not (is_sent and found.is_refused):
        return gettext("What shall go on the train?")
    if not found.typed:
        return gettext("No container is typed yet.")
    mend, fields, look = found.bad_rows, found.bad_fields, found.warned_rows
    typed = ngettext(
        "%(figure)s container typed.", "%(figure)s containers typed.", found.typed, figure=count_word(found.typed)
    )
    looks = ngettext("%(figure)s is worth a look", "%(figure)s are worth a look", look, figure=count_word(look))
    mends = ngettext("%(figure)s needs mending", "%(figure)s need mending", mend, figure=count_word(mend))
    too = ngettext("so does %(figure)s field", "so do %(figure)s fields", fields, figure=count_word(fields))
    alone = ngettext(
        "%(figure)s field needs mending", "%(figure)s fields need mending", fields, figure=count_word(fields)
    )
    said = [sentence_case(typed)]
    if mend or fields:
        parts = [mends, *([too] if fields else [])] if mend else [alone]
        said.append(sentence_case(sign(", ").join([*parts, *([looks] if look else [])])) + sign("."))
    elif look:
        said.append(sentence_case(looks) + sign("."))
    elif found.good_rows:
        said.append(gettext("Nothing is wrong with them."))
    return " ".join(said)


def _station(text: str, world: World) -> Station | None:
    if not text.strip():
        return None
    try:
        return world.gazetteer.find(station_typed(text, world))
    except UnknownStation:
        return None


def shown_station(text: str, world: World) -> str:
    """A station as the list of stations writes it, where `text` is its bare id."""
    station = world.network.stations.get(text.strip().upper())
    return f"{station.name} ({station.id})" if station else text


def _moment(text: str, station: Station | None) -> Moment | None:
    if not text.strip() or station is None:
        return None
    try:
        return read_moment(text, ZoneInfo(station.timezone), place=station.name)
    except Unfit:
        return None


def _zone(station: Station | None, moment: Moment | None) -> str:
    """Whose clock a time is meant on, such as Chongqing, UTC+8."""
    if station is None:
        return ""
    local: Moment | datetime = moment if moment is not None else now().astimezone(ZoneInfo(station.timezone))
    return f"{short_name(station, language())}{sign(', ')}{offset(local)}"
