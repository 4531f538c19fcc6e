"""Sharing in a real browser: a link is made on the desk and opened on phones that know nobody, in each language."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from railtrack.domain.actors import Role
from railtrack.domain.times import Moment
from railtrack.operations.administering.reference import load_world
from tests.browser.conftest import PARTNER, LiveServer, sign_in, violations
from tests.factories import container, container_number, enter, event_row, moment, shipment_row, tell

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}


def ago(days: int) -> str:
    return f"{datetime.now(UTC) - timedelta(days=days):%Y-%m-%dT%H:%M}+00:00"


def plan(days: int) -> Moment:
    return moment(ago(days))


def test_a_link_made_on_the_desk_is_read_on_phones_in_each_language(
    live_server: LiveServer, open_page: Callable[..., Any]
) -> None:
    store, network = live_server.store, load_world(live_server.store).network
    now = datetime.now(UTC).replace(microsecond=0)
    box = container(1, goods="Lathes", seals=("S-1",), gross_kg=21640.0)
    facts = {"partner": PARTNER, "shipper": "Hush Ltd", "planned_departure": plan(8), "planned_arrival": plan(-9)}
    enter(store, network, [shipment_row("MA-7", box, **facts)], now=now)
    told = [("departed", "CKG", 8), ("arrived", "DTK", 1)]
    tell(store, network, [event_row(what, at, ago(days), "MA-7", partner=PARTNER) for what, at, days in told], now=now)

    desk = open_page(permissions=["clipboard-read", "clipboard-write"])
    sign_in(desk, Role.PARTNER)
    desk.goto("/shipments?q=MA-7")
    desk.get_by_role("link", name="Share", exact=True).click()
    desk.wait_for_selector("#preview .answer-small")
    assert violations(desk) == []
    assert "Lathes" not in desk.inner_text("#preview")
    desk.check("#f-goods")
    desk.wait_for_selector("#preview >> text=Lathes")
    desk.fill("#f-label", "Müller AG")
    desk.get_by_role("button", name="Make the link").click()
    desk.wait_for_selector("#link")
    assert violations(desk) == []
    address = desk.input_value("#link")
    desk.get_by_role("button", name="Copy").click()
    desk.wait_for_selector("button:has-text('Copied')")
    assert desk.evaluate("navigator.clipboard.readText()") == address

    for locale, language, scheme in (("en-GB", "en", "light"), ("de-DE", "de", "dark"), ("zh-CN", "zh", "light")):
        phone = open_page(locale=locale, color_scheme=scheme, **PHONE)
        phone.goto(address)
        phone.wait_for_selector("table.tt")
        assert phone.get_attribute("html", "lang") == language
        assert violations(phone) == []
        said = phone.inner_text("body")
        assert "MA-7" in said
        assert "Lathes" in said
        assert container_number(1)[4:10] not in said
        assert "Hush Ltd" not in said
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390
        phone.locator(".plate + p a").click()
        phone.wait_for_selector("iframe")
        frame = phone.frame_locator("iframe")
        frame.locator(".rt-train").first.wait_for()
        assert violations(phone) == []
        assert phone.get_attribute("html", "lang") == language
        assert phone.context.cookies() == []

    desk.goto("/account/shared")
    assert "3" in desk.inner_text("td.num")
    assert violations(desk) == []
    desk.get_by_role("button", name="Withdraw").click()
    desk.wait_for_selector(".note-done")
    phone.goto(address)
    assert "已失效" in phone.inner_text("h1")
    assert violations(phone) == []
