"""The day of each role, in each language: what it came for, found by the words it reads, on a desk or a phone.

All words come out of the catalogues, so that a page that says something else, or the same in English, is not found.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from gettext import translation
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.serving import make_server

from railtrack.domain.actors import Role
from railtrack.web.i18n import TRANSLATIONS
from tests.browser.conftest import PASSWORD, LiveServer, address, violations
from tests.browser.full_house import FullHouse
from tests.factories import container_number

if TYPE_CHECKING:
    from playwright.sync_api import Page

LOCALES = {"en": "en-GB", "de": "de-DE", "zh": "zh-CN"}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
FULL_STOPS = {"zh": "。"}


@dataclass(frozen=True)
class Words:
    """The words of a language, by their English ones."""

    language: str

    def __call__(self, sentence: str, **values: object) -> str:
        said = self._catalogue.gettext(sentence)
        return said % values if values else said

    def counted(self, one: str, many: str, num: int, **values: object) -> str:
        return self._catalogue.ngettext(one, many, num) % {"num": num, **values}

    @property
    def _catalogue(self) -> Any:
        return translation("messages", str(TRANSLATIONS), [self.language], fallback=self.language == "en")


@pytest.fixture
def live_server(full_house: FullHouse, tmp_path: Path) -> Iterator[LiveServer]:
    """A server over a copy of the full house; takes the place of the one in conftest."""
    path = tmp_path / "railtrack.db"
    shutil.copyfile(full_house.path, path)
    store, app = full_house.app(path)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield LiveServer(f"http://127.0.0.1:{server.server_port}", store, app)
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()
    store.close()


@pytest.fixture(params=LOCALES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def words(language: str) -> Words:
    return Words(language)


@pytest.fixture
def begin(open_page: Callable[..., Page], language: str, words: Words) -> Callable[..., Page]:
    """Come in the morning: sign in by what the page says."""

    def sign_in(role: Role, **options: Any) -> Page:
        page = open_page(locale=LOCALES[language], reduced_motion="reduce", **options)
        page.goto("/sign-in")
        assert page.inner_text("h1") == words("Who is asking?")
        page.get_by_label(words("E-mail address")).fill(address(role))
        page.get_by_label(words("Password"), exact=True).fill(PASSWORD)
        page.get_by_role("button", name=words("Sign in"), exact=True).click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        assert page.evaluate("document.documentElement.lang") == language
        return page

    return sign_in


def go(page: Page, name: str) -> None:
    """Follow a link of the main navigation."""
    page.locator("header nav").get_by_role("link", name=name, exact=True).click()
    page.wait_for_selector(f"header nav a[aria-current]:text-is('{name}')")


def test_a_partner_books_a_shipment_and_tells_that_it_left(begin: Callable[..., Page], words: Words) -> None:
    page = begin(Role.PARTNER)
    page.locator("header").get_by_role("link", name=words("New shipment"), exact=True).first.click()
    page.get_by_label(words("Your reference")).fill("DAY-1")
    page.get_by_label(words("From"), exact=True).fill("Mannheim Mühlauhafen (MHG)")
    page.get_by_label(words("To"), exact=True).fill("Chongqing Tuanjiecun (CKG)")
    page.locator("#container-1").fill(container_number(901))
    page.locator("#size_type-1").fill("45G1")
    page.get_by_text(words("Nothing is wrong with them.")).wait_for()
    page.locator(".bar").get_by_role("button", name=words("Record shipment")).click()
    booked = words.counted("%(reference)s is recorded with one container.",
                       "%(reference)s is recorded with %(num)d containers.", 1, reference="DAY-1")  # fmt: skip
    page.get_by_text(booked).wait_for()
    assert violations(page) == []
    page.get_by_role("link", name=words("Record departure")).click()
    page.wait_for_selector(f"h1:has-text('{words('What happened to %(reference)s?', reference='DAY-1')}')")
    page.get_by_role(
        "button", name=words.counted("Record for one container", "Record for %(num)d containers", 1)
    ).click()
    page.get_by_role("link", name=words("Record the next event")).wait_for()
    assert words("Departed") in page.inner_text("h1")


def test_a_terminals_clerk_tells_on_the_phone_that_a_container_left(begin: Callable[..., Page], words: Words) -> None:
    page = begin(Role.TERMINAL, **PHONE)
    go(page, words("Record an event"))
    page.locator("main").get_by_label(words("Container")).fill(container_number(1))
    page.get_by_role("button", name=words("Go on")).click()
    page.wait_for_selector(".bar button")
    assert violations(page) == []
    page.locator("label", has_text=words("Departed")).first.click()
    page.locator(".bar button").click()
    page.get_by_role("link", name=words("Record the next event")).wait_for()
    assert words("Departed") in page.inner_text("h1")
    page.get_by_role("button", name=words("Undo")).click()
    page.get_by_text(words("Taken back. The history keeps both, what was said and that it was withdrawn.")).wait_for()


def test_a_reader_finds_a_shipment_and_takes_the_list_along(
    begin: Callable[..., Page], words: Words, language: str
) -> None:
    page = begin(Role.READER, **PHONE)
    go(page, words("Shipments"))
    assert page.get_by_role("link", name=words("New shipment")).count() == 0
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV").click()
    heads = taken.value.path().read_text(encoding="utf-8-sig").splitlines()[0]
    assert ("planned_arrival" if language == "en" else words("Planned arrival")) in heads
    page.get_by_role("link", name="LATE-1").click()
    page.wait_for_selector("h1:has-text('LATE-1')")
    assert violations(page) == []
    page.locator("section", has_text=words("History")).locator(".more a").click()
    page.wait_for_url("**/history")
    assert words("Discharged") in page.inner_text("main")


def test_the_city_looks_at_map_figures_and_definitions(begin: Callable[..., Page], words: Words) -> None:
    page = begin(Role.CITY)
    go(page, words("Map"))
    page.frame_locator("main iframe").locator(".leaflet-container").wait_for()
    assert "LATE-1" in page.inner_text("main")
    go(page, words("Statistics"))
    assert page.inner_text("h1") == words("Five questions, answered from everything recorded up to now.")
    page.locator(".questions a").first.click()
    page.wait_for_selector("table.statistic")
    page.locator("footer").get_by_role("link", name=words("Definitions")).click()
    page.wait_for_url("**/definitions")
    assert violations(page) == []


def test_an_administrator_invites_somebody_and_looks_at_the_audit(begin: Callable[..., Page], words: Words) -> None:
    page = begin(Role.ADMINISTRATOR)
    go(page, words("Accounts"))
    page.get_by_role("link", name=words("Add a person")).click()
    page.get_by_label(words("E-mail address")).fill("new@railtrack.example")
    page.get_by_role("combobox", name=words("Organisation")).first.fill("Beta Cargo")
    page.get_by_role("button", name=words("Invite by mail")).click()
    page.get_by_text(words("An invitation goes to %(email)s.", email="new@railtrack.example")).wait_for()
    page.get_by_role("link", name=words("Audit"), exact=True).click()
    page.get_by_role("button", name=words("Check the chain now")).click()
    page.wait_for_selector(".flashes")
    assert page.inner_text("h1") == words("The chain of the audit held at the last check.")
    first = page.locator("tbody tr").first.inner_text()
    assert words("invited") in first
    assert "new@railtrack.example" in first
    assert violations(page) == []
