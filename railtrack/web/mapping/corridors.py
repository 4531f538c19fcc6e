"""Corridors: side by side, and one each with its line, stations, legs, borders and gauge changes."""

from dataclasses import dataclass

from flask import Blueprint, render_template
from markupsafe import Markup

from railtrack.domain.errors import NotFound
from railtrack.domain.line.network import Network
from railtrack.domain.line.places import Leg, Station
from railtrack.domain.line.station_names import short_name
from railtrack.domain.messages import say
from railtrack.operations.administering.reference import load_world
from railtrack.operations.mapping.corridor_facts import CorridorFacts, all_corridors, corridor_facts
from railtrack.web import drawings
from railtrack.web.current import current_store, now
from railtrack.web.filters import named
from railtrack.web.following.whereabouts import Whereabouts
from railtrack.web.i18n import gettext, language, ngettext, sign
from railtrack.web.mapping.corridor_map import corridor_map
from railtrack.web.mapping.overview import country_name
from railtrack.web.numbers import number

blueprint = Blueprint("corridors", __name__)


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A station on its corridor: its kilometre from the east, and the leg that leads to it."""

    station: Station
    km: float
    leg: Leg | None
    changes_gauge: bool
    border: str
    is_open: bool


@blueprint.get("/corridors")
def index() -> str:
    """Which ways are there, and how long are they?"""
    network = load_world(current_store()).network
    compared = all_corridors(network)
    return render_template(
        "corridors/index.html",
        compared=compared,
        says=Whereabouts(network, now()),
        map=_map(network, compared),
        sentence=_compared(compared),
    )


@blueprint.get("/corridors/<corridor_id>")
def show(corridor_id: str) -> str:
    """How does this corridor run?"""
    network = load_world(current_store()).network
    corridor = network.corridors.get(corridor_id)
    if corridor is None:
        known = ", ".join(network.corridors)
        raise NotFound(say("There is no corridor %(id)s. There are: %(known)s.", id=corridor_id, known=known))
    facts = corridor_facts(network, corridor)
    return render_template(
        "corridors/show.html",
        facts=facts,
        corridor=corridor,
        sentence=_sentence(facts),
        stops=stops(facts),
        says=Whereabouts(network, now()),
        map=_map(network, (facts,)),
        ruler=drawings.ruler(
            network.stations,
            corridor,
            facts.legs,
            title=gettext("The corridor as a straight line, its western end left"),
            language=language(),
            country=country_name,
            number=lambda value: number(value),
        ),
        country=country_name,
    )


def stops(facts: CorridorFacts) -> list[Stop]:
    """The stations in the westbound order, with kilometres, legs and borders."""
    corridor = facts.corridor
    found = []
    for index, (station, km) in enumerate(zip(facts.stations, facts.km_of(), strict=True)):
        before = facts.stations[index - 1].id if index else ""
        pair = (before, station.id)
        found.append(
            Stop(
                station=station,
                km=km,
                leg=facts.legs[index - 1] if index else None,
                changes_gauge=station.id in corridor.gauge_changes,
                border="-".join(pair) if pair in corridor.border_pairs + corridor.open_border_pairs else "",
                is_open=pair in corridor.open_border_pairs,
            )
        )
    return found


def _sentence(facts: CorridorFacts) -> str:
    """10,513 km of rail from Chongqing to Mannheim, with two changes of gauge, planned in 17.5 days."""
    corridor = facts.corridor
    west, east = (short_name(s, language()) for s in (facts.stations[-1], facts.stations[0]))
    days = number(corridor.planned_total_h / 24, 1)
    values = {"km": number(facts.length_km), "east": east, "west": west, "days": days}
    changes = ngettext("%(num)d change of gauge", "%(num)d changes of gauge", len(corridor.gauge_changes))
    if facts.sea_legs:
        ships = ngettext("%(num)d sea leg", "%(num)d sea legs", facts.sea_legs)
        return gettext("%(km)s km from %(east)s to %(west)s with %(ships)s and %(changes)s, planned in %(days)s days.",
                       ships=ships, changes=changes, **values)  # fmt: skip
    return gettext("%(km)s km of rail from %(east)s to %(west)s with %(changes)s, planned in %(days)s days.",
                   changes=changes, **values)  # fmt: skip


def _compared(compared: tuple[CorridorFacts, ...]) -> str:
    if not compared:
        return gettext("No corridor is known yet") + sign(".")
    shortest, longest = (pick(compared, key=lambda f: f.length_km) for pick in (min, max))
    return gettext(
        "%(count)s ways lead from Chongqing to Europe, %(shortest)s to %(longest)s km long.",
        count=len(compared), shortest=number(shortest.length_km), longest=number(longest.length_km),
    )  # fmt: skip


def _map(network: Network, compared: tuple[CorridorFacts, ...]) -> Markup:
    names = sign("; ").join(named(facts.corridor) for facts in compared)
    return corridor_map(
        network,
        compared,
        title=gettext("Map of the corridors") if len(compared) > 1 else names,
        desc=gettext("Drawn are: %(names)s. The tables below say it in words.", names=names),
    )
