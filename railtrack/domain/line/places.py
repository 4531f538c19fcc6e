"""Stations, legs between them, and the corridors a train can take.

Positions are (lat, lon) in degrees, WGS 84. A leg runs both ways; a corridor lists its stations in the westbound
order, Chongqing first. Lengths are kilometres along the rails or the ship's way, never straight lines.
"""

from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    RAIL = "rail"
    SEA = "sea"


class Method(StrEnum):
    """How a leg's length and line were found."""

    NETWORK = "network"  # shortest way on the rail network drawn by OpenStreetMap
    SEA = "sea"
    ESTIMATED = "estimated"  # the network has a gap here; shown as an estimate


@dataclass(frozen=True, kw_only=True)
class Station:
    """A place where trains or ships stop; `id` is ours, three or four letters.

    `gauges_mm` holds 1435, 1520 or both; `timezone` is the time its railway works in (IANA name).
    """

    id: str
    name: str
    name_de: str
    name_zh: str
    country: str
    timezone: str
    lat: float
    lon: float
    gauges_mm: tuple[int, ...] = ()
    roles: tuple[str, ...] = ()
    unlocode: str = ""
    unlocode_other: tuple[str, ...] = ()
    railway_code: str = ""
    railway_code_system: str = ""
    dwell_h_typical: float | None = None
    dwell_h_p90: float | None = None
    dwell_basis: str = ""
    coordinate_source: str = ""
    coordinate_note: str = ""
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Leg:
    """The way between two neighbouring stations, `origin` being the eastern in corridor order.

    `gauge_mm` is None at sea. `published_km` is the tariff length where one was published. `line` follows the rails,
    from origin to destination; empty where it is not known (then a straight line is drawn and marked estimated).
    Where an administrator set another length than the one measured, `overruled` says why and `measured_km` what was
    measured.
    """

    origin: str
    destination: str
    mode: Mode
    length_km: float
    gauge_mm: int | None
    method: Method
    published_km: float | None = None
    published_source: str = ""
    note: str = ""
    source: str = ""
    line: tuple[tuple[float, float], ...] = ()
    measured_km: float | None = None
    overruled: str = ""


@dataclass(frozen=True, kw_only=True)
class Corridor:
    """A variant of the way, stations in the westbound order.

    `border_pairs` have border or customs control, `open_border_pairs` none; `gauge_changes` are the stations where
    westbound trains change gauge. Planned hours are for the whole way.
    """

    id: str
    name: str
    name_de: str
    name_zh: str
    stations: tuple[str, ...]
    border_pairs: tuple[tuple[str, str], ...]
    open_border_pairs: tuple[tuple[str, str], ...]
    gauge_changes: tuple[str, ...]
    planned_running_h: float
    planned_dwell_h: float
    planned_total_h: float
    planned_basis: str = ""
    published_km: float | None = None
    published_days: str = ""
    note: str = ""
    source: str = ""

    @property
    def origin(self) -> str:
        return self.stations[0]

    @property
    def destination(self) -> str:
        return self.stations[-1]
