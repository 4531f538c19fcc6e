"""The other commands: statistics, ways, maps, accounts, checks; who may do what, and how each ends."""

import csv
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from railtrack.domain.actors import Role
from tests.cli.conftest import Run
from tests.cli.test_importing import EXAMPLE

FIGURES = ("transit", "reliability", "dwell", "borders", "volume")


@pytest.fixture
def worked(run: Run) -> Run:
    """The command line with the worked case loaded."""
    assert run("import", str(EXAMPLE / "shipments.csv"), str(EXAMPLE / "events.csv")).exit_code == 0
    return run


@pytest.mark.parametrize("statistic", FIGURES)
def test_each_statistic_prints_a_table_json_and_csv(worked: Run, statistic: str) -> None:
    rows = json.loads(worked("stats", statistic, "--format", "json").stdout)
    table = worked("stats", statistic).stdout.splitlines()
    listed = list(csv.DictReader(worked("stats", statistic, "--format", "csv").stdout.splitlines()))
    assert table[0].split() == list(rows[0]) == list(listed[0])
    assert len(rows) == len(listed) == len(table) - 2
    for row, line in zip(rows, listed, strict=True):
        for name, value in row.items():
            assert line[name] == ("" if value is None else str(value))


def test_the_worked_case_comes_out_row_for_row(worked: Run) -> None:
    expected = json.loads((EXAMPLE / "expected.json").read_text())
    corridor = json.loads(worked("corridors", "--format", "json").stdout)[0]
    scale = corridor["length_km"] / expected["length_km_assumed"]
    for name in ("transit", "transit --by month", "reliability", "dwell", "borders", "volume"):
        command = ("stats", *name.split(), "--partner", "example forwarding", "--format", "json")
        rows = json.loads(worked(*command).stdout)
        assert len(rows) == len(expected[name]), name
        for row, wanted in zip(rows, expected[name], strict=True):
            speeds = {key: value * scale for key, value in wanted.items() if key.endswith("_kmh") and value}
            assert row == pytest.approx(wanted | speeds), name


def test_filters_and_groups_reach_the_statistic(worked: Run) -> None:
    groups = ("--by", "month", "--by", "direction")
    by = json.loads(worked("stats", "transit", *groups, "--direction", "westbound", "--format", "json").stdout)
    assert list(by[0])[:2] == ["month", "direction"]
    assert {row["direction"] for row in by} == {"westbound"}
    assert "2024-03" in {row["month"] for row in by}
    late = json.loads(worked("stats", "transit", "--from", "2030-01-01", "--format", "json").stdout)
    assert (late[0]["journeys"], late[0]["p50_h"]) == (0, None)


@pytest.mark.parametrize(
    "wrong",
    [
        ("stats", "speed"),
        ("stats", "transit", "--by", "station"),
        ("stats", "transit", "--by", "month", "--by", "month"),
        ("stats", "transit", "--from", "1.3.2024"),
        ("stats", "transit", "--from", "20240301"),
        ("stats", "transit", "--from", "2024-03-02", "--to", "2024-03-01"),
        ("stats", "reliability", "--tolerance", "-1"),
        ("map", "--shipment", "A", "--corridor", "khorgos", "-o", "m.html"),
        ("export", "shipments", "--format", "pdf", "-o", "x"),
        ("serve", "--port", "0"),
        ("nothing",),
    ],
)
def test_wrong_usage_ends_with_2_and_no_traceback(run: Run, wrong: tuple[str, ...]) -> None:
    result = run(*wrong)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("refused", "says"),
    [
        (("route", "CKG", "Malaszewice"), "MAL"),
        (("route", "CKG", "PLMAL"), "PLMAL"),
        (("route", "CKG", "MHG", "--corridor", "nowhere"), "khorgos"),
        (("route", "CKG", "CKG"), "twice"),
        (("stats", "transit", "--partner", "Nobody"), "Nobody"),
        (("stats", "transit", "--corridor", "nowhere"), "khorgos"),
        (("stats", "transit", "--as", "nobody@example.org"), "nobody@example.org"),
        (("map", "--shipment", "NONE", "-o", "m.html"), "NONE"),
        (("map", "--corridor", "nowhere", "-o", "m.html"), "khorgos"),
        (("export", "events", "--format", "csv", "-o", "no/such/folder/e.csv"), "no/such/folder"),
        (("user", "add", "not an address", "--role", "city"), "address"),
    ],
)
def test_a_refusal_ends_with_1_and_one_line(run: Run, refused: tuple[str, ...], says: str) -> None:
    result = run(*refused)
    assert result.exit_code == 1
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_a_refusal_is_one_json_document_where_json_was_asked_for(run: Run) -> None:
    result = run("route", "CKG", "Malaszewice", "--format", "json")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert document["problems"][0]["value"] == "Malaszewice"
    assert document["error"] in result.stderr


def test_a_route_has_the_fields_scripts_rely_on(run_json: Callable[..., Any]) -> None:
    found = run_json("route", "CKG", "MHG", "--via", "DTK", "--via", "MAL")
    assert (found["from"], found["via"], found["to"]) == ("CKG", ["DTK", "MAL"], "MHG")
    assert found["length_km"] == pytest.approx(sum(leg["length_km"] for leg in found["legs"]))
    assert found["great_circle_km"] < found["length_km"]
    assert set(found["legs"][0]) == {"from", "to", "length_km", "mode", "gauge_mm"}
    over_sea = run_json("route", "AAU", "ALY")["legs"]
    assert {(leg["mode"], leg["gauge_mm"]) for leg in over_sea} == {("sea", None)}


def test_a_route_can_be_drawn_and_read(run: Run) -> None:
    drawn = json.loads(run("route", "CKG", "MHG", "--format", "geojson").stdout)
    first = drawn["features"][0]["geometry"]["coordinates"][0]
    assert first[0] > 100  # longitude first
    assert "km along the way" in run("route", "CKG", "MHG").stdout


def test_corridors_are_listed_with_their_sums(run: Run, run_json: Callable[..., Any]) -> None:
    listed = run_json("corridors")
    assert len(listed) == 10
    first = listed[0]
    assert list(first) == [
        "id", "name", "length_km", "stations", "gauge_changes", "border_crossings", "planned_h",
    ]  # fmt: skip
    assert first["border_crossings"] == ["ALK-DTK", "BQT-MAL"]
    along = run_json("route", "CKG", "MHG", "--corridor", first["id"])
    assert along["length_km"] == pytest.approx(first["length_km"])
    assert len(json.loads(run("corridors", "--format", "geojson").stdout)["features"]) == 10
    assert "khorgos" in run("corridors").stdout
    assert run("corridors", "--format", "csv").stdout.startswith("id,name,length_km")


# ---------------------------------------------------------------- who may


def test_as_acts_with_the_rights_of_that_user(worked: Run, tmp_path: Path) -> None:
    for role, organisation in ((Role.CITY, ""), (Role.PARTNER, "Another Forwarder")):
        added = worked("user", "add", f"{role}@example.org", "--role", role.value, "--organisation", organisation)
        assert added.exit_code == 0, added.stderr
        assert "/password/" in added.stdout
    stranger = json.loads(worked("stats", "transit", "--format", "json", "--as", "partner@example.org").stdout)
    everybody = json.loads(worked("--as", "city@example.org", "stats", "transit", "--format", "json").stdout)
    assert stranger[0]["journeys"] < everybody[0]["journeys"]
    unknown = worked("map", "--shipment", "W-1", "-o", "m.html", "--as", "partner@example.org")
    assert "No shipment W-1 is known" in unknown.stderr
    for refused in (("demo",), ("user", "list"), ("import", str(EXAMPLE / "events.csv"))):
        assert worked("--as", "city@example.org", *refused).exit_code == 1
    assert [person["role"] for person in json.loads(worked("user", "list", "--format", "json").stdout)] == [
        "city", "partner",
    ]  # fmt: skip


def test_accounts_are_given_a_new_link_ended_and_made_active_again(run: Run) -> None:
    def is_active() -> bool:
        (person,) = json.loads(run("user", "list", "--format", "json").stdout)
        return bool(person["active"])

    first = run("user", "add", "city@example.org", "--role", "city").stdout.split()[-1]
    second = run("user", "link", "City@example.org").stdout.strip()
    assert second.startswith("http://127.0.0.1:8000/password/")
    assert second != first
    assert run("user", "end", "city@example.org").stdout == "The account of city@example.org is ended.\n"
    assert not is_active()
    assert run("--as", "city@example.org", "user", "reactivate", "city@example.org").exit_code == 1
    assert run("user", "reactivate", "city@example.org").exit_code == 0
    assert is_active()
    for command in ("link", "end", "reactivate"):
        unknown = run("user", command, "nobody@example.org")
        assert (unknown.exit_code, unknown.stdout) == (1, "")
        assert "nobody@example.org" in unknown.stderr


def test_the_audit_names_who_ran_the_command(worked: Run, sqlite_url: str) -> None:
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
        actors = {row[0] for row in connection.execute("SELECT DISTINCT actor FROM audit WHERE action = 'book'")}
    connection.close()
    assert any(actor.startswith("cli:") for actor in actors)


def test_the_setup_link_is_given_until_there_is_an_administrator(run: Run) -> None:
    assert "/setup/" in run("setup-link").stdout
    assert run("demo", "--journeys", "1", "--until", "2019-01-31", "--accounts").exit_code == 0
    refused = run("setup-link")
    assert refused.exit_code == 1
    assert "user add" in refused.stderr


# ---------------------------------------------------------------- upkeep


def test_init_can_be_run_again_and_says_so_unless_quiet(run: Run) -> None:
    assert "is ready" in run("init").stdout
    assert run("init", "--quiet").stdout == ""


def test_check_finds_nothing_wrong_in_a_sound_database(worked: Run) -> None:
    assert worked("check", "--rebuild").exit_code == 0
    assert json.loads(worked("check", "--format", "json").stdout) == {"sound": True, "problems": []}


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        ("UPDATE visits SET departed_at = '2001-01-01 00:00:00' WHERE station = 'ALK'", "W-1, journey"),
        ("DELETE FROM visits WHERE station = 'MAL'", "visits are stored, the events give"),
        ("UPDATE crossings SET departed_at = '2001-01-01 00:00:00'", "crossing ALK-DTK: departed_at"),
        ("DELETE FROM crossings", "0 crossings are stored, the events give"),
        ("UPDATE journeys SET status = 'in_transit'", "status is stored as in_transit"),
        ("UPDATE journeys SET latest_planned_arrival_due_at = NULL", "latest_planned_arrival_due_at"),
        ("UPDATE events SET current = 1 WHERE id IN (SELECT corrects FROM events)", "current is stored as True"),
        ("UPDATE events SET current = 1 WHERE event = 'void'", "current is stored as True"),
        ("UPDATE events SET current = 0 WHERE station = 'ALK'", "current is stored as False"),
        ("UPDATE events SET root = id WHERE corrects IS NOT NULL", "root is stored as"),
        ("UPDATE events SET root = 'x' WHERE station = 'ALK'", "root is stored as x"),
        (
            "UPDATE shipments SET direction = 'eastbound' WHERE reference = 'W-1'",
            "W-1: direction is stored as eastbound",
        ),
        ("UPDATE shipments SET planned_departure_due_at = NULL", "planned_departure_due_at is stored as None"),
        ("UPDATE containers SET quantity = 5 WHERE number IS NULL", "quantity is stored as 5"),
    ],
)
def test_check_names_the_first_thing_that_does_not_follow(
    worked: Run, sqlite_url: str, damage: str, named: str
) -> None:
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
        assert connection.execute(damage).rowcount > 0
    connection.close()
    result = worked("check", "--rebuild", "--format", "json")
    assert result.exit_code == 1
    problems = json.loads(result.stdout)
    assert named in problems["problems"][0]
    assert named in result.stderr
    assert problems["sound"] is False


def test_demo_goes_in_with_accounts_and_comes_out(run: Run, run_json: Callable[..., Any]) -> None:
    added = run_json("demo", "--journeys", "40", "--until", "2024-06-30", "--accounts")
    assert added["until"] == "2024-06-30"
    assert [account["role"] for account in added["accounts"]] == [
        "administrator", "city", "partner", "reader", "terminal",
    ]  # fmt: skip
    assert len({account["password"] for account in added["accounts"]}) == 5
    seen = {who: run_json("stats", "volume", "--include-simulated", "--as", f"{who}@example.org")
            for who in ("partner", "reader")}  # fmt: skip
    assert seen["partner"] == seen["reader"]
    at_border = run("export", "shipments", "--include-simulated", "--format", "csv", "-o", "-", "--as",
                    "terminal@example.org")  # fmt: skip
    assert at_border.stdout.count("\n") > 10
    without = run_json("stats", "volume")
    with_them = run_json("stats", "volume", "--include-simulated")
    assert sum(row["containers"] for row in with_them) > sum(row["containers"] for row in without)
    assert "added" in run("demo", "--journeys", "40", "--until", "2024-06-30").stdout
    assert run("demo", "--until", "2999-01-01").exit_code == 1
    assert "taken out" in run("demo", "--remove").stdout
    assert run_json("demo", "--remove") == {"removed_shipments": 0}
