"""A moment keeps the instant in UTC and shows it on the station's clock."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from railtrack.domain.times import Moment, Precision, utc

CHINA = timezone(timedelta(hours=8))
NAIVE = datetime(2024, 4, 1, 2)  # noqa: DTZ001 - what must be refused


def test_a_moment_shows_the_stations_clock_and_day() -> None:
    moment = Moment(datetime(2024, 3, 31, 18, tzinfo=UTC), 480)
    assert moment.local == datetime(2024, 4, 1, 2, tzinfo=CHINA)
    assert moment.local.utcoffset() == timedelta(hours=8)
    assert moment.local_date == date(2024, 4, 1)
    assert not moment.is_day
    assert Moment(moment.instant, 480, Precision.DAY).is_day


@pytest.mark.parametrize("instant", [NAIVE, datetime(2024, 4, 1, 2, tzinfo=CHINA)])
def test_a_moment_is_never_made_from_a_time_that_is_not_utc(instant: datetime) -> None:
    with pytest.raises(ValueError, match="in UTC"):
        Moment(instant, 480)


def test_a_time_is_brought_to_utc_to_the_second() -> None:
    assert utc(datetime(2024, 4, 1, 2, 0, 7, 999_999, tzinfo=CHINA)) == datetime(2024, 3, 31, 18, 0, 7, tzinfo=UTC)
    with pytest.raises(ValueError, match="without zone"):
        utc(NAIVE)


def test_moments_sort_by_instant_whatever_their_clocks_say() -> None:
    early = Moment(datetime(2024, 4, 1, 2, tzinfo=UTC), 480)  # 10:00 on its clock
    late = Moment(datetime(2024, 4, 1, 3, tzinfo=UTC), 60)  # 04:00 on its clock
    assert sorted([late, early]) == [early, late]
