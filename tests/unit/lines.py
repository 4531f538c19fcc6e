"""The length of a drawn line, to hold lines against the lengths of their legs."""

from collections.abc import Sequence
from itertools import pairwise

from railtrack.domain.line.geodesy import Position, haversine_km


def line_km(line: Sequence[Position]) -> float:
    """Give the length of a line in km."""
    return sum(haversine_km(a, b) for a, b in pairwise(line))
