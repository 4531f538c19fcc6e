"""An alert from its opening to its end: on the page and the phone, by mail and by webhook, and each told once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from railtrack.domain.line.network import Network
from railtrack.domain.notices.kinds import AlertKind, DeliveryState, Manner
from railtrack.domain.rights import Role
from railtrack.operations.administering.reference import load_world
from railtrack.operations.notifying import posting, sending, webhooks, wishes
from railtrack.operations.notifying.watching import watch
from railtrack.operations.notifying.webhooks import HookOffice, hook_office
from railtrack.store import mail as mails
from railtrack.store import webhooks as hooks
from tests.browser.conftest import ADMINISTRATOR, PARTNER, LiveServer, address, sign_in, violations
from tests.factories import container, enter, event_row, moment, shipment_row, tell
from tests.hookbox import Hookbox, hookbox
from tests.mailbox import Mailbox, mailbox, plain_of
from tests.operations.test_mail_jobs import office


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


@pytest.fixture
def hook() -> Iterator[Hookbox]:
    with hookbox() as box:
        yield box


class Worker:
    """What the worker does, when a test says so."""

    def __init__(self, server: LiveServer, box: Mailbox) -> None:
        self.store, self.post = server.store, office(box.port)
        self.hooks: HookOffice = hook_office(
            server.app.extensions["railtrack"]["settings"], server.app.config["SECRET_KEY"]
        )

    def look(self, now: datetime) -> None:
        """Look for alerts, send what mails are due and post what messages are."""
        watch(self.store, self.post, now=now)
        with self.store.reading() as r:
            due, posts = mails.due_mails(r, now, limit=99), hooks.due_deliveries(r, now, limit=99)
        for mail_id in due:
            self._take(lambda w, each=mail_id: mails.hand_over(w, each, "run"), now)
            outcome = sending.deliver(self.store, self.post, mail_id, "run", now=now)
            sending.settle(self.store, mail_id, "run", outcome, now=now)
        for each in posts:
            self._take(lambda w, each=each: hooks.hand_over(w, each, "run"), now)
            posting.settle(
                self.store, each, "run", posting.deliver(self.store, self.hooks, each, "run", now=now), now=now
            )

    def _take(self, take: Any, now: datetime) -> None:
        with self.store.noting(ADMINISTRATOR, now) as w:
            assert take(w)
            w.commit()


def depart(server: LiveServer, network: Network, at: datetime) -> None:
    """A shipment that left Chongqing four days ago, planned to be in Mannheim two weeks later."""
    left = at - timedelta(days=4)
    plan = {
        "planned_departure": moment(left.strftime("%Y-%m-%dT%H:%M+00:00")),
        "planned_arrival": moment((left + timedelta(days=17)).strftime("%Y-%m-%dT%H:%M+00:00")),
    }
    enter(server.store, network, [shipment_row("CM-77", container(7), partner=PARTNER, **plan)], now=left)
    tell(
        server.store, network,
        [event_row("departed", "CKG", left.strftime("%Y-%m-%dT%H:%M+00:00"), "CM-77", partner=PARTNER)], now=left,
    )  # fmt: skip


def test_an_alert_is_told_seen_answered_and_closes_itself(
    page: Any, phone: Any, live_server: LiveServer, box: Mailbox, hook: Hookbox
) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    network, worker = load_world(live_server.store).network, Worker(live_server, box)
    sign_in(page)
    page.goto("/alerts/webhooks")
    page.fill("#f-url", hook.url)
    page.click("text=Add the webhook >> nth=-1")
    page.wait_for_selector("h1 >> text=Copy this secret now")
    secret = page.input_value("#secret")
    actor = live_server.actor()
    wishes.set_wish(live_server.store, Manner.AT_ONCE, [AlertKind.SILENT], timezone="UTC", actor=actor, now=now)
    depart(live_server, network, now)
    worker.look(now)
    worker.look(now + timedelta(seconds=5))  # nothing is sent twice

    (mail,) = box.received
    assert (str(mail["To"]), mail["Subject"]) == (address(Role.PARTNER), "No news: CM-77")
    assert "Nothing was told for 96 h, last from Chongqing Tuanjiecun" in plain_of(mail)
    opened = [came.told for came in hook.received]
    assert {each["type"] for each in opened} == {"alert.opened"}
    assert sorted(each["data"]["kind"] for each in opened) == ["late", "silent"]
    assert all(came.is_signed_with(secret) for came in hook.received)

    sign_in(phone)
    phone.goto("/alerts?kind=silent")
    phone.wait_for_selector("h1 >> text=Two alerts are open.")
    phone.click("summary >> text=I see to it")
    phone.fill("[name=note]", "The terminal in Xi’an is asked.")
    assert violations(phone) == []
    phone.click(".alerts details[open] button")
    phone.wait_for_selector(".note-done >> text=You see to CM-77")
    page.goto("/alerts")
    page.wait_for_selector("h1 >> text=Two alerts are open; nobody sees to one of them yet.")
    assert "The terminal in Xi’an is asked." in page.inner_text(".alerts")
    assert violations(page) == []
    page.click(".alerts li:has-text('No news') a >> nth=0")
    page.wait_for_selector("#h-alerts")
    assert "The terminal in Xi’an is asked." in page.inner_text("section:has(#h-alerts)")

    told = event_row(
        "departed", "XIA", (now - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M+00:00"), "CM-77", partner=PARTNER
    )
    tell(live_server.store, network, [told], now=now)
    worker.look(now + timedelta(minutes=5))
    worker.look(now + timedelta(minutes=10))
    page.goto("/alerts?kind=silent")
    page.wait_for_selector(".alerts >> text=over: its cause is gone")
    assert len(box.received) == 1
    silent = [came.told["type"] for came in hook.received if came.told["data"]["kind"] == "silent"]
    assert silent == ["alert.opened", "alert.acknowledged", "alert.closed"]
    ids = [came.headers["webhook-id"] for came in hook.received]
    assert len(ids) == len(set(ids))
    (listed,) = webhooks.list_webhooks(live_server.store, actor=actor)
    assert {each.state for each in listed.deliveries} == {DeliveryState.DELIVERED}
    page.goto("/alerts/webhooks")
    page.wait_for_selector("td >> text=Delivered")
    assert violations(page) == []
    for path in ("/alerts/rules", "/alerts/mail"):
        page.goto(path)
        assert violations(page) == []
