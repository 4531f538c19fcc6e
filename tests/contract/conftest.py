"""The real command on a database that is set up, and small files for it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run, environment, run, run_json, set_up

__all__ = ["environment", "run", "run_json", "set_up"]

EXAMPLE = Path(__file__).parents[1] / "example"
SHIPMENTS = """reference,partner,origin,destination,corridor,planned_arrival,container,quantity,size_type,gross_kg
CT-1,Contract Lines,CKG,MHG,dostyk-petropavl,2024-03-20,CSQU3054383,,45G1,21500
CT-1,Contract Lines,CKG,MHG,dostyk-petropavl,2024-03-20,MSCU6639870,,22G1,18000
"""
BOXES = ("CSQU3054383", "MSCU6639870")


@pytest.fixture
def load(run: Run, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Import a text as a file and give the JSON document, whether all of it was taken or not."""

    def call(content: str | bytes, *options: str, name: str = "file.csv") -> dict[str, Any]:
        (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
        result = run("import", name, *options, "--format", "json")
        document: dict[str, Any] = json.loads(result.stdout)
        assert document["rows"] == document["accepted"] + document["duplicates"] + document["rejected"]
        refused = [p for p in document["problems"] if p["severity"] == "problem"]
        assert result.exit_code == (1 if document["rejected"] or refused else 0), result.stderr
        return document

    return call


@pytest.fixture
def booked(load: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """The same with two containers known already, as CT-1."""
    assert load(SHIPMENTS)["accepted"] == 2
    return load


@pytest.fixture
def exported(run: Run, tmp_path: Path) -> Callable[..., list[dict[str, Any]]]:
    """Export what is Contract Lines' and give the rows; a cell that is empty is not there."""

    def call(what: str, *options: str) -> list[dict[str, Any]]:
        chosen = options or ("--partner", "Contract Lines")
        result = run("export", what, "--format", "jsonl", "-o", "out.jsonl", *chosen)
        assert result.exit_code == 0, result.stderr
        return [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]

    return call


def problems(document: dict[str, Any], severity: str = "problem") -> list[tuple[int | None, str | None]]:
    """Where the problems are: line and column."""
    return [(p["line"], p["column"]) for p in document["problems"] if p["severity"] == severity]
