"""Distances on the earth: the geodesic on the WGS 84 ellipsoid, and points along a line.

T. Vincenty, Direct and inverse solutions of geodesics on the ellipsoid, Survey Review XXIII (1975): good to less than
a metre, but for points nearly opposite each other, where the formula does not settle and the sphere is used (0.5 %).
Positions are (lat, lon) in degrees.
"""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from math import asin, atan, atan2, cos, hypot, radians, sin, sqrt, tan

Position = tuple[float, float]
Line = Sequence[Position]

EQUATOR_KM = 6378.137
FLATTENING = 1 / 298.257223563
POLE_KM = EQUATOR_KM * (1 - FLATTENING)
MEAN_KM = 6371.0088


def geodesic_km(a: Position, b: Position) -> float:
    """Give the shortest distance over the ground in km."""
    if a == b:
        return 0.0
    u1, u2 = (atan((1 - FLATTENING) * tan(radians(p[0]))) for p in (a, b))
    difference = radians(b[1] - a[1])
    lam = difference
    for _ in range(100):
        sin_sigma = hypot(cos(u2) * sin(lam), cos(u1) * sin(u2) - sin(u1) * cos(u2) * cos(lam))
        if sin_sigma == 0:
            return 0.0
        cos_sigma = sin(u1) * sin(u2) + cos(u1) * cos(u2) * cos(lam)
        sigma = atan2(sin_sigma, cos_sigma)
        sin_alpha = cos(u1) * cos(u2) * sin(lam) / sin_sigma
        cos2_alpha = 1 - sin_alpha**2
        middle = cos_sigma - 2 * sin(u1) * sin(u2) / cos2_alpha if cos2_alpha else 0.0
        c = FLATTENING / 16 * cos2_alpha * (4 + FLATTENING * (4 - 3 * cos2_alpha))
        before = lam
        lam = difference + (1 - c) * FLATTENING * sin_alpha * (
            sigma + c * sin_sigma * (middle + c * cos_sigma * (2 * middle**2 - 1))
        )
        if abs(lam - before) < 1e-12:
            return _arc_km(sigma, sin_sigma, cos_sigma, cos2_alpha, middle)
    return haversine_km(a, b)


def haversine_km(a: Position, b: Position) -> float:
    """Give the distance on a sphere in km: within 0.5 % of the geodesic and much quicker."""
    lat_a, lat_b = radians(a[0]), radians(b[0])
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin(radians(b[1] - a[1]) / 2) ** 2
    return 2 * MEAN_KM * asin(min(1.0, sqrt(half)))


def along(line: Line, share: float) -> Position:
    """Give the point at `share` (0 to 1) of a line's length; a share beyond an end gives that end."""
    if not line:
        raise ValueError("a line without points has no point along it")
    reached = list(accumulate((haversine_km(a, b) for a, b in pairwise(line)), initial=0.0))
    wanted = reached[-1] * min(max(share, 0.0), 1.0)
    for (a, b), start, end in zip(pairwise(line), reached, reached[1:], strict=False):
        if wanted <= end and end > start:
            part = (wanted - start) / (end - start)
            return (a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1]))
    return line[-1]


def simplified(line: Line, tolerance_km: float) -> tuple[Position, ...]:
    """Leave out points that lie within the tolerance of the line through the others (Douglas and Peucker 1973)."""
    keep = {0, len(line) - 1}
    waiting = [(0, len(line) - 1)]
    while waiting:
        first, last = waiting.pop()
        far, at = 0.0, None
        for i in range(first + 1, last):
            off = _off_km(line[i], line[first], line[last])
            if off > far:
                far, at = off, i
        if at is not None and far > tolerance_km:
            keep.add(at)
            waiting += [(first, at), (at, last)]
    return tuple(line[i] for i in sorted(keep))


def _off_km(p: Position, a: Position, b: Position) -> float:
    """Give the distance of a point from a short straight piece, on a flat map around it."""
    scale = cos(radians(p[0]))
    px, py, bx, by = (p[1] - a[1]) * scale, p[0] - a[0], (b[1] - a[1]) * scale, b[0] - a[0]
    square = bx * bx + by * by
    share = min(max((px * bx + py * by) / square, 0.0), 1.0) if square else 0.0
    return 111.2 * float(((px - share * bx) ** 2 + (py - share * by) ** 2) ** 0.5)


def _arc_km(sigma: float, sin_sigma: float, cos_sigma: float, cos2_alpha: float, middle: float) -> float:
    u2 = cos2_alpha * (EQUATOR_KM**2 - POLE_KM**2) / POLE_KM**2
    big_a = 1 + u2 / 16384 * (4096 + u2 * (-768 + u2 * (320 - 175 * u2)))
    big_b = u2 / 1024 * (256 + u2 * (-128 + u2 * (74 - 47 * u2)))
    correction = (
        big_b
        * sin_sigma
        * (
            middle
            + big_b
            / 4
            * (cos_sigma * (2 * middle**2 - 1) - big_b / 6 * middle * (4 * sin_sigma**2 - 3) * (4 * middle**2 - 3))
        )
    )
    return POLE_KM * big_a * (sigma - correction)
