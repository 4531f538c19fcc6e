"""Sharing on the pages: the form, the link, and what somebody without an account gets to see and what not."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient

from railtrack.domain.actors import Role
from railtrack.domain.cargo.goods import Money
from railtrack.domain.line.network import Network
from railtrack.domain.sharing import LinkKind, SharedField
from railtrack.operations.administering.accounts import deactivate
from railtrack.operations.sharing.links import list_links
from railtrack.store.engine import Store
from railtrack.store.writing.booking import Provenance
from railtrack.store.writing.simulated import remove_simulated
from railtrack.web import limits
from tests.factories import (
    ADMINISTRATOR,
    container,
    container_number,
    enter,
    event_row,
    moment,
    shipment_row,
    tell,
)
from tests.web.conftest import SignIn, post, words_of
from tests.web.following_pages import HOSTILE, OTHER, OWN, add, answer, id_of, sqlite_url  # noqa: F401 - a fixture

LABEL = "Müller AG"
SHOWN = {
    "reference": ("LATE-77", "YXO 8421"),
    "containers": ("1000001"[-6:], "45G1"),
    "goods": ("Gear housings", "8483", "HLK-1", "21,640", "FCA", "1203"),
    "names": ("Hush Ltd", "Quiet GmbH"),
    "documents": ("SMGS-5",),
    "values": ("123,456.00",),
    "prices": ("4,321.00",),
    "reports": ("engine fault", "told by phone"),
}


@pytest.fixture
def shipment_id(web_store: Store, network: Network) -> int:
    """A shipment under way with everything in it."""
    box = container(
        1, goods="Gear housings", hs_code="848390", seals=("HLK-1",), gross_kg=21640.0, un_number="1203",
        value=Money(Decimal("123456")), freight=Money(Decimal("4321")),
    )  # fmt: skip
    facts = {
        "partner": OWN, "shipper": "Hush Ltd", "consignee": "Quiet GmbH", "consignment_note": "SMGS-5",
        "incoterm": "FCA", "train": "YXO 8421", "planned_departure": moment("2024-05-14T10:00+08:00"),
        "planned_arrival": moment("2024-05-31T20:00+02:00"),
    }  # fmt: skip
    enter(web_store, network, [shipment_row("LATE-77", box, **facts)])
    told = {"remark": "told by phone", "reason": "engine fault", "partner": OWN}
    left = event_row("departed", "CKG", "2024-05-14T10:40+08:00", "LATE-77", partner=OWN)
    tell(web_store, network, [left, event_row("arrived", "MAL", "2024-05-28T06:10+02:00", "LATE-77", **told)])
    return id_of(web_store, "LATE-77")


def share(client: FlaskClient, address: str, *fields: str, days: str = "30", **more: str) -> str:
    """Send the form and give the address of the link it shows."""
    made = post(client, address, address, fields=list(fields), label=LABEL, days=days, **more)
    assert made.status_code == 200, words_of(made.text)
    found = re.search(r'value="http://localhost(/shared/[\w-]{46})"', made.text)
    assert found, words_of(made.text)
    assert made.headers["Cache-Control"] == "no-store"
    return found[1]


@pytest.fixture
def shared(partner: FlaskClient, shipment_id: int) -> Callable[..., str]:
    def make(*fields: str, **more: str) -> str:
        return share(partner, f"/shipments/{shipment_id}/share", *fields, **more)

    return make


def uses(store: Store) -> list[int]:
    return [each.link.uses for each in list_links(store, actor=ADMINISTRATOR)]


def found_in(text: str) -> set[str]:
    """Of which fields something stands in a page, a map or what is embedded in it."""
    text = text.replace("\xa0", " ")
    said = words_of(text)
    return {
        field
        for field, secrets in SHOWN.items()
        if any(secret in text or secret in said or secret in said.replace(" ", "") for secret in secrets)
    }


def test_each_field_is_on_the_page_and_in_its_map_where_it_was_chosen_and_nowhere_else(
    client: FlaskClient, shared: Callable[..., str], web_store: Store
) -> None:
    for field in SHOWN:
        address = shared(field, "map")
        page, map_page, frame = (client.get(address + rest) for rest in ("", "/map", "/map/frame"))
        assert [each.status_code for each in (page, map_page, frame)] == [200] * 3
        assert found_in(page.text) == {field}
        said = words_of(page.text)
        assert all(each in said or each in page.text.replace("\xa0", " ") for each in SHOWN[field][1:]), field
        for drawn in (map_page, frame):
            assert found_in(drawn.text) == ({field} if field == "reference" else set()), (field, drawn.request.path)
        for inside in (LABEL, "partner@example.org", "cli:test", "A. Weber"):
            assert all(inside not in each.text for each in (page, map_page, frame))
    assert uses(web_store) == [1] * len(SHOWN), "the map is part of one look"


def test_the_way_and_its_timetable_are_always_there_and_no_map_unless_chosen(
    client: FlaskClient, shared: Callable[..., str]
) -> None:
    address = shared()
    page = client.get(address)
    assert answer(page.text).startswith("Shipment Chongqing – Mannheim stands at Małaszewicze")
    said = words_of(page.text)
    for words in ("Plan and actual, station by station", "gauge change", f"Shared by {OWN}.", "1 July 2024, 12:00 UTC"):
        assert words in said
    assert found_in(page.text) == set()
    assert "/map" not in page.text
    assert 'class="plate"' not in page.text
    for rest in ("/map", "/map/frame"):
        assert client.get(address + rest).status_code == 404


def test_nothing_of_it_is_passed_on_or_kept(client: FlaskClient, shared: Callable[..., str]) -> None:
    address = shared("map")
    for rest, status in (
        ("", 200),
        ("/map", 200),
        ("/map/frame", 200),
        ("?lang=de", 200),
        ("?simulated=1", 200),
        ("?help_key=0", 302),
        ("x", 404),
    ):
        given = client.get(address + rest)
        assert given.status_code == status
        headers = given.headers
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert headers["Cache-Control"] == "private, no-store"
        assert "Set-Cookie" not in headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        if rest not in ("/map/frame", "?help_key=0"):
            assert '<meta name="robots" content="noindex, nofollow">' in given.text
            assert headers["X-Frame-Options"] == "DENY"
            assert "<form" not in given.text
            assert "/sign-in" not in given.text
    frame = client.get(address + "/map/frame")
    assert "sandbox allow-scripts" in frame.headers["Content-Security-Policy"]
    assert 'sandbox="allow-scripts' in client.get(address + "/map").text
    for method in ("post", "put", "delete"):
        assert getattr(client, method)(address).status_code in (400, 405)


def test_the_language_is_the_browsers_or_the_switches_and_the_map_follows(
    client: FlaskClient, shared: Callable[..., str]
) -> None:
    address = shared("map", "reference")
    german = {"Accept-Language": "de-AT,de;q=0.9"}
    assert '<html lang="de">' in client.get(address, headers=german).text
    page = client.get(address + "?lang=zh", headers=german)
    assert '<html lang="zh">' in page.text
    assert f'href="{address}/map?lang=zh"' in page.text
    assert f'src="{address}/map/frame?lang=zh"' in client.get(address + "/map?lang=zh").text
    assert '<html lang="en">' in client.get(address).text, "nothing was remembered"


def test_whoever_is_signed_in_elsewhere_sees_what_anybody_sees(
    client: FlaskClient, shared: Callable[..., str], sign_in: SignIn
) -> None:
    address = shared("reference", "map")
    stranger = sign_in(Role.PARTNER, OTHER, "stranger@example.org")
    stranger.get("/account?lang=de")
    with client.session_transaction() as kept:
        assert not kept
    for rest in ("", "/map"):
        theirs = stranger.get(address + rest)
        assert theirs.text == client.get(address + rest).text
        assert "Set-Cookie" not in theirs.headers
    assert stranger.get("/account").status_code == 200


def test_what_does_not_work_is_answered_alike(
    client: FlaskClient, shared: Callable[..., str], partner: FlaskClient, web_store: Store, app: Flask, now: datetime
) -> None:
    expired, revoked, orphaned = shared("map", days="1"), shared("map"), shared("map")
    link_id = list_links(web_store, actor=ADMINISTRATOR)[1].link.id
    assert post(partner, f"/account/shared/{link_id}/revoke", "/account/shared").status_code == 302
    assert client.get(orphaned).status_code == client.get(expired).status_code == 200
    app.extensions["railtrack"]["clock"] = lambda: now + timedelta(days=2)
    deactivate(web_store, "partner@example.org", actor=ADMINISTRATOR, now=now)
    tampered = revoked[:-1] + ("A" if revoked[-1] != "A" else "B")
    asked = (expired, revoked, orphaned, tampered, "/shared/never", "/shared/" + "A" * 46)
    pages = [client.get(each) for each in asked]
    assert {each.status_code for each in pages} == {404}
    assert len({each.text.replace(address, "") for each, address in zip(pages, asked, strict=True)}) == 1
    assert "may have run out or been withdrawn" in words_of(pages[0].text)
    assert {client.get(each + "/map/frame").status_code for each in asked} == {404}


def test_of_a_shipment_that_was_taken_out_one_is_told(
    client: FlaskClient, web_store: Store, network: Network, administrator: FlaskClient, now: datetime
) -> None:
    shipment_id = add(web_store, network, "SIM-1", partner="Invented", provenance=Provenance(simulated=True))
    address = share(administrator, f"/shipments/{shipment_id}/share", "reference")
    assert "tag-sim" in client.get(address).text
    with web_store.writing(ADMINISTRATOR, now) as w:
        remove_simulated(w)
        w.commit()
    page = client.get(address)
    assert page.status_code == 410
    assert "was taken out" in answer(page.text)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "a shipment that is gone" in words_of(administrator.get("/account/shared").text)


def test_a_look_counts_once_and_a_program_that_looks_ahead_does_not(
    client: FlaskClient, app: Flask, shared: Callable[..., str], web_store: Store
) -> None:
    address = shared("map")
    assert client.head(address).status_code == 200
    assert client.get(address, headers={"Sec-Purpose": "prefetch;prerender"}).status_code == 200
    assert uses(web_store) == [0]
    start = Barrier(2)

    def look() -> None:
        browser = app.test_client()
        start.wait()
        browser.get(address)

    threads = [Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert uses(web_store) == [2]


def test_too_many_tries_from_one_place_are_held_up(
    client: FlaskClient, shared: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = shared()
    for _ in range(limits.WRONG_SHARED.times):
        assert client.get("/shared/wrong").status_code == 404
    held = client.get("/shared/wrong")
    assert held.status_code == 429
    assert int(held.headers["Retry-After"]) > 0
    assert held.headers["Referrer-Policy"] == "no-referrer"
    assert client.get(address).status_code == 200, "whoever was sent a link from there still sees it"
    monkeypatch.setattr(limits, "SHARED", limits.Limit("shared", 1, timedelta(minutes=1)))
    assert client.get(address).status_code == 429


def test_the_form_shows_beforehand_what_the_other_will_see(
    partner: FlaskClient, shipment_id: int, web_store: Store
) -> None:
    address = f"/shipments/{shipment_id}/share"
    assert f'href="{address}"' in partner.get(f"/shipments/{shipment_id}").text
    page = partner.get(address)
    ticked = re.findall(r'value="(\w+)" checked', page.text)
    assert ticked == ["reference", "map"]
    seen = page.text.partition('id="preview">')[2]
    assert found_in(seen) == {"reference"}
    shown = post(partner, address, address, fields=["names", "prices"], preview="1")
    assert found_in(shown.text.partition('id="preview">')[2]) == {"names", "prices"}
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token
    part = partner.post(address, data={"fields": "goods", "csrf_token": token[1]}, headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert found_in(part.text) == {"goods"}
    assert list_links(web_store, actor=ADMINISTRATOR) == (), "a preview makes no link"


def test_what_will_not_do_is_said_beside_its_field(partner: FlaskClient, shipment_id: int, web_store: Store) -> None:
    address = f"/shipments/{shipment_id}/share"
    for field, sent in (
        ("f-label", {"label": "", "days": "7"}),
        ("f-until", {"label": "x", "days": "8"}),
        ("f-until", {"label": "x", "days": "until", "until": "2024-05-31"}),
        ("f-until", {"label": "x", "days": "until", "until": "9999-12-31"}),
        ("f-until", {"label": "x", "days": "until", "until": "soon"}),
        ("f-until", {"label": "x", "days": "30", "until": "soon"}),
    ):
        page = post(partner, address, address, fields="goods", **sent)
        assert page.status_code == 422
        assert re.findall(r'<li><a href="#([\w-]+)">', page.text) == [field]
        assert 'value="goods" checked' in page.text
    assert list_links(web_store, actor=ADMINISTRATOR) == ()


def test_a_day_of_ones_choice_ends_with_that_day(shared: Callable[..., str], client: FlaskClient) -> None:
    page = client.get(shared(days="until", until="2024-06-02"))
    assert "until 3 June 2024, 00:00 UTC" in words_of(page.text)
    page = client.get(shared(days="30", until="2024-06-02"))
    assert "until 3 June 2024, 00:00 UTC" in words_of(page.text), "the earlier end holds"
    page = client.get(shared(days="1", until="2024-06-30"))
    assert "until 2 June 2024" in words_of(page.text)


def test_a_field_that_is_not_ones_own_to_show_is_refused(
    partner: FlaskClient, shipment_id: int, web_store: Store
) -> None:
    address = f"/shipments/{shipment_id}/share"
    assert post(partner, address, address, fields="charts", label="x", days="7").status_code == 403
    assert post(partner, address, address, fields="charts", preview="1").status_code == 403
    assert partner.post(address, data={"fields": "map", "label": "forged", "days": "7"}).status_code == 400
    assert list_links(web_store, actor=ADMINISTRATOR) == ()


def test_the_list_tells_who_was_shown_what_and_how_often(
    client: FlaskClient, partner: FlaskClient, shared: Callable[..., str], web_store: Store, city: FlaskClient
) -> None:
    assert "Nothing is shown to anybody without an account." in partner.get("/account/shared").text
    address = shared("reference", "goods")
    client.get(address)
    page = words_of(partner.get("/account/shared").text)
    assert "One link shows something to somebody without an account." in page
    assert "Müller AG LATE-77 Reference, Goods" in page
    assert address.rpartition("/")[2] not in partner.get("/account/shared").text
    assert LABEL not in city.get("/account/shared").text
    link_id = list_links(web_store, actor=ADMINISTRATOR)[0].link.id
    assert post(city, f"/account/shared/{link_id}/revoke").status_code == 404
    gone = post(partner, f"/account/shared/{link_id}/revoke", "/account/shared")
    assert gone.headers["Location"] == "/account/shared"
    page = words_of(partner.get("/account/shared").text)
    assert "The link for Müller AG is withdrawn" in page
    assert "Withdrawn" in page
    assert client.get(address).status_code == 404


def test_figures_are_shown_with_their_filters_and_lead_nowhere(
    client: FlaskClient, partner: FlaskClient, web_store: Store, network: Network
) -> None:
    for reference, name in (("DONE-1", OWN), ("THEIRS-1", OTHER)):
        add(web_store, network, reference, ("departed", "CKG", "2024-05-01T10:00+08:00"),
            ("arrived", "MHG", "2024-05-18T13:00+02:00"), partner=name)  # fmt: skip
    page = partner.get("/statistics/transit?direction=westbound&by=partner")
    (address,) = re.findall(r'href="(/statistics/transit/share[^"]*)"', page.text)
    given = share(partner, address.replace("&amp;", "&"), "table", "charts")
    seen = client.get(given)
    said = words_of(seen.text)
    assert answer(seen.text) == answer(page.text)
    assert "One journey" in said or "1 journey" in said
    assert "Direction westbound" in said
    assert "Group by Partner" in said
    assert OWN in said
    assert OTHER not in seen.text
    assert "THEIRS-1" not in seen.text
    assert "DONE-1" not in seen.text
    assert "<svg" in seen.text
    assert not re.findall(r'href="/(?:statistics|shipments|stations|trains)', seen.text)
    assert seen.headers["Referrer-Policy"] == "no-referrer"
    assert client.get(given + "/map").status_code == 404
    bare = client.get(share(partner, "/statistics/transit/share"))
    assert '<table class="statistic' not in bare.text
    assert 'class="chart' not in bare.text
    assert answer(bare.text)
    assert uses(web_store) == [1, 1]


def test_the_city_shares_figures_of_all_and_no_shipment(
    client: FlaskClient, city: FlaskClient, web_store: Store, network: Network, shipment_id: int
) -> None:
    given = share(city, "/statistics/volume/share?corridor=dostyk-petropavl", "table")
    seen = client.get(given)
    assert seen.status_code == 200
    assert "Shared by" not in words_of(seen.text)
    assert '/share"' not in city.get(f"/shipments/{shipment_id}").text
    assert city.get(f"/shipments/{shipment_id}/share").status_code == 403
    assert city.get("/statistics/volume/share?corridor=moon").headers["Location"].startswith("/statistics/volume?")
    assert city.get("/statistics/nothing/share").status_code == 404


def test_figures_of_a_partner_out_of_sight_are_shown_no_more(
    client: FlaskClient, administrator: FlaskClient, web_store: Store, network: Network, now: datetime
) -> None:
    add(web_store, network, "SIM-1", partner="Invented", provenance=Provenance(simulated=True))
    given = share(administrator, "/statistics/volume/share?partner=Invented&include_simulated=1", "table")
    assert "tag-sim" in client.get(given).text
    with web_store.writing(ADMINISTRATOR, now) as w:
        remove_simulated(w)
        w.commit()
    assert client.get(given).status_code == 404


def test_text_from_users_is_shown_as_it_was_typed(
    client: FlaskClient, partner: FlaskClient, web_store: Store, network: Network
) -> None:
    row = shipment_row(HOSTILE, container(9, goods=HOSTILE), partner=OWN, shipper=HOSTILE, train=HOSTILE)
    enter(web_store, network, [row])
    told = event_row("departed", "CKG", "2024-05-14T10:40+08:00", HOSTILE, partner=OWN, remark=HOSTILE)
    tell(web_store, network, [told])
    form = f"/shipments/{id_of(web_store, HOSTILE)}/share"
    fields: Sequence[str] = [each for each in SharedField if each not in ("charts", "table")]
    given = share(partner, form, *fields)
    for page in (partner.get(form), *(client.get(given + rest) for rest in ("", "/map", "/map/frame"))):
        assert page.status_code == 200
        assert HOSTILE not in page.text


def test_links_of_both_kinds_are_told_by_the_command(
    shared: Callable[..., str], web_store: Store, monkeypatch: pytest.MonkeyPatch, client: FlaskClient
) -> None:
    import json

    from click.testing import CliRunner

    from railtrack.cli import main

    address = shared("map")
    monkeypatch.setenv("RAILTRACK_DATABASE_URL", f"sqlite:///{web_store.path}")

    def run(*arguments: str, status: int = 0) -> str:
        result = CliRunner().invoke(main, ["share", *arguments])
        assert result.exit_code == status, result.output
        return result.stdout

    (listed,) = json.loads(run("list", "--format", "json"))
    assert (listed["kind"], listed["shows"], listed["for"], listed["state"]) == (
        LinkKind.SHIPMENT.value, "LATE-77", LABEL, "run out",  # it was made years ago
    )  # fmt: skip
    assert json.loads(run("list", "--as", "partner@example.org", "--format", "json")) == [listed]
    assert f"Link {listed['id']} for {LABEL}" in run("revoke", str(listed["id"]))
    assert client.get(address).status_code == 404
    run("revoke", "999", status=1)
    assert "withdrawn" in run("list")


def test_a_container_number_is_boxed_as_elsewhere(client: FlaskClient, shared: Callable[..., str]) -> None:
    page = client.get(shared("containers"))
    assert re.sub(r"\D", "", container_number(1))[:6] in page.text
    assert "without number" not in page.text
    without = client.get(shared("goods"))
    assert "Gear housings" in without.text
    assert container_number(1)[4:10] not in without.text
