"""What somebody else gets to see: the same for the preview as for the page a link opens."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from werkzeug.datastructures import MultiDict

from railtrack.domain.actors import Actor
from railtrack.domain.line.network import Network
from railtrack.domain.sharing import SharedField, SharedLink
from railtrack.operations.administering.reference import load_world
from railtrack.operations.figures import journeys_behind
from railtrack.operations.figures.statistics import Statistic, opened
from railtrack.operations.following import finding
from railtrack.operations.following.shipment_page import ShipmentPage
from railtrack.operations.sharing.viewing import shared_page
from railtrack.web.current import current_store, now
from railtrack.web.figures.computed import computed
from railtrack.web.figures.statistics_definitions import definition, quantile_rule
from railtrack.web.figures.statistics_form import Asked, Known, asked_of
from railtrack.web.figures.statistics_table import direction_word, headings
from railtrack.web.figures.statistics_words import period, title
from railtrack.web.figures.whose_slots import Counted, counted_of
from railtrack.web.filters import named
from railtrack.web.following.amounts import amount_lines
from railtrack.web.following.history import statements
from railtrack.web.following.shipment_figures import shared_figures
from railtrack.web.following.shipment_map import map_frame, small_map
from railtrack.web.following.shipment_page import answer_of, rows_of
from railtrack.web.following.whereabouts import Whereabouts
from railtrack.web.i18n import gettext
from railtrack.web.numbers import number

# ---------------------------------------------------------------- a shipment


def shipment_values(shipment_id: int, shown: Collection[SharedField], *, actor: Actor) -> dict[str, Any]:
    """Give all that the page on a shared shipment is made of; `actor` is who shares it."""
    network, says, whole = _shipment(shipment_id, shown, actor)
    shipment, followed = whole.shipment, whole.followed
    return {
        "shown": {each.value for each in shown},
        "whole": whole,
        "shipment": shipment,
        "facts": shipment.facts,
        "summary": followed.summary,
        "says": says,
        "sentence": answer_of(says, whole, network),
        "figures": shared_figures(says, whole, with_load=SharedField.CONTAINERS in shown),
        "rows": rows_of(whole, network, says),
        "has_plan": whole.timetable.has_plan,
        "drawn": small_map(whole, network, says.where(followed)) if SharedField.MAP in shown else "",
        "corridor": network.corridors.get(shipment.facts.corridor or ""),
        "stations": network.stations,
        "boxes": [box for box in shipment.containers if box.facts.container or box.facts.quantity != 0],
        "amounts": amount_lines(shipment, followed.summary.departed, now()),
        "told": statements(whole.events) if SharedField.REPORTS in shown else (),
    }


def shipment_frame(shipment_id: int, shown: Collection[SharedField], *, actor: Actor) -> str | None:
    """Give the large map, for a sandboxed frame; None where there is no way to draw."""
    network, says, whole = _shipment(shipment_id, shown, actor)
    return map_frame(whole, network, says)


def _shipment(
    shipment_id: int, shown: Collection[SharedField], actor: Actor
) -> tuple[Network, Whereabouts, ShipmentPage]:
    at = now()
    network = load_world(current_store()).network
    says = Whereabouts(network, at)
    whole = shared_page(current_store(), shipment_id, shown, actor=actor, now=at)
    return network, says, whole if whole.shipment.reference else _with_a_name(whole, says)


def _with_a_name(whole: ShipmentPage, says: Whereabouts) -> ShipmentPage:
    """Call a shipment whose reference is hidden by its ends, so that sentences about it can be said."""
    shipment, followed = whole.shipment, whole.followed
    ends = says.place(shipment.facts.origin), says.place(shipment.facts.destination)
    name = gettext("Shipment %(a)s – %(b)s", a=ends[0], b=ends[1])
    return replace(
        whole,
        shipment=replace(shipment, facts=replace(shipment.facts, reference=name)),
        followed=replace(followed, summary=replace(followed.summary, reference=name)),
    )


# ---------------------------------------------------------------- figures


def asked_again(link: SharedLink, *, actor: Actor) -> Asked:
    """Read what was asked when a link was made; a partner or corridor out of sight since then is a problem."""
    network = load_world(current_store()).network
    known = Known(corridors=list(network.corridors), partners=finding.partner_names(current_store(), actor=actor))
    return asked_of(Statistic(link.subject), MultiDict(link.query), known, simulated=False)


def figures_values(asked: Asked, shown: Collection[SharedField], *, actor: Actor) -> dict[str, Any]:
    """Give all that the page on shared figures is made of; they are computed anew in the sight of who shares them."""
    network = load_world(current_store()).network
    counted = counted_of(asked.filters, actor.scope)
    # nobody who reads a shared page has containers of their own in it
    counted = Counted.ASKED if counted is Counted.OWN else counted
    with opened(current_store(), actor=actor) as figures:
        made = computed(asked, network, figures, counted)
    return {
        "shown": {each.value for each in shown},
        "asked": asked,
        "statistic": asked.statistic,
        "title": title(asked.statistic),
        "sentence": made.said.sentence,
        "basis": made.said.basis,
        "made": made,
        "charts": made.charts if SharedField.CHARTS in shown else [],
        "table": made.table if SharedField.TABLE in shown else None,
        "choices": _choices(asked, network),
        "definition": definition(asked.statistic),
        "quantile_rule": quantile_rule(),
        "up_to": journeys_behind.up_to(current_store(), actor=actor),
    }


def _choices(asked: Asked, network: Network) -> list[tuple[str, str]]:
    """What was asked for, in words."""
    words, filters, options = headings(), asked.filters, asked.options
    found = [(gettext("Period"), period(asked) or gettext("all that is recorded"))]
    if filters.corridor is not None:
        found.append((words["corridor"], named(network.corridors[filters.corridor])))
    if filters.direction is not None:
        found.append((words["direction"], direction_word(filters.direction.value)))
    if filters.partner is not None:
        found.append((words["partner"], filters.partner))
    if filters.train is not None:
        found.append((words["train"], filters.train))
    if asked.by:
        found.append((gettext("Group by"), ", ".join(words[each] for each in asked.by)))
    if asked.statistic is Statistic.RELIABILITY:
        found.append((gettext("Tolerance, h"), number(options.tolerance_h, 0)))
    return found
