"""Journeys, visits and crossings: derived in the transaction of the event that changed them."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from railtrack.store.tables.base import Base


class JourneyRow(Base):
    """The fold of a container's events; `id` is the container's."""

    __tablename__ = "journeys"

    id: Mapped[int] = mapped_column(ForeignKey("containers.id", ondelete="CASCADE"), primary_key=True)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipments.id", ondelete="CASCADE"), index=True)
    status: Mapped[str] = mapped_column(String(16), index=True)
    departed_at: Mapped[datetime | None]
    departed_offset_min: Mapped[int | None]
    departed_is_day: Mapped[bool | None]
    departed_text: Mapped[str | None]
    arrived_at: Mapped[datetime | None]
    arrived_offset_min: Mapped[int | None]
    arrived_is_day: Mapped[bool | None]
    arrived_text: Mapped[str | None]
    last_event: Mapped[str | None] = mapped_column(String(24))
    last_station: Mapped[str | None] = mapped_column(String(12))
    last_at: Mapped[datetime | None]
    last_offset_min: Mapped[int | None]
    last_is_day: Mapped[bool | None]
    last_text: Mapped[str | None]
    # of the shipment's plan and the planned events at the destination: the first and the last recorded
    first_planned_arrival_at: Mapped[datetime | None]
    first_planned_arrival_offset_min: Mapped[int | None]
    first_planned_arrival_is_day: Mapped[bool | None]
    first_planned_arrival_text: Mapped[str | None]
    first_planned_arrival_due_at: Mapped[datetime | None]  # until when it is kept: of a date the end of the day
    latest_planned_arrival_at: Mapped[datetime | None]
    latest_planned_arrival_offset_min: Mapped[int | None]
    latest_planned_arrival_is_day: Mapped[bool | None]
    latest_planned_arrival_text: Mapped[str | None]
    latest_planned_arrival_due_at: Mapped[datetime | None]
    marks: Mapped[list[Any]]  # what looks wrong, as codes with values
    change: Mapped[int] = mapped_column(BigInteger, index=True)


class VisitRow(Base):
    __tablename__ = "visits"

    journey_id: Mapped[int] = mapped_column(ForeignKey("journeys.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    station: Mapped[str] = mapped_column(ForeignKey("stations.id"))
    arrived_at: Mapped[datetime | None]
    arrived_offset_min: Mapped[int | None]
    arrived_is_day: Mapped[bool | None]
    arrived_text: Mapped[str | None]
    departed_at: Mapped[datetime | None]
    departed_offset_min: Mapped[int | None]
    departed_is_day: Mapped[bool | None]
    departed_text: Mapped[str | None]
    is_open: Mapped[bool] = mapped_column(default=False)


class CrossingRow(Base):
    __tablename__ = "crossings"

    journey_id: Mapped[int] = mapped_column(ForeignKey("journeys.id", ondelete="CASCADE"), primary_key=True)
    crossing: Mapped[str] = mapped_column(String(25), primary_key=True)
    open_border: Mapped[bool]
    arrived_at: Mapped[datetime]
    arrived_offset_min: Mapped[int]
    arrived_is_day: Mapped[bool]
    arrived_text: Mapped[str]
    departed_at: Mapped[datetime]
    departed_offset_min: Mapped[int]
    departed_is_day: Mapped[bool]
    departed_text: Mapped[str]
