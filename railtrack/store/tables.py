"""Every table of railtrack, once.

Rows stay inside `store`; values of `domain` cross its border. What must not happen twice is a unique constraint here.
Moments are four columns: the instant, the station's offset in minutes then, whether only the day is known, and the
text as it was given.
"""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC time; SQLite, which has no zones, keeps it without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone must not reach the store")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite counts up only INTEGER keys by itself
BigId = BigInteger().with_variant(Integer(), "sqlite")

# an id that was given never names another thing, even when its row is gone; PostgreSQL does so by itself
KEPT_IDS = {"sqlite_autoincrement": True}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a plain class attribute
        datetime: UtcTime(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
        str: Text(),
    }


# ---------------------------------------------------------------- who


class OrganisationRow(Base):
    """A forwarder, terminal, railway or city. The published record is one too, so its trains have an owner."""

    __tablename__ = "organisations"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200), unique=True)  # case folded, so that two spellings are one
    published: Mapped[bool] = mapped_column(default=False)
    simulated: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class UserRow(Base):
    """An account. The columns from `fs_uniquifier` on are what Flask-Security asks for."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    role: Mapped[str] = mapped_column(String(20))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    language: Mapped[str] = mapped_column(String(8), default="")
    created_at: Mapped[datetime]
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    last_login_at: Mapped[datetime | None]
    current_login_at: Mapped[datetime | None]
    last_login_ip: Mapped[str | None] = mapped_column(String(64))
    current_login_ip: Mapped[str | None] = mapped_column(String(64))
    login_count: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        CheckConstraint("role IN ('partner', 'city', 'administrator')", name="role_known"),
        CheckConstraint("role <> 'partner' OR organisation_id IS NOT NULL", name="partner_has_organisation"),
    )


class OneTimeLinkRow(Base):
    """A link that works once, such as the set-up of the first administrator; only its hash is kept."""

    __tablename__ = "one_time_links"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    purpose: Mapped[str] = mapped_column(String(40))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


# ---------------------------------------------------------------- where


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

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - read by SQLAlchemy as it stands
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

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - read by SQLAlchemy as it stands
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

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - read by SQLAlchemy as it stands


# ---------------------------------------------------------------- what is carried


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
    train_capacity_teu: Mapped[float | None]
    planned_departure_at: Mapped[datetime | None]
    planned_departure_offset_min: Mapped[int | None]
    planned_departure_is_day: Mapped[bool | None]
    planned_departure_text: Mapped[str | None]
    planned_arrival_at: Mapped[datetime | None]
    planned_arrival_offset_min: Mapped[int | None]
    planned_arrival_is_day: Mapped[bool | None]
    planned_arrival_text: Mapped[str | None]
    # the plan as first recorded stays, however often it is planned anew
    first_planned_arrival_at: Mapped[datetime | None]
    first_planned_arrival_offset_min: Mapped[int | None]
    first_planned_arrival_is_day: Mapped[bool | None]
    first_planned_arrival_text: Mapped[str | None]
    first_plan_change: Mapped[int | None] = mapped_column(BigInteger)  # when each was recorded, to weigh it
    plan_change: Mapped[int | None] = mapped_column(BigInteger)  # against planned events
    incoterm: Mapped[str] = mapped_column(String(3), default="")
    consignment_note: Mapped[str] = mapped_column(default="")
    simulated: Mapped[bool] = mapped_column(default=False)
    published: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(default="")  # of a published movement
    note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    change: Mapped[int] = mapped_column(BigInteger, index=True)  # the change it was last touched by
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - read by SQLAlchemy as it stands
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

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - read by SQLAlchemy as it stands
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


# ---------------------------------------------------------------- what happened


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
        Index("ix_events_identity", "identity"),
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


# ---------------------------------------------------------------- derived in the same transaction


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
    latest_planned_arrival_at: Mapped[datetime | None]
    latest_planned_arrival_offset_min: Mapped[int | None]
    latest_planned_arrival_is_day: Mapped[bool | None]
    latest_planned_arrival_text: Mapped[str | None]
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


# ---------------------------------------------------------------- bookkeeping


class ChangeCounterRow(Base):
    """One row. A writer takes the next number and holds the row until it commits, so numbers are seen in order."""

    __tablename__ = "change_counter"

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    change: Mapped[int] = mapped_column(BigInteger, default=0)

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)


class RemovalRow(Base):
    """Journeys that are gone (a quantity used up, simulated history taken out), for whoever keeps a copy."""

    __tablename__ = "removals"

    journey_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    change: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class AuditRow(Base):
    """Who changed what, when, from where; written with the change itself and never changed."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(255))
    origin: Mapped[str] = mapped_column(String(100))  # cli, web and the address, api
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(200))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]

    __table_args__ = (Index("ix_audit_subject_subject_id", "subject", "subject_id"),)


class DraftRow(Base):
    """A shipment form put aside."""

    __tablename__ = "drafts"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    fields: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]


class UploadRow(Base):
    """A file waiting for its owner's decision after the preview."""

    __tablename__ = "uploads"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(16))
    encoding: Mapped[str] = mapped_column(String(40), default="")
    content: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(16))  # waiting, stored, dropped
    result: Mapped[dict[str, Any] | None]
    uploaded_at: Mapped[datetime]


class FormReceiptRow(Base):
    """A form that was carried out, by its one-time key: sent twice, it answers with the first outcome."""

    __tablename__ = "form_receipts"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    outcome: Mapped[str]
    at: Mapped[datetime]


class SettingRow(Base):
    """What the installation must remember about itself, such as the session key made on first start."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str]
