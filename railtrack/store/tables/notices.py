"""Alerts, the rules that find them, and who is told of them how.

`organisation_id` is the desk everywhere here: whose rules found an alert, whose webhook it is. None is the desk of who
follows everything, the city and the administrators.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from railtrack.store.tables.base import KEPT_IDS, Base, BigId

_OPEN, _EVERYBODYS = text("closed_at IS NULL"), text("organisation_id IS NULL")


class AlertRow(Base):
    """Something that is the matter with a shipment. What it is about stands in `identity`: of one only one is open."""

    __tablename__ = "alerts"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id", ondelete="CASCADE"))
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipments.id", ondelete="CASCADE"), index=True)
    container_id: Mapped[int | None] = mapped_column(ForeignKey("containers.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    station: Mapped[str | None] = mapped_column(String(12))
    identity: Mapped[str] = mapped_column(String(120))  # desk, shipment, container, kind, station
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime]  # when the cause was found last
    closed_at: Mapped[datetime | None]
    ending: Mapped[str | None] = mapped_column(String(10))
    why: Mapped[dict[str, Any]]  # a sentence and its values, not yet in anybody's language
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    note: Mapped[str] = mapped_column(default="")
    simulated: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        Index("uq_alerts_open", "identity", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_alerts_organisation_id_opened_at", "organisation_id", "opened_at"),
        CheckConstraint(
            "kind IN ('late', 'overdue', 'silent', 'off_corridor', 'temperature', 'held')", name="kind_known"
        ),
        CheckConstraint("(closed_at IS NULL) = (ending IS NULL)", name="ends_with_a_reason"),
        KEPT_IDS,
    )


class AlertRuleRow(Base):
    """What a desk set for a kind of alert; where it set nothing the defaults of `domain.notices.rules` hold."""

    __tablename__ = "alert_rules"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    is_on: Mapped[bool] = mapped_column(default=True)
    thresholds: Mapped[dict[str, Any]]  # by name, those that are set

    __table_args__ = (
        UniqueConstraint("organisation_id", "kind"),
        Index("uq_alert_rules_everybodys", "kind", unique=True, sqlite_where=_EVERYBODYS, postgresql_where=_EVERYBODYS),
    )


class NoticeWishRow(Base):
    """How somebody wants to hear by mail of a desk's alerts."""

    __tablename__ = "notice_wishes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id", ondelete="CASCADE"))
    manner: Mapped[str] = mapped_column(String(10))
    kinds: Mapped[list[Any]]
    hour: Mapped[int] = mapped_column(default=7)  # of a digest, on the clock of `timezone`
    timezone: Mapped[str] = mapped_column(String(64), default="Europe/Berlin")
    since: Mapped[datetime]  # alerts opened before are not told
    digest_until: Mapped[datetime | None]  # what the last digest told of

    __table_args__ = (
        UniqueConstraint("user_id", "organisation_id"),
        Index(
            "uq_notice_wishes_everybodys",
            "user_id",
            unique=True,
            sqlite_where=_EVERYBODYS,
            postgresql_where=_EVERYBODYS,
        ),
        CheckConstraint("manner IN ('none', 'at_once', 'digest')", name="manner_known"),
        CheckConstraint("hour BETWEEN 0 AND 23", name="hour_of_a_day"),
    )


class AlertTellingRow(Base):
    """That somebody was told by mail what happened to an alert, so that nobody is told twice."""

    __tablename__ = "alert_tellings"

    alert_id: Mapped[int] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)
    occurrence: Mapped[str] = mapped_column(String(12), primary_key=True)
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("mails.id", ondelete="SET NULL"), index=True)
    told_at: Mapped[datetime]


class WebhookRow(Base):
    """An address of an organisation's own that is told of its alerts."""

    __tablename__ = "webhooks"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id", ondelete="CASCADE"), index=True)
    url: Mapped[str]
    secret: Mapped[bytes] = mapped_column(LargeBinary)  # encrypted with a key that is not in the database
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    __table_args__ = (KEPT_IDS,)


class WebhookDeliveryRow(Base):
    """A message to a webhook, waiting or done; one of each thing that happens to an alert. A test is of no alert."""

    __tablename__ = "webhook_deliveries"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    alert_id: Mapped[int | None] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"), index=True)  # not a test
    occurrence: Mapped[str] = mapped_column(String(12))
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    run: Mapped[str | None] = mapped_column(String(36))  # the job that has it in hand
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    status: Mapped[int | None]  # of the last answer
    answer: Mapped[str] = mapped_column(default="")  # what it said, or why there was none

    __table_args__ = (
        UniqueConstraint("webhook_id", "alert_id", "occurrence"),
        Index("ix_webhook_deliveries_state_due_at", "state", "due_at"),
        CheckConstraint("state IN ('waiting', 'sending', 'delivered', 'failed')", name="state_known"),
        KEPT_IDS,
    )
