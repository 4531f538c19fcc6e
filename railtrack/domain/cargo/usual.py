"""What is usual for somebody who ships: learned from their last shipments, offered for the next, never filled in.

Of each field the commonest value counts, of equally common ones the latest. Shipper, consignee and corridor are those
of the usual way. Trains are followed by the next in their row where their numbers grow by even steps.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeVar

from railtrack.domain.records import RecordedShipment

Value = TypeVar("Value")
_NUMBERED = re.compile(r"(.*?)(\d{1,9})(\D*)")


@dataclass(frozen=True)
class Usual:
    """Values by the names of the form's fields, from how many shipments they were learned, the size-type of rows."""

    fields: dict[str, str] = field(default_factory=dict)
    shipments: int = 0
    size_type: str = ""


NOTHING = Usual()


def learn(last: Sequence[RecordedShipment]) -> Usual:
    """Learn from shipments, the latest first."""
    if not last:
        return NOTHING
    origin, destination = _commonest((s.facts.origin, s.facts.destination) for s in last) or ("", "")
    same_way = [s.facts for s in last if (s.facts.origin, s.facts.destination) == (origin, destination)]
    found = {
        "origin": origin,
        "destination": destination,
        "corridor": _commonest(facts.corridor for facts in same_way),
        "train": next_train([facts.train for facts in same_way if facts.train]),
        "shipper": _commonest(facts.shipper for facts in same_way),
        "consignee": _commonest(facts.consignee for facts in same_way),
    }
    size_type = _commonest(c.facts.size_type for s in last for c in s.containers)
    return Usual({name: value for name, value in found.items() if value}, len(last), size_type or "")


def next_train(trains: Sequence[str]) -> str:
    """Give the train that follows, the latest first; empty where their numbers do not grow by even steps."""
    rows = [match.groups() for train in trains[:3] if (match := _NUMBERED.fullmatch(train))]
    if len(rows) < 2 or len(rows) < len(trains[:3]) or len({(before, after) for before, _, after in rows}) > 1:
        return ""
    numbers = [int(number) for _, number, _ in rows]
    steps = {newer - older for newer, older in pairwise(numbers)}
    before, number, after = rows[0]
    step = min(steps)
    if len(steps) > 1 or step < 0:
        return ""
    return f"{before}{numbers[0] + step:0{len(number)}}{after}"


def _commonest(values: Iterable[Value | None]) -> Value | None:
    """The commonest of what is given at all; `values` come latest first."""
    given = [value for value in values if value]
    return max(dict.fromkeys(given), key=given.count) if given else None
