"""The one way in is the form and its cookie; and no address leads out of railtrack by our own redirect."""

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient

from railtrack.store.engine import Store
from railtrack.store.people import person_by_email
from railtrack.web.addresses import safe_back
from railtrack.web.signing_in.account import Account
from tests.web.conftest import PASSWORD, csrf_token, post

JSON = {"Accept": "application/json"}


def _token(app: Flask, store: Store) -> str:
    """A token as Flask-Security itself would sign it for the partner."""
    with store.reading() as reading:
        person = person_by_email(reading, "partner@example.org")
    assert person is not None
    with app.test_request_context():
        return str(Account(person).get_auth_token())


def test_signing_in_hands_out_no_token(app: Flask, partner: FlaskClient) -> None:
    client = app.test_client()
    token = csrf_token(client)
    typed = {"email": "partner@example.org", "password": PASSWORD}
    answer = client.post(
        "/sign-in?include_auth_token", json=typed, headers=JSON | {"X-CSRFToken": token, "Referer": "http://localhost/"}
    )
    assert answer.status_code == 302, "the form's answer, whatever is asked for"
    assert "token" not in answer.text
    again = client.get("/sign-in?include_auth_token", headers=JSON)
    assert not again.is_json


def test_a_wrong_password_is_told_on_the_page_only(client: FlaskClient, partner: FlaskClient) -> None:
    token = csrf_token(client)
    answer = client.post(
        "/sign-in", data={"csrf_token": token, "email": "partner@example.org", "password": "wrong"}, headers=JSON
    )
    assert not answer.is_json
    assert "do not fit together" in answer.text


@pytest.mark.parametrize("way", ["header", "address", "body"])
def test_a_token_opens_nothing(app: Flask, web_store: Store, partner: FlaskClient, way: str) -> None:
    token, client = _token(app, web_store), app.test_client()
    if way == "header":
        answer = client.get("/shipments", headers={"Authentication-Token": token})
    elif way == "address":
        answer = client.get("/shipments", query_string={"auth_token": token})
    else:
        answer = client.get("/shipments", json={"auth_token": token})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in")


def test_a_password_in_a_header_opens_nothing(client: FlaskClient, partner: FlaskClient) -> None:
    assert client.get("/shipments", auth=("partner@example.org", PASSWORD)).status_code == 302


def test_of_flask_security_only_signing_in_and_out_can_be_reached(app: Flask) -> None:
    found = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("security.")}
    assert found == {"/sign-in", "/sign-out"}


ELSEWHERE = ["//host", "/\\host", "\\\\host", "/\t/host", "/\n/host", "https://host", "https:host", "javascript:x", ""]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_going_back_stays_here(address: str) -> None:
    assert safe_back(address, "/home") == "/home"


def test_going_back_leads_where_one_was() -> None:
    assert safe_back("/shipments?state=late&q=a b", "/home") == "/shipments?state=late&q=a b"


@pytest.mark.parametrize("address", ["//host/", "/\\host/"])
def test_throwing_a_draft_away_leads_to_a_page_of_ours(app: Flask, partner: FlaskClient, address: str) -> None:
    kept = post(partner, "/shipments/new", form_at="/shipments/new", do="draft", reference="A-1")
    number = kept.headers["Location"].rpartition("=")[2]
    answer = post(partner, f"/shipments/drafts/{number}/delete", back=address)
    with app.test_request_context():
        assert answer.headers["Location"] == url_for("shipments.new")


@pytest.mark.parametrize("path", ["//host/shipments", "/\\host/shipments"])
def test_the_switch_of_simulated_history_leads_to_a_page_of_ours(partner: FlaskClient, path: str) -> None:
    answer = partner.get("/?simulated=1", environ_overrides={"PATH_INFO": path})
    assert answer.headers["Location"] in ("/", "/host/shipments")


@pytest.mark.parametrize("address", [a for a in ELSEWHERE if a])
def test_signing_in_leads_to_a_page_of_ours(app: Flask, partner: FlaskClient, address: str) -> None:
    client = app.test_client()
    token = csrf_token(client)
    answer = client.post(
        "/sign-in",
        query_string={"next": address},
        data={"csrf_token": token, "email": "partner@example.org", "password": PASSWORD},
    )
    where = answer.headers.get("Location", "/")
    assert "//" not in where[:2]
    assert "\\" not in where
    assert ":" not in where
