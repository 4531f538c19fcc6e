"""The first page: the published record for everybody, what is under way for those who may see it."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete

from railtrack.config import Settings
from railtrack.domain.actors import Role
from railtrack.domain.line.network import Network
from railtrack.exchange.history import FILE, line_history, load_history
from railtrack.exchange.reference import WrongReference
from railtrack.operations.mapping.line_record import line_record
from railtrack.store.engine import Store
from railtrack.store.tables import CorridorRow, ShipmentRow
from railtrack.web.app import create_app
from tests.factories import enter, event_row, moment, shipment_row, tell
from tests.web.conftest import SignIn
from tests.web.figure_pages import (  # noqa: F401 - fixtures
    EVIL,
    EVIL_PARTNER,
    PRESENT,
    answer_of,
    foreign_addresses,
    get,
    now,
    published_template,
    sqlite_url,
    table_rows,
    text_of,
    under_way,
)


def test_the_first_sentence_is_made_of_recorded_figures(client: FlaskClient) -> None:
    page = get(client, "/")
    assert answer_of(page) == "Four trains ran where 44 were planned, then the line stopped in August 2019."
    words = text_of(page)
    assert "A weekly train was planned from the opening on 25 October 2018; 44 weeks passed" in words
    assert "Wagons from Chongqing were under-filled, Duisburg was near," in words
    assert "and a train filled one way does not pay." in words
    assert "81 of 40 ft" in words
    assert "23 or 29 planned 17–18" in words
    assert "11,200 km published" in words


def test_the_sentence_follows_the_data_and_not_the_template(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(line_history(), trains_run=3, stopped=date(2019, 5, 31), reasons=("near_duisburg",))
    monkeypatch.setattr("railtrack.operations.mapping.line_record.line_history", lambda: other)
    page = get(client, "/")
    assert answer_of(page) == "Three trains ran where 31 were planned, then the line stopped in May 2019."
    assert "Duisburg was near. Sources" in text_of(page)


def test_what_was_not_published_is_said_and_never_nought(client: FlaskClient, web_store: Store) -> None:
    rows = table_rows(get(client, "/"), "record")
    assert rows[0] == ["Train", "From – to", "Departed", "Arrived", "Days", "Containers", "Source"]
    assert len(rows) - 1 == len(line_record(web_store).trains) == 8
    test_train, opening = rows[1], rows[2]
    assert test_train[2:6] == ["Fri 19 Oct 2018, 04:00", "not published", "not published", "40 announced"]
    assert opening[3] == "Sat 17 Nov 2018", "a date stays a date"
    last = rows[-1]
    assert last[0].startswith("Duisburg-Chongqing timetable train")
    assert last[5] == "not published"


def test_published_trains_are_history_and_never_under_way(city: FlaskClient) -> None:
    words = text_of(get(city, "/"))
    assert "Nothing is under way" in words
    assert "Nothing needs you" in words


def test_visitors_see_nothing_of_any_partner(client: FlaskClient, web_store: Store) -> None:
    under_way(web_store, "SECRET-1", partner="Geheim-Spedition")
    page = get(client, "/")
    for word in ("SECRET-1", "Geheim", "T 7", "under way", "needs you"):
        assert word not in page, word
    # a visitor cannot talk the page into more by asking for simulated history
    under_way(web_store, "INVENTED-1", simulated=True)
    client.get("/?simulated=1")
    assert "INVENTED" not in get(client, "/")
    assert "Simulated" not in get(client, "/")


def test_the_page_asks_to_sign_in_where_the_operator_says_so(web_settings: Settings, web_store: Store) -> None:
    app = create_app(replace(web_settings, public_overview=False), web_store)
    answer = app.test_client().get("/")
    assert answer.status_code == 302
    assert "/sign-in" in answer.headers["Location"]


def test_what_is_under_way_stands_in_table_map_and_alerts(city: FlaskClient, web_store: Store) -> None:
    under_way(web_store, "R1", planned_arrival=moment("2026-11-22T12:00+01:00"))
    page = get(city, "/")
    (row,) = table_rows(page, "moving")[1:]
    assert row[0] == "1"
    assert row[1].startswith("R1 to Mannheim")
    assert row[2].startswith("Dostyk, standing 31 h")
    assert "Overdue" in row[4]
    words = text_of(page)
    assert "One train under way, none on plan" in words
    assert "One thing needs you" in words
    assert "Overdue at Dostyk" in words
    assert "R1 has stood there for 31 h." in words
    assert 'class="m-t m-held"' in page, "drawn on the map in the shape of its state"


def test_a_train_that_stands_no_longer_than_is_usual_is_overdue_by_its_plan(
    city: FlaskClient, web_store: Store, network: Network
) -> None:
    under_way(web_store, "R1", planned_arrival=moment("2026-11-22T12:00+01:00"))
    tell(web_store, network, [event_row("arrived", "MAL", "2026-11-24T06:00+01:00", "R1")], now=PRESENT)
    words = text_of(get(city, "/"))
    assert "Overdue at Małaszewicze" in words
    assert re.search(r"R1 is there, \d+ (hours|days) behind plan\.", words)
    assert "has stood there" not in words


def test_a_late_train_says_day_and_hour_of_both_times(city: FlaskClient, web_store: Store, network: Network) -> None:
    under_way(web_store, "R1", planned_arrival=moment("2026-12-02T12:00+01:00"))
    words = text_of(get(city, "/"))
    assert re.search(
        r"R1 would reach Mannheim on \w{3} \d+ Dec, \d\d:\d\d at the planned pace; planned: Wed 2 Dec, 12:00", words
    )


def test_a_shipment_that_should_have_left_needs_somebody(city: FlaskClient, web_store: Store, network: Network) -> None:
    row = shipment_row("WAITS", planned_departure=moment("2026-11-20T08:00+08:00"))
    enter(web_store, network, [row], now=PRESENT)
    words = text_of(get(city, "/"))
    assert "Not departed from Chongqing" in words
    assert "WAITS was to leave Chongqing on Fri 20 Nov, 08:00. No departure is recorded." in words


def test_trains_without_news_say_when_the_next_was_due(city: FlaskClient, web_store: Store, network: Network) -> None:
    enter(web_store, network, [shipment_row("QUIET", planned_departure=moment("2026-11-10T08:00+08:00"))], now=PRESENT)
    tell(web_store, network, [event_row("departed", "CKG", "2026-11-10T08:00+08:00", "QUIET")], now=PRESENT)
    words = text_of(get(city, "/"))
    assert "No news for 344 h" in words
    assert "QUIET : latest news from Chongqing, Tue 10 Nov, 08:00. The next was due after " in words


def test_shipments_on_one_train_at_one_place_are_one_mark(city: FlaskClient, web_store: Store) -> None:
    under_way(web_store, "R1")
    under_way(web_store, "R2", partner="Beta")
    under_way(web_store, "R3", train="T 8")
    rows = table_rows(get(city, "/"), "moving")[1:]
    assert [row[0] for row in rows] == ["1", "2"]
    assert any("and 1 more" in row[1] for row in rows)


def test_partners_see_their_own_trains_only(sign_in: SignIn, web_store: Store) -> None:
    under_way(web_store, "MINE", partner="Beta")
    under_way(web_store, "THEIRS", partner="Gamma", train="T 8")
    page = get(sign_in(Role.PARTNER, "Beta"), "/")
    assert "MINE" in page
    assert "THEIRS" not in page
    assert "Gamma" not in page


def test_simulated_trains_show_only_when_switched_on_and_say_so(city: FlaskClient, web_store: Store) -> None:
    under_way(web_store, "INVENTED-1", simulated=True)
    page = get(city, "/")
    assert "INVENTED-1" not in page
    assert "Show simulated trains" in page
    assert city.get("/?simulated=1").status_code == 302
    page = get(city, "/")
    assert "INVENTED-1" in page
    assert page.count("tag tag-sim") >= 3
    assert '<text class="m-note"' in page, "the drawing itself says so"
    assert answer_of(page).startswith("Four trains"), "no figure of the record comes from it"


def test_names_from_users_never_run(city: FlaskClient, web_store: Store) -> None:
    under_way(web_store, EVIL, partner=EVIL_PARTNER, train="{{ 7*7 }}")
    page = get(city, "/")
    assert EVIL not in page
    assert EVIL_PARTNER not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_corridors_are_compared_with_lengths_by_rail_and_by_ship(client: FlaskClient, network: Network) -> None:
    page = get(client, "/")
    rows = {row[0].split()[-1]: row for row in table_rows(page, "compared")[1:]}
    assert set(rows) == set(network.corridors)
    north = rows["dostyk-petropavl"]
    assert north[1:5] == ["10,513", "–", "10,513", "11,200 ours −6 %"]
    assert float(north[5].replace(",", "")) < 8200, "the straight line is shown as what it is"
    middle = rows["middle-poti"]
    assert middle[2] == "1,558"
    assert middle[3].startswith("11,624")
    assert "estimated" in middle[3]
    assert middle[4] == "not published"
    assert "OpenStreetMap contributors" in page


def test_the_page_loads_nothing_from_elsewhere(client: FlaskClient, city: FlaskClient) -> None:
    for reader in (client, city):
        page = get(reader, "/")
        assert foreign_addresses(page) == []
        assert " style=" not in page


def test_fill_is_computed_as_soon_as_slots_are_recorded(city: FlaskClient, web_store: Store) -> None:
    assert "no share of filled slots can be given" in text_of(get(city, "/"))
    under_way(web_store, "R1", train_capacity_teu=4.0)
    words = text_of(get(city, "/"))
    assert "On the trains whose capacity is recorded, freight filled 50 % of the slots westbound (1 train)." in words


def test_a_partners_few_containers_on_a_full_train_do_not_make_it_empty(sign_in: SignIn, web_store: Store) -> None:
    reader = sign_in(Role.PARTNER, "Beispiel-Spedition")
    for reference, partner in (("R1", "Beispiel-Spedition"), ("R2", "Other GmbH")):
        under_way(web_store, reference, partner=partner, train_capacity_teu=40.0)
    words = text_of(get(reader, "/"))
    assert "your containers filled 5 % of the slots westbound (1 train)." in words
    assert "freight filled" not in words


def test_a_history_that_says_something_impossible_is_refused(tmp_path: Path) -> None:
    text = "key,value,date,source,note\nopened,2018-10-25,2018-10-25,,\n"
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(WrongReference, match="no source"):
        load_history(tmp_path)
    (tmp_path / FILE).unlink()
    with pytest.raises(WrongReference, match=FILE):
        load_history(tmp_path)


def test_without_a_corridor_the_pages_say_so(web_store: Store, sign_in: SignIn, client: FlaskClient) -> None:
    with web_store.engine.begin() as connection:
        connection.execute(ShipmentRow.__table__.update().values(corridor=None))
        connection.execute(delete(CorridorRow))
    page = get(client, "/")
    assert answer_of(page).startswith("Four trains ran where 44 were planned")
    assert "No corridor is known yet" in text_of(page)
    city = sign_in(Role.CITY)
    pages = ("/", "/map", "/map/frame", "/corridors", "/stations", "/trains", "/shipments", "/statistics/transit")
    for address in pages:
        assert city.get(address).status_code == 200, address
