"""The way of one shipment drawn: small on its page, and large as a map in a frame of its own."""

from collections.abc import Sequence

from flask import g, url_for
from markupsafe import Markup

from railtrack.domain.line.network import Network
from railtrack.domain.movement.positions import Position, Way
from railtrack.domain.records import Lateness
from railtrack.maps import Look, Stretch, TrainMark, VisitMark, render_page, shipment_map
from railtrack.operations.following.shipment_page import ShipmentPage
from railtrack.web import drawings
from railtrack.web.current import current_settings
from railtrack.web.following.whereabouts import Whereabouts
from railtrack.web.headers import map_nonce
from railtrack.web.i18n import gettext, language, sign
from railtrack.web.marks import status_word
from railtrack.web.moments import day_clock, offset
from railtrack.web.numbers import number
from railtrack.web.shell import theme


def here(whole: ShipmentPage) -> tuple[Way, Position, Lateness] | None:
    """Where to draw it: its place, else the end that is known. None without a way, or where nothing is known."""
    way = whole.followed.way
    if way is None:
        return None
    summary = whole.followed.summary
    journey = whole.journey.journey if whole.journey else None
    state = whole.followed.lateness or (Lateness.ARRIVED if summary.arrived else Lateness.PLANNED)
    if whole.position is not None:
        return way, whole.position, state
    at_end = journey is not None and journey.arrived is not None
    index = len(way.stations) - 1 if at_end else 0
    lat, lon = way.points[index]
    km = way.kms[index]
    return way, Position(lat, lon, km, float(at_end), at=way.stations[index]), state


def small_map(whole: ShipmentPage, network: Network, title: str) -> Markup:
    """The static drawing; empty where there is no way to draw."""
    found = here(whole)
    corridor = network.corridors.get(whole.shipment.facts.corridor or "")
    if found is None or corridor is None:
        return Markup("")
    way, position, state = found
    return drawings.shipment(
        network.stations,
        corridor,
        _stretches(way, 0.0, position.km_travelled),
        _stretches(way, position.km_travelled, way.length_km),
        (position.lat, position.lon),
        state,
        title=title,
        language=language(),
        labelled=("MOW",),
        note=gettext("Simulated") if whole.shipment.simulated else "",
    )


def map_frame(whole: ShipmentPage, network: Network, says: Whereabouts) -> str | None:
    """The large map as a page for a sandboxed frame; None where there is no way to draw."""
    found = here(whole)
    corridor = network.corridors.get(whole.shipment.facts.corridor or "")
    if found is None or corridor is None:
        return None
    way, position, state = found
    settings = current_settings()
    g.map_tile_url = settings.tile_url
    followed = whole.followed
    drawn = shipment_map(
        network.stations,
        corridor,
        _stretches(way, 0.0, position.km_travelled),
        _stretches(way, position.km_travelled, way.length_km),
        TrainMark(
            number=1,
            reference=whole.shipment.reference,
            lat=position.lat,
            lon=position.lon,
            lateness=state,
            state=sign(", ").join(filter(None, (status_word(state), says.against(followed)))),
            where=says.where(followed),
            details=(whole.shipment.organisation.name,),
            is_estimated=position.is_estimated,
            simulated=whole.shipment.simulated,
        ),
        _visits(whole),
        look=Look(
            title=gettext("The way of %(name)s", name=whole.shipment.reference),
            language=language(),
            translate=gettext,
            number=number,
            theme=theme() or "",
            tile_url=settings.tile_url,
            tile_attribution=settings.tile_attribution,
        ),
    )
    return render_page(drawn, map_nonce(), lambda name: url_for("static", filename=name))


def _stretches(way: Way, start: float, end: float) -> Sequence[Stretch]:
    return [Stretch(leg, line) for leg, line in way.cut(start, end)]


def _visits(whole: ShipmentPage) -> list[VisitMark]:
    """The stops with their times, on the clock of each station."""
    found = []
    for stop in whole.timetable.stops:
        lines = [
            f"{word} {day_clock(moment)} {offset(moment)}".strip()
            for word, moment in ((gettext("Arrived"), stop.arrived), (gettext("Departed"), stop.departed))
            if moment is not None
        ]
        if lines:
            found.append(VisitMark(station=stop.station, lines=tuple(lines)))
    return found
