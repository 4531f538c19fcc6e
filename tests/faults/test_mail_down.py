"""A mail server that is down, a worker that is killed, two workers at once: no mail is lost, none goes twice."""

import os
import signal
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from railtrack.config import Settings
from railtrack.domain.actors import Role
from railtrack.operations.administering.accounts import create_user
from railtrack.operations.notifying import outbox
from railtrack.operations.notifying.post import PostOffice, post_office
from railtrack.store import mail as stored
from railtrack.store.engine import Store
from railtrack.store.mail import Mail, MailState
from tests.factories import ADMINISTRATOR
from tests.faults.conftest import Database, Start, wait_until
from tests.mailbox import free_port, mailbox

KEY = "k" * 32


class Post:
    """An installation that sends mail to a port of this machine."""

    def __init__(self, url: str, port: int) -> None:
        self.store = Store(url)
        self.given = {
            "RAILTRACK_SMTP_URL": f"smtp://127.0.0.1:{port}?tls=none",
            "RAILTRACK_MAIL_FROM": "railtrack@example.org",
            "RAILTRACK_SECRET_KEY": KEY,
        }
        office = post_office(Settings.from_env(self.given), KEY)
        assert office is not None
        self.office: PostOffice = office

    @property
    def before(self) -> tuple[str, ...]:
        """What goes before a command so that it has these settings."""
        return ("env", *(f"{name}={value}" for name, value in self.given.items()))

    def invite(self, email: str) -> None:
        now = datetime.now(UTC)
        create_user(self.store, email, "", Role.CITY, post=self.office, actor=ADMINISTRATOR, now=now)

    def mails(self, *states: MailState) -> list[Mail]:
        with self.store.reading() as r:
            return stored.mails(r, states or list(MailState), limit=100)

    def lease(self) -> Any:
        with self.store.reading() as r:
            return r.session.execute(text("SELECT token FROM workers")).scalar()

    def let_the_lease_run_out(self) -> None:
        """As half a minute after a worker died."""
        with self.store.engine.begin() as connection:
            connection.execute(text("UPDATE workers SET seen_at = '2000-01-01 00:00:00'"))


@pytest.fixture
def port() -> int:
    return free_port()


def test_what_a_mail_server_that_is_down_does_not_take_waits_and_goes_once(
    database: Database, start: Start, port: int
) -> None:
    post = Post(database.url, port)
    worker = start(database.url, "work", before=post.before)
    post.invite("a@example.org")
    wait_until(lambda: any(mail.reason for mail in post.mails(MailState.WAITING)))
    (waiting,) = post.mails()
    assert waiting.attempts == 1
    assert "cannot be reached" in str(waiting.reason)
    assert waiting.due_at > waiting.created_at

    with mailbox(port) as box:
        outbox.send_again(post.store, waiting.id, actor=ADMINISTRATOR, now=datetime.now(UTC))
        wait_until(lambda: bool(post.mails(MailState.SENT)))
        post.invite("b@example.org")
        wait_until(lambda: len(post.mails(MailState.SENT)) == 2)
    assert [str(message["To"]) for message in box.received] == ["a@example.org", "b@example.org"]
    assert box.received[0]["Message-ID"] == waiting.message_id

    worker.send_signal(signal.SIGTERM)
    out, err = worker.communicate(timeout=30)
    assert worker.returncode == 0, err
    assert "The worker works on" in out
    assert "Traceback" not in err
    assert post.lease() is None  # the next one need not wait
    post.store.close()


def test_a_worker_killed_while_it_hands_a_mail_over_leaves_it_to_the_next(
    new_database: Callable[[str], Database], start: Start, port: int
) -> None:
    database = new_database("sqlite")
    post = Post(database.url, port)
    post.invite("a@example.org")
    (mail,) = post.mails()
    with socket.create_server(("127.0.0.1", port)) as silent:
        worker = start(database.url, "work", before=post.before)
        silent.settimeout(60)
        connection, _ = silent.accept()
        with connection:
            os.kill(worker.pid, signal.SIGKILL)
            worker.communicate()
    assert [each.state for each in post.mails()] == [MailState.SENDING]
    # another one was killed before its job began
    post.invite("b@example.org")
    with post.store.noting(ADMINISTRATOR, datetime.now(UTC)) as w:
        assert stored.hand_over(w, mail.id + 1, "never begun")
        w.commit()

    post.let_the_lease_run_out()
    with mailbox(port) as box:
        start(database.url, "work", before=post.before)
        wait_until(lambda: len(post.mails(MailState.SENT)) == 2)
    assert [message["Message-ID"] for message in box.to("a@example.org")] == [mail.message_id]
    assert len(box.to("b@example.org")) == 1
    post.store.close()


def test_of_two_workers_one_works_and_no_mail_goes_twice(database: Database, start: Start, port: int) -> None:
    post = Post(database.url, port)
    with mailbox(port) as box:
        workers = [start(database.url, "work", before=post.before) for _ in range(2)]
        for number in range(5):
            post.invite(f"{number}@example.org")
        wait_until(lambda: len(post.mails(MailState.SENT)) == 5)
        assert sorted(str(message["To"]) for message in box.received) == [f"{n}@example.org" for n in range(5)]
        workers[0].send_signal(signal.SIGTERM)
        workers[0].wait(30)
        post.invite("last@example.org")  # whichever it was that worked
        wait_until(lambda: bool(box.to("last@example.org")))
    post.store.close()


def test_a_server_brings_its_worker_and_takes_it_along(
    new_database: Callable[[str], Database], start: Start, port: int
) -> None:
    database = new_database("sqlite")
    post = Post(database.url, port)
    with mailbox(port) as box:
        server = start(database.url, "serve", "--port", str(free_port()), before=post.before)
        post.invite("a@example.org")
        wait_until(lambda: bool(box.received))
        server.send_signal(signal.SIGTERM)
        _, err = server.communicate(timeout=60)
        assert server.returncode == 0, err
        assert post.lease() is None

        killed = start(database.url, "serve", "--port", str(free_port()), before=post.before)
        wait_until(lambda: post.lease() is not None)
        os.kill(killed.pid, signal.SIGKILL)  # its worker notices by itself
        wait_until(lambda: post.lease() is None)
    post.store.close()
