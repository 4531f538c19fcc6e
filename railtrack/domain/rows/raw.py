"""A row as it was read, before anything is known about its values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from railtrack.domain.errors import Problem


@dataclass(frozen=True, slots=True)
class RawRow:
    """One record of a file or one line of a form.

    `line` is where the record starts, the header being 1; None where there is no file. `cells` holds text from CSV
    and forms, also dates, numbers and booleans from XLSX, and any JSON value from JSON Lines, by column name; columns
    that nobody knows may be among them and are left alone. `problems` were found while reading, such as more cells
    than columns, and refuse the row. One that names a column is about that cell alone, which then says nothing; where
    `unread` is set no cell can be relied on, so that nothing but these problems is said of the row.
    """

    line: int | None
    cells: Mapping[str, object]
    problems: tuple[Problem, ...] = field(default=())
    unread: bool = False
