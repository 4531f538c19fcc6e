"""Fill is said of trains only where all that is aboard is counted."""

import re

import pytest
from flask.testing import FlaskClient

from railtrack.domain.actors import Role
from railtrack.store.engine import Store
from tests.web.conftest import SignIn
from tests.web.figure_pages import answer_of, get, load_worked_case, now, published_template, sqlite_url, text_of

__all__ = ["now", "published_template", "sqlite_url"]
PARTNER = "Example Forwarding"
WHOLE = r"(west|east)bound trains were \d+ % full"


@pytest.fixture
def partner_name(web_store: Store) -> str:
    load_worked_case(web_store)
    return PARTNER


def test_who_sees_all_reads_how_full_the_trains_were(city: FlaskClient, partner_name: str) -> None:
    page = get(city, "/statistics/volume?from=2024-01-01&to=2024-12-31")
    assert re.search(WHOLE, answer_of(page))
    assert "How full the trains were" in text_of(page)


def test_a_partner_reads_its_share_of_the_slots(sign_in: SignIn, partner_name: str) -> None:
    page = get(sign_in(Role.PARTNER, partner_name), "/statistics/volume?from=2024-01-01&to=2024-12-31")
    assert re.search(r"; your containers filled \d+ % of the slots (west|east)bound\.", answer_of(page))
    assert "How full the trains were" not in text_of(page)
    assert "others on the same trains are not counted" in text_of(page)


@pytest.mark.parametrize("query", [f"partner={PARTNER}", "corridor=dostyk-petropavl"])
def test_a_filter_that_parts_a_train_is_said(city: FlaskClient, partner_name: str, query: str) -> None:
    page = get(city, f"/statistics/volume?from=2024-01-01&to=2024-12-31&{query}")
    assert not re.search(WHOLE, answer_of(page))
    assert "the containers asked for filled" in answer_of(page)
    assert "How full the trains were" not in text_of(page)
