"""Requests of programs that may come twice: under one key, one is carried out and the others get its answer.

What changed nothing is not kept: it may be mended and sent again under the same key.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from railtrack.domain.actors import Actor
from railtrack.domain.errors import Conflict, Problem, Refused
from railtrack.domain.messages import say
from railtrack.store import tokens as stored
from railtrack.store.engine import Store

KEPT = timedelta(hours=24)
BROKEN_OFF = timedelta(minutes=2)  # a request takes seconds; one that is not answered by then never will be
LONGEST_KEY = 255


@dataclass(frozen=True)
class Answer:
    """What a request is answered with. One that `changed` nothing leaves its key free."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    changed: bool = True
    is_replayed: bool = False


class StillRunning(Conflict):
    """The same request is being carried out; whoever waits a moment gets its answer."""


def once(
    store: Store,
    token_id: int,
    key: str,
    request_hash: str,
    carry_out: Callable[[], Answer],
    *,
    actor: Actor,
    now: datetime,
) -> Answer:
    """Carry a request out unless one with this key was; then give that one's answer.

    Raises Refused for a key that stood for another request, StillRunning while the first is not done. Should the first
    have been broken off, the second is carried out: rows that were stored before are duplicates then.
    """
    if not 1 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise Refused([_unfit_key(key)])
    with store.reading() as reading:
        before = stored.kept_answer(reading, token_id, key, now - KEPT)
    if before is None:
        claim = _claim(store, token_id, key, request_hash, actor, now)
    elif before.request_hash != request_hash:
        raise Refused([_another_request(key)])
    elif before.status is not None:
        return Answer(before.status, before.body, before.headers, is_replayed=True)
    else:
        claim = _take_over(store, token_id, key, before, actor, now)
    try:
        answer = carry_out()
    except BaseException:
        _release(store, token_id, key, claim, actor, now)
        raise
    if not answer.changed:
        _release(store, token_id, key, claim, actor, now)
        return answer
    with store.noting(actor, now) as w:
        stored.keep_answer(w, token_id, key, claim, status=answer.status, headers=answer.headers, body=answer.body)
        w.commit()
    return answer


def _claim(store: Store, token_id: int, key: str, request_hash: str, actor: Actor, now: datetime) -> str:
    try:
        with store.noting(actor, now) as w:
            claim = stored.claim_key(w, token_id, key, request_hash, forget_before=now - KEPT)
            w.commit()
    except Conflict as conflict:
        raise _still_running() from conflict
    return claim


def _take_over(store: Store, token_id: int, key: str, before: stored.KeptAnswer, actor: Actor, now: datetime) -> str:
    if now - before.claimed_at < BROKEN_OFF:
        raise _still_running()
    with store.noting(actor, now) as w:
        claim = stored.take_over_key(w, token_id, key, before)
        w.commit()
    if claim is None:
        raise _still_running()
    return claim


def _release(store: Store, token_id: int, key: str, claim: str, actor: Actor, now: datetime) -> None:
    with store.noting(actor, now) as w:
        stored.release_key(w, token_id, key, claim)
        w.commit()


def _still_running() -> StillRunning:
    return StillRunning(say("A request with this key is being carried out. Send it again in a moment."))


def _unfit_key(key: str) -> Problem:
    return Problem(
        message=say("A key has 1 to %(most)d plain characters.", most=LONGEST_KEY),
        remedy=say("Use a new random UUID for each request."),
        column="Idempotency-Key",
        value=key[:80],
    )


def _another_request(key: str) -> Problem:
    return Problem(
        message=say("Another request was sent with this key."),
        remedy=say("Use a new key for each request, and the same only to send the same again."),
        column="Idempotency-Key",
        value=key,
    )
