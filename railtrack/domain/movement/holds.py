"""What is held: told so, and not released since."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from railtrack.domain.movement.events import EventKind


@dataclass(frozen=True, kw_only=True)
class Hold:
    """An actual `held` or `released`; `container_id` is None where it is told of the whole shipment."""

    event: EventKind
    container_id: int | None
    at: datetime
    station: str | None = None
    reason: str = ""


def open_holds(told: Iterable[Hold]) -> tuple[Hold, ...]:
    """Give what is held still, the latest of each container; the order in which it was recorded does not matter.

    A release of the shipment lets all of it go on, one of a container that container alone. At one instant the release
    comes last.
    """
    holding: dict[int | None, Hold] = {}
    for each in sorted(told, key=_place):
        if each.event is EventKind.HELD:
            holding[each.container_id] = each
        elif each.container_id is None:
            holding.clear()
        else:
            holding.pop(each.container_id, None)
    return tuple(holding.values())


def _place(told: Hold) -> tuple[object, ...]:
    return told.at, told.event is not EventKind.HELD, told.container_id or 0, told.station or "", told.reason
