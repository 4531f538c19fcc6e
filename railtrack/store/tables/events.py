"""Statements, which are only ever added, and the names their senders have for them."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from railtrack.store.tables.base import KEPT_IDS, Base, BigId


class EventRow(Base):
    """One statement, never changed. `corrects` or `voids` names the version it takes the place of."""

    __tablename__ = "events"

    sequence: Mapped[int] = mapped_column(BigId, primary_key=True)  # recorded order
    id: Mapped[str] = mapped_column(String(36), unique=True)
    change: Mapped[int] = mapped_column(BigInteger, index=True)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipments.id", ondelete="CASCADE"), index=True)
    container_id: Mapped[int | None] = mapped_column(ForeignKey("containers.id", ondelete="CASCADE"), index=True)
    event: Mapped[str] = mapped_column(String(24))
    classifier: Mapped[str] = mapped_column(String(10))
    station: Mapped[str | None] = mapped_column(ForeignKey("stations.id"))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    occurred_at: Mapped[datetime | None]  # empty for a void only
    occurred_offset_min: Mapped[int | None]
    occurred_is_day: Mapped[bool | None]
    occurred_text: Mapped[str | None]
    wagon: Mapped[str] = mapped_column(String(12), default="")
    train: Mapped[str] = mapped_column(String(64), default="")
    reason: Mapped[str] = mapped_column(String(64), default="")
    remark: Mapped[str] = mapped_column(default="")
    temperature_c: Mapped[float | None]  # read of the goods then
    identity: Mapped[str] = mapped_column(String(400))  # shipment, container, event, classifier, station, instant
    corrects: Mapped[str | None] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), unique=True)
    voids: Mapped[str | None] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), unique=True)
    root: Mapped[str] = mapped_column(String(36), index=True)  # id of the first version
    current: Mapped[bool] = mapped_column(default=True)  # newest version and not withdrawn
    sender: Mapped[str] = mapped_column(String(200))  # organisation that states it
    recorded_by: Mapped[str] = mapped_column(String(255))
    recorded_at: Mapped[datetime]
    simulated: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        Index(
            "uq_events_identity",
            "identity",
            unique=True,
            sqlite_where=text("corrects IS NULL AND voids IS NULL"),
            postgresql_where=text("corrects IS NULL AND voids IS NULL"),
        ),
        CheckConstraint("corrects IS NULL OR voids IS NULL", name="one_successor_kind"),
        CheckConstraint("occurred_at IS NOT NULL OR event = 'void'", name="time_unless_void"),
        KEPT_IDS,
    )


class EventSourceRow(Base):
    """The names an event has with its senders."""

    __tablename__ = "event_sources"

    sender: Mapped[str] = mapped_column(String(200), primary_key=True)
    source_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
