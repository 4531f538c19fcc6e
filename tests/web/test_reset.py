"""A forgotten password and another address: links that work once, and nothing told of who has an account."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from railtrack.config import Settings
from railtrack.domain.actors import Role
from railtrack.domain.errors import NotFound, Refused
from railtrack.operations.administering import accounts, resetting
from railtrack.operations.notifying.post import PostOffice
from railtrack.store import mail as stored
from railtrack.store.engine import Store
from railtrack.store.mail import MailState
from railtrack.web.app import create_app
from tests.mailbox import Mailbox, link_in, plain_of
from tests.web.conftest import CLERK, PASSWORD, SignIn, post, words_of
from tests.web.test_invitations import box, deliver_all, office, web_settings

__all__ = ["box", "office", "web_settings"]
NEW = "another short sentence"


@contextmanager
def statements(store: Store) -> Iterator[list[str]]:
    """The statements sent to the database, as they stand."""
    told: list[str] = []

    def listen(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        told.append(statement)

    event.listen(store.engine, "before_cursor_execute", listen)
    try:
        yield told
    finally:
        event.remove(store.engine, "before_cursor_execute", listen)


def test_a_forgotten_password_is_replaced_by_a_link_that_works_once_and_ends_all_sessions(
    sign_in: SignIn, app: Flask, web_store: Store, office: PostOffice, box: Mailbox, now: datetime
) -> None:
    city = sign_in(Role.CITY)
    client = app.test_client()
    assert "/forgotten-password" in client.get("/sign-in").text
    answer = post(client, "/forgotten-password", form_at="/forgotten-password", email="City@example.org")
    assert "If City@example.org has an account, a link is on its way there." in words_of(answer.text)
    assert deliver_all(web_store, office, now) == [MailState.SENT]
    path = link_in(box.received[0])
    assert "Somebody, probably you, asked" in plain_of(box.received[0])
    assert city.get("/account").status_code == 200

    assert post(client, path, form_at=path, password=NEW).status_code == 302
    assert city.get("/account").status_code == 302
    assert client.get(path).status_code == 404
    assert client.get("/account").status_code == 302  # a link out of a mailbox opens no session
    assert post(client, "/sign-in", email="city@example.org", password=PASSWORD).status_code == 200
    assert post(client, "/sign-in", email="city@example.org", password=NEW).status_code == 302

    deliver_all(web_store, office, now)
    assert box.received[1]["Subject"] == "Your password was changed"
    assert box.received[1]["To"] == "city@example.org"


def test_for_an_unknown_address_the_answer_and_the_work_are_the_same(
    sign_in: SignIn, app: Flask, web_store: Store, office: PostOffice, box: Mailbox, now: datetime
) -> None:
    sign_in(Role.CITY)
    answers, work = [], []
    for address in ("city@example.org", "nobody@example.org"):
        client = app.test_client()
        client.get("/forgotten-password")
        with statements(web_store) as told:
            answer = post(client, "/forgotten-password", form_at="/forgotten-password", email=address)
        answers.append((answer.status_code, words_of(answer.text).replace(address, "…")))
        work.append(told)
    assert answers[0] == answers[1]
    assert work[0] == work[1]
    assert any("INSERT INTO mails" in statement for statement in work[0])
    assert not any("FROM users" in statement for statement in work[0])

    assert sorted(deliver_all(web_store, office, now), key=str) == [MailState.DROPPED, MailState.SENT]
    assert [str(message["To"]) for message in box.received] == ["city@example.org"]
    with web_store.reading() as r:  # what somebody typed is not kept
        assert [mail.recipient for mail in stored.mails(r, list(MailState), limit=9)] == ["city@example.org"]


def test_a_link_lives_an_hour_and_a_later_one_ends_it(
    web_store: Store, office: PostOffice, box: Mailbox, now: datetime
) -> None:
    accounts.create_user(web_store, "a@example.org", "", Role.CITY, password=PASSWORD, actor=CLERK, now=now)
    for _ in range(2):
        resetting.ask_reset(web_store, office, "a@example.org", language="en", now=now)
        deliver_all(web_store, office, now)
    first, second = (link_in(message).rpartition("/")[2] for message in box.received)
    assert accounts.person_of_password_link(web_store, first, now=now) is None
    assert accounts.person_of_password_link(web_store, second, now=now + timedelta(minutes=59))
    with pytest.raises(NotFound):
        accounts.use_password_link(web_store, second, password=NEW, now=now + timedelta(minutes=60))


def test_an_address_is_written_to_three_times_an_hour_at_most(
    web_store: Store, office: PostOffice, now: datetime
) -> None:
    for _ in range(5):
        resetting.ask_reset(web_store, office, "a@example.org", language="en", now=now)
    resetting.ask_reset(web_store, office, "A@EXAMPLE.ORG", language="en", now=now)
    with web_store.reading() as r:
        assert stored.count_mails(r) == {MailState.WAITING: 3}
    resetting.ask_reset(web_store, office, "a@example.org", language="en", now=now + timedelta(hours=1, seconds=1))
    with web_store.reading() as r:
        assert stored.count_mails(r) == {MailState.WAITING: 4}


def test_an_ended_account_gets_no_link(web_store: Store, office: PostOffice, box: Mailbox, now: datetime) -> None:
    for email, role in (("a@example.org", Role.CITY), ("b@example.org", Role.ADMINISTRATOR)):
        accounts.create_user(web_store, email, "", role, password=PASSWORD, actor=CLERK, now=now)
    resetting.ask_reset(web_store, office, "a@example.org", language="en", now=now)
    accounts.deactivate(web_store, "a@example.org", actor=CLERK, now=now)
    assert deliver_all(web_store, office, now) == [MailState.DROPPED]
    assert box.received == []


def test_what_is_no_address_is_said_so(client: FlaskClient) -> None:
    answer = post(client, "/forgotten-password", form_at="/forgotten-password", email="weber")
    assert answer.status_code == 422
    assert "This is no e-mail address." in answer.text


def test_asking_again_and_again_from_one_place_is_put_off(client: FlaskClient, web_store: Store) -> None:
    answers = [
        post(client, "/forgotten-password", form_at="/forgotten-password", email=f"{number}@example.org")
        for number in range(11)
    ]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert int(answers[-1].headers["Retry-After"]) == 3600
    assert "Wait 60 minutes" in words_of(answers[-1].text)


def test_without_a_mail_server_one_is_sent_to_the_administrator(sqlite_url: str, web_store: Store) -> None:
    client = create_app(Settings(database_url=sqlite_url, secret_key="k" * 32), web_store).test_client()
    page = client.get("/forgotten-password")
    assert "Ask an administrator for a link" in words_of(page.text)
    assert 'name="email"' not in page.text


def test_changing_the_password_tells_the_owner(
    partner: FlaskClient, web_store: Store, office: PostOffice, box: Mailbox, now: datetime
) -> None:
    assert post(partner, "/account/password", old=PASSWORD, password=NEW).status_code == 302
    deliver_all(web_store, office, now)
    assert [str(message["Subject"]) for message in box.received] == ["Your password was changed"]


# ---------------------------------------------------------------- another address


def ask(client: FlaskClient, email: str = "weber@new.example", password: str = PASSWORD) -> Any:
    return post(client, "/account/address", form_at="/account/address", email=email, password=password)


def test_another_address_counts_once_it_is_confirmed_and_both_are_told(
    partner: FlaskClient, app: Flask, web_store: Store, office: PostOffice, box: Mailbox, now: datetime
) -> None:
    assert ask(partner).status_code == 302
    assert "weber@new.example waits to be confirmed" in words_of(partner.get("/account/address").text)
    deliver_all(web_store, office, now)
    (confirm,) = box.to("weber@new.example")
    (told,) = box.to("partner@example.org")
    assert "weber@new.example" in plain_of(told)
    assert accounts.find_user(web_store, "partner@example.org")

    elsewhere = app.test_client()
    path = link_in(confirm)
    assert "partner@example.org" in words_of(elsewhere.get(path).text)
    assert accounts.find_user(web_store, "partner@example.org")  # looking changes nothing
    assert post(elsewhere, path, form_at=path).status_code == 302
    assert accounts.find_user(web_store, "weber@new.example")
    with pytest.raises(NotFound):
        accounts.find_user(web_store, "partner@example.org")
    assert elsewhere.get(path).status_code == 404
    assert partner.get("/account").status_code == 302  # signed out
    assert post(elsewhere, "/sign-in", email="weber@new.example", password=PASSWORD).status_code == 302

    deliver_all(web_store, office, now)
    changed = [str(message["To"]) for message in box.received if message["Subject"] == "Your address was changed"]
    assert sorted(changed) == ["partner@example.org", "weber@new.example"]


def test_an_address_is_not_asked_for_without_the_password_nor_twice(partner: FlaskClient, web_store: Store) -> None:
    assert "This is not your password." in ask(partner, password="not it at all").text
    assert "This is your address already." in ask(partner, email="PARTNER@example.org").text
    assert "This is no e-mail address." in ask(partner, email="weber").text
    with web_store.reading() as r:
        assert stored.count_mails(r) == {}


def test_an_address_somebody_has_is_refused_to_its_owner_only(
    partner: FlaskClient, app: Flask, sign_in: SignIn, web_store: Store, office: PostOffice, box: Mailbox, now: datetime
) -> None:
    sign_in(Role.CITY)
    assert ask(partner, email="city@example.org").status_code == 302  # nothing told here
    deliver_all(web_store, office, now)
    client = app.test_client()
    path = link_in(box.to("city@example.org")[0])
    answer = post(client, path, form_at=path)
    assert answer.status_code == 422
    assert "city@example.org has an account already." in answer.text
    assert accounts.find_user(web_store, "city@example.org").role is Role.CITY


def test_one_may_keep_ones_address_after_all(
    partner: FlaskClient, app: Flask, web_store: Store, office: PostOffice, box: Mailbox, now: datetime
) -> None:
    ask(partner)
    deliver_all(web_store, office, now)
    post(partner, "/account/address/keep")
    path = link_in(box.to("weber@new.example")[0])
    assert app.test_client().get(path).status_code == 404
    ask(partner, email="third@new.example")
    post(partner, "/account/address/keep")
    assert MailState.DROPPED in deliver_all(web_store, office, now)
    assert box.to("third@new.example") == []


def test_an_ask_is_refused_by_the_operation_too(web_store: Store, office: PostOffice, now: datetime) -> None:
    accounts.create_user(web_store, "a@example.org", "", Role.CITY, password=PASSWORD, actor=CLERK, now=now)
    actor = accounts.find_user(web_store, "a@example.org").actor("web")
    with pytest.raises(Refused, match="not your password"):
        resetting.ask_address_change(web_store, office, "b@example.org", password="wrong", actor=actor, now=now)
