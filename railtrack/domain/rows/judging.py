"""Judging one row: its values are read one by one, and everything wrong with any of them is kept."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from railtrack.domain import clock
from railtrack.domain.errors import Problem, Severity
from railtrack.domain.line.gazetteer import Gazetteer, UnknownStation
from railtrack.domain.line.places import Station
from railtrack.domain.messages import Message, say
from railtrack.domain.rows.cells import text_of
from railtrack.domain.rows.raw import RawRow
from railtrack.domain.rows.unfit import Unfit
from railtrack.domain.times import Moment
from railtrack.domain.world import World

T = TypeVar("T")
R = TypeVar("R", covariant=True)

SHOWN = 120
LONGEST_NAME = 200
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Judged(Generic[R]):
    """The judgement on a row. `row` is None exactly if one of the problems is more than a warning."""

    row: R | None
    problems: tuple[Problem, ...] = ()

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(p for p in self.problems if p.severity is Severity.WARNING)


class Judging:
    """One row under judgement. Every reader gives None (or its empty value) where the cell is empty or unfit."""

    __slots__ = ("_unread", "cells", "line", "problems", "world")

    def __init__(self, raw: RawRow, world: World) -> None:
        self.line = raw.line
        self.cells = raw.cells
        self.world = world
        self.problems: list[Problem] = list(raw.problems)
        self._unread = frozenset(p.column for p in raw.problems)

    # ------------------------------------------------------------ what is found

    def problem(
        self,
        column: str,
        message: Message,
        remedy: Message | None = None,
        suggestions: tuple[str, ...] = (),
        severity: Severity = Severity.PROBLEM,
    ) -> None:
        """Keep a problem of a column; one whose cell could not be read has its problem already."""
        if column in self._unread:
            return
        self.problems.append(
            Problem(
                message=message,
                remedy=remedy,
                severity=severity,
                line=self.line,
                column=column,
                value=shown(self.cells.get(column)),
                suggestions=suggestions,
            )
        )

    def warn(self, column: str, message: Message, remedy: Message | None = None) -> None:
        self.problem(column, message, remedy, severity=Severity.WARNING)

    def missing(self, column: str, remedy: Message | None = None) -> None:
        self.problem(column, say("%(column)s is empty.", column=column), remedy or say("It must be given."))

    @property
    def is_refused(self) -> bool:
        return any(p.severity is Severity.PROBLEM for p in self.problems)

    def judged(self, make: Callable[[], T]) -> Judged[T]:
        """Make the row if nothing stands against it."""
        if self.problems and self.is_refused:
            return Judged(None, tuple(self.problems))
        return Judged(make(), tuple(self.problems))

    # ------------------------------------------------------------ reading values

    def has(self, column: str) -> bool:
        """Tell whether the cell holds anything, fit or not."""
        value = self.cells.get(column)
        return value is not None and value != "" and not (isinstance(value, str) and not value.strip())

    def read(self, column: str, reader: Callable[[str], T]) -> T | None:
        """Read a cell as text through `reader`, which may raise Unfit."""
        value = self.cells.get(column)
        if value is None or value == "":
            return None
        try:
            text = text_of(value)
            return reader(text) if text else None
        except Unfit as unfit:
            self.problem(column, unfit.message, unfit.remedy, unfit.suggestions)
            return None

    def given(self, column: str, reader: Callable[[object], T]) -> T | None:
        """Read a cell as it is, typed or text, through `reader`, which may raise Unfit."""
        if not self.has(column):
            return None
        try:
            return reader(self.cells[column])
        except Unfit as unfit:
            self.problem(column, unfit.message, unfit.remedy, unfit.suggestions)
            return None

    def recorded_at(self, column: str, now: datetime) -> Moment | None:
        """Read when something was recorded, out of our own export: a time with an offset, not to come."""
        found = self.given(column, lambda given: clock.read_moment(given, None))
        if found is not None and clock.is_future(found, now):
            self.problem(
                column,
                say("This time lies in the future, so nothing can have been recorded then."),
                say("Leave it empty; it then counts as recorded now."),
            )
        return found

    def station(self, column: str) -> Station | None:
        return self.read(column, self._find_station)

    def _find_station(self, text: str) -> Station:
        if len(text) > LONGEST_NAME:
            raise Unfit(say("No station of this name."), say("Write our code, a UN/LOCODE or the full name."))
        found = _stations_known(self.world.gazetteer, text)
        if isinstance(found, Unfit):
            raise Unfit(found.message, found.remedy, found.suggestions)
        return found

    def moment(
        self, column: str, station: Station | None, *, times_in: tzinfo | None = None, anywhere: bool = False
    ) -> Moment | None:
        """Read a time at a station. `anywhere`: at no station, so that it needs an offset of its own.

        Without a station, as when that is unknown, only the spelling is judged.
        """
        if station is not None:
            zone = clock.zone_named(station.timezone)
            return self.given(
                column, lambda given: clock.read_moment(given, zone, place=station.name, times_in=times_in)
            )
        if anywhere:
            return self.given(column, lambda given: clock.read_moment(given, None, times_in=times_in))
        self.given(column, lambda given: clock.read_moment(given, clock.zone_named("UTC")))
        return None


_FOUND: "WeakKeyDictionary[Gazetteer, dict[str, Station | Unfit]]" = WeakKeyDictionary()
_MOST_REMEMBERED = 10_000


def _stations_known(gazetteer: Gazetteer, text: str) -> Station | Unfit:
    """Look a name up once: files name the same few stations over and over, and near matches take long to find."""
    known = _FOUND.setdefault(gazetteer, {})
    if text not in known:
        if len(known) >= _MOST_REMEMBERED:
            known.clear()
        try:
            known[text] = gazetteer.find(text)
        except UnknownStation as unknown:
            known[text] = _unknown_station(unknown)
    return known[text]


def _unknown_station(unknown: UnknownStation) -> Unfit:
    near = ", ".join(f"{s.name} ({s.id})" for s in unknown.near)
    message = (
        say("Several stations go by this name: %(near)s.", near=near)
        if unknown.ambiguous
        else say("No station of this name. Near: %(near)s.", near=near)
        if near
        else say("No station of this name.")
    )
    return Unfit(
        message,
        say("Stations are never guessed; write the name or the code of one of them.")
        if near
        else say("Stations are never guessed; write our code, a UN/LOCODE or the full name."),
        tuple(s.id for s in unknown.near),
    )


def shown(value: object) -> str | None:
    """Write a value as people may see it in a message: short, without characters that cannot be seen."""
    if value is None:
        return None
    text = value if isinstance(value, str) else value.isoformat() if isinstance(value, date) else str(value)
    text = _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
