"""Alerts as people see and answer them, and the rules that find them.

Whose alerts somebody sees follows from the matrix of rights: those of the organisation they act for, over its own
shipments; the city and the administrators have one desk together, with rules of its own, over all shipments. A
terminal, which owns no shipment, has none.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from railtrack.domain.actors import Actor
from railtrack.domain.errors import Conflict, NotAllowed, NotFound, Problem, Refused
from railtrack.domain.messages import say
from railtrack.domain.notices.alerts import Alert, Changes
from railtrack.domain.notices.kinds import AlertKind
from railtrack.domain.notices.rules import THRESHOLDS, AlertRules, KindRule, judged, rules_of
from railtrack.domain.records import Page
from railtrack.domain.rights import Operation, Reach, insist, reach
from railtrack.operations.notifying.post import PostOffice
from railtrack.operations.notifying.telling import tell
from railtrack.store import notices as stored
from railtrack.store.engine import Store

LONGEST_NOTE = 500


def desk_of(actor: Actor) -> int | None:
    """Whose alerts somebody sees: their organisation's, or None for those over everything.

    Raises NotAllowed for who sees none.
    """
    if reach(actor, Operation.SEE_ALERTS) is Reach.ALL:
        return None
    if reach(actor, Operation.SEE_ALERTS) is Reach.NONE or actor.organisation_id is None:
        raise NotAllowed(say("There are no alerts for your role."))
    return actor.organisation_id


def has_desk(actor: Actor) -> bool:
    """Whether somebody sees alerts at all."""
    everybodys = reach(actor, Operation.SEE_ALERTS) is Reach.ALL
    return everybodys or (actor.may(Operation.SEE_ALERTS) and actor.organisation_id is not None)


def list_alerts(
    store: Store,
    *,
    is_open: bool | None = True,
    is_acknowledged: bool | None = None,
    kinds: Collection[AlertKind] = (),
    partner: str | None = None,
    shipment_id: int | None = None,
    simulated: bool = False,
    limit: int = 100,
    cursor: str | None = None,
    actor: Actor,
) -> Page[Alert]:
    """Give the alerts somebody sees: what nobody sees to first, what is over last, of each the youngest first.

    None for `is_open` or `is_acknowledged` wants both; `simulated`: with those on simulated shipments. Raises
    NotAllowed, and Refused for a cursor of another list.
    """
    desk = desk_of(actor)
    with store.reading() as r:
        return stored.alerts_page(
            r, desk, is_open=is_open, is_acknowledged=is_acknowledged, kinds=kinds, partner=partner,
            shipment_id=shipment_id, simulated=simulated, limit=limit, cursor=cursor,
        )  # fmt: skip


def alert(store: Store, alert_id: int, *, actor: Actor) -> Alert:
    """Give one alert; raises NotFound where there is none for whoever asks."""
    desk = desk_of(actor)
    with store.reading() as r:
        found = stored.alert_by_id(r, desk, alert_id)
    if found is None:
        raise _unknown()
    return found


def count_alerts(store: Store, *, simulated: bool = False, actor: Actor) -> Mapping[AlertKind, int]:
    """Count the open alerts that nobody acknowledged, by kind; none for who sees none."""
    if not has_desk(actor):
        return {}
    with store.reading() as r:
        return stored.count_open(r, desk_of(actor), simulated=simulated)


@dataclass(frozen=True)
class Tally:
    """How many alerts are open, and to how many of them nobody sees yet."""

    open: int = 0
    unanswered: int = 0


def tally(store: Store, *, simulated: bool = False, actor: Actor) -> Tally:
    """Count the open alerts; none for who sees none."""
    if not has_desk(actor):
        return Tally()
    desk = desk_of(actor)
    with store.reading() as r:
        unanswered = sum(stored.count_open(r, desk, simulated=simulated).values())
        answered = sum(stored.count_open(r, desk, is_acknowledged=True, simulated=simulated).values())
    return Tally(unanswered + answered, unanswered)


def acknowledge(
    store: Store, post: PostOffice | None, alert_id: int, note: str, *, actor: Actor, now: datetime
) -> Alert:
    """Say that one knows of an alert, with a note; it stays open until its cause is gone, and is told no more.

    Raises NotFound, NotAllowed, Refused for a note that is too long, Conflict for one that is over or known already.
    """
    desk = desk_of(actor)
    insist(actor, Operation.ANSWER_ALERTS)
    note = " ".join(note.split())
    if len(note) > LONGEST_NOTE:
        problem = say("The text has %(count)d characters, %(limit)d fit.", count=len(note), limit=LONGEST_NOTE)
        raise Refused([Problem(message=problem, remedy=say("Shorten it."), column="note")])
    with store.noting(actor, now) as w:
        found = stored.alert_by_id(w, desk, alert_id)
        if found is None:
            raise _unknown()
        if not stored.acknowledge_alert(w, alert_id, actor.user_id, note):
            raise Conflict(
                say("This alert is over.") if not found.is_open else say("Somebody acknowledged this alert already.")
            )
        answered = replace(
            found, acknowledged_at=now, acknowledged_by=actor.user_id, note=note
        )  # fmt: skip
        what = {"kind": found.kind.value, "reference": found.reference, "note": note}
        w.audit("acknowledge", "alert", alert_id, None, what, desk)
        tell(w, post, Changes(desk=desk, acknowledged=(answered,)), now)
        w.commit()
    return answered


def take_back(store: Store, alert_id: int, *, actor: Actor, now: datetime) -> Alert:
    """Take back that somebody sees to an alert; raises NotFound, NotAllowed, Conflict for one that is over."""
    desk = desk_of(actor)
    insist(actor, Operation.ANSWER_ALERTS)
    with store.noting(actor, now) as w:
        found = stored.alert_by_id(w, desk, alert_id)
        if found is None:
            raise _unknown()
        if not found.is_open:
            raise Conflict(say("This alert is over."))
        if stored.take_back(w, alert_id):
            what = {"kind": found.kind.value, "reference": found.reference, "note": found.note}
            w.audit("take back", "alert", alert_id, what, None, desk)
        w.commit()
    return found


def _unknown() -> NotFound:
    return NotFound(say("There is no such alert."))


# ---------------------------------------------------------------- rules


def rules(store: Store, *, actor: Actor) -> AlertRules:
    """Give the rules by which alerts are found for whoever asks."""
    desk = desk_of(actor)
    with store.reading() as r:
        return rules_of(stored.kind_rules(r).get(desk, {}))


def insist_on_setting(actor: Actor) -> None:
    """Raise NotAllowed unless the actor sets rules."""
    desk_of(actor)
    insist(actor, Operation.SET_ALERTS)


def set_rule(
    store: Store, kind: AlertKind, is_on: bool, thresholds: Mapping[str, float | None], *, actor: Actor, now: datetime
) -> KindRule:
    """Set what is looked for of a kind; None for a threshold takes the usual one. Raises NotAllowed and Refused."""
    desk = desk_of(actor)
    insist(actor, Operation.SET_ALERTS)
    rule = judged(kind, is_on, thresholds)
    with store.noting(actor, now) as w:
        before = stored.kind_rule(w, desk, kind)
        stored.put_kind_rule(w, desk, rule)
        w.audit("change", "alert rule", kind.value, None if before is None else _said(before), _said(rule), desk)
        w.commit()
    return rule


def _said(rule: KindRule) -> dict[str, object]:
    names = {threshold.name for threshold in THRESHOLDS[rule.kind]}
    return {"is_on": rule.is_on} | {name: value for name, value in rule.thresholds.items() if name in names}
