"""Two people change one shipment at once, each in a browser of their own, at a desk and on a phone."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from railtrack.domain.actors import EVERYTHING
from railtrack.domain.rows.raw import RawRow
from railtrack.operations.administering.reference import load_world
from railtrack.operations.entering.forms import record_shipment
from railtrack.store.reading.shipments import shipment_named
from tests.browser.conftest import LiveServer, sign_in, violations
from tests.factories import container_number

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
CELLS = {"reference": "MA-1", "origin": "CKG", "destination": "MHG", "size_type": "45G1", "gross_kg": "21000"}


@pytest.fixture
def address(live_server: LiveServer) -> str:
    """A shipment of two containers; where its form is."""
    store, actor = live_server.store, live_server.actor()
    rows = [RawRow(None, {**CELLS, "container": container_number(serial)}) for serial in (1, 2)]
    done = record_shipment(store, "k1", rows, world=load_world(store), actor=actor, now=datetime.now(UTC))
    return f"/shipments/{done.subject}/change"


def recorded(live_server: LiveServer) -> Any:
    with live_server.store.reading() as r:
        return shipment_named(r, EVERYTHING, "MA-1")


def test_the_second_sees_what_changed_chooses_and_both_hold(
    open_page: Callable[..., Any], live_server: LiveServer, address: str
) -> None:
    desk, phone = open_page(), open_page(**PHONE, java_script_enabled=False)
    for page in (desk, phone):
        sign_in(page)
        page.goto(address)
    assert violations(desk) == []
    # on the phone, without a script: the first saves
    phone.fill("#f-shipper", "Werk Chongqing")
    phone.fill("#gross_kg-1", "20500")
    phone.click(".bar button:has-text('Save the changes')")
    phone.wait_for_selector(".flashes:has-text('MA-1 is changed.')")
    # at the desk the second types over the same weight, something else besides, and one container more
    desk.fill("#f-consignee", "Maschinen Mannheim")
    desk.fill("#gross_kg-1", "19900")
    desk.fill("#container-3", container_number(3))
    desk.keyboard.press("Control+Enter")
    desk.wait_for_selector("h1:has-text('Both of you changed one thing; choose what holds.')")
    assert violations(desk) == []
    assert desk.locator("label:has-text('Yours') input").is_checked()
    said = desk.inner_text("main")
    for text in (
        "19900",
        "20500",
        "Before: 21000",
        "partner@railtrack.example",
        "Werk Chongqing",
        "Maschinen Mannheim",
    ):
        assert text in said, text
    assert recorded(live_server).facts.consignee == ""
    desk.click("label:has-text('Saved:')")
    desk.click("button:has-text('Save both together')")
    desk.wait_for_selector(".flashes:has-text('MA-1 is changed.')")
    shipment = recorded(live_server)
    assert (shipment.facts.shipper, shipment.facts.consignee) == ("Werk Chongqing", "Maschinen Mannheim")
    assert [box.facts.gross_kg for box in shipment.containers][:2] == [20500, 21000]
    assert len(shipment.containers) == 3
    # now on the phone, which was late: it takes one out that the desk has changed meanwhile
    phone.goto(address)
    desk.goto(address)
    desk.fill("#gross_kg-2", "18000")
    desk.click(".bar button:has-text('Save the changes')")
    desk.wait_for_selector(".flashes:has-text('MA-1 is changed.')")
    phone.check("input[name=out][value='2']")
    phone.click(".bar button:has-text('Save the changes')")
    phone.wait_for_selector("h1:has-text('Both of you changed one thing')")
    phone.click("button:has-text('Save both together')")
    phone.wait_for_selector(".flashes:has-text('MA-1 is changed.')")
    assert len(recorded(live_server).containers) == 2


def test_what_was_just_recorded_is_taken_back_with_one_button(page: Any, live_server: LiveServer) -> None:
    sign_in(page)
    page.goto("/shipments/new")
    page.fill("#f-reference", "MA-9")
    page.fill("#f-origin", "CKG")
    page.fill("#f-destination", "MHG")
    page.fill("#container-1", container_number(9))
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".flashes:has-text('MA-9 is recorded with one container.')")
    page.click("button:has-text('Undo the recording')")
    page.wait_for_selector(".flashes:has-text('Taken back: nothing of it is recorded.')")
    assert page.input_value("#f-reference") == "MA-9"
    assert page.input_value("#container-1") == container_number(9)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".flashes:has-text('MA-9 is recorded with one container.')")
