"""The five statistics by month over 20,000 journeys against DuckDB SQL written by hand for just these questions.

`python -m tests.benchmarks.bench_statistics` prints the ratio of the medians of nine runs; the exit status is 1 above
the bound. Both ask the same tables; ours also writes its SQL, binds its filters and lays its rows out. Both give the
same figures, which is looked at before anything is timed.
"""

import math
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median
from time import perf_counter

from railtrack.analytics.engine import Engine
from railtrack.analytics.statistics import STATISTICS, Statistic
from railtrack.domain.movement.events import EventKind
from railtrack.domain.movement.journeys import Direction, Occurrence, crossings, fold
from railtrack.domain.times import Moment
from tests.analytics.boxes import Box, MemorySource

JOURNEYS, RUNS, BOUND = 20_000, 9, 3.0
WAY = ("CKG", "XIA", "URC", "ALK", "DTK", "AST", "MOW", "BQT", "MAL", "MHG")
PAIRS = (("ALK", "DTK"), ("BQT", "MAL"))
MONTH = "strftime(j.period_date, '%Y-%m')"
SPREAD = (
    "avg({0}) AS mean_h, {1}quantile_cont({0}, 0.5) AS p50_h, "
    "quantile_cont({0}, 0.8) AS p80_h, quantile_cont({0}, 0.95) AS p95_h"
)

Ask = Callable[[Engine, Statistic], list[dict[str, object]]]

BY_HAND = {
    Statistic.TRANSIT: f"""
        WITH mine AS (
            SELECT *, {MONTH} AS month, CASE WHEN NOT date_only THEN transit_h END AS hours FROM journeys j
            WHERE status <> 'cancelled' AND NOT simulated AND period_date IS NOT NULL),
        lives AS (
            SELECT month, coalesce(transit_h, observed_h) AS t, count(transit_h) AS ended, count(*) AS n FROM mine
            WHERE status IN ('completed', 'in_transit') AND NOT date_only GROUP BY 1, 2),
        risk AS (
            SELECT month, t, ended, sum(n) OVER (PARTITION BY month ORDER BY t DESC) AS at_risk FROM lives),
        alive AS (
            SELECT month, t, product(1 - ended / at_risk) OVER (PARTITION BY month ORDER BY t) AS s FROM risk),
        km AS (SELECT month, min(t) AS km_median_h FROM alive WHERE s <= 0.5 + 1e-12 GROUP BY month)
        SELECT m.month, count(*) FILTER (WHERE status IN ('completed', 'in_transit')) AS journeys,
            count(*) FILTER (WHERE status = 'completed') AS completed,
            {SPREAD.format("hours", "stddev_samp(hours) AS sd_h, quantile_cont(hours, 0.1) AS p10_h, ")},
            any_value(km_median_h) AS km_median_h, avg(length_km / hours) AS swd_kmh,
            avg(CASE WHEN NOT date_only AND NOT moving_date_only THEN length_km / moving_h END) AS swod_kmh
        FROM mine m LEFT JOIN km ON km.month = m.month GROUP BY m.month ORDER BY m.month""",  # noqa: S608 - our own words
    Statistic.RELIABILITY: f"""
        SELECT {MONTH} AS month, count(*) AS journeys, count(*) FILTER (WHERE delay_first_h <= 24) AS on_time,
            avg(delay_first_h) AS delay_mean_h, quantile_cont(delay_first_h, 0.5) AS delay_p50_h,
            quantile_cont(delay_first_h, 0.8) AS delay_p80_h, quantile_cont(delay_first_h, 0.95) AS delay_p95_h
        FROM journeys j WHERE status = 'completed' AND delay_first_h IS NOT NULL AND NOT date_only AND NOT simulated
        GROUP BY 1 ORDER BY 1""",  # noqa: S608
    Statistic.DWELL: f"""
        SELECT {MONTH} AS month, station, count(dwell_h) AS visits, count(*) - count(dwell_h) AS incomplete,
            {SPREAD.format("dwell_h", "")}
        FROM visits v JOIN journeys j USING (journey_id) WHERE NOT v.date_only AND NOT simulated
            AND period_date IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2""",  # noqa: S608
    Statistic.BORDERS: f"""
        SELECT {MONTH} AS month, crossing, direction, count(*) AS journeys, {SPREAD.format("hours", "")}
        FROM crossings c JOIN journeys j USING (journey_id) WHERE NOT c.date_only AND NOT open_border AND NOT simulated
            AND period_date IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3""",  # noqa: S608
    Statistic.VOLUME: f"""
        WITH trains AS (
            SELECT {MONTH} AS month, direction, train_key, sum(quantity) AS containers, sum(teu) AS teu,
                sum(gross_kg) AS gross_kg, max(capacity_teu) AS capacity_teu,
                sum(teu) FILTER (WHERE laden) AS laden_teu
            FROM journeys j WHERE has_departed AND NOT simulated GROUP BY 1, 2, 3)
        SELECT month, direction, count(train_key) AS trains, sum(containers) AS containers, sum(teu) AS teu,
            sum(gross_kg) / 1000 AS gross_t,
            sum(laden_teu) FILTER (WHERE capacity_teu IS NOT NULL) / sum(capacity_teu) AS fill_share
        FROM trains GROUP BY 1, 2 ORDER BY 1, 2""",  # noqa: S608
}


def main() -> int:
    engine = Engine(MemorySource.of(boxes()))
    engine.refresh()
    for statistic in Statistic:
        insist_equal(statistic, ours(engine, statistic), by_hand(engine, statistic))
    taken: dict[Ask, list[float]] = {ours: [], by_hand: []}
    for _ in range(RUNS):  # one after the other, so that a busy moment of the machine meets both
        for ask, times in taken.items():
            start = perf_counter()
            for statistic in Statistic:
                ask(engine, statistic)
            times.append(perf_counter() - start)
    ours_s, floor_s = median(taken[ours]), median(taken[by_hand])
    ratio = ours_s / floor_s
    print(
        f"five statistics over {JOURNEYS:,} journeys: {ratio:.2f} × DuckDB SQL by hand (bound {BOUND:.0f}); "
        f"{ours_s * 1000:.0f} ms against {floor_s * 1000:.0f} ms"
    )
    return 0 if ratio <= BOUND else 1


def ours(engine: Engine, statistic: Statistic) -> list[dict[str, object]]:
    return STATISTICS[statistic](engine, by=("month",))


def by_hand(engine: Engine, statistic: Statistic) -> list[dict[str, object]]:
    with engine.snapshot() as snapshot:
        return snapshot.rows(BY_HAND[statistic], {})


def insist_equal(statistic: Statistic, found: list[dict[str, object]], wanted: list[dict[str, object]]) -> None:
    assert len(found) == len(wanted) > 0, (statistic, len(found), len(wanted))
    for row, other in zip(found, wanted, strict=True):
        for name, value in other.items():
            mine = row[name]
            if isinstance(value, float) and isinstance(mine, float):
                assert math.isclose(mine, value, rel_tol=1e-9, abs_tol=1e-9), (statistic, name, mine, value)
            else:
                assert mine == value, (statistic, name, mine, value)


def boxes() -> list[Box]:
    """Three years of trains of forty containers, both ways, with late ones, some still under way and gaps."""
    chance = Random(1)  # noqa: S311 - the same figures on every run
    found = []
    for number in range(JOURNEYS):
        train, is_westbound = number // 40, (number // 40) % 2 == 0
        way = WAY if is_westbound else WAY[::-1]
        direction = Direction.WESTBOUND if is_westbound else Direction.EASTBOUND
        departed = datetime(2021, 1, 4, 8, tzinfo=UTC) + timedelta(days=2.2 * train)
        recorded = list(_events(way, departed, chance))
        plan = Moment(departed + timedelta(days=18), 60)
        found.append(
            Box(
                id=number + 1, partner=f"Partner {number % 7}", origin=way[0], destination=way[-1],
                direction=direction, corridor="dostyk-petropavl", train=f"T{train}", capacity_teu=82.0,
                journey=fold(way[0], way[-1], recorded),
                crossings=crossings(way[0], way[-1], direction, PAIRS, recorded),
                first_plan=plan, latest_plan=plan, laden=chance.random() < 0.8, teu=2.25, gross_kg=20_000.0,
                length_km=10_513.0,
            )
        )  # fmt: skip
    return found


def _events(way: tuple[str, ...], departed: datetime, chance: Random) -> list[Occurrence]:
    stops, at = [], departed
    for place, station in enumerate(way):
        if place:
            at += timedelta(hours=20 + 20 * chance.random())
            stops.append(Occurrence(EventKind.ARRIVED, station, Moment(at, 300)))
        if place < len(way) - 1:
            at += timedelta(hours=0 if not place else 4 + 30 * chance.random())
            stops.append(Occurrence(EventKind.DEPARTED, station, Moment(at, 300)))
    return stops if chance.random() < 0.95 else stops[: chance.randrange(1, len(stops))]


if __name__ == "__main__":
    sys.exit(main())
