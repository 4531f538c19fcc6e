"""Idempotency-Key: of the same request sent twice, also at once, one is carried out."""

import threading
from datetime import datetime, timedelta

import pytest

from railtrack.domain.errors import Refused
from railtrack.domain.tokens import TokenScope
from railtrack.operations.administering.accounts import create_user
from railtrack.operations.administering.tokens import bearer, make_token
from railtrack.operations.entering.once import Answer, StillRunning, once
from railtrack.store.engine import Store
from tests.api.conftest import CLERK, Caller, Role
from tests.api.test_shipments import shipment

KEY = "5e7e5a5c-3ac5-4a0c-9b6e-0f4b6f2b7f10"


def test_the_same_request_under_one_key_is_answered_alike(alpha: Caller, beta: Caller) -> None:
    first = alpha.post("/shipments", shipment(), Idempotency_Key=KEY)
    assert first.status_code == 201
    assert "Idempotency-Replayed" not in first.headers
    alpha.patch("/shipments/A-1", {"train": "X 1"}, If_Match="*")
    again = alpha.post("/shipments", shipment(), Idempotency_Key=KEY)
    assert (again.status_code, again.data) == (201, first.data)
    for name in ("Location", "ETag", "Content-Type"):
        assert again.headers[name] == first.headers[name]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert beta.post("/shipments", shipment(), Idempotency_Key=KEY).json["partner"] == "Beta"  # a key of its own


def test_another_request_under_the_same_key_is_refused(alpha: Caller) -> None:
    alpha.post("/shipments", shipment(), Idempotency_Key=KEY)
    for address, document in (("/shipments", shipment("A-2")), ("/events", shipment())):
        response = alpha.post(address, document, Idempotency_Key=KEY)
        assert response.status_code == 422
        assert response.json["errors"][0]["header"] == "Idempotency-Key"
    assert [each["reference"] for each in alpha.get("/shipments").json["items"]] == ["A-1"]


def test_what_was_refused_may_be_mended_under_its_key(alpha: Caller) -> None:
    assert alpha.post("/shipments", shipment(origin="nowhere"), Idempotency_Key=KEY).status_code == 422
    assert alpha.post("/shipments", shipment(), Idempotency_Key=KEY).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "käse"])
def test_keys_that_will_not_do(alpha: Caller, key: str) -> None:
    response = alpha.post("/shipments", shipment(), Idempotency_Key=key)
    assert (response.status_code, response.json["errors"][0]["header"]) == (422, "Idempotency-Key")


@pytest.fixture
def token_id(furnished: Store, now: datetime) -> int:
    """A token on each kind of database."""
    create_user(furnished, "a@example.org", "", Role.PARTNER, organisation="Alpha", actor=CLERK, now=now)
    _, secret = make_token(furnished, "test", TokenScope.WRITE, email="a@example.org", actor=CLERK, now=now)
    found = bearer(furnished, secret, origin="api", now=now)
    assert found is not None
    return found.token.id


def test_of_two_at_once_one_is_carried_out(furnished: Store, token_id: int, now: datetime) -> None:
    carried_out: list[int] = []
    is_running, may_end = threading.Event(), threading.Event()
    answers: list[Answer] = []

    def work() -> Answer:
        carried_out.append(1)
        is_running.set()
        assert may_end.wait(20)
        return Answer(201, b"done", {"ETag": '"1"'})

    def first() -> None:
        answers.append(once(furnished, token_id, KEY, "h", work, actor=CLERK, now=now))

    thread = threading.Thread(target=first)
    thread.start()
    assert is_running.wait(20)
    with pytest.raises(StillRunning):
        once(furnished, token_id, KEY, "h", work, actor=CLERK, now=now)
    may_end.set()
    thread.join()
    later = once(furnished, token_id, KEY, "h", work, actor=CLERK, now=now)
    assert (later.status, later.body, later.headers, later.is_replayed) == (201, b"done", {"ETag": '"1"'}, True)
    assert carried_out == [1]
    with pytest.raises(Refused):
        once(furnished, token_id, KEY, "other", work, actor=CLERK, now=now)


def test_a_race_for_a_key_is_won_by_one(furnished: Store, token_id: int, now: datetime) -> None:
    carried_out: list[int] = []
    told: list[str] = []
    start = threading.Barrier(4)

    def work() -> Answer:
        carried_out.append(1)
        return Answer(200, b"done")

    def send() -> None:
        start.wait(20)
        try:
            told.append(once(furnished, token_id, KEY, "h", work, actor=CLERK, now=now).body.decode())
        except StillRunning:
            told.append("wait")

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 4
    assert set(told) <= {"done", "wait"}
    assert carried_out == [1]


def test_a_request_that_was_broken_off_is_carried_out_by_the_next(
    furnished: Store, token_id: int, now: datetime
) -> None:
    def fails() -> Answer:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):  # a failure frees the key at once
        once(furnished, token_id, KEY, "h", fails, actor=CLERK, now=now)
    from railtrack.store.tokens import claim_key

    with furnished.noting(CLERK, now) as w:  # the process was killed after its claim
        claim_key(w, token_id, KEY, "h", forget_before=now - timedelta(days=1))
        w.commit()
    soon, later = now + timedelta(minutes=1), now + timedelta(minutes=3)
    done = Answer(200, b"done")
    with pytest.raises(StillRunning):
        once(furnished, token_id, KEY, "h", lambda: done, actor=CLERK, now=soon)
    assert once(furnished, token_id, KEY, "h", lambda: done, actor=CLERK, now=later) == done


def test_a_key_is_free_again_after_a_day(furnished: Store, token_id: int, now: datetime) -> None:
    once(furnished, token_id, KEY, "h", lambda: Answer(200, b"one"), actor=CLERK, now=now)
    almost = now + timedelta(hours=23, minutes=59)
    assert once(furnished, token_id, KEY, "h", lambda: Answer(200, b"two"), actor=CLERK, now=almost).body == b"one"
    after = now + timedelta(hours=24)
    assert once(furnished, token_id, KEY, "other", lambda: Answer(200, b"two"), actor=CLERK, now=after).body == b"two"
