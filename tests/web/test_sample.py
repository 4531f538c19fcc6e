"""The sample workspace: filled and thrown away from a page, marked everywhere, and never in the way of what is true."""

from datetime import datetime
from time import monotonic, sleep

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from railtrack.domain.line.network import Network
from railtrack.operations.administering import sampling
from railtrack.store.engine import Store
from railtrack.store.tables import AuditRow, EventRow, ShipmentRow
from tests.factories import CORRIDOR, container, enter, event_row, moment, shipment_row, tell
from tests.web.conftest import CLERK, post, words_of
from tests.web.following_pages import sqlite_url  # noqa: F401 - a fixture

PAGE = "/admin/sample"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A short history will do."""
    monkeypatch.setattr(sampling, "JOURNEYS", 12)


@pytest.fixture
def true_records(web_store: Store, network: Network, now: datetime) -> list[str]:
    """A shipment of a partner with its departure; gives what is recorded."""
    plan = {"planned_departure": moment("2024-05-14T10:00+08:00"), "corridor": CORRIDOR}
    enter(web_store, network, [shipment_row("TRUE-1", container(1), partner="Mine GmbH", **plan)])
    tell(web_store, network, [event_row("departed", "CKG", "2024-05-14T10:40+08:00", "TRUE-1", partner="Mine GmbH")])
    return recorded(web_store)


def recorded(store: Store) -> list[str]:
    """All that is recorded and true."""
    with store.reading() as r:
        shipments = r.session.scalars(select(ShipmentRow.reference).where(~ShipmentRow.simulated))
        events = r.session.scalars(select(EventRow.id).where(~EventRow.simulated))
        return sorted([*shipments, *events])


def when_done(client: FlaskClient) -> str:
    """The words of the page once nobody is at it."""
    until = monotonic() + 60
    while monotonic() < until:
        page = words_of(client.get(PAGE).text)
        if "being filled" not in page and "being thrown away" not in page:
            return page
        sleep(0.05)
    raise AssertionError("it never ended")


def test_it_is_filled_and_thrown_away_and_true_records_stay(
    administrator: FlaskClient, web_store: Store, true_records: list[str], small: None
) -> None:
    assert "There is no simulated history" in words_of(administrator.get(PAGE).text)
    # two clicks at once: the second finds somebody at it
    for _ in range(2):
        assert post(administrator, PAGE + "/fill", confirmed="1").location == PAGE
    page = when_done(administrator)
    assert "simulated trains are there" in page or "simulated train is there" in page
    assert recorded(web_store) == true_records
    shown = administrator.get("/shipments?simulated=1", follow_redirects=True).text
    assert 'class="tag tag-sim"' in shown
    administrator.get("/shipments?simulated=0")

    assert post(administrator, PAGE + "/fill", confirmed="1").location == PAGE
    assert "All of it was there already" in when_done(administrator)

    for _ in range(2):
        assert post(administrator, PAGE + "/throw-away", confirmed="1").location == PAGE
    assert "gone, with all that was told of them" in when_done(administrator)
    assert recorded(web_store) == true_records
    with web_store.reading() as r:
        assert r.session.scalar(select(ShipmentRow.id).where(ShipmentRow.simulated)) is None
        entries = r.session.execute(
            select(AuditRow.action, AuditRow.after).where(AuditRow.subject == "simulated history").order_by(AuditRow.id)
        ).all()
    assert [action for action, _ in entries] == ["add", "remove"]
    assert entries[0][1]["journeys"] > 0
    assert sampling.sample(web_store, actor=CLERK).shipments == 0


def test_without_the_word_of_the_form_nothing_is_done(administrator: FlaskClient, web_store: Store) -> None:
    assert 'href="/admin/sample">Fill a sample workspace' in administrator.get("/").text
    for way in ("/fill", "/throw-away"):
        assert post(administrator, PAGE + way).location == PAGE
    assert not sampling.is_begun(web_store, now=datetime.fromisoformat("2030-01-01T00:00+00:00"))
    assert "Nothing was done" in words_of(administrator.get(PAGE).text)


def test_of_two_who_begin_one_does_and_a_mark_left_behind_runs_out(web_store: Store, now: datetime) -> None:
    assert sampling.begin(web_store, actor=CLERK, now=now)
    assert not sampling.begin(web_store, actor=CLERK, now=now)
    assert sampling.is_begun(web_store, now=now)
    later = now + sampling.LIFE
    assert not sampling.is_begun(web_store, now=later)
    assert sampling.begin(web_store, actor=CLERK, now=later)
    sampling.end(web_store, actor=CLERK, now=later)
    assert not sampling.is_begun(web_store, now=later)


def test_others_do_not_learn_of_it(partner: FlaskClient, city: FlaskClient) -> None:
    for client in (partner, city):
        assert client.get(PAGE).status_code == 404
        assert post(client, PAGE + "/fill", confirmed="1").status_code == 404
        assert "sample workspace" not in client.get("/").text
