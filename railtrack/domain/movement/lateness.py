"""How a shipment stands against its plan: the one place where that is judged.

Lists, maps, pages and alerts all ask here. What is late by how much is said in hours where the plan knows hours, and
in whole days where it, or what was reported, knows days only: a day is kept until it is over (see `plans.due`). The
filter of the list of shipments (`store/reading/listing`) says the same of ends and departures in SQL.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from railtrack.domain.line.places import Station
from railtrack.domain.movement.journeys import hours_between
from railtrack.domain.movement.plans import due
from railtrack.domain.movement.positions import Call, Fact, Position, Way, plan_time
from railtrack.domain.records import Lateness
from railtrack.domain.times import Moment

ON_PLAN_H = 2.0  # along the way up to two hours count as on plan
QUIET_FACTOR = 2.0  # no news for twice the hours the next halt was due after is silence …
QUIET_LEAST_H = 24.0  # … but never before a day has passed


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How something stands against its plan.

    `lateness` is None where none can be told. `behind_h` is signed hours against the plan, `behind_days` whole days
    where only days are known; both None without a plan.
    """

    lateness: Lateness | None = None
    behind_h: float | None = None
    behind_days: int | None = None

    @property
    def hours_behind(self) -> float | None:
        """The difference in hours, a day counting as 24."""
        return self.behind_h if self.behind_days is None else 24.0 * self.behind_days


UNKNOWN = Standing()


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What was planned of a shipment, and the stations by whose clocks a planned day ends."""

    departure: Moment | None
    arrival: Moment | None
    origin: str
    destination: str
    stations: Mapping[str, Station]

    @property
    def departure_due(self) -> datetime | None:
        return None if self.departure is None else due(self.departure, self.stations.get(self.origin))

    @property
    def arrival_due(self) -> datetime | None:
        return None if self.arrival is None else due(self.arrival, self.stations.get(self.destination))

    @property
    def rest_of_day_h(self) -> float | None:
        """Hours from the noon at which a plan of days is drawn to the end of the day; None for a plan of hours."""
        for planned, until in ((self.arrival, self.arrival_due), (self.departure, self.departure_due)):
            if planned is not None and until is not None and planned.is_day:
                return hours_between(planned.instant, until)
        return None


def before_departure(plan: Plan, now: datetime) -> Standing:
    """Judge what has not departed."""
    until = plan.departure_due
    if plan.departure is None or until is None:
        return Standing(lateness=Lateness.PLANNED)
    behind = hours_between(until, now)
    if behind <= ON_PLAN_H:
        return Standing(lateness=Lateness.PLANNED)
    if plan.departure.is_day:
        return Standing(lateness=Lateness.LATE, behind_days=ceil(behind / 24))
    return Standing(lateness=Lateness.LATE, behind_h=behind)


def on_the_way(plan: Plan, departed: Moment | None, state: Lateness, behind: float) -> Standing:
    """Judge what runs, by its state and its hours behind the plan as it is drawn along the way (`behind_h`)."""
    if plan.departure is None and (departed is None or plan.arrival is None):  # nothing to be late against
        return Standing(lateness=None if state in (Lateness.LATE, Lateness.ON_PLAN) else state)
    rest_h = plan.rest_of_day_h
    if rest_h is None:
        return Standing(lateness=state, behind_h=behind)
    over = max(abs(behind) - rest_h, 0.0)
    days = ceil(over / 24) * (1 if behind > 0 else -1)
    within = state is Lateness.LATE and behind <= rest_h + ON_PLAN_H
    return Standing(lateness=Lateness.ON_PLAN if within else state, behind_days=days)


def at_the_end(planned: Moment | None, arrived: Moment) -> Standing:
    """Judge what has arrived."""
    if planned is None:
        return Standing(lateness=Lateness.ARRIVED)
    if planned.is_day or arrived.is_day:
        days = (arrived.local_date - planned.local_date).days
        return Standing(lateness=Lateness.ARRIVED, behind_days=days)
    return Standing(lateness=Lateness.ARRIVED, behind_h=hours_between(planned.instant, arrived.instant))


def behind_h(way: Way, calls: Sequence[Call], fact: Fact | None, position: Position, now: datetime) -> float:
    """Hours behind the plan (negative: ahead) for a train at `position`.

    Standing, it is as late as it came, and grows once the planned departure has passed; running, it is `now` against
    the time at which the plan passes this kilometre.
    """
    if fact is None:
        departure = calls[0].departure
        return 0.0 if departure is None else max(hours_between(departure, now), 0.0)
    if position.at in way.stations:
        call = calls[way.stations.index(position.at)]
        came = 0.0 if call.arrival is None else hours_between(call.arrival, fact.at)
        if call.departure is None:
            return came
        overdue = hours_between(call.departure, now)
        return max(came, overdue) if overdue > 0 else came
    return hours_between(plan_time(calls, position.km_travelled), now if position.is_estimated else fact.at)


def lateness(
    *,
    now: datetime,
    departed: bool,
    arrived: bool,
    behind: float,
    is_held: bool = False,
    last_at: datetime | None = None,
    usual_h: float | None = None,
    stands_since: datetime | None = None,
    stay_p90_h: float | None = None,
    planned_arrival: datetime | None = None,
) -> Lateness:
    """The state of a shipment against its plan, as the visual language names it.

    Silent: nothing for more than twice the `usual_h` to the next report, at least a day, while it runs. Held: told so,
    standing longer than nine in ten do, or past its planned arrival by more than two hours. Late: more than two hours
    behind. The first that fits counts: arrived, planned, held by report, silent, overdue, late, on plan.
    """
    if arrived:
        return Lateness.ARRIVED
    if not departed:
        return Lateness.PLANNED if behind <= ON_PLAN_H else Lateness.LATE
    if is_held:
        return Lateness.HELD
    if stands_since is None and last_at is not None and is_silent(last_at, usual_h, now):
        return Lateness.SILENT
    overdue = planned_arrival is not None and hours_between(planned_arrival, now) > ON_PLAN_H
    if is_overdue(stands_since, stay_p90_h, now) or overdue:
        return Lateness.HELD
    return Lateness.LATE if behind > ON_PLAN_H else Lateness.ON_PLAN


def is_silent(last_at: datetime, usual_h: float | None, now: datetime, least_h: float = QUIET_LEAST_H) -> bool:
    """Whether what runs has been without a report for too long."""
    return hours_between(last_at, now) > quiet_h(usual_h, least_h)


def is_overdue(stands_since: datetime | None, stay_p90_h: float | None, now: datetime, factor: float = 1.0) -> bool:
    """Whether what stands at a station has stood for longer than nine in ten do there, `factor` times that."""
    return (
        stands_since is not None and stay_p90_h is not None and hours_between(stands_since, now) > factor * stay_p90_h
    )


def quiet_h(usual_h: float | None, least_h: float = QUIET_LEAST_H) -> float:
    """Hours without a report after which a running train counts as silent."""
    return max(least_h, QUIET_FACTOR * (usual_h or 0.0))
