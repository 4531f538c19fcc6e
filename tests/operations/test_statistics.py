"""Statistics as they are asked for: always fresh, only of what the asker may see, names in any spelling."""

import os
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from railtrack.domain.errors import NotFound
from railtrack.operations.administering.checking import check
from railtrack.operations.administering.reference import init, load_world
from railtrack.operations.figures.statistics import (
    Filters,
    Options,
    Statistic,
    WrongUsage,
    compute,
    engine_of,
    opened,
    warm,
)
from railtrack.store.engine import Store
from railtrack.store.tables import CrossingRow, JourneyRow, ShipmentRow, VisitRow
from tests.factories import ADMINISTRATOR, enter, event_row, partner, shipment_row, tell

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def ready(store: Store) -> Store:
    init(store, now=datetime(2026, 11, 24, tzinfo=UTC))
    network = load_world(store).network
    enter(store, network, [shipment_row(), shipment_row("R2", partner="Beta")], now=NOW)
    tell(store, network, [event_row("departed", "CKG", "2024-05-01T09:00+08:00")], now=NOW)
    return store


def row(store: Store, **asked: object) -> dict[str, object]:
    return compute(store, "transit", actor=ADMINISTRATOR, **asked)[0]  # type: ignore[arg-type]


def test_an_event_recorded_now_shows_in_the_next_answer(ready: Store) -> None:
    before = row(ready, filters=Filters(partner="alpha"))
    assert (before["in_transit"], before["completed"]) == (1, 0)
    network = load_world(ready).network
    tell(ready, network, [event_row("arrived", "MHG", "2024-05-19T03:00+02:00")], now=NOW)
    after = row(ready, filters=Filters(partner="ALPHA"))
    assert (after["in_transit"], after["completed"], after["p50_h"]) == (0, 1, 432.0)


def test_the_figures_of_a_page_are_of_one_moment_whatever_is_recorded_meanwhile(ready: Store) -> None:
    alpha = Filters(partner="Alpha")
    with opened(ready, actor=ADMINISTRATOR) as figures:
        before = figures.compute("transit", filters=alpha)
        tell(ready, load_world(ready).network, [event_row("arrived", "MHG", "2024-05-19T03:00+02:00")], now=NOW)
        assert row(ready, filters=alpha)["completed"] == 1  # whoever asks anew
        assert before[0]["completed"] == 0
        assert figures.compute("transit", filters=alpha) == before
        assert figures.behind(Statistic.TRANSIT, filters=alpha, column="completed", options=Options()) == ()


def test_a_partner_counts_its_own_and_the_published_record(ready: Store) -> None:
    everything = row(ready)["not_departed"]
    beta = compute(ready, "transit", actor=partner(ready, "Beta"), by=["partner"], options=Options(include_dates=True))
    assert {each["partner"] for each in beta} == {"Beta", "Published record"}
    alone = compute(ready, "transit", actor=partner(ready, "Beta"), filters=Filters(partner="beta"))[0]
    assert (alone["not_departed"], alone["in_transit"]) == (1, 0)
    assert everything == 1


def test_another_partner_or_corridor_is_unknown(ready: Store) -> None:
    with pytest.raises(NotFound, match="Alpha"):
        compute(ready, "transit", actor=partner(ready, "Beta"), filters=Filters(partner="Alpha"))
    with pytest.raises(NotFound, match="khorgos"):
        row(ready, filters=Filters(corridor="nowhere"))
    with pytest.raises(WrongUsage, match="transit"):
        compute(ready, "speed", actor=ADMINISTRATOR)


def test_a_second_process_finds_the_copy_of_the_first_beside_the_database(sqlite_url: str) -> None:
    first, second = Store(sqlite_url), Store(sqlite_url)
    init(first, now=datetime(2026, 11, 24, tzinfo=UTC))
    assert row(first)["journeys"] == row(second)["journeys"]
    folder = Path(sqlite_url.removeprefix("sqlite:///") + ".cache")
    assert (folder / "facts.duckdb").is_file()
    if os.name == "posix":
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    first.close()
    second.close()


def test_a_database_made_anew_beside_an_old_copy_counts_its_own_journeys(furnished: Store, tmp_path: Path) -> None:
    if not furnished.is_sqlite:
        pytest.skip("no copy beside it")
    network, path = load_world(furnished).network, Path(furnished.address.removeprefix("sqlite:///"))
    fresh, backup = tmp_path / "fresh.db", tmp_path / "backup.db"
    _copy(path, fresh)
    enter(furnished, network, [shipment_row("R1"), shipment_row("R2")])
    assert row(furnished)["not_departed"] == 2
    _copy(path, backup)
    enter(furnished, network, [shipment_row("R3"), shipment_row("R4")])
    assert row(furnished)["not_departed"] == 4
    furnished.close()
    for earlier, reference, expected in ((fresh, "S1", 1), (backup, "S2", 3)):
        _copy(earlier, path)
        other = Store(f"sqlite:///{path}")
        enter(other, network, [shipment_row(reference)])
        tell(other, network, [event_row("departed", "CKG", "2024-03-01T08:00+08:00", reference)])
        assert (row(other)["in_transit"], row(other)["not_departed"]) == (1, expected - 1)
        engine_of(other).close()
        other.close()


def _copy(source: Path, target: Path) -> None:
    """Copy a database as a backup does."""
    for beside in ("-wal", "-shm"):
        target.with_name(target.name + beside).unlink(missing_ok=True)
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))


def test_a_question_asked_while_the_facts_are_made_ready_has_the_whole_answer(ready: Store) -> None:
    thread = warm(ready)
    assert row(ready, filters=Filters(partner="alpha"))["in_transit"] == 1
    thread.join(60)
    assert not thread.is_alive()


def test_a_database_that_cannot_be_read_is_noted_and_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    empty = Store(f"sqlite:///{tmp_path}/empty.db")
    warm(empty).join(60)
    empty.close()
    assert "could not be made ready" in caplog.text


def test_the_check_of_a_sound_database_finds_nothing(ready: Store) -> None:
    assert check(ready) == []
    assert check(ready, rebuild=True) == []


def test_the_check_names_each_kind_of_difference(ready: Store) -> None:
    network = load_world(ready).network
    tell(
        ready,
        network,
        [
            event_row("arrived", "ALK", "2024-05-05T09:00+08:00"),
            event_row("departed", "ALK", "2024-05-05T19:00+08:00"),
            event_row("arrived", "DTK", "2024-05-05T18:00+05:00"),
            event_row("departed", "DTK", "2024-05-06T18:00+05:00"),
        ],
        now=NOW,
    )

    def found(change: object) -> list[str]:
        with ready.writing(ADMINISTRATOR, NOW + timedelta(hours=1)) as w:
            w.session.execute(change)  # type: ignore[call-overload]
            w.commit()
        return check(ready, rebuild=True)

    assert "Alpha:R1" in found(update(CrossingRow).values(open_border=True))[0]
    assert any("crossing" in line for line in found(delete(CrossingRow).where(CrossingRow.crossing == "ALK-DTK")))
    assert any("visit" in line for line in found(delete(VisitRow).where(VisitRow.station == "DTK")))
    assert any("status" in line for line in found(update(JourneyRow).values(status="completed")))
    beta = JourneyRow.shipment_id.in_(select(ShipmentRow.id).where(ShipmentRow.reference == "R2"))
    assert any("not stored" in line for line in found(delete(JourneyRow).where(beta)))
