"""The journeys a figure rests on, one by one, so that nobody has to take a statistic on trust."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from railtrack.analytics import statistics as analytics
from railtrack.domain.actors import Actor
from railtrack.domain.movement.journeys import hours_between
from railtrack.domain.rights import Operation, insist
from railtrack.operations.figures.statistics import (
    Filters,
    Options,
    Statistic,
    engine_of,
    settled,
)
from railtrack.store.engine import Store
from railtrack.store.reading.journey_lines import JourneyLine, NewestEvent, journey_lines, newest_event

COLUMNS = (
    "reference", "partner", "container", "quantity", "origin", "destination", "corridor", "direction", "train",
    "status", "departed", "arrived", "transit_h", "planned_arrival", "simulated",
)  # fmt: skip


@dataclass(frozen=True)
class Behind:
    """The ids behind a figure; `lines` reads a stretch of them."""

    ids: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.ids)


def behind(
    store: Store,
    statistic: Statistic,
    *,
    filters: Filters,
    group: Mapping[str, str | None] | None = None,
    column: str | None = None,
    options: Options,
    actor: Actor,
) -> Behind:
    """Give the journeys behind a row or one of its counts; raises WrongUsage, NotFound as the statistic does.

    `group` names the row by its grouped columns, None being the row of those without. Everything recorded up to now
    is heard.
    """
    insist(actor, Operation.MEASURE)
    seen = settled(store, filters, actor)
    engine = engine_of(store)
    engine.refresh()
    ids = analytics.behind(engine, statistic, seen, group, options, column=column, scope=actor.scope)
    return Behind(tuple(ids))


def ungrouped(
    store: Store, statistic: Statistic, *, filters: Filters, by: tuple[str, ...], options: Options, actor: Actor
) -> Behind:
    """Give the journeys that stand in no row when grouped so."""
    insist(actor, Operation.MEASURE)
    seen = settled(store, filters, actor)
    ids = analytics.ungrouped(engine_of(store), statistic, seen, by, options, scope=actor.scope)
    return Behind(tuple(ids))


def unpublished(
    store: Store, *, filters: Filters, by: tuple[str, ...], options: Options, actor: Actor
) -> list[analytics.Row]:
    """Say of volume for how many journeys containers, TEU and weight were not told."""
    insist(actor, Operation.MEASURE)
    seen = settled(store, filters, actor)
    return analytics.unpublished(engine_of(store), seen, by, options, scope=actor.scope)


def lines(store: Store, ids: tuple[int, ...], *, actor: Actor) -> list[JourneyLine]:
    """Read journeys by id, those in sight."""
    insist(actor, Operation.MEASURE)
    with store.reading() as reading:
        return list(journey_lines(reading, actor.scope, ids))


def cells(store: Store, found: Behind, *, actor: Actor) -> Iterator[dict[str, object]]:
    """Give all of them as rows of a file, with the columns COLUMNS."""
    insist(actor, Operation.EXPORT)
    with store.reading() as reading:
        for line in journey_lines(reading, actor.scope, found.ids):
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
