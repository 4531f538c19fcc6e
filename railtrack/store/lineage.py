"""Change numbers and what tells them from the same numbers of another database.

With each number a writer draws a lineage at random. The last pairs are kept, so that whoever keeps a copy of
something learns whether this database ever stood where the copy was made: after a database was made anew, or put back
and written to since, the number alone would say so wrongly.
"""

import secrets
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from railtrack.domain.errors import Unavailable
from railtrack.domain.messages import say
from railtrack.store.tables import ChangeCounterRow, ChangeLineageRow

KEPT = 500  # pairs; a copy further behind is made anew


@dataclass(frozen=True)
class Lineage:
    """Where a database stands. `lineage` is empty before the first change."""

    change: int
    lineage: str


def take_change(session: Session) -> int:
    """Take the next number and hold the counter until the transaction is over."""
    lineage = secrets.token_hex(16)
    taken = update(ChangeCounterRow).values(change=ChangeCounterRow.change + 1, lineage=lineage)
    change: int | None = session.scalar(taken.returning(ChangeCounterRow.change))
    if change is None:
        raise Unavailable(say("The database is not set up; run `railtrack init`."))
    session.execute(insert(ChangeLineageRow), [{"change": change, "lineage": lineage}])
    session.execute(delete(ChangeLineageRow).where(ChangeLineageRow.change <= change - KEPT))
    return change


def current_lineage(reading: Session) -> Lineage:
    """Give the latest change in this snapshot."""
    row = reading.execute(select(ChangeCounterRow.change, ChangeCounterRow.lineage)).one_or_none()
    return Lineage(0, "") if row is None else Lineage(row.change, row.lineage)


def is_known_change(reading: Session, change: int, lineage: str) -> bool:
    """Tell whether this database stood at this number under this lineage, as far as is remembered."""
    known = select(ChangeLineageRow.lineage).where(ChangeLineageRow.change == change)
    return reading.scalar(known) == lineage
