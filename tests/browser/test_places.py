"""Administering places in a real browser: with and without script, on a desk and on a phone."""

from collections.abc import Callable
from typing import Any

import pytest

from railtrack.domain.actors import Role
from railtrack.operations.administering import places
from tests.browser.conftest import ADMINISTRATOR, LiveServer, sign_in, violations
from tests.rails import needs_rails

pytestmark = pytest.mark.browser
PAGES = (
    "/admin/places",
    "/admin/places/add/station?find=Manheim",
    "/admin/places/add/leg",
    "/admin/places/add/corridor?like=khorgos",
    "/admin/places/stations/DTK",
    "/admin/places/legs/MNT/ZHZ",
    "/admin/places/corridors/khorgos",
)


def type_saryshagan(page: Any) -> None:
    for field, value in (
        ("id", "SRY"), ("country", "KZ"), ("name", "Saryshagan"), ("lat", "46.11"), ("lon", "73.62"),
    ):  # fmt: skip
        page.fill(f"#f-{field}", value)
    page.check("#gauge-1520")
    page.check("#role-way")


def test_a_station_is_added_with_the_zone_that_is_proposed_while_one_types(page: Any, live_server: LiveServer) -> None:
    sign_in(page, Role.ADMINISTRATOR)
    page.goto("/admin/places/add/station")
    type_saryshagan(page)
    page.click("#live button:has-text('Use Asia/Almaty')")
    assert page.input_value("#f-timezone") == "Asia/Almaty"
    page.wait_for_selector("#live:has-text('Nothing is wrong')")
    page.click("button:has-text('Add the station')")
    page.wait_for_url("**/admin/places/stations/SRY")
    assert page.text_content("h1") == "No leg leads to Saryshagan yet."
    assert places.station(live_server.store, "SRY", actor=ADMINISTRATOR).value.timezone == "Asia/Almaty"


def test_without_script_the_proposed_zone_stands_in_the_field_and_is_confirmed_by_sending_again(
    open_page: Callable[..., Any],
) -> None:
    page = open_page(java_script_enabled=False)
    sign_in(page, Role.ADMINISTRATOR)
    page.goto("/admin/places/add/station")
    type_saryshagan(page)
    page.click("button:has-text('Add the station')")
    assert "Confirm the time its railway works in." in (page.text_content(".summary") or "")
    assert page.input_value("#f-timezone") == "Asia/Almaty"
    page.click("button:has-text('Add the station')")
    page.wait_for_url("**/admin/places/stations/SRY")


def test_two_tabs_meet_and_the_second_is_told(page: Any, live_server: LiveServer) -> None:
    sign_in(page, Role.ADMINISTRATOR)
    page.goto("/admin/places/stations/DTK")
    second = page.context.new_page()
    second.goto("/admin/places/stations/DTK")
    page.fill("#f-coordinate_note", "seen from the air")
    page.click("button:has-text('Mend the station')")
    page.wait_for_selector(".flashes:has-text('Mended.')")
    second.fill("#f-coordinate_note", "seen from the train")
    second.click("button:has-text('Mend the station')")
    second.wait_for_selector(":focus:has-text('DTK was changed by somebody else meanwhile')")
    assert second.input_value("#f-coordinate_note") == "seen from the train"
    second.click("#remove summary")
    assert "Legs end here: ALK–DTK" in second.inner_text("#remove")
    assert second.locator("#remove button").count() == 0


@needs_rails
def test_a_corridor_is_checked_while_one_types_its_missing_leg_routed_and_enter_stores_it(
    page: Any, live_server: LiveServer
) -> None:
    sign_in(page, Role.ADMINISTRATOR)
    page.goto("/admin/places/add/corridor")
    page.fill("#f-stations", "Alashankou\nDostyk\nAGZ\nMNT")
    page.wait_for_selector("#live:has-text('4 stations are known, 2 legs join them')")
    page.click("#live button:has-text('Use ALK-DTK')")
    assert page.input_value("#f-border_pairs") == "ALK-DTK"
    page.wait_for_selector("#live li.gap:has-text('Aktogay')")
    page.set_default_timeout(60_000)  # loading the rail network takes a while the first time
    page.click("button:has-text('Route them over the rail network')")
    page.wait_for_selector(".flashes:has-text('AGZ–MNT:')")
    for field, value in (
        ("id", "straight"),
        ("name", "Straight"),
        ("planned_running_h", "20"),
        ("planned_dwell_h", "4"),
    ):
        page.fill(f"#f-{field}", value)
    page.press("#f-planned_dwell_h", "Enter")
    page.wait_for_url("**/admin/places/corridors/straight")
    stored = places.corridor(live_server.store, "straight", actor=ADMINISTRATOR).value
    assert (stored.stations, stored.gauge_changes) == (("ALK", "DTK", "AGZ", "MNT"), ("DTK",))


def test_no_page_is_wider_than_a_phone_and_buttons_suit_a_thumb(phone: Any) -> None:
    sign_in(phone, Role.ADMINISTRATOR)
    for address in PAGES:
        phone.goto(address)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390, address
        small = phone.eval_on_selector_all(
            "main .btn:not(.btn-s):not([hidden])",
            "all => all.filter(b => b.getBoundingClientRect().height < 43.5).map(b => b.outerHTML)",
        )
        assert small == [], address


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_free_of_barriers_a_machine_can_find(open_page: Callable[..., Any], scheme: str) -> None:
    page = open_page(color_scheme=scheme, bypass_csp=True)
    sign_in(page, Role.ADMINISTRATOR)
    found = {}
    for address in PAGES:
        page.goto(address)
        found[address] = violations(page)
    assert not {address: what for address, what in found.items() if what}
