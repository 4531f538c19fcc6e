"""A statistic computed for somebody: its sentence, table, charts, and what was left out."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from railtrack.domain.line.network import Network
from railtrack.exchange.disruptions import disruptions
from railtrack.operations.figures import journeys_behind
from railtrack.operations.figures.statistics import Figures, Filters, Row, Statistic
from railtrack.web.figures import statistics_table
from railtrack.web.figures.chart_pieces import Chart
from railtrack.web.figures.left_out import left_out
from railtrack.web.figures.statistics_charts import charts
from railtrack.web.figures.statistics_form import Asked
from railtrack.web.figures.statistics_table import Table
from railtrack.web.figures.statistics_words import Answer, Dated, answer, count, figure
from railtrack.web.figures.whose_slots import Counted, counted_of

Compute = Callable[[Filters, tuple[str, ...]], list[Row]]


@dataclass(frozen=True, kw_only=True)
class Computed:
    """All that a page on a statistic is made of. `compute` asks on the same terms for other filters and groups."""

    said: Answer
    rows: list[Row]
    table: Table
    charts: list[Chart]
    left: list[str]
    untold: list[Row]
    compute: Compute


def computed(asked: Asked, network: Network, figures: Figures, counted: Counted | None = None) -> Computed:
    """Compute what was asked, of one moment; `counted` is whose containers the reader takes them for."""
    compute = compute_with(asked, figures)
    plain = compute(asked.filters, ())
    rows = compute(asked.filters, asked.by) if asked.by else plain
    untold = untold_of(asked, figures)
    counted = counted or counted_of(asked.filters, figures.actor.scope)
    said = answer(asked, plain, network, untold, dated_of(asked, plain, figures), counted)
    return Computed(
        said=said,
        rows=rows,
        table=statistics_table.table(asked, rows, network, said.row if not asked.by else None),
        charts=charts(asked, plain, network, disruptions(), compute, counted),
        left=left_out(asked, plain, untold, figures),
        untold=untold,
        compute=compute,
    )


def compute_with(asked: Asked, figures: Figures) -> Compute:
    """The statistic with the options of this page, to be asked with filters and groups."""

    def compute(filters: Filters, by: tuple[str, ...]) -> list[Row]:
        return figures.compute(asked.statistic, filters=filters, by=by, options=asked.options)

    return compute


def untold_of(asked: Asked, figures: Figures) -> list[Row]:
    """For how many of the journeys of volume nothing was told; nothing for other statistics."""
    if asked.statistic is not Statistic.VOLUME:
        return []
    filters, options = asked.filters, asked.options
    found: list[Row] = []
    for row in figures.unpublished(filters=filters, by=(), options=options):
        group = {"direction": str(row["direction"])}
        behind = figures.behind(asked.statistic, filters=filters, group=group, options=options)
        found.append({**row, "journeys": len(behind)})
    return found


def dated_of(asked: Asked, rows: list[Row], figures: Figures) -> Dated | None:
    """What the dates say of transit where hours are known of no journey; None where they are, or dates count."""
    if asked.statistic is not Statistic.TRANSIT or figure(rows[0], "p50_h") is not None:
        return None
    if not count(rows[0], "date_only"):
        return None
    by_date = replace(asked.options, include_dates=True)
    found = figures.behind(asked.statistic, filters=asked.filters, column="completed", options=by_date)
    lines = journeys_behind.lines(figures.store, found, actor=figures.actor)
    days = tuple(
        (line.arrived.local_date - line.departed.local_date).days
        for line in lines
        if line.departed is not None and line.arrived is not None
    )
    return Dated(days, published=all(line.published for line in lines))
