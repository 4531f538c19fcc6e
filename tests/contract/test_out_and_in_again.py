"""Contract §2, `export`, `map` and `--as`: what goes out comes in again; who sees what; which of two is meant."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.contract.conftest import EXAMPLE, SHIPMENTS

Exported = Callable[..., list[dict[str, Any]]]
OWN = ("--partner", "Example Forwarding")


@pytest.fixture
def worked(run: Run) -> Run:
    assert run("import", str(EXAMPLE / "shipments.csv"), str(EXAMPLE / "events.csv")).exit_code == 0
    return run


@pytest.mark.parametrize("form", ["csv", "jsonl", "xlsx"])
def test_an_export_makes_the_same_journeys_in_an_empty_database(
    worked: Run, exported: Exported, tmp_path: Path, set_up: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    for what in ("shipments", "events"):
        assert worked("export", what, *OWN, "--format", form, "-o", f"{what}.{form}").exit_code == 0
    kept = {what: exported(what, *OWN) for what in ("shipments", "events", "journeys", "visits")}
    (tmp_path / "empty.db").write_bytes(set_up.read_bytes())
    monkeypatch.setenv("RAILTRACK_DATABASE_URL", f"sqlite:///{tmp_path / 'empty.db'}")
    loaded = worked("import", f"shipments.{form}", f"events.{form}", "--format", "json")
    assert loaded.exit_code == 0, loaded.stdout
    assert [d["duplicates"] for d in json.loads(loaded.stdout)] == [0, 0]
    for what, rows in kept.items():
        assert exported(what, *OWN) == rows, what
    event = kept["events"][0]
    assert {"id", "sender", "recorded_at", "occurred_at"} <= set(event)
    assert any("corrects" in e for e in kept["events"])
    assert any("voids" in e for e in kept["events"])
    assert worked("check", "--rebuild").exit_code == 0


def test_an_apostrophe_before_a_formula_is_put_on_and_taken_off(
    worked: Run, exported: Exported, tmp_path: Path
) -> None:
    goods = SHIPMENTS.replace("gross_kg\n", "goods\n").replace("21500", "=cmd()").replace("18000", "@home")
    (tmp_path / "s.csv").write_text(goods)
    assert worked("import", "s.csv").exit_code == 0
    chosen = ("--partner", "Contract Lines", "--format", "csv", "-o", "out.csv")
    assert worked("export", "shipments", *chosen).exit_code == 0
    text = (tmp_path / "out.csv").read_text()
    assert "'=cmd()" in text
    assert "'@home" in text
    assert "2 already known" in worked("import", "out.csv").stdout


@pytest.mark.parametrize("chosen", [(), ("--shipment", "W-1"), ("--corridor", "dostyk-petropavl")])
def test_a_map_is_one_file_that_asks_for_nothing(worked: Run, tmp_path: Path, chosen: tuple[str, ...]) -> None:
    assert worked("map", *chosen, "-o", "map.html").exit_code == 0
    page = (tmp_path / "map.html").read_text()
    for outside in ('src="http', "src='http", '<link rel="stylesheet" href="http', "@import", "url(http"):
        assert outside not in page


# ---------------------------------------------------------------- who, and which


@pytest.fixture
def people(worked: Run) -> Run:
    """A partner with W-1, another partner with a W-1 of its own, the city."""
    for email, role, organisation in (
        ("own@example.org", "partner", "Example Forwarding"),
        ("other@example.org", "partner", "Contract Lines"),
        ("city@example.org", "city", ""),
    ):
        added = worked("user", "add", email, "--role", role, "--organisation", organisation)
        assert added.exit_code == 0, added.stderr
    return worked


def test_where_a_reference_is_ambiguous_the_partners_are_listed_and_one_is_named(people: Run, tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(SHIPMENTS.replace("CT-1", "W-1"))
    assert people("import", "s.csv").exit_code == 0
    unclear = people("map", "--shipment", "W-1", "-o", "m.html")
    assert unclear.exit_code == 1
    assert "Contract Lines" in unclear.stderr
    assert "Example Forwarding" in unclear.stderr
    assert not (tmp_path / "m.html").exists()
    assert people("map", "--shipment", "Contract Lines:W-1", "-o", "m.html").exit_code == 0
    # who may see one of them only is never told of the other
    mine = people("map", "--shipment", "W-1", "-o", "mine.html", "--as", "own@example.org")
    assert mine.exit_code == 0, mine.stderr


def test_a_partner_imports_its_own_and_cannot_tell_anothers_from_an_unknown(people: Run, tmp_path: Path) -> None:
    header = "reference,event,station,occurred_at\n"
    (tmp_path / "theirs.csv").write_text(header + "W-1,held,MAL,2024-03-15T10:00\n")
    (tmp_path / "nobodys.csv").write_text(header + "W-99,held,MAL,2024-03-15T10:00\n")
    said = []
    for name, reference in (("theirs.csv", "W-1"), ("nobodys.csv", "W-99")):
        result = people("import", name, "--as", "other@example.org", "--format", "json")
        assert result.exit_code == 1
        said.append(json.loads(result.stdout)["problems"][0]["message"].replace(reference, "REF"))
    assert said[0] == said[1]
    (tmp_path / "s.csv").write_text(SHIPMENTS)
    assert people("import", "s.csv", "--as", "other@example.org").exit_code == 0
    refused = people("import", "s.csv", "--as", "own@example.org")
    assert refused.exit_code == 1
    assert "Traceback" not in refused.output


def test_the_city_reads_all_and_changes_nothing(people: Run, tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text(SHIPMENTS)
    for refused in (("import", "s.csv"), ("demo", "--remove"), ("user", "add", "x@example.org", "--role", "city")):
        assert people(*refused, "--as", "city@example.org").exit_code == 1
    seen = people("export", "journeys", "--format", "jsonl", "-o", "-", "--as", "city@example.org").stdout
    assert {json.loads(line)["partner"] for line in seen.splitlines()} == {"Published record", "Example Forwarding"}


def test_an_unknown_user_is_told_in_one_line(worked: Run) -> None:
    result = worked("stats", "volume", "--as", "nobody@example.org")
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
