"""The maps as pages: what is drawn how, that nothing is asked of other servers, and that no text becomes script."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from railtrack.domain.records import Lateness
from railtrack.maps import (
    CorridorMap,
    Dwell,
    Look,
    Stretch,
    VisitMark,
    overview_map,
    render_page,
    render_standalone,
    shipment_map,
    station_map,
)
from railtrack.maps.shapes import build, clip_ring, thin
from tests.unit.map_samples import LEGS, MIDDLE, NORTH, STATIONS, corridor, train

NASTY = "</script><script>alert(1)</script> <img src=x onerror=alert(2)> {{ 7*7 }} {% for x in y %} {# note #}\u2028'\""


def page(drawn: CorridorMap) -> str:
    return render_page(drawn, "n0nce", lambda name: f"/static/{name}?v=1")


def features(html: str) -> list[dict[str, Any]]:
    """All features of all layers of a page, read as the browser would."""
    found = []
    for match in re.finditer(r"railtrack\.layer\(", html):
        data, _end = json.JSONDecoder().raw_decode(html, match.end())
        found += data["features"]
    return found


def properties(html: str, **wanted: object) -> list[dict[str, Any]]:
    every = [f["properties"] for f in features(html)]
    return [p for p in every if all(p.get(k) == v for k, v in wanted.items())]


def overview(**more: Any) -> CorridorMap:
    return overview_map(STATIONS, LEGS, [NORTH, MIDDLE], **more)


def test_the_page_loads_our_own_assets_and_nothing_else() -> None:
    html = page(overview(trains=[train()]))
    loaded = re.findall(r'<(?:script|img|iframe)[^>]* src="([^"]*)"|<link[^>]* href="([^"]*)"', html)
    assert [a or b for a, b in loaded] == [
        "/static/vendor/leaflet/leaflet.css?v=1",
        "/static/style.css?v=1",
        "/static/map.css?v=1",
        "/static/vendor/leaflet/leaflet.js?v=1",
        "/static/map.js?v=1",
    ]
    assert re.findall(r"https?://[^\"'\\ <]+", html) == ["https://www.openstreetmap.org/copyright"]  # a link to click


def test_every_script_and_style_carries_the_nonce_and_no_style_stands_inline() -> None:
    html = page(overview(trains=[train()]))
    for tag in re.findall(r"<(?:script|style|link)\b[^>]*>", html):
        assert 'nonce="n0nce"' in tag
    assert not re.search(r"\sstyle=|\son\w+=", html)


def test_text_from_users_never_becomes_script_markup_or_template() -> None:
    marks = [train(reference=NASTY, state=NASTY, where=NASTY, details=(NASTY,), href="/s?q=" + NASTY)]
    names = [corridor("north", NASTY, "CKG URC DTK MOW MAL MHG", "DTK MAL")]
    look = Look(title=NASTY, tile_url="https://tiles.example/{z}/{x}/{y}.png", tile_attribution=NASTY)
    html = page(overview_map(STATIONS, LEGS, names, marks, look=look, with_table=True))
    assert "<script>" not in html
    assert "<img" not in html
    assert html.count("</script") == 3  # two assets and our own
    assert "49" not in re.findall(r"alert\(2\).{0,40}", html)[0]
    assert "\u2028" not in "".join(re.findall(r"<script nonce.*?</script>", html, re.DOTALL))
    found = properties(html, n=1)[0]
    assert found["t"].split("\x1f")[0].startswith("&lt;/script&gt;")
    assert "{{ 7*7 }} {% for x in y %} {# note #}" in found["t"]  # kept as it was typed
    assert '"' not in found["u"]


def test_lines_are_told_apart_by_gauge_sea_and_estimate() -> None:
    html = page(overview())
    lines = [f["properties"] for f in features(html) if f["geometry"]["type"] == "LineString"]
    assert [(p["k"], p["e"]) for p in lines] == [
        ("1435", 0), ("1435", 0), ("1520", 0), ("1520", 0), ("1435", 0), ("1520", 1), ("sea", 0),
    ]  # fmt: skip
    assert "Line estimated" in lines[5]["h"]
    assert "4,000 km along the rails" in lines[2]["h"]
    assert "3,300 km by ship" in lines[6]["h"]


def test_a_leg_of_several_corridors_is_drawn_once_and_knows_them() -> None:
    lines = [f for f in features(page(overview())) if f["geometry"]["type"] == "LineString"]
    assert [f["properties"]["c"] for f in lines] == [[0, 1], [0, 1], [0], [0], [0], [1], [1]]
    assert lines[0]["geometry"]["coordinates"][0] == [106.4, 29.6]  # lon, lat as GeoJSON wants them


def test_corridors_are_layers_switched_on_as_asked() -> None:
    html = page(overview(shown=["north"]))
    assert re.findall(r"railtrack\.corridor\(\w+, (\d), (true|false)\)", html) == [("0", "true"), ("1", "false")]
    for name in ("Northern", "Middle", "Stations", "Borders"):
        assert f'"{name}"' in html


def test_terminals_and_gauge_changes_have_signs_of_their_own() -> None:
    html = page(overview())
    kinds = {f["properties"]["n"]: f["properties"] for f in features(html) if "r" in f["properties"]}
    assert kinds["Mannheim"]["k"] == "end"
    assert kinds["Mannheim"]["r"] == 0
    assert (kinds["Dostyk"]["k"], kinds["Dostyk"]["w"]) == ("change", 0)  # 1,435 mm lies east of it
    assert (kinds["Małaszewicze"]["k"], kinds["Małaszewicze"]["w"]) == ("change", 1)
    assert kinds["Moscow"]["k"] == "stop"


def test_borders_the_line_crosses_are_stressed_and_disputed_ones_dotted() -> None:
    kinds = {p["k"] for p in properties(page(overview())) if str(p.get("k", "")).startswith("bord")}
    assert kinds == {"bord-on", "bord-far", "bord-open"}


def test_trains_carry_number_state_and_what_is_estimated_or_invented() -> None:
    html = page(overview(trains=[train(3, is_estimated=True, simulated=True), train(4, lateness=Lateness.HELD)]))
    first, second = properties(html, n=3)[0], properties(html, n=4)[0]
    assert (first["s"], first["e"], first["i"]) == ("late", 1, "Simulated")
    assert first["t"].split("\x1f") == ["CM-3", "Late, +9 h", "Małaszewicze", "place estimated"]
    assert second["s"] == "held"
    assert "e" not in second
    assert '"note":"With simulated"' in html


def test_an_estimated_place_is_said_once() -> None:
    html = page(overview(trains=[train(3, where="left Kutno, place estimated", is_estimated=True)]))
    assert properties(html, n=3)[0]["t"].count("place estimated") == 1


def test_narrow_screens_start_at_the_trains() -> None:
    html = page(overview(trains=[train(1, lat=50.0, lon=20.0), train(2, lat=54.0, lon=30.0)]))
    settings = json.JSONDecoder().raw_decode(html, html.index('{"bounds"'))[0]
    assert settings["near"] == [[50.0, 20.0], [54.0, 30.0]]
    assert settings["bounds"] == [[29.6, 8.4], [55.7, 106.4]]


def test_the_table_below_says_what_the_map_shows() -> None:
    html = page(overview(trains=[train(2), train(1, state="On plan, −3 h")], with_table=True))
    table = html[html.index("<table>") : html.index("</table>")]
    assert table.index("CM-1") < table.index("CM-2")
    assert "On plan, −3 h" in table
    assert "<table>" not in page(overview(with_table=True))


def test_words_and_names_come_in_the_readers_language() -> None:
    look = Look(title="Karte", language="de", translate=lambda text: {"Gauge change": "Spurwechsel"}.get(text, text))
    html = page(overview(look=look))
    assert '<html lang="de">' in html
    assert "Spurwechsel" in html


def test_a_theme_can_be_asked_for() -> None:
    assert 'data-theme="dark"' in page(overview(look=Look(theme="dark")))


def test_tiles_are_a_layer_only_where_set() -> None:
    assert "tileLayer" not in page(overview())
    html = page(overview(look=Look(tile_url="https://tiles.example/{z}/{x}/{y}.png", tile_attribution="Tiles Inc.")))
    assert "https://tiles.example/{z}/{x}/{y}.png" in html
    assert "Tiles Inc." in html


def test_a_map_renders_the_same_twice() -> None:
    drawn = overview(trains=[train()])
    assert page(drawn) == page(drawn)


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """The assets of a checkout, with a stand-in for Leaflet that names pictures as the real one does."""
    real = Path("railtrack/web/static")
    (tmp_path / "vendor/leaflet").mkdir(parents=True)
    (tmp_path / "vendor/leaflet/leaflet.css").write_text(".x{background:url(images/layers.png)}")
    (tmp_path / "vendor/leaflet/leaflet.js").write_text("var L={};\n//# sourceMappingURL=leaflet.js.map\n")
    for name in ("style.css", "map.css", "map.js"):
        (tmp_path / name).write_text((real / name).read_text("utf-8"), "utf-8")
    return tmp_path


def test_a_file_that_stands_alone_needs_no_other(static: Path) -> None:
    html = render_standalone(overview(trains=[train()]), static)
    assert not re.search(r"<link\b|<script[^>]*\bsrc=|url\((?!data:)[^)]*\)|@import|sourceMappingURL", html)
    assert "var L={};" in html
    assert "railtrack.start(" in html


def test_a_missing_asset_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"leaflet\.css"):
        render_standalone(overview(), tmp_path)


def test_one_shipment_is_solid_where_travelled_and_dashed_ahead() -> None:
    travelled = [Stretch(leg, leg.line) for leg in LEGS[:4]]
    remaining = [Stretch(LEGS[4], LEGS[4].line)]
    visits = [VisitMark(station="DTK", lines=(words,)) for words in ("arrived Tue 10 Nov, 16:55", "again")]
    html = page(shipment_map(STATIONS, NORTH, travelled, remaining, train(2), visits))
    lines = [f["properties"]["k"] for f in features(html) if f["geometry"]["type"] == "LineString"]
    assert lines == ["rest", "1435", "1435", "1520", "1520"]
    dostyk = next(p for p in properties(html, n="Dostyk"))
    assert "arrived Tue 10 Nov, 16:55<br>again" in dostyk["h"]
    assert "Still ahead" in html


def test_a_ship_ahead_stays_dotted() -> None:
    html = page(shipment_map(STATIONS, MIDDLE, [], [Stretch(LEGS[6], LEGS[6].line)], train()))
    assert properties(html, k="rest-sea")


def test_one_station_says_how_long_trains_stay() -> None:
    dwell = Dwell(station="MAL", visits=1867, lines=("median 24 h",))
    html = page(station_map(STATIONS, LEGS, STATIONS["MAL"], dwell, [train()]))
    found = properties(html, n="Małaszewicze")[0]
    assert "1,867 stays recorded<br>median 24 h" in found["h"]
    assert found["r"] == 0
    ranks = {p["n"]: p["r"] for p in properties(html) if "r" in p}
    assert ranks["Moscow"] == ranks["Mannheim"] == 2
    assert ranks["Ürümqi"] == 3


SQUARES: dict[str, Any] = {
    # two countries side by side: one shared arc, two outer ones; the second is Poland
    "transform": {"scale": [1, 1], "translate": [0, 0]},
    "arcs": [[[10, 40], [0, 10]], [[10, 50], [-10, 0], [0, -10], [10, 0]], [[10, 40], [10, 0], [0, 10], [-10, 0]]],
    "objects": {
        "countries": {
            "geometries": [
                {"type": "Polygon", "id": "276", "properties": {"name": "Germany"}, "arcs": [[0, 1]]},
                {"type": "MultiPolygon", "id": "616", "properties": {"name": "Poland"}, "arcs": [[[2, ~0]]]},
            ]
        }
    },
}


def test_the_base_map_draws_shared_borders_once_and_land_as_one() -> None:
    made = build(SQUARES)
    assert made["borders"] == [{"pair": ["DE", "PL"], "kind": "agreed", "line": [[10.0, 40.0], [10.0, 50.0]]}]
    assert len(made["land"]) == 1
    lons = [point[0] for point in made["land"][0]]
    assert (min(lons), max(lons)) == (0.0, 20.0)


def test_thinning_keeps_the_ends_and_what_stands_out() -> None:
    line = [(0.0, 0.0), (1.0, 0.01), (2.0, 1.0), (3.0, 0.0)]
    assert thin(line, 0.1) == [(0.0, 0.0), (1.0, 0.01), (2.0, 1.0), (3.0, 0.0)]
    assert thin([(0.0, 0.0), (1.0, 0.01), (2.0, 0.0)], 0.1) == [(0.0, 0.0), (2.0, 0.0)]


def test_a_ring_is_cut_at_the_window() -> None:
    square = [(-5.0, -5.0), (5.0, -5.0), (5.0, 5.0), (-5.0, 5.0)]
    cut = clip_ring(square, 0, 0, 9, 9)
    assert {(round(x), round(y)) for x, y in cut} == {(0, 0), (5, 0), (5, 5), (0, 5)}
    assert clip_ring(square, 10, 10, 20, 20) == []
