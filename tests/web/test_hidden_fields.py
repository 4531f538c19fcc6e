"""What is hidden from a role is in no answer to it: in no page, file, sheet, label, map, preview, search or header."""

import pytest

from railtrack.domain.rights import Role
from tests.web.hidden_words import OF_CONTAINER, OF_SHIPMENT, forbidden
from tests.web.walking import Walks

FIELDS = frozenset({*OF_SHIPMENT[True], *OF_CONTAINER[True]})
ON_NO_PAGE = {"packages", "tare_kg"}  # in files and answers to programs only


@pytest.mark.parametrize("role", [*Role, None])
def test_what_is_hidden_is_in_no_answer(walks: Walks, role: Role | None) -> None:
    for is_own in (True, False):
        shown = walks.of(role).shown(is_own=is_own)
        hidden = forbidden(role, is_own=is_own)
        assert {name: where for name, where in shown.items() if name in hidden} == {}


@pytest.mark.parametrize(
    ("role", "hidden"),
    [
        (Role.PARTNER, set()),
        (Role.READER, set()),
        (Role.ADMINISTRATOR, set()),
        (Role.CITY, {*OF_SHIPMENT[True], "value", "freight"}),
        (Role.TERMINAL, FIELDS),
    ],
)
def test_what_is_not_hidden_is_found_by_the_same_walk(walks: Walks, role: Role, hidden: set[str]) -> None:
    """So that a word that is not found was hidden, and not merely never asked for."""
    assert FIELDS - set(walks.of(role).shown(is_own=True)) - ON_NO_PAGE == hidden - ON_NO_PAGE
