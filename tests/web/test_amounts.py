"""Value and freight on a shipment's page: as stated, and in euro by a dated rate."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from flask.testing import FlaskClient

from railtrack.domain.cargo.amounts import total
from railtrack.domain.cargo.goods import Money
from railtrack.domain.cargo.rates import Rate, Rates
from railtrack.domain.line.network import Network
from railtrack.store.engine import Store
from tests.factories import container
from tests.web.conftest import words_of
from tests.web.following_pages import PLAN, add, sqlite_url

__all__ = ["sqlite_url"]
RATES = Rates(
    [
        Rate(currency="EUR", valid_from=date(1999, 1, 1), valid_to=None, per_eur=Decimal(1)),
        Rate(currency="CNY", valid_from=date(2024, 1, 1), valid_to=date(2024, 12, 31), per_eur=Decimal(8)),
    ]
)


def money(amount: str, currency: str) -> Money:
    return Money(Decimal(amount), currency)


def test_amounts_are_added_up_by_currency_and_what_has_no_rate_is_left_out_and_named() -> None:
    stated = [money("8", "CNY"), None, money("16", "CNY"), money("2", "EUR"), money("5", "XAF")]
    found = total(stated, RATES, date(2024, 5, 14))
    assert [(part.stated, part.rows) for part in found.parts] == [
        (money("24", "CNY"), 2),
        (money("2", "EUR"), 1),
        (money("5", "XAF"), 1),
    ]
    assert found.eur == Decimal(5)
    assert found.left_out == ("XAF",)
    assert total([money("5", "XAF")], RATES, date(2024, 5, 14)).eur is None
    assert total([], RATES, date(2024, 5, 14)).parts == ()


def test_the_page_tells_amounts_as_stated_and_in_euro_with_the_days_of_the_rate(
    partner: FlaskClient, web_store: Store, network: Network
) -> None:
    boxes = [
        container(1, value=money("1000", "USD"), freight=money("2400", "EUR")),
        container(2, value=money("500.50", "USD")),
        container(3, value=money("7", "XAF")),
    ]
    number = add(web_store, network, "R1", boxes=boxes, **PLAN)
    said = words_of(partner.get(f"/shipments/{number}").text)
    assert "Value of the goods 1,500.50 USD 1,386." in said
    assert "of 2 rows; 1 EUR = 1.0824 USD, 1 Jan 2024 – 31 Dec 2024 (year average)" in said
    assert "7.00 XAF no rate known of 1 row" in said
    assert "without the amounts in XAF" in said
    assert "Freight 2,400.00 EUR 2,400.00 EUR of 1 row" in said


def test_a_rate_of_another_time_is_said_to_be(partner: FlaskClient, web_store: Store, network: Network) -> None:
    old = {name: replace(at, instant=at.instant.replace(year=2016)) for name, at in PLAN.items()}
    number = add(web_store, network, "R1", boxes=[container(1, value=money("10", "USD"))], **old)
    said = words_of(partner.get(f"/shipments/{number}").text)
    assert "1 Jan 2017 – 31 Dec 2017 (year average): there is none of the day itself" in said


def test_without_amounts_there_is_no_table_of_them(partner: FlaskClient, web_store: Store, network: Network) -> None:
    number = add(web_store, network, "R1", boxes=[container(1)], **PLAN)
    assert "Value and freight" not in partner.get(f"/shipments/{number}").text
