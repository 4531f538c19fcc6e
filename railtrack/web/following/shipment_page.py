"""A shipment's own pages: how it stands, its map, everything that was stated of it, who changed it."""

from datetime import UTC, datetime

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from railtrack.domain.actors import Actor
from railtrack.domain.hiding import hidden_fields
from railtrack.domain.line.network import Network
from railtrack.domain.movement.events import EventKind
from railtrack.domain.records import AuditEntry, RecordedContainer
from railtrack.domain.rights import Operation
from railtrack.operations.administering.reference import load_world
from railtrack.operations.following import shipment_page as operations
from railtrack.operations.following.shipment_page import ShipmentPage
from railtrack.operations.notifying.alerts import has_desk, list_alerts
from railtrack.web.current import current_actor, current_store, now
from railtrack.web.entering.event_words import classifier_word, event_word
from railtrack.web.following import whereabouts
from railtrack.web.following.amounts import amount_lines
from railtrack.web.following.history import statements
from railtrack.web.following.shipment_figures import figures
from railtrack.web.following.shipment_map import map_frame, small_map
from railtrack.web.following.shipments import blueprint
from railtrack.web.following.timetable_rows import Present, TrackRow, track_rows
from railtrack.web.following.whereabouts import Whereabouts
from railtrack.web.i18n import gettext, sign
from railtrack.web.moments import day_clock
from railtrack.web.notices.words import Said, say_alerts
from railtrack.web.rights_words import hidden_here
from railtrack.web.shell import same_page_with
from railtrack.web.simulated import simulated_context

__all__ = ["blueprint"]  # with these pages on it

FEW_ALERTS = 5
FEW_CONTAINERS = 10
FEW_STATEMENTS = 5
STATEMENTS_PAGE = 200
IDENTITY_PARTS = 6  # shipment, container, event, classifier, station, instant


@blueprint.get("/shipments/<int:shipment_id>")
def show(shipment_id: int) -> str:
    """Where is it, and when does it arrive?"""
    actor, at = current_actor(), now()
    whole = _whole(shipment_id, actor)
    network = load_world(current_store()).network
    says = Whereabouts(network, at)
    all_containers = request.args.get("containers") == "all"
    aboard = [c for c in whole.shipment.containers if c.facts.container or c.facts.quantity != 0]
    aboard.sort(key=lambda c: c.id not in whole.common.others)  # those with a journey of their own first
    return render_template(
        "shipments/show.html",
        whole=whole,
        shipment=whole.shipment,
        facts=whole.shipment.facts,
        followed=whole.followed,
        summary=whole.followed.summary,
        says=says,
        sentence=answer_of(says, whole, network),
        figures=figures(says, whole, actor),
        rows=rows_of(whole, network, says),
        has_plan=whole.timetable.has_plan,
        drawn=small_map(whole, network, says.where(whole.followed)),
        corridor=network.corridors.get(whole.shipment.facts.corridor or ""),
        stations=network.stations,
        told=statements(whole.events)[:FEW_STATEMENTS],
        told_count=len(statements(whole.events)),
        containers=aboard if all_containers else aboard[:FEW_CONTAINERS],
        container_count=len(aboard),
        amounts=amount_lines(whole.shipment, whole.followed.summary.departed, at),
        may_record=_may_record(actor, whole),
        may_share=not whole.shipment.published
        and actor.may(Operation.SHARE, own=actor.owns(whole.shipment.organisation.id)),
        mends=actor.mends,
        hidden=hidden_here(whole.shipment),
        hidden_fields=hidden_fields(actor.scope, whole.shipment),
        name_of=box_name,
        alerts=_alerts(shipment_id, actor, network),
        **simulated_context(),
    )


@blueprint.get("/shipments/<int:shipment_id>/map")
def large_map(shipment_id: int) -> str:
    """Where is it, on a map that fills the page?"""
    whole = _whole(shipment_id, current_actor())
    network = load_world(current_store()).network
    says = Whereabouts(network, now())
    if not small_map(whole, network, ""):
        abort(404)
    return render_template(
        "shipments/map.html",
        shipment=whole.shipment,
        summary=whole.followed.summary,
        sentence=answer_of(says, whole, network),
        rows=rows_of(whole, network, says),
        has_plan=whole.timetable.has_plan,
        **simulated_context(),
    )


@blueprint.get("/shipments/<int:shipment_id>/map/frame")
def frame(shipment_id: int) -> ResponseReturnValue:
    """The map itself, which stands in a sandboxed frame."""
    whole = _whole(shipment_id, current_actor())
    drawn = map_frame(
        whole, load_world(current_store()).network, Whereabouts(load_world(current_store()).network, now())
    )
    return Response(drawn, mimetype="text/html") if drawn is not None else abort(404)


@blueprint.get("/shipments/<int:shipment_id>/history")
def history(shipment_id: int) -> str:
    """What was stated of it, by whom, and what took its place?"""
    actor = current_actor()
    whole = _whole(shipment_id, actor)
    told = statements(whole.events)
    start = request.args.get("start", 0, type=int)
    start = max(0, min(start, len(told)))
    following = start + STATEMENTS_PAGE
    return render_template(
        "shipments/history.html",
        shipment=whole.shipment,
        told=told[start:following],
        told_count=len(told),
        event_count=len(whole.events),
        stations=load_world(current_store()).network.stations,
        may_record=_may_record(actor, whole),
        mends=actor.mends,
        next_address=same_page_with(start=following) if following < len(told) else None,
        first_address=same_page_with(start=None) if start else None,
        **simulated_context(),
    )


@blueprint.get("/shipments/<int:shipment_id>/audit")
def audit(shipment_id: int) -> str:
    """Who changed what about it?"""
    shipment, page = operations.audit_of_shipment(
        current_store(), shipment_id, actor=current_actor(), cursor=request.args.get("cursor")
    )
    says = Whereabouts(load_world(current_store()).network, now())
    return render_template(
        "shipments/audit.html",
        shipment=shipment,
        page=page,
        stated=lambda entry: stated(entry, says),
        next_address=same_page_with(cursor=page.next_cursor) if page.next_cursor else None,
        first_address=same_page_with(cursor=None) if request.args.get("cursor") else None,
        **simulated_context(),
    )


# ---------------------------------------------------------------- helpers


def _whole(shipment_id: int, actor: Actor) -> ShipmentPage:
    return operations.shipment_page(
        current_store(),
        shipment_id,
        container=request.args.get("container") or None,
        whole_way=request.args.get("stations") == "all",
        actor=actor,
        now=now(),
    )


def _alerts(shipment_id: int, actor: Actor, network: Network) -> list[Said]:
    """What is the matter with it, or was of late; nothing for whom there are no alerts."""
    if not has_desk(actor):
        return []
    found = list_alerts(
        current_store(), is_open=None, shipment_id=shipment_id, simulated=True, limit=FEW_ALERTS, actor=actor
    )
    return say_alerts(found.items, network)


def _may_record(actor: Actor, whole: ShipmentPage) -> bool:
    if whole.shipment.published and not actor.may(Operation.TELL, own=False):
        return False
    return actor.may(Operation.TELL, own=actor.owns(whole.shipment.organisation.id))


def box_name(container: RecordedContainer) -> str:
    """What names a container in an address: its number, or our id for a quantity."""
    return container.facts.container or str(container.id)


def stated(entry: AuditEntry, says: Whereabouts) -> str:
    """What an entry about an event states, in words; the store keeps it as the event's identity."""
    parts = str((entry.after or {}).get("identity", "")).split("|")
    if parts[0] == EventKind.VOID:
        return gettext("an earlier statement")
    if len(parts) != IDENTITY_PARTS or parts[2] not in list(EventKind):
        return ""
    at = datetime.fromtimestamp(int(parts[5]), UTC) if parts[5].isdigit() else None
    return sign(", ").join(
        filter(
            None, (event_word(parts[2]), classifier_word(parts[3]), says.place(parts[4]), day_clock(at) if at else "")
        )
    )


def answer_of(says: Whereabouts, whole: ShipmentPage, network: Network) -> str:
    """The first sentence of the page."""
    last = whole.timetable.stops[-1] if whole.timetable.stops else None
    expected = last.expected_arrival if last is not None and last.is_expected else None
    if expected is None or last is None:
        return whereabouts.answer(says, whole.followed, None)
    return whereabouts.answer(
        says, whole.followed, whereabouts.on_station_clock(expected, network.stations[last.station])
    )


def rows_of(whole: ShipmentPage, network: Network, says: Whereabouts) -> tuple[TrackRow, ...]:
    """The rows of its timetable."""
    followed = whole.followed
    facts = whole.shipment.facts
    name = ""
    if whole.position is not None and whole.position.between is not None:
        a, b = (says.place(station) for station in whole.position.between)
        name = gettext("Between %(a)s and %(b)s", a=a, b=b)
    corridor = network.corridors.get(facts.corridor or "")
    present = Present(followed.lateness, whole.behind_h, name)
    return track_rows(whole.timetable, network, corridor, whole.shipment.direction, present)
