"""The program as a user runs it, in a process of its own: what stands on stdout and stderr, and how it ends."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

Program = Callable[..., "subprocess.CompletedProcess[str]"]


def test_a_database_not_set_up_is_named_and_not_made(
    railtrack: Program, environment: dict[str, str], tmp_path: Path
) -> None:
    environment["RAILTRACK_DATABASE_URL"] = f"sqlite:///{tmp_path / 'none.db'}"
    result = railtrack("stats", "transit", "--format", "json")
    assert result.returncode == 1
    assert "railtrack init" in json.loads(result.stdout)["error"]
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "none.db").exists()


def test_a_wrong_setting_is_named(railtrack: Program, environment: dict[str, str]) -> None:
    environment["RAILTRACK_BASE_URL"] = "railtrack"
    result = railtrack("init")
    assert result.returncode == 1
    assert "RAILTRACK_BASE_URL" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_import_that_is_refused_prints_json_alone_on_stdout(railtrack: Program, tmp_path: Path) -> None:
    assert railtrack("init", "--quiet").returncode == 0
    (tmp_path / "e.csv").write_text("reference,event,station,occurred_at\nX-1,departed,CKG,2024-03-01T00:00\n")
    result = railtrack("import", "e.csv", "--format", "json")
    assert result.returncode == 1
    assert json.loads(result.stdout)["rejected"] == 1
    assert "Traceback" not in result.stderr


def test_help_and_version_need_no_database(railtrack: Program) -> None:
    assert railtrack("--version").stdout.startswith("railtrack ")
    for command in ("import", "stats", "serve", "user"):
        assert railtrack(command, "--help").returncode == 0


def test_a_reader_that_stops_early_gets_no_traceback(railtrack: Program, environment: dict[str, str]) -> None:
    railtrack("init", "--quiet")
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    command = [sys.executable, "-m", "railtrack", "corridors", "--format", "geojson"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        assert program.stdout.read(10)
        program.stdout.close()
        assert b"Traceback" not in program.stderr.read()


def test_serve_sets_the_database_up_prints_the_link_and_answers(environment: dict[str, str], tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment["RAILTRACK_DATABASE_URL"] = f"sqlite:///{tmp_path / 'new' / 'served.db'}"
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    environment["PYTHONUNBUFFERED"] = "1"
    server = subprocess.Popen(
        [sys.executable, "-m", "railtrack", "serve", "--port", str(port)],
        env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        assert server.stdout is not None
        address = server.stdout.readline()
        link = server.stdout.readline()
        assert f"http://127.0.0.1:{port}" in address
        found = re.search(r"http://\S+/setup/\S+", link)
        assert found is not None, link
        assert _get(f"http://127.0.0.1:{port}/healthz") == 200
        facts = tmp_path / "new" / "served.db.cache" / "facts.duckdb"
        assert _comes(facts), "the statistics are made ready before anybody asks"
        assert _get(found.group()) == 200
    finally:
        server.terminate()
        assert server.wait(20) == 0
        server.stdout and server.stdout.close()


def test_serve_says_at_once_that_the_port_is_taken(railtrack: Program) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = railtrack("serve", "--port", str(taken.getsockname()[1]))
    assert result.returncode == 1
    assert "--port" in result.stderr
    assert "Traceback" not in result.stderr


def test_serving_to_others_asks_for_a_key(railtrack: Program, environment: dict[str, str]) -> None:
    environment.pop("RAILTRACK_SECRET_KEY", None)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    result = railtrack("serve", "--host", "0.0.0.0", "--port", str(port))  # noqa: S104 - refused, that is the point
    assert result.returncode == 1
    assert "RAILTRACK_SECRET_KEY" in result.stderr


def _comes(path: Path) -> bool:
    for _ in range(600):
        if path.exists():
            return True
        time.sleep(0.1)
    return False


def _get(address: str) -> int:
    for _ in range(100):
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - our own server
                return int(answer.status)
        except (ConnectionError, urllib.error.URLError):
            time.sleep(0.1)
    raise AssertionError(f"{address} does not answer ({os.getpid()})")
