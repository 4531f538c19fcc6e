"""Entering in a real browser: pasting, mending, recording, telling of a departure, by mouse, keyboard and thumb."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from railtrack.domain.actors import Role
from tests.browser.conftest import LiveServer, sign_in, violations
from tests.factories import container_number
from tests.web.entry_pages import containers, events, shipments

WRONG_DIGIT = "CAIU 884617 7"
WEIGHTS = (21640, 19875, 22310, 20480, 17920, 18655, 21090, 24900, 20115, 16740)
GOODS = ("Gear housings", "Laptop computers", "Motorcycle parts", "Display panels", "Steel fittings")


def numbers() -> list[str]:
    """Ten container numbers, the third with a wrong check digit."""
    found = [container_number(serial, "MSKU") for serial in range(1, 11)]
    found[2] = WRONG_DIGIT
    return found


def sheet(with_heading: bool = False) -> str:
    """A block as a spreadsheet copies it, its columns in another order than the form's."""
    heading = ["Goods\tGross weight kg\tContainer No.\tISO type\tHS Code\tSeal No.\tOur notes"] if with_heading else []
    rows = [
        f"{GOODS[i % 5]}\t{WEIGHTS[i]}\t{number}\t45G1\t8483{10 + i}\tHLK 2301{i:02d}\tnote"
        for i, number in enumerate(numbers())
    ]
    return "\n".join([*heading, *rows])


def paste(page: Any, field: str, text: str) -> None:
    """Paste a text into a field, as the browser would out of the clipboard."""
    page.focus(field)
    page.evaluate(
        """([field, text]) => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
            document.querySelector(field).dispatchEvent(event);
        }""",
        [field, text],
    )


def fill_shipment(page: Any, reference: str = "CM-1", departure: str = "2026-11-01 10:00") -> None:
    page.goto("/shipments/new")
    page.fill("#f-reference", reference)
    page.fill("#f-origin", "Chongqing Tuanjiecun (CKG)")
    page.fill("#f-destination", "Mannheim Mühlauhafen (MHG)")
    page.fill("#f-train", "YXO 8433")
    page.fill("#f-planned_departure", departure)


@pytest.mark.parametrize("with_heading", [True, False], ids=["with a heading", "by content"])
def test_ten_containers_are_pasted_mended_recorded_and_depart(
    page: Any, live_server: LiveServer, with_heading: bool
) -> None:
    sign_in(page)
    fill_shipment(page)
    paste(page, "#container-1", sheet(with_heading))
    page.wait_for_selector("#told-row-3 >> text=The check digit does not fit.")
    assert page.input_value("#container-10") == numbers()[9]
    assert page.input_value("#gross_kg-1") == "21640"
    assert page.input_value("#goods-2") == "Laptop computers"
    assert page.input_value("#hs_code-1") == "848310"
    assert page.input_value("#seals-4") == "HLK 230103"
    assert page.inner_text("#sentence") == "Ten containers typed. One needs mending."
    assert page.input_value("#f-planned_arrival") == "2026-11-18 15:00"

    page.click("#told-row-3 >> text=Use 3")
    page.wait_for_selector("#sentence >> text=Nothing is wrong with them.")
    assert page.input_value("#container-3") == "CAIU 884617 3"
    page.click(".bar >> text=Record shipment")
    page.wait_for_selector("text=CM-1 is recorded with 10 containers.")
    assert len(containers(live_server.store)) - published(live_server) == 10

    page.click("text=Record departure")
    page.wait_for_selector("h1 >> text=What happened to CM-1?")
    page.fill("#f-date", "2026-11-01")
    page.fill("#f-time", "11:15")
    page.click("text=Record for 10 containers")
    page.wait_for_selector("h1 >> text=Departed at Chongqing Tuanjiecun is recorded for 10 containers.")
    (departed,) = [e for e in events(live_server.store) if e.event == "departed" and e.sender == "Alpha Freight"]
    assert departed.occurred_at.isoformat() == "2026-11-01T03:15:00+00:00"

    page.click("button >> text=Undo")
    page.wait_for_selector("text=Taken back.")
    assert [e for e in events(live_server.store) if e.id == departed.id and e.current] == []


ROW = ("FWDU0000506", "45G1", "yes", "24500", "8471", "Laptops", "S0")
PASTED = ("container", "size_type", "laden", "gross_kg", "hs_code", "goods", "seals")


def row_of(page: Any, number: int = 1) -> tuple[str, ...]:
    return tuple(page.input_value(f"#{name}-{number}") for name in PASTED)


def test_a_block_without_heading_in_the_order_of_the_grid_goes_by_its_order(page: Any) -> None:
    sign_in(page)
    page.goto("/shipments/new")
    rows = [ROW, ("FWDU0000511", "40HQ", "no", "3900", "847130", "Steel 45G1", "12345678")]
    paste(page, "#container-1", "\n".join("\t".join(row) for row in rows))
    assert [row_of(page, n) for n in (1, 2)] == rows
    assert page.inner_text("#pasted") == (
        "2 rows pasted: Container · Size-type · Laden · Gross, kg · HS code · Goods · Seals"
    )


def test_a_block_pasted_further_right_goes_on_from_there_and_says_what_is_too_much(page: Any) -> None:
    sign_in(page)
    page.goto("/shipments/new")
    paste(page, "#gross_kg-2", "9100\t8471\tLaptops\tS0\tfragile")
    assert row_of(page, 2) == ("", "45G1", "yes", "9100", "8471", "Laptops", "S0")
    assert page.inner_text("#pasted") == (
        "One row pasted: Gross, kg · HS code · Goods · Seals. Left out, since not recognised: fragile"
    )


def test_one_column_goes_where_it_was_pasted_whatever_it_holds(page: Any) -> None:
    sign_in(page)
    page.goto("/shipments/new")
    paste(page, "#container-1", "mistyped\nFWDU0000506\nlost")
    assert [page.input_value(f"#container-{n}") for n in (1, 2, 3)] == ["mistyped", "FWDU0000506", "lost"]
    assert page.inner_text("#pasted") == "3 rows pasted: Container"


def test_a_block_in_another_order_goes_by_what_it_holds(page: Any) -> None:
    sign_in(page)
    page.goto("/shipments/new")
    paste(page, "#container-1", "8471\tLaptops\t24500\tFWDU0000506\tyes\t45G1\t%")
    assert row_of(page) == (*ROW[:6], "")
    assert page.inner_text("#pasted").endswith("Left out, since not recognised: %")


def published(live_server: LiveServer) -> int:
    """Containers of the published record."""
    mine = {s.id for s in shipments(live_server.store) if s.partner == "Alpha Freight"}
    return sum(c.shipment_id not in mine for c in containers(live_server.store))


def test_a_shipment_is_entered_with_the_keyboard_alone(page: Any, live_server: LiveServer) -> None:
    sign_in(page)
    page.goto("/shipments/new")
    page.focus("#f-reference")
    for text in ("CM-7", "CKG", "MHG"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.focus("#container-1")
    for serial in (1, 2, 3, 4, 5, 6):  # Enter goes down, and past the last row makes a new one
        page.keyboard.type(container_number(serial))
        page.keyboard.press("Enter")
    page.wait_for_selector("#sentence >> text=Six containers typed. Nothing is wrong with them.")
    page.focus(".bar .btn-go")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=CM-7 is recorded with 6 containers.")
    assert [s.reference for s in shipments(live_server.store) if s.partner == "Alpha Freight"] == ["CM-7"]


def test_problems_after_sending_take_the_focus_and_lead_to_their_fields(page: Any) -> None:
    sign_in(page)
    fill_shipment(page)
    page.fill("#f-destination", "Manheim")
    page.fill("#container-1", container_number(1))
    page.click(".bar >> text=Record shipment")
    page.wait_for_selector(".summary:focus")
    page.click(".summary a")
    assert page.evaluate("location.hash") == "#f-destination"
    page.click("#told-destination >> text=Mannheim Mühlauhafen (MHG)")
    page.wait_for_selector("#corridors .pick")
    page.wait_for_selector(".summary", state="detached")


def test_going_back_to_a_refused_form_finds_what_was_typed(page: Any) -> None:
    sign_in(page)
    fill_shipment(page)
    page.fill("#f-destination", "Nowhere")
    page.click(".bar >> text=Record shipment")
    page.wait_for_selector(".summary")
    page.goto("/trains")
    page.go_back()
    assert page.input_value("#f-reference") == "CM-1"
    assert page.input_value("#f-destination") == "Nowhere"


def test_a_double_click_records_once(page: Any, live_server: LiveServer) -> None:
    sign_in(page)
    fill_shipment(page)
    page.fill("#container-1", container_number(1))
    page.wait_for_selector("#sentence >> text=One container typed.")
    page.dblclick(".bar >> text=Record shipment")
    page.wait_for_selector("text=CM-1 is recorded with one container.")
    assert len([s for s in shipments(live_server.store) if s.partner == "Alpha Freight"]) == 1


def test_everything_works_without_a_script(open_page: Callable[..., Any], live_server: LiveServer) -> None:
    page = open_page(java_script_enabled=False)
    sign_in(page)
    fill_shipment(page)
    page.fill("#container-1", WRONG_DIGIT)
    page.click(".bar >> text=Record shipment")
    page.click("#told-row-1 >> text=Use 3")
    assert page.input_value("#container-1") == "CAIU 884617 3"
    page.click(".bar >> text=Record shipment")
    page.click("text=Record departure")
    page.click("text=Record for one container")
    assert "Departed at Chongqing Tuanjiecun is recorded for one container." in page.inner_text("h1")


def test_an_event_is_told_on_a_phone_with_one_thumb(phone: Any, live_server: LiveServer) -> None:
    sign_in(phone)
    fill_shipment(phone)
    phone.fill("#container-1", container_number(1))
    phone.fill("#container-2", container_number(2))
    phone.wait_for_selector("#sentence >> text=Two containers typed.")
    phone.click(".bar >> text=Record shipment")
    phone.click("text=Record departure")
    button = phone.locator(".bar .btn-go")
    below = button.bounding_box()
    assert below is not None
    assert below["y"] + below["height"] > 760  # fixed at the lower end of the screen
    assert below["height"] >= 44
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    for box in phone.locator(".next label").all():
        size = box.bounding_box()
        assert size is not None
        assert size["height"] >= 44
    phone.click("summary >> text=Choose some")
    phone.click(".choose-many label >> nth=1")
    phone.wait_for_selector("text=Record for one container")
    phone.click(".bar .btn-go")
    phone.wait_for_selector("h1 >> text=Departed at Chongqing Tuanjiecun is recorded for one container.")
    (event,) = [e for e in events(live_server.store) if e.sender == "Alpha Freight"]
    assert event.container_id is not None


def test_a_container_is_typed_on_a_phone_without_moving_sideways(phone: Any) -> None:
    sign_in(phone)
    phone.goto("/shipments/new")
    for name in PASTED:
        cell = phone.locator(f"#{name}-1")
        size = cell.bounding_box()
        assert size is not None
        assert size["x"] >= 0
        assert size["x"] + size["width"] <= 390
        assert size["height"] >= 44
    named = "getComputedStyle(document.querySelector('#gross_kg-1').closest('td'), '::before').content"
    assert phone.evaluate(named) == '"Gross, kg"'
    phone.click("text=Add rows")
    phone.fill("#container-5", WRONG_DIGIT)
    phone.wait_for_selector("#told-row-5 >> text=The check digit does not fit.")
    assert phone.evaluate(
        "document.querySelector('.scroll').scrollWidth <= document.querySelector('.scroll').clientWidth"
    )
    assert violations(phone) == []
    phone.click("#told-row-5 >> text=Use 3")
    assert phone.input_value("#container-5") == "CAIU 884617 3"


def test_now_and_the_clock_follow_the_station(page: Any) -> None:
    sign_in(page)
    fill_shipment(page)
    page.fill("#container-1", container_number(1))
    page.wait_for_selector("#sentence >> text=One container typed.")
    page.click(".bar >> text=Record shipment")
    page.click("text=Record departure")
    before = page.input_value("#f-time")
    page.click("text=/All \\d+ events, all stations/")
    page.select_option("#f-event", "arrived")
    page.select_option("#f-station", "MHG")
    assert page.is_checked("#pick-other")
    assert re.search(r"Mannheim.*UTC\+[12]", page.inner_text("#zone"))
    assert page.input_value("#f-time") != before


def test_a_file_is_looked_at_and_taken_in(page: Any, live_server: LiveServer) -> None:
    sign_in(page)
    page.goto("/import")
    rows = [f"CM-9,CKG,MHG,{container_number(serial)},45G1" for serial in (1, 2, 3)] + ["CM-9,CKG,MHG,CAIU8846177,45G1"]
    content = "\n".join(["reference,origin,destination,container,size_type", *rows])
    page.set_input_files("#f-file", {"name": "nov.csv", "mimeType": "text/csv", "buffer": content.encode()})
    page.click("text=Look at it first")
    page.wait_for_selector("h1 >> text=3 of 4 rows are new and ready. One has problems.")
    page.click("text=Take in the 3 good rows")
    page.click("button >> text=Continue")
    page.wait_for_selector("h1 >> text=Three rows are recorded. One was refused.")
    with page.expect_download() as download:
        page.click("text=Download the refused row")
    assert download.value.suggested_filename == "nov-refused.csv"


def test_on_a_phone_one_empty_row_is_shown_and_the_next_when_it_is_filled(phone: Any) -> None:
    sign_in(phone)
    phone.goto("/shipments/new")

    def shown() -> int:
        found: int = phone.locator("#rows tr[data-row]:visible").count()
        return found

    assert shown() == 1
    phone.fill("#container-1", container_number(1))
    assert shown() == 2
    phone.fill("#container-1", "")
    assert shown() == 1
    phone.click("text=Add rows")
    assert shown() == 5
    assert phone.evaluate("document.activeElement.id") == "container-2"
    phone.goto("/shipments/new")
    paste(phone, "#container-1", sheet())
    phone.wait_for_selector("#sentence >> text=Ten containers typed.")
    assert shown() == 11


def test_on_a_desk_all_rows_are_shown(page: Any) -> None:
    sign_in(page)
    page.goto("/shipments/new")
    assert page.locator("#rows tr[data-row]:visible").count() == 5


def test_a_position_is_told_on_a_phone_on_the_clock_one_has(phone: Any, live_server: LiveServer) -> None:
    sign_in(phone)
    fill_shipment(phone)
    phone.fill("#container-1", container_number(1))
    phone.click(".bar >> text=Record shipment")
    phone.click("text=Record departure")
    phone.click("text=All 19 events, all stations")
    assert not phone.is_visible("#f-lat")
    phone.select_option("#f-event", "position")
    assert phone.is_checked("#pick-other")
    assert not phone.is_visible("#f-station")
    assert phone.inner_text("#zone") == "UTC+8"
    before = phone.input_value("#f-time")
    phone.fill("#f-offset", "+5")
    phone.fill("#f-lat", "46.11")
    assert phone.inner_text("#zone") == "UTC+5"
    hours = (int(before[:2]) - int(phone.input_value("#f-time")[:2])) % 24
    assert hours in (2, 3)  # the minute may have turned the hour meanwhile
    phone.fill("#f-lon", "73.62")
    phone.click(".bar .btn-go")
    phone.wait_for_selector("h1 >> text=Position is recorded for one container.")
    assert "46.11° N, 73.62° E" in phone.inner_text(".basis")
    assert "UTC+5" in phone.inner_text(".basis")


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("address", ["/shipments/new", "/events/new", "/import"])
def test_pages_fit_narrow_screens(open_page: Callable[..., Any], width: int, address: str) -> None:
    page = open_page(viewport={"width": width, "height": 700})
    sign_in(page, Role.PARTNER)
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_a_connection_nothing_typed_is_lost(open_page: Callable[..., Any], live_server: LiveServer) -> None:
    page = open_page(expects_faults=True)
    sign_in(page)
    fill_shipment(page)
    page.wait_for_selector("#net", state="hidden")
    page.context.set_offline(True)
    page.fill("#container-1", WRONG_DIGIT)
    page.wait_for_selector("#net >> text=No connection")
    page.context.set_offline(False)
    page.fill("#goods-1", "Gears")
    page.wait_for_selector("#told-row-1 >> text=The check digit does not fit.")
    page.wait_for_selector("#net", state="hidden")
    assert page.input_value("#container-1") == WRONG_DIGIT


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible(open_page: Callable[..., Any], scheme: str) -> None:
    page = open_page(color_scheme=scheme)
    sign_in(page)
    fill_shipment(page)
    paste(page, "#container-1", sheet())
    page.wait_for_selector("#told-row-3 >> text=The check digit does not fit.")
    assert violations(page) == []
    page.click(".bar >> text=Record shipment")
    page.wait_for_selector(".summary")
    assert violations(page) == []
    page.click("#told-row-3 >> text=Use 3")
    page.wait_for_selector(".summary", state="detached")
    page.click(".bar >> text=Record shipment")
    page.click("text=Record departure")
    for drawer in page.locator("main summary").all():
        drawer.click()
    assert violations(page) == []
    page.fill("#f-date", "2026-11-01")
    page.click(".bar .btn-go")
    page.wait_for_selector("text=Record the next event")
    assert violations(page) == []
    page.click("main a >> text=Correct")
    assert violations(page) == []
    page.goto("/import")
    assert violations(page) == []
    content = "reference,origin,destination,container,size_type\nR,CKG,Manheim,x,45G"
    page.set_input_files("#f-file", {"name": "a.csv", "mimeType": "text/csv", "buffer": content.encode()})
    page.click("text=Look at it first")
    page.wait_for_selector(".probs")
    assert violations(page) == []
