"""Reading stated times, contract §3 *Times*."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from railtrack.domain import clock
from railtrack.domain.clock import read_moment
from railtrack.domain.rows.unfit import Unfit
from railtrack.domain.times import Moment, Precision

SHANGHAI, BERLIN, ALMATY = (ZoneInfo(n) for n in ("Asia/Shanghai", "Europe/Berlin", "Asia/Almaty"))


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-01T09:00", "2024-03-01 09:00", "2024-03-01T09:00:00", "2024-03-01T09:00:00.999", "2024-03-01T01:00Z",
        "2024-03-01T01:00:00Z", "2024-03-01T09:00+08", "2024-03-01T09:00+0800", "2024-03-01T09:00+08:00",
        "2024-02-29T21:00-04:00", " 2024-03-01 09:00 ",
    ],
)  # fmt: skip
def test_every_spelling_names_the_same_instant(text: str) -> None:
    moment = read_moment(text, SHANGHAI, place="Chongqing")
    assert (moment.instant, moment.offset_min, moment.precision) == (at(2024, 3, 1, 1), 480, Precision.SECOND)
    assert moment.text == text.strip()


def test_seconds_are_kept_and_their_fractions_are_not() -> None:
    assert read_moment("2024-03-01T09:00:59.999", SHANGHAI).instant == at(2024, 3, 1, 1, 0, 59)


@pytest.mark.parametrize(
    "text",
    [
        "", "tomorrow", "2024-3-1", "2024-03-01T9:00", "2024-03-01T09", "2024-03-01T09:00:00,5", "2024-03-01T09:00 +08",
        "2024-03-01T09:00+8", "2024-03-01T09UTC", "２０２４-03-01", "20240301", "2024-03-01T09:00Z ok", "2024-03-01T",
        "01.03.2024", "2024-03-01\n2024-03-02",
    ],
)  # fmt: skip
def test_other_spellings_are_refused(text: str) -> None:
    with pytest.raises(Unfit, match="not a time railtrack reads"):
        read_moment(text, SHANGHAI)


@pytest.mark.parametrize(
    ("text", "suggestions"),
    [
        ("25.10.2018", ("2018-10-25",)),
        ("25.10.2018 4:30", ("2018-10-25T04:30",)),
        ("10/25/2018", ("2018-10-25",)),
        ("03/04/2018", ("2018-04-03", "2018-03-04")),
        ("2018/10/25 04:30:10", ("2018-10-25T04:30:10",)),
        ("20181025", ("2018-10-25",)),
        ("31.02.2018", ()),
    ],
)
def test_other_ways_of_writing_dates_are_offered_in_ours(text: str, suggestions: tuple[str, ...]) -> None:
    with pytest.raises(Unfit) as unfit:
        read_moment(text, SHANGHAI)
    assert unfit.value.suggestions == suggestions


def test_a_day_that_does_not_exist_says_how_long_the_month_is() -> None:
    with pytest.raises(Unfit) as unfit:
        read_moment("2027-02-30", BERLIN)
    assert f"{unfit.value.message} {unfit.value.remedy}" == "There is no such day. February 2027 has 28 days."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2024-13-01", "no month 13"), ("2024-00-01", "no month 00"), ("2024-01-00", "no such day"),
        ("2023-02-29", "no such day"), ("2024-01-01T24:00", "no such time"), ("2024-01-01T12:60", "no such time"),
        ("2024-01-01T12:00:60", "no such time"), ("0024-01-01", "year 0024"), ("9999-12-31", "year 9999"),
        ("2024-01-01T12:00+15", "no offset"), ("2024-01-01T12:00+08:60", "no offset"), ("1989-12-31", "year 1989"),
        ("2200-01-01", "year 2200"),
    ],
)  # fmt: skip
def test_impossible_dates_times_and_offsets_are_refused(text: str, words: str) -> None:
    with pytest.raises(Unfit, match=words):
        read_moment(text, BERLIN)


@pytest.mark.parametrize("text", ["2024-02-29", "1990-01-01", "2199-12-31", "2024-01-01T00:00", "2024-01-01T23:59:59"])
def test_the_edges_of_the_calendar_are_taken(text: str) -> None:
    assert read_moment(text, BERLIN).text == text


@pytest.mark.parametrize("text", ["2024-01-01T12:00+14:00", "2024-01-01T12:00-12:00", "2024-01-01T12:00+05:45"])
def test_the_edges_of_offsets_are_taken(text: str) -> None:
    assert read_moment(text, None).instant == datetime.fromisoformat(text)


def test_midnight_as_24_00_is_offered_as_the_next_day() -> None:
    with pytest.raises(Unfit) as unfit:
        read_moment("2024-12-31T24:00", BERLIN)
    assert unfit.value.suggestions == ("2025-01-01T00:00",)


def test_a_time_that_comes_twice_asks_for_an_offset_and_names_both() -> None:
    with pytest.raises(Unfit) as unfit:
        read_moment("2026-10-25 02:30", BERLIN, place="Mannheim")
    assert str(unfit.value) == "This time comes twice in Mannheim, as clocks go back."
    assert str(unfit.value.remedy) == "Add the offset: 02:30+02:00 for the first, 02:30+01:00 for the second."
    assert unfit.value.suggestions == ("2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00")
    first, second = (read_moment(s, BERLIN).instant for s in unfit.value.suggestions)
    assert second - first == timedelta(hours=1)


def test_a_time_that_does_not_exist_asks_for_an_offset_and_names_both() -> None:
    with pytest.raises(Unfit) as unfit:
        read_moment("2026-03-29T02:30:15", BERLIN, place="Mannheim")
    assert str(unfit.value) == "This time does not exist in Mannheim, as clocks go forward."
    assert unfit.value.suggestions == ("2026-03-29T02:30:15+01:00", "2026-03-29T02:30:15+02:00")
    assert "02:30:15+01:00" in str(unfit.value.remedy)


@pytest.mark.parametrize(
    ("text", "utc"),
    [("2026-03-29T01:59", at(2026, 3, 29, 0, 59)), ("2026-03-29T03:00", at(2026, 3, 29, 1)),
     ("2026-10-25T01:59", at(2026, 10, 24, 23, 59)), ("2026-10-25T03:00", at(2026, 10, 25, 2))],
)  # fmt: skip
def test_times_beside_the_change_of_clocks_are_taken(text: str, utc: datetime) -> None:
    assert read_moment(text, BERLIN).instant == utc


def test_kazakhstan_is_an_hour_nearer_to_greenwich_since_march_2024() -> None:
    assert read_moment("2024-02-29T12:00", ALMATY).instant == at(2024, 2, 29, 6)
    assert read_moment("2024-03-01T12:00", ALMATY).instant == at(2024, 3, 1, 7)
    with pytest.raises(Unfit, match="twice in Dostyk"):
        read_moment("2024-02-29T23:30", ALMATY, place="Dostyk")


def test_the_offset_kept_is_the_stations_even_where_another_was_given() -> None:
    moment = read_moment("2024-03-01T01:00:00Z", SHANGHAI)
    assert (moment.offset_min, moment.local_date) == (480, date(2024, 3, 1))


def test_a_date_alone_is_sorted_at_local_noon() -> None:
    moment = read_moment("2018-11-17", SHANGHAI)
    assert (moment.instant, moment.precision) == (at(2018, 11, 17, 4), Precision.DAY)
    assert moment.local_date == date(2018, 11, 17)


def test_times_in_rules_times_without_offset_but_not_dates() -> None:
    assert read_moment("2024-03-01T01:00", SHANGHAI, times_in=ZoneInfo("UTC")).instant == at(2024, 3, 1, 1)
    assert read_moment("2024-03-01T01:00+02:00", SHANGHAI, times_in=ZoneInfo("UTC")).instant == at(2024, 2, 29, 23)
    assert read_moment("2024-03-01", SHANGHAI, times_in=ZoneInfo("UTC")).instant == at(2024, 3, 1, 4)
    assert read_moment("2024-03-01T01:00", SHANGHAI, times_in=ZoneInfo("UTC")).offset_min == 480


def test_times_in_a_zone_with_daylight_saving_can_fail_there() -> None:
    with pytest.raises(Unfit, match="twice in Europe/Berlin"):
        read_moment("2026-10-25T02:30", SHANGHAI, times_in=BERLIN)


def test_a_position_needs_an_offset_unless_the_file_has_a_zone() -> None:
    assert read_moment("2024-03-01T09:00+06:00", None).offset_min == 360
    assert read_moment("2024-03-01T09:00", None, times_in=ALMATY).offset_min == 300
    assert read_moment("2024-03-01", None, times_in=ALMATY).is_day
    for text in ("2024-03-01T09:00", "2024-03-01"):
        with pytest.raises(Unfit, match="needs a time with an offset"):
            read_moment(text, None)


def test_spreadsheet_times_are_local_and_their_dates_are_dates() -> None:
    assert read_moment(datetime(2024, 3, 1, 9, 0), SHANGHAI).instant == at(2024, 3, 1, 1)  # noqa: DTZ001
    assert read_moment(datetime(2024, 3, 1, 8, 59, 59, 999_500), SHANGHAI).instant == at(2024, 3, 1, 1)  # noqa: DTZ001
    assert read_moment(datetime(2024, 3, 1, 9, tzinfo=timezone(timedelta(hours=9))), SHANGHAI).instant == at(2024, 3, 1)
    assert read_moment(date(2024, 3, 1), SHANGHAI).is_day
    assert read_moment(datetime(2024, 3, 1, 9, 0), SHANGHAI).text == "2024-03-01 09:00:00"  # noqa: DTZ001
    with pytest.raises(Unfit, match="twice"):
        read_moment(datetime(2026, 10, 25, 2, 30), BERLIN)  # noqa: DTZ001
    with pytest.raises(Unfit, match="a number, not a time"):
        read_moment(45352.5, SHANGHAI)
    with pytest.raises(Unfit, match="year 1900"):
        read_moment(date(1900, 1, 1), SHANGHAI)


def test_actual_times_may_be_five_minutes_ahead_and_no_more() -> None:
    now = at(2024, 6, 1, 12)
    assert not clock.is_future(Moment(now + timedelta(minutes=5), 0), now)
    assert clock.is_future(Moment(now + timedelta(minutes=5, seconds=1), 0), now)


def test_a_date_is_future_once_it_is_after_today_at_the_station() -> None:
    now = at(2024, 6, 1, 17)  # 2 June has begun in Shanghai
    assert not clock.is_future(read_moment("2024-06-02", SHANGHAI), now)
    assert clock.is_future(read_moment("2024-06-02", BERLIN), now)
    assert not clock.is_future(read_moment("2024-06-01", BERLIN), now)
    assert clock.is_future(read_moment("2024-06-03", SHANGHAI), now)


def test_a_zone_is_found_by_name_or_near_names_are_offered() -> None:
    assert clock.zone_named("Asia/Almaty") == ALMATY
    for name in ("Asia/Almati", "../etc/passwd", ""):
        with pytest.raises(Unfit, match="no time zone"):
            clock.zone_named(name)
    with pytest.raises(Unfit) as unfit:
        clock.zone_named("Asia/Almati")
    assert unfit.value.suggestions[0] == "Asia/Almaty"


@settings(deadline=None)
@given(
    st.datetimes(datetime(1990, 1, 3), datetime(2199, 12, 30)),  # noqa: DTZ001
    st.sampled_from([SHANGHAI, BERLIN, ALMATY]),
)
def test_what_is_written_reads_back_equal(local: datetime, zone: ZoneInfo) -> None:
    instant = local.replace(tzinfo=UTC, microsecond=0)
    moment = read_moment(instant.isoformat(), zone)
    again = read_moment(clock.as_text(moment), zone)
    assert (again.instant, again.offset_min, again.precision) == (instant, moment.offset_min, moment.precision)


@settings(deadline=None)
@given(st.dates(date(1990, 1, 1), date(2199, 12, 31)), st.sampled_from([SHANGHAI, BERLIN, ALMATY]))
def test_a_date_reads_back_as_the_same_date(day: date, zone: ZoneInfo) -> None:
    moment = read_moment(day.isoformat(), zone)
    assert (moment.local_date, moment.local.hour) == (day, 12)
    assert clock.as_text(moment) == day.isoformat()


@settings(deadline=None)
@given(st.text(max_size=40) | st.from_regex(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.Z+-]*\Z"))
def test_any_text_is_either_a_time_or_refused_in_words(text: str) -> None:
    try:
        found: object = read_moment(text, BERLIN)
    except Unfit as unfit:
        found = str(unfit)
    assert found
