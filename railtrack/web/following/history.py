"""What was stated about a shipment, told as a history: what counts now, and what it took the place of.

One report about many containers was stored once per container; it is told as one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from railtrack.domain.movement.events import EventKind
from railtrack.domain.records import RecordedEvent


@dataclass(frozen=True, kw_only=True)
class Told:
    """A statement with its versions, oldest first; `count` containers had the same one, None for the whole shipment.

    `container` is the number where it is about one alone.
    """

    versions: tuple[RecordedEvent, ...]
    count: int | None = None
    container: str | None = None

    @property
    def latest(self) -> RecordedEvent:
        return self.versions[-1]

    @property
    def is_withdrawn(self) -> bool:
        return self.latest.facts.event is EventKind.VOID

    @property
    def shown(self) -> RecordedEvent:
        """The version whose facts are told: the newest that is no withdrawal."""
        return next((v for v in reversed(self.versions) if v.facts.event is not EventKind.VOID), self.latest)

    @property
    def replaced(self) -> tuple[RecordedEvent, ...]:
        """Earlier versions, the newest first."""
        shown = self.shown
        return tuple(v for v in reversed(self.versions) if v is not shown and v.facts.event is not EventKind.VOID)


def statements(events: Sequence[RecordedEvent]) -> tuple[Told, ...]:
    """Give the statements about a shipment, those recorded last first."""
    by_root: dict[str, list[RecordedEvent]] = {}
    for event in events:
        by_root.setdefault(event.root, []).append(event)
    alike: dict[tuple[object, ...], list[list[RecordedEvent]]] = {}
    for versions in by_root.values():
        alike.setdefault(tuple(map(_likeness, versions)), []).append(versions)
    found = [_told(group) for group in alike.values()]
    return tuple(sorted(found, key=lambda t: t.latest.sequence, reverse=True))


def _told(group: list[list[RecordedEvent]]) -> Told:
    first = group[0]
    if first[0].container_id is None:
        return Told(versions=tuple(first))
    container = first[0].facts.container if len(group) == 1 else None
    return Told(versions=tuple(first), count=len(group), container=container)


def _likeness(event: RecordedEvent) -> tuple[object, ...]:
    """What two versions must share to be one report: all but the container."""
    facts = event.facts
    moment = None if facts.moment is None else (facts.moment.instant, facts.moment.precision)
    return (
        event.container_id is None, facts.event, facts.classifier, facts.station, facts.lat, facts.lon, moment,
        facts.reason, facts.remark, facts.temperature_c, facts.wagon, facts.train, event.recorded_by,
        event.recorded_at, event.current,
    )  # fmt: skip
