"""Administering stations, legs and corridors. For everybody but administrators there are no such pages."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from railtrack.domain.errors import Conflict, Problem, Refused
from railtrack.domain.line.gazetteer import fold
from railtrack.domain.line.mending.leg import great_circle_km, leg_warnings
from railtrack.domain.line.mending.station import GAUGES_MM, ROLES
from railtrack.domain.line.network import Network
from railtrack.domain.line.places import Corridor, Leg, Mode, Station
from railtrack.domain.messages import Message
from railtrack.domain.rights import Operation
from railtrack.domain.world import World
from railtrack.operations.administering import places as operations
from railtrack.operations.administering.reference import load_world
from railtrack.operations.mapping import geometry
from railtrack.store.reference import Versioned
from railtrack.web.administering import place_cells
from railtrack.web.administering.place_cells import Cells, cells_of
from railtrack.web.current import current_actor, current_settings, current_store, now
from railtrack.web.drawings.ways import around, way
from railtrack.web.filters import named
from railtrack.web.i18n import gettext, language
from railtrack.web.numbers import decimal
from railtrack.web.shell import only_who_may

blueprint = Blueprint("places", __name__, url_prefix="/admin/places")
KINDS = ("stations", "legs", "corridors")


@blueprint.before_request
def administrators_only() -> None:
    """Others do not learn what stands at these addresses."""
    only_who_may(Operation.KEEP_PLACES)


@blueprint.context_processor
def _words() -> dict[str, object]:
    return {
        "field_word": place_cells.field_word,
        "method_word": place_cells.method_word,
        "station_role_word": place_cells.role_word,
        "changes": place_cells.changes,
    }


@dataclass(frozen=True)
class Sent:
    """What became of a form: its texts, what is wrong, and the status of the page that shows it again."""

    cells: Cells
    problems: tuple[Problem, ...] = ()
    conflict: Message | None = None

    @property
    def status(self) -> int:
        return 409 if self.conflict else 422 if self.problems else 200


# ---------------------------------------------------------------- the lists


@blueprint.get("")
def index() -> ResponseReturnValue:
    """What does the network consist of?"""
    actor, store = current_actor(), current_store()
    q = request.args.get("q", "").strip()[:100]
    kind = request.args.get("kind", "")
    stations, legs = operations.stations(store, actor=actor), operations.legs(store, actor=actor)
    corridors = operations.corridors(store, actor=actor)
    by_id = {each.value.id: each.value for each in stations}
    found: dict[str, list[Versioned[Station]] | list[Versioned[Leg]] | list[Versioned[Corridor]]] = {
        "stations": [each for each in stations if _says(q, _names(each.value))],
        "legs": [
            each
            for each in legs
            if _says(q, (*_names(by_id[each.value.origin]), *_names(by_id[each.value.destination])))
        ],
        "corridors": [
            each
            for each in corridors
            if _says(q, (each.value.id, each.value.name, each.value.name_de, each.value.name_zh, *each.value.stations))
        ],
    }
    return render_template(
        "places/index.html",
        q=q,
        kind=kind if kind in KINDS else "stations",
        found=found,
        counts=(len(stations), len(legs), len(corridors)),
        edited=sum(e.edited for e in stations) + sum(e.edited for e in legs) + sum(e.edited for e in corridors),
        network=load_world(store).network,
        misfits=operations.corridor_misfits(store, actor=actor),
        near=load_world(store).gazetteer.near(q) if q and not found["stations"] else (),
    )


def _names(station: Station) -> tuple[str, ...]:
    return (station.id, station.name, station.name_de, station.name_zh, station.unlocode, station.country)


def _says(q: str, names: tuple[str, ...]) -> bool:
    wanted = fold(q)
    return not wanted or any(wanted in fold(name) for name in names if name)


# ---------------------------------------------------------------- stations


@blueprint.route("/add/station", methods=["GET", "POST"])
def add_station() -> ResponseReturnValue:
    """Add a station, by coordinates or by name."""
    sent = Sent(cells_of(request.values, place_cells.STATION_FIELDS))
    if request.method == "POST":
        try:
            station = operations.add_station(current_store(), sent.cells, actor=current_actor(), now=now())
            flash(
                gettext("%(name)s is added. Trains can stop there once a leg leads there.", name=station.name), "done"
            )
            return redirect(url_for("places.station", station_id=station.id))
        except Refused as refused:
            sent = Sent(sent.cells, refused.problems)
        except Conflict as conflict:
            sent = Sent(sent.cells, conflict=conflict.message)
    sought = request.args.get("find", "")
    found = operations.find_place(
        current_store(), sought, nominatim_url=current_settings().nominatim_url, actor=current_actor()
    )
    return _station_page(sent, None, sought=sought, found=found)


@blueprint.route("/stations/<station_id>", methods=["GET", "POST"])
def station(station_id: str) -> ResponseReturnValue:
    """Look at a station and mend it."""
    actor, store = current_actor(), current_store()
    known = operations.station(store, station_id, actor=actor)
    sent = Sent(place_cells.station_cells(known.value))
    if request.method == "POST":
        cells = cells_of(request.form, place_cells.STATION_FIELDS)
        try:
            operations.change_station(store, station_id, cells, _version(), actor=actor, now=now())
            flash(gettext("Mended."), "done")
            return redirect(url_for("places.station", station_id=station_id))
        except Refused as refused:
            sent = Sent(cells, refused.problems)
        except Conflict as conflict:
            sent = Sent(cells, conflict=conflict.message)
    return _station_page(sent, known)


@blueprint.post("/check/station")
def check_station() -> ResponseReturnValue:
    """Say of what is typed so far what is wrong, and propose a time zone; nothing is stored."""
    cells = cells_of(request.form, place_cells.STATION_FIELDS)
    judged = operations.check_station(current_store(), cells, request.form.get("known") or None)
    return render_template("places/live.html", problems=_of_typed(judged.problems, cells, always=("timezone",)))


def _station_page(
    sent: Sent, known: Versioned[Station] | None, sought: str = "", found: operations.Found | None = None
) -> ResponseReturnValue:
    network = load_world(current_store()).network
    station_id = known.value.id if known else ""
    cells = dict(sent.cells)
    zone = next((p.suggestions[0] for p in sent.problems if p.column == "timezone" and p.suggestions), "")
    if zone and not cells["timezone"]:
        cells["timezone"] = zone  # the proposal stands in the field: sending it again confirms it
    legs = [leg for leg in network.legs if station_id in (leg.origin, leg.destination)]
    page = render_template(
        "places/station.html",
        sent=sent,
        cells=cells,
        known=known,
        map=_around(network, known.value, legs) if known else "",
        version=_version() if request.method == "POST" and known else known.version if known else None,
        network=network,
        legs=legs,
        corridors=[each for each in network.corridors.values() if station_id in each.stations],
        history=_history("station", station_id),
        roles=ROLES,
        gauges=GAUGES_MM,
        sought=sought,
        found=found,
        has_name_server=bool(current_settings().nominatim_url),
    )
    return page, sent.status


# ---------------------------------------------------------------- legs


@blueprint.route("/add/leg", methods=["GET", "POST"])
def add_leg() -> ResponseReturnValue:
    """Add a leg; it is routed over the rail network at once."""
    sent = Sent(cells_of(request.values, place_cells.LEG_FIELDS))
    if request.method == "POST":
        try:
            leg = operations.add_leg(current_store(), sent.cells, actor=current_actor(), now=now())
            flash(*place_cells.added_word(leg.method))
            return redirect(url_for("places.leg", origin=leg.origin, destination=leg.destination))
        except Refused as refused:
            sent = Sent(sent.cells, refused.problems)
        except Conflict as conflict:
            sent = Sent(sent.cells, conflict=conflict.message)
    return _leg_page(sent, None)


@blueprint.route("/legs/<origin>/<destination>", methods=["GET", "POST"])
def leg(origin: str, destination: str) -> ResponseReturnValue:
    """Look at a leg, its length beside the great circle and the published one, and mend it."""
    actor, store = current_actor(), current_store()
    known = operations.leg(store, origin, destination, actor=actor)
    sent = Sent(place_cells.leg_cells(known.value))
    ends = known.value.origin, known.value.destination
    if request.method == "POST":
        cells = cells_of(request.form, place_cells.LEG_FIELDS)
        try:
            operations.change_leg(store, *ends, cells, _version(), actor=actor, now=now())
            flash(gettext("Mended. Corridors and statistics use the new length from now on."), "done")
            return redirect(url_for("places.leg", origin=ends[0], destination=ends[1]))
        except Refused as refused:
            sent = Sent(cells, refused.problems)
        except Conflict as conflict:
            sent = Sent(cells, conflict=conflict.message)
    return _leg_page(sent, known)


@blueprint.post("/legs/<origin>/<destination>/measure")
def measure_leg(origin: str, destination: str) -> ResponseReturnValue:
    """Route a leg anew, as after one of its stations was moved."""
    found = operations.measure_leg_again(
        current_store(), origin, destination, _version(), actor=current_actor(), now=now()
    )
    km = decimal(found.measured_km if found.measured_km is not None else found.length_km)
    flash(gettext("Measured anew: %(km)s km, %(how)s.", km=km, how=place_cells.method_word(found.method)), "done")
    return redirect(url_for("places.leg", origin=origin, destination=destination))


def _leg_page(sent: Sent, known: Versioned[Leg] | None) -> ResponseReturnValue:
    world = load_world(current_store())
    stations = world.network.stations
    leg = known.value if known else None
    ends = (stations[leg.origin], stations[leg.destination]) if leg else None
    page = render_template(
        "places/leg.html",
        sent=sent,
        cells=sent.cells,
        known=known,
        leg=leg,
        ends=ends,
        version=_version() if request.method == "POST" and known else known.version if known else None,
        straight_km=great_circle_km(*ends) if ends else None,
        install=None if geometry.can_route() else geometry.INSTALL,
        warnings=leg_warnings(leg) if leg else (),
        map=_drawn(world, (leg,), f"{named(ends[0])} – {named(ends[1])}") if leg and ends else "",
        corridors=_corridors_over(world, leg) if leg else [],
        modes=tuple(Mode),
        gauges=GAUGES_MM,
        stations=stations,
        history=_history("leg", f"{leg.origin}–{leg.destination}" if leg else ""),
    )
    return page, sent.status


def _corridors_over(world: World, leg: Leg) -> list[Corridor]:
    ends = {leg.origin, leg.destination}
    return [
        each
        for each in world.network.corridors.values()
        if any({a, b} == ends for a, b in zip(each.stations, each.stations[1:], strict=False))
    ]


# ---------------------------------------------------------------- corridors


@blueprint.route("/add/corridor", methods=["GET", "POST"])
def add_corridor() -> ResponseReturnValue:
    """Add a corridor: an ordered list of stations with borders and planned hours."""
    sent = Sent(cells_of(request.values, place_cells.CORRIDOR_FIELDS))
    like = request.args.get("like", "")
    if request.method == "GET" and like:
        template = operations.corridor(current_store(), like, actor=current_actor()).value
        sent = Sent(place_cells.corridor_cells(template) | {"id": "", "name": "", "name_de": "", "name_zh": ""})
    if request.method == "POST" and request.form.get("do") == "route":
        sent = _route_missing(sent)
    elif request.method == "POST":
        try:
            corridor = operations.add_corridor(current_store(), sent.cells, actor=current_actor(), now=now())
            flash(gettext("The corridor is added. Shipments may take it from now on."), "done")
            return redirect(url_for("places.corridor", corridor_id=corridor.id))
        except Refused as refused:
            sent = Sent(sent.cells, refused.problems)
        except Conflict as conflict:
            sent = Sent(sent.cells, conflict=conflict.message)
    return _corridor_page(sent, None)


@blueprint.route("/corridors/<corridor_id>", methods=["GET", "POST"])
def corridor(corridor_id: str) -> ResponseReturnValue:
    """Look at a corridor and mend it."""
    actor, store = current_actor(), current_store()
    known = operations.corridor(store, corridor_id, actor=actor)
    sent = Sent(place_cells.corridor_cells(known.value))
    if request.method == "POST":
        sent = Sent(cells_of(request.form, place_cells.CORRIDOR_FIELDS))
        if request.form.get("do") == "route":
            return _corridor_page(_route_missing(sent), known)
        try:
            operations.change_corridor(store, corridor_id, sent.cells, _version(), actor=actor, now=now())
            flash(gettext("Mended. Shipments and statistics on this corridor follow."), "done")
            return redirect(url_for("places.corridor", corridor_id=corridor_id))
        except Refused as refused:
            sent = Sent(sent.cells, refused.problems)
        except Conflict as conflict:
            sent = Sent(sent.cells, conflict=conflict.message)
    return _corridor_page(sent, known)


@blueprint.post("/check/corridor")
def check_corridor() -> ResponseReturnValue:
    """Say of what is typed so far what is wrong and how long it is; nothing is stored."""
    cells = cells_of(request.form, place_cells.CORRIDOR_FIELDS)
    judged = operations.check_corridor(current_store(), cells, request.form.get("known") or None)
    problems = _of_typed(judged.problems, cells, always=("border_pairs",))
    return render_template("places/live.html", problems=problems, **_chain_of(cells))


def _route_missing(sent: Sent) -> Sent:
    """Route what the list lacks, and say what came of it above the form as it was typed."""
    routed = operations.add_missing_legs(current_store(), sent.cells["stations"], actor=current_actor(), now=now())
    for leg in routed.added:
        how = place_cells.method_word(leg.method)
        said = gettext(
            "%(a)s–%(b)s: %(km)s km, %(how)s.", a=leg.origin, b=leg.destination, km=decimal(leg.length_km), how=how
        )
        flash(said, "warn" if leg.method == "estimated" else "done")
    if not routed.added and not routed.left:
        flash(gettext("No leg is missing."), "info")
    return Sent(sent.cells, routed.left)


def _corridor_page(sent: Sent, known: Versioned[Corridor] | None) -> ResponseReturnValue:
    world = load_world(current_store())
    value = known.value if known else None
    legs = world.network.corridor_legs(value.id, value.origin, value.destination) or () if value else ()
    page = render_template(
        "places/corridor.html",
        sent=sent,
        cells=sent.cells,
        known=known,
        version=_version() if request.method == "POST" and known else known.version if known else None,
        network=world.network,
        length_km=sum(leg.length_km for leg in legs),
        map=_drawn(world, legs, named(value)) if value else "",
        misfits=operations.corridor_misfits(current_store(), actor=current_actor()).get(value.id, ()) if value else (),
        history=_history("corridor", value.id if value else ""),
        problems=(),
        **_chain_of(sent.cells),
    )
    return page, sent.status


def _chain_of(cells: Cells) -> dict[str, object]:
    chain = operations.chain(current_store(), cells["stations"])
    return {
        "chain": chain,
        "chain_km": sum(leg.length_km for leg in chain.legs),
        "stations": load_world(current_store()).network.stations,
    }


# ---------------------------------------------------------------- helpers


def _of_typed(problems: tuple[Problem, ...], cells: Cells, always: tuple[str, ...] = ()) -> list[Problem]:
    """What is wrong with fields that hold something already; nobody is told off for what he has not reached yet."""
    ready = bool(cells.get("lat") and cells.get("lon") and cells.get("country")) or bool(cells.get("stations"))
    return [p for p in problems if p.column and (cells.get(p.column) or (ready and p.column in always))]


def _version() -> int:
    """The version the form was filled in on; one that nothing has where it is missing."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _history(subject: str, subject_id: str) -> object:
    return operations.history(current_store(), subject, subject_id, actor=current_actor()) if subject_id else ()


def _drawn(world: World, legs: tuple[Leg, ...], title: str) -> str:
    return way(world.network.stations, legs, title=gettext("Map: %(what)s", what=title), language=language())


def _around(network: Network, station: Station, legs: list[Leg]) -> str:
    title = gettext("Map: %(what)s", what=named(station))
    return around(network.stations, station, legs, title=title, language=language())
