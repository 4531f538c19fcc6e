"""What a shipment form begins with: drafts, copies of earlier shipments, and what is usual."""

import re
import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from railtrack.domain.actors import Role
from railtrack.store.engine import Store
from railtrack.store.tables import DraftRow, ShipmentRow
from tests.factories import container_number
from tests.web.conftest import SignIn, words_of
from tests.web.entry_pages import box, containers, count, field_value, form_of, send, shipments

ADDRESS = "/shipments/new"


@pytest.fixture
def sqlite_url(sqlite_furnished_template: Path, tmp_path: Path) -> str:
    """A database that knows stations and corridors."""
    path = tmp_path / "railtrack.db"
    shutil.copyfile(sqlite_furnished_template, path)
    return f"sqlite:///{path}"


def test_a_draft_keeps_what_was_typed_wrong_or_not(partner: FlaskClient, web_store: Store) -> None:
    answer = send(partner, ADDRESS, form_of(box(container="CAIU 884617 7", goods="Gears"), do="draft"))
    assert count(web_store, ShipmentRow) == 0
    page = partner.get(answer.location).text
    assert "CAIU 884617 7" in page
    assert "Gears" in page
    assert field_value(page, "reference") == "CM-1"


def test_one_or_two_drafts_stand_open_on_the_page_of_a_new_shipment(partner: FlaskClient) -> None:
    for reference, is_open in (("CM-1", True), ("CM-2", True), ("CM-3", False)):
        send(partner, ADDRESS, form_of(do="draft", reference=reference))
        page = partner.get(ADDRESS).text
        assert bool(re.search(r'<details class="plain after-s" open><summary>Go on with', page)) is is_open


def test_drafts_are_listed_and_can_be_thrown_away(partner: FlaskClient, web_store: Store) -> None:
    answer = send(partner, ADDRESS, form_of(do="draft"))
    assert "CM-1" in partner.get(ADDRESS).text
    number = re.search(r"draft=(\d+)", answer.location)
    assert number
    send(partner, f"/shipments/drafts/{number[1]}/delete", {})
    assert count(web_store, DraftRow) == 0


def test_recording_a_draft_throws_it_away(partner: FlaskClient, web_store: Store) -> None:
    answer = send(partner, ADDRESS, form_of(do="draft"))
    page = partner.get(answer.location).text
    send(partner, ADDRESS, form_of(draft=field_value(page, "draft")))
    assert count(web_store, DraftRow) == 0
    assert count(web_store, ShipmentRow) == 1


def test_keeping_a_draft_again_replaces_it(partner: FlaskClient, web_store: Store) -> None:
    page = partner.get(send(partner, ADDRESS, form_of(do="draft")).location).text
    send(partner, ADDRESS, form_of(do="draft", reference="CM-2", draft=field_value(page, "draft")))
    assert count(web_store, DraftRow) == 1


def test_somebody_elses_draft_is_not_there(partner: FlaskClient, sign_in: SignIn) -> None:
    address = send(partner, ADDRESS, form_of(do="draft")).location
    other = sign_in(Role.PARTNER, "Other", "other@example.org")
    assert other.get(address).status_code == 404


def test_a_copy_has_the_facts_without_numbers_weights_seals_and_dates(partner: FlaskClient, web_store: Store) -> None:
    rows = box(1, goods="Gears", seals="HLK 230101", hs_code="848390")
    send(partner, ADDRESS, form_of(rows, shipper="Gear Works", planned_departure="2024-06-10 10:00"))
    page = partner.get(f"{ADDRESS}?copy={shipments(web_store)[0].id}").text
    assert field_value(page, "shipper") == "Gear Works"
    assert "Gears" in page
    assert field_value(page, "reference") == field_value(page, "planned_departure") == ""
    for gone in (container_number(1), "HLK 230101", "21000"):
        assert gone not in page


def test_somebody_elses_shipment_cannot_be_copied(partner: FlaskClient, sign_in: SignIn, web_store: Store) -> None:
    send(partner, ADDRESS, form_of())
    other = sign_in(Role.PARTNER, "Other", "other@example.org")
    assert other.get(f"{ADDRESS}?copy={shipments(web_store)[0].id}").status_code == 404


def test_what_is_usual_is_offered_and_never_filled_in_by_itself(partner: FlaskClient) -> None:
    usual = {"origin": "MHG", "destination": "CKG", "shipper": "Gear Works", "corridor": "dostyk-petropavl"}
    send(partner, ADDRESS, form_of(box(1, size_type="22G1"), **usual, reference="A", key="a", train="YXO 8433"))
    send(partner, ADDRESS, form_of(box(2, size_type="22G1"), **usual, reference="B", key="b", train="YXO 8434"))
    page = partner.get(ADDRESS).text
    assert "learned from your last 2 shipments" in words_of(page)
    for name in ("origin", "destination", "shipper", "train"):
        assert field_value(page, name) == ""
    assert "Usual: Mannheim Mühlauhafen (MHG)" in words_of(page)
    assert "Usual: YXO 8435" in words_of(page)
    assert 'name="size_type" value="22G1"' in page
    # without a script a button takes all of it, and leaves what was typed
    empty = dict.fromkeys(("origin", "shipper", "train"), "")
    taken = send(partner, ADDRESS, form_of(**empty, reference="C", key="c", destination="DUI", do="usual")).text
    assert field_value(taken, "origin") == "Mannheim Mühlauhafen (MHG)"
    assert field_value(taken, "shipper") == "Gear Works"
    assert field_value(taken, "destination").endswith("(DUI)")


def test_rows_and_rarer_columns_are_added_without_a_script(partner: FlaskClient) -> None:
    page = send(partner, ADDRESS, form_of(box(1, goods="Gears"), do="rows")).text
    assert len(re.findall(r'<tr data-row="', page)) == 6
    wide = send(partner, ADDRESS, form_of(box(1, goods="Gears"), do="more")).text
    assert 'name="un_number"' in wide
    assert "Gears" in wide


def test_numbers_are_not_lost_by_switching_to_quantities_and_back(partner: FlaskClient) -> None:
    page = send(partner, ADDRESS, form_of(do="quantity")).text
    assert 'name="quantity"' in page
    assert field_value(page, "container") == container_number(1)


def test_rows_beyond_what_fits_are_said_and_not_dropped_in_silence(partner: FlaskClient, web_store: Store) -> None:
    rows = [box(1)] + [{"size_type": "45G1", "laden": "yes"}] * 1_100
    answer = send(partner, ADDRESS, form_of(*rows))
    assert answer.status_code == 422
    assert "More than 1000 rows do not fit into the form" in words_of(answer.text)
    assert count(web_store, ShipmentRow) == 0


def test_numbers_are_given_to_a_booking_from_its_own_page(partner: FlaskClient, web_store: Store) -> None:
    booking = form_of({"quantity": "3", "size_type": "22G1", "laden": "no"}, by_quantity="1", reference="Q-1")
    page = send(partner, ADDRESS, booking, follow_redirects=True).text
    assert f'href="{ADDRESS}?numbers=1"' in page
    form = partner.get(f"{ADDRESS}?numbers=1").text
    assert "Numbers for Q-1" in words_of(form)
    assert (field_value(form, "reference"), field_value(form, "origin")) == ("Q-1", "Chongqing Tuanjiecun (CKG)")
    assert form.count('name="size_type" value="22G1"') >= 3
    row = box(1, size_type="22G1", laden="no", gross_kg="")
    numbers = form_of(row, reference="Q-1", key="k2", origin="Chongqing Tuanjiecun (CKG)")
    page = send(partner, ADDRESS, numbers, follow_redirects=True).text
    assert [c.number for c in containers(web_store) if c.number] == [container_number(1)]
    assert [c.quantity for c in containers(web_store) if not c.number] == [2]
    assert f'href="{ADDRESS}?numbers=1"' in page


def test_a_shipment_with_all_numbers_asks_for_none(partner: FlaskClient, sign_in: SignIn) -> None:
    page = send(partner, ADDRESS, form_of(), follow_redirects=True).text
    assert "?numbers=" not in page
    assert sign_in(Role.PARTNER, "Other", "other@example.org").get(f"{ADDRESS}?numbers=1").status_code == 404
