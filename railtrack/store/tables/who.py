"""Organisations, accounts, and who belongs where."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
)
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from railtrack.domain.people import email_key
from railtrack.store.tables.base import Base, BigId


def _email_key(context: DefaultExecutionContext) -> str:
    return email_key(context.get_current_parameters()["email"])  # type: ignore[no-untyped-call]


class OrganisationRow(Base):
    """A forwarder, terminal, railway or city. The published record is one too, so its trains have an owner."""

    __tablename__ = "organisations"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200), unique=True)  # case folded, so that two spellings are one
    published: Mapped[bool] = mapped_column(default=False)
    simulated: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class UserRow(Base):
    """An account. The columns from `fs_uniquifier` on are what Flask-Security asks for."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    email_key: Mapped[str] = mapped_column(default=_email_key, server_default="")  # so that two spellings are one
    name: Mapped[str] = mapped_column(String(200), default="")
    role: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(8), default="")
    created_at: Mapped[datetime]
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    last_login_at: Mapped[datetime | None]
    current_login_at: Mapped[datetime | None]
    last_login_ip: Mapped[str | None] = mapped_column(String(64))
    current_login_ip: Mapped[str | None] = mapped_column(String(64))
    login_count: Mapped[int] = mapped_column(default=0)
    tour_step: Mapped[int] = mapped_column(default=1, server_default="0")  # a new account begins the tour
    erased_at: Mapped[datetime | None]  # the row stays, empty, so that no other ever gets its number

    __table_args__ = (
        Index("uq_users_email_key", "email_key", unique=True),
        CheckConstraint("role IN ('partner', 'reader', 'city', 'terminal', 'administrator')", name="role_known"),
    )


class MembershipRow(Base):
    """That somebody belongs to an organisation; `position` says for which one acts unless told otherwise."""

    __tablename__ = "memberships"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True, index=True)
    position: Mapped[int] = mapped_column(default=0)


class OrganisationStationRow(Base):
    """A station at which an organisation works as a terminal."""

    __tablename__ = "organisation_stations"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    station: Mapped[str] = mapped_column(ForeignKey("stations.id"), primary_key=True, index=True)


class OneTimeLinkRow(Base):
    """A link that works once, such as the set-up of the first administrator; only its hash is kept."""

    __tablename__ = "one_time_links"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    purpose: Mapped[str] = mapped_column(String(40))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
