"""Reading CSV: commas, semicolons or tabs, a header row, quoted cells that may hold several lines.

The whole file is gone through once before the first row is given, so that one that cannot be read is refused before
anything was taken from it.
"""

import csv
import re
from collections.abc import Iterator

from railtrack.domain.errors import Problem, Refused
from railtrack.domain.messages import say
from railtrack.domain.rows.raw import RawRow
from railtrack.exchange.columns import known_count, normalised
from railtrack.exchange.decoding import lines_of
from railtrack.exchange.file_rows import Rows
from railtrack.exchange.formulas import unprotected
from railtrack.exchange.limits import Limits, too_long_cell, too_many_columns, too_many_rows, unreadable

DELIMITERS = (",", ";", "\t")
# spreadsheets that were told the delimiter say so in a line before the header
_SEPARATOR_LINE = re.compile(r"\ufeff?\"?sep=.?\"?\s*", re.IGNORECASE)
_Record = tuple[int, list[str]]


def read_csv(content: bytes, codec: str, limits: Limits) -> tuple[tuple[str, ...], str, Rows]:
    """Give columns, delimiter and rows; raises Refused where the file cannot be read."""
    delimiter = _delimiter(content, codec, limits)
    records = _records(content, codec, delimiter, limits)
    header = next(records, None)
    if header is None:
        raise unreadable(say("The file is empty."), say("It needs a row of column names and a row for each record."))
    header_line, names = header
    if len(names) > limits.columns:
        raise too_many_columns(len(names), limits)
    columns = tuple(normalised(name) for name in names)
    count = 0
    for _ in records:
        count += 1
        if count > limits.rows:
            raise too_many_rows(limits)

    def read() -> Iterator[RawRow]:
        for line, cells in _records(content, codec, delimiter, limits):
            if line != header_line:
                yield _row(line, cells, columns)

    return columns, delimiter, Rows(read, count)


def _row(line: int, cells: list[str], columns: tuple[str, ...]) -> RawRow:
    named = {name: unprotected(cell) for name, cell in zip(columns, cells, strict=False) if name}
    surplus = [cell for cell in cells[len(columns) :] if cell.strip()]
    if "" in columns:  # spreadsheets write empty names over columns that were used once
        surplus += [cell for name, cell in zip(columns, cells, strict=False) if not name and cell.strip()]
    if not surplus:
        return RawRow(line, named)
    problem = Problem(
        message=say("The row has more cells than the header has columns."),
        remedy=say("A text or a number with a comma in it needs quotation marks around it."),
        line=line,
        value=", ".join(surplus)[:120],
    )
    # a comma too many moves all that follows it
    return RawRow(line, named, (problem,), unread=len(cells) > len(columns))


def _records(content: bytes, codec: str, delimiter: str, limits: Limits) -> Iterator[_Record]:
    """Give each record that holds anything, with the line it starts in."""
    reader = csv.reader(_checked(content, codec, limits), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _malformed(str(error), line, reader.line_num, limits) from None
        if any(map(str.strip, cells)):
            if len(cells) > limits.columns:
                raise too_many_columns(len(cells), limits)
            yield line, cells


def _checked(content: bytes, codec: str, limits: Limits) -> Iterator[str]:
    longest = limits.cell_chars * 10
    for number, line in enumerate(lines_of(content, codec), 1):
        if "\0" in line:
            raise unreadable(
                say("Line %(line)d holds NUL bytes, so this is no text file.", line=number),
                say("Save the table as CSV UTF-8 or as XLSX."),
            )
        if len(line) > longest:
            raise too_long_line(number, longest)
        yield "\n" if number == 1 and _SEPARATOR_LINE.fullmatch(line) else line


def too_long_line(number: int, longest: int) -> Refused:
    return unreadable(
        say("Line %(line)d is longer than %(limit)s characters.", line=number, limit=f"{longest:,}"),
        say("Compare with the template; line ends may be missing, or this is no table."),
    )


def _malformed(error: str, start: int, at: int, limits: Limits) -> Refused:
    if "field larger" in error:
        return too_long_cell(start, limits)
    if "unexpected end" in error:
        return unreadable(
            say("A quotation mark opened in line %(line)d is never closed.", line=start),
            say("Close it, or double the mark if it belongs to the text."),
        )
    return unreadable(
        say("Line %(line)d: after a closing quotation mark the cell goes on.", line=at),
        say('Double a mark that belongs to the text, such as "6"" pipes".'),
    )


def _delimiter(content: bytes, codec: str, limits: Limits) -> str:
    """Choose the sign that gives most columns of ours in the header, then most columns of any name."""
    line = next((text for text in _checked(content, codec, limits) if text.strip()), "")
    best, most = DELIMITERS[0], (-1, -1)
    for delimiter in DELIMITERS:
        try:
            # a quoted name may go on in the next line; what is cut off does not matter here
            names = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            continue
        score = (known_count(names), len(names))
        if score > most:
            best, most = delimiter, score
    return best
