"""Webhooks of a desk: addresses of programs that are told of its alerts, and what came of telling them."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from railtrack.config import Settings
from railtrack.domain.actors import Actor
from railtrack.domain.errors import Conflict, NotFound, Problem, Refused
from railtrack.domain.messages import say
from railtrack.domain.notices.alerts import Delivery, Webhook
from railtrack.domain.notices.kinds import Occurrence
from railtrack.domain.rights import Operation, insist
from railtrack.operations.notifying.alerts import desk_of
from railtrack.operations.signing_in.secrets_at_rest import seal, unseal
from railtrack.store import webhooks as stored
from railtrack.store.engine import Noting, Store
from railtrack.webhooks import SECRET_BYTES, Roads, judge, networks_of, new_secret

SHOWN = 30
MOST_WEBHOOKS = 10  # of a desk
LOST_SECRET = say(
    "The secret of the webhook cannot be read, since RAILTRACK_SECRET_KEY is another one now. "
    "Remove the webhook and add it anew."
)


@dataclass(frozen=True, kw_only=True)
class HookOffice:
    """What it takes to post to webhooks: where they may go, the secret key, and who we are."""

    roads: Roads
    secret: str
    base_url: str


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A webhook with the latest messages to it."""

    webhook: Webhook
    deliveries: tuple[Delivery, ...]


def hook_office(settings: Settings, secret: str) -> HookOffice:
    """Give what the settings say."""
    roads = Roads(is_local=settings.is_local, networks=networks_of(settings.webhook_networks))
    return HookOffice(roads=roads, secret=secret, base_url=settings.base_url)


def secret_of(office: HookOffice, webhook: Webhook) -> str:
    """Read the secret messages are signed with; raises Unavailable after a change of the secret key."""
    return unseal(webhook.secret, office.secret, webhook.id, of="webhook", lost=LOST_SECRET).decode()


def list_webhooks(store: Store, *, actor: Actor) -> tuple[Listed, ...]:
    """Give the webhooks of the actor's desk; raises NotAllowed for who does not set them."""
    desk = _desk(actor)
    with store.reading() as r:
        return tuple(
            Listed(webhook=each, deliveries=stored.latest_deliveries(r, each.id, limit=SHOWN))
            for each in stored.webhooks_of(r, desk)
        )


def add_webhook(store: Store, office: HookOffice, url: str, *, actor: Actor, now: datetime) -> tuple[Webhook, str]:
    """Add a webhook, and give it with the secret, which is not told again. Raises NotAllowed and Refused."""
    desk = _desk(actor)
    url = url.strip()
    wrong = judge(url, office.roads)
    if wrong is not None:
        raise Refused([Problem(message=wrong, column="url", value=url[:200])])
    secret = new_secret(secrets.token_bytes(SECRET_BYTES))
    with store.noting(actor, now) as w:
        known = stored.webhooks_of(w, desk)
        if any(each.url == url for each in known):
            raise Refused([Problem(message=say("This address is there already."), column="url", value=url)])
        if len(known) >= MOST_WEBHOOKS:
            message = say("There can be %(most)s webhooks at most.", most=MOST_WEBHOOKS)
            raise Refused([Problem(message=message, remedy=say("Remove one first."), column="url", value=url)])
        webhook_id = stored.add_webhook(w, desk, url)
        stored.keep_secret(w, webhook_id, seal(secret.encode(), office.secret, webhook_id, of="webhook"))
        w.audit("add", "webhook", webhook_id, None, {"url": url}, desk)
        made = _found(w, desk, webhook_id)
        w.commit()
    return made, secret


def set_active(store: Store, webhook_id: int, is_active: bool, *, actor: Actor, now: datetime) -> Webhook:
    """Pause a webhook, or let it go on; raises NotFound and NotAllowed."""
    desk = _desk(actor)
    with store.noting(actor, now) as w:
        found = _found(w, desk, webhook_id)
        if found.is_active is not is_active:
            stored.set_active(w, webhook_id, is_active)
            w.audit("resume" if is_active else "pause", "webhook", webhook_id, None, {"url": found.url}, desk)
        w.commit()
    return found


def remove(store: Store, webhook_id: int, *, actor: Actor, now: datetime) -> Webhook:
    """Take a webhook out; raises NotFound and NotAllowed."""
    desk = _desk(actor)
    with store.noting(actor, now) as w:
        found = _found(w, desk, webhook_id)
        stored.remove_webhook(w, webhook_id)
        w.audit("remove", "webhook", webhook_id, {"url": found.url}, None, desk)
        w.commit()
    return found


def send_test(store: Store, webhook_id: int, *, actor: Actor, now: datetime) -> Webhook:
    """Queue a test message to a webhook; raises NotFound, NotAllowed, and Conflict for one that is paused."""
    desk = _desk(actor)
    with store.noting(actor, now) as w:
        found = _found(w, desk, webhook_id)
        if not found.is_active:
            raise Conflict(say("This webhook is paused; let it go on first."))
        payload = {"type": "test", "timestamp": now.isoformat(), "data": {"asked_by": "railtrack"}}
        stored.add_delivery(w, webhook_id, None, Occurrence.TEST, payload)
        w.commit()
    return found


def _desk(actor: Actor) -> int | None:
    desk = desk_of(actor)
    insist(actor, Operation.SET_ALERTS)
    return desk


def _found(w: Noting, desk: int | None, webhook_id: int) -> Webhook:
    found = stored.webhook_of(w, desk, webhook_id)
    if found is None:
        raise NotFound(say("There is no such webhook."))
    return found
