"""Reading XLSX: the first sheet, a header row, true dates and numbers. Formulas are not calculated.

A cell formatted as a date without a time is a date, one with a time a time of day at the station.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any
from warnings import catch_warnings, simplefilter

from openpyxl import load_workbook

from railtrack.domain.errors import Problem, Refused
from railtrack.domain.messages import Message, say
from railtrack.domain.rows.raw import RawRow
from railtrack.exchange.archives import check_archive
from railtrack.exchange.columns import normalised
from railtrack.exchange.file_rows import Rows
from railtrack.exchange.formulas import unprotected
from railtrack.exchange.limits import Limits, too_many_columns, too_many_rows, unreadable

_LITERAL = re.compile(r'"[^"]*"|\[\$[^\]]*\]|\\.')
_Record = tuple[int, tuple[Any, ...]]


def read_xlsx(content: bytes, limits: Limits) -> tuple[tuple[str, ...], Rows]:
    """Give columns and rows of the first sheet; raises Refused where the file cannot be read."""
    check_archive(content, limits)
    with catch_warnings():
        simplefilter("ignore")  # openpyxl remarks on styles and extensions that do not matter here
        return _read(content, limits)


def _read(content: bytes, limits: Limits) -> tuple[tuple[str, ...], Rows]:
    records = _records(content, limits)
    header = next(records, None)
    if header is None:
        raise unreadable(
            say("The first sheet is empty."), say("It needs a row of column names and a row for each record.")
        )
    columns = tuple(normalised(_name(cell)) for cell in header[1])
    # unpacking a sheet takes long, so its rows are kept rather than read again
    rows = [_row(line, row, columns) for line, row in records]
    return columns, Rows(lambda: iter(rows), len(rows))


def _records(content: bytes, limits: Limits) -> Iterator[_Record]:
    """Give each row that holds anything, with its number."""
    workbook = None
    try:
        workbook = load_workbook(BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheet = workbook.worksheets[0]
        sheet.reset_dimensions()  # what the file says of its size need not be true
        for line, row in enumerate(sheet.iter_rows(), 1):
            if line > limits.rows + 1:
                raise too_many_rows(limits)
            if len(row) > limits.columns and any(c.value is not None for c in row[limits.columns :]):
                raise too_many_columns(len(row), limits)
            if any(c.value is not None and c.value != "" for c in row):
                yield line, row
    except Refused:
        raise
    except Exception:
        raise unreadable(say("This XLSX file is damaged."), say("Open it and save it anew.")) from None
    finally:
        if workbook is not None:
            workbook.close()


def _row(line: int, row: Sequence[Any], columns: tuple[str, ...]) -> RawRow:
    cells: dict[str, object] = {}
    problems: list[Problem] = []
    for name, cell in zip(columns, row, strict=False):
        value = _value(cell)
        if value is None or value == "":
            continue
        if not name:
            problems.append(_surplus(line, value))
            continue
        cells[name] = value
        if cell.data_type == "f":
            problems.append(
                _unfit(line, name, value, say("This cell is a formula; railtrack does not calculate."),
                       say("Copy the column and paste its values."))
            )  # fmt: skip
        elif cell.data_type == "e":
            problems.append(
                _unfit(line, name, value, say("The spreadsheet has an error in this cell."), say("Mend or empty it."))
            )
    problems += [_surplus(line, v) for cell in row[len(columns) :] if (v := _value(cell)) not in (None, "")][:1]
    return RawRow(line, cells, tuple(problems))


def _value(cell: Any) -> object:
    value = cell.value
    if isinstance(value, str):
        return unprotected(value) if cell.data_type != "f" else value
    if isinstance(value, datetime) and value == datetime.combine(value.date(), datetime.min.time()):
        return value if "h" in _bare(cell.number_format) else value.date()
    return value


def _bare(number_format: str | None) -> str:
    """Give a cell's format without literal texts and languages (`[$-zh-CN]`), in which an h would mean no hours."""
    return _LITERAL.sub("", (number_format or "").lower())


def _name(cell: Any) -> str:
    value = cell.value
    return "" if value is None else str(value)


def _surplus(line: int, value: object) -> Problem:
    shown = value.isoformat() if isinstance(value, date) else str(value)
    return Problem(
        message=say("The row has a cell under no column name."),
        remedy=say("Give the column a name, or empty the cell."),
        line=line,
        value=shown[:120],
    )


def _unfit(line: int, column: str, value: object, message: Message, remedy: Message) -> Problem:
    return Problem(message=message, remedy=remedy, line=line, column=column, value=str(value)[:120])
