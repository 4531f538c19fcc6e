"""The matrix of rights holds at every route: each role asks for what is its own and for what is another's."""

from dataclasses import dataclass
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from railtrack.domain.actors import EVERYTHING
from railtrack.domain.line.network import Network
from railtrack.domain.rights import Operation, Role, may
from railtrack.operations.administering.organisations import set_stations
from railtrack.store.engine import Store
from railtrack.store.reading.shipments import events, shipment
from tests.factories import CORRIDOR, container, container_number, enter, event_row, moment, shipment_row, tell
from tests.web.conftest import CLERK, SignIn, csrf_token, words_of
from tests.web.following_pages import id_of, sqlite_url  # noqa: F401 - a fixture
from tests.web.routes import ROUTES, Needs

MINE, OTHERS, TERMINAL = "Mine GmbH", "Others GmbH", "Terminal Dostyk"
Thing = dict[str, str]


@dataclass(frozen=True)
class Ask:
    """One request of the walk."""

    endpoint: str
    method: str
    is_own: bool


@pytest.fixture
def things(web_store: Store, network: Network, now: datetime) -> dict[bool, Thing]:
    """A shipment of the partner that goes over Dostyk, and one of another that does not, each with a train."""
    found = {}
    for is_own, partner, reference, ends, serial in (
        (True, MINE, "M-1", ("CKG", "MHG"), 1),
        (False, OTHERS, "O-1", ("CKG", "XIA"), 2),
    ):
        plan = {"planned_departure": moment("2024-05-14T10:00+08:00"), "train": f"T-{reference}"}
        way = {"origin": ends[0], "destination": ends[1], "corridor": CORRIDOR}
        row = shipment_row(reference, container(serial), partner=partner, **way, **plan)
        enter(web_store, network, [row])
        tell(web_store, network, [event_row("departed", "CKG", "2024-05-14T10:40+08:00", reference, partner=partner)])
        shipment_id = id_of(web_store, reference, partner)
        with web_store.reading() as r:
            (told,) = events(r, EVERYTHING, shipment_id)
            organisation_id = shipment(r, EVERYTHING, shipment_id).organisation.id
        found[is_own] = {
            "shipment_id": str(shipment_id),
            "organisation_id": str(organisation_id),
            "event_id": told.id,
            "container": container_number(serial),
            "train": f"T-{reference}",
            "day": "2024-05-14",
            "origin": "CKG",
        }
    said = event_row("arrived", "DTK", "2024-05-20T10:00+06:00", "M-1", partner=MINE, sender=TERMINAL)
    tell(web_store, network, [said])
    with web_store.reading() as r:
        mine = int(found[True]["shipment_id"])
        (of_terminal,) = (each.id for each in events(r, EVERYTHING, mine) if each.sender == TERMINAL)
    found[True]["event_of_terminal"] = of_terminal
    return found


@pytest.fixture
def people(sign_in: SignIn, web_store: Store, now: datetime, things: dict[bool, Thing]) -> dict[Role, FlaskClient]:
    """Somebody of each role, signed in."""
    of = {Role.PARTNER: MINE, Role.READER: MINE, Role.TERMINAL: TERMINAL}
    clients = {role: sign_in(role, of.get(role, "")) for role in Role}
    set_stations(web_store, TERMINAL, ["DTK"], actor=CLERK, now=now)
    return clients


def test_every_route_says_what_it_needs(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(ROUTES)


@pytest.mark.parametrize("role", list(Role))
def test_every_route_answers_as_the_matrix_has_it(
    app: Flask, people: dict[Role, FlaskClient], things: dict[bool, Thing], role: Role
) -> None:
    client = people[role]
    token = csrf_token(client, "/account")
    wrong = []
    for ask in asked(app):
        needs = ROUTES[ask.endpoint]
        thing = dict(things[ask.is_own])
        if role is Role.TERMINAL and ask.is_own:
            thing["event_id"] = thing["event_of_terminal"]
        status, location = answer(app, client, ask, needs, thing, token)
        if not_as_expected(role, ask, needs, status, location):
            wrong.append((ask.endpoint, ask.method, "own" if ask.is_own else "other", status, location))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("role", [Role.PARTNER, Role.READER, Role.TERMINAL])
def test_what_is_anothers_is_answered_like_what_is_not_there(
    people: dict[Role, FlaskClient], things: dict[bool, Thing], role: Role
) -> None:
    others, nothing = things[False]["shipment_id"], "98765"
    for address in ("/shipments/{}", "/shipments/{}/history", "/shipments/{}/audit", "/shipments/{}/map"):
        answers = [people[role].get(address.format(number)) for number in (others, nothing)]
        assert [each.status_code for each in answers] == [404, 404], address
        said = [
            words_of(each.text).replace(number, "") for each, number in zip(answers, (others, nothing), strict=True)
        ]
        assert said[0] == said[1], address


def test_each_mends_its_own_statements_only(people: dict[Role, FlaskClient], things: dict[bool, Thing]) -> None:
    partners, terminals = things[True]["event_id"], things[True]["event_of_terminal"]
    for role, own, anothers in ((Role.PARTNER, partners, terminals), (Role.TERMINAL, terminals, partners)):
        for way in ("correct", "void"):
            assert people[role].get(f"/events/{own}/{way}").status_code == 200
            assert people[role].get(f"/events/{anothers}/{way}").status_code == 404


# ---------------------------------------------------------------- the walk


def asked(app: Flask) -> list[Ask]:
    """Every route with every method, once for one's own and once for another's where its address names a thing.

    What ends the session comes last.
    """
    found = [
        Ask(rule.endpoint, method, is_own)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"})
        for is_own in ((True, False) if ROUTES[rule.endpoint].about else (True,))
    ]
    return sorted(found, key=lambda ask: ROUTES[ask.endpoint].ends)


def answer(app: Flask, client: FlaskClient, ask: Ask, needs: Needs, thing: Thing, token: str) -> tuple[int, str]:
    """Send one request and give its status and where it leads."""
    rule = next(r for r in app.url_map.iter_rules(ask.endpoint) if ask.method in (r.methods or ()))
    given = {name: text.format(**thing) for name, text in needs.given.items() if name in rule.arguments}
    with app.test_request_context():
        address = app.url_for(ask.endpoint, **given)  # type: ignore[arg-type] # as Flask has it
    form = {name: text.format(**thing) for name, text in needs.form.items()}
    if ask.method == "GET":
        response = client.get(address, query_string=form)
    else:
        response = client.open(address, method=ask.method, data={"csrf_token": token, **form})
    response.close()
    return response.status_code, response.headers.get("Location", "")


def not_as_expected(role: Role, ask: Ask, needs: Needs, status: int, location: str) -> bool:
    """Whether an answer is another than the matrix has it."""
    wanted = expected(role, needs, ask.is_own)
    if wanted:
        return status != wanted
    if needs.is_empty:
        return status in (401, 403) or status >= 500
    is_turned_away = status in (401, 403, 404, 405) or status >= 500
    return is_turned_away or (location.startswith("/sign-in") and needs.operation is not Operation.KEEP_SELF)


def expected(role: Role, needs: Needs, is_own: bool) -> int:
    """The status of a refusal; 0 where the route answers."""

    @dataclass
    class Somebody:
        role: Role

    if needs.by_token:
        return 401
    who = Somebody(role)
    if needs.operation is None:
        return 0
    is_in_sight = not needs.about or may(who, Operation.FOLLOW, own=is_own)
    if not is_in_sight and (needs.looks_first or may(who, needs.operation)):
        return 404
    if not may(who, needs.operation, own=is_own or not needs.about):
        return 404 if needs.hides else 403
    return 0
