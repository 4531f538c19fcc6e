"""A SIGKILL in mid-import leaves nothing half-loaded, and the same import again does what it would have done."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

from tests.faults.conftest import Database, Program, Start, wait_until

EVENTS, CONTAINERS = 2000, 50
# seconds after the first change was begun; each hits another part of the work
MOMENTS = (0.0, 0.1)


def test_a_killed_import_of_shipments_leaves_none_of_them_or_all(
    database: Database, files: Path, start: Start, program: Program
) -> None:
    _kill(start, database, files / "shipments.csv", 0.0)
    # fifty rows may be stored before the kill arrives
    stored = (database.count("shipments") > 0, database.count("journeys"))
    assert stored in ((False, 0), (True, CONTAINERS)), "half a file is stored"
    assert database.faults() == []
    assert program(database.url, "import", str(files / "shipments.csv")).returncode == 0
    assert database.count("journeys") == CONTAINERS


def test_a_killed_import_of_events_leaves_none_and_succeeds_when_repeated(
    database: Database,
    kind: str,
    new_database: Callable[[str], Database],
    files: Path,
    start: Start,
    program: Program,
) -> None:
    assert program(database.url, "import", str(files / "shipments.csv")).returncode == 0
    before = database.count("events")
    kills = 0
    for moment in MOMENTS:
        kills += _kill(start, database, files / "events.csv", moment)
        assert database.count("events") in (before, before + EVENTS), "half a file is stored"
        assert database.faults() == []
    assert kills > 0, "no kill came in time"
    again = program(database.url, "import", str(files / "events.csv"))
    assert again.returncode == 0, again.stderr
    assert database.faults() == []

    undisturbed = new_database(kind)
    together = program(undisturbed.url, "import", str(files / "shipments.csv"), str(files / "events.csv"))
    assert together.returncode == 0, together.stderr
    assert database.count("events") == undisturbed.count("events") == before + EVENTS
    assert database.says() == undisturbed.says()


def _kill(start: Start, database: Database, file: Path, moment: float) -> bool:
    """Kill an import some time after it began to write; tells whether it was still at it."""
    process = start(database.url, "import", str(file))
    wait_until(lambda: database.is_being_written() or process.poll() is not None)
    time.sleep(moment)
    was_running = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate()
    # the server notices that its client is gone
    wait_until(lambda: not database.is_being_written())
    return was_running
