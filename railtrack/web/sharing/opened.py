"""The pages a shared link opens, for somebody without an account: they know nobody and set no cookie.

Whatever does not work is answered alike, so that nobody learns which links there were. The address is the key, so it
is told to no other site, kept in no shared cache and found by no search engine.
"""

from flask import Blueprint, Response, current_app, render_template, request, session
from flask.typing import ResponseReturnValue

from railtrack.domain.errors import Gone, NotFound
from railtrack.domain.messages import say
from railtrack.domain.sharing import LinkKind, SharedField
from railtrack.operations.sharing import viewing
from railtrack.operations.sharing.viewing import Opened
from railtrack.web import limits
from railtrack.web.current import anonymous, current_store, now
from railtrack.web.sharing.shown import asked_again, figures_values, shipment_frame, shipment_values

blueprint = Blueprint("shared", __name__, url_prefix="/shared")


@blueprint.get("/<token>")
@anonymous
def show(token: str) -> ResponseReturnValue:
    """Where is it, or how long does it take: what somebody was sent a link for."""
    opened = _open(token)
    if opened.link.kind is LinkKind.FIGURES:
        asked = asked_again(opened.link, actor=opened.actor)
        if asked.problems:  # such as a partner who is out of the sharer's sight since
            raise _nothing()
        template, values = "sharing/figures.html", figures_values(asked, opened.fields, actor=opened.actor)
    else:
        template = "sharing/shipment.html"
        values = shipment_values(opened.link.shipment_id, opened.fields, actor=opened.actor)
    page = render_template(template, link=opened.link, token=token, **values)
    if _is_read():
        viewing.note_use(current_store(), opened, now=now())
    return page


@blueprint.get("/<token>/map")
@anonymous
def large_map(token: str) -> ResponseReturnValue:
    """Where is it, on a map that fills the page?"""
    opened = _open_with_map(token)
    values = shipment_values(opened.link.shipment_id, opened.fields, actor=opened.actor)
    if not values["drawn"]:
        raise _nothing()
    return render_template("sharing/map.html", link=opened.link, token=token, **values)


@blueprint.get("/<token>/map/frame")
@anonymous
def frame(token: str) -> ResponseReturnValue:
    """The map itself, which stands in a sandboxed frame."""
    opened = _open_with_map(token)
    drawn = shipment_frame(opened.link.shipment_id, opened.fields, actor=opened.actor)
    if drawn is None:
        raise _nothing()
    return Response(drawn, mimetype="text/html")


@blueprint.before_request
def _limit() -> None:
    limits.insist_here(limits.SHARED, limits.from_where())


@blueprint.after_request
def _keep_to_oneself(response: Response) -> Response:
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "private, no-store"
    session.modified = False  # whatever switch stands in the address: nothing is remembered of whoever reads
    return response


@blueprint.errorhandler(NotFound)
def _dead(error: NotFound) -> ResponseReturnValue:
    is_gone = isinstance(error, Gone)
    return render_template("sharing/dead.html", is_gone=is_gone), 410 if is_gone else 404


# ---------------------------------------------------------------- helpers


def _open(token: str) -> Opened:
    try:
        return viewing.open_link(current_store(), token, secret=current_app.config["SECRET_KEY"], now=now())
    except NotFound:
        limits.insist_here(limits.WRONG_SHARED, limits.from_where())
        raise


def _open_with_map(token: str) -> Opened:
    opened = _open(token)
    if opened.link.kind is not LinkKind.SHIPMENT or SharedField.MAP not in opened.fields:
        raise _nothing()
    return opened


def _is_read() -> bool:
    """Whether somebody looks at the page: a browser that loads ahead, and a program that asks for the head, do not."""
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return request.method == "GET" and "prefetch" not in purpose.lower()


def _nothing() -> NotFound:
    return NotFound(say("This link shows nothing, or nothing any more."))
