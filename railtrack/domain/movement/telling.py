"""Turning what somebody tells of a train into rows: whole shipments where all of it is meant, containers else.

A fact of a shipment holds for all its containers, whenever they are added (contract §3, events); so it is told of the
shipment as soon as every container of it that is known by number was chosen.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from railtrack.domain.records import RecordedContainer, RecordedShipment
from railtrack.domain.rows.raw import RawRow


@dataclass(frozen=True)
class Load:
    """A shipment as it can be chosen from: containers by number, and how many are not known by number."""

    shipment: RecordedShipment

    @property
    def numbered(self) -> tuple[RecordedContainer, ...]:
        return tuple(c for c in self.shipment.containers if c.facts.container)

    @property
    def unnumbered(self) -> int:
        return sum(c.facts.quantity or 0 for c in self.shipment.containers if not c.facts.container)

    @property
    def count(self) -> int:
        return len(self.numbered) + self.unnumbered

    @property
    def marks(self) -> tuple[str, ...]:
        """What can be ticked: each numbered container by its id, those without numbers together."""
        own = tuple(str(c.id) for c in self.numbered)
        return (*own, f"s{self.shipment.id}") if self.unnumbered or not own else own


def rows_told(loads: Sequence[Load], chosen: Collection[str] | None, told: Mapping[str, str]) -> list[RawRow]:
    """Give the rows of an event that was told of the chosen marks; None chooses everything."""
    rows: list[RawRow] = []
    for load in loads:
        shared = {**told, "reference": load.shipment.reference, "partner": load.shipment.organisation.name}
        if chosen is None or set(load.marks) <= set(chosen):
            rows.append(RawRow(None, shared))
            continue
        boxes = [str(c.facts.container) for c in load.numbered if str(c.id) in chosen]
        rows += [RawRow(None, {**shared, "container": box}) for box in boxes]
    return rows


def count_told(loads: Sequence[Load], chosen: Collection[str] | None) -> int:
    """Count the containers the chosen marks stand for."""
    total = 0
    for load in loads:
        if chosen is None:
            total += load.count
            continue
        total += sum(str(c.id) in chosen for c in load.numbered)
        total += load.unnumbered if f"s{load.shipment.id}" in chosen else 0
    return total
