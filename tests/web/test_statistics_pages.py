"""The statistics as pages: the same figures as the command gives, of what the reader may see, fresh, and explained."""

import csv
import json
import re
from html import unescape
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from werkzeug.datastructures import MultiDict

from railtrack.domain.actors import Actor, Role
from railtrack.domain.line.network import Network
from railtrack.domain.movement.journeys import Direction
from railtrack.exchange.border_hours import FILE as HOURS_FILE
from railtrack.exchange.border_hours import border_hours, load_border_hours
from railtrack.exchange.disruptions import FILE, disruptions, load_disruptions
from railtrack.exchange.reference import WrongReference
from railtrack.operations.administering.reference import load_world
from railtrack.operations.figures.statistics import Filters, Options, Row, Statistic, compute
from railtrack.store.engine import Store
from railtrack.web.figures.statistics_form import Known, asked_of
from railtrack.web.figures.statistics_table import COLUMNS, COUNTS
from railtrack.web.figures.statistics_words import answer
from railtrack.web.numbers import number
from tests.analytics import worked_case
from tests.factories import ADMINISTRATOR, container, enter, event_row, moment, shipment_row, tell
from tests.web.conftest import SignIn
from tests.web.figure_pages import (  # noqa: F401 - fixtures
    EVIL,
    EVIL_PARTNER,
    PRESENT,
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

EXAMPLE = "partner=Example+Forwarding"
NAMES = [statistic.value for statistic in Statistic]


def rows_of(page: str) -> list[list[str]]:
    return table_rows(page, "statistic")[1:]


@pytest.mark.parametrize("name", NAMES)
def test_the_worked_case_stands_on_the_page_row_for_row(city: FlaskClient, web_store: Store, name: str) -> None:
    load_worked_case(web_store)
    page = get(city, f"/statistics/{name}?{EXAMPLE}")
    expected = worked_case.read().expected[name]
    shown = [row[-len(COLUMNS[Statistic(name)]) :] for row in rows_of(page)]
    assert len(shown) == len(expected)
    for row in expected:
        wanted = [figure_said(column, row[column]) for column in COLUMNS[Statistic(name)] if "kmh" not in column]
        cells = [
            [cell for column, cell in zip(COLUMNS[Statistic(name)], line, strict=True) if "kmh" not in column]
            for line in shown
        ]
        assert wanted in cells, (wanted, cells)


def figure_said(column: str, value: object) -> str:
    """A figure of the contract as a table shows it: rounded to one decimal, a dash where it is null."""
    if value is None:
        return "–"
    assert isinstance(value, int | float)
    if column in ("on_time_share", "fill_share", "balance"):
        return f"{value * 100:,.1f} %"
    counts = column in {name for names in COUNTS.values() for name in names}
    return f"{value:,}" if counts else f"{value:,.1f}".replace("-", "\u2212")


@pytest.mark.parametrize("name", NAMES)
def test_files_hold_the_rows_of_the_command_unrounded(city: FlaskClient, web_store: Store, name: str) -> None:
    load_worked_case(web_store)
    asked = f"{EXAMPLE}&by=month"
    rows = compute(web_store, name, filters=Filters(partner="Example Forwarding"), by=("month",), actor=ADMINISTRATOR)
    assert rows
    assert json.loads(get(city, f"/statistics/{name}.json?{asked}")) == json.loads(json.dumps(rows))
    read = list(csv.DictReader(StringIO(get(city, f"/statistics/{name}.csv?{asked}"))))
    assert [[worth(line[key]) for key in row] for line, row in zip(read, rows, strict=True)] == [
        list(row.values()) for row in rows
    ]
    sheet = load_workbook(BytesIO(city.get(f"/statistics/{name}.xlsx?{asked}").data)).active
    assert sheet is not None
    lines = list(sheet.iter_rows(values_only=True))
    assert list(lines[0]) == list(rows[0])
    for line, row in zip(lines[1:], rows, strict=True):
        wanted = [float(f"{value:.15g}") if isinstance(value, float) else value for value in row.values()]
        assert list(line) == wanted, "numbers, to the 15 digits a sheet holds"


def worth(cell: str) -> object:
    """A cell of a CSV file as the value it stands for; nothing is rounded in it."""
    if not cell:
        return None
    try:
        return float(cell)
    except ValueError:
        return cell


def test_a_file_without_rows_still_has_its_columns(city: FlaskClient) -> None:
    assert get(city, "/statistics/borders.csv").split("\r\n") == [
        "crossing,direction,journeys,mean_h,p50_h,p80_h,p95_h", ""]  # fmt: skip


def test_the_page_shows_what_the_operation_computes(city: FlaskClient, web_store: Store) -> None:
    load_worked_case(web_store)
    page = get(city, "/statistics/dwell?include_dates=1&direction=westbound")
    rows = compute(
        web_store, "dwell", filters=Filters(direction=Direction.WESTBOUND), options=Options(include_dates=True),
        actor=ADMINISTRATOR,
    )  # fmt: skip
    shown = {row[0].split()[-1]: row[1:] for row in rows_of(page)}
    assert set(shown) == {row["station"] for row in rows}
    for row in rows:
        assert shown[str(row["station"])][0] == number_said(row["visits"])


def number_said(value: object) -> str:
    assert isinstance(value, int)
    return f"{value:,}"


def test_an_event_recorded_now_shows_in_the_next_page(city: FlaskClient, web_store: Store) -> None:
    under_way(web_store)
    before = answer_of(get(city, "/statistics/transit?partner=Alpha"))
    assert before == "1 journey departed, none of them has arrived."
    network = load_world(web_store).network
    tell(web_store, network, [event_row("arrived", "MHG", "2026-11-24T08:30+01:00", "R1")], now=PRESENT)
    after = answer_of(get(city, "/statistics/transit?partner=Alpha"))
    assert after == "Half of all journeys take up to 175 hours, 7.3 days; one in twenty more than 175."


def test_partners_see_their_own_figures_and_the_published_record(sign_in: SignIn, web_store: Store) -> None:
    load_worked_case(web_store)
    under_way(web_store, "R1", partner="Beta")
    beta = sign_in(Role.PARTNER, "Beta")
    page = get(beta, "/statistics/transit?by=partner")
    assert [row[0] for row in rows_of(page)] == ["Beta", "Published record"]
    assert "Example Forwarding" not in page
    told = get(beta, f"/statistics/transit?{EXAMPLE}", 422)
    assert "Nothing is called Example Forwarding here." in text_of(told)
    listed = get(beta, "/statistics/transit/journeys?g_partner=Example+Forwarding")
    assert "W-1" not in listed
    everything = get(beta, "/statistics/volume/journeys.csv")
    assert "Example Forwarding" not in everything
    assert "Beta" in everything


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=2024-13-01", "2024-13-01 is no date. Write it as 2024-03-01."),
        ("from=2024-03-02&to=2024-03-01", "The period ends before it begins. Swap the two dates."),
        ("corridor=moon", "Nothing is called moon here."),
        ("direction=up", "Nothing is called up here."),
        ("by=colour", "This cannot be grouped by colour."),
        ("by=station", "This cannot be grouped by station."),
        ("by=month&by=year&by=train", "Rows can be grouped by two things at most."),
        ("tolerance=-1", "The tolerance is a number of hours from 0 up, not -1."),
        ("tolerance=nan", "The tolerance is a number of hours from 0 up, not nan."),
        ("plan=secret", "Nothing is called secret here."),
    ],
)
def test_a_wrong_filter_is_said_beside_its_field_and_nothing_computed(city: FlaskClient, query: str, said: str) -> None:
    page = get(city, f"/statistics/reliability?{query}", 422)
    assert text_of(page).count(said) >= 1
    assert "told" in page
    assert "The same in figures" not in page
    assert get(city, f"/statistics/reliability.csv?{query}", 422)


def test_an_option_of_another_statistic_is_passed_over(city: FlaskClient) -> None:
    assert rows_of(get(city, "/statistics/transit?tolerance=x&plan=y&date=z&open=1"))


def test_what_was_typed_stays_and_never_runs(city: FlaskClient) -> None:
    page = get(city, f"/statistics/transit?from={EVIL}&train={EVIL}", 422)
    assert EVIL not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_names_from_users_never_run(city: FlaskClient, web_store: Store) -> None:
    under_way(web_store, EVIL, partner=EVIL_PARTNER, train="=cmd()")
    for address in ("/statistics/transit?by=partner&by=train", "/statistics/transit/journeys", "/statistics/volume"):
        page = get(city, address)
        assert EVIL not in page
        assert EVIL_PARTNER not in page
    assert "'=cmd()" in get(city, "/statistics/transit/journeys.csv"), "a spreadsheet must not calculate it"


def test_every_count_leads_to_its_journeys(city: FlaskClient, web_store: Store) -> None:
    load_worked_case(web_store)
    expected = worked_case.read().expected["borders"]
    for row in expected:
        page = get(
            city,
            f"/statistics/borders/journeys?{EXAMPLE}&g_crossing={row['crossing']}&g_direction={row['direction']}"
            "&column=journeys",
        )
        assert len(table_rows(page, "journeys")) - 1 == row["journeys"]
    page = get(city, f"/statistics/borders?{EXAMPLE}")
    assert 'href="/statistics/borders/journeys?' in page
    assert get(city, "/statistics/borders/journeys?column=p50_h", 404)
    assert get(city, "/statistics/borders/journeys?g_colour=red", 404)


@pytest.mark.parametrize("name", ["train", "corridor"])
def test_journeys_without_a_train_or_corridor_stand_in_a_row_that_says_so(
    city: FlaskClient, web_store: Store, name: str
) -> None:
    under_way(web_store, "R1", partner="Example")
    under_way(web_store, "R2", partner="Example", train="", corridor=None)
    page = get(city, f"/statistics/transit?partner=Example&by={name}")
    assert [row[0] for row in rows_of(page)][-1] == f"no {name}"
    assert len(rows_of(page)) == 2
    assert "None" not in text_of(page)
    links = [unescape(found) for found in re.findall(r'href="(/statistics/transit/journeys[^"]*)"', page)]
    (link,) = [found for found in links if f"g_{name}=&" in f"{found}&" and "column=journeys" in found]
    (line,) = table_rows(get(city, link), "journeys")[1:]
    assert "R2" in " ".join(line)
    assert f"no {name}" in text_of(get(city, link))
    for row in csv.DictReader(StringIO(get(city, f"/statistics/transit.csv?partner=Example&by={name}"))):
        assert row[name] in ("T 7", "dostyk-petropavl", "")


def test_journeys_link_to_their_shipments_and_go_into_files(city: FlaskClient, web_store: Store) -> None:
    load_worked_case(web_store)
    page = get(city, f"/statistics/transit/journeys?{EXAMPLE}&column=completed")
    assert 'href="/shipments/' in page
    rows = list(csv.DictReader(StringIO(get(city, f"/statistics/transit/journeys.csv?{EXAMPLE}&column=completed"))))
    journeys = [j for j in worked_case.read().expected["journeys"] if j["status"] == "completed"]
    assert sorted(float(row["transit_h"]) for row in rows) == pytest.approx(
        sorted(float(j["transit_h"]) for j in journeys)
    )


def test_the_drawer_says_how_it_was_computed_and_up_to_when(city: FlaskClient, web_store: Store) -> None:
    load_worked_case(web_store)
    words = text_of(get(city, f"/statistics/borders?{EXAMPLE}&from=2024-03-01&open=1"))
    assert "So it holds waiting, customs, and the change of gauge" in words
    assert "linear interpolation between the two nearest values (type 7)" in words
    assert "railtrack stats borders --from 2024-03-01 --partner 'Example Forwarding' --open" in words
    assert "Up to event " in words


def test_nothing_to_compute_says_what_to_do(city: FlaskClient) -> None:
    page = text_of(get(city, "/statistics/dwell?from=1999-01-01&to=1999-12-31"))
    assert "Nothing to compute here" in page
    assert "Take the filters away" in page
    assert "0 hours" not in page


def test_published_trains_count_by_dates_only_when_asked(city: FlaskClient) -> None:
    plain = get(city, "/statistics/transit")
    assert answer_of(plain) == "Three published trains took 12 to 23 days; hours are not known."
    assert "tag-pub" in plain
    dated = get(city, "/statistics/transit?include_dates=1")
    assert answer_of(dated).startswith("Half of all journeys take up to 18.2 days;")
    assert "hours" not in answer_of(dated), "no hour is made up for a date"


def test_what_was_not_published_adds_nothing_and_is_said(city: FlaskClient) -> None:
    words = text_of(get(city, "/statistics/volume"))
    assert (
        "adding 0: 2 journeys whose number of containers was not published, 5 without TEU, 8 without a weight" in words
    )
    assert "the TEU of 5 journeys is not known" in words
    assert "not published" in words


def test_simulated_records_count_only_when_asked_and_carry_the_mark(city: FlaskClient, web_store: Store) -> None:
    under_way(web_store, "INVENTED-1", simulated=True)
    assert rows_of(get(city, "/statistics/transit"))[0][0] == "8"
    page = get(city, "/statistics/transit?include_simulated=1")
    assert rows_of(page)[0][0] == "9"
    assert "tag-sim" in page
    # the switch of the session is what counts where the address does not say
    city.get("/?simulated=1")
    assert rows_of(get(city, "/statistics/transit"))[0][0] == "9"
    assert rows_of(get(city, "/statistics/transit?include_simulated=0"))[0][0] == "8"


def test_the_index_answers_five_questions(city: FlaskClient, web_store: Store) -> None:
    load_worked_case(web_store)
    page = get(city, "/statistics")
    for name in NAMES:
        assert f'href="/statistics/{name}"' in page
        answer = answer_of(get(city, f"/statistics/{name}"))
        assert answer in text_of(page)


def test_charts_are_drawn_on_the_server_for_both_widths(city: FlaskClient, web_store: Store) -> None:
    load_worked_case(web_store)
    for name in ("transit", "dwell", "borders", "volume", "reliability"):
        page = get(city, f"/statistics/{name}?{EXAMPLE}")
        assert 'class="chart wide-only"' in page, name
        assert 'class="chart phone-only"' in page, name
        assert foreign_addresses(page) == []
        assert " style=" not in page


def test_an_unknown_statistic_or_form_is_no_page(city: FlaskClient) -> None:
    assert get(city, "/statistics/speed", 404)
    assert get(city, "/statistics/transit.pdf", 404)
    assert get(city, "/statistics/transit/journeys.json", 404)


def test_visitors_are_asked_to_sign_in(client: FlaskClient) -> None:
    for address in ("/statistics", "/statistics/transit", "/statistics/transit.csv", "/statistics/transit/journeys"):
        assert client.get(address).status_code == 302, address


def test_numbers_are_written_as_in_the_reader_s_language(city: FlaskClient, web_store: Store) -> None:
    actor = Actor(name="x", role=Role.CITY)
    rows = compute(web_store, "volume", actor=actor)
    with city.application.test_request_context():
        said = number(rows[0]["containers"])  # type: ignore[arg-type]
    assert said in [cell for row in rows_of(get(city, "/statistics/volume")) for cell in row]


def test_borders_stand_beside_the_published_hours_of_the_same_year(city: FlaskClient, web_store: Store) -> None:
    network = load_world(web_store).network
    row = shipment_row("OLD", container(7), train="T 1", planned_departure=moment("2021-05-01T08:00+08:00"))
    enter(web_store, network, [row], now=PRESENT)
    told = [
        event_row("departed", "CKG", "2021-05-01T08:00+08:00", "OLD"),
        event_row("arrived", "ALK", "2021-05-05T00:00+08:00", "OLD"),
        event_row("departed", "DTK", "2021-05-08T10:00+06:00", "OLD"),
    ]
    tell(web_store, network, told, now=PRESENT)
    words = text_of(get(city, "/statistics/borders"))
    assert "Alashankou ALK-DTK 2021 80.2 84.0 1" in words
    assert "Compare with care." in words


def test_published_border_hours_are_of_known_stations(tmp_path: Path, network: Network) -> None:
    assert {each.station for each in border_hours()} <= set(network.stations)
    (tmp_path / HOURS_FILE).write_text("station,year,mean_h,source\nALK,2021,-1,x\n", encoding="utf-8")
    with pytest.raises(WrongReference, match="no hours"):
        load_border_hours(tmp_path)


def test_disturbances_marked_in_charts_name_their_source(tmp_path: Path, network: Network) -> None:
    assert {each.station for each in disruptions()} <= set(network.stations)
    assert all(each.source and each.first <= each.last for each in disruptions())
    assert all(each.label(code) and each.short(code) for each in disruptions() for code in ("en", "de", "zh"))
    header = "first,last,station,label,label_de,label_zh,short,short_de,short_zh,source\n"
    (tmp_path / FILE).write_text(header + "2024-02-02,2024-02-01,MAL,a,a,a,a,a,a,x\n", encoding="utf-8")
    with pytest.raises(WrongReference, match="ends before"):
        load_disruptions(tmp_path)


def test_the_slowest_border_is_the_one_with_the_highest_median(city: FlaskClient, network: Network) -> None:
    def row(crossing: str, journeys: int, half: float, mean: float) -> Row:
        return {"crossing": crossing, "direction": "westbound", "journeys": journeys, "p50_h": half,
                "p95_h": 2 * half, "mean_h": mean}  # fmt: skip

    rows = [row("BQT-MAL", 900, 66.0, 70.0), row("ALK-DTK", 300, 80.0, 85.0), row("KHG-ALT", 3, 200.0, 200.0)]
    with city.application.test_request_context():
        asked = asked_of(Statistic.BORDERS, MultiDict(), Known(corridors=(), partners=()), simulated=False)
        said = answer(asked, rows, network)
    assert said.row == rows[1]
    assert said.sentence.startswith("Westbound, half of all containers are through Alashankou – Dostyk in 80 hours.")
    assert "Of 300 journeys; the slowest border with 20 journeys or more." in said.basis
    assert "is next, with 66 and 132." in said.basis
    assert said.basis.endswith("Brest – Małaszewicze: 63,000 in sum.")


def test_early_arrivals_are_not_called_close_to_the_plan(city: FlaskClient, web_store: Store) -> None:
    load_worked_case(web_store)
    assert " of journeys arrive no more than 24 hours late; " in answer_of(get(city, "/statistics/reliability"))


def test_statistics_say_on_top_that_simulated_history_is_shown(city: FlaskClient, web_store: Store) -> None:
    under_way(web_store, "INVENTED-1", simulated=True)
    said = "Simulated history is shown."
    assert said not in text_of(get(city, "/statistics"))
    assert said in text_of(get(city, "/statistics/transit?include_simulated=1"))
    city.get("/?simulated=1")
    assert said in text_of(get(city, "/statistics"))
    assert said not in text_of(get(city, "/statistics/transit?include_simulated=0"))


def test_the_drawer_of_filters_is_open_where_one_is_set(city: FlaskClient) -> None:
    for page, is_open in (("transit", False), ("transit?direction=westbound", True), ("transit?by=year", True)):
        assert ('<details class="filtered block" open>' in get(city, f"/statistics/{page}")) is is_open, page
