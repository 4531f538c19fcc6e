"""Arithmetic on stored instants that both databases do, each in its own words."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from railtrack.store.tables import UtcTime


class shifted(FunctionElement[datetime]):  # noqa: N801 - reads as the SQL function it stands for
    """`shifted(at, minutes)`: an instant moved by a number of minutes; shifted by its offset, a station's clock."""

    type = UtcTime()
    inherit_cache = True
    name = "shifted"


@compiles(shifted, "sqlite")
def _shifted_sqlite(element: shifted, compiler: SQLCompiler, **kw: Any) -> str:
    at, minutes = (compiler.process(part, **kw) for part in element.clauses)
    # spelt as SQLite keeps instants, so that the two compare as text
    return f"strftime('%Y-%m-%d %H:%M:%f000', {at}, ({minutes}) || ' minutes')"


@compiles(shifted, "postgresql")
def _shifted_postgresql(element: shifted, compiler: SQLCompiler, **kw: Any) -> str:
    at, minutes = (compiler.process(part, **kw) for part in element.clauses)
    return f"({at} + ({minutes}) * interval '1 minute')"


class local_day(FunctionElement[date]):  # noqa: N801 - reads as the SQL function it stands for
    """`local_day(at, offset_min)`: the date on a station's clock."""

    type = Date()
    inherit_cache = True
    name = "local_day"


@compiles(local_day, "sqlite")
def _local_day_sqlite(element: local_day, compiler: SQLCompiler, **kw: Any) -> str:
    at, minutes = (compiler.process(part, **kw) for part in element.clauses)
    return f"date({at}, ({minutes}) || ' minutes')"


@compiles(local_day, "postgresql")
def _local_day_postgresql(element: local_day, compiler: SQLCompiler, **kw: Any) -> str:
    at, minutes = (compiler.process(part, **kw) for part in element.clauses)
    return f"(({at} + ({minutes}) * interval '1 minute') AT TIME ZONE 'UTC')::date"


def day_within(at: Any, offset_min: Any, first: date | None, last: date | None) -> list[ColumnElement[bool]]:
    """The conditions under which a station's date lies from `first` to `last`, both included; None is open."""
    day = local_day(at, offset_min)
    found = []
    if first is not None:
        found.append(day >= first)
    if last is not None:
        found.append(day <= last)
    return found


class epoch(FunctionElement[int]):  # noqa: N801 - reads as the SQL function it stands for
    """`epoch(at)`: an instant as whole seconds since 1970, which add and subtract without a calendar."""

    type = BigInteger()
    inherit_cache = True
    name = "epoch"


@compiles(epoch, "sqlite")
def _epoch_sqlite(element: epoch, compiler: SQLCompiler, **kw: Any) -> str:
    (at,) = (compiler.process(part, **kw) for part in element.clauses)
    return f"CAST(strftime('%s', {at}) AS INTEGER)"


@compiles(epoch, "postgresql")
def _epoch_postgresql(element: epoch, compiler: SQLCompiler, **kw: Any) -> str:
    (at,) = (compiler.process(part, **kw) for part in element.clauses)
    return f"CAST(extract(epoch FROM {at}) AS bigint)"
