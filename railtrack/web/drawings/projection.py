"""From places on the globe to points of a drawing: Lambert's conformal conic, as atlases draw Eurasia.

J. P. Snyder, Map Projections, USGS Professional Paper 1395 (1987), page 104; on the sphere. A `View` is fitted to what
shall be seen; land and borders are projected and thinned once per view and kept.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, log, pi, radians, sin, tan

from railtrack.maps.features import basemap
from railtrack.maps.shapes import clip_ring, thin

Point = tuple[float, float]

CENTRE_LON, CENTRE_LAT, LOW, HIGH = 58.0, 45.0, 33.0, 60.0
_N = log(cos(radians(LOW)) / cos(radians(HIGH))) / log(tan(pi / 4 + radians(HIGH) / 2) / tan(pi / 4 + radians(LOW) / 2))
_F = cos(radians(LOW)) * tan(pi / 4 + radians(LOW) / 2) ** _N / _N
EARTH_KM = 6371.0088
MARGIN = 14.0  # land goes on a little beyond the frame, so that its outline is not seen at the edge
TOLERANCE = 0.7


@dataclass(frozen=True)
class View:
    """A frame of `width` by `height`, with the scale in units per km and where the projection's origin lies in it."""

    width: float
    height: float
    scale: float
    left: float
    top: float

    def at(self, lat: float, lon: float) -> Point:
        """The point of the drawing for a place."""
        x, y = _conic(lat, lon)
        return (x * self.scale + self.left, y * self.scale + self.top)

    def line(self, places: Iterable[Point]) -> list[Point]:
        """A line of (lat, lon) in the drawing, thinned to what can be seen."""
        return thin([self.at(lat, lon) for lat, lon in places], TOLERANCE)


def fitted(places: Iterable[Point], width: float, height: float, pad: tuple[float, float, float, float]) -> View:
    """A view that shows all places, with `pad` (left, top, right, bottom) kept free; the lower part may be cut less."""
    points = [_conic(lat, lon) for lat, lon in places]
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    left, top, right, bottom = pad
    scale = min(
        (width - left - right) / max(max(xs) - min(xs), 1e-6), (height - top - bottom) / max(max(ys) - min(ys), 1e-6)
    )
    spare_x = width - left - right - (max(xs) - min(xs)) * scale
    spare_y = height - top - bottom - (max(ys) - min(ys)) * scale
    return View(width, height, scale, left + spare_x / 2 - min(xs) * scale, top + spare_y * 0.5 - min(ys) * scale)


def _conic(lat: float, lon: float) -> Point:
    """Kilometres right and down of the projection's centre."""
    rho = EARTH_KM * _F / tan(pi / 4 + radians(lat) / 2) ** _N
    rho0 = EARTH_KM * _F / tan(pi / 4 + radians(CENTRE_LAT) / 2) ** _N
    theta = _N * radians(lon - CENTRE_LON)
    return (rho * sin(theta), rho * cos(theta) - rho0)


@lru_cache(maxsize=16)
def land(view: View) -> str:
    """All land of the view as one path."""
    parts = []
    for ring in basemap()["land"]:
        points = [view.at(lat, lon) for lon, lat in ring]
        cut = clip_ring(points, -MARGIN, -MARGIN, view.width + MARGIN, view.height + MARGIN)
        seen = thin(cut, TOLERANCE) if len(cut) > 3 else []
        if len(seen) > 3:
            parts.append(path(seen) + "z")
    return "".join(parts)


@lru_cache(maxsize=16)
def borders(view: View, crossed: frozenset[frozenset[str]]) -> dict[str, str]:
    """The borders of the view as paths, by kind: far, open (disputed), on (crossed by the line)."""
    found: dict[str, list[str]] = {"far": [], "open": [], "on": []}
    for border in basemap()["borders"]:
        kind = "on" if frozenset(border["pair"]) in crossed else "open" if border["kind"] == "disputed" else "far"
        points = view.line((lat, lon) for lon, lat in border["line"])
        if len(points) > 1 and any(_inside(view, p) for p in points):
            found[kind].append(path(points))
    return {kind: "".join(lines) for kind, lines in found.items()}


@lru_cache(maxsize=16)
def graticule(view: View) -> str:
    """Every tenth meridian and parallel, as one path."""
    lines = [[view.at(lat, lon) for lat in range(0, 81, 4)] for lon in range(-20, 151, 10)]
    lines += [[view.at(lat, lon) for lon in range(-20, 151, 4)] for lat in range(10, 81, 10)]
    return "".join(path(line) for line in lines if any(_inside(view, p) for p in line))


def path(points: Sequence[Point]) -> str:
    """SVG path data, relative and to a tenth of a unit."""
    x, y = round(points[0][0], 1), round(points[0][1], 1)
    parts = [f"M{_short(x)} {_short(y)}"]
    for px, py in points[1:]:
        dx, dy = round(px - x, 1), round(py - y, 1)
        if dx or dy:
            parts.append(f"l{_short(dx)} {_short(dy)}")
            x, y = round(x + dx, 1), round(y + dy, 1)
    return "".join(parts)


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _inside(view: View, point: Point) -> bool:
    return -MARGIN < point[0] < view.width + MARGIN and -MARGIN < point[1] < view.height + MARGIN
