"""Two imports at the same time: one waits for the other, no row is lost and none is stored twice."""

import json
from pathlib import Path

from tests.faults.conftest import Database, Program, Start

EVENTS, CONTAINERS = 2000, 50


def test_two_files_at_once_are_both_stored_whole(
    database: Database, files: Path, start: Start, program: Program
) -> None:
    before = database.count("events")
    both = [
        start(database.url, "import", str(files / f"{name}shipments.csv"), str(files / f"{name}events.csv"))
        for name in ("", "other_")
    ]
    for process in both:
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
    assert database.count("journeys") == 2 * CONTAINERS
    assert database.count("events") == before + 2 * EVENTS
    assert database.ask("SELECT count(*) FROM organisations WHERE name = 'Bulk Forwarding'") == 1
    assert database.faults() == []


def test_one_file_sent_twice_at_once_is_stored_once(database: Database, files: Path, start: Start) -> None:
    before = database.count("events")
    names = (str(files / "shipments.csv"), str(files / "events.csv"))
    both = [start(database.url, "import", *names, "--format", "json") for _ in range(2)]
    found = []
    for process in both:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        found.append(json.loads(out))
    for rows, pair in zip((CONTAINERS, EVENTS), zip(*found, strict=True), strict=True):
        assert sum(document["accepted"] for document in pair) == rows
        assert sum(document["duplicates"] for document in pair) == rows
    assert database.count("journeys") == CONTAINERS
    assert database.count("events") == before + EVENTS
    assert database.faults() == []
