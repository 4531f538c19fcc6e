"""Inviting by mail: the mail goes with the account or not at all, its link works once, and it can be taken back."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from railtrack.config import Settings
from railtrack.domain.actors import Role
from railtrack.domain.errors import Conflict, NotAllowed, NotFound, Refused
from railtrack.operations.administering import accounts, invitations
from railtrack.operations.notifying import sending
from railtrack.operations.notifying.post import PostOffice, post_office
from railtrack.store import mail as stored
from railtrack.store.engine import Store
from railtrack.store.mail import MailState
from tests.mailbox import Mailbox, link_in, mailbox, plain_of
from tests.web.conftest import CLERK, PASSWORD, SignIn, post, words_of

KEY = "k" * 32


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


@pytest.fixture
def web_settings(sqlite_url: str, box: Mailbox) -> Settings:
    """The settings of an installation that sends mail."""
    return Settings(
        database_url=sqlite_url,
        secret_key=KEY,
        smtp_url=f"smtp://127.0.0.1:{box.port}?tls=none",
        mail_from="railtrack@example.org",
    )


@pytest.fixture
def office(web_settings: Settings) -> PostOffice:
    found = post_office(web_settings, KEY)
    assert found is not None
    return found


def deliver_all(store: Store, office: PostOffice, now: datetime) -> list[MailState | None]:
    """Do what the worker does with all mails that are due, in this process."""
    with store.reading() as r:
        due = stored.due_mails(r, now, limit=100)
    outcomes = []
    for mail_id in due:
        with store.noting(CLERK, now) as w:
            assert stored.hand_over(w, mail_id, "run")
            w.commit()
        outcome = sending.deliver(store, office, mail_id, "run", now=now)
        sending.settle(store, mail_id, "run", outcome, now=now)
        outcomes.append(outcome.state)
    return outcomes


def invite(administrator: FlaskClient, email: str = "kowal@terminal.example", **fields: str) -> str:
    known = {"name": "M. Kowal", "role": "partner", "organisation": "Terminal Małaszewicze"} | fields
    answer = post(administrator, "/admin/users/new", email=email, **known)
    assert answer.status_code == 302, words_of(answer.text)
    return words_of(administrator.get("/admin/users").text)


def test_who_is_invited_gets_a_mail_and_chooses_a_password_once(
    administrator: FlaskClient, app: Flask, web_store: Store, office: PostOffice, box: Mailbox, now: datetime
) -> None:
    page = invite(administrator)
    assert "An invitation goes to kowal@terminal.example." in page
    assert "Invitation waits to be sent" in page
    assert deliver_all(web_store, office, now) == [MailState.SENT]
    (message,) = box.received
    assert message["To"] == "kowal@terminal.example"
    assert "A. Weber gives you an account" in plain_of(message)
    assert "You act there for Terminal Małaszewicze." in plain_of(message)
    assert "link works until" in words_of(administrator.get("/admin/users").text)

    newcomer = app.test_client()
    path = link_in(message)
    assert post(newcomer, path, form_at=path, password="short").status_code == 422
    assert post(newcomer, path, form_at=path, password=PASSWORD).status_code == 302
    assert newcomer.get("/account").status_code == 200
    assert app.test_client().get(path).status_code == 404
    # whoever is new had no password that could have been changed
    assert deliver_all(web_store, office, now) == []


def test_the_link_is_nowhere_to_be_read_while_the_mail_waits_and_after(
    administrator: FlaskClient, web_store: Store, office: PostOffice, box: Mailbox, sqlite_url: str, now: datetime
) -> None:
    invite(administrator)
    deliver_all(web_store, office, now)
    token = link_in(box.received[0]).rpartition("/")[2]
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    kept = b"".join(each.read_bytes() for each in path.parent.glob(path.name + "*"))
    assert b"kowal@terminal.example" in kept
    assert token.encode() not in kept


def test_one_can_still_take_the_link_oneself(administrator: FlaskClient, web_store: Store) -> None:
    answer = post(administrator, "/admin/users/new", email="a@example.org", name="", role="city", how="link")
    assert "/password/" in answer.text
    with web_store.reading() as r:
        assert stored.count_mails(r) == {}


def test_an_account_that_is_refused_sends_nothing(web_store: Store, office: PostOffice, now: datetime) -> None:
    accounts.create_user(web_store, "a@example.org", "", Role.CITY, post=office, actor=CLERK, now=now)
    with pytest.raises(Refused):
        accounts.create_user(web_store, "A@example.org", "", Role.CITY, post=office, actor=CLERK, now=now)
    with web_store.reading() as r:
        assert stored.count_mails(r) == {MailState.WAITING: 1}


def test_an_invitation_runs_out_and_is_sent_again_with_another_link(
    web_store: Store, office: PostOffice, box: Mailbox, now: datetime
) -> None:
    person = accounts.create_user(web_store, "a@example.org", "", Role.CITY, post=office, actor=CLERK, now=now)
    deliver_all(web_store, office, now)
    first = link_in(box.received[0]).rpartition("/")[2]
    assert accounts.person_of_password_link(web_store, first, now=now + timedelta(days=6, hours=23)) == person
    later = now + timedelta(days=7)
    assert accounts.person_of_password_link(web_store, first, now=later) is None
    stands = invitations.invitations(web_store, actor=CLERK, now=later)[person.id]
    assert stands.state is invitations.InvitationState.EXPIRED

    invitations.resend_invitation(web_store, office, "a@example.org", actor=CLERK, now=later)
    deliver_all(web_store, office, later)
    second = link_in(box.received[1]).rpartition("/")[2]
    assert second != first
    assert box.received[1]["Message-ID"] != box.received[0]["Message-ID"]
    assert accounts.person_of_password_link(web_store, first, now=now) is None
    assert accounts.person_of_password_link(web_store, second, now=later) == person


def test_the_link_of_a_mail_that_went_late_lives_from_the_sending_on(
    web_store: Store, office: PostOffice, box: Mailbox, now: datetime
) -> None:
    person = accounts.create_user(web_store, "a@example.org", "", Role.CITY, post=office, actor=CLERK, now=now)
    box.recipient_answer = "450 busy"
    assert deliver_all(web_store, office, now) == [MailState.WAITING]
    box.recipient_answer = "250 OK"
    after = now + timedelta(days=2)
    assert deliver_all(web_store, office, after) == [MailState.SENT]
    token = link_in(box.received[0]).rpartition("/")[2]
    assert accounts.person_of_password_link(web_store, token, now=after + timedelta(days=6)) == person


def test_a_withdrawn_invitation_is_gone_with_its_link_and_its_mail(
    administrator: FlaskClient, app: Flask, web_store: Store, office: PostOffice, box: Mailbox, now: datetime
) -> None:
    invite(administrator)
    deliver_all(web_store, office, now)
    post(administrator, "/admin/users/invite", email="kowal@terminal.example")  # a second one that waits
    post(administrator, "/admin/users/withdraw", email="kowal@terminal.example")
    assert app.test_client().get(link_in(box.received[0])).status_code == 404
    assert deliver_all(web_store, office, now) == []
    with pytest.raises(NotFound):
        accounts.find_user(web_store, "kowal@terminal.example")
    invite(administrator)  # and may be invited anew


def test_only_an_open_invitation_can_be_withdrawn_or_repeated(
    web_store: Store, office: PostOffice, now: datetime
) -> None:
    accounts.create_user(web_store, "a@example.org", "", Role.CITY, password=PASSWORD, actor=CLERK, now=now)
    with pytest.raises(Conflict, match="no open invitation"):
        invitations.withdraw_invitation(web_store, "a@example.org", actor=CLERK, now=now)
    with pytest.raises(Conflict, match="no open invitation"):
        invitations.resend_invitation(web_store, office, "a@example.org", actor=CLERK, now=now)
    city = accounts.find_user(web_store, "a@example.org").actor("web")
    with pytest.raises(NotAllowed):
        invitations.withdraw_invitation(web_store, "a@example.org", actor=city, now=now)
    with pytest.raises(NotAllowed):
        invitations.invitations(web_store, actor=city, now=now)


def test_whoever_got_a_password_meanwhile_is_not_invited_any_more(
    web_store: Store, office: PostOffice, box: Mailbox, now: datetime
) -> None:
    accounts.create_user(web_store, "a@example.org", "", Role.CITY, post=office, actor=CLERK, now=now)
    token = accounts.make_password_link(web_store, "a@example.org", actor=CLERK, now=now)
    accounts.use_password_link(web_store, token, password=PASSWORD, post=office, now=now)
    assert deliver_all(web_store, office, now) == [MailState.DROPPED]
    assert box.received == []
    with web_store.reading() as r:
        assert stored.count_mails(r) == {}


def test_a_mail_is_in_the_language_of_its_reader(
    web_store: Store, office: PostOffice, box: Mailbox, now: datetime
) -> None:
    accounts.create_user(web_store, "a@example.org", "", Role.CITY, post=office, language="de", actor=CLERK, now=now)
    deliver_all(web_store, office, now)
    (message,) = box.received
    assert message["Content-Language"] == "de"
    assert "Passwort" in plain_of(message)


def test_an_invitation_that_could_not_be_sent_is_told_with_the_reason(
    administrator: FlaskClient, web_store: Store, office: PostOffice, box: Mailbox, now: datetime
) -> None:
    box.recipient_answer = "550 no such user"
    invite(administrator)
    assert deliver_all(web_store, office, now) == [MailState.FAILED]
    told = words_of(administrator.get("/admin/users").text)
    assert "Invitation not sent" in told
    assert "550 no such user" in told
    told = words_of(administrator.get("/admin/mail").text)
    assert "One mail could not be sent." in told
    assert "550 no such user" in told

    box.recipient_answer = "250 OK"
    with web_store.reading() as r:
        (failed,) = stored.mails(r, [MailState.FAILED], limit=10)
    answer = post(administrator, "/admin/mail/again", mail=str(failed.id))
    assert answer.status_code == 302
    assert deliver_all(web_store, office, now) == [MailState.SENT]
    assert box.received[0]["Message-ID"] == failed.message_id
    assert "No mail waits, none failed." in words_of(administrator.get("/admin/mail").text)
    assert post(administrator, "/admin/mail/again", mail=str(failed.id)).status_code == 404
    assert post(administrator, "/admin/mail/again", mail="x").status_code == 404


def test_an_administrator_sends_a_test_mail_to_themselves(
    administrator: FlaskClient, web_store: Store, office: PostOffice, box: Mailbox, now: datetime
) -> None:
    post(administrator, "/admin/mail/test")
    deliver_all(web_store, office, now)
    assert [str(message["To"]) for message in box.received] == ["administrator@example.org"]


def test_the_outbox_is_for_administrators(sign_in: SignIn) -> None:
    city = sign_in(Role.CITY)
    for path in ("/admin/mail", "/admin/users"):
        assert city.get(path).status_code == 404
    for path in ("/admin/mail/again", "/admin/mail/test", "/admin/users/invite", "/admin/users/withdraw"):
        assert post(city, path, email="city@example.org").status_code == 404


def test_one_invitation_opens_several_organisations(
    administrator: FlaskClient, app: Flask, web_store: Store, office: PostOffice, box: Mailbox, now: datetime
) -> None:
    names = ["Terminal Małaszewicze", "Beispiel-Spedition", "", "terminal małaszewicze", "Dritte GmbH"]
    answer = post(administrator, "/admin/users/new", email="k@example.org", name="", role="partner", organisation=names)
    assert answer.status_code == 302, words_of(answer.text)
    deliver_all(web_store, office, now)
    (message,) = box.received
    told = " ".join(plain_of(message).split())
    assert "You act there for Terminal Małaszewicze, Beispiel-Spedition, Dritte GmbH." in told
    path, newcomer = link_in(message), app.test_client()
    assert post(newcomer, path, form_at=path, password=PASSWORD).status_code == 302
    own = words_of(newcomer.get("/account").text)
    assert "Beispiel-Spedition" in own
    person = accounts.find_user(web_store, "k@example.org")
    # named twice it counts once, and the first one is acted for
    assert [each.name for each in person.organisations] == [
        *("Terminal Małaszewicze", "Beispiel-Spedition", "Dritte GmbH"),
    ]


def test_organisations_typed_are_there_again_where_one_will_not_do(administrator: FlaskClient) -> None:
    names = ["Erste", "x" * 201]
    answer = post(administrator, "/admin/users/new", email="k@example.org", name="", role="partner", organisation=names)
    assert answer.status_code == 422
    assert "longer than 200 characters" in words_of(answer.text)
    assert 'value="Erste"' in answer.text
    assert f'value="{"x" * 201}"' in answer.text


def test_who_acts_for_no_organisation_gets_none(administrator: FlaskClient, web_store: Store) -> None:
    post(administrator, "/admin/users/new", email="c@example.org", name="", role="city", organisation=["A", "B"])
    assert accounts.find_user(web_store, "c@example.org").organisations == ()
