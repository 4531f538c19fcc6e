"""What rows of shipments add to what is known."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from railtrack.domain.cargo.bookings import BookingLedger, train_key
from railtrack.domain.cargo.goods import ContainerFacts, Money, ShipmentFacts, StatedShipment
from railtrack.domain.errors import Problem, Severity
from railtrack.domain.movement.journeys import Direction
from railtrack.domain.records import Organisation, RecordedContainer, RecordedShipment
from railtrack.domain.rows.verdicts import State, Verdict
from railtrack.domain.times import Moment
from tests.factories import container_number

KEY = (1, "CM-1")
DEPARTURE = Moment(datetime(2024, 3, 1, 0, tzinfo=UTC), 480, text="2024-03-01T08:00")
SHIPMENT = ShipmentFacts(
    reference="CM-1",
    partner="Example",
    origin="CKG",
    destination="MHG",
    corridor="dostyk-petropavl",
    train="T1",
    planned_departure=DEPARTURE,
)
BOX = ContainerFacts(container="CSQU3054383", size_type="45G1", gross_kg=21500.0)
OTHER_BOX = replace(BOX, container="MSCU6639870")
TEN = ContainerFacts(container=None, quantity=10, size_type="45G1", gross_kg=200_000.0)


def row(container: ContainerFacts = BOX, line: int = 2, **facts: object) -> StatedShipment:
    return StatedShipment(line, replace(SHIPMENT, **facts), container)  # type: ignore[arg-type]


def recorded(*containers: RecordedContainer, **facts: object) -> dict[tuple[int | str, str], RecordedShipment]:
    return {
        KEY: RecordedShipment(
            id=7,
            organisation=Organisation(1, "Example"),
            facts=replace(SHIPMENT, **facts),  # type: ignore[arg-type]
            direction=Direction.WESTBOUND,
            containers=containers,
            created_at=datetime(2024, 1, 1, tzinfo=UTC),
        )
    }


def take(ledger: BookingLedger, *rows: StatedShipment) -> list[Verdict]:
    return [ledger.take(KEY, r) for r in rows]


def states(verdicts: list[Verdict]) -> list[State]:
    return [v.state for v in verdicts]


def problem(verdict: Verdict) -> Problem:
    assert verdict.state is State.REJECTED
    return verdict.problems[0]


def test_rows_with_one_reference_are_one_shipment() -> None:
    ledger = BookingLedger({}, {})
    assert states(take(ledger, row(), row(OTHER_BOX, 3))) == [State.ACCEPTED, State.ACCEPTED]
    assert list(ledger.entries) == [KEY]
    assert [slot.facts for slot in ledger.entries[KEY].slots] == [BOX, OTHER_BOX]


def test_a_row_sent_twice_is_a_duplicate() -> None:
    ledger = BookingLedger({}, {})
    assert states(take(ledger, row(), row(line=3))) == [State.ACCEPTED, State.DUPLICATE]
    assert len(ledger.entries[KEY].slots) == 1


def test_a_recorded_row_is_a_duplicate_and_touches_nothing() -> None:
    ledger = BookingLedger(recorded(RecordedContainer(id=1, facts=BOX)), {})
    assert states(take(ledger, row())) == [State.DUPLICATE]
    assert not ledger.entries[KEY].touched


def test_another_spelling_of_the_same_time_or_amount_is_no_difference() -> None:
    known = replace(BOX, value=Money(Decimal("100.00")))
    ledger = BookingLedger(recorded(RecordedContainer(id=1, facts=known)), {})
    same_time = replace(DEPARTURE, offset_min=0, text="2024-03-01T00:00Z")
    again = row(replace(BOX, value=Money(Decimal("100"))), planned_departure=same_time)
    assert states(take(ledger, again)) == [State.DUPLICATE]


def test_what_a_row_leaves_empty_contradicts_nothing() -> None:
    known = replace(BOX, goods="Gear housings", seals=("HLK 1",))
    ledger = BookingLedger(recorded(RecordedContainer(id=1, facts=known), shipper="Somebody"), {})
    assert states(take(ledger, row())) == [State.DUPLICATE]


def test_an_assumed_corridor_does_not_contradict_the_recorded_one() -> None:
    ledger = BookingLedger(recorded(RecordedContainer(id=1, facts=BOX), corridor="khorgos"), {})
    assert states(take(ledger, row(corridor_assumed=True))) == [State.DUPLICATE]
    assert states(take(ledger, row(corridor_assumed=False))) == [State.REJECTED]


def test_mixed_facts_within_a_file_name_both_lines() -> None:
    ledger = BookingLedger({}, {})
    verdicts = take(ledger, row(line=71), row(OTHER_BOX, 77, destination="DUI"))
    found = problem(verdicts[1])
    assert (found.column, found.value, found.suggestions) == ("destination", "DUI", ("MHG",))
    assert "line 71" in str(found.message)
    assert "One reference is one shipment" in str(found.remedy)
    assert len(ledger.entries[KEY].slots) == 1


def test_what_an_earlier_row_of_a_file_left_empty_a_later_one_may_state() -> None:
    for rows in ([row(), row(OTHER_BOX, shipper="A")], [row(shipper="A"), row(OTHER_BOX)]):
        ledger = BookingLedger({}, {})
        assert states(take(ledger, *rows)) == [State.ACCEPTED, State.ACCEPTED]
        assert ledger.entries[KEY].facts.shipper == "A"
        assert ledger.entries[KEY].before is None


def test_other_facts_of_a_known_container_need_update() -> None:
    changed = row(replace(BOX, gross_kg=22000.0))
    known = recorded(RecordedContainer(id=4, facts=BOX))
    found = problem(take(BookingLedger(known, {}), changed)[0])
    assert (found.column, found.value) == ("gross_kg", "22000")
    assert "--update" in str(found.remedy)

    ledger = BookingLedger(known, {}, update=True)
    assert states(take(ledger, changed)) == [State.ACCEPTED]
    slot = ledger.entries[KEY].slots[0]
    assert (slot.id, slot.before, slot.facts.gross_kg) == (4, BOX, 22000.0)


def test_an_update_keeps_what_it_does_not_state() -> None:
    known = replace(BOX, goods="Gear housings")
    ledger = BookingLedger(recorded(RecordedContainer(id=1, facts=known), shipper="Somebody"), {}, update=True)
    take(ledger, row(replace(BOX, gross_kg=1.0), consignee="Somebody else"))
    entry = ledger.entries[KEY]
    assert entry.slots[0].facts.goods == "Gear housings"
    assert (entry.facts.shipper, entry.facts.consignee) == ("Somebody", "Somebody else")
    assert entry.before is not None
    assert entry.before.consignee == ""


def test_two_rows_of_one_file_may_not_update_to_different_things() -> None:
    ledger = BookingLedger(recorded(RecordedContainer(id=1, facts=BOX)), {}, update=True)
    verdicts = take(ledger, row(consignee="A"), row(OTHER_BOX, 3, consignee="B"))
    assert states(verdicts) == [State.ACCEPTED, State.REJECTED]
    assert problem(verdicts[1]).column == "consignee"


def test_a_new_container_on_a_known_reference_is_added() -> None:
    ledger = BookingLedger(recorded(RecordedContainer(id=1, facts=BOX)), {})
    assert states(take(ledger, row(OTHER_BOX))) == [State.ACCEPTED]
    assert [slot.id for slot in ledger.entries[KEY].slots] == [1, None]


def test_a_container_is_laden_where_nothing_is_said() -> None:
    ledger = BookingLedger({}, {})
    take(ledger, row(replace(BOX, laden=None)), row(replace(OTHER_BOX, laden=False)))
    assert [slot.facts.laden for slot in ledger.entries[KEY].slots] == [True, False]


def test_a_row_that_does_not_say_keeps_an_empty_container_empty() -> None:
    known = recorded(RecordedContainer(id=1, facts=replace(BOX, laden=False)))
    says_nothing = replace(BOX, laden=None)
    assert states(take(BookingLedger(known, {}), row(says_nothing))) == [State.DUPLICATE]
    ledger = BookingLedger(known, {}, update=True)
    assert states(take(ledger, row(replace(says_nothing, goods="Racks")))) == [State.ACCEPTED]
    slot = ledger.entries[KEY].slots[0]
    assert (slot.facts.laden, slot.facts.goods) == (False, "Racks")
    assert states(take(BookingLedger(known, {}, update=True), row(replace(BOX, laden=True)))) == [State.ACCEPTED]


# ---------------------------------------------------------------- bookings by quantity


def test_a_number_takes_one_from_the_booking_of_its_size_type() -> None:
    ledger = BookingLedger({}, {})
    assert states(take(ledger, row(TEN), row())) == [State.ACCEPTED, State.ACCEPTED]
    booking = ledger.entries[KEY].by_size["45G1"]
    assert (booking.booked, booking.facts.quantity) == (10, 9)


def test_a_number_of_another_size_type_takes_none() -> None:
    ledger = BookingLedger({}, {})
    take(ledger, row(TEN), row(replace(BOX, size_type="22G1")))
    assert ledger.entries[KEY].by_size["45G1"].facts.quantity == 10


def test_a_booking_that_is_used_up_stays_at_zero() -> None:
    ledger = BookingLedger({}, {})
    take(ledger, row(replace(TEN, quantity=1)), row(), row(OTHER_BOX))
    assert ledger.entries[KEY].by_size["45G1"].facts.quantity == 0
    assert len(ledger.entries[KEY].numbered) == 2


def test_a_booking_sent_again_after_numbers_were_given_is_a_duplicate() -> None:
    left = RecordedContainer(id=1, facts=replace(TEN, quantity=9), booked=10)
    ledger = BookingLedger(recorded(left, RecordedContainer(id=2, facts=BOX)), {})
    assert states(take(ledger, row(TEN), row())) == [State.DUPLICATE, State.DUPLICATE]
    assert not ledger.entries[KEY].touched


def test_a_booking_of_another_quantity_needs_update_and_keeps_what_was_taken() -> None:
    left = three_of_ten_have_numbers()
    twelve = row(replace(TEN, quantity=12))
    found = problem(take(BookingLedger(recorded(*left), {}), twelve)[0])
    assert (found.column, found.value) == ("quantity", "12")

    ledger = BookingLedger(recorded(*left), {}, update=True)
    assert states(take(ledger, twelve)) == [State.ACCEPTED]
    slot = ledger.entries[KEY].by_size["45G1"]
    assert (slot.booked, slot.facts.quantity) == (12, 9)


@pytest.mark.parametrize(("quantity", "state"), [(3, State.ACCEPTED), (2, State.REJECTED)])
def test_a_booking_cannot_shrink_below_its_numbers(quantity: int, state: State) -> None:
    ledger = BookingLedger(recorded(*three_of_ten_have_numbers()), {}, update=True)
    assert states(take(ledger, row(replace(TEN, quantity=quantity)))) == [state]


def test_numbers_given_in_the_same_file_do_not_make_a_changed_booking_two_things() -> None:
    for rows in ([row(), row(replace(TEN, quantity=12))], [row(replace(TEN, quantity=12)), row()]):
        ledger = BookingLedger(recorded(RecordedContainer(id=1, facts=TEN, booked=10)), {}, update=True)
        assert states(take(ledger, *rows)) == [State.ACCEPTED, State.ACCEPTED]
        slot = ledger.entries[KEY].by_size["45G1"]
        assert (slot.booked, slot.facts.quantity) == (12, 11)


def test_more_numbers_than_were_booked_leave_nothing_and_the_booking_stays_known() -> None:
    two = replace(TEN, quantity=2)
    known = recorded(
        RecordedContainer(id=1, facts=replace(two, quantity=0), booked=2),
        *(RecordedContainer(id=n, facts=replace(BOX, container=container_number(n))) for n in (2, 3, 4)),
    )
    for update in (False, True):
        ledger = BookingLedger(known, {}, update=update)
        assert states(take(ledger, row(two))) == [State.DUPLICATE]
        assert not ledger.entries[KEY].touched


def test_a_container_that_turns_out_to_be_of_another_size_type_is_taken_from_that_booking() -> None:
    ledger = BookingLedger(
        recorded(
            RecordedContainer(id=1, facts=replace(TEN, quantity=9), booked=10),
            RecordedContainer(id=2, facts=replace(TEN, size_type="22G1", quantity=4), booked=4),
            RecordedContainer(id=3, facts=BOX),
        ),
        {},
        update=True,
    )
    assert states(take(ledger, row(replace(BOX, size_type="22G1")))) == [State.ACCEPTED]
    left = {size: slot.facts.quantity for size, slot in ledger.entries[KEY].by_size.items()}
    assert left == {"45G1": 10, "22G1": 3}
    assert all(slot.before is not None for slot in ledger.entries[KEY].slots)


def three_of_ten_have_numbers() -> list[RecordedContainer]:
    numbered = [replace(BOX, container=container_number(n)) for n in (1, 2, 3)]
    booking = RecordedContainer(id=9, facts=replace(TEN, quantity=7), booked=10)
    return [booking, *(RecordedContainer(id=n, facts=facts) for n, facts in enumerate(numbered, 1))]


# ---------------------------------------------------------------- the train's slots


def test_one_train_has_one_capacity() -> None:
    ledger = BookingLedger({}, {})
    verdicts = [
        ledger.take((1, "A"), row(train_capacity_teu=82.0, reference="A")),
        ledger.take((2, "B"), row(OTHER_BOX, 3, train_capacity_teu=80.0, reference="B")),
        ledger.take((2, "C"), row(OTHER_BOX, 4, reference="C")),
    ]
    assert states(verdicts) == [State.ACCEPTED, State.REJECTED, State.ACCEPTED]
    found = problem(verdicts[1])
    assert (found.column, found.value, found.suggestions) == ("train_capacity_teu", "80", ("82",))
    assert ledger.new_capacities == {("T1", DEPARTURE.local_date, "CKG"): 82.0}


def test_a_recorded_capacity_is_changed_only_by_update() -> None:
    known = {("T1", DEPARTURE.local_date, "CKG"): 82.0}
    stated = row(train_capacity_teu=80.0)
    assert states(take(BookingLedger({}, known), stated)) == [State.REJECTED]
    ledger = BookingLedger({}, known, update=True)
    assert states(take(ledger, stated)) == [State.ACCEPTED]
    assert list(ledger.new_capacities.values()) == [80.0]


def test_where_others_are_aboard_the_refusal_tells_neither_the_slots_nor_a_way_round() -> None:
    key = ("T1", DEPARTURE.local_date, "CKG")
    for update in (False, True):
        ledger = BookingLedger({}, {key: 82.0}, update=update, shared={key})
        verdicts = take(ledger, row(train_capacity_teu=80.0), row(train_capacity_teu=82.0))
        assert states(verdicts) == [State.REJECTED, State.ACCEPTED]
        found = problem(verdicts[0])
        assert (found.column, found.value, found.suggestions) == ("train_capacity_teu", "80", ())
        assert "82" not in f"{found.message} {found.remedy}"
        assert "--update" not in str(found.remedy)
    alone = BookingLedger({}, {key: 82.0}, shared={("T2", *key[1:])})
    assert "--update" in str(problem(take(alone, row(train_capacity_teu=80.0))[0]).remedy)


def test_a_train_that_others_are_on_may_be_given_its_first_capacity() -> None:
    key = ("T1", DEPARTURE.local_date, "CKG")
    ledger = BookingLedger({}, {}, shared={key})
    verdicts = take(ledger, row(train_capacity_teu=82.0), row(OTHER_BOX, 3, train_capacity_teu=80.0))
    assert states(verdicts) == [State.ACCEPTED, State.REJECTED]
    assert problem(verdicts[1]).suggestions == ("82",)


@pytest.mark.parametrize(
    "missing", [{"train": ""}, {"planned_departure": None}, {"train": "", "planned_departure": None}]
)
def test_slots_of_a_train_that_is_not_known_by_day_are_not_kept_and_one_is_told(missing: dict[str, object]) -> None:
    ledger = BookingLedger({}, {})
    (verdict,) = take(ledger, row(train_capacity_teu=82.0, **missing))
    assert (verdict.state, [p.column for p in verdict.problems]) == (State.ACCEPTED, ["train_capacity_teu"])
    assert verdict.problems[0].severity is Severity.WARNING
    assert "not kept" in str(verdict.problems[0].message)
    assert ledger.new_capacities == {}


def test_a_row_that_does_not_repeat_the_train_or_its_day_means_the_recorded_one() -> None:
    key = ("T1", DEPARTURE.local_date, "CKG")
    known = recorded(RecordedContainer(id=1, facts=BOX))
    for left_out in ({"planned_departure": None}, {"train": ""}):
        ledger = BookingLedger(known, {})
        (verdict,) = take(ledger, row(train_capacity_teu=82.0, **left_out))
        assert (verdict.state, verdict.problems) == (State.ACCEPTED, ())
        assert ledger.new_capacities == {key: 82.0}
        assert states(take(BookingLedger(known, {key: 82.0}), row(train_capacity_teu=82.0, **left_out))) == [
            State.DUPLICATE
        ]
        assert states(take(BookingLedger(known, {key: 90.0}), row(train_capacity_teu=82.0, **left_out))) == [
            State.REJECTED
        ]


def test_a_capacity_added_to_a_recorded_row_is_something_new() -> None:
    ledger = BookingLedger(recorded(RecordedContainer(id=1, facts=BOX)), {})
    assert states(take(ledger, row(train_capacity_teu=82.0))) == [State.ACCEPTED]
    assert list(ledger.new_capacities.values()) == [82.0]


def test_a_train_is_named_by_its_local_day() -> None:
    late = Moment(datetime(2024, 3, 31, 17, 30, tzinfo=UTC), 480)
    assert train_key(replace(SHIPMENT, planned_departure=late)) == ("T1", late.local_date, "CKG")
    assert late.local_date.isoformat() == "2024-04-01"
    assert train_key(replace(SHIPMENT, train="")) is None
    assert train_key(replace(SHIPMENT, planned_departure=None)) is None
