"""Setting up a database: reference data, the published record, again and again without harm."""

import csv
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from railtrack import resources
from railtrack.domain.actors import EVERYTHING, PUBLISHED_ONLY
from railtrack.domain.times import Precision
from railtrack.operations.administering.checking import check
from railtrack.operations.administering.reference import init, load_world, reference_data
from railtrack.operations.entering.published import load_published
from railtrack.operations.figures.statistics import compute
from railtrack.operations.following.whereabouts import list_page
from railtrack.store.engine import Store
from railtrack.store.reading.listing import ShipmentFilter
from railtrack.store.reading.shipments import events, published_record, shipment_named
from railtrack.store.reference import save_station, station
from tests.factories import ADMINISTRATOR, CORRIDOR, container, enter, event_row, moment, shipment_row, tell


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


# ---------------------------------------------------------------- a release with other data

Mend = Callable[[str, str, dict[str, str]], None]


@pytest.fixture
def mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mend]:
    """Change a line of `data/` as a release would; what is changed is read from a copy."""
    folder = tmp_path / "release" / "data"
    shutil.copytree(resources.folder("data"), folder)

    def call(file: str, id: str, cells: dict[str, str]) -> None:
        with (folder / file).open(encoding="utf-8", newline="") as source:
            lines = list(csv.DictReader(source))
        assert id in {line["id"] for line in lines}
        with (folder / file).open("w", encoding="utf-8", newline="") as target:
            writer = csv.DictWriter(target, list(lines[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(line | (cells if line["id"] == id else {}) for line in lines)
        monkeypatch.setattr(resources, "PACKAGE", folder.parent)
        reference_data.cache_clear()

    yield call
    monkeypatch.undo()
    reference_data.cache_clear()


def travelled(store: Store) -> None:
    """One box all the way over Alashankou, one only across the border there, one planned from Dostyk for a day."""
    network = load_world(store).network
    enter(store, network, [
        shipment_row("WAY", container(1)),
        shipment_row("HOP", container(2), origin="ALK", destination="DTK"),
        shipment_row("DAY", container(3), origin="DTK", planned_departure=moment("2024-05-10+05:00")),
    ])  # fmt: skip
    tell(store, network, [
        event_row("departed", "CKG", "2024-03-01T08:00+08:00", "WAY"),
        event_row("arrived", "ALK", "2024-03-05T08:00+08:00", "WAY"),
        event_row("departed", "ALK", "2024-03-05T20:00+08:00", "WAY"),
        event_row("arrived", "DTK", "2024-03-05T20:00+05:00", "WAY"),
        event_row("departed", "DTK", "2024-03-06T08:00+05:00", "WAY"),
        event_row("departed", "ALK", "2024-03-01T08:00+08:00", "HOP"),
        event_row("arrived", "DTK", "2024-03-01T07:00+05:00", "HOP"),
    ])  # fmt: skip


def figures(store: Store) -> list[object]:
    """All that is computed of these boxes, and the list of the late."""
    asked = (("transit", ("direction",)), ("dwell", ()), ("borders", ()), ("volume", ()))
    at = datetime(2024, 5, 10, 22, 30, tzinfo=UTC)
    late = list_page(store, ShipmentFilter(late=True), actor=ADMINISTRATOR, now=at)
    return [
        [item.summary.reference for item in late.items],
        *(compute(store, name, by=by, actor=ADMINISTRATOR) for name, by in asked),
    ]


@pytest.mark.parametrize(
    ("file", "id", "cells"),
    [
        ("stations.csv", "DTK", {"lat": "47.0", "lon": "86.5"}),  # too far for two hours, and east of Alashankou
        ("stations.csv", "DTK", {"timezone": "Europe/Berlin"}),  # a planned day ends three hours later
        ("corridors.csv", CORRIDOR, {"border_pairs": "BQT-MAL"}),
    ],
)
def test_a_release_that_moves_what_journeys_hang_on_folds_them_anew(
    store: Store, spare: Store, mend: Mend, now: datetime, file: str, id: str, cells: dict[str, str]
) -> None:
    init(store, now=now)
    travelled(store)
    before = figures(store)
    mend(file, id, cells)
    init(store, now=now)
    assert check(store, rebuild=True) == []
    init(spare, now=now)
    travelled(spare)
    assert figures(store) == figures(spare)
    assert figures(store) != before
