"""`railtrack audit` and the commands on a person's data: what they print, write and exit with."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from railtrack.store.engine import Store
from tests.cli.conftest import Run
from tests.tampering import tampered


@pytest.fixture
def used(run: Run) -> Run:
    """A database with some accounts."""
    for name in ("weber", "kowal", "li"):
        assert run("user", "add", f"{name}@example.org", "--name", name, "--role", "city").exit_code == 0
    return run


def verified(run: Run, *arguments: str) -> tuple[int, dict[str, Any]]:
    result = run("audit", "verify", *arguments, "--format", "json")
    return result.exit_code, json.loads(result.stdout)


def test_the_list_is_filtered_and_comes_in_three_forms(used: Run) -> None:
    rows = json.loads(used("audit", "list", "--subject", "user", "--format", "json").stdout)
    assert [(row["action"], row["subject_id"]) for row in rows] == [
        ("add", f"{name}@example.org") for name in ("li", "kowal", "weber")
    ]
    one = json.loads(used("audit", "list", "--subject", "user:kowal@example.org", "--format", "json").stdout)
    assert [row["after"]["name"] for row in one] == ["kowal"]
    assert len(json.loads(used("audit", "list", "--limit", "2", "--format", "json").stdout)) == 2
    actor = rows[0]["actor"]
    assert json.loads(used("audit", "list", "--actor", "nobody", "--format", "json").stdout) == []
    table = list(csv.DictReader(io.StringIO(used("audit", "list", "--actor", actor, "--format", "csv").stdout)))
    assert {row["actor"] for row in table} == {actor}
    assert json.loads(used("audit", "list", "--to", "2020-01-01", "--format", "json").stdout) == []
    assert json.loads(used("audit", "list", "--from", rows[0]["at"][:10], "--format", "json").stdout)
    assert "kowal@example.org" in used("audit", "list").stdout


def test_the_chain_holds_in_the_database_and_in_a_file_until_somebody_tampers(
    used: Run, sqlite_url: str, tmp_path: Path
) -> None:
    status, found = verified(used)
    assert (status, found["holds"], found["flaw"]) == (0, True, None)
    head = found["head"]
    file = tmp_path / "audit.jsonl"
    assert used("audit", "export", "-o", str(file)).exit_code == 0
    assert verified(used, str(file), "--head", head) == (0, found)
    lines = file.read_text().splitlines()
    assert json.loads(lines[-1])["hash"] == head
    assert "kowal" not in file.read_text()
    for name, changed, flaw in (
        ("changed", [*lines[:-1], lines[-1].replace('"action":"', '"action":"un')], "changed"),
        ("deleted", [*lines[:1], *lines[2:]], "missing"),
        ("cut", lines[:-1], "cut"),
        ("no json", ["{", *lines[1:]], "unreadable"),
    ):
        other = tmp_path / f"{name}.jsonl"
        other.write_text("\n".join(changed) + "\n")
        status, found = verified(used, str(other), "--head", head)
        assert (status, found["holds"], found["flaw"]) == (1, False, flaw), name
    store = Store(sqlite_url)
    with tampered(store) as connection:
        connection.execute(text("UPDATE audit SET action = 'x' WHERE id = 2"))
    store.close()
    result = used("audit", "verify")
    assert (result.exit_code, "Entry 2 " in result.stderr) == (1, True)


def test_a_tail_that_was_cut_off_is_found_by_the_head(used: Run, sqlite_url: str) -> None:
    head = json.loads(used("audit", "verify", "--format", "json").stdout)["head"]
    store = Store(sqlite_url)
    with tampered(store) as connection:
        connection.execute(text("DELETE FROM settings WHERE name LIKE 'audit %'"))
        connection.execute(text("DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)"))
    store.close()
    assert verified(used, "--head", head)[0] == 1
    status, found = verified(used)
    assert (status, found["head"] != head) == (0, True), "nothing else tells of it"


def test_a_name_that_was_changed_beside_the_chain_is_found(used: Run, sqlite_url: str) -> None:
    store = Store(sqlite_url)
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE audit_persons SET value = 'somebody' WHERE value = 'kowal'"))
    store.close()
    status, found = verified(used)
    assert (status, found["flaw"], len(found["changed_references"])) == (1, None, 1)


def test_a_person_is_taken_out_and_erased(used: Run, tmp_path: Path) -> None:
    file = tmp_path / "kowal.json"
    assert used("user", "export", "kowal@example.org", "-o", str(file)).exit_code == 0
    assert json.loads(file.read_text())["users"][0]["email"] == "kowal@example.org"
    assert used("user", "erase", "nobody@example.org", "--yes").exit_code == 1
    refused = used("user", "erase", "kowal@example.org")
    assert refused.exit_code == 1, "without an answer nothing is erased"
    done = used("user", "erase", "kowal@example.org", "--yes")
    assert (done.exit_code, "user:2" in done.stdout) == (0, True)
    assert "kowal" not in used("user", "list").stdout
    assert "kowal" not in used("audit", "list", "--format", "json").stdout
    assert verified(used)[0] == 0


def test_the_audit_is_for_administrators(used: Run, tmp_path: Path) -> None:
    for command in (("list",), ("export", "-o", str(tmp_path / "x")), ("verify",)):
        refused = used("audit", *command, "--as", "weber@example.org")
        assert (refused.exit_code, "administrator" in refused.stderr) == (1, True)
    assert not (tmp_path / "x").exists()
