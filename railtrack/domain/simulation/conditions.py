"""The conditions simulated trains meet: how long borders took, year by year, and what closed them.

Means are published figures where there are any: China's and Kazakhstan's rail border hours by direction (CAREC CPMM,
reports of 2020, 2022 and 2023), the waits at Małaszewicze (railtech.com 29 Mar 2018, silkroadsummit.eu 2 Nov 2021),
the closures and queues of `data/disruptions.csv`. Between them stand estimates, marked so. Congestion drifts slowly
around these means (a first-order autoregression by week), conditioned on them: the mean over a regime stays its mean.
Pure: standard library only, the same on every machine.
"""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from statistics import NormalDist

from railtrack.domain.movement.journeys import Direction

WEST, EAST = Direction.WESTBOUND, Direction.EASTBOUND
EPOCH = date(2018, 1, 1)  # a Monday; the weeks of the drift count from here
_WEEKS = 52 * 40

# hours from arrival to departure, by first day of the regime, for (westbound, eastbound)
_Regimes = Sequence[tuple[date, float, float]]
_ALASHANKOU: _Regimes = (  # CPMM China, out / in; 2018, 2019 and from 2024 on estimates after their neighbours
    (date(2018, 1, 1), 14.0, 14.0),
    (date(2019, 1, 1), 16.0, 15.5),
    (date(2020, 1, 1), 18.7, 17.5),
    (date(2021, 1, 1), 64.7, 149.6),
    (date(2022, 1, 1), 33.9, 53.7),
    (date(2023, 1, 1), 10.8, 12.6),  # with the queue of June 2023: 14.0, 16.3
    (date(2024, 1, 1), 14.0, 16.0),
)
_DOSTYK: _Regimes = (  # CPMM Kazakhstan, in / out; 2023: 69.7 in all, as in 2022 nearly all of it inbound
    (date(2018, 1, 1), 34.0, 8.0),
    (date(2019, 1, 1), 46.0, 8.5),
    (date(2020, 1, 1), 54.4, 8.9),
    (date(2021, 1, 1), 61.8, 11.4),
    (date(2022, 1, 1), 78.0, 6.8),
    (date(2023, 1, 1), 79.0, 7.0),
)
_HORGOS: _Regimes = (  # CPMM: Horgos 58.7 h (2021), 34.8 h (2022)
    (date(2018, 1, 1), 14.0, 14.0),
    (date(2021, 1, 1), 58.7, 80.0),
    (date(2022, 1, 1), 34.8, 45.0),
    (date(2023, 1, 1), 15.0, 17.0),
)
_MALASZEWICZE: _Regimes = (  # 2-3 days in 2018, about 10 in late 2021; a fifth to a half of the trains since the war
    (date(2018, 1, 1), 60.0, 60.0),
    (date(2019, 1, 1), 56.0, 56.0),
    (date(2020, 7, 1), 66.0, 60.0),
    (date(2021, 1, 1), 96.0, 84.0),
    (date(2021, 10, 1), 240.0, 240.0),
    (date(2022, 1, 1), 130.0, 100.0),
    (date(2022, 2, 24), 38.0, 34.0),
    (date(2023, 1, 1), 32.0, 30.0),
)
_BREST: _Regimes = (
    (date(2018, 1, 1), 18.0, 16.0),
    (date(2021, 10, 1), 42.0, 24.0),
    (date(2022, 2, 24), 18.0, 16.0),
)
_AKTAU: _Regimes = (  # ships short since the middle corridor filled up; 50-55 days door to door in 2024
    (date(2018, 1, 1), 48.0, 48.0),
    (date(2022, 3, 1), 130.0, 110.0),
    (date(2025, 1, 1), 84.0, 72.0),
)
_POTI: _Regimes = ((date(2018, 1, 1), 60.0, 60.0), (date(2022, 3, 1), 110.0, 100.0), (date(2025, 1, 1), 84.0, 78.0))

REGIMES: Mapping[str, _Regimes] = {
    "ALK": _ALASHANKOU,
    "DTK": _DOSTYK,
    "HRG": _HORGOS,
    "ALT": tuple((day, west * 0.8, east) for day, west, east in _DOSTYK),  # Altynkol is the quicker of the two
    "MAL": _MALASZEWICZE,
    "BQT": _BREST,
    "AAU": _AKTAU,
    "PTI": _POTI,
}
# stations that share a queue drift together
DRIFTS: Mapping[str, str] = {
    "ALK": "alataw", "DTK": "alataw", "HRG": "alataw", "ALT": "alataw", "MAL": "bug", "BQT": "bug", "AAU": "caspian",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Queue:
    """Extra hours at a station for trains that arrive in a span (both days inclusive); None: either direction."""

    station: str
    first: date
    last: date
    extra_h: float
    direction: Direction | None = None


QUEUES: Sequence[Queue] = (
    Queue(station="DTK", first=date(2021, 3, 1), last=date(2021, 3, 31), extra_h=24),
    Queue(station="HRG", first=date(2023, 6, 19), last=date(2023, 7, 9), extra_h=240),
    Queue(station="ALK", first=date(2023, 6, 22), last=date(2023, 7, 5), extra_h=96),
    # 24 days to Germany in June 2024
    Queue(station="DTK", first=date(2024, 6, 1), last=date(2024, 6, 30), extra_h=50, direction=WEST),
    Queue(station="BQT", first=date(2024, 6, 1), last=date(2024, 7, 10), extra_h=45, direction=WEST),
    Queue(station="MAL", first=date(2024, 6, 1), last=date(2024, 7, 12), extra_h=55, direction=WEST),
    # Kazakhstan stops container trains bound for China, autumn 2024; KTZ takes nothing new in December
    Queue(station="DTK", first=date(2024, 9, 15), last=date(2024, 11, 30), extra_h=84, direction=EAST),
    Queue(station="DTK", first=date(2024, 12, 1), last=date(2024, 12, 31), extra_h=48, direction=EAST),
    Queue(station="ALT", first=date(2025, 11, 1), last=date(2025, 11, 30), extra_h=60, direction=EAST),
)


@dataclass(frozen=True, kw_only=True)
class Closure:
    """A border nobody passes from `start` to `end`; afterwards the backlog takes `backlog_d` days to clear."""

    pair: frozenset[str]
    start: datetime
    end: datetime
    backlog_d: float
    direction: Direction | None = None


CLOSURES: Sequence[Closure] = (
    Closure(  # Poland, Zapad 2025: 12 Sep 00:00 to 25 Sep 00:00 Europe/Warsaw, backlog 7-10 days
        pair=frozenset({"BQT", "MAL"}),
        start=datetime(2025, 9, 11, 22, tzinfo=UTC),
        end=datetime(2025, 9, 24, 22, tzinfo=UTC),
        backlog_d=8.5,
    ),
    Closure(  # storm and snow, all loading to China stopped
        pair=frozenset({"DTK", "ALK"}),
        start=datetime(2025, 12, 11, 19, tzinfo=UTC),
        end=datetime(2025, 12, 15, 19, tzinfo=UTC),
        backlog_d=3,
        direction=EAST,
    ),
)

# first days of the Chinese year: factories close for two to three weeks
CHINESE_NEW_YEARS: Sequence[date] = (
    date(2018, 2, 16), date(2019, 2, 5), date(2020, 1, 25), date(2021, 2, 12), date(2022, 2, 1), date(2023, 1, 22),
    date(2024, 2, 10), date(2025, 1, 29), date(2026, 2, 17), date(2027, 2, 6), date(2028, 1, 26), date(2029, 2, 13),
)  # fmt: skip


def days_from_new_year(day: date) -> int:
    """Days since the nearest Chinese New Year, negative before it; 200 where none is near."""
    return min(((day - first).days for first in CHINESE_NEW_YEARS), key=abs, default=200)


class Stratified:
    """Uniform draws whose blocks of 8 are spread evenly, so that few trains already show a border's mean.

    Within a block the order is shuffled: the next draw cannot be told from the last.
    """

    def __init__(self, rng: Random, size: int = 8) -> None:
        self._rng = rng
        self._size = size
        self._left: list[float] = []

    def __call__(self) -> float:
        if not self._left:
            self._left = [(k + self._rng.random()) / self._size for k in range(self._size)]
            self._rng.shuffle(self._left)
        return self._left.pop()


def skewed(u: float, sigma: float) -> float:
    """The `u` quantile of a stay with mean 1: log-normal, its last twentieth stretched up to twofold."""
    return _shape(u, sigma) / _mean_shape(sigma)


def _shape(u: float, sigma: float) -> float:
    u = min(max(u, 1e-6), 1 - 1e-6)
    value = math.exp(sigma * NormalDist().inv_cdf(u))
    return value * (1 + 20 * (u - 0.95)) if u > 0.95 else value


_MEANS: dict[float, float] = {}


def _mean_shape(sigma: float) -> float:
    if sigma not in _MEANS:
        _MEANS[sigma] = math.fsum(_shape((k + 0.5) / 2000, sigma) for k in range(2000)) / 2000
    return _MEANS[sigma]


@dataclass
class Conditions:
    """What a border is like at a time: regime mean x drift, and the queues and closures of the record."""

    seed: int
    _drift: dict[str, list[float]] = field(default_factory=dict)
    _factor: dict[tuple[str, int], float] = field(default_factory=dict)

    def mean_h(self, station: str, direction: Direction, at: datetime) -> float | None:
        """Mean hours of a stay that begins `at`; None for a station without a record of its own."""
        regimes = REGIMES.get(station)
        if regimes is None:
            return None
        day = at.date()
        row = max(bisect_right([first for first, _, _ in regimes], day) - 1, 0)
        _, west, east = regimes[row]
        base = west if direction is WEST else east
        drifting = base * self._level(station, day) / self._regime_level(station, row)
        return drifting + math.fsum(
            queue.extra_h
            for queue in QUEUES
            if queue.station == station and queue.first <= day <= queue.last and queue.direction in (None, direction)
        )

    def opening(self, here: str, there: str, direction: Direction, ready: datetime, u: float) -> datetime:
        """When a train that is `ready` to go from `here` to `there` may pass, `u` being its luck in the queue."""
        for closure in CLOSURES:
            if closure.pair != {here, there} or closure.direction not in (None, direction):
                continue
            cleared = closure.end + timedelta(days=closure.backlog_d)
            if closure.start <= ready < cleared:
                # first come, first served: who came on the first day waits least after the opening
                share = (ready - closure.start) / (cleared - closure.start)
                turn = closure.end + timedelta(days=closure.backlog_d * share * (0.75 + 0.4 * u))
                return max(ready, turn)
        return ready

    def _level(self, station: str, day: date) -> float:
        name = DRIFTS.get(station)
        return 1.0 if name is None else self._weeks(name)[_week(day)]

    def _regime_level(self, station: str, row: int) -> float:
        """Mean drift over a regime; dividing by it keeps the regime's mean at the published figure."""
        if (station, row) not in self._factor:
            regimes = REGIMES[station]
            first = _week(regimes[row][0])
            # the last regime has no end; its first four years stand for it
            last = _week(regimes[row + 1][0]) if row + 1 < len(regimes) else first + 208
            weeks = range(first, max(last, first + 1))
            days = [EPOCH + timedelta(weeks=week) for week in weeks]
            self._factor[station, row] = math.fsum(self._level(station, day) for day in days) / len(days)
        return self._factor[station, row]

    def _weeks(self, name: str) -> list[float]:
        if name not in self._drift:
            rng = Random(f"{self.seed}/drift/{name}")  # noqa: S311 - simulation, not secrecy
            state, keep, spread = 0.0, 0.88, 0.18
            levels = []
            for _ in range(_WEEKS):
                state = keep * state + math.sqrt(1 - keep * keep) * spread * rng.gauss(0, 1)
                levels.append(math.exp(state - spread * spread / 2))
            self._drift[name] = levels
        return self._drift[name]


def _week(day: date) -> int:
    return min(max((day - EPOCH).days // 7, 0), _WEEKS - 1)
