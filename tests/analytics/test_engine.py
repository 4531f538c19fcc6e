"""The engine's copy of the facts: always as new as the last refresh, never a truth, at any thread's service."""

import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from railtrack.analytics.engine import Engine
from railtrack.analytics.statistics import STATISTICS, Options, Row, Statistic, transit
from railtrack.domain.errors import Unavailable
from railtrack.domain.facts import FactBatch
from railtrack.domain.messages import say
from tests.analytics import making, worked_case
from tests.analytics.boxes import Box, MemorySource

BOXES = worked_case.read().boxes
EVERYTHING = Options(include_simulated=True, include_dates=True, open=True)


def all_rows(engine: Engine) -> list[list[Row]]:
    return [STATISTICS[statistic](engine, by=["month"], options=EVERYTHING) for statistic in Statistic]


def journeys(engine: Engine) -> object:
    return transit(engine)[0]["journeys"]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_refreshing_step_by_step_gives_what_loading_everything_gives(data: st.DataObject) -> None:
    source = MemorySource()
    engine = Engine(source)
    for _ in range(data.draw(st.integers(1, 6))):
        for _ in range(data.draw(st.integers(0, 4))):
            box_id = data.draw(st.integers(1, 5))
            if data.draw(st.integers(0, 3)):
                source.put(data.draw(making.boxes(box_id)))
            else:
                source.remove(box_id)
        engine.refresh()
    assert engine.facts_change == source.change
    assert all_rows(engine) == all_rows(Engine(source))


def test_an_event_recorded_now_shows_after_the_next_refresh_without_loading_everything() -> None:
    source = MemorySource.of(BOXES[:3])
    engine = Engine(source)
    engine.refresh()
    assert journeys(engine) == 3
    source.put(BOXES[3])
    assert journeys(engine) == 3
    assert engine.refresh() == source.change == 4
    assert journeys(engine) == 4
    assert source.asked == [None, 3]


def test_the_first_question_loads_the_facts_by_itself() -> None:
    engine = Engine(MemorySource.of(BOXES))
    assert engine.facts_change is None
    assert journeys(engine) == 6
    assert engine.facts_change == len(BOXES)


def test_a_whole_batch_replaces_what_was_known() -> None:
    class Whole(MemorySource):
        def facts_since(self, change: int | None, lineage: str = "") -> FactBatch:
            return super().facts_since(None)

    source = Whole()
    for box in BOXES:
        source.put(box)
    engine = Engine(source)
    engine.refresh()
    engine.refresh()
    assert journeys(engine) == 6
    source.remove(1)
    engine.refresh()
    assert journeys(engine) == 5


def test_a_database_put_back_to_an_earlier_state_is_loaded_anew() -> None:
    source = MemorySource.of(BOXES)
    engine = Engine(source)
    engine.refresh()
    source.change = 2
    source.lineages = {change: lineage for change, lineage in source.lineages.items() if change <= 2}
    for box in BOXES[2:]:
        source.boxes.pop(box.id)
        source.changed.pop(box.id)
    engine.refresh()
    assert journeys(engine) == 2


def test_a_backup_put_back_and_overtaken_by_as_many_changes_is_loaded_anew(tmp_path: Path) -> None:
    source = MemorySource.of(BOXES[:2])
    backup = deepcopy(source)
    source.put(BOXES[2])
    first = Engine(source, tmp_path / "facts.duckdb")
    assert journeys(first) == 3
    first.close()
    backup.remove(BOXES[1].id)
    assert backup.change == source.change
    assert journeys(Engine(backup, tmp_path / "facts.duckdb")) == 1


def test_a_database_made_anew_is_not_mistaken_for_the_one_before(tmp_path: Path) -> None:
    first = Engine(MemorySource.of(BOXES[:3]), tmp_path / "facts.duckdb")
    first.refresh()
    first.close()
    anew = MemorySource.of([BOXES[3], *(replace(BOXES[4], id=BOXES[3].id) for _ in range(4))])
    assert journeys(Engine(anew, tmp_path / "facts.duckdb")) == 1


def test_a_change_that_touches_no_journey_is_gone_on_from(tmp_path: Path) -> None:
    source = MemorySource.of(BOXES)
    engine = Engine(source, tmp_path / "facts.duckdb")
    engine.refresh()
    source.change += 1
    source.lineages[source.change] = "a station was renamed"
    assert engine.refresh() == engine.facts_change == source.change
    engine.close()
    assert journeys(Engine(source, tmp_path / "facts.duckdb")) == 6
    assert source.asked == [None, len(BOXES), len(BOXES) + 1]


@pytest.mark.parametrize("in_a_file", [False, True])
def test_after_a_load_that_failed_the_next_question_loads_the_facts(tmp_path: Path, in_a_file: bool) -> None:
    class Away(MemorySource):
        is_away = True

        def facts_since(self, change: int | None, lineage: str = "") -> FactBatch:
            if self.is_away:
                raise Unavailable(say("The database does not answer."))
            return super().facts_since(change, lineage)

    source = Away()
    for box in BOXES:
        source.put(box)
    path = tmp_path / "facts.duckdb" if in_a_file else None
    engine = Engine(source, path)
    for load in (engine.refresh, engine.rebuild):
        source.is_away = True
        with pytest.raises(Unavailable, match="does not answer"):
            load()
        assert engine.facts_change is None
        source.is_away = False
        assert journeys(engine) == 6
    engine.close()
    source.is_away = True
    following = Engine(source, path)
    with pytest.raises(Unavailable, match="does not answer"):
        following.refresh()
    assert following.facts_change is None  # whatever the file knows


def test_rebuilding_loads_everything_anew() -> None:
    source = MemorySource.of(BOXES)
    engine = Engine(source)
    engine.refresh()
    assert engine.rebuild() == len(BOXES)
    assert source.asked == [None, None]
    assert journeys(engine) == 6


def test_a_snapshot_stays_as_it_is_while_facts_change() -> None:
    source = MemorySource.of(BOXES[:3])
    engine = Engine(source)
    count = "SELECT COUNT(*) AS journeys FROM journeys"
    with engine.snapshot() as before:
        assert before.rows(count, {}) == [{"journeys": 3}]
        source.put(BOXES[3])
        engine.refresh()
        assert before.rows(count, {}) == [{"journeys": 3}]
    with engine.snapshot() as after:
        assert after.rows(count, {}) == [{"journeys": 4}]


def test_many_threads_ask_while_others_refresh() -> None:
    source = MemorySource.of(BOXES)
    engine = Engine(source)
    lock = threading.Lock()

    def ask(number: int) -> list[object]:
        if number % 3 == 0:
            with lock:
                source.put(replace(BOXES[number % 7], gross_kg=float(number)))
            engine.refresh()
        return [journeys(engine), len(STATISTICS[Statistic.DWELL](engine))]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(60))) == [[6, 4]] * 60
    engine.refresh()
    assert engine.facts_change == source.change


def test_a_cache_in_a_file_is_gone_on_with_by_the_next_process(tmp_path: Path) -> None:
    source = MemorySource.of(BOXES[:3])
    first = Engine(source, tmp_path / "facts.duckdb")
    first.refresh()
    first.close()
    source.put(BOXES[3])
    second = Engine(source, tmp_path / "facts.duckdb")
    assert journeys(second) == 4
    assert source.asked == [None, 3]


def broken(path: Path) -> None:
    path.write_bytes(b"not a database" * 1000)


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def of_another_layout(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE cache SET layout = 'older'")
        connection.execute("ALTER TABLE visits DROP COLUMN station")


def without_a_table(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("DROP TABLE visits")


@pytest.mark.parametrize("spoil", [broken, cut_short, of_another_layout, without_a_table])
def test_a_cache_that_is_broken_or_outdated_is_made_anew(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    path = tmp_path / "facts.duckdb"
    source = MemorySource.of(BOXES)
    first = Engine(source, path)
    expected = all_rows(first)
    first.close()
    spoil(path)
    source.put(BOXES[0])
    second = Engine(source, path)
    assert all_rows(second) == expected
    second.close()
    assert journeys(Engine(source, path)) == 6


def test_a_cache_that_cannot_be_written_is_kept_in_memory(tmp_path: Path) -> None:
    folder_in_its_place = tmp_path / "facts.duckdb"
    folder_in_its_place.mkdir()
    assert journeys(Engine(MemorySource.of(BOXES), folder_in_its_place)) == 6
    assert folder_in_its_place.is_dir()


def test_a_question_that_finds_the_cache_damaged_says_so_and_the_next_one_is_answered() -> None:
    engine = Engine(MemorySource.of(BOXES))
    engine.refresh()
    with engine.snapshot() as snapshot:
        snapshot.rows("DROP TABLE visits", {})
        snapshot.rows("COMMIT", {})
    with pytest.raises(Unavailable, match="nothing recorded is lost"):
        STATISTICS[Statistic.DWELL](engine)
    assert len(STATISTICS[Statistic.DWELL](engine)) == 4


def test_a_question_duckdb_cannot_answer_is_an_error_for_people_and_keeps_the_copy() -> None:
    source = MemorySource.of(BOXES)
    engine = Engine(source)
    engine.refresh()
    with pytest.raises(Unavailable, match="nothing recorded is lost"), engine.snapshot() as snapshot:
        snapshot.rows("SELECT CAST('no number' AS INTEGER)", {})
    assert journeys(engine) == 6
    assert source.asked == [None]


HOLDING = """
import sys, duckdb
with duckdb.connect(sys.argv[1]) as connection:
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_file_that_another_process_holds_is_left_to_it(tmp_path: Path) -> None:
    path = tmp_path / "facts.duckdb"
    source = MemorySource.of(BOXES)
    first = Engine(source, path)
    first.refresh()
    first.close()
    command = [sys.executable, "-c", HOLDING, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        its_own = path.stat().st_ino
        Engine(source, path).rebuild()
        assert path.stat().st_ino == its_own
        engine = Engine(source, path)
        assert journeys(engine) == 6
        engine.rebuild()
        assert journeys(engine) == 6
        assert path.stat().st_ino == its_own  # and not another in its place
        other.communicate()


def test_facts_that_cannot_be_taken_over_are_an_error_for_people_and_change_nothing() -> None:
    class Faulty(MemorySource):
        faulty = False

        def facts_since(self, change: int | None, lineage: str = "") -> FactBatch:
            batch = super().facts_since(change, lineage)
            return replace(batch, crossings=batch.journeys) if self.faulty else batch

    source = Faulty()
    for box in BOXES:
        source.put(box)
    source.faulty = True
    engine = Engine(source)
    with pytest.raises(Unavailable):
        engine.refresh()
    assert engine.facts_change is None
    source.faulty = False
    assert journeys(engine) == 6


def boxes_of(count: int) -> list[Box]:
    return [replace(BOXES[0], id=number) for number in range(1, count + 1)]


def test_thousands_of_changed_journeys_are_taken_over_at_once() -> None:
    source = MemorySource.of(boxes_of(3000))
    engine = Engine(source)
    engine.refresh()
    for box in boxes_of(2800):
        source.put(replace(box, simulated=True))
    engine.refresh()
    assert journeys(engine) == 200
