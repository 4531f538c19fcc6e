"""`railtrack alerts`: looking for alerts by hand, the list of those that are open, and whose they are."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.cli.conftest import Run


def booked(run: Run, folder: Path) -> None:
    """A shipment of Example Forwarding that should have arrived, last told of two days ago."""
    left = datetime.now(UTC) - timedelta(days=30)
    plan = f"{left:%Y-%m-%dT%H:%MZ},{left + timedelta(days=18):%Y-%m-%dT%H:%MZ}"
    (folder / "s.csv").write_text(
        "reference,partner,origin,destination,corridor,planned_departure,planned_arrival,container,size_type\n"
        f"MA-1,Example Forwarding,MHG,CKG,dostyk-petropavl,{plan},CSQU3054383,45G1\n"
    )
    (folder / "e.csv").write_text(
        "reference,event,station,occurred_at\n"
        f"MA-1,departed,MHG,{left:%Y-%m-%dT%H:%MZ}\n"
        f"MA-1,departed,DTK,{datetime.now(UTC) - timedelta(days=2):%Y-%m-%dT%H:%MZ}\n"
    )
    assert run("import", str(folder / "s.csv"), str(folder / "e.csv")).exit_code == 0


def test_alerts_are_looked_for_listed_and_belong_to_who_sees_the_shipment(run: Run, tmp_path: Path) -> None:
    booked(run, tmp_path)
    assert run("alerts").stdout == "There are no alerts.\n"
    assert json.loads(run("alerts", "--format", "json").stdout) == []
    rows = json.loads(run("alerts", "--watch-now", "--format", "json").stdout)
    assert {(row["kind"], row["reference"], row["partner"]) for row in rows} == {
        ("late", "MA-1", "Example Forwarding"), ("silent", "MA-1", "Example Forwarding")
    }  # fmt: skip
    silent = next(row for row in rows if row["kind"] == "silent")
    assert "last from Dostyk" in silent["why"]
    assert silent["values"]["station"] == "DTK"
    table = run("alerts", "--kind", "late").stdout
    assert "MA-1" in table
    assert "h behind its plan" in table
    assert "Dostyk" not in table
    assert run("alerts", "--closed").stdout == "There are no alerts.\n"

    for name, organisation in (("weber", "Example Forwarding"), ("li", "Other")):
        added = run("user", "add", f"{name}@example.org", "--role", "partner", "--organisation", organisation)
        assert added.exit_code == 0, added.output
    own = json.loads(run("alerts", "--as", "weber@example.org", "--format", "json").stdout)
    assert {row["kind"] for row in own} == {"late", "silent"}
    assert {row["id"] for row in own}.isdisjoint(row["id"] for row in rows)
    assert json.loads(run("alerts", "--as", "li@example.org", "--format", "json").stdout) == []
    refused = run("alerts", "--watch-now", "--as", "weber@example.org")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "Only an administrator" in refused.stderr
