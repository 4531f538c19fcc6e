"""Import of 100,000 events, judged and recorded with their journeys, against csv + sqlite3 `executemany`.

`python -m tests.benchmarks.bench_import` prints the ratio of the medians of three runs; the exit status is 1 above the
bound. The floor only reads the file and writes its columns as they stand: no rule, no history, no journey.
"""

import csv
import io
import sqlite3
import sys
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter

from railtrack.domain.actors import Actor, Role
from railtrack.operations.loading import load_file
from railtrack.operations.reference import init, load_world
from railtrack.store.engine import Store
from tests.bulk_files import EVENT_COLUMNS, events_csv, shipments_csv

TRAINS, EVENTS, RUNS, BOUND = 50, 100_000, 3, 40.0
ACTOR = Actor(name="cli:bench", role=Role.ADMINISTRATOR)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> int:
    shipments, events = shipments_csv(TRAINS), events_csv(TRAINS)
    ours_s, floor_s = [], []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as folder:
            floor_s.append(floor(Path(folder), events))
            ours_s.append(ours(Path(folder), shipments, events))
    ratio = median(ours_s) / median(floor_s)
    print(
        f"import of {EVENTS:,} events: {ratio:.1f} × csv + sqlite3 executemany (bound {BOUND:.0f}); "
        f"{median(ours_s):.1f} s against {median(floor_s):.2f} s, {EVENTS / median(ours_s):,.0f} events a second"
    )
    return 0 if ratio <= BOUND else 1


def ours(folder: Path, shipments: bytes, events: bytes) -> float:
    """Seconds from the file's bytes to the committed journeys."""
    store = Store(f"sqlite:///{folder / 'railtrack.db'}")
    init(store, now=NOW)
    world = load_world(store)
    loaded = load_file(store, shipments, "shipments.csv", world=world, actor=ACTOR, now=NOW)
    assert loaded.stored
    start = perf_counter()
    loaded = load_file(store, events, "events.csv", world=world, actor=ACTOR, now=NOW)
    taken = perf_counter() - start
    assert loaded.stored
    assert loaded.accepted == EVENTS
    store.close()
    return taken


def floor(folder: Path, events: bytes) -> float:
    """Seconds to read the same file and write the same columns."""
    with closing(sqlite3.connect(folder / "floor.db")) as connection:
        columns = ", ".join(EVENT_COLUMNS)
        marks = ", ".join("?" * len(EVENT_COLUMNS))
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"CREATE TABLE events (id INTEGER PRIMARY KEY, {columns})")
        start = perf_counter()
        rows = csv.reader(io.StringIO(events.decode()))
        next(rows)
        with connection:
            connection.executemany(f"INSERT INTO events ({columns}) VALUES ({marks})", rows)  # noqa: S608 - our columns
        taken = perf_counter() - start
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (EVENTS,)
    return taken


if __name__ == "__main__":
    sys.exit(main())
