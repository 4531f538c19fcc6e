"""Journeys whose end nobody told: not drawn for ever, and not forgotten either. Seen on 1 June 2024."""

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from railtrack.domain.line.network import Network
from railtrack.domain.movement.sight import LOST_AFTER, is_lost
from railtrack.store.engine import Store
from tests.factories import moment
from tests.web.conftest import words_of
from tests.web.following_pages import FRESH, PLAN, add, answer, listed, sqlite_url

__all__ = ["sqlite_url"]
NOW = datetime(2024, 6, 1, tzinfo=UTC)
LEFT = ("departed", "CKG", "2024-03-10T10:00+08:00")
LOST = "/shipments?status=lost"


@pytest.mark.parametrize(
    ("silent", "due_in", "lost"),
    [
        (LOST_AFTER, None, False),
        (LOST_AFTER + timedelta(seconds=1), None, True),
        (LOST_AFTER + timedelta(days=1), timedelta(hours=-1), True),
        (LOST_AFTER + timedelta(days=1), timedelta(hours=1), False),
        (timedelta(days=1), timedelta(days=-90), False),
    ],
)
def test_lost_is_what_was_silent_for_long_and_is_past_its_plan(
    silent: timedelta, due_in: timedelta | None, lost: bool
) -> None:
    assert is_lost(NOW - silent, None if due_in is None else NOW + due_in, NOW) is lost


@pytest.fixture
def line(web_store: Store, network: Network) -> Store:
    """Two lost, one as old whose plan is still ahead, one fresh."""
    add(web_store, network, "LOST-1", LEFT, planned_departure=moment("2024-03-10T10:00+08:00"),
        planned_arrival=moment("2024-03-27T10:00+01:00"))  # fmt: skip
    add(web_store, network, "LOST-2", LEFT)
    add(web_store, network, "SLOW-1", LEFT, planned_departure=moment("2024-03-10T10:00+08:00"),
        planned_arrival=moment("2024-07-27T10:00+02:00"))  # fmt: skip
    add(web_store, network, "FINE-1", ("departed", "CKG", "2024-05-30T10:05+08:00"), **FRESH)
    return web_store


@pytest.mark.parametrize("path", ["/", "/map"])
def test_they_are_not_drawn_and_not_counted_but_said(line: Store, city: FlaskClient, path: str) -> None:
    page = city.get(path).text
    said = words_of(page)
    assert "SLOW-1" in said
    assert "FINE-1" in said
    assert "LOST-" not in said
    assert "Two shipments under way were lost from sight: no news for 60 days and past their plan." in said
    assert f'href="{LOST}"' in page


def test_the_map_frame_leaves_them_out(line: Store, city: FlaskClient) -> None:
    frame = city.get("/map/frame").text
    assert "SLOW-1" in frame
    assert "LOST-" not in frame


def test_the_list_still_has_them_in_transit_and_shows_them_alone_where_asked(line: Store, city: FlaskClient) -> None:
    whole = city.get("/shipments?status=in_transit").text
    assert answer(whole).startswith("Two shipments under way")
    assert sorted(listed(whole)) == ["FINE-1", "LOST-1", "LOST-2", "SLOW-1"]
    lost = city.get(LOST).text
    assert answer(lost) == "Two shipments were lost from sight."
    assert sorted(listed(lost)) == ["LOST-1", "LOST-2"]


def test_news_brings_one_back(line: Store, web_store: Store, network: Network, city: FlaskClient) -> None:
    add(web_store, network, "BACK-1", LEFT, ("arrived", "MAL", "2024-05-28T06:10+02:00"), **PLAN)
    assert "BACK-1" in words_of(city.get("/map").text)
    assert "BACK-1" not in listed(city.get(LOST).text)


def test_nothing_is_said_where_nothing_is_lost(web_store: Store, network: Network, city: FlaskClient) -> None:
    add(web_store, network, "FINE-1", ("departed", "CKG", "2024-05-30T10:05+08:00"), **FRESH)
    assert "lost from sight" not in words_of(city.get("/map").text)


def test_a_partner_counts_its_own_only(line: Store, partner: FlaskClient, web_store: Store, network: Network) -> None:
    add(web_store, network, "LOST-3", LEFT, partner="Other GmbH")
    assert "Two shipments under way were lost from sight" in words_of(partner.get("/map").text)
    assert sorted(listed(partner.get(LOST).text)) == ["LOST-1", "LOST-2"]
