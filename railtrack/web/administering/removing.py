"""Taking out a station, leg or corridor that nothing uses. For everybody but administrators there is no such thing."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from railtrack.domain.errors import Conflict, NotFound, Refused
from railtrack.domain.messages import Message
from railtrack.domain.records import AuditEntry
from railtrack.operations.administering import removing
from railtrack.web.administering import places
from railtrack.web.current import current_actor, current_store, now
from railtrack.web.i18n import gettext, words

blueprint = Blueprint("removing", __name__, url_prefix="/admin/places")
blueprint.before_request(places.administrators_only)


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    return {"uses_of_place": uses_of_place, "places_removed": places_removed}


def uses_of_place(kind: str, *names: str) -> tuple[Message, ...]:
    """What keeps a station, leg or corridor from being taken out."""
    uses: dict[str, Callable[..., tuple[Message, ...]]] = {
        "station": removing.uses_of_station,
        "leg": removing.uses_of_leg,
        "corridor": removing.uses_of_corridor,
    }
    return uses[kind](current_store(), *names, actor=current_actor())


def places_removed() -> tuple[AuditEntry, ...]:
    """The last ones taken out."""
    return removing.removed(current_store(), actor=current_actor())


@blueprint.post("/stations/<station_id>/remove")
def station(station_id: str) -> ResponseReturnValue:
    """Take a station out."""
    here = url_for("places.station", station_id=station_id)
    return _removed(removing.remove_station, (station_id,), "stations", here)


@blueprint.post("/legs/<origin>/<destination>/remove")
def leg(origin: str, destination: str) -> ResponseReturnValue:
    """Take a leg out."""
    here = url_for("places.leg", origin=origin, destination=destination)
    return _removed(removing.remove_leg, (origin, destination), "legs", here)


@blueprint.post("/corridors/<corridor_id>/remove")
def corridor(corridor_id: str) -> ResponseReturnValue:
    """Take a corridor out."""
    here = url_for("places.corridor", corridor_id=corridor_id)
    return _removed(removing.remove_corridor, (corridor_id,), "corridors", here)


def _removed(remove: Callable[..., None], names: tuple[str, ...], kind: str, here: str) -> ResponseReturnValue:
    text = request.form.get("version", "")
    version = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
    said = "–".join(names)
    try:
        remove(current_store(), *names, version, actor=current_actor(), now=now())
    except Refused as refused:
        for problem in refused.problems:
            flash(words(problem.message), "error")
        return redirect(here)
    except Conflict as conflict:
        flash(words(conflict.message), "error")
        return redirect(here)
    except NotFound:
        flash(gettext("%(name)s is not there any more.", name=said), "info")
    else:
        flash(gettext("%(name)s is removed. The history keeps what it said.", name=said), "done")
    return redirect(url_for("places.index", kind=kind))
