"""Recording a shipment by form: what is judged, what is said, and that it is stored once."""

import re
import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from railtrack.domain.actors import Role
from railtrack.store.engine import Store
from railtrack.store.tables import ContainerRow, OrganisationRow, ShipmentRow
from tests.factories import container_number
from tests.web.conftest import SignIn, words_of
from tests.web.entry_pages import FORMULA, HOSTILE, box, containers, count, field_value, form_of, send, shipments

ADDRESS = "/shipments/new"


@pytest.fixture
def sqlite_url(sqlite_furnished_template: Path, tmp_path: Path) -> str:
    """A database that knows stations and corridors."""
    path = tmp_path / "railtrack.db"
    shutil.copyfile(sqlite_furnished_template, path)
    return f"sqlite:///{path}"


# ---------------------------------------------------------------- recording


def test_a_form_of_two_containers_is_recorded_as_one_shipment(partner: FlaskClient, web_store: Store) -> None:
    answer = send(partner, ADDRESS, form_of(box(1), box(2, goods="Gears", seals="HLK 1; HLK 2")))
    assert answer.status_code == 302
    (shipment,) = shipments(web_store)
    assert (shipment.reference, shipment.partner, shipment.origin) == ("CM-1", "Beispiel-Spedition", "CKG")
    first, second = containers(web_store)
    assert first.number == container_number(1)
    assert (second.goods, second.seals) == ("Gears", ["HLK 1", "HLK 2"])


def test_after_recording_a_note_offers_to_record_the_departure(partner: FlaskClient) -> None:
    page = send(partner, ADDRESS, form_of(), follow_redirects=True)
    assert "CM-1 is recorded with one container." in words_of(page.text)
    assert "Record departure" in page.text


def test_stations_may_be_written_as_the_list_writes_them(partner: FlaskClient, web_store: Store) -> None:
    send(partner, ADDRESS, form_of(origin="Chongqing Tuanjiecun (CKG)", destination="Mannheim Mühlauhafen (MHG)"))
    assert [(s.origin, s.destination) for s in shipments(web_store)] == [("CKG", "MHG")]


def test_rows_left_empty_are_passed_over(partner: FlaskClient, web_store: Store) -> None:
    empty = {"size_type": "45G1", "laden": "yes"}
    send(partner, ADDRESS, form_of(empty, box(1), empty))
    assert count(web_store, ContainerRow) == 1


def test_a_booking_without_numbers_is_recorded_by_quantity(partner: FlaskClient, web_store: Store) -> None:
    send(partner, ADDRESS, form_of({"quantity": "20", "size_type": "45G1", "laden": "yes"}, by_quantity="1"))
    (booking,) = containers(web_store)
    assert (booking.number, booking.quantity, booking.booked) == (None, 20, 20)


def test_the_corridor_chosen_is_kept(partner: FlaskClient, web_store: Store) -> None:
    send(partner, ADDRESS, form_of(corridor="khorgos"))
    (shipment,) = shipments(web_store)
    assert (shipment.corridor, shipment.corridor_assumed) == ("khorgos", False)


def test_planned_times_are_on_the_clock_of_their_stations(partner: FlaskClient, web_store: Store) -> None:
    send(partner, ADDRESS, form_of(planned_departure="2024-06-10 10:00", planned_arrival="2024-06-28"))
    (shipment,) = shipments(web_store)
    assert f"{shipment.planned_departure_at:%Y-%m-%d %H:%M}" == "2024-06-10 02:00"
    assert shipment.planned_arrival_is_day


def test_an_arrival_left_empty_stays_empty(partner: FlaskClient, web_store: Store) -> None:
    send(partner, ADDRESS, form_of(planned_departure="2024-06-10 10:00"))
    assert shipments(web_store)[0].planned_arrival_at is None


# ---------------------------------------------------------------- once


def test_a_form_sent_twice_is_stored_once_and_answers_the_same(partner: FlaskClient, web_store: Store) -> None:
    first = send(partner, ADDRESS, form_of())
    second = send(partner, ADDRESS, form_of())
    assert first.location == second.location
    assert count(web_store, ShipmentRow) == count(web_store, ContainerRow) == 1


def test_the_same_rows_in_a_new_form_change_nothing(partner: FlaskClient, web_store: Store) -> None:
    send(partner, ADDRESS, form_of())
    page = send(partner, ADDRESS, form_of(key="k2"), follow_redirects=True)
    assert "recorded already" in words_of(page.text)
    assert count(web_store, ContainerRow) == 1


def test_a_key_of_somebody_else_is_not_answered(partner: FlaskClient, sign_in: SignIn, web_store: Store) -> None:
    send(partner, ADDRESS, form_of())
    other = sign_in(Role.PARTNER, "Other", "other@example.org")
    send(other, ADDRESS, form_of(box(9), reference="O-1"))
    assert [s.partner for s in shipments(web_store)] == ["Beispiel-Spedition", "Other"]


# ---------------------------------------------------------------- problems, with every value kept


PROBLEMS = [
    (form_of(box(container="CAIU 884617 7")), "The check digit should be 3", "container-1"),
    (form_of(box(container="CAIU 884617")), "The check digit is missing", "container-1"),
    (form_of(box(container="hello")), "This is not a container number", "container-1"),
    (form_of(box(size_type="45G")), "A size-type has four characters", "size_type-1"),
    (form_of(box(size_type="99ZZ")), "There is no size-type 99ZZ", "size_type-1"),
    (form_of(box(size_type="")), "Size-type is empty", "size_type-1"),
    (form_of(box(gross_kg="24,5")), "A comma could mean thousands or decimals", "gross_kg-1"),
    (form_of(box(gross_kg="-3")), "This must not be negative", "gross_kg-1"),
    (form_of(box(gross_kg="nan")), "This is not a finite number", "gross_kg-1"),
    (form_of(box(hs_code="87")), "An HS code has 4 to 10 digits", "hs_code-1"),
    (form_of(reference=""), "Your reference is empty", "f-reference"),
    (form_of(reference="x" * 65), "A reference has 1 to 64 characters", "f-reference"),
    (form_of(destination="Manheim"), "No station of this name", "f-destination"),
    (form_of(destination=""), "To is empty", "f-destination"),
    (form_of(destination="CKG"), "Origin and destination are the same station", "f-destination"),
    (form_of(corridor="nowhere"), "There is no corridor of this name", "f-corridor"),
    (form_of(planned_departure="2027-02-30"), "There is no such day", "f-planned_departure"),
    (form_of(planned_departure="tomorrow"), "This is not a time railtrack reads", "f-planned_departure"),
    (form_of(planned_arrival="2026-10-25 02:30"), "This time comes twice", "f-planned_arrival"),
    (form_of(planned_arrival="2026-03-29 02:30"), "This time does not exist", "f-planned_arrival"),
    (
        form_of(planned_departure="2026-12-02", planned_arrival="2026-12-01"),
        "The planned arrival is not after the planned departure",
        "f-planned_arrival",
    ),
    (form_of(incoterm="XYZ"), "This is no Incoterms 2020 code", "f-incoterm"),
    (form_of({"laden": "yes"}), "Neither a container number nor a quantity is given", "container-1"),
    (form_of({"quantity": "x", "size_type": "45G1"}, by_quantity="1"), "This is not a number", "quantity-1"),
]


def test_a_problem_is_said_on_top_with_a_link_to_its_field(
    partner: FlaskClient, web_store: Store, subtests: pytest.Subtests
) -> None:
    for form, said, field in PROBLEMS:
        with subtests.test(said):
            answer = send(partner, ADDRESS, form)
            assert answer.status_code == 422
            summary = answer.text[answer.text.index('class="summary') : answer.text.index('id="shipment"')]
            assert said in words_of(summary)
            assert f'href="#{field}"' in summary
            assert f'id="{field}"' in answer.text
            assert count(web_store, ShipmentRow) == 0


def test_a_town_alone_is_no_wrong_but_a_question_with_its_station_on_a_button(
    partner: FlaskClient, web_store: Store, subtests: pytest.Subtests
) -> None:
    for town, asked in (
        ("Mannheim", ["Mannheim Mühlauhafen (MHG)"]),
        ("mannheim", ["Mannheim Mühlauhafen (MHG)"]),
        ("曼海姆", ["Mannheim Mühlauhafen (MHG)"]),
        ("Warschau", ["Warszawa Praga (WAW)"]),
        ("Hamburg", ["Hamburg-Billwerder (HAM)"]),
    ):
        with subtests.test(town):
            told = told_of(send(partner, f"{ADDRESS}/check", form_of(destination=town)).text, "destination")
            assert words_of(told).strip().startswith("Which one?")
            assert re.findall(r"data-put=\"([^\"]+)", told) == asked
            assert 'class="err"' not in told
            assert "data-wrong" not in told
            answer = send(partner, ADDRESS, form_of(destination=town))
            assert answer.status_code == 422
            assert "To: Which one?" in words_of(answer.text)
            assert count(web_store, ShipmentRow) == 0


def test_a_town_that_is_mistyped_stays_a_problem(partner: FlaskClient) -> None:
    told = told_of(send(partner, f"{ADDRESS}/check", form_of(destination="Manheim")).text, "destination")
    assert "No station of this name" in told
    assert "data-wrong" in told


def told_of(page: str, field: str) -> str:
    """What stands below a field, with its tags."""
    return page[page.index(f'<div class="told" id="told-{field}"') :].partition("</div>")[0]


def test_values_are_kept_when_a_form_comes_back(partner: FlaskClient) -> None:
    page = send(partner, ADDRESS, form_of(box(1, goods="Gear housings"), box(container="no"), train="YXO 8433")).text
    assert field_value(page, "train") == "YXO 8433"
    assert "Gear housings" in page
    assert 'value="no"' in page


def test_one_wrong_row_keeps_the_whole_form_out(partner: FlaskClient, web_store: Store) -> None:
    send(partner, ADDRESS, form_of(box(1), box(container="CAIU 884617 7")))
    assert count(web_store, ShipmentRow) == 0


def test_a_container_typed_twice_is_a_problem_that_names_the_other_row(partner: FlaskClient) -> None:
    page = send(partner, ADDRESS, form_of(box(1), box(2), box(1)))
    assert page.status_code == 422
    assert "The same container stands in row 1 already" in words_of(page.text)


def test_a_warning_does_not_stop_and_is_shown_afterwards(partner: FlaskClient, web_store: Store) -> None:
    page = send(partner, ADDRESS, form_of(box(gross_kg="34900")), follow_redirects=True)
    assert "Worth a look: Above what a 45G1 may usually weigh" in words_of(page.text)
    assert count(web_store, ShipmentRow) == 1


def test_different_facts_for_a_known_shipment_are_refused(partner: FlaskClient, web_store: Store) -> None:
    send(partner, ADDRESS, form_of())
    page = send(partner, ADDRESS, form_of(box(2), key="k2", train="YXO 1"))
    assert page.status_code == 422
    assert "CM-1 is recorded with Train" in words_of(page.text)
    assert count(web_store, ContainerRow) == 1


def test_another_partners_reference_is_unknown_and_so_free_to_use(
    partner: FlaskClient, sign_in: SignIn, web_store: Store
) -> None:
    send(partner, ADDRESS, form_of())
    other = sign_in(Role.PARTNER, "Other", "other@example.org")
    send(other, ADDRESS, form_of(box(2), key="k2"))
    assert {(s.partner, s.reference) for s in shipments(web_store)} == {
        ("Beispiel-Spedition", "CM-1"),
        ("Other", "CM-1"),
    }


def test_a_button_puts_the_right_value_in_without_a_script(partner: FlaskClient) -> None:
    form = form_of(box(container="CAIU 884617 7"))
    page = send(partner, ADDRESS, form).text
    put = re.search(r'name="put" value="(container-1=[^"]+)"', page)
    assert put
    mended = send(partner, ADDRESS, {**form, "put": put[1]}).text
    assert field_value(mended, "container") == "CAIU 884617 3"
    assert "The check digit" not in mended


# ---------------------------------------------------------------- while one types


def test_a_check_stores_nothing_and_says_what_is_wrong(partner: FlaskClient, web_store: Store) -> None:
    part = send(partner, f"{ADDRESS}/check", form_of(box(1), box(container="CAIU 884617 7")))
    assert part.status_code == 200
    assert "The check digit does not fit" in part.text
    assert 'data-state="held"' in part.text
    assert 'data-state="done"' in part.text
    assert "<html" not in part.text
    assert count(web_store, ShipmentRow) == 0


def test_while_typing_nothing_is_said_of_fields_not_come_to_yet(partner: FlaskClient) -> None:
    part = send(partner, f"{ADDRESS}/check", form_of(box(1, size_type=""), reference="", destination=""))
    assert "is empty" not in words_of(part.text)
    assert 'data-state=""' in part.text


def test_the_arrival_is_suggested_from_the_corridors_plan(partner: FlaskClient) -> None:
    part = send(partner, f"{ADDRESS}/check", form_of(planned_departure="2024-12-01 10:00"))
    # 420 h planned, Chongqing at UTC+8, Mannheim at UTC+1
    assert 'data-suggestion="2024-12-18 15:00"' in part.text


def test_only_corridors_that_hold_both_stations_are_offered(partner: FlaskClient) -> None:
    part = send(partner, f"{ADDRESS}/check", form_of(destination="DUI")).text
    assert re.findall(r'name="corridor" value="([^"]+)"', part) == ["dostyk-duisburg"]
    assert "km rail" in part


def test_the_first_sentence_counts_what_was_typed(partner: FlaskClient) -> None:
    rows = (box(1), box(container="CAIU 884617 7"), box(3, gross_kg="34900"))
    part = send(partner, f"{ADDRESS}/check", form_of(*rows)).text
    assert "Three containers typed. One needs mending, one is worth a look." in words_of(part)
    assert "3 containers, 6 TEU." in words_of(part)


def test_fields_that_need_mending_are_not_counted_among_the_containers(partner: FlaskClient) -> None:
    rows = (box(1), box(container="CAIU 884617 7"))
    part = words_of(send(partner, f"{ADDRESS}/check", form_of(*rows, destination="Manheim")).text)
    assert "Two containers typed. One needs mending, so does one field." in part
    assert "1 row ready, 1 to mend, 1 field to mend" in part
    part = words_of(send(partner, f"{ADDRESS}/check", form_of(box(1), destination="Manheim", origin="Nowhere")).text)
    assert "One container typed. Two fields need mending." in part


def test_rows_that_lack_something_are_said_to_be_not_complete(partner: FlaskClient) -> None:
    part = words_of(send(partner, f"{ADDRESS}/check", form_of(box(1), box(container="", goods="Gears"))).text)
    assert "1 row ready, 1 not complete yet" in part


def test_an_empty_field_is_named_once_in_the_summary(partner: FlaskClient) -> None:
    page = send(partner, ADDRESS, form_of(box(1), reference="", destination="Manheim")).text
    links = [words_of(link).strip() for link in re.findall(r'<li>(<a href="#f-.*?</a>)</li>', page)]
    assert links == ["Your reference is empty.", "To: No station of this name."]


# ---------------------------------------------------------------- hostile and oversized text

TEXTS = ("reference", "train", "shipper", "consignee", "consignment_note", "origin", "destination", "planned_departure")
ROW_TEXTS = ("container", "size_type", "gross_kg", "hs_code", "goods", "seals")


def test_hostile_text_is_shown_as_text_in_every_field(partner: FlaskClient, subtests: pytest.Subtests) -> None:
    for name in (*TEXTS, *ROW_TEXTS):
        for text in (HOSTILE, FORMULA):
            form = form_of(box(**{name: text})) if name in ROW_TEXTS else form_of(**{name: text})
            for address in (ADDRESS, f"{ADDRESS}/check"):
                with subtests.test(name, address=address, text=text):
                    answer = send(partner, address, {**form, "do": "more"})
                    assert answer.status_code in (200, 422)
                    assert HOSTILE not in answer.text


def test_hostile_text_is_stored_as_it_was_typed(partner: FlaskClient, web_store: Store) -> None:
    names = ("train", "shipper", "consignee", "consignment_note")
    send(partner, ADDRESS, form_of(box(goods=FORMULA, seals=HOSTILE), **dict.fromkeys(names, HOSTILE)))
    (shipment,) = shipments(web_store)
    assert [getattr(shipment, name) for name in names] == [HOSTILE] * 4
    (container,) = containers(web_store)
    assert (container.goods, container.seals) == (FORMULA, [HOSTILE])


def test_ten_thousand_characters_are_a_problem_and_no_error(
    partner: FlaskClient, web_store: Store, subtests: pytest.Subtests
) -> None:
    for name in (*TEXTS, *ROW_TEXTS, "incoterm", "corridor"):
        long = {name: "9" * 10_000}
        with subtests.test(name):
            form = form_of(box(**long)) if name in ROW_TEXTS else form_of(**long)
            assert send(partner, ADDRESS, form).status_code == 422
            assert count(web_store, ShipmentRow) == 0


# ---------------------------------------------------------------- rights


def test_city_staff_read_everything_and_enter_nothing(city: FlaskClient, web_store: Store) -> None:
    assert city.get(ADDRESS).status_code == 403
    assert send(city, ADDRESS, form_of()).status_code == 403
    assert count(web_store, ShipmentRow) == 0


def test_nobody_enters_without_an_account(client: FlaskClient) -> None:
    assert client.get(ADDRESS).status_code == 302


def test_an_administrator_names_the_partner(administrator: FlaskClient, web_store: Store) -> None:
    answer = send(administrator, ADDRESS, form_of())
    assert "Whose shipment is this?" in words_of(answer.text)
    send(administrator, ADDRESS, form_of(partner="New Partner"))
    assert [s.partner for s in shipments(web_store)] == ["New Partner"]
    assert count(web_store, OrganisationRow) == 1


def test_a_partner_cannot_enter_for_another(partner: FlaskClient, web_store: Store) -> None:
    answer = send(partner, ADDRESS, form_of(partner="Somebody Else"))
    assert answer.status_code == 422
    assert count(web_store, ShipmentRow) == 0
