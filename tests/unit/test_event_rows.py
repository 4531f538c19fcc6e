"""Judging rows of events: contract §3, *events*, *Times* and *Refused*."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from railtrack.domain.errors import Problem, Severity
from railtrack.domain.movement.events import EVENT_CODES, Classifier, EventFacts, EventKind, StatedEvent
from railtrack.domain.rows.event_rows import judge_event
from railtrack.domain.rows.judging import Judged
from railtrack.domain.rows.raw import RawRow
from railtrack.exchange.columns import EVENT_EXPORT_COLUMNS
from railtrack.exchange.reference import load_reference
from railtrack.resources import folder

WORLD = load_reference(folder("data")).world()
NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
REASON = next(iter(WORLD.delay_reasons))
GOOD = {"reference": "A-1", "event": "arrived", "station": "DTK", "occurred_at": "2024-03-06T17:30"}
POSITION = {"station": "", "event": "position", "lat": "52.03", "lon": "-23.36", "occurred_at": "2024-03-06T17:30+05"}
VOID = {"event": "void", "voids": "s1"}


def judge(**cells: object) -> Judged[StatedEvent]:
    return judge_event(RawRow(7, {**GOOD, **cells}), WORLD, now=NOW)


def good(**cells: object) -> EventFacts:
    judged = judge(**cells)
    assert judged.row is not None, [str(p) for p in judged.problems]
    assert judged.problems == ()
    return judged.row.event


def only_problem(**cells: object) -> Problem:
    judged = judge(**cells)
    assert judged.row is None
    assert len(judged.problems) == 1, [str(p) for p in judged.problems]
    (problem,) = judged.problems
    assert (problem.severity, problem.line) == (Severity.PROBLEM, 7)
    assert problem.remedy is not None
    assert problem.column is not None
    return problem


def test_a_full_row_is_read_in_every_column() -> None:
    facts = good(
        container="CSQU 305438 3", partner="Example", classifier="EST", wagon="21 81 2471 217-3", train="YXO 1",
        reason=REASON.upper(), remark="waits\nagain", source_id="s2", corrects="s1",
    )  # fmt: skip
    assert (facts.event, facts.classifier, facts.station) == (EventKind.ARRIVED, Classifier.ESTIMATED, "DTK")
    assert (facts.reference, facts.container, facts.partner) == ("A-1", "CSQU3054383", "Example")
    assert (facts.wagon, facts.train, facts.reason, facts.remark) == ("218124712173", "YXO 1", REASON, "waits\nagain")
    assert (facts.source_id, facts.corrects, facts.voids) == ("s2", "s1", None)
    assert facts.moment is not None
    assert (facts.moment.instant, facts.moment.offset_min) == (datetime(2024, 3, 6, 12, 30, tzinfo=UTC), 300)
    assert facts.moment.text == "2024-03-06T17:30"


@pytest.mark.parametrize(("code", "kind"), EVENT_CODES.items())
def test_events_have_a_name_and_a_code(code: str, kind: EventKind) -> None:
    more: dict[str, object] = {}
    if kind is EventKind.POSITION:
        more = dict(POSITION)
    if kind is EventKind.VOID:
        more = dict(VOID)
    if kind is EventKind.CANCELLED:
        more = {"reason": REASON}
    for spelling in (code, code.lower(), kind.value, kind.value.upper(), kind.value.replace("_", " ")):
        assert good(**{**more, "event": spelling}).event is kind


@pytest.mark.parametrize(
    ("text", "classifier"),
    [("", Classifier.ACTUAL), ("actual", Classifier.ACTUAL), ("ACT", Classifier.ACTUAL), ("est", Classifier.ESTIMATED),
     ("Estimated", Classifier.ESTIMATED), ("PLN", Classifier.PLANNED), ("planned", Classifier.PLANNED)],
)  # fmt: skip
def test_classifiers_have_a_name_and_a_code(text: str, classifier: Classifier) -> None:
    assert good(classifier=text).classifier is classifier


def test_unknown_events_and_classifiers_offer_near_ones() -> None:
    assert only_problem(event="depated").suggestions == ("departed",)
    assert only_problem(event="???").suggestions == ()
    assert only_problem(classifier="actuel").suggestions == ("actual",)


@pytest.mark.parametrize("column", ["event", "station", "occurred_at"])
def test_columns_that_must_be_there_are_asked_for(column: str) -> None:
    for empty in ("", " ", None):
        assert only_problem(**{column: empty}).column == column


def test_a_reference_or_a_container_is_needed() -> None:
    assert only_problem(reference="").column == "reference"
    assert good(reference="", container="CSQU3054383").reference is None


def test_all_problems_of_a_row_are_found() -> None:
    judged = judge(event="x", classifier="y", station="?", occurred_at="2024-02-30", container="CSQU3054384",
                   wagon="123", reason="tired", reference="a\tb")  # fmt: skip
    assert {p.column for p in judged.problems} == {
        "event", "classifier", "station", "occurred_at", "container", "wagon", "reason", "reference",
    }  # fmt: skip
    assert len(judged.problems) == 8


def test_an_unknown_station_lists_near_ones() -> None:
    assert only_problem(station="Dostik").suggestions[0] == "DTK"


# ---------------------------------------------------------------- times


def test_the_same_instant_in_two_spellings_is_one_instant() -> None:
    a, b = (good(station="CKG", occurred_at=t).moment for t in ("2024-03-01T09:00:00", "2024-03-01T01:00:00Z"))
    assert a is not None
    assert b is not None
    assert (a.instant, a.offset_min) == (b.instant, b.offset_min)


def test_further_source_ids_are_a_list_as_exported() -> None:
    told = (None, "a;2"), ("Terminal X", "17")
    assert good(other_source_ids='["a;2", ["Terminal X", "17"], "a;2"]').other_source_ids == told
    assert good(other_source_ids=["a;2", ["Terminal X", "17"]]).other_source_ids == told
    assert good(other_source_ids="").other_source_ids == ()
    for unfit in ("a;2", "[", '{"a": 1}', "[1]", '[""]', '[["x"]]', '[["x", ""]]', "[" * 100_000, 7, '["a\tb"]'):
        assert only_problem(other_source_ids=unfit).column == "other_source_ids"


def test_a_list_is_no_event() -> None:
    assert only_problem(event=["arrived"]).column == "event"


@pytest.mark.parametrize("time", ["2024-06-01T17:05:00", "2024-06-01T12:05:00Z", "2024-06-01"])
def test_actual_times_up_to_five_minutes_ahead_are_taken(time: str) -> None:
    good(occurred_at=time)


@pytest.mark.parametrize("time", ["2024-06-01T17:05:01", "2024-06-01T12:05:01Z", "2024-06-02", date(2024, 6, 2)])
def test_actual_times_further_ahead_are_refused(time: object) -> None:
    problem = only_problem(occurred_at=time)
    assert problem.column == "occurred_at"
    assert "future" in str(problem) or "not come" in str(problem)


@pytest.mark.parametrize("classifier", ["planned", "estimated"])
def test_plans_and_estimates_may_lie_ahead(classifier: str) -> None:
    good(occurred_at="2030-01-01", classifier=classifier)


def test_a_date_after_today_is_judged_by_the_day_at_the_station() -> None:
    late = datetime(2024, 6, 1, 20, tzinfo=UTC)  # 2 June in Chongqing, still 1 June in Mannheim
    for station, is_taken in (("CKG", True), ("MHG", False)):
        row = RawRow(2, {**GOOD, "station": station, "occurred_at": "2024-06-02"})
        assert (judge_event(row, WORLD, now=late).row is not None) is is_taken


def test_times_in_a_named_zone_rule_times_without_offset() -> None:
    judged = judge_event(RawRow(2, GOOD), WORLD, now=NOW, times_in=ZoneInfo("UTC"))
    assert judged.row is not None
    assert judged.row.event.moment is not None
    assert judged.row.event.moment.instant == datetime(2024, 3, 6, 17, 30, tzinfo=UTC)


def test_a_time_that_comes_twice_is_refused_with_both_offsets() -> None:
    assert only_problem(occurred_at="2024-02-29T23:30").suggestions == (
        "2024-02-29T23:30+06:00", "2024-02-29T23:30+05:00",
    )  # fmt: skip


# ---------------------------------------------------------------- kinds with rules of their own


def test_a_position_is_a_place_and_a_time_with_offset() -> None:
    facts = good(**POSITION)
    assert (facts.lat, facts.lon, facts.station) == (52.03, -23.36, None)
    assert facts.moment is not None
    assert facts.moment.offset_min == 300


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"lat": ""}, "lat"), ({"lon": None}, "lon"), ({"lat": "90.1"}, "lat"), ({"lat": "-90.1"}, "lat"),
        ({"lon": "180.1"}, "lon"), ({"lon": "nan"}, "lon"), ({"lat": "52,03"}, "lat"), ({"station": "DTK"}, "station"),
        ({"occurred_at": "2024-03-06T17:30"}, "occurred_at"), ({"occurred_at": "2024-03-06"}, "occurred_at"),
    ],
)  # fmt: skip
def test_a_position_without_them_is_refused(change: dict[str, object], column: str) -> None:
    assert only_problem(**{**POSITION, **change}).column == column


def test_the_poles_are_positions_too() -> None:
    assert good(**{**POSITION, "lat": "-90", "lon": 180.0}).lat == -90.0


def test_a_temperature_is_kept_of_what_happened_and_of_nothing_else() -> None:
    assert good(temperature_c="-18.5").temperature_c == -18.5
    assert good().temperature_c is None
    assert only_problem(temperature_c="-18,5").column == "temperature_c"
    assert only_problem(temperature_c="-300").column == "temperature_c"
    planned = judge(classifier="planned", temperature_c="4")
    assert planned.row is not None
    assert (planned.row.event.temperature_c, len(planned.warnings)) == (None, 1)


def test_lat_and_lon_of_other_events_are_left_out_with_a_warning() -> None:
    judged = judge(lat="1", lon="2")
    assert judged.row is not None
    assert (judged.row.event.lat, len(judged.warnings)) == (None, 1)


def test_a_cancellation_needs_a_reason() -> None:
    assert only_problem(event="cancelled").column == "reason"
    assert only_problem(event="cancelled", reason="tired").column == "reason"
    assert good(event="CANC", reason=REASON).reason == REASON


def test_a_void_needs_nothing_but_what_it_voids() -> None:
    judged = judge_event(RawRow(2, {"event": "void", "voids": "s1"}), WORLD, now=NOW)
    assert judged.problems == ()
    assert judged.row is not None
    assert (judged.row.event.voids, judged.row.event.moment, judged.row.event.station) == ("s1", None, None)
    assert only_problem(event="void").column == "voids"


def test_a_statement_corrects_or_voids_and_only_a_void_voids() -> None:
    assert only_problem(corrects="a", voids="b").column == "corrects"
    assert only_problem(**VOID, corrects="b").column == "corrects"
    assert only_problem(voids="a").column == "voids"


def test_reasons_are_delay_codes_of_ours() -> None:
    assert only_problem(reason=REASON[:-1]).suggestions[0] == REASON
    assert only_problem(reason="zzzzzz").suggestions == ()


def test_a_wagons_check_digit_is_tested() -> None:
    problem = only_problem(wagon="21 81 2471 217-4")
    assert (problem.value, problem.suggestions) == ("21 81 2471 217-4", ("218124712173",))
    assert good(wagon=218124712173).wagon == "218124712173"


def test_our_own_export_says_who_stated_what_and_when() -> None:
    facts = good(id="0192-abc", sender="Example", recorded_at="2024-03-06T12:31:00+00:00")
    assert (facts.id, facts.sender) == ("0192-abc", "Example")
    assert facts.recorded_at is not None
    assert facts.recorded_at.instant == datetime(2024, 3, 6, 12, 31, tzinfo=UTC)
    assert only_problem(recorded_at="2024-03-06T12:31").column == "recorded_at"
    assert only_problem(id="x" * 37).column == "id"


TEXTS = ["partner", "train", "remark", "source_id", "corrects", "sender"]


@pytest.mark.parametrize("column", TEXTS)
@pytest.mark.parametrize("text", ["مرحبا 🚂 重庆", "<script>alert(1)</script>", "=cmd()"])
def test_any_text_that_can_be_seen_is_taken_as_it_is(column: str, text: str) -> None:
    assert getattr(good(**{column: text}), column) == text


@pytest.mark.parametrize("column", [*TEXTS, "reference", "voids"])
@pytest.mark.parametrize("text", ["a\0b", "a\x1bb", "a\ud800b", "x" * 3_000])
def test_control_characters_and_overlong_texts_are_refused(column: str, text: str) -> None:
    cells: dict[str, object] = {"event": "void"} if column == "voids" else {}
    assert only_problem(**cells, **{column: text}).column == column


_CELLS = st.none() | st.text(max_size=30) | st.floats() | st.integers() | st.booleans() | st.dates() | st.datetimes()


@settings(deadline=None)
@given(
    st.sampled_from(list(EventKind)),
    st.dictionaries(st.sampled_from(EVENT_EXPORT_COLUMNS), _CELLS | st.lists(st.text(max_size=3))),
)
def test_no_row_breaks_the_judge(kind: EventKind, cells: dict[str, object]) -> None:
    judged = judge_event(RawRow(2, {**GOOD, "event": kind.value, **cells}), WORLD, now=NOW)
    assert (judged.row is None) == any(p.severity is Severity.PROBLEM for p in judged.problems)
    assert all(str(p) and p.line == 2 for p in judged.problems)
