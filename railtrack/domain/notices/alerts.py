"""Alerts, wishes and webhooks, as they come out of the store."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from railtrack.domain.messages import Message
from railtrack.domain.notices.findings import Why
from railtrack.domain.notices.kinds import AlertKind, DeliveryState, Ending, Manner, Occurrence


@dataclass(frozen=True, kw_only=True)
class Alert:
    """Something that is the matter with a shipment, found by the rules of a desk (None: of who follows everything).

    `container_id` and `container` name the one container it is about, None where it is about the shipment; `station`
    where it is about one. `why` says what was found when it was last looked at.
    """

    id: int
    desk: int | None
    identity: str
    shipment_id: int
    reference: str
    partner: str
    container_id: int | None = None
    container: str | None = None
    kind: AlertKind
    station: str | None = None
    why: Why
    opened_at: datetime
    seen_at: datetime
    closed_at: datetime | None = None
    ending: Ending | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: int | None = None
    acknowledged_name: str = ""
    note: str = ""
    simulated: bool = False

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_acknowledged(self) -> bool:
        return self.acknowledged_at is not None


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What happened to the alerts of one desk just now."""

    desk: int | None
    opened: tuple[Alert, ...] = ()
    closed: tuple[Alert, ...] = ()
    acknowledged: tuple[Alert, ...] = ()

    def told(self) -> tuple[tuple[Occurrence, Alert], ...]:
        """All of it, one after the other."""
        parts = ((Occurrence.OPENED, self.opened), (Occurrence.ACKNOWLEDGED, self.acknowledged),
                 (Occurrence.CLOSED, self.closed))  # fmt: skip
        return tuple((occurrence, alert) for occurrence, alerts in parts for alert in alerts)


ALL_KINDS = frozenset(AlertKind)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How somebody wants to hear by mail of the alerts of a desk.

    `hour` is when a digest comes, on the clock of `timezone`; `digest_until` what the last one told of. Alerts opened
    before `since` are not told: whoever asks today does not want last month's.
    """

    user_id: int
    desk: int | None
    manner: Manner
    kinds: frozenset[AlertKind] = ALL_KINDS
    hour: int = 7
    timezone: str = "Europe/Berlin"
    since: datetime
    digest_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """An address of a desk's own that is told of its alerts, each message signed with its secret."""

    id: int
    desk: int | None
    url: str
    secret: bytes = field(repr=False)  # sealed: see operations/signing_in/secrets_at_rest
    is_active: bool = True
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One message to a webhook; a test is of no alert.

    `status` and `answer` are what came back last, `reason` why it was not taken, `run` the job that has it in hand.
    """

    id: int
    webhook_id: int
    alert_id: int | None
    occurrence: Occurrence
    payload: Mapping[str, Any]
    state: DeliveryState
    attempts: int
    created_at: datetime
    due_at: datetime
    ended_at: datetime | None = None
    status: int | None = None
    answer: str = ""
    reason: Message | None = None
    run: str | None = None
