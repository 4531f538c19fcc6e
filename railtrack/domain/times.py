"""Moments: the instant, the station's offset then, and the text as it was given.

Inside railtrack a time is aware and UTC. How times are spelled in files, and the ways a local time can fail, stand in
`clock`.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum


class Precision(StrEnum):
    """A day-precise moment is a date: sorted at local noon, never turned into hours."""

    SECOND = "second"
    DAY = "day"


@dataclass(frozen=True, order=True, slots=True)
class Moment:
    """A stated time: `instant` in UTC, `offset_min` the station's offset from UTC in minutes at that time."""

    instant: datetime
    offset_min: int
    precision: Precision = Precision.SECOND
    text: str = ""

    def __post_init__(self) -> None:
        if self.instant.utcoffset() != timedelta(0):
            raise ValueError(f"a moment's instant is in UTC, not {self.instant!r}")

    @property
    def local(self) -> datetime:
        """The same instant on the station's clock."""
        return self.instant.astimezone(timezone(timedelta(minutes=self.offset_min)))

    @property
    def local_date(self) -> date:
        return self.local.date()

    @property
    def is_day(self) -> bool:
        return self.precision is Precision.DAY


def utc(moment: datetime) -> datetime:
    """Bring an aware time to UTC, to the second."""
    if moment.tzinfo is None:
        raise ValueError("a time without zone cannot be brought to UTC")
    return moment.astimezone(UTC).replace(microsecond=0)
