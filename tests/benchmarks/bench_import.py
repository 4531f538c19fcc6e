"""Import of 100,000 events, judged and recorded with their journeys, against csv + sqlite3 `executemany`.

`python -m tests.benchmarks.bench_import` prints the ratio of the medians of three runs; the exit status is 1 above the
bound. The floor only reads the file and writes its columns as they stand: no rule, no history, no journey.

The bound lies just under the 55.3 × of a quiet machine before values were turned column by column and SQLite was given
room for its pages. Since then the import takes 29 % less CPU, measured side by side under load, so about 40 × is
expected where nothing else runs; what lies between is for noise.
"""

import csv
import io
import os
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from statistics import median
from time import perf_counter

from click.testing import CliRunner

from railtrack.cli import main as main_command
from tests.bulk_files import EVENT_COLUMNS, events_csv, shipments_csv

TRAINS, EVENTS, RUNS, BOUND = 50, 100_000, 3, 55.0


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
    """Seconds of `railtrack import` from its start to the committed journeys, Python's own start aside."""
    os.environ["RAILTRACK_DATABASE_URL"] = f"sqlite:///{folder / 'railtrack.db'}"
    for name, content in (("shipments.csv", shipments), ("events.csv", events)):
        (folder / name).write_bytes(content)
    railtrack("init", "--quiet")
    railtrack("import", str(folder / "shipments.csv"))
    start = perf_counter()
    railtrack("import", str(folder / "events.csv"))
    taken = perf_counter() - start
    with closing(sqlite3.connect(folder / "railtrack.db")) as connection:
        found = connection.execute("SELECT count(*) FROM events WHERE sender = 'Bulk Forwarding'").fetchone()
    assert found == (EVENTS,)
    return taken


def railtrack(*arguments: str) -> None:
    result = CliRunner().invoke(main_command, arguments, prog_name="railtrack")
    assert result.exit_code == 0, result.output


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
