"""Reading JSON Lines: one object per line, with the same names as the columns of a table.

A line that is not such an object is a problem of that line alone.
"""

import json
from collections.abc import Iterator

from railtrack.domain.errors import Problem
from railtrack.domain.messages import Message, say
from railtrack.domain.rows.raw import RawRow
from railtrack.exchange.columns import normalised
from railtrack.exchange.csv_files import too_long_line
from railtrack.exchange.decoding import lines_of
from railtrack.exchange.file_rows import Rows
from railtrack.exchange.limits import Limits, too_many_columns, too_many_rows, unreadable


class _TwiceError(ValueError):
    """A name stands twice in one object."""


def read_jsonl(content: bytes, codec: str, limits: Limits) -> tuple[tuple[str, ...], Rows]:
    """Give the names used anywhere, in the order they come up, and the rows."""
    columns: dict[str, None] = {}
    count = 0
    for row in _rows(content, codec, limits):
        columns.update(dict.fromkeys(row.cells))
        count += 1
        if count > limits.rows:
            raise too_many_rows(limits)
        if len(columns) > limits.columns:
            raise too_many_columns(len(columns), limits)
    return tuple(columns), Rows(lambda: _rows(content, codec, limits), count)


def _rows(content: bytes, codec: str, limits: Limits) -> Iterator[RawRow]:
    longest = limits.cell_chars * 10
    for number, text in enumerate(lines_of(content, codec), 1):
        if len(text) > longest:
            raise too_long_line(number, longest)
        if text.strip():
            yield _row(number, text, limits)


def _row(line: int, text: str, limits: Limits) -> RawRow:
    try:
        found = json.loads(text, object_pairs_hook=_once)
    except _TwiceError as twice:
        return _unfit(line, text, say("The name %(name)s stands twice in this line.", name=str(twice)),
                      say("Leave one of them out."))  # fmt: skip
    except (ValueError, RecursionError):
        return _unfit(line, text, say("This line is not JSON."), say("Write one object per line, such as %(example)s.",
                      example='{"reference": "A-1", "event": "departed"}'))  # fmt: skip
    if not isinstance(found, dict):
        return _unfit(line, text, say("This line is not an object."), say("Write one object per line, in { }."))
    return RawRow(line, found)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        name = normalised(name)
        if name in found:
            raise _TwiceError(name)
        found[name] = value
    return found


def _unfit(line: int, text: str, message: Message, remedy: Message) -> RawRow:
    problem = Problem(message=message, remedy=remedy, line=line, value=text.strip()[:120])
    return RawRow(line, {}, (problem,), unread=True)


def is_array(content: bytes) -> bool:
    return content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"["


def refuse_array() -> None:
    raise unreadable(
        say("This is one JSON list; JSON Lines has one object per line."),
        say("Write each object on a line of its own, without the brackets and commas around them."),
    )
