"""What is the matter with a shipment now, by the rules of a desk: pure, of what was folded from its events.

So the order in which events came does not matter. How late something is, whether it is silent and whether it stands
for too long is judged where lists ask, too (`movement.lateness`). A cause that is just below what opens an alert keeps
an open one open (`opens` is false then), so that none flaps.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from railtrack.domain.line.geodesy import haversine_km
from railtrack.domain.messages import Message, say
from railtrack.domain.movement.holds import Hold
from railtrack.domain.movement.journeys import hours_between
from railtrack.domain.movement.lateness import ON_PLAN_H, Standing, is_overdue, is_silent, quiet_h
from railtrack.domain.movement.positions import Fact, Way, nearest_km, usual_run_h
from railtrack.domain.notices.kinds import AlertKind
from railtrack.domain.notices.rules import AlertRules

LINGERS = 0.9  # share of a threshold down to which a cause keeps its alert open
_OF_A_PLACE = frozenset({AlertKind.OVERDUE, AlertKind.HELD})  # elsewhere it is another alert

Value = str | int | float


@dataclass(frozen=True)
class Why:
    """A sentence with its values: numbers as numbers, a station by its id under `station`; in nobody's language yet.

    Beside what the sentence names, `values` holds how many `containers` it is about, where that is known.
    """

    text: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def message(
        self,
        station: Callable[[str], str] = str,
        number: Callable[[int | float], str] = lambda value: f"{value:g}",
    ) -> Message:
        """Put it into words; `station` names a station by its id, `number` writes a figure."""
        said: dict[str, object] = {}
        for name, value in self.values.items():
            if isinstance(value, str):
                said[name] = station(value) if name == "station" else value
            else:
                said[name] = number(value)
        return Message(self.text, said)

    def __str__(self) -> str:
        return str(self.message())


@dataclass(frozen=True, kw_only=True)
class Usual:
    """Nine in ten stays at a station end within `p90_h`; `visits` is None where that is what is planned with."""

    p90_h: float
    visits: int | None = None


@dataclass(frozen=True, kw_only=True)
class Course:
    """Containers of one shipment in transit, last told of together; `stands_since` where they stand at a station."""

    fact: Fact
    stands_since: datetime | None = None
    containers: int = 1


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The temperature read last of a container, and the range set for its goods."""

    container_id: int
    container: str
    celsius: float
    station: str | None = None
    lowest_c: float | None = None
    highest_c: float | None = None


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A shipment that is looked at. `corridor` is None where none was stated, only assumed: nothing can be off it."""

    shipment_id: int
    organisation_id: int
    simulated: bool = False
    has_departed: bool = True
    standing: Standing
    corridor: str | None = None
    stations: frozenset[str] = frozenset()  # of the corridor and of the way along it
    way: Way | None = None
    courses: Sequence[Course] = ()
    holds: Sequence[Hold] = ()
    readings: Sequence[Reading] = ()
    numbers: Mapping[int, str] = field(default_factory=dict)  # of containers, by their ids


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that is the matter. `opens`: it is enough to open an alert, not only to keep one open."""

    kind: AlertKind
    shipment_id: int
    container_id: int | None = None
    station: str | None = None
    why: Why
    opens: bool = True
    simulated: bool = False

    def identity(self, desk: int | None) -> str:
        """Spell what makes two causes the same: whose rules, which shipment or container, what, and where."""
        place = self.station if self.kind in _OF_A_PLACE else None
        parts = (desk, self.shipment_id, self.container_id, self.kind.value, place)
        return "|".join("" if part is None else str(part) for part in parts)


def findings(watched: Watched, rules: AlertRules, usual: Mapping[str, Usual], now: datetime) -> tuple[Finding, ...]:
    """Give all that is the matter with a shipment; `usual` says how long stays are, by station."""
    found: list[Finding] = []
    for kind, look in _LOOKS.items():
        if kind in rules.on:
            found += look(watched, rules, usual, now)
    return tuple(found)


def whole(hours: float) -> int:
    """Hours as they are said: full ones."""
    return int(hours)


# ---------------------------------------------------------------- one kind each

Look = Callable[[Watched, AlertRules, Mapping[str, Usual], datetime], Iterator[Finding]]


def _late(watched: Watched, rules: AlertRules, _usual: Mapping[str, Usual], _now: datetime) -> Iterator[Finding]:
    behind = watched.standing.hours_behind
    limit = rules.late_h
    if behind is None or behind <= max(limit - ON_PLAN_H, limit / 2):
        return
    values: dict[str, Value] = {"hours": whole(behind), "limit": limit}
    if watched.standing.behind_days is not None:
        values = {"days": watched.standing.behind_days, "limit": limit}
        why = (
            say("Days behind its plan, which names days only: %(days)s. From %(limit)s h on this is an alert.")
            if watched.has_departed
            else say("Days since it should have departed: %(days)s. No departure is recorded.")
        )
    elif watched.has_departed:
        why = say("It is %(hours)s h behind its plan. From %(limit)s h on this is an alert.")
    else:
        why = say("It should have departed %(hours)s h ago, and no departure is recorded.")
    yield _finding(watched, AlertKind.LATE, why, values, opens=behind >= limit)


def _overdue(watched: Watched, rules: AlertRules, usual: Mapping[str, Usual], now: datetime) -> Iterator[Finding]:
    standing: dict[str, list[Course]] = {}
    for course in watched.courses:
        station = course.fact.station
        known = usual.get(station or "")
        if station is None or known is None or course.stands_since is None:
            continue
        if is_overdue(course.stands_since, known.p90_h, now, rules.overdue_factor * LINGERS):
            standing.setdefault(station, []).append(course)
    for station, courses in standing.items():
        known = usual[station]
        since = min(course.stands_since for course in courses if course.stands_since is not None)
        limit = rules.overdue_factor * known.p90_h
        values: dict[str, Value] = {
            "station": station,
            "hours": whole(hours_between(since, now)),
            "usual": round(known.p90_h, 1),
            "limit": round(limit, 1),
            "containers": sum(course.containers for course in courses),
        }
        if known.visits is None:
            why = say(
                "It has stood at %(station)s for %(hours)s h. Nine in ten should leave within %(usual)s h: what is "
                "planned with, for too few visits are recorded."
            )
        else:
            values["visits"] = known.visits
            why = say(
                "It has stood at %(station)s for %(hours)s h. Nine in ten left within %(usual)s h "
                "(visits in the last year: %(visits)s)."
            )
        opens = hours_between(since, now) > limit
        yield _finding(watched, AlertKind.OVERDUE, why, values, station=station, opens=opens)


def _silent(watched: Watched, rules: AlertRules, usual: Mapping[str, Usual], now: datetime) -> Iterator[Finding]:
    silent = []
    for course in watched.courses:
        if course.stands_since is not None and course.fact.station in usual:
            continue  # for that it would be overdue
        if is_silent(course.fact.at, _run_h(watched, course), now, rules.silent_h):
            silent.append(course)
    if not silent:
        return
    longest = min(silent, key=lambda course: (course.fact.at, course.fact.station or ""))
    run_h = _run_h(watched, longest)
    values: dict[str, Value] = {
        "hours": whole(hours_between(longest.fact.at, now)),
        "limit": round(quiet_h(run_h, rules.silent_h), 1),
        "containers": sum(course.containers for course in silent),
    }
    if run_h is not None:
        values["usual"] = round(run_h, 1)
    if longest.fact.station is None:
        why = say("Nothing was told for %(hours)s h. From %(limit)s h on this is an alert.")
    elif run_h is None:
        values["station"] = longest.fact.station
        why = say(
            "Nothing was told for %(hours)s h, last from %(station)s. From %(limit)s h on this is an alert."
        )  # fmt: skip
    else:
        values["station"] = longest.fact.station
        why = say(
            "Nothing was told for %(hours)s h, last from %(station)s, whence it runs %(usual)s h to the next halt. "
            "From %(limit)s h on this is an alert."
        )
    yield _finding(watched, AlertKind.SILENT, why, values, station=longest.fact.station)


def _off_corridor(
    watched: Watched, rules: AlertRules, _usual: Mapping[str, Usual], _now: datetime
) -> Iterator[Finding]:
    if watched.corridor is None or not watched.stations:
        return
    off: list[tuple[Course, float | None]] = []
    for course in watched.courses:
        km = _beside_km(watched, course.fact)
        if course.fact.station is not None and course.fact.station not in watched.stations:
            off.append((course, None))
        elif km is not None and km > LINGERS * rules.off_km:
            off.append((course, km))
    if not off:
        return
    latest, km = max(off, key=lambda each: (each[0].fact.at, each[0].fact.station or ""))
    values: dict[str, Value] = {"corridor": watched.corridor, "containers": sum(each.containers for each, _ in off)}
    if km is None:
        values["station"] = latest.fact.station or ""
        why = say("It was reported at %(station)s, which is not on its corridor %(corridor)s.")
    else:
        values |= {"km": whole(km), "limit": rules.off_km}
        why = say(
            "It was reported %(km)s km beside its corridor %(corridor)s. From %(limit)s km on this is an alert."
        )  # fmt: skip
    opens = any(km is None or km > rules.off_km for _, km in off)
    yield _finding(watched, AlertKind.OFF_CORRIDOR, why, values, station=latest.fact.station, opens=opens)


def _temperature(watched: Watched, rules: AlertRules, _usual: Mapping[str, Usual], _now: datetime) -> Iterator[Finding]:
    for reading in watched.readings:
        lowest, highest = reading.lowest_c, reading.highest_c
        if lowest is None and highest is None:
            lowest, highest = rules.temperature_min_c, rules.temperature_max_c
        beyond = max(
            lowest - reading.celsius if lowest is not None else 0.0,
            reading.celsius - highest if highest is not None else 0.0,
        )
        if beyond <= 0:
            continue
        values: dict[str, Value] = {"container": reading.container, "celsius": reading.celsius}
        if lowest is not None and highest is not None:
            values |= {"lowest": lowest, "highest": highest}
            why = say("%(celsius)s °C was read of %(container)s. It should be from %(lowest)s to %(highest)s °C.")
        elif lowest is not None:
            values["lowest"] = lowest
            why = say("%(celsius)s °C was read of %(container)s. It should be %(lowest)s °C at least.")
        else:
            values["highest"] = highest if highest is not None else 0.0
            why = say("%(celsius)s °C was read of %(container)s. It should be %(highest)s °C at most.")
        yield _finding(
            watched, AlertKind.TEMPERATURE, why, values, container_id=reading.container_id, station=reading.station,
            opens=beyond > rules.temperature_slack_c,
        )  # fmt: skip


def _held(watched: Watched, rules: AlertRules, _usual: Mapping[str, Usual], now: datetime) -> Iterator[Finding]:
    for hold in watched.holds:
        hours = hours_between(hold.at, now)
        values: dict[str, Value] = {"hours": whole(hours), "station": hold.station or ""}
        if hold.container_id is not None:
            values["container"] = watched.numbers.get(hold.container_id, "")
            why = say("%(container)s was held at %(station)s %(hours)s h ago and not released since.")
        else:
            why = say("It was held at %(station)s %(hours)s h ago and not released since.")
        if hold.reason:
            values["reason"] = hold.reason
        yield _finding(
            watched, AlertKind.HELD, why, values, container_id=hold.container_id, station=hold.station,
            opens=hours >= rules.held_h,
        )  # fmt: skip


_LOOKS: Mapping[AlertKind, Look] = {
    AlertKind.LATE: _late,
    AlertKind.OVERDUE: _overdue,
    AlertKind.SILENT: _silent,
    AlertKind.OFF_CORRIDOR: _off_corridor,
    AlertKind.TEMPERATURE: _temperature,
    AlertKind.HELD: _held,
}


def _finding(
    watched: Watched,
    kind: AlertKind,
    why: Message,
    values: Mapping[str, Value],
    *,
    container_id: int | None = None,
    station: str | None = None,
    opens: bool = True,
) -> Finding:
    return Finding(
        kind=kind,
        shipment_id=watched.shipment_id,
        container_id=container_id,
        station=station,
        why=Why(why.text, values),
        opens=opens,
        simulated=watched.simulated,
    )


def _run_h(watched: Watched, course: Course) -> float | None:
    """Hours to the next halt from where it was told of last."""
    if watched.way is None or course.fact.station is None:
        return None
    return usual_run_h(watched.way, course.fact.station)


def _beside_km(watched: Watched, fact: Fact) -> float | None:
    """How far a reported position lies beside the way."""
    if watched.way is None or fact.lat is None or fact.lon is None:
        return None
    point = (fact.lat, fact.lon)
    return haversine_km(point, watched.way.at_km(nearest_km(watched.way, point)))
