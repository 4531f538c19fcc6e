"""Reading what rows of shipments name, and writing what they add: shipments, containers, trains and their audit."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, false, insert, or_, select, tuple_, update
from sqlalchemy.orm import Session, aliased

from railtrack.domain.actors import Scope
from railtrack.domain.cargo.bookings import Entry, Slot, TrainKey
from railtrack.domain.cargo.comparing import as_record, is_same
from railtrack.domain.cargo.goods import ContainerFacts, Money, ShipmentFacts
from railtrack.domain.line.network import Network
from railtrack.domain.movement.journeys import Direction
from railtrack.domain.records import Organisation, RecordedContainer, RecordedShipment
from railtrack.store.engine import Writing
from railtrack.store.moments import columns, moment, plan_columns
from railtrack.store.tables import ContainerRow, EventRow, OrganisationRow, ShipmentRow, TrainRow
from railtrack.store.writing.bulk import in_batches
from railtrack.store.writing.refold import refold
from railtrack.store.writing.slots import PLANNED_TRAIN, move_facts_aboard, shipments_planned_on, write_slots_of_trains


@dataclass(frozen=True)
class Provenance:
    """Where a shipment comes from: entered, invented by the simulation, or read in a newspaper."""

    simulated: bool = False
    published: bool = False
    source: str = ""
    note: str = ""


ENTERED = Provenance()


def visible(scope: Scope) -> Any:
    """The condition under which a shipment may be seen."""
    return ShipmentRow.id.is_not(None) if scope.everything else ShipmentRow.published | owned(scope)


def owned(scope: Scope) -> Any:
    """The condition under which a shipment may be written to; the published record only by an administrator."""
    if scope.everything:
        return ShipmentRow.id.is_not(None)
    if scope.stations:
        return ~ShipmentRow.published & touching(scope.stations, scope.ways)
    return false() if scope.organisation_id is None else ShipmentRow.organisation_id == scope.organisation_id


def touching(stations: Collection[str], ways: Mapping[str, Sequence[str]]) -> Any:
    """The condition that a shipment begins, ends, is planned to pass or was recorded at one of these stations."""
    here = sorted(stations)
    told = aliased(EventRow)  # some queries this is part of read events themselves
    reported = exists().where(told.shipment_id == ShipmentRow.id, told.station.in_(here), told.current)
    passing = [
        and_(
            ShipmentRow.corridor == corridor,
            or_(
                and_(ShipmentRow.origin.in_(way[:at]), ShipmentRow.destination.in_(way[at + 1 :])),
                and_(ShipmentRow.origin.in_(way[at + 1 :]), ShipmentRow.destination.in_(way[:at])),
            ),
        )
        for corridor, way in sorted(ways.items())
        for at, station in enumerate(way)
        if station in stations and 0 < at < len(way) - 1
    ]
    return or_(ShipmentRow.origin.in_(here), ShipmentRow.destination.in_(here), reported, *passing)


# ---------------------------------------------------------------- reading


def shipments_by_reference(
    session: Session, scope: Scope, keys: Iterable[tuple[int, str]]
) -> dict[tuple[int, str], RecordedShipment]:
    """Give the recorded shipments among these (organisation id, reference) pairs, with their containers."""
    found: dict[tuple[int, str], RecordedShipment] = {}
    for part in in_batches(sorted(set(keys))):
        rows = session.execute(
            select(
                ShipmentRow.__table__,
                OrganisationRow.name,
                OrganisationRow.published.label("is_record"),
                TrainRow.capacity_teu.label("train_capacity_teu"),
            )
            .join(OrganisationRow, OrganisationRow.id == ShipmentRow.organisation_id)
            .outerjoin(TrainRow, PLANNED_TRAIN)
            .where(tuple_(ShipmentRow.organisation_id, ShipmentRow.reference).in_(part), owned(scope))
        ).all()
        containers = containers_of(session, [row.id for row in rows])
        for row in rows:
            shipment = shipment_value(row, Organisation(row.organisation_id, row.name, row.is_record))
            found[row.organisation_id, row.reference] = replace(shipment, containers=tuple(containers[row.id]))
    return found


def containers_of(session: Session, shipment_ids: Sequence[int]) -> dict[int, list[RecordedContainer]]:
    """Give the containers of these shipments in the order they were entered."""
    found: dict[int, list[RecordedContainer]] = {shipment_id: [] for shipment_id in shipment_ids}
    for part in in_batches(shipment_ids):
        for row in session.execute(
            select(ContainerRow.__table__).where(ContainerRow.shipment_id.in_(part)).order_by(ContainerRow.id)
        ):
            found[row.shipment_id].append(container_value(row))
    return found


def shipment_value(row: Any, organisation: Organisation) -> RecordedShipment:
    """Turn a shipment's row into a value, containers apart; the row has its train's slots as `train_capacity_teu`."""
    facts = ShipmentFacts(
        reference=row.reference,
        partner=organisation.name,
        origin=row.origin,
        destination=row.destination,
        shipper=row.shipper,
        consignee=row.consignee,
        corridor=row.corridor,
        corridor_assumed=row.corridor_assumed,
        train=row.train,
        train_capacity_teu=row.train_capacity_teu,
        planned_departure=moment(row, "planned_departure"),
        planned_arrival=moment(row, "planned_arrival"),
        incoterm=row.incoterm,
        consignment_note=row.consignment_note,
    )
    return RecordedShipment(
        id=row.id,
        organisation=organisation,
        facts=facts,
        direction=Direction(row.direction),
        first_planned_arrival=moment(row, "first_planned_arrival"),
        first_planned_at=row.first_plan_recorded_at,
        planned_at=row.plan_recorded_at,
        simulated=row.simulated,
        published=row.published,
        source=row.source,
        note=row.note,
        created_at=row.created_at,
        change=row.change,
        version=row.version,
    )


def container_value(row: Any) -> RecordedContainer:
    """Turn a container's row into a value."""
    facts = ContainerFacts(
        container=row.number,
        quantity=row.quantity,
        size_type=row.size_type,
        laden=row.laden,
        seals=tuple(row.seals),
        hs_code=row.hs_code,
        goods=row.goods,
        packages=row.packages,
        gross_kg=row.gross_kg,
        tare_kg=row.tare_kg,
        value=_money(row.value_amount, row.value_currency),
        freight=_money(row.freight_amount, row.freight_currency),
        un_number=row.un_number,
        temperature_min_c=row.temperature_min_c,
        temperature_max_c=row.temperature_max_c,
        teu=row.teu,
    )
    return RecordedContainer(id=row.id, facts=facts, booked=row.booked, version=row.version)


def _money(amount: Any, currency: str | None) -> Money | None:
    return None if amount is None or currency is None else Money(amount, currency)


# ---------------------------------------------------------------- writing


def write_bookings(
    w: Writing,
    network: Network,
    entries: Mapping[tuple[int, str], Entry],
    capacities: Mapping[TrainKey, float],
    provenance: Mapping[str, Provenance],
    otherwise: Provenance = ENTERED,
) -> None:
    """Write what a ledger gathered and derive the journeys that follow from it.

    `provenance` is by reference, `otherwise` for those it does not name. The ledger was filled in this transaction:
    writers follow each other, so nobody changed a row since it was read.
    """
    entries = {key: entry for key, entry in entries.items() if entry.touched}
    known = {entry.id for entry in entries.values() if entry.id is not None}
    write_slots_of_trains(w, capacities)
    _insert_shipments(w, network, {key: e for key, e in entries.items() if e.id is None}, provenance, otherwise)
    for (organisation_id, _), entry in entries.items():
        if entry.before is not None:
            _update_shipment(w, network, entry, organisation_id)
    _write_slots(w, entries)
    new = {entry.id for entry in entries.values() if entry.id is not None} - known
    _raise_versions(w, (known | shipments_planned_on(w.session, capacities)) - new)
    refold(w.session, network, [entry.id for entry in entries.values() if entry.id is not None], w.change)
    move_facts_aboard(w, capacities)


def _insert_shipments(
    w: Writing,
    network: Network,
    new: Mapping[tuple[int, str], Entry],
    provenance: Mapping[str, Provenance],
    otherwise: Provenance,
) -> None:
    if not new:
        return
    rows = []
    for (organisation_id, reference), entry in new.items():
        told = provenance.get(reference, otherwise)
        rows.append(
            shipment_columns(network, entry.facts)
            | _first_plan(entry.facts, w.now)
            | {
                "organisation_id": organisation_id,
                "simulated": told.simulated,
                "published": told.published,
                "source": told.source,
                "note": told.note,
                "created_at": w.now,
                "change": w.change,
                "version": 1,
            }
        )
    ids = w.session.scalars(insert(ShipmentRow).returning(ShipmentRow.id, sort_by_parameter_order=True), rows).all()
    for ((organisation_id, _), entry), shipment_id in zip(new.items(), ids, strict=True):
        entry.id = shipment_id
        w.audit("book", "shipment", shipment_id, None, as_record(entry.facts), organisation_id)


def _update_shipment(w: Writing, network: Network, entry: Entry, organisation_id: int) -> None:
    assert entry.before is not None  # noqa: S101 - only changed entries come here
    values = shipment_columns(network, entry.facts)
    if not is_same(entry.facts.planned_arrival, entry.before.planned_arrival):
        values["plan_recorded_at"] = w.now
        if entry.before.planned_arrival is None:
            values |= _first_plan(entry.facts, w.now)
    w.session.execute(
        update(ShipmentRow)
        .where(ShipmentRow.id == entry.id)
        .values(values)
        .execution_options(synchronize_session=False)
    )
    w.audit("change", "shipment", entry.id, as_record(entry.before), as_record(entry.facts), organisation_id)


def _first_plan(facts: ShipmentFacts, now: datetime) -> dict[str, Any]:
    """The columns of a plan that is new here: its first version is itself unless a file tells of an earlier one."""
    planned = facts.planned_arrival
    first = facts.first_planned_arrival or planned
    planned_at = facts.planned_at.instant if facts.planned_at else now
    first_at = facts.first_planned_at.instant if facts.first_planned_at else planned_at
    return columns("first_planned_arrival", first) | {
        "first_plan_recorded_at": first_at if first else None,
        "plan_recorded_at": planned_at if planned else None,
    }


def _write_slots(w: Writing, entries: Mapping[tuple[int, str], Entry]) -> None:
    rows, new = [], []
    for (organisation_id, _), entry in entries.items():
        for slot in entry.slots:
            if slot.id is None:
                rows.append(container_columns(slot) | {"shipment_id": entry.id, "version": 1})
                new.append((organisation_id, entry, slot))
            elif slot.before is not None:
                w.session.execute(
                    update(ContainerRow)
                    .where(ContainerRow.id == slot.id)
                    .values(container_columns(slot) | {"version": ContainerRow.version + 1})
                    .execution_options(synchronize_session=False)
                )
                w.audit("change", "container", slot.id, as_record(slot.before), as_record(slot.facts), organisation_id)
    if rows:
        ids = w.session.scalars(
            insert(ContainerRow).returning(ContainerRow.id, sort_by_parameter_order=True), rows
        ).all()
        for (organisation_id, entry, slot), container_id in zip(new, ids, strict=True):
            slot.id = container_id
            after = {"shipment": entry.facts.reference, **as_record(slot.facts)}
            w.audit("add", "container", container_id, None, after, organisation_id)


def _raise_versions(w: Writing, shipment_ids: Iterable[int]) -> None:
    """Let whoever holds a copy of these shipments see that it is old: once a transaction, however much changed."""
    for part in in_batches(sorted(shipment_ids)):
        w.session.execute(
            update(ShipmentRow)
            .where(ShipmentRow.id.in_(part))
            .values(change=w.change, version=ShipmentRow.version + 1)
            .execution_options(synchronize_session=False)
        )


def shipment_columns(network: Network, facts: ShipmentFacts) -> dict[str, Any]:
    """The columns that a shipment's facts fill."""
    return {
        "reference": facts.reference,
        "shipper": facts.shipper,
        "consignee": facts.consignee,
        "origin": facts.origin,
        "destination": facts.destination,
        "direction": network.direction(facts.origin, facts.destination).value,
        "corridor": facts.corridor,
        "corridor_assumed": facts.corridor_assumed,
        "train": facts.train,
        **plan_columns("planned_departure", facts.planned_departure, network.stations.get(facts.origin)),
        **columns("planned_arrival", facts.planned_arrival),
        "incoterm": facts.incoterm,
        "consignment_note": facts.consignment_note,
    }


def container_columns(slot: Slot) -> dict[str, Any]:
    """The columns that a container's facts fill."""
    facts = slot.facts
    return {
        "number": facts.container,
        "booked": slot.booked,
        "quantity": facts.quantity,
        "size_type": facts.size_type,
        "laden": facts.laden,
        "seals": list(facts.seals),
        "hs_code": facts.hs_code,
        "goods": facts.goods,
        "packages": facts.packages,
        "gross_kg": facts.gross_kg,
        "tare_kg": facts.tare_kg,
        "value_amount": facts.value.amount if facts.value else None,
        "value_currency": facts.value.currency if facts.value else None,
        "freight_amount": facts.freight.amount if facts.freight else None,
        "freight_currency": facts.freight.currency if facts.freight else None,
        "un_number": facts.un_number,
        "temperature_min_c": facts.temperature_min_c,
        "temperature_max_c": facts.temperature_max_c,
        "teu": facts.teu,
    }
