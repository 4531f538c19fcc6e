"""Drawing the lines of legs anew writes the reference files and says what each leg measures."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from railtrack import resources
from railtrack.operations import geometry


@pytest.fixture
def two_legs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Reference data with two legs only, in a folder of its own."""
    data = tmp_path / "data"
    shutil.copytree(resources.folder("data"), data)
    lines = (data / "legs.csv").read_text("utf-8").splitlines(keepends=True)
    (data / "legs.csv").write_text("".join(lines[:3]), "utf-8")
    monkeypatch.setattr(resources, "folder", lambda name: tmp_path / name)
    return data


def test_each_leg_gets_its_line_and_is_measured(two_legs: Path) -> None:
    pytest.importorskip("scgraph_data", reason="pip install 'railtrack[network]'")
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
