"""Whose containers a share of the slots is made of: fill is said of trains only where all that is aboard is counted."""

from enum import StrEnum

from railtrack.analytics.filters import Filters
from railtrack.domain.actors import Scope
from railtrack.web.i18n import gettext


class Counted(StrEnum):
    """What of a train the figures hold: all of it, what the reader may see, or what was asked for."""

    WHOLE = "whole"
    OWN = "own"
    ASKED = "asked"


def counted_of(filters: Filters, scope: Scope) -> Counted:
    """A partner sees its own containers; a partner or a corridor asked for leaves others on the same train out."""
    if filters.partner or filters.corridor:
        return Counted.ASKED
    return Counted.WHOLE if scope.everything else Counted.OWN


def fill_heading(counted: Counted) -> str:
    """What a drawing of fill shows."""
    return {
        Counted.WHOLE: gettext("How full the trains were"),
        Counted.OWN: gettext("Your containers’ share of the slots"),
        Counted.ASKED: gettext("Share of the slots that the containers asked for fill"),
    }[counted]


def fill_aside(counted: Counted) -> str:
    """How to read its bars."""
    if counted is Counted.WHOLE:
        return gettext("laden TEU over capacity; the whole width is a full train")
    return gettext("laden TEU over capacity; others on the same trains are not counted")
