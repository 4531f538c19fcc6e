"""One transaction per `with`: kept only by commit, numbered in order, one writer at a time."""

import threading
import time
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text

from railtrack.domain.errors import Conflict, NotFound, RailtrackError, Refused, Unavailable
from railtrack.domain.messages import say
from railtrack.store.audit import audit_entries
from railtrack.store.desk import save_draft
from railtrack.store.engine import Store
from railtrack.store.organisations import add_organisation, organisations
from railtrack.store.people import keep_setting, person_by_id
from railtrack.store.reading.exporting import current_change
from railtrack.store.tables import OrganisationRow, SettingRow
from tests.factories import ADMINISTRATOR


def names(store: Store) -> list[str]:
    with store.reading() as r:
        return [o.name for o in organisations(r.session).values()]


def test_what_was_committed_is_kept(store: Store, now: datetime) -> None:
    with store.writing(ADMINISTRATOR, now) as w:
        add_organisation(w, "Alpha")
        w.commit()
    assert names(store) == ["Alpha"]


def test_leaving_without_commit_rolls_back(store: Store, now: datetime) -> None:
    with store.writing(ADMINISTRATOR, now) as w:
        add_organisation(w, "Alpha")
    assert names(store) == []


def test_an_error_rolls_back_and_comes_out_as_it_is(store: Store, now: datetime) -> None:
    with pytest.raises(NotFound, match="gone"), store.writing(ADMINISTRATOR, now) as w:  # noqa: PT012 - the order is meant
        add_organisation(w, "Alpha")
        raise NotFound(say("gone"))
    assert names(store) == []


def test_nothing_is_written_after_the_commit(store: Store, now: datetime) -> None:
    with pytest.raises(Unavailable, match="made a mistake"), store.writing(ADMINISTRATOR, now) as w:  # noqa: PT012 - the order is meant
        w.commit()
        add_organisation(w, "Alpha")
    assert names(store) == []


def test_the_audit_is_written_with_the_change_or_not_at_all(store: Store, now: datetime) -> None:
    with store.writing(ADMINISTRATOR, now) as w:
        w.audit("try", "thing", 1)
    with store.writing(ADMINISTRATOR, now) as w:
        w.audit("do", "thing", 1, {"a": 1}, {"a": 2})
        w.commit()
    with store.reading() as r:
        (entry,) = audit_entries(r, ADMINISTRATOR.scope).items
    assert (entry.at, entry.actor, entry.origin) == (now, "cli:test", "cli")
    assert (entry.action, entry.subject, entry.subject_id) == ("do", "thing", "1")
    assert (entry.before, entry.after) == ({"a": 1}, {"a": 2})


def test_the_entries_of_one_change_stand_in_their_order_whatever_they_hold(store: Store, now: datetime) -> None:
    with store.writing(ADMINISTRATOR, now) as w:
        organisation = add_organisation(w, "Alpha")
        for n in range(5):
            w.audit("do", "thing", n, None, {"n": n} if n % 2 else None, organisation.id if n else None)
        w.commit()
    with store.reading() as r:
        entries = audit_entries(r, ADMINISTRATOR.scope).items[::-1]
    assert [(e.action, e.subject_id) for e in entries][1:] == [("do", str(n)) for n in range(5)]
    assert entries[0].action == "add"
    assert [e.after for e in entries][1:] == [None, {"n": 1}, None, {"n": 3}, None]


def test_a_change_rolled_back_leaves_no_gap_in_the_numbers(store: Store, now: datetime) -> None:
    with store.writing(ADMINISTRATOR, now) as w:
        first = w.change
    with store.writing(ADMINISTRATOR, now) as w:
        assert w.change == first
        w.commit()
    with store.writing(ADMINISTRATOR, now) as w:
        assert w.change == first + 1


def test_writers_follow_each_other_and_numbers_appear_in_order(store: Store, now: datetime) -> None:
    """Eight writers at once, each doing read-modify-write, and a reader that must never see a number too early."""
    seen: list[int] = []
    failures: list[BaseException] = []
    done = threading.Event()

    def write() -> None:
        try:
            for _ in range(5):
                with store.writing(ADMINISTRATOR, now) as w:
                    row = w.session.get(SettingRow, "n") or SettingRow(name="n", value="")
                    w.session.add(row)
                    row.value += f"{w.change} "
                    w.commit()
        except BaseException as error:  # noqa: BLE001, RUF100 - the thread hands it to the test
            failures.append(error)

    def watch() -> None:
        while not done.is_set():
            with store.reading() as r:
                seen.append(current_change(r))
                written = r.session.scalar(select(SettingRow.value)) or ""
            assert len(written.split()) == seen[-1]

    writers = [threading.Thread(target=write) for _ in range(8)]
    watcher = threading.Thread(target=watch)
    watcher.start()
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    watcher.join()
    assert failures == []
    with store.reading() as r:
        assert r.session.scalar(select(SettingRow.value)) == " ".join(map(str, range(1, 41))) + " "
    assert seen == sorted(seen)


def test_a_reader_sees_one_snapshot(store: Store, now: datetime) -> None:
    with store.reading() as r:
        assert organisations(r.session) == {}
        with store.writing(ADMINISTRATOR, now) as w:
            add_organisation(w, "Alpha")
            w.commit()
        assert organisations(r.session) == {}
    assert names(store) == ["Alpha"]


def test_a_second_writer_waits_and_then_says_so(database_url: str, now: datetime) -> None:
    store, impatient = Store(database_url), Store(database_url, patience_s=0.2)
    with store.writing(ADMINISTRATOR, now):
        started = time.monotonic()
        with pytest.raises(Unavailable, match="Another change is still being written"):  # noqa: SIM117
            with impatient.writing(ADMINISTRATOR, now):
                pass
        assert time.monotonic() - started >= 0.15
    with impatient.writing(ADMINISTRATOR, now) as w:
        w.commit()
    store.close()
    impatient.close()


def test_what_must_not_happen_twice_is_a_conflict(store: Store, now: datetime) -> None:
    with store.writing(ADMINISTRATOR, now) as w:
        add_organisation(w, "Alpha")
        w.commit()
    with pytest.raises(Conflict), store.writing(ADMINISTRATOR, now) as w:
        add_organisation(w, "ALPHA ")


def test_text_that_is_none_is_refused(store: Store, now: datetime) -> None:
    with pytest.raises(Refused, match="does not fit"), store.writing(ADMINISTRATOR, now) as w:
        keep_setting(w, "said", "half \ud800 a pair")


def test_a_number_no_database_holds_is_refused(store: Store) -> None:
    with pytest.raises(Refused, match="does not fit"), store.reading() as r:
        person_by_id(r, 10**30)


def test_a_reference_to_nothing_is_a_conflict(store: Store, now: datetime) -> None:
    with pytest.raises(Conflict), store.writing(ADMINISTRATOR, now) as w:  # noqa: PT012 - the order is meant
        save_draft(w, 77, "of nobody", {})
        w.commit()


def test_a_text_postgresql_cannot_hold_is_refused(postgres_url: str, now: datetime) -> None:
    store = Store(postgres_url)
    with pytest.raises(Refused, match="does not fit"), store.writing(ADMINISTRATOR, now) as w:
        add_organisation(w, "Al\0pha")
    store.close()


def test_an_empty_database_says_what_to_do(empty_url: str, now: datetime) -> None:
    store = Store(empty_url)
    with pytest.raises(Unavailable, match="railtrack init"), store.writing(ADMINISTRATOR, now):
        pass
    with pytest.raises(Unavailable, match="railtrack init"), store.reading() as r:
        organisations(r.session)
    store.close()


def test_a_server_that_is_not_there_is_said_without_the_password(now: datetime) -> None:
    store = Store("postgres://rail:s3cret@127.0.0.1:1/track?application_name=s3cret")
    for attempt in (store.migrate, store.is_current, store.integrity):
        with pytest.raises(Unavailable, match="does not answer") as refused:
            attempt()
        assert "s3cret" not in str(refused.value)
    assert store.address == "postgresql://rail:***@127.0.0.1:1/track"
    assert "s3cret" not in repr(store)


@pytest.mark.parametrize(
    "url", ["", "nonsense", "mysql://rail:s3cret@host/db", "sqlite://", "postgresql://rail:s3cret@h:x/d"]
)
def test_an_url_we_cannot_use_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(Unavailable, match="RAILTRACK_DATABASE_URL") as refused:
        Store(url)
    assert "s3cret" not in str(refused.value)


def test_a_file_that_is_no_database_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "railtrack.db"
    path.write_bytes(b"this is a letter, not a database" * 100)
    with pytest.raises(Unavailable, match="damaged"):
        Store(f"sqlite:///{path}").migrate()


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unavailable, match="cannot be made"):
        Store(f"sqlite:///{tmp_path / 'file' / 'folder' / 'railtrack.db'}").migrate()


def test_a_full_disk_is_said_and_keeps_nothing(sqlite_store: Store, now: datetime) -> None:
    with pytest.raises(Unavailable, match="disk is full"), sqlite_store.writing(ADMINISTRATOR, now) as w:  # noqa: PT012
        pages = w.session.scalar(text("PRAGMA page_count"))
        w.session.execute(text(f"PRAGMA max_page_count = {pages}"))
        w.session.add(SettingRow(name="long", value="x" * 1_000_000))
        w.session.flush()
    with sqlite_store.reading() as r:
        assert r.session.scalars(select(SettingRow.name)).all() == []


def test_a_sound_database_has_nothing_wrong(store: Store) -> None:
    assert store.integrity() == []


def test_a_reference_that_leads_nowhere_is_found(sqlite_store: Store, now: datetime) -> None:
    with sqlite_store.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys = OFF")
        row = (1, 77, "", "{}", "2024-01-01")
        driver.execute("INSERT INTO drafts (id, user_id, title, fields, saved_at) VALUES (?, ?, ?, ?, ?)", row)
        driver.execute("PRAGMA foreign_keys = ON")
    assert sqlite_store.integrity() == ["row 1 of drafts names something that users does not have"]


def test_every_error_of_the_store_is_ours(store: Store) -> None:
    with pytest.raises(RailtrackError), store.reading() as r:
        r.session.execute(text("SELECT nonsense FROM nowhere"))


@pytest.mark.parametrize(
    "text_", ["2024-03-31T01:30:00+00:00", "2024-10-27T02:59:59+02:00", "1999-12-31T23:59:59+08:00"]
)
def test_times_come_back_as_they_went_in(store: Store, text_: str, now: datetime) -> None:
    at = datetime.fromisoformat(text_)
    with store.writing(ADMINISTRATOR, now) as w:
        w.session.add(OrganisationRow(name="A", name_key="a", created_at=at))
        w.commit()
    with store.reading() as r:
        found = r.session.scalar(select(OrganisationRow.created_at))
    assert found == at
    assert found is not None
    assert found.utcoffset() is not None
    assert found.utcoffset().total_seconds() == 0


def test_a_time_without_zone_never_reaches_the_store(store: Store, now: datetime) -> None:
    with pytest.raises(RailtrackError), store.writing(ADMINISTRATOR, now) as w:  # noqa: PT012 - the order is meant
        w.session.add(OrganisationRow(name="A", name_key="a", created_at=datetime(2024, 1, 1)))  # noqa: DTZ001
        w.session.flush()


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("/railtrack?", "/nowhere?", "no database of that name"),
        ("postgres:@", "nobody:@", "refuses the user or password"),
    ],
)
def test_a_wrong_name_in_the_url_is_said(postgres_shared: str, was: str, becomes: str, said: str) -> None:
    assert was in postgres_shared
    with pytest.raises(Unavailable, match=said):
        Store(postgres_shared.replace(was, becomes)).is_current()


def test_a_server_started_anew_costs_nobody_an_error(postgres_url: str, now: datetime) -> None:
    """The connections a store keeps may die meanwhile; the next transaction takes another."""
    store = Store(postgres_url)
    with store.writing(ADMINISTRATOR, now) as w:
        add_organisation(w, "Alpha")
        w.commit()
    other = Store(postgres_url)
    with other.engine.begin() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                "AND datname = current_database()"
            )
        )
    other.close()
    assert names(store) == ["Alpha"]
    store.close()
