"""Small pieces of the visual language made in Python: container numbers, differences, states.

A difference is signed and worded, a state has a shape and a word: colour never stands alone.
"""

from datetime import timedelta

from markupsafe import Markup

from railtrack.domain.records import Lateness
from railtrack.web.i18n import gettext
from railtrack.web.numbers import MINUS, PLUS_MINUS, hours_of, number

DIFFERENCE_CLASSES = {"late": "late", "early": "early", "on plan": "ok"}


def box(text: str | None, wrong: bool = False) -> Markup:
    """A container number with its check digit framed as on the door; a wrong digit is struck through.

    Text that is not a container number stands as it is.
    """
    if not text:
        return Markup("")
    plain = "".join(sign for sign in text.upper() if sign.isalnum())
    if len(plain) != 11 or not plain.isascii() or not plain[:4].isalpha() or not plain[4:].isdigit():
        return Markup('<span class="box">{}</span>').format(text)
    digit = (Markup('<b class="no">{}</b>') if wrong else Markup("<b>{}</b>")).format(plain[10])
    return Markup('<span class="box">{} {}{}</span>').format(plain[:4], plain[4:10], digit)


def difference_word(value: float | timedelta, tolerance_h: float = 0.0) -> str:
    """Which side of the plan: `late`, `early` or `on plan`, not yet in the reader's language."""
    hours = hours_of(value)
    minutes = round(hours * 60)
    if minutes == 0 or (0 < hours <= tolerance_h):
        return "on plan"
    return "late" if hours > 0 else "early"


def clock_difference(value: float | timedelta) -> str:
    """The signed figure in hours and minutes: +5:10, −0:40, ±0:00. Plus is later than planned."""
    minutes = round(hours_of(value) * 60)
    sign = PLUS_MINUS if minutes == 0 else "+" if minutes > 0 else MINUS
    return f"{sign}{abs(minutes) // 60}:{abs(minutes) % 60:02d}"


def difference(value: float | timedelta | None, tolerance_h: float = 0.0, state: str | None = None) -> Markup:
    """A difference for a table cell, figure over word. `state` (held, na) overrides the colour, never the sign."""
    if value is None:
        return Markup("")
    word = difference_word(value, tolerance_h)
    return Markup('<span class="diff {}">{}</span><span class="sub">{}</span>').format(
        state or DIFFERENCE_CLASSES[word], clock_difference(value), _translated(word)
    )


def difference_text(value: float | timedelta | None, tolerance_h: float = 0.0) -> str:
    """The same in one line of text: +5:10 late."""
    if value is None:
        return ""
    return f"{clock_difference(value)} {_translated(difference_word(value, tolerance_h))}"


def hours_difference(value: float | timedelta) -> str:
    """The signed figure in whole hours, as overviews say it: +41 h, −3 h, ±0 h."""
    hours = round(hours_of(value))
    sign = PLUS_MINUS if hours == 0 else "+" if hours > 0 else MINUS
    return gettext("%(figure)s h", figure=sign + number(abs(hours)))


def status(state: Lateness | str, text: str | None = None) -> Markup:
    """A state with its shape and its word."""
    lateness = Lateness(state)
    return Markup(
        '<span class="st st-{state}"><svg class="ic" aria-hidden="true"><use href="#i-{state}"/></svg>{text}</span>'
    ).format(state=lateness.value, text=status_word(lateness) if text is None else text)


def status_word(state: Lateness) -> str:
    """What a state is called."""
    return {
        Lateness.ON_PLAN: gettext("On plan"),
        Lateness.LATE: gettext("Late"),
        Lateness.HELD: gettext("Overdue"),
        Lateness.SILENT: gettext("No news"),
        Lateness.PLANNED: gettext("Planned"),
        Lateness.ARRIVED: gettext("Arrived"),
    }[state]


def hs_code(text: str | None) -> str:
    """A commodity code in its usual groups: 8483 90."""
    plain = text or ""
    groups = [plain[:4], *(plain[start : start + 2] for start in range(4, len(plain), 2))]
    return " ".join(group for group in groups if group)


def _translated(word: str) -> str:
    return {"late": gettext("late"), "early": gettext("early"), "on plan": gettext("on plan")}[word]
