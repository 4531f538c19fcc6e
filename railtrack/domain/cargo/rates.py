"""Converting amounts to euro with a dated table of rates.

A row holds for a span of days and says how many units of the currency one euro is. A year's average is what there is
for most days; where the table ends, the last row is used and the answer says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from railtrack.domain.cargo.goods import Money

EURO = "EUR"


@dataclass(frozen=True, kw_only=True)
class Rate:
    """`per_eur` units of `currency` are one euro from `valid_from` to `valid_to` (None: until further notice)."""

    currency: str
    valid_from: date
    valid_to: date | None
    per_eur: Decimal
    quality: str = ""
    source: str = ""

    def holds(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class Converted:
    """An amount in euro, the rate it was made with, and whether that rate is of another time than the amount."""

    eur: Decimal
    rate: Rate
    out_of_date: bool = False


class Rates:
    """All known rates."""

    def __init__(self, rates: Iterable[Rate]) -> None:
        self._by_currency: dict[str, list[Rate]] = {}
        for rate in sorted(rates, key=lambda r: (r.currency, r.valid_from)):
            self._by_currency.setdefault(rate.currency, []).append(rate)

    @property
    def currencies(self) -> tuple[str, ...]:
        return tuple(self._by_currency)

    def to_eur(self, money: Money, day: date) -> Converted | None:
        """Convert an amount of that day; None where the currency has no rate at all.

        A day no row holds takes the last row before it, else the first after it, marked out of date.
        """
        rates = self._by_currency.get(money.currency, [])
        if not rates:
            return None
        holding = [rate for rate in rates if rate.holds(day)]
        if holding:
            return Converted(money.amount / holding[-1].per_eur, holding[-1])
        earlier = [rate for rate in rates if rate.valid_from <= day]
        nearest = earlier[-1] if earlier else rates[0]
        return Converted(money.amount / nearest.per_eur, nearest, out_of_date=True)
