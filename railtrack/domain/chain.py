"""The chain of the audit: each entry carries the hash of the one before, so that none can be changed unseen.

The canonical form of an entry is a JSON object of the twelve names in `CONTENT`, sorted, without spaces, all beyond
ASCII escaped (`\\u00e9`), numbers as Python writes them. `sequence` counts from 1 without a gap; `at` is UTC as
`2024-06-01T12:00:00.000000Z`; `previous` is the hash of the entry before, of the first one 64 zeros; `before` and
`after` are objects or null; `organisation_id` is a number or null. The hash is SHA-256 over it, in hexadecimal.

Who may write to the database itself could forge the whole chain anew. Hence the head, the last hash: kept elsewhere, it
shows later that all up to there still stands.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from json.encoder import encode_basestring_ascii as _quoted
from typing import Any

from railtrack.domain.messages import Message, say

START = "0" * 64
CONTENT = (
    "acted_for", "action", "actor", "after", "at", "before", "organisation_id", "origin", "previous", "sequence",
    "subject", "subject_id",
)  # fmt: skip
canonical_json = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def canonical_time(at: datetime) -> str:
    """Write an aware time as the chain has it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def canonical(content: Mapping[str, Any]) -> str:
    """Give the canonical form of an entry; more than its content is left aside."""
    return canonical_json({name: content[name] for name in CONTENT})


def digest(content: Mapping[str, Any]) -> str:
    """Give the hash of an entry."""
    return sha256(canonical(content).encode()).hexdigest()


def digest_of_texts(
    sequence: int, previous: str, at: str, before: str, after: str, organisation_id: int | None, *words: str
) -> str:
    """Give the same hash from `before` and `after` as canonical JSON, for a file that brings 100,000 entries at once.

    `words` are acted_for, action, actor, origin, subject and subject_id. Takes a quarter of the time of `digest`.
    """
    acted_for, action, actor, origin, subject, subject_id = map(_quoted, words)
    owner = "null" if organisation_id is None else organisation_id
    text = (
        f'{{"acted_for":{acted_for},"action":{action},"actor":{actor},"after":{after},"at":"{at}","before":{before},'
        f'"organisation_id":{owner},"origin":{origin},"previous":"{previous}","sequence":{sequence},'
        f'"subject":{subject},"subject_id":{subject_id}}}'
    )
    return sha256(text.encode()).hexdigest()


class Flaw(StrEnum):
    """What is wrong at the first broken entry."""

    UNREADABLE = "unreadable"
    MISSING = "missing"
    OUT_OF_PLACE = "out of place"
    CHANGED = "changed"
    NOT_CHAINED = "not chained"
    CUT = "cut"


@dataclass(frozen=True, kw_only=True)
class ChainCheck:
    """What came of a check: how many entries hold, the hash of the last of them, and the first flaw, if any.

    `sequence` is the entry the flaw is at; 0 without one, and where the end is cut off.
    """

    entries: int
    head: str
    flaw: Flaw | None = None
    sequence: int = 0

    @property
    def holds(self) -> bool:
        return self.flaw is None

    @property
    def message(self) -> Message:
        """Say what was found."""
        if self.flaw is None:
            return say("The chain of the audit holds: %(entries)s entries.", entries=self.entries)
        return {
            Flaw.UNREADABLE: say("Entry %(n)s of the audit cannot be read.", n=self.sequence),
            Flaw.MISSING: say("Entry %(n)s of the audit is missing.", n=self.sequence),
            Flaw.OUT_OF_PLACE: say("Entry %(n)s of the audit does not stand in its place.", n=self.sequence),
            Flaw.CHANGED: say("Entry %(n)s of the audit was changed after it was written.", n=self.sequence),
            Flaw.NOT_CHAINED: say(
                "Entry %(n)s of the audit does not follow from the one before: one of them was put in or exchanged.",
                n=self.sequence,
            ),
            Flaw.CUT: say(
                "The audit ends with entry %(n)s and does not hold a head it had before: what followed was cut off, or "
                "all was written anew.",
                n=self.entries,
            ),
        }[self.flaw]


def check_chain(entries: Iterable[Mapping[str, Any] | None], heads: Iterable[str | None] = ()) -> ChainCheck:
    """Check entries from the first one on, up to the first flaw; None stands for one that cannot be read.

    `heads` are hashes that must be among them: each that of the last entry at an earlier time.
    """
    count, previous, missed = 0, START, {*heads} - {None, START}
    for entry in entries:
        flaw = _flaw(entry, count + 1, previous)
        if flaw is not None:
            found = entry.get("sequence") if entry is not None and flaw is not Flaw.MISSING else None
            sequence = found if isinstance(found, int) else count + 1
            return ChainCheck(entries=count, head=previous, flaw=flaw, sequence=sequence)
        assert entry is not None  # noqa: S101 - that would be a flaw
        count, previous = count + 1, entry["hash"]
        missed.discard(previous)
    return ChainCheck(entries=count, head=previous, flaw=Flaw.CUT if missed else None)


def _flaw(entry: Mapping[str, Any] | None, sequence: int, previous: str) -> Flaw | None:
    if entry is None or not {*CONTENT, "hash"} <= set(entry) or not isinstance(entry["sequence"], int):
        return Flaw.UNREADABLE
    if entry["sequence"] != sequence:
        return Flaw.MISSING if entry["sequence"] > sequence else Flaw.OUT_OF_PLACE
    try:
        expected = digest(entry)
    except (TypeError, ValueError):
        return Flaw.UNREADABLE
    if entry["hash"] != expected:
        return Flaw.CHANGED
    return Flaw.NOT_CHAINED if entry["previous"] != previous else None
