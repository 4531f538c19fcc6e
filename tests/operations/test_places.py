"""Adding and mending places on both kinds of database: who may, what is refused, and that everything follows."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from railtrack.domain.actors import EVERYTHING, Actor, Role
from railtrack.domain.errors import Conflict, NotAllowed, NotFound, Refused
from railtrack.domain.line.network import Network
from railtrack.domain.line.places import Method
from railtrack.network import new_leg
from railtrack.operations.administering import places
from railtrack.operations.administering.checking import check
from railtrack.operations.administering.reference import init, load_world
from railtrack.operations.figures.statistics import compute
from railtrack.operations.mapping.routes import corridors as corridor_list
from railtrack.resources import folder
from railtrack.store.engine import Store
from railtrack.store.reading.shipments import journeys, shipment_named
from railtrack.web.administering.place_cells import corridor_cells, leg_cells, station_cells
from tests.factories import ADMINISTRATOR, CITY, CORRIDOR, enter, event_row, partner, shipment_row, tell
from tests.rails import needs_rails

SARYSHAGAN = {
    "id": "SRY", "name": "Saryshagan", "country": "KZ", "timezone": "Asia/Almaty", "lat": "46.11", "lon": "73.62",
    "gauges_mm": "1520", "roles": "way", "coordinate_source": "OpenStreetMap",
}  # fmt: skip


def journey(store: Store, network: Network) -> None:
    """One container from Chongqing to Mannheim in 20 days."""
    enter(store, network, [shipment_row()])
    tell(
        store,
        network,
        [
            event_row("departed", "CKG", "2024-03-01T08:00+08:00"),
            event_row("arrived", "MHG", "2024-03-21T01:00+01:00"),
        ],
    )


# ---------------------------------------------------------------- who may


@pytest.mark.parametrize("role", ["partner", "city"])
def test_nobody_but_an_administrator_adds_mends_or_looks(
    sqlite_store: Store, network: Network, now: datetime, role: str
) -> None:
    actor = CITY if role == "city" else partner(sqlite_store)
    calls: list[Callable[[], object]] = [
        lambda: places.add_station(sqlite_store, SARYSHAGAN, actor=actor, now=now),
        lambda: places.change_station(sqlite_store, "DTK", SARYSHAGAN, 1, actor=actor, now=now),
        lambda: places.add_leg(sqlite_store, {}, actor=actor, now=now),
        lambda: places.change_leg(sqlite_store, "CKG", "DAZ", {}, 1, actor=actor, now=now),
        lambda: places.measure_leg_again(sqlite_store, "CKG", "DAZ", 1, actor=actor, now=now),
        lambda: places.add_missing_legs(sqlite_store, "CKG DTK", actor=actor, now=now),
        lambda: places.add_corridor(sqlite_store, {}, actor=actor, now=now),
        lambda: places.change_corridor(sqlite_store, CORRIDOR, {}, 1, actor=actor, now=now),
        lambda: places.stations(sqlite_store, actor=actor),
        lambda: places.legs(sqlite_store, actor=actor),
        lambda: places.corridors(sqlite_store, actor=actor),
        lambda: places.station(sqlite_store, "DTK", actor=actor),
        lambda: places.leg(sqlite_store, "CKG", "DAZ", actor=actor),
        lambda: places.corridor(sqlite_store, CORRIDOR, actor=actor),
        lambda: places.corridor_misfits(sqlite_store, actor=actor),
        lambda: places.history(sqlite_store, "station", "DTK", actor=actor),
        lambda: places.find_place(sqlite_store, "Dostyk", actor=actor),
    ]
    for call in calls:
        with pytest.raises(NotAllowed):
            call()


# ---------------------------------------------------------------- stations


def test_a_new_station_is_known_at_once_by_every_name(furnished: Store, now: datetime) -> None:
    assert places.stations(furnished, actor=ADMINISTRATOR)[-1].value.id != "SRY"
    load_world(furnished)  # what is kept in memory must not hide it
    made = places.add_station(furnished, SARYSHAGAN | {"name_zh": "萨雷沙甘"}, actor=ADMINISTRATOR, now=now)
    gazetteer = load_world(furnished).gazetteer
    assert gazetteer.find("sry") == gazetteer.find("saryshagan") == gazetteer.find("萨雷沙甘") == made
    (entry,) = places.history(furnished, "station", "SRY", actor=ADMINISTRATOR)
    assert (entry.actor, entry.action, entry.before) == ("cli:test", "add", None)
    assert entry.after is not None
    assert entry.after["name"] == "Saryshagan"


def test_a_station_that_is_moved_takes_directions_and_judgements_on_speed_along(
    furnished: Store, network: Network, now: datetime
) -> None:
    enter(furnished, network, [shipment_row(origin="ALK", destination="DTK", corridor=CORRIDOR)])
    tell(
        furnished,
        network,
        [
            event_row("departed", "ALK", "2024-03-01T08:00+08:00"),
            event_row("arrived", "DTK", "2024-03-01T07:00+05:00"),
        ],
    )

    def directions() -> list[object]:
        rows = compute(furnished, "transit", by=["direction"], actor=ADMINISTRATOR)
        return [row["direction"] for row in rows]

    assert directions() == ["westbound"]
    assert check(furnished, rebuild=True) == []
    seen = places.station(furnished, "DTK", actor=ADMINISTRATOR)
    moved = station_cells(seen.value) | {"lat": "47.0", "lon": "86.5"}  # too far for two hours, and east of Alashankou
    places.change_station(furnished, "DTK", moved, seen.version, actor=ADMINISTRATOR, now=now)
    assert directions() == ["eastbound"]
    assert check(furnished, rebuild=True) == []
    with furnished.reading() as r:
        (journey,) = journeys(r, EVERYTHING, shipment_named(r, EVERYTHING, "R1").id)
    assert journey.marks


def test_a_terminal_whose_role_is_taken_away_is_joined_no_longer(
    furnished: Store, network: Network, now: datetime
) -> None:
    enter(furnished, network, [shipment_row(origin="GYP")])
    tell(
        furnished,
        network,
        [
            event_row("departed", "GYP", "2024-03-01T08:00+08:00"),
            event_row("arrived", "MHG", "2024-03-21T01:00+01:00"),
        ],
    )

    def speed() -> object:
        return compute(furnished, "transit", actor=ADMINISTRATOR)[0]["swd_kmh"]

    assert speed() is not None
    seen = places.station(furnished, "GYP", actor=ADMINISTRATOR)
    cells = station_cells(seen.value) | {"roles": "port"}
    places.change_station(furnished, "GYP", cells, seen.version, actor=ADMINISTRATOR, now=now)
    assert speed() is None


def test_all_problems_of_a_form_come_at_once_and_nothing_is_stored(furnished: Store, now: datetime) -> None:
    before = len(places.stations(furnished, actor=ADMINISTRATOR))
    with pytest.raises(Refused) as refused:
        places.add_station(furnished, {"id": "DTK", "name": "Dostyk", "lat": "x"}, actor=ADMINISTRATOR, now=now)
    columns = {p.column for p in refused.value.problems}
    assert columns >= {"id", "name", "country", "lat", "lon", "gauges_mm", "roles", "timezone"}
    assert len(places.stations(furnished, actor=ADMINISTRATOR)) == before
    assert places.history(furnished, "station", "DTK", actor=ADMINISTRATOR) == ()


def test_adding_twice_is_told_as_a_problem(furnished: Store, now: datetime) -> None:
    places.add_station(furnished, SARYSHAGAN, actor=ADMINISTRATOR, now=now)
    with pytest.raises(Refused, match="Saryshagan already"):
        places.add_station(furnished, SARYSHAGAN, actor=ADMINISTRATOR, now=now)


def test_a_mended_station_shows_what_changed_and_survives_a_new_release(furnished: Store, now: datetime) -> None:
    seen = places.station(furnished, "DTK", actor=ADMINISTRATOR)
    cells = station_cells(seen.value) | {"name_de": "Dostyk (Druschba)", "dwell_h_typical": "30"}
    places.change_station(furnished, "DTK", cells, seen.version, actor=ADMINISTRATOR, now=now)
    init(furnished, now=now.replace(year=2026))
    found = places.station(furnished, "DTK", actor=ADMINISTRATOR)
    assert (found.value.name_de, found.value.dwell_h_typical, found.edited) == ("Dostyk (Druschba)", 30.0, True)
    (entry,) = places.history(furnished, "station", "DTK", actor=ADMINISTRATOR)
    assert entry.before is not None
    assert entry.after is not None
    differing = {name for name in entry.after if entry.after[name] != entry.before[name]}
    assert differing == {"name_de", "dwell_h_typical"}


def test_who_looked_at_an_older_version_is_told(furnished: Store, now: datetime) -> None:
    station = places.station(furnished, "DTK", actor=ADMINISTRATOR)
    leg = places.leg(furnished, "CKG", "DAZ", actor=ADMINISTRATOR)
    corridor = places.corridor(furnished, CORRIDOR, actor=ADMINISTRATOR)
    changes: list[Callable[[], object]] = [
        lambda: places.change_station(
            furnished, "DTK", station_cells(station.value), station.version, actor=ADMINISTRATOR, now=now
        ),
        lambda: places.change_leg(
            furnished, "CKG", "DAZ", leg_cells(leg.value), leg.version, actor=ADMINISTRATOR, now=now
        ),
        lambda: places.change_corridor(
            furnished, CORRIDOR, corridor_cells(corridor.value), corridor.version, actor=ADMINISTRATOR, now=now
        ),
    ]
    for change in changes:
        change()
        with pytest.raises(Conflict, match="changed by somebody else"):
            change()


def test_what_is_not_there_cannot_be_mended(furnished: Store, now: datetime) -> None:
    calls: list[Callable[[], object]] = [
        lambda: places.change_station(furnished, "XXX", SARYSHAGAN, 1, actor=ADMINISTRATOR, now=now),
        lambda: places.change_leg(furnished, "CKG", "MHG", {}, 1, actor=ADMINISTRATOR, now=now),
        lambda: places.measure_leg_again(furnished, "CKG", "MHG", 1, actor=ADMINISTRATOR, now=now),
        lambda: places.change_corridor(furnished, "none", {}, 1, actor=ADMINISTRATOR, now=now),
        lambda: places.leg(furnished, "MHG", "CKG", actor=ADMINISTRATOR),
    ]
    for call in calls:
        with pytest.raises(NotFound):
            call()


# ---------------------------------------------------------------- legs


@needs_rails
def test_a_new_leg_is_routed_over_the_rail_network_at_once(furnished: Store, now: datetime) -> None:
    cells = {
        "origin": "Zhengzhou", "destination": "TAO", "mode": "rail", "published_km": "700",
        "published_source": "Tariff of 2025", "note": "for the coast",
    }  # fmt: skip
    made = places.add_leg(furnished, cells, actor=ADMINISTRATOR, now=now)
    found = places.leg(furnished, "TAO", "CGO", actor=ADMINISTRATOR)
    assert found.value == made
    assert (made.method, made.gauge_mm, made.note) == (Method.NETWORK, 1435, "for the coast")
    assert 640 < made.length_km < 750
    assert len(made.line) > 20
    assert (made.published_km, made.published_source) == (700.0, "Tariff of 2025")
    route = load_world(furnished).network.route("CGO", "TAO")
    assert route.length_km == pytest.approx(made.length_km)


@needs_rails
def test_a_ship_keeps_to_the_sea_lanes(furnished: Store, now: datetime) -> None:
    cells = {"origin": "KUR", "destination": "BLT", "mode": "sea", "gauge_mm": "1520"}
    made = places.add_leg(furnished, cells, actor=ADMINISTRATOR, now=now)
    assert (made.method, made.gauge_mm) == (Method.SEA, None)
    assert made.source == "scgraph marnet sea network, shortest way"


def test_without_a_way_of_rails_a_leg_is_the_geodesic_times_1_2_and_marked(furnished: Store, now: datetime) -> None:
    # no rails lie within 15 km of the island harbour, with the network or without
    cells = {"origin": "SHA", "destination": "CGO", "mode": "rail", "gauge_mm": "1435"}
    with pytest.raises(Refused, match="no tracks"):
        places.add_leg(furnished, cells, actor=ADMINISTRATOR, now=now)
    seen = places.station(furnished, "SHA", actor=ADMINISTRATOR)
    rails = station_cells(seen.value) | {"gauges_mm": "1435"}
    places.change_station(furnished, "SHA", rails, seen.version, actor=ADMINISTRATOR, now=now)
    made = places.add_leg(furnished, cells, actor=ADMINISTRATOR, now=now)
    assert made.method is Method.ESTIMATED
    assert made.note == "Geodesic × 1.2."
    assert len(made.line) == 2


def test_a_length_set_by_hand_reaches_corridors_and_speeds_and_can_be_taken_back(
    furnished: Store, network: Network, now: datetime
) -> None:
    journey(furnished, network)

    def length_and_speed() -> tuple[float, float]:
        (length,) = [c["length_km"] for c in corridor_list(furnished)[0] if c["id"] == CORRIDOR]
        (row,) = compute(furnished, "transit", actor=ADMINISTRATOR)
        return float(length), float(row["swd_kmh"])  # type: ignore[arg-type]

    length, speed = length_and_speed()
    seen = places.leg(furnished, "CKG", "DAZ", actor=ADMINISTRATOR)
    cells = leg_cells(seen.value) | {"length_km": "333", "overruled": "Tariff of 2025"}
    made = places.change_leg(furnished, "CKG", "DAZ", cells, seen.version, actor=ADMINISTRATOR, now=now)
    assert (made.length_km, made.measured_km, made.overruled) == (333.0, 233.0, "Tariff of 2025")
    longer, faster = length_and_speed()
    assert longer == pytest.approx(length + 100)
    assert faster == pytest.approx(speed * longer / length)

    again = places.leg(furnished, "CKG", "DAZ", actor=ADMINISTRATOR)
    cells = leg_cells(again.value) | {"length_km": "", "overruled": ""}
    places.change_leg(furnished, "CKG", "DAZ", cells, again.version, actor=ADMINISTRATOR, now=now)
    assert places.leg(furnished, "CKG", "DAZ", actor=ADMINISTRATOR).value == seen.value
    assert length_and_speed() == pytest.approx((length, speed))


@needs_rails
def test_a_leg_is_measured_anew_after_its_station_was_moved(furnished: Store, now: datetime) -> None:
    station = places.station(furnished, "DAZ", actor=ADMINISTRATOR)
    moved = station_cells(station.value) | {"lat": "31.0", "lon": "107.3"}
    places.change_station(furnished, "DAZ", moved, station.version, actor=ADMINISTRATOR, now=now)
    seen = places.leg(furnished, "CKG", "DAZ", actor=ADMINISTRATOR)
    set_by_hand = leg_cells(seen.value) | {"length_km": "250", "overruled": "Tariff"}
    places.change_leg(furnished, "CKG", "DAZ", set_by_hand, seen.version, actor=ADMINISTRATOR, now=now)
    measured = places.measure_leg_again(furnished, "CKG", "DAZ", seen.version + 1, actor=ADMINISTRATOR, now=now)
    assert measured.line[-1] == (31.0, 107.3)
    assert (measured.length_km, measured.overruled) == (250.0, "Tariff")
    assert measured.measured_km is not None
    assert measured.measured_km < 233
    with pytest.raises(Conflict):
        places.measure_leg_again(furnished, "CKG", "DAZ", seen.version, actor=ADMINISTRATOR, now=now)


@needs_rails
def test_several_legs_can_be_routed_at_a_time(furnished: Store, now: datetime) -> None:
    stations = load_world(furnished).network.stations
    wanted = [
        {"origin": a, "destination": b, "mode": "rail", "gauge_mm": gauge}
        for a, b, gauge in (("CGO", "TAO", "1435"), ("KZO", "AKX", "1520"), ("LAZ", "BAO", "1435"))
    ]
    with ThreadPoolExecutor(max_workers=3) as pool:
        together = list(pool.map(lambda cells: places.add_leg(furnished, cells, actor=ADMINISTRATOR, now=now), wanted))
    for made in together:
        ends = stations[made.origin], stations[made.destination]
        alone = new_leg(*ends, made.mode, made.gauge_mm, folder("data"))
        assert (made.length_km, made.method) == (alone.length_km, alone.method)


def test_a_leg_of_another_gauge_takes_the_corridors_along(furnished: Store, now: datetime) -> None:
    station = places.station(furnished, "AGZ", actor=ADMINISTRATOR)
    both = station_cells(station.value) | {"gauges_mm": "1435 1520"}
    places.change_station(furnished, "AGZ", both, station.version, actor=ADMINISTRATOR, now=now)
    seen = places.leg(furnished, "DTK", "AGZ", actor=ADMINISTRATOR)
    cells = leg_cells(seen.value) | {"gauge_mm": "1435"}
    places.change_leg(furnished, "DTK", "AGZ", cells, seen.version, actor=ADMINISTRATOR, now=now)
    assert places.corridor(furnished, CORRIDOR, actor=ADMINISTRATOR).value.gauge_changes == ("AGZ", "MAL")
    assert places.history(furnished, "corridor", CORRIDOR, actor=ADMINISTRATOR)[0].action == "change"


# ---------------------------------------------------------------- corridors


@needs_rails
def test_the_legs_a_new_corridor_lacks_are_routed_and_then_it_can_be_stored(furnished: Store, now: datetime) -> None:
    places.add_station(furnished, SARYSHAGAN, actor=ADMINISTRATOR, now=now)
    cells = {
        "id": "balkhash", "name": "Along the lake", "stations": "Alashankou, Dostyk, AGZ, BXH, Saryshagan, MNT",
        "border_pairs": "ALK-DTK", "planned_running_h": "30", "planned_dwell_h": "6",
    }  # fmt: skip
    with pytest.raises(Refused, match="No leg joins Balkhash"):
        places.add_corridor(furnished, cells, actor=ADMINISTRATOR, now=now)
    routed = places.add_missing_legs(furnished, cells["stations"], actor=ADMINISTRATOR, now=now)
    assert [(leg.origin, leg.destination, leg.gauge_mm) for leg in routed.added] == [
        ("BXH", "SRY", 1520),
        ("SRY", "MNT", 1520),
    ]
    assert routed.left == ()
    made = places.add_corridor(furnished, cells, actor=ADMINISTRATOR, now=now)
    assert made.gauge_changes == ("DTK",)
    network = load_world(furnished).network
    assert network.corridor_holding("SRY", "ALK") == made
    legs = network.corridor_legs("balkhash", "ALK", "MNT")
    assert legs is not None
    assert network.corridor_length_km("balkhash", "ALK", "MNT") == pytest.approx(sum(leg.length_km for leg in legs))


def test_what_should_not_be_guessed_is_left_to_the_administrator(furnished: Store, now: datetime) -> None:
    before = len(places.legs(furnished, actor=ADMINISTRATOR))
    routed = places.add_missing_legs(furnished, "PTI KUR CGO AGZ", actor=ADMINISTRATOR, now=now)
    assert str(routed.left[0].message).endswith("so a ship may go between them.")
    assert "no gauge in common" in str(routed.left[-1].message)
    assert len(places.legs(furnished, actor=ADMINISTRATOR)) == before + len(routed.added)


def test_a_corridor_keeps_the_stations_its_shipments_begin_and_end_at(
    furnished: Store, network: Network, now: datetime
) -> None:
    enter(furnished, network, [shipment_row(), shipment_row(reference="R2", destination="WAW")])
    seen = places.corridor(furnished, CORRIDOR, actor=ADMINISTRATOR)
    cells = corridor_cells(seen.value) | {"stations": "\n".join(seen.value.stations[:-2])}
    with pytest.raises(
        Refused, match=r"on this corridor \(1\) go from Chongqing Tuanjiecun .CKG. to Mannheim"
    ) as refused:
        places.change_corridor(furnished, CORRIDOR, cells, seen.version, actor=ADMINISTRATOR, now=now)
    assert [p.column for p in refused.value.problems] == ["stations"]
    assert places.corridor(furnished, CORRIDOR, actor=ADMINISTRATOR) == seen


def test_a_station_that_changes_its_country_is_told_on_its_corridors(furnished: Store, now: datetime) -> None:
    assert places.corridor_misfits(furnished, actor=ADMINISTRATOR) == {}
    seen = places.station(furnished, "AST", actor=ADMINISTRATOR)
    cells = station_cells(seen.value) | {"country": "RU", "unlocode": "", "unlocode_other": ""}
    places.change_station(furnished, "AST", cells, seen.version, actor=ADMINISTRATOR, now=now)
    assert CORRIDOR in places.corridor_misfits(furnished, actor=ADMINISTRATOR)


def test_a_form_can_be_judged_without_storing_anything(furnished: Store) -> None:
    assert places.check_station(furnished, SARYSHAGAN).problems == ()
    dostyk = places.station(furnished, "DTK", actor=ADMINISTRATOR).value
    assert places.check_station(furnished, station_cells(dostyk), "DTK").row == dostyk
    khorgos = places.corridor(furnished, "khorgos", actor=ADMINISTRATOR).value
    assert places.check_corridor(furnished, corridor_cells(khorgos), "khorgos").row == khorgos
    assert places.check_corridor(furnished, corridor_cells(khorgos)).row is None  # the id is taken
    assert places.chain(furnished, "CKG DTK").missing == (("CKG", "DTK"),)


# ---------------------------------------------------------------- places by name


class PlaceNames(BaseHTTPRequestHandler):
    """A name server that knows one place."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'[{"lat": "46.11", "lon": "73.62", "display_name": "Saryshagan, Kazakhstan"}]')

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_place_is_looked_for_among_our_stations_and_then_on_the_operators_server(furnished: Store) -> None:
    ours = places.find_place(furnished, "Manheim", actor=ADMINISTRATOR)
    assert ours.candidates[0].station == "MHG"
    assert places.find_place(furnished, "Saryshagan", actor=ADMINISTRATOR).trouble is None
    assert places.find_place(furnished, "  ", actor=ADMINISTRATOR) == places.Found()
    server = HTTPServer(("127.0.0.1", 0), PlaceNames)
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    try:
        found = places.find_place(furnished, "Saryshagan", nominatim_url=address, actor=ADMINISTRATOR)
        there = found.candidates[-1]
        assert (there.name, there.lat, there.lon, there.station) == ("Saryshagan, Kazakhstan", 46.11, 73.62, None)
        exact = places.find_place(furnished, "Dostyk", nominatim_url=address, actor=ADMINISTRATOR)
        assert [c.station for c in exact.candidates] == ["DTK"]
    finally:
        server.shutdown()
        server.server_close()
    silent = places.find_place(furnished, "Saryshagan", nominatim_url=address, actor=ADMINISTRATOR)
    assert silent.trouble is not None
    assert "did not answer" in str(silent.trouble)


def test_whoever_runs_the_command_line_is_named_in_the_history(furnished: Store, now: datetime) -> None:
    me = Actor(name="weber@example.org", role=Role.ADMINISTRATOR, origin="web 192.0.2.1")
    places.add_station(furnished, SARYSHAGAN, actor=me, now=now)
    (entry,) = places.history(furnished, "station", "SRY", actor=me)
    assert (entry.actor, entry.origin, entry.at) == ("weber@example.org", "web 192.0.2.1", now)
