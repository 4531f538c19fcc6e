"""Small maps for who administers places: a way over legs, and a station with what lies around it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from markupsafe import Markup

from railtrack.domain.line.geodesy import haversine_km
from railtrack.domain.line.mending.leg import gauge_changes
from railtrack.domain.line.places import Leg, Station
from railtrack.domain.line.station_names import short_name
from railtrack.maps.features import is_estimated, kind_of
from railtrack.web.drawings import marks
from railtrack.web.drawings.labels import Room
from railtrack.web.drawings.maps import SMALL_HEIGHT, SMALL_WIDTH, dense, ground, joined, rails_of
from railtrack.web.drawings.projection import View, fitted

LABEL_SIZE = 17.0  # as wide as the stylesheet makes them on phones
NEAR = 4
AROUND_WIDTH, AROUND_HEIGHT = 360.0, 250.0
PAD = (48.0, 50.0, 48.0, 50.0)


def way(stations: Mapping[str, Station], legs: Sequence[Leg], *, title: str, language: str = "en") -> Markup:
    """Legs that follow one another westward, along their lines, both ends named; empty without a leg."""
    if not legs:
        return Markup("")
    lines = [_line(stations, leg) for leg in legs]
    view = fitted([point for line in lines for point in line], SMALL_WIDTH, SMALL_HEIGHT, PAD)
    pieces = [(kind_of(leg), is_estimated(leg), view.line(line)) for leg, line in zip(legs, lines, strict=True)]
    parts = [ground(view, stations, legs)]
    parts += [rails_of(kind, guessed, points, False) for kind, guessed, points in joined(pieces)]
    ids = list(dict.fromkeys(s for leg in legs for s in (leg.origin, leg.destination)))
    ends = (legs[0].origin, legs[-1].destination)
    room = Room(SMALL_WIDTH, SMALL_HEIGHT, [p for _kind, _guessed, points in pieces for p in dense(points)])
    changes = set(gauge_changes(ids, legs))
    west = {leg.origin: leg.gauge_mm == 1435 for leg in legs}  # legs point west: what begins here lies west of it
    for station in (*(s for s in ids if s not in ends), *ends):
        x, y = view.at(stations[station].lat, stations[station].lon)
        if station in ends:
            parts.append(marks.terminal(x, y, 6))
        elif station in changes:
            parts.append(marks.gauge_change(x, y, west_is_1435=west[station], scale=0.8))
        else:
            parts.append(marks.station(x, y))
    parts += _names(stations, ends, view, room, language)
    return marks.svg(Markup("").join(parts), SMALL_WIDTH, SMALL_HEIGHT, "map map-s", title=title)


def around(
    stations: Mapping[str, Station], here: Station, legs: Sequence[Leg], *, title: str, language: str = "en"
) -> Markup:
    """A station with the legs that end there and their other ends; without a leg, with the stations nearest to it."""
    ids = (
        list(dict.fromkeys(s for leg in legs for s in (leg.origin, leg.destination) if s != here.id))
        or [
            s.id
            for s in sorted(stations.values(), key=lambda s: haversine_km((here.lat, here.lon), (s.lat, s.lon)))
            if s.id != here.id
        ][:NEAR]
    )
    lines = [_line(stations, leg) for leg in legs]
    places = [
        (here.lat, here.lon),
        *((stations[s].lat, stations[s].lon) for s in ids),
        *(p for line in lines for p in line),
    ]
    view = fitted(places, AROUND_WIDTH, AROUND_HEIGHT, PAD)
    pieces = [(kind_of(leg), is_estimated(leg), view.line(line)) for leg, line in zip(legs, lines, strict=True)]
    parts = [ground(view, stations, legs)]
    parts += [rails_of(kind, guessed, points, False) for kind, guessed, points in pieces]
    parts += [marks.station(*view.at(stations[s].lat, stations[s].lon)) for s in ids]
    parts.append(marks.terminal(*view.at(here.lat, here.lon), 6))
    room = Room(AROUND_WIDTH, AROUND_HEIGHT, [p for _kind, _guessed, points in pieces for p in dense(points)])
    parts += _names(stations, (here.id, *ids), view, room, language)
    return marks.svg(Markup("").join(parts), AROUND_WIDTH, AROUND_HEIGHT, "map map-s", title=title)


def _line(stations: Mapping[str, Station], leg: Leg) -> tuple[tuple[float, float], ...]:
    return leg.line or tuple((stations[s].lat, stations[s].lon) for s in (leg.origin, leg.destination))


def _names(
    stations: Mapping[str, Station], ids: Iterable[str], view: View, room: Room, language: str
) -> Iterator[Markup]:
    """The names of stations where there is room for them, the first first."""
    for station in ids:
        x, y = view.at(stations[station].lat, stations[station].lon)
        name = short_name(stations[station], language)
        if placed := room.place(x, y, name, LABEL_SIZE, 11):
            yield marks.text("m-l1b", placed.x, placed.y, name, placed.anchor)
