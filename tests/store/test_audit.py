"""The audit in both databases: chained, never changed or deleted, and tampering by SQL found."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, OperationalError

from railtrack.domain.actors import EVERYTHING, Actor, Role
from railtrack.domain.chain import START, ChainCheck, Flaw, check_chain
from railtrack.operations.administering.accounts import create_user
from railtrack.operations.administering.auditing import verify_audit
from railtrack.store import migrating
from railtrack.store.audit import audit_entries, chained, known_head, last_check, subjects
from railtrack.store.engine import Store
from railtrack.store.organisations import add_organisation
from railtrack.store.persons import changed_references
from railtrack.store.writing.simulated import remove_simulated
from tests.factories import ADMINISTRATOR
from tests.tampering import tampered

ENTRIES = 6


def write(store: Store, now: datetime, first: int = 1, last: int = ENTRIES, actor: Actor = ADMINISTRATOR) -> None:
    """Write entries, two a transaction."""
    for n in range(first, last + 1, 2):
        with store.writing(actor, now + timedelta(microseconds=n)) as w:
            w.audit("do", "thing", n, {"n": n - 0.5}, {"said": 'ü "quoted" \u2028', "list": [n, None]})
            w.audit("do", "thing", n + 1)
            w.commit()


def checked(store: Store, *heads: str | None) -> ChainCheck:
    with store.reading() as r:
        return check_chain(chained(r), heads)


def test_entries_are_numbered_without_a_gap_and_chained(store: Store, now: datetime) -> None:
    assert checked(store) == ChainCheck(entries=0, head=START)
    write(store, now)
    with store.writing(ADMINISTRATOR, now) as w:
        w.audit("try", "thing", 0)
        w.session.flush()
    write(store, now, 7, 8)
    found = checked(store)
    assert (found.holds, found.entries) == (True, 8)
    with store.reading() as r:
        entries = [e for e in chained(r) if e is not None]
    assert [e["sequence"] for e in entries] == list(range(1, 9))
    assert [e["previous"] for e in entries] == [START, *(e["hash"] for e in entries[:-1])]
    assert entries[0]["after"] == {"said": 'ü "quoted" \u2028', "list": [1, None]}
    assert entries[1]["before"] is None


def test_both_databases_give_the_same_hashes(sqlite_url: str, postgres_url: str, now: datetime) -> None:
    heads = set()
    for url in (sqlite_url, postgres_url):
        store = Store(url)
        write(store, now)
        heads.add(checked(store).head)
        store.close()
    assert len(heads) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'me'",
        "UPDATE audit SET action = action WHERE id = 2",
        "DELETE FROM audit WHERE id = 2",
        "DELETE FROM audit",
    ],
)
def test_no_entry_is_changed_or_deleted(store: Store, now: datetime, statement: str) -> None:
    write(store, now)
    with pytest.raises(DBAPIError, match="append-only"), store.engine.begin() as connection:
        connection.execute(text(statement))
    assert checked(store).entries == ENTRIES


def test_no_entry_is_replaced_on_sqlite(sqlite_store: Store, now: datetime) -> None:
    write(sqlite_store, now)
    with pytest.raises(DBAPIError, match="append-only"), sqlite_store.engine.begin() as connection:
        connection.execute(text("INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE id = 2"))


def test_the_table_is_not_emptied_on_postgresql(postgres_url: str, now: datetime) -> None:
    store = Store(postgres_url)
    write(store, now)
    with pytest.raises(DBAPIError, match="append-only"), store.engine.begin() as connection:
        connection.execute(text("TRUNCATE audit"))
    store.close()


def swap(connection: Connection) -> None:
    connection.execute(text("UPDATE audit SET id = 99 WHERE id = 3"))
    connection.execute(text("UPDATE audit SET id = 3 WHERE id = 4"))
    connection.execute(text("UPDATE audit SET id = 4 WHERE id = 99"))


def put_in(connection: Connection) -> None:
    """Put an entry in at 4, copied from the one there, and move what follows."""
    for n in range(ENTRIES, 3, -1):
        connection.execute(text("UPDATE audit SET id = id + 1 WHERE id = :n"), {"n": n})
    names = "at, actor, origin, action, subject, subject_id, acted_for, before, after, previous, hash"
    connection.execute(text(f"INSERT INTO audit (id, {names}) SELECT 4, {names} FROM audit WHERE id = 5"))  # noqa: S608


def close_the_gap(connection: Connection) -> None:
    connection.execute(text("DELETE FROM audit WHERE id = 3"))
    for n in range(4, ENTRIES + 1):
        connection.execute(text("UPDATE audit SET id = id - 1 WHERE id = :n"), {"n": n})


@pytest.mark.parametrize(
    ("tamper", "flaw", "sequence"),
    [
        ("UPDATE audit SET actor = 'me' WHERE id = 3", Flaw.CHANGED, 3),
        ("UPDATE audit SET subject_id = '33' WHERE id = 3", Flaw.CHANGED, 3),
        ("UPDATE audit SET organisation_id = 5 WHERE id = 3", Flaw.CHANGED, 3),
        ("UPDATE audit SET at = '2024-06-01 11:00:00' WHERE id = 3", Flaw.CHANGED, 3),
        ("UPDATE audit SET after = '{\"list\": [3]}' WHERE id = 3", Flaw.CHANGED, 3),
        ("UPDATE audit SET hash = previous WHERE id = 3", Flaw.CHANGED, 3),
        ("DELETE FROM audit WHERE id = 3", Flaw.MISSING, 3),
        ("DELETE FROM audit WHERE id = 1", Flaw.MISSING, 1),
        (close_the_gap, Flaw.CHANGED, 3),
        (put_in, Flaw.CHANGED, 5),
        (swap, Flaw.CHANGED, 3),
        ("DELETE FROM audit WHERE id > 4", Flaw.CUT, 0),
        ("DELETE FROM audit", Flaw.CUT, 0),
    ],
)
def test_tampering_by_sql_is_found(store: Store, now: datetime, tamper: object, flaw: Flaw, sequence: int) -> None:
    write(store, now)
    head = checked(store).head
    with tampered(store) as connection:
        if callable(tamper):
            tamper(connection)
        else:
            connection.execute(text(str(tamper)))
    found = checked(store, head)
    assert (found.flaw, found.sequence) == (flaw, sequence)


@pytest.mark.parametrize("tamper", ["at = 'yesterday'", "after = '{'", "before = x'00ff'", "organisation_id = x'00'"])
def test_what_is_no_entry_any_more_is_found_on_sqlite(sqlite_store: Store, now: datetime, tamper: str) -> None:
    """SQLite takes any value in any column."""
    write(sqlite_store, now)
    with tampered(sqlite_store) as connection:
        connection.execute(text(f"UPDATE audit SET {tamper} WHERE id = 3"))  # noqa: S608
    found = checked(sqlite_store)
    assert (found.flaw, found.sequence) == (Flaw.UNREADABLE, 3)


def run(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_the_chain_does_not_fork_however_many_write_at_once(store: Store, now: datetime) -> None:
    """Writers follow each other by the change counter; who only notes (links, passwords) has none and writes too."""
    failures: list[BaseException] = []
    all_there = threading.Barrier(6)

    def work(name: str, notes: bool) -> None:
        try:
            all_there.wait()
            for n in range(8):
                with store.noting(ADMINISTRATOR, now) if notes else store.writing(ADMINISTRATOR, now) as w:
                    w.audit("do", name, n)
                    w.audit("do", name, n)
                    w.commit()
        except BaseException as error:  # noqa: BLE001, RUF100 - the thread hands it to the test
            failures.append(error)

    run([threading.Thread(target=work, args=(f"{i}", i % 2 == 0)) for i in range(6)])
    assert failures == []
    found = checked(store)
    assert (found.flaw, found.entries) == (None, 6 * 8 * 2)
    with store.reading() as r:
        assert len(subjects(r)) == 6


def test_a_note_waits_for_no_long_import_and_both_are_chained(postgres_url: str, now: datetime) -> None:
    store = Store(postgres_url)
    with store.writing(ADMINISTRATOR, now) as long:
        long.audit("import", "file", "long.csv")
        with store.noting(ADMINISTRATOR, now, patience_s=2) as quick:
            quick.audit("make", "link", "1")
            quick.commit()
        long.commit()
    with store.reading() as r:
        assert [(e["sequence"], e["subject"]) for e in chained(r) if e] == [(1, "link"), (2, "file")]
    assert checked(store).holds
    store.close()


def test_nobody_waits_for_the_chain_for_ever(postgres_url: str, now: datetime) -> None:
    store = Store(postgres_url)
    with store.engine.begin() as connection:
        connection.execute(text("LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE"))
        with store.noting(ADMINISTRATOR, now, patience_s=0.1) as w:
            w.audit("do", "thing", 1)
            with pytest.raises(OperationalError, match="lock timeout"):
                w.commit()
    store.close()


def test_simulated_history_goes_and_leaves_the_chain_as_it_was(store: Store, now: datetime) -> None:
    with store.writing(ADMINISTRATOR, now) as w:
        gone = add_organisation(w, "Invented", simulated=True)
        w.commit()
    head = checked(store).head
    with store.writing(ADMINISTRATOR, now) as w:
        assert remove_simulated(w) == 0
        w.commit()
    found = checked(store, head)
    assert (found.flaw, found.entries) == (None, 2)
    with store.writing(ADMINISTRATOR, now) as w:
        new = add_organisation(w, "New")
        w.commit()
    assert new.id != gone.id, "entries on what is gone must not come into the sight of another"


def test_what_a_check_found_is_remembered(store: Store, now: datetime) -> None:
    with store.reading() as r:
        assert (last_check(r), known_head(r)) == (None, None)
    write(store, now)
    first = verify_audit(store, actor=ADMINISTRATOR, now=now)
    assert first.holds
    with store.reading() as r:
        kept = last_check(r)
        assert kept is not None
        assert (kept.at, kept.check, known_head(r)) == (now, first.check, first.check.head)
    with tampered(store) as connection:
        connection.execute(text("DELETE FROM audit WHERE id > 4"))
    for _ in range(2):
        cut = verify_audit(store, actor=ADMINISTRATOR, now=now + timedelta(days=1))
        assert cut.check.flaw is Flaw.CUT, "the head that was known is found to be gone without being named"
    with store.reading() as r:
        kept = last_check(r)
    assert kept is not None
    assert (kept.at, kept.check.flaw) == (now + timedelta(days=1), Flaw.CUT)


# ---------------------------------------------------------------- persons


def add_user(store: Store, now: datetime, email: str) -> Actor:
    """Add an account and give its owner, acting from a browser."""
    return create_user(store, email, "A. Weber", Role.CITY, actor=ADMINISTRATOR, now=now).actor("web 192.0.2.7")


def test_a_person_stands_in_the_audit_by_a_pseudonym_and_is_read_by_the_address(store: Store, now: datetime) -> None:
    weber = add_user(store, now, "Weber@example.org")
    with store.noting(weber, now) as w:
        w.audit("set password", "user", "weber@EXAMPLE.org", {"email": "old@example.org"}, {"name": "W", "role": "x"})
        w.audit("change", "station", "MAL", {"name": "Mala"}, {"name": "a@b.org"})
        w.commit()
    with store.reading() as r:
        raw = [e for e in chained(r) if e is not None]
        added, said, station = audit_entries(r, EVERYTHING).items[::-1]
        assert changed_references(r.session) == []
        by_person = audit_entries(r, EVERYTHING, actor="weber@example.org").items
        about = audit_entries(r, EVERYTHING, subject="user", subject_id="weber@example.org").items
    pseudonym = f"user:{weber.user_id}"
    assert [(e["actor"], e["subject_id"]) for e in raw] == [
        ("cli:test", pseudonym), (pseudonym, pseudonym), (pseudonym, "MAL"),
    ]  # fmt: skip
    assert not any("eber" in repr(e) or "192.0.2.7" in repr(e) or "old@example.org" in repr(e) for e in raw)
    assert added.after == {"email": "Weber@example.org", "name": "A. Weber", "role": "city"}
    assert (said.actor, said.origin, said.subject_id) == ("Weber@example.org", "web 192.0.2.7", "Weber@example.org")
    assert (said.before, said.after) == ({"email": "old@example.org"}, {"name": "W", "role": "x"})
    assert (station.before, station.after) == ({"name": "Mala"}, {"name": "a@b.org"})
    assert raw[1]["origin"] == raw[2]["origin"]
    assert [e.id for e in by_person] == [3, 2]
    assert [e.id for e in about] == [2, 1]


def test_a_network_address_is_noted_once_a_day_for_each_user(store: Store, now: datetime) -> None:
    weber = add_user(store, now, "weber@example.org")
    for at, origin in ((now, "web 192.0.2.7"), (now, "api 192.0.2.7"), (now + timedelta(days=1), "web 192.0.2.7")):
        with store.noting(replace(weber, origin=origin), at) as w:
            w.audit("do", "thing", 1)
            w.commit()
    with store.reading() as r:
        assert [e.origin for e in audit_entries(r, EVERYTHING, subject="thing").items] == [
            "web 192.0.2.7", "api 192.0.2.7", "web 192.0.2.7",
        ]  # fmt: skip
        assert r.session.scalar(text("SELECT count(*) FROM audit_persons WHERE kind = 'address'")) == 2


def test_a_name_or_address_that_was_changed_is_found(store: Store, now: datetime) -> None:
    add_user(store, now, "weber@example.org")
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE audit_persons SET value = 'B. Weber'"))
    with store.reading() as r:
        assert len(changed_references(r.session)) == 1
        assert check_chain(chained(r)).holds


# ---------------------------------------------------------------- what was there before


def test_entries_known_before_are_chained_in_their_order_with_persons_set_apart(spare: Store, now: datetime) -> None:
    weber = add_user(spare, now, "weber@example.org")
    migrating.downgrade(spare.engine, "0005")
    row = (
        "INSERT INTO audit (id, at, actor, origin, action, subject, subject_id, acted_for, before, after) VALUES"
        " (:id, '2024-05-01 10:00:00.5', :actor, :origin, 'do', :subject, :subject_id, '', 'null', :after)"
    )
    web = "web 192.0.2.7"
    old = [
        (5, "Weber@example.org", web, "user", "weber@example.org", '{"name": "A. W.", "email": "old@example.org"}'),
        (7, "weber@example.org", web, "shipment", "1", '{"gross_kg": 21500.0, "ü": [1, "x@y"]}'),
        (90, "cli:root", "cli", "user", "gone@example.org", "null"),
    ]
    names = ("id", "actor", "origin", "subject", "subject_id", "after")
    with spare.engine.begin() as connection:
        before = connection.execute(text("SELECT actor, subject_id FROM audit")).all()
        assert [tuple(each) for each in before] == [("cli:test", "weber@example.org")], "going back names them again"
        for values in old:
            connection.execute(text(row), dict(zip(names, values, strict=True)))
    spare.migrate()
    found = checked(spare)
    assert (found.flaw, found.entries) == (None, 4)
    with spare.reading() as r:
        raw = [e for e in chained(r) if e is not None]
        read = audit_entries(r, EVERYTHING).items[::-1]
        assert changed_references(r.session) == []
    pseudonym = f"user:{weber.user_id}"
    assert [(e["sequence"], e["actor"]) for e in raw] == [
        (1, "cli:test"), (2, pseudonym), (3, pseudonym), (4, "cli:root"),
    ]  # fmt: skip
    assert not any(w in repr(raw) for w in ("eber", "192.0.2.7", "A. W.", "old@example.org", "gone@example.org"))
    assert [(e.actor, e.origin, e.subject_id) for e in read[1:]] == [
        ("weber@example.org", web, "weber@example.org"), ("weber@example.org", web, "1"),
        ("cli:root", "cli", "gone@example.org"),
    ]  # fmt: skip
    assert read[1].after == {"name": "A. W.", "email": "old@example.org"}
    assert read[2].after == {"gross_kg": 21500.0, "ü": [1, "x@y"]}
    write(spare, now)
    assert checked(spare, raw[-1]["hash"]).entries == 4 + ENTRIES
