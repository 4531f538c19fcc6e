"""The small map of a way over legs, such as one leg an administrator looks at."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from railtrack.domain.mending_leg import gauge_changes
from railtrack.domain.places import Leg, Station
from railtrack.domain.station_names import short_name
from railtrack.maps.features import is_estimated, kind_of
from railtrack.web.drawings import marks
from railtrack.web.drawings.labels import Room
from railtrack.web.drawings.maps import SMALL_HEIGHT, SMALL_WIDTH, dense, ground, joined, rails_of
from railtrack.web.drawings.projection import fitted

LABEL_SIZE = 13.5


def way(stations: Mapping[str, Station], legs: Sequence[Leg], *, title: str, language: str = "en") -> Markup:
    """Legs that follow one another westward, along their lines, both ends named; empty without a leg."""
    if not legs:
        return Markup("")
    lines = [
        leg.line or tuple((stations[s].lat, stations[s].lon) for s in (leg.origin, leg.destination)) for leg in legs
    ]
    view = fitted([point for line in lines for point in line], SMALL_WIDTH, SMALL_HEIGHT, (40, 50, 40, 50))
    pieces = [(kind_of(leg), is_estimated(leg), view.line(line)) for leg, line in zip(legs, lines, strict=True)]
    parts = [ground(view, stations, legs)]
    parts += [rails_of(kind, guessed, points, False) for kind, guessed, points in joined(pieces)]
    ids = list(dict.fromkeys(s for leg in legs for s in (leg.origin, leg.destination)))
    ends = (legs[0].origin, legs[-1].destination)
    room = Room(SMALL_WIDTH, SMALL_HEIGHT, [p for _kind, _guessed, points in pieces for p in dense(points)])
    names = []
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
    for station in ends:
        x, y = view.at(stations[station].lat, stations[station].lon)
        name = short_name(stations[station], language)
        if placed := room.place(x, y, name, LABEL_SIZE, 11):
            names.append(marks.text("m-l1b", placed.x, placed.y, name, placed.anchor))
    return marks.svg(Markup("").join((*parts, *names)), SMALL_WIDTH, SMALL_HEIGHT, "map map-s", title=title)
