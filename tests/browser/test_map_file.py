"""The map as a file of its own in a real browser: it draws without a network, keys reach it, no text runs as script."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from railtrack.domain.line.network import Network
from railtrack.domain.records import Lateness
from railtrack.maps import CorridorMap, Dwell, Look, Stretch, VisitMark, overview_map, render_standalone
from railtrack.maps import shipment_map as one_shipment
from railtrack.maps import station_map as one_station
from tests.unit.map_samples import train

NASTY = "<img src=x onerror=alert(1)>{{ 7*7 }}</script><script>alert(2)</script>"
TRAINS = [
    train(1, reference=NASTY, state=NASTY, where=NASTY, details=(NASTY,), simulated=True),
    train(2, lat=58.6, lon=49.7, lateness=Lateness.ON_PLAN),
    train(3, lat=45.2, lon=82.5, lateness=Lateness.SILENT, is_estimated=True),
]


@pytest.fixture
def shown(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Open a map offline; whatever the browser complains of or asks for beyond the file fails the test."""
    contexts, complaints = [], []

    def show(drawn: CorridorMap, **options: Any) -> Any:
        file = tmp_path / "map.html"
        file.write_text(render_standalone(drawn), "utf-8")
        context = browser.new_context(**({"viewport": {"width": 1200, "height": 700}, "offline": True} | options))
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
        page.on("console", lambda said: complaints.append(f"console: {said.text}"))
        page.on("dialog", lambda dialog: (complaints.append(f"ran: {dialog.message}"), dialog.dismiss()))  # type: ignore[func-returns-value]
        page.on("request", lambda asked: complaints.append(asked.url) if asked.url != file.as_uri() else None)
        page.goto(file.as_uri())
        page.wait_for_selector("html[data-map=drawn]", state="attached")
        return page

    yield show
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def overview(network: Network) -> CorridorMap:
    return overview_map(
        network.stations, network.legs, list(network.corridors.values()), TRAINS,
        shown=["dostyk-petropavl"], look=Look(title=NASTY), with_table=True,
    )  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1200])
def test_the_overview_draws_offline(shown: Callable[..., Any], overview: CorridorMap, width: int, scheme: str) -> None:
    page = shown(overview, viewport={"width": width, "height": 700}, color_scheme=scheme)
    assert page.locator(".rt-train").count() == 3
    names = [e.inner_text() for e in page.locator(".m-label:not(.rt-off)").all()]
    assert "Moscow" in names  # Mannheim may be out of sight: narrow screens start at the trains
    assert 3 < len(names) < 30
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    colour = page.evaluate("getComputedStyle(document.querySelector('path.m-land')).fill")
    assert colour == {"light": "rgb(245, 243, 236)", "dark": "rgb(38, 48, 47)"}[scheme]


def test_arrow_keys_go_from_train_to_train_and_enter_tells_about_one(
    shown: Callable[..., Any], overview: CorridorMap
) -> None:
    page = shown(overview)
    page.locator(".rt-train").first.focus()
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("3 · CM-3, Late, +9 h")
    page.keyboard.press("Enter")
    page.wait_for_selector(".leaflet-popup-content")
    assert "place estimated" in page.inner_text(".leaflet-popup-content")


def test_text_from_users_is_shown_as_it_was_typed(shown: Callable[..., Any], overview: CorridorMap) -> None:
    page = shown(overview)
    page.locator(".rt-train").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".leaflet-popup-content")
    assert page.inner_text(".leaflet-popup-content strong") == f"1 · {NASTY}"
    assert page.inner_text(".map-table tbody tr:first-child th") == f"{NASTY} Simulated"
    assert page.title() == NASTY
    assert page.locator("img").count() == 0


def test_a_corridor_is_shown_and_hidden_by_its_layer(shown: Callable[..., Any], overview: CorridorMap) -> None:
    page = shown(overview)
    seen = ".rt-map path.m-leg-sea:not(.rt-off)"
    assert page.locator(seen).count() == 0
    page.hover(".leaflet-control-layers")
    page.wait_for_timeout(100)  # Leaflet ignores a click in the moment the control unfolds
    page.get_by_label("Middle corridor via Aktau, Alat, Poti").check()
    assert page.locator(seen).count() > 1
    page.get_by_role("checkbox", name="Trains").uncheck()
    assert page.locator(".rt-train").count() == 0


def test_one_shipment_and_one_station_draw_offline(shown: Callable[..., Any], network: Network) -> None:
    corridor = network.corridors["dostyk-petropavl"]
    legs = network.corridor_legs(corridor.id, corridor.origin, corridor.destination)
    assert legs is not None
    pieces = [Stretch(leg, leg.line) for leg in legs]
    visits = [VisitMark(station="DTK", lines=("arrived 16:55",))]
    page = shown(one_shipment(network.stations, corridor, pieces[:30], pieces[30:], TRAINS[1], visits))
    assert page.locator(".rt-map path.m-rest").count() == len(pieces) - 30
    dwell = Dwell(station="MAL", visits=3, lines=("median 24 h",))
    page = shown(one_station(network.stations, network.legs, network.stations["MAL"], dwell))
    page.locator(".rt-end").first.click()
    assert "3 stays recorded" in page.inner_text(".leaflet-popup-content")
