"""A worker that is killed while it posts to a webhook: the next one posts again, under the same id, and only that."""

import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime

from railtrack.config import Settings
from railtrack.domain.notices.alerts import Delivery
from railtrack.domain.notices.kinds import DeliveryState
from railtrack.operations.notifying import webhooks
from railtrack.operations.notifying.webhooks import hook_office
from railtrack.store import webhooks as stored
from railtrack.store.engine import Store
from tests.factories import ADMINISTRATOR
from tests.faults.conftest import Database, Start, wait_until
from tests.faults.test_mail_down import KEY, Post
from tests.hookbox import hookbox
from tests.mailbox import free_port


def test_a_message_being_posted_in_a_crash_goes_again_under_its_id_and_no_other_twice(
    new_database: Callable[[str], Database], start: Start
) -> None:
    database = new_database("sqlite")
    here, now = Post(database.url, free_port()), datetime.now(UTC)
    with hookbox() as box:
        office = hook_office(Settings.from_env(here.given), KEY)
        made, secret = webhooks.add_webhook(here.store, office, box.url, actor=ADMINISTRATOR, now=now)
        webhooks.send_test(here.store, made.id, actor=ADMINISTRATOR, now=now)
        box.manner = "silent"
        worker = start(database.url, "work", before=here.before)
        wait_until(lambda: len(box.received) == 1)
        os.kill(worker.pid, signal.SIGKILL)
        worker.communicate()
        assert messages(here.store, made.id)[0].state is DeliveryState.SENDING
        # another one was killed before its job began
        webhooks.send_test(here.store, made.id, actor=ADMINISTRATOR, now=now)
        with here.store.noting(ADMINISTRATOR, now) as w:
            assert stored.hand_over(w, messages(here.store, made.id)[0].id, "never begun")
            w.commit()

        box.manner = ""
        here.let_the_lease_run_out()
        start(database.url, "work", before=here.before)
        wait_until(lambda: all(each.state is DeliveryState.DELIVERED for each in messages(here.store, made.id)))
        ids = [came.headers["webhook-id"] for came in box.received]
        assert (len(ids), len(set(ids)), ids.count(ids[0])) == (3, 2, 2)
        assert all(came.is_signed_with(secret) for came in box.received)
    here.store.close()


def messages(store: Store, webhook_id: int) -> tuple[Delivery, ...]:
    with store.reading() as r:
        return stored.latest_deliveries(r, webhook_id, limit=9)
