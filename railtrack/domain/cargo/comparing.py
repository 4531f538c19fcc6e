"""Whether a row says something new about what is known.

What a row leaves empty it does not state: it neither contradicts what is recorded nor clears it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

from railtrack.domain.cargo.goods import ContainerFacts, Money, ShipmentFacts
from railtrack.domain.times import Moment

Facts = TypeVar("Facts", ShipmentFacts, ContainerFacts)

# these name the thing, are weighed elsewhere, or tell the past of what is known, which no row changes
_NOT_COMPARED = frozenset(
    {
        *("reference", "partner", "corridor_assumed", "train_capacity_teu", "container", "quantity"),
        *("first_planned_arrival", "first_planned_at", "planned_at"),
    }
)


@dataclass(frozen=True)
class Difference:
    """One column in which a row and what is known differ, both as they would stand in a file."""

    column: str
    stated: str
    known: str


def differences(stated: Facts, known: Facts) -> tuple[Difference, ...]:
    """Give the columns in which `stated` says something other than `known`."""
    return tuple(
        Difference(name, as_text(value), as_text(getattr(known, name)))
        for name, value in _stated(stated).items()
        if not is_same(value, getattr(known, name))
    )


def merged(stated: Facts, known: Facts) -> Facts:
    """Give `known` with what is stated put in."""
    changes: dict[str, Any] = dict(_stated(stated))
    if isinstance(stated, ShipmentFacts) and "corridor" in changes:
        changes["corridor_assumed"] = False
    return replace(known, **changes)


def as_text(value: object) -> str:
    """Write a fact as it would stand in a file; empty for nothing."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}" if value < 1e6 else f"{value:.0f}"
        case Moment():
            return value.local_date.isoformat() if value.is_day else value.local.isoformat(timespec="minutes")
        case Money():
            return f"{value.amount} {value.currency}"
        case tuple():
            return "; ".join(map(str, value))
    return str(value)


def as_record(facts: ShipmentFacts | ContainerFacts) -> dict[str, object]:
    """Write facts for the audit: only what is stated, as text or plain numbers.

    The slots are the train's; their audit is its own.
    """
    return {
        name: value if isinstance(value, bool | int | float | str) else as_text(value)
        for name, value in ((f.name, getattr(facts, f.name)) for f in fields(facts))
        if value not in (None, "", ()) and name != "train_capacity_teu"
    }


def _stated(facts: ShipmentFacts | ContainerFacts) -> Mapping[str, object]:
    stated = {
        f.name: value
        for f in fields(facts)
        if f.name not in _NOT_COMPARED and (value := getattr(facts, f.name)) not in (None, "", ())
    }
    if isinstance(facts, ShipmentFacts) and facts.corridor_assumed:
        stated.pop("corridor", None)
    return stated


def is_same(stated: object, known: object) -> bool:
    """Tell whether two values of one column say the same, however they are spelled."""
    if isinstance(stated, Moment) and isinstance(known, Moment):
        # another spelling of the same time is no other time
        return (stated.instant, stated.precision) == (known.instant, known.precision)
    if isinstance(stated, Money) and isinstance(known, Money):
        return stated.currency == known.currency and stated.amount.compare(known.amount) == 0
    return stated == known
