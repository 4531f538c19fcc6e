"""Tests over the rail network, an extra of 300 MB: without it they are skipped, in CI they fail."""

import os
from importlib.util import find_spec

import pytest

MISSING = "the rail network is not installed: pip install railtrack[network]"


def is_missing() -> bool:
    """Whether the rail network is not there; raises where that is no excuse."""
    found = find_spec("scgraph_data") is not None
    if not found and os.environ.get("CI") == "true":
        pytest.fail(MISSING)
    return not found


needs_rails = pytest.mark.skipif(is_missing(), reason=MISSING)
