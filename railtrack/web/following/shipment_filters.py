"""The filters of the lists, read from an address and written back into it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from railtrack.domain.errors import Problem, Refused
from railtrack.domain.messages import say
from railtrack.domain.movement.journeys import Direction, Status
from railtrack.store.reading.listing import ShipmentFilter, Sort

PUBLISHED = "published"
LOST = "lost"  # in transit as far as was told, and silent for long
LATEST_FIRST = "-"
T = TypeVar("T", bound=StrEnum)
USUAL_SORT = "-departure"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The filters of a list as they were typed; `sort` is a column, with a minus before it to turn it round."""

    q: str = ""
    status: str = ""
    corridor: str = ""
    direction: str = ""
    partner: str = ""
    train: str = ""
    late: bool = False
    first: str = ""
    last: str = ""
    sort: str = USUAL_SORT

    @property
    def is_filtered(self) -> bool:
        return self != Asked(sort=self.sort)

    @property
    def picks_shipments(self) -> bool:
        """Whether it may take some of a train's shipments and leave others."""
        return bool(self.q or self.partner or self.status or self.late)

    @property
    def is_search_alone(self) -> bool:
        return bool(self.q) and self == Asked(q=self.q, sort=self.sort)

    @property
    def order(self) -> tuple[Sort, bool]:
        """What to sort by, and whether downwards; raises Refused for a name that is none."""
        return choice_of(Sort, self.sort.removeprefix(LATEST_FIRST), "sort"), self.sort.startswith(LATEST_FIRST)

    def filter(self, *, simulated: bool) -> ShipmentFilter:
        """Give the filter of the store; raises Refused for a date or a choice that is none."""
        told = Status.IN_TRANSIT.value if self.status == LOST else self.status
        status = None if told in ("", PUBLISHED) else choice_of(Status, told, "status")
        under_way = status is Status.IN_TRANSIT  # the published record never is
        return ShipmentFilter(
            q=self.q,
            status=status,
            corridor=self.corridor or None,
            direction=choice_of(Direction, self.direction, "direction") if self.direction else None,
            partner=self.partner or None,
            train=self.train or None,
            late=self.late,
            first_date=_day(self.first, "from"),
            last_date=_day(self.last, "to"),
            published=True if self.status == PUBLISHED else False if under_way or self.late else None,
            simulated=simulated,
            lost=True if self.status == LOST else None,
        )


def asked_of(arguments: Mapping[str, str], usual_sort: str = USUAL_SORT) -> Asked:
    """Read the filters from the parameters of an address; a list of another kind is usually sorted otherwise."""

    def text(name: str) -> str:
        return " ".join(arguments.get(name, "").split())[:200]

    return Asked(
        q=text("q"),
        status=text("status"),
        corridor=text("corridor"),
        direction=text("direction"),
        partner=text("partner"),
        train=text("train"),
        late=arguments.get("late") == "1",
        first=text("from"),
        last=text("to"),
        sort=text("sort") or usual_sort,
    )


def choice_of(kind: type[T], text: str, column: str) -> T:
    try:
        return kind(text)
    except ValueError:
        known = ", ".join(member.value for member in kind)
        raise Refused(
            [
                Problem(
                    message=say("There is no %(column)s %(text)s.", column=column, text=text),
                    remedy=say("There are: %(known)s.", known=known),
                    column=column,
                    value=text,
                )
            ]
        ) from None


def _day(text: str, column: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(
            [
                Problem(
                    message=say("%(text)s is no date.", text=text),
                    remedy=say("Write it as 2024-03-01."),
                    column=column,
                    value=text,
                )
            ]
        ) from None
