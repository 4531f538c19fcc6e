"""Trains: how full, what is on them, who sees and who agrees the slots."""

import re

import pytest
from flask.testing import FlaskClient

from railtrack.domain.actors import EVERYTHING, Role
from railtrack.domain.line.network import Network
from railtrack.store.audit import audit_entries
from railtrack.store.engine import Store
from railtrack.store.writing.booking import Provenance
from tests.factories import container, moment
from tests.web.conftest import SignIn, post, words_of
from tests.web.following_pages import HOSTILE, OTHER, OWN, add, answer, counted, listed, sqlite_url

__all__ = ["sqlite_url"]
LEAVES = {"planned_departure": moment("2024-05-14T10:00+08:00")}
TRAIN = "/trains/YXO%208421/2024-05-14/CKG"


@pytest.fixture
def line(web_store: Store, network: Network) -> Store:
    """A train with two partners, one without known slots, a simulated one; all have left."""
    on = {"train": "YXO 8421", "train_capacity_teu": 10.0, **LEAVES}
    left = ("departed", "CKG", "2024-05-14T10:00+08:00")
    add(web_store, network, "OWN-1", left, boxes=[container(1), container(2, laden=False)], **on)
    add(web_store, network, "OTHER-1", left, boxes=[container(3), container(4)], partner=OTHER, **on)
    add(web_store, network, "OWN-2", ("departed", "MHG", "2024-05-20T10:00+02:00"),
        boxes=[container(5)], train="YXO 9", origin="MHG", destination="CKG",
        planned_departure=moment("2024-05-20T10:00+02:00"))  # fmt: skip
    add(web_store, network, "SIM-1", left, boxes=[container(6)], train="SIM 1", train_capacity_teu=10.0,
        provenance=Provenance(simulated=True), **LEAVES)  # fmt: skip
    return web_store


def trains(text: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/trains/[^"]+">([^<]+)</a>', text)


def test_the_city_reads_how_full_the_trains_are(line: Store, city: FlaskClient) -> None:
    text = city.get("/trains").text
    assert answer(text) == "Two trains, 60 % full on average."
    assert trains(text) == ["YXO 9", "YXO 8421"]
    said = words_of(text)
    assert "6 laden TEU on 10 slots, over the 1 train whose capacity is known." in said
    assert "YXO 8421 Tue 14 May Chongqing – Mannheim westbound OTHER-1, OWN-1 4 6 60 % of 10 TEU" in said
    assert "capacity not known" in said


def test_a_partner_reads_its_own_share(line: Store, partner: FlaskClient) -> None:
    text = partner.get("/trains").text
    assert answer(text) == "Two trains; your containers fill 20 % of the slots."
    assert "OTHER" not in text
    shown = partner.get(TRAIN).text
    assert answer(shown) == "Your containers fill 20 % of train YXO 8421 of Tue 14 May."
    assert listed(shown) == ["OWN-1"]
    assert "what others have aboard is not counted here" in words_of(shown)


def test_filters_and_order(line: Store, city: FlaskClient, subtests: pytest.Subtests) -> None:
    for query, found in (
        ("sort=earliest", ["YXO 8421", "YXO 9"]),
        ("sort=fill", ["YXO 8421", "YXO 9"]),
        ("direction=eastbound", ["YXO 9"]),
        ("train=YXO+9", ["YXO 9"]),
        ("partner=other+gmbh", ["YXO 8421"]),
        ("to=2024-05-14", ["YXO 8421"]),
        ("train=none", []),
    ):
        with subtests.test(query):
            assert trains(city.get(f"/trains?{query}").text) == found
    assert city.get("/trains?from=x").status_code == 422
    refused = city.get("/trains?sort=colour")
    assert refused.status_code == 422
    assert "There is no sort colour. There are: departure, earliest, fill." in words_of(refused.text)


def test_one_partners_share_is_not_called_the_fill(line: Store, city: FlaskClient) -> None:
    text = city.get("/trains?partner=other+gmbh").text
    assert answer(text) == "One train; the containers asked for fill 40 % of the slots."
    assert "Their share" in words_of(text)


def test_what_has_not_run_is_left_out_of_the_average_and_says_so(
    line: Store, network: Network, city: FlaskClient
) -> None:
    plan = {"train_capacity_teu": 10.0, "planned_departure": moment("2024-06-20T10:00+08:00")}
    add(line, network, "NEXT-1", boxes=[container(20)], train="YXO 10", **plan)
    gone = ("cancelled", "CKG", "2024-05-20T10:00+08:00")
    add(line, network, "GONE-1", gone, boxes=[container(21)], train="YXO 11", **plan)
    text = city.get("/trains").text
    assert answer(text) == "Two trains, 60 % full on average."
    said = words_of(text)
    assert "Left out: 1 train has not departed, 1 train is cancelled." in said
    assert "YXO 10 Thu 20 Jun Chongqing – Mannheim westbound NEXT-1 1 2 20 % of 10 TEU, not departed" in said
    assert "GONE-1 1 2 Cancelled" in said
    called_off = city.get("/trains/YXO%2011/2024-06-20/CKG").text
    assert answer(called_off) == "Train YXO 11 of Thu 20 Jun is cancelled."
    coming = city.get("/trains/YXO%2010/2024-06-20/CKG").text
    assert answer(coming) == "Train YXO 10 of Thu 20 Jun has not departed; 20 % of its slots are booked."


def test_simulated_trains_are_off_until_asked_for(line: Store, city: FlaskClient) -> None:
    assert "SIM 1" not in city.get("/trains").text
    city.get("/trains?simulated=1")
    assert "SIM 1" in trains(city.get("/trains").text)
    assert "tag-sim" in city.get("/trains/SIM%201/2024-05-14/CKG").text


def test_a_train_shows_what_is_on_it(line: Store, administrator: FlaskClient) -> None:
    text = administrator.get(TRAIN).text
    assert answer(text) == "Train YXO 8421 of Tue 14 May is 60 % full."
    assert listed(text) == ["OWN-1", "OTHER-1"]
    assert "/events/new?train=YXO+8421&amp;date=2024-05-14&amp;origin=CKG" in text


def test_a_train_nothing_of_ones_own_is_on_is_unknown(line: Store, sign_in: SignIn) -> None:
    stranger = sign_in(Role.PARTNER, "Stranger AG")
    for address in (TRAIN, "/trains/NONE/2024-05-14/CKG", "/trains/YXO%208421/yesterday/CKG"):
        assert stranger.get(address).status_code == 404, address
    assert post(stranger, TRAIN, capacity_teu="80", seen="10.0").status_code == 404


def test_slots_are_agreed_on_the_page_and_the_audit_names_who_did(line: Store, administrator: FlaskClient) -> None:
    answered = post(administrator, TRAIN, TRAIN, capacity_teu="8", seen="10.0")
    assert answered.status_code == 302
    assert "The train takes 8 TEU." in words_of(administrator.get(TRAIN).text)
    with line.reading() as reading:
        entry = audit_entries(reading, EVERYTHING, subject="train", actor="administrator@example.org").items[0]
    assert (entry.action, entry.after) == ("agree capacity", {"capacity_teu": 8.0})


def test_agreed_slots_that_others_share_are_not_offered_to_a_partner(line: Store, partner: FlaskClient) -> None:
    assert "capacity_teu" not in partner.get(TRAIN).text
    assert post(partner, TRAIN, "/shipments/new", capacity_teu="8", seen="10.0").status_code == 403


def test_slots_somebody_else_changed_meanwhile_are_a_conflict(line: Store, administrator: FlaskClient) -> None:
    post(administrator, TRAIN, TRAIN, capacity_teu="8", seen="10.0")
    answered = post(administrator, TRAIN, TRAIN, capacity_teu="12", seen="10.0")
    assert answered.status_code == 409
    assert "Somebody else set the capacity of this train to 8 TEU meanwhile" in words_of(answered.text)
    assert "of 8 TEU" in words_of(administrator.get("/trains").text)


def test_slots_that_are_none_are_refused(line: Store, administrator: FlaskClient, subtests: pytest.Subtests) -> None:
    for typed, said in (
        ("", "No number is given."),
        ("many", "many is no number."),
        ("0", "A train does not take 0 TEU."),
        ("-3", "A train does not take -3 TEU."),
        ("nan", "A train does not take nan TEU."),
        ("100000", "A train does not take 100000 TEU."),
        (HOSTILE, "is no number."),
    ):
        with subtests.test(typed):
            answered = post(administrator, TRAIN, TRAIN, capacity_teu=typed, seen="10.0")
            assert answered.status_code == 422
            assert said in words_of(answered.text)
            assert "<script>alert" not in answered.text


def test_who_only_reads_changes_nothing(line: Store, city: FlaskClient) -> None:
    assert "Set the capacity" not in city.get(TRAIN).text
    assert post(city, TRAIN, capacity_teu="80", seen="10.0").status_code == 403


def test_many_trains_come_in_pages_of_one_cost(web_store: Store, network: Network, city: FlaskClient) -> None:
    for n in range(60):
        add(web_store, network, f"R-{n:02d}", boxes=[container(n + 1)], train=f"T {n:02d}", partner=OWN,
            train_capacity_teu=float(n + 2) if n % 2 else None, **LEAVES)  # fmt: skip
    for sort in ("departure", "earliest", "fill"):
        first = city.get(f"/trains?sort={sort}").text
        link = re.search(r'href="([^"]+)" rel="next"', first)
        assert link
        second = city.get(link[1].replace("&amp;", "&")).text
        found = trains(first) + trains(second)
        assert sorted(found) == [f"T {n:02d}" for n in range(60)], sort
    with counted(web_store) as statements:
        city.get("/trains")
    assert len(statements) < 20
