"""What each event and each way of stating one is called."""

from dataclasses import replace

from railtrack.domain.errors import Problem
from railtrack.domain.movement.events import Classifier, EventKind
from railtrack.web.i18n import gettext
from railtrack.web.numbers import number


def event_word(kind: EventKind | str) -> str:
    """Say what happened, in a word or two."""
    return {
        EventKind.ARRIVED: gettext("Arrived"),
        EventKind.DEPARTED: gettext("Departed"),
        EventKind.LOADED: gettext("Loaded"),
        EventKind.DISCHARGED: gettext("Discharged"),
        EventKind.GATE_IN: gettext("In at the gate"),
        EventKind.GATE_OUT: gettext("Out at the gate"),
        EventKind.STUFFED: gettext("Stuffed"),
        EventKind.STRIPPED: gettext("Stripped"),
        EventKind.TRANSSHIPPED: gettext("Transshipped"),
        EventKind.CUSTOMS_SELECTED: gettext("Selected by customs"),
        EventKind.CUSTOMS_INSPECTED: gettext("Inspected by customs"),
        EventKind.CUSTOMS_RELEASED: gettext("Customs released"),
        EventKind.BORDER_CROSSED: gettext("Border crossed"),
        EventKind.INSPECTED: gettext("Inspected"),
        EventKind.RESEALED: gettext("Resealed"),
        EventKind.HELD: gettext("Held"),
        EventKind.RELEASED: gettext("Released"),
        EventKind.POSITION: gettext("Position"),
        EventKind.CANCELLED: gettext("Cancelled"),
        EventKind.VOID: gettext("Withdrawn"),
    }[EventKind(kind)]


def classifier_word(classifier: Classifier | str) -> str:
    """Say how sure a statement is."""
    return {
        Classifier.ACTUAL: gettext("actual"),
        Classifier.ESTIMATED: gettext("estimated"),
        Classifier.PLANNED: gettext("planned"),
    }[Classifier(classifier)]


def coordinates(lat: float, lon: float) -> str:
    """Say where on the globe: 46.11° N, 73.62° E."""
    north = gettext("N") if lat >= 0 else gettext("S")
    east = gettext("E") if lon >= 0 else gettext("W")
    return f"{_degrees(lat)}° {north}, {_degrees(lon)}° {east}"


def _degrees(value: float) -> str:
    return number(abs(value), 4).rstrip("0").rstrip(".,")


def field_word(column: str) -> str:
    """Say what a column of an events file is called on the form."""
    return {
        "event": gettext("Event"),
        "station": gettext("Station"),
        "occurred_at": gettext("When"),
        "classifier": gettext("How sure"),
        "lat": gettext("Latitude"),
        "lon": gettext("Longitude"),
        "wagon": gettext("Wagon"),
        "reason": gettext("Reason of a delay"),
        "remark": gettext("Remark"),
        "temperature_c": gettext("Temperature read, °C"),
    }.get(column, column)


def in_words(problem: Problem) -> Problem:
    """Call the column a problem names by what it is called on the form."""
    column = problem.message.values.get("column")
    if column is None:
        return problem
    values = {**problem.message.values, "column": field_word(str(column))}
    return replace(problem, message=replace(problem.message, values=values))
