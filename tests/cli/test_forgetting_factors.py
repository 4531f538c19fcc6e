"""Taking out a second factor by command, for whoever lost device and recovery codes."""

import sqlite3
from datetime import UTC, datetime

import pytest

from railtrack.domain.actors import Role
from railtrack.operations.administering.accounts import create_user
from railtrack.operations.signing_in.codes import begin_setup, factors
from railtrack.store import sign_in as stored
from railtrack.store.engine import Store
from tests.cli.conftest import Run
from tests.factories import ADMINISTRATOR

ADDRESS = "weber@example.org"


@pytest.fixture
def weber(run: Run, sqlite_url: str) -> None:
    """Somebody with an authenticator."""
    store, now = Store(sqlite_url), datetime.now(UTC)
    person = create_user(store, ADDRESS, "", Role.CITY, actor=ADMINISTRATOR, now=now)
    begin_setup(store, person, secret_key="k" * 32, now=now)
    with store.noting(ADMINISTRATOR, now) as w:
        stored.confirm_authenticator(w, person.id)
        w.commit()
    assert factors(store, person).has_any
    store.close()


def kept(sqlite_url: str) -> int:
    connection = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))
    number = connection.execute("SELECT count(*) FROM authenticators").fetchone()[0]
    connection.close()
    return int(number)


def test_a_second_factor_is_taken_out_by_command(run: Run, weber: None, sqlite_url: str) -> None:
    done = run("user", "forget-factors", ADDRESS)
    assert done.exit_code == 0
    assert "with the password alone" in done.stdout
    assert kept(sqlite_url) == 0


def test_only_an_administrator_takes_it_out(run: Run, weber: None, sqlite_url: str) -> None:
    assert run("user", "forget-factors", ADDRESS, "--as", ADDRESS).exit_code == 1
    assert run("user", "forget-factors", "nobody@example.org").exit_code == 1
    assert kept(sqlite_url) == 1
