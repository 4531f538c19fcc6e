"""Reading what rows of events name, and writing new statements with the journeys that follow from them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session

from railtrack.domain.actors import Scope
from railtrack.domain.line.network import Network
from railtrack.domain.movement.events import Classifier, EventFacts, EventKind
from railtrack.domain.movement.journeys import Status
from railtrack.domain.movement.statements import StatementLedger, Version
from railtrack.domain.records import RecordedEvent
from railtrack.domain.rights import Operation
from railtrack.store.engine import Writing
from railtrack.store.moments import columns, moment
from railtrack.store.persons import name_in_audit
from railtrack.store.tables import (
    ContainerRow,
    EventRow,
    EventSourceRow,
    JourneyRow,
    OrganisationRow,
    ShipmentRow,
)
from railtrack.store.writing.booking import owned
from railtrack.store.writing.bulk import in_batches, insert_all
from railtrack.store.writing.refold import refold


@dataclass(frozen=True, slots=True)
class Known:
    """What an event needs to know of a shipment: whose it is and which containers it has by number."""

    id: int
    partner: str
    reference: str
    containers: dict[str, int]


@dataclass(frozen=True, slots=True)
class Span:
    """When a container was on a shipment: from its departure (planned if need be) to its arrival; None is open.

    A cancelled shipment ends with its last event.
    """

    shipment: Known
    departed: datetime | None
    arrived: datetime | None


# ---------------------------------------------------------------- reading


def shipments_named(session: Session, scope: Scope, references: Iterable[str]) -> dict[str, list[Known]]:
    """Give the shipments that may be written to among these references, several where partners share one."""
    found: dict[str, list[Known]] = defaultdict(list)
    for part in in_batches(sorted(set(references))):
        for known in _known(session, and_(ShipmentRow.reference.in_(part), owned(scope))):
            found[known.reference].append(known)
    return found


def shipments_with_ids(session: Session, ids: Iterable[int]) -> dict[int, Known]:
    """Give what is known of these shipments."""
    found: dict[int, Known] = {}
    for part in in_batches(sorted(set(ids))):
        found.update({known.id: known for known in _known(session, ShipmentRow.id.in_(part))})
    return found


def spans_of(session: Session, scope: Scope, containers: Iterable[str]) -> dict[str, list[Span]]:
    """Give the shipments each of these container numbers is or was on, oldest first, with their times."""
    found: dict[str, list[Span]] = defaultdict(list)
    for part in in_batches(sorted(set(containers))):
        rows = session.execute(
            select(
                ContainerRow.number,
                ContainerRow.shipment_id,
                ShipmentRow.planned_departure_at,
                JourneyRow.departed_at,
                JourneyRow.arrived_at,
                JourneyRow.last_at,
                JourneyRow.status,
            )
            .join(ShipmentRow, ShipmentRow.id == ContainerRow.shipment_id)
            .outerjoin(JourneyRow, JourneyRow.id == ContainerRow.id)
            .where(ContainerRow.number.in_(part), owned(scope))
            .order_by(ContainerRow.id)
        ).all()
        known = shipments_with_ids(session, [row.shipment_id for row in rows])
        for row in rows:
            # a cancelled shipment holds its container no longer than until its last event
            cancelled_at = row.last_at if row.status == Status.CANCELLED else None
            departed_at = row.departed_at or row.planned_departure_at
            span = Span(known[row.shipment_id], departed_at, row.arrived_at or cancelled_at)
            found[row.number].append(span)
    return found


def versions_about(session: Session, shipment_ids: Iterable[int]) -> list[Version]:
    """Give every version of every statement about these shipments, in recorded order.

    A chain whose correction moved it to another shipment is given whole.
    """
    rows: dict[int, Any] = {}
    for part in in_batches(sorted(set(shipment_ids))):
        here = select(EventRow.root).where(EventRow.shipment_id.in_(part))
        moved = session.execute(_VERSIONS.where(EventRow.root.in_(here), EventRow.shipment_id.not_in(part)))
        for row in [*session.execute(_VERSIONS.where(EventRow.shipment_id.in_(part))), *moved]:
            rows[row.sequence] = row
    return [_version(rows[sequence]) for sequence in sorted(rows)]


_VERSIONS = select(
    EventRow.sequence,
    EventRow.id,
    EventRow.root,
    EventRow.shipment_id,
    EventRow.container_id,
    EventRow.event,
    EventRow.classifier,
    EventRow.identity,
    EventRow.sender,
    EventRow.current,
    EventRow.corrects,
    EventRow.voids,
    EventRow.lat,
    EventRow.lon,
    EventRow.wagon,
    EventRow.train,
    EventRow.reason,
    EventRow.temperature_c,
    EventRow.remark,
)


def sources_named(session: Session, scope: Scope, source_ids: Iterable[str]) -> dict[tuple[str, str], tuple[str, int]]:
    """Give (sender, source_id) → (event id, shipment id) for these source ids, of shipments in sight."""
    found: dict[tuple[str, str], tuple[str, int]] = {}
    for part in in_batches(sorted(set(source_ids))):
        rows = session.execute(
            select(EventSourceRow.sender, EventSourceRow.source_id, EventSourceRow.event_id, EventRow.shipment_id)
            .join(EventRow, EventRow.id == EventSourceRow.event_id)
            .join(ShipmentRow, ShipmentRow.id == EventRow.shipment_id)
            .where(EventSourceRow.source_id.in_(part), owned(scope))
        )
        found.update({(r.sender, r.source_id): (r.event_id, r.shipment_id) for r in rows})
    return found


def events_with_ids(session: Session, scope: Scope, event_ids: Iterable[str]) -> dict[str, int]:
    """Give event id → shipment id for these ids, of shipments in sight."""
    found: dict[str, int] = {}
    for part in in_batches(sorted(set(event_ids))):
        rows = session.execute(
            select(EventRow.id, EventRow.shipment_id)
            .join(ShipmentRow, ShipmentRow.id == EventRow.shipment_id)
            .where(EventRow.id.in_(part), owned(scope))
        )
        found.update({r.id: r.shipment_id for r in rows})
    return found


def event_value(
    row: Any, reference: str, partner: str, number: str | None, sources: Sequence[tuple[str, str]]
) -> RecordedEvent:
    """Turn an event's row into a value; `sources` are its names as (sender, source_id)."""
    names = sorted(sources, key=lambda name: (name[0] != row.sender, name))  # the sender's own first
    own = names[0][1] if names and names[0][0] == row.sender else None
    facts = EventFacts(
        event=EventKind(row.event),
        classifier=Classifier(row.classifier),
        reference=reference,
        container=number,
        partner=partner,
        station=row.station,
        lat=row.lat,
        lon=row.lon,
        moment=moment(row, "occurred"),
        wagon=row.wagon,
        train=row.train,
        reason=row.reason,
        remark=row.remark,
        temperature_c=row.temperature_c,
        source_id=own,
        corrects=row.corrects,
        voids=row.voids,
        id=row.id,
        sender=row.sender,
        other_source_ids=tuple(
            (None if sender == row.sender else sender, source_id) for sender, source_id in names[own is not None :]
        ),
    )
    return RecordedEvent(
        sequence=row.sequence,
        id=row.id,
        shipment_id=row.shipment_id,
        container_id=row.container_id,
        facts=facts,
        root=row.root,
        current=row.current,
        sender=row.sender,
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
        source_ids=tuple(source_id for _, source_id in names),
        simulated=row.simulated,
    )


def _known(session: Session, condition: Any) -> list[Known]:
    rows = session.execute(
        select(ShipmentRow.id, ShipmentRow.reference, OrganisationRow.name)
        .join(OrganisationRow, OrganisationRow.id == ShipmentRow.organisation_id)
        .where(condition)
        .order_by(ShipmentRow.id)
    ).all()
    found = {row.id: Known(row.id, row.name, row.reference, {}) for row in rows}
    for container in session.execute(
        select(ContainerRow.id, ContainerRow.shipment_id, ContainerRow.number).where(
            ContainerRow.shipment_id.in_(list(found)), ContainerRow.number.is_not(None)
        )
    ):
        found[container.shipment_id].containers[container.number] = container.id
    return list(found.values())


def _version(row: Any) -> Version:
    return Version(
        id=row.id,
        root=row.root,
        shipment_id=row.shipment_id,
        container_id=row.container_id,
        event=row.event,
        classifier=row.classifier,
        identity=row.identity,
        content=(row.lat, row.lon, row.wagon, row.train, row.reason, row.temperature_c, row.remark),
        sender=row.sender,
        current=row.current,
        corrects=row.corrects,
        voids=row.voids,
    )


# ---------------------------------------------------------------- writing


def write_statements(w: Writing, network: Network, ledger: StatementLedger) -> None:
    """Write what a ledger gathered, in the order it was taken, and derive the journeys that follow from it.

    What is told of a simulated shipment is simulated, whoever tells it and by whichever door.
    """
    if not ledger.added and not ledger.new_sources:
        return
    for part in in_batches(version.id for version in ledger.ended):
        w.session.execute(
            update(EventRow)
            .where(EventRow.id.in_(part))
            .values(current=False)
            .execution_options(synchronize_session=False)
        )
    invented = _simulated(w.session, {version.shipment_id for version in ledger.added})
    insert_all(w.session, EventRow, (_event_columns(w, v, simulated=v.shipment_id in invented) for v in ledger.added))
    insert_all(
        w.session,
        EventSourceRow,
        ({"sender": s, "source_id": i, "event_id": e} for (s, i), e in ledger.new_sources.items()),
    )
    touched = {version.shipment_id for version in (*ledger.added, *ledger.ended)}
    refold(w.session, network, touched, w.change)
    _touch(w, touched)
    _audit(w, ledger.added)


def _simulated(session: Session, shipment_ids: Iterable[int]) -> set[int]:
    found: set[int] = set()
    for part in in_batches(sorted(shipment_ids)):
        found.update(session.scalars(select(ShipmentRow.id).where(ShipmentRow.id.in_(part), ShipmentRow.simulated)))
    return found


def _event_columns(w: Writing, version: Version, *, simulated: bool) -> dict[str, Any]:
    facts = version.facts
    assert facts is not None  # noqa: S101 - only new versions are written
    may_say_when = w.actor.may(Operation.SPEAK_FOR, own=False) and facts.recorded_at is not None
    return {
        "id": version.id,
        "change": w.change,
        "shipment_id": version.shipment_id,
        "container_id": version.container_id,
        "event": version.event,
        "classifier": version.classifier,
        "station": facts.station,
        "lat": facts.lat,
        "lon": facts.lon,
        **columns("occurred", facts.moment),
        "wagon": facts.wagon,
        "train": facts.train,
        "reason": facts.reason,
        "remark": facts.remark,
        "temperature_c": facts.temperature_c,
        "identity": version.identity,
        "corrects": version.corrects,
        "voids": version.voids,
        "root": version.root,
        "current": version.current,
        "sender": version.sender,
        "recorded_by": name_in_audit(w.actor),
        "recorded_at": facts.recorded_at.instant if may_say_when and facts.recorded_at else w.now,
        "simulated": simulated,
    }


def _audit(w: Writing, added: Sequence[Version]) -> None:
    """Write down every statement."""
    owners: dict[int, int] = {}
    for part in in_batches(sorted({v.shipment_id for v in added})):
        rows = w.session.execute(select(ShipmentRow.id, ShipmentRow.organisation_id).where(ShipmentRow.id.in_(part)))
        owners.update({row.id: row.organisation_id for row in rows})
    for version in added:
        replaced = version.voids or version.corrects
        w.audit(
            "withdraw" if version.voids else "correct" if version.corrects else "record",
            "event",
            version.id,
            {"id": replaced} if replaced else None,
            {"identity": version.identity},
            owners[version.shipment_id],
        )


def _touch(w: Writing, shipment_ids: Iterable[int]) -> None:
    for part in in_batches(sorted(shipment_ids)):
        w.session.execute(
            update(ShipmentRow)
            .where(ShipmentRow.id.in_(part))
            .values(change=w.change)
            .execution_options(synchronize_session=False)
        )
