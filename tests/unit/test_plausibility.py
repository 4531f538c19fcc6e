"""What looks wrong in a journey, and what only seems so (contract §3, *Order*)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from railtrack.domain.errors import Severity
from railtrack.domain.line.geodesy import haversine_km
from railtrack.domain.movement.events import EventKind
from railtrack.domain.movement.journeys import Occurrence
from railtrack.domain.movement.plausibility import FASTEST_KMH, MARK_TEXTS, Mark, MarkCode, marks
from railtrack.domain.times import Moment, Precision
from railtrack.exchange.reference import load_reference
from railtrack.resources import folder

STATIONS = load_reference(folder("data")).world().network.stations
CORRIDOR = ("CKG", "ALK", "DTK", "BQT", "MAL", "MHG")
START = datetime(2024, 3, 1, tzinfo=UTC)


def at(hours: float, offset_min: int = 0) -> Moment:
    return Moment(START + timedelta(hours=hours), offset_min, text="as given")


def day(number: int, offset_min: int = 0) -> Moment:
    noon = datetime(2024, 3, number, 12, tzinfo=UTC) - timedelta(minutes=offset_min)
    return Moment(noon, offset_min, Precision.DAY)


def occurred(kind: str, station: str | None, moment: Moment) -> Occurrence:
    return Occurrence(EventKind(kind), station, moment)


def found(*occurrences: Occurrence, corridor: tuple[str, ...] | None = CORRIDOR) -> tuple[Mark, ...]:
    return marks("CKG", "MHG", corridor, occurrences, STATIONS)


def codes(*occurrences: Occurrence, corridor: tuple[str, ...] | None = CORRIDOR) -> list[MarkCode]:
    return [m.code for m in found(*occurrences, corridor=corridor)]


def test_an_ordinary_journey_has_no_marks() -> None:
    assert not found(
        occurred("departed", "CKG", at(0)), occurred("arrived", "ALK", at(120)), occurred("departed", "ALK", at(130)),
        occurred("arrived", "DTK", at(130.5)), occurred("transshipped", "DTK", at(140)),
        occurred("departed", "DTK", at(150)), occurred("arrived", "MHG", at(400)), occurred("gate_out", "MHG", at(410)),
    )  # fmt: skip


def test_a_departure_before_the_arrival_at_one_station_is_marked() -> None:
    (mark,) = found(occurred("departed", "DTK", at(10)), occurred("arrived", "DTK", at(12)))
    assert (mark.code, mark.station, mark.moment) == (MarkCode.DEPARTED_FIRST, "DTK", at(10))
    assert "Dostyk" in str(mark.message)


def test_a_second_stay_and_a_return_to_the_origin_are_not_marked() -> None:
    assert not found(
        occurred("arrived", "DTK", at(10)), occurred("departed", "DTK", at(11)), occurred("arrived", "DTK", at(12)),
        occurred("departed", "DTK", at(13)),
    )  # fmt: skip
    assert not found(occurred("departed", "CKG", at(10)), occurred("arrived", "CKG", at(12)))
    assert not found(occurred("departed", "DTK", at(10)))


def test_an_arrival_and_a_departure_at_the_same_instant_are_in_order() -> None:
    assert not found(occurred("departed", "DTK", at(10)), occurred("arrived", "DTK", at(10)))


def test_an_arrival_at_the_destination_before_the_departure_is_marked() -> None:
    (mark,) = found(occurred("departed", "CKG", at(500)), occurred("arrived", "MHG", at(100)))
    assert (mark.code, mark.station) == (MarkCode.ARRIVED_FIRST, "MHG")
    # the last arrival counts, as in the fold
    assert not found(
        occurred("arrived", "MHG", at(0)), occurred("departed", "CKG", at(100)), occurred("arrived", "MHG", at(500))
    )


def test_only_what_is_faster_than_120_km_per_hour_is_marked() -> None:
    a, b = STATIONS["CKG"], STATIONS["ALK"]
    hours = haversine_km((a.lat, a.lon), (b.lat, b.lon)) / FASTEST_KMH
    slow = Moment(START + timedelta(hours=hours, seconds=1), 0)
    fast = Moment(START + timedelta(hours=hours, seconds=-1), 0)
    assert codes(occurred("departed", "CKG", at(0)), occurred("arrived", "ALK", slow)) == []
    (mark,) = found(occurred("departed", "CKG", at(0)), occurred("arrived", "ALK", fast))
    assert (mark.code, mark.station) == (MarkCode.TOO_FAST, "ALK")
    assert "120 km/h" in str(mark.message)


def test_two_places_at_one_instant_are_too_fast() -> None:
    assert codes(occurred("departed", "CKG", at(0)), occurred("arrived", "ALK", at(0))) == [MarkCode.TOO_FAST]


def test_what_is_reported_from_afar_is_no_travel() -> None:
    assert not found(
        occurred("departed", "CKG", at(0)), occurred("customs_released", "MHG", at(1)), occurred("held", "DTK", at(2)),
        occurred("position", None, at(3)), occurred("arrived", "ALK", at(120)),
    )  # fmt: skip


def test_a_station_off_the_corridor_is_marked_once() -> None:
    events = [occurred("arrived", "PPK", at(200)), occurred("departed", "PPK", at(210))]
    assert codes(*events) == [MarkCode.OFF_CORRIDOR]
    assert codes(*events, corridor=None) == []
    assert codes(*events, corridor=()) == []


def test_origin_and_destination_are_on_any_corridor() -> None:
    assert not found(occurred("departed", "CKG", at(0)), occurred("arrived", "MHG", at(400)), corridor=("DTK",))


def test_a_date_is_marked_only_where_no_time_of_that_day_would_do() -> None:
    assert codes(occurred("departed", "DTK", day(5)), occurred("arrived", "DTK", Moment(day(5).instant, 0))) == []
    assert codes(occurred("departed", "DTK", day(5)), occurred("arrived", "DTK", day(6))) == []
    assert codes(occurred("departed", "DTK", day(5)), occurred("arrived", "DTK", day(7))) == [MarkCode.DEPARTED_FIRST]
    # 3,000 km from the first minute of one day to the last of the next
    assert codes(occurred("departed", "CKG", day(5)), occurred("arrived", "ALK", day(6))) == []
    assert codes(occurred("departed", "CKG", day(5)), occurred("arrived", "ALK", day(5))) == []
    assert codes(occurred("departed", "CKG", day(5)), occurred("arrived", "MHG", day(5))) == [MarkCode.TOO_FAST]


def test_a_stations_day_is_its_own() -> None:
    # 5 March ends in Chongqing at 16:00 UTC
    edge = datetime(2024, 3, 5, 16, tzinfo=UTC)
    late = Moment(edge + timedelta(minutes=1), 480)
    assert codes(occurred("departed", "DTK", day(5, 480)), occurred("arrived", "DTK", late)) == [
        MarkCode.DEPARTED_FIRST
    ]
    assert codes(occurred("departed", "DTK", day(5, 480)), occurred("arrived", "DTK", Moment(edge, 480))) == []


def test_a_station_nobody_knows_is_named_by_its_id() -> None:
    (mark,) = found(occurred("arrived", "XXX", at(5)), occurred("arrived", "ALK", at(6)))
    assert (mark.code, "XXX" in str(mark.message)) == (MarkCode.OFF_CORRIDOR, True)


def test_a_mark_is_a_warning_on_the_row_and_every_code_has_words() -> None:
    (mark,) = found(occurred("departed", "DTK", at(10)), occurred("arrived", "DTK", at(12)))
    assert (mark.warning.severity, mark.warning.column, mark.warning.value) == (
        Severity.WARNING, "occurred_at", "as given",
    )  # fmt: skip
    (off,) = found(occurred("arrived", "PPK", at(10)))
    assert (off.warning.column, off.warning.value) == ("station", "PPK")
    assert set(MARK_TEXTS) == set(MarkCode)


@pytest.mark.parametrize("repeat", [1, 2])
@settings(deadline=None)
@given(
    st.lists(
        st.builds(
            Occurrence,
            st.sampled_from(list(EventKind)),
            st.sampled_from([*CORRIDOR, "PPK", None]),
            st.integers(0, 300).map(float).map(at),
        ),
        max_size=8,
    ),
    st.randoms(use_true_random=False),
)
def test_marks_do_not_depend_on_the_order_of_arrival(repeat: int, events: list[Occurrence], random: object) -> None:
    shuffled = events * repeat
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert found(*shuffled) == found(*events)
