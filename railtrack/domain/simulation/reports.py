"""What simulated partners report of a train: not everything, not at once, and not always right.

From the stops of a run come events: departures and arrivals at the main stations, customs and changes of gauge at the
borders, terminals at both ends; some are missing, some late by days, a few first wrong and then corrected or
withdrawn, a few sent by a second party too, and now and then an estimate or a new plan. `recorded_at` is when the
report came in; nothing lies after `until`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from railtrack.domain.line.network import Network
from railtrack.domain.line.places import Corridor
from railtrack.domain.movement.events import Classifier, EventFacts, EventKind, StatedEvent
from railtrack.domain.movement.journeys import Direction
from railtrack.domain.simulation.cargo import Partner
from railtrack.domain.simulation.running import Stop
from railtrack.domain.times import Moment, Precision

SECOND_SENDER = "Musterterminal am Bug"  # reports some of the same again
_MISSING, _LATE, _WRONG, _WITHDRAWN, _TWICE = 0.012, 0.03, 0.008, 0.004, 0.01
_GLITCHES_END = timedelta(days=2)  # the newest reports are not yet corrected


def moment(network: Network, station: str, at: datetime) -> Moment:
    """State a UTC time on the station's clock."""
    local = at.astimezone(ZoneInfo(network.stations[station].timezone))
    offset = local.utcoffset() or timedelta()
    return Moment(at, int(offset.total_seconds() // 60), text=local.isoformat(timespec="minutes"))


def day(network: Network, station: str, at: datetime) -> Moment:
    """State only the station's date of a UTC time; it sorts at local noon."""
    zone = ZoneInfo(network.stations[station].timezone)
    noon = at.astimezone(zone).replace(hour=12, minute=0, second=0, microsecond=0)
    offset = noon.utcoffset() or timedelta()
    return Moment(noon.astimezone(UTC), int(offset.total_seconds() // 60), Precision.DAY, noon.date().isoformat())


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The shipment a report is about; `box` is one of its containers by number, if it has one."""

    partner: Partner
    reference: str
    box: str | None
    train: str
    corridor: Corridor
    direction: Direction
    planned_arrival: datetime


@dataclass
class Reporter:
    """Turns runs into reports. `until` is when the history ends."""

    network: Network
    until: datetime
    _given: list[tuple[datetime, EventFacts]] = field(default_factory=list)

    def report(
        self, subject: Subject, stops: Sequence[Stop], rng: Random, *,
        silent_from: datetime | None = None, held_at: str | None = None,
    ) -> list[StatedEvent]:  # fmt: skip
        """Give what was reported of a run, in the order it came in.

        After `silent_from` nothing is heard; `held_at` names the station where an authority kept the container.
        """
        self._given = []
        end = min(self.until, silent_from or self.until)
        seen = [stop for stop in stops if stop.station in self._reported(subject)]
        for stop in seen:
            self._stop(subject, stop, stop is seen[0], stop is seen[-1], rng)
        self._borders(subject, stops, rng)
        self._terminals(subject, seen, rng)
        if held_at is not None:
            self._hold(subject, next(s for s in stops if s.station == held_at), rng)
        self._outlook(subject, seen, rng)
        return self._in_order(end)

    def cancellation(self, subject: Subject, at: datetime, reason: str, origin: str, rng: Random) -> list[StatedEvent]:
        """Give the one report of a train that never ran."""
        self._given = []
        self._say(subject, EventKind.CANCELLED, origin, at, rng, reason=reason)
        return self._in_order(self.until)

    # ------------------------------------------------------------ what is reported

    def _reported(self, subject: Subject) -> set[str]:
        """The main stations: ends, border control, gauge changes, hubs and ports; open borders from detailed ones."""
        corridor = subject.corridor
        pairs = corridor.border_pairs + (corridor.open_border_pairs if subject.partner.detailed else ())
        stations = {station for pair in pairs for station in pair} | set(corridor.gauge_changes)
        # an end may be a terminal beside the corridor, so ends are told by their role as well
        roles = {"hub", "port", "terminal"} if subject.partner.detailed else {"hub", "port"}
        main = {id_ for id_, s in self.network.stations.items() if roles & set(s.roles)}
        return stations | main | {corridor.origin, corridor.destination, "GYP", "LUH"}

    def _stop(self, subject: Subject, stop: Stop, first: bool, last: bool, rng: Random) -> None:
        ends = first or last
        if stop.arrived is not None and (ends or rng.random() > _MISSING):
            date_only = last and subject.partner.date_only_plan and self._is_past(stop.arrived) and rng.random() < 0.06
            self._state(subject, EventKind.ARRIVED, stop.station, stop.arrived, rng, firm=ends, date_only=date_only)
        if stop.departed is not None and (ends or rng.random() > _MISSING):
            self._state(subject, EventKind.DEPARTED, stop.station, stop.departed, rng, firm=ends)

    def _is_past(self, at: datetime) -> bool:
        return at < self.until - timedelta(days=30)

    def _borders(self, subject: Subject, stops: Sequence[Stop], rng: Random) -> None:
        pairs = {frozenset(pair) for pair in subject.corridor.border_pairs}
        changes = set(subject.corridor.gauge_changes)
        for here, there in pairwise(stops):
            if frozenset((here.station, there.station)) not in pairs or there.arrived is None:
                continue
            if subject.partner.detailed and rng.random() < 0.8:
                self._say(subject, EventKind.BORDER_CROSSED, there.station, there.arrived, rng)
            # the gauge is changed at one of the pair: westbound at the station named, eastbound at its partner
            changing = {here.station, there.station} & changes
            if changing and there.departed is not None and rng.random() < 0.9:
                stop = there
                stay = (there.departed - there.arrived).total_seconds()
                done = there.arrived + timedelta(seconds=stay * rng.uniform(0.55, 0.9))
                self._say(subject, EventKind.TRANSSHIPPED, stop.station, done, rng)
            if there.departed is not None and rng.random() < 0.55:
                cleared = there.departed - (there.departed - there.arrived) * rng.uniform(0.05, 0.25)
                self._say(subject, EventKind.CUSTOMS_RELEASED, there.station, cleared, rng)
            if here.arrived is not None and here.departed is not None and subject.box and rng.random() < 0.04:
                stay_here = here.departed - here.arrived
                self._say(subject, EventKind.CUSTOMS_INSPECTED, here.station, here.arrived + stay_here / 2, rng,
                          box=subject.box)  # fmt: skip

    def _terminals(self, subject: Subject, stops: Sequence[Stop], rng: Random) -> None:
        """Gates and cranes at both ends, from detailed partners, for one container by number."""
        start, goal = stops[0], stops[-1]
        if not subject.partner.detailed or subject.box is None or start.departed is None or goal.arrived is None:
            return
        gate = start.departed - timedelta(hours=rng.uniform(14, 70))
        self._say(subject, EventKind.GATE_IN, start.station, gate, rng, box=subject.box)
        self._say(subject, EventKind.LOADED, start.station, start.departed - timedelta(hours=rng.uniform(3, 12)), rng,
                  box=subject.box)  # fmt: skip
        lifted = goal.arrived + timedelta(hours=rng.uniform(2, 14))
        self._say(subject, EventKind.DISCHARGED, goal.station, lifted, rng, box=subject.box)
        self._say(subject, EventKind.GATE_OUT, goal.station, lifted + timedelta(hours=rng.expovariate(1 / 40)), rng,
                  box=subject.box)  # fmt: skip

    def _hold(self, subject: Subject, stop: Stop, rng: Random) -> None:
        if stop.arrived is None or stop.departed is None:
            return
        reason = rng.choice(["customs", "inspection", "documents", "sanctions"])
        self._say(subject, EventKind.HELD, stop.station, stop.arrived + timedelta(hours=5), rng, reason=reason)
        self._say(subject, EventKind.RELEASED, stop.station, stop.departed - timedelta(hours=3), rng)

    def _outlook(self, subject: Subject, stops: Sequence[Stop], rng: Random) -> None:
        """Now and then an estimate of the arrival, or a new plan for it, once the train is well on its way."""
        goal = stops[-1]
        middle = stops[len(stops) // 2]
        if goal.arrived is None or middle.departed is None:
            return
        told = middle.departed + timedelta(hours=2)
        if rng.random() < (0.3 if subject.partner.detailed else 0.08):
            about = self._hour(goal.arrived + timedelta(hours=rng.gauss(-6, 26)), after=told)
            self._tell(subject, EventKind.ARRIVED, goal.station, about, told, rng, Classifier.ESTIMATED)
        if goal.arrived > subject.planned_arrival + timedelta(days=2) and rng.random() < 0.2:
            about = self._hour(goal.arrived + timedelta(hours=rng.gauss(0, 20)), after=told)
            self._tell(subject, EventKind.ARRIVED, goal.station, about, told + timedelta(minutes=20), rng,
                       Classifier.PLANNED)  # fmt: skip

    # ------------------------------------------------------------ how it is reported

    def _state(
        self, subject: Subject, event: EventKind, station: str, at: datetime, rng: Random, *,
        firm: bool, date_only: bool = False,
    ) -> None:  # fmt: skip
        """State an arrival or departure, with the slips people make."""
        slip = rng.random()
        settled = at < self.until - _GLITCHES_END
        if slip < _WRONG and settled and not date_only:
            wrong = at - timedelta(hours=rng.choice([1, 1, 2, 10, 12, 24]))
            first = self._say(subject, event, station, wrong, rng, lag_h=rng.uniform(0.5, 6))
            self._say(subject, event, station, at, rng, corrects=first, lag_h=rng.uniform(8, 60), remark="time mended")
            return
        said = self._say(subject, event, station, at, rng, date_only=date_only, late=rng.random() < _LATE)
        if slip > 1 - _WITHDRAWN and settled and not firm:
            # somebody clicked the wrong line: withdrawn a day later
            mistaken = self._say(subject, EventKind.LOADED, station, at, rng)
            self._withdraw(subject, mistaken, at, rng)
        elif slip > 1 - _WITHDRAWN - _TWICE and said is not None:
            self._again(subject, rng)

    def _say(
        self, subject: Subject, event: EventKind, station: str, at: datetime, rng: Random, *,
        box: str | None = None, reason: str = "", remark: str = "", corrects: str | None = None,
        lag_h: float | None = None, late: bool = False, date_only: bool = False,
    ) -> str:  # fmt: skip
        """Add an actual event; gives its id."""
        at = at.replace(second=0, microsecond=0)
        if lag_h is None:
            lag_h = rng.uniform(30, 290) if late else rng.lognormvariate(0.5, 0.8)
        id_ = str(UUID(int=rng.getrandbits(128), version=4))
        stated = day(self.network, station, at) if date_only else moment(self.network, station, at)
        heard = max(at, stated.instant) + timedelta(hours=lag_h)
        self._give(
            heard,
            EventFacts(
                event=event,
                reference=subject.reference,
                container=box,
                partner=subject.partner.name,
                station=station,
                moment=stated,
                train=subject.train,
                reason=reason,
                remark=remark,
                corrects=corrects,
                id=id_,
            ),
        )
        return id_

    def _tell(
        self, subject: Subject, event: EventKind, station: str, at: datetime, told: datetime, rng: Random,
        classifier: Classifier,
    ) -> None:  # fmt: skip
        """Add a planned or estimated event."""
        self._give(
            told,
            EventFacts(
                event=event,
                classifier=classifier,
                reference=subject.reference,
                partner=subject.partner.name,
                station=station,
                moment=moment(self.network, station, at),
                train=subject.train,
                id=str(UUID(int=rng.getrandbits(128), version=4)),
            ),
        )

    def _withdraw(self, subject: Subject, id_: str, at: datetime, rng: Random) -> None:
        heard = next(heard for heard, facts in self._given if facts.id == id_) + timedelta(hours=rng.uniform(1, 24))
        void = str(UUID(int=rng.getrandbits(128), version=4))
        facts = EventFacts(event=EventKind.VOID, partner=subject.partner.name, voids=id_, id=void, remark="in error")
        self._give(heard, facts)

    def _again(self, subject: Subject, rng: Random) -> None:
        """The same once more from a second party, under a name of its own."""
        heard, said = self._given[-1]
        theirs = f"{subject.reference}/{rng.randrange(10**6):06d}"
        again = replace(said, id=None, sender=SECOND_SENDER, source_id=theirs)
        self._give(heard + timedelta(hours=rng.uniform(0.2, 9)), again)

    def _give(self, heard: datetime, facts: EventFacts) -> None:
        heard = heard.replace(second=0, microsecond=0)
        self._given.append((heard, replace(facts, recorded_at=Moment(heard, 0, text=heard.isoformat()))))

    def _hour(self, at: datetime, *, after: datetime) -> datetime:
        return max(at, after + timedelta(hours=12)).replace(minute=0, second=0, microsecond=0)

    def _in_order(self, end: datetime) -> list[StatedEvent]:
        """What had come in by the end, in the order it came; a correction or void never before its target."""
        known = sorted((pair for pair in self._given if pair[0] <= end), key=lambda pair: pair[0])
        return [StatedEvent(None, facts) for _, facts in known]
