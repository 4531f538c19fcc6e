"""Reading files: contract §3, and the bad input that touches files."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from railtrack.domain.errors import Problem, Refused
from railtrack.domain.rows.event_rows import judge_event
from railtrack.domain.world import World
from railtrack.exchange.columns import Kind
from railtrack.exchange.limits import Limits
from railtrack.exchange.reading import read_rows

HEADER = "reference,event,station,occurred_at,remark\r\n"
ROW = "A-1,arrived,CKG,2024-03-01,\r\n"
SMALL = Limits(bytes=4_000_000, rows=20, columns=40, cell_chars=2_000, unpacked_bytes=20_000_000)


def table(text: str, **options: Any) -> list[dict[str, object]]:
    return [dict(row.cells) for row in read_rows(text.encode(), "f.csv", **options).rows]


def refusal(content: bytes, **options: Any) -> Problem:
    with pytest.raises(Refused) as refused:
        read_rows(content, "f.csv", **options)
    assert len(refused.value.problems) == 1
    problem = refused.value.problems[0]
    assert problem.line is None
    assert problem.remedy is not None
    return problem


# ---------------------------------------------------------------- CSV


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_byte_order_marks_and_line_ends_are_found(delimiter: str, mark: str, end: str) -> None:
    text = mark + end.join(delimiter.join(c) for c in (("reference", "event", "station"), ("A", "arrived", "CKG")))
    read = read_rows(text.encode(), "f")
    assert (read.kind, read.delimiter, read.encoding, read.format) == (Kind.EVENTS, delimiter, "utf-8", "csv")
    assert [dict(r.cells) for r in read.rows] == [{"reference": "A", "event": "arrived", "station": "CKG"}]


def test_columns_come_in_any_order_and_spelling() -> None:
    assert table("Occurred At;EVENT; reference \nx;arrived;A\n") == [
        {"occurred_at": "x", "event": "arrived", "reference": "A"}
    ]


def test_unknown_columns_are_reported_and_their_cells_kept_for_the_refused_file() -> None:
    read = read_rows(b"reference,event,Bemerkung_intern\nA,arrived,x\n", "f")
    assert read.unknown_columns == ("Bemerkung_intern",)
    assert read.columns == ("reference", "event", "Bemerkung_intern")
    assert next(iter(read.rows)).cells["Bemerkung_intern"] == "x"


def test_columns_we_add_for_people_are_passed_over_without_a_word() -> None:
    assert (
        read_rows(b"reference,event,occurred_at,occurred_at_local,problem\nA,arrived,x,y,z\n", "f").unknown_columns
        == ()
    )


def test_a_column_of_the_other_kind_is_unknown() -> None:
    assert read_rows(b"reference,origin,destination,wagon\n", "f").unknown_columns == ("wagon",)


def test_a_line_is_where_its_record_starts() -> None:
    text = HEADER + 'A,arrived,CKG,x,"one\r\ntwo\r\nthree"\r\n\r\n,,,,\r\nB,arrived,CKG,x,\r\n'
    assert [row.line for row in read_rows(text.encode(), "f").rows] == [2, 7]


def test_a_header_of_several_lines_moves_the_records_down() -> None:
    text = '\r\nreference,event,"my\r\nnote"\r\nA,arrived,x\r\n'
    read = read_rows(text.encode(), "f")
    assert [row.line for row in read.rows] == [4]


def test_a_line_that_names_the_delimiter_is_no_header() -> None:
    (row,) = read_rows(b"sep=;\r\nreference;event\r\nA;arrived\r\n", "f").rows
    assert (row.line, row.cells["event"]) == (3, "arrived")


def test_rows_may_be_gone_through_again() -> None:
    read = read_rows((HEADER + ROW * 3).encode(), "f")
    assert len(read.rows) == 3
    assert list(read.rows) == list(read.rows)


def test_a_short_row_has_empty_cells_at_its_end() -> None:
    assert table(HEADER + "A,arrived\n") == [{"reference": "A", "event": "arrived"}]


@pytest.mark.parametrize("name", ["list.xlsx", "LIST.XLS"])
def test_a_text_that_is_called_a_spreadsheet_is_read_if_its_header_is_ours(name: str) -> None:
    assert read_rows((HEADER + "A,arrived\n").encode(), name).format == "csv"
    with pytest.raises(Refused) as refused:
        read_rows(b"not a sheet\n", name)
    (problem,) = refused.value.problems
    assert name in str(problem.message)
    assert "text" in str(problem.message)
    assert ".csv" in str(problem.remedy)


def test_a_row_with_more_cells_than_columns_carries_a_problem() -> None:
    (row,) = read_rows((HEADER + "A,arrived,CKG,x,24,5\n").encode(), "f").rows
    assert (row.problems[0].value, row.problems[0].line) == ("5", 2)


def test_where_a_comma_too_many_moved_the_cells_nothing_else_is_said_of_the_row(world: World) -> None:
    (row,) = read_rows((HEADER + "A,arrived,CKG,x,24,5\n").encode(), "f").rows
    assert judge_event(row, world, now=datetime(2024, 6, 1, tzinfo=UTC)).problems == row.problems


def test_empty_columns_a_spreadsheet_left_behind_do_no_harm() -> None:
    (row,) = read_rows(b"reference,event,,\nA,arrived,,\n", "f").rows
    assert row.problems == ()
    (row,) = read_rows(b"reference,event,,\nA,arrived,x,\n", "f").rows
    assert row.problems[0].value == "x"


@pytest.mark.parametrize(
    ("cell", "text"),
    [("'=1+1", "=1+1"), ("'+49 621", "+49 621"), ("'-", "-"), ("'@x", "@x"), ("''=1", "'=1"), ("'a", "'a"),
     ("=1", "=1"), ("'", "'"), ("''", "''")],
)  # fmt: skip
def test_an_apostrophe_before_a_formula_is_taken_off(cell: str, text: str) -> None:
    assert table(f"reference,event\n{cell},arrived\n")[0]["reference"] == text


def test_the_kind_is_told_by_the_columns_or_asked_for() -> None:
    assert read_rows(b"reference,origin,destination,container,size_type\n", "f").kind is Kind.SHIPMENTS
    assert read_rows(b"event,voids\n", "f").kind is Kind.EVENTS
    assert "--kind" in str(refusal(b"reference,container\nA,B\n"))
    assert read_rows(b"reference,container\nA,B\n", "f", kind=Kind.EVENTS).kind is Kind.EVENTS


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"), (b"\xef\xbb\xbf \r\n", "is empty"), (b"a,b\n1,2\n", "No column"),
        (b"just a text", "No column"),
        (b"reference,event,Reference\n", "stands twice"),
        (b",,,\n", "file is empty"),
        (b'{"x": 1}\n', "No column"),
        (b'{"reference": "' + b"x" * 2_000_000 + b'"}', "Line 1 is longer"),
        ((HEADER + "A,arr\0ived,x,y,z\n").encode(), "Line 2 holds NUL"),
        ((HEADER + ROW + 'A,"arrived,x,y,z\nB,arrived').encode(), "opened in line 3 is never closed"),
        ((HEADER + ROW + 'A,"arr"ived,x,y,z\n').encode(), "Line 3: after a closing"),
        ((HEADER + "A," + "x" * 3_000_000).encode(), "Line 2 is longer"),
        (",".join(f"c{i}" for i in range(10_000)).encode(), "10,000 columns"),
        ((HEADER + "," * 10_000 + "x").encode(), "10,001 columns"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "old Excel file"), (b"%PDF-1.7", "a PDF"),
        (b"\x1f\x8b\x08", "compressed"),
        (b"<html><table>", "web page"), (b"\x89PNG\r\n", "a picture"), (b'[{"reference": "A"}]', "one JSON list"),
        ((HEADER + ROW * 1_000_001).encode(), "1,000,000 rows"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(content: bytes, words: str) -> None:
    assert words in str(refusal(content))


def test_a_quoted_cell_beyond_all_measure_is_refused_with_its_line() -> None:
    content = (HEADER + ROW + 'A,arrived,x,y,"' + "some text\n" * 20_000).encode()
    assert "line 3" in str(refusal(content)).lower()


@pytest.mark.parametrize(
    ("limits", "content", "words"),
    [
        (Limits(bytes=10), b"reference,event\n", "0 MB fit"),
        (SMALL, (HEADER + ROW * 21).encode(), "more than 20 rows"),
        (SMALL, ",".join(f"c{i}" for i in range(41)).encode(), "41 columns, 40 fit"),
        (SMALL, b'{"event": "x"}\n' * 21, "more than 20 rows"),
        (SMALL, json.dumps({f"c{i}": 1 for i in range(41)}).encode(), "41 columns"),
    ],
)
def test_limits_hold(limits: Limits, content: bytes, words: str) -> None:
    assert words in str(refusal(content, limits=limits))


def test_limits_let_through_what_just_fits() -> None:
    assert len(read_rows((HEADER + ROW * 20).encode(), "f", limits=SMALL).rows) == 20


# ---------------------------------------------------------------- encodings

CHINESE = HEADER + "A-1,arrived,重庆团结村,2024-03-01,汽车配件和机械设备\r\n"


@pytest.mark.parametrize(
    ("text", "codec", "name"),
    [
        (CHINESE, "gb18030", "GB18030: --encoding gb18030"),
        (HEADER + "A,arrived,重庆,,\r\n", "gbk", "GB18030: --encoding gb18030"),
        (HEADER + "A,arrived,重慶團結村,,汽車零件與機械設備\r\n", "big5", "Big5: --encoding big5"),
        (HEADER + "A,arrived,Mühlauhafen,,für größere Möbel\r\n", "cp1252", "Windows-1252: --encoding cp1252"),
        (HEADER + "A,arrived,Małaszewicze,,zażółć gęślą jaźń\r\n", "cp1250", "Windows-1250: --encoding cp1250"),
        (HEADER + "A,arrived,Достык,,запасные части для машин\r\n", "cp1251", "Windows-1251: --encoding cp1251"),
        (CHINESE, "utf-16", "UTF-16: --encoding utf-16"),
        (HEADER + ROW, "utf-16-le", "UTF-16: --encoding utf-16-le"),
        (HEADER + ROW, "utf-16-be", "UTF-16: --encoding utf-16-be"),
        (HEADER + ROW, "utf-32", "UTF-32: --encoding utf-32"),
    ],
)
def test_another_encoding_is_refused_with_its_likely_name_and_read_once_named(text: str, codec: str, name: str) -> None:
    content = text.encode(codec)
    problem = refusal(content)
    assert f"looks like {name}" in str(problem)
    read = read_rows(content, "f", encoding=problem.suggestions[0])
    assert [dict(r.cells) for r in read.rows] == table(text)


def test_a_named_encoding_must_exist_and_fit() -> None:
    assert "no encoding klingon" in str(refusal(b"reference,event\n", encoding="klingon"))
    assert "no encoding zip" in str(refusal(b"reference,event\n", encoding="zip"))
    assert "Line 2 cannot be read as ascii" in str(refusal(CHINESE.encode(), encoding="ascii"))
    assert read_rows(b"\xef\xbb\xbf" + HEADER.encode(), "f", encoding="utf8").columns[0] == "reference"


def test_bytes_of_no_encoding_are_refused() -> None:
    assert "not UTF-8" in str(refusal(HEADER.encode() + bytes(range(128, 256)) * 3))


def test_the_likely_encoding_is_found_in_a_large_file_and_in_long_lines() -> None:
    assert "gb18030" in str(refusal((HEADER + ROW * 100 + CHINESE * 2_000).encode("gb18030")))
    assert "gb18030" in str(refusal((HEADER + "A,arrived,重庆,," + "汽车配件" * 2_000).encode("gb18030")))
    assert "gb18030" in str(refusal((HEADER + "A,arrived,重庆,,“汽车”——镕🚂\r\n").encode("gb18030")))


# ---------------------------------------------------------------- JSON Lines


def test_json_lines_have_the_same_names_and_any_values() -> None:
    content = (
        b'{"reference":"A","event":"departed","lat":1.5}\n\n{"Event":"arrived","seals":["a"],"note":true,"lat":NaN}\n'
    )
    read = read_rows(content, "f.txt")
    assert (read.format, read.kind, read.unknown_columns) == ("jsonl", Kind.EVENTS, ("seals", "note"))
    first, second = read.rows
    assert (first.line, second.line, first.cells["lat"], second.cells["event"]) == (1, 3, 1.5, "arrived")


@pytest.mark.parametrize(
    "line",
    ["{bad", "[1]", '"text"', "12", '{"a":1,"a":2}', '{"a":1,"A ":2}x', "[" * 100_000, '{"lat": ' + "9" * 5_000 + "}",
     '{"reference":"A","Reference":"B"}'],
)  # fmt: skip
def test_a_line_that_is_no_object_is_a_problem_of_that_line_and_its_only_one(line: str, world: World) -> None:
    read = read_rows(('{"event":"arrived"}\n' + line + "\n").encode(), "f")
    good, bad = read.rows
    assert good.problems == ()
    assert (bad.line, [p.line for p in bad.problems]) == (2, [2])
    # what it does not say for that reason is not held against it
    assert judge_event(bad, world, now=datetime(2024, 6, 1, tzinfo=UTC)).problems == bad.problems


@settings(deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda t: t.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for start in (b"", HEADER.encode(), b'{"event":"x"}\n', b"PK\x03\x04"):
        try:
            found: object = list(read_rows(start + content, "f").rows)
        except Refused as refused:
            found = refused.problems
        assert isinstance(found, list | tuple)
