"""Files that commands write: whole or not at all, to a file or to stdout."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from railtrack.cli.output import print_table, write_file
from tests.cli.conftest import Run
from tests.cli.test_importing import EXAMPLE


@pytest.fixture
def worked(run: Run) -> Run:
    assert run("import", str(EXAMPLE / "shipments.csv"), str(EXAMPLE / "events.csv")).exit_code == 0
    return run


def test_an_export_reads_back_as_known(worked: Run, tmp_path: Path) -> None:
    for what in ("shipments", "events"):
        for form in ("csv", "jsonl", "xlsx"):
            name = f"{what}.{form}"
            assert worked("export", what, "--format", form, "-o", name).exit_code == 0
            document = json.loads(worked("import", name, "--format", "json").stdout)
            assert (document["rejected"], document["accepted"]) == (0, 0)
            assert document["duplicates"] == document["rows"] > 0
            assert not [problem for problem in document["problems"] if problem["severity"] == "problem"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_an_export_to_stdout_is_nothing_but_the_file(worked: Run) -> None:
    lines = worked("export", "visits", "--format", "jsonl", "-o", "-").stdout.splitlines()
    assert len(lines) > 5
    assert {json.loads(line)["station"] for line in lines} >= {"ALK", "DTK"}


def test_filters_choose_what_is_exported(worked: Run) -> None:
    chosen = ("--status", "in_transit", "--partner", "Example Forwarding")
    done = worked("export", "journeys", *chosen, "--format", "jsonl", "-o", "-").stdout.splitlines()
    assert {json.loads(line)["status"] for line in done} == {"in_transit"}
    none = worked("export", "shipments", "--from", "2031-01-01", "--format", "csv", "-o", "-").stdout
    assert len(none.splitlines()) == 1


@pytest.mark.parametrize(("option", "name"), [("--partner", "Nobody"), ("--corridor", "none")])
def test_a_mistyped_name_is_refused_and_makes_no_file(worked: Run, tmp_path: Path, option: str, name: str) -> None:
    result = worked("export", "shipments", option, name, "--format", "csv", "-o", "out.csv")
    assert result.exit_code == 1
    assert name in result.stderr
    assert list(tmp_path.glob("*out*")) == []


def test_a_folder_that_is_not_there_is_named(worked: Run, tmp_path: Path) -> None:
    result = worked("export", "shipments", "--format", "csv", "-o", "nowhere/out.csv")
    assert result.exit_code == 1
    assert result.stderr == f"railtrack: {tmp_path / 'nowhere'}: There is no such folder\n"


def test_a_map_is_one_file_of_everything_or_of_one_shipment(worked: Run, tmp_path: Path) -> None:
    assert worked("map", "-o", "all.html").exit_code == 0
    assert worked("map", "--shipment", "Example Forwarding:W-1", "-o", "one.html").exit_code == 0
    assert "W-1" in (tmp_path / "one.html").read_text()
    assert (tmp_path / "all.html").read_text().startswith("<!doctype html>")


def test_what_fails_half_way_leaves_the_old_file_and_no_rest(tmp_path: Path) -> None:
    target = tmp_path / "kept.csv"
    target.write_text("old")

    def failing() -> Iterator[bytes]:
        yield b"new"
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError):
        write_file(str(target), failing())
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_link_is_followed_and_stays_one(tmp_path: Path) -> None:
    target, link = tmp_path / "kept" / "export.csv", tmp_path / "link.csv"
    target.parent.mkdir()
    link.symlink_to(target)
    for content in (b"new", b"newer"):
        write_file(str(link), [content])
        assert link.is_symlink()
        assert target.read_bytes() == content
    assert list(target.parent.iterdir()) == [target]


def test_a_pipe_or_device_is_written_into_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit(pipe.read_bytes)
        write_file(str(pipe), [b"one ", b"two"])
        assert read.result(timeout=10) == b"one two"
    assert pipe.is_fifo()
    write_file(os.devnull, [b"nothing"])
    assert Path(os.devnull).is_char_device()


def test_a_table_rounds_numbers_and_tells_nothing_from_nought(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([{"name": "重庆", "h": 12.345, "n": 0}, {"name": "MHG", "h": None, "n": 1}])
    head, _, first, second = capsys.readouterr().out.splitlines()
    assert head.split() == ["name", "h", "n"]
    assert first.split() == ["重庆", "12.3", "0"]
    assert second.split() == ["MHG", "–", "1"]
    print_table([])
    assert "Nothing" in capsys.readouterr().out


def test_a_bar_is_drawn_only_where_somebody_watches(worked: Run) -> None:
    result = worked("demo", "--journeys", "5", "--until", "2019-01-31")
    assert result.stderr == ""
