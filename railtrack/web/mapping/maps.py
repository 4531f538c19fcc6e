"""The large map: corridors and what is under way on them, filtered by the server, with the same as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, g, render_template, request, url_for

from railtrack.domain.errors import Problem
from railtrack.domain.messages import say
from railtrack.domain.movement.journeys import Direction
from railtrack.domain.records import Lateness
from railtrack.maps import CorridorMap, overview_map, render_page
from railtrack.operations.administering.reference import load_world
from railtrack.operations.following import finding
from railtrack.operations.mapping import traffic
from railtrack.operations.mapping.traffic import Moving
from railtrack.store.reading.listing import ShipmentFilter
from railtrack.web.counting import count_word, sentence_case
from railtrack.web.current import current_actor, current_settings, current_store, now
from railtrack.web.filters import named
from railtrack.web.following.whereabouts import Whereabouts
from railtrack.web.headers import map_nonce
from railtrack.web.i18n import gettext, ngettext
from railtrack.web.mapping import drawn_trains
from railtrack.web.mapping.lost import lost_sentence
from railtrack.web.simulated import shows_simulated, simulated_context

blueprint = Blueprint("maps", __name__)
LATE = "late"
STATES = {
    LATE: (Lateness.LATE, Lateness.HELD),
    "silent": (Lateness.SILENT,),
    "on_plan": (Lateness.ON_PLAN,),
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The filters of the map as they stand in its address; a value nobody knows is a problem beside its field."""

    corridor: str = ""
    direction: str = ""
    partner: str = ""
    state: str = ""
    problems: tuple[Problem, ...] = ()

    def filter(self, *, simulated: bool) -> ShipmentFilter:
        return ShipmentFilter(
            corridor=self.corridor or None,
            direction=Direction(self.direction) if self.direction else None,
            partner=self.partner or None,
            simulated=simulated,
        )

    @property
    def query(self) -> dict[str, str]:
        """What goes on to the frame."""
        given = {"corridor": self.corridor, "direction": self.direction, "partner": self.partner, "state": self.state}
        return {name: value for name, value in given.items() if value}

    def problems_of(self, name: str) -> list[Problem]:
        return [problem for problem in self.problems if problem.column == name]


@blueprint.get("/map")
def index() -> str | tuple[str, int]:
    """Where is everything now?"""
    world, actor = load_world(current_store()).network, current_actor()
    partners = finding.partner_names(current_store(), actor=actor)
    asked = asked_of(request.args, world.corridors, partners)
    moving = moving_for(asked)
    page = render_template(
        "maps/index.html",
        asked=asked,
        moving=moving,
        sentence=sentence(moving),
        lost=lost_sentence(_lost(asked)),
        corridors=[("", gettext("all"))] + [(c.id, named(c)) for c in world.corridors.values()],
        partners=[("", gettext("all"))] + [(name, name) for name in partners],
        directions=[
            ("", gettext("both")),
            (Direction.WESTBOUND.value, gettext("westbound")),
            (Direction.EASTBOUND.value, gettext("eastbound")),
        ],
        states=[
            ("", gettext("any")),
            (LATE, gettext("late, overdue or held")),
            ("silent", gettext("without news")),
            ("on_plan", gettext("on plan")),
        ],
        frame=url_for("maps.frame", **asked.query),  # type: ignore[arg-type]
        says=Whereabouts(world, now()),
        shows_partner=actor.scope.everything,
        can_simulate=traffic.simulated_there(current_store(), actor=actor),
        is_simulated=any(each.simulated for each in moving),
        **simulated_context(),
    )
    return (page, 422) if asked.problems else page


@blueprint.get("/map/frame")
def frame() -> Response:
    """The map itself, which stands in a sandboxed frame."""
    network, actor = load_world(current_store()).network, current_actor()
    asked = asked_of(request.args, network.corridors, finding.partner_names(current_store(), actor=actor))
    says = Whereabouts(network, now())
    drawn = overview_map(
        network.stations,
        network.legs,
        list(network.corridors.values()),
        drawn_trains.marks(says, moving_for(asked)),
        shown=[asked.corridor] if asked.corridor else None,
        look=drawn_trains.look(gettext("Map of the corridors between Mannheim and Chongqing")),
    )
    return framed(drawn)


def framed(drawn: CorridorMap) -> Response:
    """Answer with a map as a page for a frame, under the map's own policy."""
    g.map_tile_url = current_settings().tile_url
    page = render_page(drawn, map_nonce(), lambda name: url_for("static", filename=name))
    return Response(page, mimetype="text/html")


def asked_of(arguments: Mapping[str, str], corridors: Mapping[str, object], partners: Sequence[str]) -> Asked:
    """Read the filters; what is not known is told and left out."""
    known: dict[str, Sequence[str]] = {
        "corridor": list(corridors),
        "direction": [d.value for d in Direction],
        "partner": partners,
        "state": list(STATES),
    }
    given, problems = {}, []
    for name, values in known.items():
        text = " ".join(arguments.get(name, "").split())[:200]
        if text and text not in values:
            problems.append(_unknown(name, text))
        elif text:
            given[name] = text
    return Asked(**given, problems=tuple(problems))


def moving_for(asked: Asked) -> tuple[Moving, ...]:
    """What is under way, of what the filters let through."""
    return traffic.traffic(
        current_store(),
        asked.filter(simulated=shows_simulated()),
        states=STATES.get(asked.state, ()),
        actor=current_actor(),
        now=now(),
    )


def _lost(asked: Asked) -> int:
    return traffic.lost(current_store(), asked.filter(simulated=shows_simulated()), actor=current_actor(), now=now())


def sentence(moving: Sequence[Moving]) -> str:
    """Six trains are under way, two of them on plan."""
    if not moving:
        return gettext("Nothing is under way here.")
    late = sum(each.lateness in (Lateness.LATE, Lateness.HELD) for each in moving)
    silent = sum(each.lateness is Lateness.SILENT for each in moving)
    said = ngettext("%(count)s train is under way", "%(count)s trains are under way", len(moving),
                    count=count_word(len(moving)))  # fmt: skip
    if late and silent:
        said = gettext("%(said)s: %(late)s late or overdue, %(silent)s without news.", said=said, late=count_word(late),
                       silent=count_word(silent))  # fmt: skip
    elif late:
        said = gettext("%(said)s, %(late)s of them late or overdue.", said=said, late=count_word(late))
    elif silent:
        said = gettext("%(said)s, %(silent)s of them without news.", said=said, silent=count_word(silent))
    else:
        said = gettext("%(said)s, none of them late.", said=said)
    return sentence_case(said)


def _unknown(name: str, text: str) -> Problem:
    return Problem(
        message=say("Nothing is called %(text)s here.", text=text),
        remedy=say("Choose one of the list; it was left out."),
        column=name,
        value=text,
    )
