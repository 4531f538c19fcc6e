"""Sheets of labels for the containers of a shipment."""

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from railtrack.documents.labels import PER_SHEET
from railtrack.operations.entering.labels import labels
from railtrack.web.current import current_actor, current_settings, current_store
from railtrack.web.i18n import language, words

blueprint = Blueprint("labels", __name__)


@blueprint.get("/shipments/<int:shipment_id>/labels.pdf")
def sheet(shipment_id: int) -> ResponseReturnValue:
    """The labels as PDF; `skip` places of the first sheet stay empty."""
    skip = request.args.get("skip", 0, type=int)
    pdf = labels(
        current_store(),
        shipment_id,
        base_url=current_settings().base_url,
        language=language(),
        words=words,
        skip=min(max(skip, 0), PER_SHEET - 1),
        actor=current_actor(),
    )
    answer = Response(pdf, mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename=f"labels-{shipment_id}.pdf")
    return answer
