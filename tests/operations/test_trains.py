"""Trains over both databases: order by fill, the same train found again, slots agreed once."""

import pyarrow as pa
import pytest

from railtrack.domain.actors import Actor, Role
from railtrack.domain.errors import Conflict, NotAllowed, NotFound, Refused
from railtrack.domain.line.network import Network
from railtrack.operations.figures.statistics import compute
from railtrack.operations.following.trains import TrainSort, fill, set_capacity, train_list, train_page
from railtrack.store.engine import Store
from railtrack.store.reading.facts import StoreFacts
from railtrack.store.reading.listing import ShipmentFilter
from tests.factories import ADMINISTRATOR, CITY, NOW, container, enter, event_row, moment, partner, shipment_row, tell

DAY = moment("2024-05-14T10:00+08:00")
ALL = ShipmentFilter()


@pytest.fixture
def line(furnished: Store, network: Network) -> Store:
    """Two trains of one day and one without known slots, with containers of two partners."""
    enter(furnished, network, [
        shipment_row("A-1", container(1), train="T 1", train_capacity_teu=4.0, planned_departure=DAY),
        shipment_row("B-1", container(2), partner="Beta", train="T 1", train_capacity_teu=4.0, planned_departure=DAY),
        shipment_row("A-2", container(3), train="T 2", train_capacity_teu=8.0, planned_departure=DAY),
        shipment_row("A-3", container(4), train="T 3", planned_departure=DAY),
    ])  # fmt: skip
    return furnished


@pytest.fixture
def gone(line: Store, network: Network) -> Store:
    """The same trains after all of them left as planned."""
    aboard = (("A-1", "Alpha"), ("B-1", "Beta"), ("A-2", "Alpha"), ("A-3", "Alpha"))
    left = "2024-05-14T10:00+08:00"
    tell(line, network, [event_row("departed", "CKG", left, name, partner=whose) for name, whose in aboard])
    return line


def test_the_fill_is_that_of_the_statistics_whatever_has_not_run(gone: Store, network: Network) -> None:
    enter(gone, network, [
        shipment_row("A-7", container(7), train="T 7", train_capacity_teu=50.0, planned_departure=DAY),
        shipment_row("A-8", container(8), train="T 8", train_capacity_teu=60.0, planned_departure=DAY),
        shipment_row("A-9", container(9), train="T 2", planned_departure=DAY),
    ])  # fmt: skip
    off = [event_row("cancelled", "CKG", "2024-05-13T10:00+08:00", name) for name in ("A-8", "A-9")]
    tell(gone, network, off)
    total = fill(gone, ALL, actor=ADMINISTRATOR, now=NOW)
    assert (total.trains, total.ran, total.not_departed, total.cancelled) == (5, 3, 1, 1)
    rows = compute(gone, "volume", actor=ADMINISTRATOR)
    assert sum(int(str(row["trains"])) for row in rows) == total.ran
    assert sum(int(str(row["fill_trains"])) for row in rows) == total.known
    assert sum(float(str(row["capacity_teu"])) for row in rows) == total.capacity_teu
    (westbound,) = [row for row in rows if row["direction"] == "westbound"]
    assert westbound["fill_share"] == total.share


def test_the_fullest_train_comes_first_and_unknown_slots_last(gone: Store) -> None:
    first = train_list(gone, ALL, actor=ADMINISTRATOR, now=NOW, sort=TrainSort.FILL, limit=2)
    second = train_list(gone, ALL, actor=ADMINISTRATOR, now=NOW, sort=TrainSort.FILL, limit=2, cursor=first.next_cursor)
    assert [(t.number, t.fill_share) for t in first.items + second.items] == [
        ("T 1", 1.0),
        ("T 2", 0.25),
        ("T 3", None),
    ]
    total = fill(gone, ALL, actor=ADMINISTRATOR, now=NOW)
    assert (total.trains, total.known, total.laden_teu, total.capacity_teu, total.share) == (3, 2, 6.0, 12.0, 0.5)


def test_filters_that_look_into_journeys_work_on_trains(line: Store, network: Network) -> None:
    tell(line, network, [event_row("departed", "CKG", "2024-05-15T10:00+08:00", "A-2")])
    for wanted in (
        ShipmentFilter(first_date=DAY.local_date, last_date=DAY.local_date, train="T 1"),
        ShipmentFilter(late=True, train="T 1"),
    ):
        assert [t.number for t in train_list(line, wanted, actor=ADMINISTRATOR, now=NOW).items] == ["T 1"]


def test_a_train_that_left_a_day_late_is_found_by_its_day_and_keeps_its_slots(line: Store, network: Network) -> None:
    tell(line, network, [event_row("departed", "CKG", "2024-05-15T10:00+08:00", "A-2")])
    left = moment("2024-05-15T10:00+08:00").local_date
    page = train_page(line, "T 2", left, "CKG", actor=ADMINISTRATOR, now=NOW)
    assert (page.planned, page.train.capacity_teu) == (DAY.local_date, 8.0)
    set_capacity(line, "T 2", left, "CKG", 10, seen_teu=8.0, actor=ADMINISTRATOR, now=NOW)
    assert train_page(line, "T 2", left, "CKG", actor=ADMINISTRATOR, now=NOW).train.capacity_teu == 10


def test_slots_agreed_for_the_day_it_left_count_where_none_are_for_the_planned_one(
    furnished: Store, network: Network
) -> None:
    next_day = moment("2024-05-15T10:00+08:00")
    late = shipment_row("A-5", container(5), train="T 5", planned_departure=DAY)
    slots = {"train_capacity_teu": 6.0, "planned_departure": next_day}
    enter(furnished, network, [late, shipment_row("B-5", container(6), partner="Beta", train="T 5", **slots)])
    tell(furnished, network, [event_row("departed", "CKG", "2024-05-15T10:00+08:00", "A-5")])
    page = train_page(furnished, "T 5", next_day.local_date, "CKG", actor=ADMINISTRATOR, now=NOW)
    assert (page.train.containers, page.train.capacity_teu) == (2, 6.0)
    facts = StoreFacts(furnished, network).facts_since(None).journeys
    assert pa.table(facts).column("capacity_teu").to_pylist() == [6.0, 6.0]


def test_a_partner_sees_its_own_on_the_train_and_agrees_the_slots(gone: Store) -> None:
    beta = partner(gone, "Beta")
    page = train_page(gone, "T 1", DAY.local_date, "CKG", actor=beta, now=NOW)
    assert [s.summary.reference for s in page.shipments] == ["B-1"]
    assert page.train.fill_share == 0.5
    alpha = partner(gone, "Alpha")
    set_capacity(gone, "T 2", DAY.local_date, "CKG", 9, seen_teu=8.0, actor=alpha, now=NOW)
    assert fill(gone, ShipmentFilter(train="T 2"), actor=alpha, now=NOW).capacity_teu == 9


def test_agreed_slots_that_others_share_are_changed_by_an_administrator_only(gone: Store) -> None:
    beta = partner(gone, "Beta")
    with pytest.raises(NotAllowed):
        set_capacity(gone, "T 1", DAY.local_date, "CKG", 5, seen_teu=4.0, actor=beta, now=NOW)
    set_capacity(gone, "T 1", DAY.local_date, "CKG", 5, seen_teu=4.0, actor=ADMINISTRATOR, now=NOW)
    assert fill(gone, ShipmentFilter(train="T 1"), actor=beta, now=NOW).capacity_teu == 5


def test_who_has_nothing_aboard_learns_nothing_and_sets_nothing(line: Store) -> None:
    beta = partner(line, "Beta")
    with pytest.raises(NotFound):
        train_page(line, "T 2", DAY.local_date, "CKG", actor=beta, now=NOW)
    with pytest.raises(NotFound):
        set_capacity(line, "T 2", DAY.local_date, "CKG", 5, seen_teu=8.0, actor=beta, now=NOW)
    with pytest.raises(NotAllowed):
        set_capacity(line, "T 1", DAY.local_date, "CKG", 5, seen_teu=4.0, actor=CITY, now=NOW)
    alone = Actor(name="x@example.org", role=Role.PARTNER)
    with pytest.raises(NotFound):
        set_capacity(line, "T 1", DAY.local_date, "CKG", 5, seen_teu=4.0, actor=alone, now=NOW)


def test_two_who_set_the_slots_at_once_are_told(line: Store) -> None:
    set_capacity(line, "T 1", DAY.local_date, "CKG", 5, seen_teu=4.0, actor=ADMINISTRATOR, now=NOW)
    with pytest.raises(Conflict, match="to 5 TEU"):
        set_capacity(line, "T 1", DAY.local_date, "CKG", 6, seen_teu=4.0, actor=ADMINISTRATOR, now=NOW)


@pytest.mark.parametrize("teu", [0, -1, float("nan"), float("inf"), 1001])
def test_slots_are_a_number_a_train_can_take(line: Store, teu: float) -> None:
    with pytest.raises(Refused):
        set_capacity(line, "T 1", DAY.local_date, "CKG", teu, seen_teu=4.0, actor=ADMINISTRATOR, now=NOW)


def test_a_train_without_a_planned_day_has_no_day_to_agree_slots_for(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row("A-9", container(9), train="T 9")])
    tell(furnished, network, [event_row("departed", "CKG", "2024-05-15T10:00+08:00", "A-9")])
    left = moment("2024-05-15T10:00+08:00").local_date
    with pytest.raises(Refused, match="planned departure"):
        set_capacity(furnished, "T 9", left, "CKG", 5, seen_teu=None, actor=ADMINISTRATOR, now=NOW)
