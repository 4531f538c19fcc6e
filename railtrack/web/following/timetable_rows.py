"""The timetable of one journey as rows of its table: track, station, plan and report line by line, the difference.

Times are the station's own. A day is written where it is not the one read just before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

import flask_babel
from markupsafe import Markup

from railtrack.domain.line.network import Network
from railtrack.domain.line.places import Corridor, Station
from railtrack.domain.movement.journeys import Direction
from railtrack.domain.movement.lateness import ON_PLAN_H
from railtrack.domain.movement.timetable import Reach, Stop, Timetable
from railtrack.domain.records import Lateness
from railtrack.domain.times import Moment
from railtrack.maps.features import west_is_1435
from railtrack.web import drawings
from railtrack.web.following.whereabouts import days_difference
from railtrack.web.i18n import format_day, gettext, language
from railtrack.web.marks import DIFFERENCE_CLASSES, clock_difference, difference_word
from railtrack.web.moments import offset
from railtrack.web.numbers import clock_span

T = TypeVar("T")
NOTHING = Markup("")
SAME_WEEK_D = 6  # within it the weekday says which day is meant
_DAY = {"en": "EEE d MMM", "de": "ccc, dd.MM.", "zh": "M月d日 EEE"}


@dataclass(frozen=True)
class Line:
    """Arrival or departure: `key` says which, `day` is empty where it is the one read before, `clock` for a day."""

    key: str
    day: str = ""
    clock: str = ""


@dataclass(frozen=True, kw_only=True)
class TrackRow:
    """A row as the template draws it. `station` is None for the row of a train between two stations."""

    css: str
    sign: Markup
    station: Station | None = None
    name: str = ""
    country: str = ""
    offset: str = ""
    is_change: bool = False
    planned: tuple[Line, ...] = ()
    actual: tuple[Line, ...] = ()
    is_expected: bool = False
    is_unreported: bool = False
    stay: str = ""
    difference: Markup = NOTHING


@dataclass(frozen=True)
class Present:
    """Where the train is on the timetable: its state, and the difference it has now."""

    lateness: Lateness | None
    behind_h: float | None
    name: str = ""  # of the row between two stations


def track_rows(
    table: Timetable, network: Network, corridor: Corridor | None, direction: Direction, present: Present
) -> tuple[TrackRow, ...]:
    """Give the rows of a timetable, that of a train between two stations included."""
    rows: list[TrackRow] = []
    last = len(table.stops) - 1
    for index, stop in enumerate(table.stops):
        station = network.stations[stop.station]
        is_change = corridor is not None and stop.station in corridor.gauge_changes and not stop.is_end
        sign = _sign(stop, corridor if is_change else None, direction, present)
        rows.append(_row(table, stop, station, sign, _classes(stop, index, last, present), present, is_change))
        if table.between == index:
            gauge = _gauge_class(stop)
            state = present.lateness or Lateness.ON_PLAN
            rows.append(
                TrackRow(
                    css=" ".join(filter(None, ("now", f"now-{state.value}", gauge))),
                    sign=drawings.track("stop", state),
                    name=present.name,
                    difference=_hours(present.behind_h, present.lateness) if not table.day_plan else Markup(""),
                )
            )
    return tuple(rows)


def country_name(code: str) -> str:
    """A country in the reader's language."""
    locale = flask_babel.get_locale()
    return str(locale.territories.get(code, code)) if locale else code


# ---------------------------------------------------------------- helpers


def _classes(stop: Stop, index: int, last: int, present: Present) -> str:
    state = present.lateness or Lateness.ON_PLAN
    return " ".join(
        name
        for name, holds in (
            ("first", index == 0),
            ("last", index == last),
            ("border", stop.crosses_border),
            (_gauge_class(stop), index < last),
            ("ahead", stop.reach is Reach.AHEAD),
            (f"now now-{state.value}", stop.reach is Reach.HERE),
        )
        if holds and name
    )


def _gauge_class(stop: Stop) -> str:
    return {"1520": "g1520", "sea": "gsea"}.get(stop.gauge, "")


def _sign(stop: Stop, corridor: Corridor | None, direction: Direction, present: Present) -> Markup:
    if stop.reach is Reach.HERE:
        return drawings.track("stop", present.lateness or Lateness.ON_PLAN)
    if stop.is_end:
        return drawings.track("end")
    if corridor is None:
        return drawings.track("stop")
    # the track runs down the page: westbound its lower half lies west
    west = west_is_1435(stop.station, corridor)
    return drawings.track("change", west_is_1435=west if direction is Direction.WESTBOUND else not west)


def _row(
    table: Timetable, stop: Stop, station: Station, sign: Markup, css: str, present: Present, is_change: bool
) -> TrackRow:
    zone = ZoneInfo(station.timezone)
    planned = [(k, _local(at, zone)) for k, at in _keyed(stop.planned_arrival, stop.planned_departure)]
    told: Sequence[tuple[str, Moment | datetime | None]] = _keyed(stop.arrived, stop.departed)
    is_expected = stop.reach is Reach.AHEAD and stop.is_expected
    if is_expected:
        told = [(k, _local(at, zone)) for k, at in _keyed(stop.expected_arrival, stop.expected_departure)]
    plan_day = {k: at.date() for k, at in planned if at is not None}
    actual = _lines(told, {} if is_expected else plan_day, table.day_plan and is_expected)
    if stop.reach is Reach.HERE and stop.departed is None and stop.arrived is not None:
        actual = (*actual, Line(gettext("dep"), "", gettext("not yet")))
    shown = next((at for _, at in (*told, *planned) if at is not None), None)
    return TrackRow(
        css=css,
        sign=sign,
        station=station,
        country=country_name(station.country),
        offset=offset(shown),
        is_change=is_change,
        planned=_lines(planned, {}, table.day_plan),
        actual=actual,
        is_expected=is_expected,
        is_unreported=stop.reach is Reach.PASSED and not stop.is_reported,
        stay=clock_span(stop.stay_h),
        difference=_difference(stop, present),
    )


def _keyed(arrival: T, departure: T) -> list[tuple[str, T]]:
    return [(key, at) for key, at in ((gettext("arr"), arrival), (gettext("dep"), departure)) if at is not None]


def _local(at: datetime | None, zone: ZoneInfo) -> datetime | None:
    return None if at is None else at.astimezone(zone)


def _lines(
    told: Sequence[tuple[str, Moment | datetime | None]], plan_day: dict[str, date], days_only: bool
) -> tuple[Line, ...]:
    lines: list[Line] = []
    before: date | None = None
    for key, at in told:
        if at is None:
            continue
        local = at.local if isinstance(at, Moment) else at
        is_day = days_only or (isinstance(at, Moment) and at.is_day)
        before = before or plan_day.get(key)
        day = _day(local.date(), None if is_day else before)
        lines.append(Line(key, day, "" if is_day else f"{local:%H:%M}"))
        before = local.date()
    return tuple(lines)


def _day(day: date, before: date | None) -> str:
    """The day in full; its weekday alone where it is near the one read before, nothing where it is that one."""
    if before is None or abs((day - before).days) > SAME_WEEK_D:
        return format_day(day, _DAY.get(language(), _DAY["en"]))
    return "" if day == before else format_day(day, "ccc")


def _difference(stop: Stop, present: Present) -> Markup:
    if stop.behind_days is not None:
        word = difference_word(float(stop.behind_days))
        return _figure(days_difference(stop.behind_days), DIFFERENCE_CLASSES[word], _word(word))
    if stop.behind_h is None:
        return Markup("")
    if stop.is_expected:
        return _figure(clock_difference(stop.behind_h), "na", gettext("expected"))
    return _hours(stop.behind_h, present.lateness if stop.reach is Reach.HERE else None)


def _hours(behind_h: float | None, lateness: Lateness | None) -> Markup:
    if behind_h is None:
        return Markup("")
    word = difference_word(behind_h, ON_PLAN_H)
    is_growing = lateness is Lateness.HELD and word == "late"
    css = "held" if is_growing else DIFFERENCE_CLASSES[word]
    return _figure(clock_difference(behind_h), css, gettext("late, growing") if is_growing else _word(word))


def _figure(figure: str, css: str, word: str) -> Markup:
    return Markup('<span class="diff {}">{}</span><span class="sub">{}</span>').format(css, figure, word)


def _word(word: str) -> str:
    return {"late": gettext("late"), "early": gettext("early"), "on plan": gettext("on plan")}[word]
