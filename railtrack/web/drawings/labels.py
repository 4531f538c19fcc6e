"""Names in a drawing: where each can stand without covering another, and how wide it is likely to be."""

from collections.abc import Sequence
from dataclasses import dataclass

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Placed:
    """A label's anchor point and how text runs from it (start, middle, end)."""

    x: float
    y: float
    anchor: str


def text_width(text: str, size: float) -> float:
    """Likely width of a text: Latin letters take a little over half their size, Chinese ones all of it."""
    return sum(size * (1.0 if ord(sign) > 0x2E80 else 0.57) for sign in text)


class Room:
    """What is already taken in a drawing, and what a label would rather not lie on."""

    def __init__(self, width: float, height: float, lines: Sequence[tuple[float, float]] = ()) -> None:
        self.width, self.height = width, height
        self.lines = lines
        self.taken: list[Box] = []

    def block(self, x: float, y: float, reach: float) -> None:
        """Keep labels off a square around a point."""
        self.taken.append((x - reach, y - reach, x + reach, y + reach))

    def block_box(self, box: Box) -> None:
        """Keep labels off a box."""
        self.taken.append(box)

    def place(self, x: float, y: float, text: str, size: float, gap: float) -> Placed | None:
        """Find the best free place for a label near a point and take it; None where all are taken."""
        width, best, least = text_width(text, size), None, float("inf")
        for order, (dx, dy, anchor) in enumerate(_around(gap, size)):
            at = Placed(x + dx, y + dy, anchor)
            box = box_of(at, width, size)
            if box[0] < 2 or box[2] > self.width - 2 or box[1] < 2 or box[3] > self.height - 2:
                continue
            if any(box[0] < t[2] and box[2] > t[0] and box[1] < t[3] and box[3] > t[1] for t in self.taken):
                continue
            cost = order * 0.4 + sum(_covers(box, point) for point in self.lines)
            if cost < least:
                best, least = (at, box), cost
        if best is None:
            return None
        left, top, right, bottom = best[1]
        self.taken.append((left - 4, top, right + 4, bottom))
        return best[0]


def box_of(at: Placed, width: float, size: float) -> Box:
    """The box a text takes: `at.y` is its base line."""
    left = at.x - {"start": 0.0, "middle": width / 2, "end": width}[at.anchor]
    return (left, at.y - size * 0.8, left + width, at.y + size * 0.25)


def _covers(box: Box, point: tuple[float, float]) -> bool:
    return box[0] - 3 < point[0] < box[2] + 3 and box[1] - 2 < point[1] < box[3] + 2


def _around(gap: float, size: float) -> list[tuple[float, float, str]]:
    places = []
    for g in (gap, gap + 8):
        places += [
            (0.0, -g, "middle"),
            (0.0, g + size * 0.8, "middle"),
            (g, -g * 0.7, "start"),
            (g, g * 0.6 + size * 0.8, "start"),
            (-g, -g * 0.7, "end"),
            (-g, g * 0.6 + size * 0.8, "end"),
            (g + 2, size * 0.35, "start"),
            (-g - 2, size * 0.35, "end"),
        ]
    return places
