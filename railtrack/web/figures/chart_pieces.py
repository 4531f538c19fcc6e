"""What the charts of the statistics are put together from: bands of hours, months, marks of disruptions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from railtrack.domain.line.network import Network
from railtrack.domain.movement.journeys import Direction
from railtrack.exchange.disruptions import Disruption
from railtrack.operations.figures.statistics import Row
from railtrack.web import drawings
from railtrack.web.figures.statistics_form import Asked
from railtrack.web.figures.statistics_table import group_word
from railtrack.web.figures.statistics_words import count, figure
from railtrack.web.i18n import gettext, language, ngettext
from railtrack.web.numbers import number

FEWEST_MONTHS = 6
LONGEST_MARKED = 2  # months; longer ones are no mark but a period
ROOM_OF_LABEL = 0.4  # share of the chart's width that the words beside a mark take


@dataclass(frozen=True)
class Chart:
    """A drawing with its heading; `legend` stands above it, empty where one series needs none."""

    heading: str
    drawing: Markup
    aside: str = ""
    legend: Markup | str = ""


def ranges(asked: Asked, rows: Sequence[drawings.RangeRow], title: str) -> Markup:
    """Bands of hours, one above the other."""
    return drawings.ranges_chart(
        [row for row in rows if row.ranges],
        title=title,
        day=lambda n: ngettext("%(num)d day", "%(num)d days", n),
        number=lambda value: number(value),
        note=note(asked),
    )


def short_corridor(name: str) -> str:
    """What tells a corridor from others: the places of its name, without “corridor via”."""
    for mark in (" via ", " über ", "：", ":"):
        _before, found, places = name.partition(mark)
        if found and places:
            return places
    for mark in (" to ", " nach "):
        _before, found, places = name.partition(mark)
        if found and places:
            return f"{mark.strip().capitalize()} {places}"
    return name


def by_label(rows: Sequence[Row], key: str, counted: str, network: Network) -> list[drawings.RangeRow]:
    """Rows of a chart by what they are grouped by, both directions in each."""
    found = []
    for value, same in grouped(rows, key):
        journeys = sum(count(row, counted) for row in same)
        word, _address, code = group_word(key, value, network)
        if code in network.corridors:
            word = short_corridor(word)
        found.append(
            drawings.RangeRow(
                label=word,
                sub=ngettext("%(figure)s journey", "%(figure)s journeys", journeys, figure=number(journeys)),
                ranges=both(same),
            )
        )
    return found


def both(rows: Sequence[Row]) -> tuple[drawings.Range, ...]:
    """The bands of both directions, westbound first."""
    return tuple(
        drawings.Range(
            direction=Direction(str(row["direction"])),
            p50=figure(row, "p50_h") or 0.0,
            p80=figure(row, "p80_h") or 0.0,
            p95=figure(row, "p95_h") or 0.0,
        )
        for row in west_first(rows)
        if figure(row, "p50_h") is not None
    )


def west_first(rows: Sequence[Row]) -> list[Row]:
    """Rows with the westbound one first."""
    return sorted(rows, key=lambda row: row["direction"] != Direction.WESTBOUND.value)


def grouped(rows: Sequence[Row], key: str) -> list[tuple[str, list[Row]]]:
    """Rows by the text of one column, in their order."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault("" if row[key] is None else str(row[key]), []).append(row)
    return list(found.items())


def by_month(
    asked: Asked,
    rows: Sequence[Row],
    name: str,
    heading: str,
    aside: str,
    direction: Direction,
    disruptions: Sequence[Disruption],
    network: Network,
) -> Chart:
    """A figure month by month; months without one break the line. Nothing where there are fewer than two."""
    values = {str(row["month"]): figure(row, name) for row in rows if figure(row, name) is not None}
    if len(values) < FEWEST_MONTHS:
        return Chart(heading, Markup(""))
    months = _months(min(values), max(values))
    series = [values.get(f"{year}-{month:02d}") for year, month in months]
    first = months[0]
    last = series[-1]
    label = number(last) if last is not None else ""
    drawing = drawings.line_chart(
        series,
        first_year=first[0],
        first_month=first[1],
        title=gettext(
            "%(heading)s: %(aside)s, from %(first)s to %(last)s.",
            heading=heading,
            aside=aside,
            first=min(values),
            last=max(values),
        ),
        last_label=label,
        last_short=label,
        marked=_marked(disruptions, months),
        direction=direction,
        number=lambda value: number(value),
        note=note(asked),
    )
    return Chart(heading, drawing, aside)


def _marked(disruptions: Sequence[Disruption], months: Sequence[tuple[int, int]]) -> list[drawings.Marked]:
    """What disturbed the traffic in the months drawn; only short ones, whose days or months are known."""
    index = {month: place for place, month in enumerate(months)}
    found: list[drawings.Marked] = []
    for each in sorted(disruptions, key=lambda d: d.first, reverse=True):
        first = index.get((each.first.year, each.first.month))
        last = index.get((each.last.year, each.last.month))
        if first is None or last is None or last - first > LONGEST_MARKED:
            continue
        if all(abs(first - other.first) > len(months) * ROOM_OF_LABEL for other in found):
            found.append(
                drawings.Marked(first=first, last=last, label=each.label(language()), short=each.short(language()))
            )
    return found


def _months(first: str, last: str) -> list[tuple[int, int]]:
    start, end = (date.fromisoformat(f"{text}-01") for text in (first, last))
    count_of = (end.year - start.year) * 12 + end.month - start.month + 1
    return [(start.year + (start.month - 1 + i) // 12, (start.month - 1 + i) % 12 + 1) for i in range(count_of)]


def legend(explained: str) -> Markup:
    """The legend of bands, and what they mean."""
    return drawings.legend(gettext("westbound"), gettext("eastbound"), explained)


def note(asked: Asked) -> str:
    """What is written into a drawing of invented figures."""
    return gettext("Simulated data") if asked.options.include_simulated else ""
