"""Every table of the first release.

Written out once and never changed: what comes later is a migration of its own.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# SQLite counts up only INTEGER keys by itself
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def moment(prefix: str, *, nullable: bool = True) -> "list[sa.Column[object]]":
    """Give the four columns of a moment."""
    return [
        sa.Column(f"{prefix}_at", sa.DateTime(timezone=True), nullable=nullable),
        sa.Column(f"{prefix}_offset_min", sa.Integer(), nullable=nullable),
        sa.Column(f"{prefix}_is_day", sa.Boolean(), nullable=nullable),
        sa.Column(f"{prefix}_text", sa.Text(), nullable=nullable),
    ]


def primary_key(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))


def foreign_key(table: str, column: str, target: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target.partition('.')[0]}")
    return sa.ForeignKeyConstraint([column], [target], name=name, ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "change_counter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.Column("lineage", sa.String(length=32), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_change_counter_one_row")),
        primary_key("change_counter"),
    )
    op.create_table(
        "change_lineage",
        sa.Column("change", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lineage", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("change", name=op.f("pk_change_lineage")),
    )
    op.create_table(
        "corridors",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_de", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("edited", sa.Boolean(), nullable=False),
        primary_key("corridors"),
    )
    op.create_table(
        "organisations",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        primary_key("organisations"),
        sa.UniqueConstraint("name_key", name=op.f("uq_organisations_name_key")),
    )
    op.create_table(
        "removals",
        sa.Column("journey_id", sa.BigInteger(), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("journey_id", "change", name=op.f("pk_removals")),
    )
    op.create_table(
        "settings",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_settings")),
    )
    op.create_table(
        "stations",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_de", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.CheckConstraint("lat BETWEEN -90 AND 90", name=op.f("ck_stations_lat_range")),
        sa.CheckConstraint("lon BETWEEN -180 AND 180", name=op.f("ck_stations_lon_range")),
        primary_key("stations"),
    )
    op.create_table(
        "audit",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=255), nullable=False),
        sa.Column("origin", sa.String(length=100), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=200), nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=True),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        foreign_key("audit", "organisation_id", "organisations.id"),
        primary_key("audit"),
    )
    op.create_index(op.f("ix_audit_at"), "audit", ["at"])
    op.create_index("ix_audit_subject_subject_id", "audit", ["subject", "subject_id"])
    op.create_table(
        "legs",
        sa.Column("origin", sa.String(length=12), nullable=False),
        sa.Column("destination", sa.String(length=12), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("length_km", sa.Double(), nullable=False),
        sa.Column("gauge_mm", sa.Integer(), nullable=True),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("line", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.CheckConstraint("length_km > 0", name=op.f("ck_legs_length_positive")),
        foreign_key("legs", "destination", "stations.id"),
        foreign_key("legs", "origin", "stations.id"),
        sa.PrimaryKeyConstraint("origin", "destination", name=op.f("pk_legs")),
    )
    op.create_table(
        "shipments",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("shipper", sa.Text(), nullable=False),
        sa.Column("consignee", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(length=12), nullable=False),
        sa.Column("destination", sa.String(length=12), nullable=False),
        sa.Column("direction", sa.String(length=10), nullable=False),
        sa.Column("corridor", sa.String(length=40), nullable=True),
        sa.Column("corridor_assumed", sa.Boolean(), nullable=False),
        sa.Column("train", sa.String(length=64), nullable=False),
        *moment("planned_departure"),
        *moment("planned_arrival"),
        *moment("first_planned_arrival"),
        sa.Column("first_plan_recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("plan_recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("incoterm", sa.String(length=3), nullable=False),
        sa.Column("consignment_note", sa.Text(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("origin <> destination", name=op.f("ck_shipments_goes_somewhere")),
        foreign_key("shipments", "corridor", "corridors.id"),
        foreign_key("shipments", "destination", "stations.id"),
        foreign_key("shipments", "organisation_id", "organisations.id"),
        foreign_key("shipments", "origin", "stations.id"),
        primary_key("shipments"),
        sa.UniqueConstraint("organisation_id", "reference", name=op.f("uq_shipments_organisation_id_reference")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_shipments_change"), "shipments", ["change"])
    op.create_index("ix_shipments_planned_departure_at_id", "shipments", ["planned_departure_at", "id"])
    op.create_index("ix_shipments_train", "shipments", ["train"])
    op.create_table(
        "trains",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("departure_date", sa.Date(), nullable=False),
        sa.Column("origin", sa.String(length=12), nullable=False),
        sa.Column("capacity_teu", sa.Double(), nullable=True),
        sa.CheckConstraint("capacity_teu > 0", name=op.f("ck_trains_capacity_positive")),
        foreign_key("trains", "origin", "stations.id"),
        primary_key("trains"),
        sa.UniqueConstraint("number", "departure_date", "origin", name=op.f("uq_trains_number_departure_date_origin")),
    )
    op.create_table(
        "users",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("current_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_login_ip", sa.String(length=64), nullable=True),
        sa.Column("current_login_ip", sa.String(length=64), nullable=True),
        sa.Column("login_count", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "role <> 'partner' OR organisation_id IS NOT NULL", name=op.f("ck_users_partner_has_organisation")
        ),
        sa.CheckConstraint("role IN ('partner', 'city', 'administrator')", name=op.f("ck_users_role_known")),
        foreign_key("users", "organisation_id", "organisations.id"),
        primary_key("users"),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_users_fs_uniquifier")),
    )
    op.create_table(
        "containers",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("shipment_id", BIG_ID, nullable=False),
        sa.Column("number", sa.String(length=11), nullable=True),
        sa.Column("booked", sa.Integer(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("size_type", sa.String(length=4), nullable=True),
        sa.Column("laden", sa.Boolean(), nullable=False),
        sa.Column("seals", sa.JSON(), nullable=False),
        sa.Column("hs_code", sa.String(length=10), nullable=False),
        sa.Column("goods", sa.Text(), nullable=False),
        sa.Column("packages", sa.Integer(), nullable=True),
        sa.Column("gross_kg", sa.Double(), nullable=True),
        sa.Column("tare_kg", sa.Double(), nullable=True),
        sa.Column("value_amount", sa.Numeric(precision=18, scale=2), nullable=True),
        sa.Column("value_currency", sa.String(length=3), nullable=True),
        sa.Column("freight_amount", sa.Numeric(precision=18, scale=2), nullable=True),
        sa.Column("freight_currency", sa.String(length=3), nullable=True),
        sa.Column("un_number", sa.String(length=4), nullable=False),
        sa.Column("temperature_min_c", sa.Double(), nullable=True),
        sa.Column("temperature_max_c", sa.Double(), nullable=True),
        sa.Column("teu", sa.Double(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_containers_quantity_not_negative")),
        foreign_key("containers", "shipment_id", "shipments.id", ondelete="CASCADE"),
        primary_key("containers"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_containers_number", "containers", ["number"])
    op.create_index(
        "uq_containers_by_quantity",
        "containers",
        ["shipment_id", sa.text("coalesce(size_type, '')")],
        unique=True,
        sqlite_where=sa.text("number IS NULL"),
        postgresql_where=sa.text("number IS NULL"),
    )
    op.create_index(
        "uq_containers_numbered",
        "containers",
        ["shipment_id", "number"],
        unique=True,
        sqlite_where=sa.text("number IS NOT NULL"),
        postgresql_where=sa.text("number IS NOT NULL"),
    )
    op.create_table(
        "drafts",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        foreign_key("drafts", "user_id", "users.id", ondelete="CASCADE"),
        primary_key("drafts"),
    )
    op.create_index(op.f("ix_drafts_user_id"), "drafts", ["user_id"])
    op.create_table(
        "form_receipts",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        foreign_key("form_receipts", "user_id", "users.id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_form_receipts")),
    )
    op.create_table(
        "one_time_links",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", BIG_ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        foreign_key("one_time_links", "user_id", "users.id", ondelete="CASCADE"),
        primary_key("one_time_links"),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_links_token_hash")),
    )
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("encoding", sa.String(length=40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        foreign_key("uploads", "user_id", "users.id", ondelete="CASCADE"),
        primary_key("uploads"),
    )
    op.create_index(op.f("ix_uploads_user_id"), "uploads", ["user_id"])
    op.create_table(
        "events",
        sa.Column("sequence", BIG_ID, nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        sa.Column("shipment_id", BIG_ID, nullable=False),
        sa.Column("container_id", BIG_ID, nullable=True),
        sa.Column("event", sa.String(length=24), nullable=False),
        sa.Column("classifier", sa.String(length=10), nullable=False),
        sa.Column("station", sa.String(length=12), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        *moment("occurred"),
        sa.Column("wagon", sa.String(length=12), nullable=False),
        sa.Column("train", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("identity", sa.String(length=400), nullable=False),
        sa.Column("corrects", sa.String(length=36), nullable=True),
        sa.Column("voids", sa.String(length=36), nullable=True),
        sa.Column("root", sa.String(length=36), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("sender", sa.String(length=200), nullable=False),
        sa.Column("recorded_by", sa.String(length=255), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.CheckConstraint("occurred_at IS NOT NULL OR event = 'void'", name=op.f("ck_events_time_unless_void")),
        sa.CheckConstraint("corrects IS NULL OR voids IS NULL", name=op.f("ck_events_one_successor_kind")),
        foreign_key("events", "container_id", "containers.id", ondelete="CASCADE"),
        foreign_key("events", "corrects", "events.id", ondelete="CASCADE"),
        foreign_key("events", "shipment_id", "shipments.id", ondelete="CASCADE"),
        foreign_key("events", "station", "stations.id"),
        foreign_key("events", "voids", "events.id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_events")),
        sa.UniqueConstraint("corrects", name=op.f("uq_events_corrects")),
        sa.UniqueConstraint("id", name=op.f("uq_events_id")),
        sa.UniqueConstraint("voids", name=op.f("uq_events_voids")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_events_change"), "events", ["change"])
    op.create_index(op.f("ix_events_container_id"), "events", ["container_id"])
    op.create_index("ix_events_identity", "events", ["identity"])
    op.create_index(op.f("ix_events_root"), "events", ["root"])
    op.create_index(op.f("ix_events_shipment_id"), "events", ["shipment_id"])
    op.create_index(
        "uq_events_identity",
        "events",
        ["identity"],
        unique=True,
        sqlite_where=sa.text("corrects IS NULL AND voids IS NULL"),
        postgresql_where=sa.text("corrects IS NULL AND voids IS NULL"),
    )
    op.create_table(
        "journeys",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("shipment_id", BIG_ID, nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        *moment("departed"),
        *moment("arrived"),
        sa.Column("last_event", sa.String(length=24), nullable=True),
        sa.Column("last_station", sa.String(length=12), nullable=True),
        *moment("last"),
        *moment("first_planned_arrival"),
        *moment("latest_planned_arrival"),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("change", sa.BigInteger(), nullable=False),
        foreign_key("journeys", "id", "containers.id", ondelete="CASCADE"),
        foreign_key("journeys", "shipment_id", "shipments.id", ondelete="CASCADE"),
        primary_key("journeys"),
    )
    op.create_index(op.f("ix_journeys_change"), "journeys", ["change"])
    op.create_index(op.f("ix_journeys_shipment_id"), "journeys", ["shipment_id"])
    op.create_index(op.f("ix_journeys_status"), "journeys", ["status"])
    op.create_table(
        "crossings",
        sa.Column("journey_id", BIG_ID, nullable=False),
        sa.Column("crossing", sa.String(length=25), nullable=False),
        sa.Column("open_border", sa.Boolean(), nullable=False),
        *moment("arrived", nullable=False),
        *moment("departed", nullable=False),
        foreign_key("crossings", "journey_id", "journeys.id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("journey_id", "crossing", name=op.f("pk_crossings")),
    )
    op.create_table(
        "event_sources",
        sa.Column("sender", sa.String(length=200), nullable=False),
        sa.Column("source_id", sa.String(length=200), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        foreign_key("event_sources", "event_id", "events.id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("sender", "source_id", name=op.f("pk_event_sources")),
    )
    op.create_index(op.f("ix_event_sources_event_id"), "event_sources", ["event_id"])
    op.create_table(
        "visits",
        sa.Column("journey_id", BIG_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("station", sa.String(length=12), nullable=False),
        *moment("arrived"),
        *moment("departed"),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        foreign_key("visits", "journey_id", "journeys.id", ondelete="CASCADE"),
        foreign_key("visits", "station", "stations.id"),
        sa.PrimaryKeyConstraint("journey_id", "position", name=op.f("pk_visits")),
    )

    op.execute("INSERT INTO change_counter (id, change, lineage) VALUES (1, 0, '')")


def downgrade() -> None:
    for table in (
        "visits",
        "event_sources",
        "crossings",
        "journeys",
        "events",
        "uploads",
        "one_time_links",
        "form_receipts",
        "drafts",
        "containers",
        "users",
        "trains",
        "shipments",
        "legs",
        "audit",
        "stations",
        "settings",
        "removals",
        "organisations",
        "corridors",
        "change_lineage",
        "change_counter",
    ):
        op.drop_table(table)
