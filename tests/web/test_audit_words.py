"""The words of the audit: whatever the source writes down as an action or a subject has a word for people."""

import ast
from pathlib import Path

import pytest
from flask import Flask

import railtrack
from railtrack.domain.cargo.goods import ContainerFacts, ShipmentFacts
from railtrack.domain.records import AuditEntry
from railtrack.operations.notifying.post import LINKS
from railtrack.web.administering.audit_words import action_word, differences, field_word, subject_word
from tests.factories import NOW
from tests.web.test_i18n import BRACKETED, bracketed, bracketed_app  # noqa: F401 - fixtures

SOURCE = Path(railtrack.__file__).parent
# what stands in a variable where it is written down
ACTIONS = {"remove", "deactivate", "reactivate", "share", "revoke"}
SUBJECTS = {"station", "leg", "corridor", *(f"{kind.purpose} link" for kind in LINKS.values())}


def written_down(place: int) -> set[str]:
    """The texts that calls of `audit` have at this place of their arguments."""
    found: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        if "node_modules" in path.parts:
            continue
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "audit":
                given = call.args[place]
                parts = [given.body, given.orelse] if isinstance(given, ast.IfExp) else [given]
                parts += [part.orelse for part in parts if isinstance(part, ast.IfExp)]
                parts += [part.body for part in parts if isinstance(part, ast.IfExp)]
                found |= {p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, str)}
    return found


def test_whatever_is_written_down_has_a_word(bracketed_app: Flask) -> None:  # noqa: F811
    actions, subjects = written_down(0) | ACTIONS, written_down(1) | SUBJECTS
    assert {"withdraw", "correct", "record", "book"} <= actions
    with bracketed_app.test_request_context(f"/?lang={BRACKETED}"):
        bracketed_app.preprocess_request()
        assert [each for each in sorted(actions) if not action_word(each).startswith("⟦")] == []
        assert [each for each in sorted(subjects) if not subject_word(each).startswith("⟦")] == []


@pytest.mark.parametrize(("subject", "facts"), [("shipment", ShipmentFacts), ("container", ContainerFacts)])
def test_every_fact_has_a_word(bracketed_app: Flask, subject: str, facts: type) -> None:  # noqa: F811
    with bracketed_app.test_request_context(f"/?lang={BRACKETED}"):
        bracketed_app.preprocess_request()
        names = facts.__dataclass_fields__  # type: ignore[attr-defined] # it is a dataclass
        assert [each for each in names if not field_word(each, subject).startswith("⟦")] == []


def test_values_are_said_in_words(app: Flask) -> None:
    after = {"email": "a@example.org", "role": "city", "scope": "read", "language": "de", "stations": ["MHG", "MAL"]}
    entry = AuditEntry(
        id=1, at=NOW, actor="cli:t", acted_for="", origin="cli", action="add", subject="user", subject_id="a",
        before={"laden": True}, after=after,
    )  # fmt: skip
    with app.test_request_context("/?lang=zh"):
        app.preprocess_request()
        said = {change.field: (change.before, change.after) for change in differences(entry)}
    assert said["角色"] == ("", "城市主管部门")
    assert said["语言"] == ("", "Deutsch")
    assert said["车站"] == ("", "MHG，MAL")
    assert said["重/空"] == ("重箱", "")
