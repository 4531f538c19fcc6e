"""What is not installed: an excuse on somebody's machine, none in CI."""

from typing import Any

import pytest

from tests import rails


def test_without_the_rail_network_tests_are_skipped_and_in_ci_they_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(name: str, *rest: Any) -> None:
        assert name == "scgraph_data"

    monkeypatch.setattr(rails, "find_spec", find)
    monkeypatch.setenv("CI", "")
    assert rails.is_missing()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="rail network is not installed"):
        rails.is_missing()
    monkeypatch.setattr(rails, "find_spec", lambda name: object())
    assert not rails.is_missing()
