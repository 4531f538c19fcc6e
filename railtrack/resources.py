"""Where the product's own files lie: `data` (reference data, read-only) and `templates`.

A wheel carries both folders inside the package; a checkout, which an editable install points at, has them beside it.
"""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
NAMES = ("data", "templates")


def folder(name: str) -> Path:
    """Give the packaged folder if it is there, else the checkout's.

    `name` is one of `data`, `templates`; raises FileNotFoundError where an installation lacks the folder.
    """
    if name not in NAMES:
        raise ValueError(f"no such resource: {name!r}; there are {', '.join(NAMES)}")
    for place in (PACKAGE / name, PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise FileNotFoundError(f"this installation lacks its {name} folder; install railtrack again")
