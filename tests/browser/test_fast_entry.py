"""How quick entry is: ten containers and a departure with the keyboard alone, its keystrokes counted in the browser.

The numbers stand in README, beside those of the same data typed into the spreadsheet template.
"""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from railtrack.domain.rows.raw import RawRow
from railtrack.operations.administering.reference import load_world
from railtrack.operations.entering.forms import record_shipment
from tests.browser.conftest import LiveServer, sign_in
from tests.factories import container_number
from tests.web.entry_pages import containers, events, shipments

README = Path(__file__).parents[2] / "README.md"
REFERENCE, DEPARTURE = "MA-7", "2026-12-01 10:00"
USUAL = {
    "origin": "CKG",
    "destination": "MHG",
    "corridor": "dostyk-petropavl",
    "shipper": "Gear Works Chongqing",
    "consignee": "Maschinen Mannheim",
}
NUMBERS = [container_number(serial) for serial in range(11, 21)]
COUNT_KEYS = """
    addEventListener("keydown", (event) => {
        if (["Control", "Shift", "Alt", "Meta"].includes(event.key)) return;
        sessionStorage.keys = Number(sessionStorage.keys || 0) + 1;
    }, true);
"""


@pytest.fixture
def clerk(page: Any, live_server: LiveServer) -> Any:
    """A partner who has booked twice before, in front of an empty form; keystrokes are counted from here."""
    world, actor = load_world(live_server.store), live_server.actor()
    for serial in (1, 2):
        cells = {**USUAL, "reference": f"MA-{serial}", "train": f"YXO 843{serial}", "size_type": "45G1"}
        row = RawRow(None, {**cells, "container": container_number(serial)})
        done = record_shipment(live_server.store, f"k{serial}", [row], world=world, actor=actor, now=datetime.now(UTC))
        assert done.is_done
    sign_in(page)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.add_init_script(COUNT_KEYS)
    page.goto("/shipments/new")
    assert page.evaluate("document.activeElement.id") == "f-reference"
    return page


def keys(page: Any) -> int:
    counted: str = page.evaluate("sessionStorage.keys")
    return int(counted)


def enter(page: Any, live_server: LiveServer, *, pasted: bool) -> int:
    """Record the shipment and its departure; gives the keystrokes."""
    keyboard = page.keyboard
    keyboard.type(REFERENCE)
    keyboard.press("Alt+Enter")
    assert page.evaluate("document.activeElement.id") == "f-planned_departure"
    keyboard.type(DEPARTURE)
    if pasted:  # copied from the list of the forwarder, whatever its columns
        page.evaluate("(text) => navigator.clipboard.writeText(text)", "\n".join(NUMBERS))
        keyboard.press("Control+v")
    else:
        page.wait_for_selector("input[type=radio][name=corridor]")  # a person types slower than these come
        while page.evaluate("document.activeElement.id") != "container-1":
            keyboard.press("Tab")
        for number in NUMBERS:
            keyboard.type(number)
            keyboard.press("Enter")
    page.wait_for_selector("#sentence >> text=Ten containers typed. Nothing is wrong with them.")
    keyboard.press("Control+Enter")
    page.wait_for_selector(f"text={REFERENCE} is recorded with 10 containers.")
    page.wait_for_selector("a:focus:has-text('Record departure')")
    keyboard.press("Enter")
    page.wait_for_selector(f"h1 >> text=What happened to {REFERENCE}?")
    page.wait_for_load_state()  # its scripts, which know the key, come last
    keyboard.press("Control+Enter")  # departed here, now
    page.wait_for_selector("h1 >> text=Departed at Chongqing Tuanjiecun is recorded for 10 containers.")
    (booked,) = [s for s in shipments(live_server.store) if s.reference == REFERENCE]
    assert (booked.train, booked.shipper, booked.corridor) == ("YXO 8433", USUAL["shipper"], USUAL["corridor"])
    assert sorted(c.number for c in containers(live_server.store) if c.shipment_id == booked.id) == sorted(NUMBERS)
    assert [e.event for e in events(live_server.store) if e.shipment_id == booked.id] == ["departed"]
    return keys(page)


def in_the_template(*, pasted: bool) -> int:
    """Keystrokes for the same data in the template: each cell and the key after it, what repeats filled down.

    What follows in a spreadsheet, saving, choosing the file and sending it, is not counted.
    """
    shared = {**USUAL, "reference": REFERENCE, "train": "YXO 8433", "planned_departure": DEPARTURE, "size_type": "45G1"}
    filled_down = sum(len(text) + 1 for text in shared.values()) + 2  # once, then mark the block and fill it down
    numbers = 1 if pasted else sum(len(number) + 1 for number in NUMBERS)
    event = sum(len(text) + 1 for text in (REFERENCE, "departed", "CKG", DEPARTURE))
    return filled_down + numbers + event


@pytest.mark.parametrize("pasted", [True, False], ids=["pasted", "typed"])
def test_ten_containers_and_a_departure_take_few_keys(clerk: Any, live_server: LiveServer, pasted: bool) -> None:
    form, sheet = enter(clerk, live_server, pasted=pasted), in_the_template(pasted=pasted)
    row = r"^\| numbers pasted \| (\d+) \| (\d+) \|$" if pasted else r"^\| numbers typed \| (\d+) \| (\d+) \|$"
    told = re.search(row, README.read_text(encoding="utf-8"), re.MULTILINE)
    assert told, "README tells no keystrokes"
    assert (form, sheet) == (int(told[1]), int(told[2]))
    assert form < sheet


def test_enter_takes_what_is_usual_field_by_field_and_only_where_nothing_is_typed(clerk: Any) -> None:
    keyboard = clerk.keyboard
    keyboard.type("MA-8")
    keyboard.press("Tab")
    assert clerk.is_visible("[data-usual-of=f-origin] >> text=Enter takes it")
    keyboard.press("Enter")
    assert clerk.input_value("#f-origin") == "Chongqing Tuanjiecun (CKG)"
    assert clerk.is_hidden("[data-usual-of=f-origin]")
    assert clerk.evaluate("document.activeElement.id") == "f-destination"
    keyboard.type("DUI")
    keyboard.press("Tab")
    assert clerk.input_value("#f-destination") == "DUI"
    assert clerk.input_value("#f-train") == ""
    keyboard.press("Tab")
    assert clerk.input_value("#f-train") == ""  # passed by, not taken


def test_a_block_pasted_beside_the_grid_goes_into_its_first_empty_row(clerk: Any) -> None:
    clerk.fill("#container-1", NUMBERS[0])
    clerk.focus("#f-reference")
    clerk.evaluate("(text) => navigator.clipboard.writeText(text)", f"{NUMBERS[1]}\t22G1\n{NUMBERS[2]}\t45G1")
    clerk.keyboard.press("Control+v")
    assert [clerk.input_value(f"#container-{row}") for row in (1, 2, 3)] == NUMBERS[:3]
    assert clerk.input_value("#size_type-2") == "22G1"
    assert clerk.input_value("#f-reference") == ""
    clerk.evaluate("(text) => navigator.clipboard.writeText(text)", "MA-9")  # one word is a word
    clerk.focus("#f-reference")
    clerk.keyboard.press("Control+v")
    assert clerk.input_value("#f-reference") == "MA-9"
