"""The matrix of rights holds at every call of the interface, whatever token is sent, and hidden fields stay hidden."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import pytest
from flask import Flask
from werkzeug.routing import Rule

from railtrack.domain.rights import Operation, Role, may
from railtrack.domain.tokens import TokenScope
from railtrack.operations.administering.tokens import end_token, make_token
from railtrack.store.engine import Store
from railtrack.web.api.document import calls
from tests.factories import NOW
from tests.web.conftest import CLERK
from tests.web.hidden_words import OF_CONTAINER, OF_SHIPMENT, forbidden
from tests.web.routes import ROUTES
from tests.web.walking import METHODS, Answer, Thing, Walks, answer_of

WRITES, READS, RUN_OUT, ENDED = "writes", "reads", "run out", "ended"
READING = {"GET"}


@dataclass(frozen=True)
class Somebody:
    role: Role


@dataclass(frozen=True)
class Called:
    """What a call of a role with a kind of token was answered."""

    role: Role
    token: str
    answer: Answer


@pytest.fixture(scope="module")
def interface(walks: Walks) -> Flask:
    return walks.app("programs")


@pytest.fixture(scope="module")
def called(interface: Flask, walks: Walks) -> list[Called]:
    """Every call as each role, with each kind of token, about one's own and about another's."""
    store = interface.extensions["railtrack"]["store"]
    return [
        Called(role, kind, answer)
        for role in Role
        for kind, secret in tokens(store, role).items()
        for answer in call_everything(interface, secret, walks.things)
    ]


def tokens(store: Store, role: Role) -> dict[str, str]:
    """A token of each kind of somebody's account."""
    email = f"{role.value}@example.org"

    def made(scope: TokenScope, days: int = 90, earlier: int = 0) -> tuple[int, str]:
        at = NOW - timedelta(days=earlier)
        token, secret = make_token(store, "test", scope, email=email, days=days, actor=CLERK, now=at)
        return token.id, secret

    ended_id, ended = made(TokenScope.WRITE)
    end_token(store, ended_id, actor=CLERK, now=NOW)
    return {
        WRITES: made(TokenScope.WRITE)[1],
        READS: made(TokenScope.READ)[1],
        RUN_OUT: made(TokenScope.WRITE, days=1, earlier=2)[1],
        ENDED: ended,
    }


def rules_of(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if ROUTES[rule.endpoint].by_token]


_from = count(1)  # each call from an address of its own: tokens that do not work are counted by it


def call_everything(app: Flask, secret: str, things: dict[bool, Thing]) -> Iterator[Answer]:
    client = app.test_client()
    for rule in rules_of(app):
        needs = ROUTES[rule.endpoint]
        for method in sorted((rule.methods or set()) & METHODS):
            for is_own in (True, False) if needs.about else (True,):
                thing = things[is_own]
                given = {name: text.format(**thing) for name, text in needs.given.items() if name in rule.arguments}
                with app.test_request_context():
                    address = app.url_for(rule.endpoint, **given)  # type: ignore[arg-type] # as Flask has it
                body = None if method in READING else json.dumps(needs.document)
                for name, value in thing.items():
                    body = body and body.replace(f"{{{name}}}", value)
                number = next(_from)
                response = client.open(
                    address,
                    method=method,
                    data=body,
                    content_type=None if body is None else "application/json",
                    headers={"Authorization": f"Bearer {secret}", "If-Match": "*"},
                    environ_base={"REMOTE_ADDR": f"10.0.{number // 250}.{number % 250}"},
                )
                yield answer_of(response, rule.endpoint, method, f"{address} {body}", is_own)


def test_every_call_that_is_described_is_asked(interface: Flask, called: list[Called]) -> None:
    described = {(path, method.upper()) for path, method, _ in calls(interface.extensions["railtrack"]["interface"])}
    rules = {rule.endpoint: rule for rule in rules_of(interface)}
    asked = {(_described(rules[each.answer.endpoint]), each.answer.method) for each in called}
    assert asked == described
    by_address = {rule.endpoint for rule in interface.url_map.iter_rules() if rule.endpoint.startswith("api_")}
    assert by_address == set(rules)


@pytest.mark.parametrize("role", list(Role))
def test_every_call_answers_as_the_matrix_has_it(called: list[Called], role: Role) -> None:
    wrong = [
        f"{each.token}: {each.answer.method} {each.answer.sent}, {'own' if each.answer.is_own else 'other'}: "
        f"{each.answer.status}, not {sorted(expected(each))}"
        for each in called
        if each.role is role and each.answer.status not in expected(each)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", list(Role))
def test_what_is_hidden_is_in_no_call(called: list[Called], role: Role) -> None:
    mine = [each.answer for each in called if each.role is role]
    for is_own in (True, False):
        shown = {name for answer in mine for name in answer.words(is_own=is_own)}
        hidden = forbidden(role, is_own=is_own)
        assert shown & hidden == set()
        if is_own:
            assert {*OF_SHIPMENT[True], *OF_CONTAINER[True]} - hidden <= shown


def expected(each: Called) -> set[int]:
    """The statuses the matrix and the token come to."""
    needs, who, answer = ROUTES[each.answer.endpoint], Somebody(each.role), each.answer
    assert needs.operation is not None
    if each.token in (RUN_OUT, ENDED):
        return {401}
    is_writing = answer.method not in READING
    if is_writing and each.token == READS:
        return {403}  # before it is asked what about
    if needs.names_a_thing and not may(who, Operation.FOLLOW, own=answer.is_own):
        return {404}
    if not may(who, needs.operation):
        return {403}
    if not may(who, needs.operation, own=answer.is_own or not needs.about):
        return {422}  # what is sent names what is another's
    return {200, 201} if answer.method == "POST" else {200}


def _described(rule: Rule) -> str:
    return rule.rule.replace("<reference:", "{").replace("<", "{").replace(">", "}")
