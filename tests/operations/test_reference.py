"""Setting up a database: reference data, the published record, again and again without harm."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from railtrack.domain.actors import EVERYTHING, PUBLISHED_ONLY
from railtrack.domain.times import Precision
from railtrack.operations.published import load_published
from railtrack.operations.reference import init, load_world, reference_data
from railtrack.store.engine import Store
from railtrack.store.reference import save_station, station
from railtrack.store.shipments import events, published_record, shipment_named
from tests.factories import ADMINISTRATOR


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 24, 12, tzinfo=UTC)  # after all that was published


def test_init_loads_the_stations_and_the_true_history(store: Store, now: datetime) -> None:
    init(store, now=now)
    world = load_world(store)
    assert next(iter(world.network.corridors)) == "dostyk-petropavl"
    with store.reading() as r:
        record = published_record(r)
    assert [d.shipment.reference for d in record] == [
        m.id for m in sorted(reference_data().movements, key=lambda m: m.departed)
    ]
    second = next(d for d in record if d.shipment.reference == "mcs-2018-2")
    assert (second.shipment.containers[0].facts.quantity, second.shipment.containers[0].facts.teu) == (41, 82.0)
    (journey,) = second.journeys
    assert journey.journey.arrived is not None
    assert journey.journey.arrived.precision is Precision.DAY


def test_what_was_not_published_is_unknown_and_not_nought(store: Store, now: datetime) -> None:
    init(store, now=now)
    with store.reading() as r:
        untold = shipment_named(r, PUBLISHED_ONLY, "cre-2024-06-16")
    (container,) = untold.containers
    assert (container.facts.quantity, container.facts.teu, container.facts.gross_kg) == (None, None, None)


def test_init_again_changes_nothing(store: Store, now: datetime) -> None:
    init(store, now=now)
    with store.reading() as r:
        before = published_record(r)
    init(store, now=now)
    with store.reading() as r:
        assert published_record(r) == before


def test_a_movement_mended_in_the_file_is_corrected_and_its_old_date_kept(store: Store, now: datetime) -> None:
    init(store, now=now)
    world, movements = load_world(store), reference_data().movements

    def told(reference: str) -> list[tuple[str, str | None, bool]]:
        with store.reading() as r:
            found = events(r, EVERYTHING, shipment_named(r, EVERYTHING, reference).id)
        return [(e.facts.event.value, e.facts.moment and e.facts.moment.text, e.current) for e in found]

    def load(**changes: str | None) -> None:
        mended = [replace(m, **changes) if m.id == "mcs-2018-2" else m for m in movements]  # type: ignore[arg-type]
        load_published(store, mended, world=world, now=now)

    load(departed="2018-10-26", arrived=None)
    load(departed="2018-10-26", arrived=None)
    assert told("mcs-2018-2") == [
        ("departed", "2018-10-25T10:00+02:00", False),
        ("arrived", "2018-11-17", False),
        ("departed", "2018-10-26", True),
        ("void", None, False),
    ]
    load()  # a correction may go back; what was withdrawn stays withdrawn, as it does for everybody
    assert [e[:2] for e in told("mcs-2018-2") if e[2]] == [("departed", "2018-10-25T10:00+02:00")]


def test_what_was_mended_in_the_product_stays_and_is_seen_at_once(store: Store, now: datetime) -> None:
    init(store, now=now)
    assert load_world(store) is load_world(store)
    with store.writing(ADMINISTRATOR, now) as w:
        known = station(w, "DTK")
        save_station(w, replace(known.value, name="Dostyk yard"), known.version)
        w.commit()
    assert load_world(store).network.stations["DTK"].name == "Dostyk yard"
    assert load_world(store).gazetteer.find("dostyk yard").id == "DTK"
    init(store, now=now)
    assert load_world(store).network.stations["DTK"].name == "Dostyk yard"
