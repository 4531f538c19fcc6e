"""Reading the audit, taking it out with its hashes, and checking that its chain holds; administrators only."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from railtrack.domain.actors import Actor
from railtrack.domain.chain import ChainCheck, canonical_json, check_chain
from railtrack.domain.messages import say
from railtrack.domain.records import AuditEntry, Page
from railtrack.domain.rights import Operation, insist
from railtrack.store import audit as stored
from railtrack.store.audit import KeptCheck
from railtrack.store.chain import last_link
from railtrack.store.engine import Store
from railtrack.store.persons import changed_references

PAGE = 500  # entries read at once for a file


@dataclass(frozen=True, kw_only=True)
class AuditFilter:
    """Which entries are wanted: of a person, on a kind of thing or one thing, of a period; `until` is not in it."""

    actor: str | None = None
    subject: str | None = None
    subject_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CheckedAudit:
    """What a check found; `persons_changed` are the references to names and addresses that are not the ones noted."""

    check: ChainCheck
    persons_changed: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        return self.check.holds and not self.persons_changed


def audit_page(
    store: Store, wanted: AuditFilter, *, actor: Actor, limit: int = 50, cursor: str | None = None
) -> Page[AuditEntry]:
    """Give entries, newest first, persons named as far as that is kept."""
    _only_administrators(actor)
    with store.reading() as r:
        return stored.audit_entries(
            r,
            actor.scope,
            actor=wanted.actor,
            subject=wanted.subject,
            subject_id=wanted.subject_id,
            since=wanted.since,
            until=wanted.until,
            limit=limit,
            cursor=cursor,
        )


def audit_list(store: Store, wanted: AuditFilter, *, actor: Actor, most: int | None = None) -> Iterator[AuditEntry]:
    """Give all entries that are wanted, newest first, up to `most` of them."""
    _only_administrators(actor)
    return _listed(store, wanted, actor, most)


def _listed(store: Store, wanted: AuditFilter, actor: Actor, most: int | None) -> Iterator[AuditEntry]:
    cursor, left = None, most
    while left is None or left > 0:
        page = audit_page(store, wanted, actor=actor, limit=min(PAGE, left or PAGE), cursor=cursor)
        yield from page.items
        left = None if left is None else left - len(page.items)
        if page.next_cursor is None:
            return
        cursor = page.next_cursor


def audit_subjects(store: Store, *, actor: Actor) -> list[str]:
    """Give the kinds of things there are entries on."""
    _only_administrators(actor)
    with store.reading() as r:
        return stored.subjects(r)


# ---------------------------------------------------------------- the chain


def export_audit(store: Store, *, actor: Actor) -> Iterator[str]:
    """Give every entry as it is chained, a JSON object a line, the first one first; persons by their pseudonyms."""
    _only_administrators(actor)
    return _exported(store)


def _exported(store: Store) -> Iterator[str]:
    with store.reading() as r:
        for entry in stored.chained(r):
            yield canonical_json(entry) + "\n"


def verify_audit(store: Store, *, actor: Actor, now: datetime, head: str | None = None) -> CheckedAudit:
    """Check the chain in the database from its first entry on, and remember what came of it.

    `head` is the hash of the last entry at an earlier time, which must still be there; so must the one of the last
    check that was remembered, or else the end was cut off since.
    """
    _only_administrators(actor)
    with store.reading() as r:
        found = check_chain(stored.chained(r), [head, stored.known_head(r)])
        changed = tuple(changed_references(r.session))
    with store.noting(actor, now) as w:
        stored.keep_check(w, found)
        w.commit()
    return CheckedAudit(check=found, persons_changed=changed)


def last_check(store: Store, *, actor: Actor) -> KeptCheck | None:
    """Give what came of the last check, None where there was none."""
    _only_administrators(actor)
    with store.reading() as r:
        return stored.last_check(r)


def head_of_audit(store: Store, *, actor: Actor) -> tuple[int, str]:
    """Give the number of the last entry and its hash, to be kept elsewhere."""
    _only_administrators(actor)
    with store.reading() as r:
        return last_link(r.session)


def verify_file(path: Path, *, head: str | None = None) -> ChainCheck:
    """Check the chain in a file that `export_audit` made."""
    with path.open(encoding="utf-8", errors="replace") as lines:
        return check_chain(_read(lines), [head])


def _read(lines: Iterable[str]) -> Iterator[Mapping[str, Any] | None]:
    for line in lines:
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            entry = None
        yield entry if isinstance(entry, dict) else None


def _only_administrators(actor: Actor) -> None:
    insist(actor, Operation.READ_AUDIT, own=False, refusal=say("Only an administrator reads the audit."))
