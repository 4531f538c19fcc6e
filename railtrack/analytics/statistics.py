"""The statistics of railtrack (contract §5), under one roof: what to ask for, and what stands behind a figure.

Each takes facts, filters, groups and options, and gives rows ready for JSON: counts as int, hours as unrounded float,
None where there is no data. Facts are an engine, as it is at each question, or a snapshot of it, so that the figures of
one page agree. None of them refreshes the engine; call `engine.refresh()` before.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from railtrack.analytics import borders as _borders
from railtrack.analytics import dwell as _dwell
from railtrack.analytics import reliability as _reliability
from railtrack.analytics import transit as _transit
from railtrack.analytics import volume as _volume
from railtrack.analytics.borders import borders
from railtrack.analytics.dwell import dwell
from railtrack.analytics.engine import Facts
from railtrack.analytics.filters import (
    ALL,
    GROUPS,
    USUAL,
    By,
    DateOf,
    Filters,
    Options,
    Plan,
    Statistic,
    WrongUsage,
    groups,
)
from railtrack.analytics.reliability import reliability
from railtrack.analytics.rows import MAY_LACK, Row, Shape, where
from railtrack.analytics.transit import transit
from railtrack.analytics.volume import unpublished, volume
from railtrack.domain.actors import EVERYTHING, Scope
from railtrack.domain.messages import say

__all__ = [
    "GROUPS",
    "STATISTICS",
    "By",
    "DateOf",
    "Filters",
    "Options",
    "Plan",
    "Row",
    "Statistic",
    "WrongUsage",
    "behind",
    "borders",
    "columns",
    "compute",
    "dwell",
    "groups",
    "reliability",
    "transit",
    "ungrouped",
    "unpublished",
    "volume",
]


class Computation(Protocol):
    def __call__(
        self,
        facts: Facts,
        filters: Filters = ALL,
        by: Iterable[str] = (),
        options: Options = USUAL,
        *,
        scope: Scope = EVERYTHING,
    ) -> list[Row]: ...


STATISTICS: Mapping[Statistic, Computation] = {
    Statistic.TRANSIT: transit,
    Statistic.RELIABILITY: reliability,
    Statistic.DWELL: dwell,
    Statistic.BORDERS: borders,
    Statistic.VOLUME: volume,
}
_SHAPES: Mapping[Statistic, Callable[[Options], Shape]] = {
    Statistic.TRANSIT: _transit.shape,
    Statistic.RELIABILITY: _reliability.shape,
    Statistic.DWELL: _dwell.shape,
    Statistic.BORDERS: _borders.shape,
    Statistic.VOLUME: _volume.shape,
}
# the column whose journeys stand behind a row as a whole
_MAIN_COUNT: Mapping[Statistic, str] = {
    Statistic.TRANSIT: "journeys",
    Statistic.RELIABILITY: "journeys",
    Statistic.DWELL: "visits",
    Statistic.BORDERS: "journeys",
    Statistic.VOLUME: "containers",
}


def compute(
    facts: Facts,
    statistic: Statistic,
    filters: Filters = ALL,
    by: Iterable[str] = (),
    options: Options = USUAL,
    *,
    scope: Scope = EVERYTHING,
) -> list[Row]:
    """Give the rows of the statistic named; `scope` restricts to what the asker may see."""
    return STATISTICS[statistic](facts, filters, by, options, scope=scope)


def columns(statistic: Statistic, by: Iterable[str] = ()) -> tuple[str, ...]:
    """Name the columns of the statistic's rows in their order, also where there is no row to tell them."""
    shape = _SHAPES[statistic](USUAL)
    own = _volume.COLUMNS if statistic is Statistic.VOLUME else shape.order
    return (*shape.groups(groups(statistic, by)), *own)


def behind(
    facts: Facts,
    statistic: Statistic,
    filters: Filters = ALL,
    group: Mapping[str, str | None] | None = None,
    options: Options = USUAL,
    *,
    column: str | None = None,
    scope: Scope = EVERYTHING,
) -> list[int]:
    """Give the ids of the journeys behind a figure, ascending.

    `group` names the row by its grouped columns, such as `{"month": "2024-03", "station": "MAL"}`, None being the row
    of those without. `column` is one of
    the columns that count; None is the one the row's figures rest on. Raises `WrongUsage` for a group or column the
    statistic does not have.
    """
    shape = _SHAPES[statistic](options)
    conditions = where(shape, filters, options, scope)
    chosen = column or _MAIN_COUNT[statistic]
    if chosen not in shape.counts:
        raise WrongUsage(
            say(
                "%(statistic)s does not count %(column)s. It counts: %(possible)s.",
                statistic=statistic.value,
                column=chosen,
                possible=", ".join(shape.counts),
            )
        )
    conditions.add(shape.counts[chosen])
    asked = dict(group or {})
    groups(statistic, (name for name in asked if name not in shape.own_groups))
    for number, (name, value) in enumerate(asked.items()):
        if value is None:
            conditions.add(f"{shape.group(name)} IS NULL")
        conditions.equal(shape.group(name), f"group_{number}", value)
    return _ids(facts, shape, str(conditions), conditions.values)


def ungrouped(
    facts: Facts,
    statistic: Statistic,
    filters: Filters = ALL,
    by: Iterable[str] = (),
    options: Options = USUAL,
    *,
    scope: Scope = EVERYTHING,
) -> list[int]:
    """Give the journeys in no row when grouped so: those without a date, by a period."""
    shape = _SHAPES[statistic](options)
    conditions = where(shape, filters, options, scope)
    keys = [shape.group(group.value) for group in groups(statistic, by) if group.value not in MAY_LACK]
    conditions.add(f"({' OR '.join(f'{key} IS NULL' for key in keys)})" if keys else "FALSE")
    return _ids(facts, shape, str(conditions), conditions.values)


def _ids(facts: Facts, shape: Shape, conditions: str, values: Mapping[str, object]) -> list[int]:
    sql = " ".join(("SELECT DISTINCT j.journey_id FROM", shape.source, "WHERE", conditions, "ORDER BY j.journey_id"))
    with facts.snapshot() as snapshot:
        return [int(str(row["journey_id"])) for row in snapshot.rows(sql, values)]
