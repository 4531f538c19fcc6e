"""What an administrator says of a leg, judged. Its length and line are measured, not typed; `network.py` does that.

A length may be overruled, with a reason, since a tariff or a railway knows better at times. Nothing is shorter than
the great circle between its ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from railtrack.domain.errors import Problem, Severity
from railtrack.domain.line.geodesy import geodesic_km
from railtrack.domain.line.places import Leg, Mode, Station
from railtrack.domain.messages import say
from railtrack.domain.rows import cells
from railtrack.domain.rows.judging import Judged, Judging
from railtrack.domain.rows.raw import RawRow
from railtrack.domain.rows.unfit import Unfit
from railtrack.domain.world import World

LONGEST_KM = 25_000.0
DETOUR = 3.0  # around Lake Baikal the rails take 1.94 times the straight line
LONGEST_NOTE = 500
TENTH = 0.1
ROUNDING = 0.995  # stated lengths are rounded, and a track may start beside the station's point

_km = cells.number(0.0, LONGEST_KM)
_note = cells.line_of_text(LONGEST_NOTE)


@dataclass(frozen=True, kw_only=True)
class LegStated:
    """A leg as far as people know it: between which stations, by what, on which gauge, and the lengths they state.

    `gauge_mm` is None at sea; `length_km` overrules the measured length, `overruled` says why.
    """

    origin: Station
    destination: Station
    mode: Mode
    gauge_mm: int | None
    published_km: float | None = None
    published_source: str = ""
    length_km: float | None = None
    overruled: str = ""
    note: str = ""

    @property
    def great_circle_km(self) -> float:
        return great_circle_km(self.origin, self.destination)

    def over(self, measured: Leg) -> Leg:
        """Put what was stated over a measured leg."""
        overrules = self.length_km is not None
        return replace(
            measured,
            length_km=self.length_km if self.length_km is not None else measured.length_km,
            measured_km=measured.length_km if overrules else None,
            overruled=self.overruled if overrules else "",
            gauge_mm=self.gauge_mm,
            published_km=self.published_km,
            published_source=self.published_source,
            note=self.note or measured.note,
        )


def great_circle_km(a: Station, b: Station) -> float:
    """The shortest line over the ground between two stations in km; never a rail length."""
    return geodesic_km((a.lat, a.lon), (b.lat, b.lon))


def measured_again(leg: Leg) -> Leg:
    """Take a length that was set by hand off again: the leg as it was measured."""
    return leg if leg.measured_km is None else replace(leg, length_km=leg.measured_km, measured_km=None, overruled="")


def judge_leg(raw: RawRow, world: World, before: Leg | None = None) -> Judged[LegStated]:
    """Judge a leg: a new one, or `before` mended, whose ends and mode stay.

    Cells: origin, destination (as contract §3 names stations), mode, gauge_mm, published_km, published_source,
    length_km, overruled, note; as text.
    """
    row = Judging(raw, world)
    origin, destination = _ends(row, world, before)
    mode = before.mode if before is not None else _mode(row)
    gauge = _gauge(row, mode, origin, destination)
    straight = great_circle_km(origin, destination) if origin and destination else 0.0
    published = _length(row, "published_km", straight)
    source = row.read("published_source", _note) or ""
    if published is not None and not source:
        row.problem(
            "published_source", say("A published length needs its source."), say("Write who published it, and where.")
        )
    length = _length(row, "length_km", straight)
    reason = row.read("overruled", _note) or ""
    if length is not None and not reason:
        row.problem(
            "overruled",
            say("A length that overrules the measured one needs a reason."),
            say("Say in a sentence why it is better, such as the tariff it stands in."),
        )
    if reason and not row.has("length_km"):
        row.problem(
            "length_km",
            say("There is a reason to overrule the length, and no length."),
            say("Write the length, or take the reason away."),
        )
    note = row.read("note", _note) or ""

    def make() -> LegStated:
        assert origin is not None and destination is not None and mode is not None  # noqa: S101, PT018 - judged above
        return LegStated(
            origin=origin, destination=destination, mode=mode, gauge_mm=gauge, published_km=published,
            published_source=source, length_km=length, overruled=reason, note=note,
        )  # fmt: skip

    return row.judged(make)


def shared_gauges(a: Station, b: Station) -> tuple[int, ...]:
    """The gauges on which a train can go from one to the other, narrow first."""
    return tuple(sorted(set(a.gauges_mm) & set(b.gauges_mm)))


def gauge_changes(stations: Sequence[str], legs: Sequence[Leg]) -> tuple[str, ...]:
    """Give the stations of a chain where a train changes gauge: rails of another gauge begin where rails end.

    `legs` join the stations one by one. Between train and ship no gauge is changed but the wagon.
    """
    return tuple(
        station
        for station, before, after in zip(stations[1:-1], legs, legs[1:], strict=False)
        if before.gauge_mm is not None and after.gauge_mm is not None and before.gauge_mm != after.gauge_mm
    )


# ---------------------------------------------------------------- parts


def _ends(row: Judging, world: World, before: Leg | None) -> tuple[Station | None, Station | None]:
    if before is not None:
        return world.network.stations[before.origin], world.network.stations[before.destination]
    for column, what in (
        ("origin", say("The first station is missing.")),
        ("destination", say("The second station is missing.")),
    ):
        if not row.has(column):
            row.problem(column, what, say("Write its code or its name."))
    origin, destination = row.station("origin"), row.station("destination")
    if origin is None or destination is None:
        return origin, destination
    if origin == destination:
        row.problem("destination", say("Both ends are the same station."), say("Name the neighbouring station."))
    elif known := world.network.leg(origin.id, destination.id):
        row.problem(
            "destination",
            say("A leg joins %(a)s and %(b)s already, %(km)s km long.",
                a=origin.name, b=destination.name, km=f"{known.length_km:,.1f}"),
            say("Mend that one; a leg runs both ways."),
        )  # fmt: skip
    return origin, destination


def _mode(row: Judging) -> Mode | None:
    if not row.has("mode"):
        row.problem("mode", say("It is not said how one gets there."), say("Choose rail or sea."))
    return row.read("mode", _read_mode)


def _read_mode(text: str) -> Mode:
    try:
        return Mode(text.casefold())
    except ValueError as error:
        raise Unfit(say("A leg goes by rail or by sea."), say("Choose one of the two.")) from error


def _gauge(row: Judging, mode: Mode | None, a: Station | None, b: Station | None) -> int | None:
    if mode is not Mode.RAIL:
        return None
    shared = shared_gauges(a, b) if a and b else ()
    found = row.read("gauge_mm", _read_gauge)
    if not row.has("gauge_mm"):
        if len(shared) == 1:
            return shared[0]
        if a and b:
            row.problem(
                "gauge_mm",
                say("The gauge is missing."),
                say("Choose the gauge of the trains that run from the one to the other."),
                tuple(map(str, shared)),
            )
        return None
    for station in filter(None, (a, b)):
        if found is not None and found not in station.gauges_mm:
            row.problem(
                "gauge_mm",
                say("%(name)s has no tracks of %(gauge)s mm.", name=station.name, gauge=found),
                say("Choose another gauge, or mend the station."),
                tuple(map(str, shared)),
            )
    return found


def _read_gauge(text: str) -> int:
    if text not in ("1435", "1520"):
        raise Unfit(say("The gauge is 1435 or 1520 mm."), say("Choose one of the two."))
    return int(text)


def _length(row: Judging, column: str, straight: float) -> float | None:
    found = row.given(column, _km)
    if found is None:
        return None
    if found < straight * ROUNDING:
        row.problem(
            column,
            say("This is shorter than the great circle, %(km)s km.", km=f"{straight:,.1f}"),
            say("No way over the ground can be; mend the figure, or the coordinates of the stations."),
            # a tariff may count from another point than ours; lengths divide by the other one
            severity=Severity.WARNING if column == "published_km" else Severity.PROBLEM,
        )
    elif straight and found > DETOUR * straight + 5:
        row.warn(
            column,
            say("This is more than %(times)s times the great circle, %(km)s km.", times=3, km=f"{straight:,.1f}"),
            say("See whether it is meant."),
        )
    return found


def leg_warnings(leg: Leg) -> tuple[Problem, ...]:
    """What is worth a look in a leg that was measured: the published length far from the routed one."""
    routed = leg.measured_km if leg.measured_km is not None else leg.length_km
    if not leg.published_km or abs(routed - leg.published_km) <= TENTH * leg.published_km:
        return ()
    return (
        Problem(
            message=say("The measured length is more than a tenth off the published one."),
            remedy=say("One of the two may mean another station or another line."),
            severity=Severity.WARNING,
            column="published_km",
        ),
    )
