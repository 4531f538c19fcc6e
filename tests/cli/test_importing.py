"""`railtrack import`: what it prints and how it ends, as contract §2 has it."""

import gc
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.cli.conftest import Run

EXAMPLE = Path(__file__).parents[1] / "example"
SHIPMENTS = """reference,partner,origin,destination,container,size_type,gross_kg
CM-1,Example Forwarding,CKG,MHG,CSQU3054383,45G1,21500
CM-1,Example Forwarding,CKG,MHG,MSCU6639870,22G1,18000
"""
BAD = SHIPMENTS.replace("MSCU6639870", "MSCU6639871")


def test_a_good_file_is_stored_and_counted(run_json: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(SHIPMENTS)
    document = run_json("import", "s.csv")
    assert document == {
        "file": "s.csv", "kind": "shipments", "stored": True, "rows": 2, "accepted": 2, "duplicates": 0, "rejected": 0,
        "problems": [],
    }  # fmt: skip


def test_what_an_import_needs_of_the_collector_ends_with_it(run: Run, tmp_path: Path) -> None:
    before = gc.get_threshold()
    seen = []
    gc.callbacks.append(lambda *_: seen.append(gc.get_threshold()))
    try:
        (tmp_path / "s.csv").write_text(SHIPMENTS)
        assert run("corridors").exit_code == 0
        gc.collect()
        assert set(seen) == {before}
        assert run("import", "s.csv").exit_code == 0
        assert gc.get_threshold() == before
    finally:
        gc.callbacks.pop()


def test_the_same_file_again_is_all_duplicates(run_json: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(SHIPMENTS)
    run_json("import", "s.csv")
    assert run_json("import", "s.csv")["duplicates"] == 2


def test_one_bad_row_keeps_the_file_out_and_says_line_column_and_value(run: Run, tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(BAD)
    result = run("import", "s.csv", "--format", "json")
    document = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (document["stored"], document["accepted"], document["rejected"], document["rows"]) == (False, 1, 1, 2)
    problem = document["problems"][0]
    assert (problem["line"], problem["column"], problem["value"], problem["severity"]) == (
        3, "container", "MSCU6639871", "problem",
    )  # fmt: skip
    assert result.stderr.count("\n") == 1
    assert run("import", "s.csv", "--dry-run").exit_code == 1


def test_partial_stores_the_good_rows_and_the_refused_ones_come_back_as_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(BAD)
    result = run("import", "s.csv", "--partial", "--errors", "bad.csv")
    assert result.exit_code == 1
    assert "1 accepted" in result.stdout
    assert "the rest is stored" in result.stderr
    refused = (tmp_path / "bad.csv").read_text()
    assert "MSCU6639871" in refused
    assert "CSQU3054383" not in refused
    # mended, it goes in: the column of reasons is passed over
    (tmp_path / "bad.csv").write_text(refused.replace("MSCU6639871", "MSCU6639870"))
    assert run("import", "bad.csv").exit_code == 0


def test_a_dry_run_stores_nothing(run_json: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(SHIPMENTS)
    document = run_json("import", "s.csv", "--dry-run")
    assert (document["stored"], document["accepted"]) == (False, 2)
    assert run_json("import", "s.csv")["accepted"] == 2


def test_several_files_give_a_list_and_one_that_is_missing_does_not_stop_the_others(run: Run, tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(SHIPMENTS)
    result = run("import", "gone.csv", "s.csv", "--format", "json")
    gone, good = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (gone["rows"], gone["stored"], gone["problems"][0]["line"]) == (0, False, None)
    assert good["stored"] is True


def test_a_file_in_another_encoding_is_refused_with_the_likely_one(run: Run, tmp_path: Path) -> None:
    named = SHIPMENTS.replace("Example Forwarding", "重庆团结村国际物流有限公司")
    (tmp_path / "s.csv").write_bytes(named.encode("gb18030"))
    result = run("import", "s.csv", "--format", "json")
    document = json.loads(result.stdout)
    assert (result.exit_code, document["rows"]) == (1, 0)
    assert "gb18030" in document["problems"][0]["message"].lower()
    assert run("import", "s.csv", "--encoding", "gb18030").exit_code == 0


def test_the_worked_case_goes_in(run: Run) -> None:
    result = run("import", str(EXAMPLE / "shipments.csv"), str(EXAMPLE / "events.csv"))
    assert result.exit_code == 0, result.stderr


def test_times_without_an_offset_can_be_read_in_a_zone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(SHIPMENTS)
    (tmp_path / "e.csv").write_text("reference,event,station,occurred_at\nCM-1,departed,CKG,2024-03-01T00:00\n")
    assert run("import", "s.csv", "e.csv", "--times-in", "UTC").exit_code == 0
    run("export", "events", "--format", "csv", "-o", "out.csv")
    assert "2024-03-01T08:00:00+08:00" in (tmp_path / "out.csv").read_text()


def test_an_unknown_zone_is_wrong_usage(run: Run) -> None:
    assert run("import", "s.csv", "--times-in", "Mars/Olympus").exit_code == 2


def test_errors_of_several_files_at_once_is_wrong_usage(run: Run) -> None:
    assert run("import", "a.csv", "b.csv", "--errors", "bad.csv").exit_code == 2
