"""Mail on its way, addresses waiting to be confirmed, who does the jobs, and who knocked how often."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from railtrack.store.tables.base import KEPT_IDS, Base, BigId


class MailRow(Base):
    """A mail to be sent, written with what caused it. What it says is made of `kind` and `facts` when it is sent.

    A one-time link in it is not kept: it is derived from `nonce` and the secret key, and `nonce` goes with the sending.
    """

    __tablename__ = "mails"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    recipient: Mapped[str] = mapped_column(String(255))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    language: Mapped[str] = mapped_column(String(8), default="")
    facts: Mapped[dict[str, Any]]
    nonce: Mapped[str | None] = mapped_column(String(64))
    message_id: Mapped[str] = mapped_column(String(120), unique=True)  # the same at every attempt
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    run: Mapped[str | None] = mapped_column(String(36))  # the job that has it in hand
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]  # not to be tried before
    ended_at: Mapped[datetime | None]
    reason: Mapped[dict[str, Any] | None]  # why it was not sent: a message, as text and values

    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'sending', 'sent', 'failed')", name="state_known"),
        Index("ix_mails_state_due_at", "state", "due_at"),
        KEPT_IDS,
    )


class AddressChangeRow(Base):
    """An address somebody wants for their account, until it is confirmed from there."""

    __tablename__ = "address_changes"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    email: Mapped[str] = mapped_column(String(255))
    asked_at: Mapped[datetime]


class WorkerRow(Base):
    """Who does the jobs of this name now. Others stand by until it is not seen for a while."""

    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    token: Mapped[str] = mapped_column(String(36))
    seen_at: Mapped[datetime]


class KnockRow(Base):
    """When something limited was tried of late, by a hash of what is limited; and until when it is held."""

    __tablename__ = "knocks"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    moments: Mapped[list[Any]]  # seconds since 1970, the oldest first
    held_until: Mapped[datetime | None]
    forget_at: Mapped[datetime] = mapped_column(index=True)
