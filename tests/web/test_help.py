"""Help: every page has its drawer, and what stands in it is at one place."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from railtrack.domain.actors import Role
from railtrack.web.figures.statistics_definitions import definition
from railtrack.web.helping import SAME_AS, help_of
from tests.web.conftest import post, words_of
from tests.web.following_pages import sqlite_url  # noqa: F401 - a fixture
from tests.web.routes import ROUTES

# what answers a GET and is no page for people
NO_PAGE: dict[str, frozenset[str]] = {
    "a file": frozenset(
        {"static", "shipments.export", "statistics.export", "statistics.journeys_file", "imports.template",
         "imports.refused", "labels.sheet", "audit.chain", "audit.listed", "audit.own_data"}
    ),
    "for machines": frozenset(
        {"health.healthz", "health.readyz", "interface.openapi", "offline.manifest", "offline.worker", "offline.state"}
    ),
    # on it stands what was chosen for a stranger, with nothing of railtrack round it
    "a shared page": frozenset({"shared.show", "shared.large_map"}),
    "a map inside a page": frozenset({"maps.frame", "stations.frame", "shipments.frame", "shared.frame"}),
}  # fmt: skip


def pages(app: Flask) -> set[str]:
    """The endpoints of all pages."""
    gets = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    return {each for each in gets if not ROUTES[each].by_token} - frozenset().union(*NO_PAGE.values())


def test_every_page_has_its_help(app: Flask) -> None:
    with app.app_context():
        without = {each for each in pages(app) if help_of(each) is None}
    assert not without, (
        f"write templates/help/<endpoint>.html for {sorted(without)}, or say in NO_PAGE why it is no page"
    )


def test_every_other_name_of_a_page_leads_to_a_help(app: Flask) -> None:
    with app.app_context():
        assert [each for each in SAME_AS if help_of(each) is None] == []


@pytest.mark.parametrize("role", [None, Role.PARTNER, Role.ADMINISTRATOR])
def test_the_drawer_stands_closed_in_the_head_of_pages(app: Flask, sign_in, role: Role | None) -> None:  # type: ignore[no-untyped-def] # SignIn
    client = app.test_client() if role is None else sign_in(role, "Beispiel-Spedition" if role is Role.PARTNER else "")
    addresses = {
        None: ("/", "/sign-in", "/privacy", "/imprint", "/definitions"),
        Role.PARTNER: ("/", "/shipments", "/shipments/new", "/events/new", "/import", "/statistics/borders", "/map",
                       "/account", "/events/kept"),
        Role.ADMINISTRATOR: ("/admin/users", "/admin/places", "/admin/audit", "/admin/sample", "/admin/mail"),
    }[role]  # fmt: skip
    for address in addresses:
        page = client.get(address).text
        drawers = re.findall(r'<details class="help" id="help"[^>]*>', page)
        assert len(drawers) == 1, address
        assert " open" not in drawers[0], address
        assert page.index("<h1") < page.index(drawers[0]), "its words come after the answer they explain"


def test_help_of_a_statistic_is_its_definition(partner: FlaskClient, app: Flask) -> None:
    from railtrack.operations.figures.statistics import Statistic

    for statistic in Statistic:
        help_said = drawer(partner.get(f"/statistics/{statistic.value}").text)
        with app.test_request_context("/"):
            assert definition(statistic).words in help_said


def test_a_form_that_comes_back_has_the_help_of_its_page(partner: FlaskClient) -> None:
    fresh = drawer(partner.get("/shipments/new").text)
    back = post(partner, "/shipments/new", do="record", reference="", container="nonsense")
    assert back.status_code == 422
    assert "Your own name for the shipment" in fresh
    assert "Your own name for the shipment" in drawer(back.text)


def test_an_error_has_no_help(partner: FlaskClient) -> None:
    assert 'id="help"' not in partner.get("/statistics/nothing").text
    assert 'id="help"' not in partner.get("/nothing-here").text


def test_the_key_can_be_switched_off_and_on_again(client: FlaskClient) -> None:
    assert 'data-key="?"' in client.get("/sign-in").text
    answer = client.get("/sign-in?next=/account&help_key=0")
    assert answer.location == "/sign-in?next=%2Faccount#help"
    page = client.get("/sign-in").text
    assert "data-key" not in page
    assert "aria-keyshortcuts" not in page
    client.get("/sign-in?help_key=1")
    assert 'data-key="?"' in client.get("/sign-in").text


def drawer(page: str) -> str:
    """The words of a page's drawer."""
    found = re.search(r'(?s)<details class="help".*?</details>', page)
    assert found
    return words_of(found[0]).replace("&#39;", "'")
