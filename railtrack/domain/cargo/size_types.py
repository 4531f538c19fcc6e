"""Container size-types of ISO 6346:2022 and the TEU they count for (contract §5, Volume).

A size-type is four characters: length, height and width, and two for the kind, such as 45G1, the high-cube 40 ft box
most trains carry. Which ones are known stands in `data/size_types.csv`.
"""

from collections.abc import Container
from dataclasses import dataclass

TEU_BY_LENGTH = {"1": 0.5, "2": 1.0, "3": 1.5, "4": 2.0, "L": 2.25, "M": 2.4, "P": 2.65}
TEU_ASSUMED = 1.0


@dataclass(frozen=True, kw_only=True)
class SizeType:
    """One kind of container; `max_gross_kg` is what such boxes are usually plated for, goods and tare together."""

    code: str
    description: str
    teu: float
    max_gross_kg: float | None = None


def compact(size_type: str) -> str:
    """Give the code as it is stored: upper case, no spaces."""
    return "".join(size_type.split()).upper()


def teu_of(size_type: str, known: Container[str]) -> float:
    """Give the TEU of a known size-type, by its first character; raises KeyError for an unknown one."""
    code = compact(size_type)
    if code not in known:
        raise KeyError(size_type)
    return TEU_BY_LENGTH.get(code[0], TEU_ASSUMED)


def teu_is_assumed(size_type: str) -> bool:
    """Tell whether the length code has no TEU of its own and 1 is counted: worth a warning."""
    return compact(size_type)[:1] not in TEU_BY_LENGTH
