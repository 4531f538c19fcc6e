"""Imprint and accessibility: what the operator stated is shown; what is missing is said to administrators alone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from flask.testing import FlaskClient

from railtrack.config import Settings
from railtrack.domain.actors import Role
from railtrack.operations.administering.accounts import create_user
from railtrack.store.engine import Store
from railtrack.web.app import create_app
from tests.web.conftest import CLERK, PASSWORD, post, words_of
from tests.web.following_pages import sqlite_url  # noqa: F401 - a fixture

STATED = {
    "operator_name": "Hafen Beispiel GmbH",
    "operator_address": "Rheinkaistraße 2; 68159 Mannheim",
    "operator_email": "info@example.org",
    "operator_phone": "+49 621 000",
    "operator_responsible": "A. Weber",
    "operator_register": "HRB 1, Mannheim",
    "enforcement_body": "Schlichtungsstelle; Beispielweg 1",
}


@pytest.fixture
def site(web_settings: Settings, web_store: Store, now: datetime) -> Callable[..., FlaskClient]:
    """A browser on an installation with these settings, signed in as an administrator if asked."""

    def make(*, administers: bool = False, **stated: str) -> FlaskClient:
        settings = replace(web_settings, **stated)  # type: ignore[arg-type] # all text
        app = create_app(settings, web_store, clock=lambda: now)
        client = app.test_client()
        if administers:
            email = "administrator@example.org"
            create_user(web_store, email, "A. Weber", Role.ADMINISTRATOR, password=PASSWORD, actor=CLERK, now=now)
            post(client, "/sign-in", email=email, password=PASSWORD)
        return client

    return make


def test_the_imprint_says_who_runs_it_and_stands_in_every_footer(site: Callable[..., FlaskClient]) -> None:
    client = site(**STATED)
    said = words_of(client.get("/imprint").text)
    for line in ("Hafen Beispiel GmbH runs this", "Rheinkaistraße 2", "68159 Mannheim", "info@example.org", "A. Weber",
                 "+49 621 000", "HRB 1, Mannheim"):  # fmt: skip
        assert line in said
    assert "RAILTRACK_" not in said
    for page in ("/", "/privacy", "/sign-in"):
        assert 'href="/imprint"' in client.get(page).text
    assert "Hafen Beispiel GmbH is responsible for it." in words_of(client.get("/privacy").text)


def test_what_is_missing_is_said_to_administrators_alone(site: Callable[..., FlaskClient]) -> None:
    visitor = words_of(site().get("/imprint").text)
    assert "is not stated yet" in visitor
    assert "RAILTRACK_" not in visitor
    stated = {"operator_name": "Hafen Beispiel GmbH"}
    said = words_of(site(administers=True, **stated).get("/imprint").text)
    for name in ("OPERATOR_ADDRESS", "OPERATOR_EMAIL", "OPERATOR_RESPONSIBLE"):
        assert f"RAILTRACK_{name}" in said
    assert "RAILTRACK_OPERATOR_NAME" not in said


def test_the_accessibility_statement_has_what_the_model_asks(site: Callable[..., FlaskClient]) -> None:
    page = site(**STATED).get("/accessibility").text
    said = words_of(page)
    for part in ("BITV 2.0", "EN 301 549", "conforms in part", "25 November 2026", "axe-core", "not accessible",
                 "info@example.org", "Schlichtungsstelle", "Beispielweg 1", "within a month"):  # fmt: skip
        assert part in said
    bare = words_of(site().get("/accessibility").text)
    assert "tell an administrator of this installation" in bare
    assert "The operator has named no such body" in bare


def test_what_the_operator_states_is_text(site: Callable[..., FlaskClient]) -> None:
    page = site(operator_name="<b>x</b>", operator_address="<i>y</i>;;  ").get("/imprint").text
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "<i>y</i>" not in page
