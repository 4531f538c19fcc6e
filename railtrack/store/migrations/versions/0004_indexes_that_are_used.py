"""Indexes: those that no query used go, one for the audit of an organisation comes."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_events_identity", "events")
    op.drop_index("ix_audit_at", "audit")
    op.drop_index("ix_shipments_change", "shipments")
    op.create_index("ix_audit_organisation_id_id", "audit", ["organisation_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_audit_organisation_id_id", "audit")
    op.create_index("ix_shipments_change", "shipments", ["change"])
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_events_identity", "events", ["identity"])
