"""For mail that waits to be sent, addresses to be confirmed, the worker, and limits on how often one may try."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "mails",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("recipient", sa.String(255), nullable=False),
        sa.Column("user_id", _ID, nullable=True),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("nonce", sa.String(64), nullable=True),
        sa.Column("message_id", sa.String(120), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("run", sa.String(36), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME, nullable=True),
        sa.Column("reason", sa.JSON(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'sending', 'sent', 'failed')", name=op.f("ck_mails_state_known")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_mails_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
        sa.UniqueConstraint("message_id", name=op.f("uq_mails_message_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_mails_state_due_at", "mails", ["state", "due_at"])
    op.create_index(op.f("ix_mails_user_id"), "mails", ["user_id"])
    op.create_table(
        "address_changes",
        sa.Column("user_id", _ID, autoincrement=False, nullable=False),
        sa.Column("email", sa.String(255), nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_address_changes_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_address_changes")),
    )
    op.create_table(
        "workers",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("token", sa.String(36), nullable=False),
        sa.Column("seen_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_workers")),
    )
    op.create_table(
        "knocks",
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("moments", sa.JSON(), nullable=False),
        sa.Column("held_until", _TIME, nullable=True),
        sa.Column("forget_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_knocks")),
    )
    op.create_index(op.f("ix_knocks_forget_at"), "knocks", ["forget_at"])


def downgrade() -> None:
    op.drop_table("knocks")
    op.drop_table("workers")
    op.drop_table("address_changes")
    op.drop_table("mails")
