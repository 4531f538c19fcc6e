"""Versions: a shipment's rises with all that is shown of it, and no writer undoes what another did meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from threading import Event
from typing import Any

import pytest

from railtrack.domain.actors import EVERYTHING
from railtrack.domain.errors import Conflict
from railtrack.domain.line.network import Network
from railtrack.store.engine import Store
from railtrack.store.reading.shipments import details, shipment_named
from railtrack.store.reference import leg, save_leg, save_station, station
from tests.factories import ADMINISTRATOR, container, enter, event_row, moment, shipment_row, tell

TRAIN = {"train": "X8001", "planned_departure": moment("2024-03-01T08:00+08:00")}


def version(store: Store, reference: str = "R1") -> int:
    with store.reading() as r:
        return shipment_named(r, EVERYTHING, reference).version


def test_the_version_rises_once_with_each_change_of_facts_or_containers(furnished: Store, network: Network) -> None:
    seen = []
    for rows in (
        [shipment_row()],
        [shipment_row()],  # nothing new
        [shipment_row(box=container(2))],
        [shipment_row(box=container(2, gross_kg=20000.0))],
        [shipment_row(shipper="Müller", box=container(2, gross_kg=21000.0)), shipment_row(box=container(3))],
        [shipment_row(box=container(None, quantity=2))],
        [shipment_row(planned_arrival=moment("2024-03-19T10:00+01:00"))],
        [shipment_row("other", box=container(9))],
    ):
        enter(furnished, network, rows, update=True)
        seen.append(version(furnished))
    assert seen == [1, 1, 2, 3, 4, 5, 6, 6]
    tell(furnished, network, [event_row("departed", "CKG", "2024-03-01T08:00+08:00")])
    assert version(furnished) == 6  # events are no facts of the shipment


def test_the_version_rises_when_the_slots_of_its_train_are_agreed_anew(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row(**TRAIN)])
    enter(furnished, network, [shipment_row("elsewhere", container(3), **TRAIN | {"train": "X8002"})])
    enter(furnished, network, [shipment_row("R2", container(2), partner="Beta", train_capacity_teu=82.0, **TRAIN)])
    assert [version(furnished, name) for name in ("R1", "R2", "elsewhere")] == [2, 1, 1]
    enter(furnished, network, [shipment_row(train_capacity_teu=90.0, **TRAIN)], update=True)
    assert [version(furnished, name) for name in ("R1", "R2", "elsewhere")] == [3, 2, 1]


def test_the_version_rises_when_its_direction_turns(furnished: Store, network: Network, now: datetime) -> None:
    enter(furnished, network, [shipment_row(origin="ALK", destination="DTK")])
    with furnished.writing(ADMINISTRATOR, now) as w:
        known = station(w, "DTK")
        save_station(w, replace(known.value, lat=47.0, lon=86.5), known.version)
        w.commit()
    assert version(furnished) == 2


def test_of_two_who_change_one_shipment_at_once_neither_undoes_the_other(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row()])
    changes: list[dict[str, Any]] = [
        {"shipper": "Müller"},
        {"consignee": "Wang"},
        {"incoterm": "DAP"},
        {"box": container(1, goods="tiles")},
        {"box": container(2)},
    ]
    with ThreadPoolExecutor(len(changes)) as pool:
        list(pool.map(lambda change: enter(furnished, network, [shipment_row(**change)], update=True), changes))
    with furnished.reading() as r:
        found = details(r, EVERYTHING, shipment_named(r, EVERYTHING, "R1").id).shipment
    assert (found.facts.shipper, found.facts.consignee, found.facts.incoterm) == ("Müller", "Wang", "DAP")
    assert {box.facts.goods for box in found.containers} == {"tiles", ""}
    assert found.version == 1 + len(changes)


def test_of_two_forms_made_on_one_version_the_second_is_told(furnished: Store, now: datetime) -> None:
    with furnished.reading() as r:
        seen = leg(r, "CKG", "DAZ")
    first_writes = Event()

    def save_first() -> None:
        with furnished.writing(ADMINISTRATOR, now) as w:
            first_writes.set()
            save_leg(w, replace(seen.value, note="first"), seen.version)
            w.commit()

    def save_second() -> None:
        assert first_writes.wait(20)
        with furnished.writing(ADMINISTRATOR, now) as w:  # waits until the first is done
            save_leg(w, replace(seen.value, note="second"), seen.version)
            w.commit()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(save_first), pool.submit(save_second)
        first.result()
        with pytest.raises(Conflict, match="CKG–DAZ was changed by somebody else meanwhile; look again"):
            second.result()
    with furnished.reading() as r:
        found = leg(r, "CKG", "DAZ")
    assert (found.value.note, found.version) == ("first", seen.version + 1)
