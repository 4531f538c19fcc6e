"""Looking at all that is under way, by the rules of each desk, and keeping its alerts true.

What is the matter is judged over one snapshot, in parts, so that memory stays small however much is under way. Then
each desk's alerts are changed in one transaction together with the messages that tell of it: whoever is killed between
the two has opened nothing and told nothing, and the next look finds the same. That an alert opens or closes is not in
the audit, which is of what people do; the alert itself says when and why.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from railtrack.domain.actors import Actor
from railtrack.domain.line.network import Network
from railtrack.domain.messages import say
from railtrack.domain.movement.journeys import Status
from railtrack.domain.notices.alerts import Alert, Changes
from railtrack.domain.notices.findings import Finding, Usual, Watched, findings
from railtrack.domain.notices.kinds import Ending
from railtrack.domain.notices.rules import AlertRules, rules_of
from railtrack.domain.notices.settling import Settled, settle
from railtrack.domain.records import ShipmentSummary
from railtrack.domain.rights import Operation, insist
from railtrack.operations.administering.reference import load_world
from railtrack.operations.following.whereabouts import follow
from railtrack.operations.notifying.post import PostOffice
from railtrack.operations.notifying.sending import SERVER
from railtrack.operations.notifying.telling import tell
from railtrack.store import alerting
from railtrack.store import notices as stored
from railtrack.store.engine import Noting, Reading, Store
from railtrack.store.reading import watched as reading
from railtrack.store.reading.watched import Seen
from railtrack.store.writing.bulk import in_batches

KEPT = timedelta(days=365)  # alerts that are over
EVERYBODYS = None  # the desk of who follows everything

Stays = Mapping[tuple[int | None, bool, str], Usual]


@dataclass(frozen=True, kw_only=True)
class Watch:
    """What a look came to: how many shipments were looked at, alerts opened and closed, and how many are open."""

    shipments: int
    opened: int = 0
    closed: int = 0
    open: int = 0


@dataclass
class _Found:
    """What is the matter, by desk; what became of shipments whose alerts may be over; who must be looked at."""

    by_desk: dict[int | None, list[Finding]] = field(default_factory=lambda: defaultdict(list))
    endings: dict[int, Ending] = field(default_factory=dict)


def usual_stays(store: Store, *, now: datetime) -> Stays:
    """Read how long stays are, by whose journeys and where; it changes slowly, so a worker reads it now and then."""
    with store.reading() as r:
        return reading.usual_stays(r, now)


def watch(store: Store, post: PostOffice | None = None, *, now: datetime, stays: Stays | None = None) -> Watch:
    """Look at everything under way and open, keep and close alerts; done twice, the second changes nothing.

    `stays` are those of `usual_stays`, read here if not given.
    """
    network = load_world(store).network
    with store.reading() as r:
        stays = reading.usual_stays(r, now) if stays is None else stays
        rules = {desk: rules_of(kinds) for desk, kinds in stored.kind_rules(r).items()}
        ids = reading.to_watch(r, now)
        found = _look(r, network, ids, rules, stays, now)
        desks = stored.desks_with_open_alerts(r) | set(found.by_desk)
        changing = [desk for desk in desks if _changes(r, desk, found)]
    opened = closed = 0
    for desk in sorted(changing, key=lambda desk: desk or 0):
        with store.noting(SERVER, now) as w:
            changes = _settle(w, desk, found, rules.get(desk, AlertRules()))
            tell(w, post, changes, now)
            w.commit()
        opened, closed = opened + len(changes.opened), closed + len(changes.closed)
    with store.reading() as r:
        number = stored.number_open(r)
    return Watch(shipments=len(ids), opened=opened, closed=closed, open=number)


def watch_now(store: Store, post: PostOffice | None, *, actor: Actor, now: datetime) -> Watch:
    """Look at everything without waiting for the worker; administrators only."""
    refusal = say("Only an administrator has alerts looked for by hand; the worker does it by itself.")
    insist(actor, Operation.KEEP_ACCOUNTS, own=False, refusal=refusal)
    return watch(store, post, now=now)


def forget_old(store: Store, *, now: datetime) -> None:
    """Take out alerts that were over a year ago."""
    with store.noting(SERVER, now) as w:
        stored.forget_alerts(w, now - KEPT)
        w.commit()


# ---------------------------------------------------------------- judging


def _look(
    r: Reading,
    network: Network,
    ids: Iterable[int],
    rules: Mapping[int | None, AlertRules],
    stays: Stays,
    now: datetime,
) -> _Found:
    found = _Found()
    wanted = set(ids)
    everything = sorted(wanted.union(stored.shipments_with_open_alerts(r)))
    planned = {s.id: Usual(p90_h=s.dwell_h_p90) for s in network.stations.values() if s.dwell_h_p90 is not None}
    usual = _UsualStays(stays, planned)
    for part in in_batches(everything):
        for seen in reading.seen(r, part, now):
            if seen.summary.id not in wanted:
                found.endings[seen.summary.id] = _ending(seen.summary)
                continue
            watched = _watched(network, seen, now)
            for desk in (seen.organisation_id, EVERYBODYS):
                own = rules.get(desk, AlertRules())
                stay = usual.of(desk, watched.simulated, int(own.overdue_visits))
                found.by_desk[desk] += findings(watched, own, stay, now)
            if not seen.courses and seen.summary.status is not Status.NOT_DEPARTED:
                found.endings[seen.summary.id] = _ending(seen.summary)
    return found


def _watched(network: Network, seen: Seen, now: datetime) -> Watched:
    """Judge a shipment as lists do, and say what else is looked at."""
    summary = seen.summary
    followed = follow(network, summary, seen.moving, now)
    corridor = network.corridors.get(summary.corridor or "")
    way = followed.way
    stations = frozenset((*(corridor.stations if corridor else ()), *(way.stations if way else ())))
    ends = {summary.origin, summary.destination}
    return Watched(
        shipment_id=summary.id,
        organisation_id=seen.organisation_id,
        simulated=summary.simulated,
        has_departed=summary.departed is not None,
        standing=followed.standing,
        corridor=summary.corridor if corridor is not None and not seen.is_assumed else None,
        stations=stations | ends,
        way=way,
        courses=seen.courses,
        holds=seen.holds if summary.status in (Status.NOT_DEPARTED, Status.IN_TRANSIT) else (),
        readings=seen.readings,
        numbers=seen.numbers,
    )


class _UsualStays:
    """How long stays are for a desk: as recorded where that is enough, else as planned with. Made once per desk."""

    def __init__(self, stays: Stays, planned: Mapping[str, Usual]) -> None:
        self._stays, self._planned = stays, planned
        self._known: dict[tuple[int | None, bool, int], Mapping[str, Usual]] = {}

    def of(self, desk: int | None, simulated: bool, least_visits: int) -> Mapping[str, Usual]:
        key = (desk, simulated, least_visits)
        if key not in self._known:
            recorded = {
                station: usual
                for (whose, is_simulated, station), usual in self._stays.items()
                if (whose, is_simulated) == (desk, simulated) and (usual.visits or 0) >= least_visits
            }
            self._known[key] = {**self._planned, **recorded}
        return self._known[key]


def _ending(summary: ShipmentSummary) -> Ending:
    """Why a shipment is looked at no more."""
    if summary.status is Status.COMPLETED:
        return Ending.ARRIVED
    if summary.status in (Status.CANCELLED, Status.INCONSISTENT):
        return Ending.ENDED
    return Ending.LOST


# ---------------------------------------------------------------- keeping alerts true


def _changes(r: Reading, desk: int | None, found: _Found) -> bool:
    """Whether anything is to be written for a desk, so that what stays as it is waits for no writer."""
    settled = settle(desk, stored.open_alerts(r, desk), found.by_desk.get(desk, ()))
    return bool(settled.opens or settled.closes or _otherwise(settled))


def _otherwise(settled: Settled) -> list[tuple[Alert, Finding]]:
    """Those open still whose cause reads otherwise than it did."""
    return [
        (alert, cause) for alert, cause in settled.stays if (alert.why, alert.station) != (cause.why, cause.station)
    ]


def _settle(w: Noting, desk: int | None, found: _Found, rules: AlertRules) -> Changes:
    settled = settle(desk, stored.open_alerts(w, desk), found.by_desk.get(desk, ()))
    alerting.see_again(w, [(alert.id, cause) for alert, cause in _otherwise(settled)])
    over: dict[Ending, list[int]] = defaultdict(list)
    for alert in settled.closes:
        ending = Ending.OFF if alert.kind not in rules.on else found.endings.get(alert.shipment_id, Ending.GONE)
        over[ending].append(alert.id)
    closed = [alert_id for ending, ids in over.items() for alert_id in alerting.close_alerts(w, ids, ending)]
    opened = alerting.add_alerts(w, desk, settled.opens)
    return Changes(
        desk=desk, opened=stored.alerts_with_ids(w, opened), closed=stored.alerts_with_ids(w, closed)
    )  # fmt: skip
