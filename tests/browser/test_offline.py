"""Telling of events without a connection: the browser's network is cut and comes back, and each event is there once."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from socket import SHUT_RDWR
from threading import Condition
from typing import Any

import pytest

from railtrack.domain.actors import Role
from railtrack.domain.rows.raw import RawRow
from railtrack.operations.administering.reference import load_world
from railtrack.operations.entering.forms import record_shipment
from tests.browser.conftest import LiveServer, sign_in, violations
from tests.factories import container_number
from tests.web.entry_pages import events

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
FORM = "/events/new?shipment="


@pytest.fixture
def clerk(open_page: Callable[..., Any]) -> Any:
    """A phone whose network the test cuts, signed in as the partner."""
    page = open_page(expects_faults=True, **PHONE)
    sign_in(page)
    return page


def book(live_server: LiveServer, reference: str = "CM-1") -> str:
    """Record a shipment of two containers; gives the address of its event form."""
    facts = {"reference": reference, "origin": "CKG", "destination": "MHG", "corridor": "dostyk-petropavl"}
    rows = [RawRow(None, {**facts, "container": container_number(n), "size_type": "45G1"}) for n in (1, 2)]
    store, actor = live_server.store, live_server.actor()
    world = load_world(store)
    entered = record_shipment(store, reference, rows, world=world, actor=actor, now=datetime.now(UTC))
    assert entered.subject, entered.outcome
    return FORM + entered.subject


def open_form(page: Any, address: str) -> None:
    """Open the event form with a connection, and wait until the device keeps it."""
    page.goto(address)
    until(
        page,
        """async (address) => {
            if (!await caches.has("pages")) return false;
            const pages = await caches.open("pages");
            return await pages.match(address) && await pages.match("/events/kept");
        }""",
        address,
    )


def until(page: Any, holds: str, *given: Any) -> None:
    """Wait until an asynchronous function of the page gives something."""
    page.evaluate(
        f"async (given) => {{ while (!await ({holds})(...given)) await new Promise((done) => setTimeout(done, 20)); }}",
        list(given),
    )


def cut(page: Any) -> None:
    page.context.set_offline(True)


def restore(page: Any) -> None:
    page.context.set_offline(False)


def tell(page: Any, address: str, remark: str = "") -> None:
    """Tell what the form offers, without a connection."""
    page.goto(address)
    page.wait_for_selector("#kept-line >> text=No connection")
    page.fill("#f-remark", remark)
    page.click(".bar .btn-go")
    page.wait_for_selector("#kept-now >> text=Your event is kept.")


def kept(page: Any) -> list[dict[str, Any]]:
    """What the device keeps, of all accounts."""
    found: list[dict[str, Any]] = page.evaluate(
        """() => new Promise((done) => {
            const asked = indexedDB.open("railtrack", 1);
            asked.onsuccess = () => {
                const all = asked.result.transaction("events").objectStore("events").getAll();
                all.onsuccess = () => { asked.result.close(); done(all.result); };
            };
        })"""
    )
    return found


def told(live_server: LiveServer) -> list[Any]:
    """The partner's events, in the order they were recorded."""
    return [e for e in events(live_server.store) if e.sender == "Alpha Freight"]


def test_three_events_told_without_a_connection_are_each_recorded_once(clerk: Any, live_server: LiveServer) -> None:
    address = book(live_server)
    open_form(clerk, address)
    cut(clerk)
    for number, remark in enumerate(("first", "second", "third"), 1):
        tell(clerk, address, remark)
        said = "One event is kept" if number == 1 else f"{number} events are kept"
        assert said in clerk.inner_text("h1")
    clerk.reload()  # the phone was put away meanwhile
    clerk.wait_for_selector("h1 >> text=3 events are kept on this device.")
    rows = clerk.locator("#kept-list > li")
    assert rows.count() == 3
    assert "Departed, Chongqing Tuanjiecun" in rows.nth(0).inner_text()
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d, Chongqing time, UTC\+8", rows.nth(0).inner_text())
    assert told(live_server) == []

    restore(clerk)
    clerk.wait_for_selector("h1 >> text=Nothing is kept on this device: all was sent.")
    assert [e.remark for e in told(live_server)] == ["first", "second", "third"]
    # what was kept counts as told: the form went on to what comes next
    assert [(e.event, e.station) for e in told(live_server)][:2] == [("departed", "CKG"), ("arrived", "XIA")]
    assert len({(e.event, e.station) for e in told(live_server)}) == 3
    assert kept(clerk) == []


class LosesAnswers:
    """An application whose answers get lost on the way: what was sent is carried out, and nobody hears of it."""

    def __init__(self, app: Any, path: str, times: int) -> None:
        self.app, self.path, self.left, self.taken = app, path, times, 0
        self.heard = Condition()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        answer: Iterable[bytes] = self.app(environ, start_response)
        if environ["REQUEST_METHOD"] != "POST" or environ["PATH_INFO"] != self.path:
            return answer
        with self.heard:
            self.taken += 1
            self.heard.notify_all()
        if self.left > 0:
            self.left -= 1
            environ["werkzeug.socket"].shutdown(SHUT_RDWR)
            raise ConnectionResetError
        return answer

    def was_sent(self, times: int) -> bool:
        """Whether a form came this often, now or in a moment."""
        with self.heard:
            return self.heard.wait_for(lambda: self.taken >= times, timeout=0.3)


def test_an_event_sent_three_times_is_recorded_once(clerk: Any, live_server: LiveServer) -> None:
    address = book(live_server)
    open_form(clerk, address)
    cut(clerk)
    tell(clerk, address)
    lossy = LosesAnswers(live_server.app.wsgi_app, "/events/kept", times=2)
    live_server.app.wsgi_app = lossy  # type: ignore[method-assign] # as Flask says
    restore(clerk)
    for times in (1, 2, 3):
        while not lossy.was_sent(times):
            clerk.click("[data-ask-send]")
    clerk.wait_for_selector("h1 >> text=Nothing is kept on this device")
    assert lossy.taken == 3
    assert len(told(live_server)) == 1


def test_a_refused_event_says_why_and_is_mended(clerk: Any, live_server: LiveServer) -> None:
    address = book(live_server)
    open_form(clerk, address)
    cut(clerk)
    clerk.goto(address)
    clerk.wait_for_selector("#kept-line >> text=No connection")
    clerk.fill("#f-date", "2031-05-01")  # has not happened
    clerk.fill("#f-remark", "typed in a hurry")
    clerk.click(".bar .btn-go")
    clerk.wait_for_selector("#kept-now >> text=Your event is kept.")
    restore(clerk)
    clerk.wait_for_selector("#kept-list >> text=Refused")
    assert "future" in clerk.inner_text("#kept-list [data-part=why]")
    assert violations(clerk) == []
    clerk.goto("/shipments")
    clerk.wait_for_selector("#kept-line >> text=One kept event was refused.")

    clerk.click("#kept-line >> text=Show")
    clerk.click("#kept-list >> text=Mend")
    clerk.wait_for_selector("#kept-problems >> text=future")
    assert clerk.input_value("#f-remark") == "typed in a hurry"
    assert clerk.input_value("#f-date") == "2031-05-01"
    clerk.fill("#f-date", "2026-11-02")
    clerk.click(".bar .btn-go")
    clerk.wait_for_selector("h1 >> text=Departed at Chongqing Tuanjiecun is recorded")
    assert kept(clerk) == []
    assert [e.remark for e in told(live_server)] == ["typed in a hurry"]


def test_a_refused_event_is_thrown_away_at_the_second_word(clerk: Any, live_server: LiveServer) -> None:
    address = book(live_server)
    open_form(clerk, address)
    cut(clerk)
    tell(clerk, address)
    clerk.click("#kept-list >> text=Throw away")
    clerk.click("#kept-list >> text=Keep it")
    assert len(kept(clerk)) == 1
    clerk.click("#kept-list >> text=Throw away")
    clerk.click("#kept-list >> text=Throw away for good")
    clerk.wait_for_selector("h1 >> text=Nothing is kept on this device")
    restore(clerk)
    assert kept(clerk) == []
    assert told(live_server) == []


def test_kept_events_wait_for_whoever_told_them_and_nobody_else_sees_them(clerk: Any, live_server: LiveServer) -> None:
    address = book(live_server)
    open_form(clerk, address)
    cut(clerk)
    tell(clerk, address)
    clerk.context.clear_cookies()  # the session is over before the connection is back
    restore(clerk)
    clerk.goto("/sign-in")
    assert len(kept(clerk)) == 1
    assert told(live_server) == []

    sign_in(clerk, Role.ADMINISTRATOR)
    clerk.goto("/events/kept")
    clerk.wait_for_selector("h1 >> text=Nothing is kept on this device")
    assert clerk.is_hidden("#kept-forms")
    assert len(kept(clerk)) == 1
    assert told(live_server) == []

    clerk.context.clear_cookies()
    sign_in(clerk)
    clerk.goto("/events/kept")
    clerk.wait_for_selector("h1 >> text=Nothing is kept on this device")
    assert len(told(live_server)) == 1
    assert kept(clerk) == []


def test_signing_out_takes_the_pages_off_the_device(clerk: Any, live_server: LiveServer) -> None:
    address = book(live_server)
    open_form(clerk, address)
    clerk.goto("/account")
    clerk.click("text=Sign out")
    until(clerk, "async () => !await caches.has('pages')")


def test_an_event_told_while_the_session_ran_out_is_recorded_after_signing_in(
    clerk: Any, live_server: LiveServer
) -> None:
    address = book(live_server)
    open_form(clerk, address)
    clerk.goto(address)
    clerk.fill("#f-remark", "told in time")
    clerk.context.clear_cookies()
    clerk.click(".bar .btn-go")
    clerk.wait_for_selector("input[name=password]")
    assert told(live_server) == []
    sign_in(clerk)
    clerk.goto("/events/kept")
    clerk.wait_for_selector("h1 >> text=Nothing is kept on this device")
    assert [e.remark for e in told(live_server)] == ["told in time"]


def test_without_a_connection_other_addresses_lead_to_what_there_is(clerk: Any, live_server: LiveServer) -> None:
    address = book(live_server)
    open_form(clerk, address)
    cut(clerk)
    clerk.goto("/statistics")
    clerk.wait_for_selector("text=These pages open without a connection")
    clerk.click("#kept-forms >> text=What happened to CM-1?")
    clerk.wait_for_selector("h1 >> text=What happened to CM-1?")
    clerk.wait_for_selector("#kept-line >> text=No connection")
    assert violations(clerk) == []


def test_it_can_be_installed(page: Any) -> None:
    sign_in(page)
    page.goto("/events/new")
    session = page.context.new_cdp_session(page)
    told = session.send("Page.getAppManifest")
    assert told["errors"] == []
    assert told["url"].endswith("/manifest.webmanifest")
    # pages of a test are private windows, which nothing can be installed from; else nothing is in the way
    problems = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [problem["errorId"] for problem in problems] == ["in-incognito"]
