"""Files that are too large, too wide or hostile, through the command."""

import csv
import io
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.cli.conftest import Run
from tests.contract.conftest import SHIPMENTS, problems

Load = Callable[..., dict[str, Any]]
HOSTILE = ("<script>alert(1)</script>", "=cmd()", "@SUM(A1)", "'; DROP TABLE events; --", "{{ 7*7 }}")


def test_200_mb_are_refused_at_once(run: Run, tmp_path: Path) -> None:
    with (tmp_path / "huge.csv").open("wb") as file:
        file.write(SHIPMENTS.encode())
        file.truncate(200 * 1024 * 1024)
    began = time.monotonic()
    result = run("import", "huge.csv", "--format", "json")
    assert time.monotonic() - began < 120
    document = json.loads(result.stdout)
    assert (result.exit_code, document["rows"], document["stored"]) == (1, 0, False)
    assert "larger" in document["problems"][0]["message"] or "MB" in document["problems"][0]["message"]


def test_10_000_columns_are_one_problem_and_not_ten_thousand(load: Load) -> None:
    wide = ",".join(["reference", *(f"c{i}" for i in range(10_000))])
    document = load(f"{wide}\nA{',' * 10_000}\n")
    assert (document["rows"], len(document["problems"])) == (0, 1)
    assert problems(document)[0][0] is None


def test_hostile_text_is_stored_as_it_is_and_runs_nowhere(run: Run, load: Load, tmp_path: Path) -> None:
    texts = ("partner", "shipper", "consignee", "goods", "consignment_note", "train", "seals")
    rows = [
        {"reference": f"H-{i}", "origin": "CKG", "destination": "MHG", "quantity": "1", "size_type": "45G1"}
        | dict.fromkeys(texts, hostile[:40])
        for i, hostile in enumerate(HOSTILE)
    ]
    assert load(_csv(rows))["accepted"] == len(rows)
    events = [
        {"reference": row["reference"], "event": "departed", "station": "CKG", "occurred_at": "2024-03-01T09:00"}
        | {"remark": row["goods"], "source_id": row["goods"], "train": row["train"]}
        for row in rows
    ]
    assert load(_csv(events))["accepted"] == len(rows)
    assert run("map", "-o", "map.html").exit_code == 0
    assert run("map", "--shipment", "H-0", "-o", "one.html").exit_code == 0
    for name in ("map.html", "one.html"):
        assert "<script>alert(1)" not in (tmp_path / name).read_text()
    for what in ("shipments", "events"):
        assert run("export", what, "--format", "csv", "-o", f"{what}.csv").exit_code == 0
        with (tmp_path / f"{what}.csv").open(encoding="utf-8-sig", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "@"))]
        assert "{{ 7*7 }}" in cells
        again = json.loads(run("import", f"{what}.csv", "--format", "json").stdout)
        assert (again["accepted"], again["rejected"]) == (0, 0)
    assert run("check", "--rebuild").exit_code == 0


def _csv(rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
