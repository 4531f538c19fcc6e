"""Pages about railtrack itself: how figures are defined, where the data comes from, who may do what, who runs it.

Open without an account: the footer of the public page leads here, and nothing here is of any partner.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from flask import Blueprint, render_template

from railtrack import resources
from railtrack.config import Settings, variable
from railtrack.domain.rights import SHOWN, Operation, Role
from railtrack.exchange.border_hours import border_hours
from railtrack.exchange.disruptions import disruptions
from railtrack.exchange.history import line_history
from railtrack.operations.administering.reference import load_world
from railtrack.operations.figures.statistics import Statistic
from railtrack.operations.mapping.line_record import line_record
from railtrack.web.current import current_settings, current_store, public
from railtrack.web.figures.statistics_definitions import definition, quantile_rule
from railtrack.web.figures.statistics_words import question, title
from railtrack.web.i18n import gettext
from railtrack.web.numbers import number
from railtrack.web.privacy import kept
from railtrack.web.rights_words import hidden_of, operation_word, reach_word, role_word

blueprint = Blueprint("about", __name__)
STATEMENT_DAY = date(2026, 11, 25)  # of the page on accessibility; set it when what that page says is looked at anew


@blueprint.get("/definitions")
@public
def definitions() -> str:
    """What does each figure mean?"""
    return render_template(
        "about/definitions.html",
        statistics=[(each, title(each), question(each), definition(each)) for each in Statistic],
        quantile_rule=quantile_rule(),
    )


@blueprint.get("/sources")
@public
def sources() -> str:
    """Where does it all come from, and under which licence?"""
    return render_template(
        "about/sources.html",
        history=line_history(),
        told=told,
        trains=line_record(current_store()).trains,
        sections=published_sections(),
        disruptions=disruptions(),
        border_hours=border_hours(),
        stations=load_world(current_store()).network.stations,
    )


def told(key: str, value: str) -> str:
    """What a row of the line's history says, where its note does not say it already."""
    grouped = number(float(value)) if value.isdecimal() else value
    said = {
        "planned_days": gettext("%(value)s days were planned.", value=value),
        "published_km": gettext("%(value)s km were published.", value=grouped),
        "trains_run": gettext("Trains that ran: %(value)s.", value=value),
        "dearer_than_ship_pct": gettext("%(value)s per cent dearer than by ship.", value=value),
    }
    return said.get(key, "")


@blueprint.get("/privacy")
@public
def privacy() -> str:
    """What is stored, and who gets it?"""
    settings = current_settings()
    return render_template(
        "about/privacy.html",
        hours=settings.session_hours,
        tiles=settings.tile_url,
        kept=kept(settings),
        operator=operator(settings),
    )


@blueprint.get("/about/rights")
@public
def rights() -> str:
    """Who may do what, and what is hidden from whom?"""
    sights = (Operation.FOLLOW, *SHOWN, Operation.MEASURE, Operation.SEE_ALERTS)
    seeing = [each for each in Operation if each in sights]
    doing = [each for each in Operation if each not in seeing]
    return render_template(
        "about/rights.html",
        roles=tuple(Role),
        tables=[("h-see", gettext("What one sees"), seeing), ("h-do", gettext("What one does"), doing)],
        hidden=[(role, found) for role in Role if (found := hidden_of(role))],
        role_word=role_word,
        operation_word=operation_word,
        reach_word=reach_word,
    )


@blueprint.get("/accessibility")
@public
def accessibility() -> str:
    """Can everybody use it, and what is missing?"""
    settings = current_settings()
    return render_template(
        "about/accessibility.html",
        operator=operator(settings),
        address=settings.base_url,
        day=STATEMENT_DAY,
        missing=missing(settings, ("operator_name", "operator_email", "enforcement_body")),
    )


@blueprint.get("/imprint")
@public
def imprint() -> str:
    """Who runs this, and where can they be reached?"""
    settings = current_settings()
    return render_template(
        "about/imprint.html",
        operator=operator(settings),
        missing=missing(settings, ("operator_name", "operator_address", "operator_email", "operator_responsible")),
    )


@dataclass(frozen=True, kw_only=True)
class Operator:
    """Whoever runs this installation, as far as it was stated."""

    name: str
    address: tuple[str, ...]
    email: str
    phone: str
    responsible: str
    register: str
    enforcement: tuple[str, ...]


def operator(settings: Settings) -> Operator:
    """Gather what the settings say of the operator."""
    return Operator(
        name=settings.operator_name,
        address=_lines(settings.operator_address),
        email=settings.operator_email,
        phone=settings.operator_phone,
        responsible=settings.operator_responsible,
        register=settings.operator_register,
        enforcement=_lines(settings.enforcement_body),
    )


def missing(settings: Settings, names: Sequence[str]) -> list[tuple[str, str]]:
    """The variables of these that are not set, each with what it is for."""
    meanings = {
        "operator_name": gettext("who runs it, as the register has it"),
        "operator_address": gettext("where papers can be served; a semicolon between lines"),
        "operator_email": gettext("an e-mail address that is answered"),
        "operator_responsible": gettext("the person responsible for the content"),
        "enforcement_body": gettext("the conciliation body, where a public body runs it"),
    }
    return [(variable(name), meanings[name]) for name in names if not getattr(settings, name)]


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.split(";") if line.strip())


@cache
def published_sections() -> tuple[dict[str, str], ...]:
    """The route lengths that others published, as they stand in the file."""
    with (resources.folder("data") / "published_sections.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))
