"""The matrix of rights holds at every route: each role asks for what is its own and for what is another's."""

from dataclasses import dataclass

import pytest
from flask import Flask

from railtrack.domain.rights import Operation, Role, may
from tests.web.conftest import words_of
from tests.web.routes import ROUTES
from tests.web.walking import METHODS, Answer, Walks


@dataclass(frozen=True)
class Somebody:
    role: Role


def test_every_route_says_what_it_needs(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(ROUTES)


@pytest.mark.parametrize("role", list(Role))
def test_every_route_answers_as_the_matrix_has_it(app: Flask, walks: Walks, role: Role) -> None:
    answers = walks.of(role).of_routes
    assert {(each.endpoint, each.method) for each in answers} >= {
        (rule.endpoint, method) for rule in app.url_map.iter_rules() for method in (rule.methods or set()) & METHODS
    }
    asked = [each for each in answers if each.is_of_the_table]
    wrong = [each for each in asked if is_wrong(role, each)]
    assert not wrong, "\n".join(
        f"{each.method} {each.endpoint}, {'own' if each.is_own else 'other'}: {each.status} {each.location}"
        for each in wrong
    )


@pytest.mark.parametrize("role", [Role.PARTNER, Role.READER, Role.TERMINAL])
def test_what_is_anothers_is_nowhere_forbidden_but_unknown(walks: Walks, role: Role) -> None:
    """Who asks learns nothing from the refusal, not even that there is something."""
    asked = [each for each in walks.of(role).of_routes if ROUTES[each.endpoint].names_a_thing and not each.is_own]
    assert len(asked) > 10
    assert {each.status for each in asked if not ROUTES[each.endpoint].by_token} == {404}
    others, nothing = walks.things[False]["shipment_id"], "98765"
    for address in ("/shipments/{}", "/shipments/{}/history", "/shipments/{}/audit", "/shipments/{}/labels.pdf"):
        answers = [walks.browser(role).get(address.format(number)) for number in (others, nothing)]
        assert [each.status_code for each in answers] == [404, 404], address
        said = [
            words_of(each.text).replace(number, "") for each, number in zip(answers, (others, nothing), strict=True)
        ]
        assert said[0] == said[1], address


def test_nobody_signed_in_is_asked_to_sign_in_whatever_there_is(walks: Walks) -> None:
    for each in walks.of(None).of_routes:
        needs = ROUTES[each.endpoint]
        if needs.by_token:
            assert each.status == 401
        elif needs.operation is not None and not needs.ends:
            is_refused = each.status == 302 and each.location.startswith("/sign-in")
            # a form without a session has no token to be sent with
            assert is_refused or (each.method != "GET" and each.status == 400), each.endpoint


def test_each_mends_its_own_statements_only(walks: Walks) -> None:
    partners, terminals = walks.things[True]["event_id"], walks.things[True]["event_of_terminal"]
    for role, own, anothers in ((Role.PARTNER, partners, terminals), (Role.TERMINAL, terminals, partners)):
        browser = walks.browser(role)
        for way in ("correct", "void"):
            assert browser.get(f"/events/{own}/{way}").status_code == 200
            assert browser.get(f"/events/{anothers}/{way}").status_code == 404
    for way in ("correct", "void"):
        assert walks.browser(Role.READER).get(f"/events/{partners}/{way}").status_code == 403


def is_wrong(role: Role, answer: Answer) -> bool:
    """Whether an answer is another than the matrix has it."""
    wanted = refusal(role, answer)
    if wanted:
        return answer.status != wanted
    needs = ROUTES[answer.endpoint]
    if needs.is_empty:
        return answer.status in (401, 403) or answer.status >= 500
    is_turned_away = answer.status in (401, 403, 404, 405) or answer.status >= 500
    return is_turned_away or (answer.location.startswith("/sign-in") and needs.operation is not Operation.KEEP_SELF)


def refusal(role: Role, answer: Answer) -> int:
    """The status with which the matrix refuses; 0 where the route answers."""
    needs, who = ROUTES[answer.endpoint], Somebody(role)
    if needs.by_token:
        return 401
    if needs.operation is None:
        return 0
    is_in_sight = not needs.about or may(who, Operation.FOLLOW, own=answer.is_own)
    if not is_in_sight and (needs.names_a_thing or may(who, needs.operation)):
        return 404
    if not may(who, needs.operation, own=answer.is_own or not needs.about):
        return 404 if needs.hides else 403
    return 0
