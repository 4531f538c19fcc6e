"""The change counter, the audit, and what lies on a user's desk."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from railtrack.store.tables.base import Base, BigId, CanonicalJson


class ChangeCounterRow(Base):
    """One row. A writer takes the next number and holds the row until it commits, so numbers are seen in order."""

    __tablename__ = "change_counter"

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    change: Mapped[int] = mapped_column(BigInteger, default=0)
    lineage: Mapped[str] = mapped_column(String(32), default="")  # made anew at random with each number

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)


class ChangeLineageRow(Base):
    """The last change numbers with their lineages: who kept a copy tells by the pair whether this is its database.

    The number alone does not: a database made anew, or put back and written to since, comes to the same numbers.
    """

    __tablename__ = "change_lineage"

    change: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    lineage: Mapped[str] = mapped_column(String(32))


class RemovalRow(Base):
    """Journeys that are gone (a quantity used up, simulated history taken out), for whoever keeps a copy."""

    __tablename__ = "removals"

    journey_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    change: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class AuditRow(Base):
    """Who changed what, when, from where; written with the change itself and chained (see `domain.chain`).

    Triggers refuse to change or delete a row. So nothing here is of a person: `actor` is a pseudonym such as `user:17`,
    and what else tells of somebody is a reference to `audit_persons`, where it can be taken out. No foreign key holds
    on to an organisation, which may go with simulated history.
    """

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)  # counts from 1 without a gap
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(255))
    origin: Mapped[str] = mapped_column(String(100))  # cli, web and a reference to the address, api
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(200))
    organisation_id: Mapped[int | None] = mapped_column(BigId)  # whose it is
    acted_for: Mapped[str] = mapped_column(default="", server_default="")  # the organisation of the actor, by name
    before: Mapped[dict[str, Any] | None] = mapped_column(CanonicalJson)
    after: Mapped[dict[str, Any] | None] = mapped_column(CanonicalJson)
    previous: Mapped[str] = mapped_column(String(64))  # hash of the entry before
    hash: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        Index("ix_audit_subject_subject_id", "subject", "subject_id"),
        Index("ix_audit_organisation_id_id", "organisation_id", "id"),
        Index("ix_audit_actor", "actor"),
    )


class AuditPersonRow(Base):
    """What the audit says of a person: names and addresses, kept apart so that they can be erased and run out.

    `ref`, which the audit holds, is a hash over salt and value: what stands here cannot be changed unseen either, and
    tells nothing once salt and value are gone.
    """

    __tablename__ = "audit_persons"

    ref: Mapped[str] = mapped_column(String(32), primary_key=True)
    salt: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(10))  # network address, or what an entry says
    value: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)


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
