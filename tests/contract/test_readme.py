"""README tells every command, and the commands it shows do what they are shown for."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from railtrack.cli import main
from railtrack.operations.administering.reference import init
from railtrack.store.engine import Store
from railtrack.store.reference import load_network
from tests.cli.conftest import Run
from tests.contract.conftest import EXAMPLE

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
SHOWN = [line.split()[1:] for line in README.splitlines() if line.startswith("    railtrack ")]


def test_the_table_of_commands_is_whole() -> None:
    _, _, after = README.partition("## The same by command")
    cells = [line.partition(" | ")[0] for line in after.partition("## ")[0].splitlines() if line.startswith("| `")]
    told = {name for cell in cells for name in re.findall(r"`([a-z-]+)[^`]*`", cell)}
    with click.Context(main) as context:
        assert told == set(main.list_commands(context))


def test_the_commands_shown_run(run: Run, tmp_path: Path) -> None:
    for name in ("shipments.csv", "events.csv"):
        (tmp_path / name).write_bytes((EXAMPLE / name).read_bytes())
    assert len(SHOWN) >= 4
    for command in SHOWN:
        result = run(*["W-1" if word == "MA-1" else word for word in command])
        assert result.exit_code == 0, (command, result.output)


def test_links_into_the_checkout_lead_somewhere() -> None:
    root = Path(__file__).parents[2]
    named = set(re.findall(r"\]\(((?!http)[^)#]+)\)", README)) | set(re.findall(r"`((?:tests|data)/[\w/.-]+)`", README))
    assert named
    assert [name for name in named if not (root / name).exists()] == []


def test_make_targets_told_are_there() -> None:
    makefile = (Path(__file__).parents[2] / "Makefile").read_text()
    told = set(re.findall(r"(?m)(?:`|^    )make (\w+)", README))
    assert {"run", "test", "demo", "setup", "bench"} <= told
    assert [name for name in told if not re.search(rf"(?m)^{name}:", makefile)] == []


def test_the_backup_command_copies_a_database_in_use(tmp_path: Path) -> None:
    found = re.search(r'\.venv/bin/python -c "([^"]+)"', README)
    assert found
    store = Store(f"sqlite:///{tmp_path / 'railtrack.sqlite'}")
    init(store, now=datetime(2026, 11, 24, tzinfo=UTC))
    with store.reading() as reading:  # as while it is served
        subprocess.run([sys.executable, "-c", found[1]], cwd=tmp_path, check=True)
        kept = len(load_network(reading).stations)
    store.close()
    copy = Store(f"sqlite:///{tmp_path / 'copy.sqlite'}")
    with copy.reading() as reading:
        assert len(load_network(reading).stations) == kept > 100
    copy.close()


def test_the_options_of_serve_that_are_told_are_there(run: Run) -> None:
    helped = run("serve", "--help").output
    (line,) = [line for line in README.splitlines() if line.startswith("| `serve`")]
    told = set(re.findall(r"--[a-z]+", line))
    assert {"--workers", "--threads"} <= told
    assert [option for option in told if option not in helped] == []
