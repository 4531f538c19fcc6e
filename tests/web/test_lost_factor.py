"""A lost second factor, taken out by an administrator on a page: confirmed, told to its owner, written down."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from railtrack.config import Settings
from railtrack.domain.actors import EVERYTHING, Role
from railtrack.operations.administering.accounts import find_user
from railtrack.operations.signing_in.codes import begin_setup, factors
from railtrack.store import sign_in as stored
from railtrack.store.audit import audit_entries
from railtrack.store.engine import Store
from railtrack.store.tables import MailRow
from tests.mailbox import Mailbox, mailbox
from tests.web.conftest import CLERK, SignIn, post, words_of

ADDRESS = "city@example.org"
PAGE = "/admin/users/factors"


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


@pytest.fixture
def web_settings(sqlite_url: str, box: Mailbox) -> Settings:
    """The settings of an installation that sends mail."""
    return Settings(
        database_url=sqlite_url,
        secret_key="k" * 32,
        smtp_url=f"smtp://127.0.0.1:{box.port}?tls=none",
        mail_from="railtrack@example.org",
    )


@pytest.fixture
def weber(city: FlaskClient, web_store: Store, now: datetime) -> FlaskClient:
    """A browser of the city, whose owner has set up an authenticator since."""
    person = find_user(web_store, ADDRESS)
    begin_setup(web_store, person, secret_key="k" * 32, now=now)
    with web_store.noting(CLERK, now) as w:
        stored.confirm_authenticator(w, person.id)
        w.commit()
    return city


def kinds(store: Store) -> list[tuple[str, str]]:
    """What waits in the outbox, and for whom."""
    with store.reading() as r:
        return [(row.kind, row.recipient) for row in r.session.execute(select(MailRow.kind, MailRow.recipient))]


def test_it_is_taken_out_once_that_was_confirmed(
    administrator: FlaskClient, weber: FlaskClient, web_store: Store
) -> None:
    listed = administrator.get("/admin/users").text
    assert listed.count("Lost second factor") == 1  # who has none has lost none
    question = administrator.get(f"{PAGE}?email={ADDRESS}")
    assert f"Take out the second factor of {ADDRESS}?" in words_of(question.text)
    assert factors(web_store, find_user(web_store, ADDRESS)).has_any  # asking does nothing
    done = post(administrator, PAGE, email=ADDRESS)
    assert done.status_code == 302
    assert "with the password alone" in words_of(administrator.get("/admin/users").text)
    assert not factors(web_store, find_user(web_store, ADDRESS)).has_any
    assert weber.get("/account").status_code == 302  # its sessions are over
    assert kinds(web_store) == [("factors_forgotten", ADDRESS)]
    with web_store.reading() as r:
        newest = audit_entries(r, EVERYTHING, subject="user").items[0]
    assert (newest.action, newest.subject_id, newest.actor) == ("forget factors", ADDRESS, "administrator@example.org")
    assert "Lost second factor" not in administrator.get("/admin/users").text


def test_nobody_else_asks_for_it(app: Flask, sign_in: SignIn, weber: FlaskClient, web_store: Store) -> None:
    partner = sign_in(Role.PARTNER, "Beispiel")
    assert partner.get(f"{PAGE}?email={ADDRESS}").status_code == 404
    assert post(partner, PAGE, email=ADDRESS).status_code == 404
    assert factors(web_store, find_user(web_store, ADDRESS)).has_any


def test_of_nobody_there_is_nothing_to_take(administrator: FlaskClient) -> None:
    assert administrator.get(f"{PAGE}?email=nobody@example.org").status_code == 404
    assert post(administrator, PAGE, email="nobody@example.org").status_code == 404
