"""How the tables of the statistics are laid out: in an order that answers the question, a single row as figures."""

import re

from flask.testing import FlaskClient

from railtrack.operations.figures.statistics import Statistic, compute
from railtrack.store.engine import Store
from railtrack.web.figures.statistics_table import COLUMNS
from tests.factories import ADMINISTRATOR
from tests.web.figure_pages import (  # noqa: F401 - fixtures
    get,
    load_worked_case,
    now,
    published_template,
    sqlite_url,
    table_rows,
)

EXAMPLE = "partner=Example+Forwarding"


def rows_of(page: str) -> list[list[str]]:
    return table_rows(page, "statistic")[1:]


def test_stations_stand_in_the_order_of_the_hours_spent_there(city: FlaskClient, web_store: Store) -> None:
    load_worked_case(web_store)
    rows = compute(web_store, "dwell", actor=ADMINISTRATOR)
    hours = {row["station"]: int(str(row["visits"])) * float(str(row["mean_h"] or 0)) for row in rows}
    shown = [row[0].split()[-1] for row in rows_of(get(city, "/statistics/dwell"))]
    assert len(shown) > 3
    assert shown[0] != min(hours), "not in the order of their codes"
    assert [hours[each] for each in shown] == sorted(hours.values(), reverse=True)


def test_a_single_row_has_each_figure_under_its_name(city: FlaskClient, web_store: Store) -> None:
    load_worked_case(web_store)
    page = get(city, f"/statistics/transit?{EXAMPLE}")
    assert 'class="statistic one"' in page
    heads, (cells,) = table_rows(page, "statistic")[0], rows_of(page)
    assert re.findall(r'data-l="([^"]*)"', page.partition('class="statistic one"')[2]) == heads
    assert len(cells) == len(heads) == len(COLUMNS[Statistic.TRANSIT])
    assert "data-l" not in get(city, f"/statistics/transit?{EXAMPLE}&by=direction")
