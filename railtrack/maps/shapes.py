"""Turn Natural Earth's country shapes into the base map: land, shared borders, nothing else.

`python -m railtrack.maps.shapes countries-50m.json data/basemap.json` makes the file anew from world-atlas
(TopoJSON of Natural Earth 1:50m, public domain). Cut to Eurasia and thinned, it weighs a tenth of its source. Borders
come from the arcs two countries share, so each is drawn once and knows whom it parts; where the line is disputed it is
said so and drawn dotted.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

Lonlat = tuple[float, float]

WEST, SOUTH, EAST, NORTH = -26.0, -14.0, 152.0, 78.0
TOLERANCE_DEG = 0.035
LEAST_RING_DEG2 = 0.02  # smaller islands are left out

# ISO 3166 numeric codes of the countries a corridor may cross, by the code stations carry
NUMERIC = {
    "AT": "040", "AZ": "031", "BE": "056", "BG": "100", "BY": "112", "CH": "756", "CN": "156", "CZ": "203",
    "DE": "276", "EE": "233", "FR": "250", "GB": "826", "GE": "268", "GR": "300", "HR": "191", "HU": "348",
    "IR": "364", "IT": "380", "KG": "417", "KZ": "398", "LT": "440", "LV": "428", "MN": "496", "NL": "528",
    "PL": "616", "RO": "642", "RS": "688", "RU": "643", "SI": "705", "SK": "703", "TJ": "762", "TM": "795",
    "TR": "792", "UA": "804", "UZ": "860", "VN": "704",
}  # fmt: skip
ALPHA = {number: alpha for alpha, number in NUMERIC.items()}

# lines that states dispute, whole or in part; drawn dotted, without taking a side
DISPUTED = {
    frozenset(pair)
    for pair in (
        ("RU", "UA"), ("RU", "GE"), ("AZ", "051"), ("CN", "356"), ("356", "586"), ("CN", "586"), ("CN", "064"),
        ("RS", "Kosovo"), ("196", "N. Cyprus"), ("376", "275"), ("376", "760"), ("Somaliland", "706"),
        ("408", "410"), ("504", "732"), ("729", "728"),
    )
}  # fmt: skip


def build(topology: Mapping[str, Any]) -> dict[str, Any]:
    """Give `{"land": [ring, …], "borders": [{"pair", "kind", "line"}, …]}`, points as [lon, lat] to 0.01°."""
    arcs = [_thin(list(arc)) for arc in _decoded(topology)]
    owners: dict[int, list[str]] = {}
    outer: dict[int, int] = {}
    for country in topology["objects"]["countries"]["geometries"]:
        name = _name(country)
        for index in _arc_indexes(country):
            at = ~index if index < 0 else index
            owners.setdefault(at, []).append(name)
            outer[at] = index
    shore = [index for at, index in outer.items() if len(owners[at]) == 1]
    whole = (ring for ring in _rings(shore, arcs) if all(abs(a[0] - b[0]) < 180 for a, b in pairwise(ring)))
    land = [ring for ring in map(_clip_ring, whole) if len(ring) > 3 and _area(ring)]
    borders: list[dict[str, Any]] = []
    for at, names in owners.items():
        if len(names) != 2 or names[0] == names[1]:
            continue
        kind = "disputed" if frozenset(names) in DISPUTED else "agreed"
        borders.extend({"pair": sorted(names), "kind": kind, "line": line} for line in _clip_line(arcs[at]))
    return {"land": land, "borders": borders, "source": "Natural Earth 1:50m, public domain, by world-atlas"}


def _name(country: Mapping[str, Any]) -> str:
    number = country.get("id")
    return ALPHA.get(number, number) if number else str(country["properties"]["name"])


def _decoded(topology: Mapping[str, Any]) -> Iterator[list[Lonlat]]:
    (scale_x, scale_y), (move_x, move_y) = topology["transform"]["scale"], topology["transform"]["translate"]
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            lon, lat = x * scale_x + move_x, y * scale_y + move_y
            # Chukotka reaches over the date line; it stays with the rest of Russia
            points.append((lon + 360 if lon < -169 and lat > 60 else lon, lat))
        yield points


def _arc_indexes(country: Mapping[str, Any]) -> Iterator[int]:
    parts = country.get("arcs", [])
    if country["type"] == "Polygon":
        parts = [parts]
    for polygon in parts:
        for ring in polygon:
            yield from ring


def _rings(indexes: Iterable[int], arcs: Sequence[Sequence[Lonlat]]) -> Iterator[list[Lonlat]]:
    """Stitch the arcs only one country has into closed shore lines."""
    starts: dict[Lonlat, list[list[Lonlat]]] = {}
    for index in indexes:
        points = list(arcs[index]) if index >= 0 else list(arcs[~index])[::-1]
        starts.setdefault(_key(points[0]), []).append(points)
    while starts:
        first = next(iter(starts))
        ring: list[Lonlat] = []
        at = first
        while at in starts:
            part = starts[at].pop()
            if not starts[at]:
                del starts[at]
            ring.extend(part if not ring else part[1:])
            at = _key(part[-1])
            if at == first:
                break
        yield ring


def _key(point: Lonlat) -> Lonlat:
    return (round(point[0], 6), round(point[1], 6))


def thin(line: Sequence[Lonlat], tolerance: float) -> list[Lonlat]:
    """Leave out points nearer than `tolerance` to the line without them (Douglas–Peucker, without recursion)."""
    keep = {0, len(line) - 1}
    spans = [(0, len(line) - 1)]
    while spans:
        first, last = spans.pop()
        worst, at = tolerance, None
        for i in range(first + 1, last):
            off = _off(line[i], line[first], line[last])
            if off > worst:
                worst, at = off, i
        if at is not None:
            keep.add(at)
            spans += [(first, at), (at, last)]
    return [line[i] for i in sorted(keep)]


def _thin(line: list[Lonlat]) -> list[Lonlat]:
    return thin(line, TOLERANCE_DEG)


def _off(point: Lonlat, a: Lonlat, b: Lonlat) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    share = 0.0 if length == 0 else min(max(((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / length, 0.0), 1.0)
    return float(((a[0] + share * dx - point[0]) ** 2 + (a[1] + share * dy - point[1]) ** 2) ** 0.5)


def _clip_ring(ring: Sequence[Lonlat]) -> list[list[float]]:
    return _rounded(clip_ring(ring, WEST, SOUTH, EAST, NORTH))


def clip_ring(ring: Sequence[Lonlat], left: float, low: float, right: float, high: float) -> list[Lonlat]:
    """Cut a ring to a window, edge by edge (Sutherland–Hodgman)."""
    points = list(ring)
    for axis, limit, sign in ((0, left, 1), (0, right, -1), (1, low, 1), (1, high, -1)):
        cut: list[Lonlat] = []
        for a, b in zip(points, [*points[1:], *points[:1]], strict=True):
            a_in, b_in = (a[axis] - limit) * sign >= 0, (b[axis] - limit) * sign >= 0
            if a_in:
                cut.append(a)
            if a_in != b_in:
                share = (limit - a[axis]) / (b[axis] - a[axis])
                cut.append((a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])))
        points = cut
    return points


def _clip_line(line: Sequence[Lonlat]) -> Iterator[list[list[float]]]:
    inside: list[Lonlat] = []
    for point in line:
        if WEST <= point[0] <= EAST and SOUTH <= point[1] <= NORTH:
            inside.append(point)
        elif inside:
            yield _rounded(inside)
            inside = []
    if len(inside) > 1:
        yield _rounded(inside)


def _rounded(points: Iterable[Lonlat]) -> list[list[float]]:
    found: list[list[float]] = []
    for lon, lat in points:
        place = [round(lon, 2), round(lat, 2)]
        if not found or found[-1] != place:
            found.append(place)
    return found


def _area(ring: Sequence[Sequence[float]]) -> bool:
    twice = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise([*ring, ring[0]]))
    return abs(twice) / 2 > LEAST_RING_DEG2


if __name__ == "__main__":
    made = build(json.loads(Path(sys.argv[1]).read_text("utf-8")))
    Path(sys.argv[2]).write_text(json.dumps(made, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")
