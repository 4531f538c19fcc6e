"""Pages on railtrack itself: open to everybody, of data where they speak of data, and honest."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from railtrack.exchange.history import line_history
from railtrack.operations.figures.statistics import Statistic
from railtrack.operations.mapping.line_record import line_record
from railtrack.resources import folder
from railtrack.store.engine import Store
from tests.web.figure_pages import (  # noqa: F401 - fixtures
    answer_of,
    foreign_addresses,
    get,
    now,
    published_template,
    sqlite_url,
    text_of,
    under_way,
)

PAGES = ["/definitions", "/sources", "/privacy", "/accessibility"]
OURS = ("overview", "maps", "stations", "corridors", "statistics", "about", "macros/figures.html")


@pytest.mark.parametrize("address", PAGES)
def test_everybody_can_read_them_and_nothing_loads_from_elsewhere(
    client: FlaskClient, web_store: Store, address: str
) -> None:
    under_way(web_store, "SECRET-1", partner="Geheim-Spedition")
    page = get(client, address)
    assert answer_of(page).endswith(".")
    assert "SECRET-1" not in page
    assert "Geheim" not in page
    assert foreign_addresses(page) == []
    assert " style=" not in page


def test_the_footer_leads_to_them(client: FlaskClient) -> None:
    footer = get(client, "/").partition('<footer class="foot">')[2]
    assert [address for address in PAGES if f'href="{address}"' in footer] == PAGES


def test_every_statistic_is_defined(client: FlaskClient) -> None:
    page = get(client, "/definitions")
    assert all(f'<h2 id="{statistic.value}">' in page for statistic in Statistic)
    words = text_of(page)
    assert "linear interpolation" in words
    assert "Kaplan–Meier" in words


def test_sources_name_every_train_and_every_recorded_thing(client: FlaskClient, web_store: Store) -> None:
    words = text_of(get(client, "/sources"))
    assert "OpenStreetMap contributors, Open Database Licence (ODbL) 1.0" in words
    for train in line_record(web_store).trains:
        assert train.source in words
    for row in line_history().rows.values():
        assert row.source in words
    assert "Trains that ran: 4. In all; two of them by January 2019." in words
    assert "11,200 km were published." in words
    assert "Lanzhou – Ürümqi (Sanping) LAZ WUW" in words, "stations by name, their codes second"
    assert not re.search(r"\b(trains_run|half_loaded|mcs-2018)", words), "no word of the machine"


def test_privacy_names_the_one_cookie_that_is_set(client: FlaskClient, app: Flask) -> None:
    words = text_of(get(client, "/privacy"))
    assert f"One cookie named {app.config['SESSION_COOKIE_NAME']} holds the session" in words
    assert "12 hours" in words


def test_templates_use_only_classes_the_stylesheets_know() -> None:
    static = Path(__file__).parents[2] / "railtrack" / "web" / "static"
    css = "".join((static / name).read_text("utf-8") for name in ("style.css", "map.css", "figures.css"))
    known = set(re.findall(r"\.([a-zA-Z][\w-]*)", css))
    used: set[str] = set()
    for place in OURS:
        path = folder("templates") / place
        for file in [path] if path.is_file() else sorted(path.glob("*.html")):
            text = re.sub(r"\{%.*?%\}|\{#.*?#\}", " ", file.read_text("utf-8"), flags=re.DOTALL)
            for value in re.findall(r'class="([^"]*)"', text):
                used |= {name for name in re.sub(r"\{\{.*?\}\}", " ", value).split() if re.fullmatch(r"[\w-]+", name)}
    assert used - known == set()
