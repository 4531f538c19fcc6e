"""Calls on shipments: record, list, look at, change; what was told of one and what became of it."""

from typing import Any

from flask import Response, request, url_for
from werkzeug.exceptions import PreconditionRequired

from railtrack.domain.hiding import hidden_fields
from railtrack.domain.movement.journeys import Direction, Status
from railtrack.exchange.json_documents import read_document
from railtrack.exchange.json_values import event_value, journey_value, json_value, shipment_value
from railtrack.operations.entering.editing import change_shipment
from railtrack.operations.entering.receiving import receive_shipment
from railtrack.operations.following import records
from railtrack.store.reading.listing import ShipmentFilter
from railtrack.web.api import examples
from railtrack.web.api.answers import answer, etag_of, listed, versions_given
from railtrack.web.api.describing import (
    ETAG,
    IDEMPOTENCY_KEY,
    IF_MATCH,
    IF_NONE_MATCH,
    LINK,
    LOCATION,
    REFERENCE,
    REPLAYED,
    answers,
    takes,
    with_parameters,
)
from railtrack.web.api.guard import caller
from railtrack.web.api.parameters import Calls, Choice, Day, Flag, Parameters, Stretch, Text
from railtrack.web.api.problems import told
from railtrack.web.api.replay import once_per_key
from railtrack.web.api.schemas import page_of
from railtrack.web.current import current_store, now

blueprint = Calls("api_shipments", __name__, description="Shipments")
ONE = "/shipments/<reference:reference>"
Given = dict[str, Any]


class Wanted(Stretch):
    """Which shipments."""

    status = Choice(Status, load_default=None, metadata={"description": "That of the journey least far along."})
    corridor = Text(load_default=None, metadata={"description": "Corridor id."})
    direction = Choice(Direction, load_default=None)
    q = Text(load_default="", metadata={"description": "Part of a reference, a container number or a train."})
    from_ = Day(
        data_key="from",
        load_default=None,
        metadata={"description": "First local date of departure, planned where it has not departed."},
    )
    to = Day(load_default=None, metadata={"description": "Last local date, included."})
    partner = Text(load_default=None, metadata={"description": "Organisation."})
    train = Text(load_default=None, metadata={"description": "Service number."})
    simulated = Flag(load_default=False, metadata={"description": "With simulated ones."})


@blueprint.call("POST", "/shipments")
@takes("NewShipment", examples.SHIPMENTS)
@with_parameters(IDEMPOTENCY_KEY)
@answers(blueprint, 201, "RecordedShipment", "Recorded.", headers={"Location": LOCATION, "ETag": ETAG,
         "Idempotency-Replayed": REPLAYED})  # fmt: skip
@answers(blueprint, 200, "RecordedShipment", "It was known; what was new of it is added.", headers={"ETag": ETAG})
@once_per_key
def record() -> Response:
    """Record a shipment

    All of it or nothing, judged as a row per container of a file. Of a known reference new containers are added; what
    is the same is left as it is, and other facts are refused: change them with PATCH.
    """
    done = receive_shipment(current_store(), read_document(request.get_data()), actor=caller(), now=now())
    response = _shown(str(done.shipment_id), 201 if done.is_new else 200, warnings=told(done.warnings))
    response.headers["Location"] = url_for("api_shipments.one", reference=str(done.shipment_id))
    return response


@blueprint.call("GET", "/shipments")
@blueprint.asks(Wanted)
@answers(blueprint, 200, page_of("Shipment"), "The shipments in sight.", headers={"Link": LINK})
def index(given: Given) -> Response:
    """List shipments

    By reference, an order that no event changes, so that no page leaves one out or shows it twice.
    """
    status, direction = given["status"], given["direction"]
    wanted = ShipmentFilter(
        q=given["q"],
        status=Status(status) if status else None,
        corridor=given["corridor"],
        direction=Direction(direction) if direction else None,
        partner=given["partner"],
        train=given["train"],
        first_date=given["from_"],
        last_date=given["to"],
        simulated=given["simulated"],
    )
    page = records.shipments(
        current_store(), wanted, limit=given["limit"], cursor=given["cursor"], actor=caller(), now=now()
    )
    return listed([_value(each) for each in page.items], page.next_cursor)


@blueprint.call("GET", ONE, [REFERENCE])
@blueprint.asks(Parameters)
@with_parameters(IF_NONE_MATCH)
@answers(blueprint, 200, "Shipment", "The shipment.", headers={"ETag": ETAG})
@answers(blueprint, 304, None, "It is as it was.", headers={"ETag": ETAG})
def one(_given: Given, reference: str) -> Response:
    """Show a shipment"""
    return _shown(reference)


@blueprint.call("PATCH", ONE, [REFERENCE])
@takes("ShipmentChange", examples.CHANGES, patch=True)
@with_parameters(IF_MATCH)
@answers(blueprint, 200, "RecordedShipment", "The shipment as it is now.", headers={"ETag": ETAG})
def change(reference: str) -> Response:
    """Change a shipment

    What is named is changed, what is null taken away, all else stays (RFC 7396, but for containers: those named are
    changed, added, or taken out). What it would then be is judged like a row of a file.
    """
    if "If-Match" not in request.headers:
        raise PreconditionRequired
    document = read_document(request.get_data())
    shipment_id, warnings = change_shipment(
        current_store(), reference, document, versions=versions_given(), actor=caller(), now=now()
    )
    return _shown(str(shipment_id), warnings=told(warnings))


@blueprint.call("GET", f"{ONE}/events", [REFERENCE])
@blueprint.asks(Stretch)
@answers(blueprint, 200, page_of("Event"), "Every version of every statement.", headers={"Link": LINK})
def events(given: Given, reference: str) -> Response:
    """List what was told of a shipment

    In the order of recording, with what was corrected and withdrawn.
    """
    page = records.events_of(current_store(), reference, limit=given["limit"], cursor=given["cursor"], actor=caller())
    return listed([event_value(each) for each in page.items], page.next_cursor)


@blueprint.call("GET", f"{ONE}/journeys", [REFERENCE])
@blueprint.asks(Stretch)
@answers(blueprint, 200, page_of("Journey"), "A journey per container.", headers={"Link": LINK})
def journeys(given: Given, reference: str) -> Response:
    """List the journeys of a shipment's containers

    With stays at stations and border crossings.
    """
    page = records.journeys_with_cells(
        current_store(), reference, limit=given["limit"], cursor=given["cursor"], actor=caller()
    )
    items: list[object] = [
        journey_value(cells, each.journey.journey.visits, each.journey.crossings) for each, cells in page.items
    ]
    return listed(items, page.next_cursor)


@blueprint.call("GET", f"{ONE}/eta", [REFERENCE])
@blueprint.asks(Stretch)
@answers(blueprint, 200, "Arrivals", "When each container is planned to arrive, or did.", headers={"Link": LINK})
def eta(given: Given, reference: str) -> Response:
    """Say when a shipment arrives

    Only what was planned: `basis` is `plan` and `forecast` null until arrivals are forecast.
    """
    store, actor = current_store(), caller()
    found = records.find(store, reference, actor=actor).shipment
    page = records.journeys_with_cells(store, str(found.id), limit=given["limit"], cursor=given["cursor"], actor=actor)
    arrivals = [
        {
            "container": cells["container"],
            "quantity": cells["quantity"],
            "status": cells["status"],
            "first_planned_arrival": json_value(each.journey.first_planned_arrival),
            "planned_arrival": json_value(each.journey.latest_planned_arrival),
            "arrived": json_value(cells["arrived"]),
        }
        for each, cells in page.items
    ]
    return answer(
        {
            "reference": found.reference,
            "partner": found.organisation.name,
            "destination": found.facts.destination,
            "basis": "plan",
            "forecast": None,
            "arrivals": arrivals,
            "next_cursor": page.next_cursor,
        }
    )


def _value(found: records.FoundShipment) -> dict[str, object]:
    hidden = hidden_fields(caller().scope, found.shipment)
    return shipment_value(found.shipment, found.summary, hidden)


def _shown(name: str, status: int = 200, **more: object) -> Response:
    found = records.find(current_store(), name, actor=caller())
    etag = etag_of(found.shipment)
    response = answer({**_value(found), **more}, status, {"ETag": etag})
    if request.method in ("GET", "HEAD") and request.if_none_match.contains_weak(etag.strip('"')):
        response.status_code = 304
        response.set_data(b"")
    return response
