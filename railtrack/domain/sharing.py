"""Links that show one shipment, or the figures of one statistic, to somebody without an account.

Whoever shares chooses what is shown, and never more than they may see themselves: that is judged when a link is made
and again each time it is opened. What is not chosen is not taken along: a field of the facts that is new stays hidden
until it stands here.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from railtrack.domain.cargo.goods import ContainerFacts, ShipmentFacts
from railtrack.domain.hiding import FIELDS
from railtrack.domain.movement.events import EventFacts, EventKind
from railtrack.domain.records import (
    Organisation,
    RecordedContainer,
    RecordedEvent,
    RecordedShipment,
    ShipmentSummary,
)
from railtrack.domain.rights import HasRole, Operation, may


class LinkKind(StrEnum):
    SHIPMENT = "shipment"
    FIGURES = "figures"


class SharedField(StrEnum):
    """What can be shown or not. The way, the timetable and how it stands are always shown; of figures the sentence."""

    REFERENCE = "reference"  # with the train
    MAP = "map"
    CONTAINERS = "containers"  # their number, their numbers and size-types
    GOODS = "goods"  # with weights, seals, terms and dangerous goods
    NAMES = "names"
    DOCUMENTS = "documents"
    VALUES = "values"
    PRICES = "prices"
    REPORTS = "reports"  # every report with its reason and remark
    CHARTS = "charts"
    TABLE = "table"


# the right without which nobody shares a field
NEEDS: Mapping[SharedField, Operation] = {
    SharedField.REFERENCE: Operation.FOLLOW,
    SharedField.MAP: Operation.FOLLOW,
    SharedField.CONTAINERS: Operation.FOLLOW,
    SharedField.GOODS: Operation.SEE_GOODS,
    SharedField.NAMES: Operation.SEE_NAMES,
    SharedField.DOCUMENTS: Operation.SEE_NAMES,  # a consignment note names both
    SharedField.VALUES: Operation.SEE_VALUES,
    SharedField.PRICES: Operation.SEE_PRICES,
    SharedField.REPORTS: Operation.FOLLOW,
    SharedField.CHARTS: Operation.MEASURE,
    SharedField.TABLE: Operation.MEASURE,
}
FIELDS_OF: Mapping[LinkKind, tuple[SharedField, ...]] = {
    LinkKind.SHIPMENT: (
        *(SharedField.REFERENCE, SharedField.MAP, SharedField.CONTAINERS, SharedField.GOODS, SharedField.NAMES),
        *(SharedField.DOCUMENTS, SharedField.REPORTS, SharedField.VALUES, SharedField.PRICES),
    ),
    LinkKind.FIGURES: (SharedField.TABLE, SharedField.CHARTS),
}
# what is chosen unless told otherwise: where it is. With no more than its number, a container can be fetched by a thief
USUAL: Mapping[LinkKind, frozenset[SharedField]] = {
    LinkKind.SHIPMENT: frozenset({SharedField.REFERENCE, SharedField.MAP}),
    LinkKind.FIGURES: frozenset({SharedField.TABLE, SharedField.CHARTS}),
}
SHARING: Mapping[LinkKind, Operation] = {
    LinkKind.SHIPMENT: Operation.SHARE,
    LinkKind.FIGURES: Operation.SHARE_FIGURES,
}


@dataclass(frozen=True, kw_only=True)
class SharedLink:
    """A link as it may be shown to who shared it: never itself.

    `subject` is our id of the shipment or the name of the statistic, `query` what was asked of it. `organisation` is
    the one it was shared for; None: by somebody who sees all. `label` says for whom, and is for its owners alone.
    """

    id: int
    kind: LinkKind
    subject: str
    query: Mapping[str, Any]
    fields: frozenset[SharedField]
    label: str
    user_id: int
    email: str
    organisation: Organisation | None
    created_at: datetime
    expires_at: datetime
    uses: int = 0
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_alive(self, now: datetime) -> bool:
        """Whether it still works, as far as the link itself can tell."""
        return self.revoked_at is None and now < self.expires_at

    @property
    def shipment_id(self) -> int:
        return int(self.subject)


def offered(who: HasRole, kind: LinkKind, *, own: bool = True) -> tuple[SharedField, ...]:
    """Give what somebody may show of such a thing, in the order in which it is asked for."""
    return tuple(field for field in FIELDS_OF[kind] if may(who, NEEDS[field], own=own))


# ---------------------------------------------------------------- what is shown of a shipment

_ALWAYS = frozenset(
    {"origin", "destination", "corridor", "corridor_assumed", "planned_departure", "planned_arrival"}
)  # fmt: skip
_OF_SHIPMENT: Mapping[SharedField, frozenset[str]] = {
    SharedField.REFERENCE: frozenset({"reference", "train"}),
    SharedField.NAMES: frozenset({"shipper", "consignee"}),
    SharedField.DOCUMENTS: frozenset({"consignment_note"}),
    SharedField.GOODS: FIELDS[Operation.SEE_GOODS],
}
_OF_CONTAINER: Mapping[SharedField, frozenset[str]] = {
    SharedField.CONTAINERS: frozenset({"container", "size_type", "teu"}),
    SharedField.GOODS: FIELDS[Operation.SEE_GOODS] | {"laden"},
    SharedField.VALUES: FIELDS[Operation.SEE_VALUES],
    SharedField.PRICES: FIELDS[Operation.SEE_PRICES],
}
_OF_EVENT: Mapping[SharedField, frozenset[str]] = {
    SharedField.REFERENCE: frozenset({"train"}),
    SharedField.CONTAINERS: frozenset({"container"}),
    SharedField.REPORTS: frozenset({"reason", "remark"}),
}
_EVENT_ALWAYS = frozenset({"event", "classifier", "station", "lat", "lon", "moment"})


def shared_shipment(shipment: RecordedShipment, shown: Collection[SharedField]) -> RecordedShipment:
    """Give a shipment with nothing but what is shown; its reference is empty where that is hidden."""
    names = _ALWAYS.union(*(_OF_SHIPMENT[each] for each in shown if each in _OF_SHIPMENT))
    facts: dict[str, Any] = {"reference": "", "partner": None} | _only(shipment.facts, names)
    return replace(
        shipment,
        facts=ShipmentFacts(**facts),
        containers=tuple(_container(box, shown) for box in shipment.containers),
        first_planned_at=None,
        planned_at=None,
        source="",
        note="",
    )


def tells_of_containers(shown: Collection[SharedField]) -> bool:
    """Whether anything of single containers is shown."""
    return not _OF_CONTAINER.keys().isdisjoint(shown)


def shared_events(events: Collection[RecordedEvent], shown: Collection[SharedField]) -> tuple[RecordedEvent, ...]:
    """Give the events that count now with nothing but what is shown; who said so and what was mended stays inside."""
    names = _EVENT_ALWAYS.union(*(_OF_EVENT[each] for each in shown if each in _OF_EVENT))
    return tuple(
        replace(
            each, facts=EventFacts(**_only(each.facts, names)), sender="", recorded_by="", source_ids=()
        )
        for each in events
        if each.current and each.facts.event is not EventKind.VOID
    )  # fmt: skip


def shared_summary(summary: ShipmentSummary, shown: Collection[SharedField]) -> ShipmentSummary:
    """Give the line of a shipment with nothing but what is shown."""
    if SharedField.REFERENCE not in shown:
        summary = replace(summary, reference="", train="")
    if SharedField.CONTAINERS not in shown:
        summary = replace(summary, containers=None, teu=None)
    return replace(summary, marks=())


def _container(box: RecordedContainer, shown: Collection[SharedField]) -> RecordedContainer:
    names = frozenset[str]().union(*(_OF_CONTAINER[each] for each in shown if each in _OF_CONTAINER))
    # one container stays one container where its number is hidden
    quantity = box.facts.quantity if box.facts.container is None else 1
    facts: dict[str, Any] = {"container": None, "laden": None} | _only(box.facts, names) | {"quantity": quantity}
    return RecordedContainer(id=box.id, facts=ContainerFacts(**facts))


def _only(facts: Any, names: Collection[str]) -> dict[str, Any]:
    return {each.name: getattr(facts, each.name) for each in fields(facts) if each.name in names}
