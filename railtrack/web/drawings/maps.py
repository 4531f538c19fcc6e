"""Maps drawn on the server, readable without script: the corridor with its trains, and the way of one shipment."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from railtrack.domain.line.places import Corridor, Leg, Station
from railtrack.domain.line.station_names import short_name
from railtrack.domain.records import Lateness
from railtrack.maps.features import MAIN_PLACES, countries, is_estimated, kind_of, west_is_1435
from railtrack.maps.values import Stretch
from railtrack.web.drawings import marks
from railtrack.web.drawings.labels import Placed, Room, box_of, text_width
from railtrack.web.drawings.projection import View, borders, fitted, graticule, land, path

Point = tuple[float, float]

WIDTH, HEIGHT = 1200.0, 500.0
SMALL_WIDTH, SMALL_HEIGHT = 520.0, 300.0
SMALL_LABEL = 17.0  # the size that phones give a name on the small map
# labels whose place the stylesheet shifts on phones; dx, dy from the station, anchor, class
HINTS = {
    "MHG": (-50.0, 32.0, "start", " l-mhg"),
    "CKG": (40.0, 33.0, "end", ""),
    "MAL": (-2.0, 30.0, "start", " l-mal"),
    "DTK": (-12.0, -17.0, "end", ""),
}
KM_OF_SCALE = 1000


@dataclass(frozen=True, kw_only=True)
class TrainDrawn:
    """A train in a drawing: `label` its number in the table, `km` from the western end of the corridor."""

    label: str
    lateness: Lateness
    lat: float
    lon: float
    km: float = 0.0
    westbound: bool = True
    is_estimated: bool = False
    simulated: bool = False


def overview(
    stations: Mapping[str, Station],
    corridors: Sequence[tuple[Corridor, Sequence[Leg]]],
    trains: Sequence[TrainDrawn] = (),
    *,
    title: str,
    desc: str,
    id: str = "map",
    language: str = "en",
    translate: Callable[[str], str] = str,
    number: Callable[[float], str] = "{:,.0f}".format,
    note: str = "",
) -> Markup:
    """The corridor map of the first page: the first corridor wide and labelled, others thin.

    `note` ("With simulated") is written into the drawing, so that a copied picture stays honest. Without a corridor
    there is nothing to draw, and nothing is given.
    """
    if not corridors:
        return Markup("")
    main = corridors[0][0]
    view = _view(stations, main)
    parts = [ground(view, stations, [leg for _c, legs in corridors for leg in legs])]
    parts += [
        marks.text("m-land-name far" if far else "m-land-name", x, y, _upper(name, language), "middle")
        for name, lat, lon, far in countries(translate)
        for x, y in [view.at(lat, lon)]
        if 40 < x < WIDTH - 40 and 20 < y < HEIGHT - 8
    ]
    drawn: set[frozenset[str]] = set()
    lines: list[tuple[str, Markup]] = []
    rails: list[Point] = []
    for index, (_corridor, legs) in enumerate(corridors):
        fresh = [leg for leg in legs if frozenset((leg.origin, leg.destination)) not in drawn]
        drawn |= {frozenset((leg.origin, leg.destination)) for leg in fresh}
        runs = list(_runs(fresh, stations, view))
        rails += [p for _kind, _est, points in runs for p in dense(points)]
        lines.append(("", Markup("").join(rails_of(kind, est, points, index > 0) for kind, est, points in runs)))
    parts += [markup for _k, markup in reversed(lines)]
    parts.append(_places(view, stations, corridors, trains, rails, language))
    parts.append(_scale(view, f"{number(KM_OF_SCALE)} km"))
    if note:
        parts.append(marks.text("m-note", WIDTH - 14, HEIGHT - 14, note, "end"))
    return marks.svg(Markup("").join(parts), WIDTH, HEIGHT, "map", title=title, desc=desc, id=id, slice_=True)


def shipment(
    stations: Mapping[str, Station],
    corridor: Corridor,
    travelled: Sequence[Stretch],
    remaining: Sequence[Stretch],
    here: Point,
    lateness: Lateness,
    *,
    title: str,
    language: str = "en",
    labelled: Sequence[str] = (),
    note: str = "",
) -> Markup:
    """The small map of one shipment: travelled as its gauge, the rest dashed; `labelled` stations get their name."""
    both = (*travelled, *remaining)
    ids = list(dict.fromkeys(s for part in both for s in (part.leg.origin, part.leg.destination)))
    view = fitted([p for part in both for p in part.line], SMALL_WIDTH, SMALL_HEIGHT, (30, 60, 30, 60))
    parts = [ground(view, stations, [part.leg for part in both])]
    for part in remaining:
        data = path(view.line(part.line))
        parts.append(marks.path("m-case", data) + marks.path("m-rest", data))
    for kind, est, points in joined((kind_of(p.leg), is_estimated(p.leg), view.line(p.line)) for p in travelled):
        parts.append(rails_of(kind, est, points, False))
    x, y = view.at(*here)
    room = Room(SMALL_WIDTH, SMALL_HEIGHT, [p for part in both for p in dense(view.line(part.line))])
    room.block(x, y, 11)
    names = []
    changes = [s for s in corridor.gauge_changes if s in ids]
    for station in dict.fromkeys((ids[0], ids[-1], *changes, *labelled)):
        sx, sy = view.at(stations[station].lat, stations[station].lon)
        if station in (ids[0], ids[-1]):
            parts.append(marks.terminal(sx, sy, 6))
        elif station in changes:
            parts.append(marks.gauge_change(sx, sy, west_is_1435=west_is_1435(station, corridor), scale=0.8))
        else:
            parts.append(marks.station(sx, sy))
        name = short_name(stations[station], language)
        if placed := room.place(sx, sy, name, SMALL_LABEL, 11):
            names.append(marks.text("m-l1b", placed.x, placed.y, name, placed.anchor))
    parts += names
    parts.append(
        Markup('<g transform="translate({} {}) scale(.85)" class="m-t m-{}">{}</g>').format(
            marks.number(x),
            marks.number(y),
            lateness.value,
            Markup(marks.SHAPES[lateness]),  # noqa: S704 - our own drawings
        )
    )
    if note:
        parts.append(marks.text("m-note", SMALL_WIDTH - 8, SMALL_HEIGHT - 8, note, "end"))
    return marks.svg(Markup("").join(parts), SMALL_WIDTH, SMALL_HEIGHT, "map map-s", title=title)


def _view(stations: Mapping[str, Station], corridor: Corridor) -> View:
    places = [(stations[s].lat, stations[s].lon) for s in corridor.stations]
    return fitted(places, WIDTH, HEIGHT, (58, 88, 62, 150))


def ground(view: View, stations: Mapping[str, Station], legs: Iterable[Leg]) -> Markup:
    """Sea, land and borders under a drawing, those the legs cross stressed."""
    pairs = (frozenset((stations[leg.origin].country, stations[leg.destination].country)) for leg in legs)
    found = borders(view, frozenset(pair for pair in pairs if len(pair) == 2))
    return Markup("").join(
        (
            Markup('<rect class="m-sea" width="{}" height="{}"/>').format(
                marks.number(view.width), marks.number(view.height)
            ),
            marks.path("m-grat", graticule(view)),
            marks.path("m-land", land(view)),
            marks.path("m-bord", found["far"]),
            marks.path("m-bord m-bord-open", found["open"]),
            marks.path("m-bord m-bord-on", found["on"]),
        )
    )


def _runs(legs: Sequence[Leg], stations: Mapping[str, Station], view: View) -> Iterable[tuple[str, bool, list[Point]]]:
    """Legs as lines of the drawing, neighbours of one kind joined."""
    return joined(
        (
            kind_of(leg),
            is_estimated(leg),
            view.line(leg.line or ((stations[s].lat, stations[s].lon) for s in (leg.origin, leg.destination))),
        )
        for leg in legs
    )


def joined(pieces: Iterable[tuple[str, bool, list[Point]]]) -> list[tuple[str, bool, list[Point]]]:
    """Lines (kind, estimated, points) with neighbours of one kind made one."""
    found: list[tuple[str, bool, list[Point]]] = []
    for kind, est, points in pieces:
        if found and found[-1][:2] == (kind, est) and _near(found[-1][2][-1], points[0]):
            found[-1][2].extend(points[1:])
        else:
            found.append((kind, est, list(points)))
    return found


def _near(a: Point, b: Point) -> bool:
    return abs(a[0] - b[0]) + abs(a[1] - b[1]) < 3


def rails_of(kind: str, estimated: bool, points: Sequence[Point], alt: bool) -> Markup:
    """A line in the manner of its kind (1435, 1520, sea); dashed where it is estimated, thin where `alt`."""
    data, css = path(points), " m-alt" if alt else ""
    if kind == "sea":
        return marks.path("m-leg-sea" + css, data)
    drawn = marks.path("m-case" + css, data) + marks.path(f"m-{kind}{css}{' m-est' if estimated else ''}", data)
    return drawn + marks.path("m-1520-gap" + css, data) if kind == "1520" else drawn


def dense(points: Sequence[Point]) -> list[Point]:
    """Points every few units along a line, for labels to keep off."""
    found = []
    for (ax, ay), (bx, by) in pairwise(points):
        steps = max(1, int((abs(bx - ax) + abs(by - ay)) / 8))
        found += [(ax + (bx - ax) * i / steps, ay + (by - ay) * i / steps) for i in range(steps)]
    return found


def _places(
    view: View,
    stations: Mapping[str, Station],
    corridors: Sequence[tuple[Corridor, Sequence[Leg]]],
    trains: Sequence[TrainDrawn],
    rails: Sequence[Point],
    language: str,
) -> Markup:
    """Stations, their names and the trains over them."""
    main = corridors[0][0]
    room = Room(WIDTH, HEIGHT, rails)
    at = [(*view.at(t.lat, t.lon), t) for t in trains]
    for x, y, _t in at:
        room.block(x, y, 15)
    dots, signs, names = [], [], []
    seen: set[str] = set()
    for index, (corridor, _legs) in enumerate(corridors):
        ends = (corridor.origin, corridor.destination)
        order = sorted(corridor.stations, key=lambda s: (s not in ends, s not in corridor.gauge_changes, s))
        for station in order:
            if station in seen:
                continue
            seen.add(station)
            x, y = view.at(stations[station].lat, stations[station].lon)
            change, end = station in corridor.gauge_changes, station in ends
            if not (change or end or station in MAIN_PLACES) or not (0 < x < WIDTH and 0 < y < HEIGHT):
                continue
            name = short_name(stations[station], language)
            css, size = ("m-l2", 12.5) if not (change or end) else ("m-l1", 17) if end else ("m-l1b", 13.5)
            if index:
                css, size = "m-l2 m-altl", 11.5
            if end and not index:
                signs.append(marks.terminal(x, y))
            elif change:
                west = west_is_1435(station, corridor)
                signs.append(marks.gauge_change(x, y, west_is_1435=west, alt=index > 0))
            else:
                dots.append(marks.station(x, y, alt=index > 0, radius=2.6 if index else 3.2))
            hint = HINTS.get(station) if not index and main.origin == "CKG" else None
            placed: Placed | None
            if hint:
                fixed = placed = Placed(x + hint[0], y + hint[1], hint[2])
                room.block_box(box_of(fixed, text_width(name, size), size))
                css += hint[3]
            else:
                placed = room.place(x, y, name, size, 9)
            if placed:
                names.append(marks.text(css, placed.x, placed.y, name, placed.anchor))
    shapes = [marks.train(t.lateness, t.label, x, y, guessed=t.is_estimated, invented=t.simulated) for x, y, t in at]
    return Markup("").join((*dots, *signs, *names, *shapes))


def _scale(view: View, words: str) -> Markup:
    """A scale bar of 1,000 km, true where the projection is (between 33° and 60° north, within a few per cent)."""
    length, y = KM_OF_SCALE * view.scale, HEIGHT - 22
    bar = f"M46 {y - 5}v5h{length:.1f}v-5M{46 + length / 2:.1f} {y}v-4"
    return Markup('<g class="m-scale"><path d="{}"/><text x="{}" y="{}">{}</text></g>').format(
        bar, marks.number(52 + length), marks.number(y + 1), words
    )


def _upper(name: str, language: str) -> str:
    return name if language.startswith("zh") else name.upper()
