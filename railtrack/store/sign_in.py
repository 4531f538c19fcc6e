"""What people sign in with besides the password: one-time codes, recovery codes, passkeys, single sign-on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, func, or_, select, update

from railtrack.domain.signing_in import Factors, Passkey
from railtrack.store.engine import Noting, Reading
from railtrack.store.tables import (
    AuthenticatorRow,
    IdentityRow,
    PasskeyRow,
    RecoveryCodeRow,
    WrongCodesRow,
)


def has_factor(reading: Reading, person_id: int) -> bool:
    """Whether somebody has a confirmed authenticator or a passkey."""
    found = select(
        or_(
            exists().where(AuthenticatorRow.user_id == person_id, AuthenticatorRow.confirmed_at.is_not(None)),
            exists().where(PasskeyRow.user_id == person_id),
        )
    )
    return bool(reading.session.scalar(found))


def who_has_factors(reading: Reading) -> frozenset[int]:
    """The ids of all who have a confirmed authenticator or a passkey."""
    apps = select(AuthenticatorRow.user_id).where(AuthenticatorRow.confirmed_at.is_not(None))
    return frozenset(reading.session.scalars(apps.union(select(PasskeyRow.user_id))))


def factors(reading: Reading, person_id: int) -> Factors:
    """Everything somebody has besides the password."""
    since = reading.session.scalar(select(AuthenticatorRow.confirmed_at).where(AuthenticatorRow.user_id == person_id))
    left = reading.session.scalar(
        select(func.count()).where(RecoveryCodeRow.user_id == person_id, RecoveryCodeRow.used_at.is_(None))
    )
    issuers = reading.session.scalars(
        select(IdentityRow.issuer).where(IdentityRow.user_id == person_id).order_by(IdentityRow.id)
    )
    keys = reading.session.execute(
        select(PasskeyRow.id, PasskeyRow.name, PasskeyRow.is_synced, PasskeyRow.made_at, PasskeyRow.last_used_at)
        .where(PasskeyRow.user_id == person_id)
        .order_by(PasskeyRow.id)
    )
    return Factors(
        authenticator_since=since,
        passkeys=tuple(Passkey(**row._mapping) for row in keys),
        recovery_codes_left=left or 0,
        identities=tuple(issuers),
    )


# ---------------------------------------------------------------- the app with one-time codes


@dataclass(frozen=True)
class Authenticator:
    secret: bytes  # encrypted
    is_confirmed: bool
    last_counter: int | None


def authenticator(reading: Reading, person_id: int) -> Authenticator | None:
    """Somebody's app, confirmed or not."""
    row = reading.session.get(AuthenticatorRow, person_id)
    return None if row is None else Authenticator(row.secret, row.confirmed_at is not None, row.last_counter)


def begin_authenticator(w: Noting, person_id: int, secret: bytes) -> None:
    """Keep the secret of an app whose first code is still to come; an earlier unconfirmed one goes."""
    w.session.execute(
        delete(AuthenticatorRow).where(AuthenticatorRow.user_id == person_id, AuthenticatorRow.confirmed_at.is_(None))
    )
    w.session.add(AuthenticatorRow(user_id=person_id, secret=secret, made_at=w.now))
    w.session.flush()


def confirm_authenticator(w: Noting, person_id: int) -> None:
    w.session.execute(update(AuthenticatorRow).where(AuthenticatorRow.user_id == person_id).values(confirmed_at=w.now))


def take_counter(w: Noting, person_id: int, counter: int) -> bool:
    """Use up the code of this counter and all before it; False where it was used already. Of two at once one wins."""
    taken = w.session.execute(
        update(AuthenticatorRow)
        .where(
            AuthenticatorRow.user_id == person_id,
            or_(AuthenticatorRow.last_counter.is_(None), AuthenticatorRow.last_counter < counter),
        )
        .values(last_counter=counter)
        .returning(AuthenticatorRow.user_id)
    )
    return taken.scalar() is not None


def remove_authenticator(w: Noting, person_id: int) -> None:
    w.session.execute(delete(AuthenticatorRow).where(AuthenticatorRow.user_id == person_id))


# ---------------------------------------------------------------- codes for whoever lost the device


def replace_recovery_codes(w: Noting, person_id: int, hashes: Sequence[str]) -> None:
    """Keep the hashes of new codes (or none); the earlier codes are dead."""
    w.session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.user_id == person_id))
    w.session.add_all(RecoveryCodeRow(user_id=person_id, code_hash=each) for each in hashes)
    w.session.flush()


def take_recovery_code(w: Noting, person_id: int, code_hash: str) -> bool:
    """Use a code up; False where there is none such left. Of two at once one wins."""
    taken = w.session.execute(
        update(RecoveryCodeRow)
        .where(
            RecoveryCodeRow.user_id == person_id,
            RecoveryCodeRow.code_hash == code_hash,
            RecoveryCodeRow.used_at.is_(None),
        )
        .values(used_at=w.now)
        .returning(RecoveryCodeRow.id)
    )
    return taken.first() is not None


# ---------------------------------------------------------------- wrong codes


def wrong_codes(reading: Reading, person_id: int) -> tuple[int, datetime | None]:
    """How many wrong codes since the last right one, and when the last of them was."""
    row = reading.session.get(WrongCodesRow, person_id, populate_existing=True)
    return (0, None) if row is None else (row.number, row.last_at)


def count_wrong_code(w: Noting, person_id: int, *, from_one: bool) -> None:
    """Count one more; `from_one` where those before are long ago."""
    number = 1 if from_one else WrongCodesRow.number + 1
    counted = w.session.execute(
        update(WrongCodesRow)
        .where(WrongCodesRow.user_id == person_id)
        .values(number=number, last_at=w.now)
        .returning(WrongCodesRow.user_id)
    )
    if counted.scalar() is None:
        w.session.add(WrongCodesRow(user_id=person_id, number=1, last_at=w.now))
        w.session.flush()


def forget_wrong_codes(w: Noting, person_id: int) -> None:
    w.session.execute(delete(WrongCodesRow).where(WrongCodesRow.user_id == person_id))


# ---------------------------------------------------------------- passkeys


@dataclass(frozen=True)
class Credential:
    """What verifies a passkey."""

    id: int
    person_id: int
    credential_id: bytes
    public_key: bytes
    sign_count: int
    user_handle: bytes
    transports: tuple[str, ...]
    name: str


def credentials(reading: Reading, person_id: int) -> list[Credential]:
    """Somebody's passkeys."""
    rows = reading.session.scalars(select(PasskeyRow).where(PasskeyRow.user_id == person_id).order_by(PasskeyRow.id))
    return [_credential(row) for row in rows]


def credential(reading: Reading, credential_id: bytes) -> Credential | None:
    """Find a passkey by what it calls itself."""
    row = reading.session.scalar(select(PasskeyRow).where(PasskeyRow.credential_id == credential_id))
    return None if row is None else _credential(row)


def add_passkey(
    w: Noting,
    person_id: int,
    *,
    credential_id: bytes,
    public_key: bytes,
    sign_count: int,
    user_handle: bytes,
    name: str,
    transports: Sequence[str],
    is_synced: bool,
) -> None:
    """Keep a passkey; raises Conflict where it is known already."""
    w.session.add(
        PasskeyRow(
            user_id=person_id,
            credential_id=credential_id,
            public_key=public_key,
            sign_count=sign_count,
            user_handle=user_handle,
            name=name,
            transports=list(transports),
            is_synced=is_synced,
            made_at=w.now,
        )
    )
    w.session.flush()


def use_passkey(w: Noting, passkey_id: int, *, before: int, after: int) -> bool:
    """Note the new count of a passkey; False where it was used in between, so that no answer counts twice."""
    used = w.session.execute(
        update(PasskeyRow)
        .where(PasskeyRow.id == passkey_id, PasskeyRow.sign_count == before)
        .values(sign_count=after, last_used_at=w.now)
        .returning(PasskeyRow.id)
    )
    return used.scalar() is not None


def rename_passkey(w: Noting, person_id: int, passkey_id: int, name: str) -> bool:
    """Call one of somebody's passkeys something else; False where they have none such."""
    changed = w.session.execute(
        update(PasskeyRow)
        .where(PasskeyRow.id == passkey_id, PasskeyRow.user_id == person_id)
        .values(name=name)
        .returning(PasskeyRow.id)
    )
    return changed.scalar() is not None


def remove_passkey(w: Noting, person_id: int, passkey_id: int) -> str | None:
    """Take away one of somebody's passkeys and give its name; None where they have none such."""
    return w.session.scalar(
        delete(PasskeyRow)
        .where(PasskeyRow.id == passkey_id, PasskeyRow.user_id == person_id)
        .returning(PasskeyRow.name)
    )


def remove_passkeys(w: Noting, person_id: int) -> None:
    w.session.execute(delete(PasskeyRow).where(PasskeyRow.user_id == person_id))


def _credential(row: PasskeyRow) -> Credential:
    return Credential(
        id=row.id,
        person_id=row.user_id,
        credential_id=row.credential_id,
        public_key=row.public_key,
        sign_count=row.sign_count,
        user_handle=row.user_handle,
        transports=tuple(str(each) for each in row.transports),
        name=row.name,
    )


# ---------------------------------------------------------------- single sign-on


def person_of_identity(reading: Reading, issuer: str, subject: str) -> int | None:
    """Whose identity this is, by the id of their account."""
    return reading.session.scalar(
        select(IdentityRow.user_id).where(IdentityRow.issuer == issuer, IdentityRow.subject == subject)
    )


def has_identity(reading: Reading, person_id: int, issuer: str) -> bool:
    """Whether somebody has an identity at this provider."""
    found = select(exists().where(IdentityRow.user_id == person_id, IdentityRow.issuer == issuer))
    return bool(reading.session.scalar(found))


def add_identity(w: Noting, person_id: int, issuer: str, subject: str) -> None:
    """Say that this identity is this person's; raises Conflict where it is somebody's."""
    w.session.add(IdentityRow(user_id=person_id, issuer=issuer, subject=subject, made_at=w.now))
    w.session.flush()


def remove_identities(w: Noting, person_id: int) -> None:
    w.session.execute(delete(IdentityRow).where(IdentityRow.user_id == person_id))
