"""Comparing what is stored of journeys with what their events fold to now."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from railtrack.domain.network import Network
from railtrack.store.bulk import in_batches
from railtrack.store.engine import Reading
from railtrack.store.refold import crossing_columns, fold_shipments, journey_columns, visit_columns
from railtrack.store.tables import CrossingRow, JourneyRow, OrganisationRow, ShipmentRow, VisitRow


def journey_differences(r: Reading, network: Network) -> Iterator[str]:
    """Fold every journey anew, store nothing, and give a sentence for each that differs from what is stored."""
    names = {
        row.id: f"{row.name}:{row.reference}"
        for row in r.session.execute(
            select(ShipmentRow.id, ShipmentRow.reference, OrganisationRow.name)
            .join(OrganisationRow, OrganisationRow.id == ShipmentRow.organisation_id)
            .order_by(ShipmentRow.id)
        )
    }
    for ids in in_batches(names):
        stored = _by(r, select(JourneyRow.__table__).where(JourneyRow.shipment_id.in_(ids)), "id")
        of_these = select(JourneyRow.id).where(JourneyRow.shipment_id.in_(ids))
        visits = _by(
            r,
            select(VisitRow.__table__).where(VisitRow.journey_id.in_(of_these)).order_by(VisitRow.position),
            "journey_id",
        )
        crossings = _by(
            r,
            select(CrossingRow.__table__).where(CrossingRow.journey_id.in_(of_these)),
            "journey_id",
        )
        for f in fold_shipments(r.session, network, ids):
            name = f"{names[f.shipment_id]}, journey {f.container_id}"
            known = stored.pop(f.container_id, [])
            if not known:
                yield f"{name} is not stored."
                continue
            yield from _differing(name, "", journey_columns(f), known[0])
            yield from _lists(name, "visit", visit_columns(f), visits.get(f.container_id, []), "position")
            yield from _lists(name, "crossing", crossing_columns(f), crossings.get(f.container_id, []), "crossing")
        for left in stored:
            yield f"Journey {left} is stored, but no container has it."


def _by(r: Reading, query: Any, key: str) -> dict[int, list[Mapping[Any, Any]]]:
    found: dict[int, list[Mapping[Any, Any]]] = {}
    for row in r.session.execute(query).mappings():
        found.setdefault(row[key], []).append(row)
    return found


def _lists(
    name: str, what: str, folded: Sequence[Mapping[str, Any]], stored: Sequence[Mapping[Any, Any]], key: str
) -> Iterator[str]:
    if len(folded) != len(stored):
        yield f"{name}: {len(stored)} {what}s are stored, the events give {len(folded)}."
        return
    for now, known in zip(
        sorted(folded, key=lambda row: row[key]), sorted(stored, key=lambda row: row[key]), strict=True
    ):
        yield from _differing(name, f"{what} {now[key]}: ", now, known)


def _differing(name: str, where: str, folded: Mapping[str, Any], stored: Mapping[Any, Any]) -> Iterator[str]:
    for column, value in folded.items():
        if stored[column] != value:
            yield f"{name}: {where}{column} is stored as {stored[column]}, the events give {value}."
            return
