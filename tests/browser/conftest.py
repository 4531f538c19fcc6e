"""A real server and a real browser.

`live_server` is a running railtrack with reference data and one account per role, its store fresh for each test;
`page` is a page of Chromium that fails the test on any message in the console, any error of a script and any request
that leaves the server, `phone` the same at the size of one; `open_page(…)` opens more, with options of a browser
context. `sign_in(page, role)` signs in; `violations(page)` is what axe-core finds wrong.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.serving import make_server

import railtrack
from railtrack.config import Settings
from railtrack.domain.actors import Actor, Role
from railtrack.domain.rights import OF_AN_ORGANISATION
from railtrack.operations.administering.accounts import create_user
from railtrack.operations.administering.reference import init
from railtrack.store.engine import Store
from railtrack.store.people import person_by_email
from railtrack.web.app import create_app
from tests.browser.full_house import FullHouse, furnish_fully

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Frame, Page

playwright_api = pytest.importorskip("playwright.sync_api", reason="pip install playwright")

PASSWORD = "sea containers by rail"
PARTNER = "Alpha Freight"
ADMINISTRATOR = Actor(name="cli:test", role=Role.ADMINISTRATOR)
CHROMIUM = next((p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name))), None)
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]


@dataclass(frozen=True)
class LiveServer:
    """A running railtrack: where it is, and what it stands on."""

    url: str
    store: Store
    app: Flask

    def actor(self, role: Role = Role.PARTNER) -> Actor:
        """Somebody who may act on the store without the browser."""
        with self.store.reading() as reading:
            person = person_by_email(reading, address(role))
        assert person is not None
        return person.actor("test")


def address(role: Role | str) -> str:
    """The address of the account with this role."""
    return f"{Role(role).value}@railtrack.example"


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with reference data, the published record and an account per role, made once."""
    path = tmp_path_factory.mktemp("furnished") / "railtrack.db"
    store = Store(f"sqlite:///{path}")
    now = datetime.now(UTC)
    init(store, now=now)
    for role in Role:
        create_user(
            store,
            address(role),
            f"A. {role.value.capitalize()}",
            role,
            organisation=PARTNER if role in OF_AN_ORGANISATION else "",
            password=PASSWORD,
            actor=ADMINISTRATOR,
            now=now,
        )
    store.close()
    return path


@pytest.fixture(scope="session")
def full_house(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> FullHouse:
    """A database with something on every page, made once."""
    path = tmp_path_factory.mktemp("full") / "railtrack.db"
    return furnish_fully(furnished, path, partner=PARTNER, password=PASSWORD)


@pytest.fixture
def live_server(furnished: Path, tmp_path: Path) -> Iterator[LiveServer]:
    """A server on a free port, in a thread, on a store of its own."""
    path = tmp_path / "railtrack.db"
    shutil.copyfile(furnished, path)
    store = Store(f"sqlite:///{path}")
    app = create_app(Settings(database_url=f"sqlite:///{path}"), store)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield LiveServer(f"http://127.0.0.1:{server.server_port}", store, app)
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()
    store.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started once; without one the tests are skipped, in CI they fail."""
    if CHROMIUM is None:
        missing = "no browser: install the system's package chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with playwright_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer) -> Iterator[Callable[..., Page]]:
    """Open pages with options of a browser context, such as viewport or java_script_enabled.

    `expects_faults`: the test itself makes requests fail, so that the console speaks.
    """
    contexts: list[Any] = []
    complaints: list[str] = []

    def open_one(*, expects_faults: bool = False, **options: Any) -> Page:
        given: dict[str, Any] = {
            "viewport": {"width": 1440, "height": 900},
            "locale": "en-GB",
            "base_url": live_server.url,
        } | options
        context = browser.new_context(**given)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        if expects_faults:
            return page
        listen(page, live_server.url, complaints.append)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


def listen(page: Page, url: str, complain: Callable[[str], object]) -> None:
    """Complain of whatever a page must not do: speak in the console, fail in a script, ask another server."""
    page.on("pageerror", lambda error: complain(f"script: {error}"))
    page.on(
        "console",
        # an answer that refuses a form is no fault of the page
        lambda said: (
            complain(f"console: {said.text}")
            if said.type in ("error", "warning") and "status of 4" not in said.text
            else None
        ),
    )
    page.on(
        "request",
        lambda asked: (
            complain(f"left the server: {asked.url}")
            if urlsplit(asked.url).scheme.startswith("http") and not asked.url.startswith(url)
            else None
        ),
    )


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A page as wide as a desk's."""
    return open_page()


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Page:
    """A page as wide as a phone, touched with a thumb."""
    return open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, device_scale_factor=2)


def sign_in(page: Page, role: Role | str = Role.PARTNER) -> None:
    """Sign in as the account with this role, or with this address."""
    page.goto("/sign-in")
    page.fill("input[name=email]", role if "@" in role else address(role))
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button:not([type=button])")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def violations(page: Page | Frame, *rules: str, without: Sequence[str] = ()) -> list[str]:
    """What axe-core finds wrong with the page as it stands, against WCAG 2.2 AA and good practice, or by these rules.

    `rules` are ids or tags of axe-core. A map in a frame is looked at apart.
    """
    script = Path(railtrack.__file__).parent / "web" / "static" / "node_modules" / "axe-core" / "axe.min.js"
    if not script.is_file():
        if os.environ.get("CI") == "true":
            pytest.fail("no axe-core: run make setup")
        pytest.skip("no axe-core: run make setup")
    if not page.evaluate("typeof axe == 'object'"):
        page.evaluate(script.read_text())
    options = {
        "runOnly": list(rules) or [*WCAG, "best-practice"],
        "resultTypes": ["violations"],
        "iframes": False,
        "rules": {each: {"enabled": False} for each in without},
        "preload": False,  # of what is on other servers, which there is not
    }
    found = page.evaluate("(options) => axe.run(options)", options)
    return [f"{v['id']}: {v['help']}: {v['nodes'][0]['html'][:120]}" for v in found["violations"]]
