"""Reading files of shipments and events: CSV, XLSX or JSON Lines, told apart by their content (contract §3)."""

from railtrack.domain.errors import Refused
from railtrack.domain.messages import say
from railtrack.exchange.columns import Kind, is_passed_over, kind_of, known_columns
from railtrack.exchange.csv_files import read_csv
from railtrack.exchange.decoding import settled_encoding
from railtrack.exchange.file_rows import FileRows, Rows
from railtrack.exchange.jsonl_files import is_array, read_jsonl, refuse_array
from railtrack.exchange.limits import LIMITS, Limits, unreadable
from railtrack.exchange.xlsx_files import read_xlsx

__all__ = ["LIMITS", "FileRows", "Kind", "Limits", "Refused", "Rows", "read_rows"]

_SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".ods")
_BLANK = b"\xef\xbb\xbf \t\r\n"


def read_rows(
    content: bytes, name: str, *, kind: Kind | None = None, encoding: str | None = None, limits: Limits = LIMITS
) -> FileRows:
    """Read a file; `kind` is found from its columns if not given.

    `name` is what people call the file. Raises Refused, with problems of no line, where it cannot be read: then it
    says why and what to do. Rows that are wrong in themselves are not refused here but carry their problems.
    """
    _check_size(content, name, limits)
    _check_signature(content, name)
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        columns, rows = read_xlsx(content, limits)
        return _file(name, columns, rows, kind, "xlsx")
    codec = settled_encoding(content, encoding)
    shown = "utf-8" if codec == "utf-8-sig" else codec
    start = content[:4096].decode(codec, errors="ignore").lstrip().encode()
    if start[:1] == b"{":
        columns, rows = read_jsonl(content, codec, limits)
        return _file(name, columns, rows, kind, "jsonl", encoding=shown)
    if is_array(start):
        refuse_array()
    columns, delimiter, rows = read_csv(content, codec, limits)
    return _file(name, columns, rows, kind, "csv", delimiter=delimiter, encoding=shown)


def _file(
    name: str,
    columns: tuple[str, ...],
    rows: Rows,
    kind: Kind | None,
    form: str,
    *,
    delimiter: str = "",
    encoding: str | None = None,
) -> FileRows:
    known = frozenset().union(*(known_columns(k) for k in Kind))
    twice = [column for i, column in enumerate(columns) if column in known and column in columns[:i]]
    if twice:
        raise unreadable(
            say("The column %(name)s stands twice in the header.", name=twice[0]),
            say("Leave one of them out, or give it another name."),
            value=twice[0],
        )
    if not known.intersection(columns) and (form != "jsonl" or columns):
        shown = ", ".join(column for column in columns if column)[:120] or None
        if form != "xlsx" and name.casefold().endswith(_SPREADSHEETS):
            raise unreadable(
                say("%(name)s is called a spreadsheet, but it is text, and no column of it is known.", name=name),
                say("Name it .csv and write column names in its first row, or save the table as XLSX."),
                value=shown,
            )
        raise unreadable(
            say("No column of this file is known to railtrack."),
            say("The first row must hold the column names, such as reference; compare with the template."),
            value=shown,
        )
    kind = kind or kind_of(columns)
    if kind is None:
        raise unreadable(
            say("The columns do not tell whether these are shipments or events."),
            say("Say which: --kind shipments or --kind events."),
        )
    ours = known_columns(kind)
    unknown = tuple(c for c in columns if c and c not in ours and not is_passed_over(c))
    return FileRows(kind, tuple(c for c in columns if c), unknown, delimiter, encoding, rows, form)


def _check_size(content: bytes, name: str, limits: Limits) -> None:
    if len(content) > limits.bytes:
        raise unreadable(
            say(
                "%(name)s has %(size)s MB, %(limit)s MB fit.",
                name=name,
                size=f"{len(content) / 1e6:,.0f}",
                limit=f"{limits.bytes / 1e6:,.0f}",
            ),
            say("Send it in several files."),
        )
    if not content.strip(_BLANK):
        raise unreadable(
            say("%(name)s is empty.", name=name), say("It needs a row of column names and a row for each record.")
        )


def _check_signature(content: bytes, name: str) -> None:
    """Say what a file is that is no table, rather than to complain about its bytes."""
    signs = (
        (b"\xd0\xcf\x11\xe0", say("an old Excel file, or one locked with a password")),
        (b"%PDF", say("a PDF document")),
        (b"\x1f\x8b", say("a compressed file")),
        (b"Rar!", say("a compressed file")),
        (b"7z\xbc\xaf", say("a compressed file")),
        (b"\x89PNG", say("a picture")),
        (b"\xff\xd8\xff", say("a picture")),
        (b"PAR1", say("a Parquet file")),
        (b"SQLite format 3", say("a database")),
    )
    found = next((what for sign, what in signs if content.startswith(sign)), None)
    start = content[:200].lstrip(_BLANK).lower()
    if found is None and start.startswith((b"<!doctype", b"<html", b"<?xml", b"<table")):
        found = say("a web page or an XML file")
    if found is not None:
        raise unreadable(
            say("%(name)s is %(what)s.", name=name, what=found), say("Save the table as XLSX or as CSV UTF-8.")
        )
