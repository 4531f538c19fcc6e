"""The tour of the first visit: three steps for each role, on pages that have what the step is about."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from railtrack.domain.actors import Role
from railtrack.domain.rights import OF_AN_ORGANISATION
from railtrack.operations.administering.accounts import find_user
from railtrack.store.engine import Store
from railtrack.web.touring import steps
from tests.web.conftest import SignIn, post, words_of
from tests.web.following_pages import sqlite_url  # noqa: F401 - a fixture

NOTE = re.compile(r'(?s)<aside class="tour".*?</aside>')


def note(client: FlaskClient, address: str) -> str:
    """What the tour says on a page; nothing where it says nothing."""
    found = NOTE.search(client.get(address).text)
    return words_of(found[0]) if found else ""


@pytest.mark.parametrize("role", list(Role))
def test_each_role_is_led_over_three_pages_that_have_what_is_meant(app: Flask, sign_in: SignIn, role: Role) -> None:
    client = sign_in(role, "Beispiel" if role in OF_AN_ORGANISATION else "")
    with app.test_request_context("/"):
        expected = [(app.url_for(step.endpoint), step.anchor) for step in steps(role)]
    assert len(expected) == 3
    assert expected[0][0] == "/", "the first step is where one lands"
    where = "/"
    for number, (address, anchor) in enumerate(expected, 1):
        assert where == address
        page = client.get(address)
        assert page.status_code == 200
        assert f"{number} of 3" in note(client, address)
        assert f'id="{anchor}"' in page.text.replace(NOTE.search(page.text)[0], "")  # type: ignore[index] # found above
        if number == 1:
            assert not note(client, expected[1][0]), "on its page alone"
        where = post(client, "/account/tour", do="next", step=number).location
    assert where == "/"
    assert not note(client, "/")


def test_it_is_remembered_with_the_account_and_begins_again_for_whoever_asks(
    app: Flask, partner: FlaskClient, web_store: Store
) -> None:
    post(partner, "/account/tour", do="next", step=1)
    elsewhere = app.test_client()
    post(elsewhere, "/sign-in", email="partner@example.org", password="four wagons to Dostyk")
    assert "2 of 3" in note(elsewhere, "/shipments/new")
    assert 'href="/shipments/new">Go on with the tour' in elsewhere.get("/account").text
    assert post(elsewhere, "/account/tour", do="skip", step=2).location == "/"
    assert find_user(web_store, "partner@example.org").tour_step == 0
    assert "Go on with the tour" not in partner.get("/account").text
    assert post(partner, "/account/tour", do="begin").location == "/"
    assert "1 of 3" in note(partner, "/")


def test_a_step_taken_twice_is_taken_once(partner: FlaskClient, web_store: Store) -> None:
    for _ in range(2):
        assert post(partner, "/account/tour", do="next", step=1).location == "/shipments/new"
    assert find_user(web_store, "partner@example.org").tour_step == 2
    for nonsense in ("9", "-1", "none", ""):
        post(partner, "/account/tour", do="next", step=nonsense)
    assert find_user(web_store, "partner@example.org").tour_step == 2


def test_a_page_that_was_asked_for_something_says_nothing_of_it(partner: FlaskClient) -> None:
    post(partner, "/account/tour", do="next", step=1)
    post(partner, "/account/tour", do="next", step=2)
    assert "3 of 3" in note(partner, "/events/new")
    assert not note(partner, "/events/new?container=MSKU9073235")


def test_a_visitor_has_no_tour(client: FlaskClient) -> None:
    assert not note(client, "/")
    assert client.post("/account/tour", data={"do": "begin"}).status_code in (302, 400)
