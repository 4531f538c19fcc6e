"""The command line on a scratch database of its own, in this process; `railtrack` runs it as a program of its own."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from railtrack.cli import main

Run = Callable[..., Result]


@pytest.fixture
def environment(sqlite_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """The settings of a scratch database."""
    for name in [name for name in os.environ if name.startswith("RAILTRACK_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("RAILTRACK_DATABASE_URL", sqlite_url)
    monkeypatch.chdir(tmp_path)
    return dict(os.environ)


@pytest.fixture(scope="session")
def set_up(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as `railtrack init` leaves it, made once."""
    path = tmp_path_factory.mktemp("cli") / "set_up.db"
    shutil.copyfile(sqlite_template, path)
    settings = {"RAILTRACK_DATABASE_URL": f"sqlite:///{path}"}
    result = CliRunner(env=settings).invoke(main, ["init", "--quiet"], prog_name="railtrack")
    assert result.exit_code == 0, result.output
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@pytest.fixture
def run(environment: dict[str, str], sqlite_url: str, set_up: Path) -> Run:
    """Run a command on a database that is set up; gives what it printed and its exit status."""
    shutil.copyfile(set_up, sqlite_url.removeprefix("sqlite:///"))

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(main, list(arguments), prog_name="railtrack")

    return call


@pytest.fixture
def run_json(run: Run) -> Callable[..., Any]:
    """Run a command with --format json, expect it done and give the document."""

    def call(*arguments: str) -> Any:
        result = run(*arguments, "--format", "json")
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    return call


@pytest.fixture
def railtrack(environment: dict[str, str], tmp_path: Path) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Run the program as a user does, in a process of its own."""

    def call(*arguments: str) -> "subprocess.CompletedProcess[str]":
        checkout = Path(__file__).parents[2]
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "railtrack", *arguments],
            env=environment | {"PYTHONPATH": str(checkout)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return call
