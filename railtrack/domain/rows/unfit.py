"""A single value that cannot be taken, before it is known which row and column it stands in."""

from railtrack.domain.messages import Message


class Unfit(ValueError):
    """Says what is wrong with a value and what to do; `suggestions` are values that would be taken, nearest first."""

    def __init__(self, message: Message, remedy: Message | None = None, suggestions: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.suggestions = suggestions

    def __str__(self) -> str:
        return str(self.message)
