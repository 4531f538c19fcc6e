"""Reliability: how late journeys arrive against their plan, and how many within the tolerance."""

from collections.abc import Iterable

from railtrack.analytics.engine import Facts
from railtrack.analytics.filters import ALL, USUAL, Filters, Options, Plan, Statistic, groups
from railtrack.analytics.rows import Row, Shape, mean, quantile, table, unless_dates, where
from railtrack.domain.actors import EVERYTHING, Scope


def shape(options: Options) -> Shape:
    delay = "j.delay_first_h" if options.plan is Plan.FIRST else "j.delay_latest_h"
    on_time = f"{delay} <= $tolerance_h"
    return Shape(
        source="journeys j",
        base=f"j.status = 'completed' AND {delay} IS NOT NULL AND {unless_dates(options, 'j.date_only')}",
        period="j.period_date",
        counts={"journeys": "TRUE", "on_time": on_time},
        figures={
            "on_time_share": f"COUNT(*) FILTER (WHERE {on_time}) * 1.0E0 / NULLIF(COUNT(*), 0)",
            "delay_mean_h": mean(delay),
            "delay_p50_h": quantile(0.5, delay),
            "delay_p80_h": quantile(0.8, delay),
            "delay_p95_h": quantile(0.95, delay),
        },
        order=("journeys", "on_time", "on_time_share", "delay_mean_h", "delay_p50_h", "delay_p80_h", "delay_p95_h"),
        values={"tolerance_h": options.tolerance_h},
    )


def reliability(
    facts: Facts,
    filters: Filters = ALL,
    by: Iterable[str] = (),
    options: Options = USUAL,
    *,
    scope: Scope = EVERYTHING,
) -> list[Row]:
    """Give delays (hours, negative when early) of completed journeys that had a plan; one row without groups.

    `journeys` are those the figures rest on, so day-precise ones only where they are asked for.
    """
    asked = groups(Statistic.RELIABILITY, by)
    form = shape(options)
    with facts.snapshot() as snapshot:
        return table(snapshot, form, asked, where(form, filters, options, scope))
