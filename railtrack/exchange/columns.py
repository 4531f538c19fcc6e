"""The columns of files, in the order we write them (contract §3), and templates to fill in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType


class Kind(StrEnum):
    """What a file that can be read again holds."""

    SHIPMENTS = "shipments"
    EVENTS = "events"


SHIPMENT_COLUMNS = (
    "reference", "partner", "shipper", "consignee", "origin", "destination", "corridor", "train", "train_capacity_teu",
    "planned_departure", "planned_arrival", "container", "quantity", "size_type", "laden", "seals", "hs_code", "goods",
    "packages", "gross_kg", "tare_kg", "value", "value_currency", "freight", "freight_currency", "un_number",
    "temperature_min_c", "temperature_max_c", "incoterm", "consignment_note",
)  # fmt: skip
# an export says besides how it was planned first and when that (`first_planned_at`) and the plan of now (`planned_at`)
# were recorded, so that delays read back the same; filled wherever there is a plan, and read where a shipment is new
_PLAN_COLUMNS = ("first_planned_arrival", "first_planned_at", "planned_at")
SHIPMENT_EXPORT_COLUMNS = (*SHIPMENT_COLUMNS, *_PLAN_COLUMNS)
EVENT_COLUMNS = (
    "reference", "container", "partner", "event", "classifier", "station", "lat", "lon", "occurred_at", "wagon",
    "train", "reason", "remark", "temperature_c", "source_id", "corrects", "voids",
)  # fmt: skip
# an export says besides which statement it is, so that it reads back to the same history
# `other_source_ids` are the names it was sent under again, a JSON list: of texts that are the sender's, of pairs with
# the name of another sender
_STATEMENT_COLUMNS = ("sender", "recorded_at", "other_source_ids")
EVENT_EXPORT_COLUMNS = ("id", *EVENT_COLUMNS, *_STATEMENT_COLUMNS)
JOURNEY_COLUMNS = (
    "reference", "partner", "container", "quantity", "size_type", "origin", "destination", "corridor", "direction",
    "train", "status", "departed", "arrived", "transit_h", "planned_arrival", "delay_h", "last_event", "last_station",
    "last_at", "marks", "simulated",
)  # fmt: skip
VISIT_COLUMNS = (
    "reference", "partner", "container", "station", "arrived", "departed", "dwell_h", "open", "simulated",
)  # fmt: skip

# accepted besides those we write
ALIASES = MappingProxyType(
    {
        Kind.SHIPMENTS: ("value_eur", "freight_eur", *_PLAN_COLUMNS),
        Kind.EVENTS: ("id", *_STATEMENT_COLUMNS),
    }
)
PROBLEM_COLUMN = "problem"
LOCAL_SUFFIX = "_local"
# ours, for people to read: passed over without a word on import
_PASSED_OVER = frozenset({PROBLEM_COLUMN})

MOMENT_COLUMNS = frozenset(
    {
        *("planned_departure", "planned_arrival", "occurred_at", "recorded_at", "departed", "arrived", "last_at"),
        *_PLAN_COLUMNS,
    }
)

_SHIPMENT_SIGNS = frozenset({"origin", "destination", "size_type", "quantity", "planned_departure", "planned_arrival"})
_EVENT_SIGNS = frozenset({"event", "occurred_at", "voids", "classifier", "station"})


@dataclass(frozen=True)
class Header:
    """The names of a file's columns and what they mean to us."""

    columns: tuple[str, ...]
    unknown: tuple[str, ...]


def known_columns(kind: Kind) -> frozenset[str]:
    """Give every column that says something in a file of this kind."""
    own = SHIPMENT_COLUMNS if kind is Kind.SHIPMENTS else EVENT_COLUMNS
    return frozenset((*own, *ALIASES[kind]))


_ALL_KNOWN = known_columns(Kind.SHIPMENTS) | known_columns(Kind.EVENTS)


def is_passed_over(column: str) -> bool:
    """Tell whether a column is one of ours that only helps people, such as a local time beside a time."""
    return column in _PASSED_OVER or (column.removesuffix(LOCAL_SUFFIX) in MOMENT_COLUMNS and column not in _ALL_KNOWN)


@lru_cache(maxsize=4_096)
def normalised(name: str) -> str:
    """Bring the name of a column to ours where it is ours in another spelling; leave others as they are."""
    plain = "_".join(name.strip().casefold().replace("-", " ").replace("_", " ").split())
    return plain if plain in _ALL_KNOWN or is_passed_over(plain) else name.strip()


def known_count(names: Iterable[str]) -> int:
    """Count the names that are columns of ours."""
    return sum(normalised(name) in _ALL_KNOWN for name in names)


def kind_of(columns: Iterable[str]) -> Kind | None:
    """Tell shipments from events by their columns; None where that cannot be told."""
    present = set(columns)
    shipments, events = len(present & _SHIPMENT_SIGNS), len(present & _EVENT_SIGNS)
    if shipments == events:
        return None
    return Kind.SHIPMENTS if shipments > events else Kind.EVENTS


def template(kind: Kind) -> tuple[tuple[str, ...], Mapping[str, object]]:
    """Give the columns and one example row of a file to fill in."""
    return (SHIPMENT_COLUMNS, _EXAMPLE_SHIPMENT) if kind is Kind.SHIPMENTS else (EVENT_COLUMNS, _EXAMPLE_EVENT)


_EXAMPLE_SHIPMENT: Mapping[str, object] = MappingProxyType(
    {
        "reference": "EXAMPLE-1",
        "shipper": "Example Tools Co.",
        "consignee": "Example Handel GmbH",
        "origin": "CKG",
        "destination": "MHG",
        "corridor": "dostyk-petropavl",
        "train": "YXO 8426",
        "train_capacity_teu": 82,
        "planned_departure": "2026-12-08T10:00",
        "planned_arrival": "2026-12-26",
        "container": "CSQU3054383",
        "size_type": "45G1",
        "laden": "yes",
        "seals": "HLK 230103",
        "hs_code": "820559",
        "goods": "Garden tools",
        "packages": 240,
        "gross_kg": 18220,
        "tare_kg": 3900,
        "value": 42000,
        "value_currency": "EUR",
        "freight": 5800,
        "freight_currency": "USD",
        "incoterm": "FCA",
    }
)
_EXAMPLE_EVENT: Mapping[str, object] = MappingProxyType(
    {
        "reference": "EXAMPLE-1",
        "container": "CSQU3054383",
        "event": "departed",
        "classifier": "planned",
        "station": "CKG",
        "occurred_at": "2026-12-08T10:00",
        "train": "YXO 8426",
        "remark": "from track 3",
        "source_id": "dep-1",
    }
)
