"""The reading pages in a real browser: one row of header, filters in a drawer on phones, maps that hold their ends."""

from collections.abc import Callable
from typing import Any

import pytest

from railtrack.domain.actors import Role
from railtrack.domain.line.network import Network
from railtrack.domain.records import Lateness
from railtrack.maps import Stretch, overview_map
from railtrack.maps import shipment_map as one_shipment
from tests.browser.conftest import LiveServer, sign_in
from tests.browser.test_map_file import shown
from tests.unit.map_samples import train

__all__ = ["shown"]


def test_the_administrators_header_is_one_row_on_a_desk(page: Any) -> None:
    sign_in(page, Role.ADMINISTRATOR)
    page.goto("/shipments")
    boxes = [page.locator(f".top {part}").bounding_box() for part in (".brand", ".nav", ".tools")]
    assert max(box["y"] for box in boxes) < min(box["y"] + box["height"] for box in boxes)
    assert boxes[2]["x"] + boxes[2]["width"] <= 1440
    assert page.locator(".top").bounding_box()["height"] < 70


def test_filters_lie_in_a_drawer_on_a_phone_and_need_no_script(
    live_server: LiveServer, open_page: Callable[..., Any]
) -> None:
    phone = open_page(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    sign_in(phone, Role.CITY)
    for address in ("/statistics/transit", "/shipments", "/trains", "/map"):
        phone.goto(address)
        assert not phone.locator("form.filters").is_visible(), address
        phone.click("summary:has-text('Filters')")
        assert phone.locator("form.filters").is_visible(), address
    phone.goto("/shipments?direction=westbound")
    assert phone.locator("form.filters").is_visible(), "a filter that is set is seen"
    wide = open_page(viewport={"width": 1200, "height": 844}, java_script_enabled=False)
    sign_in(wide, Role.CITY)
    wide.goto("/trains")
    assert wide.locator("form.filters").is_visible()
    assert not wide.locator("summary:has-text('Filters')").is_visible()


@pytest.mark.parametrize("count", [2, 5])
def test_trains_at_one_place_do_not_cover_one_another(
    shown: Callable[..., Any],
    network: Network,
    count: int,
) -> None:
    trains = [train(n, lat=52.03, lon=23.54, lateness=Lateness.LATE) for n in range(1, count + 1)]
    map_page = shown(overview_map(network.stations, network.legs, list(network.corridors.values()), trains))
    boxes = [map_page.locator(".rt-train").nth(n).bounding_box() for n in range(count)]
    middles = [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes]
    apart = [abs(a[0] - b[0]) + abs(a[1] - b[1]) for i, a in enumerate(middles) for b in middles[:i]]
    assert min(apart) >= 28
    assert "Trains at one place stand in a ring around it" in map_page.inner_text("body")


def test_a_shipments_map_on_a_small_phone_holds_both_ends(
    shown: Callable[..., Any],
    network: Network,
) -> None:
    corridor = network.corridors["dostyk-petropavl"]
    legs = network.corridor_legs(corridor.id, corridor.origin, corridor.destination)
    assert legs is not None
    pieces = [Stretch(leg, leg.line) for leg in legs]
    drawn = one_shipment(network.stations, corridor, [], pieces, train(1, lat=29.6, lon=106.4))
    page = shown(drawn, viewport={"width": 288, "height": 560})
    ends = [page.locator(".rt-end").nth(n).bounding_box() for n in range(2)]
    assert min(end["x"] for end in ends) >= 0
    assert max(end["x"] + end["width"] for end in ends) <= 288


def test_a_map_keeps_the_line_in_sight_when_its_frame_changes_until_the_reader_moves_it(
    shown: Callable[..., Any],
    network: Network,
) -> None:
    trains = [train(1, lat=52.03, lon=23.54), train(2, lat=45.2, lon=82.5)]
    drawn = overview_map(network.stations, network.legs, list(network.corridors.values()), trains)
    page = shown(drawn, viewport={"width": 1200, "height": 700})

    def widths(width: int) -> tuple[float, float]:
        page.set_viewport_size({"width": width, "height": 700})
        page.wait_for_function(f"Math.abs(document.querySelector('.rt-map').clientWidth - {width}) < 40")
        page.wait_for_timeout(300)
        boxes = [page.locator(".rt-train").nth(n).bounding_box() for n in range(2)]
        return boxes[0]["x"], boxes[1]["x"] + boxes[1]["width"]

    left, right = widths(390)
    assert left >= 0
    assert right <= 390
    assert right - left > 200, "the trains fill a narrow map"
    wide = widths(1200)
    page.click(".leaflet-control-zoom-in")
    page.wait_for_timeout(500)
    near = widths(1000)
    assert near[1] - near[0] > wide[1] - wide[0], "what the reader chose stays"


def test_pages_fit_the_narrowest_phone(open_page: Callable[..., Any]) -> None:
    phone = open_page(viewport={"width": 320, "height": 800}, java_script_enabled=False)
    sign_in(phone, Role.CITY)
    for address in ("/", "/shipments", "/trains", "/map", "/statistics/transit", "/stations/MAL", "/corridors"):
        phone.goto(address)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 320, address
