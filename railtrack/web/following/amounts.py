"""Value and freight on a shipment's page: as stated, in euro, and by which rate of which days."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from railtrack.domain.cargo.amounts import Part, Total, total
from railtrack.domain.cargo.rates import EURO, Rate
from railtrack.domain.records import RecordedShipment
from railtrack.domain.times import Moment
from railtrack.operations.administering.reference import reference_data
from railtrack.web.i18n import format_day, gettext, ngettext, sign, told
from railtrack.web.numbers import number


@dataclass(frozen=True)
class Line:
    """A line of the table: what, as stated, in euro, by which rate."""

    title: str
    stated: str
    eur: str
    rate: str = ""
    is_sum: bool = False


def amount_lines(shipment: RecordedShipment, departed: Moment | None, now: datetime) -> list[Line]:
    """All lines of value and freight; none where neither was stated.

    The day of the rate is that of departure, planned where it has not departed, and today where neither is known.
    """
    leaves = departed or shipment.facts.planned_departure
    day, rates = leaves.local_date if leaves else now.date(), reference_data().rate_table()
    boxes = [each.facts for each in shipment.containers]
    value = total((box.value for box in boxes), rates, day)
    freight = total((box.freight for box in boxes), rates, day)
    return _lines(gettext("Value of the goods"), value) + _lines(gettext("Freight"), freight)


def _lines(title: str, found: Total) -> list[Line]:
    lines = [
        Line(
            title if index == 0 else "",
            f"{_money(part.stated.amount)} {part.stated.currency}",
            gettext("no rate known") if part.converted is None else f"{_money(part.converted.eur)} {EURO}",
            _rate(part),
        )
        for index, part in enumerate(found.parts)
    ]
    if len(found.parts) > 1 and found.eur is not None:
        without = sign(", ").join(found.left_out)
        note = gettext("without the amounts in %(currencies)s", currencies=without) if without else ""
        lines.append(Line(gettext("Sum"), "", f"{_money(found.eur)} {EURO}", note, is_sum=True))
    return lines


def _rate(part: Part) -> str:
    """By which rate, of which days; and that it is of another time, where it is."""
    rows = ngettext("of %(num)d row", "of %(num)d rows", part.rows)
    if part.converted is None or part.stated.currency == EURO:
        return rows
    rate = part.converted.rate
    said = gettext("%(rows)s; 1 EUR = %(rate)s %(currency)s, %(days)s", rows=rows, rate=f"{rate.per_eur.normalize():f}",
                   currency=rate.currency, days=_days(rate))  # fmt: skip
    if rate.quality:
        said += f" ({told(rate.quality)})"
    return gettext("%(said)s: there is none of the day itself", said=said) if part.converted.out_of_date else said


def _days(rate: Rate) -> str:
    def say(day: date) -> str:
        return format_day(day, "d MMM y")

    if rate.valid_to is None:
        return gettext("since %(day)s", day=say(rate.valid_from))
    return f"{say(rate.valid_from)} – {say(rate.valid_to)}"


def _money(amount: Decimal) -> str:
    return number(float(amount), 2)
