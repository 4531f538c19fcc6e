"""Help and the tour of the first visit in a real browser: by keyboard, on a phone, and without a script."""

from collections.abc import Callable
from typing import Any

import pytest

from railtrack.domain.actors import Role
from tests.browser.conftest import sign_in, violations

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "reduced_motion": "reduce"}
DESK = {"viewport": {"width": 1440, "height": 900}}
# where each is led, and what is marked there
WAYS = {
    Role.PARTNER: (("/", "h-way"), ("/shipments/new", "h-grid"), ("/events/new", "f-container")),
    Role.TERMINAL: (("/", "h-way"), ("/events/new", "f-container"), ("/events/kept", "kept-title")),
}


@pytest.mark.parametrize(("role", "options"), [(Role.PARTNER, DESK), (Role.TERMINAL, PHONE)], ids=["desk", "phone"])
def test_each_step_and_each_drawer_by_keyboard(
    open_page: Callable[..., Any], role: Role, options: dict[str, Any]
) -> None:
    page = open_page(**options)
    sign_in(page, role)
    for number, (path, anchor) in enumerate(WAYS[role], 1):
        page.wait_for_selector(f"aside.tour >> text={number} of 3")
        assert page.evaluate("location.pathname") == path
        page.wait_for_selector(f"#{anchor}.tour-here")
        note, main = (page.locator(each).bounding_box() for each in ("aside.tour", "main"))
        assert note["y"] + note["height"] <= main["y"] + 0.5, "it stands above the page and covers nothing"
        assert not page.locator("#help[open]").count()
        # a sign that is typed is no key
        page.keyboard.press("?") if path == "/" else page.locator("main").press("?")
        page.wait_for_selector("#help[open] .in")
        assert page.evaluate("document.activeElement.matches('#help > summary')")
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= options["viewport"]["width"]
        page.keyboard.press("Escape")
        page.wait_for_selector("#help:not([open])", state="attached")
        page.focus("aside.tour button[value=next]")
        page.keyboard.press("Enter")
        page.wait_for_selector("main .flashes" if number == 3 else f"aside.tour >> text={number + 1} of 3")
    assert not page.locator("aside.tour").count()


def test_a_question_mark_that_is_typed_opens_nothing_and_print_leaves_help_out(page: Any) -> None:
    sign_in(page, Role.PARTNER)
    page.goto("/events/new")
    page.fill("#f-container", "MSKU")
    page.press("#f-container", "?")
    assert page.input_value("#f-container") == "MSKU?"
    assert not page.locator("#help[open]").count()
    page.click("#help > summary")
    page.wait_for_selector("#help[open] .in")
    page.click("#help >> text=Do without the key")
    page.wait_for_selector("#help[open] >> text=Open this help with the key")
    page.click("#help > summary")
    page.wait_for_selector("#help:not([open])", state="attached")
    page.locator("main").press("?")
    assert not page.locator("#help[open]").count()
    page.emulate_media(media="print")
    assert not page.locator("#help").is_visible()


def test_without_a_script_the_drawer_opens_and_the_tour_goes_on(open_page: Callable[..., Any]) -> None:
    page = open_page(java_script_enabled=False, **PHONE)
    sign_in(page, Role.READER)
    page.click("aside.tour >> text=Show me where")
    assert page.url.endswith("#h-way")
    page.click("aside.tour button[value=next]")
    page.wait_for_selector("aside.tour >> text=2 of 3")
    page.click("#help > summary")
    assert page.locator("#help .in").is_visible()
    assert not page.locator("#help >> text=opens and closes this help").is_visible()
    page.click("aside.tour >> text=Skip the tour")
    page.wait_for_selector(".flashes >> text=That was the tour")
    page.goto("/account")
    page.click("main form >> text=Take the tour")
    page.wait_for_selector("aside.tour >> text=1 of 3")
