"""How far each account is in the tour: those there are have been here before, so for them it is over."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("tour_step", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("users", "tour_step")
