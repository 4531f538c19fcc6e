"""Until when a plan is kept, reckoned once: of a date the midnight that ends it on the station's clock."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# table, plan, and the station whose clock it goes by
PLANS = (
    ("shipments", "planned_departure", "origin"),
    ("journeys", "first_planned_arrival", "destination"),
    ("journeys", "latest_planned_arrival", "destination"),
)


def upgrade() -> None:
    for table, plan, end in PLANS:
        op.add_column(table, sa.Column(f"{plan}_due_at", sa.DateTime(timezone=True), nullable=True))
        _fill(table, plan, end)


def downgrade() -> None:
    for table, plan, _ in PLANS:
        op.drop_column(table, f"{plan}_due_at")


def _fill(table: str, plan: str, end: str) -> None:
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    names = ("id", f"{plan}_is_day", f"{plan}_offset_min", "origin", "destination", "shipment_id")
    at, due_at = (sa.column(name, sa.DateTime(timezone=True)) for name in (f"{plan}_at", f"{plan}_due_at"))
    rows = sa.table(table, at, due_at, *(sa.column(name) for name in names))
    is_day, offset = rows.c[f"{plan}_is_day"], rows.c[f"{plan}_offset_min"]
    connection.execute(sa.update(rows).values({due_at: at}))

    shipments = sa.table("shipments", sa.column("id"), sa.column(end))
    stations = sa.table("stations", sa.column("id"), sa.column("timezone"))
    of_station = rows.c.origin if table == "shipments" else shipments.c[end]
    joined = rows if table == "shipments" else rows.join(shipments, shipments.c.id == rows.c.shipment_id)
    days = (
        sa.select(at.label("at"), offset.label("offset_min"), stations.c.id, stations.c.timezone)
        .select_from(joined.join(stations, stations.c.id == of_station))
        .where(is_day.is_(sa.true()))
        .distinct()
    )
    for day in connection.execute(days).all():
        noon = day.at if day.at.tzinfo else day.at.replace(tzinfo=UTC)
        local = noon + timedelta(minutes=day.offset_min or 0)
        midnight = datetime.combine(local.astimezone(UTC).date() + timedelta(days=1), time(), ZoneInfo(day.timezone))
        due = midnight.astimezone(UTC)
        if table == "shipments":
            here = rows.c.origin == day.id
        else:
            here = rows.c.shipment_id.in_(sa.select(shipments.c.id).where(shipments.c[end] == day.id))
        connection.execute(
            sa.update(rows)
            .where(at == day.at, is_day.is_(sa.true()), offset == day.offset_min, here)
            .values({due_at: due.replace(tzinfo=None) if is_sqlite else due})
        )
