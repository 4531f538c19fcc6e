"""Taking places out on their pages: what uses them is said, what nothing uses goes after one more click."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from railtrack.operations.administering import places
from railtrack.store.engine import Store
from tests.factories import ADMINISTRATOR
from tests.web.conftest import post, words_of

SARYSHAGAN = {
    "id": "SRY", "name": "Saryshagan", "country": "KZ", "timezone": "Asia/Almaty", "lat": "46.11", "lon": "73.62",
    "gauges_mm": "1520", "roles": "way",
}  # fmt: skip
ADDRESS = "/admin/places/stations/SRY"


@pytest.fixture
def sqlite_url(sqlite_furnished_template: Path, tmp_path: Path) -> str:
    """A database with stations, legs and corridors."""
    path = tmp_path / "railtrack.db"
    shutil.copyfile(sqlite_furnished_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def added(web_store: Store, now: datetime) -> Store:
    """The store with a station that nothing uses."""
    places.add_station(web_store, SARYSHAGAN, actor=ADMINISTRATOR, now=now)
    return web_store


def test_a_station_nothing_uses_is_removed_and_the_list_says_who_did(administrator: FlaskClient, added: Store) -> None:
    page = administrator.get(ADDRESS).text
    assert "Nothing uses it." in words_of(page)
    assert f'action="{ADDRESS}/remove"' in page
    answer = post(administrator, f"{ADDRESS}/remove", version=1)
    assert answer.location == "/admin/places?kind=stations"
    listed = words_of(administrator.get(answer.location).text)
    assert "SRY is removed. The history keeps what it said." in listed
    assert "Removed lately Saryshagan SRY removed by administrator@example.org" in listed
    assert administrator.get(ADDRESS).status_code == 404
    # the button pressed twice, or in a second tab
    again = post(administrator, f"{ADDRESS}/remove", version=1)
    assert "SRY is not there any more." in words_of(administrator.get(again.location).text)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("stations/DTK", "Legs end here: ALK–DTK"),
        ("legs/CKG/DAZ", "Corridors lead over it: "),
    ],
)
def test_what_is_used_says_by_what_and_has_no_button(
    administrator: FlaskClient, web_store: Store, address: str, why: str
) -> None:
    page = administrator.get(f"/admin/places/{address}").text
    assert "It cannot be removed while something uses it." in words_of(page)
    assert why in words_of(page)
    assert f"{address}/remove" not in page
    answer = post(administrator, f"/admin/places/{address}/remove", version=1)
    assert answer.location == f"/admin/places/{address}"
    assert why in words_of(administrator.get(answer.location).text).partition("It cannot be removed")[0]
    assert administrator.get(f"/admin/places/{address}").status_code == 200


def test_a_corridor_without_shipments_is_removed(administrator: FlaskClient) -> None:
    assert "Remove the corridor" in administrator.get("/admin/places/corridors/khorgos").text
    answer = post(administrator, "/admin/places/corridors/khorgos/remove", version=1)
    assert administrator.get(answer.location).status_code == 200
    assert administrator.get("/admin/places/corridors/khorgos").status_code == 404


@pytest.mark.parametrize("version", ["7", "", "x"])
def test_a_form_that_has_become_old_removes_nothing(administrator: FlaskClient, added: Store, version: str) -> None:
    answer = post(administrator, f"{ADDRESS}/remove", version=version)
    assert "was changed by somebody else meanwhile" in words_of(administrator.get(answer.location).text)
    assert administrator.get(ADDRESS).status_code == 200


def test_nobody_else_removes_anything(
    partner: FlaskClient, city: FlaskClient, client: FlaskClient, administrator: FlaskClient, added: Store
) -> None:
    for person in (partner, city):
        assert post(person, f"{ADDRESS}/remove", version=1).status_code == 404
    assert post(client, f"{ADDRESS}/remove", version=1).status_code in (302, 401)
    assert administrator.post(f"{ADDRESS}/remove", data={"version": 1}).status_code == 400
    assert places.station(added, "SRY", actor=ADMINISTRATOR).version == 1


def test_what_comes_again_shows_its_removal_in_its_history(administrator: FlaskClient, added: Store) -> None:
    post(administrator, f"{ADDRESS}/remove", version=1)
    post(administrator, "/admin/places/add/station", **SARYSHAGAN)
    history = words_of(administrator.get(ADDRESS).text).partition("Who changed it")[2]
    assert history.index("Removed.") > history.index("Added.")
    assert "Removed lately" not in words_of(administrator.get("/admin/places").text)
