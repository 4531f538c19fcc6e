"""One account per e-mail address however it is spelled: `email_key`, in which width and case are no difference."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("email_key", sa.Text(), nullable=False, server_default=""))
    connection = op.get_bind()
    users = sa.table("users", sa.column("id"), sa.column("email"), sa.column("email_key"))
    taken: set[str] = set()
    for user in connection.execute(sa.select(users.c.id, users.c.email).order_by(users.c.id)).all():
        key = _key(user.email)
        if key in taken:
            # two accounts of one address: the older keeps it, the other can no longer sign in (no address has spaces)
            key = f"{key} {user.id}"
        taken.add(key)
        connection.execute(sa.update(users).where(users.c.id == user.id).values(email_key=key))
    op.create_index("uq_users_email_key", "users", ["email_key"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_users_email_key", "users")
    op.drop_column("users", "email_key")


def _key(address: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", address.strip()).casefold())
