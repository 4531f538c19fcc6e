"""The list of shipments: search, filters, order, pages, and the line it gives of each."""

import random
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from railtrack.domain.actors import EVERYTHING
from railtrack.domain.cargo.goods import StatedShipment
from railtrack.domain.errors import Refused
from railtrack.domain.line.network import Network
from railtrack.domain.movement.journeys import Direction, Status
from railtrack.domain.records import ShipmentSummary
from railtrack.store.engine import Store
from railtrack.store.reading.listing import ShipmentFilter, Sort, list_shipments
from railtrack.store.reading.shipments import published_record
from railtrack.store.writing.booking import Provenance
from tests.factories import (
    container,
    container_number,
    enter,
    event_row,
    moment,
    shipment_row,
    tell,
)

TRAIN: dict[str, Any] = {
    "train": "X8001",
    "train_capacity_teu": 82.0,
    "planned_departure": moment("2024-03-01T08:00+08:00"),
    "planned_arrival": moment("2024-03-19+01:00"),
}


def found(store: Store, now: datetime, **wanted: Any) -> list[str]:
    with store.reading() as r:
        page = list_shipments(r, EVERYTHING, ShipmentFilter(**wanted), now=now, sort=Sort.REFERENCE)
    return [s.reference for s in page.items]


def summary(store: Store, now: datetime, reference: str = "R1") -> ShipmentSummary:
    with store.reading() as r:
        (one,) = list_shipments(r, EVERYTHING, ShipmentFilter(q=reference), now=now).items
    return one


def test_the_search_finds_reference_container_and_train_in_any_case(
    furnished: Store, network: Network, now: datetime
) -> None:
    enter(
        furnished,
        network,
        [
            shipment_row("Müller-7", container(71)),
            shipment_row("B100%", container(72), train="Zug Ä"),
            shipment_row("C", container(73)),
        ],
    )
    assert found(furnished, now, q="MÜLLER") == ["Müller-7"]
    assert found(furnished, now, q="zug ä") == ["B100%"]
    assert found(furnished, now, q="0%") == ["B100%"]
    assert found(furnished, now, q="_") == []
    number = container_number(73)
    assert found(furnished, now, q=f"{number[:4].lower()} {number[4:7]} {number[7:10]}-{number[10]}") == ["C"]


def test_filters_narrow_the_list(furnished: Store, network: Network, now: datetime) -> None:
    enter(
        furnished,
        network,
        [
            shipment_row("west", container(1), **TRAIN),
            shipment_row(
                "east", container(2), partner="Beta", origin="MHG", destination="CKG", corridor="dostyk-samara"
            ),
        ],
    )
    enter(furnished, network, [shipment_row("made", container(3))], provenance=Provenance(simulated=True))
    assert found(furnished, now) == ["east", "west"]
    assert found(furnished, now, simulated=True) == ["east", "made", "west"]
    assert found(furnished, now, direction=Direction.EASTBOUND) == ["east"]
    assert found(furnished, now, corridor="dostyk-samara") == ["east"]
    assert found(furnished, now, partner="bETA ") == ["east"]
    assert found(furnished, now, train="X8001") == ["west"]
    assert found(furnished, now, published=True) == []


def test_the_period_is_that_of_the_local_departure(furnished: Store, network: Network, now: datetime) -> None:
    enter(
        furnished,
        network,
        [shipment_row("gone", container(1), **TRAIN), shipment_row("planned", container(2), **TRAIN)],
    )
    # 31 March in UTC, 1 April in Chongqing
    tell(furnished, network, [event_row("departed", "CKG", "2024-04-01T02:00+08:00", "gone")])
    assert found(furnished, now, first_date=date(2024, 4, 1), last_date=date(2024, 4, 1)) == ["gone"]
    assert found(furnished, now, last_date=date(2024, 3, 31)) == ["planned"]
    assert found(furnished, now, first_date=date(2024, 3, 1), last_date=date(2024, 3, 1)) == ["planned"]
    assert found(furnished, now, first_date=date(2024, 3, 1)) == ["gone", "planned"]


@pytest.mark.parametrize(
    ("arrived", "late"),
    [("2024-03-19T23:00+01:00", False), ("2024-03-20T01:59+01:00", False), ("2024-03-20T02:01+01:00", True)],
)
def test_a_plan_that_is_a_date_lasts_until_its_end(
    furnished: Store, network: Network, now: datetime, arrived: str, late: bool
) -> None:
    enter(furnished, network, [shipment_row(**TRAIN)])
    tell(
        furnished,
        network,
        [event_row("departed", "CKG", "2024-03-01T08:00+08:00"), event_row("arrived", "MHG", arrived)],
    )
    assert found(furnished, now, late=True) == (["R1"] if late else [])


def test_what_is_due_and_has_not_come_is_late(furnished: Store, network: Network, now: datetime) -> None:
    enter(
        furnished, network, [shipment_row("waits", container(1), **TRAIN), shipment_row("runs", container(2), **TRAIN)]
    )
    tell(furnished, network, [event_row("departed", "CKG", "2024-03-01T08:00+08:00", "runs")])
    at = datetime.fromisoformat
    assert found(furnished, at("2024-03-01T09:00+08:00"), late=True) == []
    assert found(furnished, at("2024-03-10T00:00+00:00"), late=True) == ["waits"]
    assert found(furnished, at("2024-03-20T01:30+01:00"), late=True) == ["waits"]
    assert found(furnished, at("2024-03-20T02:30+01:00"), late=True) == ["runs", "waits"]


def test_a_planned_day_is_as_long_as_the_stations_clock_makes_it(furnished: Store, network: Network) -> None:
    # at Dostyk 29 February 2024 had 25 hours, in Mannheim 31 March 23
    plan = {"planned_departure": moment("2024-02-29+06:00"), "planned_arrival": moment("2024-03-31+02:00")}
    enter(furnished, network, [shipment_row("waits", origin="DTK", **plan)])
    enter(furnished, network, [shipment_row("runs", container(2), origin="DTK", **plan)])
    assert found(furnished, datetime.fromisoformat("2024-03-01T01:59+05:00"), late=True) == []
    assert found(furnished, datetime.fromisoformat("2024-03-01T02:01+05:00"), late=True) == ["runs", "waits"]
    tell(furnished, network, [event_row("departed", "DTK", "2024-02-29T20:00+06:00", "runs")])
    assert found(furnished, datetime.fromisoformat("2024-04-01T01:59+02:00"), late=True) == ["waits"]
    assert found(furnished, datetime.fromisoformat("2024-04-01T02:01+02:00"), late=True) == ["runs", "waits"]


def test_a_shipment_has_the_status_of_its_journey_least_far_along(
    furnished: Store, network: Network, now: datetime
) -> None:
    boxes = [container(n) for n in (1, 2)]
    enter(furnished, network, [shipment_row(box=box) for box in boxes])
    steps = [
        (event_row("departed", "CKG", "2024-03-01T08:00+08:00", container=boxes[0].container), Status.NOT_DEPARTED),
        (event_row("departed", "CKG", "2024-03-02T08:00+08:00", container=boxes[1].container), Status.IN_TRANSIT),
        (event_row("arrived", "MHG", "2024-03-20T08:00+01:00", container=boxes[0].container), Status.IN_TRANSIT),
        (event_row("arrived", "MHG", "2024-03-21T08:00+01:00", container=boxes[1].container), Status.COMPLETED),
    ]
    for step, status in steps:
        tell(furnished, network, [step])
        assert summary(furnished, now).status is status
        for other in Status:
            assert (found(furnished, now, status=other) == ["R1"]) == (other is status)
    line = summary(furnished, now)
    assert line.departed == moment("2024-03-01T08:00+08:00")
    assert line.arrived == moment("2024-03-21T08:00+01:00")
    assert (line.last_event, line.last_station, line.last) == ("arrived", "MHG", line.arrived)


def test_a_shipment_counts_its_containers_and_teu(furnished: Store, network: Network, now: datetime) -> None:
    enter(
        furnished,
        network,
        [shipment_row(box=container(1)), shipment_row(box=container(None, quantity=3, size_type="22G1"))],
    )
    line = summary(furnished, now)
    assert (line.containers, line.teu) == (4, 5.0)


def test_what_was_not_published_stays_unknown(furnished: Store, network: Network, now: datetime) -> None:
    box = container(None, quantity=None, size_type=None)
    enter(furnished, network, [shipment_row(box=box)], provenance=Provenance(published=True, source="a paper"))
    line = summary(furnished, now)
    assert (line.containers, line.teu, line.published) == (None, None, True)
    with furnished.reading() as r:
        (train,) = published_record(r)
    assert train.shipment.source == "a paper"


def test_a_held_shipment_is_held_until_released(furnished: Store, network: Network, now: datetime) -> None:
    enter(furnished, network, [shipment_row()])
    tell(furnished, network, [event_row("departed", "CKG", "2024-03-01T08:00+08:00")])
    tell(furnished, network, [event_row("held", "ALK", "2024-03-05T08:00+08:00", reason="customs")])
    assert summary(furnished, now).is_held
    tell(furnished, network, [event_row("released", "ALK", "2024-03-06T08:00+08:00")])
    assert not summary(furnished, now).is_held


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("descending", [False, True])
def test_pages_hold_every_row_once_while_others_are_added(
    furnished: Store, network: Network, now: datetime, sort: Sort, descending: bool
) -> None:
    """Rows share values and lack them; new rows come in between the pages."""
    pick = random.Random(f"{sort}{descending}")  # noqa: S311 - a seed, no secret

    def row(name: str, number: int) -> StatedShipment:
        planned: dict[str, Any] = {
            "planned_departure": moment(f"2024-03-0{pick.randint(1, 3)}T08:00+08:00") if pick.random() < 0.7 else None,
            "planned_arrival": moment(f"2024-03-2{pick.randint(1, 3)}T08:00+01:00") if pick.random() < 0.7 else None,
        }
        return shipment_row(name, container(number), **planned)

    first = [f"{pick.randint(100, 999)}-{n}" for n in range(23)]
    enter(furnished, network, [row(name, n) for n, name in enumerate(first)])
    gone = [
        event_row("departed", "CKG", f"2024-03-0{1 + n % 2}T08:00+08:00", name) for n, name in enumerate(first) if n % 3
    ]
    tell(furnished, network, gone)
    seen: list[ShipmentSummary] = []
    cursor, added = None, 0
    while True:
        with furnished.reading() as r:
            page = list_shipments(r, EVERYTHING, now=now, sort=sort, descending=descending, limit=4, cursor=cursor)
        seen += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
        assert len(page.items) == 4
        if added < 6:
            enter(furnished, network, [row(f"{pick.randint(100, 999)}+{added}", 900 + added)])
            added += 1
    ids = [s.id for s in seen]
    assert len(ids) == len(set(ids))
    assert set(first) <= {s.reference for s in seen}
    value: Callable[[ShipmentSummary], Any] = {
        Sort.REFERENCE: lambda s: s.reference,
        Sort.DEPARTURE: lambda s: (s.departed or s.planned_departure) and (s.departed or s.planned_departure).instant,
        Sort.PLANNED_DEPARTURE: lambda s: s.planned_departure and s.planned_departure.instant,
        Sort.PLANNED_ARRIVAL: lambda s: s.planned_arrival and s.planned_arrival.instant,
        Sort.LAST_EVENT: lambda s: s.last and s.last.instant,
    }[sort]
    values = [value(s) for s in seen]
    known = [v for v in values if v is not None]
    assert values == known + [None] * (len(values) - len(known))
    if sort is not Sort.REFERENCE:  # texts sort by the rules of each database
        assert known == sorted(known, reverse=descending)


@pytest.mark.parametrize("cursor", ["x", "W10", "bnVsbA", "é", "eyJhIjoxfQ", "WyJyZWZlcmVuY2UrIiwgMSwgMV0"])
def test_a_cursor_of_another_list_is_refused(sqlite_store: Store, now: datetime, cursor: str) -> None:
    with sqlite_store.reading() as r, pytest.raises(Refused, match="not a place in this list"):
        list_shipments(r, EVERYTHING, now=now, cursor=cursor)


def test_a_release_of_one_container_leaves_another_held(furnished: Store, network: Network, now: datetime) -> None:
    boxes = [container(n) for n in (1, 2)]
    enter(furnished, network, [shipment_row(box=box) for box in boxes])
    tell(furnished, network, [event_row("departed", "CKG", "2024-03-01T08:00+08:00")])
    for n, box in enumerate(boxes):
        held = event_row("held", "ALK", f"2024-03-0{5 + n}T08:00+08:00", container=box.container, reason="customs")
        tell(furnished, network, [held])
    for box, still in zip(boxes, (True, False), strict=True):
        assert summary(furnished, now).is_held
        tell(furnished, network, [event_row("released", "ALK", "2024-03-07T08:00+08:00", container=box.container)])
        assert summary(furnished, now).is_held is still
