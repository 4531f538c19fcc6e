"""Drawings of the server: valid SVG, every text escaped, the figures of the table, honest about what is invented."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from railtrack.domain.line.station_names import full_name, short_name
from railtrack.domain.movement.journeys import Direction
from railtrack.domain.records import Lateness
from railtrack.maps.values import Stretch
from railtrack.web.drawings import (
    BarRow,
    Marked,
    Range,
    RangeRow,
    TrainDrawn,
    bar_chart,
    gauge_runs,
    legend,
    line_chart,
    mini,
    overview,
    ranges_chart,
    ruler,
    shipment,
    track,
)
from railtrack.web.drawings.charts import steps
from railtrack.web.drawings.labels import Room, text_width
from railtrack.web.drawings.projection import fitted, path
from tests.unit.map_samples import LEGS, MIDDLE, NORTH, STATIONS, station

NASTY = "<script>alert(1)</script>\"&'"
NORTH_LEGS = LEGS[:5]
MIDDLE_LEGS = (*LEGS[:2], *LEGS[5:])
SVG = "{http://www.w3.org/2000/svg}"


def parsed(drawing: Markup) -> list[ElementTree.Element]:
    """The drawings as XML; what is not well-formed fails here."""
    text = f"<all>{drawing}</all>"
    return list(ElementTree.fromstring(text))  # noqa: S314 - our own output


def texts(drawing: Markup) -> list[str]:
    return ["".join(element.itertext()) for svg in parsed(drawing) for element in svg.iter("text")]


def classes(drawing: Markup) -> set[str]:
    return {name for found in re.findall(r'class="([^"]*)"', drawing) for name in found.split()}


def drawn(**more: object) -> TrainDrawn:
    values: dict[str, object] = {"label": "4", "lateness": Lateness.LATE, "lat": 45.2, "lon": 82.5, "km": 6200.0}
    return TrainDrawn(**{**values, **more})  # type: ignore[arg-type]


def the_map(*trains: TrainDrawn, title: str = "Map", note: str = "") -> Markup:
    return overview(
        STATIONS, [(NORTH, NORTH_LEGS), (MIDDLE, MIDDLE_LEGS)], trains, title=title, desc="In words", note=note
    )


def every_drawing(words: str) -> Markup:
    rows = [RangeRow(label=words, sub=words, ranges=(Range(direction=Direction.WESTBOUND, p50=1, p80=2, p95=3),))]
    event = Marked(first=0, last=0, label=words)
    return Markup("").join(
        (
            the_map(drawn(label=words), title=words, note=words),
            shipment(
                STATIONS,
                NORTH,
                [],
                [Stretch(LEGS[0], LEGS[0].line)],
                (45.0, 82.0),
                Lateness.HELD,
                title=words,
                note=words,
            ),
            ruler(STATIONS, NORTH, NORTH_LEGS, [drawn(label=words)], title=words, country=lambda _code: words),
            ranges_chart(rows, title=words, note=words, unit=words),
            line_chart(
                [1.0], first_year=2024, first_month=1, title=words, marked=[event], last_label=words, note=words
            ),
            bar_chart(
                [BarRow(label=words, bars=((Direction.EASTBOUND, 1.0, words),))], title=words, note=words, unit=words
            ),
            legend(words, words, words),
        )
    )


def test_every_text_is_escaped() -> None:
    drawing = every_drawing(NASTY)
    assert "<script" not in drawing
    assert parsed(drawing)
    assert any(NASTY in text for text in texts(drawing))


def test_no_drawing_carries_style_or_script_of_its_own() -> None:
    assert not re.search(r"\s(style|on\w+|fill|stroke)=", every_drawing("words"))


def test_the_map_has_title_description_and_stays_light() -> None:
    drawing = the_map(drawn())
    assert '<title id="map-t">Map</title><desc id="map-d">In words</desc>' in drawing
    assert 'aria-labelledby="map-t map-d"' in drawing
    assert len(drawing.encode()) < 150_000


def test_the_map_tells_gauges_sea_and_estimates_apart() -> None:
    found = classes(the_map())
    assert {"m-1435", "m-1520", "m-1520-gap", "m-leg-sea", "m-est", "m-alt", "m-bord-on", "m-land"} <= found


def test_places_of_the_line_are_named_by_their_town() -> None:
    said = texts(the_map())
    for name in ("Mannheim", "Chongqing", "Małaszewicze", "Dostyk", "Moscow", "CHINA", "1,000 km"):
        assert name in said
    assert "Mannheim Mühlauhafen" not in said


def test_trains_are_numbered_shapes_and_an_estimated_place_is_dashed() -> None:
    drawing = the_map(drawn(is_estimated=True), drawn(label="7", lateness=Lateness.HELD, lat=52.0, lon=23.5))
    assert "4" in texts(drawing)
    assert 'class="m-t m-late m-guess"' in drawing
    assert 'class="m-t m-held"' in drawing


def test_the_map_stands_as_an_atlas_has_it() -> None:
    view = fitted([(STATIONS[s].lat, STATIONS[s].lon) for s in NORTH.stations], 1200, 500, (50, 50, 50, 50))
    points = {s: view.at(STATIONS[s].lat, STATIONS[s].lon) for s in NORTH.stations}
    assert points["MHG"][0] < points["MAL"][0] < points["MOW"][0] < points["DTK"][0] < points["CKG"][0]
    assert points["MOW"][1] < points["DTK"][1] < points["CKG"][1]
    assert all(49 < x < 1151 and 49 < y < 451 for x, y in points.values())


def test_invented_trains_are_said_in_the_drawing() -> None:
    assert "Simulated trains" in texts(the_map(drawn(), note="Simulated trains"))


def test_only_invented_trains_carry_the_hatched_corner() -> None:
    assert "m-inv" not in classes(the_map(drawn()))
    assert str(the_map(drawn(), drawn(label="5", simulated=True))).count('class="m-inv"') == 1


def test_a_shipments_way_is_solid_behind_and_dashed_ahead() -> None:
    travelled = [Stretch(leg, leg.line) for leg in NORTH_LEGS[:4]]
    remaining = [Stretch(NORTH_LEGS[4], NORTH_LEGS[4].line)]
    drawing = shipment(
        STATIONS, NORTH, travelled, remaining, (52.0, 23.5), Lateness.HELD, title="Way", labelled=["MOW"]
    )
    assert {"m-rest", "m-1435", "m-1520", "m-held"} <= classes(drawing)
    assert {"Mannheim", "Chongqing", "Dostyk", "Moscow"} <= set(texts(drawing))


def test_the_line_from_the_west_changes_gauge_where_the_rails_do() -> None:
    found = gauge_runs(NORTH_LEGS)
    assert [kind for kind, _start, _end in found] == ["1435", "1520", "1435"]
    assert [start for _kind, start, _end in found] == pytest.approx([0, 1200 / 9700, 6200 / 9700])
    assert [end for _kind, _start, end in found] == pytest.approx([1200 / 9700, 6200 / 9700, 1])


def test_a_row_line_shows_place_and_plan() -> None:
    drawing = mini(gauge_runs(NORTH_LEGS), Lateness.LATE, 0.5, 0.25)
    assert 'transform="translate(84 11) scale(.72)"' in drawing
    assert 'class="q-plan" d="M46 2v18"' in drawing
    assert "q-plan" not in mini(gauge_runs(NORTH_LEGS), Lateness.PLANNED, 1.0)
    assert "translate(160 11)" in mini((), Lateness.ARRIVED, 7.0)


def test_the_ruler_has_the_west_left_and_trains_at_their_kilometre() -> None:
    drawing = ruler(STATIONS, NORTH, NORTH_LEGS, [drawn(), drawn(label="5", westbound=False, km=6201)], title="Line")
    assert "translate(758.7 38)" in drawing  # 6,200 of 9,700 km between 30 and 1,170
    assert "translate(788.7 38)" in drawing  # the next one stands beside it
    said = texts(drawing)
    assert said.index("Mannheim") < len(said)
    assert "CN, 3,250 km" in said  # up to half way between the last station there and the first beyond
    assert drawing.count('class="r-bord"') == 4


@pytest.mark.parametrize("kind", ["end", "change", "stop"])
def test_the_track_column_has_a_sign_for_each_kind(kind: str) -> None:
    sign = {"end": "m-end", "change": "m-gc", "stop": "stn-dot"}[kind]
    assert sign in classes(track(kind))
    assert "m-held" in classes(track(kind, Lateness.HELD))


def test_a_gauge_change_across_the_track_shows_which_side_is_which() -> None:
    assert track("change", west_is_1435=True) != track("change", west_is_1435=False)


WEST, EAST = Direction.WESTBOUND, Direction.EASTBOUND
ROWS = [
    RangeRow(label="Alashankou – Dostyk", sub="gauge change", ranges=(
        Range(direction=WEST, p50=28.3, p80=47.0, p95=80.5), Range(direction=EAST, p50=22.4, p80=35.6, p95=52.8))),
    RangeRow(label="Brest – Małaszewicze", sub="gauge change", ranges=(
        Range(direction=WEST, p50=38.8, p80=70.6, p95=132.9),)),
]  # fmt: skip


def test_ranges_are_drawn_twice_with_the_tables_figures() -> None:
    drawing = ranges_chart(ROWS, title="Hours", note="Simulated data")
    wide, phone = parsed(drawing)
    assert (wide.get("class"), phone.get("class")) == ("chart wide-only", "chart phone-only")
    assert phone.get("viewBox", "").startswith("0 0 358 ")
    said = texts(drawing)
    for words in ("28 … 80 h", "22 … 53 h", "39 … 133 h", "Simulated data", "1 day", "0 h"):
        assert said.count(words) == 2


def test_ranges_start_at_zero_and_keep_proportion() -> None:
    drawing = str(ranges_chart(ROWS, title="Hours"))
    ends = [tuple(map(float, found)) for found in re.findall(r'c-w c-95" d="M([\d.]+) [\d.]+H([\d.]+)"', drawing)]
    (a50, a95), (b50, b95) = ends[0], ends[1]
    scale = (a95 - a50) / (80.5 - 28.3)
    assert (b95 - b50) / (132.9 - 38.8) == pytest.approx(scale, rel=0.01)
    assert a50 - 28.3 * scale == pytest.approx(236, abs=1)  # the zero line


def test_no_words_of_an_axis_hang_out_at_the_left() -> None:
    long = Range(direction=Direction.WESTBOUND, p50=300.0, p80=400.0, p95=520.0)
    for drawing in (
        line_chart([1500.0, 9000.0, 12500.0], first_year=2025, first_month=1, title="TEU"),
        ranges_chart([RangeRow(label="Dostyk, Petropavl, Moscow, Brest and on and on", ranges=(long,))], title="h"),
    ):
        for svg in parsed(drawing):
            for words in svg.iter("text"):
                width = text_width("".join(words.itertext()), 12.5)
                share = {"end": 1.0, "middle": 0.5}.get(words.get("text-anchor", "start"), 0.0)
                assert float(words.get("x", "0")) - share * width >= -0.5, "".join(words.itertext())


def test_nothing_to_show_draws_nothing() -> None:
    assert ranges_chart([], title="") == ""
    assert line_chart([None], first_year=2024, first_month=1, title="") == ""
    assert bar_chart([], title="") == ""


def test_a_month_without_a_figure_breaks_the_line() -> None:
    drawing = line_chart([10.0, 12.0, None, 11.0, 9.0], first_year=2024, first_month=11, title="By month")
    line = re.findall(r'c-w c-line" d="([^"]*)"', drawing)[0]
    assert line.count("M") == 2
    assert "2024" in texts(drawing)
    assert "2025" in texts(drawing)


def test_what_happened_is_marked_in_words() -> None:
    event = Marked(first=2, last=2, label="Border shut, 12–25 Sept 2025: 176 h", short="Border shut")
    drawing = line_chart(
        [30, 31, 176, 33], first_year=2025, first_month=7, title="By month", marked=[event], last_label="33 h now",
        last_short="33 h", direction=EAST,
    )  # fmt: skip
    said = texts(drawing)
    for words in (event.label, event.short, "33 h now", "33 h", "200"):
        assert words in said
    assert "c-e" in classes(drawing)


def test_bars_end_with_their_value_and_a_full_train_is_the_end_of_the_axis() -> None:
    rows = [BarRow(label="YXO 8421", bars=((WEST, 0.5, "50 of 100 TEU"), (EAST, 0.25, "25 of 100 TEU")))]
    drawing = bar_chart(rows, title="Fill", limit=1.0, number=lambda share: f"{share * 100:.0f} %")
    widths = [float(w) for w in re.findall(r'c-bar" x="[\d.]+" y="[\d.]+" width="([\d.]+)"', drawing)]
    assert widths[0] == pytest.approx(2 * widths[1], rel=0.01)
    assert texts(drawing).count("50 of 100 TEU") == 2
    assert "100 %" in texts(drawing)


@given(st.floats(0.001, 1e6), st.integers(2, 8))
def test_axes_end_beyond_the_largest_figure_in_round_steps(top: float, count: int) -> None:
    found = steps(top, count)
    assert found[0] == 0
    assert found[-1] >= top * 0.999
    assert len(found) <= count + 2
    assert f"{found[1]:e}"[0] in "125"


@given(st.lists(st.tuples(st.floats(0, 400), st.floats(0, 300)), min_size=1, max_size=25))
def test_names_never_cover_each_other_nor_leave_the_drawing(places: list[tuple[float, float]]) -> None:
    room = Room(400, 300)
    boxes = []
    for x, y in places:
        if found := room.place(x, y, "Yekaterinburg", 12, 8):
            width = text_width("Yekaterinburg", 12)
            left = found.x - {"start": 0, "middle": width / 2, "end": width}[found.anchor]
            boxes.append((left, found.y - 9.6, left + width, found.y + 3))
    assert all(b[0] >= 0 and b[2] <= 400 and b[1] >= 0 and b[3] <= 300 for b in boxes)
    for i, a in enumerate(boxes):
        assert not any(a[0] < b[2] and a[2] > b[0] and a[1] < b[3] and a[3] > b[1] for b in boxes[i + 1 :])


def test_a_path_is_relative_and_does_not_drift() -> None:
    assert path([(0, 0), (1.04, 0), (2.08, 0), (3.12, 0)]) == "M0 0l1 0l1.1 0l1 0"


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Mannheim Mühlauhafen", "Mannheim"),
        ("Moscow (Kuntsevo-2)", "Moscow"),
        ("Frankfurt (Oder)", "Frankfurt (Oder)"),
        ("Xi'an International Port (Xinzhu)", "Xi'an"),
        ("Yekaterinburg-Sortirovochny", "Yekaterinburg"),
        ("Hafen Constanța (Konstanza)", "Constanța"),
        ("西安国际港(新筑)", "西安"),
        ("Nizhny Novgorod", "Nizhny Novgorod"),
    ],
)
def test_maps_name_the_town_not_the_yard(name: str, short: str) -> None:
    place = station("X", name, "XX", 0, 0)
    assert short_name(place) == short
    assert full_name(place, "de") == name


def test_the_stylesheets_know_every_class_of_the_drawings() -> None:
    css = "".join(Path("railtrack/web/static", name).read_text("utf-8") for name in ("style.css", "map.css"))
    used = classes(every_drawing("words")) | classes(mini(gauge_runs(MIDDLE_LEGS), Lateness.SILENT, 0.5, 0.4))
    plain = {"map", "m-s", "far", "m-gc", "m-scale"}  # named together with another class
    assert [name for name in sorted(used - plain) if not re.search(rf"\.{re.escape(name)}\b", css)] == []
