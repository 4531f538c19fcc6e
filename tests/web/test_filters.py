"""Numbers, times, differences and states as pages write them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from flask import Flask

from railtrack.domain.records import Lateness
from railtrack.domain.times import Moment, Precision
from railtrack.web import marks, moments, numbers
from railtrack.web.filters import by_whom


@pytest.fixture(autouse=True)
def reading(app: Flask) -> Iterator[None]:
    """A reader of English; the clock stands in June 2024."""
    with app.test_request_context("/"):
        yield


def moment(year: int = 2024, hour: int = 20, offset_min: int = 60, precision: Precision = Precision.SECOND) -> Moment:
    return Moment(datetime(year, 11, 23, hour, tzinfo=UTC), offset_min, precision)


@pytest.mark.parametrize(
    ("value", "digits", "said"),
    [
        (11200, 0, "11,200"),
        (1204331.4, 0, "1,204,331"),
        (34.44, 1, "34.4"),
        (34.0, 1, "34.0"),
        (-3, 0, "\u22123"),
        (-0.04, 1, "0.0"),
        (0, 0, "0"),
        (None, 0, "not known"),
    ],
)
def test_a_number_is_grouped_with_a_true_minus(value: float | None, digits: int, said: str) -> None:
    assert numbers.number(value, digits) == said


def test_the_unknown_is_worded_as_the_place_asks() -> None:
    assert numbers.number(None, unknown="–") == "–"
    assert numbers.share(None, unknown="not published") == "not published"
    assert numbers.duration(None) == "not known"


@pytest.mark.parametrize(
    ("value", "said"), [(0.5, "50\u00a0%"), (0.125, "12\u00a0%"), (1, "100\u00a0%"), (-0.061, "\u22126\u00a0%")]
)
def test_a_share_is_said_as_per_cent(value: float, said: str) -> None:
    assert numbers.share(value) == said


@pytest.mark.parametrize(("value", "said"), [(100.0, "100"), (92.5, "92.5"), (None, "not known")])
def test_a_tidy_number_has_a_decimal_only_where_it_needs_one(value: float | None, said: str) -> None:
    assert numbers.tidy(value) == said


@pytest.mark.parametrize(("value", "said"), [(3, "+3"), (-2.4, "\u22122"), (0.2, "±0"), (-0.2, "±0")])
def test_a_difference_has_its_sign(value: float, said: str) -> None:
    assert numbers.signed(value) == said


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (0, "0 min"),
        (0.58, "35 min"),
        (20.5, "20 h 30 min"),
        (39, "39 h"),
        (74 + 50 / 60, "74 h 50 min"),
        (99.99, "99 h 59 min"),
        (100, "4 d 4 h"),
        (413, "17 d 5 h"),
        (414.6, "17 d 7 h"),
        (23 * 24, "23 d"),
        (-2, "\u22122 h"),
        (timedelta(hours=5, minutes=10), "5 h 10 min"),
    ],
)
def test_how_long_is_said_in_two_units_at_most(hours: float | timedelta, said: str) -> None:
    assert numbers.duration(hours) == said


@pytest.mark.parametrize(
    ("hours", "said"),
    [(74 + 50 / 60, "74:50"), (0.58, "0:35"), (None, ""), (-1.5, "\u22121:30"), (timedelta(minutes=59.6), "1:00")],
)
def test_a_stay_is_said_in_hours_and_minutes(hours: float | None, said: str) -> None:
    assert numbers.clock_span(hours) == said


def test_a_moment_stands_on_the_stations_clock_with_its_offset() -> None:
    assert moments.moment(moment()) == (
        '<time datetime="2024-11-23T21:00:00+01:00">Sat 23 Nov, 21:00</time> <span class="tz">UTC+1</span>'
    )
    assert moments.typed(moment()) == "2024-11-23 21:00"
    assert moments.clock(moment()) == "21:00"


def test_another_year_is_written() -> None:
    assert moments.day(moment(2018)) == "Fri 23 Nov 2018"
    assert moments.long_day(date(2018, 10, 25)) == "25 October 2018"


def test_the_day_is_the_stations_day() -> None:
    assert moments.day(moment(hour=23)) == "Sun 24 Nov"
    assert moments.day(datetime(2024, 11, 23, 23, tzinfo=UTC)) == "Sat 23 Nov"


def test_no_hour_is_made_up_for_a_day() -> None:
    whole_day = moment(precision=Precision.DAY)
    assert moments.moment(whole_day) == '<time datetime="2024-11-23">Sat 23 Nov</time>'
    assert moments.clock(whole_day) == ""
    assert moments.day_clock(whole_day) == "Sat 23 Nov"
    assert moments.typed(whole_day) == "2024-11-23"


@pytest.mark.parametrize(
    ("minutes", "said"), [(480, "UTC+8"), (0, "UTC"), (-180, "UTC\u22123"), (330, "UTC+5:30"), (-210, "UTC\u22123:30")]
)
def test_an_offset_is_said_as_distance_from_utc(minutes: int, said: str) -> None:
    assert moments.offset(minutes) == said
    assert moments.offset(moment(offset_min=minutes)) == said
    assert moments.offset(datetime(2024, 6, 1, tzinfo=timezone(timedelta(minutes=minutes)))) == said


def test_nothing_known_is_said_in_words() -> None:
    assert moments.moment(None) == '<span class="no">not known</span>'
    assert moments.day(None, "not published") == "not published"
    assert moments.iso(None) == moments.typed(None) == moments.offset(None) == ""


def test_a_time_without_zone_never_reaches_a_page() -> None:
    with pytest.raises(ValueError, match="without zone"):
        moments.clock(datetime(2024, 6, 1))  # noqa: DTZ001 - that is the point


def test_an_instant_is_put_on_a_stations_clock() -> None:
    assert moments.clock(moments.on_clock(datetime(2024, 6, 1, 12, tzinfo=UTC), 480)) == "20:00"


@pytest.mark.parametrize(
    ("hours", "tolerance", "said"),
    [
        (5 + 10 / 60, 0, "+5:10 late"),
        (-40 / 60, 0, "\u22120:40 early"),
        (0, 0, "±0:00 on plan"),
        (0.005, 0, "±0:00 on plan"),
        (1 + 10 / 60, 2, "+1:10 on plan"),
        (2, 2, "+2:00 on plan"),
        (2.1, 2, "+2:06 late"),
        (-3, 2, "\u22123:00 early"),
        (None, 0, ""),
    ],
)
def test_a_difference_is_signed_and_worded(hours: float | None, tolerance: float, said: str) -> None:
    assert marks.difference_text(hours, tolerance) == said


def test_a_difference_in_a_table_has_its_colour_and_its_word() -> None:
    assert marks.difference(41, state="held") == '<span class="diff held">+41:00</span><span class="sub">late</span>'
    assert marks.difference(-1) == '<span class="diff early">\u22121:00</span><span class="sub">early</span>'
    assert marks.difference(None) == ""


@pytest.mark.parametrize(("hours", "said"), [(41.2, "+41 h"), (-3, "\u22123 h"), (0.3, "±0 h"), (1200, "+1,200 h")])
def test_an_overview_says_whole_hours(hours: float, said: str) -> None:
    assert marks.hours_difference(hours) == said


@pytest.mark.parametrize("state", Lateness)
def test_every_state_has_a_shape_and_a_word(app: Flask, state: Lateness) -> None:
    said = marks.status(state)
    assert f'class="st st-{state.value}"' in said
    assert f'href="#i-{state.value}"' in said
    assert marks.status_word(state) in said
    assert f'id="i-{state.value}"' in app.test_client().get("/sign-in").text
    css = (app.static_folder or "") + "/style.css"
    with open(css, encoding="utf-8") as file:
        assert f".st-{state.value} " in file.read()


def test_a_state_may_say_more_than_its_word() -> None:
    assert "Overdue at &lt;Brest&gt;</span>" in marks.status("held", "Overdue at <Brest>")


def test_a_container_number_frames_its_check_digit() -> None:
    assert marks.box("MSKU9073235") == '<span class="box">MSKU 907323<b>5</b></span>'
    assert marks.box("caiu 884617-7", wrong=True) == '<span class="box">CAIU 884617<b class="no">7</b></span>'
    assert marks.box("<b>x</b>") == '<span class="box">&lt;b&gt;x&lt;/b&gt;</span>'
    assert marks.box(None) == ""


@pytest.mark.parametrize(
    ("code", "said"), [("848390", "8483 90"), ("84839020", "8483 90 20"), ("8483", "8483"), (None, "")]
)
def test_a_commodity_code_is_grouped(code: str | None, said: str) -> None:
    assert marks.hs_code(code) == said


def test_who_recorded_it_is_said_in_words() -> None:
    assert by_whom("a@example.org") == "a@example.org"
    assert by_whom("cli:root") == "root on the command line"
