"""Values to GeoJSON features, the one place where text from users becomes part of a map.

Every text is HTML-escaped here, because Leaflet puts popups and labels in by innerHTML. GeoJSON wants (lon, lat); all
else in railtrack has (lat, lon).
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import Any

from railtrack.domain.line.places import Corridor, Leg, Method, Mode, Station
from railtrack.domain.line.station_names import full_name, short_name
from railtrack.domain.messages import say
from railtrack.maps.shapes import thin
from railtrack.maps.values import Dwell, Line, Look, Stretch, TrainMark, VisitMark
from railtrack.resources import folder

Feature = dict[str, Any]
LINE_TOLERANCE_DEG = 0.01
LINE_BREAK = "\x1f"
_TEMPLATE = re.compile(r"\{(?=[{%#])")
MAIN_PLACES = frozenset({"XIA", "LAZ", "URC", "AST", "YEK", "KVX", "MOW", "MSQ", "WAW", "AKT", "PTI", "CND", "AAU"})


def script_json(value: object) -> str:
    """JSON that can stand in a script element: no tag can end there, no line separator break it.

    A brace before {, % or # only occurs inside texts; it is spelled out, because Branca would take it for a template.
    """
    text = json.dumps(value, separators=(",", ":"))
    text = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return _TEMPLATE.sub(r"\\u007b", text)


def collection(features: Iterable[Feature]) -> str:
    """Several features as the text of one layer."""
    return script_json({"type": "FeatureCollection", "features": list(features)})


@lru_cache(maxsize=1)
def basemap() -> Mapping[str, Any]:
    """What shapes.py made: `land` rings and `borders`, points as [lon, lat]."""
    found: Mapping[str, Any] = json.loads((folder("data") / "basemap.json").read_text("utf-8"))
    return found


@lru_cache(maxsize=1)
def land() -> str:
    """All land of the window, as one shape; rings are closed by whoever draws them."""
    shapes = [[ring] for ring in basemap()["land"]]
    return collection([_feature({"type": "MultiPolygon", "coordinates": shapes}, {"k": "land"})])


def borders(crossed: Iterable[frozenset[str]]) -> str:
    """The borders of states; those in `crossed` (pairs of country codes) are drawn with force."""
    return _borders(frozenset(crossed))


@lru_cache(maxsize=64)
def _borders(stressed: frozenset[frozenset[str]]) -> str:
    kinds: dict[str, list[Any]] = {"far": [], "open": [], "on": []}
    for border in basemap()["borders"]:
        on = frozenset(border["pair"]) in stressed
        kinds["on" if on else "open" if border["kind"] == "disputed" else "far"].append(border["line"])
    return collection(
        _feature({"type": "MultiLineString", "coordinates": lines}, {"k": f"bord-{kind}"})
        for kind, lines in kinds.items()
        if lines
    )


def country_names(look: Look) -> str:
    """Names of the large countries the lines cross or pass, for orientation."""
    return collection(
        _feature({"type": "Point", "coordinates": [lon, lat]}, {"k": "name", "n": escape(name)})
        for name, lat, lon, _far in countries(look.translate)
    )


def countries(translate: Callable[[str], str]) -> tuple[tuple[str, float, float, bool], ...]:
    """Names for orientation with their place (lat, lon); the last says whether no line runs there."""
    _ = translate
    return (
        (_("China"), 35.6, 97.5, False),
        (_("Kazakhstan"), 47.9, 67.5, False),
        (_("Russia"), 60.5, 84.0, False),
        (_("Mongolia"), 46.6, 103.5, True),
        (_("Iran"), 32.5, 54.0, True),
        (_("Türkiye"), 38.9, 34.0, True),
        (_("Ukraine"), 49.0, 31.5, True),
        (_("India"), 24.5, 78.5, True),
    )


def kind_of(leg: Leg) -> str:
    """Which line is drawn for a leg: sea, or the gauge."""
    if leg.mode is Mode.SEA:
        return "sea"
    return "1520" if leg.gauge_mm == 1520 else "1435"


def is_estimated(leg: Leg) -> bool:
    """Whether a railway's line is not known from the network; it is drawn dashed and said."""
    return leg.method is Method.ESTIMATED or (leg.mode is Mode.RAIL and not leg.line)


@lru_cache(maxsize=4096)
def _lonlat(line: Line) -> tuple[tuple[float, float], ...]:
    thinned = thin([(lon, lat) for lat, lon in line], LINE_TOLERANCE_DEG)
    return tuple((round(lon, 3), round(lat, 3)) for lon, lat in thinned)


def leg_feature(
    leg: Leg, stations: Mapping[str, Station], look: Look, corridors: Sequence[int] = (), line: Line = ()
) -> Feature:
    """One leg (or `line`, a piece of it) with its popup: between where, how long, which gauge, how it was found."""
    ends = [stations[leg.origin], stations[leg.destination]]
    points = line or leg.line or tuple((s.lat, s.lon) for s in ends)
    estimated = is_estimated(leg)
    said = [
        say("%(km)s km along the rails", km=look.number(leg.length_km))
        if leg.mode is Mode.RAIL
        else say("%(km)s km by ship", km=look.number(leg.length_km))
    ]
    if leg.gauge_mm:
        said.append(say("%(gauge)s mm gauge", gauge=look.number(leg.gauge_mm)))
    if leg.published_km is not None:
        said.append(say("%(km)s km published", km=look.number(leg.published_km)))
    if estimated:
        said.append(say("Line estimated: the rail network we draw from has a gap here."))
    head = " – ".join(full_name(s, look.language) for s in ends)
    return _feature(
        {"type": "LineString", "coordinates": _lonlat(points)},
        {
            "k": kind_of(leg),
            "c": list(corridors),
            "e": int(estimated),
            "h": popup(head, [message.render(look.translate) for message in said]),
        },
    )


def stretch_feature(stretch: Stretch, stations: Mapping[str, Station], look: Look, ahead: bool) -> Feature:
    """A piece of one shipment's way: as its gauge where travelled, dashed where it lies ahead."""
    feature = leg_feature(stretch.leg, stations, look, line=stretch.line)
    if ahead:
        feature["properties"]["k"] = "rest-sea" if stretch.leg.mode is Mode.SEA else "rest"
    return feature


def station_feature(station: Station, look: Look, rank: int, kind: str, lines: Sequence[str] = ()) -> Feature:
    """A station: `kind` is end, change or stop; a lower `rank` is labelled sooner."""
    name, label = full_name(station, look.language), short_name(station, look.language)
    code = f"{station.id} · {station.country}"
    return _feature(
        {"type": "Point", "coordinates": [round(station.lon, 4), round(station.lat, 4)]},
        {"k": kind, "r": rank, "n": escape(label), "h": popup(name, [code, *lines])},
    )


def rank_of(station: Station, ends: Iterable[str], changes: Iterable[str]) -> int:
    """0 terminals of the line, 1 gauge changes, 2 main places, 3 other stops, 4 stations on the way."""
    if station.id in ends:
        return 0
    if station.id in changes:
        return 1
    if station.id in MAIN_PLACES:
        return 2
    return 3 if set(station.roles) - {"way", "junction"} else 4


def train_features(trains: Iterable[TrainMark], look: Look) -> str:
    """The trains as numbered shapes; map.js makes the popup from the lines of `t`, which were escaped here at once."""
    _ = look.translate
    guessed, invented = _("place estimated"), escape(_("Simulated"))
    return collection(_train(train, guessed, invented) for train in trains)


def _train(train: TrainMark, guessed: str, invented: str) -> Feature:
    lines = [train.reference, train.state, train.where, *train.details]
    if train.is_estimated and not any(guessed in line for line in lines):
        lines.append(guessed)
    properties: Feature = {"n": train.number, "s": train.lateness.value, "t": escape(LINE_BREAK.join(lines))}
    if train.is_estimated:
        properties["e"] = 1
    if train.simulated:
        properties["i"] = invented
    if train.href:
        properties["u"] = escape(train.href)
    return _feature({"type": "Point", "coordinates": (train.lon, train.lat)}, properties)


def west_is_1435(station: str, corridor: Corridor) -> bool:
    """Whether 1,435 mm lies west of a gauge change: westbound, every second change leads back to it."""
    return corridor.gauge_changes.index(station) % 2 == 1


def visit_lines(visits: Iterable[VisitMark]) -> dict[str, tuple[str, ...]]:
    """The times of each station, several visits one under the other."""
    found: dict[str, tuple[str, ...]] = {}
    for visit in visits:
        found[visit.station] = found.get(visit.station, ()) + visit.lines
    return found


def dwell_lines(dwell: Dwell, look: Look) -> tuple[str, ...]:
    counted = say("%(count)s stays recorded", count=look.number(dwell.visits)).render(look.translate)
    return (counted, *dwell.lines)


def popup(head: str, lines: Sequence[str]) -> str:
    """Escaped HTML of a popup: heading, then lines."""
    return "<br>".join([f"<strong>{escape(head)}</strong>", *map(escape, lines)])


def _feature(geometry: Mapping[str, Any], properties: Mapping[str, Any]) -> Feature:
    return {"type": "Feature", "geometry": geometry, "properties": properties}
