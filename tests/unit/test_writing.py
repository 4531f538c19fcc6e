"""What is written reads back equal, and no spreadsheet calculates it."""

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from railtrack.domain.cargo.goods import ContainerFacts, Money, ShipmentFacts
from railtrack.domain.movement.events import EventFacts, EventKind
from railtrack.domain.rows.event_rows import judge_event
from railtrack.domain.rows.raw import RawRow
from railtrack.domain.rows.shipment_rows import judge_shipment
from railtrack.domain.times import Moment, Precision
from railtrack.exchange.columns import EVENT_COLUMNS, EVENT_EXPORT_COLUMNS, SHIPMENT_COLUMNS, Kind
from railtrack.exchange.formulas import protected, unprotected
from railtrack.exchange.reading import read_rows
from railtrack.exchange.reference import load_reference
from railtrack.exchange.refused import write_refused
from railtrack.exchange.writing import (
    WRITERS,
    event_cells,
    shipment_cells,
    write_csv,
    write_jsonl,
    write_template,
    write_xlsx,
)
from railtrack.resources import folder

WORLD = load_reference(folder("data")).world()
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FORMS = sorted(WRITERS)
ALMATY_MORNING = Moment(datetime(2024, 3, 6, 12, 30, 15, tzinfo=UTC), 300)
CHINESE_DAY = Moment(datetime(2018, 11, 17, 4, tzinfo=UTC), 480, Precision.DAY)


def written(form: str, columns: Sequence[str], *rows: Mapping[str, object]) -> bytes:
    return b"".join(WRITERS[form](columns, rows))


def read_back(form: str, columns: Sequence[str], *rows: Mapping[str, object]) -> list[dict[str, object]]:
    read = read_rows(written(form, columns, *rows), f"f.{form}", kind=Kind.EVENTS)
    assert read.unknown_columns == ()
    return [dict(r.cells) for r in read.rows]


# texts as the judge lets them through: trimmed, nothing invisible
_texts = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"], exclude_characters="\u2028\u2029"), max_size=30)
_stored = _texts.map(str.strip).filter(lambda t: t.isprintable() or not t)
_formulas = st.builds(
    str.__add__, st.sampled_from(["=", "+", "-", "@", "'=", "''+", "'", "_x0041_", '"', ",;"]), _stored
)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=40, deadline=None)
@given(text=(_stored | _formulas.map(str.strip)).filter(bool))
def test_every_text_reads_back_equal(form: str, text: str) -> None:
    assert read_back(form, ["event", "remark"], {"event": "x", "remark": text})[0]["remark"] == text


@pytest.mark.parametrize("form", FORMS)
def test_texts_of_several_lines_read_back_equal(form: str) -> None:
    assert read_back(form, ["event", "remark"], {"event": "x", "remark": 'a\nb\t"c"'})[0]["remark"] == 'a\nb\t"c"'


@settings(deadline=None)
@given(st.text(max_size=20))
def test_protection_is_taken_off_again(text: str) -> None:
    assert unprotected(protected(text)) == text


@pytest.mark.parametrize("text", ["=cmd()", "+49", "-x", "@SUM(A1)", "\t=1", "\r=1", "'=1"])
def test_no_cell_begins_as_a_formula(text: str) -> None:
    assert protected(text) == "'" + text
    (_, (_, cell)) = csv.reader(StringIO(written("csv", ["event", "remark"], {"event": "x", "remark": text}).decode()))
    assert cell.startswith("'")
    sheet = load_workbook(BytesIO(written("xlsx", ["remark"], {"remark": text}))).active
    assert sheet is not None
    assert sheet["A2"].data_type == "s"
    assert str(sheet["A2"].value).startswith("'")


def test_column_names_from_a_file_are_no_formulas_either() -> None:
    assert b"".join(write_csv(["=x"], [])) == b"'=x\r\n"


def test_numbers_stay_numbers_however_they_begin() -> None:
    assert written("csv", ["lat", "lon"], {"lat": -52.5, "lon": Decimal("-1.50")}) == b"lat,lon\r\n-52.5,-1.50\r\n"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""), ("", ""), ((), ""), (True, "yes"), (False, "no"), (3.0, "3"), (0.1, "0.1"), (1e22, "1e+22"),
        (Decimal("10.50"), "10.50"), (Decimal("1E+3"), "1000"), (("A", "B"), "A; B"), (date(2024, 3, 1), "2024-03-01"),
        (datetime(2024, 3, 1, 9), "2024-03-01 09:00:00"), (CHINESE_DAY, "2018-11-17"),  # noqa: DTZ001
        (ALMATY_MORNING, "2024-03-06T17:30:15+05:00"), (EventKind.GATE_IN, "gate_in"),
    ],
)  # fmt: skip
def test_values_are_written_as_files_carry_them(value: object, cell: str) -> None:
    assert list(csv.reader(StringIO(written("csv", ["x", "y"], {"x": value, "y": 1}).decode())))[1] == [cell, "1"]


def test_csv_comes_in_pieces() -> None:
    pieces = list(write_csv(["remark"], ({"remark": "x" * 1_000} for _ in range(200))))
    assert len(pieces) > 2
    assert b"".join(pieces).count(b"\r\n") == 201


def test_json_lines_hold_types_and_leave_out_what_is_empty() -> None:
    row = {
        "a": None,
        "b": 1.5,
        "c": True,
        "d": Decimal("2.50"),
        "e": ("x",),
        "f": ALMATY_MORNING,
        "g": "=x",
        "h": Decimal(3),
    }
    (line,) = write_jsonl("abcdefgh", [row])
    assert json.loads(line) == {
        "b": 1.5, "c": True, "d": 2.5, "e": ["x"], "f": "2024-03-06T17:30:15+05:00", "g": "=x", "h": 3,
    }  # fmt: skip


def test_a_sheet_has_types_a_frozen_header_and_a_filter() -> None:
    content = write_xlsx(
        ["reference", "occurred_at", "gross_kg", "value"],
        [
            {"reference": "007", "occurred_at": ALMATY_MORNING, "gross_kg": 21500.5, "value": Decimal("3.50")},
            {"reference": "B", "occurred_at": CHINESE_DAY},
        ],
    )
    sheet: Any = load_workbook(BytesIO(content)).active
    assert [c.value for c in sheet[1]] == ["reference", "occurred_at", "occurred_at_local", "gross_kg", "value"]
    assert [c.value for c in sheet[2]] == [
        "007", "2024-03-06T17:30:15+05:00", datetime(2024, 3, 6, 17, 30, 15), 21500.5, 3.5,  # noqa: DTZ001
    ]  # fmt: skip
    assert sheet["C3"].value == datetime(2018, 11, 17)  # noqa: DTZ001
    assert "h" not in sheet["C3"].number_format
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:E3")


def test_a_number_a_sheet_cannot_hold_exactly_is_written_as_text() -> None:
    exact = 0.1 + 0.2
    sheet: Any = load_workbook(BytesIO(write_xlsx(["lat"], [{"lat": exact}, {"lat": -0.25}]))).active
    assert (sheet["A2"].value, sheet["A3"].value) == ("0.30000000000000004", -0.25)


# ---------------------------------------------------------------- whole rows, there and back

_words = _stored.map(lambda t: t[:20].strip())
_moments = st.datetimes(datetime(2011, 1, 1), datetime(2026, 11, 1))  # noqa: DTZ001
_money = st.none() | st.builds(
    Money, st.decimals(0, 10**9, places=2), st.sampled_from(["EUR", "CNY"])
)  # fmt: skip
_kg = st.none() | st.floats(0, 1e6)


def _moment(local: datetime, offset_min: int, is_day: bool) -> Moment:
    if is_day:
        noon = local.replace(hour=12, minute=0, second=0, microsecond=0, tzinfo=UTC)
        return Moment(noon - timedelta(minutes=offset_min), offset_min, Precision.DAY)
    return Moment(local.replace(microsecond=0, tzinfo=UTC) - timedelta(minutes=offset_min), offset_min)


_shipments = st.builds(
    ShipmentFacts, reference=_words.filter(bool), partner=st.none() | _words.filter(bool), origin=st.just("CKG"),
    destination=st.just("MHG"), shipper=_words, consignee=_words,
    corridor=st.just("dostyk-petropavl"), corridor_assumed=st.booleans(),
    train=_words.filter(bool), train_capacity_teu=st.none() | st.floats(1, 200),
    planned_departure=st.none() | st.builds(_moment, _moments, st.just(480), st.booleans()),
    incoterm=st.sampled_from(["", "FCA"]), consignment_note=_words,
)  # fmt: skip
_boxes = st.builds(
    ContainerFacts, container=st.just("CSQU3054383"), size_type=st.just("45G1"), laden=st.booleans(),
    seals=st.sampled_from([(), ("A",), ("A", "=B 2")]), hs_code=st.sampled_from(["", "0901", "871410"]), goods=_words,
    packages=st.none() | st.integers(0, 10**6), gross_kg=_kg, tare_kg=_kg, value=_money, freight=_money,
    un_number=st.sampled_from(["", "0082"]), temperature_min_c=st.none() | st.floats(-60, 0),
    temperature_max_c=st.none() | st.floats(0, 60),
)  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=40, deadline=None)
@given(shipment=_shipments, box=_boxes, quantity=st.none() | st.integers(1, 1000))
def test_shipments_read_back_equal(
    form: str, shipment: ShipmentFacts, box: ContainerFacts, quantity: int | None
) -> None:
    if quantity is not None:
        box = ContainerFacts(**{**vars(box), "container": None, "quantity": quantity})
    content = written(form, SHIPMENT_COLUMNS, shipment_cells(shipment, box))
    (raw,) = read_rows(content, "f").rows
    judged = judge_shipment(raw, WORLD, now=NOW)
    assert judged.row is not None, [str(p) for p in judged.problems]
    assert judged.row.container == box
    assert _untexted(judged.row.shipment) == _untexted(shipment)


_events = st.builds(
    EventFacts, event=st.sampled_from([EventKind.ARRIVED, EventKind.HELD]), reference=_words.filter(bool),
    container=st.sampled_from([None, "CSQU3054383"]), partner=st.none() | _words.filter(bool), station=st.just("CKG"),
    moment=st.builds(_moment, _moments, st.just(480), st.booleans()), wagon=st.sampled_from(["", "218124712173"]),
    train=_words, remark=_words, source_id=st.none() | _words.filter(bool), corrects=st.none() | _words.filter(bool),
    id=st.just("0192-abc"), sender=st.just("Example"),
    recorded_at=st.builds(_moment, _moments, st.just(0), st.just(False)),
    other_source_ids=st.lists(
        st.tuples(st.none() | _words.filter(bool), _words.filter(bool)), max_size=3, unique=True
    ).map(tuple),
)  # fmt: skip
_positions = st.builds(
    EventFacts, event=st.just(EventKind.POSITION), reference=st.just("A"), lat=st.floats(-90, 90),
    lon=st.floats(-180, 180), moment=st.builds(_moment, _moments, st.sampled_from([300, -210]), st.just(False)),
)  # fmt: skip
_voids = st.builds(EventFacts, event=st.just(EventKind.VOID), voids=_words.filter(bool), remark=_words)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=40, deadline=None)
@given(event=_events | _positions | _voids)
def test_events_read_back_equal(form: str, event: EventFacts) -> None:
    (raw,) = read_rows(written(form, EVENT_EXPORT_COLUMNS, event_cells(event)), "f").rows
    judged = judge_event(raw, WORLD, now=NOW)
    assert judged.row is not None, [str(p) for p in judged.problems]
    assert judged.problems == ()
    assert _untexted(judged.row.event) == _untexted(event)


def _untexted(facts: ShipmentFacts | EventFacts) -> dict[str, object]:
    """Give facts without the text a time was given in, as that is another after the export."""
    return {
        name: (value.instant, value.offset_min, value.precision) if isinstance(value, Moment) else value
        for name, value in vars(facts).items()
    }


# ---------------------------------------------------------------- templates and refused rows


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", Kind)
def test_a_template_is_read_without_a_complaint(kind: Kind, form: str) -> None:
    read = read_rows(write_template(kind, form), "f")
    assert (read.kind, read.unknown_columns) == (kind, ())
    if form != "jsonl":
        assert read.columns == (SHIPMENT_COLUMNS if kind is Kind.SHIPMENTS else EVENT_COLUMNS)
    (raw,) = read.rows
    judged = judge_shipment(raw, WORLD, now=NOW) if kind is Kind.SHIPMENTS else judge_event(raw, WORLD, now=NOW)
    assert judged.problems == ()


@pytest.mark.parametrize("form", FORMS)
def test_refused_rows_come_with_their_reasons_and_can_be_sent_again(form: str) -> None:
    content = b"event;Notiz;reference;station;occurred_at\nheld;=x;;CKG;2024-02-30\nheld;y;A;MHG;2024-13-01\n"
    read = read_rows(content, "f")
    rows = [(raw, judge_event(raw, WORLD, now=NOW).problems) for raw in read.rows]
    again = read_rows(b"".join(write_refused(read.columns, rows, form=form)), "f")
    assert (again.unknown_columns, "problem" in again.columns) == (("Notiz",), True)
    first, second = ({k: v for k, v in r.cells.items() if v != ""} for r in again.rows)
    assert first == {
        "event": "held", "Notiz": "=x", "station": "CKG", "occurred_at": "2024-02-30",
        "problem": "occurred_at: There is no such day. February 2024 has 29 days. | reference: Neither a reference nor"
        " a container is given. Write which shipment or which container it happened to.",
    }  # fmt: skip
    assert second["problem"] == "occurred_at: There is no month 13. Write year, month, day, such as 2026-11-24."
    mended = b"".join(write_refused(again.columns, [(row, ()) for row in again.rows], form=form))
    assert list(read_rows(mended, "f").columns).count("problem") <= 1


def test_reasons_are_said_in_the_readers_language() -> None:
    raw = RawRow(2, {"event": "void"})
    found = judge_event(raw, WORLD, now=NOW).problems
    content = b"".join(write_refused(("event",), [(raw, found)], render=lambda m: m.render("«{}»".format)))
    assert "«voids is empty.»" in content.decode()


@pytest.mark.parametrize("form", FORMS)
def test_refused_rows_may_hold_anything(form: str) -> None:
    cells = {
        "event": float("nan"), "lat": {"a": [1]}, "remark": "a\ud800b\0", "wagon": 10**40, "station": ["x"],
        "occurred_at": datetime(2024, 3, 1, 9), "lon": float("inf"), "train": "x" * 40_000,  # noqa: DTZ001
    }  # fmt: skip
    raw = RawRow(2, cells)
    content = b"".join(write_refused(tuple(cells), [(raw, judge_event(raw, WORLD, now=NOW).problems)], form=form))
    assert content
