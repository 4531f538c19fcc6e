"""Nothing about rights is decided outside `domain/rights.py`: no other file compares roles."""

import ast
import re
from pathlib import Path

import railtrack
from railtrack.resources import folder

PACKAGE = Path(railtrack.__file__).parent
RIGHTS = "domain/rights.py"
# what compares roles and decides nothing by it
NAMED = {
    "store/people.py": "counts the accounts of a role",
    "operations/administering/organisations.py": "gives the role somebody has already: nothing to do",
}
_ROLE = re.compile(r"(?:\w+\.)*role(?:\.value)?|(?:\w+\.)*Role\.\w+")


def compared_roles(source: str) -> list[str]:
    """The comparisons of roles in a file, matched ones included, and questions whether somebody is an administrator."""
    found: list[str] = []
    if "role" not in source.lower() and "is_administrator" not in source:
        return found  # most files; reading them as trees takes seconds
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Compare():
                sides = [node.left, *node.comparators]
                is_given = any(isinstance(side, ast.Constant) and side.value is None for side in sides)
                if not is_given and any(_is_role(side) for side in sides):
                    found.append(ast.unparse(node))
            case ast.Match() if _is_role(node.subject):
                found.append(ast.unparse(node.subject))
            case ast.Attribute(attr="is_administrator") | ast.FunctionDef(name="is_administrator"):
                found.append("is_administrator")
    return found


def _is_role(side: ast.expr) -> bool:
    parts = side.elts if isinstance(side, ast.Tuple | ast.Set | ast.List) else [side]
    return any(_ROLE.fullmatch(ast.unparse(part)) for part in parts)


def test_no_other_file_compares_roles() -> None:
    sources = {str(path.relative_to(PACKAGE)): path for path in PACKAGE.rglob("*.py")}
    kept = {
        name: found
        for name, path in sources.items()
        if not name.startswith(("store/migrations/", "web/static/"))
        if (found := compared_roles(path.read_text("utf-8")))
    }
    assert RIGHTS in kept
    del kept[RIGHTS]
    assert kept == {name: kept.get(name) for name in NAMED}


def test_no_template_asks_for_a_role() -> None:
    """They ask what the reader may do. A form for a new account shows roles, and which one was chosen."""
    asking = re.compile(r"\w\.role\s*(?:==|!=|is\b|in\b)|(?:[!=]=|\bin)\s*\w+\.role\b|is_administrator")
    found = [path.name for path in folder("templates").rglob("*.html") if asking.search(path.read_text("utf-8"))]
    assert found == ["own.html"]  # which says in words as what one works


def test_such_comparisons_are_noticed() -> None:
    for source in (
        "actor.role is Role.TERMINAL", "row.role == 'city'", "person.role in CHANGING",
        "if actor.is_administrator: ...",
        "match actor.role:\n    case Role.CITY: ...",
    ):  # fmt: skip
        assert compared_roles(source), source
    for source in ("Actor(name='server', role=Role.ADMINISTRATOR)", "count_active(w, Role.ADMINISTRATOR)", "a == b"):
        assert not compared_roles(source), source
