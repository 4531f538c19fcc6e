"""Ways on the rail network: lengths, gaps, refusals, and place names through geopy."""

import builtins
import json
import shutil
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest
from geopy.location import Location

from railtrack import network
from railtrack.domain.errors import Unavailable
from railtrack.domain.line.gazetteer import Gazetteer
from railtrack.domain.line.geodesy import Position, geodesic_km
from railtrack.domain.line.places import Method, Mode
from railtrack.exchange.reference import load_reference
from railtrack.resources import folder
from tests.rails import needs_rails
from tests.unit.lines import line_km

DATA = load_reference(folder("data"))
PLACES: dict[str, Position] = {station.id: (station.lat, station.lon) for station in DATA.stations}
STATIONS = {station.id: station for station in DATA.stations}
BRIDGES = network.read_bridges(folder("data"))


@pytest.fixture
def without_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without the extra `network`."""
    real = builtins.__import__

    def refuse(name: str, *rest: Any) -> Any:
        if name.startswith("scgraph"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)
    network.rail_network.cache_clear()


# ---------------------------------------------------------------- with the network


@needs_rails
@pytest.mark.parametrize(
    ("a", "b", "km"), [("CKG", "DAZ", 233.0), ("WUW", "JGN", 485.0), ("UUD", "IKT", 448.5), ("MAL", "LUK", 82.3)]
)
def test_a_new_way_agrees_with_the_stored_leg(a: str, b: str, km: float) -> None:
    way = network.measure(PLACES[a], PLACES[b], Mode.RAIL, BRIDGES)
    assert way.method is Method.NETWORK
    assert way.length_km == pytest.approx(km, rel=0.01)
    assert (way.line[0], way.line[-1]) == (PLACES[a], PLACES[b])
    assert 0.9 * way.length_km < line_km(way.line) < 1.02 * way.length_km


@needs_rails
def test_a_way_is_as_long_back_as_forth_and_leaves_no_trace() -> None:
    rails = network.rail_network(BRIDGES)
    forth = rails.way(PLACES["FUL"], PLACES["MHG"])
    back = rails.way(PLACES["MHG"], PLACES["FUL"])
    assert forth.length_km == pytest.approx(back.length_km)
    assert rails.way(PLACES["FUL"], PLACES["MHG"]) == forth


@needs_rails
def test_a_way_over_a_long_bridge_is_an_estimate() -> None:
    assert network.measure(PLACES["BEG"], PLACES["KEL"], Mode.RAIL, BRIDGES).method is Method.ESTIMATED
    assert network.measure(PLACES["ULN"], PLACES["SUK"], Mode.RAIL, BRIDGES).length_km == pytest.approx(383, rel=0.01)


@needs_rails
def test_without_its_bridge_the_way_around_a_gap_is_refused_as_silly() -> None:
    rails = network.rail_network(())
    with pytest.raises(network.NoRailWay):
        rails.way(PLACES["MAL"], PLACES["LUK"])  # 687 km for 80
    assert network.measure(PLACES["MAL"], PLACES["LUK"], Mode.RAIL, ()).method is Method.ESTIMATED


@needs_rails
def test_a_place_far_from_all_rails_gets_an_estimate() -> None:
    island, port = PLACES["SHA"], PLACES["CGO"]
    with pytest.raises(network.NoRailWay):
        network.rail_network(BRIDGES).way(island, port)
    way = network.measure(island, port, Mode.RAIL, BRIDGES)
    assert way.method is Method.ESTIMATED
    assert way.length_km == pytest.approx(1.2 * geodesic_km(island, port))


@needs_rails
def test_a_new_leg_comes_with_length_line_gauge_and_source() -> None:
    leg = network.new_leg(STATIONS["CGO"], STATIONS["TAO"], Mode.RAIL, 1435, folder("data"))
    assert 640 < leg.length_km < 750
    assert (leg.method, leg.gauge_mm) == (Method.NETWORK, 1435)
    assert len(leg.line) > 20
    assert "OpenStreetMap" in leg.source


@needs_rails
def test_ships_keep_to_the_sea_lanes_or_the_way_drawn_by_hand() -> None:
    black_sea = network.measure(PLACES["PTI"], PLACES["CND"], Mode.SEA, BRIDGES)
    caspian = network.measure(PLACES["ALY"], PLACES["AAU"], Mode.SEA, BRIDGES)
    assert black_sea.method is caspian.method is Method.SEA
    assert black_sea.length_km == pytest.approx(1095, rel=0.01)
    assert caspian.length_km == 463.3
    assert (caspian.line[0], caspian.line[-1]) == (PLACES["ALY"], PLACES["AAU"])


@needs_rails
def test_the_geometry_can_be_made_anew_and_lengths_stay(tmp_path: Path) -> None:
    data = Path(shutil.copytree(folder("data"), tmp_path / "data"))
    before = (data / "legs.csv").read_text(encoding="utf-8")
    (data / "geometry" / "legs.geojson").unlink()
    measured = network.rebuild_geometry(data)
    assert len(measured) == len(DATA.legs)
    assert (data / "legs.csv").read_text(encoding="utf-8") == before
    assert load_reference(data).legs == DATA.legs  # the file in data/ is what the program makes
    off = {(m.origin, m.destination) for m in measured if abs(m.deviation) > 0.02}
    assert len(off) < 12  # each of them explained in SOURCES.md
    assert all(abs(m.deviation) < 0.02 for m in measured if m.stored_km > 160)


def test_the_geometry_is_small_and_names_openstreetmap() -> None:
    path = folder("data") / "geometry" / "legs.geojson"
    assert path.stat().st_size < 2_000_000
    content = json.loads(path.read_text(encoding="utf-8"))
    assert "OpenStreetMap" in content["attribution"]
    assert len(content["features"]) == len(DATA.legs)
    methods = {
        (f["properties"]["origin"], f["properties"]["destination"]): f["properties"]["method"]
        for f in content["features"]
    }
    assert methods == {(leg.origin, leg.destination): leg.method for leg in DATA.legs}


# ---------------------------------------------------------------- without it


@pytest.mark.usefixtures("without_network")
def test_without_the_extra_a_way_is_the_geodesic_times_1_2_and_marked() -> None:
    a, b = PLACES["CKG"], PLACES["DAZ"]
    way = network.measure(a, b, Mode.RAIL, BRIDGES)
    assert way == network.estimate(a, b)
    assert way.method is Method.ESTIMATED
    assert way.length_km == pytest.approx(1.2 * geodesic_km(a, b), rel=1e-6)
    assert way.line == (a, b)
    with pytest.raises(network.NoNetwork):
        network.rail_network(BRIDGES)


@pytest.mark.usefixtures("without_network")
def test_a_leg_measured_without_the_extra_is_an_estimate_that_says_so() -> None:
    leg = network.new_leg(STATIONS["CGO"], STATIONS["TAO"], Mode.RAIL, 1435, folder("data"))
    assert (leg.method, leg.note) == (Method.ESTIMATED, "Geodesic × 1.2.")
    assert leg.line == (PLACES["CGO"], PLACES["TAO"])


# ---------------------------------------------------------------- place names


@pytest.fixture
def no_internet(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a request left the machine")

    monkeypatch.setattr(urllib.request.OpenerDirector, "open", refuse)


@pytest.mark.usefixtures("no_internet")
def test_our_stations_are_a_geopy_geocoder_that_asks_nobody() -> None:
    geocoder = network.geocoder(Gazetteer(DATA.stations))
    found = geocoder.geocode("malaszewicze")
    assert isinstance(found, Location)
    assert (found.latitude, found.longitude) == PLACES["MAL"]
    assert found.raw["id"] == "MAL"
    assert geocoder.geocode("Nowhere at all") is None
    near = geocoder.geocode("Chongqing", exactly_one=False)
    assert [place.raw["id"] for place in near] == ["CKG", "GYP"]
    assert geocoder.reverse((49.49, 8.46)).raw["id"] == "MHG"
    assert len(geocoder.reverse((49.49, 8.46), exactly_one=False)) == 5


class PlaceNames(BaseHTTPRequestHandler):
    """A name server that knows one place and remembers who asked."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'[{"lat": "16.77", "lon": "-3.0", "display_name": "Timbuktu"}]')

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_name_server_is_asked_only_where_the_operator_set_one_and_for_what_we_do_not_know() -> None:
    server = HTTPServer(("127.0.0.1", 0), PlaceNames)
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    try:
        gazetteer = Gazetteer(DATA.stations)
        assert network.geocoder(gazetteer).geocode("Timbuktu") is None
        both = network.geocoder(gazetteer, address)
        assert both.geocode("DTK").raw["id"] == "DTK"
        assert PlaceNames.asked == []
        assert both.geocode("Timbuktu").address == "Timbuktu"
        assert len(PlaceNames.asked) == 1
    finally:
        server.shutdown()
        server.server_close()
    with pytest.raises(Unavailable):
        both.geocode("Timbuktu")
