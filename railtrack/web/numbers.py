"""Numbers as a reader sees them: grouped, one decimal, a true minus, the unit after a space.

Unknown is said in words, never as 0. Grouping and decimal sign follow the language.
"""

from datetime import timedelta

from railtrack.web.i18n import format_number, gettext

MINUS, PLUS_MINUS, NARROW, NO_BREAK = "\u2212", "\u00b1", "\u202f", "\u00a0"


def number(value: float | None, digits: int = 0, unknown: str | None = None) -> str:
    """Say a number with grouping and `digits` decimals: 11,200 or 34.4."""
    if value is None:
        return unknown_word(unknown)
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    text = format_number(round(value, digits) + 0.0, pattern)
    return text.replace("-", MINUS)


def decimal(value: float | None, unknown: str | None = None) -> str:
    """Say a number with one decimal, as all tables do."""
    return number(value, 1, unknown)


def tidy(value: float | None, unknown: str | None = None) -> str:
    """Say a number with one decimal only where it has one: 100, 92.5."""
    digits = 0 if value is not None and float(value).is_integer() else 1
    return number(value, digits, unknown)


def share(value: float | None, digits: int = 0, unknown: str | None = None) -> str:
    """Say a share as per cent: 0.5 is 50 %."""
    if value is None:
        return unknown_word(unknown)
    return f"{number(value * 100, digits)}{NO_BREAK}%"


def signed(value: float | None, digits: int = 0, unknown: str | None = None) -> str:
    """Say a difference with its sign: +3, −2, ±0."""
    if value is None:
        return unknown_word(unknown)
    rounded = round(value, digits)
    sign = PLUS_MINUS if rounded == 0 else "+" if rounded > 0 else MINUS
    return sign + number(abs(rounded), digits)


def unknown_word(given: str | None = None) -> str:
    """What stands where nothing is known."""
    return gettext("not known") if given is None else given


def hours_of(value: float | timedelta) -> float:
    """Hours of a duration given as hours or as a timedelta."""
    return value.total_seconds() / 3600 if isinstance(value, timedelta) else float(value)


def clock_span(value: float | timedelta | None, unknown: str = "") -> str:
    """Say a stay as hours and minutes: 74:50."""
    if value is None:
        return unknown
    minutes = round(abs(hours_of(value)) * 60)
    return f"{MINUS if hours_of(value) < 0 and minutes else ''}{minutes // 60}:{minutes % 60:02d}"


def duration(value: float | timedelta | None, unknown: str | None = None) -> str:
    """Say how long: 35 min, 20 h 35 min, and from 100 hours on 17 d 5 h."""
    if value is None:
        return unknown_word(unknown)
    minutes = round(abs(hours_of(value)) * 60)
    before = MINUS if hours_of(value) < 0 and minutes else ""
    if minutes < 60:
        return before + gettext("%(minutes)s min", minutes=minutes)
    if minutes < 100 * 60:
        if minutes % 60 == 0:
            return before + gettext("%(hours)s h", hours=minutes // 60)
        return before + gettext("%(hours)s h %(minutes)s min", hours=minutes // 60, minutes=minutes % 60)
    hours = round(minutes / 60)
    if hours % 24 == 0:
        return before + gettext("%(days)s d", days=hours // 24)
    return before + gettext("%(days)s d %(hours)s h", days=hours // 24, hours=hours % 24)
