"""Contract §2, `import`, and §3, files: counts, lines, options and what may be written how."""

import csv
import io
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from tests.cli.conftest import Run
from tests.contract.conftest import SHIPMENTS, problems

Load = Callable[..., dict[str, Any]]
Exported = Callable[..., list[dict[str, Any]]]
EVENTS = "reference,event,station,occurred_at\n"


# ---------------------------------------------------------------- the document


def test_the_document_has_these_fields_in_this_order(load: Load) -> None:
    document = load(SHIPMENTS + "CT-2,Contract Lines,CKG,Nowhere,,,CSQU3054383,,45G1,\n")
    assert list(document) == ["file", "kind", "stored", "rows", "accepted", "duplicates", "rejected", "problems"]
    assert list(document["problems"][0]) == ["line", "column", "value", "message", "severity"]
    assert {p["severity"] for p in document["problems"]} <= {"problem", "warning"}


def test_verdicts_are_on_the_rows_of_the_file_whether_stored_or_not(booked: Load) -> None:
    mixed = SHIPMENTS + "CT-9,Contract Lines,CKG,MHG,,,BADU1234567,,45G1,\nCT-9,Contract Lines,CKG,MHG,,,,4,45G1,\n"
    kept_out = booked(mixed)
    counts = ("rows", "accepted", "duplicates", "rejected")
    assert [kept_out[name] for name in counts] == [4, 1, 2, 1]
    assert kept_out["stored"] is False
    partly = booked(mixed, "--partial")
    assert [partly[name] for name in counts] == [4, 1, 2, 1]
    assert partly["stored"] is True
    assert [booked(mixed, "--partial")[name] for name in counts] == [4, 0, 3, 1]


def test_line_is_where_the_record_starts_the_header_being_1(booked: Load) -> None:
    header = "reference,event,station,occurred_at,remark\n"
    text = header + 'CT-1,departed,CKG,2024-03-01,"two\nlines"\nCT-1,flew,CKG,2024-03-02,\n'
    assert problems(booked(text)) == [(4, "event")]
    flew = {"reference": "CT-1", "event": "flew", "station": "CKG", "occurred_at": "2024-03-01"}
    assert problems(booked(json.dumps(flew), name="e.jsonl")) == [(1, "event")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("sheet.xlsx", b"PK\x03\x04 no sheet"),
        ("e.csv", b"reference,event,station,occurred_at\nA,departed,CKG,\x00\n"),
        ("photo.csv", b"\x89PNG\r\n\x1a\n"),
        ("strange.csv", b"colour,shape\nred,round\n"),
    ],
)
def test_a_file_that_cannot_be_read_has_no_rows_and_no_line(load: Load, name: str, content: bytes) -> None:
    document = load(content, name=name)
    assert (document["rows"], document["stored"]) == (0, False)
    assert problems(document)[0][0] is None


def test_warnings_reject_nothing(load: Load) -> None:
    document = load(SHIPMENTS.replace("21500", "24.5"))
    assert (document["accepted"], document["stored"]) == (2, True)
    assert problems(document, "warning") == [(2, "gross_kg")]


# ---------------------------------------------------------------- the options


def test_update_changes_different_facts_that_are_a_problem_without_it(booked: Load, run: Run) -> None:
    other = SHIPMENTS.replace("21500", "22000")
    refused = booked(other)
    assert (refused["rejected"], refused["duplicates"]) == (1, 1)
    assert problems(refused) == [(2, "gross_kg")]
    assert booked(other, "--update")["accepted"] == 1
    assert booked(other)["duplicates"] == 2


@pytest.mark.parametrize("form", ["csv", "jsonl", "xlsx"])
def test_the_file_of_refused_rows_mended_is_taken(booked: Load, run: Run, tmp_path: Path, form: str) -> None:
    rows = [
        {"reference": "CT-1", "event": "departed", "station": "CKG", "occurred_at": "2024-03-01T09:00"},
        {"reference": "CT-1", "event": "departed", "station": "Alashanku", "occurred_at": "2024-03-06T09:00"},
    ]
    name, bad = f"e.{form}", f"bad.{form}"
    (tmp_path / name).write_bytes(_file(rows, form))
    result = run("import", name, "--partial", "--errors", bad, "--format", "json")
    assert (json.loads(result.stdout)["accepted"], result.exit_code) == (1, 1)
    _replace(tmp_path / bad, "Alashanku", "Alashankou")
    again = booked((tmp_path / bad).read_bytes(), name=f"mended.{form}")
    assert (again["rows"], again["accepted"]) == (1, 1)


def test_the_encoding_hint_names_the_option_that_helps(load: Load, run: Run) -> None:
    chinese = SHIPMENTS.replace("Contract Lines", "重庆国际物流枢纽园区建设有限责任公司").encode("gb18030")
    assert "--encoding gb18030" in load(chinese)["problems"][0]["message"].lower()
    assert load(chinese, "--encoding", "gb18030")["accepted"] == 2


def test_the_kind_can_be_said_and_is_found_by_the_columns(booked: Load) -> None:
    assert booked(EVENTS + "CT-1,departed,CKG,2024-03-01\n")["kind"] == "events"
    assert booked(SHIPMENTS, "--kind", "shipments")["kind"] == "shipments"


# ---------------------------------------------------------------- how files may be written


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_commas_semicolons_and_tabs_with_or_without_a_byte_order_mark(load: Load, delimiter: str, mark: str) -> None:
    assert load((mark + SHIPMENTS.replace(",", delimiter)).encode())["accepted"] == 2


def test_columns_may_come_in_any_order_and_unknown_ones_are_reported_and_ignored(load: Load) -> None:
    rows = list(csv.reader(io.StringIO(SHIPMENTS)))
    turned = "\n".join(",".join([*reversed(row), "x"]) for row in rows)
    document = load(turned.replace(",x\n", ",colour\n", 1))
    assert document["accepted"] == 2
    assert problems(document, "warning") == [(1, "colour")]


def test_a_sheet_takes_true_dates_and_times(booked: Load, exported: Exported) -> None:
    row = {"reference": "CT-1", "event": "departed", "station": "CKG", "occurred_at": datetime(2024, 3, 1, 9)}  # noqa: DTZ001
    assert booked(_file([row], "xlsx"), name="e.xlsx")["accepted"] == 1
    assert exported("events")[0]["occurred_at"] == "2024-03-01T09:00:00+08:00"


@pytest.mark.parametrize(
    "station", ["MAL", "mal", "PLMAA", "Małaszewicze", "MALASZEWICZE", "malaszewicze", "马拉舍维奇", " Małaszewicze "]
)
def test_a_station_is_named_by_our_code_a_locode_or_in_any_of_its_languages(
    booked: Load, exported: Exported, station: str
) -> None:
    assert booked(EVENTS + f"CT-1,arrived,{station},2024-03-16T10:00\n")["accepted"] == 1
    assert exported("events")[0]["station"] == "MAL"


def test_a_code_of_another_place_is_never_guessed(booked: Load) -> None:
    document = booked(EVENTS + "CT-1,arrived,PLMAL,2024-03-16T10:00\n")
    assert problems(document) == [(2, "station")]
    assert "MAL" in document["problems"][0]["message"]


@pytest.mark.parametrize("written", ["csqu 305438 [3]", "CSQU-305438-3", "csqu.305438(3)", "CSQU3054383"])
def test_container_numbers_are_cleaned(booked: Load, written: str) -> None:
    assert booked(SHIPMENTS.replace("CSQU3054383", written))["duplicates"] == 2


@pytest.mark.parametrize(
    ("written", "is_taken"),
    [
        ("2024-03-01T09:00", True),
        ("2024-03-01 09:00:30", True),
        ("2024-03-01T09:00:30.125", True),
        ("2024-03-01T09:00Z", True),
        ("2024-03-01T09:00+08", True),
        ("2024-03-01T09:00+0800", True),
        ("2024-03-01T09:00+08:00", True),
        ("2024-03-01", True),
        ("01.03.2024", False),
        ("2024-02-30", False),
        ("2024-03-01T25:00", False),
        ("2199-03-01T09:00", False),
    ],
)
def test_times_are_written_in_these_ways_and_no_other(booked: Load, written: str, is_taken: bool) -> None:
    document = booked(EVENTS + f"CT-1,departed,CKG,{written}\n")
    assert (document["accepted"], problems(document)) == ((1, []) if is_taken else (0, [(2, "occurred_at")]))


def test_a_time_the_clock_skips_or_repeats_asks_for_an_offset(booked: Load) -> None:
    for at in ("2024-03-31T02:30", "2024-10-27T02:30"):
        document = booked(EVENTS + f"CT-1,arrived,MHG,{at}\n")
        assert "offset" in document["problems"][0]["message"]
        assert booked(EVENTS + f"CT-1,arrived,MHG,{at}+01:00\n")["accepted"] == 1


def test_kazakhstan_has_one_clock_since_march_2024(booked: Load, exported: Exported) -> None:
    booked(EVENTS + "CT-1,arrived,DTK,2024-02-29T12:00\nCT-1,departed,DTK,2024-03-01T12:00\n")
    assert [e["occurred_at"][-6:] for e in exported("events")] == ["+06:00", "+05:00"]


NAMES = {
    "arrived": "ARRI", "departed": "DEPA", "loaded": "LOAD", "discharged": "DISC", "gate_in": "GTIN",
    "gate_out": "GTOT", "stuffed": "STUF", "stripped": "STRP", "transshipped": "TRSH", "customs_selected": "CUSS",
    "customs_inspected": "CUSI", "customs_released": "CUSR", "border_crossed": "CROS", "inspected": "INSP",
    "resealed": "RSEA", "held": "HOLD", "released": "RELS",
}  # fmt: skip


def test_every_event_has_a_name_and_a_code_that_mean_the_same(booked: Load) -> None:
    by_name = EVENTS + "".join(f"CT-1,{name},MAL,2024-03-01T09:00\n" for name in NAMES)
    by_code = EVENTS + "".join(f"CT-1,{code},MAL,2024-03-01T09:00\n" for code in NAMES.values())
    assert booked(by_name)["accepted"] == len(NAMES)
    assert booked(by_code)["duplicates"] == len(NAMES)


def test_a_classifier_is_a_word_or_three_letters_and_actual_if_empty(booked: Load) -> None:
    header = EVENTS.replace("station", "station,classifier")
    assert booked(header + "CT-1,arrived,MHG,,2024-03-18\nCT-1,arrived,MHG,planned,2024-03-18\n")["accepted"] == 2
    assert booked(header + "CT-1,arrived,MHG,ACT,2024-03-18\nCT-1,arrived,MHG,PLN,2024-03-18\n")["duplicates"] == 2
    assert booked(header + "CT-1,arrived,MHG,EST,2024-03-18\n")["accepted"] == 1


@pytest.mark.parametrize(
    ("column", "row", "wrong", "to_do"),
    [
        ("container", "R-1,Contract Lines,CKG,MHG,,,CSQU3054384,,45G1,", "check digit should be 3", "Compare with"),
        ("size_type", "R-1,Contract Lines,CKG,MHG,,,CSQU3054383,,99Z9,", "no size-type 99Z9", "such as 45G1"),
        ("origin", "R-1,Contract Lines,Chongqin,MHG,,,CSQU3054383,,45G1,", "No station of this name", "write the name"),
        ("gross_kg", "R-1,Contract Lines,CKG,MHG,,,CSQU3054383,,45G1,-1", "be negative", "without a minus sign"),
        ("gross_kg", "R-1,Contract Lines,CKG,MHG,,,CSQU3054383,,45G1,nan", "not a finite number", "Write a figure"),
        (
            "gross_kg",
            'R-1,Contract Lines,CKG,MHG,,,CSQU3054383,,45G1,"21,5"',
            "thousands or decimals",
            "Write 21500 if",
        ),
        ("planned_arrival", "R-1,Contract Lines,CKG,MHG,,2024-02-30,CSQU3054383,,45G1,", "no such day", "has 29 days"),
        ("corridor", "R-1,Contract Lines,CKG,MHG,nowhere,,CSQU3054383,,45G1,", "no corridor", "Leave it empty"),
        ("reference", ",Contract Lines,CKG,MHG,,,CSQU3054383,,45G1,", "reference is empty", "must be given"),
    ],
)
def test_what_is_refused_names_line_column_what_is_wrong_and_what_to_do(
    load: Load, column: str, row: str, wrong: str, to_do: str
) -> None:
    document = load(SHIPMENTS.splitlines()[0] + "\n" + row + "\n")
    assert (2, column) in problems(document)
    said = next(p["message"] for p in document["problems"] if p["column"] == column)
    before, _, after = said.partition(wrong)
    assert before != said, said
    assert to_do in after, said


def _file(rows: list[dict[str, Any]], form: str) -> bytes:
    if form == "jsonl":
        return "\n".join(json.dumps(row) for row in rows).encode()
    if form == "csv":
        out = io.StringIO()
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        return out.getvalue().encode()
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append(list(row.values()))
    out_bytes = io.BytesIO()
    book.save(out_bytes)
    return out_bytes.getvalue()


def _replace(path: Path, old: str, new: str) -> None:
    if path.suffix != ".xlsx":
        path.write_text(path.read_text().replace(old, new))
        return
    from openpyxl import load_workbook

    book = load_workbook(path)
    for row in book.worksheets[0].iter_rows():
        for cell in row:
            if cell.value == old:
                cell.value = new
    book.save(path)
