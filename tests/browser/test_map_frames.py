"""Map frames are sandboxed, in their frame and opened by their own address, and maps work all the same."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from railtrack.domain.actors import Role
from railtrack.operations.administering.demo import add_demo
from tests.browser.conftest import ADMINISTRATOR, LiveServer, sign_in

ORIGIN = "try { document.cookie; localStorage.length; 'ours' } catch (e) { e.name }"


@pytest.mark.parametrize("address", ["/map/frame", "/stations/MAL/map/frame"])
def test_a_frame_opened_by_its_address_draws_and_has_no_origin(open_page: Callable[..., Any], address: str) -> None:
    page = open_page(expects_faults=True)  # what it may not do, the console tells
    sign_in(page, Role.CITY)
    page.goto(address)
    page.wait_for_selector("html[data-map=drawn]", state="attached")
    assert page.evaluate("self.origin") == "null"
    assert page.evaluate(ORIGIN) == "SecurityError"
    assert page.evaluate("fetch('/account').then(() => 'read', () => 'refused')") == "refused"


def test_in_their_pages_maps_tell_of_trains_lead_to_them_and_fill_the_screen(
    page: Any, live_server: LiveServer
) -> None:
    add_demo(live_server.store, journeys=120, actor=ADMINISTRATOR, now=datetime.now(UTC))
    sign_in(page, Role.CITY)
    page.goto("/map?simulated=1")
    frame = page.frame_locator("iframe")
    frame.locator("html[data-map=drawn]").wait_for(state="attached")
    frame.locator(".rt-full button").click()
    inner = next(each for each in page.frames if "/map/frame" in each.url)
    inner.wait_for_selector(":fullscreen")
    frame.locator(".rt-full button").click()
    inner.wait_for_selector(":fullscreen", state="detached")
    frame.locator(".rt-train").first.focus()
    page.keyboard.press("Enter")
    frame.locator(".leaflet-popup-content a").click()
    page.wait_for_url("**/shipments/*")
    assert "Page not found" not in page.inner_text("h1")
    shipment = page.url
    page.goto(f"{shipment}/map")
    frame = page.frame_locator("iframe")
    frame.locator("html[data-map=drawn]").wait_for(state="attached")
    frame.locator(".rt-full button").click()
    inner = next(each for each in page.frames if each.url.endswith("/map/frame"))
    inner.wait_for_selector(":fullscreen")


def test_a_link_of_a_frame_opens_beside_it(page: Any) -> None:
    sign_in(page, Role.CITY)
    page.context.route("https://www.openstreetmap.org/**", lambda route: route.fulfill(body="licence"))
    page.goto("/map")
    with page.context.expect_page() as opened:
        page.frame_locator("iframe").get_by_role("link", name="OpenStreetMap").click()
    assert opened.value.url.startswith("https://www.openstreetmap.org/copyright")
