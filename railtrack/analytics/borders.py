"""Borders: from the first arrival before a border to the last departure behind it."""

from collections.abc import Iterable

from railtrack.analytics.engine import Facts
from railtrack.analytics.filters import ALL, USUAL, DateOf, Filters, Options, Statistic, groups
from railtrack.analytics.rows import Row, Shape, mean, quantile, table, unless_dates, where
from railtrack.domain.actors import EVERYTHING, Scope


def shape(options: Options) -> Shape:
    base = unless_dates(options, "c.date_only")
    return Shape(
        source="crossings c JOIN journeys j ON j.journey_id = c.journey_id",
        base=base if options.open else f"{base} AND NOT c.open_border",
        period="c.event_date" if options.date is DateOf.EVENT else "j.period_date",
        counts={"journeys": "TRUE"},
        figures={
            "mean_h": mean("c.hours"),
            "p50_h": quantile(0.5, "c.hours"),
            "p80_h": quantile(0.8, "c.hours"),
            "p95_h": quantile(0.95, "c.hours"),
        },
        order=("journeys", "mean_h", "p50_h", "p80_h", "p95_h"),
        own_groups={"crossing": "c.crossing", "direction": "j.direction"},
    )


def borders(
    facts: Facts,
    filters: Filters = ALL,
    by: Iterable[str] = (),
    options: Options = USUAL,
    *,
    scope: Scope = EVERYTHING,
) -> list[Row]:
    """Give the time at borders (hours) per crossing and direction; a crossing has one name in both directions."""
    asked = groups(Statistic.BORDERS, by)
    form = shape(options)
    with facts.snapshot() as snapshot:
        return table(snapshot, form, asked, where(form, filters, options, scope))
