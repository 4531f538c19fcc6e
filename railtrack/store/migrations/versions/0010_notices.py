"""For alerts, webhooks and who is told of them; events may say what temperature was read."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# SQLite counts up only INTEGER keys by itself
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_OPEN, _EVERYBODYS = sa.text("closed_at IS NULL"), sa.text("organisation_id IS NULL")


def upgrade() -> None:
    op.add_column("events", sa.Column("temperature_c", sa.Double(), nullable=True))
    op.create_table(
        "alerts",
        sa.Column("id", _ID, nullable=False),
        sa.Column("organisation_id", _ID, nullable=True),
        sa.Column("shipment_id", _ID, nullable=False),
        sa.Column("container_id", _ID, nullable=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("station", sa.String(12), nullable=True),
        sa.Column("identity", sa.String(120), nullable=False),
        sa.Column("opened_at", _TIME, nullable=False),
        sa.Column("seen_at", _TIME, nullable=False),
        sa.Column("closed_at", _TIME, nullable=True),
        sa.Column("ending", sa.String(10), nullable=True),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column("acknowledged_at", _TIME, nullable=True),
        sa.Column("acknowledged_by", _ID, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('late', 'overdue', 'silent', 'off_corridor', 'temperature', 'held')",
            name=op.f("ck_alerts_kind_known"),
        ),
        sa.CheckConstraint("(closed_at IS NULL) = (ending IS NULL)", name=op.f("ck_alerts_ends_with_a_reason")),
        _of("alerts", "organisation_id", "organisations"),
        _of("alerts", "shipment_id", "shipments"),
        _of("alerts", "container_id", "containers"),
        sa.ForeignKeyConstraint(["acknowledged_by"], ["users.id"], name=op.f("fk_alerts_acknowledged_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_alerts_open", "alerts", ["identity"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_index("ix_alerts_organisation_id_opened_at", "alerts", ["organisation_id", "opened_at"])
    for column in ("shipment_id", "container_id", "acknowledged_by"):
        op.create_index(op.f(f"ix_alerts_{column}"), "alerts", [column])
    op.create_table(
        "alert_rules",
        sa.Column("id", _ID, nullable=False),
        sa.Column("organisation_id", _ID, nullable=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("thresholds", sa.JSON(), nullable=False),
        _of("alert_rules", "organisation_id", "organisations"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_rules")),
        sa.UniqueConstraint("organisation_id", "kind", name=op.f("uq_alert_rules_organisation_id_kind")),
    )
    op.create_index(
        "uq_alert_rules_everybodys", "alert_rules", ["kind"],
        unique=True, sqlite_where=_EVERYBODYS, postgresql_where=_EVERYBODYS,
    )  # fmt: skip
    op.create_table(
        "notice_wishes",
        sa.Column("id", _ID, nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("organisation_id", _ID, nullable=True),
        sa.Column("manner", sa.String(10), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("digest_until", _TIME, nullable=True),
        sa.CheckConstraint("manner IN ('none', 'at_once', 'digest')", name=op.f("ck_notice_wishes_manner_known")),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name=op.f("ck_notice_wishes_hour_of_a_day")),
        _of("notice_wishes", "user_id", "users"),
        _of("notice_wishes", "organisation_id", "organisations"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_wishes")),
        sa.UniqueConstraint("user_id", "organisation_id", name=op.f("uq_notice_wishes_user_id_organisation_id")),
    )
    op.create_index(op.f("ix_notice_wishes_user_id"), "notice_wishes", ["user_id"])
    op.create_index(
        "uq_notice_wishes_everybodys", "notice_wishes", ["user_id"],
        unique=True, sqlite_where=_EVERYBODYS, postgresql_where=_EVERYBODYS,
    )  # fmt: skip
    op.create_table(
        "alert_tellings",
        sa.Column("alert_id", _ID, nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("occurrence", sa.String(12), nullable=False),
        sa.Column("mail_id", _ID, nullable=True),
        sa.Column("told_at", _TIME, nullable=False),
        _of("alert_tellings", "alert_id", "alerts"),
        _of("alert_tellings", "user_id", "users"),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["mails.id"], name=op.f("fk_alert_tellings_mail_id_mails"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("alert_id", "user_id", "occurrence", name=op.f("pk_alert_tellings")),
    )
    for column in ("user_id", "mail_id"):
        op.create_index(op.f(f"ix_alert_tellings_{column}"), "alert_tellings", [column])
    op.create_table(
        "webhooks",
        sa.Column("id", _ID, nullable=False),
        sa.Column("organisation_id", _ID, nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        _of("webhooks", "organisation_id", "organisations"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_webhooks_organisation_id"), "webhooks", ["organisation_id"])
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", _ID, nullable=False),
        sa.Column("webhook_id", _ID, nullable=False),
        sa.Column("alert_id", _ID, nullable=True),
        sa.Column("occurrence", sa.String(12), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("run", sa.String(36), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME, nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'delivered', 'failed')", name=op.f("ck_webhook_deliveries_state_known")
        ),
        _of("webhook_deliveries", "webhook_id", "webhooks"),
        _of("webhook_deliveries", "alert_id", "alerts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
        sa.UniqueConstraint(
            "webhook_id", "alert_id", "occurrence", name=op.f("uq_webhook_deliveries_webhook_id_alert_id_occurrence")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_webhook_deliveries_alert_id"), "webhook_deliveries", ["alert_id"])
    op.create_index("ix_webhook_deliveries_state_due_at", "webhook_deliveries", ["state", "due_at"])


def downgrade() -> None:
    for table in ("webhook_deliveries", "webhooks", "alert_tellings", "notice_wishes", "alert_rules", "alerts"):
        op.drop_table(table)
    op.drop_column("events", "temperature_c")


def _of(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    """Goes with the row it names."""
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE")
