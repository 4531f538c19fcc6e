"""What is taken out of a shipment before somebody without need of it sees it: the one place that does so.

The store gives every shipment and every audit entry through here, so that no page and no file can forget.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from railtrack.domain.actors import Scope
from railtrack.domain.cargo.goods import ContainerFacts, ShipmentFacts
from railtrack.domain.records import AuditEntry, RecordedContainer, RecordedEvent, RecordedShipment
from railtrack.domain.rights import Operation

# the fields each right shows, of a shipment and of its containers
FIELDS: Mapping[Operation, frozenset[str]] = {
    Operation.SEE_NAMES: frozenset({"shipper", "consignee", "consignment_note"}),
    Operation.SEE_GOODS: frozenset(
        {
            *("seals", "hs_code", "goods", "packages", "gross_kg", "tare_kg", "un_number", "incoterm"),
            *("temperature_min_c", "temperature_max_c"),
        }
    ),
    Operation.SEE_VALUES: frozenset({"value"}),
    Operation.SEE_PRICES: frozenset({"freight"}),
}
Facts = TypeVar("Facts", ShipmentFacts, ContainerFacts)


def hidden_fields(scope: Scope, shipment: RecordedShipment) -> frozenset[str]:
    """Name the fields of a shipment and its containers that are empty because this scope may not see them."""
    return frozenset() if shipment.published else _hidden(scope)


def visible_to(scope: Scope, shipment: RecordedShipment) -> RecordedShipment:
    """Give a shipment with the fields this scope may see; the others are empty. What was published is open."""
    if not scope.hides or shipment.published:
        return shipment
    names = _hidden(scope)
    containers = tuple(visible_container(scope, box) for box in shipment.containers)
    return replace(shipment, facts=_without(shipment.facts, names), containers=containers)


def visible_container(scope: Scope, box: RecordedContainer) -> RecordedContainer:
    """Give a container with the fields this scope may see."""
    return replace(box, facts=_without(box.facts, _hidden(scope))) if scope.hides else box


def visible_event(scope: Scope, event: RecordedEvent) -> RecordedEvent:
    """Give an event; what others wrote beside it or read of the goods is kept from who may not see the goods."""
    if Operation.SEE_GOODS not in scope.hides or event.sender == scope.sender:
        return event
    return replace(event, facts=replace(event.facts, remark="", temperature_c=None), recorded_by=event.sender)


def visible_entry(scope: Scope, entry: AuditEntry) -> AuditEntry:
    """Give an entry of the audit with the fields this scope may see, before as after."""
    if not scope.hides:
        return entry
    return replace(entry, before=_but(entry.before, _hidden(scope)), after=_but(entry.after, _hidden(scope)))


def _hidden(scope: Scope) -> frozenset[str]:
    return frozenset[str]().union(*(FIELDS[each] for each in scope.hides))


def _without(facts: Facts, names: frozenset[str]) -> Facts:
    empty: dict[str, Any] = {f.name: f.default for f in fields(facts) if f.name in names}
    return replace(facts, **empty)


def _but(values: dict[str, object] | None, names: frozenset[str]) -> dict[str, object] | None:
    return None if values is None else {name: value for name, value in values.items() if name not in names}
