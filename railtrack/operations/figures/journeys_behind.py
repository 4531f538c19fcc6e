"""The journeys a figure rests on, one by one, so that nobody has to take a statistic on trust."""

from collections.abc import Iterator

from railtrack.domain.actors import Actor
from railtrack.domain.movement.journeys import hours_between
from railtrack.domain.rights import Operation, insist
from railtrack.store.engine import Store
from railtrack.store.reading.journey_lines import JourneyLine, NewestEvent, journey_lines, newest_event

COLUMNS = (
    "reference", "partner", "container", "quantity", "origin", "destination", "corridor", "direction", "train",
    "status", "departed", "arrived", "transit_h", "planned_arrival", "simulated",
)  # fmt: skip


def lines(store: Store, ids: tuple[int, ...], *, actor: Actor) -> list[JourneyLine]:
    """Read journeys by id, those in sight."""
    insist(actor, Operation.MEASURE)
    with store.reading() as reading:
        return list(journey_lines(reading, actor.scope, ids))


def cells(store: Store, ids: tuple[int, ...], *, actor: Actor) -> Iterator[dict[str, object]]:
    """Give all of them as rows of a file, with the columns COLUMNS."""
    insist(actor, Operation.EXPORT)
    with store.reading() as reading:
        for line in journey_lines(reading, actor.scope, ids):
            row = {name: getattr(line, name, None) for name in COLUMNS}
            row["direction"], row["status"] = line.direction.value, line.status.value
            row["transit_h"] = transit_h(line)
            yield row


def transit_h(line: JourneyLine) -> float | None:
    """Hours under way of a journey whose two ends are known to the minute."""
    if line.departed is None or line.arrived is None or line.departed.is_day or line.arrived.is_day:
        return None
    return hours_between(line.departed.instant, line.arrived.instant)


def up_to(store: Store, *, actor: Actor) -> NewestEvent | None:
    """Give the newest event in sight: figures of now hold up to it."""
    with store.reading() as reading:
        return newest_event(reading, actor.scope)
