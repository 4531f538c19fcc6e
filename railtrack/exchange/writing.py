"""Writing tables as CSV, XLSX and JSON Lines, so that they read back equal.

Times are written as text with their offset; an XLSX file has beside each a local time that the spreadsheet can reckon
with and the import passes over. Texts that a spreadsheet would calculate get an apostrophe before them.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from math import isfinite
from typing import Any

import xlsxwriter

from railtrack.domain import clock
from railtrack.domain.cargo.goods import ContainerFacts, ShipmentFacts
from railtrack.domain.errors import Refused
from railtrack.domain.messages import say
from railtrack.domain.movement.events import EventFacts
from railtrack.domain.times import Moment
from railtrack.exchange.columns import LOCAL_SUFFIX, MOMENT_COLUMNS, Kind, template
from railtrack.exchange.formulas import protected
from railtrack.exchange.limits import unreadable

Cells = Mapping[str, object]

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_CHUNK = 1 << 16
_XLSX_ROWS = 1_048_575
_XLSX_CHARS = 32_767
_WIDEST = 40
_EXACT = 10**15


def write_csv(
    columns: Sequence[str], rows: Iterable[Cells], *, heads: Mapping[str, str] | None = None
) -> Iterator[bytes]:
    """Write rows as UTF-8 with commas, in pieces; a cell may be text, number, yes or no, date, Moment or a list.

    `heads` are words for people in the place of column names; such a file does not read back.
    """
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([protected((heads or {}).get(name, name)) for name in columns])
    for row in rows:
        writer.writerow([_csv_cell(row.get(name)) for name in columns])
        if buffer.tell() > _CHUNK:
            yield buffer.getvalue().encode("utf-8", "replace")
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode("utf-8", "replace")


def write_jsonl(columns: Sequence[str], rows: Iterable[Cells]) -> Iterator[bytes]:
    """Write an object per line, empty cells left out. JSON is no spreadsheet, so texts stand as they are."""
    for row in rows:
        cells = {name: _json_value(value) for name in columns if (value := row.get(name)) not in (None, "", ())}
        yield (json.dumps(cells, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8", "replace")


def write_xlsx(
    columns: Sequence[str],
    rows: Iterable[Cells],
    *,
    sheet: str = "railtrack",
    local_times: bool = True,
    heads: Mapping[str, str] | None = None,
) -> bytes:
    """Write a sheet with typed numbers and dates, its header frozen and a filter on it.

    `local_times` puts beside each column of Moments one of local times that a spreadsheet can reckon with. Raises
    Refused where the rows are more than a sheet holds.
    """
    target = BytesIO()
    options = {"in_memory": True, "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, {**options, "strings_to_numbers": False}) as book:
        _write_sheet(book, sheet, columns, rows, local_times=local_times, heads=heads or {})
    return target.getvalue()


WRITERS: Mapping[str, Callable[[Sequence[str], Iterable[Cells]], Iterable[bytes]]] = {
    "csv": write_csv,
    "jsonl": write_jsonl,
    "xlsx": lambda columns, rows: (write_xlsx(columns, rows),),
}


def write_as_given(form: str, columns: Sequence[str], rows: Iterable[Cells]) -> Iterable[bytes]:
    """Write cells as they were read or typed, in exactly these columns; `form` is csv, xlsx or jsonl."""
    return (write_xlsx(columns, rows, local_times=False),) if form == "xlsx" else WRITERS[form](columns, rows)


def write_template(kind: Kind, form: str) -> bytes:
    """Write a file to fill in: every column and one example row."""
    columns, example = template(kind)
    return b"".join(write_as_given(form, columns, [example]))


def shipment_cells(shipment: ShipmentFacts, container: ContainerFacts) -> dict[str, object]:
    """Give a row of shipments as it is written, one container and its shipment."""
    cells: dict[str, object] = {
        name: value for facts in (shipment, container) for name, value in vars(facts).items() if name != "teu"
    }
    # an assumed corridor is assumed again by whoever reads the row
    if shipment.corridor_assumed:
        cells["corridor"] = None
    if container.container is not None:
        cells["quantity"] = None
    for column, money in (("value", container.value), ("freight", container.freight)):
        cells[column] = money.amount if money else None
        cells[f"{column}_currency"] = money.currency if money else None
    return cells


def event_cells(event: EventFacts) -> dict[str, object]:
    """Give a row of events as it is written."""
    cells: dict[str, object] = dict(vars(event))
    cells["occurred_at"] = cells.pop("moment")
    others = [source_id if sender is None else [sender, source_id] for sender, source_id in event.other_source_ids]
    cells["other_source_ids"] = json.dumps(others, ensure_ascii=False) if others else None
    return cells


# ---------------------------------------------------------------- cells


def text_cell(value: object) -> str:
    """Write a value as files carry it, formulas not yet thought of."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "yes" if value else "no"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)
        case Decimal():
            return f"{value:f}"
        case Moment():
            return clock.as_text(value)
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds")
        case date():
            return value.isoformat()
        case list() | tuple():
            return "; ".join(map(text_cell, value))
    return str(value)


def _csv_cell(value: object) -> str:
    text = text_cell(value)
    # a number of ours may begin with a minus and stays a number
    return text if isinstance(value, int | float | Decimal) else protected(text)


def _json_value(value: object) -> object:
    match value:
        case str():
            return str(value)
        case bool() | int():
            return value
        case float():
            return value if isfinite(value) else repr(value)
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case list() | tuple():
            return [_json_value(item) for item in value]
    return text_cell(value)


# ---------------------------------------------------------------- the sheet


def _write_sheet(
    book: Any,
    name: str,
    columns: Sequence[str],
    rows: Iterable[Cells],
    *,
    local_times: bool,
    heads: Mapping[str, str] | None = None,
) -> None:
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True})
    day, minute = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    places: list[tuple[str, bool]] = []
    for column in columns:
        places.append((column, False))
        if local_times and column in MOMENT_COLUMNS:
            places.append((column, True))
    for x, (column, is_local) in enumerate(places):
        title = column + LOCAL_SUFFIX if is_local else column
        title = (heads or {}).get(title, title)
        # constant memory: widths are set before the rows are known
        sheet.set_column(x, x, min(max(len(title) + 3, 12), _WIDEST) if column not in MOMENT_COLUMNS else 26)
        sheet.write_string(0, x, protected(title), bold)
    sheet.freeze_panes(1, 0)
    y = 0
    for y, row in enumerate(rows, 1):
        if y > _XLSX_ROWS:
            raise _too_many()
        for x, (column, is_local) in enumerate(places):
            value = row.get(column)
            if is_local:
                if isinstance(value, Moment):
                    local = value.local.replace(tzinfo=None)
                    sheet.write_datetime(y, x, local.date() if value.is_day else local, day if value.is_day else minute)
            else:
                _write_cell(sheet, y, x, value, day, minute)
    if places:
        sheet.autofilter(0, 0, max(y, 1), len(places) - 1)


def _write_cell(sheet: Any, y: int, x: int, value: object, day: Any, minute: Any) -> None:
    if value is None or value == "" or value == ():
        return
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool) and _fits_number(value):
        sheet.write_number(y, x, value)
    elif isinstance(value, datetime):
        sheet.write_datetime(y, x, value.replace(tzinfo=None), minute)
    elif isinstance(value, date):
        sheet.write_datetime(y, x, value, day)
    else:
        text = text_cell(value).encode("utf-8", "replace").decode()
        sheet.write_string(y, x, text if isinstance(value, int | float | Decimal) else protected(text)[:_XLSX_CHARS])


def _fits_number(value: float | Decimal) -> bool:
    """Tell whether a sheet, which keeps 16 digits, gives the number back unchanged."""
    return -_EXACT < value < _EXACT and float(f"{value:.16G}") == value


def _too_many() -> Refused:
    return unreadable(
        say("A sheet holds %(limit)s rows and these are more.", limit=f"{_XLSX_ROWS:,}"),
        say("Export them as CSV, or fewer of them."),
    )
