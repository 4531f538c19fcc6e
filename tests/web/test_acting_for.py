"""Somebody of two organisations acts for one at a time, and sees and records in its name alone."""

from datetime import datetime

from railtrack.domain.line.network import Network
from railtrack.domain.rights import Role
from railtrack.operations.administering.organisations import join
from railtrack.store.engine import Store
from tests.factories import container, enter, shipment_row
from tests.web.conftest import CLERK, SignIn, post
from tests.web.following_pages import sqlite_url  # noqa: F401 - a fixture


def test_one_sees_the_shipments_of_the_organisation_one_acts_for(
    sign_in: SignIn, web_store: Store, network: Network, now: datetime
) -> None:
    rows = [shipment_row("A-1", container(1), partner="Alpha"), shipment_row("B-1", container(2), partner="Beta")]
    enter(web_store, network, [*rows, shipment_row("C-1", container(3), partner="Gamma")])
    client = sign_in(Role.PARTNER, "Alpha")
    join(web_store, "partner@example.org", "Beta", actor=CLERK, now=now)
    assert "A-1" in client.get("/shipments").text
    assert "B-1" not in client.get("/shipments").text
    page = client.get("/account").text
    beta = page.partition(">Beta</button>")[0].rpartition('value="')[2].partition('"')[0]
    assert post(client, "/account/organisation", organisation=beta).status_code == 302
    listed = client.get("/shipments").text
    assert "B-1" in listed
    assert "A-1" not in listed
    assert post(client, "/account/organisation", organisation="999").status_code == 404
    assert "B-1" in client.get("/shipments").text
