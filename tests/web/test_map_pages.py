"""The large map, stations and corridors: filtered by the server, the same in words, nothing from elsewhere."""

import json
import re

import pytest
from flask.testing import FlaskClient

from railtrack.config import Settings
from railtrack.domain.actors import Role
from railtrack.domain.line.network import Network
from railtrack.operations.figures.statistics import compute
from railtrack.store.engine import Store
from railtrack.web.app import create_app
from tests.factories import ADMINISTRATOR, moment
from tests.web.conftest import SignIn
from tests.web.figure_pages import (  # noqa: F401 - fixtures
    EVIL,
    EVIL_PARTNER,
    answer_of,
    foreign_addresses,
    get,
    load_worked_case,
    now,
    published_template,
    sqlite_url,
    table_rows,
    text_of,
    under_way,
)


def trains_in(frame: str) -> list[str]:
    """What the map calls the trains on it."""
    return re.findall(r'"t":"([^"]*?)\\u001f', frame)


def test_the_map_and_its_table_show_the_same_trains(city: FlaskClient, web_store: Store) -> None:
    under_way(web_store, "R1")
    under_way(web_store, "R2", train="T 8", planned_arrival=moment("2026-11-22T12:00+01:00"))
    page, frame = get(city, "/map"), get(city, "/map/frame")
    named = [row[1].split()[0] for row in table_rows(page, "moving")[1:]]
    assert named == ["R2", "R1"], "what is overdue comes first"
    assert trains_in(frame) == named
    assert answer_of(page) == "Two trains are under way, one of them late or overdue."
    with city.get("/static/map.js") as script:
        assert b'target="_top"' in script.data, "links open the page around the frame"
    assert re.search(r'"u":"/shipments/\d+"', frame)


def test_published_trains_are_not_on_the_map(city: FlaskClient) -> None:
    assert trains_in(get(city, "/map/frame")) == []
    assert "Nothing is under way here." in get(city, "/map")


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("", ["R2", "R1"]),
        ("corridor=khorgos", []),
        ("corridor=dostyk-petropavl", ["R2", "R1"]),
        ("direction=eastbound", []),
        ("partner=Beta", ["R2"]),
        ("state=late", ["R2"]),
        ("state=on_plan", ["R1"]),
        ("state=silent", []),
    ],
)
def test_filters_are_kept_by_the_server_for_table_and_frame(
    city: FlaskClient, web_store: Store, query: str, named: list[str]
) -> None:
    under_way(web_store, "R1")
    under_way(web_store, "R2", partner="Beta", train="T 8", planned_arrival=moment("2026-11-22T12:00+01:00"))
    page = get(city, f"/map?{query}")
    (frame,) = re.findall(r'<iframe src="([^"]+)"', page)
    assert sorted(trains_in(get(city, frame.replace("&amp;", "&")))) == sorted(named)
    shown = [row[1].split()[0] for row in table_rows(page, "moving")[1:]] if named else []
    assert sorted(shown) == sorted(named)


def test_a_filter_nobody_knows_is_said_beside_its_field(city: FlaskClient) -> None:
    page = get(city, f"/map?corridor={EVIL}", 422)
    assert "Nothing is called" in text_of(page)
    assert EVIL not in page


def test_the_frame_has_a_policy_of_its_own_and_a_sandbox(city: FlaskClient) -> None:
    answer = city.get("/map/frame")
    policy = answer.headers["Content-Security-Policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy)
    assert nonce
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "unsafe-inline" not in policy
    scripts = re.findall(r"<script\b[^>]*>", answer.text)
    assert scripts
    assert all(f'nonce="{nonce[1]}"' in script for script in scripts)
    page = get(city, "/map")
    sandbox = re.search(r'<iframe[^>]* sandbox="([^"]*)"', page)
    assert sandbox
    assert "allow-scripts" in sandbox[1]
    assert "allow-same-origin" not in sandbox[1], "the frame must not reach the session"
    assert re.search(r'<iframe[^>]* title="[^"]+"', page)


def test_the_frame_starts_at_the_corridor_and_on_phones_at_the_trains(city: FlaskClient, web_store: Store) -> None:
    under_way(web_store, "R1")
    under_way(web_store, "R2", train="T 8", planned_arrival=moment("2026-11-22T12:00+01:00"))
    found = re.search(r"railtrack\.map\([^,]+, (\{.*?\})\);", get(city, "/map/frame"))
    assert found
    settings = json.loads(found[1])
    (south, west), (north, east) = settings["bounds"]
    assert south < 30 < 50 < north
    assert west < 9 < 106 < east
    assert settings["near"] is not None


def test_names_from_users_never_run_on_the_map(city: FlaskClient, web_store: Store) -> None:
    under_way(web_store, EVIL, partner=EVIL_PARTNER, train="{{ 7*7 }}")
    for address in ("/map", "/map/frame"):
        page = get(city, address)
        assert EVIL not in page
        assert "alert(1)</script>" not in page
    assert "49" not in re.findall(r'"t":"([^"]*)"', get(city, "/map/frame"))[0], "Folium's templates must not run it"


def test_partners_see_their_own_trains_on_the_map(sign_in: SignIn, web_store: Store) -> None:
    under_way(web_store, "MINE", partner="Beta")
    under_way(web_store, "THEIRS", partner="Gamma", train="T 8")
    beta = sign_in(Role.PARTNER, "Beta")
    for address in ("/map", "/map/frame", "/stations/DTK", "/stations/DTK/map/frame"):
        page = get(beta, address)
        assert "MINE" in page, address
        assert "THEIRS" not in page, address
        assert "Gamma" not in page, address
    assert "Nothing is called Gamma here." in text_of(get(beta, "/map?partner=Gamma", 422))


def test_simulated_trains_are_shown_by_the_switch_alone(city: FlaskClient, web_store: Store) -> None:
    under_way(web_store, "INVENTED", simulated=True)
    assert trains_in(get(city, "/map/frame")) == []
    assert city.get("/map?simulated=1&direction=westbound").headers["Location"] == "/map?direction=westbound"
    page = get(city, "/map?direction=westbound")
    assert "INVENTED" in page
    assert "tag-sim" in page
    assert trains_in(get(city, "/map/frame")) == ["INVENTED"]
    assert "With simulated" in get(city, "/map/frame")


def test_true_trains_carry_no_mark_beside_simulated_ones(city: FlaskClient, web_store: Store) -> None:
    under_way(web_store, "TRUE")
    under_way(web_store, "INVENTED", simulated=True)
    city.get("/map?simulated=1")
    for address in ("/map", "/"):
        page = get(city, address)
        rows = dict(
            re.findall(r'(?s)<th scope="row"><span class="wrap-words"><a [^>]*>(\w+)</a></span>(.*?)</th>', page)
        )
        assert "tag-sim" in rows["INVENTED"], address
        assert "tag-sim" not in rows["TRUE"], address
        assert "With simulated" in page, address
    assert city.get("/").text.count('class="m-inv"') >= 1


def test_tiles_are_asked_of_nobody_unless_the_operator_says_so(
    city: FlaskClient, web_settings: Settings, web_store: Store
) -> None:
    from dataclasses import replace

    assert "https://" not in city.get("/map/frame").headers["Content-Security-Policy"]
    with_tiles = replace(web_settings, tile_url="https://tiles.example.org/{z}/{x}/{y}.png")
    app = create_app(with_tiles, web_store, clock=city.application.extensions["railtrack"]["clock"])
    client = app.test_client()
    with client.session_transaction() as given, city.session_transaction() as signed_in:
        given.update(signed_in)
    assert "https://tiles.example.org" in client.get("/map/frame").headers["Content-Security-Policy"]


def test_a_station_says_how_long_containers_stay(city: FlaskClient, web_store: Store) -> None:
    load_worked_case(web_store)
    rows = {str(r["station"]): r for r in compute(web_store, "dwell", actor=ADMINISTRATOR)}
    page = get(city, "/stations/MAL")
    assert answer_of(page) == (
        f"Half of all stays at Małaszewicze end within {rows['MAL']['p50_h']:.0f} hours; "
        f"one in twenty lasts longer than {rows['MAL']['p95_h']:.0f}."
    )
    words = text_of(page)
    for said in ("PLMAA", "马拉舍维奇", "Europe/Warsaw", "UTC+1", "1,435 mm, 1,520 mm", "containers change gauge here"):
        assert said in words, said
    assert 'class="chart wide-only"' in page
    assert "OpenStreetMap contributors" in page


def test_a_station_without_stays_says_so_and_what_is_thought_usual(city: FlaskClient) -> None:
    assert answer_of(get(city, "/stations/DTK")).startswith("No stay at Dostyk is recorded yet;")


def test_legs_show_track_and_tariff_length_side_by_side(city: FlaskClient, network: Network) -> None:
    leg = network.leg("CKG", "DAZ")
    assert leg is not None
    assert leg.published_km == 242
    rows = {row[0]: row for row in table_rows(get(city, "/stations/CKG"), "legs")[1:]}
    assert rows["Dazhou"][2:4] == ["233.0", "242.0"]
    estimated = next(leg for leg in network.legs if leg.method.value == "estimated")
    assert "estimated" in text_of(get(city, f"/stations/{estimated.origin}"))


def test_stations_are_found_by_name_in_any_language_and_by_code(city: FlaskClient) -> None:
    for text in ("Warschau", "华沙", "PLWAW", "warsz"):
        page = get(city, f"/stations?q={text}")
        assert "/stations/WAW" in page, text
    assert "Moscow" in get(city, "/stations?q=Moskow"), "near names are offered"
    nothing = get(city, f"/stations?q={EVIL}")
    assert EVIL not in nothing
    every = get(city, "/stations")
    lands = [row[1] for row in table_rows(every, "stations")[1:]]
    assert lands == sorted(lands), "in the order of their countries' names"
    assert lands.index("Belarus") < lands.index("Bulgaria"), "BY comes behind BG, Belarus before Bulgaria"
    assert every.count('href="/stations/') > 100


def test_an_unknown_station_or_corridor_is_no_page(city: FlaskClient) -> None:
    for address in ("/stations/NOPE", "/stations/NOPE/map/frame", "/corridors/moon"):
        assert get(city, address, 404)
    assert get(city, "/stations/mal")


def test_a_corridor_stands_station_by_station_with_its_kilometres(city: FlaskClient, network: Network) -> None:
    for corridor in network.corridors.values():
        page = get(city, f"/corridors/{corridor.id}")
        rows = table_rows(page, "legs")[1:]
        assert [row[1].split()[-1] for row in rows] == list(corridor.stations)
        whole = network.corridor_length_km(corridor.id, corridor.origin, corridor.destination)
        assert whole is not None
        assert rows[-1][0] == f"{whole:,.0f}"
        assert answer_of(page).startswith(f"{whole:,.0f} km ")
        assert 'class="ruler"' in page
        borders = [row[5].split()[0] for row in rows if row[5]]
        assert set(borders) >= {"-".join(pair) for pair in corridor.border_pairs}
    page = get(city, "/corridors")
    assert answer_of(page) == "10 ways lead from Chongqing to Europe, 10,432 to 13,111 km long."


@pytest.mark.parametrize("address", ["/map", "/stations", "/stations/MAL", "/corridors", "/corridors/middle-btk"])
def test_pages_load_nothing_from_elsewhere(city: FlaskClient, address: str) -> None:
    page = get(city, address)
    assert foreign_addresses(page) == []
    assert " style=" not in page


@pytest.mark.parametrize("address", ["/map/frame", "/stations/MAL/map/frame"])
def test_frames_load_nothing_from_elsewhere(city: FlaskClient, address: str) -> None:
    assert foreign_addresses(get(city, address)) == []


def test_visitors_are_asked_to_sign_in(client: FlaskClient) -> None:
    for address in ("/map", "/map/frame", "/stations", "/stations/MAL", "/stations/MAL/map/frame", "/corridors"):
        assert client.get(address).status_code == 302, address
