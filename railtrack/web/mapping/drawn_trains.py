"""Trains under way as marks: on the server's drawings, on the ruler, on the large map."""

from collections.abc import Iterable
from dataclasses import replace

from railtrack.domain.line.network import Network
from railtrack.domain.line.places import Corridor
from railtrack.domain.movement.positions import Position, Way
from railtrack.maps import Look, TrainMark
from railtrack.operations.mapping.traffic import Moving
from railtrack.web.addresses import shipment_address
from railtrack.web.current import current_settings
from railtrack.web.drawings import TrainDrawn
from railtrack.web.following.whereabouts import Whereabouts
from railtrack.web.i18n import gettext, language, ngettext, sign
from railtrack.web.marks import status_word
from railtrack.web.moments import day_clock, offset
from railtrack.web.numbers import number
from railtrack.web.shell import theme

MARK_LAT, MARK_LON = 1.25, 2.2  # nearer than this, degrees, the number of a mark could not be read


def drawn(moving: Iterable[Moving]) -> list[TrainDrawn]:
    """The trains for the map that the server draws."""
    found: list[TrainDrawn] = []
    for each in moving:
        if each.position is not None:
            found.append(_beside(_drawn(each, each.position, 0.0), found))
    return found


def on_ruler(network: Network, corridor: Corridor, moving: Iterable[Moving]) -> list[TrainDrawn]:
    """The trains that are on this corridor, with their kilometre from its western end."""
    found = []
    for each in moving:
        if each.position is None or each.first.way is None:
            continue
        km = km_from_west(network, corridor, each.first.way, each.position)
        if km is not None:
            found.append(_drawn(each, each.position, km))
    return found


def km_from_west(network: Network, corridor: Corridor, way: Way, position: Position) -> float | None:
    """Where on a corridor a train is, from its western end; None for one that is elsewhere."""

    def of_station(station: str) -> float | None:
        if station not in corridor.stations:
            return None
        return network.corridor_length_km(corridor.id, corridor.destination, station)

    if position.at is not None:
        return of_station(position.at)
    if position.between is None:
        return None
    a, b = position.between
    start, end = of_station(a), of_station(b)
    if start is None or end is None:
        return None
    first, last = (way.kms[way.stations.index(s)] for s in (a, b))
    share = (position.km_travelled - first) / (last - first) if last > first else 0.0
    return start + share * (end - start)


def _beside(train: TrainDrawn, others: Iterable[TrainDrawn]) -> TrainDrawn:
    """Move a mark that would lie on another one up, so that every number can be read."""
    shift = 0.0
    while any(abs(train.lat + shift - o.lat) < MARK_LAT and abs(train.lon - o.lon) < MARK_LON for o in others):
        shift += MARK_LAT
    return replace(train, lat=train.lat + shift)


def _drawn(each: Moving, position: Position, km: float) -> TrainDrawn:
    return TrainDrawn(
        label=str(each.number),
        lateness=each.lateness,
        lat=round(position.lat, 2),
        lon=round(position.lon, 2),
        km=round(km, 1),
        westbound=each.westbound,
        is_estimated=position.is_estimated,
        simulated=each.simulated,
    )


def marks(says: Whereabouts, moving: Iterable[Moving]) -> list[TrainMark]:
    """The trains for the large map, with what their popup says; texts are escaped by the map."""
    return [_mark(says, each, each.position) for each in moving if each.position is not None]


def _mark(says: Whereabouts, each: Moving, position: Position) -> TrainMark:
    summary = each.first.summary
    said = says.against(each.first)
    return TrainMark(
        number=each.number,
        reference=summary.reference,
        lat=position.lat,
        lon=position.lon,
        lateness=each.lateness,
        state=f"{status_word(each.lateness)}{sign(', ')}{said}" if said else status_word(each.lateness),
        where=says.where(each.first),
        details=tuple(_details(says, each)),
        href=shipment_address(summary.id),
        is_estimated=position.is_estimated,
        simulated=each.simulated,
    )


def _details(says: Whereabouts, each: Moving) -> Iterable[str]:
    summary = each.first.summary
    bound = gettext("to %(place)s", place=says.place(summary.destination))
    yield f"{bound}{sign(', ')}{summary.train}" if summary.train else bound
    if each.containers is not None:
        yield ngettext("%(figure)s container", "%(figure)s containers", each.containers, figure=number(each.containers))
    if len(each.shipments) > 1:
        yield ngettext("and %(num)d more shipment", "and %(num)d more shipments", len(each.shipments) - 1)
    if summary.planned_arrival is not None:
        planned = summary.planned_arrival
        when = f"{day_clock(planned)} {'' if planned.is_day else offset(planned)}".strip()
        yield gettext("planned arrival %(when)s", when=when)


def look(title: str) -> Look:
    """How a map frame speaks and looks to this reader."""
    settings = current_settings()
    return Look(
        title=title,
        language=language(),
        translate=gettext,
        number=lambda value: number(value),
        theme=theme() or "",
        tile_url=settings.tile_url,
        tile_attribution=settings.tile_attribution,
    )
