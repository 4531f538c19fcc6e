"""Drawing the lines of legs anew writes the reference files and says what each leg measures."""

import builtins
import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from railtrack import network, resources
from railtrack.domain.errors import Unavailable
from railtrack.operations.mapping import geometry
from tests.rails import needs_rails


@pytest.fixture
def two_legs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Reference data with two legs only, in a folder of its own."""
    data = tmp_path / "data"
    shutil.copytree(resources.folder("data"), data)
    lines = (data / "legs.csv").read_text("utf-8").splitlines(keepends=True)
    (data / "legs.csv").write_text("".join(lines[:3]), "utf-8")
    monkeypatch.setattr(resources, "folder", lambda name: tmp_path / name)
    return data


def change_rows(path: Path, column: str, value: str, row: int = 0) -> None:
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    rows[row][column] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def lengths(data: Path) -> list[str]:
    return [row["length_km"] for row in csv.DictReader((data / "legs.csv").read_text("utf-8").splitlines())]


@needs_rails
def test_each_leg_gets_its_line_and_is_measured(two_legs: Path) -> None:
    stored = [
        float(row["length_km"]) for row in csv.DictReader((two_legs / "legs.csv").read_text("utf-8").splitlines())
    ]
    measured = geometry.rebuild()
    assert [leg.stored_km for leg in measured] == stored
    assert all(abs(leg.deviation) < 0.05 for leg in measured)
    drawn = json.loads((two_legs / "geometry" / "legs.geojson").read_text("utf-8"))
    assert len(drawn["features"]) == 2
    # without being asked to, lengths stay as they were
    again = [float(row["length_km"]) for row in csv.DictReader((two_legs / "legs.csv").read_text("utf-8").splitlines())]
    assert again == stored


@needs_rails
def test_lengths_are_measured_anew_only_where_that_is_asked_for(two_legs: Path) -> None:
    true = lengths(two_legs)
    change_rows(two_legs / "legs.csv", "length_km", "1.0")
    change_rows(two_legs / "legs.csv", "method", "network")
    geometry.rebuild()
    assert lengths(two_legs)[0] == "1.0"
    geometry.rebuild(lengths=True)
    assert float(lengths(two_legs)[0]) == pytest.approx(float(true[0]), rel=0.02)


@needs_rails
def test_a_leg_that_no_rails_carry_is_named_and_nothing_is_written(two_legs: Path) -> None:
    leg = next(csv.DictReader((two_legs / "legs.csv").read_text("utf-8").splitlines()))
    ids = [row["id"] for row in csv.DictReader((two_legs / "stations.csv").read_text("utf-8").splitlines())]
    for column, value in (("lat", "40.0"), ("lon", "-40.0")):  # in the middle of the Atlantic
        change_rows(two_legs / "stations.csv", column, value, ids.index(leg["origin"]))
    drawn = (two_legs / "geometry" / "legs.geojson").read_bytes()
    with pytest.raises(Unavailable, match="does not carry a leg: no rails within"):
        geometry.rebuild(lengths=True)
    assert (two_legs / "geometry" / "legs.geojson").read_bytes() == drawn


def test_without_the_rail_network_the_answer_says_what_to_install(
    two_legs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def refuse(name: str, *rest: Any) -> Any:
        if name.startswith("scgraph"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)
    network.rail_network.cache_clear()
    drawn = (two_legs / "geometry" / "legs.geojson").read_bytes()
    with pytest.raises(Unavailable, match=r"not installed.*\[network\]"):
        geometry.rebuild()
    assert (two_legs / "geometry" / "legs.geojson").read_bytes() == drawn
