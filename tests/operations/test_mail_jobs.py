"""The outbox and the counting of tries on both kinds of database, where several do the same at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from railtrack.domain.actors import Role
from railtrack.domain.errors import NotAllowed
from railtrack.mail import MailServer, Tls
from railtrack.operations.administering import accounts, lockout
from railtrack.operations.notifying import outbox, sending
from railtrack.operations.notifying.post import PostOffice, token_of
from railtrack.operations.notifying.sending import Outcome
from railtrack.operations.notifying.texts import MailKind, kind_word, text_of
from railtrack.store import limiting, workers
from railtrack.store import mail as stored
from railtrack.store.engine import Store
from railtrack.store.limiting import Limit
from railtrack.store.mail import Mail, MailState
from tests.factories import ADMINISTRATOR, CITY
from tests.mailbox import Mailbox, free_port, mailbox

LIMIT = Limit("test", 3, timedelta(minutes=10))


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


def office(port: int) -> PostOffice:
    server = MailServer(host="127.0.0.1", port=port, tls=Tls.NONE, timeout_s=5)
    return PostOffice(server=server, sender="railtrack@example.org", base_url="http://127.0.0.1:8000", secret="k" * 32)


def only_mail(store: Store) -> Mail:
    with store.reading() as r:
        (mail,) = stored.mails(r, list(MailState), limit=10)
    return mail


def hand_over(store: Store, mail_id: int, run: str, now: datetime) -> bool:
    with store.noting(ADMINISTRATOR, now) as w:
        taken = stored.hand_over(w, mail_id, run)
        w.commit()
    return taken


@pytest.fixture
def mail(store: Store, now: datetime) -> Mail:
    post = office(free_port())
    accounts.create_user(store, "a@example.org", "", Role.CITY, post=post, actor=ADMINISTRATOR, now=now)
    return only_mail(store)


def test_of_many_tries_at_once_exactly_ten_are_looked_at(store: Store, now: datetime) -> None:
    with ThreadPoolExecutor(8) as pool:
        knocks = list(pool.map(lambda _: lockout.begin(store, "a@example.org", now=now), range(24)))
    assert sorted(knock.number for knock in knocks if knock.is_allowed) == list(range(1, 11))


def test_a_window_slides(store: Store, now: datetime) -> None:
    def at(minutes: float) -> limiting.Knock:
        with store.noting(ADMINISTRATOR, now + timedelta(minutes=minutes)) as w:
            knock = limiting.knock(w, LIMIT, "somebody")
            w.commit()
        return knock

    assert [at(minute).is_allowed for minute in (0, 4, 9, 9.5)] == [True, True, True, False]
    assert at(9.5).wait_s == 30
    assert at(10).is_allowed  # that of minute 0 is out of the window
    assert not at(13).is_allowed
    assert at(14).is_allowed


def test_of_many_who_take_a_mail_one_gets_it(store: Store, mail: Mail, now: datetime) -> None:
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda number: hand_over(store, mail.id, str(number), now), range(8)))
    assert taken.count(True) == 1
    assert only_mail(store).run == str(taken.index(True))


def test_a_mail_is_sent_by_the_job_that_has_it_in_hand_and_by_no_other(
    store: Store, mail: Mail, box: Mailbox, now: datetime
) -> None:
    post = office(box.port)
    assert sending.deliver(store, post, mail.id, "run", now=now) == Outcome(None)  # not handed over
    hand_over(store, mail.id, "run", now)
    assert sending.deliver(store, post, mail.id, "another", now=now) == Outcome(None)
    outcome = sending.deliver(store, post, mail.id, "run", now=now)
    sending.settle(store, mail.id, "another", Outcome(MailState.WAITING), now=now)
    assert only_mail(store).state is MailState.SENDING
    for _ in range(2):  # said twice it is noted once
        sending.settle(store, mail.id, "run", outcome, now=now)
    assert only_mail(store).state is MailState.SENT
    assert sending.deliver(store, post, mail.id, "run", now=now) == Outcome(None)
    assert len(box.received) == 1
    assert only_mail(store).nonce is None


def test_a_server_that_is_down_is_tried_for_nearly_three_days_and_then_given_up(
    store: Store, mail: Mail, now: datetime
) -> None:
    post, at = office(free_port()), now
    waits = []
    while only_mail(store).state is MailState.WAITING:
        at = only_mail(store).due_at
        waits.append(at)
        assert hand_over(store, mail.id, "run", at)
        sending.settle(store, mail.id, "run", sending.deliver(store, post, mail.id, "run", now=at), now=at)
    failed = only_mail(store)
    assert failed.state is MailState.FAILED
    assert "cannot be reached" in str(failed.reason)
    assert len(waits) == sending.MOST_ATTEMPTS
    assert waits[1] - waits[0] == timedelta(minutes=1)
    assert timedelta(days=2.5) < at - now < timedelta(days=3)

    outbox.send_again(store, mail.id, actor=ADMINISTRATOR, now=at)
    assert only_mail(store).state is MailState.WAITING
    assert only_mail(store).message_id == mail.message_id
    with pytest.raises(NotAllowed):
        outbox.send_again(store, mail.id, actor=CITY, now=at)
    with pytest.raises(NotAllowed):
        outbox.outbox(store, actor=CITY, now=at)


def test_mails_are_forgotten_thirty_days_after_they_were_done_with(store: Store, mail: Mail, now: datetime) -> None:
    sending.tidy(store, now=now + timedelta(days=400))
    assert only_mail(store).state is MailState.WAITING  # never what still waits
    hand_over(store, mail.id, "run", now)
    sending.settle(store, mail.id, "run", Outcome(MailState.SENT), now=now)
    sending.tidy(store, now=now + timedelta(days=30))
    assert only_mail(store)
    sending.tidy(store, now=now + timedelta(days=30, seconds=1))
    with store.reading() as r:
        assert stored.count_mails(r) == {}


def test_one_worker_holds_the_lease_until_it_leaves_or_is_not_seen(store: Store, now: datetime) -> None:
    def take(token: str, seconds: int) -> bool:
        with store.noting(ADMINISTRATOR, now + timedelta(seconds=seconds)) as w:
            held = workers.take_lease(w, "main", token)
            w.commit()
        return held

    assert take("one", 0)
    assert not take("two", 29)
    assert take("one", 29)
    assert not take("two", 59)
    assert take("two", 60)
    assert not take("one", 61)
    assert outbox.outbox(store, actor=ADMINISTRATOR, now=now + timedelta(seconds=90)).is_worked
    assert not outbox.outbox(store, actor=ADMINISTRATOR, now=now + timedelta(seconds=91)).is_worked
    with store.noting(ADMINISTRATOR, now) as w:
        workers.leave(w, "main", "two")
        w.commit()
    assert take("one", 61)


def test_a_token_follows_from_the_key_and_the_number_and_from_nothing_else() -> None:
    assert token_of("k" * 32, "a") == token_of("k" * 32, "a")
    assert len({token_of("k" * 32, "a"), token_of("k" * 32, "b"), token_of("l" * 32, "a")}) == 3
    assert len(token_of("k" * 32, "a")) == 32


@pytest.mark.parametrize("kind", MailKind)
def test_every_mail_has_its_words(kind: MailKind) -> None:
    facts = {"who": "A", "organisation": "B", "old": "c", "new": "d", "times": "10", "minutes": "15"}
    text = text_of(kind, facts)
    said = [str(paragraph) for paragraph in (text.subject, *text.paragraphs)]
    assert all(said)
    assert not any("%(" in sentence for sentence in said)
    assert str(kind_word(kind.value))
