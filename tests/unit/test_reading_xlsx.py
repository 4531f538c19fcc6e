"""Reading XLSX: true dates, formulas left alone, and archives that are weapons."""

import struct
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook

from railtrack.domain.errors import Problem, Refused
from railtrack.domain.rows.shipment_rows import judge_shipment
from railtrack.domain.world import World
from railtrack.exchange.limits import Limits
from railtrack.exchange.reading import read_rows

SMALL = Limits(rows=20, columns=40)


def refusal(content: bytes, **options: Any) -> Problem:
    with pytest.raises(Refused) as refused:
        read_rows(content, "f.csv", **options)
    assert len(refused.value.problems) == 1
    problem = refused.value.problems[0]
    assert problem.line is None
    assert problem.remedy is not None
    return problem


def sheet(*rows: list[Any], change: Callable[[Any], None] | None = None) -> bytes:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    if change is not None:
        change(book.active)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def test_a_sheet_gives_true_dates_numbers_and_texts() -> None:
    def change(active: Any) -> None:
        active["D2"].number_format, active["E2"].number_format = "dd.mm.yyyy", "dd.mm.yyyy hh:mm"

    content = sheet(
        ["Reference", "event", "lat", "planned_departure", "occurred_at", "remark", "Notiz"],
        ["A", "arrived", 52.5, datetime(2024, 3, 1), datetime(2024, 3, 1), "'=x", 7],  # noqa: DTZ001
        [],
        [4711, "arrived", 3, None, datetime(2024, 3, 1, 9, 30)],  # noqa: DTZ001
        change=change,
    )
    read = read_rows(content, "misnamed.csv")
    assert (read.format, read.encoding, read.unknown_columns) == ("xlsx", None, ("planned_departure", "Notiz"))
    first, second = read.rows
    assert (first.line, second.line, len(read.rows)) == (2, 4, 2)
    assert first.cells == {
        "reference": "A", "event": "arrived", "lat": 52.5, "planned_departure": date(2024, 3, 1),
        "occurred_at": datetime(2024, 3, 1), "remark": "=x", "Notiz": 7,  # noqa: DTZ001
    }  # fmt: skip
    assert not isinstance(first.cells["planned_departure"], datetime)
    assert second.cells["reference"] == 4711
    assert second.cells["occurred_at"] == datetime(2024, 3, 1, 9, 30)  # noqa: DTZ001


def test_a_formula_is_not_calculated_but_a_problem_with_its_column() -> None:
    content = sheet(["reference", "event", "remark"], ["=A3", "arrived", "x"], ["B", "arrived", "x"])
    first, second = read_rows(content, "f").rows
    assert [(p.column, p.value, p.line) for p in first.problems] == [("reference", "=A3", 2)]
    assert second.problems == ()


def test_an_error_cell_is_a_problem() -> None:
    (row,) = read_rows(sheet(["reference", "event"], ["#N/A", "arrived"]), "f").rows
    assert row.problems[0].column == "reference"


def test_nothing_more_is_said_of_formulas_and_errors_that_would_be_no_number(world: World) -> None:
    header = ["reference", "origin", "destination", "container", "size_type", "packages", "gross_kg", "planned_arrival"]
    content = sheet(header, ["A", "CKG", "MHG", "CSQU3054383", "45G1", "=1+1", "#REF!", "=A1"])
    (row,) = read_rows(content, "f").rows
    judged = judge_shipment(row, world, now=datetime(2024, 6, 1, tzinfo=UTC))
    assert [p.column for p in judged.problems] == ["packages", "gross_kg", "planned_arrival"]


def test_cells_beside_the_header_are_a_problem() -> None:
    (row,) = read_rows(sheet(["reference", "event"], ["A", "arrived", None, "lost"]), "f").rows
    assert row.problems[0].value == "lost"


@pytest.mark.parametrize(
    ("number_format", "is_date"),
    [
        ("yyyy-mm-dd", True),
        ('yyyy"h"mm', True),
        ("[$-zh-CN]yyyy/m/d", True),
        ("yyyy\\hm", True),
        ("d.m.yyyy h:mm", False),
    ],
)
def test_a_midnight_is_a_date_unless_the_format_shows_hours(number_format: str, is_date: bool) -> None:
    def change(active: Any) -> None:
        active["B2"].number_format = number_format

    content = sheet(["event", "occurred_at"], ["arrived", datetime(2024, 3, 1)], change=change)  # noqa: DTZ001
    (row,) = read_rows(content, "f").rows
    assert isinstance(row.cells["occurred_at"], datetime) is not is_date


def test_a_date_beyond_the_calendar_is_a_problem_of_its_cell() -> None:
    def change(active: Any) -> None:
        active["B2"] = 1e9
        active["B2"].number_format = "yyyy-mm-dd"

    (row,) = read_rows(sheet(["event", "occurred_at"], ["arrived", None], change=change), "f").rows
    assert [p.column for p in row.problems] == ["occurred_at"]


def test_empty_columns_of_a_sheet_do_no_harm() -> None:
    (row,) = read_rows(sheet(["event", "", "reference", " "], ["arrived", None, "A", ""]), "f").rows
    assert (row.problems, row.cells) == ((), {"event": "arrived", "reference": "A"})
    (row,) = read_rows(sheet(["event", "", "reference"], ["arrived", "lost", "A"]), "f").rows
    assert row.problems[0].value == "lost"


def test_a_sheet_holds_no_more_columns_than_fit() -> None:
    assert "41 columns" in str(refusal(sheet([f"c{i}" for i in range(41)]), limits=SMALL))


def test_only_the_first_sheet_counts() -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["reference", "event"])
    book.create_sheet("other").append(["x"])
    target = BytesIO()
    book.save(target)
    assert len(read_rows(target.getvalue(), "f").rows) == 0


def test_an_empty_or_broken_sheet_is_refused() -> None:
    assert "first sheet is empty" in str(refusal(sheet()))
    assert "damaged" in str(refusal(b"PK\x03\x04 nonsense"))
    whole = sheet(["reference", "event"])
    assert "damaged" in str(refusal(whole[: len(whole) // 2]))
    assert "damaged" in str(refusal(_with_part(whole, "xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row")))
    assert "damaged" in str(refusal(_with_part(whole, "xl/workbook.xml", b"no xml at all")))


def test_an_archive_that_is_no_xlsx_is_refused() -> None:
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("content.xml", "<x/>")
    assert "not an XLSX file" in str(refusal(target.getvalue()))


def test_a_zip_bomb_is_refused_before_it_is_opened() -> None:
    bomb = _with_part(sheet(["reference", "event"]), "xl/sharedStrings.xml", b" " * 100_000_000)
    assert len(bomb) < 1_000_000
    assert "would unpack to 100 MB" in str(refusal(bomb))


def test_a_zip_bomb_that_lies_about_its_size_gives_nothing() -> None:
    bomb = bytearray(_with_part(sheet(["reference", "event"]), "xl/sharedStrings.xml", b" " * 30_000_000))
    # the size in the directory at the end and in the part's own head is what zipfile goes by
    for at in _found(bytes(bomb), struct.pack("<I", 30_000_000)):
        bomb[at : at + 4] = struct.pack("<I", 100)
    assert "damaged" in str(refusal(bytes(bomb)))


@pytest.mark.parametrize(
    "head",
    [
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        b'<?xml version="1.0"?>' + b"<!-- " + b"x" * 200_000 + b" -->" + b'<!DOCTYPE x [<!ENTITY a "aaaa">]>',
    ],
)
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"])
def test_entities_are_refused_wherever_they_are_declared(head: bytes, part: str) -> None:
    whole = sheet(["reference", "event"], ["A", "arrived"])
    with zipfile.ZipFile(BytesIO(whole)) as archive:
        body = archive.read(part)
    body = body[body.index(b"?>") + 2 :] if body.startswith(b"<?xml") else body
    assert "document type" in str(refusal(_with_part(whole, part, head + body)))


def test_a_sheet_may_not_claim_endless_rows_or_columns() -> None:
    whole = sheet(["reference", "event"])
    far = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/>'
        b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>event</t></is></c>%s</row>%s</sheetData></worksheet>'
    )
    endless = far % (b"", b'<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>')
    assert "rows" in str(refusal(_with_part(whole, "xl/worksheets/sheet1.xml", endless), limits=SMALL))
    wide = far % (b'<c r="XFD1"><v>1</v></c>', b"")
    assert "columns" in str(refusal(_with_part(whole, "xl/worksheets/sheet1.xml", wide)))
    honest = far % (b"", b'<row r="2"><c r="A2" t="inlineStr"><is><t>arrived</t></is></c></row>')
    assert len(read_rows(_with_part(whole, "xl/worksheets/sheet1.xml", honest), "f").rows) == 1


def _with_part(content: bytes, name: str, body: bytes) -> bytes:
    """Put another body in place of one part of an archive."""
    target = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(content)) as given_,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for part in given_.namelist():
            if part != name:
                made.writestr(part, given_.read(part))
        made.writestr(name, body)
    return target.getvalue()


def _found(content: bytes, sign: bytes) -> list[int]:
    found, at = [], content.find(sign)
    while at >= 0:
        found.append(at)
        at = content.find(sign, at + 1)
    return found
