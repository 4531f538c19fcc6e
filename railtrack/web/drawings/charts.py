"""Charts, each drawn twice (wide, and 358 px for phones) with the same figures as the table beside it.

Westbound is always the first colour with a circle, eastbound the second with a diamond. Lines are never smoothed, axes
start at zero, and simulated data says so in the drawing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from markupsafe import Markup

from railtrack.domain.movement.journeys import Direction
from railtrack.web.drawings import marks
from railtrack.web.drawings.labels import text_width

WIDE, PHONE = 1080.0, 358.0
PHONE_SIZE = 13.5  # of the figures on an axis: wide enough for the fonts of most systems
CLASSES = {Direction.WESTBOUND: "c-w", Direction.EASTBOUND: "c-e"}
DAYS = (1, 3, 5, 10, 20)

Number = Callable[[float], str]


def _whole(value: float) -> str:
    return f"{value:,.0f}"


@dataclass(frozen=True, kw_only=True)
class Range:
    """One direction of a row: median, and the ends of 80 and 95 per cent, all in the chart's unit."""

    direction: Direction
    p50: float
    p80: float
    p95: float


@dataclass(frozen=True, kw_only=True)
class RangeRow:
    """A row of the ranges chart: what it is, a second line, and one or two directions."""

    label: str
    sub: str = ""
    ranges: tuple[Range, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Marked:
    """Something that happened: the months (index from the first, inclusive) it lasted, said long and short."""

    first: int
    last: int
    label: str
    short: str = ""


@dataclass(frozen=True, kw_only=True)
class BarRow:
    """A row of the bar chart; `bars` are (direction, value, what is written at its end)."""

    label: str
    bars: tuple[tuple[Direction, float, str], ...] = ()


def ranges_chart(
    rows: Sequence[RangeRow],
    *,
    title: str,
    unit: str = "h",
    day: Callable[[int], str] = lambda n: "1 day" if n == 1 else f"{n} days",
    number: Number = _whole,
    note: str = "",
) -> Markup:
    """Per row and direction a mark at the median, a band to 80 % and a line to 95 %; days are marked where hours are.

    `note` ("Simulated data") stands in the drawing. Empty without rows.
    """
    if not any(row.ranges for row in rows):
        return Markup("")
    top = max(r.p95 for row in rows for r in row.ranges)
    label = max(text_width(row.label, 14.5) for row in rows) + 18
    wide = _ranges(rows, top, min(max(236, label), 372), 1016, 28, 62, title, unit, day, number, note, phone=False)
    phone = _ranges(rows, top, 0, 280, 44, 84, title, unit, day, number, note, phone=True)
    return wide + phone


def _ranges(
    rows: Sequence[RangeRow],
    top: float,
    left: float,
    right: float,
    head: float,
    step: float,
    title: str,
    unit: str,
    day: Callable[[int], str],
    number: Number,
    note: str,
    *,
    phone: bool,
) -> Markup:
    # the words behind the longest line need room of their own
    room = text_width(f"{number(top)} … {number(top)} {unit}", 13) + 14
    ticks = steps(top, 4 if phone else 7)
    limit = max(ticks[-1], top)
    right = min(right, (PHONE if phone else WIDE) - room + (limit - top) / limit * (right - left))

    def x(value: float) -> float:
        return left + value / limit * (right - left)

    bottom = head + step * len(rows) + (10 if not phone else 2)
    parts = [marks.text("c-sub", 0, 12, note)] if note else []
    for tick in ticks:
        parts.append(marks.path("c-grid c-zero" if tick == 0 else "c-grid", f"M{x(tick):.1f} {head:g}V{bottom:g}"))
        said = f"{number(tick)} {unit}" if tick == 0 else number(tick)
        parts.append(marks.text("c-ax", x(tick), bottom + 18, said, "start" if x(tick) < 12 else "middle"))
    if unit == "h":
        last = -100.0
        for days in DAYS:
            if 24 * days <= limit and x(24 * days) - last > 62:
                last = x(24 * days)
                at = max(last, text_width(day(days), PHONE_SIZE) / 2)  # nothing hangs out at the left
                parts.append(marks.text("c-day", at, head - 8, day(days), "middle"))
                parts.append(marks.path("c-dayl", f"M{last:.1f} {head - 2:g}V{bottom:g}"))
    for index, row in enumerate(rows):
        y = head + index * step
        if index:
            parts.append(marks.path("c-row", f"M0 {y + 6:g}H{right:.1f}"))
        if phone:
            sub = Markup('<tspan class="c-sub" dx="8">{}</tspan>').format(row.sub) if row.sub else Markup("")
            fits = text_width(row.label, 14.5) + text_width(row.sub, 12.5) + 8 < PHONE
            label = Markup("{}{}").format(_fitted(row.label, 14.5, PHONE), sub if fits else "")
            parts.append(Markup('<text class="c-lab" x="0" y="{}">{}</text>').format(marks.number(y + 26), label))
        else:
            parts.append(marks.text("c-lab", 0, y + 33, _fitted(row.label, 14.5, left - 14)))
            parts.append(marks.text("c-sub", 0, y + 51, row.sub))
        first = y + (42 if phone else 26)
        for place, found in enumerate(row.ranges):
            parts += _range(found, first + 23 * place, x, unit, number)
    height = bottom + 30
    css = "chart phone-only" if phone else "chart wide-only"
    return marks.svg(Markup("").join(parts), PHONE if phone else WIDE, height, css, title=title)


def _range(found: Range, y: float, x: Callable[[float], float], unit: str, number: Number) -> list[Markup]:
    css = CLASSES[found.direction]
    start, end = x(found.p50), x(found.p95)
    return [
        marks.path(f"{css} c-95", f"M{start:.1f} {y:.1f}H{end:.1f}"),
        marks.path(f"{css} c-80", f"M{start:.1f} {y:.1f}H{x(found.p80):.1f}"),
        marks.path(f"{css} c-tick", f"M{end:.1f} {y - 5:.1f}v10"),
        _dot(found.direction, start, y),
        Markup('<text class="c-val" x="{}" y="{}">{} <tspan class="c-val2">… {} {}</tspan></text>').format(
            marks.number(end + 9), marks.number(y + 4.5), number(found.p50), number(found.p95), unit
        ),
    ]


def _dot(direction: Direction, x: float, y: float) -> Markup:
    if direction is Direction.WESTBOUND:
        return Markup('<circle class="c-w c-dot" cx="{}" cy="{}" r="6"/>').format(marks.number(x), marks.number(y))
    return marks.path("c-e c-dot", f"M{x:.1f} {y - 7.5:.1f}l7.5 7.5-7.5 7.5-7.5-7.5z")


def line_chart(
    values: Sequence[float | None],
    *,
    first_year: int,
    first_month: int,
    title: str,
    last_label: str = "",
    last_short: str = "",
    marked: Sequence[Marked] = (),
    direction: Direction = Direction.WESTBOUND,
    number: Number = _whole,
    note: str = "",
) -> Markup:
    """A figure by month, one value each, None where there is none: the line is broken there, never bridged.

    Empty without a value.
    """
    if not any(value is not None for value in values):
        return Markup("")
    drawings = []
    for phone in (False, True):
        width, height = (PHONE, 200.0) if phone else (WIDE, 210.0)
        left, right, head, bottom = (36.0, 292.0, 34.0, 166.0) if phone else (48.0, 980.0, 24.0, 176.0)
        widest = max(text_width(number(tick), PHONE_SIZE) for tick in steps(max(v for v in values if v is not None), 4))
        left = max(left, widest + 10)
        parts = _months(values, first_year, first_month, left, right, head, bottom, marked, direction, number, phone)
        latest = next(i for i in range(len(values) - 1, -1, -1) if values[i] is not None)
        label = last_short or last_label if phone else last_label
        if label:
            ticks = steps(max(v for v in values if v is not None), 4)
            x, y = _month_at(latest, len(values), left, right), _value_at(values[latest] or 0, ticks[-1], head, bottom)
            parts.append(marks.text("c-val", x + 10, y + 5, label))
        if note:
            parts.insert(0, marks.text("c-sub", left, 12, note))
        css = "chart phone-only" if phone else "chart wide-only"
        drawings.append(marks.svg(Markup("").join(parts), width, height, css, title=title))
    return Markup("").join(drawings)


def _months(
    values: Sequence[float | None],
    first_year: int,
    first_month: int,
    left: float,
    right: float,
    head: float,
    bottom: float,
    marked: Sequence[Marked],
    direction: Direction,
    number: Number,
    phone: bool,
) -> list[Markup]:
    ticks = steps(max(v for v in values if v is not None), 4)
    count, css = len(values), CLASSES[direction]
    parts = []
    for tick in ticks:
        y = _value_at(tick, ticks[-1], head, bottom)
        parts.append(marks.path("c-grid c-zero" if tick == 0 else "c-grid", f"M{left:g} {y:.1f}H{right:g}"))
        parts.append(marks.text("c-ax", left - 8, y + 4, number(tick), "end"))
    years = [i for i in range(count) if i == 0 or (first_month - 1 + i) % 12 == 0]
    every = max(1, ceil(len(years) * 44 / (right - left)))
    for place, i in enumerate(years):
        x = _month_at(i, count, left, right)
        parts.append(marks.path("c-grid", f"M{x:.1f} {bottom:g}v6"))
        near = place == 0 and len(years) > 1 and _month_at(years[1], count, left, right) - x < 38
        if place % every == 0 and not near:
            parts.append(marks.text("c-ax", x, bottom + 24, str(first_year + (first_month - 1 + i) // 12)))
    for event in marked:
        start = _month_at(event.first - 0.35, count, left, right)
        end = _month_at(event.last + 0.35, count, left, right)
        parts.append(
            Markup('<rect class="c-closed" x="{}" y="{}" width="{}" height="{}"/>').format(
                marks.number(start), marks.number(head), marks.number(max(end - start, 6)), marks.number(bottom - head)
            )
        )
        words = event.short or event.label if phone else event.label
        before = start - 7 - text_width(words, 13) > left
        at, anchor = (start - 7, "end") if before else (end + 7, "start")
        parts.append(marks.text("c-note", at, head + 14, words, anchor))
    line, pen = "", "M"
    for i, value in enumerate(values):
        if value is None:
            pen = "M"
            continue
        x, y = _month_at(i, count, left, right), _value_at(value, ticks[-1], head, bottom)
        line += f"{pen}{x:.1f} {y:.1f}"
        pen = "L"
        alone = (i == 0 or values[i - 1] is None) and (i == count - 1 or values[i + 1] is None)
        stressed = (
            any(event.first <= i <= event.last for event in marked)
            or alone
            or all(later is None for later in values[i + 1 :])
        )
        if stressed:
            parts.append(
                Markup('<circle class="{} c-dot" cx="{}" cy="{}" r="4.5"/>').format(
                    css, marks.number(x), marks.number(y)
                )
            )
    parts.insert(len(ticks) * 2, marks.path(f"{css} c-line", line))
    return parts


def _month_at(index: float, count: int, left: float, right: float) -> float:
    return left + (right - left) * (index / (count - 1) if count > 1 else 0.5)


def _value_at(value: float, limit: float, head: float, bottom: float) -> float:
    return bottom - value / limit * (bottom - head)


def bar_chart(
    rows: Sequence[BarRow],
    *,
    title: str,
    limit: float | None = None,
    unit: str = "",
    number: Number = _whole,
    note: str = "",
) -> Markup:
    """Bars from zero, per row one or two directions, with their value written at the end.

    `limit` fixes the end of the axis (1 for shares of capacity, drawn as the full train). Empty without rows.
    """
    if not any(row.bars for row in rows):
        return Markup("")
    top = limit or max((value for row in rows for _d, value, _t in row.bars), default=0.0)
    return _bars(rows, top, limit, title, unit, number, note, phone=False) + _bars(
        rows, top, limit, title, unit, number, note, phone=True
    )


def _bars(
    rows: Sequence[BarRow],
    top: float,
    limit: float | None,
    title: str,
    unit: str,
    number: Number,
    note: str,
    *,
    phone: bool,
) -> Markup:
    width, left = (PHONE, 0.0) if phone else (WIDE, 180.0)
    longest = max(text_width(words, 13) for row in rows for _d, _v, words in row.bars)
    right = width - longest - 14
    head = 20.0 if note else 6.0
    ticks = steps(top, 3 if phone else 6)
    end = limit or ticks[-1] or 1.0

    def x(value: float) -> float:
        return left + min(value, end) / end * (right - left)

    parts = [marks.text("c-sub", 0, 12, note)] if note else []
    y = head
    drawn: list[Markup] = []
    for index, row in enumerate(rows):
        if index:
            drawn.append(marks.path("c-row", f"M0 {y:g}H{right:.1f}"))
        if phone:
            drawn.append(marks.text("c-lab", 0, y + 20, row.label))
            y += 26
        else:
            drawn.append(marks.text("c-lab", 0, y + 21, _fitted(row.label, 14.5, left - 14)))
            y += 8
        for direction, value, words in row.bars:
            drawn.append(
                Markup('<rect class="{} c-bar" x="{}" y="{}" width="{}" height="13"/>').format(
                    CLASSES[direction], marks.number(left), marks.number(y), marks.number(max(x(value) - left, 1))
                )
            )
            drawn.append(_dot(direction, x(value), y + 6.5))
            drawn.append(marks.text("c-val", x(value) + 12, y + 11, words))
            y += 20
        y += 4 if phone else 6
    for tick in [t for t in ticks if t <= end]:
        parts.append(marks.path("c-grid c-zero" if tick == 0 else "c-grid", f"M{x(tick):.1f} {head:g}V{y:g}"))
        said = f"{number(tick)} {unit}".strip() if tick == 0 else number(tick)
        parts.append(marks.text("c-ax", x(tick), y + 18, said, "start" if x(tick) < 12 else "middle"))
    css = "chart phone-only" if phone else "chart wide-only"
    return marks.svg(Markup("").join([*parts, *drawn]), width, y + 30, css, title=title)


def steps(top: float, count: int) -> list[float]:
    """Round steps of an axis from zero to at least `top`, about `count` of them: 1, 2 or 5 times a power of ten."""
    if top <= 0:
        return [0.0, 1.0]
    raw = top / count
    power = 10.0 ** floor(log10(raw))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= raw * 0.999)
    return [i * step for i in range(ceil(top / step - 1e-9) + 1)]


def _fitted(words: str, size: float, width: float) -> str:
    """Words that fit, shortened with an ellipsis where they would not; the table has them whole."""
    if text_width(words, size) <= width:
        return words
    while words and text_width(words + "…", size) > width:
        words = words[:-1]
    return words.rstrip() + "…"


def legend(westbound: str, eastbound: str, explained: str) -> Markup:
    """The two samples above a ranges chart, and what mark, band and end mean."""
    line = (
        '<path class="{c} c-95" d="M7 7H70"/><path class="{c} c-80" d="M7 7H40"/>'
        '<path class="{c} c-tick" d="M70 2v10"/>'
    )
    west = line.format(c="c-w") + '<circle class="c-w c-dot" cx="7" cy="7" r="6"/>'
    east = line.format(c="c-e") + '<path class="c-e c-dot" d="M8-.5l7.5 7.5-7.5 7.5-7.5-7.5z"/>'
    items = Markup("").join(
        Markup('<li><svg width="80" height="14" aria-hidden="true">{}</svg>{}</li>').format(
            Markup(sample),  # noqa: S704 - our own drawings
            words,
        )
        for sample, words in ((west, westbound), (east, eastbound))
    )
    return Markup('<ul class="legend">{}<li class="soft">{}</li></ul>').format(items, explained)
