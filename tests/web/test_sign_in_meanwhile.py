"""Signing in and keeping what lies on one's desk while somebody else's long import is being written."""

import time
from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask

from railtrack.config import Settings
from railtrack.domain.actors import Role
from railtrack.operations.administering.accounts import create_user, find_user
from railtrack.operations.entering import importing
from railtrack.store.engine import Store
from railtrack.web.app import create_app
from tests.web.conftest import CLERK, PASSWORD, post

ADDRESS = "a.weber@example.org"


@pytest.fixture
def busy(database_url: str, now: datetime) -> Iterator[Store]:
    """A store with one account, on each kind of database, whose writers wait long."""
    store = Store(database_url, patience_s=20)
    create_user(store, ADDRESS, "A. Weber", Role.ADMINISTRATOR, password=PASSWORD, actor=CLERK, now=now)
    yield store
    store.close()


@pytest.fixture
def app(busy: Store, database_url: str, now: datetime) -> Flask:
    return create_app(Settings(database_url=database_url, secret_key="k" * 32), busy, clock=lambda: now)


def test_one_can_sign_in_while_a_writer_holds_its_transaction(app: Flask, busy: Store, now: datetime) -> None:
    client = app.test_client()
    with busy.writing(CLERK, now) as w:
        w.audit("import", "file", "long.csv")
        started = time.monotonic()
        answer = post(client, "/sign-in", email=ADDRESS, password=PASSWORD)
        assert answer.status_code == 302, answer.text
        assert time.monotonic() - started < 10
        assert client.get("/account").status_code == 200
        w.commit()
    # SQLite has room for one writer, so there it went unnoted
    assert find_user(busy, ADDRESS).sign_ins == (0 if busy.is_sqlite else 1)


def test_a_sign_in_is_noted_where_nobody_writes(app: Flask, busy: Store, now: datetime) -> None:
    assert post(app.test_client(), "/sign-in", email=ADDRESS, password=PASSWORD).status_code == 302
    person = find_user(busy, ADDRESS)
    assert person.sign_ins == 1
    assert person.current_sign_in_at is not None


def test_what_lies_on_a_desk_takes_no_change_number_and_waits_for_no_import(busy: Store, now: datetime) -> None:
    if busy.is_sqlite:
        pytest.skip("room for one writer")
    actor = find_user(busy, ADDRESS).actor("web")
    with busy.writing(CLERK, now) as w:
        kept = importing.keep(busy, b"reference\n", "a.csv", actor=actor, now=now)
        assert importing.upload(busy, kept, actor=actor, now=now).name == "a.csv"
        first = w.change
    with busy.writing(CLERK, now) as w:
        assert w.change == first
