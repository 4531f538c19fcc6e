"""Many rows at once: lists cut to what one statement may hold, and inserts without an object per row."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, TypeVar, cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from railtrack.store.tables import Base

KEYS = 500  # in one IN list
ROWS = 5000  # in one insert
T = TypeVar("T")


def in_batches(items: Iterable[T], size: int = KEYS) -> Iterator[list[T]]:
    """Cut a sequence into lists of at most `size`."""
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part


def insert_all(session: Session, row: type[Base], values: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows given as columns, all with the same ones."""
    statement = insert(cast(Table, row.__table__))
    for part in in_batches(values, ROWS):
        session.execute(statement, part)
