"""Stations, legs and corridors."""

from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from railtrack.store.tables.base import Base


class StationRow(Base):
    __tablename__ = "stations"

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    position: Mapped[int]  # the order of data/stations.csv
    name: Mapped[str]
    name_de: Mapped[str]
    name_zh: Mapped[str]
    country: Mapped[str] = mapped_column(String(2))
    timezone: Mapped[str] = mapped_column(String(64))
    lat: Mapped[float]
    lon: Mapped[float]
    details: Mapped[dict[str, Any]]  # gauges, roles, codes, typical dwell, sources: shown, never searched
    version: Mapped[int] = mapped_column(default=1)
    edited: Mapped[bool] = mapped_column(default=False)  # mended in the product: `init` leaves it alone

    __table_args__ = (
        CheckConstraint("lat BETWEEN -90 AND 90", name="lat_range"),
        CheckConstraint("lon BETWEEN -180 AND 180", name="lon_range"),
    )


class LegRow(Base):
    __tablename__ = "legs"

    origin: Mapped[str] = mapped_column(ForeignKey("stations.id"), primary_key=True)
    destination: Mapped[str] = mapped_column(ForeignKey("stations.id"), primary_key=True)
    position: Mapped[int]
    mode: Mapped[str] = mapped_column(String(8))
    length_km: Mapped[float]
    gauge_mm: Mapped[int | None]
    method: Mapped[str] = mapped_column(String(16))
    details: Mapped[dict[str, Any]]  # published length and its source, note, source
    line: Mapped[list[Any]]  # [[lat, lon], …] along the rails
    version: Mapped[int] = mapped_column(default=1)
    edited: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (CheckConstraint("length_km > 0", name="length_positive"),)


class CorridorRow(Base):
    __tablename__ = "corridors"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    position: Mapped[int]  # the order of data/corridors.csv decides which one an unnamed corridor is
    name: Mapped[str]
    name_de: Mapped[str]
    name_zh: Mapped[str]
    details: Mapped[dict[str, Any]]  # stations, border pairs, gauge changes, planned hours, published length
    version: Mapped[int] = mapped_column(default=1)
    edited: Mapped[bool] = mapped_column(default=False)
