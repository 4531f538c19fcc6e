"""The chain of the audit as a value: its canonical form, and which entry a check finds broken first."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railtrack.domain.chain import (
    CONTENT,
    START,
    Flaw,
    canonical,
    canonical_json,
    canonical_time,
    check_chain,
    digest,
    digest_of_texts,
)

Entry = dict[str, Any]


def entry(sequence: int, previous: str, **content: Any) -> Entry:
    made: Entry = {
        "acted_for": "Alpha", "action": "book", "actor": "user:1", "after": {"n": sequence}, "before": None,
        "at": "2024-06-01T12:00:00.000000Z", "organisation_id": 1, "origin": "web", "subject": "shipment",
        "subject_id": "7", "sequence": sequence, "previous": previous,
    } | content  # fmt: skip
    return made | {"hash": digest(made)}


def chain(length: int) -> list[Entry]:
    made: list[Entry] = []
    for sequence in range(1, length + 1):
        made.append(entry(sequence, made[-1]["hash"] if made else START))
    return made


def test_the_canonical_form_is_this_text_and_no_other() -> None:
    first = entry(1, START, actor="Jürgen", after={"z": 1.5, "a": ["é", None]})
    assert canonical(first) == (
        '{"acted_for":"Alpha","action":"book","actor":"J\\u00fcrgen","after":{"a":["\\u00e9",null],"z":1.5},'
        '"at":"2024-06-01T12:00:00.000000Z","before":null,"organisation_id":1,"origin":"web","previous":"'
        + START
        + '",'
        '"sequence":1,"subject":"shipment","subject_id":"7"}'
    )
    assert first["hash"] == sha256(canonical(first).encode()).hexdigest()
    assert digest(json.loads(json.dumps(first))) == first["hash"]


def test_times_are_utc_to_the_microsecond() -> None:
    beijing = timezone(timedelta(hours=8))
    assert canonical_time(datetime(2024, 6, 1, 20, 0, 0, 5, beijing)) == "2024-06-01T12:00:00.000005Z"
    assert canonical_time(datetime(2024, 6, 1, 12, tzinfo=UTC)) == "2024-06-01T12:00:00.000000Z"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    words=st.tuples(*[st.text()] * 6),
    after=st.none() | st.dictionaries(st.text(), VALUES, max_size=3),
    n=st.integers(1),
)
def test_the_quick_way_to_the_hash_gives_the_same(words: tuple[str, ...], after: Entry | None, n: int) -> None:
    names = ("acted_for", "action", "actor", "origin", "subject", "subject_id")
    plain = entry(n, START, after=after, organisation_id=None, **dict(zip(names, words, strict=True)))
    quick = digest_of_texts(n, START, plain["at"], "null", canonical_json(after), None, *words)
    assert quick == plain["hash"]


def test_a_chain_that_holds_gives_its_length_and_head() -> None:
    entries = chain(5)
    found = check_chain(entries, [entries[2]["hash"], None, START])
    assert (found.holds, found.entries, found.head) == (True, 5, entries[4]["hash"])
    assert "5 entries" in str(found.message)
    empty = check_chain([])
    assert (empty.holds, empty.entries, empty.head) == (True, 0, START)


def forged(entries: list[Entry]) -> None:
    """Change an entry and give it the hash that belongs to it then."""
    made = {name: entries[2][name] for name in CONTENT} | {"after": {"n": 99}}
    entries[2] = made | {"hash": digest(made)}


def put_in(entries: list[Entry]) -> None:
    entries.insert(2, entry(3, entries[1]["hash"], after={"n": 99}))


def cut_to(length: int) -> Callable[[list[Entry]], None]:
    def cut(entries: list[Entry]) -> None:
        del entries[length:]

    return cut


@pytest.mark.parametrize(
    ("tamper", "flaw", "sequence"),
    [
        (lambda e: e[2].update(actor="user:2"), Flaw.CHANGED, 3),
        (lambda e: e[2].update(after={"n": 3.5}), Flaw.CHANGED, 3),
        (lambda e: e[2].update(at="2024-06-01T12:00:00.000001Z"), Flaw.CHANGED, 3),
        (lambda e: e[2].update(hash="0" * 64), Flaw.CHANGED, 3),
        (lambda e: e[2].update(previous="0" * 64), Flaw.CHANGED, 3),
        (forged, Flaw.NOT_CHAINED, 4),
        (lambda e: e.pop(2), Flaw.MISSING, 3),
        (lambda e: e.pop(0), Flaw.MISSING, 1),
        (put_in, Flaw.OUT_OF_PLACE, 3),
        (lambda e: e.insert(3, e[1]), Flaw.OUT_OF_PLACE, 2),
        (lambda e: e.__setitem__(slice(1, 3), [e[2], e[1]]), Flaw.MISSING, 2),
        (lambda e: e.__setitem__(2, None), Flaw.UNREADABLE, 3),
        (lambda e: e[2].pop("origin"), Flaw.UNREADABLE, 3),
        (lambda e: e[2].update(sequence="3"), Flaw.UNREADABLE, 3),
        (lambda e: e[2].update(after=b"3"), Flaw.UNREADABLE, 3),
        (cut_to(4), Flaw.CUT, 0),
        (cut_to(0), Flaw.CUT, 0),
    ],
)
def test_tampering_is_found_at_the_first_broken_entry(
    tamper: Callable[[list[Any]], None], flaw: Flaw, sequence: int
) -> None:
    entries = chain(5)
    head = entries[-1]["hash"]
    tamper(entries)
    found = check_chain(entries, [head])
    assert (found.flaw, found.sequence) == (flaw, sequence)
    assert str(found.message)
