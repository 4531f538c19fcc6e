"""Telling people and programs what happened to alerts: rows in the outboxes, in the transaction that changed them.

So nothing is told that was not kept, and nothing that was kept is forgotten; what was told to whom is noted with it,
and told once. Alerts on simulated shipments are told to nobody but invented organisations.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from railtrack.domain.notices.alerts import Alert, Changes, Wish
from railtrack.domain.notices.kinds import Manner, Occurrence
from railtrack.domain.people import Person
from railtrack.domain.rights import Operation, Reach, reach
from railtrack.operations.notifying.post import PostOffice, queue
from railtrack.operations.notifying.texts import MailKind
from railtrack.store import notices as stored
from railtrack.store import people
from railtrack.store import webhooks as hooks
from railtrack.store.engine import Noting


def tell(w: Noting, post: PostOffice | None, changes: Changes, now: datetime) -> None:
    """Write what is to be told: to each webhook of the desk, and by mail at once to who wants that (with a post)."""
    is_invented = stored.is_simulated(w, changes.desk)
    told = [(occurrence, alert) for occurrence, alert in changes.told() if is_invented or not alert.simulated]
    if not told:
        return
    for webhook in hooks.webhooks_of(w, changes.desk, active_only=True):
        for occurrence, alert in told:
            hooks.add_delivery(w, webhook.id, alert.id, occurrence, payload_of(occurrence, alert, now))
    if post is not None:
        opened = [alert for occurrence, alert in told if occurrence is Occurrence.OPENED]
        for wish in stored.wishes_at(w, changes.desk, (Manner.AT_ONCE,)):
            tell_by_mail(w, post, wish, [alert for alert in opened if alert.kind in wish.kinds])


def tell_by_mail(w: Noting, post: PostOffice, wish: Wish, alerts: list[Alert]) -> int | None:
    """Queue one mail to somebody on those of these alerts they were not told of; None where that is none of them."""
    person = people.person_by_id(w, wish.user_id)
    if person is None or not may_be_told(person, wish.desk):
        return None
    told = set(stored.note_told(w, [alert.id for alert in alerts], wish.user_id, Occurrence.OPENED))
    if not told:
        return None
    facts = {
        "desk": "" if wish.desk is None else str(wish.desk),
        "alerts": ",".join(str(alert.id) for alert in alerts if alert.id in told),
        "number": str(len(told)),
    }
    mail_id = queue(w, post, MailKind.ALERTS, person.email, person=person, facts=facts)
    stored.note_mail(w, told, wish.user_id, Occurrence.OPENED, mail_id)
    return mail_id


def may_be_told(person: Person, desk: int | None) -> bool:
    """Whether somebody still belongs to a desk: the city's and the administrators' follows from the role."""
    if not person.is_active:
        return False
    if desk is None:
        return reach(person, Operation.SEE_ALERTS) is Reach.ALL
    return reach(person, Operation.SEE_ALERTS) is Reach.OWN and any(each.id == desk for each in person.organisations)


def payload_of(occurrence: Occurrence, alert: Alert, now: datetime) -> Mapping[str, Any]:
    """What a program is told, in the form of Standard Webhooks: of what, since when and why, in words and figures."""
    return {
        "type": f"alert.{occurrence.value}",
        "timestamp": now.isoformat(),
        "data": {
            "id": alert.id,
            "kind": alert.kind.value,
            "reference": alert.reference,
            "partner": alert.partner,
            "shipment_id": alert.shipment_id,
            "container": alert.container,
            "station": alert.station,
            "opened_at": alert.opened_at.isoformat(),
            "closed_at": alert.closed_at.isoformat() if alert.closed_at else None,
            "ending": alert.ending.value if alert.ending else None,
            "acknowledged_at": alert.acknowledged_at.isoformat() if alert.acknowledged_at else None,
            "note": alert.note,
            "why": str(alert.why),
            "values": dict(alert.why.values),
            "simulated": alert.simulated,
        },
    }
