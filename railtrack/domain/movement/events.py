"""Events: what happened to a container, where and when, and who says so.

Names and codes are those of the Digital Container Shipping Association's event vocabulary (DCSA OpenAPI, event domain
3.2), but for the change of gauge (TRSH), the position (POSN), the cancellation (CANC) and the withdrawal (VOID), which
are ours. Events are only ever added: a correction or a void is a new statement that replaces an earlier one.
"""

from dataclasses import dataclass
from enum import StrEnum

from railtrack.domain.times import Moment


class EventKind(StrEnum):
    """What happened; the value is the name in files and in the API."""

    ARRIVED = "arrived"
    DEPARTED = "departed"
    LOADED = "loaded"
    DISCHARGED = "discharged"
    GATE_IN = "gate_in"
    GATE_OUT = "gate_out"
    STUFFED = "stuffed"
    STRIPPED = "stripped"
    TRANSSHIPPED = "transshipped"
    CUSTOMS_SELECTED = "customs_selected"
    CUSTOMS_INSPECTED = "customs_inspected"
    CUSTOMS_RELEASED = "customs_released"
    BORDER_CROSSED = "border_crossed"
    INSPECTED = "inspected"
    RESEALED = "resealed"
    HELD = "held"
    RELEASED = "released"
    POSITION = "position"
    CANCELLED = "cancelled"
    VOID = "void"


EVENT_CODES: dict[str, EventKind] = {
    "ARRI": EventKind.ARRIVED,
    "DEPA": EventKind.DEPARTED,
    "LOAD": EventKind.LOADED,
    "DISC": EventKind.DISCHARGED,
    "GTIN": EventKind.GATE_IN,
    "GTOT": EventKind.GATE_OUT,
    "STUF": EventKind.STUFFED,
    "STRP": EventKind.STRIPPED,
    "TRSH": EventKind.TRANSSHIPPED,
    "CUSS": EventKind.CUSTOMS_SELECTED,
    "CUSI": EventKind.CUSTOMS_INSPECTED,
    "CUSR": EventKind.CUSTOMS_RELEASED,
    "CROS": EventKind.BORDER_CROSSED,
    "INSP": EventKind.INSPECTED,
    "RSEA": EventKind.RESEALED,
    "HOLD": EventKind.HELD,
    "RELS": EventKind.RELEASED,
    "POSN": EventKind.POSITION,
    "CANC": EventKind.CANCELLED,
    "VOID": EventKind.VOID,
}


class Classifier(StrEnum):
    """How sure the statement is. An actual event never turns into an estimate, nor the other way."""

    PLANNED = "planned"
    ESTIMATED = "estimated"
    ACTUAL = "actual"


CLASSIFIER_CODES: dict[str, Classifier] = {
    "PLN": Classifier.PLANNED,
    "EST": Classifier.ESTIMATED,
    "ACT": Classifier.ACTUAL,
}


@dataclass(frozen=True, kw_only=True)
class EventFacts:
    """A statement as its sender makes it, before it is known which shipment it belongs to.

    `moment` is None only for a void. `temperature_c` was read of the goods then, which only an actual event tells.
    `corrects` and `voids` hold an event id of ours or a source_id of the sender. `id`, `sender`, `recorded_at` and
    `other_source_ids` are only given by a file exported from railtrack; the last are further names of the event as
    (sender, source_id), None being the sender of this row.
    """

    event: EventKind
    classifier: Classifier = Classifier.ACTUAL
    reference: str | None = None
    container: str | None = None
    partner: str | None = None
    station: str | None = None
    lat: float | None = None
    lon: float | None = None
    moment: Moment | None = None
    wagon: str = ""
    train: str = ""
    reason: str = ""
    remark: str = ""
    temperature_c: float | None = None
    source_id: str | None = None
    corrects: str | None = None
    voids: str | None = None
    id: str | None = None
    sender: str | None = None
    recorded_at: Moment | None = None
    other_source_ids: tuple[tuple[str | None, str], ...] = ()


@dataclass(frozen=True, slots=True)
class StatedEvent:
    """One judged row of an events file."""

    line: int | None
    event: EventFacts
