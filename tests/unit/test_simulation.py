"""The simulated service: the same for its arguments, of rows anybody could have sent, and like what was published."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from statistics import mean, median

import pytest

from railtrack import resources
from railtrack.domain.movement.events import Classifier, EventFacts, EventKind
from railtrack.domain.movement.journeys import Direction, Journey, Occurrence, Status, fold
from railtrack.domain.rows.event_rows import judge_event
from railtrack.domain.rows.raw import RawRow
from railtrack.domain.rows.shipment_rows import judge_shipment
from railtrack.domain.simulation.conditions import CLOSURES, Conditions, Stratified, skewed
from railtrack.domain.simulation.running import Running
from railtrack.domain.simulation.service import SimulatedTrain, simulate
from railtrack.domain.world import World
from railtrack.exchange.reference import load_reference
from railtrack.exchange.writing import event_cells, shipment_cells, text_cell

UNTIL = datetime(2026, 11, 23, 23, 59, tzinfo=UTC)
WEST, EAST = Direction.WESTBOUND, Direction.EASTBOUND


@cache
def world() -> World:
    return load_reference(resources.folder("data")).world()


@cache
def history(journeys: int = 2000, seed: int = 1, until: datetime = UNTIL) -> tuple[SimulatedTrain, ...]:
    return tuple(simulate(world().network, seed=seed, journeys=journeys, until=until))


def standing(train: SimulatedTrain) -> list[EventFacts]:
    """The actual events of a train that nobody corrected or withdrew."""
    facts = [row.event for row in train.events]
    replaced = {f.corrects or f.voids for f in facts}
    return [
        f
        for f in facts
        if f.event is not EventKind.VOID
        and f.classifier is Classifier.ACTUAL
        and (f.id is None or f.id not in replaced)
    ]


@cache
def journeys() -> tuple[tuple[SimulatedTrain, Direction, Journey], ...]:
    """Every journey of the default history, folded as the store would."""
    return tuple(_journeys(history()))


def _journeys(trains: Sequence[SimulatedTrain]) -> Iterator[tuple[SimulatedTrain, Direction, Journey]]:
    for train in trains:
        said = defaultdict(list)
        for f in standing(train):
            assert f.moment is not None
            said[f.reference].append((f.container, Occurrence(f.event, f.station, f.moment)))
        direction = world().network.direction(train.origin, train.destination)
        for row in train.shipments:
            box = row.container.container
            mine = [o for of, o in said[row.shipment.reference] if of in (None, box)]
            yield train, direction, fold(train.origin, train.destination, mine)


def hours(journey: Journey) -> float:
    assert journey.departed is not None
    assert journey.arrived is not None
    return (journey.arrived.instant - journey.departed.instant) / timedelta(hours=1)


def transit_days(first: date, last: date, direction: Direction | None = None) -> list[float]:
    return [
        hours(j) / 24
        for _, d, j in journeys()
        if j.status is Status.COMPLETED
        and direction in (None, d)
        and j.departed is not None
        and first <= j.departed.local_date <= last
    ]


def stays(station: str, first: date, last: date, direction: Direction | None = None) -> list[float]:
    return [
        visit.dwell_h
        for _, d, j in journeys()
        if direction in (None, d)
        for visit in j.visits
        if visit.station == station and visit.arrived and visit.dwell_h and first <= visit.arrived.local_date <= last
    ]


def teu(direction: Direction, *, laden_only: bool = False) -> float:
    return sum(
        2.0 * (row.container.quantity or 1)
        for train in history()
        if world().network.direction(train.origin, train.destination) is direction
        for row in train.shipments
        if row.container.laden or not laden_only
    )


# ---------------------------------------------------------------- the rows


def test_the_same_arguments_give_the_same_history() -> None:
    again = tuple(simulate(world().network, seed=1, journeys=300, until=UNTIL))
    assert again == history(300)
    assert again != history(300, seed=2)


def test_a_longer_history_does_not_rewrite_what_happened_before() -> None:
    def departures(trains: Sequence[SimulatedTrain]) -> dict[tuple[datetime, str], tuple[str, str]]:
        return {
            (t.planned_departure, t.origin): (t.number, t.corridor)
            for t in trains
            if t.planned_departure < datetime(2019, 11, 1, tzinfo=UTC)
        }

    # enough journeys that every train of every week is told of
    short = departures(history(700, until=datetime(2020, 1, 1, tzinfo=UTC)))
    long = departures(history(1600, until=datetime(2021, 6, 1, tzinfo=UTC)))
    assert len(short) > 80
    assert short.items() <= long.items()


def test_there_are_about_as_many_journeys_as_were_asked_for() -> None:
    for count in (300, 2000):
        assert sum(t.journeys for t in history(count)) == pytest.approx(count, rel=0.05)


def test_every_row_would_be_taken_from_a_file() -> None:
    now = UNTIL + timedelta(minutes=5)

    def raw(cells: dict[str, object]) -> RawRow:
        return RawRow(1, {name: text_cell(value) for name, value in cells.items()})

    for train in history(300):
        for shipment in train.shipments:
            judged = judge_shipment(raw(shipment_cells(shipment.shipment, shipment.container)), world(), now=now)
            assert judged.problems == ()
        for event in train.events:
            judgement = judge_event(raw(event_cells(event.event)), world(), now=now)
            assert judgement.problems == ()
            assert judgement.row is not None
            stated, read = event.event.moment, judgement.row.event.moment
            assert (stated and stated.instant, stated and stated.offset_min) == (
                read and read.instant,
                read and read.offset_min,
            )


def test_nothing_is_reported_after_the_end_nor_before_it_happened() -> None:
    for train in history():
        for row in train.events:
            f = row.event
            assert f.recorded_at is not None
            assert f.recorded_at.instant <= UNTIL
            if f.moment is not None and f.classifier is Classifier.ACTUAL:
                assert f.moment.instant <= f.recorded_at.instant


def test_no_container_is_in_two_places() -> None:
    numbers = [row.container.container for t in history() for row in t.shipments if row.container.container]
    assert len(numbers) == len(set(numbers))


def test_a_correction_or_a_void_follows_what_it_replaces() -> None:
    corrections = voids = 0
    for train in history():
        seen = set()
        for row in train.events:
            target = row.event.corrects or row.event.voids
            assert target is None or target in seen
            corrections += row.event.corrects is not None
            voids += row.event.voids is not None
            seen.add(row.event.id)
    assert corrections > 100
    assert voids > 10


def test_some_of_it_is_sent_twice_late_or_as_an_estimate() -> None:
    facts = [row.event for train in history() for row in train.events]
    assert sum(f.sender is not None for f in facts) > 50
    assert sum(f.classifier is Classifier.ESTIMATED for f in facts) > 50
    assert sum(f.classifier is Classifier.PLANNED for f in facts) > 10
    late = [
        f
        for f in facts
        if f.classifier is Classifier.ACTUAL
        and f.moment
        and f.recorded_at
        and f.recorded_at.instant - f.moment.instant > timedelta(days=2)
    ]
    assert 0.005 < len(late) / len(facts) < 0.1


def test_today_has_trains_under_way_waiting_and_cancelled_and_one_that_fell_silent() -> None:
    under_way = [j for _, _, j in journeys() if j.status is Status.IN_TRANSIT]
    assert len(under_way) >= 15
    assert sum(j.status is Status.NOT_DEPARTED for _, _, j in journeys()) >= 5
    assert sum(j.status is Status.CANCELLED for _, _, j in journeys()) >= 10
    quiet = [UNTIL - j.last.moment.instant for j in under_way if j.last]
    assert max(quiet) > timedelta(days=6)
    at_border = [v for j in under_way for v in j.visits if v.is_open and v.station in ("DTK", "MAL")]
    assert any(v.arrived and UNTIL - v.arrived.instant > timedelta(days=3) for v in at_border)


@pytest.mark.parametrize(
    ("count", "until"), [(0, UNTIL), (10, UNTIL.replace(tzinfo=None)), (10, datetime(2018, 11, 1, tzinfo=UTC))]
)
def test_arguments_that_make_no_history_are_refused(count: int, until: datetime) -> None:
    with pytest.raises(ValueError, match=r"journey|zone|opens"):
        list(simulate(world().network, seed=1, journeys=count, until=until))


# ---------------------------------------------------------------- the figures, each within 15 % of what was published


def test_transit_times_are_as_published() -> None:
    everything = transit_days(date.min, date.max)
    assert 13 <= median(everything) <= 19
    # planned with 17-18 days in 2018, 19 in January 2019
    assert mean(transit_days(date(2018, 1, 1), date(2019, 12, 31), WEST)) == pytest.approx(17.75, rel=0.15)
    # 18-20 days to Germany in January 2024, 24 in June
    assert mean(transit_days(date(2024, 1, 1), date(2024, 1, 31), WEST)) == pytest.approx(19, rel=0.15)
    assert mean(transit_days(date(2024, 6, 1), date(2024, 6, 30), WEST)) == pytest.approx(24, rel=0.15)


def test_trains_wait_at_malaszewicze_as_published() -> None:
    assert 24 * 2 * 0.85 <= mean(stays("MAL", date(2018, 1, 1), date(2018, 12, 31))) <= 24 * 3 * 1.15
    late_2021 = stays("MAL", date(2021, 10, 1), date(2021, 12, 31))
    assert mean(late_2021) == pytest.approx(240, rel=0.15)
    assert max(late_2021) <= 24 * 16 * 1.5


@pytest.mark.parametrize(
    ("station", "direction", "year", "published_h"),
    [
        # CAREC CPMM: China out and in, Kazakhstan in; both years of waiting and the one before
        ("ALK", WEST, 2020, 18.7),
        ("ALK", EAST, 2020, 17.5),
        ("ALK", WEST, 2021, 64.7),
        ("ALK", EAST, 2021, 149.6),
        ("ALK", EAST, 2022, 53.7),
        ("DTK", WEST, 2020, 54.4),
        ("DTK", WEST, 2021, 61.8),
        ("DTK", WEST, 2022, 78.0),
    ],
)
def test_borders_take_the_published_hours(station: str, direction: Direction, year: int, published_h: float) -> None:
    found = stays(station, date(year, 1, 1), date(year, 12, 31), direction)
    assert mean(found) == pytest.approx(published_h, rel=0.15)


def test_nobody_passes_the_border_that_poland_closed() -> None:
    closed = CLOSURES[0]
    passing = {WEST: "BQT", EAST: "MAL"}
    left = [
        visit.departed.instant
        for _, direction, j in journeys()
        for visit in j.visits
        if visit.station == passing[direction] and visit.departed
    ]
    assert not [at for at in left if closed.start <= at < closed.end]
    waited = [
        *stays("BQT", date(2025, 9, 8), date(2025, 9, 20), WEST),
        *stays("MAL", date(2025, 9, 8), date(2025, 9, 20), EAST),
    ]
    assert waited
    assert mean(waited) > 24 * 7


def test_eastbound_is_fuller_and_the_balance_is_that_of_2024() -> None:
    assert teu(WEST) / teu(EAST) == pytest.approx(8846 / 10546, rel=0.15)
    assert teu(WEST, laden_only=True) < teu(EAST, laden_only=True)
    for train in history():
        capacity = train.shipments[0].shipment.train_capacity_teu
        if capacity is not None:
            aboard = sum(2.0 * (row.container.quantity or 1) for row in train.shipments if row.container.laden)
            assert aboard <= capacity * 1.1


# ---------------------------------------------------------------- the parts


def _rng() -> Random:
    return Random(3)  # noqa: S311 - simulation, not secrecy


def test_draws_in_blocks_are_spread_evenly_and_not_in_order() -> None:
    draw = Stratified(_rng())
    block = [draw() for _ in range(8)]
    assert sorted(int(u * 8) for u in block) == list(range(8))
    assert block != sorted(block)


@pytest.mark.parametrize("sigma", [0.26, 0.5, 0.8])
def test_stays_are_skewed_around_a_mean_of_one(sigma: float) -> None:
    values = [skewed((k + 0.5) / 5000, sigma) for k in range(5000)]
    assert mean(values) == pytest.approx(1, abs=0.01)
    assert median(values) < 1
    assert values == sorted(values)
    assert values[-1] > 2


def test_drift_leaves_the_mean_of_a_regime_where_it_was_published() -> None:
    conditions = Conditions(7)
    days = [datetime(2022, 1, 3, tzinfo=UTC) + timedelta(weeks=week) for week in range(51)]
    found = [conditions.mean_h("ALK", WEST, day) for day in days]
    assert None not in found
    assert mean(h for h in found if h) == pytest.approx(33.9, rel=0.03)
    assert len(set(found)) > 40
    assert conditions.mean_h("POZ", WEST, days[0]) is None


def test_a_run_passes_every_station_of_its_corridor_in_order() -> None:
    network = world().network
    for corridor in network.corridors.values():
        stops = Running(network, 1).run(
            corridor, (corridor.origin, corridor.destination), datetime(2023, 5, 3, 6, tzinfo=UTC), _rng()
        )
        assert tuple(stop.station for stop in stops) == corridor.stations
        times = [at for stop in stops for at in (stop.arrived, stop.departed) if at is not None]
        assert times == sorted(times)


def test_a_corridor_that_does_not_join_the_ends_cannot_be_run() -> None:
    network = world().network
    with pytest.raises(ValueError, match="does not join"):
        Running(network, 1).run(network.corridors["khorgos"], ("CKG", "DTK"), UNTIL, _rng())
