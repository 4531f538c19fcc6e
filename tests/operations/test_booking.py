"""Booking shipments in one transaction: whose they are, what is kept, what is written down."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from railtrack.domain.actors import EVERYTHING, Actor, Role
from railtrack.domain.cargo.goods import StatedShipment
from railtrack.domain.errors import NotAllowed
from railtrack.domain.line.network import Network
from railtrack.domain.records import RecordedShipment
from railtrack.domain.rows.verdicts import State, Take, Verdict
from railtrack.operations.entering.booking import book
from railtrack.store.engine import Store
from railtrack.store.reading.shipments import journeys, shipment_named
from railtrack.store.tables import AuditRow, JourneyRow, OrganisationRow, TrainRow
from railtrack.store.tables import ShipmentRow as StoredShipment
from railtrack.store.writing.booking import Provenance
from tests.factories import ADMINISTRATOR, NOW, container, enter, event_row, moment, partner, shipment_row, tell

PLAN = {
    "planned_departure": moment("2024-03-01T08:00+08:00"),
    "planned_arrival": moment("2024-03-18T12:00+01:00"),
}


def stored(store: Store, name: str = "R1") -> RecordedShipment:
    with store.reading() as r:
        return shipment_named(r, EVERYTHING, name)


def count(store: Store, table: type) -> int:
    with store.reading() as r:
        return len(r.session.execute(select(table)).all())


def states(store: Store, network: Network, rows: list[StatedShipment], **options: object) -> list[State]:
    options = {"actor": ADMINISTRATOR, "now": NOW} | options
    return [v.state for v in book(store, rows, network=network, **options).verdicts]  # type: ignore[arg-type]


def test_a_shipment_is_kept_as_it_was_stated(furnished: Store, network: Network) -> None:
    stated = shipment_row(
        box=container(gross_kg=21_500.0, goods="Gear housings", seals=("HLK 1",)), shipper="A", **PLAN
    )
    enter(furnished, network, [stated])
    shipment = stored(furnished)
    assert shipment.facts == stated.shipment
    assert [c.facts for c in shipment.containers] == [stated.container]
    assert shipment.first_planned_arrival == PLAN["planned_arrival"]
    assert shipment.direction == "westbound"


def test_one_refused_row_keeps_the_whole_file_out(furnished: Store, network: Network) -> None:
    audit = count(furnished, AuditRow)
    rows = [shipment_row(), shipment_row("R2", container(2)), shipment_row(box=container(3), destination="DUI")]
    assert states(furnished, network, rows) == [State.ACCEPTED, State.ACCEPTED, State.REJECTED]
    assert (count(furnished, StoredShipment), count(furnished, OrganisationRow)) == (0, 0)
    assert count(furnished, AuditRow) == audit


def test_the_good_rows_are_taken_where_one_asks_for_it(furnished: Store, network: Network) -> None:
    rows = [shipment_row(), shipment_row(box=container(3), destination="DUI"), shipment_row(box=container(4))]
    assert states(furnished, network, rows, take=Take.GOOD) == [State.ACCEPTED, State.REJECTED, State.ACCEPTED]
    assert [c.facts.container for c in stored(furnished).containers] == [container(1).container, container(4).container]


def test_a_preview_stores_nothing_and_says_the_same(furnished: Store, network: Network) -> None:
    rows = [shipment_row(), shipment_row()]
    assert states(furnished, network, rows, take=Take.NOTHING) == [State.ACCEPTED, State.DUPLICATE]
    assert count(furnished, StoredShipment) == 0
    assert states(furnished, network, rows) == [State.ACCEPTED, State.DUPLICATE]


def test_sent_again_a_file_changes_nothing(furnished: Store, network: Network) -> None:
    rows = [shipment_row(**PLAN), shipment_row(box=container(None, quantity=10)), shipment_row(box=container(2))]
    enter(furnished, network, rows)
    before, audit = stored(furnished), count(furnished, AuditRow)
    assert states(furnished, network, rows) == [State.DUPLICATE] * 3
    assert stored(furnished) == before
    assert count(furnished, AuditRow) == audit


def test_two_partners_may_use_one_reference(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row(), shipment_row(partner="Beta")])
    assert stored(furnished, "Alpha:R1").organisation.name == "Alpha"
    assert stored(furnished, "Beta:R1").organisation.name == "Beta"


def test_two_spellings_of_a_partner_are_one(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row(), shipment_row("R2", partner=" ALPHA ")])
    assert count(furnished, OrganisationRow) == 1


# ---------------------------------------------------------------- who may


def test_a_partner_enters_for_its_own_organisation(furnished: Store, network: Network) -> None:
    alpha = partner(furnished)
    rows = [shipment_row(partner=None), shipment_row("R2", partner="alpha")]
    assert states(furnished, network, rows, actor=alpha) == [State.ACCEPTED, State.ACCEPTED]
    assert stored(furnished).organisation.name == "Alpha"


def test_a_partner_cannot_enter_for_another_nor_see_that_it_exists(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row(partner="Beta")])
    alpha = partner(furnished)
    known, unknown = (
        book(furnished, [shipment_row(partner=name)], network=network, actor=alpha, now=NOW).verdicts[0]
        for name in ("Beta", "Nobody")
    )
    assert known.state is unknown.state is State.REJECTED
    assert str(known.problems[0]).replace("Beta", "Nobody") == str(unknown.problems[0])
    assert known.problems[0].suggestions == ("Alpha",)


def test_an_administrator_says_whose_it_is(furnished: Store, network: Network) -> None:
    verdict = book(furnished, [shipment_row(partner=None)], network=network, actor=ADMINISTRATOR, now=NOW).verdicts[0]
    assert (verdict.state, verdict.problems[0].column) == (State.REJECTED, "partner")


@pytest.mark.parametrize("is_there", [True, False])
def test_nothing_is_booked_for_the_published_record_but_what_was_published(
    furnished: Store, network: Network, is_there: bool
) -> None:
    if is_there:
        row = shipment_row("P1", partner="Published record")
        enter(furnished, network, [row], provenance=Provenance(published=True))
    before = count(furnished, StoredShipment), count(furnished, OrganisationRow)
    rows = [shipment_row(name, partner=" published  RECORD ") for name in ("P1", "P2")]
    for update in (False, True):
        outcome = book(furnished, rows, network=network, actor=ADMINISTRATOR, now=NOW, update=update)
        assert [(v.state, v.problems[0].column) for v in outcome.verdicts] == [(State.REJECTED, "partner")] * 2
    assert (count(furnished, StoredShipment), count(furnished, OrganisationRow)) == before


def test_city_staff_change_nothing(furnished: Store, network: Network) -> None:
    city = replace(ADMINISTRATOR, role=Role.CITY)
    for take in Take:
        with pytest.raises(NotAllowed):
            book(furnished, [shipment_row()], network=network, actor=city, now=NOW, take=take)


# ---------------------------------------------------------------- changes


def test_an_update_writes_down_before_and_after(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row(box=container(goods="Gears"), **PLAN)])
    changed = shipment_row(box=container(goods="Gear housings"), consignee="Somebody", **PLAN)
    assert states(furnished, network, [changed]) == [State.REJECTED]
    assert states(furnished, network, [changed], update=True) == [State.ACCEPTED]
    shipment = stored(furnished)
    assert (shipment.facts.consignee, shipment.containers[0].facts.goods) == ("Somebody", "Gear housings")
    with furnished.reading() as r:
        written = r.session.scalars(select(AuditRow).where(AuditRow.action == "change").order_by(AuditRow.id)).all()
        assert [(a.subject, a.before and a.before.get("goods"), a.after and a.after.get("goods")) for a in written] == [
            ("shipment", None, None),
            ("container", "Gears", "Gear housings"),
        ]
        assert written[0].after is not None
        assert written[0].after["consignee"] == "Somebody"
        assert (written[0].actor, written[0].at) == (ADMINISTRATOR.name, NOW)


def test_an_update_that_does_not_say_so_does_not_fill_an_empty_container(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row(box=container(laden=False)), shipment_row(box=container(2, laden=None))])
    said = [shipment_row(box=container(serial, laden=None, goods="Racks")) for serial in (1, 2)]
    assert states(furnished, network, said, update=True) == [State.ACCEPTED] * 2
    containers = stored(furnished).containers
    assert [(c.facts.laden, c.facts.goods) for c in containers] == [(False, "Racks"), (True, "Racks")]


def test_the_plan_as_first_recorded_stays(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row(**PLAN)])
    later = moment("2024-03-20T12:00+01:00")
    enter(furnished, network, [shipment_row(**PLAN | {"planned_arrival": later})], update=True)
    shipment = stored(furnished)
    assert shipment.facts.planned_arrival == later
    assert shipment.first_planned_arrival == PLAN["planned_arrival"]
    with furnished.reading() as r:
        (journey,) = journeys(r, EVERYTHING, shipment.id)
    assert (journey.first_planned_arrival, journey.latest_planned_arrival) == (PLAN["planned_arrival"], later)


def test_planned_events_are_weighed_against_the_plan_by_when_they_came(furnished: Store, network: Network) -> None:
    def plans() -> tuple[object, object]:
        with furnished.reading() as r:
            (journey,) = journeys(r, EVERYTHING, stored(furnished).id)
        return journey.first_planned_arrival, journey.latest_planned_arrival

    def soon(seconds: int) -> datetime:
        return NOW + timedelta(seconds=seconds)

    enter(furnished, network, [shipment_row()])
    assert plans() == (None, None)
    said = [event_row("arrived", "MHG", "2024-03-17T00:00+01:00", classifier="planned")]
    tell(furnished, network, said, now=soon(1))
    first = moment("2024-03-17T00:00+01:00")
    assert plans() == (first, first)
    enter(furnished, network, [shipment_row(**PLAN)], update=True, now=soon(2))
    assert plans() == (first, PLAN["planned_arrival"])
    for station, at in (("MHG", "2024-03-22T00:00+01:00"), ("MAL", "2024-03-25T00:00+01:00")):
        tell(furnished, network, [event_row("arrived", station, at, classifier="planned")], now=soon(3))
    assert plans() == (first, moment("2024-03-22T00:00+01:00"))


def test_a_container_added_later_has_what_happened_to_the_shipment(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row()])
    tell(furnished, network, [event_row("departed", "CKG", "2024-03-01T09:00+08:00")])
    enter(furnished, network, [shipment_row(box=container(2))])
    with furnished.reading() as r:
        found = journeys(r, EVERYTHING, stored(furnished).id)
    assert [j.journey.status.value for j in found] == ["in_transit", "in_transit"]


def test_numbers_take_the_place_of_a_booking(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row(box=container(None, quantity=2))])
    enter(furnished, network, [shipment_row(), shipment_row(box=container(2))])
    shipment = stored(furnished)
    assert [(c.facts.container is None, c.facts.quantity, c.booked) for c in shipment.containers] == [
        (True, 0, 2),
        (False, 1, None),
        (False, 1, None),
    ]
    with furnished.reading() as r:
        assert len(journeys(r, EVERYTHING, shipment.id)) == 2  # the booking is used up and has no journey


def test_a_booking_counts_once_wherever_in_the_file_it_stands(furnished: Store, network: Network) -> None:
    booking = container(None, quantity=2)
    enter(furnished, network, [shipment_row(), shipment_row(box=booking)])
    enter(furnished, network, [shipment_row("R2", booking), shipment_row("R2")])
    counts = [sorted(c.facts.quantity or 0 for c in stored(furnished, name).containers) for name in ("R1", "R2")]
    assert counts == [[1, 1], [1, 1]]


def test_the_slots_of_a_train_are_agreed_once_for_all_partners(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row(train="T1", train_capacity_teu=82.0, **PLAN)])
    other = shipment_row("R2", container(2), partner="Beta", train="T1", train_capacity_teu=80.0, **PLAN)
    assert states(furnished, network, [other]) == [State.REJECTED]
    next_day = PLAN | {"planned_departure": moment("2024-03-02T08:00+08:00")}
    another_train = shipment_row("R3", container(3), train="T1", train_capacity_teu=80.0, **next_day)
    assert states(furnished, network, [another_train]) == [State.ACCEPTED]
    with furnished.reading() as r:
        trains = r.session.execute(select(TrainRow.departure_date, TrainRow.capacity_teu).order_by(TrainRow.id)).all()
    assert [(day.isoformat(), slots) for day, slots in trains] == [("2024-03-01", 82.0), ("2024-03-02", 80.0)]


def test_who_shares_a_train_cannot_change_its_slots(furnished: Store, network: Network) -> None:
    alpha, beta = partner(furnished), partner(furnished, "Beta")
    enter(furnished, network, [shipment_row(train="T1", train_capacity_teu=82.0, **PLAN)], actor=alpha)

    def change(actor: Actor, owner: str, name: str = "R1") -> Verdict:
        row = shipment_row(name, partner=owner, train="T1", train_capacity_teu=80.0, **PLAN)
        outcome = book(furnished, [row], network=network, actor=actor, now=NOW, update=True, take=Take.NOTHING)
        return outcome.verdicts[0]

    assert change(alpha, "Alpha").state is State.ACCEPTED
    refused = change(beta, "Beta")  # who has nothing aboard does not learn what is agreed
    assert refused.state is State.REJECTED
    assert "82" not in f"{refused.problems[0].message} {refused.problems[0].remedy}"
    enter(furnished, network, [shipment_row("R2", container(2), partner="Beta", train="T1", **PLAN)], actor=beta)
    assert change(alpha, "Alpha").state is State.REJECTED
    assert change(ADMINISTRATOR, "Alpha").state is State.ACCEPTED


def test_a_train_is_shared_by_the_day_it_left_too(furnished: Store, network: Network) -> None:
    alpha = partner(furnished)
    enter(furnished, network, [shipment_row("R2", container(2), partner="Beta", train="T1", **PLAN)])
    left = [event_row("departed", "CKG", "2024-03-02T09:00+08:00", "R2", partner="Beta")]
    tell(furnished, network, left)
    next_day = PLAN | {"planned_departure": moment("2024-03-02T08:00+08:00")}
    stated = shipment_row(train="T1", train_capacity_teu=82.0, **next_day)
    enter(furnished, network, [stated], actor=alpha)
    other = shipment_row(train="T1", train_capacity_teu=80.0, **next_day)
    assert states(furnished, network, [other], actor=alpha, update=True) == [State.REJECTED]


def test_one_capacity_is_all_that_a_shipment_can_be_read_with(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row(train="T1", train_capacity_teu=82.0, **PLAN)])
    second = shipment_row("R2", container(2), partner="Beta", train="T1", **PLAN)
    enter(furnished, network, [second, shipment_row("R3", container(3), train="T1")])
    changed = shipment_row(train="T1", train_capacity_teu=80.0, planned_departure=None)
    enter(furnished, network, [changed], update=True)
    slots = {name: stored(furnished, name).facts.train_capacity_teu for name in ("R1", "R2", "R3")}
    assert slots == {"R1": 80.0, "R2": 80.0, "R3": None}  # which day the third one's train is, nobody said
    with furnished.reading() as r:
        assert r.session.execute(select(TrainRow.departure_date, TrainRow.capacity_teu)).all() == [
            (PLAN["planned_departure"].local_date, 80.0)
        ]


def test_new_slots_move_the_facts_of_all_aboard_and_of_nobody_else(furnished: Store, network: Network) -> None:
    far = PLAN | {"planned_departure": moment("2024-06-01T08:00+08:00"), "planned_arrival": None}
    enter(furnished, network, [shipment_row(train="T1", **PLAN), shipment_row("R2", container(2), train="T1", **far)])
    enter(
        furnished,
        network,
        [shipment_row("R3", container(3), partner="Beta", train="T1", train_capacity_teu=9.0, **PLAN)],
    )
    with furnished.reading() as r:
        changes = {s: journeys_change(r, s) for s in ("R1", "R2", "R3")}
    assert changes["R1"] == changes["R3"] > changes["R2"]


def test_an_agreed_capacity_that_changes_is_written_down_as_before_and_after(
    furnished: Store, network: Network
) -> None:
    rows = [shipment_row(f"R{n}", container(n), train=f"T{n}", train_capacity_teu=80.0 + n, **PLAN) for n in (1, 2)]
    enter(furnished, network, rows)
    tell(furnished, network, [event_row("departed", "CKG", "2024-03-01T09:00+08:00")])
    with furnished.reading() as r:
        before = journeys(r, EVERYTHING, stored(furnished).id)
    changed = shipment_row("R3", container(3), train="T1", train_capacity_teu=90.0, **PLAN)
    another = shipment_row("R4", container(4), train="T3", train_capacity_teu=70.0, **PLAN)
    enter(furnished, network, [changed, another], update=True)
    with furnished.reading() as r:
        assert journeys(r, EVERYTHING, stored(furnished).id) == before
        query = select(AuditRow).where(AuditRow.action == "agree capacity").order_by(AuditRow.id)
        written = [(a.subject_id, a.before, a.after) for a in r.session.scalars(query)]
    assert written == [
        ("T1 2024-03-01 CKG", None, {"capacity_teu": 81.0}),
        ("T2 2024-03-01 CKG", None, {"capacity_teu": 82.0}),
        ("T1 2024-03-01 CKG", {"capacity_teu": 81.0}, {"capacity_teu": 90.0}),
        ("T3 2024-03-01 CKG", None, {"capacity_teu": 70.0}),
    ]


def journeys_change(r: object, reference: str) -> int:
    query = select(JourneyRow.change).join(StoredShipment, StoredShipment.id == JourneyRow.shipment_id)
    change: int = r.session.scalar(query.where(StoredShipment.reference == reference))  # type: ignore[attr-defined]
    return change


def test_what_no_partner_entered_is_marked(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row()], provenance=Provenance(simulated=True))
    enter(furnished, network, [shipment_row("R2")], provenance=Provenance(published=True, source="a newspaper"))
    assert stored(furnished).simulated
    second = stored(furnished, "R2")
    assert (second.published, second.source, second.simulated) == (True, "a newspaper", False)


def test_time_of_entry_is_passed_in(furnished: Store, network: Network, now: datetime) -> None:
    enter(furnished, network, [shipment_row()], now=now)
    assert stored(furnished).created_at == now
