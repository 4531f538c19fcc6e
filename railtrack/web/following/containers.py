"""A container: the shipments it is or was on, in the order of time."""

from flask import Blueprint, render_template

from railtrack.domain.cargo.identifiers import container as container_number
from railtrack.domain.errors import NotFound
from railtrack.domain.messages import say
from railtrack.operations.administering.reference import load_world
from railtrack.operations.following import whereabouts as following
from railtrack.operations.following.whereabouts import Followed
from railtrack.web.counting import count_word
from railtrack.web.current import current_actor, current_store, now
from railtrack.web.following.whereabouts import Whereabouts
from railtrack.web.i18n import gettext, ngettext
from railtrack.web.simulated import simulated_context

blueprint = Blueprint("containers", __name__)


@blueprint.get("/containers/<number>")
def show(number: str) -> str:
    """Where has this container been?"""
    actor, at = current_actor(), now()
    compact = container_number.compact(number)
    found = following.with_container(current_store(), compact, simulated=True, actor=actor, now=at)
    if not found:
        raise NotFound(say("No container %(number)s is known.", number=number))
    return render_template(
        "containers/show.html",
        number=compact,
        found=found,
        sentence=_sentence(compact, found),
        says=Whereabouts(load_world(current_store()).network, at),
        shows_partner=actor.scope.everything,
        **simulated_context(),
    )


def _sentence(number: str, found: tuple[Followed, ...]) -> str:
    name = container_number.format(number)
    shipments = ngettext("%(count)s shipment", "%(count)s shipments", len(found), count=count_word(len(found)))
    if found[-1].is_under_way:
        return gettext("%(name)s was on %(shipments)s and is under way now.", name=name, shipments=shipments)
    return gettext("%(name)s is or was on %(shipments)s.", name=name, shipments=shipments)
