"""All that judging a stated fact needs to know: places, ways, size-types, reasons of delay."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from railtrack.domain.cargo.size_types import SizeType
from railtrack.domain.line.gazetteer import Gazetteer
from railtrack.domain.line.network import Network


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
