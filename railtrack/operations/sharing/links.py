"""Links for somebody without an account: made by who may show a thing, shown once, revoked at any time.

A token is a random number with its signature. Without the secret key none can be made up, so a wrong one is refused
before the database is asked; of a right one only the hash is kept, so a backup opens nothing, key or no key.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from railtrack.domain.actors import Actor
from railtrack.domain.errors import NotAllowed, NotFound, Problem, Refused
from railtrack.domain.messages import say
from railtrack.domain.records import RecordedShipment
from railtrack.domain.rights import Operation, insist
from railtrack.domain.rows.cells import line_of_text
from railtrack.domain.rows.unfit import Unfit
from railtrack.domain.sharing import SHARING, LinkKind, SharedField, SharedLink, offered
from railtrack.store import sharing as stored
from railtrack.store.engine import Noting, Reading, Store
from railtrack.store.reading.shipments import shipment

USUAL_DAYS, MOST_DAYS = 30, 366
_SHAPE = re.compile(r"[A-Za-z0-9_-]{46}")
_NONCE = 24  # characters of the random number, 144 bits; the signature's 132 follow
_label = line_of_text(100)


@dataclass(frozen=True, kw_only=True)
class NewLink:
    """What is asked for: what is shown of which thing, until when, and for whom, in the owner's words."""

    kind: LinkKind
    subject: str
    query: Mapping[str, Any] = field(default_factory=dict)
    fields: Collection[SharedField]
    label: str
    expires_at: datetime | None  # None: what was typed is no day


@dataclass(frozen=True)
class Listed:
    """A link in the list of its owners; `reference` is that of the shipment, empty where it is out of sight or gone."""

    link: SharedLink
    reference: str = ""


def shipment_to_share(store: Store, shipment_id: int, *, actor: Actor) -> RecordedShipment:
    """Give the shipment somebody is about to share; raises NotFound out of sight, NotAllowed where it is not theirs."""
    with store.reading() as reading:
        return _shipment(reading, shipment_id, actor)


def insist_on_sharing_figures(actor: Actor) -> None:
    """Refuse whoever may not show figures to others."""
    insist(actor, Operation.SHARE_FIGURES, own=True)


def fields_to_share(kind: LinkKind, *, actor: Actor) -> tuple[SharedField, ...]:
    """Give what the actor may show of what is theirs to share."""
    return offered(actor, kind)


def make_link(store: Store, wanted: NewLink, *, secret: str, actor: Actor, now: datetime) -> tuple[SharedLink, str]:
    """Make a link and give its token, this once.

    Raises NotFound for a shipment out of sight, NotAllowed for what the actor may not show, Refused for a label or an
    end that will not do.
    """
    if actor.user_id is None:
        raise NotAllowed(say("A link is shared by an account, so that it ends with it. Say --as for one."))
    token = _new_token(secret)
    with store.noting(actor, now) as w:
        organisation_id = actor.organisation_id
        if wanted.kind is LinkKind.SHIPMENT:
            organisation_id = _shipment(w, int(wanted.subject), actor).organisation.id
        else:
            insist_on_sharing_figures(actor)
            if actor.may(Operation.SHARE_FIGURES, own=False):
                organisation_id = None  # they are figures of all, whatever the actor belongs to
        if not set(wanted.fields) <= set(offered(actor, wanted.kind)):
            raise NotAllowed(say("You cannot show others what you do not see yourself."))
        problems = _problems(wanted, now)
        if problems or wanted.expires_at is None:
            raise Refused(problems)
        link_id = stored.add_link(
            w,
            actor.user_id,
            kind=wanted.kind,
            subject=wanted.subject,
            query=wanted.query,
            fields=wanted.fields,
            label=" ".join(wanted.label.split()),
            organisation_id=organisation_id,
            token_hash=_hash(token),
            expires_at=wanted.expires_at,
        )
        link = stored.link_with_id(w, link_id)
        assert link is not None  # noqa: S101 - it was added above
        _note(w, "share", link, None, _record(link))
        w.commit()
    return link, token


def list_links(store: Store, *, shipment_id: int | None = None, actor: Actor) -> tuple[Listed, ...]:
    """Give one's own links and those of one's organisation, an administrator those of all; newest first."""
    shares = actor.may(Operation.SHARE)
    with store.reading() as reading:
        found = stored.links(
            reading,
            user_id=actor.user_id,
            organisation_id=actor.organisation_id if shares else None,
            everybody=actor.may(Operation.KEEP_ACCOUNTS, own=False),
            shipment_id=shipment_id,
        )
        ids = sorted({each.shipment_id for each in found if each.kind is LinkKind.SHIPMENT})
        names = stored.references(reading, actor.scope, ids)
    return tuple(Listed(each, names.get(_shipment_id(each), "")) for each in found)


def revoke_link(store: Store, link_id: int, *, actor: Actor, now: datetime) -> SharedLink:
    """Let a link work no longer: one's own, one of one's organisation, or anybody's for an administrator.

    Harmless if it was revoked before. Raises NotFound for one that is not there or is others'.
    """
    with store.noting(actor, now) as w:
        link = stored.link_with_id(w, link_id)
        if link is None or not _is_in_hand(link, actor):
            raise NotFound(say("There is no such link."))
        if stored.revoke_link(w, link_id):
            _note(w, "revoke", link, _record(link), None)
            w.commit()
    return link


def link_of_token(store: Store, token: str, *, secret: str) -> SharedLink | None:
    """Find the link of a token; the database is asked for those alone that were signed here."""
    if not _SHAPE.fullmatch(token) or not hmac.compare_digest(token, _signed(secret, token[:_NONCE])):
        return None
    with store.reading() as reading:
        return stored.link_of(reading, _hash(token))


# ---------------------------------------------------------------- helpers


def _shipment(reading: Reading, shipment_id: int, actor: Actor) -> RecordedShipment:
    found = shipment(reading, actor.scope, shipment_id)
    refusal = say("Only who books for the partner shows its shipments to others.")
    insist(actor, Operation.SHARE, own=actor.owns(found.organisation.id), refusal=refusal)
    if found.published:
        raise NotAllowed(say("The published record is open to everybody: no link is needed."))
    return found


def _is_in_hand(link: SharedLink, actor: Actor) -> bool:
    if actor.may(Operation.KEEP_ACCOUNTS, own=False) or (actor.user_id is not None and link.user_id == actor.user_id):
        return True
    is_ours = link.organisation is not None and link.organisation.id == actor.organisation_id
    return is_ours and actor.may(SHARING[link.kind])


def _shipment_id(link: SharedLink) -> int:
    return link.shipment_id if link.kind is LinkKind.SHIPMENT else 0


def _problems(wanted: NewLink, now: datetime) -> list[Problem]:
    problems = []
    if not wanted.label.strip():
        problems.append(
            Problem(
                message=say("This must not be empty."),
                remedy=say("Write for whom the link is; only you and your colleagues see it."),
                column="label",
            )
        )
    try:
        _label(wanted.label.strip())
    except Unfit as unfit:
        problems.append(Problem(message=unfit.message, remedy=unfit.remedy, column="label"))
    if wanted.expires_at is None or not now < wanted.expires_at <= now + timedelta(days=MOST_DAYS):
        problems.append(
            Problem(
                message=say("A link works until a day within the next %(most)s days.", most=MOST_DAYS),
                remedy=say("Write the last day as 2026-12-31."),
                column="until",
            )
        )
    return problems


def _note(
    w: Noting, action: str, link: SharedLink, before: dict[str, object] | None, after: dict[str, object] | None
) -> None:
    """Write it into the audit: of a shipment's link where the shipment's own history is looked up.

    For whom it is stays out: it may name a person, and an entry stays for good.
    """
    organisation_id = link.organisation.id if link.organisation else None
    if link.kind is LinkKind.SHIPMENT:
        w.audit(action, "shipment", link.subject, before, after, organisation_id)
    else:
        w.audit(action, "figures", link.subject, before, after, organisation_id)


def _record(link: SharedLink) -> dict[str, object]:
    record: dict[str, object] = {
        "link": link.id,
        "shows": sorted(each.value for each in link.fields),
        "expires_at": link.expires_at.isoformat(),
    }
    return record | ({"filters": dict(link.query)} if link.query else {})


def _new_token(secret: str) -> str:
    return _signed(secret, secrets.token_urlsafe(_NONCE * 3 // 4))


def _signed(secret: str, nonce: str) -> str:
    digest = hmac.digest(secret.encode(), b"railtrack shared link " + nonce.encode(), "sha256")
    return nonce + base64.urlsafe_b64encode(digest).decode()[:22]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
