"""Many rows at once: lists cut to what one statement may hold, and inserts without an object per row."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from typing import Any, TypeVar, cast

from sqlalchemy import Boolean, Dialect, Table, insert
from sqlalchemy.orm import Session

from railtrack.store.tables import Base
from railtrack.store.tables.base import UtcTime

KEYS = 500  # in one IN list
ROWS = 5000  # in one insert
T = TypeVar("T")
Turn = Callable[[Any], Any]


def in_batches(items: Iterable[T], size: int = KEYS) -> Iterator[list[T]]:
    """Cut a sequence into lists of at most `size`."""
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part


def insert_all(session: Session, row: type[Base], values: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows given as columns, all with the same ones; the database fills what they leave out.

    The statement is spelled once and handed to the driver, which takes half the time of an `insert()` with parameters:
    that looks at each of a million values for what it might be.
    """
    connection = session.connection()
    statement: _Statement | None = None
    for part in in_batches(values, ROWS):
        statement = statement or _Statement(cast(Table, row.__table__), list(part[0]), connection.dialect)
        connection.exec_driver_sql(statement.text, statement.parameters(part))


class _Statement:
    """An insert as the driver takes it."""

    def __init__(self, table: Table, names: list[str], dialect: Dialect) -> None:
        compiled = insert(table).compile(dialect=dialect, column_keys=names)
        self.text = str(compiled)
        self._names = list(compiled.positiontup or names)
        self._is_positional = compiled.positional
        turns = (_turn(table, name, dialect) for name in self._names)
        self._turns = [(i, turn) for i, turn in enumerate(turns) if turn is not None]

    def parameters(self, rows: list[Mapping[str, Any]]) -> Any:
        """Give what the driver takes for these rows; goes column by column, as most need no turning."""
        columns: list[Iterable[Any]] = list(zip(*map(itemgetter(*self._names), rows), strict=True))
        for i, turn in self._turns:
            columns[i] = map(turn, columns[i])
        ordered = zip(*columns, strict=True)
        return list(ordered) if self._is_positional else [dict(zip(self._names, o, strict=True)) for o in ordered]


def _turn(table: Table, name: str, dialect: Dialect) -> Turn | None:
    """Give what turns a value of the column into what the driver takes; None where it takes it as it is."""
    kind = table.c[name].type
    turn = kind.dialect_impl(dialect).bind_processor(dialect)
    # the times of a train are those of each of its containers, so most come again
    return lru_cache(maxsize=ROWS)(turn) if turn is not None and isinstance(kind, UtcTime | Boolean) else turn
