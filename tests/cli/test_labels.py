"""Labels by command: a PDF whose codes lead to where RAILTRACK_BASE_URL says."""

from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from tests.cli.conftest import Run
from tests.cli.test_importing import EXAMPLE


@pytest.fixture
def worked(run: Run) -> Run:
    assert run("import", str(EXAMPLE / "shipments.csv")).exit_code == 0
    return run


def test_labels_are_written_for_a_shipment(worked: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAILTRACK_BASE_URL", "https://rail.example.org/")
    monkeypatch.setenv("RAILTRACK_SECRET_KEY", "k" * 32)
    assert worked("labels", "W-1", "--skip", "3", "-o", "labels.pdf").exit_code == 0
    page = pypdfium2.PdfDocument((tmp_path / "labels.pdf").read_bytes())[0]
    found = [code.text for code in zxingcpp.read_barcodes(page.render(scale=2, grayscale=True).to_numpy())]
    assert found
    assert all(text.startswith("https://rail.example.org/events/new?container=") for text in found)


def test_labels_of_what_is_not_there_are_refused_in_one_line(worked: Run, tmp_path: Path) -> None:
    result = worked("labels", "NONE", "-o", "labels.pdf")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "NONE" in result.stderr
    assert not (tmp_path / "labels.pdf").exists()
