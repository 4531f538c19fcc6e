"""What a statistic is asked for: which journeys, by which groups, on which terms (contract §5)."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from railtrack.domain.errors import RailtrackError
from railtrack.domain.messages import Message, say
from railtrack.domain.movement.journeys import Direction


class WrongUsage(RailtrackError):
    """The question makes no sense as it is put; the message says which would (exit status 2, HTTP 400)."""


class Statistic(StrEnum):
    TRANSIT = "transit"
    RELIABILITY = "reliability"
    DWELL = "dwell"
    BORDERS = "borders"
    VOLUME = "volume"


class By(StrEnum):
    """What rows can be grouped by; the value is the name of the column."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    DIRECTION = "direction"
    CORRIDOR = "corridor"
    PARTNER = "partner"
    TRAIN = "train"
    STATION = "station"


class Plan(StrEnum):
    """Which planned arrival a delay is measured against: as first recorded, or after re-planning."""

    FIRST = "first"
    LATEST = "latest"


class DateOf(StrEnum):
    """Whose date puts a visit or crossing in its period: the journey's departure, or its own arrival."""

    DEPARTURE = "departure"
    EVENT = "event"


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which journeys count; None lets all through. Dates are local dates of the period, both inclusive.

    `partner` is the organisation's name as stored, `corridor` its id, `train` the service number.
    """

    from_date: date | None = None
    to_date: date | None = None
    direction: Direction | None = None
    corridor: str | None = None
    partner: str | None = None
    train: str | None = None

    def __post_init__(self) -> None:
        if self.from_date is not None and self.to_date is not None and self.from_date > self.to_date:
            raise WrongUsage(
                say(
                    "The period from %(from_date)s to %(to_date)s ends before it begins. Swap the two dates.",
                    from_date=self.from_date.isoformat(),
                    to_date=self.to_date.isoformat(),
                )
            )


@dataclass(frozen=True, kw_only=True)
class Options:
    """On which terms a statistic is computed; one that does not concern it changes nothing.

    `tolerance_h` is the delay in hours that still is on time; `open` shows border pairs without border control too.
    """

    include_simulated: bool = False
    include_dates: bool = False
    tolerance_h: float = 24.0
    plan: Plan = Plan.FIRST
    date: DateOf = DateOf.DEPARTURE
    open: bool = False

    def __post_init__(self) -> None:
        if not math.isfinite(self.tolerance_h) or self.tolerance_h < 0:
            raise WrongUsage(
                say("The tolerance is a number of hours from 0 up, not %(value)s.", value=str(self.tolerance_h))
            )


ALL = Filters()
USUAL = Options()

_JOURNEY_GROUPS = (By.MONTH, By.QUARTER, By.YEAR, By.DIRECTION, By.CORRIDOR, By.PARTNER, By.TRAIN)
# what a statistic can be grouped by; some rows are already kept apart by direction or station, naming that is allowed
GROUPS: dict[Statistic, tuple[By, ...]] = {
    Statistic.TRANSIT: _JOURNEY_GROUPS,
    Statistic.RELIABILITY: _JOURNEY_GROUPS,
    Statistic.DWELL: (*_JOURNEY_GROUPS, By.STATION),
    Statistic.BORDERS: _JOURNEY_GROUPS,
    Statistic.VOLUME: _JOURNEY_GROUPS,
}
MOST_GROUPS = 2


def groups(statistic: Statistic, by: Iterable[str]) -> tuple[By, ...]:
    """Judge what rows are to be grouped by; raises `WrongUsage` for what makes no sense for this statistic."""
    asked = tuple(by)
    possible = GROUPS[statistic]
    for name in asked:
        if name not in [group.value for group in possible]:
            raise WrongUsage(
                say(
                    "%(statistic)s cannot be grouped by %(name)s. Possible are: %(possible)s.",
                    statistic=statistic.value,
                    name=name,
                    possible=", ".join(group.value for group in possible),
                )
            )
    if len(set(asked)) < len(asked):
        raise WrongUsage(say("The rows are grouped by %(name)s twice. Name it once.", name=asked[-1]))
    if len(asked) > MOST_GROUPS:
        raise WrongUsage(_too_many(asked))
    return tuple(By(name) for name in asked)


def _too_many(asked: Sequence[str]) -> Message:
    return say(
        "Rows can be grouped by two things at most, not by %(count)s (%(asked)s). Leave some out.",
        count=len(asked),
        asked=", ".join(asked),
    )


class Where:
    """The conditions of a query and the values bound to them; no value is ever written into the SQL."""

    def __init__(self) -> None:
        self.conditions: list[str] = []
        self.values: dict[str, object] = {}

    def add(self, condition: str, **values: object) -> None:
        self.conditions.append(condition)
        self.values.update(values)

    def equal(self, column: str, name: str, value: object) -> None:
        """Ask for one value of a column, unless it is None."""
        if value is not None:
            self.add(f"{column} = ${name}", **{name: value})

    def __str__(self) -> str:
        return " AND ".join(self.conditions) or "TRUE"
