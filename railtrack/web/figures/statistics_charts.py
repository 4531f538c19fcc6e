"""The charts of the statistics, with the same filters as the table and figures computed by the same statistics."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from railtrack.domain.line.network import Network
from railtrack.domain.movement.journeys import Direction
from railtrack.exchange.disruptions import Disruption
from railtrack.operations.figures.statistics import Filters, Row, Statistic
from railtrack.web import drawings
from railtrack.web.figures.chart_pieces import (
    Chart,
    both,
    by_label,
    by_month,
    grouped,
    legend,
    note,
    ranges,
    west_first,
)
from railtrack.web.figures.statistics_form import Asked
from railtrack.web.figures.statistics_table import changes_gauge, crossing_name, crossings, direction_word
from railtrack.web.figures.statistics_words import count, figure, most_hours, slowest, station_name
from railtrack.web.figures.whose_slots import Counted, fill_aside, fill_heading
from railtrack.web.i18n import gettext, ngettext
from railtrack.web.numbers import number, share

Compute = Callable[[Filters, tuple[str, ...]], list[Row]]
BARS = "bars"  # the legend of a chart of bars
MOST_STATIONS = 12
MOST_ROWS = 12
FEWEST_IN_MONTH = 20  # on average; below that a share by month is chance


def charts(
    asked: Asked, rows: Sequence[Row], network: Network, disruptions: Sequence[Disruption], compute: Compute,
    counted: Counted,
) -> list[Chart]:  # fmt: skip
    """Give the charts of this statistic that have something to show; `rows` are the ungrouped ones.

    `counted` is what of the trains they hold.
    """
    makers: dict[Statistic, Callable[..., list[Chart]]] = {
        Statistic.TRANSIT: _transit,
        Statistic.RELIABILITY: _reliability,
        Statistic.DWELL: _dwell,
        Statistic.BORDERS: _borders,
        Statistic.VOLUME: partial(_volume, counted=counted),
    }
    make = makers[asked.statistic]
    return [chart for chart in make(asked, rows, network, disruptions, compute) if chart.drawing]


# ---------------------------------------------------------------- one maker for each


def _transit(
    asked: Asked, rows: Sequence[Row], network: Network, disruptions: Sequence[Disruption], compute: Compute
) -> list[Chart]:
    ranged = [row for row in compute(asked.filters, ("corridor", "direction")) if figure(row, "p50_h") is not None]
    title = gettext("Hours under way by corridor and direction: median, 80 % and 95 % of journeys. "
                    "The table below has the figures.")  # fmt: skip
    found = [
        Chart(
            gettext("Hours from departure to arrival, by corridor"),
            ranges(asked, by_label(ranged, "corridor", "completed", network), title),
            legend=legend(gettext("mark: half have arrived · band: 80 % have arrived · end: 95 % have arrived")),
        )
    ]
    direction = asked.filters.direction or Direction.WESTBOUND
    monthly = compute(replace(asked.filters, direction=direction), ("month",))
    monthly = [{**row, "p50_days": (figure(row, "p50_h") or 0.0) / 24} for row in monthly if row["p50_h"] is not None]
    heading = gettext("By month of departure, %(direction)s", direction=direction_word(direction.value))
    aside = gettext("median days")
    found.append(by_month(asked, monthly, "p50_days", heading, aside, direction, disruptions, network))
    return found


def _reliability(
    asked: Asked, rows: Sequence[Row], network: Network, disruptions: Sequence[Disruption], compute: Compute
) -> list[Chart]:
    by_year = compute(asked.filters, ("year", "direction"))
    bars = [
        drawings.BarRow(
            label=year,
            bars=tuple(
                (
                    Direction(str(row["direction"])),
                    figure(row, "on_time_share") or 0.0,
                    gettext(
                        "%(share)s of %(count)s",
                        share=share(figure(row, "on_time_share")),
                        count=number(count(row, "journeys")),
                    ),
                )
                for row in west_first(same)
            ),
        )
        for year, same in grouped(by_year, "year")
    ]
    drawing = drawings.bar_chart(
        bars,
        title=gettext("Share of journeys on time by year and direction. The table has the figures of all of them."),
        limit=1.0,
        number=lambda value: share(value),
        note=note(asked),
    )
    within = gettext("share of journeys no more than %(hours)s h late", hours=f"{asked.options.tolerance_h:g}")
    found = [Chart(gettext("On time, by year of departure"), drawing, within, legend=BARS)]
    direction = asked.filters.direction or Direction.WESTBOUND
    monthly = compute(replace(asked.filters, direction=direction), ("month",))
    if sum(count(row, "journeys") for row in monthly) < FEWEST_IN_MONTH * len(monthly):
        return found
    monthly = [{**row, "on_time_pct": 100 * (figure(row, "on_time_share") or 0.0)} for row in monthly]
    heading = gettext("By month of departure, %(direction)s", direction=direction_word(direction.value))
    aside = gettext("per cent on time")
    found.append(by_month(asked, monthly, "on_time_pct", heading, aside, direction, disruptions, network))
    return found


def _dwell(
    asked: Asked, rows: Sequence[Row], network: Network, disruptions: Sequence[Disruption], compute: Compute
) -> list[Chart]:
    slowest = most_hours(rows)[:MOST_STATIONS]
    wanted = {str(row["station"]): row for row in slowest}
    by_direction = compute(asked.filters, ("station", "direction"))
    drawn = [
        drawings.RangeRow(
            label=station_name(row, network),
            sub=ngettext(
                "%(figure)s stay", "%(figure)s stays", count(row, "visits"), figure=number(count(row, "visits"))
            ),
            ranges=both([r for r in by_direction if str(r["station"]) == station]),
        )
        for station, row in wanted.items()
    ]
    title = gettext("Hours at the stations where most time is spent: median, 80 % and 95 % of stays, both directions. "
                    "The table below has all stations.")  # fmt: skip
    heading = gettext("Where most time is spent, by the hours of all stays together")
    found = [
        Chart(
            heading,
            ranges(asked, drawn, title),
            legend=legend(gettext("mark: half have left · band: 80 % have left · end: 95 % have left")),
        )
    ]
    if slowest:
        station = str(slowest[0]["station"])
        monthly = [row for row in compute(asked.filters, ("month",)) if str(row["station"]) == station]
        heading = gettext("%(place)s by month", place=station_name(slowest[0], network))
        told = [d for d in disruptions if d.station == station]
        direction = asked.filters.direction or Direction.WESTBOUND
        found.append(by_month(asked, monthly, "p50_h", heading, gettext("median hours"), direction, told, network))
    return found


def _borders(
    asked: Asked, rows: Sequence[Row], network: Network, disruptions: Sequence[Disruption], compute: Compute
) -> list[Chart]:
    order = {name: index for index, name in enumerate(crossings(network))}
    by_crossing = dict(grouped(rows, "crossing"))
    drawn = [
        drawings.RangeRow(
            label=crossing_name(name, network),
            sub=gettext("gauge change") if changes_gauge(name, network) else gettext("no gauge change"),
            ranges=both(by_crossing[name]),
        )
        for name in sorted(by_crossing, key=lambda name: order.get(name, len(order)))
    ][:MOST_ROWS]
    title = gettext("Hours at each border crossing: median, 80 % and 95 % of journeys, both directions. The "
                    "table below "
                    "has the same figures.")  # fmt: skip
    found = [
        Chart(
            gettext("Hours at the border, along the corridor from east to west"),
            ranges(asked, drawn, title),
            legend=legend(gettext("mark: half are through · band: 80 % are through · end: 95 % are through")),
        )
    ]
    ranked = slowest(rows)
    if ranked:
        most = ranked[0]
        direction, crossing = Direction(str(most["direction"])), str(most["crossing"])
        monthly = compute(replace(asked.filters, direction=direction), ("month",))
        monthly = [row for row in monthly if row["crossing"] == crossing]
        heading = gettext("%(place)s by month, %(direction)s", place=crossing_name(crossing, network),
                          direction=direction_word(direction.value))  # fmt: skip
        told = [d for d in disruptions if d.station in crossing.split("-")]
        found.append(by_month(asked, monthly, "p50_h", heading, gettext("median hours"), direction, told, network))
    return found


def _volume(
    asked: Asked, rows: Sequence[Row], network: Network, disruptions: Sequence[Disruption], compute: Compute,
    counted: Counted,
) -> list[Chart]:  # fmt: skip
    by_year = grouped(compute(asked.filters, ("year",)), "year")
    volumes = [
        drawings.BarRow(
            label=year,
            bars=tuple(
                (Direction(str(row["direction"])), figure(row, "teu") or 0.0, _teu_word(row))
                for row in west_first(same)
            ),
        )
        for year, same in by_year
    ]
    fills = [
        drawings.BarRow(
            label=year,
            bars=tuple(
                (
                    Direction(str(row["direction"])),
                    figure(row, "fill_share") or 0.0,
                    ngettext(
                        "%(share)s of %(num)d train",
                        "%(share)s of %(num)d trains",
                        count(row, "fill_trains"),
                        share=share(figure(row, "fill_share")),
                    ),
                )
                for row in west_first(same)
                if row["fill_share"] is not None
            ),
        )
        for year, same in by_year
    ]
    return [
        Chart(
            gettext("TEU by year of departure"),
            drawings.bar_chart(
                volumes if any(value for row in volumes for _d, value, _t in row.bars) else [],
                title=gettext("TEU departed by year and direction. The table has the sums."),
                number=lambda value: number(value),
                note=note(asked),
            ),
            legend=BARS,
        ),
        Chart(
            fill_heading(counted),
            drawings.bar_chart(
                [row for row in fills if row.bars],
                title=gettext("Laden TEU as a share of the trains’ capacity, by year and direction"),
                limit=1.0,
                number=lambda value: share(value),
                note=note(asked),
            ),
            fill_aside(counted),
            legend=BARS,
        ),
    ]


def _teu_word(row: Row) -> str:
    """What is written at the end of a bar; trains whose TEU nobody told are no trains without cargo."""
    if count(row, "trains") and not figure(row, "teu"):
        return gettext("not published")
    return gettext("%(teu)s TEU", teu=number(figure(row, "teu")))
