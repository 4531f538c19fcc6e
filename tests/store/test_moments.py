"""A moment spread over columns is gathered again as it was."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from railtrack.domain.times import Moment, Precision
from railtrack.store.moments import columns, moment

MOMENTS = st.builds(
    Moment,
    st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)).map(lambda at: at.replace(microsecond=0, tzinfo=UTC)),  # noqa: DTZ001
    st.integers(-12 * 60, 14 * 60),
    st.sampled_from(Precision),
    st.text(max_size=30),
)


@given(st.none() | MOMENTS)
def test_columns_and_back(given_moment: Moment | None) -> None:
    spread = columns("planned_arrival", given_moment)
    assert set(spread) == {f"planned_arrival_{suffix}" for suffix in ("at", "offset_min", "is_day", "text")}
    assert moment(spread, "planned_arrival") == given_moment
    assert moment(SimpleNamespace(**spread), "planned_arrival") == given_moment


@given(MOMENTS)
def test_the_instant_is_kept_in_utc_and_the_clock_apart(given_moment: Moment) -> None:
    spread = columns("at", given_moment)
    assert spread["at_at"].utcoffset() == timedelta(0)
    assert spread["at_at"] + timedelta(minutes=spread["at_offset_min"]) == given_moment.local.replace(tzinfo=UTC)
