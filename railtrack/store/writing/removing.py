"""Taking stations, legs and corridors out again: what is recorded of them, and that `init` does not put them back.

What was taken out is known from the audit alone: its last entry on the thing says so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import func, or_, select

from railtrack.domain.actors import EVERYTHING
from railtrack.domain.line.places import Corridor, Leg, Station
from railtrack.domain.records import AuditEntry
from railtrack.store.audit import audit_entries
from railtrack.store.engine import Reading
from railtrack.store.tables import AuditRow, EventRow, OrganisationStationRow, ShipmentRow, TrainRow

PLACES = ("station", "leg", "corridor")
REMOVE = "remove"


@dataclass(frozen=True)
class Recorded:
    """How many records name a station; events that were corrected or withdrawn count, since the history shows them."""

    shipments: int = 0
    events: int = 0
    trains: int = 0
    terminals: int = 0


def recorded_at(r: Reading, station_id: str) -> Recorded:
    """Count what names a station."""

    def count(table: Any, *names: Any) -> int:
        condition = or_(*(name == station_id for name in names))
        return r.session.scalar(select(func.count()).select_from(table).where(condition)) or 0

    return Recorded(
        shipments=count(ShipmentRow, ShipmentRow.origin, ShipmentRow.destination),
        events=count(EventRow, EventRow.station),
        trains=count(TrainRow, TrainRow.origin),
        terminals=count(OrganisationStationRow, OrganisationStationRow.station),
    )


def removals(r: Reading, *, limit: int = 10) -> tuple[AuditEntry, ...]:
    """Give who took which station, leg or corridor out that has not come back since, newest first."""
    gone = _taken_out(r)
    newest: dict[tuple[str, str], AuditEntry] = {}
    for entry in audit_entries(r, EVERYTHING, subjects=PLACES, action=REMOVE).items:
        newest.setdefault((entry.subject, entry.subject_id), entry)
    return tuple(entry for what, entry in newest.items() if what in gone)[:limit]


def last_removal(r: Reading) -> int:
    """Give the number of the last removal, 0 without any."""
    query = select(func.max(AuditRow.id)).where(AuditRow.subject.in_(PLACES), AuditRow.action == REMOVE)
    return r.session.scalar(query) or 0


def kept(
    r: Reading, stations: Sequence[Station], legs: Sequence[Leg], corridors: Sequence[Corridor]
) -> tuple[list[Station], list[Leg], list[Corridor]]:
    """Leave out of `data/` what was taken out here, unless something that is still wanted needs it."""
    gone = _taken_out(r)
    ways = [c for c in corridors if ("corridor", c.id) not in gone]
    needed = {frozenset(pair) for c in ways for pair in pairwise(c.stations)}
    joined = [
        leg
        for leg in legs
        if ("leg", f"{leg.origin}–{leg.destination}") not in gone or {leg.origin, leg.destination} in needed
    ]
    ends = {end for leg in joined for end in (leg.origin, leg.destination)}.union(*(c.stations for c in ways))
    return [s for s in stations if ("station", s.id) not in gone or s.id in ends], joined, ways


def _taken_out(r: Reading) -> set[tuple[str, str]]:
    query = (
        select(AuditRow.subject, AuditRow.subject_id, AuditRow.action)
        .where(AuditRow.subject.in_(PLACES), AuditRow.action.in_(("add", REMOVE)))
        .order_by(AuditRow.id)
    )
    last: Iterable[tuple[tuple[str, str], str]] = {
        (subject, subject_id): action for subject, subject_id, action in r.session.execute(query)
    }.items()
    return {what for what, action in last if action == REMOVE}
