"""Persons in the audit and in events: by a pseudonym, so that who it was can be erased and the chain still holds.

The pseudonym is `user:` and the number of the account. What else an entry says of people (addresses, names, the network
address it came from) is replaced by `kept:` and a reference to a row of `audit_persons`. Readers get all put back, as
far as it is still kept.
"""

import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from railtrack.domain.actors import Actor
from railtrack.domain.people import email_key
from railtrack.domain.records import AuditEntry
from railtrack.store.tables import AuditPersonRow, UserRow
from railtrack.store.writing.bulk import in_batches

# what entries on these say is of cargo and the line, and a file brings many of them
OF_CARGO = frozenset({"shipment", "container", "event", "train", "station", "leg", "corridor", "organisation"})
ADDRESS, SAID = "address", "said"
_NAMES = frozenset({"name", "first_name", "last_name"})  # fields that name a person where the subject is one
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_REF = re.compile(r"\bkept:([0-9a-f]{32})\b")
_USER = re.compile(r"user:(\d+)")
Turn = Callable[[str, str], str]  # field and text to what stands for it


def pseudonym(user_id: int) -> str:
    return f"user:{user_id}"


def name_in_audit(actor: Actor) -> str:
    """Give what the audit and events call somebody."""
    return actor.name if actor.user_id is None else pseudonym(actor.user_id)


def reference(salt: str, value: str) -> str:
    """Give what the audit holds in the place of a value."""
    return sha256(f"{salt} {value}".encode()).hexdigest()[:32]


# ---------------------------------------------------------------- writing


def set_apart(session: Session, actor: Actor, now: datetime, entries: Sequence[dict[str, Any]]) -> None:
    """Put references and pseudonyms in the place of what entries say of persons."""
    origins: dict[str, str] = {}
    for entry in entries:
        origin = entry["origin"]
        if origin not in origins:
            origins[origin] = _origin(session, origin, actor.user_id, now)
        entry["origin"] = origins[origin]
        if entry["subject"] not in OF_CARGO:
            _set_apart(session, now, entry)


def _origin(session: Session, origin: str, user_id: int | None, now: datetime) -> str:
    """Keep the network address behind `web` or `api` apart, once a day for each user."""
    door, _, address = origin.partition(" ")
    if not address or _REF.fullmatch(address):
        return origin
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    known = session.scalar(
        select(AuditPersonRow.ref).where(
            AuditPersonRow.kind == ADDRESS,
            AuditPersonRow.value == address,
            AuditPersonRow.user_id == user_id,
            AuditPersonRow.at >= midnight,
        )
    )
    return f"{door} kept:{known or _keep(session, ADDRESS, address, user_id, now)}"


def _set_apart(session: Session, now: datetime, entry: dict[str, Any]) -> None:
    owner = _user_of(session, entry["subject_id"])
    is_person = entry["subject"] == "user"

    def stands_for(field: str, said: str) -> str:
        if _EMAIL.fullmatch(said):
            user_id = _user_of(session, said)
            if user_id is not None:
                return pseudonym(user_id)
        elif not (is_person and field in _NAMES and said):
            return said
        return f"kept:{_keep(session, SAID, said, owner, now)}"

    entry["subject_id"] = stands_for("", entry["subject_id"])
    for side in ("before", "after"):
        if entry[side] is not None:
            entry[side] = _turned(entry[side], stands_for)


def _user_of(session: Session, said: str) -> int | None:
    """Give whose address or pseudonym this is; None if nobody's."""
    known = _USER.fullmatch(said)
    if known:
        return int(known[1])
    return session.scalar(select(UserRow.id).where(UserRow.email_key == email_key(said))) if "@" in said else None


def _keep(session: Session, kind: str, value: str, user_id: int | None, now: datetime) -> str:
    salt = secrets.token_hex(16)
    ref = reference(salt, value)
    row = {"ref": ref, "salt": salt, "kind": kind, "value": value, "user_id": user_id, "at": now}
    session.execute(insert(AuditPersonRow), [row])
    return ref


# ---------------------------------------------------------------- reading


def addresses(session: Session, names: Iterable[str]) -> dict[str, str]:
    """Give the addresses behind pseudonyms, as far as they are kept; what is no pseudonym is left out."""
    wanted = {int(found[1]): name for name in set(names) if (found := _USER.fullmatch(name))}
    known: dict[str, str] = {}
    for part in in_batches(sorted(wanted)):
        rows = session.execute(select(UserRow.id, UserRow.email).where(UserRow.id.in_(part)))
        known.update({wanted[row.id]: row.email for row in rows})
    return known


def put_back(session: Session, entries: Sequence[AuditEntry]) -> tuple[AuditEntry, ...]:
    """Name the persons in entries again, as far as they are kept."""
    refs: set[str] = set()
    names = {entry.actor for entry in entries}
    for entry in entries:
        refs.update(_REF.findall(entry.origin))
        if entry.subject not in OF_CARGO:
            for said in _texts([entry.subject_id, entry.before, entry.after]):
                refs.update(_REF.findall(said))
                names.add(said)
    known, kept = addresses(session, names), _kept(session, refs)

    def named(_field: str, said: str) -> str:
        return known.get(said) or _REF.sub(lambda found: kept.get(found[1], found[0]), said)

    return tuple(
        replace(
            entry,
            actor=named("", entry.actor),
            origin=named("", entry.origin),
            **({} if entry.subject in OF_CARGO else _named_content(entry, named)),
        )
        for entry in entries
    )


def _named_content(entry: AuditEntry, named: Turn) -> dict[str, Any]:
    return {
        "subject_id": named("", entry.subject_id),
        "before": None if entry.before is None else _turned(entry.before, named),
        "after": None if entry.after is None else _turned(entry.after, named),
    }


def _kept(session: Session, refs: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in in_batches(sorted(refs)):
        rows = session.execute(select(AuditPersonRow.ref, AuditPersonRow.value).where(AuditPersonRow.ref.in_(part)))
        found.update({row.ref: row.value for row in rows})
    return found


def changed_references(session: Session) -> list[str]:
    """Give the references whose value is no longer the one they were made of."""
    rows = session.execute(select(AuditPersonRow.ref, AuditPersonRow.salt, AuditPersonRow.value))
    return [row.ref for row in rows if reference(row.salt, row.value) != row.ref]


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def _turned(value: Any, turn: Turn, field: str = "") -> Any:
    """Give the same value with every text in it turned."""
    if isinstance(value, str):
        return turn(field, value)
    if isinstance(value, Mapping):
        return {name: _turned(each, turn, str(name)) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_turned(each, turn, field) for each in value]
    return value
