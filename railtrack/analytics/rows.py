"""How a statistic's rows come out of the facts: the SQL they all share.

A `Shape` says of one statistic which facts its rows rest on, when one counts, and what is reckoned from them. The SQL
is ANSI as far as DuckDB and Spark agree on it; values are bound, never written into it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from railtrack.analytics.engine import Snapshot
from railtrack.analytics.filters import By, Filters, Options, Where
from railtrack.domain.actors import Scope

Row = dict[str, object]

# journeys without one are a row of their own, whose group is NULL; one without a date is in no period
MAY_LACK = frozenset({By.CORRIDOR.value, By.TRAIN.value})


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What the rows of a statistic are made of.

    `source` is the FROM clause, in which journeys are `j`; `base` the condition of what belongs to the statistic at
    all; `period` the date that puts it in its period. `counts` are the conditions of the columns that count, `figures`
    the other columns as aggregates; `order` is the order of both in a row. `own_groups` keep rows apart without being
    asked; `values` are bound beside those of the filters.
    """

    source: str
    base: str
    period: str
    counts: Mapping[str, str]
    figures: Mapping[str, str]
    order: Sequence[str]
    own_groups: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, object] = field(default_factory=dict)

    def column(self, name: str) -> str:
        """Spell the column `name` of the result."""
        return f"COUNT(*) FILTER (WHERE {self.counts[name]})" if name in self.counts else self.figures[name]

    def group(self, name: str) -> str:
        """Spell the value rows are grouped by under `name`."""
        return self.own_groups.get(name) or spell_group(By(name), self.period)

    def groups(self, by: Iterable[By]) -> dict[str, str]:
        """Spell all that rows are grouped by, what was asked for first."""
        asked = {group.value: self.group(group.value) for group in by}
        return asked | {name: sql for name, sql in self.own_groups.items() if name not in asked}


def spell_group(by: By, period: str) -> str:
    """Spell the value of a group in SQL; `period` is the date it goes by. NULL is a group for `MAY_LACK` only."""
    year = f"CAST(EXTRACT(YEAR FROM {period}) AS VARCHAR)"
    if by is By.MONTH:
        return f"{year} || '-' || LPAD(CAST(EXTRACT(MONTH FROM {period}) AS VARCHAR), 2, '0')"
    if by is By.QUARTER:
        return f"{year} || '-Q' || CAST(EXTRACT(QUARTER FROM {period}) AS VARCHAR)"
    if by is By.YEAR:
        return year
    return f"j.{by.value}"


def where(shape: Shape, filters: Filters, options: Options, scope: Scope) -> Where:
    """Give the conditions under which a fact counts; `scope` restricts to what the asker may see, as in the lists."""
    found = Where()
    found.add(shape.base, **shape.values)
    if not options.include_simulated:
        found.add("NOT j.simulated")
    if not scope.everything:
        own = {} if scope.organisation_id is None else {"own": scope.organisation_id}
        found.add("(j.published OR j.organisation_id = $own)" if own else "j.published", **own)
    if filters.from_date is not None:
        found.add(f"{shape.period} >= $from_date", from_date=filters.from_date)
    if filters.to_date is not None:
        found.add(f"{shape.period} <= $to_date", to_date=filters.to_date)
    for name in ("direction", "corridor", "partner", "train"):
        value = getattr(filters, name)
        found.equal(f"j.{name}", name, None if value is None else str(value))
    return found


def table(snapshot: Snapshot, shape: Shape, by: Iterable[By], conditions: Where) -> list[Row]:
    """Compute the rows, one a group in ascending order, None last; a single one where nothing is grouped by."""
    groups = shape.groups(by)
    columns = groups | {name: shape.column(name) for name in shape.order}
    return snapshot.rows(select(columns, shape.source, conditions, groups), conditions.values)


def select(
    columns: Mapping[str, str],
    source: str,
    conditions: Where,
    groups: Mapping[str, str],
    also: Sequence[str] = (),
) -> str:
    """Write a grouped query; NULL is a group in what a journey may lack, in other columns such facts are left out.

    `also` are further groups, in which NULL is a group like any other.
    """
    parts = ["SELECT", ", ".join(f"{sql} AS {quoted(name)}" for name, sql in columns.items())]
    parts += ["FROM", source, "WHERE", str(conditions)]
    parts += [f"AND {sql} IS NOT NULL" for name, sql in groups.items() if name not in MAY_LACK]
    if groups or also:
        parts += ["GROUP BY", ", ".join((*groups.values(), *also))]
    if groups:
        parts += ["ORDER BY", ", ".join(f"{quoted(name)} NULLS LAST" for name in groups)]
    return " ".join(parts)


def none_last(key: Sequence[object]) -> list[tuple[bool, str]]:
    """Give what rows are sorted by where Python sorts them, as the SQL does."""
    return [(value is None, str(value)) for value in key]


def quoted(name: str) -> str:
    """Quote a column's name, since some (`open`, `month`) are words of SQL."""
    return f'"{name}"'


def mean(value: str) -> str:
    return f"AVG({value})"


def quantile(share: float, value: str) -> str:
    """Spell a quantile with linear interpolation (type 7, as numpy does by default)."""
    return f"PERCENTILE_CONT({share}) WITHIN GROUP (ORDER BY {value})"


def case(condition: str, value: str) -> str:
    """Spell a value that is NULL, and so passed over by aggregates, unless the condition holds."""
    return f"CASE WHEN {condition} THEN {value} END"


def unless_dates(options: Options, date_only: str) -> str:
    """Spell the condition that keeps day-precise facts out unless they were asked for."""
    return "TRUE" if options.include_dates else f"NOT {date_only}"
