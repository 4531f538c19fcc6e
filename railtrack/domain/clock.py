"""Reading stated times (contract §3, *Times*).

`YYYY-MM-DD`, then `T` or a space, `HH:MM[:SS[.fff]]`, then nothing, `Z`, `±HH`, `±HHMM` or `±HH:MM`, kept to the
second. Without an offset it is local time at the station, where a time may not exist or exist twice when clocks change;
nobody guesses which is meant. A date alone is a date: sorted at local noon, never turned into hours.
"""

import calendar
import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from railtrack.domain.messages import Message, say
from railtrack.domain.rows.near import near
from railtrack.domain.rows.unfit import Unfit
from railtrack.domain.times import Moment, Precision, utc

EARLIEST_YEAR, LATEST_YEAR = 1990, 2199
LARGEST_OFFSET = timedelta(hours=14)
TOLERANCE = timedelta(minutes=5)

_SPELLING = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(Z|[+-]\d\d(?::?\d\d)?)?)?", re.ASCII
)
_DAY_FIRST = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:[T ,]+(\d{1,2}:\d\d(?::\d\d)?))?", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})([./-]?)(\d{1,2})\2(\d{1,2})(?:[T ,]+(\d{1,2}:\d\d(?::\d\d)?))?", re.ASCII)
_MONTHS = (
    say("January"),
    say("February"),
    say("March"),
    say("April"),
    say("May"),
    say("June"),
    say("July"),
    say("August"),
    say("September"),
    say("October"),
    say("November"),
    say("December"),
)


def read_moment(given: object, zone: tzinfo | None, *, place: str = "", times_in: tzinfo | None = None) -> Moment:
    """Read a stated time; raises Unfit.

    `zone` is the station's, None for a position (then an offset is needed); `place` names the station to people;
    `times_in` is the zone of times without an offset, if somebody said so for a whole file. A date alone is the
    station's day whatever `times_in` says.
    """
    if isinstance(given, str):
        return _from_text(given.strip(), zone, place, times_in)
    if isinstance(given, datetime):
        return _from_clock(_to_second(given), zone, place, times_in, given.isoformat(sep=" ", timespec="seconds"))
    if isinstance(given, date):
        return _from_date(given, zone or times_in, given.isoformat())
    if isinstance(given, int | float) and not isinstance(given, bool):
        raise Unfit(say("This is a number, not a time."), say("Format the column as date or date and time."))
    raise _misspelled(str(given))


def zone_named(name: str) -> ZoneInfo:
    """Give the zone of an IANA name such as Asia/Almaty; raises Unfit with near names."""
    try:
        return _zone(name)
    except (LookupError, ValueError, OSError):
        raise Unfit(
            say("There is no time zone %(name)s.", name=name),
            say("Write a name such as UTC, Asia/Shanghai or Europe/Berlin."),
            near(name, sorted(available_timezones()), cutoff=0.5),
        ) from None


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def as_text(moment: Moment) -> str:
    """Write a moment as files carry it: a date, or the station's clock with its offset."""
    local = moment.local
    return local.date().isoformat() if moment.is_day else local.isoformat(timespec="seconds")


def is_future(moment: Moment, now: datetime) -> bool:
    """Tell whether an actual event cannot be true yet: more than 5 minutes ahead, or a date after today there."""
    if moment.is_day:
        today = now.astimezone(timezone(timedelta(minutes=moment.offset_min))).date()
        return moment.local_date > today
    return moment.instant > now + TOLERANCE


# the containers of one train share their times, so most texts come again
@lru_cache(maxsize=1 << 14)
def _from_text(text: str, zone: tzinfo | None, place: str, times_in: tzinfo | None) -> Moment:
    match = _SPELLING.fullmatch(text)
    if match is None:
        raise _misspelled(text)
    year, month, day, hour, minute, second, offset = match.groups()
    stated = _date(int(year), int(month), int(day))
    if hour is None:
        return _from_date(stated, zone or times_in, text)
    clock = _clock(stated, int(hour), int(minute), int(second or 0))
    if offset is not None:
        clock = clock.replace(tzinfo=_offset(offset))
    return _from_clock(clock, zone, place, times_in, text)


def _from_date(stated: date, zone: tzinfo | None, text: str) -> Moment:
    if zone is None:
        raise Unfit(
            say("A position needs a time with an offset; this is only a date."),
            say("Write it such as %(example)s.", example=f"{stated.isoformat()}T14:30+05:00"),
        )
    _check_year(stated.year)
    noon = datetime(stated.year, stated.month, stated.day, 12, tzinfo=zone)
    return Moment(noon.astimezone(UTC), _minutes(noon), Precision.DAY, text)


def _from_clock(clock: datetime, zone: tzinfo | None, place: str, times_in: tzinfo | None, text: str) -> Moment:
    _check_year(clock.year)
    if clock.tzinfo is None:
        clock = _located(clock, times_in or zone, place if times_in is None else str(times_in))
    instant = utc(clock)
    return Moment(instant, _minutes(instant.astimezone(zone) if zone is not None else clock), Precision.SECOND, text)


def _located(clock: datetime, zone: tzinfo | None, place: str) -> datetime:
    """Put a local time on its zone's clock, if it is there exactly once."""
    if zone is None:
        raise Unfit(
            say("A position needs a time with an offset."),
            say("Write it such as %(example)s.", example=f"{clock.isoformat(timespec='minutes')}+05:00"),
        )
    first, second = clock.replace(tzinfo=zone, fold=0), clock.replace(tzinfo=zone, fold=1)
    before, after = first.utcoffset(), second.utcoffset()
    if before == after or before is None or after is None:
        return first
    short = f"{clock:%H:%M}" if not clock.second else f"{clock:%H:%M:%S}"
    whole = f"{clock:%Y-%m-%d}T{short}"
    names = (_offset_text(before), _offset_text(after))
    suggestions = tuple(whole + name for name in names)
    if before > after:
        raise Unfit(
            say("This time comes twice in %(place)s, as clocks go back.", place=place),
            say(
                "Add the offset: %(first)s for the first, %(second)s for the second.",
                first=short + names[0],
                second=short + names[1],
            ),
            suggestions,
        )
    raise Unfit(
        say("This time does not exist in %(place)s, as clocks go forward.", place=place),
        say(
            "Add the offset: %(first)s by the clock before the change, %(second)s by the clock after it.",
            first=short + names[0],
            second=short + names[1],
        ),
        suggestions,
    )


def _date(year: int, month: int, day: int) -> date:
    _check_year(year)
    if not 1 <= month <= 12:
        raise Unfit(
            say("There is no month %(month)02d.", month=month), say("Write year, month, day, such as 2026-11-24.")
        )
    days = calendar.monthrange(year, month)[1]
    if not 1 <= day <= days:
        raise Unfit(
            say("There is no such day."),
            say("%(month)s %(year)d has %(days)d days.", month=_MONTHS[month - 1], year=year, days=days),
        )
    return date(year, month, day)


def _check_year(year: int) -> None:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise Unfit(
            say("The year %(year)04d cannot be meant.", year=year),
            say(
                "Write a year from %(first)d to %(last)d, four digits, first of all.",
                first=EARLIEST_YEAR,
                last=LATEST_YEAR,
            ),
        )


def _clock(stated: date, hour: int, minute: int, second: int) -> datetime:
    if hour > 23 or minute > 59 or second > 59:
        midnight = hour == 24 and minute == second == 0
        raise Unfit(
            say("There is no such time of day."),
            say("Midnight is 00:00 of the next day.") if midnight else say("Write 00:00 to 23:59."),
            ((stated + timedelta(days=1)).isoformat() + "T00:00",) if midnight else (),
        )
    return datetime(stated.year, stated.month, stated.day, hour, minute, second)  # noqa: DTZ001 - located by the caller


@lru_cache(maxsize=256)
def _offset(text: str) -> timezone:
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    offset = timedelta(hours=hours, minutes=minutes)
    if minutes > 59 or offset > LARGEST_OFFSET:
        raise Unfit(
            say("There is no offset %(offset)s.", offset=text), say("Offsets run from -12:00 to +14:00; Z is UTC.")
        )
    return timezone(-offset if text[0] == "-" else offset)


def _minutes(clock: datetime) -> int:
    offset = clock.utcoffset()
    assert offset is not None  # noqa: S101 - the callers pass aware times
    return int(offset.total_seconds() // 60)


def _offset_text(offset: timedelta) -> str:
    minutes = int(offset.total_seconds() // 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def _to_second(clock: datetime) -> datetime:
    """Spreadsheets count days as fractions, so a full second may come out a hair short."""
    return (clock + timedelta(milliseconds=500)).replace(microsecond=0)


def _misspelled(text: str) -> Unfit:
    suggestions = _respelled(text)
    remedy: Message = say("Write it such as 2026-11-24, 2026-11-24T14:30 or 2026-11-24T14:30+08:00.")
    if len(suggestions) > 1:
        remedy = say("Day or month first? Write year, month, day: %(dates)s.", dates=", ".join(suggestions))
    elif suggestions:
        remedy = say("Write %(text)s.", text=suggestions[0])
    return Unfit(say("This is not a time railtrack reads."), remedy, suggestions)


def _respelled(text: str) -> tuple[str, ...]:
    """Spell other ways of writing dates in ours; both readings where day and month cannot be told apart."""
    found: list[tuple[int, int, int, str | None]] = []
    if match := _DAY_FIRST.fullmatch(text):
        a, sign, b, year, clock = match.groups()
        found.append((int(year), int(b), int(a), clock))
        if sign != ".":
            found.append((int(year), int(a), int(b), clock))
    elif match := _YEAR_FIRST.fullmatch(text):
        year, _, month, day, clock = match.groups()
        found.append((int(year), int(month), int(day), clock))
    spelled = []
    for year_, month_, day_, clock_ in found:
        try:
            stated = _date(year_, month_, day_).isoformat()
        except Unfit:
            continue
        spelled.append(
            stated + (f"T{clock_:0>5}" if clock_ and len(clock_) < 6 else f"T{clock_:0>8}" if clock_ else "")
        )
    return tuple(dict.fromkeys(spelled))
