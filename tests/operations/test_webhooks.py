"""Webhooks of a desk on both kinds of database: who sets them, what is told to them, and what came of it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from railtrack.config import Settings
from railtrack.domain.actors import Actor, Role
from railtrack.domain.errors import Conflict, NotAllowed, NotFound, Refused, Unavailable
from railtrack.domain.notices.alerts import Delivery
from railtrack.domain.notices.kinds import DeliveryState
from railtrack.operations.notifying import posting, webhooks
from railtrack.operations.notifying.sending import MOST_ATTEMPTS
from railtrack.operations.notifying.webhooks import HookOffice, hook_office
from railtrack.store import webhooks as stored
from railtrack.store.engine import Store
from tests.factories import ADMINISTRATOR, CITY, partner
from tests.hookbox import Hookbox, hookbox

KEY = "k" * 32
OFFICE = hook_office(Settings(), KEY)


@pytest.fixture
def box() -> Iterator[Hookbox]:
    with hookbox() as box:
        yield box


@pytest.fixture
def alpha(store: Store) -> Actor:
    return partner(store)


def tried(store: Store, at: datetime, office: HookOffice = OFFICE) -> int:
    """Try once what is due, as the worker does; gives how many messages that were."""
    with store.reading() as r:
        due = stored.due_deliveries(r, at, limit=100)
    for delivery_id in due:
        with store.noting(ADMINISTRATOR, at) as w:
            assert stored.hand_over(w, delivery_id, "run")
            w.commit()
        for _ in range(2):  # said twice it is noted once
            posted = posting.deliver(store, office, delivery_id, "run", now=at)
            posting.settle(store, delivery_id, "run", posted, now=at)
    return len(due)


def latest(store: Store, actor: Actor) -> Delivery:
    (listed,) = webhooks.list_webhooks(store, actor=actor)
    return listed.deliveries[0]


def test_a_message_is_signed_with_the_secret_that_was_told_once(
    store: Store, box: Hookbox, alpha: Actor, now: datetime
) -> None:
    made, secret = webhooks.add_webhook(store, OFFICE, f" {box.url} ", actor=alpha, now=now)
    assert secret.encode() not in made.secret
    webhooks.send_test(store, made.id, actor=alpha, now=now)
    assert tried(store, now) == 1
    assert tried(store, now) == 0
    (came,) = box.received
    assert came.is_signed_with(secret)
    assert came.told["type"] == "test"
    said = latest(store, alpha)
    assert (said.state, said.status, said.attempts) == (DeliveryState.DELIVERED, 204, 1)


def test_what_is_not_taken_is_tried_again_under_the_same_id_and_given_up_after_days(
    store: Store, box: Hookbox, alpha: Actor, now: datetime
) -> None:
    made, _ = webhooks.add_webhook(store, OFFICE, box.url, actor=alpha, now=now)
    webhooks.send_test(store, made.id, actor=alpha, now=now)
    box.statuses, box.says = [500], b"out of order"
    tried(store, now)
    said = latest(store, alpha)
    assert (said.state, said.status, said.answer) == (DeliveryState.WAITING, 500, "out of order")
    assert str(said.reason) == "The other side answers 500."
    assert tried(store, now + timedelta(seconds=59)) == 0
    tried(store, now + timedelta(seconds=60))
    assert latest(store, alpha).state is DeliveryState.DELIVERED
    assert len({came.headers["webhook-id"] for came in box.received}) == 1
    assert len({came.headers["webhook-timestamp"] for came in box.received}) == 2

    box.statuses, at = [503] * MOST_ATTEMPTS, now
    webhooks.send_test(store, made.id, actor=alpha, now=now)
    while latest(store, alpha).state is DeliveryState.WAITING:
        at = max(latest(store, alpha).due_at, at)
        tried(store, at)
    assert latest(store, alpha).attempts == MOST_ATTEMPTS
    assert timedelta(days=2.5) < at - now < timedelta(days=3)
    assert len({came.headers["webhook-id"] for came in box.received}) == 2


def test_a_fault_of_ours_counts_as_an_attempt_and_waits_its_turn(
    store: Store, box: Hookbox, alpha: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _ = webhooks.add_webhook(store, OFFICE, box.url, actor=alpha, now=now)
    webhooks.send_test(store, made.id, actor=alpha, now=now)

    def broken(*_given: object, **_named: object) -> None:
        raise KeyError("no such thing")

    with monkeypatch.context() as at_fault:
        at_fault.setattr(posting, "post", broken)
        tried(store, now)
        said = latest(store, alpha)
        assert (said.state, said.attempts, said.due_at) == (DeliveryState.WAITING, 1, now + timedelta(minutes=1))
        assert "mistake in posting" in str(said.reason)
    tried(store, said.due_at)
    assert latest(store, alpha).state is DeliveryState.DELIVERED


def test_who_answers_410_is_told_no_more(store: Store, box: Hookbox, alpha: Actor, now: datetime) -> None:
    made, _ = webhooks.add_webhook(store, OFFICE, box.url, actor=alpha, now=now)
    webhooks.send_test(store, made.id, actor=alpha, now=now)
    webhooks.send_test(store, made.id, actor=alpha, now=now + timedelta(hours=1))
    box.statuses = [410]
    tried(store, now)
    (listed,) = webhooks.list_webhooks(store, actor=alpha)
    assert not listed.webhook.is_active
    assert [each.state for each in listed.deliveries] == [DeliveryState.FAILED] * 2
    assert tried(store, now + timedelta(days=1)) == 0
    with pytest.raises(Conflict):
        webhooks.send_test(store, made.id, actor=alpha, now=now)
    webhooks.set_active(store, made.id, True, actor=alpha, now=now)
    webhooks.send_test(store, made.id, actor=alpha, now=now)
    assert tried(store, now) == 1
    assert len(box.received) == 2


def test_what_waits_for_a_paused_webhook_goes_when_it_goes_on(
    store: Store, box: Hookbox, alpha: Actor, now: datetime
) -> None:
    made, _ = webhooks.add_webhook(store, OFFICE, box.url, actor=alpha, now=now)
    webhooks.send_test(store, made.id, actor=alpha, now=now)
    webhooks.set_active(store, made.id, False, actor=alpha, now=now)
    assert tried(store, now) == 0
    webhooks.set_active(store, made.id, True, actor=alpha, now=now)
    assert tried(store, now) == 1
    webhooks.send_test(store, made.id, actor=alpha, now=now)
    webhooks.remove(store, made.id, actor=alpha, now=now)
    assert tried(store, now) == 0
    assert webhooks.list_webhooks(store, actor=alpha) == ()


def test_an_address_is_judged_and_a_desk_has_each_once(store: Store, box: Hookbox, alpha: Actor, now: datetime) -> None:
    webhooks.add_webhook(store, OFFICE, box.url, actor=alpha, now=now)
    abroad = hook_office(Settings(base_url="https://railtrack.example.org", secret_key=KEY), KEY)
    for office, url, said in (
        (OFFICE, box.url, "is there already"),
        (OFFICE, "http://hooks.example.org/", "must begin with https"),
        (abroad, "https://127.0.0.1/", "in a network of its own"),
        (abroad, "https://10.1.0.1/", "in a network of its own"),
    ):
        with pytest.raises(Refused, match=said):
            webhooks.add_webhook(store, office, url, actor=alpha, now=now)
    permitted = Settings(base_url="https://railtrack.example.org", secret_key=KEY, webhook_networks="10.1.0.0/16")
    webhooks.add_webhook(store, hook_office(permitted, KEY), "https://10.1.0.1/", actor=alpha, now=now)
    for number in range(webhooks.MOST_WEBHOOKS - 2):
        webhooks.add_webhook(store, OFFICE, f"{box.url}{number}", actor=alpha, now=now)
    with pytest.raises(Refused, match="10 webhooks at most"):
        webhooks.add_webhook(store, OFFICE, f"{box.url}more", actor=alpha, now=now)


def test_a_desk_sets_its_own_webhooks_only(store: Store, box: Hookbox, alpha: Actor, now: datetime) -> None:
    made, _ = webhooks.add_webhook(store, OFFICE, box.url, actor=alpha, now=now)
    for actor in (partner(store, "Beta"), CITY):
        assert webhooks.list_webhooks(store, actor=actor) == ()
        with pytest.raises(NotFound):
            webhooks.remove(store, made.id, actor=actor, now=now)
        with pytest.raises(NotFound):
            webhooks.send_test(store, made.id, actor=actor, now=now)
    for role in (Role.READER, Role.TERMINAL):
        nobody = Actor(name="x", role=role, organisation_id=alpha.organisation_id, organisation="Alpha")
        with pytest.raises(NotAllowed):
            webhooks.list_webhooks(store, actor=nobody)
        with pytest.raises(NotAllowed):
            webhooks.add_webhook(store, OFFICE, "https://hooks.example.org/", actor=nobody, now=now)


def test_after_a_change_of_the_secret_key_nothing_is_sent_that_nobody_could_check(
    store: Store, box: Hookbox, alpha: Actor, now: datetime
) -> None:
    made, secret = webhooks.add_webhook(store, OFFICE, box.url, actor=alpha, now=now)
    assert webhooks.secret_of(OFFICE, made) == secret
    other = hook_office(Settings(), "o" * 32)
    with pytest.raises(Unavailable):
        webhooks.secret_of(other, made)
    webhooks.send_test(store, made.id, actor=alpha, now=now)
    tried(store, now, other)
    said = latest(store, alpha)
    assert said.state is DeliveryState.FAILED
    assert "RAILTRACK_SECRET_KEY is another one now" in str(said.reason)
    assert box.received == []


def test_tests_are_forgotten_after_a_month(store: Store, box: Hookbox, alpha: Actor, now: datetime) -> None:
    made, _ = webhooks.add_webhook(store, OFFICE, box.url, actor=alpha, now=now)
    webhooks.send_test(store, made.id, actor=alpha, now=now)
    posting.tidy(store, now=now + timedelta(days=400))
    assert latest(store, alpha).state is DeliveryState.WAITING  # never what still waits
    tried(store, now)
    posting.tidy(store, now=now + timedelta(days=31))
    (listed,) = webhooks.list_webhooks(store, actor=alpha)
    assert listed.deliveries == ()
