"""Commands on accounts and organisations: as what somebody works, for whom, and at which stations."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from railtrack.domain.rights import Role
from tests.cli.conftest import Run

ADDRESS = "weber@example.org"


@pytest.fixture
def weber(run: Run) -> None:
    """Somebody of Alpha, beside Beta with a shipment of its own."""
    assert run("user", "add", ADDRESS, "--role", "partner", "--organisation", "Alpha").exit_code == 0
    assert run("user", "add", "beta@example.org", "--role", "reader", "--organisation", "Beta").exit_code == 0


def person(run_json: Callable[..., Any]) -> dict[str, Any]:
    (found,) = (each for each in run_json("user", "list") if each["email"] == ADDRESS)
    assert isinstance(found, dict)
    return found


def test_somebody_acts_for_several_organisations_one_at_a_time(
    run: Run, run_json: Callable[..., Any], weber: None
) -> None:
    assert run("user", "join", ADDRESS, "beta").stdout == f"{ADDRESS} acts for beta.\n"
    assert run("user", "join", ADDRESS, "Beta").exit_code == 0  # harmless
    assert person(run_json)["organisations"] == ["Alpha", "Beta"]
    asked = ("stats", "volume", "--as", ADDRESS)
    undecided = run(*asked)
    assert (undecided.exit_code, "Alpha, Beta. Say --for one." in undecided.stderr) == (1, True)
    assert run(*asked, "--for", "BETA").exit_code == 0
    stranger = run(*asked, "--for", "Gamma")
    assert (stranger.exit_code, "belongs to no organisation Gamma" in stranger.stderr) == (1, True)
    assert run("stats", "volume", "--for", "Beta").exit_code == 2  # without --as nobody in particular acts
    assert run("user", "leave", ADDRESS, "Beta").exit_code == 0
    assert person(run_json)["organisations"] == ["Alpha"]
    assert run(*asked).exit_code == 0
    only = run("user", "leave", ADDRESS, "Alpha")
    assert (only.exit_code, "End the account instead" in only.stderr) == (1, True)


def test_what_somebody_records_is_of_the_organisation_named_with_for(run: Run, weber: None, tmp_path: Path) -> None:
    run("user", "join", ADDRESS, "Beta")
    path = tmp_path / "shipments.csv"
    path.write_text("reference,partner,origin,destination,quantity,size_type\nB-1,Beta,CKG,MHG,1,45G1\n")
    file = str(path)
    assert run("import", file, "--as", ADDRESS, "--for", "Alpha").exit_code == 1
    assert run("import", file, "--as", ADDRESS, "--for", "Beta").exit_code == 0
    seen = [
        run("export", "shipments", "--format", "csv", "-o", "-", "--as", ADDRESS, "--for", name).stdout.count("B-1")
        for name in ("Alpha", "Beta")
    ]
    assert seen == [0, 1]


def test_a_role_is_exchanged_with_what_belongs_to_it(run: Run, run_json: Callable[..., Any], weber: None) -> None:
    assert run("user", "role", ADDRESS, "reader").exit_code == 0
    assert (person(run_json)["role"], person(run_json)["organisations"]) == ("reader", ["Alpha"])
    assert run("user", "role", ADDRESS, "city").exit_code == 0
    assert (person(run_json)["role"], person(run_json)["organisations"]) == ("city", [])
    homeless = run("user", "role", ADDRESS, "terminal")
    assert (homeless.exit_code, "acts for an organisation" in homeless.stderr) == (1, True)
    assert run("user", "role", ADDRESS, "terminal", "--organisation", "Beta").exit_code == 0
    assert (person(run_json)["role"], person(run_json)["organisations"]) == ("terminal", ["Beta"])
    refused = run("user", "role", ADDRESS, "administrator", "--as", ADDRESS)
    assert (refused.exit_code, person(run_json)["role"]) == (1, "terminal")
    assert run("user", "role", ADDRESS, "king").exit_code == 2
    assert run("user", "role", "nobody@example.org", "city").exit_code == 1


def test_the_stations_of_a_terminal_are_said_by_command(run: Run, run_json: Callable[..., Any], weber: None) -> None:
    def stations() -> list[str]:
        (found,) = (each for each in run_json("organisation", "list") if each["organisation"] == "Beta")
        assert found["people"] == ["beta@example.org"]
        return list(found["stations"])

    assert stations() == []
    assert run("organisation", "stations", "beta", "mal", "DTK").stdout == "beta works at mal, DTK.\n"
    assert stations() == ["DTK", "MAL"]
    wrong = run("organisation", "stations", "Beta", "NOWHERE")
    assert (wrong.exit_code, "NOWHERE is no station" in wrong.stderr) == (1, True)
    assert stations() == ["DTK", "MAL"]
    assert run("organisation", "stations", "Beta").exit_code == 2  # not a word must not take all of them away
    assert run("organisation", "stations", "Beta", "MAL", "--none").exit_code == 2
    assert run("organisation", "stations", "Gamma", "MAL").exit_code == 1
    assert run("organisation", "stations", "Beta", "--none").exit_code == 0
    assert stations() == []


def test_who_is_no_administrator_changes_nobody(run: Run, weber: None) -> None:
    for command in (
        ("user", "join", ADDRESS, "Beta"),
        ("user", "leave", ADDRESS, "Alpha"),
        ("user", "role", ADDRESS, Role.ADMINISTRATOR.value),
        ("organisation", "list"),
        ("organisation", "stations", "Alpha", "MAL"),
    ):
        refused = run(*command, "--as", ADDRESS)
        assert (refused.exit_code, "administrator" in refused.stderr) == (1, True), command
