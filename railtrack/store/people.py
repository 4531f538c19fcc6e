"""People with an account, their one-time links, and what the installation remembers about itself."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, or_, select, update

from railtrack.domain.actors import Role
from railtrack.domain.people import Person, email_key
from railtrack.domain.records import Organisation
from railtrack.domain.rights import owns_what_touches_its_stations
from railtrack.store.engine import Noting, Reading
from railtrack.store.memberships import add_membership, organisations_of, ways
from railtrack.store.tables import OneTimeLinkRow, SettingRow, UserRow


def person_by_id(reading: Reading, person_id: int) -> Person | None:
    return _first(reading, _people().where(UserRow.id == person_id))


def person_by_email(reading: Reading, email: str) -> Person | None:
    """Find an account by its address, in any spelling."""
    return _first(reading, _people().where(UserRow.email_key == email_key(email)))


def person_by_key(reading: Reading, key: str) -> Person | None:
    """Find the account a session belongs to."""
    return _first(reading, _people().where(UserRow.fs_uniquifier == key))


def people(reading: Reading) -> list[Person]:
    """Everybody, by address."""
    return _persons(reading, _people().order_by(UserRow.email))


def count_active(reading: Reading, role: Role) -> int:
    """How many can sign in with this role."""
    counted = (
        select(func.count())
        .select_from(UserRow)
        .where(UserRow.role == role.value, UserRow.active, UserRow.password.is_not(None))
    )
    return reading.session.scalar(counted) or 0


def add_person(
    w: Noting,
    *,
    email: str,
    name: str,
    role: Role,
    organisation_id: int | None,
    key: str,
    password_hash: str | None = None,
    language: str = "",
) -> int:
    """Add an account, of one organisation or none, and give its id; raises Conflict when the address is taken."""
    row = UserRow(
        email=email,
        name=name,
        role=role.value,
        language=language,
        created_at=w.now,
        fs_uniquifier=key,
        password=password_hash,
    )
    w.session.add(row)
    w.session.flush()
    if organisation_id is not None:
        add_membership(w, row.id, organisation_id)
    return row.id


def change_person(w: Noting, person_id: int, **changes: Any) -> None:
    """Set columns of an account, named as in the table of users."""
    w.session.execute(update(UserRow).where(UserRow.id == person_id).values(**changes))


# ---------------------------------------------------------------- links that work once


def add_link(w: Noting, purpose: str, token_hash: str, *, expires_at: datetime, person_id: int | None = None) -> None:
    """Keep the hash of a link; older ones for the same purpose and person die."""
    same = [OneTimeLinkRow.purpose == purpose, OneTimeLinkRow.used_at.is_(None)]
    same.append(OneTimeLinkRow.user_id.is_(None) if person_id is None else OneTimeLinkRow.user_id == person_id)
    w.session.execute(update(OneTimeLinkRow).where(*same).values(used_at=w.now))
    w.session.add(
        OneTimeLinkRow(
            purpose=purpose, token_hash=token_hash, user_id=person_id, created_at=w.now, expires_at=expires_at
        )
    )
    w.session.flush()


def is_link_alive(reading: Reading, purpose: str, token_hash: str, now: datetime) -> bool:
    return reading.session.scalar(select(OneTimeLinkRow.id).where(*_alive(purpose, token_hash, now))) is not None


def link_person(reading: Reading, purpose: str, token_hash: str, now: datetime) -> int | None:
    """Whom a living link is for; None where it is for nobody yet, or dead."""
    return reading.session.scalar(select(OneTimeLinkRow.user_id).where(*_alive(purpose, token_hash, now)))


def take_link(w: Noting, purpose: str, token_hash: str) -> bool:
    """Use a link up; False if it was dead already. Of two at once only one gets True."""
    taken = w.session.execute(
        update(OneTimeLinkRow)
        .where(*_alive(purpose, token_hash, w.now))
        .values(used_at=w.now)
        .returning(OneTimeLinkRow.id)
    )
    return taken.scalar() is not None


# ---------------------------------------------------------------- the installation's memory


def setting(reading: Reading, name: str) -> str | None:
    """What is remembered under this name."""
    return reading.session.scalar(select(SettingRow.value).where(SettingRow.name == name))


def keep_setting(w: Noting, name: str, value: str) -> None:
    """Remember something under a name that has nothing yet; raises Conflict if it has."""
    w.session.add(SettingRow(name=name, value=value))
    w.session.flush()


def put_setting(w: Noting, name: str, value: str) -> None:
    """Remember something under a name in the place of what was there."""
    w.session.merge(SettingRow(name=name, value=value))
    w.session.flush()


def drop_setting(w: Noting, name: str) -> None:
    """Forget what is remembered under a name; harmless where nothing is."""
    w.session.execute(delete(SettingRow).where(SettingRow.name == name))


def _alive(purpose: str, token_hash: str, now: datetime) -> Sequence[Any]:
    return (
        OneTimeLinkRow.purpose == purpose,
        OneTimeLinkRow.token_hash == token_hash,
        OneTimeLinkRow.used_at.is_(None),
        or_(OneTimeLinkRow.expires_at.is_(None), OneTimeLinkRow.expires_at > now),
    )


def _people() -> Select[UserRow]:
    return select(UserRow).where(UserRow.erased_at.is_(None))


def _first(reading: Reading, query: Select[UserRow]) -> Person | None:
    return next(iter(_persons(reading, query.limit(1))), None)


def _persons(reading: Reading, query: Select[UserRow]) -> list[Person]:
    rows = reading.session.scalars(query).all()
    belonging = organisations_of(reading, [row.id for row in rows])
    at_stations = {row.id for row in rows if owns_what_touches_its_stations(Role(row.role))}
    lines = ways(reading) if at_stations else {}
    return [_person(row, belonging[row.id], lines if row.id in at_stations else {}) for row in rows]


def _person(row: UserRow, organisations: Sequence[Organisation], lines: Mapping[str, tuple[str, ...]]) -> Person:
    return Person(
        id=row.id,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        organisations=tuple(organisations),
        ways=lines,
        language=row.language,
        is_active=row.active,
        key=row.fs_uniquifier,
        password_hash=row.password,
        created_at=row.created_at,
        last_sign_in_at=row.last_login_at,
        current_sign_in_at=row.current_login_at,
        last_sign_in_ip=row.last_login_ip,
        current_sign_in_ip=row.current_login_ip,
        sign_ins=row.login_count,
        tour_step=row.tour_step,
    )
