"""Calls on the line itself: stations, corridors, and where everything is."""

from collections.abc import Sequence
from typing import Any

from flask import Response

from railtrack.exchange.json_values import corridor_value, station_value
from railtrack.operations.administering.reference import load_world
from railtrack.operations.mapping.positions import positions as positions_now
from railtrack.operations.mapping.routes import corridor_drawn
from railtrack.operations.mapping.routes import corridors as corridors_with_lengths
from railtrack.store import paging
from railtrack.web.api.answers import answer, listed
from railtrack.web.api.describing import LINK, answers
from railtrack.web.api.guard import GEOJSON, caller
from railtrack.web.api.parameters import Calls, Flag, Parameters, Stretch, Text
from railtrack.web.api.schemas import page_of
from railtrack.web.current import current_store, now

blueprint = Calls("api_places", __name__, description="Places")
CORRIDOR = {
    "in": "path",
    "name": "corridor",
    "required": True,
    "description": "Corridor id.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 40},
    "example": "dostyk-petropavl",
}
Given = dict[str, Any]


class Where(Parameters):
    """Which trains."""

    corridor = Text(load_default=None, metadata={"description": "Only this corridor."})
    simulated = Flag(load_default=False, metadata={"description": "With simulated ones."})


@blueprint.call("GET", "/stations")
@blueprint.asks(Stretch)
@answers(blueprint, 200, page_of("Station"), "The stations.", headers={"Link": LINK})
def stations(given: Given) -> Response:
    """List stations"""
    known = load_world(current_store()).network.stations.values()
    return _stretch("stations", [station_value(each) for each in known], given)


@blueprint.call("GET", "/corridors")
@blueprint.asks(Stretch)
@answers(blueprint, 200, page_of("Corridor"), "The variants of the way.", headers={"Link": LINK})
def corridors(given: Given) -> Response:
    """List corridors

    With the figures of `railtrack corridors`.
    """
    store = current_store()
    known = load_world(store).network.corridors.values()
    rows = corridors_with_lengths(store)[0]
    return _stretch("corridors", [corridor_value(*each) for each in zip(known, rows, strict=True)], given)


@blueprint.call("GET", "/corridors/<corridor>.geojson", [CORRIDOR])
@blueprint.asks(Parameters)
@answers(blueprint, 200, "CorridorMap", "One line along the rails.", media_type=GEOJSON)
def corridor_map(_given: Given, corridor: str) -> Response:
    """Give the line of a corridor"""
    return answer(corridor_drawn(current_store(), corridor), media_type=GEOJSON)


@blueprint.call("GET", "/positions.geojson")
@blueprint.asks(Where)
@answers(blueprint, 200, "Positions", "A point per shipment under way.", media_type=GEOJSON)
def positions(given: Given) -> Response:
    """Say where everything under way is

    Reported or, where `estimated`, worked out from the latest event and the usual speed.
    """
    found = positions_now(
        current_store(), corridor=given["corridor"], simulated=given["simulated"], actor=caller(), now=now()
    )
    return answer(found, media_type=GEOJSON)


def _stretch(order: str, everything: Sequence[dict[str, object]], given: Given) -> Response:
    """Cut a list that is short and in memory."""
    after = paging.decode(given["cursor"], order, (str,))
    ids = [each["id"] for each in everything]
    start = ids.index(after[0]) + 1 if after is not None and after[0] in ids else 0
    shown = list(everything[start : start + given["limit"]])
    more = start + len(shown) < len(everything)
    return listed([*shown], paging.encode(order, [shown[-1]["id"]]) if more else None)
