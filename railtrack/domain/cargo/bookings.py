"""Deciding what rows of shipments add to what is known: the rules of contract §3 that need both.

A `BookingLedger` starts from the recorded shipments that the rows name, takes the rows one by one and gives a verdict
on each. What it has gathered in the end (new shipments, containers, changes) is for the store to write.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from railtrack.domain.cargo.comparing import Difference, as_text, differences, merged
from railtrack.domain.cargo.goods import ContainerFacts, ShipmentFacts, StatedShipment
from railtrack.domain.errors import Problem, Severity
from railtrack.domain.messages import say
from railtrack.domain.records import RecordedShipment
from railtrack.domain.rows.verdicts import State, Verdict, rejected

ShipmentKey = tuple[int | str, str]  # organisation id (its name while it is new) and reference
TrainKey = tuple[str, date, str]  # number, local planned departure date, origin


_PAST = ("first_planned_arrival", "first_planned_at", "planned_at")


def train_key(facts: ShipmentFacts) -> TrainKey | None:
    """Name the physical train; None where its number or its day is not known."""
    if not facts.train or facts.planned_departure is None:
        return None
    return facts.train, facts.planned_departure.local_date, facts.origin


@dataclass
class Slot:
    """A container of a shipment in the making; `id` is None while it is new.

    Of containers booked by quantity `booked` is how many; `facts.quantity` is what is left, for `Entry.settle` to say.
    """

    facts: ContainerFacts
    id: int | None = None
    booked: int | None = None
    before: ContainerFacts | None = None  # as recorded, where it is something else by now
    is_stated: bool = False  # a row changed it, not only what is left of it

    @property
    def is_quantity(self) -> bool:
        return self.facts.container is None


@dataclass
class Entry:
    """A shipment in the making; `id` is None while it is new. `line` is where this file named it first."""

    facts: ShipmentFacts
    id: int | None = None
    line: int | None = None
    before: ShipmentFacts | None = None
    slots: list[Slot] = field(default_factory=list)
    numbered: dict[str, Slot] = field(default_factory=dict)
    by_size: dict[str | None, Slot] = field(default_factory=dict)  # what is booked by quantity
    given: Counter[str | None] = field(default_factory=Counter)  # how many of a size-type have their numbers
    is_fewer: bool = False  # containers were taken out of it

    def add(self, slot: Slot) -> None:
        self.slots.append(slot)
        if slot.facts.container is None:
            self.by_size[slot.facts.size_type] = slot
        else:
            self.numbered[slot.facts.container] = slot
            self.given[slot.facts.size_type] += 1

    def settle(self, size_type: str | None) -> None:
        """Say anew what is left of a booking: what was booked less the containers of its size-type with numbers.

        It follows from what the shipment holds, so neither the order of rows nor that of files matters.
        """
        booking = self.by_size.get(size_type)
        if booking is None or booking.booked is None:
            return
        left = max(0, booking.booked - self.given[size_type])
        if left != booking.facts.quantity:
            _remember(booking)
            booking.facts = replace(booking.facts, quantity=left)

    @property
    def touched(self) -> bool:
        """Whether anything of it must be written."""
        is_other = self.before is not None or self.is_fewer or any(s.id is None or s.before for s in self.slots)
        return self.id is None or is_other


class BookingLedger:
    """The shipments that a set of rows names, as they stand after each row.

    `may_tell_past` says that rows of new shipments may tell how these were planned before, which only an
    administrator's files do; else that is left out with a warning. The agreed slots of the trains in `shared` do not
    change, since others have something aboard. `trains` says on which train a shipment is found to be once all rows
    are taken; see `trains_found`.
    """

    def __init__(
        self,
        known: Mapping[ShipmentKey, RecordedShipment],
        capacities: Mapping[TrainKey, float],
        *,
        update: bool = False,
        may_tell_past: bool = False,
        shared: Collection[TrainKey] = (),
        trains: Mapping[ShipmentKey, TrainKey] | None = None,
    ) -> None:
        self.update = update
        self.may_tell_past = may_tell_past
        self.shared = shared
        self.trains = trains or {}
        self._without_train: set[ShipmentKey] = set()
        self.capacities = dict(capacities)
        self.new_capacities: dict[TrainKey, float] = {}
        self.entries: dict[ShipmentKey, Entry] = {key: _recorded_entry(shipment) for key, shipment in known.items()}

    def take(self, key: ShipmentKey, row: StatedShipment) -> Verdict:
        """Judge one row against what is known and, unless it is refused, add what it says."""
        entry = self.entries.get(key)
        stated_teu = row.shipment.train_capacity_teu
        # a row need not repeat which train it is and when it leaves
        train = train_key(row.shipment if entry is None else merged(row.shipment, entry.facts)) or self.trains.get(key)
        problems = self._shipment_problems(entry, row) + self._capacity_problems(train, stated_teu)
        if entry is not None:
            problems += self._container_problems(entry, row)
        if problems:
            return rejected(row.line, problems)
        added = self._add_capacity(train, stated_teu)
        warnings: tuple[Problem, ...] = ()
        if stated_teu is not None and train is None:
            self._without_train.add(key)
            warnings = (_not_kept(row.shipment, stated_teu),)
        if entry is None:
            facts, of_past = self._past(row.shipment)
            warnings += of_past
            entry = self.entries[key] = Entry(facts, line=row.line)
            added = True
        else:
            entry.line = entry.line or row.line
            added |= self._update_shipment(entry, row.shipment)
        added |= self._add_container(entry, row.container)
        return Verdict(row.line, State.ACCEPTED if added else State.DUPLICATE, warnings)

    def trains_found(self) -> dict[ShipmentKey, TrainKey]:
        """Name the trains of shipments whose slots a row stated before a later one told which train it is.

        Where there are some, the rows are to be judged again with these as `trains`: their order must not matter.
        """
        found = {key: train_key(self.entries[key].facts) for key in self._without_train}
        return {key: train for key, train in found.items() if train is not None}

    # ------------------------------------------------------------ the shipment's facts

    def _shipment_problems(self, entry: Entry | None, row: StatedShipment) -> list[Problem]:
        if entry is None:
            return []
        changed = differences(row.shipment, entry.facts)
        if entry.id is None or entry.before is not None:
            # what an earlier row of the file left empty, a later one may still state
            return [_mixed(row.shipment.reference, d, entry.line) for d in changed if d.known]
        if self.update:
            return []
        return [_recorded_otherwise(row.shipment.reference, d) for d in changed]

    def _update_shipment(self, entry: Entry, stated: ShipmentFacts) -> bool:
        if not differences(stated, entry.facts):
            return False
        if entry.id is not None and entry.before is None:
            entry.before = entry.facts
        entry.facts = merged(stated, entry.facts)
        return True

    def _past(self, facts: ShipmentFacts) -> tuple[ShipmentFacts, tuple[Problem, ...]]:
        """Leave out how a new shipment was planned before, unless the row may tell."""
        told = next((name for name in _PAST if getattr(facts, name) is not None), None)
        if told is None or self.may_tell_past:
            return facts, ()
        warning = Problem(
            message=say("Earlier plans are read from an administrator's files only; this one counts as planned now."),
            remedy=say("Nothing need be done; ask an administrator to import the file if the earlier plan matters."),
            severity=Severity.WARNING,
            column=told,
            value=as_text(getattr(facts, told)),
        )
        return replace(facts, first_planned_arrival=None, first_planned_at=None, planned_at=None), (warning,)

    # ------------------------------------------------------------ the train's slots

    def _capacity_problems(self, key: TrainKey | None, stated: float | None) -> list[Problem]:
        if stated is None or key is None:
            return []
        known = self.capacities.get(key)
        if known is None or known == stated:
            return []
        is_of_this_file = key in self.new_capacities
        if key in self.shared and not is_of_this_file:
            return [_agreed_with_others(key, stated)]
        if self.update and not is_of_this_file:
            return []
        return [_agreed_otherwise(key, stated, known, may_change=not is_of_this_file)]

    def _add_capacity(self, key: TrainKey | None, stated: float | None) -> bool:
        if stated is None or key is None or self.capacities.get(key) == stated:
            return False
        self.capacities[key] = self.new_capacities[key] = stated
        return True

    # ------------------------------------------------------------ the containers

    def _container_problems(self, entry: Entry, row: StatedShipment) -> list[Problem]:
        slot = _find(entry, row.container)
        if slot is None:
            return []
        changed = differences(row.container, slot.facts)
        if slot.is_quantity and row.container.quantity not in (None, slot.booked):
            changed += (Difference("quantity", str(row.container.quantity), as_text(slot.booked)),)
        if slot.id is None or slot.is_stated:
            return [_mixed(row.shipment.reference, d, entry.line) for d in changed]
        if self.update:
            return _too_few(row, slot, entry.given[slot.facts.size_type])
        return [_recorded_otherwise(row.shipment.reference, d, row.container.container) for d in changed]

    def _add_container(self, entry: Entry, stated: ContainerFacts) -> bool:
        slot = _find(entry, stated)
        if slot is None:
            # a container is laden unless somebody says otherwise
            facts = replace(stated, laden=stated.laden is not False)
            entry.add(Slot(facts, booked=stated.quantity if stated.container is None else None))
            entry.settle(stated.size_type)
            return True
        of_other_quantity = slot.is_quantity and stated.quantity not in (None, slot.booked)
        if not differences(stated, slot.facts) and not of_other_quantity:
            return False
        _remember(slot)
        slot.is_stated = True
        before = slot.facts.size_type
        slot.facts = merged(stated, slot.facts)
        if of_other_quantity:
            slot.booked = stated.quantity
        if not slot.is_quantity:
            entry.given[before] -= 1
            entry.given[slot.facts.size_type] += 1
            entry.settle(before)
        entry.settle(slot.facts.size_type)
        return True


def _find(entry: Entry, stated: ContainerFacts) -> Slot | None:
    if stated.container is None:
        return entry.by_size.get(stated.size_type)
    return entry.numbered.get(stated.container)


def _remember(slot: Slot) -> None:
    if slot.id is not None and slot.before is None:
        slot.before = slot.facts


def _recorded_entry(shipment: RecordedShipment) -> Entry:
    entry = Entry(shipment.facts, id=shipment.id)
    for container in shipment.containers:
        entry.add(Slot(container.facts, id=container.id, booked=container.booked))
    return entry


def _mixed(reference: str, d: Difference, line: int | None) -> Problem:
    where = say("in line %(line)s", line=line) if line is not None else say("before")
    return Problem(
        message=say(
            "Reference %(reference)s says two things of %(column)s: %(known)s %(where)s, %(stated)s here.",
            reference=reference,
            column=d.column,
            known=d.known or "—",
            where=where,
            stated=d.stated,
        ),
        remedy=say("One reference is one shipment. Correct one line, or give this row another reference."),
        column=d.column,
        value=d.stated,
        suggestions=(d.known,) if d.known else (),
    )


def _agreed_otherwise(key: TrainKey, stated: float, known: float, *, may_change: bool) -> Problem:
    return Problem(
        message=say("Train %(train)s of %(day)s has %(known)g TEU.", train=key[0], day=key[1].isoformat(), known=known),
        remedy=say(
            "One train has one capacity. Write %(known)g, leave the field empty, or ask for changes to be made "
            "(--update).",
            known=known,
        )
        if may_change
        else say("One train has one capacity. Write %(known)g, or leave the field empty.", known=known),
        column="train_capacity_teu",
        value=f"{stated:g}",
        suggestions=(f"{known:g}",),
    )


def _agreed_with_others(key: TrainKey, stated: float) -> Problem:
    """Refuse without telling what is agreed: who names a train need have nothing on it."""
    return Problem(
        message=say("Another capacity is agreed for train %(train)s of %(day)s.", train=key[0], day=key[1].isoformat()),
        remedy=say("Leave the field empty; an administrator can change what is agreed."),
        column="train_capacity_teu",
        value=f"{stated:g}",
    )


def _not_kept(stated: ShipmentFacts, capacity_teu: float) -> Problem:
    """Warn of slots of a train that cannot be told from others."""
    return Problem(
        message=say("The slots are those of a train on its day; without both they are not kept."),
        remedy=say("Write when the train is planned to depart, in the column planned_departure.")
        if stated.train
        else say("Write the train's number in the column train, and when it is planned to depart."),
        severity=Severity.WARNING,
        column="train_capacity_teu",
        value=f"{capacity_teu:g}",
    )


def _recorded_otherwise(reference: str, d: Difference, container: str | None = None) -> Problem:
    name = f"{reference}, {container}" if container else reference
    return Problem(
        message=say(
            "%(name)s is recorded with %(column)s %(known)s, not %(stated)s.",
            name=name,
            column=d.column,
            known=d.known or "—",
            stated=d.stated,
        ),
        remedy=say("Write it as recorded, or ask for changes to be made (--update)."),
        column=d.column,
        value=d.stated,
        suggestions=(d.known,) if d.known else (),
    )


def _too_few(row: StatedShipment, slot: Slot, given: int) -> list[Problem]:
    """A booking cannot shrink below the containers that have their numbers."""
    quantity = row.container.quantity
    if not slot.is_quantity or quantity is None or quantity == slot.booked or quantity >= given:
        return []
    return [
        Problem(
            message=say("%(taken)s of the booked containers already have their numbers.", taken=given),
            remedy=say("Write a quantity of at least %(taken)s.", taken=given),
            column="quantity",
            value=str(quantity),
            suggestions=(str(given),),
        )
    ]
