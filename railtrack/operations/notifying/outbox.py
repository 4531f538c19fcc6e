"""The outbox as administrators see it: what waits, what was sent, what failed and why; and trying again."""

from dataclasses import dataclass
from datetime import datetime

from railtrack.domain.actors import Actor
from railtrack.domain.errors import NotFound
from railtrack.domain.messages import say
from railtrack.domain.rights import Operation, insist
from railtrack.operations.notifying.post import PostOffice, queue
from railtrack.operations.notifying.texts import MailKind
from railtrack.store import mail as stored
from railtrack.store import people, workers
from railtrack.store.engine import Store
from railtrack.store.mail import Mail, MailState

WORKER = "main"
SHOWN = 100


@dataclass(frozen=True, kw_only=True)
class Outbox:
    """`is_worked` says whether somebody is there to send; `worker_seen_at` when they last were."""

    waiting: list[Mail]
    failed: list[Mail]
    done: list[Mail]
    counts: dict[MailState, int]
    worker_seen_at: datetime | None
    is_worked: bool


def outbox(store: Store, *, actor: Actor, now: datetime) -> Outbox:
    """Give the outbox; administrators only."""
    _only_administrators(actor)
    with store.reading() as r:
        seen_at = workers.last_seen(r, WORKER)
        return Outbox(
            waiting=stored.mails(r, [MailState.WAITING, MailState.SENDING], limit=SHOWN),
            failed=stored.mails(r, [MailState.FAILED], limit=SHOWN),
            done=stored.mails(r, [MailState.SENT], limit=SHOWN),
            counts=stored.count_mails(r),
            worker_seen_at=seen_at,
            is_worked=seen_at is not None and seen_at >= now - workers.LEASE,
        )


def send_again(store: Store, mail_id: int, *, actor: Actor, now: datetime) -> Mail:
    """Let a mail that failed, or waits for its next attempt, be tried at once; raises NotFound."""
    _only_administrators(actor)
    with store.noting(actor, now) as w:
        mail = stored.mail_by_id(w, mail_id)
        if mail is None or not stored.send_again(w, mail_id):
            raise NotFound(say("This mail does not wait and did not fail; look at the list anew."))
        w.audit("send again", "mail", mail.recipient, None, {"kind": mail.kind})
        w.commit()
    return mail


def send_test(store: Store, post: PostOffice, *, actor: Actor, now: datetime) -> str:
    """Queue a test mail to whoever asks, and give the address."""
    _only_administrators(actor)
    with store.noting(actor, now) as w:
        person = None if actor.user_id is None else people.person_by_id(w, actor.user_id)
        if person is None:
            raise NotFound(say("A test mail goes to whoever is signed in."))
        queue(w, post, MailKind.TEST, person.email, person=person)
        w.commit()
    return person.email


def _only_administrators(actor: Actor) -> None:
    insist(actor, Operation.KEEP_ACCOUNTS, own=False, refusal=say("Only an administrator sees the outbox."))
