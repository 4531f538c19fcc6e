"""Stations are found by what people write, and never guessed."""

from dataclasses import replace

import pytest

from railtrack.domain.line.gazetteer import Gazetteer, UnknownStation, fold
from railtrack.exchange.reference import load_reference
from railtrack.resources import folder

STATIONS = load_reference(folder("data")).stations
GAZETTEER = Gazetteer(STATIONS)


@pytest.mark.parametrize("station", STATIONS, ids=lambda s: s.id)
def test_every_station_is_found_by_id_codes_and_names(station) -> None:  # type: ignore[no-untyped-def]  # a Station
    for text in (station.id, station.unlocode, *station.unlocode_other, station.name, station.name_de, station.name_zh):
        if text:
            assert GAZETTEER.find(text) is station


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ckg", "CKG"),
        (" MHG ", "MHG"),
        ("demhg", "MHG"),
        ("DE MHG", "MHG"),
        ("PLMAA", "MAL"),
        ("malaszewicze", "MAL"),
        ("MAŁASZEWICZE", "MAL"),
        ("Urumqi (Sanping)", "URC"),
        ("Ürümqi", "URC"),
        ("U\u0308ru\u0308mqi", "URC"),  # the diaeresis as a character of its own
        ("Mannheim Muhlauhafen", "MHG"),
        ("Xi’an International Port", "XIA"),
        ("重庆团结村", "CKG"),
        ("西安国际港(新筑)", "XIA"),  # full-width brackets
        ("ＤＴＫ", "DTK"),  # full-width letters
        ("Peking", "BJS"),
        ("Moskau (Kunzewo-2)", "MOW"),
        ("Ismit", None),
        ("Koseköy (izmit)", "IZT"),
        ("KOSEKÖY (İZMİT)", "IZT"),
        ("Gəncə (Gandscha)", "GAN"),
    ],
)
def test_spelling_and_script_do_not_matter(text: str, found: str | None) -> None:
    if found is None:
        with pytest.raises(UnknownStation):
            GAZETTEER.find(text)
    else:
        assert GAZETTEER.find(text).id == found


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("PLMAL", "MAL"),  # Malechowo, a hundred leagues from Małaszewicze
        ("Dostik", "DTK"),
        ("Chongqing", "CKG"),
        ("Chongqing", "GYP"),
        ("Mannheim", "MHG"),
        ("Alashanku", "ALK"),
        ("多斯特", "DTK"),
    ],
)
def test_what_is_not_a_name_is_not_guessed_but_near_ones_are_listed(text: str, near: str) -> None:
    with pytest.raises(UnknownStation) as caught:
        GAZETTEER.find(text)
    assert near in [station.id for station in caught.value.near]


@pytest.mark.parametrize("code", ["CNAKL", "KZDOS", "KZSHU", "RUZBK"])
def test_codes_that_are_only_candidates_are_unknown(code: str) -> None:
    with pytest.raises(UnknownStation):
        GAZETTEER.find(code)


@pytest.mark.parametrize("text", ["", "   ", "?", "Timbuktu"])
def test_nonsense_has_no_near_match(text: str) -> None:
    with pytest.raises(UnknownStation) as caught:
        GAZETTEER.find(text)
    assert caught.value.near == ()


def test_a_name_two_stations_share_is_a_problem_that_lists_both() -> None:
    twin = replace(STATIONS[0], id="TWN", unlocode="", unlocode_other=())
    with pytest.raises(UnknownStation) as caught:
        Gazetteer([*STATIONS, twin]).find("Chongqing Tuanjiecun")
    assert caught.value.ambiguous
    assert [station.id for station in caught.value.near] == ["CKG", "TWN"]


def test_folding_is_stable() -> None:
    for station in STATIONS:
        assert fold(fold(station.name)) == fold(station.name)


def test_a_mistyped_town_is_near_its_yard_or_harbour() -> None:
    assert "MHG" in [station.id for station in GAZETTEER.near("Manheim")][:2]
