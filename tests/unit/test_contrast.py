"""The stylesheet's colours: WCAG 2.2 contrast in light and dark, and lines told apart by colour-blind readers.

Contrast is WCAG's relative luminance; colour blindness after Machado, Oliveira and Fernandes (2009), severity 1;
colours are far enough apart from ΔE 12 (CIE 1976) on.
"""

import re
from itertools import combinations
from pathlib import Path

import pytest

import railtrack.web

CSS = (Path(railtrack.web.__file__).parent / "static" / "style.css").read_text(encoding="utf-8")
TEXT, SHAPE, APART = 4.5, 3.0, 12.0
Colour = tuple[float, float, float]

# what stands on what: foregrounds, backgrounds, least ratio
PAIRS = [
    ("ink soft act act-hover", "paper wash sunk", TEXT),
    ("ink soft", "m-sea m-land held-wash silent-wash act-wash sim-wash late-wash ok-wash", TEXT),
    ("act", "act-wash sim-wash held-wash", TEXT),
    ("on-act", "act act-hover", TEXT),
    ("ok late held silent plan", "paper wash", TEXT),
    ("held", "held-wash", TEXT),
    ("late", "late-wash", TEXT),
    ("silent", "silent-wash", TEXT),
    ("ok", "ok-wash", TEXT),
    ("paper", "ok late held silent", TEXT),  # the train's number inside its shape on the map
    ("sim", "sim-wash", TEXT),
    ("m-name", "m-land", TEXT),
    ("edge focus rule", "paper wash", SHAPE),  # outlines of controls, the ring of the focus
    ("m-1435 m-1520 m-leg", "m-land m-sea m-case", SHAPE),
    ("m-border", "m-land", SHAPE),
    ("ok late held silent", "m-land", SHAPE),
    ("c-1 c-2 c-3 c-4 c-mark", "paper", SHAPE),
]
TOLD_APART = [("c-1", "c-2", "c-3", "c-4"), ("m-1435", "m-1520")]
SIGHTS: dict[str, tuple[Colour, Colour, Colour]] = {
    "full": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "without red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "without green": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "without blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def tokens(opening: str) -> dict[str, str]:
    """The colours a block of the stylesheet sets."""
    block = CSS[CSS.index(opening) :].split("}", 1)[0]
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})\b", block))


LIGHT = tokens(":root {")
BY_SYSTEM = tokens(':root:not([data-theme="light"]) {')
BY_CHOICE = tokens(':root[data-theme="dark"] {')
THEMES = {"light": LIGHT, "dark": LIGHT | BY_SYSTEM}


def test_the_two_dark_blocks_say_the_same() -> None:
    assert BY_SYSTEM == BY_CHOICE
    assert len(BY_SYSTEM) > 30


def test_dark_sets_every_colour_that_light_sets() -> None:
    assert set(LIGHT) == set(BY_SYSTEM)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("fronts", "backs", "least"), PAIRS)
def test_what_is_read_stands_out(theme: str, fronts: str, backs: str, least: float) -> None:
    colours = THEMES[theme]
    too_faint = {
        f"{front} on {back}": round(ratio(colours[front], colours[back]), 2)
        for front in fronts.split()
        for back in backs.split()
        if ratio(colours[front], colours[back]) < least
    }
    assert not too_faint


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("names", TOLD_APART)
def test_lines_are_told_apart_whatever_ones_sight(theme: str, sight: str, names: tuple[str, ...]) -> None:
    seen = {name: lab(seen_as(THEMES[theme][name], SIGHTS[sight])) for name in names}
    too_alike = [(a, b) for a, b in combinations(names, 2) if distance(seen[a], seen[b]) < APART]
    assert not too_alike


def ratio(first: str, second: str) -> float:
    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear(colour), strict=True))


def linear(colour: str) -> Colour:
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return _unbent(red), _unbent(green), _unbent(blue)


def _unbent(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def seen_as(colour: str, sight: tuple[Colour, Colour, Colour]) -> Colour:
    parts = linear(colour)
    red, green, blue = (
        min(1.0, max(0.0, sum(weight * part for weight, part in zip(row, parts, strict=True)))) for row in sight
    )
    return red, green, blue


def lab(rgb: Colour) -> Colour:
    red, green, blue = rgb
    x = _root((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505)
    y = _root(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    z = _root((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _root(part: float) -> float:
    return part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116


def distance(first: Colour, second: Colour) -> float:
    return sum((a - b) ** 2 for a, b in zip(first, second, strict=True)) ** 0.5
