"""The file of the rows that were not taken: as they were sent, with the reasons, to be mended and sent again."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from railtrack.domain.errors import Problem
from railtrack.domain.messages import Message
from railtrack.domain.rows.raw import RawRow
from railtrack.exchange.columns import PROBLEM_COLUMN
from railtrack.exchange.writing import write_as_given


def write_refused(
    columns: Sequence[str],
    rows: Iterable[tuple[RawRow, Sequence[Problem]]],
    *,
    form: str = "csv",
    render: Callable[[Message], str] = str,
) -> Iterable[bytes]:
    """Write rows in the columns of their file with a last column `problem`, which import passes over.

    `form` is csv, xlsx or jsonl; `render` says a message in the reader's language.
    """
    given = [name for name in columns if name != PROBLEM_COLUMN]
    return write_as_given(form, (*given, PROBLEM_COLUMN), _with_reasons(rows, render))


def reasons(problems: Iterable[Problem], render: Callable[[Message], str] = str) -> str:
    """Say all that is wrong with a row, each with its column."""
    return " | ".join(f"{p.column}: {render(p.sentence)}" if p.column else render(p.sentence) for p in problems)


def _with_reasons(
    rows: Iterable[tuple[RawRow, Sequence[Problem]]], render: Callable[[Message], str]
) -> Iterator[dict[str, object]]:
    for raw, problems in rows:
        yield {**raw.cells, PROBLEM_COLUMN: reasons(problems, render)}
