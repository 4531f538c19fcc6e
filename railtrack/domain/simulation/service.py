"""The weekly service between Mannheim and Chongqing as it was planned in 2018, had it run ever since.

Sources stand with the figures, in `conditions`, `cargo` and `running`.
One train a week each way, from the official opening on; after February 2022 about half the weeks, as over Brest. The
history is invented but for the figures it is conditioned on, and is always marked simulated. It depends on its
arguments alone: `random.Random` seeded by text, times rounded to the minute.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from random import Random
from zoneinfo import ZoneInfo

from railtrack.domain.cargo.goods import ContainerFacts, ShipmentFacts, StatedShipment
from railtrack.domain.line.network import Network
from railtrack.domain.line.places import Corridor
from railtrack.domain.movement.events import StatedEvent
from railtrack.domain.movement.journeys import Direction
from railtrack.domain.simulation.cargo import (
    PARTNERS,
    SHIPPERS,
    Load,
    Partner,
    block_booking,
    boxes,
    capacity_teu,
    load,
    teu_of_boxes,
)
from railtrack.domain.simulation.conditions import days_from_new_year
from railtrack.domain.simulation.reports import Reporter, Subject, day, moment
from railtrack.domain.simulation.running import Running, Stop, held
from railtrack.domain.times import Moment

WEST, EAST = Direction.WESTBOUND, Direction.EASTBOUND
OPENING = date(2018, 10, 25)
JOURNEYS_PER_TRAIN = 5  # at least; fewer journeys mean fewer trains of which something is told
_MOST_PER_TRAIN = 24
_AHEAD = timedelta(days=10)  # bookings reach that far beyond the end
_BOOKED_BEFORE = timedelta(days=14)  # before the planned departure
_LIVELY = timedelta(days=35)  # of the last weeks every train is told, so that the map of today is not empty

# share of weeks in which the train ran
_FREQUENCY = ((date(2018, 1, 1), 0.97), (date(2022, 3, 1), 0.4), (date(2023, 1, 1), 0.5), (date(2024, 1, 1), 0.55),
              (date(2025, 1, 1), 0.58))  # fmt: skip
# service numbers westbound, eastbound; share of the weeks before and since March 2022
_SERVICES: dict[str, tuple[str, str, float, float]] = {
    "dostyk-petropavl": ("MCS 101", "MCS 102", 0.72, 0.62),
    "khorgos": ("KHG 111", "KHG 112", 0.12, 0.16),
    "dostyk-duisburg": ("DUI 121", "DUI 122", 0.13, 0.14),
    "middle-btk": ("MID 131", "MID 132", 0.02, 0.05),
    "middle-poti": ("MID 133", "MID 134", 0.01, 0.03),
}
_WAR = date(2022, 3, 1)


@dataclass(frozen=True, kw_only=True)
class SimulatedTrain:
    """One train with what partners booked on it and reported of it, each in the order it came in."""

    number: str
    origin: str
    destination: str
    corridor: str
    planned_departure: datetime
    shipments: tuple[StatedShipment, ...]
    events: tuple[StatedEvent, ...]

    @property
    def journeys(self) -> int:
        return len(self.shipments)


def simulate(network: Network, *, seed: int, journeys: int, until: datetime) -> Iterator[SimulatedTrain]:
    """Give the simulated trains in the order of their departure, with about `journeys` container journeys in all.

    `until` is an aware time; no event happens or is reported after it. Raises ValueError for arguments that make no
    history: no journeys, or an end before the service opened.
    """
    if journeys < 1:
        raise ValueError("a history needs at least one journey")
    if until.tzinfo is None:
        raise ValueError("the end of the history needs a zone")
    until = until.astimezone(UTC)
    if until.date() < OPENING + timedelta(days=60):
        raise ValueError(f"the simulated service opens on {OPENING.isoformat()}; let it run for at least two months")
    slots = list(_timetable(seed, journeys, until))
    return _Simulation(network, seed, until).trains(slots, journeys)


# ---------------------------------------------------------------- the timetable


@dataclass(frozen=True)
class _Slot:
    """A train of the timetable; `part` tells trains of one week and direction apart."""

    direction: Direction
    departs: datetime  # planned, UTC
    part: int


def _timetable(seed: int, journeys: int, until: datetime) -> Iterator[_Slot]:
    """Choose the trains of which something is told, evenly over the weeks in which trains ran."""
    last = until + _AHEAD
    weeks = [
        week
        for number in range((last.date() - OPENING).days // 7 + 1)
        if _runs(seed, week := OPENING + timedelta(weeks=number), until)
    ]
    parts = max(ceil(journeys / (2 * len(weeks) * _MOST_PER_TRAIN)), 1)
    wanted = min(journeys / (JOURNEYS_PER_TRAIN * 2 * len(weeks) * parts), 1.0)
    told = 0.0
    slots = []
    for week in weeks:
        for part in range(parts):
            told += wanted
            if told < 1 and week < (until - _LIVELY).date():
                continue
            told = max(told - 1, 0.0)
            pair = [_Slot(direction, _departs(week, direction, part), part) for direction in (WEST, EAST)]
            slots += [slot for slot in pair if slot.departs <= last]
    yield from sorted(slots, key=lambda s: (s.departs, s.direction, s.part))


def _runs(seed: int, week: date, until: datetime) -> bool:
    share = next(share for first, share in reversed(_FREQUENCY) if first <= week)
    draw = Random(f"{seed}/week/{week.isoformat()}").random()  # noqa: S311 - simulation, not secrecy
    return week > (until - _LIVELY).date() or draw < share


def _departs(week: date, direction: Direction, part: int) -> datetime:
    """Thursdays 10:00 from Mannheim, Wednesdays 14:00 from Chongqing; further trains on the days after."""
    if direction is EAST:
        local = datetime.combine(week + timedelta(days=part % 6), time(10 + part // 6), ZoneInfo("Europe/Berlin"))
    else:
        local = datetime.combine(week + timedelta(days=6 + part % 6), time(14 + part // 6), ZoneInfo("Asia/Shanghai"))
    return local.astimezone(UTC)


# ---------------------------------------------------------------- the trains


@dataclass(frozen=True, kw_only=True)
class _Train:
    """A train while it is being made."""

    number: str
    corridor: Corridor
    ends: tuple[str, str]
    direction: Direction
    planned: datetime
    planned_arrival: datetime
    capacity_teu: float | None
    stops: Sequence[Stop]
    cancelled: bool
    reason: str = ""
    silent_from: datetime | None = None


@dataclass
class _Simulation:
    network: Network
    seed: int
    until: datetime
    _numbers: set[str] = field(default_factory=set)
    _references: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._running = Running(self.network, self.seed)
        self._reporter = Reporter(self.network, self.until)

    def trains(self, slots: Sequence[_Slot], journeys: int) -> Iterator[SimulatedTrain]:
        silent, overdue = self._troubled(slots)
        weights = [0.7 + 0.6 * self._rng("weight", slot).random() for slot in slots]
        scale = journeys / sum(weights)
        due = 0.0
        given = 0
        for slot, weight in zip(slots, weights, strict=True):
            due += weight * scale
            count = max(round(due) - given, 1)
            given += count
            yield self._train(slot, count, silent=slot is silent, overdue=slot is overdue)

    def _troubled(self, slots: Sequence[_Slot]) -> tuple[_Slot | None, _Slot | None]:
        """Choose the train that fell silent and the one that stands at a border, both still under way at the end."""

        def nearest(direction: Direction, days: int) -> _Slot | None:
            at = self.until - timedelta(days=days)
            return min((s for s in slots if s.direction is direction), key=lambda s: abs(s.departs - at), default=None)

        return nearest(EAST, 13), nearest(WEST, 17)

    def _rng(self, purpose: str, slot: _Slot) -> Random:
        """A stream of its own for each train, so that more trains do not change the others."""
        name = f"{self.seed}/{purpose}/{slot.departs.isoformat()}/{slot.direction}/{slot.part}"
        return Random(name)  # noqa: S311 - simulation, not secrecy

    def _train(self, slot: _Slot, count: int, *, silent: bool, overdue: bool) -> SimulatedTrain:
        rng = self._rng("train", slot)
        train = self._make(slot, rng, silent=silent, overdue=overdue)
        shipments: list[StatedShipment] = []
        events: list[StatedEvent] = []
        for partner, facts, containers, held_at in self._bookings(slot, train, count, rng):
            shipments += [StatedShipment(None, facts, container) for container in containers]
            events += self._reports(train, partner, facts, containers, held_at, rng)
        return SimulatedTrain(
            number=train.number, origin=train.ends[0], destination=train.ends[1], corridor=train.corridor.id,
            planned_departure=train.planned, shipments=tuple(shipments), events=tuple(events),
        )  # fmt: skip

    def _make(self, slot: _Slot, rng: Random, *, silent: bool, overdue: bool) -> _Train:
        troubled = silent or overdue
        corridor = self._corridor("dostyk-petropavl" if troubled else self._service(slot, rng))
        west, east, _, _ = _SERVICES[corridor.id]
        ends = (corridor.origin, corridor.destination)
        if corridor.id == "dostyk-petropavl" and not troubled and rng.random() < 0.06:
            ends = ("GYP", ends[1])  # some trains load at the Guoyuan Port
        if slot.direction is EAST:
            ends = ends[::-1]
        departed = slot.departs + timedelta(hours=_start_delay_h(rng))
        swift = 0.7 if corridor.id == "dostyk-duisburg" else 1.0
        stops = self._running.run(corridor, ends, departed.replace(second=0, microsecond=0), rng, swift=swift)
        if overdue:
            stops = self._standing(stops, corridor)
        reason = _cancelled_for(slot.departs, rng)
        return _Train(
            number=west if slot.direction is WEST else east,
            corridor=corridor,
            ends=ends,
            direction=slot.direction,
            planned=slot.departs,
            planned_arrival=self._planned_arrival(corridor, slot.departs),
            capacity_teu=None if rng.random() < 0.06 else capacity_teu(slot.departs.date()),
            stops=stops,
            cancelled=bool(reason) and not troubled and slot.departs < self.until,
            reason=reason,
            silent_from=stops[0].departed + timedelta(days=5) if silent and stops[0].departed else None,
        )

    def _service(self, slot: _Slot, rng: Random) -> str:
        column = 2 if slot.departs.date() < _WAR else 3
        known = [name for name in _SERVICES if name in self.network.corridors]
        return rng.choices(known, [float(_SERVICES[name][column]) for name in known])[0]

    def _corridor(self, corridor_id: str) -> Corridor:
        return self.network.corridors[corridor_id]

    def _standing(self, stops: Sequence[Stop], corridor: Corridor) -> list[Stop]:
        """Keep a train at the last gauge change it reached three days before the end, until after the end."""
        reached = self.until - timedelta(days=3)
        for stop in reversed(stops):
            at_change = stop.station in corridor.gauge_changes
            if at_change and stop.arrived and stop.departed and stop.arrived < reached:
                wait = self.until - stop.departed + timedelta(days=2)
                return held(stops, stop.station, max(wait / timedelta(hours=1), 0))
        return list(stops)

    def _planned_arrival(self, corridor: Corridor, departs: datetime) -> datetime:
        hours = corridor.planned_total_h * _plan_factor(corridor.id, departs.date())
        return (departs + timedelta(hours=hours)).replace(minute=0)

    # ------------------------------------------------------------ what is on it

    def _bookings(
        self, slot: _Slot, train: _Train, count: int, rng: Random
    ) -> Iterator[tuple[Partner, ShipmentFacts, list[ContainerFacts], str | None]]:
        """Give shipments of a few numbered containers each, then one for the rest of the train by quantity."""
        departs = slot.departs.date()
        slots_teu = capacity_teu(departs)
        aboard = load(slot.direction, departs, slots_teu, rng)
        left = max(count - 2, 1)
        laden, empty = 0.0, 0.0
        while left > 0:
            partner = self._partner(slot.direction, rng)
            size = min(left, rng.choice([1, 2, 2, 3, 3, 4, 5]))
            left -= size
            containers = boxes(partner, slot.direction, departs, size, self._numbers, rng)
            teu = teu_of_boxes(containers)
            if laden + teu.laden_teu > slots_teu * 0.97 - 4:
                break  # the train is full
            laden, empty = laden + teu.laden_teu, empty + teu.empty_teu
            yield partner, self._facts(train, partner, slot, rng), containers, self._held_at(train, size, rng)
        rest = Load(max(aboard.laden_teu - laden, 0.0), max(aboard.empty_teu - empty, 0.0))
        booked = block_booking(slot.direction, departs, rest, rng)
        if booked:
            partner = self._partner(slot.direction, rng)
            yield partner, self._facts(train, partner, slot, rng), booked, None

    def _partner(self, direction: Direction, rng: Random) -> Partner:
        weights = [p.westbound_share if direction is WEST else 1 - p.westbound_share for p in PARTNERS]
        return rng.choices(PARTNERS, weights)[0]

    def _held_at(self, train: _Train, size: int, rng: Random) -> str | None:
        """Now and then an authority keeps a small shipment back and it follows with a later train."""
        # not around September 2025: what is held there must not slip through the closed border
        if size > 2 or rng.random() > 0.02 or date(2025, 7, 15) < train.planned.date() < date(2025, 12, 31):
            return None
        return rng.choice(train.corridor.gauge_changes) if train.corridor.gauge_changes else None

    def _facts(self, train: _Train, partner: Partner, slot: _Slot, rng: Random) -> ShipmentFacts:
        local = train.planned.astimezone(ZoneInfo(self.network.stations[train.ends[0]].timezone))
        year, week, _ = local.isocalendar()
        stem = f"{partner.code}-{'W' if slot.direction is WEST else 'E'}{year % 100:02d}{week:02d}"
        number = self._references[stem] = self._references.get(stem, 0) + 1
        state = day if partner.date_only_plan else moment
        western, eastern = SHIPPERS[EAST], SHIPPERS[WEST]
        sender, receiver = (eastern, western) if slot.direction is WEST else (western, eastern)
        planned_at = min(train.planned - _BOOKED_BEFORE, self.until).replace(second=0, microsecond=0)
        return ShipmentFacts(
            reference=f"{stem}-{number:02d}",
            partner=partner.name,
            shipper=rng.choice(sender),
            consignee=rng.choice(receiver),
            origin=train.ends[0],
            destination=train.ends[1],
            corridor=train.corridor.id,
            train=train.number,
            train_capacity_teu=train.capacity_teu,
            planned_departure=state(self.network, train.ends[0], train.planned),
            planned_arrival=state(self.network, train.ends[1], train.planned_arrival),
            incoterm=rng.choice(["FCA", "FCA", "DAP", "CPT", "EXW"]),
            consignment_note=f"CIM/SMGS {rng.randrange(10**7):07d}",
            planned_at=Moment(planned_at, 0),
        )

    # ------------------------------------------------------------ what is told of it

    def _reports(
        self, train: _Train, partner: Partner, facts: ShipmentFacts, containers: Sequence[ContainerFacts],
        held_at: str | None, rng: Random,
    ) -> list[StatedEvent]:  # fmt: skip
        subject = Subject(
            partner=partner, reference=facts.reference, box=containers[0].container, train=train.number,
            corridor=train.corridor, direction=train.direction, planned_arrival=train.planned_arrival,
        )  # fmt: skip
        if train.cancelled:
            told = train.planned - timedelta(hours=rng.uniform(20, 90))
            return self._reporter.cancellation(subject, told, train.reason, train.ends[0], rng)
        if train.planned > self.until:
            return []
        stops = train.stops
        if held_at is not None:
            stops = held(stops, held_at, rng.uniform(36, 190))
        return self._reporter.report(subject, stops, rng, silent_from=train.silent_from, held_at=held_at)


def _start_delay_h(rng: Random) -> float:
    """Trains leave up to an hour and a half late, and four in ten later than that."""
    return rng.uniform(0, 1.5) if rng.random() < 0.6 else 1.5 + rng.expovariate(1 / 7)


def _cancelled_for(departs: datetime, rng: Random) -> str:
    """Why a train was cancelled; empty for one that runs."""
    draw = rng.random()
    if 0 <= days_from_new_year(departs.date()) <= 10 and draw < 0.4:
        return "holiday"
    return "insufficient_cargo" if draw < 0.02 else ""


def _plan_factor(corridor_id: str, departs: date) -> float:
    """How much longer forwarders planned than the timetable, as the waits became known."""
    if corridor_id.startswith("middle"):
        return 1.5 if departs >= _WAR else 1.0
    if date(2021, 4, 1) <= departs < date(2022, 4, 1):
        return 1.2
    return 1.0
