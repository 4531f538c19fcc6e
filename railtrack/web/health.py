"""Whether the process runs and whether it can work, for whatever watches over it."""

from flask import Blueprint, Response, jsonify

from railtrack.domain.errors import RailtrackError
from railtrack.web.current import current_store, public

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    """The database answers and has the tables of this release."""
    try:
        is_ready = current_store().is_current()
    except RailtrackError:
        return jsonify(status="unavailable", database="no answer"), 503
    if not is_ready:
        return jsonify(status="unavailable", database="not migrated"), 503
    return jsonify(status="ok", database="ok"), 200
