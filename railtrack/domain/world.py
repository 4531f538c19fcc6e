"""All that judging a stated fact needs to know: places, ways, size-types, reasons of delay."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from railtrack.domain.gazetteer import Gazetteer
from railtrack.domain.network import Network
from railtrack.domain.size_types import SizeType


@dataclass(frozen=True, kw_only=True)
class DelayReason:
    """Why something waits, as a short code of ours; `group` says where the cause lies (border, train, cargo …)."""

    code: str
    group: str
    name: str
    name_de: str
    name_zh: str


@dataclass(frozen=True, kw_only=True)
class World:
    """Reference data in the form the rules of the trade ask it."""

    network: Network
    gazetteer: Gazetteer
    size_types: Mapping[str, SizeType] = field(default_factory=dict)
    delay_reasons: Mapping[str, DelayReason] = field(default_factory=dict)
