"""Stations: a list to search, and a page each with stays, codes, gauges, names, and the legs from there."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request, url_for
from markupsafe import Markup

from railtrack.domain.line.station_names import full_name
from railtrack.domain.movement.journeys import Direction
from railtrack.maps import Dwell, station_map
from railtrack.operations.administering.reference import load_world
from railtrack.operations.mapping import traffic
from railtrack.operations.mapping.station_facts import StationFacts, find_stations, station_facts
from railtrack.store.reading.listing import ShipmentFilter
from railtrack.web import drawings
from railtrack.web.current import current_actor, current_store, now
from railtrack.web.filters import named
from railtrack.web.following.whereabouts import Whereabouts
from railtrack.web.i18n import gettext, language, ngettext
from railtrack.web.mapping import drawn_trains
from railtrack.web.mapping.maps import framed
from railtrack.web.mapping.overview import country_name
from railtrack.web.moments import offset
from railtrack.web.numbers import number
from railtrack.web.simulated import shows_simulated, simulated_context

blueprint = Blueprint("stations", __name__)


@blueprint.get("/stations")
def index() -> str:
    """Which stations are there?"""
    text = " ".join(request.args.get("q", "").split())[:100]
    found = find_stations(current_store(), text)
    if not text:
        found = tuple(sorted(found, key=lambda s: (country_name(s.country), named(s))))
    network = load_world(current_store()).network
    return render_template(
        "stations/index.html",
        q=text,
        stations=found,
        corridors_at={
            s.id: sum(s.id in c.stations for c in network.corridors.values()) for s in found
        },
        country=country_name,
        role_word=role_word,
    )  # fmt: skip


@blueprint.get("/stations/<station_id>")
def show(station_id: str) -> str:
    """How long do trains stay here, and what leads from here?"""
    facts = _facts(station_id)
    zone = ZoneInfo(facts.station.timezone)
    return render_template(
        "stations/show.html",
        facts=facts,
        station=facts.station,
        name=full_name(facts.station, language()),
        sentence=sentence(facts),
        chart=chart(facts),
        standing=_standing(facts.station.id),
        says=Whereabouts(load_world(current_store()).network, now()),
        clock=now().astimezone(zone),
        offset_words=offset_words(facts.station.timezone, now()),
        country=country_name,
        role_word=role_word,
        frame=url_for("stations.frame", station_id=facts.station.id),
        is_simulated=shows_simulated() and facts.whole is not None,
        can_simulate=traffic.simulated_there(current_store(), actor=current_actor()),
        **simulated_context(),
    )


@blueprint.get("/stations/<station_id>/map/frame")
def frame(station_id: str) -> Response:
    """The station on a map, which stands in a sandboxed frame."""
    facts = _facts(station_id)
    network = load_world(current_store()).network
    whole = facts.whole or {}
    half = whole.get("p50_h")
    lines: tuple[str, ...] = ()
    if isinstance(half, float):
        lines = (gettext("half leave within %(hours)s h", hours=number(half, 1)),)
    dwell = Dwell(
        station=facts.station.id,
        visits=int(str(whole.get("visits", 0))),
        lines=lines,
        p50_h=half if isinstance(half, float) else None,
    )
    says = Whereabouts(network, now())
    drawn = station_map(
        network.stations,
        network.legs,
        facts.station,
        dwell,
        drawn_trains.marks(says, _standing(facts.station.id)),
        look=drawn_trains.look(gettext("Map of %(place)s", place=full_name(facts.station, language()))),
    )
    return framed(drawn)


def sentence(facts: StationFacts) -> str:
    """Half of all containers leave Małaszewicze within 58 hours; one in twenty stays longer than 190."""
    name, whole = full_name(facts.station, language()), facts.whole
    half = whole["p50_h"] if whole else None
    if whole and isinstance(half, float) and isinstance(whole["p95_h"], float):
        return gettext(
            "Half of all stays at %(place)s end within %(half)s hours; one in twenty lasts longer than %(most)s.",
            place=name, half=number(half), most=number(whole["p95_h"]),
        )  # fmt: skip
    typical = facts.station.dwell_h_typical
    if typical is not None:
        return gettext("No stay at %(place)s is recorded yet; %(hours)s hours are thought usual.", place=name,
                       hours=number(typical, 0 if typical >= 1 else 1))  # fmt: skip
    return gettext("No stay at %(place)s is recorded yet.", place=name)


def chart(facts: StationFacts) -> Markup:
    """Stays by direction: median, 80 and 95 per cent."""
    ranges = tuple(
        drawings.Range(
            direction=Direction(str(row["direction"])),
            p50=float(str(row["p50_h"])),
            p80=float(str(row["p80_h"])),
            p95=float(str(row["p95_h"])),
        )
        for row in sorted(facts.dwell, key=lambda row: str(row["direction"]), reverse=True)
        if row["p50_h"] is not None
    )
    if not ranges:
        return Markup("")
    visits = sum(int(str(row["visits"])) for row in facts.dwell)
    return drawings.ranges_chart(
        [
            drawings.RangeRow(
                label=full_name(facts.station, language()),
                sub=ngettext("%(figure)s stay", "%(figure)s stays", visits, figure=number(visits)),
                ranges=ranges,
            )
        ],
        title=gettext("Hours at this station by direction. The table below has the same figures."),
        day=lambda n: ngettext("%(num)d day", "%(num)d days", n),
        number=lambda value: number(value),
        note=gettext("Simulated data") if shows_simulated() else "",
    )


def role_word(role: str) -> str:
    """What a station is for."""
    words = {
        "terminal": gettext("terminal"), "port": gettext("port"), "border": gettext("border station"),
        "transshipment": gettext("gauge change"), "junction": gettext("junction"), "hub": gettext("hub"),
        "way": gettext("way station"),
    }  # fmt: skip
    return words.get(role, role.replace("_", " "))


def offset_words(timezone: str, at: datetime) -> str:
    """The station's distance from UTC now."""
    distance = at.astimezone(ZoneInfo(timezone)).utcoffset() or timedelta(0)
    return offset(int(distance.total_seconds() // 60))


def _facts(station_id: str) -> StationFacts:
    known = load_world(current_store()).network.stations
    exact = station_id if station_id in known else station_id.upper()
    return station_facts(current_store(), exact, simulated=shows_simulated(), actor=current_actor())


def _standing(station_id: str) -> tuple[traffic.Moving, ...]:
    """What stands at the station now."""
    wanted = ShipmentFilter(simulated=shows_simulated())
    moving = traffic.traffic(current_store(), wanted, actor=current_actor(), now=now())
    return tuple(each for each in moving if each.position is not None and each.position.at == station_id)
