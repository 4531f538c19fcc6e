"""Every page there is, in each language, light and dark, on a desk and on the narrowest phone, by axe-core.

The pages are found, not listed: all that answers a GET, with an address out of the table of rights or, where that
names nothing, out of `REACHED`; a page that is added and found by neither fails here. Each is looked at as somebody who
may see it, as another role in each language, so that what only one role is shown is seen too.

In light all rules run, in each language; in dark those of colour alone, since nothing else differs, and not in a third
language, whose words have the same colours. In German, whose words are longest, the pages are as wide as a phone and
must fit narrower ones and larger text. All of it everywhere would take three minutes of both processors.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from werkzeug.serving import make_server

from railtrack.domain.actors import Role
from railtrack.domain.rights import Operation, may
from railtrack.store import limiting
from railtrack.web.limits import FORGOTTEN
from tests.browser.conftest import ADMINISTRATOR, PASSWORD, WCAG, address, listen, sign_in, violations
from tests.browser.full_house import SECOND, FullHouse
from tests.web.conftest import post
from tests.web.routes import ROUTES, Needs

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LANGUAGES = {"en": "en-GB", "de": "de-DE", "zh": "zh-CN"}
# who looks, the first that may; another begins in each language
ORDERS = {
    "en": (Role.PARTNER, Role.CITY, Role.TERMINAL, Role.READER, Role.ADMINISTRATOR),
    "de": (Role.ADMINISTRATOR, Role.TERMINAL, Role.READER, Role.PARTNER, Role.CITY),
    "zh": (Role.CITY, Role.READER, Role.TERMINAL, Role.ADMINISTRATOR, Role.PARTNER),
}
IN_DARK, ON_PHONES = ("en", "de"), ("de",)
# where the table of rights names nothing that is there: what fills the address, and the query behind it
REACHED: dict[str, dict[str, str]] = {
    "accounts.choose_password": {"token": "{password_token}"},
    "resetting.confirm_address": {"token": "{address_token}"},
    "imports.preview": {"upload_id": "{waiting}"},
    "imports.progress": {"upload_id": "{running}"},
    "imports.result": {"upload_id": "{done}"},
    "imports.refused": {"upload_id": "{done}"},
    "shared.show": {"token": "{shared_shipment}"},
    "shared.large_map": {"token": "{shared_shipment}"},
    "audit.erase": {"email": "{email}"},
    "accounts.forget_factors": {"email": "{email}"},
    "event_form.recorded": {"key": "told", "shipment": "{told_of}"},
}
# looked at elsewhere: the set-up, which is there before anybody has an account, and what follows a form
ELSEWHERE = {"accounts.setup", "second_step.ask"}
MORE = (
    "/shared/{shared_figures}", "/?simulated=1", "/shipments?q=nothing-of-the-kind", "/statistics/reliability",
    "/statistics/dwell", "/statistics/borders?by=month", "/statistics/volume", "/statistics/transit?from=never",
    "/events/new", "/admin/places?q=ma", "/nothing-here",
)  # fmt: skip

SENT_EMPTY: tuple[tuple[Role | None, str], ...] = (
    (None, "/sign-in"), (Role.PARTNER, "/shipments/new"), (Role.PARTNER, "/account/tokens"),
    (Role.PARTNER, "/account/password"), (Role.ADMINISTRATOR, "/admin/users/new"),
    (Role.ADMINISTRATOR, "/admin/places/add/station"),
)  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """An address and who may look there; nobody for a page open to all."""

    endpoint: str
    address: str
    roles: frozenset[Role]
    is_open: bool = False

    def looked_at_by(self, language: str) -> Role | None:
        return None if self.is_open else next(role for role in ORDERS[language] if role in self.roles)


# ---------------------------------------------------------------- what there is


@pytest.fixture(scope="session")
def served(full_house: FullHouse) -> Iterator[tuple[str, Flask]]:
    """The full house on a free port, under a name, so that passkeys are offered."""
    store, app = full_house.app()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}", app
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()
    store.close()


@pytest.fixture(scope="session")
def pages(served: tuple[str, Flask], full_house: FullHouse) -> list[Seen]:
    """Every page; fails on an address that shows nothing to anybody."""
    _, app = served
    clients = {None: app.test_client(), **{role: app.test_client() for role in Role}}
    for role in Role:
        assert post(clients[role], "/sign-in", email=address(role), password=PASSWORD).status_code == 302
    found, unreached = [], []
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: str(rule)):
        needs = ROUTES[rule.endpoint]
        is_frame = rule.rule.endswith("/frame")  # looked at where it stands
        if "GET" not in (rule.methods or ()) or needs.by_token or is_frame or rule.endpoint in ELSEWHERE:
            continue
        where = address_of(app, rule.endpoint, set(rule.arguments), full_house.things)
        roles = frozenset(role for role in Role if needs.operation is None or role_may(role, needs))
        asker = None if needs.operation is None else next(role for role in ORDERS["en"] if role in roles)
        answer = clients[asker].get(where)
        if answer.status_code != 200:
            unreached.append(f"{rule.endpoint}: {where} answers {answer.status_code}")
        elif answer.mimetype == "text/html" and "<html" in answer.text:
            found.append(Seen(rule.endpoint, where, roles, is_open=needs.operation is None))
        answer.close()
    assert not unreached, "say in REACHED how to come to:\n" + "\n".join(unreached)
    return found


def role_may(role: Role, needs: Needs) -> bool:
    @dataclass
    class Somebody:
        role: Role

    assert needs.operation is not None
    return may(Somebody(role), needs.operation) and (role is not Role.TERMINAL or needs.operation is not Operation.BOOK)


def address_of(app: Flask, endpoint: str, arguments: set[str], things: dict[str, str]) -> str:
    """The address of a page, with whatever fills it."""
    needs = ROUTES[endpoint]
    given = {**{k: v for k, v in needs.given.items() if k in arguments}, **needs.form, **REACHED.get(endpoint, {})}
    with app.test_request_context():
        return app.url_for(endpoint, **{name: text.format(**things) for name, text in given.items()})  # type: ignore[arg-type] # as Flask has it


# ---------------------------------------------------------------- looking


class Walk:
    """A browser for each who looks, in one language; what is wrong is collected."""

    def __init__(self, browser: Browser, url: str, language: str) -> None:
        self.browser, self.url, self.language = browser, url, language
        self.wrong: list[str] = []
        self._pages: dict[object, Page] = {}
        self._here = ""

    def as_(self, who: Role | str | None) -> Page:
        """The page of somebody, signed in when first asked for."""
        if who not in self._pages:
            # without motion, since a colour that fades is judged half way
            context = self.browser.new_context(
                base_url=self.url, locale=LANGUAGES[self.language], viewport=DESK, reduced_motion="reduce"
            )
            page = context.new_page()
            listen(page, self.url, lambda said: self.wrong.append(f"{self._here}: {said}"))
            self._pages[who] = page
            if who == SECOND:
                give_password(page, who)
            elif who is not None:
                sign_in(page, who)
        return self._pages[who]

    def go(self, who: Role | str | None, where: str) -> None:
        """Open a page and look at it."""
        page = self.as_(who)
        self._here = f"{where} as {who or 'a visitor'}"
        page.set_viewport_size(PHONE if self.language in ON_PHONES else DESK)
        page.goto(where)
        self.look(page)

    def look(self, page: Page) -> None:
        """Look at the page as it stands."""
        said = page.evaluate("document.documentElement.lang")
        found = violations(page)
        for frame in page.frames[1:]:
            frame.wait_for_selector("html[data-map=drawn]")
            # where places lie is given by the earth, how near one another too; the table below names them all
            found += [f"in its map: {each}" for each in violations(frame, *WCAG, without=["target-size"])]
        if said != self.language:
            found.append(f"says its language is {said}")
        if self.language in IN_DARK:
            page.emulate_media(color_scheme="dark")
            found += [f"in dark: {each}" for each in violations(page, "color-contrast", "link-in-text-block")]
            page.emulate_media(color_scheme="light")
        if self.language in ON_PHONES:
            found += too_wide(page)
        self.wrong += [f"{self._here}: {each}" for each in found]

    def close(self) -> None:
        for page in self._pages.values():
            page.context.close()


DESK, PHONE, NARROW = ({"width": w, "height": h} for w, h in ((1440, 900), (390, 844), (320, 640)))


def too_wide(page: Page) -> list[str]:
    """What makes the page scroll sideways at 320 px, as 400 % of 1280 is, and at 390 px with text twice as large."""
    found = []
    for size, text in ((NARROW, "100%"), (PHONE, "200%")):
        page.set_viewport_size(size)
        overhang = page.evaluate(OVERHANG, text)
        if overhang:
            found.append(f"too wide at {size['width']} px, text {text}: {overhang}")
    page.evaluate("document.documentElement.style.fontSize = ''")
    return found


OVERHANG = """(text) => {
    const root = document.documentElement;
    root.style.fontSize = text;
    if (root.scrollWidth <= root.clientWidth) return "";
    const out = [...document.body.querySelectorAll("*")].filter((each) =>
        each.getBoundingClientRect().right > root.clientWidth + 1 && !each.closest(".scroll > *, svg *, .vh"));
    return root.scrollWidth + " px: " + out.slice(-1).map((each) => each.outerHTML.slice(0, 120)).join("");
}"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page(
    browser: Browser, served: tuple[str, Flask], pages: list[Seen], full_house: FullHouse, language: str
) -> None:
    url, app = served
    walk = Walk(browser, url, language)
    try:
        for seen in pages:
            walk.go(seen.looked_at_by(language), seen.address)
        for where in MORE:
            who = None if where.startswith("/shared") else Role.ADMINISTRATOR if "/admin" in where else Role.PARTNER
            walk.go(who, where.format(**full_house.things))
        _second_step(walk, full_house.recovery_codes[list(LANGUAGES).index(language)])
        _what_follows_a_form(walk, app)
    finally:
        walk.close()
    assert not walk.wrong, "\n".join(walk.wrong)


def give_password(page: Page, email: str) -> None:
    """Do the first of two steps."""
    page.goto("/sign-in")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button:not([type=button])")
    page.wait_for_url(lambda url: "/sign-in/second" in url)


def _second_step(walk: Walk, code: str) -> None:
    """The page between password and account, and the account of whoever has all there is to sign in with."""
    walk.go(SECOND, "/sign-in/second")
    page = walk.as_(SECOND)
    page.fill("input[name=code]", code)
    page.click("main form:has(input[name=code]) button:not([type=button])")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    for where in ("/account/signing-in", "/account/tokens"):
        walk.go(SECOND, where)


def _what_follows_a_form(walk: Walk, app: Flask) -> None:
    """Forms that come back with problems, what is shown once, and being asked to wait."""
    for who, where in SENT_EMPTY:
        walk.go(who, where)
        page = walk.as_(who)
        page.evaluate("document.querySelectorAll('main [required]').forEach((each) => each.required = false)")
        with page.expect_navigation():
            page.locator("main form .btn-go").last.click()
        walk.look(page)
    store = app.extensions["railtrack"]["store"]
    with store.noting(ADMINISTRATOR, datetime.now(UTC)) as w:
        for _ in range(FORGOTTEN.times):
            limiting.knock(w, FORGOTTEN, "127.0.0.1")
        w.commit()
    page = walk.as_(None)
    page.goto("/forgotten-password")
    with page.expect_navigation():
        page.locator("main form .btn-go").click()
    assert "429" in page.inner_text("main")
    walk.look(page)
