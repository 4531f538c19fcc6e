"""Guessing passwords: an account is held after ten wrong ones, a network address is put off, hashing is spared."""

import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from railtrack.domain.actors import Role
from railtrack.operations.administering import accounts, lockout, resetting
from railtrack.operations.notifying.post import PostOffice
from railtrack.store.engine import Store
from railtrack.web.app import create_app
from tests.mailbox import Mailbox, link_in, plain_of
from tests.web.conftest import CLERK, PASSWORD, SignIn, csrf_token, post, words_of
from tests.web.test_invitations import box, deliver_all, office, web_settings

__all__ = ["box", "office", "web_settings"]
WRONG = "not the password at all"


def hold(store: Store, email: str, now: datetime) -> None:
    """Let an account be held as after ten wrong passwords."""
    for _ in range(10):
        lockout.was_wrong(store, email, lockout.begin(store, email, now=now), post=None, now=now)


def guess(client: FlaskClient, email: str = "city@example.org", password: str = WRONG, ip: str = "192.0.2.1") -> Any:
    data = {"csrf_token": csrf_token(client), "email": email, "password": password}
    return client.post("/sign-in", data=data, environ_base={"REMOTE_ADDR": ip})


class Counted:
    """The hashing of passwords, each of them counted."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.times = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def verify(self, *given: Any, **options: Any) -> Any:
        self.times += 1
        return self._real.verify(*given, **options)

    def hash(self, *given: Any, **options: Any) -> Any:
        self.times += 1
        return self._real.hash(*given, **options)


@pytest.fixture
def hashing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Counted:
    security = app.extensions["security"]
    counted = Counted(security.pwd_context)
    monkeypatch.setattr(security, "pwd_context", counted)
    return counted


def test_an_account_is_held_after_ten_wrong_passwords_and_only_its_owner_is_told(
    sign_in: SignIn, app: Flask, web_store: Store, office: PostOffice, box: Mailbox, now: datetime
) -> None:
    sign_in(Role.CITY)
    client = app.test_client()
    wrong = [words_of(guess(client).text) for _ in range(10)]
    held = guess(client, password=PASSWORD)
    assert held.status_code == 200
    assert {*wrong, words_of(held.text)} == {wrong[0]}
    assert "do not fit together" in wrong[0]
    assert lockout.held_until(web_store, "city@example.org", now=now) == now + timedelta(minutes=15)

    deliver_all(web_store, office, now)
    (message,) = box.received
    assert message["To"] == "city@example.org"
    assert message["Subject"] == "Sign-in to your account is held"
    assert "10 times" in plain_of(message)


def test_nine_wrong_ones_and_a_right_one_begin_anew(sign_in: SignIn, app: Flask) -> None:
    sign_in(Role.CITY)
    client = app.test_client()
    for _ in range(9):
        guess(client)
    assert guess(client, password=PASSWORD).status_code == 302
    assert not guess(app.test_client()).location
    assert guess(app.test_client(), password=PASSWORD).status_code == 302


def test_signing_in_often_is_no_offence(sign_in: SignIn, app: Flask) -> None:
    sign_in(Role.CITY)
    for _ in range(11):
        assert guess(app.test_client(), password=PASSWORD).status_code == 302


def test_a_hold_ends_by_itself_and_wrong_ones_of_long_ago_do_not_count(
    sign_in: SignIn, web_store: Store, web_settings: Any, now: datetime
) -> None:
    sign_in(Role.CITY)

    def at(minutes: int) -> FlaskClient:
        later = now + timedelta(minutes=minutes)
        return create_app(web_settings, web_store, clock=lambda: later).test_client()

    hold(web_store, "city@example.org", now)
    assert guess(at(14), password=PASSWORD).status_code == 200
    assert guess(at(15), password=PASSWORD).status_code == 302
    for minutes in range(20, 42, 2):  # eleven, but never ten within a quarter of an hour
        later = now + timedelta(minutes=minutes)
        knock = lockout.begin(web_store, "city@example.org", now=later)
        lockout.was_wrong(web_store, "city@example.org", knock, post=None, now=later)
    assert guess(at(41), password=PASSWORD).status_code == 302


def test_a_new_password_by_link_lets_the_owner_in_at_once(
    sign_in: SignIn, app: Flask, web_store: Store, office: PostOffice, box: Mailbox, now: datetime
) -> None:
    sign_in(Role.CITY)
    client = app.test_client()
    hold(web_store, "city@example.org", now)
    assert guess(client, password=PASSWORD).status_code == 200
    resetting.ask_reset(web_store, office, "city@example.org", language="en", now=now)
    deliver_all(web_store, office, now)
    path = link_in(box.received[-1])
    post(client, path, form_at=path, password="another short sentence")
    assert guess(client, password="another short sentence").status_code == 302


def test_an_address_without_account_is_held_alike_so_that_nothing_is_told(
    app: Flask, web_store: Store, office: PostOffice, box: Mailbox, now: datetime
) -> None:
    client = app.test_client()
    answers = {words_of(guess(client, email="nobody@example.org").text) for _ in range(12)}
    assert len(answers) == 1
    assert lockout.held_until(web_store, "nobody@example.org", now=now)
    assert deliver_all(web_store, office, now) == []


def test_whoever_guesses_on_does_not_fill_the_owners_mailbox(
    web_store: Store, office: PostOffice, box: Mailbox, now: datetime
) -> None:
    accounts.create_user(web_store, "a@example.org", "", Role.CITY, password=PASSWORD, actor=CLERK, now=now)
    for hour in range(6):
        later = now + timedelta(hours=hour)
        for _ in range(10):
            knock = lockout.begin(web_store, "a@example.org", now=later)
            lockout.was_wrong(web_store, "a@example.org", knock, post=office, now=later)
        assert not lockout.begin(web_store, "a@example.org", now=later).is_allowed
    deliver_all(web_store, office, now + timedelta(hours=6))
    assert len(box.received) == 3


def test_a_thousand_wrong_passwords_are_answered_quickly_and_hardly_one_is_hashed(
    sign_in: SignIn, app: Flask, hashing: Counted
) -> None:
    sign_in(Role.CITY)
    hashing.times = 0
    client = app.test_client()
    token = csrf_token(client)
    data = {"csrf_token": token, "email": "city@example.org", "password": WRONG}
    began = time.process_time()
    answers = [client.post("/sign-in", data=data) for _ in range(1000)]
    assert time.process_time() - began < 30
    statuses = [answer.status_code for answer in answers]
    # one of the thirty was that of `sign_in`
    assert statuses == [200] * 29 + [429] * 971
    assert hashing.times == 10
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 300
    assert "Too many requests came from here." in words_of(answers[-1].text)
    assert client.get("/sign-in").status_code == 200


def test_many_who_guess_one_password_from_many_places_get_ten_guesses_together(
    sign_in: SignIn, app: Flask, hashing: Counted
) -> None:
    sign_in(Role.CITY)
    hashing.times = 0
    for number in range(15):
        assert guess(app.test_client(), ip=f"192.0.2.{number}").status_code == 200
    assert hashing.times == 10


def test_one_place_is_put_off_and_another_is_not(sign_in: SignIn, app: Flask, web_store: Store, now: datetime) -> None:
    sign_in(Role.CITY)
    hold(web_store, "nobody@example.org", now)  # so that nothing is hashed, which takes long
    client = app.test_client()
    statuses = [guess(client, email="nobody@example.org").status_code for _ in range(31)]
    assert statuses == [200] * 30 + [429]
    assert guess(client, password=PASSWORD).status_code == 429
    assert guess(app.test_client(), password=PASSWORD, ip="192.0.2.2").status_code == 302


def test_of_ipv6_the_line_is_put_off_not_the_single_address(app: Flask, web_store: Store, now: datetime) -> None:
    hold(web_store, "city@example.org", now)
    client = app.test_client()
    statuses = [guess(client, ip=f"2001:db8:0:1::{number:x}").status_code for number in range(31)]
    assert statuses == [200] * 30 + [429]
    assert guess(client, ip="2001:db8:0:2::1").status_code == 200


def test_a_forged_form_is_neither_counted_nor_looked_at(sign_in: SignIn, app: Flask) -> None:
    sign_in(Role.CITY)
    client = app.test_client()
    for _ in range(40):
        assert client.post("/sign-in", data={"email": "city@example.org", "password": WRONG}).status_code == 400
    assert guess(client, password=PASSWORD).status_code == 302


def test_links_and_set_up_are_limited_too(app: Flask, client: FlaskClient) -> None:
    token = csrf_token(client)
    for path in ("/setup/x", "/password/x"):
        client.post(path, data={"csrf_token": token, "password": WRONG})
    statuses = [client.post("/password/x", data={"csrf_token": token}).status_code for _ in range(29)]
    assert statuses == [404] * 28 + [429]


def test_limits_hold_while_a_long_import_keeps_the_database(
    sign_in: SignIn,
    app: Flask,
    web_store: Store,
    hashing: Counted,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sign_in(Role.CITY)
    monkeypatch.setattr(lockout, "PATIENCE_S", 0.01)
    monkeypatch.setattr("railtrack.web.limits.PATIENCE_S", 0.01)
    monkeypatch.setattr("railtrack.operations.signing_in.sessions.SIGN_IN_PATIENCE_S", 0.01)
    client = app.test_client()
    token = csrf_token(client)
    hashing.times = 0
    with web_store.writing(CLERK, now):
        data = {"csrf_token": token, "email": "nobody@example.org", "password": WRONG}
        statuses = [client.post("/sign-in", data=data).status_code for _ in range(31)]
    assert statuses == [200] * 30 + [429]
    assert hashing.times == 10
