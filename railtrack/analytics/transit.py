"""Transit: how long a journey takes, how that spreads, and how fast it is with and without the stays.

Mean, spread and quantiles rest on completed journeys. The Kaplan–Meier median also hears those still under way: each
has lasted at least until its latest event, and leaving them out would bias times low. Speeds are CAREC CPMM's: SWD is
length over transit time, SWOD length over the time in motion.
"""

from collections.abc import Iterable

from railtrack.analytics.engine import Facts
from railtrack.analytics.filters import ALL, USUAL, By, Filters, Options, Statistic, Where, groups
from railtrack.analytics.rows import Row, Shape, case, mean, quantile, select, table, unless_dates, where
from railtrack.analytics.survival import median
from railtrack.domain.actors import EVERYTHING, Scope

_UNDER_WAY_OR_DONE = "j.status IN ('completed', 'in_transit')"


def shape(options: Options) -> Shape:
    exact = unless_dates(options, "j.date_only")
    hours = case(exact, "j.transit_h")
    stays = unless_dates(options, "j.moving_date_only")
    in_motion = f"{exact} AND {stays} AND j.length_km IS NOT NULL AND j.moving_h IS NOT NULL"
    return Shape(
        source="journeys j",
        base="j.status <> 'cancelled'",
        period="j.period_date",
        counts={
            "journeys": _UNDER_WAY_OR_DONE,
            "completed": "j.status = 'completed'",
            "in_transit": "j.status = 'in_transit'",
            "not_departed": "j.status = 'not_departed'",
            "inconsistent": "j.status = 'inconsistent'",
            "date_only": f"{_UNDER_WAY_OR_DONE} AND j.date_only",
            "swod_journeys": in_motion,
        },
        figures={
            "mean_h": mean(hours),
            "sd_h": f"STDDEV_SAMP({hours})",
            "p10_h": quantile(0.1, hours),
            "p50_h": quantile(0.5, hours),
            "p80_h": quantile(0.8, hours),
            "p95_h": quantile(0.95, hours),
            "km_median_h": "CAST(NULL AS DOUBLE)",  # put in afterwards
            "swd_kmh": mean(case(exact, "j.length_km / j.transit_h")),
            "swod_kmh": mean(case(in_motion, "j.length_km / j.moving_h")),
        },
        order=(
            *("journeys", "completed", "in_transit", "not_departed", "inconsistent", "date_only"),
            *("mean_h", "sd_h", "p10_h", "p50_h", "p80_h", "p95_h", "km_median_h"),
            *("swd_kmh", "swod_kmh", "swod_journeys"),
        ),
    )


def transit(
    facts: Facts,
    filters: Filters = ALL,
    by: Iterable[str] = (),
    options: Options = USUAL,
    *,
    scope: Scope = EVERYTHING,
) -> list[Row]:
    """Give transit times (hours) and speeds (km/h), a row per group; one row, even when empty, without groups."""
    asked = groups(Statistic.TRANSIT, by)
    form = shape(options)
    conditions = where(form, filters, options, scope)
    with facts.snapshot() as snapshot:
        rows = table(snapshot, form, asked, conditions)
        steps = snapshot.rows(_steps(form, asked, options, conditions), conditions.values)
    lives: dict[tuple[object, ...], list[tuple[float, int, int]]] = {}
    for step in steps:
        *group, hours, ended, watched = step.values()
        lives.setdefault(tuple(group), []).append((hours, ended, watched))  # type: ignore[arg-type]
    for row in rows:
        row["km_median_h"] = median(lives.get(tuple(row[group.value] for group in asked), ()))
    return rows


def _steps(form: Shape, by: Iterable[By], options: Options, conditions: Where) -> str:
    """Write the query for the distinct times under way: how many ended there, how many were watched so long."""
    hours = "COALESCE(j.transit_h, j.observed_h)"
    known = Where()
    known.conditions = [*conditions.conditions, unless_dates(options, "j.date_only"), _UNDER_WAY_OR_DONE]
    keys = form.groups(by) | {"hours": hours}
    counts = {"ended": "COUNT(j.transit_h)", "watched": "COUNT(*) - COUNT(j.transit_h)"}
    return select(keys | counts, form.source, known, keys)
