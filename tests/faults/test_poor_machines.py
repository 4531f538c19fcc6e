"""A full disk, a folder one may not write to, a database that is not there: one line says so, and nothing is stored."""

import json
import os
import resource
import shutil
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.conftest import Database, Program

EVENTS = 2000


@pytest.fixture
def sqlite(new_database: Callable[[str], Database]) -> Database:
    return new_database("sqlite")


def test_a_file_that_may_not_grow_stores_nothing_and_says_so(sqlite: Database, files: Path, program: Program) -> None:
    before = sqlite.count("events")
    limit = sqlite.path.stat().st_size + 100_000

    def starve() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    assert program(sqlite.url, "import", str(files / "shipments.csv")).returncode == 0
    result = program(sqlite.url, "import", str(files / "events.csv"), preexec_fn=starve)
    _one_line(result)
    assert "damaged" not in result.stderr
    assert sqlite.count("events") == before
    assert sqlite.faults() == []
    assert program(sqlite.url, "import", str(files / "events.csv")).returncode == 0
    assert sqlite.count("events") == before + EVENTS


def test_a_full_disk_stores_nothing_and_says_so(
    sqlite: Database, files: Path, program: Program, tmp_path: Path
) -> None:
    assert program(sqlite.url, "import", str(files / "shipments.csv")).returncode == 0
    small = tmp_path / "small"
    small.mkdir()
    size = sqlite.path.stat().st_size + 400_000
    # a disk of its own, seen by this one process and gone with it
    inside = (
        f"mount -t tmpfs -o size={size} none {small} && cp {sqlite.path} {small}/small.db || exit 77\n"
        f'"$@"; status=$?\ncp {small}/small.db {tmp_path}/after.db; exit $status'
    )
    before = ("unshare", "--mount", "sh", "-c", inside, "sh")
    if shutil.which("unshare") is None:
        pytest.skip("no unshare: install util-linux")
    result = program(f"sqlite:///{small}/small.db", "import", str(files / "events.csv"), before=before)
    if result.returncode == 77 or "unshare" in result.stderr:
        pytest.skip("a disk of one's own may not be mounted here; run as root")
    _one_line(result)
    assert "disk is full" in result.stderr
    after = Database(f"sqlite:///{tmp_path}/after.db")
    assert after.count("events") == sqlite.count("events")
    assert after.faults() == []


def test_a_file_that_may_not_be_written_is_said_in_one_line(sqlite: Database, files: Path, program: Program) -> None:
    if os.getuid() == 0:
        # root may write anywhere, so a file is taken for a folder instead
        url = f"{sqlite.url}/railtrack.db"
    else:
        sqlite.path.chmod(0o444)
        sqlite.path.parent.chmod(0o555)
        url = sqlite.url
    try:
        result = program(url, "import", str(files / "shipments.csv"))
    finally:
        sqlite.path.parent.chmod(0o755)
    _one_line(result)
    assert "Traceback" not in result.stderr


def test_a_folder_that_cannot_be_made_is_said_in_one_line(program: Program, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = program(f"sqlite:///{tmp_path / 'file' / 'folder' / 'railtrack.db'}", "init")
    _one_line(result)
    assert "folder" in result.stderr


def test_a_file_that_is_no_database_is_left_as_it_is(program: Program, tmp_path: Path) -> None:
    letter = tmp_path / "letter.db"
    letter.write_bytes(b"Dear partner, " * 1000)
    result = program(f"sqlite:///{letter}", "init")
    _one_line(result)
    assert letter.read_bytes() == b"Dear partner, " * 1000


def test_a_server_that_does_not_answer_is_said_without_the_password(program: Program) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    secret = "hunter2-correct-horse"
    url = f"postgresql://railtrack:{secret}@127.0.0.1:{port}/railtrack?connect_timeout=2"
    for command in (("init",), ("check",), ("stats", "transit", "--format", "json")):
        result = program(url, *command)
        _one_line(result)
        assert secret not in result.stderr + result.stdout
        assert "database" in result.stderr
    assert json.loads(result.stdout)["error"]


def _one_line(result: "subprocess.CompletedProcess[str]") -> None:
    """Ended with 1 and one readable line."""
    assert result.returncode == 1, (result.returncode, result.stderr)
    assert result.stderr.count("\n") == 1, result.stderr
    assert "Traceback" not in result.stderr
    assert "Error" not in result.stderr  # the name of a class is for us, not for people
