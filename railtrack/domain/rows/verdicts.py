"""What became of each row that was sent: taken, already known, or refused with the reasons."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from railtrack.domain.errors import Problem, Severity


class State(StrEnum):
    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement on one row; `line` is where its record starts. Warnings may come with any state."""

    line: int | None
    state: State
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """All verdicts in the order of the rows, and whether anything was stored."""

    verdicts: tuple[Verdict, ...]
    stored: bool

    def count(self, state: State) -> int:
        return sum(v.state is state for v in self.verdicts)

    @property
    def problems(self) -> Iterator[Problem]:
        """Every problem and warning with its line."""
        return (p.at(v.line) for v in self.verdicts for p in v.problems)


def rejected(line: int | None, problems: Sequence[Problem]) -> Verdict:
    if not any(p.severity is Severity.PROBLEM for p in problems):
        raise ValueError("a row is rejected for a problem, not for a warning")
    return Verdict(line, State.REJECTED, tuple(problems))


class Take(StrEnum):
    """What to store of a set of rows that were judged together."""

    ALL = "all"  # all of them, or nothing if one is refused
    GOOD = "good"  # the good ones
    NOTHING = "nothing"  # only judge: a preview
