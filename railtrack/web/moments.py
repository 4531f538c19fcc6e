"""Times as a reader sees them: on the station's clock, with the station's offset beside them.

A year is written only where it is not the present one. A date stays a date: no hour is made up for it.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone

from markupsafe import Markup

from railtrack.domain.times import Moment
from railtrack.web.current import now
from railtrack.web.i18n import format_day, language, sign
from railtrack.web.numbers import MINUS, unknown_word

# day and month in words, as each language writes them beside a time; ccc is the weekday without a full stop
_DAY = {"en": "EEE d MMM", "de": "ccc, dd.MM.", "zh": "M月d日 EEE"}
_DAY_AND_YEAR = {"en": "EEE d MMM y", "de": "ccc, dd.MM.y", "zh": "y年M月d日 EEE"}
_LONG = {"en": "d MMMM y", "de": "d. MMMM y", "zh": "y年M月d日"}


def day(value: Moment | datetime | date | None, unknown: str | None = None) -> str:
    """Say a day: Mon 23 Nov, with its year where that is not this one."""
    if value is None:
        return unknown_word(unknown)
    local = _date(value)
    table = _DAY if local.year == now().year else _DAY_AND_YEAR
    return format_day(local, _pattern(table))


def long_day(value: Moment | datetime | date | None, unknown: str | None = None) -> str:
    """Say a day in running text: 25 October 2018."""
    return unknown_word(unknown) if value is None else format_day(_date(value), _pattern(_LONG))


def clock(value: Moment | datetime | None, unknown: str = "") -> str:
    """Say the time of day at the station: 21:00. Nothing where only the day is known."""
    if value is None:
        return unknown
    if isinstance(value, Moment):
        return unknown if value.is_day else f"{value.local:%H:%M}"
    return f"{_aware(value):%H:%M}"


def offset(value: Moment | datetime | int | None) -> str:
    """Say the distance from UTC: UTC+8, UTC−3, UTC+5:30, UTC."""
    if value is None:
        return ""
    minutes = _offset_min(value)
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else MINUS}{hours}" + (f":{rest:02d}" if rest else "")


def day_clock(value: Moment | datetime | None, unknown: str | None = None) -> str:
    """Say day and time without offset: Mon 23 Nov, 21:00."""
    if value is None:
        return unknown_word(unknown)
    time = clock(value)
    # Chinese sets no sign between a day and its time
    between = " " if language() == "zh" else ", "
    return f"{day(value)}{between}{time}" if time else day(value)


def moment(value: Moment | datetime | None, unknown: str | None = None) -> Markup:
    """Say day, time and offset as a `time` element: Mon 23 Nov, 21:00 UTC+1."""
    if value is None:
        return Markup('<span class="no">{}</span>').format(unknown_word(unknown))
    said = Markup('<time datetime="{}">{}</time>').format(iso(value), day_clock(value))
    if isinstance(value, Moment) and value.is_day:
        return said
    return said + Markup(' <span class="tz">{}</span>').format(offset(value))


def stopped(said: str) -> str:
    """End a sentence with its stop, unless it ends with a German date, which brought one: So, 20.12."""
    return said if re.sub(r"<[^>]*>", "", said).endswith(".") else said + sign(".")


def iso(value: Moment | datetime | date | None) -> str:
    """The time for machines: 2026-11-23T21:00:00+01:00, or the date alone."""
    if value is None:
        return ""
    if isinstance(value, Moment):
        return value.local_date.isoformat() if value.is_day else value.local.isoformat()
    return value.isoformat()


def typed(value: Moment | None) -> str:
    """The time as one types it into a form, on the station's clock: 2026-11-23 21:00."""
    if value is None:
        return ""
    return value.local_date.isoformat() if value.is_day else f"{value.local:%Y-%m-%d %H:%M}"


def _date(value: Moment | datetime | date) -> date:
    if isinstance(value, Moment):
        return value.local_date
    return _aware(value).date() if isinstance(value, datetime) else value


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time without zone must not reach a page")
    return value


def _offset_min(value: Moment | datetime | int) -> int:
    if isinstance(value, int):
        return value
    if isinstance(value, Moment):
        return value.offset_min
    return int((_aware(value).utcoffset() or timedelta(0)).total_seconds() // 60)


def _pattern(table: dict[str, str]) -> str:
    return table.get(language(), table["en"])


def on_clock(value: datetime, offset_min: int) -> datetime:
    """Put an instant on a station's clock, `offset_min` from UTC."""
    return value.astimezone(UTC).astimezone(timezone(timedelta(minutes=offset_min)))
