"""Changing a recorded shipment by form: nothing is passed over, and of two who change at once neither undoes the other.

`booked` is the partner with shipment 1; `colleague` is of the same organisation, with a browser of their own.
"""

import html
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient

from railtrack.domain.actors import EVERYTHING, Role
from railtrack.operations.entering.editing import change_shipment
from railtrack.store.audit import audit_entries, history_of_shipment
from railtrack.store.engine import Store
from railtrack.store.people import person_by_email
from railtrack.store.reading.shipments import shipment
from tests.factories import container_number
from tests.web.conftest import SignIn, words_of
from tests.web.entry_pages import HOSTILE, containers, send, told

FORM = "/shipments/1/change"
FIRST, SECOND, THIRD, NEW = (container_number(n) for n in (1, 2, 3, 9))


@pytest.fixture
def colleague(booked: FlaskClient, sign_in: SignIn) -> FlaskClient:
    return sign_in(Role.PARTNER, "Beispiel-Spedition", "li@example.org")


def fields_of(page: str) -> dict[str, Any]:
    """A form as a browser would send it back, its rows as lists; of a pair of choices the one that is chosen."""
    found: dict[str, Any] = {}
    for tag in re.findall(r"<select\b.*?</select>|<input\b[^>]*>", page, re.S):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'\bvalue="([^"]*)"', tag)
        if name is None or name[1] in ("csrf_token", "q", "out") or ('type="radio"' in tag and "checked" not in tag):
            continue
        chosen = re.search(r'<option value="([^"]*)" selected', tag) or value
        found.setdefault(html.unescape(name[1]), []).append(html.unescape(chosen[1]) if chosen else "")
    return {name: values if name in ROWS else values[0] for name, values in found.items()}


ROWS = (
    "container", "quantity", "size_type", "laden", "gross_kg", "hs_code", "goods", "seals", "packages", "tare_kg",
    "value", "value_currency", "un_number", "temperature_min_c", "temperature_max_c", "freight", "freight_currency",
)  # fmt: skip


def opened(client: FlaskClient, **changes: Any) -> dict[str, Any]:
    """The form as it opens, with some of its fields typed over; `gross_kg={0: "22000"}` is the first row's."""
    page = client.get(FORM)
    assert page.status_code == 200
    form = fields_of(page.text)
    for name, value in changes.items():
        if isinstance(value, Mapping):
            for row, text in value.items():
                form[name][row] = text
        else:
            form[name] = value
    return form


def save(client: FlaskClient, form: dict[str, Any], do: str = "save") -> Any:
    return send(client, FORM, {**form, "do": do})


def now_recorded(store: Store) -> Any:
    with store.reading() as r:
        return shipment(r, EVERYTHING, 1)


def weights(store: Store) -> dict[str, float]:
    return {c.facts.container: c.facts.gross_kg for c in now_recorded(store).containers}


# ---------------------------------------------------------------- one alone


def test_sent_back_as_it_is_nothing_changes(booked: FlaskClient, web_store: Store) -> None:
    before = now_recorded(web_store)
    page = save(booked, opened(booked)).headers["Location"]
    assert "Nothing was changed." in words_of(booked.get(page).text)
    assert now_recorded(web_store) == before


def test_what_was_typed_over_is_changed_and_what_was_emptied_is_gone(booked: FlaskClient, web_store: Store) -> None:
    form = opened(booked, shipper="Example Tools", train="", gross_kg={1: "22500.55"}, planned_arrival="2024-06-28")
    form["container"][3] = NEW
    answer = save(booked, form)
    assert answer.status_code == 302, words_of(answer.text)
    recorded = now_recorded(web_store)
    assert (recorded.facts.shipper, recorded.facts.train, recorded.version) == ("Example Tools", "", 2)
    assert recorded.facts.planned_arrival.local_date.isoformat() == "2024-06-28"
    assert weights(web_store)[SECOND] == 22500.55
    assert [c.facts.container for c in recorded.containers] == [FIRST, SECOND, THIRD, NEW]
    assert "its history keeps what it was before" in words_of(booked.get("/shipments/1").text).lower()


def test_a_container_is_taken_out_and_its_history_stays(booked: FlaskClient, web_store: Store) -> None:
    assert save(booked, {**opened(booked), "out": ["2"]}).status_code == 302
    assert list(weights(web_store)) == [FIRST, THIRD]
    with web_store.reading() as r:
        history = history_of_shipment(r, EVERYTHING, 1).items
    assert (history[0].action, (history[0].before or {})["container"]) == ("take out", SECOND)
    # that it was added is told still
    assert SECOND in [(each.after or {}).get("container") for each in history if each.action == "add"]


def test_a_container_something_was_told_of_stays(booked: FlaskClient, web_store: Store) -> None:
    first = containers(web_store)[0]
    assert send(booked, "/events/new", told(web_store, box=[str(first.id)])).status_code == 302
    answer = save(booked, {**opened(booked), "out": ["1"]})
    assert answer.status_code == 422
    assert f"Something was told of {FIRST}, so it stays." in words_of(answer.text)
    assert FIRST in weights(web_store)


def test_a_shipment_keeps_a_container(booked: FlaskClient, web_store: Store) -> None:
    answer = save(booked, {**opened(booked), "out": ["1", "2", "3"]})
    assert answer.status_code == 422
    assert "none would be left" in words_of(answer.text)
    assert len(weights(web_store)) == 3


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_stored(booked: FlaskClient, web_store: Store) -> None:
    form = opened(booked, destination="Nowhere", gross_kg={2: "heavy"}, container={1: FIRST})
    twice = save(booked, form)
    assert "The same container stands in row 1 already." in words_of(twice.text)
    answer = save(booked, {**form, "container": [FIRST, SECOND, THIRD, ""]})
    assert answer.status_code == 422
    assert 'href="#f-destination"' in answer.text
    assert 'href="#gross_kg-3"' in answer.text
    assert 'value="heavy"' in answer.text
    assert now_recorded(web_store).version == 1


def test_the_times_of_an_end_move_with_it(booked: FlaskClient, web_store: Store) -> None:
    assert save(booked, opened(booked, origin="ALK", corridor="")).status_code == 302
    departure = now_recorded(web_store).facts.planned_departure
    assert departure.local.isoformat() == "2024-06-10T10:00:00+08:00"
    assert save(booked, opened(booked, origin="DTK", corridor="")).status_code == 302
    departure = now_recorded(web_store).facts.planned_departure
    assert departure.local.isoformat() == "2024-06-10T10:00:00+05:00"  # ten o'clock there


def test_kept_as_a_draft_it_is_there_with_what_it_was_made_from(
    booked: FlaskClient, colleague: FlaskClient, web_store: Store
) -> None:
    kept = save(booked, opened(booked, shipper="Draft & Sons"), "draft")
    assert kept.status_code == 302
    assert save(colleague, opened(colleague, consignee="Meanwhile GmbH")).status_code == 302
    listed = booked.get("/shipments/new?draft=1")
    assert listed.headers["Location"] == kept.headers["Location"] == f"{FORM}?draft=1"
    form = fields_of(booked.get(kept.headers["Location"]).text)
    assert form["shipper"] == "Draft & Sons"
    assert form["consignee"] == ""
    shown = save(booked, form)
    assert shown.status_code == 409
    assert save(booked, fields_of(shown.text), "merge").status_code == 302
    facts = now_recorded(web_store).facts
    assert (facts.shipper, facts.consignee) == ("Draft & Sons", "Meanwhile GmbH")
    assert booked.get(f"{FORM}?draft=1").status_code == 404  # the draft went with it


# ---------------------------------------------------------------- two at once


def test_who_saves_second_sees_what_the_first_saved_and_both_hold(
    booked: FlaskClient, colleague: FlaskClient, web_store: Store
) -> None:
    mine = opened(booked, shipper="Mine", gross_kg={0: "20000"})
    mine["container"][3], mine["gross_kg"][3] = NEW, "19000"
    assert save(colleague, opened(colleague, consignee="Theirs", gross_kg={1: "18000"})).status_code == 302
    shown = save(booked, mine)
    assert shown.status_code == 409
    said = words_of(shown.text)
    assert "Somebody else changed it meanwhile, and nothing stands against yours." in said
    assert "li@example.org" in said
    assert re.search(r"li@example.org ?, .{0,30}12:00", said)
    assert 'type="radio"' not in shown.text
    assert now_recorded(web_store).facts.shipper == ""  # nothing of it is stored
    assert save(booked, fields_of(shown.text), "merge").status_code == 302
    facts = now_recorded(web_store).facts
    assert (facts.shipper, facts.consignee) == ("Mine", "Theirs")
    assert weights(web_store) == {FIRST: 20000, SECOND: 18000, THIRD: 21000, NEW: 19000}


@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_what_both_changed_is_chosen_field_by_field(
    booked: FlaskClient, colleague: FlaskClient, web_store: Store, choice: str
) -> None:
    mine = opened(booked, shipper="Mine", train="YXO 7", gross_kg={0: "20000"})
    assert save(colleague, opened(colleague, shipper="Theirs", gross_kg={0: "18000"})).status_code == 302
    shown = save(booked, mine)
    assert shown.status_code == 409
    said = words_of(shown.text)
    assert "Both of you changed 2 things; choose what holds." in said
    assert re.search(r"Yours: Mine Saved: Theirs li@example.org ?, .*? Before: nothing", said)
    assert re.search(rf"{FIRST}, Gross, kg Yours: 20000 Saved: 18000 li@example.org ?, .*? Before: 21000", said)
    form = fields_of(shown.text)
    choices = [name for name in form if name.startswith("choice|")]
    assert sorted(choices) == sorted(["choice|shipper|", f"choice|gross_kg|{FIRST}"])
    assert {form[name] for name in choices} == {"mine"}  # yours is chosen before anything is
    assert save(booked, {**form, **dict.fromkeys(choices, choice)}, "merge").status_code == 302
    facts = now_recorded(web_store).facts
    assert facts.train == "YXO 7"
    expected = {"mine": ("Mine", 20000), "theirs": ("Theirs", 18000)}[choice]
    assert (facts.shipper, weights(web_store)[FIRST]) == expected


def test_taken_out_here_and_changed_there_is_a_choice(
    booked: FlaskClient, colleague: FlaskClient, web_store: Store
) -> None:
    mine = {**opened(booked), "out": ["1", "2"]}
    form = opened(colleague, gross_kg={0: "18000"})
    assert save(colleague, form).status_code == 302
    shown = save(booked, mine)
    said = words_of(shown.text)
    assert "Both of you changed one thing; choose what holds." in said
    assert f"{FIRST} Yours: not in the shipment Saved: " in said
    assert "Gross, kg: 18000" in said
    assert save(booked, {**fields_of(shown.text), f"choice||{FIRST}": "theirs"}, "merge").status_code == 302
    assert weights(web_store) == {FIRST: 18000, THIRD: 21000}


def test_taken_out_there_and_changed_here_comes_back_if_mine_is_chosen(
    booked: FlaskClient, colleague: FlaskClient, web_store: Store
) -> None:
    mine = opened(booked, gross_kg={0: "18000"})
    assert save(colleague, {**opened(colleague), "out": ["1"]}).status_code == 302
    shown = save(booked, mine)
    assert "li@example.org" in words_of(shown.text)
    assert save(booked, fields_of(shown.text), "merge").status_code == 302
    assert weights(web_store) == {SECOND: 21000, THIRD: 21000, FIRST: 18000}


def test_the_same_change_by_both_is_no_question(booked: FlaskClient, colleague: FlaskClient, web_store: Store) -> None:
    mine = opened(booked, shipper="Same", origin="chongqing tuanjiecun", gross_kg={0: " 18000 "})
    assert save(colleague, opened(colleague, shipper="Same", gross_kg={0: "18000"})).status_code == 302
    answer = save(booked, mine)
    assert answer.status_code == 302
    assert "All of this was recorded already" in words_of(booked.get("/shipments/1").text)
    assert now_recorded(web_store).version == 2


def test_a_third_change_while_one_chooses_is_shown_as_well(
    booked: FlaskClient, colleague: FlaskClient, web_store: Store
) -> None:
    mine = opened(booked, shipper="Mine")
    assert save(colleague, opened(colleague, consignee="Theirs")).status_code == 302
    first = save(booked, mine)
    assert save(colleague, opened(colleague, shipper="Theirs as well")).status_code == 302
    second = save(booked, fields_of(first.text), "merge")
    assert second.status_code == 409
    assert "Yours: Mine Saved: Theirs as well" in words_of(second.text)
    assert save(booked, fields_of(second.text), "merge").status_code == 302
    facts = now_recorded(web_store).facts
    assert (facts.shipper, facts.consignee) == ("Mine", "Theirs")


def test_one_can_go_on_editing_with_both_put_together(booked: FlaskClient, colleague: FlaskClient) -> None:
    mine = opened(booked, shipper="Mine")
    assert save(colleague, opened(colleague, consignee="Theirs")).status_code == 302
    shown = save(booked, mine)
    form = fields_of(save(booked, fields_of(shown.text), "edit").text)
    assert (form["shipper"], form["consignee"]) == ("Mine", "Theirs")
    assert save(booked, form).status_code == 302


def test_a_program_and_a_form_meet_in_the_same_way(booked: FlaskClient, web_store: Store, now: Any, world: Any) -> None:
    """What a program changed is a change like any other."""
    mine = opened(booked, shipper="Mine")
    with web_store.reading() as r:
        person = person_by_email(r, "partner@example.org")
    assert person is not None
    change_shipment(web_store, 1, {"consignee": "Program"}, versions=[1], actor=person.actor("api"), now=now)
    shown = save(booked, mine)
    assert shown.status_code == 409
    assert "Program" in words_of(shown.text)


# ---------------------------------------------------------------- what others may send


def test_text_of_others_is_shown_as_text(booked: FlaskClient, colleague: FlaskClient) -> None:
    mine = opened(booked, shipper="\u202eMine")
    assert save(colleague, opened(colleague, shipper=HOSTILE)).status_code == 302
    shown = save(booked, mine)
    assert HOSTILE not in shown.text
    assert "<bdi" in shown.text
    assert HOSTILE in words_of(shown.text)


def test_a_form_that_was_tampered_with_is_refused_whole(booked: FlaskClient, web_store: Store) -> None:
    form = opened(booked, shipper="X")
    for basis in (
        *("", "[]", "{", '{"version": 1}', '{"texts": [], "version": 1, "entry": 1}'),
        '{"texts": {"fields": [], "rows": {}}, "version": 1, "entry": 1}',
        '{"texts": {"fields": {}, "rows": {"a": 1}}, "version": 1, "entry": 1}',
        '{"texts": {"fields": {}, "rows": {}}, "version": "x", "entry": 1}',
    ):
        for do in ("save", "merge", "draft"):
            assert save(booked, {**form, "basis": basis}, do).status_code == 400, (basis, do)
    assert now_recorded(web_store).version == 1


def test_a_forged_basis_changes_no_more_than_one_may(booked: FlaskClient, web_store: Store) -> None:
    form = opened(booked)
    basis = json.loads(form["basis"])
    basis["texts"]["fields"]["shipper"] = "never was"
    basis["texts"]["rows"]["MSKU9070323"] = {"container": "MSKU9070323"}
    answer = save(booked, {**form, "basis": json.dumps(basis)})
    assert answer.status_code == 422  # a container that is not in it cannot be taken out
    assert now_recorded(web_store).version == 1


def test_a_stranger_finds_no_form(booked: FlaskClient, sign_in: SignIn, web_store: Store) -> None:
    form = opened(booked, shipper="Stolen")
    stranger = sign_in(Role.PARTNER, "Andere Spedition", "stranger@example.org")
    assert stranger.get(FORM).status_code == 404
    assert save(stranger, form).status_code == 404
    assert now_recorded(web_store).facts.shipper == ""
    with web_store.reading() as r:
        assert "stranger@example.org" not in [e.actor for e in audit_entries(r, EVERYTHING, subject="shipment").items]
