"""Links that show one thing to somebody without an account."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from railtrack.store.tables.base import KEPT_IDS, Base, BigId


class SharedLinkRow(Base):
    """A link; only its hash is kept. `subject` is a shipment's id or a statistic's name: neither ever names another.

    It goes with its owner's account, and outlives what it shows, so that one learns that this was taken out.
    """

    __tablename__ = "shared_links"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id", ondelete="SET NULL"), index=True)
    subject: Mapped[str] = mapped_column(String(40))
    query: Mapped[dict[str, Any]] = mapped_column(JSON)
    fields: Mapped[list[Any]] = mapped_column(JSON)
    label: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    uses: Mapped[int] = mapped_column(default=0)
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(String(255))  # a pseudonym, as in the audit

    __table_args__ = (Index("ix_shared_links_kind_subject", "kind", "subject"), KEPT_IDS)
