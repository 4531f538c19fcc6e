"""What is recorded, as it comes out of the store: stated facts with our ids, versions and what follows from them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, TypeVar

from railtrack.domain.cargo.goods import ContainerFacts, ShipmentFacts
from railtrack.domain.movement.events import EventFacts
from railtrack.domain.movement.journeys import Crossing, Direction, Journey, Status
from railtrack.domain.times import Moment

T = TypeVar("T")

PUBLISHED_RECORD = "Published record"  # the organisation of what was published; nothing else is booked for it


@dataclass(frozen=True)
class Organisation:
    id: int
    name: str
    published: bool = False
    simulated: bool = False
    stations: tuple[str, ...] = ()  # of a terminal; read where they decide about rights


@dataclass(frozen=True, kw_only=True)
class RecordedContainer:
    """A container of a shipment. `facts.quantity` is what is left of a booking, `booked` what was booked."""

    id: int
    facts: ContainerFacts
    booked: int | None = None
    version: int = 1


@dataclass(frozen=True, kw_only=True)
class RecordedShipment:
    """A shipment with its containers; `facts.planned_arrival` is the plan of now, recorded at `planned_at`.

    The facts do not hold when and how it was planned first; that stands here.
    """

    id: int
    organisation: Organisation
    facts: ShipmentFacts
    direction: Direction
    containers: tuple[RecordedContainer, ...] = ()
    first_planned_arrival: Moment | None = None
    first_planned_at: datetime | None = None
    planned_at: datetime | None = None
    simulated: bool = False
    published: bool = False
    source: str = ""
    note: str = ""
    created_at: datetime
    change: int = 0
    version: int = 1

    @property
    def reference(self) -> str:
        return self.facts.reference


@dataclass(frozen=True, kw_only=True)
class RecordedEvent:
    """One version of a statement. `facts.id`, `corrects` and `voids` are our ids here."""

    sequence: int
    id: str
    shipment_id: int
    container_id: int | None
    facts: EventFacts
    root: str
    current: bool
    sender: str
    recorded_by: str
    recorded_at: datetime
    source_ids: tuple[str, ...] = ()
    simulated: bool = False


@dataclass(frozen=True, kw_only=True)
class RecordedJourney:
    """A container's journey with what the fold says of it; `id` is the container's.

    `first_due` is until when its first plan is kept.
    """

    id: int
    shipment_id: int
    journey: Journey
    crossings: tuple[Crossing, ...] = ()
    first_planned_arrival: Moment | None = None
    first_due: datetime | None = None
    latest_planned_arrival: Moment | None = None
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Train:
    """One physical train and what is on it, over all partners the asker may see.

    `laden_teu` and `teu` count the containers in sight; `fill_share` is laden TEU over capacity. `state` is not
    departed, under way (or arrived: it ran) or cancelled; a cancelled train fills nothing.
    """

    number: str
    departure_date: date
    origin: str
    destination: str | None = None
    capacity_teu: float | None = None
    containers: int = 0
    teu: float = 0.0
    laden_teu: float = 0.0
    shipments: tuple[str, ...] = ()
    simulated: bool = False
    published: bool = False
    state: Status = Status.IN_TRANSIT

    @property
    def is_cancelled(self) -> bool:
        return self.state is Status.CANCELLED

    @property
    def has_run(self) -> bool:
        return self.state is Status.IN_TRANSIT

    @property
    def fill_share(self) -> float | None:
        return None if not self.capacity_teu or self.is_cancelled else self.laden_teu / self.capacity_teu


class Lateness(StrEnum):
    """Where a shipment stands against its plan; the six states of the visual language."""

    ON_PLAN = "ok"
    LATE = "late"
    HELD = "held"  # overdue or held
    SILENT = "silent"  # no news
    PLANNED = "plan"
    ARRIVED = "done"


@dataclass(frozen=True, kw_only=True)
class ShipmentSummary:
    """One line of the list of shipments: the whole shipment seen through its journeys.

    `status` is that of all its journeys if they agree, else of the one least far along. `containers` is None where
    the number was not published.
    """

    id: int
    reference: str
    partner: str
    origin: str
    destination: str
    direction: Direction
    corridor: str | None
    train: str
    status: Status
    containers: int | None
    teu: float | None
    planned_departure: Moment | None
    planned_arrival: Moment | None
    departed: Moment | None
    arrived: Moment | None
    last_event: str | None
    last_station: str | None
    last: Moment | None
    is_held: bool = False
    simulated: bool = False
    published: bool = False
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page(Generic[T]):
    """A stretch of a list, with the cursor that continues it; None at the end."""

    items: tuple[T, ...]
    next_cursor: str | None = None


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    id: int
    at: datetime
    actor: str
    origin: str
    action: str
    subject: str
    subject_id: str
    acted_for: str = ""
    before: dict[str, object] | None = field(default=None)
    after: dict[str, object] | None = field(default=None)
