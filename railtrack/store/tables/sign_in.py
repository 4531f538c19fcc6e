"""How people sign in: sessions, second factors, passkeys, single sign-on. Of each secret only what checks it is kept.

All of it is of one user and goes with them; columns of `users` stay those of the account.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from railtrack.store.tables.base import Base, BigId


class SessionRow(Base):
    """A browser somebody signed in with. It is over when it ended, ran out, or the user got a new key since."""

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    user_key: Mapped[str] = mapped_column(String(64))  # the user's fs_uniquifier when it was made
    made_at: Mapped[datetime]
    shown_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    # kept until it would have run out: a copied cookie must find it ended, not missing
    ended_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(String(64), default="")
    browser: Mapped[str] = mapped_column(String(100), default="")
    is_proved: Mapped[bool] = mapped_column(default=False)
    stays: Mapped[bool] = mapped_column(default=False)


class AuthenticatorRow(Base):
    """An app that shows one-time codes; it counts from when its first code was given back."""

    __tablename__ = "authenticators"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    secret: Mapped[bytes] = mapped_column(LargeBinary)  # encrypted with a key that is not in the database
    made_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_counter: Mapped[int | None] = mapped_column(BigInteger)  # of the code taken last: no older one is taken again


class RecoveryCodeRow(Base):
    """A code that works once, for whoever lost the device."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


class WrongCodesRow(Base):
    """How often somebody gave a wrong code since the last right one."""

    __tablename__ = "wrong_codes"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    number: Mapped[int]
    last_at: Mapped[datetime]


class PasskeyRow(Base):
    """A WebAuthn credential."""

    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    user_handle: Mapped[bytes] = mapped_column(LargeBinary)  # what devices know the user by: random, not the address
    name: Mapped[str] = mapped_column(String(100))
    transports: Mapped[list[Any]]
    is_synced: Mapped[bool]
    made_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class IdentityRow(Base):
    """Who somebody is at an identity provider."""

    __tablename__ = "identities"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    issuer: Mapped[str] = mapped_column(String(500))
    subject: Mapped[str] = mapped_column(String(255))
    made_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("issuer", "subject"),)
