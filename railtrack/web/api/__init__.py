"""The interface for programs, `/api/v1`: the same operations as the pages, answered in JSON.

One module per noun. Nothing here judges: documents become rows (`exchange.json_documents`), operations judge and store
them, and what they say becomes an answer (`exchange.json_values`) or a problem (`problems`).
"""

from flask import Blueprint, Flask, Response

from railtrack.web.api import document, events, guard, places, shipments, statistics
from railtrack.web.api.addressing import Reference, SlashesKept
from railtrack.web.api.answers import answer
from railtrack.web.current import public

ROOT = "/api/v1"


def register(app: Flask) -> None:
    """Add the interface to the application; forged forms are no matter where cookies mean nothing."""
    app.url_map.converters["reference"] = Reference
    app.wsgi_app = SlashesKept(app.wsgi_app)  # type: ignore[method-assign] # as Flask says
    guard.register(app)
    interface = document.make(app)
    for part in (shipments, events, places, statistics):
        app.extensions["csrf"].exempt(part.blueprint)
        interface.register_blueprint(part.blueprint, url_prefix=ROOT)
    described = document.finished(interface)
    app.extensions["railtrack"]["interface"] = described
    app.register_blueprint(_description(described))


def _description(described: document.Json) -> Blueprint:
    """What the interface says of itself, open to all: it holds nobody's data."""
    blueprint = Blueprint("interface", __name__, url_prefix=ROOT)

    def openapi() -> Response:
        return answer(described, headers={"Cache-Control": "no-cache"})

    docs = document.Docs.as_view("docs", described)
    blueprint.add_url_rule("/openapi.json", "openapi", public(openapi))
    blueprint.add_url_rule("/docs", "docs", public(docs))
    return blueprint
