"""A file that was read: its columns and its rows, which can be gone through as often as wanted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from railtrack.domain.rows.raw import RawRow
from railtrack.exchange.columns import Kind


class Rows:
    """The rows of a file, read anew from its content each time they are gone through, so none but one is held."""

    def __init__(self, read: Callable[[], Iterator[RawRow]], count: int) -> None:
        self._read = read
        self._count = count

    def __iter__(self) -> Iterator[RawRow]:
        return self._read()

    def __len__(self) -> int:
        return self._count


@dataclass(frozen=True)
class FileRows:
    """What is in a file.

    `columns` are all names in the order of the file, ours in our spelling; `unknown_columns` those among them that
    nobody reads. `delimiter` is empty unless it is a CSV file, `encoding` None for XLSX. `format` is csv, jsonl or
    xlsx, found by content.
    """

    kind: Kind
    columns: tuple[str, ...]
    unknown_columns: tuple[str, ...]
    delimiter: str
    encoding: str | None
    rows: Rows
    format: str = "csv"
