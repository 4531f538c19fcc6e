"""Trains: how full they are, what is on one, and agreeing how many slots it offers."""

from dataclasses import dataclass
from datetime import date, datetime
from math import isfinite

from railtrack.domain.actors import Actor
from railtrack.domain.errors import Conflict, NotAllowed, NotFound, Problem, Refused
from railtrack.domain.messages import say
from railtrack.domain.records import Page, Train
from railtrack.domain.rights import Operation, insist
from railtrack.operations.administering.reference import load_world
from railtrack.operations.following.whereabouts import Followed, follow_all
from railtrack.store.engine import Reading, Store
from railtrack.store.reading.listing import ShipmentFilter
from railtrack.store.reading.summaries import summaries
from railtrack.store.reading.trains import Fill, OneTrain, TrainSort, fill_of_trains, list_trains, one_train
from railtrack.store.writing.booking import ENTERED, write_bookings
from railtrack.store.writing.slots import trains_shared

__all__ = ["Fill", "TrainPage", "TrainSort", "fill", "is_aboard", "set_capacity", "train_list", "train_page"]

MOST_TEU = 1_000.0  # the longest container trains carry about 300


@dataclass(frozen=True)
class TrainPage:
    """A train with what is in sight on it. `planned` is the day its slots are agreed for.

    `may_set` says whether the asker may agree them.
    """

    train: Train
    planned: date | None
    shipments: tuple[Followed, ...]
    may_set: bool = False


def train_list(
    store: Store,
    wanted: ShipmentFilter,
    *,
    actor: Actor,
    now: datetime,
    sort: TrainSort = TrainSort.DEPARTURE,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Train]:
    """Give a page of trains with what is in sight on them; raises Refused for a cursor of another list."""
    with store.reading() as reading:
        return list_trains(reading, actor.scope, wanted, now=now, sort=sort, limit=limit, cursor=cursor)


def fill(store: Store, wanted: ShipmentFilter, *, actor: Actor, now: datetime) -> Fill:
    """Add up how full the trains are that a filter lets through."""
    with store.reading() as reading:
        return fill_of_trains(reading, actor.scope, wanted, now=now)


def train_page(store: Store, number: str, day: date, origin: str, *, actor: Actor, now: datetime) -> TrainPage:
    """Give one train, true or simulated; raises NotFound where nothing in sight is on it."""
    network = load_world(store).network
    with store.reading() as reading:
        found = _find(reading, number, day, origin, actor, now)
        if found is None:
            raise _unknown(number, day)
        lines = follow_all(reading, network, summaries(reading.session, found.shipment_ids), now)
        may_set = _may_set(reading, found, actor) and not _is_settled(reading, found, actor)
        return TrainPage(found.train, found.planned, lines, may_set)


def set_capacity(
    store: Store,
    number: str,
    day: date,
    origin: str,
    capacity_teu: float,
    *,
    seen_teu: float | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Agree how many TEU a train takes; the facts of all that is on it follow.

    An administrator may, and a partner with something aboard unless slots are agreed already and others share them.
    `seen_teu` is what the asker was shown before: raises Conflict where it is something else by now. Raises
    NotAllowed, NotFound, Refused for a number that is none.
    """
    if not actor.may(Operation.SET_SLOTS):
        train_page(store, number, day, origin, actor=actor, now=now)  # what is out of sight is unknown to everybody
    insist(actor, Operation.SET_SLOTS)
    if not isfinite(capacity_teu) or not 0 < capacity_teu <= MOST_TEU:
        raise Refused([_no_capacity(capacity_teu)])
    network = load_world(store).network
    with store.writing(actor, now) as w:
        found = _find(w, number, day, origin, actor, now)
        if found is None or not _may_set(w, found, actor):
            raise _unknown(number, day)
        if found.planned is None:
            raise Refused([_no_plan(number)])
        if found.train.capacity_teu != seen_teu:
            present = "–" if found.train.capacity_teu is None else f"{found.train.capacity_teu:g}"
            raise Conflict(
                say("Somebody else set the capacity of this train to %(teu)s TEU meanwhile; look again.", teu=present)
            )
        if found.train.capacity_teu != capacity_teu:
            if _is_settled(w, found, actor):
                raise NotAllowed(say("Others share this train, so only an administrator changes its slots."))
            write_bookings(w, network, {}, {(number, found.planned, origin): capacity_teu}, {}, ENTERED)
            w.commit()


def is_aboard(page: TrainPage, actor: Actor) -> bool:
    """Whether the asker may speak of this train: an administrator, a partner with something aboard, its terminals."""
    if actor.is_at_stations:
        return actor.may(Operation.TELL) and any(not each.summary.published for each in page.shipments)
    own = any(each.summary.partner == actor.organisation for each in page.shipments)
    return actor.may(Operation.TELL, own=own)


def _find(reading: Reading, number: str, day: date, origin: str, actor: Actor, now: datetime) -> OneTrain | None:
    """The train as recorded, else the simulated one of the same name."""
    for simulated in (False, True):
        found = one_train(reading, actor.scope, number, day, origin, simulated=simulated, now=now)
        if found is not None:
            return found
    return None


def _may_set(reading: Reading, found: OneTrain, actor: Actor) -> bool:
    own = any(s.partner == actor.organisation for s in summaries(reading.session, found.shipment_ids))
    return actor.may(Operation.SET_SLOTS, own=own)


def _unknown(number: str, day: date) -> NotFound:
    return NotFound(say("No train %(number)s of %(day)s is known.", number=number, day=day.isoformat()))


def _no_capacity(value: float) -> Problem:
    return Problem(
        message=say("A train does not take %(value)s TEU.", value=f"{value:g}"),
        remedy=say("Write a number above 0 and up to %(most)s.", most=f"{MOST_TEU:g}"),
        column="capacity_teu",
        value=f"{value:g}",
    )


def _no_plan(number: str) -> Problem:
    return Problem(
        message=say("Nothing on %(number)s has a planned departure.", number=number),
        remedy=say("Record the planned departure of a shipment on it; the slots are agreed for that day."),
        column="capacity_teu",
    )


def _is_settled(reading: Reading, found: OneTrain, actor: Actor) -> bool:
    """Whether slots are agreed and others have something aboard, so that only an administrator changes them."""
    if actor.may(Operation.SET_SLOTS, own=False) or found.train.capacity_teu is None or found.planned is None:
        return False
    key = (found.train.number, found.planned, found.train.origin)
    return key in trains_shared(reading.session, [found.train.number], actor.organisation_id)
