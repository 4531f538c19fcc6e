"""What can go wrong, as values: one tree of errors, and problems that name line, column and remedy.

Errors end an operation; the web maps them to pages and problem details, the command line to exit codes, each in one
place. A `Problem` is the judgement on one value of one row: many of them travel together in `Refused`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from railtrack.domain.messages import Message, say


class Severity(StrEnum):
    """A problem keeps its row out; a warning does not."""

    PROBLEM = "problem"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing wrong with one value.

    `line` is where the record starts, the header being 1; None where there is no file. `suggestions` are values that
    would be accepted in place of `value`, nearest first, for a button that puts one in.
    """

    message: Message
    remedy: Message | None = None
    severity: Severity = Severity.PROBLEM
    line: int | None = None
    column: str | None = None
    value: str | None = None
    suggestions: tuple[str, ...] = ()

    def at(self, line: int | None) -> "Problem":
        """Give the same problem with the line it was found in."""
        return replace(self, line=line)

    @property
    def sentence(self) -> Message:
        """What is wrong and what to do, in one message."""
        if self.remedy is None:
            return self.message
        return say("%(wrong)s %(remedy)s", wrong=self.message, remedy=self.remedy)

    def __str__(self) -> str:
        return str(self.sentence)


class RailtrackError(Exception):
    """Whatever railtrack itself refuses; `message` is for people."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


class Refused(RailtrackError):
    """Input was judged and not taken; `problems` say why, one each."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        if not problems:
            raise ValueError("a refusal needs a problem")
        super().__init__(problems[0].sentence)
        self.problems = tuple(problems)


class NotFound(RailtrackError):
    """There is no such thing, or none the asker may know of."""


class Gone(NotFound):
    """It was there and was taken out since; only who was shown it learns so."""


class NotAllowed(RailtrackError):
    """The actor's role does not permit this."""


class Ambiguous(RailtrackError):
    """A name fits several things; the message lists them, `names` are what to say instead."""

    def __init__(self, message: Message, names: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.names = tuple(names)


class Conflict(RailtrackError):
    """Somebody else changed the thing meanwhile."""


class Unavailable(RailtrackError):
    """A part we rely on (database, disk) did not answer."""
