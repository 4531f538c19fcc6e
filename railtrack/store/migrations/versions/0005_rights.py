"""For who may do what: more roles, people of several organisations, stations of a terminal, and who was acted for."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# SQLite counts up only INTEGER keys by itself
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KNOWN = "ck_users_role_known"
HAS_ORGANISATION = "ck_users_partner_has_organisation"
BELONGS = "fk_users_organisation_id_organisations"
NOW = "role IN ('partner', 'reader', 'city', 'terminal', 'administrator')"
BEFORE = "role IN ('partner', 'city', 'administrator')"
USERS = sa.table("users", *(sa.column(name) for name in ("id", "role", "organisation_id", "active")))
MEMBERSHIPS = sa.table("memberships", *(sa.column(name) for name in ("user_id", "organisation_id", "position")))


def upgrade() -> None:
    op.create_table(
        "memberships",
        sa.Column("user_id", BIG_ID, nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_memberships_user_id_users"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_memberships_organisation_id_organisations")
        ),
        sa.PrimaryKeyConstraint("user_id", "organisation_id", name=op.f("pk_memberships")),
    )
    op.create_index("ix_memberships_organisation_id", "memberships", ["organisation_id"])
    op.create_table(
        "organisation_stations",
        sa.Column("organisation_id", BIG_ID, nullable=False),
        sa.Column("station", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_organisation_stations_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(["station"], ["stations.id"], name=op.f("fk_organisation_stations_station_stations")),
        sa.PrimaryKeyConstraint("organisation_id", "station", name=op.f("pk_organisation_stations")),
    )
    op.create_index("ix_organisation_stations_station", "organisation_stations", ["station"])
    op.add_column("audit", sa.Column("acted_for", sa.Text(), nullable=False, server_default=""))
    belongs = sa.select(USERS.c.id, USERS.c.organisation_id, sa.literal(0)).where(USERS.c.organisation_id.is_not(None))
    op.execute(sa.insert(MEMBERSHIPS).from_select(["user_id", "organisation_id", "position"], belongs))
    # SQLite makes the table anew
    with op.batch_alter_table("users") as users:
        users.drop_constraint(op.f(HAS_ORGANISATION), type_="check")
        users.drop_constraint(op.f(KNOWN), type_="check")
        users.drop_constraint(op.f(BELONGS), type_="foreignkey")
        users.create_check_constraint(op.f(KNOWN), NOW)
        users.drop_column("organisation_id")


def downgrade() -> None:
    op.add_column("users", sa.Column("organisation_id", BIG_ID, nullable=True))
    first = (
        sa.select(MEMBERSHIPS.c.organisation_id)
        .where(MEMBERSHIPS.c.user_id == USERS.c.id)
        .order_by(MEMBERSHIPS.c.position, MEMBERSHIPS.c.organisation_id)
        .limit(1)
        .scalar_subquery()
    )
    op.execute(sa.update(USERS).values(organisation_id=first))
    # whoever had a role that was not known then can no longer sign in: each of those there were may do more
    gone = USERS.c.role.in_(("reader", "terminal")) | ((USERS.c.role == "partner") & USERS.c.organisation_id.is_(None))
    op.execute(sa.update(USERS).where(gone).values(active=sa.false(), role="city"))
    with op.batch_alter_table("users") as users:
        users.drop_constraint(op.f(KNOWN), type_="check")
        users.create_check_constraint(op.f(KNOWN), BEFORE)
        users.create_check_constraint(op.f(HAS_ORGANISATION), "role <> 'partner' OR organisation_id IS NOT NULL")
        users.create_foreign_key(op.f(BELONGS), "organisations", ["organisation_id"], ["id"])
    op.drop_column("audit", "acted_for")
    op.drop_table("organisation_stations")
    op.drop_table("memberships")
