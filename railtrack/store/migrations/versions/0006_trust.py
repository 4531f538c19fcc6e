"""The audit as a chain that cannot be changed, with the persons in it kept apart so that they can be erased.

The entries there are keep their order and are numbered without gaps. The rules are those of `domain.chain` and
`store.persons` as they stood when this was written; a test holds the two together.
"""

import json
import re
import secrets
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# SQLite counts up only INTEGER keys by itself
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
BATCH = 5000
OF_CARGO = ("shipment", "container", "event", "train", "station", "leg", "corridor", "organisation")
WORDS = ("actor", "origin", "action", "subject", "subject_id", "acted_for")
APART = sa.table(
    "audit_persons", *(sa.column(n) for n in ("ref", "salt", "kind", "value", "user_id")), sa.column("at", TIME)
)
USERS = sa.table("users", sa.column("id"), sa.column("email"))
EVENTS = sa.table("events", sa.column("recorded_by"))
SQLITE_GUARDS = {
    "audit_never_changed": "BEFORE UPDATE ON audit",
    "audit_never_deleted": "BEFORE DELETE ON audit",
}
POSTGRESQL_GUARDS = (
    "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION"
    " 'the audit is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    "CREATE TRIGGER audit_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON audit"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()",
)


def upgrade() -> None:
    op.add_column("users", sa.Column("erased_at", TIME, nullable=True))
    op.create_table(
        "audit_persons",
        sa.Column("ref", sa.String(length=32), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("user_id", BIG_ID, nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_audit_persons_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_audit_persons")),
    )
    op.create_index("ix_audit_persons_user_id", "audit_persons", ["user_id"])
    op.create_index("ix_audit_persons_at", "audit_persons", ["at"])
    connection = op.get_bind()
    persons = _Persons(connection)
    for (name,) in connection.execute(sa.select(EVENTS.c.recorded_by).distinct()).all():
        if persons.pseudonym(name):
            known = EVENTS.c.recorded_by == name
            connection.execute(sa.update(EVENTS).where(known).values(recorded_by=persons.pseudonym(name)))
    _move(lambda: _make_audit(is_chained=True), lambda kept: _chained(kept, persons))
    if connection.dialect.name == "sqlite":
        for trigger, when in SQLITE_GUARDS.items():
            op.execute(f"CREATE TRIGGER {trigger} {when} BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END")
    else:
        for guard in POSTGRESQL_GUARDS:
            op.execute(guard)


def downgrade() -> None:
    connection = op.get_bind()
    persons = _Persons(connection)
    organisations = sa.table("organisations", sa.column("id"))
    there = set(connection.execute(sa.select(organisations.c.id)).scalars())
    for user_id, address in persons.addresses.items():
        known = EVENTS.c.recorded_by == f"user:{user_id}"
        connection.execute(sa.update(EVENTS).where(known).values(recorded_by=address))
    _move(lambda: _make_audit(is_chained=False), lambda kept: _unchained(kept, persons, there))
    if connection.dialect.name != "sqlite":
        op.execute("DROP FUNCTION audit_is_append_only()")
        op.execute("SELECT setval('audit_id_seq', coalesce(max(id), 0) + 1, false) FROM audit")
    op.drop_table("audit_persons")
    op.drop_column("users", "erased_at")


# ---------------------------------------------------------------- the table, made anew


def _make_audit(*, is_chained: bool) -> None:
    links: list[Any] = [
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
    ]
    holds = sa.ForeignKeyConstraint(
        ["organisation_id"], ["organisations.id"], name=op.f("fk_audit_organisation_id_organisations")
    )
    op.create_table(
        "audit",
        sa.Column("id", BIG_ID, nullable=False, autoincrement=not is_chained),
        sa.Column("at", TIME, nullable=False),
        sa.Column("actor", sa.String(length=255), nullable=False),
        sa.Column("origin", sa.String(length=100), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=200), nullable=False),
        sa.Column("organisation_id", BIG_ID, nullable=True),
        sa.Column("acted_for", sa.Text(), nullable=False, server_default=""),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        *(links if is_chained else [holds]),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_subject_subject_id", "audit", ["subject", "subject_id"])
    op.create_index("ix_audit_organisation_id_id", "audit", ["organisation_id", "id"])
    if is_chained:
        op.create_index("ix_audit_actor", "audit", ["actor"])


def _columns() -> "list[sa.ColumnClause[Any]]":
    numbers = [sa.column(name, BIG_ID) for name in ("id", "organisation_id")]
    values = [sa.column(name, sa.JSON()) for name in ("before", "after")]
    return [*numbers, sa.column("at", TIME), *(sa.column(name, sa.Text()) for name in WORDS), *values]


def _move(make: Any, turned: Any) -> None:
    """Put the rows aside, make the table anew, and write them back turned."""
    connection = op.get_bind()
    op.execute("CREATE TABLE audit_before AS SELECT * FROM audit")
    op.drop_table("audit")
    make()
    audit = sa.table("audit", *_columns(), sa.column("previous"), sa.column("hash"))
    rows: list[dict[str, Any]] = []
    for row in turned(_kept(connection)):
        rows.append(row)
        if len(rows) == BATCH:
            connection.execute(sa.insert(audit), rows)
            rows = []
    if rows:
        connection.execute(sa.insert(audit), rows)
    op.drop_table("audit_before")


def _kept(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    op.create_index("ix_audit_before_id", "audit_before", ["id"])
    table, after = sa.table("audit_before", *_columns()), 0
    while rows := connection.execute(
        sa.select(table).where(table.c.id > after).order_by(table.c.id).limit(BATCH)
    ).all():
        for row in rows:
            values = dict(row._mapping)
            yield values | {"at": values["at"] if values["at"].tzinfo else values["at"].replace(tzinfo=UTC)}
        after = rows[-1].id


def _chained(kept: Iterator[dict[str, Any]], persons: "_Persons") -> Iterator[dict[str, Any]]:
    previous = "0" * 64
    for sequence, row in enumerate(kept, start=1):
        persons.set_apart(row)
        content = {name: value for name, value in row.items() if name not in ("id", "at")}
        at = row["at"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        content |= {"sequence": sequence, "previous": previous, "at": at}
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        digest = sha256(text.encode()).hexdigest()
        yield row | {"id": sequence, "previous": previous, "hash": digest}
        previous = digest
    persons.write()


def _unchained(kept: Iterator[dict[str, Any]], persons: "_Persons", there: set[int]) -> Iterator[dict[str, Any]]:
    for row in kept:
        persons.put_back(row)
        yield row | {"organisation_id": row["organisation_id"] if row["organisation_id"] in there else None}


# ---------------------------------------------------------------- persons


class _Persons:
    """Who is behind addresses and pseudonyms, and what is kept apart of them."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self.addresses: dict[int, str] = {
            row.id: row.email for row in connection.execute(sa.select(USERS.c.id, USERS.c.email))
        }
        self._ids = {_key(address): user_id for user_id, address in self.addresses.items()}
        self._rows: list[dict[str, Any]] = []
        self._origins: dict[tuple[int | None, str, object], str] = {}
        kept = connection.execute(sa.select(APART.c.ref, APART.c.value))
        self._known = {f"kept:{row.ref}": row.value for row in kept}
        self._known |= {f"user:{user_id}": address for user_id, address in self.addresses.items()}

    def pseudonym(self, name: str) -> str | None:
        user_id = self._ids.get(_key(name)) if "@" in name else None
        return None if user_id is None else f"user:{user_id}"

    def set_apart(self, row: dict[str, Any]) -> None:
        actor = self._ids.get(_key(row["actor"]))
        row["actor"] = self.pseudonym(row["actor"]) or row["actor"]
        door, _, address = row["origin"].partition(" ")
        if address:
            day = (actor, address, row["at"].date())
            if day not in self._origins:
                self._origins[day] = self._keep("address", address, actor, row["at"])
            row["origin"] = f"{door} {self._origins[day]}"
        if row["subject"] not in OF_CARGO:
            owner = self._ids.get(_key(row["subject_id"])) if "@" in row["subject_id"] else None
            names_too = row["subject"] == "user"
            for name in ("subject_id", "before", "after"):
                row[name] = self._turned(row[name], name, owner, row["at"], names_too)

    def _turned(self, value: Any, field: str, owner: int | None, at: datetime, names_too: bool) -> Any:
        if isinstance(value, dict):
            return {name: self._turned(each, name, owner, at, names_too) for name, each in value.items()}
        if isinstance(value, list):
            return [self._turned(each, field, owner, at, names_too) for each in value]
        if not isinstance(value, str):
            return value
        is_address = re.fullmatch(r"[^@\s]+@[^@\s]+", value) is not None
        is_name = names_too and field in ("name", "first_name", "last_name") and bool(value)
        if not (is_address or is_name):
            return value
        return (self.pseudonym(value) if is_address else None) or self._keep("said", value, owner, at)

    def _keep(self, kind: str, value: str, user_id: int | None, at: datetime) -> str:
        salt = secrets.token_hex(16)
        ref = sha256(f"{salt} {value}".encode()).hexdigest()[:32]
        self._rows.append({"ref": ref, "salt": salt, "kind": kind, "value": value, "user_id": user_id, "at": at})
        return f"kept:{ref}"

    def write(self) -> None:
        if self._rows:
            self._connection.execute(sa.insert(APART), self._rows)

    def put_back(self, row: dict[str, Any]) -> None:
        known = self._known
        door, _, address = row["origin"].partition(" ")
        row["actor"] = known.get(row["actor"], row["actor"])
        row["origin"] = f"{door} {known.get(address, address)}".strip()
        if row["subject"] not in OF_CARGO:
            for name in ("subject_id", "before", "after"):
                row[name] = _put_back(row[name], known)


def _put_back(value: Any, known: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _put_back(each, known) for name, each in value.items()}
    if isinstance(value, list):
        return [_put_back(each, known) for each in value]
    return known.get(value, value) if isinstance(value, str) else value


def _key(address: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", address.strip()).casefold())
