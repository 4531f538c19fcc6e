"""How large a file may be, so that none of them fills memory or disk."""

from dataclasses import dataclass

from railtrack.domain.errors import Problem, Refused
from railtrack.domain.messages import Message, say


@dataclass(frozen=True, kw_only=True)
class Limits:
    """`unpacked_bytes` and `ratio` bound what an XLSX file, a ZIP archive, may grow to."""

    bytes: int = 100_000_000
    rows: int = 1_000_000
    columns: int = 500
    cell_chars: int = 100_000
    unpacked_bytes: int = 1_000_000_000
    ratio: int = 200
    archive_entries: int = 2_000


LIMITS = Limits()


def unreadable(
    message: Message, remedy: Message, *, value: str | None = None, suggestions: tuple[str, ...] = ()
) -> Refused:
    """Refuse a whole file; the line, where there is one, stands in the message, as no row was judged."""
    return Refused([Problem(message=message, remedy=remedy, value=value, suggestions=suggestions)])


def too_many_rows(limits: Limits) -> Refused:
    return unreadable(
        say("The file has more than %(limit)s rows.", limit=f"{limits.rows:,}"), say("Send it in several files.")
    )


def too_many_columns(count: int, limits: Limits) -> Refused:
    return unreadable(
        say("The file has %(count)s columns, %(limit)d fit.", count=f"{count:,}", limit=limits.columns),
        say("Compare with the template; rows and columns may be exchanged."),
    )


def too_long_cell(line: int, limits: Limits) -> Refused:
    return unreadable(
        say("Line %(line)d: a cell is longer than %(limit)s characters.", line=line, limit=f"{limits.cell_chars:,}"),
        say("A quotation mark may be missing, or this is no table."),
    )
