"""What a shipment's goods are worth and what its freight costs, as stated and in euro of the day it departed.

Amounts are added up within their currency and converted with the rate of that day; what has no rate is left out of the
sum in euro, and said.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from railtrack.domain.cargo.goods import Money
from railtrack.domain.cargo.rates import Converted, Rates


@dataclass(frozen=True)
class Part:
    """All that was stated in one currency: its sum, of how many rows, and what that is in euro (None: no rate)."""

    stated: Money
    rows: int
    converted: Converted | None


@dataclass(frozen=True)
class Total:
    """The parts of one kind of amount, and their sum in euro; None where no part has a rate."""

    parts: tuple[Part, ...] = ()

    @property
    def eur(self) -> Decimal | None:
        known = [part.converted.eur for part in self.parts if part.converted is not None]
        return sum(known, Decimal(0)) if known else None

    @property
    def left_out(self) -> tuple[str, ...]:
        """The currencies without a rate, which the sum does not hold."""
        return tuple(part.stated.currency for part in self.parts if part.converted is None)


def total(amounts: Iterable[Money | None], rates: Rates, day: date) -> Total:
    """Add amounts up, currency by currency, and convert each sum with the rate of this day."""
    by_currency: dict[str, list[Decimal]] = {}
    for amount in amounts:
        if amount is not None:
            by_currency.setdefault(amount.currency, []).append(amount.amount)
    sums = ((Money(sum(each, Decimal(0)), currency), len(each)) for currency, each in sorted(by_currency.items()))
    return Total(tuple(Part(money, rows, rates.to_eur(money, day)) for money, rows in sums))
