"""What may be asked, what is refused with advice, and single rules shown on journeys made by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from railtrack.analytics.engine import Engine
from railtrack.analytics.statistics import (
    GROUPS,
    STATISTICS,
    By,
    DateOf,
    Filters,
    Options,
    Plan,
    Row,
    Statistic,
    WrongUsage,
    behind,
    borders,
    columns,
    dwell,
    reliability,
    transit,
    ungrouped,
    unpublished,
    volume,
)
from railtrack.analytics.survival import median
from railtrack.domain.actors import EVERYTHING, PUBLISHED_ONLY, Scope
from railtrack.domain.errors import RailtrackError
from railtrack.domain.movement.events import EventKind
from railtrack.domain.movement.journeys import Crossing, Direction, Occurrence, fold
from railtrack.domain.times import Moment, Precision
from tests.analytics import worked_case
from tests.analytics.boxes import Box, MemorySource

BOXES = worked_case.read().boxes
W1, W1_OTHER, W2, W3, E1, E2, E3 = BOXES
NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def asking(*boxes: Box) -> Engine:
    return Engine(MemorySource.of(replace(box, id=number) for number, box in enumerate(boxes, start=1)))


def at(hours: float, *, day: bool = False) -> Moment:
    return Moment(NOON + timedelta(hours=hours), 0, Precision.DAY if day else Precision.SECOND)


def box(departed: Moment, arrived: Moment | None, **changes: object) -> Box:
    events = [Occurrence(EventKind.DEPARTED, "CKG", departed)]
    events += [Occurrence(EventKind.ARRIVED, "MHG", arrived)] if arrived else []
    return replace(W1, **{"journey": fold("CKG", "MHG", events), "crossings": ()} | changes)  # type: ignore[arg-type]


def only(rows: list[Row]) -> Row:
    assert len(rows) == 1
    return rows[0]


# ---------------------------------------------------------------- what may be asked

REFUSED = [
    (Statistic.TRANSIT, ["station"], "transit cannot be grouped by station"),
    (Statistic.RELIABILITY, ["station"], "reliability cannot be grouped by station"),
    (Statistic.BORDERS, ["station"], "borders cannot be grouped by station"),
    (Statistic.VOLUME, ["month", "station"], "volume cannot be grouped by station"),
    (Statistic.TRANSIT, ["week"], "month, quarter, year, direction, corridor, partner, train"),
    (Statistic.DWELL, ["month", "month"], "month twice"),
    (Statistic.DWELL, ["month", "partner", "station"], "two things at most"),
    (Statistic.TRANSIT, ["journey_id"], "cannot be grouped"),
]


@pytest.mark.parametrize(("statistic", "by", "words"), REFUSED)
def test_a_grouping_that_makes_no_sense_is_refused_with_those_that_do(
    statistic: Statistic, by: list[str], words: str
) -> None:
    with pytest.raises(WrongUsage, match=words) as refused:
        STATISTICS[statistic](asking(W1), by=by)
    assert isinstance(refused.value, RailtrackError)


@pytest.mark.parametrize("statistic", list(Statistic))
def test_every_other_pair_of_groups_is_answered(statistic: Statistic) -> None:
    engine = asking(*BOXES)
    for one in GROUPS[statistic]:
        for other in GROUPS[statistic]:
            if one is not other:
                for row in STATISTICS[statistic](engine, by=[one, other]):
                    assert list(row)[:2] == [one.value, other.value]


def test_only_dwell_knows_stations() -> None:
    assert [statistic for statistic in Statistic if By.STATION in GROUPS[statistic]] == [Statistic.DWELL]
    assert dwell(asking(*BOXES), by=["station"]) == dwell(asking(*BOXES))


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    assert Filters(from_date=date(2024, 3, 1), to_date=date(2024, 3, 1)).to_date == date(2024, 3, 1)
    with pytest.raises(WrongUsage, match="from 2024-03-02 to 2024-03-01 ends before it begins"):
        Filters(from_date=date(2024, 3, 2), to_date=date(2024, 3, 1))


@pytest.mark.parametrize("tolerance_h", [-1.0, float("nan"), float("inf")])
def test_a_tolerance_that_is_no_number_of_hours_is_refused(tolerance_h: float) -> None:
    with pytest.raises(WrongUsage, match="tolerance"):
        Options(tolerance_h=tolerance_h)


# ---------------------------------------------------------------- nothing there


def test_without_journeys_transit_and_reliability_are_one_row_of_nothing() -> None:
    row = only(transit(asking()))
    assert [row[name] for name in ("journeys", "completed", "in_transit", "date_only", "swod_journeys")] == [0] * 5
    assert [row[name] for name in ("mean_h", "sd_h", "p50_h", "km_median_h", "swd_kmh", "swod_kmh")] == [None] * 6
    assert only(reliability(asking())) == {
        "journeys": 0,
        "on_time": 0,
        "on_time_share": None,
        "delay_mean_h": None,
        "delay_p50_h": None,
        "delay_p80_h": None,
        "delay_p95_h": None,
    }
    assert transit(asking(), by=["month"]) == reliability(asking(), by=["month"]) == []
    assert dwell(asking()) == borders(asking()) == []


def test_without_journeys_volume_has_both_directions_with_zeros() -> None:
    nothing: Row = dict.fromkeys(("trains", "containers", "laden", "empty", "teu", "gross_t", "capacity_teu"), 0)
    rest: Row = {"fill_share": None, "fill_trains": 0, "balance": None}
    expected = [{"direction": way} | nothing | rest for way in ("eastbound", "westbound")]
    assert volume(asking()) == volume(asking(), by=["direction"]) == expected
    assert volume(asking(), by=["month"]) == []


def test_a_single_ten_foot_container_is_enough_for_a_balance() -> None:
    assert [row["balance"] for row in volume(asking(replace(W1, teu=0.5)))] == [0.0, 0.0]


def test_one_direction_alone_has_a_balance_of_zero_in_both_rows() -> None:
    eastbound, westbound = volume(asking(W1), by=["month"])
    assert (eastbound["containers"], westbound["containers"]) == (0, 1)
    assert (eastbound["balance"], westbound["balance"]) == (0.0, 0.0)
    assert list(eastbound) == list(westbound)


def test_a_train_that_carries_one_container_more_is_the_same_train() -> None:
    row = volume(asking(W1, W1_OTHER, replace(W1, laden=False), replace(W1, laden=False)))[1]
    assert (row["trains"], row["containers"], row["laden"], row["empty"]) == (1, 4, 2, 2)
    assert (row["fill_trains"], row["capacity_teu"], row["fill_share"]) == (1, 82.0, 3 / 82)


def test_what_went_empty_is_added_up_over_trains() -> None:
    row = volume(asking(replace(W1, laden=False), replace(W2, laden=False)))[1]
    assert (row["trains"], row["containers"], row["laden"], row["empty"]) == (2, 2, 0, 2)


def test_containers_without_a_train_count_but_are_no_train() -> None:
    row = volume(asking(W1, replace(W1, train=None)))[1]
    assert (row["trains"], row["containers"], row["fill_trains"], row["capacity_teu"]) == (1, 2, 1, 82.0)


def test_what_was_not_published_adds_nothing_and_is_counted_apart() -> None:
    engine = asking(W1, replace(W1, quantity=None, teu=None, gross_kg=None))
    assert volume(engine)[1]["containers"] == 1
    assert only(unpublished(engine)) == {
        "direction": "westbound",
        "containers_unpublished": 1,
        "teu_unpublished": 1,
        "gross_unpublished": 1,
    }


# ---------------------------------------------------------------- who counts


def test_simulated_journeys_count_only_when_asked_for() -> None:
    engine = asking(W1, replace(W2, simulated=True))
    assert only(transit(engine))["journeys"] == 1
    assert only(transit(engine, options=Options(include_simulated=True)))["journeys"] == 2


@pytest.mark.parametrize("statistic", list(Statistic))
def test_partners_see_their_own_journeys_and_the_published_record(statistic: Statistic) -> None:
    mine = [replace(some, partner="Mine", organisation_id=7) for some in BOXES]
    record = [replace(some, partner="Published record", organisation_id=9, published=True) for some in BOXES[:3]]
    engine = asking(*BOXES, *mine, *record)
    ask = STATISTICS[statistic]
    assert ask(engine, scope=Scope(organisation_id=7)) == ask(asking(*mine, *record))
    assert ask(engine, scope=PUBLISHED_ONLY) == ask(asking(*record))
    assert ask(engine, scope=EVERYTHING) == ask(engine)
    assert ask(engine, Filters(partner="Mine"), scope=Scope(organisation_id=8)) == ask(asking())
    grouped = ask(engine, by=["partner"], scope=Scope(organisation_id=7))
    assert {row["partner"] for row in grouped} == {"Mine", "Published record"}


def test_a_name_shared_or_changed_lets_nobody_see_more() -> None:
    engine = asking(replace(W1, partner="Mine", organisation_id=7), replace(W2, partner="Mine", organisation_id=8))
    assert only(transit(engine, scope=Scope(organisation_id=7)))["journeys"] == 1
    assert behind(engine, Statistic.TRANSIT, scope=Scope(organisation_id=8)) == [2]


def test_names_are_bound_and_never_read_as_sql() -> None:
    name = "'; DROP TABLE journeys; --"
    engine = asking(replace(W1, partner=name, train=name, corridor=name))
    asked = Filters(partner=name, train=name, corridor=name)
    assert only(transit(engine, asked, by=["partner"], scope=EVERYTHING))["partner"] == name
    assert behind(engine, Statistic.TRANSIT, asked, {"partner": name}) == [1]
    assert only(transit(engine))["journeys"] == 1


def test_first_and_last_day_of_the_period_belong_to_it() -> None:
    engine = asking(W2)  # 1 April at the origin, 31 March in UTC
    for first, last, journeys in [
        (date(2024, 4, 1), date(2024, 4, 1), 1),
        (date(2024, 4, 2), None, 0),
        (None, date(2024, 3, 31), 0),
    ]:
        assert only(transit(engine, Filters(from_date=first, to_date=last)))["journeys"] == journeys


def test_a_journey_without_a_date_is_in_no_month_and_in_no_period() -> None:
    engine = asking(E3)
    assert only(transit(engine))["inconsistent"] == 1
    assert transit(engine, by=["month"]) == []
    assert ungrouped(engine, Statistic.TRANSIT, by=["month"]) == [1]
    assert ungrouped(engine, Statistic.TRANSIT, by=["month", "direction"]) == [1]
    assert ungrouped(engine, Statistic.TRANSIT) == []
    assert only(transit(engine, Filters(from_date=date(2000, 1, 1))))["inconsistent"] == 0


def test_a_journey_counts_in_the_column_of_its_status_and_in_no_other() -> None:
    waiting = box(at(0), None, journey=fold("CKG", "MHG", []))
    row = only(transit(asking(waiting, waiting, E3, box(at(0), None), box(at(0), at(9)))))
    assert [row[name] for name in ("journeys", "completed", "in_transit", "not_departed", "inconsistent")] == [
        *(2, 1, 1, 2, 1)
    ]


@pytest.mark.parametrize("statistic", list(Statistic))
@pytest.mark.parametrize("by", [[], ["month"], ["direction", "corridor"]])
def test_the_columns_are_those_of_the_rows(statistic: Statistic, by: list[str]) -> None:
    rows = STATISTICS[statistic](asking(*BOXES), by=by)
    assert {tuple(row) for row in rows} == {columns(statistic, by)}


@pytest.mark.parametrize("name", ["corridor", "train"])
def test_journeys_without_a_train_or_corridor_are_a_row_of_their_own_that_comes_last(name: str) -> None:
    engine = asking(replace(W1, **{name: None}), replace(W1, **{name: "z"}))  # type: ignore[arg-type]
    for statistic in Statistic:
        rows = STATISTICS[statistic](engine, by=[name])
        assert rows, statistic
        assert list(dict.fromkeys(row[name] for row in rows)) == ["z", None]
    assert behind(engine, Statistic.TRANSIT, group={name: None}) == [1]
    assert behind(engine, Statistic.TRANSIT, group={name: "z"}) == [2]
    assert ungrouped(engine, Statistic.TRANSIT, by=[name, "year"]) == []
    assert [row["km_median_h"] for row in transit(engine, by=[name])] == [transit(engine)[0]["km_median_h"]] * 2


@pytest.mark.parametrize(
    ("day", "month", "quarter"),
    [
        ((2024, 1, 31), "2024-01", "2024-Q1"),
        ((2024, 4, 1), "2024-04", "2024-Q2"),
        ((2023, 12, 31), "2023-12", "2023-Q4"),
    ],
)
def test_periods_are_spelled_as_the_contract_does(day: tuple[int, int, int], month: str, quarter: str) -> None:
    departed = Moment(datetime(*day, 12, tzinfo=UTC), 0)
    engine = asking(box(departed, None))
    row = only(transit(engine, by=["month", "quarter"]))
    assert (row["month"], row["quarter"]) == (month, quarter)
    assert only(transit(engine, by=["year"]))["year"] == month[:4]


def test_rows_ascend_by_what_they_are_grouped_by() -> None:
    engine = asking(
        replace(W1, partner="b"), replace(E1, partner="B"), replace(W1, partner="ä"), replace(E1, partner="b")
    )
    rows = transit(engine, by=["partner", "direction"])
    assert [(row["partner"], row["direction"]) for row in rows] == [
        ("B", "eastbound"),
        ("b", "eastbound"),
        ("b", "westbound"),
        ("ä", "westbound"),
    ]


# ---------------------------------------------------------------- dates instead of hours


def test_no_hour_is_made_from_a_date_unless_asked_for() -> None:
    engine = asking(box(at(0), at(100)), box(at(0, day=True), at(24 * 23, day=True)), box(at(0, day=True), None))
    row = only(transit(engine))
    assert (row["journeys"], row["completed"], row["in_transit"], row["date_only"]) == (3, 2, 1, 2)
    assert (row["mean_h"], row["sd_h"], row["km_median_h"]) == (100.0, None, 100.0)
    with_dates = only(transit(engine, options=Options(include_dates=True)))
    assert (with_dates["date_only"], with_dates["mean_h"]) == (2, (100 + 552) / 2)
    assert only(reliability(engine))["journeys"] == 1
    assert volume(engine)[1]["containers"] == 3


def test_a_stay_known_by_its_day_only_counts_when_dates_do() -> None:
    def staying(arrived: Moment) -> Box:
        events = [
            Occurrence(EventKind.DEPARTED, "CKG", at(0)),
            Occurrence(EventKind.ARRIVED, "MAL", arrived),
            Occurrence(EventKind.DEPARTED, "MAL", at(72)),
            Occurrence(EventKind.ARRIVED, "MHG", at(96)),
        ]
        return replace(W1, journey=fold("CKG", "MHG", events), crossings=(Crossing("BQT-MAL", arrived, at(72)),))

    engine = asking(staying(at(60)), staying(at(48, day=True)))
    assert (only(dwell(engine))["visits"], only(dwell(engine))["mean_h"]) == (1, 12.0)
    assert (only(borders(engine))["journeys"], only(borders(engine))["mean_h"]) == (1, 12.0)
    assert only(transit(engine))["swod_journeys"] == 1
    dates = Options(include_dates=True)
    assert (only(dwell(engine, options=dates))["visits"], only(dwell(engine, options=dates))["mean_h"]) == (2, 18.0)
    assert only(borders(engine, options=dates))["mean_h"] == 18.0
    assert only(transit(engine, options=dates))["swod_journeys"] == 2


# ---------------------------------------------------------------- terms


def test_a_delay_of_exactly_the_tolerance_is_on_time() -> None:
    engine = asking(box(at(0), at(124), first_plan=at(100)), box(at(0), at(124.001), first_plan=at(100)))
    row = only(reliability(engine))
    assert (row["journeys"], row["on_time"], row["on_time_share"]) == (2, 1, 0.5)
    assert only(reliability(engine, options=Options(tolerance_h=0)))["on_time"] == 0
    assert only(reliability(engine, options=Options(tolerance_h=25)))["on_time"] == 2


def test_delay_is_measured_against_the_first_plan_unless_the_latest_is_asked_for() -> None:
    engine = asking(box(at(0), at(148), first_plan=at(100), latest_plan=at(150)))
    assert only(reliability(engine))["delay_mean_h"] == 48.0
    assert only(reliability(engine, options=Options(plan=Plan.LATEST)))["delay_mean_h"] == -2.0


def test_stays_and_crossings_go_by_the_departure_or_by_their_own_arrival() -> None:
    engine = asking(E1)  # departed 30 March, at Brest on 2 April
    april = Filters(from_date=date(2024, 4, 1), to_date=date(2024, 4, 30))
    own = Options(date=DateOf.EVENT)
    assert dwell(engine, april) == borders(engine, april) == []
    assert [row["station"] for row in dwell(engine, april, options=own)] == ["BQT"]
    assert [row["month"] for row in borders(engine, by=["month"], options=own)] == ["2024-03"]
    assert [(row["month"], row["station"]) for row in dwell(engine, by=["month"], options=own)] == [
        ("2024-03", "MAL"),
        ("2024-04", "BQT"),
    ]


def test_open_borders_are_shown_on_demand() -> None:
    crossing = Crossing("RZP-FFO", at(10), at(12))
    engine = asking(replace(W1, crossings=(), open_crossings=(crossing,)))
    assert borders(engine) == []
    assert only(borders(engine, options=Options(open=True)))["mean_h"] == 2.0


# ---------------------------------------------------------------- behind a figure


def test_the_journeys_behind_a_figure_are_named() -> None:
    engine = asking(*BOXES)
    assert behind(engine, Statistic.TRANSIT) == [1, 2, 3, 4, 5, 6]
    assert behind(engine, Statistic.TRANSIT, group={"month": "2024-04"}) == [3, 4]
    assert behind(engine, Statistic.TRANSIT, column="inconsistent") == [7]
    assert behind(engine, Statistic.TRANSIT, column="swod_journeys") == [1, 3, 5]
    assert behind(engine, Statistic.DWELL, group={"station": "MAL"}, column="open") == [4]
    assert behind(engine, Statistic.DWELL, group={"station": "DTK", "month": "2024-03"}) == [1, 2]
    assert behind(engine, Statistic.BORDERS, group={"crossing": "BQT-MAL", "direction": "eastbound"}) == [5]
    assert behind(engine, Statistic.RELIABILITY, column="on_time") == [1, 3, 5]
    assert behind(engine, Statistic.VOLUME, Filters(direction=Direction.WESTBOUND), column="empty") == [3]
    assert behind(engine, Statistic.VOLUME, column="fill_trains") == [1, 2, 3, 5, 6]
    assert behind(engine, Statistic.VOLUME, scope=PUBLISHED_ONLY) == []


def test_a_journey_with_several_stays_stands_behind_a_figure_once() -> None:
    engine = asking(W1)
    assert sum(int(str(row["visits"])) for row in dwell(engine)) > 1
    assert behind(engine, Statistic.DWELL) == [1]


def test_behind_the_fill_are_the_journeys_on_trains_of_known_capacity() -> None:
    engine = asking(W1, replace(W1, capacity_teu=None), replace(W1, train=None), replace(W1, laden=False))
    assert behind(engine, Statistic.VOLUME, column="trains") == [1, 2, 4]
    assert behind(engine, Statistic.VOLUME, column="fill_trains") == [1, 4]
    assert behind(engine, Statistic.VOLUME, column="laden") == [1, 2, 3]


def test_a_figure_that_a_statistic_does_not_have_has_nothing_behind_it() -> None:
    with pytest.raises(WrongUsage, match="transit does not count mean_h"):
        behind(asking(), Statistic.TRANSIT, column="mean_h")
    with pytest.raises(WrongUsage, match="grouped by crossing"):
        behind(asking(), Statistic.TRANSIT, group={"crossing": "BQT-MAL"})


# ---------------------------------------------------------------- those still under way


@pytest.mark.parametrize(
    ("steps", "hours"),
    [
        ([], None),
        ([(10.0, 1, 0)], 10.0),
        ([(10.0, 0, 1)], None),
        # one half at once
        ([(10.0, 1, 0), (20.0, 1, 0)], 10.0),
        ([(10.0, 1, 0), (20.0, 1, 0), (30.0, 1, 0)], 20.0),
        # who is watched as long as another's ending was still under way then: 1 of 2 ends
        ([(10.0, 1, 1)], 10.0),
        # 1 of 3 ends, S = 2/3; the other two are watched no longer
        ([(10.0, 1, 2)], None),
        # the one who is lost from sight at 5 h counts no more: 1 of 2 instead of 1 of 3
        ([(5.0, 0, 1), (10.0, 1, 0), (20.0, 1, 0)], 10.0),
        # 9/10 · 8/9 · 7/8 · 6/7 · 5/6 is one half, and a little more when rounded
        ([(float(hour), 1, 0) for hour in range(1, 11)], 5.0),
    ],
)
def test_the_median_hears_those_still_under_way(steps: list[tuple[float, int, int]], hours: float | None) -> None:
    assert median(steps) == hours


@pytest.mark.parametrize("journeys", [2 * n for n in range(1, 150)])
def test_half_of_an_even_number_is_one_half_however_it_is_rounded(journeys: int) -> None:
    assert median([(float(hour), 1, 0) for hour in range(1, journeys + 1)]) == journeys / 2
