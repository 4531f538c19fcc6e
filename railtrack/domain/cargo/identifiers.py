"""The numbers on containers, wagons and papers, and the codes of the trade.

Each kind is a `Number` in the shape of python-stdnum: `compact` takes out separators, `validate` gives the compact
number or raises `Unfit`, `is_valid` asks, `format` writes it for people.

>>> container.validate('csqu 305438-[3]')
'CSQU3054383'
>>> container.format('CSQU3054383')
'CSQU 305438 3'
>>> wagon.is_valid('31 80 0691 234-6')
False
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from stdnum import iso6346, luhn

from railtrack.domain.cargo.currencies import CURRENCIES
from railtrack.domain.messages import say
from railtrack.domain.rows.near import near
from railtrack.domain.rows.stacked import check_marks
from railtrack.domain.rows.unfit import Unfit

INCOTERMS = ("EXW", "FCA", "CPT", "CIP", "DAP", "DPU", "DDP", "FAS", "FOB", "CFR", "CIF")

_SEPARATORS = re.compile(r"[\s.\-‐‑–()\[\]{}]+")
_CONTAINER = re.compile(r"[A-Z]{3}[UJZR][0-9]{7}")
_CONTAINER_BARE = re.compile(r"[A-Z]{3}[UJZR][0-9]{6}")
_DIGITS = re.compile(r"[0-9]+")


def _compact(number: str) -> str:
    return _SEPARATORS.sub("", number).upper()


@dataclass(frozen=True)
class Number:
    """One kind of identifier."""

    compact: Callable[[str], str]
    check: Callable[[str], None]
    layout: Callable[[str], str]

    def validate(self, number: str) -> str:
        """Give the compact number; raises Unfit."""
        short = self.compact(number)
        self.check(short)
        return short

    def is_valid(self, number: str) -> bool:
        try:
            self.validate(number)
        except Unfit:
            return False
        return True

    def format(self, number: str) -> str:
        """Write it for people, with its usual gaps."""
        return self.layout(self.compact(number))


# a container is named by each of its events
@lru_cache(maxsize=1 << 14)
def _check_container(number: str) -> None:
    if _CONTAINER.fullmatch(number):
        right = iso6346.calc_check_digit(number[:-1])
        if right == number[-1]:
            return
        raise Unfit(
            say("The check digit should be %(digit)s: %(number)s.", digit=right, number=_spaced(number[:-1] + right)),
            say("Compare with the door or the booking; another digit may be wrong instead."),
            (number[:-1] + right,),
        )
    if _CONTAINER_BARE.fullmatch(number):
        right = iso6346.calc_check_digit(number)
        raise Unfit(
            say("The check digit is missing: %(number)s.", number=_spaced(number + right)),
            say("Compare with the door or the booking."),
            (number + right,),
        )
    raise Unfit(
        say("This is not a container number."),
        say("It has four letters, the fourth U, J or Z, six digits and a check digit, such as CSQU 305438 3."),
    )


def _spaced(number: str) -> str:
    return f"{number[:4]} {number[4:10]} {number[10:]}".rstrip()


def _check_wagon(number: str) -> None:
    """UIC numbers and those of the 1520 mm network both end in a Luhn digit."""
    if not _DIGITS.fullmatch(number) or len(number) not in (8, 12):
        raise Unfit(
            say("A wagon has 12 digits, or 8 on the 1520 mm network; these are %(count)d.", count=len(number))
            if _DIGITS.fullmatch(number)
            else say("This is not a wagon number."),
            say("Compare with the wagon or the consignment note; a spreadsheet may have dropped a leading zero."),
        )
    right = luhn.calc_check_digit(number[:-1])
    if right != number[-1]:
        raise Unfit(
            say("The check digit should be %(digit)s: %(number)s.", digit=right, number=number[:-1] + right),
            say("Compare with the wagon or the consignment note; another digit may be wrong instead."),
            (number[:-1] + right,),
        )


def _wagon_layout(number: str) -> str:
    if len(number) == 12:
        return f"{number[:2]} {number[2:4]} {number[4:8]} {number[8:11]}-{number[11]}"
    return number


def _check_hs(code: str) -> None:
    if not _DIGITS.fullmatch(code) or not 4 <= len(code) <= 10:
        padded = code.zfill(4) if _DIGITS.fullmatch(code) and len(code) == 3 else ""
        raise Unfit(
            say("An HS code has 4 to 10 digits."),
            say("Write digits only, such as 871410; a spreadsheet may have dropped a leading zero."),
            (padded,) if padded else (),
        )


def _compact_un(number: str) -> str:
    return _compact(number).removeprefix("UN")


def _check_un(number: str) -> None:
    if not _DIGITS.fullmatch(number) or len(number) != 4 or number == "0000":
        padded = number.zfill(4) if _DIGITS.fullmatch(number) and len(number) < 4 and number.strip("0") else ""
        raise Unfit(
            say("A UN number has four digits, with or without UN."),
            say("Write it such as UN1263; leading zeros count."),
            (padded,) if padded else (),
        )


def _check_incoterm(code: str) -> None:
    if code not in INCOTERMS:
        raise Unfit(
            say("This is no Incoterms 2020 code."),
            say("One of %(codes)s.", codes=", ".join(INCOTERMS)),
            ("DPU",) if code == "DAT" else near(code, INCOTERMS),
        )


def _check_currency(code: str) -> None:
    if code not in CURRENCIES:
        raise Unfit(
            say("This is no ISO 4217 currency."),
            say("Write three letters, such as EUR, USD or CNY."),
            ("CNY",) if code in ("RMB", "CNH") else near(code, CURRENCIES),
        )


def _check_reference(text: str) -> None:
    if not text.isprintable():
        raise Unfit(
            say("A reference holds printable characters only."), say("Type it anew; a copied text may hide others.")
        )
    if not 1 <= len(text) <= 64:
        raise Unfit(
            say("A reference has 1 to 64 characters; these are %(count)d.", count=len(text)), say("Shorten it.")
        )
    check_marks(text)


def _upper(code: str) -> str:
    return code.strip().upper()


container = Number(_compact, _check_container, _spaced)
wagon = Number(_compact, _check_wagon, _wagon_layout)
hs_code = Number(_compact, _check_hs, lambda code: code)
un_number = Number(_compact_un, _check_un, lambda number: f"UN{number}")
incoterm = Number(_upper, _check_incoterm, lambda code: code)
currency = Number(_upper, _check_currency, lambda code: code)
reference = Number(str.strip, _check_reference, lambda text: text)
