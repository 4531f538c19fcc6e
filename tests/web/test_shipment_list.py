"""The list of shipments: the sentence, filters, order, pages, files, and who sees what."""

import base64
import csv
import io
import json
import re
from html import unescape

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

from railtrack.domain.actors import Role
from railtrack.domain.line.network import Network
from railtrack.store.engine import Store
from tests.factories import container, container_number, enter, moment, shipment_row
from tests.web.conftest import SignIn, words_of
from tests.web.following_pages import (
    FORMULA,
    HOSTILE,
    OTHER,
    OWN,
    add,
    answer,
    counted,
    id_of,
    listed,
    seed,
    sqlite_url,
)

__all__ = ["sqlite_url"]
MANY = 120


@pytest.fixture
def line(web_store: Store, network: Network) -> Store:
    seed(web_store, network)
    return web_store


def many(store: Store, network: Network, count: int = MANY) -> list[str]:
    """Book shipments that depart on one day each, the last ones without a plan."""
    rows = [
        shipment_row(f"N-{n:03d}", container(1000 + n), partner=OWN,
                     planned_departure=moment(f"2024-03-{n % 28 + 1:02d}T10:00+08:00") if n % 10 else None)
        for n in range(count)
    ]  # fmt: skip
    enter(store, network, rows)
    return [f"N-{n:03d}" for n in range(count)]


# ---------------------------------------------------------------- the answer and the rows


def test_the_sentence_counts_what_is_under_way_and_late(line: Store, partner: FlaskClient) -> None:
    assert answer(partner.get("/shipments").text) == "Two shipments under way, one late."


def test_each_row_says_where_it_is_and_how_it_stands(line: Store, partner: FlaskClient) -> None:
    text = words_of(partner.get("/shipments").text)
    for said in (
        "LATE-1 to Mannheim, 3 containers Małaszewicze, standing 104 h Fri 31 May, 20:00 UTC+2 Overdue",
        "FINE-1 to Mannheim, 1 container between",
        "WAIT-1 to Duisburg, 1 container leaves Chongqing Mon 10 Jun Thu 27 Jun Planned not departed",
        "DONE-1 to Chongqing, 1 container Chongqing, arrived Sat 18 May, 13:00 Sat 18 May, 08:00 UTC+8 Arrived +5 h",
        "GONE-1 to Mannheim, 1 container cancelled not planned Cancelled",
    ):
        assert said in text, said


def test_the_row_draws_the_line_with_train_and_plan(line: Store, partner: FlaskClient) -> None:
    text = partner.get("/shipments?q=LATE-1&status=in_transit").text
    assert 'class="mini"' in text
    assert "m-t m-held" in text
    assert "q-plan" in text


def test_rows_stand_in_the_order_of_departure_the_published_ones_too(line: Store, partner: FlaskClient) -> None:
    latest_first = listed(partner.get("/shipments").text)
    assert latest_first[0] == "WAIT-1", "what has not departed stands by its plan"
    assert latest_first.index("mcs-1") == len([r for r in latest_first if r not in ("mcs-1", "GONE-1")])


def test_an_order_that_is_none_is_refused_as_other_choices_are(line: Store, partner: FlaskClient) -> None:
    for address in ("/shipments?sort=colour", "/shipments?sort=--departure", "/shipments/list.csv?sort=colour"):
        answered = partner.get(address)
        assert answered.status_code == 422, address
        assert "There is no sort" in words_of(answered.text), address


def test_a_published_train_is_never_under_way(line: Store, partner: FlaskClient) -> None:
    text = partner.get("/shipments?status=published").text
    assert listed(text) == ["mcs-1"]
    assert answer(text) == "One train is in the published record."
    assert "Published record" in text
    assert "left Mannheim Fri 19 Oct 2018 not published Arrival not published" in words_of(text)
    assert "mcs-1" not in partner.get("/shipments?status=in_transit").text


def test_a_partner_sees_its_own_and_the_published_record(line: Store, partner: FlaskClient) -> None:
    text = partner.get("/shipments").text
    assert set(listed(text)) == {"LATE-1", "FINE-1", "WAIT-1", "DONE-1", "GONE-1", "mcs-1"}
    assert "OTHER" not in text
    assert OTHER not in text
    assert '<th scope="col">Partner</th>' not in text


def test_the_city_sees_all_with_their_partners(line: Store, city: FlaskClient) -> None:
    text = city.get("/shipments").text
    assert "OTHER-1" in listed(text)
    assert OTHER in text
    assert "New shipment" not in text
    assert answer(text) == "Three shipments under way, one late, one without news."


def test_a_list_with_the_published_record_alone_says_so_and_has_one_primary_button(
    line: Store, sign_in: SignIn
) -> None:
    text = sign_in(Role.PARTNER, "Newcomer").get("/shipments").text
    assert listed(text) == ["mcs-1"]
    assert "So far only the published record is here" in words_of(text)
    assert "No shipment is recorded yet" not in words_of(text)
    assert text.count("btn-go") == 1


def test_nobody_without_an_account_sees_a_list(line: Store, client: FlaskClient) -> None:
    for address in ("/shipments", "/shipments/list.csv", "/trains", f"/containers/{container_number(1)}"):
        assert client.get(address).status_code in (302, 401), address


# ---------------------------------------------------------------- simulated history


def test_simulated_history_is_off_until_it_is_asked_for_and_then_remembered(line: Store, partner: FlaskClient) -> None:
    assert "SIM-1" not in partner.get("/shipments").text
    switched = partner.get("/shipments?simulated=1&sort=reference")
    assert (switched.status_code, switched.location) == (302, "/shipments?sort=reference")
    text = partner.get("/shipments").text
    assert "SIM-1" in listed(text)
    assert "Simulated history is shown." in words_of(text)
    partner.get("/shipments?simulated=0")
    assert "SIM-1" not in partner.get("/shipments").text


# ---------------------------------------------------------------- filters and order


FILTERS: list[tuple[str, set[str]]] = [
    ("status=in_transit", {"LATE-1", "FINE-1"}),
    ("status=not_departed", {"WAIT-1"}),
    ("status=completed", {"DONE-1"}),
    ("status=cancelled", {"GONE-1"}),
    ("late=1", {"LATE-1", "DONE-1"}),
    ("corridor=dostyk-duisburg", {"WAIT-1"}),
    ("direction=eastbound", {"DONE-1", "mcs-1"}),
    ("train=YXO+8421", {"LATE-1"}),
    ("from=2024-05-14&to=2024-05-20", {"LATE-1"}),
    ("from=2024-06-01", {"WAIT-1"}),
    ("q=8421", {"LATE-1"}),
    ("q=late&status=in_transit", {"LATE-1"}),
    ("q=nothing", set()),
    ("q=%25", set()),
]


def test_filters(line: Store, partner: FlaskClient, subtests: pytest.Subtests) -> None:
    for query, found in FILTERS:
        with subtests.test(query):
            assert set(listed(partner.get(f"/shipments?{query}").text)) == found


def test_the_city_filters_by_partner(line: Store, city: FlaskClient) -> None:
    assert listed(city.get("/shipments?partner=other+gmbh").text) == ["OTHER-1"]


def test_a_train_behind_its_plan_on_the_way_counts_as_late_before_it_is_due(
    web_store: Store, network: Network, partner: FlaskClient
) -> None:
    plan = {"planned_departure": moment("2024-05-20T10:00+08:00"), "planned_arrival": moment("2024-06-07T20:00+02:00")}
    add(web_store, network, "SLOW-1", ("departed", "CKG", "2024-05-28T10:00+08:00"),
        ("arrived", "ALK", "2024-05-31T20:00+08:00"), **plan)  # fmt: skip
    text = partner.get("/shipments?late=1").text
    assert listed(text) == ["SLOW-1"]
    assert answer(text) == "One shipment under way is late or overdue."


def test_columns_sort_both_ways(line: Store, partner: FlaskClient) -> None:
    up = listed(partner.get("/shipments?sort=reference").text)
    down = listed(partner.get("/shipments?sort=-reference").text)
    assert up == sorted(up)
    assert down == up[::-1]
    assert 'aria-sort="ascending"' in partner.get("/shipments?sort=reference").text
    assert listed(partner.get("/shipments?sort=planned_arrival").text)[0] == "DONE-1"


def test_an_address_that_makes_no_sense_is_said_to_be_so(
    line: Store, partner: FlaskClient, subtests: pytest.Subtests
) -> None:
    for query, said in (
        ("from=yesterday", "yesterday is no date."),
        ("status=gone", "There is no status gone."),
        ("cursor=abc", "This is not a place in this list."),
    ):
        with subtests.test(query):
            page = partner.get(f"/shipments?{query}")
            assert page.status_code == 422
            assert said in words_of(page.text)


@pytest.mark.parametrize(
    ("order", "value", "number"),
    [
        ("planned_departure-", {"at": "0001-01-01T00:00:00+14:00"}, 1),
        ("planned_departure-", {"at": "2024-01-01T00:00:00+00:00"}, 10**30),
        ("planned_departure-", None, -(10**30)),
        ("planned_departure-", None, True),
        ("reference+", "half \ud800 a pair", 1),
    ],
)
def test_a_place_in_a_list_that_cannot_be_is_said_to_be_none(
    line: Store, partner: FlaskClient, order: str, value: object, number: int
) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps([order, value, number]).encode()).decode().rstrip("=")
    page = partner.get(f"/shipments?sort={'-' * order.endswith('-')}{order[:-1]}&cursor={cursor}")
    assert page.status_code == 422
    assert "This is not a place in this list." in words_of(page.text)


def test_a_number_beyond_all_shipments_leads_nowhere(line: Store, partner: FlaskClient) -> None:
    for number in ("99999999999999999999999", "9" * 5000, str(2**63), str(10**18 - 1)):
        for address in (f"/shipments/{number}", f"/shipments/{number}/history"):
            assert partner.get(address).status_code == 404


# ---------------------------------------------------------------- search


def test_a_search_for_a_whole_reference_leads_to_its_page(line: Store, partner: FlaskClient) -> None:
    assert partner.get("/shipments?q=late-1").location == f"/shipments/{id_of(line, 'LATE-1')}"


def test_a_search_for_a_container_leads_to_its_shipment(line: Store, partner: FlaskClient) -> None:
    number = container_number(2)
    found = partner.get(f"/shipments?q={number[:4]}+{number[4:10]}-{number[10]}")
    assert found.location == f"/shipments/{id_of(line, 'LATE-1')}"


def test_a_container_of_several_shipments_leads_to_its_own_page(line: Store, city: FlaskClient) -> None:
    number = container_number(1)
    assert city.get(f"/shipments?q={number}").location == f"/containers/{number}"
    text = city.get(f"/containers/{number}").text
    assert set(listed(text)) == {"LATE-1", "OTHER-1"}
    assert answer(text).startswith("TESU 000001")


def test_a_container_of_others_is_unknown(line: Store, partner: FlaskClient) -> None:
    assert partner.get(f"/containers/{container_number(51)}").status_code == 404
    assert listed(partner.get(f"/containers/{container_number(1)}").text) == ["LATE-1"]
    assert listed(partner.get(f"/shipments?q={container_number(51)}").text) == []


def test_a_search_without_a_hit_says_so_and_offers_a_way_on(line: Store, partner: FlaskClient) -> None:
    text = partner.get("/shipments?q=nothing").text
    assert answer(text) == "No shipment fits what you are looking for."
    assert "Show all shipments" in text


# ---------------------------------------------------------------- pages and files


def pages(client: FlaskClient, address: str) -> list[str]:
    """All references of a list, page after page."""
    found: list[str] = []
    following: str | None = address
    while following:
        text = client.get(following).text
        found += listed(text)
        link = re.search(r'href="([^"]+)" rel="next"', text)
        following = unescape(link[1]) if link else None
    return found


def test_pages_hold_every_shipment_once(
    web_store: Store, network: Network, partner: FlaskClient, subtests: pytest.Subtests
) -> None:
    expected = many(web_store, network)
    for sort in ("-planned_departure", "planned_departure", "reference", "-last_event"):
        with subtests.test(sort):
            assert sorted(pages(partner, f"/shipments?sort={sort}")) == expected


def test_the_file_holds_what_the_list_shows_in_its_order(
    line: Store, network: Network, partner: FlaskClient, subtests: pytest.Subtests
) -> None:
    many(line, network)
    for query in ("", "sort=reference", "status=in_transit", "late=1", "q=1&sort=-reference"):
        with subtests.test(query):
            shown = pages(partner, f"/shipments?{query}")
            rows = csv.DictReader(io.StringIO(partner.get(f"/shipments/list.csv?{query}").text))
            assert [row["reference"] for row in rows] == shown
            sheet = load_workbook(io.BytesIO(partner.get(f"/shipments/list.xlsx?{query}").data)).active
            assert sheet is not None
            assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == shown


def test_the_file_says_what_the_row_says(line: Store, partner: FlaskClient) -> None:
    answered = partner.get("/shipments/list.csv?q=LATE")
    assert answered.headers["Content-Disposition"] == "attachment; filename=shipments-2024-06-01.csv"
    (row,) = csv.DictReader(io.StringIO(answered.text))
    assert (row["containers"], row["teu"], row["status"], row["state"]) == ("3", "6", "in_transit", "overdue")
    assert (row["last_event"], row["last_station"]) == ("arrived", "MAL")
    assert row["planned_arrival"] == "2024-05-31T20:00:00+02:00"
    assert float(row["behind_h"]) > 2


def test_a_file_of_another_kind_is_refused(line: Store, partner: FlaskClient) -> None:
    page = partner.get("/shipments/list.pdf")
    assert page.status_code == 422
    assert "A list is not written as pdf." in words_of(page.text)


def test_markup_and_formulas_in_names_are_harmless(web_store: Store, network: Network, partner: FlaskClient) -> None:
    add(web_store, network, HOSTILE, train=FORMULA, planned_departure=moment("2024-06-10T10:00+08:00"))
    add(web_store, network, FORMULA)
    for address in ("/shipments", f"/shipments?q={HOSTILE}&late=0", "/trains", "/shipments?sort=<script>"):
        text = partner.get(address).text
        assert "<script>alert" not in text, address
        assert '<script>"' not in text
    answered = partner.get("/shipments/list.csv").text
    assert "\r\n'=cmd" in answered
    assert ",'=cmd" in answered


def test_what_is_under_way_costs_the_same_statements_for_a_few_and_for_many(
    web_store: Store, network: Network, partner: FlaskClient
) -> None:
    add(web_store, network, "A-1", ("departed", "CKG", "2024-05-30T10:00+08:00"))
    partner.get("/shipments")
    with counted(web_store) as few:
        partner.get("/shipments")
    for n in range(12):
        add(web_store, network, f"B-{n}", ("departed", "CKG", "2024-05-30T10:00+08:00"))
    with counted(web_store) as more:
        partner.get("/shipments")
    assert len(few) == len(more)
    assert len(more) < 30


# ---------------------------------------------------------------- nothing there yet


def test_a_new_partner_is_told_what_to_do_first(web_store: Store, partner: FlaskClient) -> None:
    text = partner.get("/shipments").text
    assert answer(text) == "No shipment is under way."
    assert "Record your first shipment" in words_of(text)
    assert 'href="/shipments/new"' in text
    assert 'href="/import"' in text


def test_who_only_reads_is_not_asked_to_record(web_store: Store, sign_in: SignIn) -> None:
    text = sign_in(Role.CITY).get("/shipments").text
    assert "Record your first shipment" not in text


def test_the_file_has_heads_in_the_readers_language(line: Store, partner: FlaskClient) -> None:
    plain = list(csv.reader(io.StringIO(partner.get("/shipments/list.csv").text)))
    for language, first, planned in (("de", "Referenz", "Geplante Abfahrt"), ("zh", "业务编号", "计划发车")):
        partner.get(f"/shipments?lang={language}")
        rows = list(csv.reader(io.StringIO(partner.get("/shipments/list.csv").text)))
        heads = rows[0]
        assert (heads[0], heads[10]) == (first, planned)
        assert len(set(heads)) == len(plain[0])
        assert not set(heads) & set(plain[0])
        # what stands below is the same
        assert rows[1:] == plain[1:]
        sheet = load_workbook(io.BytesIO(partner.get("/shipments/list.xlsx").data)).active
        assert sheet is not None
        titles = [cell.value for cell in sheet[1]]
        assert [title for title in titles if title in heads] == heads
        assert not [title for title in titles if title is None or "_" in str(title)]
