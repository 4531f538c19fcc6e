"""README's first ten minutes, step by step, in a real browser on a server of its own, started as `make run` does."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.factories import container_number

CHECKOUT = Path(__file__).parents[2]
EXAMPLE = CHECKOUT / "tests" / "example"
OURS, ADMINISTRATOR, CLERK = "Example Forwarding", "you@example.org", "clerk@example.org"
PASSWORD = "wagons over the steppe"
BOXES = (container_number(1), container_number(2))


@dataclass(frozen=True)
class Served:
    """A running railtrack and what it printed first."""

    url: str
    setup_link: str


@pytest.fixture
def live_server(tmp_path: Path) -> Iterator[Served]:
    """The production server on a database that does not exist yet; takes the place of the one in conftest."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {name: value for name, value in os.environ.items() if not name.startswith("RAILTRACK_")}
    settings |= {
        "RAILTRACK_DATABASE_URL": f"sqlite:///{tmp_path / 'data' / 'railtrack.sqlite'}",
        "PYTHONPATH": str(CHECKOUT),
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, "-m", "railtrack", "serve", "--port", str(port)]
    server = subprocess.Popen(command, env=settings, cwd=tmp_path, stdout=subprocess.PIPE, text=True,
                              start_new_session=True)  # fmt: skip
    try:
        assert server.stdout is not None
        address, link = server.stdout.readline(), server.stdout.readline()
        url = f"http://127.0.0.1:{port}"
        assert url in address
        found = re.search(r"http://\S+/setup/\S+", link)
        assert found is not None, link
        _wait_for(url)
        yield Served(url, found.group())
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.communicate(timeout=30)


def test_the_first_ten_minutes(open_page: Callable[..., Any], live_server: Served) -> None:
    visitor = open_page()
    _see_the_true_history(visitor)
    link = _become_administrator(open_page(), live_server.setup_link)
    partner = open_page()
    _sign_in_by_link(partner, link)
    _enter_a_shipment(partner)
    _tell_what_happened(partner)
    _take_in_the_files(partner)
    _read_the_answers(partner)
    # a visitor still sees nothing of it
    visitor.goto("/")
    assert "MA-1" not in visitor.content()
    assert OURS not in visitor.content()

    phone = open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, device_scale_factor=2)
    phone.goto("/sign-in")
    phone.fill("input[name=email]", CLERK)
    phone.fill("input[name=password]", PASSWORD)
    phone.click("main form button:not([type=button])")
    phone.wait_for_url(lambda url: "/sign-in" not in url)
    _read_the_answers(phone)
    for path in ("/", "/map", "/statistics/transit", "/shipments"):
        phone.goto(path)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390, f"{path} is wider than a phone"


# ---------------------------------------------------------------- the steps


def _see_the_true_history(page: Any) -> None:
    page.goto("/")
    assert "the line stopped" in page.inner_text("h1")
    told = page.inner_text("main")
    for known in ("11,200", "Mannheim", "Chongqing"):
        assert known in told
    assert page.locator("main svg").count() > 0
    sources = page.locator("table.record tbody tr")
    assert sources.count() >= 5
    page.goto("/shipments")
    assert "/sign-in" in page.url


def _become_administrator(page: Any, link: str) -> str:
    """Use the one-time link, give an account to a partner, and come back with its link."""
    page.goto(link)
    page.fill("input[name=email]", ADMINISTRATOR)
    page.fill("input[name=name]", "You")
    page.fill("input[name=password]", PASSWORD)
    page.click("text=Set railtrack up")
    page.wait_for_selector("text=You are its administrator.")
    page.goto(link)
    assert "used already" in page.inner_text("main")
    page.goto("/")
    page.click("nav >> text=Accounts")
    page.click("text=Add a person")
    page.fill("input[name=email]", CLERK)
    page.fill("input[name=name]", "A clerk")
    page.fill("input[name=organisation]", OURS)
    page.click("text=Add and make the link")
    return str(page.input_value("#link"))


def _sign_in_by_link(page: Any, link: str) -> None:
    page.goto(link)
    page.fill("input[name=password]", PASSWORD)
    page.click("text=Set password and sign in")
    page.wait_for_selector("text=you are signed in")


def _enter_a_shipment(page: Any) -> None:
    page.click("header .tools >> text=New shipment")
    page.fill("#f-reference", "MA-1")
    page.fill("#f-origin", "Mannheim Mühlauhafen (MHG)")
    page.fill("#f-destination", "Chongqing Tuanjiecun (CKG)")
    page.fill("#f-train", "YXO 8434")
    page.fill("#f-planned_departure", f"{_day(12)} 10:00")
    for row, number in enumerate(BOXES, 1):
        page.fill(f"#container-{row}", number)
        page.fill(f"#size_type-{row}", "45G1")
    page.wait_for_selector("#sentence >> text=Nothing is wrong with them.")
    page.click(".bar >> text=Record shipment")
    page.wait_for_selector("text=MA-1 is recorded with 2 containers.")


def _tell_what_happened(page: Any) -> None:
    page.click("text=Record departure")
    page.fill("#f-date", _day(12))
    page.fill("#f-time", "10:30")
    page.click("text=Record for 2 containers")
    page.wait_for_selector("h1 >> text=is recorded for 2 containers.")
    for event, days, clock in (("arrived", 9, "08:00"), ("departed", 8, "20:00")):
        page.click("text=Record the next event")
        page.click("summary >> text=all stations")
        page.select_option("#f-event", event)
        page.select_option("#f-station", "MAL")
        page.fill("#f-date", _day(days))
        page.fill("#f-time", clock)
        page.click("text=Record for 2 containers")
        page.wait_for_selector("h1 >> text=Małaszewicze is recorded for 2 containers.")
    page.click("text=To the shipment")
    assert "MA-1" in page.inner_text("main")


def _take_in_the_files(page: Any) -> None:
    for name in ("shipments.csv", "events.csv"):
        page.click("nav >> text=Import")
        page.set_input_files("#f-file", EXAMPLE / name)
        page.click("text=Look at it first")
        page.wait_for_selector("text=Nothing is stored yet.")
        page.click("button >> text=Continue")
        page.wait_for_selector("h1 >> text=rows are recorded.")
        told = re.match(r"\d+", page.inner_text(".figure .v >> nth=0"))
        rows = len((EXAMPLE / name).read_text().splitlines()) - 1
        # one row of the events is the same event in another spelling
        assert told is not None
        assert int(told.group()) == rows - (name == "events.csv")


def _read_the_answers(page: Any) -> None:
    page.goto("/statistics/transit")
    sentence = page.inner_text("h1")
    # 404.1 h on average over the five completed journeys of the worked case
    assert re.search(r"\d", sentence), sentence
    table = page.inner_text("table.statistic")
    assert "404.1" in table
    assert page.locator("main figure svg").count() > 0

    page.goto("/map")
    listed = page.inner_text("main")
    assert "MA-1" in listed
    # the example's train of 2024 never arrived
    assert "One shipment under way was lost from sight" in listed
    frame = page.frame_locator("main iframe")
    frame.locator(".leaflet-container").wait_for()
    drawn = frame.locator("body").inner_html()
    assert "MA-1" in drawn
    assert frame.locator(".leaflet-container path").count() > 10

    page.goto("/shipments?q=MA-1")
    page.click("main >> text=MA-1")
    page.wait_for_selector("h1")
    way = page.inner_text("main")
    for place in ("Mannheim", "Małaszewicze", "Chongqing"):
        assert place in way


# ---------------------------------------------------------------- helpers


def _day(days_ago: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days_ago)).date().isoformat()


def _wait_for(url: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=10):  # noqa: S310 - our own server
                return
        except (ConnectionError, urllib.error.URLError):
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")
