"""Alerts, the rules that find them, and who is told: what is kept of them.

A desk is an organisation's id, or None for who follows everything; its alerts are read and changed together.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from railtrack.domain.notices.alerts import Alert, Wish
from railtrack.domain.notices.findings import Why
from railtrack.domain.notices.kinds import AlertKind, Ending, Manner, Occurrence
from railtrack.domain.notices.rules import KindRule
from railtrack.domain.records import Page
from railtrack.store import paging
from railtrack.store.engine import Noting, Reading
from railtrack.store.organisations import name_key
from railtrack.store.tables import (
    AlertRow,
    AlertRuleRow,
    AlertTellingRow,
    ContainerRow,
    NoticeWishRow,
    OrganisationRow,
    ShipmentRow,
    UserRow,
)
from railtrack.store.writing.bulk import in_batches

# ---------------------------------------------------------------- reading alerts


def open_alerts(r: Reading, desk: int | None) -> tuple[Alert, ...]:
    """Give the open alerts of a desk, the oldest first."""
    query = _ALERTS.where(of_desk(AlertRow.organisation_id, desk), AlertRow.closed_at.is_(None))
    return tuple(_alert(row) for row in r.session.execute(query.order_by(AlertRow.id)))


def desks_with_open_alerts(r: Reading) -> set[int | None]:
    return set(r.session.scalars(select(AlertRow.organisation_id).where(AlertRow.closed_at.is_(None)).distinct()))


def number_open(r: Reading) -> int:
    """Count all open alerts, of every desk."""
    return r.session.scalar(select(func.count()).select_from(AlertRow).where(AlertRow.closed_at.is_(None))) or 0


def shipments_with_open_alerts(r: Reading) -> Sequence[int]:
    """Give the shipments that alerts are open on."""
    return r.session.scalars(select(AlertRow.shipment_id).where(AlertRow.closed_at.is_(None)).distinct()).all()


def alert_by_id(r: Reading, desk: int | None, alert_id: int) -> Alert | None:
    """Find an alert of a desk."""
    row = r.session.execute(_ALERTS.where(AlertRow.id == alert_id, of_desk(AlertRow.organisation_id, desk))).first()
    return None if row is None else _alert(row)


def alerts_with_ids(r: Reading, ids: Iterable[int]) -> tuple[Alert, ...]:
    """Give these alerts, by id."""
    found: list[Alert] = []
    for part in in_batches(sorted(set(ids))):
        rows = r.session.execute(_ALERTS.where(AlertRow.id.in_(part)).order_by(AlertRow.id))
        found += [_alert(row) for row in rows]
    return tuple(found)


def alerts_page(
    r: Reading,
    desk: int | None,
    *,
    is_open: bool | None = True,
    is_acknowledged: bool | None = None,
    kinds: Collection[AlertKind] = (),
    partner: str | None = None,
    shipment_id: int | None = None,
    simulated: bool = False,
    limit: int = 100,
    cursor: str | None = None,
) -> Page[Alert]:
    """Give alerts of a desk: those nobody sees to, other open ones, those that are over; of each the youngest first.

    `simulated`: with those on simulated shipments.
    """
    limit = paging.bounded(limit)
    after = paging.decode(cursor, "alerts", (int, int))
    query = _ALERTS.where(of_desk(AlertRow.organisation_id, desk), *_wanted(is_open, is_acknowledged, kinds))
    if shipment_id is not None:
        query = query.where(AlertRow.shipment_id == shipment_id)
    if partner is not None:
        query = query.where(OrganisationRow.name_key == name_key(partner))
    if not simulated:
        query = query.where(~AlertRow.simulated)
    if after is not None:
        query = query.where(or_(after[0] < _RANK, and_(after[0] == _RANK, AlertRow.id < after[1])))
    rows = r.session.execute(query.order_by(_RANK, AlertRow.id.desc()).limit(limit + 1)).all()
    shown = tuple(_alert(row) for row in rows[:limit])
    last = [_rank(shown[-1]), shown[-1].id] if len(rows) > limit else None
    return Page(shown, None if last is None else paging.encode("alerts", last))


_RANK = case(
    (AlertRow.closed_at.is_not(None), 2),
    (AlertRow.acknowledged_at.is_not(None), 1),
    else_=0,
)


def _rank(alert: Alert) -> int:
    return 2 if not alert.is_open else 1 if alert.is_acknowledged else 0


def count_open(
    r: Reading, desk: int | None, *, is_acknowledged: bool = False, simulated: bool = False
) -> dict[AlertKind, int]:
    """Count the open alerts of a desk that nobody acknowledged, or those somebody did, by kind."""
    query = select(AlertRow.kind, func.count()).where(
        of_desk(AlertRow.organisation_id, desk), *_wanted(True, is_acknowledged, ())
    )  # fmt: skip
    if not simulated:
        query = query.where(~AlertRow.simulated)
    return {AlertKind(kind): number for kind, number in r.session.execute(query.group_by(AlertRow.kind))}


def _wanted(is_open: bool | None, is_acknowledged: bool | None, kinds: Collection[AlertKind]) -> list[Any]:
    found: list[Any] = []
    for column, wanted in ((AlertRow.closed_at, is_open), (AlertRow.acknowledged_at, _not(is_acknowledged))):
        if wanted is not None:
            found.append(column.is_(None) if wanted else column.is_not(None))
    if kinds:
        found.append(AlertRow.kind.in_([kind.value for kind in kinds]))
    return found


def _not(wanted: bool | None) -> bool | None:
    return None if wanted is None else not wanted


def of_desk(column: Any, desk: int | None) -> ColumnElement[bool]:
    """The condition that a row belongs to a desk."""
    condition: ColumnElement[bool] = column.is_(None) if desk is None else column == desk
    return condition


_ALERTS: Select[Any] = (
    select(
        AlertRow.__table__,
        ShipmentRow.reference,
        OrganisationRow.name.label("partner"),
        ContainerRow.number.label("container"),
        UserRow.email.label("acknowledged_name"),
    )
    .join(ShipmentRow, ShipmentRow.id == AlertRow.shipment_id)
    .join(OrganisationRow, OrganisationRow.id == ShipmentRow.organisation_id)
    .outerjoin(ContainerRow, ContainerRow.id == AlertRow.container_id)
    .outerjoin(UserRow, UserRow.id == AlertRow.acknowledged_by)
)


def _alert(row: Any) -> Alert:
    return Alert(
        id=row.id,
        desk=row.organisation_id,
        identity=row.identity,
        shipment_id=row.shipment_id,
        reference=row.reference,
        partner=row.partner,
        container_id=row.container_id,
        container=row.container,
        kind=AlertKind(row.kind),
        station=row.station,
        why=Why(row.why["text"], row.why["values"]),
        opened_at=row.opened_at,
        seen_at=row.seen_at,
        closed_at=row.closed_at,
        ending=None if row.ending is None else Ending(row.ending),
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
        acknowledged_name=row.acknowledged_name or "",
        note=row.note,
        simulated=row.simulated,
    )


# ---------------------------------------------------------------- changing alerts


def acknowledge_alert(w: Noting, alert_id: int, user_id: int | None, note: str) -> bool:
    """Note that somebody knows of an open alert; False if somebody did already or it is over."""
    done = w.session.execute(
        update(AlertRow)
        .where(AlertRow.id == alert_id, AlertRow.closed_at.is_(None), AlertRow.acknowledged_at.is_(None))
        .values(acknowledged_at=w.now, acknowledged_by=user_id, note=note)
        .returning(AlertRow.id)
    )
    return done.scalar() is not None


def take_back(w: Noting, alert_id: int) -> bool:
    """Let an open alert be one that nobody sees to again; False if nobody did or it is over."""
    done = w.session.execute(
        update(AlertRow)
        .where(AlertRow.id == alert_id, AlertRow.closed_at.is_(None), AlertRow.acknowledged_at.is_not(None))
        .values(acknowledged_at=None, acknowledged_by=None, note="")
        .returning(AlertRow.id)
    )
    return done.scalar() is not None


def forget_alerts(w: Noting, before: datetime) -> int:
    """Take out alerts that were closed before a time, with all that was told of them."""
    gone: Any = w.session.execute(delete(AlertRow).where(AlertRow.closed_at < before))
    return int(gone.rowcount)


def insert_into(w: Noting, table: Any) -> Any:
    insert = postgresql.insert if w.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(table)


# ---------------------------------------------------------------- rules


def kind_rules(r: Reading) -> dict[int | None, dict[AlertKind, KindRule]]:
    """Give what every desk set."""
    found: dict[int | None, dict[AlertKind, KindRule]] = {}
    known = {kind.value for kind in AlertKind}
    for row in r.session.scalars(select(AlertRuleRow).where(AlertRuleRow.kind.in_(known))):
        found.setdefault(row.organisation_id, {})[AlertKind(row.kind)] = _kind_rule(row)
    return found


def kind_rule(r: Reading, desk: int | None, kind: AlertKind) -> KindRule | None:
    """Give what a desk set for a kind; None where the defaults hold."""
    row = r.session.scalar(_RULE.where(of_desk(AlertRuleRow.organisation_id, desk), AlertRuleRow.kind == kind.value))
    return None if row is None else _kind_rule(row)


def put_kind_rule(w: Noting, desk: int | None, rule: KindRule) -> None:
    """Keep what a desk sets for a kind."""
    mine = and_(of_desk(AlertRuleRow.organisation_id, desk), AlertRuleRow.kind == rule.kind.value)
    row = w.session.scalar(_RULE.where(mine))
    if row is None:
        row = AlertRuleRow(organisation_id=desk, kind=rule.kind.value)
        w.session.add(row)
    row.is_on, row.thresholds = rule.is_on, dict(rule.thresholds)
    w.session.flush()


_RULE = select(AlertRuleRow)


def _kind_rule(row: AlertRuleRow) -> KindRule:
    return KindRule(kind=AlertKind(row.kind), is_on=row.is_on, thresholds=row.thresholds)


# ---------------------------------------------------------------- wishes, and who was told


def wishes_at(r: Reading, desk: int | None, manners: Collection[Manner] = (Manner.AT_ONCE,)) -> tuple[Wish, ...]:
    """Give how people want to hear of a desk's alerts, those in these manners."""
    query = select(NoticeWishRow).where(
        of_desk(NoticeWishRow.organisation_id, desk), NoticeWishRow.manner.in_([m.value for m in manners])
    )  # fmt: skip
    return tuple(_wish(row) for row in r.session.scalars(query.order_by(NoticeWishRow.id)))


def digest_wishes(r: Reading) -> tuple[Wish, ...]:
    """Give all wishes for a digest."""
    query = select(NoticeWishRow).where(NoticeWishRow.manner == Manner.DIGEST.value)
    return tuple(_wish(row) for row in r.session.scalars(query.order_by(NoticeWishRow.id)))


def wish_of(r: Reading, user_id: int, desk: int | None) -> Wish | None:
    """Give how somebody wants to hear of a desk's alerts; None where nothing was chosen."""
    row = r.session.scalar(_WISH.where(NoticeWishRow.user_id == user_id, of_desk(NoticeWishRow.organisation_id, desk)))
    return None if row is None else _wish(row)


def put_wish(w: Noting, wish: Wish) -> None:
    """Keep how somebody wants to hear of a desk's alerts."""
    row = w.session.scalar(
        _WISH.where(NoticeWishRow.user_id == wish.user_id, of_desk(NoticeWishRow.organisation_id, wish.desk))
    )
    if row is None:
        row = NoticeWishRow(user_id=wish.user_id, organisation_id=wish.desk)
        w.session.add(row)
    row.manner, row.kinds = wish.manner.value, sorted(kind.value for kind in wish.kinds)
    row.hour, row.timezone = wish.hour, wish.timezone
    row.since, row.digest_until = wish.since, wish.digest_until
    w.session.flush()


_WISH = select(NoticeWishRow)


def note_told(w: Noting, alert_ids: Iterable[int], user_id: int, occurrence: Occurrence) -> list[int]:
    """Note that somebody is told of these alerts, and give those they were not told of before."""
    told = []
    for alert_id in alert_ids:
        fresh = insert_into(w, AlertTellingRow).values(
            alert_id=alert_id, user_id=user_id, occurrence=occurrence.value, told_at=w.now
        )
        made = w.session.scalar(fresh.on_conflict_do_nothing().returning(AlertTellingRow.alert_id))
        if made is not None:
            told.append(made)
    return told


def note_mail(w: Noting, alert_ids: Iterable[int], user_id: int, occurrence: Occurrence, mail_id: int) -> None:
    """Say by which mail somebody is told of these alerts."""
    for part in in_batches(sorted(alert_ids)):
        w.session.execute(
            update(AlertTellingRow)
            .where(
                AlertTellingRow.alert_id.in_(part),
                AlertTellingRow.user_id == user_id,
                AlertTellingRow.occurrence == occurrence.value,
            )
            .values(mail_id=mail_id)
        )


@dataclass(frozen=True)
class Digest:
    """The alerts a digest is on: new and open, open before, and over since; the last two by what happened last."""

    opened: tuple[int, ...]
    stays: tuple[int, ...]
    ended: tuple[int, ...]


def digest_of(r: Reading, wish: Wish, since: datetime, until: datetime) -> Digest:
    """Give what happened to the alerts a wish is about; of those open before, not what somebody sees to."""

    def ids(*conditions: Any) -> tuple[int, ...]:
        query = (
            select(AlertRow.id)
            .join(ShipmentRow, ShipmentRow.id == AlertRow.shipment_id)
            .join(OrganisationRow, OrganisationRow.id == ShipmentRow.organisation_id)
            .where(
                of_desk(AlertRow.organisation_id, wish.desk),
                AlertRow.kind.in_([kind.value for kind in wish.kinds]),
                or_(~AlertRow.simulated, OrganisationRow.simulated),
                AlertRow.opened_at <= until,
                *conditions,
            )
        )
        return tuple(r.session.scalars(query.order_by(AlertRow.id.desc())))

    is_open, is_new = AlertRow.closed_at.is_(None), AlertRow.opened_at > since
    return Digest(
        opened=ids(is_open, is_new),
        stays=ids(is_open, ~is_new, AlertRow.acknowledged_at.is_(None)),
        ended=ids(AlertRow.closed_at > since, AlertRow.closed_at <= until),
    )


def take_digest(w: Noting, wish: Wish, until: datetime) -> bool:
    """Note up to when somebody is told; False if that is noted already. Of two at once only one gets True."""
    before = NoticeWishRow.digest_until
    taken = w.session.execute(
        update(NoticeWishRow)
        .where(
            NoticeWishRow.user_id == wish.user_id,
            of_desk(NoticeWishRow.organisation_id, wish.desk),
            NoticeWishRow.manner == Manner.DIGEST.value,
            before.is_(None) if wish.digest_until is None else before == wish.digest_until,
        )
        .values(digest_until=until)
        .returning(NoticeWishRow.id)
    )
    return taken.scalar() is not None


def _wish(row: NoticeWishRow) -> Wish:
    known = {kind.value for kind in AlertKind}
    return Wish(
        user_id=row.user_id,
        desk=row.organisation_id,
        manner=Manner(row.manner),
        kinds=frozenset(AlertKind(kind) for kind in row.kinds if kind in known),
        hour=row.hour,
        timezone=row.timezone,
        since=row.since,
        digest_until=row.digest_until,
    )


def is_simulated(r: Reading, desk: int | None) -> bool:
    """Whether a desk is that of an invented organisation."""
    return bool(r.session.scalar(select(OrganisationRow.simulated).where(OrganisationRow.id == desk)))
