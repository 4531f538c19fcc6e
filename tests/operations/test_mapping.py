"""Maps as files: what is under way, one shipment's way, nothing fetched from elsewhere, nothing run from a name."""

import re
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from railtrack.domain.actors import Actor, Role
from railtrack.domain.errors import Ambiguous, NotFound, Refused, Unavailable
from railtrack.maps import Look, render_standalone
from railtrack.operations.administering.demo import add_demo
from railtrack.operations.administering.reference import init, load_world
from railtrack.operations.mapping import drawing as mapping
from railtrack.operations.mapping.drawing import map_page, train_marks, way_of
from railtrack.store.engine import Store
from tests.factories import enter, event_row, moment, shipment_row, tell

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
ADMIN = Actor(name="cli:test", role=Role.ADMINISTRATOR)


@pytest.fixture
def ready(sqlite_store: Store) -> Store:
    init(sqlite_store, now=datetime(2026, 11, 24, tzinfo=UTC))
    return sqlite_store


def under_way(store: Store, reference: str = "R1", **facts: object) -> None:
    network = load_world(store).network
    enter(store, network, [shipment_row(reference, **facts)], now=NOW)
    tell(
        store,
        network,
        [
            event_row("departed", "CKG", "2024-05-20T09:00+08:00", reference),
            event_row("arrived", "ALK", "2024-05-25T09:00+08:00", reference),
            event_row("departed", "ALK", "2024-05-25T19:00+08:00", reference),
        ],
        now=NOW,
    )


def page(store: Store, **wanted: object) -> str:
    return map_page(store, actor=ADMIN, now=NOW, **wanted)  # type: ignore[arg-type]


def test_the_overview_shows_what_is_under_way_and_fetches_nothing(ready: Store) -> None:
    under_way(ready)
    html = page(ready)
    assert "R1" in html
    assert not re.search(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)\s*=", html)
    assert not re.search(r"url\(\s*['\"]?(?:https?:)?//|@import", html)
    assert "No news" in html  # for a week nothing was heard


def test_published_trains_whose_arrival_nobody_printed_are_not_under_way_for_ever(ready: Store) -> None:
    network = load_world(ready).network
    assert train_marks(ready, network, corridor=None, simulated=True, actor=ADMIN, now=NOW) == []
    assert "mcs-2018-1" not in page(ready)


def test_simulated_trains_are_drawn_only_when_asked_for(ready: Store) -> None:
    add_demo(ready, journeys=20, actor=ADMIN, now=NOW)
    network = load_world(ready).network
    assert train_marks(ready, network, corridor=None, simulated=False, actor=ADMIN, now=NOW) == []
    marks = train_marks(ready, network, corridor=None, simulated=True, actor=ADMIN, now=NOW)
    assert len(marks) > 5
    assert [mark.number for mark in marks] == list(range(1, len(marks) + 1))
    assert all(mark.simulated for mark in marks)
    assert all(20 < mark.lat < 65 and 5 < mark.lon < 120 for mark in marks)


def test_one_corridor_shows_its_own_trains(ready: Store) -> None:
    under_way(ready)
    under_way(ready, "R2", corridor="khorgos")
    network = load_world(ready).network
    found = train_marks(ready, network, corridor="khorgos", simulated=False, actor=ADMIN, now=NOW)
    assert [mark.reference for mark in found] == ["R2"]
    assert "R2" in page(ready, corridor="khorgos")


@pytest.mark.parametrize("told", [(), ("departed", "arrived")])
def test_a_shipment_that_has_not_left_or_has_arrived_can_be_drawn(ready: Store, told: tuple[str, ...]) -> None:
    network = load_world(ready).network
    enter(ready, network, [shipment_row()], now=NOW)
    where = {"departed": ("CKG", "2024-05-01T09:00+08:00"), "arrived": ("MHG", "2024-05-19T09:00+02:00")}
    tell(ready, network, [event_row(event, *where[event]) for event in told], now=NOW)
    assert ("Arrived" if told else "Planned") in page(ready, shipment="R1")


def test_a_shipment_under_way_shows_its_stops(ready: Store) -> None:
    under_way(ready)
    html = page(ready, shipment="Alpha:R1")
    assert "Arrived 2024-05-25 09:00 +0800" in html


def test_names_of_users_never_run(ready: Store) -> None:
    attack = "<script>alert(1)</script>"
    under_way(ready, attack)
    for html in (page(ready), page(ready, shipment=attack)):
        assert attack not in html
        assert "alert(1)" in html


def test_what_cannot_be_drawn_is_refused_in_words(ready: Store) -> None:
    network = load_world(ready).network
    enter(ready, network, [shipment_row("NOWAY", corridor=None)], now=NOW)
    under_way(ready)
    enter(ready, network, [shipment_row(partner="Beta")], now=NOW)
    with pytest.raises(Refused, match="no corridor"):
        page(ready, shipment="NOWAY")
    with pytest.raises(NotFound, match="NONE"):
        page(ready, shipment="NONE")
    with pytest.raises(NotFound, match="khorgos"):
        page(ready, corridor="nowhere")
    with pytest.raises(Ambiguous, match="Alpha, Beta"):
        page(ready, shipment="R1")


def test_a_late_train_says_by_how_much_in_the_readers_words(ready: Store) -> None:
    network = load_world(ready).network
    under_way(ready, planned_departure=moment("2024-05-17T09:00+08:00"))
    soon = datetime(2024, 5, 25, 18, tzinfo=UTC)
    found = train_marks(ready, network, actor=ADMIN, now=soon)
    assert re.fullmatch(r"Late, \+\d+ h", found[0].state)
    assert found[0].where == "between Alashankou and Dostyk"
    german = Look(language="de", translate=lambda text: text.replace("between", "zwischen").replace("and", "und"))
    spoken = train_marks(ready, network, look=german, actor=ADMIN, now=soon)
    assert spoken[0].where == "zwischen Alashankou (Alataw-Pass) und Dostyk"


def test_what_is_under_way_without_a_corridor_is_left_off_and_the_rest_keep_their_numbers(ready: Store) -> None:
    under_way(ready, "R1", corridor=None)
    under_way(ready, "R2")
    found = train_marks(ready, load_world(ready).network, actor=ADMIN, now=NOW)
    assert [(mark.number, mark.reference) for mark in found] == [(1, "R2")]


def test_a_stop_known_by_its_day_or_its_arrival_alone_shows_no_more_than_that(ready: Store) -> None:
    network = load_world(ready).network
    enter(ready, network, [shipment_row()], now=NOW)
    told = [("departed", "CKG", "2024-05-20T09:00+08:00"), ("departed", "URC", "2024-05-24+08:00")]
    told += [("arrived", "ALK", "2024-05-25+08:00")]
    tell(ready, network, [event_row(*each) for each in told], now=NOW)
    html = page(ready, shipment="R1")
    assert "Departed 2024-05-24" in html
    assert "Arrived 2024-05-25" in html
    assert not re.search(r"(?:Departed|Arrived) 2024-05-2[45] \d", html)
    (mark,) = train_marks(ready, network, actor=ADMIN, now=NOW)
    assert mark.where == "at Alashankou"
    assert mark.details[-1] == "Latest: arrived, Alashankou, 2024-05-25"


def test_a_position_is_news_of_a_train_between_stations(ready: Store) -> None:
    network = load_world(ready).network
    under_way(ready)
    (before,) = train_marks(ready, network, actor=ADMIN, now=NOW)
    here = event_row("position", None, "2024-05-29T12:00+05:00", lat=51.17, lon=71.43)
    tell(ready, network, [here], now=NOW)
    (after,) = train_marks(ready, network, actor=ADMIN, now=NOW)
    assert after.details[-1] == "Latest: position, –, 2024-05-29 12:00 +0500"
    assert (after.lat, after.lon) != (before.lat, before.lon)


def test_no_way_is_made_up_where_a_corridor_does_not_join_two_stations(ready: Store) -> None:
    network = load_world(ready).network
    assert way_of(network, "khorgos", "CKG", "MHG") is not None
    assert way_of(network, "khorgos", "TAO", "MHG") is None
    assert way_of(network, "a corridor taken out since", "CKG", "MHG") is None
    assert way_of(network, None, "CKG", "MHG") is None


def test_without_the_maps_assets_the_answer_says_how_to_get_them(
    ready: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(mapping, "render_standalone", partial(render_standalone, static=tmp_path))
    with pytest.raises(Unavailable, match=r"not installed .*run `make run` once"):
        page(ready)
