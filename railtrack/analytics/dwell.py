"""Dwell: how long containers stay at a station between origin and destination."""

from collections.abc import Iterable

from railtrack.analytics.engine import Facts
from railtrack.analytics.filters import ALL, USUAL, DateOf, Filters, Options, Statistic, groups
from railtrack.analytics.rows import Row, Shape, mean, quantile, table, unless_dates, where
from railtrack.domain.actors import EVERYTHING, Scope


def shape(options: Options) -> Shape:
    return Shape(
        source="visits v JOIN journeys j ON j.journey_id = v.journey_id",
        base=unless_dates(options, "v.date_only"),
        period="v.event_date" if options.date is DateOf.EVENT else "j.period_date",
        counts={
            "visits": "v.dwell_h IS NOT NULL",
            "incomplete": "v.dwell_h IS NULL",
            "open": "v.is_open",
        },
        figures={
            "mean_h": mean("v.dwell_h"),
            "p50_h": quantile(0.5, "v.dwell_h"),
            "p80_h": quantile(0.8, "v.dwell_h"),
            "p95_h": quantile(0.95, "v.dwell_h"),
        },
        order=("visits", "incomplete", "open", "mean_h", "p50_h", "p80_h", "p95_h"),
        own_groups={"station": "v.station"},
    )


def dwell(
    facts: Facts,
    filters: Filters = ALL,
    by: Iterable[str] = (),
    options: Options = USUAL,
    *,
    scope: Scope = EVERYTHING,
) -> list[Row]:
    """Give dwell (hours) per station; visits with one end missing are counted apart, of them the open ones again."""
    asked = groups(Statistic.DWELL, by)
    form = shape(options)
    with facts.snapshot() as snapshot:
        return table(snapshot, form, asked, where(form, filters, options, scope))
