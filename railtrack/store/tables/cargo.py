"""Trains, shipments and their containers."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Numeric,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from railtrack.store.tables.base import KEPT_IDS, Base, BigId


class TrainRow(Base):
    """One physical train: its number on one departure date from one station, and the slots it offers."""

    __tablename__ = "trains"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(String(64))
    departure_date: Mapped[date] = mapped_column(Date)  # local, planned or actual
    origin: Mapped[str] = mapped_column(ForeignKey("stations.id"))
    capacity_teu: Mapped[float | None]

    __table_args__ = (
        UniqueConstraint("number", "departure_date", "origin"),
        CheckConstraint("capacity_teu > 0", name="capacity_positive"),
    )


class ShipmentRow(Base):
    __tablename__ = "shipments"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    reference: Mapped[str] = mapped_column(String(64))
    shipper: Mapped[str] = mapped_column(default="")
    consignee: Mapped[str] = mapped_column(default="")
    origin: Mapped[str] = mapped_column(ForeignKey("stations.id"))
    destination: Mapped[str] = mapped_column(ForeignKey("stations.id"))
    direction: Mapped[str] = mapped_column(String(10))
    corridor: Mapped[str | None] = mapped_column(ForeignKey("corridors.id"))
    corridor_assumed: Mapped[bool] = mapped_column(default=False)
    train: Mapped[str] = mapped_column(String(64), default="")
    planned_departure_at: Mapped[datetime | None]
    planned_departure_offset_min: Mapped[int | None]
    planned_departure_is_day: Mapped[bool | None]
    planned_departure_text: Mapped[str | None]
    planned_departure_due_at: Mapped[datetime | None]  # until when it is kept: of a date the end of the day
    planned_arrival_at: Mapped[datetime | None]
    planned_arrival_offset_min: Mapped[int | None]
    planned_arrival_is_day: Mapped[bool | None]
    planned_arrival_text: Mapped[str | None]
    # the plan as first recorded stays, however often it is planned anew
    first_planned_arrival_at: Mapped[datetime | None]
    first_planned_arrival_offset_min: Mapped[int | None]
    first_planned_arrival_is_day: Mapped[bool | None]
    first_planned_arrival_text: Mapped[str | None]
    first_plan_recorded_at: Mapped[datetime | None]  # when each was recorded, to weigh it against planned events;
    plan_recorded_at: Mapped[datetime | None]  # a time rather than a change, as it goes along to another database
    incoterm: Mapped[str] = mapped_column(String(3), default="")
    consignment_note: Mapped[str] = mapped_column(default="")
    simulated: Mapped[bool] = mapped_column(default=False)
    published: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(default="")  # of a published movement
    note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    change: Mapped[int] = mapped_column(BigInteger)  # the change it was last touched by
    version: Mapped[int] = mapped_column(default=1)  # rises with its facts, its containers and its train's slots

    __table_args__ = (
        UniqueConstraint("organisation_id", "reference"),
        CheckConstraint("origin <> destination", name="goes_somewhere"),
        Index("ix_shipments_planned_departure_at_id", "planned_departure_at", "id"),
        Index("ix_shipments_train", "train"),
        KEPT_IDS,
    )


class ContainerRow(Base):
    """A container by its number, or a quantity of them not known by number.

    `booked` is a quantity as it was booked; `quantity` is what is left of it once numbers were given.
    """

    __tablename__ = "containers"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipments.id", ondelete="CASCADE"))
    number: Mapped[str | None] = mapped_column(String(11))
    booked: Mapped[int | None]
    quantity: Mapped[int | None]
    size_type: Mapped[str | None] = mapped_column(String(4))
    laden: Mapped[bool] = mapped_column(default=True)
    seals: Mapped[list[Any]]
    hs_code: Mapped[str] = mapped_column(String(10), default="")
    goods: Mapped[str] = mapped_column(default="")
    packages: Mapped[int | None]
    gross_kg: Mapped[float | None]
    tare_kg: Mapped[float | None]
    value_amount: Mapped[Any | None] = mapped_column(Numeric(18, 2))
    value_currency: Mapped[str | None] = mapped_column(String(3))
    freight_amount: Mapped[Any | None] = mapped_column(Numeric(18, 2))
    freight_currency: Mapped[str | None] = mapped_column(String(3))
    un_number: Mapped[str] = mapped_column(String(4), default="")
    temperature_min_c: Mapped[float | None]
    temperature_max_c: Mapped[float | None]
    teu: Mapped[float | None]  # only where a published source gives it; else by size-type
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        Index(
            "uq_containers_numbered",
            "shipment_id",
            "number",
            unique=True,
            sqlite_where=text("number IS NOT NULL"),
            postgresql_where=text("number IS NOT NULL"),
        ),
        Index(
            "uq_containers_by_quantity",
            "shipment_id",
            text("coalesce(size_type, '')"),
            unique=True,
            sqlite_where=text("number IS NULL"),
            postgresql_where=text("number IS NULL"),
        ),
        Index("ix_containers_number", "number"),
        CheckConstraint("quantity >= 0", name="quantity_not_negative"),
        KEPT_IDS,
    )
