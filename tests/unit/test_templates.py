"""Templates keep to the content policy and to the stylesheet: no style or script of their own, no unknown class."""

import re
from collections.abc import Iterator
from pathlib import Path

import railtrack.web

STATIC = Path(railtrack.web.__file__).parent / "static"
CSS = "\n".join(path.read_text(encoding="utf-8") for path in sorted(STATIC.glob("*.css")))


def test_pages_carry_no_style_or_script_of_their_own() -> None:
    found = [
        f"{page.name}: {text}"
        for page in templates()
        for text in re.findall(
            r"""<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=["']|javascript:""", page.read_text(encoding="utf-8")
        )
    ]
    assert not found


def test_templates_use_no_class_the_stylesheet_does_not_know() -> None:
    known = set(re.findall(r"\.([a-zA-Z][\w-]*)", re.sub(r"(?s)/\*.*?\*/", "", CSS)))
    unknown = {
        f"{page.name}: {name}"
        for page in templates()
        for literal in re.findall(r'\sclass="([^"{}]*)"', page.read_text(encoding="utf-8"))
        for name in literal.split()
        if name not in known
    }
    assert not unknown


def templates() -> Iterator[Path]:
    yield from sorted((Path(railtrack.web.__file__).parents[2] / "templates").rglob("*.html"))
