"""The pages on stations, legs and corridors: whose they are, what they say, and that text from people stays text."""

import re
import shutil
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from railtrack.network import rail_network
from railtrack.operations.administering import places
from railtrack.store.engine import Store
from railtrack.web.administering.place_cells import corridor_cells, leg_cells, station_cells
from tests.factories import ADMINISTRATOR, CORRIDOR
from tests.rails import needs_rails
from tests.web.conftest import post, words_of

NASTY = '<script>alert("x")</script>'
SARYSHAGAN = {
    "id": "SRY", "name": "Saryshagan", "country": "KZ", "timezone": "Asia/Almaty", "lat": "46.11", "lon": "73.62",
    "gauges_mm": "1520", "roles": "way",
}  # fmt: skip
SHORT = {
    "id": "short", "name": "Short", "stations": "ALK DTK AGZ", "border_pairs": "ALK-DTK", "planned_running_h": "20",
    "planned_dwell_h": "4",
}  # fmt: skip
PAGES = (
    "/admin/places",
    "/admin/places?kind=legs",
    "/admin/places?kind=corridors&q=dostyk",
    "/admin/places/add/station",
    "/admin/places/add/leg",
    "/admin/places/add/corridor",
    "/admin/places/stations/DTK",
    "/admin/places/legs/CKG/DAZ",
    f"/admin/places/corridors/{CORRIDOR}",
)
POSTED = (
    "/admin/places/add/station",
    "/admin/places/add/leg",
    "/admin/places/add/corridor",
    "/admin/places/stations/DTK",
    "/admin/places/legs/CKG/DAZ",
    "/admin/places/legs/CKG/DAZ/measure",
    f"/admin/places/corridors/{CORRIDOR}",
    "/admin/places/check/station",
    "/admin/places/check/corridor",
)


@pytest.fixture
def sqlite_url(sqlite_furnished_template: Path, tmp_path: Path) -> str:
    """A database with stations, legs and corridors."""
    path = tmp_path / "railtrack.db"
    shutil.copyfile(sqlite_furnished_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def kept(web_store: Store) -> Iterator[Store]:
    """The store, which must hold as many places after the test as before."""

    def count() -> tuple[int, int, int]:
        return (
            len(places.stations(web_store, actor=ADMINISTRATOR)),
            len(places.legs(web_store, actor=ADMINISTRATOR)),
            len(places.corridors(web_store, actor=ADMINISTRATOR)),
        )

    before = count()
    yield web_store
    assert count() == before


# ---------------------------------------------------------------- whose pages these are


def test_an_administrator_finds_every_page_and_a_link_to_them(administrator: FlaskClient) -> None:
    for address in PAGES:
        answer = administrator.get(address)
        assert answer.status_code == 200, address
        assert 'href="/admin/places" aria-current="page"' in answer.text, address
        assert answer.text.count("<h1") == 1, address


@pytest.mark.parametrize("who", ["partner", "city"])
def test_for_others_there_is_no_such_page(request: pytest.FixtureRequest, kept: Store, who: str) -> None:
    client: FlaskClient = request.getfixturevalue(who)
    assert 'href="/admin/places"' not in client.get("/account").text
    for address in PAGES:
        assert client.get(address).status_code == 404
    for address in POSTED:
        assert post(client, address, **SARYSHAGAN, version=1).status_code == 404


def test_a_stranger_is_asked_to_sign_in(client: FlaskClient, kept: Store) -> None:
    for address in PAGES:
        answer = client.get(address)
        assert answer.status_code == 302
        assert "/sign-in" in answer.headers["Location"]
    for address in POSTED:
        assert post(client, address, **SARYSHAGAN).status_code in (302, 401)


def test_a_forged_form_is_refused(administrator: FlaskClient, kept: Store) -> None:
    assert administrator.post("/admin/places/add/station", data=SARYSHAGAN).status_code == 400


def test_what_is_not_there_is_not_found(administrator: FlaskClient) -> None:
    for address in ("stations/XXX", "legs/CKG/MHG", "corridors/none", "add/corridor?like=none"):
        assert administrator.get(f"/admin/places/{address}").status_code == 404


# ---------------------------------------------------------------- stations


def test_the_list_finds_by_code_name_in_any_language_and_country(administrator: FlaskClient) -> None:
    for q in ("dtk", "Dostyk", "多斯特克"):
        assert 'href="/admin/places/stations/DTK"' in administrator.get("/admin/places", query_string={"q": q}).text
    assert 'href="/admin/places/legs/ALK/DTK"' in administrator.get("/admin/places?kind=legs&q=dostyk").text
    nothing = administrator.get("/admin/places?q=Manheim")
    assert "Nothing is called" in nothing.text
    assert "Mannheim Mühlauhafen" in nothing.text


def test_a_station_is_added_and_its_history_names_who_did(administrator: FlaskClient) -> None:
    answer = post(administrator, "/admin/places/add/station", **SARYSHAGAN)
    assert answer.status_code == 302
    page = words_of(administrator.get(answer.headers["Location"]).text)
    assert "Saryshagan is added" in page
    assert "administrator@example.org" in page
    assert "No leg leads here yet" in page


def test_every_problem_is_said_at_its_field_and_what_was_typed_stays(administrator: FlaskClient, kept: Store) -> None:
    answer = post(administrator, "/admin/places/add/station", id="D1", name="My station", lat="46,1", roles="way")
    assert answer.status_code == 422
    for column in ("id", "country", "lat", "lon", "gauges_mm"):
        assert f'href="#f-{column}"' in answer.text
        assert f'id="f-{column}"' in answer.text
    assert 'value="My station"' in answer.text
    assert re.search(r'id="role-way"[^>]* checked', answer.text)
    assert 'data-put="46.1"' in answer.text


def test_the_proposed_time_zone_stands_in_the_field_and_sending_again_confirms_it(administrator: FlaskClient) -> None:
    asked = post(administrator, "/admin/places/add/station", **SARYSHAGAN | {"timezone": ""})
    assert asked.status_code == 422
    field = re.search(r'<input id="f-timezone"[^>]*value="([^"]*)"', asked.text)
    assert field
    assert field[1] == "Asia/Almaty"
    assert "Confirm the time its railway works in." in asked.text
    again = post(administrator, "/admin/places/add/station", **SARYSHAGAN | {"timezone": field[1]})
    assert again.status_code == 302


def test_while_one_types_the_zone_is_proposed_and_empty_fields_are_left_alone(
    administrator: FlaskClient, kept: Store
) -> None:
    part = post(administrator, "/admin/places/check/station", country="KZ", lat="46", lon="73", id="x")
    assert part.status_code == 200
    assert "<html" not in part.text
    assert 'data-put="Asia/Almaty"' in part.text
    assert "three or four letters" in part.text
    assert "English name" not in part.text
    assert "Nothing is wrong" in post(administrator, "/admin/places/check/station").text


def test_a_place_is_looked_up_by_name_without_leaving_the_machine(administrator: FlaskClient) -> None:
    page = administrator.get("/admin/places/add/station?find=Manheim").text
    assert 'href="/admin/places/stations/MHG"' in page
    assert "nothing leaves this machine" in page
    assert "Nothing is known by this name" in administrator.get("/admin/places/add/station?find=qqqqqqqq").text


def test_two_administrators_on_one_station_the_second_is_told_and_keeps_what_was_typed(
    administrator: FlaskClient, web_store: Store
) -> None:
    seen = places.station(web_store, "DTK", actor=ADMINISTRATOR)
    cells = station_cells(seen.value)
    lists = {"gauges_mm": list(map(str, seen.value.gauges_mm)), "roles": list(seen.value.roles)}
    first = cells | lists | {"version": seen.version, "source": "first"}
    second = cells | lists | {"version": seen.version, "source": "second"}
    assert post(administrator, "/admin/places/stations/DTK", **first).status_code == 302
    answer = post(administrator, "/admin/places/stations/DTK", **second)
    assert answer.status_code == 409
    assert "changed by somebody else" in answer.text
    assert 'value="second"' in answer.text
    assert f'name="version" value="{seen.version}"' in answer.text  # sending it again does not overwrite either
    assert places.station(web_store, "DTK", actor=ADMINISTRATOR).value.source == "first"


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999"])
def test_a_form_without_a_true_version_changes_nothing(
    administrator: FlaskClient, web_store: Store, version: str
) -> None:
    seen = places.station(web_store, "DTK", actor=ADMINISTRATOR)
    form = station_cells(seen.value) | {"version": version, "gauges_mm": ["1435", "1520"], "roles": ["border"]}
    assert post(administrator, "/admin/places/stations/DTK", **form).status_code == 409
    assert places.station(web_store, "DTK", actor=ADMINISTRATOR) == seen


def test_text_from_people_never_becomes_markup(administrator: FlaskClient, web_store: Store, now: datetime) -> None:
    stated = SARYSHAGAN | {
        "name": NASTY, "name_de": f"de {NASTY}", "name_zh": f"zh {NASTY}", "source": NASTY, "coordinate_note": NASTY,
        "dwell_basis": NASTY, "railway_code": "<b>x</b>", "coordinate_source": NASTY,
    }  # fmt: skip
    assert post(administrator, "/admin/places/add/station", **stated).status_code == 302
    leg = {
        "origin": "SRY", "destination": "MNT", "mode": "rail", "gauge_mm": "1520", "published_km": "400",
        "published_source": NASTY, "length_km": "400", "overruled": NASTY, "note": NASTY,
    }  # fmt: skip
    places.add_leg(web_store, leg, actor=ADMINISTRATOR, now=now)
    corridor = SHORT | {
        "name": f"c {NASTY}", "name_de": NASTY, "stations": "SRY MNT", "border_pairs": "", "note": NASTY,
        "published_days": NASTY, "planned_basis": NASTY, "source": NASTY,
    }  # fmt: skip
    assert post(administrator, "/admin/places/add/corridor", **corridor).status_code == 302
    for address in (
        "/admin/places?q=script",
        "/admin/places?kind=legs&q=SRY",
        "/admin/places?kind=corridors&q=short",
        "/admin/places/stations/SRY",
        "/admin/places/legs/SRY/MNT",
        "/admin/places/corridors/short",
        "/admin/places/add/leg",
        f"/admin/places/add/station?find={NASTY}&name={NASTY}",
        f"/admin/places?q={NASTY}",
    ):
        text = administrator.get(address).text
        assert "&lt;script&gt;" in text, address
        assert "<script>" not in text, address
        assert "<b>x" not in text, address
    typed = {"stations": f"SRY {NASTY}", "border_pairs": NASTY}
    for part in (
        post(administrator, "/admin/places/check/station", **stated),
        post(administrator, "/admin/places/check/corridor", **typed),
        post(administrator, "/admin/places/add/corridor", **typed),
    ):
        assert "&lt;" in part.text
        assert "<script>" not in part.text.casefold()


# ---------------------------------------------------------------- legs


@needs_rails
def test_a_new_leg_is_shown_beside_the_great_circle_and_the_published_length(administrator: FlaskClient) -> None:
    form = {
        "origin": "Zhengzhou", "destination": "Qingdao", "mode": "rail", "published_km": "700",
        "published_source": "Tariff of 2025",
    }  # fmt: skip
    answer = post(administrator, "/admin/places/add/leg", **form)
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/admin/places/legs/CGO/TAO"
    text = administrator.get(answer.headers["Location"]).text
    said = words_of(text)
    assert re.search(r"the rails take 6\d\d\.\d km", said)
    assert "Great circle" in said
    assert "Tariff of 2025" in said
    assert "700.0" in said
    drawn = re.search(r'(?s)<svg class="map map-s".*?</svg>', text)
    assert drawn
    assert 'class="m-1435"' in drawn[0]
    assert "Estimated" not in said


def test_an_estimated_leg_carries_its_mark(administrator: FlaskClient) -> None:
    text = administrator.get("/admin/places/legs/MNT/ZHZ").text
    assert '<span class="tag">Estimated</span>' in text
    assert "m-est" in text


def test_without_the_rail_network_a_leg_says_why_it_is_estimated_and_how_to_mend_that(
    administrator: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "scgraph_data", None)  # as where the extra was not installed
    monkeypatch.setitem(sys.modules, "scgraph_data.world_railways", None)
    assert "its length will be an estimate" in words_of(administrator.get("/admin/places/add/leg").text)
    rail_network.cache_clear()
    form = {"origin": "Zhengzhou", "destination": "Qingdao", "mode": "rail"}
    answer = post(administrator, "/admin/places/add/leg", **form)
    rail_network.cache_clear()
    said = words_of(administrator.get(answer.headers["Location"]).text)
    assert "The rail network is not installed here, so no way could be looked for. Geodesic × 1.2." in said
    assert "run .venv/bin/pip install -c constraints.txt '.[network]' in the folder of railtrack" in said
    assert "knows no way" not in said


@needs_rails
def test_with_the_rail_network_nobody_is_told_to_install_it(administrator: FlaskClient) -> None:
    for address in ("/admin/places/legs/MNT/ZHZ", "/admin/places/add/leg"):
        assert "pip install" not in administrator.get(address).text


def test_a_length_set_by_hand_needs_its_reason_and_then_shows_both(
    administrator: FlaskClient, web_store: Store
) -> None:
    seen = places.leg(web_store, "CKG", "DAZ", actor=ADMINISTRATOR)
    form = leg_cells(seen.value) | {"version": str(seen.version), "length_km": "250"}
    asked = post(administrator, "/admin/places/legs/CKG/DAZ", **form)
    assert asked.status_code == 422
    assert 'href="#f-overruled"' in asked.text
    assert post(administrator, "/admin/places/legs/CKG/DAZ", **form | {"overruled": "tariff"}).status_code == 302
    said = words_of(administrator.get("/admin/places/legs/DAZ/CKG").text)
    assert "the rails take 250.0 km" in said
    assert "Measured routed over the rail network 233.0" in said
    assert "Set by hand" in said


@needs_rails
def test_a_leg_is_measured_anew_by_a_button(administrator: FlaskClient, web_store: Store) -> None:
    seen = places.leg(web_store, "CKG", "DAZ", actor=ADMINISTRATOR)
    assert seen.value.line == ()
    answer = post(administrator, "/admin/places/legs/CKG/DAZ/measure", version=seen.version)
    assert answer.status_code == 302
    assert re.search(r"Measured anew: 23\d\.\d km, routed", administrator.get(answer.headers["Location"]).text)
    assert len(places.leg(web_store, "CKG", "DAZ", actor=ADMINISTRATOR).value.line) > 10
    assert post(administrator, "/admin/places/legs/CKG/DAZ/measure", version=seen.version).status_code == 409


# ---------------------------------------------------------------- corridors


def test_a_corridor_is_added_and_one_like_another_starts_filled_in(administrator: FlaskClient) -> None:
    answer = post(administrator, "/admin/places/add/corridor", **SHORT)
    assert answer.status_code == 302
    page = words_of(administrator.get(answer.headers["Location"]).text)
    assert "Short:" in page
    assert "over 3 stations" in page
    assert "At present: DTK" in page
    like = administrator.get(f"/admin/places/add/corridor?like={CORRIDOR}").text
    assert "ALK-DTK BQT-MAL" in like
    assert 'id="f-id" name="id" type="text" value=""' in like


def test_a_corridor_stored_as_it_is_shown_does_not_change(administrator: FlaskClient, web_store: Store) -> None:
    seen = places.corridor(web_store, CORRIDOR, actor=ADMINISTRATOR)
    form = corridor_cells(seen.value) | {"version": str(seen.version)}
    assert post(administrator, f"/admin/places/corridors/{CORRIDOR}", **form).status_code == 302
    assert places.corridor(web_store, CORRIDOR, actor=ADMINISTRATOR).value == seen.value
    assert "No field changed" in administrator.get(f"/admin/places/corridors/{CORRIDOR}").text
    assert post(administrator, f"/admin/places/corridors/{CORRIDOR}", **form).status_code == 409


def test_the_chain_is_checked_while_one_types(administrator: FlaskClient, kept: Store) -> None:
    part = post(administrator, "/admin/places/check/corridor", stations="ALK, Dostyk\nBXH, Nowhere at all").text
    said = words_of(part)
    assert "3 stations are known, one leg joins them over" in said
    assert "Nowhere at all is no station" in said
    assert 'href="/admin/places/add/leg?origin=DTK&amp;destination=BXH"' in part
    assert 'name="do" value="route"' in part
    assert "planned hours" not in said
    offered = post(administrator, "/admin/places/check/corridor", stations="ALK DTK AGZ").text
    assert 'data-put="ALK-DTK"' in offered


@needs_rails
def test_missing_legs_are_routed_by_one_button_and_the_form_stays_as_typed(
    administrator: FlaskClient, web_store: Store
) -> None:
    post(administrator, "/admin/places/add/station", **SARYSHAGAN)
    typed = SHORT | {"stations": "ALK DTK AGZ BXH SRY MNT", "note": "kept"}
    assert post(administrator, "/admin/places/add/corridor", **typed).status_code == 422
    routed = post(administrator, "/admin/places/add/corridor", **typed, do="route")
    assert routed.status_code == 200
    assert "BXH–SRY:" in words_of(routed.text)
    assert "SRY–MNT:" in words_of(routed.text)
    assert 'value="kept"' in routed.text
    assert post(administrator, "/admin/places/add/corridor", **typed, do="save").status_code == 302
    again = post(administrator, "/admin/places/corridors/short", **typed, do="route", version=1)
    assert "No leg is missing" in again.text


def test_what_is_not_guessed_is_said_above_the_form(administrator: FlaskClient, kept: Store) -> None:
    answer = post(administrator, "/admin/places/add/corridor", **SHORT | {"stations": "PTI KUR"}, do="route")
    assert answer.status_code == 422
    assert "both ports" in answer.text


def test_the_enter_key_presses_store_and_not_route(administrator: FlaskClient) -> None:
    page = administrator.get(f"/admin/places/corridors/{CORRIDOR}").text
    form = page[page.index('id="the-form"') :]
    assert re.findall(r'name="do" value="(\w+)"', form)[0] == "save"


def test_a_corridor_that_no_longer_fits_is_told_of(administrator: FlaskClient, web_store: Store, now: datetime) -> None:
    seen = places.station(web_store, "AST", actor=ADMINISTRATOR)
    cells = station_cells(seen.value) | {"country": "RU", "unlocode": "", "unlocode_other": ""}
    places.change_station(web_store, "AST", cells, seen.version, actor=ADMINISTRATOR, now=now)
    for address in ("/admin/places", f"/admin/places/corridors/{CORRIDOR}"):
        assert "the country changes from KZ to RU, and no pair says so" in administrator.get(address).text
