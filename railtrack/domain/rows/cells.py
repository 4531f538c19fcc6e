"""Reading the values of cells: texts, numbers, amounts, yes or no.

Spreadsheets give numbers and dates as such, files text. Nothing is guessed: a decimal comma is refused, as it may part
thousands, and so is a text that a spreadsheet has made a date of.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from math import isfinite

from railtrack.domain.messages import say
from railtrack.domain.rows.stacked import check_marks
from railtrack.domain.rows.unfit import Unfit

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_WITH_COMMA = re.compile(r"[+-]?[0-9][0-9.,'’\s]*,[0-9]+|[+-]?[0-9]{1,3}(?:[ '’\u00a0\u202f][0-9]{3})+(?:[.,][0-9]+)?")
_NOT_FINITE = frozenset({"nan", "inf", "infinity"})
# no line may hold these, several lines only the first three
_UNPRINTABLE_IN_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")

# no container weighs more
MOST_TONNES = 100
YES = frozenset({"yes", "y", "true", "1", "laden"})
NO = frozenset({"no", "n", "false", "0", "empty"})


def text_of(value: object) -> str:
    """Give a cell as text without blanks around it; raises Unfit where it holds something else."""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return _whole_text(value)
    if isinstance(value, float):
        return _whole_text(int(value)) if isfinite(value) and value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, date | time | timedelta):
        raise Unfit(
            say("The spreadsheet has made a date of this text."), say("Format the column as text and write it anew.")
        )
    raise Unfit(say("This is a list or an object, not a text."), say("Write one value."))


def _whole_text(value: int) -> str:
    if abs(value) >= 10**30:
        raise Unfit(say("This number is too long."), say("Write it as text, if it is a name."))
    return str(value)


def line_of_text(limit: int) -> Callable[[str], str]:
    """Read a text of one line, at most `limit` characters. Any script and sign will do that can be seen."""

    def read(text: str) -> str:
        if not text.isprintable() and _UNPRINTABLE.search(text):
            raise _control_characters()
        return _short(text, limit)

    return read


def lines_of_text(limit: int) -> Callable[[str], str]:
    """Read a text that may have several lines, at most `limit` characters."""

    def read(text: str) -> str:
        if text.isprintable():
            return _short(text, limit)
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if _UNPRINTABLE_IN_LINES.search(text):
            raise _control_characters()
        return _short(text, limit)

    return read


def _control_characters() -> Unfit:
    return Unfit(
        say("The text holds control characters that cannot be seen."), say("Type it anew, or paste it without format.")
    )


def _short(text: str, limit: int) -> str:
    if len(text) > limit:
        raise Unfit(
            say("The text has %(count)d characters, %(limit)d fit.", count=len(text), limit=limit), say("Shorten it.")
        )
    check_marks(text)
    return text


def number(least: float | None = 0.0, most: float | None = None) -> Callable[[object], float]:
    """Read a finite number with a decimal point, within its bounds."""

    def read(value: object) -> float:
        found = float(_decimal(value))
        if not isfinite(found):
            raise _not_finite()
        _check_bounds(found, least, most)
        return found

    return read


def kilograms(most: float) -> Callable[[object], float]:
    """Read a weight in kilograms; where it has a decimal comma, tonnes may have been meant."""
    plain = number(0.0, most)

    def read(value: object) -> float:
        try:
            return plain(value)
        except Unfit as unfit:
            if len(unfit.suggestions) != 1 or Decimal(unfit.suggestions[0]) >= MOST_TONNES:
                raise
            point = unfit.suggestions[0]
            kg = f"{Decimal(point) * 1000:.0f}"
            raise Unfit(
                unfit.message,
                say("Write %(kg)s if you mean tonnes, %(point)s if you mean kilograms.", kg=kg, point=point),
                (kg, point),
            ) from None

    return read


def whole_number(least: int = 0, most: int | None = None) -> Callable[[object], int]:
    """Read a whole number within its bounds; `12.0` is 12."""

    def read(value: object) -> int:
        found = _decimal(value)
        _check_bounds(found, least, most)
        if found != found.to_integral_value():
            raise Unfit(say("This must be a whole number."), say("Write it without decimals."))
        return int(found)

    return read


def amount(most: Decimal) -> Callable[[object], Decimal]:
    """Read an amount of money, not negative."""

    def read(value: object) -> Decimal:
        found = _decimal(value)
        _check_bounds(found, 0, most)
        return found

    return read


def yes_or_no(value: object) -> bool:
    word = text_of(value).casefold()
    if word in YES:
        return True
    if word in NO:
        return False
    raise Unfit(say("This must be yes or no."), say("Write yes or no, in English."), ("yes", "no"))


def texts(limit: int, most: int) -> Callable[[object], tuple[str, ...]]:
    """Read one or several short texts, `;` between, or a JSON list of them."""
    read_one = line_of_text(limit)

    def read(value: object) -> tuple[str, ...]:
        parts: Sequence[object] = value if isinstance(value, list) else text_of(value).split(";")
        found = [piece for part in parts for piece in text_of(part).split(";")]
        found = list(dict.fromkeys(read_one(piece.strip()) for piece in found if piece.strip()))
        if len(found) > most:
            raise Unfit(say("These are %(count)d, %(most)d fit.", count=len(found), most=most), say("Leave some out."))
        return tuple(found)

    return read


def _decimal(value: object) -> Decimal:
    """Read a number exactly as written."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise _no_number(value)
    if isinstance(value, float) and not isfinite(value):
        raise _not_finite()
    text = value.strip() if isinstance(value, str) else _number_text(value)
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    if text.casefold().lstrip("+-") in _NOT_FINITE:
        raise _not_finite()
    if _WITH_COMMA.fullmatch(text):
        raise _comma(text)
    raise _no_number(text)


def _number_text(value: int | float | Decimal) -> str:
    if isinstance(value, int):
        return _whole_text(value)
    return repr(value) if isinstance(value, float) else str(value)


def _check_bounds(found: float | Decimal, least: float | None, most: float | Decimal | None) -> None:
    if least is not None and found < least:
        raise Unfit(
            say("This must not be negative.") if least == 0 else say("This must be at least %(least)g.", least=least),
            say("Write the figure without a minus sign, or leave the field empty if it is not known.")
            if least == 0
            else say("Correct the figure, or leave the field empty if it is not known."),
        )
    if most is not None and found > most:
        raise Unfit(
            say("This is more than %(most)s, which cannot be.", most=f"{most:,.0f}" if most >= 1000 else f"{most:g}"),
            say("Correct the figure, or leave the field empty if it is not known."),
        )


def _comma(text: str) -> Unfit:
    """A comma, a blank or an apostrophe parts thousands in one country and decimals in the next."""
    whole, _, rest = text.replace("\u00a0", " ").replace("\u202f", " ").partition(",")
    if not rest or not re.fullmatch(r"[+-]?[0-9]+", whole) or not rest.isdigit():
        return Unfit(
            say("Signs between the digits could mean thousands or decimals."),
            say("Write the figure in plain digits, with a point for decimals: 24500 or 24500.5."),
        )
    point = f"{whole}.{rest}"
    if len(rest) == 3:
        return Unfit(
            say("A comma could mean thousands or decimals."),
            say(
                "Write %(thousands)s if you mean thousands, %(point)s if you mean decimals.",
                thousands=whole + rest,
                point=point,
            ),
            (whole + rest, point),
        )
    return Unfit(
        say("A comma could mean thousands or decimals."),
        say("Write a point for decimals: %(point)s.", point=point),
        (point,),
    )


def _not_finite() -> Unfit:
    return Unfit(say("This is not a finite number."), say("Write a figure, or leave the field empty if not known."))


def _no_number(value: object) -> Unfit:
    return Unfit(
        say("This is not a number."),
        say("Write digits with a point for decimals and no unit, or leave the field empty if it is not known."),
    )
