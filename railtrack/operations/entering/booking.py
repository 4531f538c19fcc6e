"""Booking shipments: rows of a file or of a form become shipments with containers, each row with its verdict."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from railtrack.domain.actors import Actor
from railtrack.domain.cargo.bookings import BookingLedger, ShipmentKey, TrainKey
from railtrack.domain.cargo.goods import StatedShipment
from railtrack.domain.errors import NotAllowed, Problem
from railtrack.domain.line.network import Network
from railtrack.domain.messages import say
from railtrack.domain.records import PUBLISHED_RECORD, Organisation, RecordedShipment
from railtrack.domain.rights import Operation, insist
from railtrack.domain.rows.verdicts import Outcome, State, Take, Verdict, rejected
from railtrack.store.engine import Reading, Store
from railtrack.store.organisations import add_organisation, name_key, organisations
from railtrack.store.reference import newest
from railtrack.store.writing.booking import ENTERED, Provenance, shipments_by_reference, write_bookings
from railtrack.store.writing.slots import train_capacities, trains_shared


def book(
    store: Store,
    rows: Sequence[StatedShipment],
    *,
    network: Network,
    actor: Actor,
    now: datetime,
    take: Take = Take.ALL,
    update: bool = False,
    provenance: Mapping[str, Provenance] | None = None,
    otherwise: Provenance = ENTERED,
) -> Outcome:
    """Book rows in their order, all in one transaction.

    `update` lets a row change what is recorded. `provenance` (by reference) and `otherwise` mark what no partner
    entered. Raises NotAllowed for a role that only reads.
    """
    insist(actor, Operation.BOOK)

    def is_published(reference: str) -> bool:
        return (provenance or {}).get(reference, otherwise).published

    if take is Take.NOTHING:
        with store.reading() as reading:
            return Outcome(judge_bookings(reading, rows, actor, update, is_published).verdicts, stored=False)
    with store.writing(actor, now) as w:
        network = newest(w, network)
        judged = judge_bookings(w, rows, actor, update, is_published)
        if take is Take.ALL and any(v.state is State.REJECTED for v in judged.verdicts):
            return Outcome(judged.verdicts, stored=False)
        # organisations that only this file names come into being with it
        owners = {
            name: add_organisation(w, name, published=otherwise.published, simulated=otherwise.simulated).id
            for name in judged.new_organisations()
        }
        write_bookings(
            w,
            network,
            {
                (owners[owner] if isinstance(owner, str) else owner, reference): entry
                for (owner, reference), entry in judged.ledger.entries.items()
            },
            judged.ledger.new_capacities,
            provenance or {},
            otherwise,
        )
        w.commit()
    return Outcome(judged.verdicts, stored=True)


@dataclass(frozen=True)
class JudgedBookings:
    """What a set of rows adds to what is known, and the verdict on each."""

    ledger: BookingLedger
    verdicts: tuple[Verdict, ...]

    def new_organisations(self) -> list[str]:
        """Name the organisations that do not exist yet, of the rows that were taken."""
        return sorted({owner for owner, _ in self.ledger.entries if isinstance(owner, str)})


def judge_bookings(
    reading: Reading,
    rows: Sequence[StatedShipment],
    actor: Actor,
    update: bool,
    is_published: Callable[[str], bool] = lambda _reference: False,
    without: Collection[int] = (),
) -> JudgedBookings:
    """Judge rows against what is recorded, and gather what they add; nothing is written.

    Containers `without` are about to be taken out and count no more.
    """
    known = organisations(reading.session)
    fresh: dict[str, str] = {}  # the first spelling of each new organisation, by its key
    owners = [_owner(row, actor, known, fresh, is_published(row.shipment.reference)) for row in rows]
    keys = [(owner, row.shipment.reference) for owner, row in zip(owners, rows, strict=True)]
    recorded = shipments_by_reference(
        reading.session, actor.scope, [(owner, ref) for owner, ref in keys if isinstance(owner, int)]
    )
    if without:
        recorded = {key: _without(shipment, without) for key, shipment in recorded.items()}
    numbers = _trains_with_slots(rows, recorded.values())
    capacities = train_capacities(reading.session, numbers)
    all_slots = actor.may(Operation.SET_SLOTS, own=False)
    shared = set() if all_slots else trains_shared(reading.session, numbers, actor.organisation_id)

    def judged(trains: Mapping[ShipmentKey, TrainKey]) -> JudgedBookings:
        ledger = BookingLedger(
            {(owner, ref): s for (owner, ref), s in recorded.items()},
            capacities,
            update=update,
            may_tell_past=actor.may(Operation.SPEAK_FOR, own=False),
            shared=shared,
            trains=trains,
        )
        verdicts = tuple(
            rejected(row.line, [owner])
            if isinstance(owner, Problem)
            else ledger.take((owner, row.shipment.reference), row)
            for owner, row in zip(owners, rows, strict=True)
        )
        return JudgedBookings(ledger, verdicts)

    found = judged({})
    # rows that state slots before a later one tells the train are judged with what that one says
    trains = found.ledger.trains_found()
    return judged(trains) if trains else found


def _without(shipment: RecordedShipment, gone: Collection[int]) -> RecordedShipment:
    return replace(shipment, containers=tuple(box for box in shipment.containers if box.id not in gone))


def _trains_with_slots(rows: Sequence[StatedShipment], recorded: Iterable[RecordedShipment]) -> set[str]:
    """Give the numbers of all trains whose slots these rows may state; a row need not repeat what is recorded."""
    if all(row.shipment.train_capacity_teu is None for row in rows):
        return set()
    return {facts.train for facts in (*(r.shipment for r in rows), *(s.facts for s in recorded)) if facts.train}


def _owner(
    row: StatedShipment,
    actor: Actor,
    known: Mapping[str, Organisation],
    fresh: dict[str, str],
    published: bool,
) -> int | str | Problem:
    """Say whose shipment a row is: an organisation's id, the name of a new one, or why that cannot be."""
    stated = row.shipment.partner
    if actor.may(Operation.SPEAK_FOR, own=False):
        if not stated:
            return Problem(
                message=say("Whose shipment is this?"),
                remedy=say("Write the organisation's name."),
                column="partner",
            )
        organisation = known.get(name_key(stated))
        is_record = organisation.published if organisation else name_key(stated) == name_key(PUBLISHED_RECORD)
        if is_record and not published:
            return Problem(
                message=say("%(name)s is kept for what was published, which comes with railtrack.", name=stated),
                remedy=say("Write the organisation whose shipment this is."),
                column="partner",
                value=stated,
            )
        return organisation.id if organisation else fresh.setdefault(name_key(stated), " ".join(stated.split()))
    own = actor.organisation or ""
    if actor.organisation_id is None:
        raise NotAllowed(say("Your account belongs to no organisation."))
    if stated and name_key(stated) != name_key(own):
        return Problem(
            message=say("You enter for %(own)s, not for %(stated)s.", own=own, stated=stated),
            remedy=say("Write %(own)s, or leave the field empty.", own=own),
            column="partner",
            value=stated,
            suggestions=(own,),
        )
    return actor.organisation_id
