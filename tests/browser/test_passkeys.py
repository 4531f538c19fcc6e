"""Passkeys in a real browser, with a virtual device that makes and keeps them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from railtrack.domain.actors import Role
from railtrack.operations.administering.accounts import deactivate
from railtrack.store.people import person_by_email
from tests.browser.conftest import ADMINISTRATOR, PASSWORD, LiveServer, address, sign_in, violations

if TYPE_CHECKING:
    from playwright.sync_api import Page

PAGE = "/account/signing-in"


@pytest.fixture
def live_server(live_server: LiveServer) -> LiveServer:
    """The server by name: browsers make no passkeys for a bare number."""
    return replace(live_server, url=live_server.url.replace("127.0.0.1", "localhost"))


@dataclass
class Device:
    """A virtual authenticator of Chromium, built into the machine, that knows its owner."""

    session: Any
    id: str

    def credentials(self) -> list[dict[str, Any]]:
        found = self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})
        return list(found["credentials"])

    def put(self, credential: dict[str, Any]) -> None:
        self.session.send("WebAuthn.addCredential", {"authenticatorId": self.id, "credential": credential})

    def knows_owner(self, knows: bool) -> None:
        self.session.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": knows})


def device_of(page: "Page", **other: object) -> Device:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options: dict[str, object] = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    } | other
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return Device(session, made["authenticatorId"])


def add_passkey(page: "Page", name: str) -> None:
    page.goto(PAGE)
    page.click("text=Add a passkey")
    page.fill("#f-name", name)
    page.click("text=Make a passkey")


def sign_out(page: "Page") -> None:
    page.goto("/account")
    page.click("main >> text=Sign out")
    page.wait_for_url(lambda url: "/account" not in url)


def give_password(page: "Page", role: Role) -> None:
    """Do the first of two steps."""
    page.goto("/sign-in")
    page.fill("input[name=email]", address(role))
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button:not([type=button])")
    page.wait_for_url(lambda url: "/sign-in/second" in url)


@pytest.fixture
def owner(page: "Page") -> "tuple[Page, Device]":
    """Somebody of the city, signed in, with a passkey on the device."""
    device = device_of(page)
    sign_in(page, Role.CITY)
    add_passkey(page, "office laptop")
    page.wait_for_selector("text=shown this once")
    return page, device


def test_a_passkey_is_made_signs_in_alone_is_renamed_and_taken_out(owner: "tuple[Page, Device]") -> None:
    page, device = owner
    assert page.locator(".recovery li").count() == 10
    assert violations(page) == []
    assert len(device.credentials()) == 1
    page.click("text=I have kept them")
    assert "office laptop" in page.inner_text("main")
    assert violations(page) == []

    sign_out(page)
    page.goto("/sign-in?next=/shipments")
    assert violations(page) == []
    page.click("button >> text=Sign in with a passkey")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    assert page.url.endswith("/shipments")
    assert device.credentials()[0]["signCount"] > 0

    page.goto(PAGE)
    page.fill("input[name=name]", "laptop in the office")
    page.click("main >> text=Rename")
    page.wait_for_selector("text=has its new name")
    assert page.input_value("input[name=name]") == "laptop in the office"
    page.click("text=Take out")
    page.wait_for_selector("text=opens nothing here any more")
    sign_out(page)
    page.goto("/sign-in")
    page.click("button >> text=Sign in with a passkey")
    page.wait_for_selector("text=does not open an account here")


def test_with_a_passkey_the_password_alone_opens_nothing_and_the_passkey_is_the_second_step(page: "Page") -> None:
    # a security key without a PIN does not know its owner; it need not, where the password was given
    device_of(page, transport="usb", hasResidentKey=False, hasUserVerification=False, isUserVerified=False)
    sign_in(page, Role.CITY)
    add_passkey(page, "key on the ring")
    page.wait_for_selector("text=shown this once")
    sign_out(page)
    give_password(page, Role.CITY)
    assert violations(page) == []
    page.goto("/account")
    assert "/sign-in/second" in page.url
    page.click("button >> text=Use your passkey")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.goto("/account")
    assert address(Role.CITY) in page.inner_text("main")


def test_alone_a_passkey_must_know_its_owner(owner: "tuple[Page, Device]") -> None:
    page, device = owner
    sign_out(page)
    device.knows_owner(False)
    page.goto("/sign-in")
    page.click("button >> text=Sign in with a passkey")
    page.wait_for_selector("text=No passkey answered.")
    page.goto("/account")
    assert "/sign-in" in page.url


def test_the_passkey_of_an_ended_account_opens_nothing(owner: "tuple[Page, Device]", live_server: LiveServer) -> None:
    page, _ = owner
    sign_out(page)
    with live_server.store.reading() as reading:
        person = person_by_email(reading, address(Role.CITY))
    assert person is not None
    deactivate(live_server.store, person.email, actor=ADMINISTRATOR, now=person.created_at)
    page.goto("/sign-in")
    page.click("button >> text=Sign in with a passkey")
    page.wait_for_selector("text=does not open an account here")


def test_somebody_elses_passkey_is_no_second_step(
    owner: "tuple[Page, Device]", open_page: Callable[..., "Page"]
) -> None:
    _, theirs = owner
    page = open_page()
    device = device_of(page)
    sign_in(page, Role.ADMINISTRATOR)
    add_passkey(page, "mine")
    page.wait_for_selector("text=shown this once")
    sign_out(page)
    # what it answers with bears the id the page asks for, but is not signed with the key that was kept for it
    mine, other = device.credentials()[0], theirs.credentials()[0]
    device.session.send("WebAuthn.clearCredentials", {"authenticatorId": device.id})
    device.put(other | {"credentialId": mine["credentialId"], "userHandle": mine["userHandle"]})
    give_password(page, Role.ADMINISTRATOR)
    page.click("button >> text=Use your passkey")
    page.wait_for_selector("text=does not open an account here")
    page.goto("/account")
    assert "/sign-in/second" in page.url


def test_an_answer_is_good_once_and_for_its_own_question_only(owner: "tuple[Page, Device]") -> None:
    page, _ = owner
    sign_out(page)
    page.goto("/sign-in")
    sent: list[str] = []
    page.on(
        "request", lambda asked: sent.append(asked.post_data or "") if asked.url.endswith("/sign-in/passkey") else None
    )
    page.click("button >> text=Sign in with a passkey")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    assert len(sent) == 1
    sign_out(page)
    page.goto("/sign-in")
    token = page.get_attribute("form[data-passkey] input[name=csrf_token]", "value")
    again = re.sub(r"csrf_token=[^&]*", f"csrf_token={token}", sent[0])
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    url = page.url.partition("/sign-in")[0] + "/sign-in/passkey"
    headers["Referer"] = url
    for asks in (False, True):  # without a question, and after a new one
        if asks:
            page.request.post(f"{url}/options", headers=headers, data=again)
        answer = page.request.post(url, headers=headers, data=again)
        assert answer.status == 422
        assert "You are not signed in" in answer.text()
    page.goto("/account")
    assert "/sign-in" in page.url


def test_a_passkey_without_a_name_says_so(page: "Page") -> None:
    device_of(page)
    sign_in(page, Role.CITY)
    page.goto(f"{PAGE}/passkeys/new")
    page.eval_on_selector("#f-name", "field => field.removeAttribute('required')")
    page.click("text=Make a passkey")
    page.wait_for_selector("text=A passkey needs a name.")
    assert violations(page) == []


def test_without_a_script_one_signs_in_as_ever(open_page: Callable[..., "Page"]) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/sign-in")
    assert not page.is_visible("button >> text=Sign in with a passkey")
    page.fill("input[name=email]", address(Role.CITY))
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button:not([type=button])")
    page.goto(f"{PAGE}/passkeys/new")
    assert page.is_visible("text=cannot make passkeys")
