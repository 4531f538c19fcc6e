"""Two shipments with a word in every field that can be told from all others, and how to find these words in answers.

One is the walker's own, the other somebody else's. Whatever holds one of the words shows the field.
"""

import html
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pypdfium2
from werkzeug.test import TestResponse

from railtrack.domain.cargo.goods import Money
from railtrack.domain.hiding import FIELDS
from railtrack.domain.rights import MATRIX, Operation, Reach, Role, hidden_from

MINE, OTHERS, TERMINAL = "Mine GmbH", "Outlander GmbH", "Terminal Dostyk"
# an Incoterm stands in every list of them, so it is no word of its own
NO_WORDS = frozenset({"incoterm"})

OF_SHIPMENT: Mapping[bool, Mapping[str, Any]] = {
    True: {"shipper": "Quillmoor", "consignee": "Zephyrgate", "consignment_note": "CIM-73914605"},
    False: {"shipper": "Brackwater", "consignee": "Thistledown", "consignment_note": "CIM-84025716"},
}
OF_CONTAINER: Mapping[bool, Mapping[str, Any]] = {
    True: {
        "seals": ("HLK5577913",), "hs_code": "92079010", "goods": "Theremins", "packages": 7319462,
        "gross_kg": 27431.0, "tare_kg": 3917.0, "un_number": "3077", "temperature_min_c": -17.37,
        "temperature_max_c": -13.61, "value": Money(Decimal(98765432)), "freight": Money(Decimal(7654321)),
    },
    False: {
        "seals": ("HLK6688024",), "hs_code": "84131910", "goods": "Ondiolas", "packages": 8420573,
        "gross_kg": 26183.0, "tare_kg": 4071.0, "un_number": "3316", "temperature_min_c": -18.43,
        "temperature_max_c": -14.29, "value": Money(Decimal(87654329)), "freight": Money(Decimal(6543219)),
    },
}  # fmt: skip
# what tells that there is such a shipment at all
NAMES: Mapping[bool, Mapping[str, str]] = {
    True: {"reference": "MARIGOLD-1", "partner": MINE, "train": "TMARIGOLD"},
    False: {"reference": "OUTBACK-1", "partner": OTHERS, "train": "TOUTBACK"},
}


def words_in(text: str, *, is_own: bool, number: str) -> frozenset[str]:
    """The fields of one of the shipments whose word stands in a text; `number` is that of its container."""
    stated = {**OF_SHIPMENT[is_own], **OF_CONTAINER[is_own], **NAMES[is_own], "container": number}
    return frozenset(name for name, value in stated.items() if any(p.search(text) for p in _patterns(value)))


def forbidden(role: Role | None, *, is_own: bool) -> frozenset[str]:
    """The fields of a shipment that somebody of this role must not come to know; None is nobody signed in."""
    everything = frozenset({*OF_SHIPMENT[True], *OF_CONTAINER[True], *NAMES[True], "container"})
    if role is None or MATRIX[Operation.FOLLOW][role] < (Reach.OWN if is_own else Reach.ALL):
        return everything
    return frozenset[str]().union(*(FIELDS[each] for each in hidden_from(role))) & everything


def told(response: TestResponse) -> str:
    """All that an answer says, its headers too: sheets unpacked, drawn pages read, codes put back into letters."""
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers if name != "Set-Cookie")
    return _without_chance(f"{headers}\n\n{unpacked(response.get_data(), response.mimetype or '')}")


def unpacked(content: bytes, mimetype: str) -> str:
    """The text of a file."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return html.unescape("\n".join(archive.read(name).decode() for name in archive.namelist()))
    if content.startswith(b"%PDF"):
        document = pypdfium2.PdfDocument(content)
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    if mimetype.startswith(("image/", "font/")):
        return ""
    # a frame stands in a page, so what is in it was escaped twice
    return html.unescape(html.unescape(content.decode()))


def _without_chance(text: str) -> str:
    """A text without what may hold any digits: drawn lines, and what is drawn by lot, as tokens, keys and nonces."""
    text = re.sub(r'(?:\bd|points|viewBox)="[-\d.,a-zA-Z ]*"|\[\[[-\d.,\[\] ]+\]\]', "", text)
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32,}", "", text)
    return re.sub(r'(nonce-|nonce="|(?:csrf_token|token)\\?"[^>]{0,40}?(?:value=|:) ?\\?")[\w.+/=-]+', r"\1", text)


def _patterns(value: object) -> Iterator[re.Pattern[str]]:
    match value:
        case Money():
            yield _digits(f"{value.amount:f}")
        case tuple():
            for each in value:
                yield from _patterns(each)
        case int():
            yield _digits(str(value))
        case float() if value.is_integer():
            yield _digits(str(int(value)))
        case float():
            for digits in (2, 1):
                yield re.compile(r"(?<![\d.,])" + f"{abs(value):.{digits}f}".replace(".", "[.,]") + r"(?!\d)")
        case str() if value.isdigit():
            yield _digits(value)
        case _:
            yield re.compile(re.escape(str(value)), re.IGNORECASE)


def _digits(number: str) -> re.Pattern[str]:
    """A number however its digits are grouped."""
    return re.compile(r"(?<![\d.,])" + r"[,.'’ \u00a0\u202f]?".join(number) + r"(?![\d])")
