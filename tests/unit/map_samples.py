"""A small line for the tests of maps and drawings: China, Kazakhstan, Poland, Germany, and a way by ship."""

from railtrack.domain.line.places import Corridor, Leg, Method, Mode, Station
from railtrack.domain.records import Lateness
from railtrack.maps.values import TrainMark


def station(id: str, name: str, country: str, lat: float, lon: float, *roles: str) -> Station:
    return Station(
        id=id, name=name, name_de=name, name_zh=name, country=country, timezone="UTC", lat=lat, lon=lon, roles=roles,
        dwell_h_typical=2.0,
    )  # fmt: skip


STATIONS = {
    s.id: s
    for s in (
        station("CKG", "Chongqing Tuanjiecun", "CN", 29.6, 106.4, "terminal"),
        station("URC", "Ürümqi (Sanping)", "CN", 43.8, 87.4, "hub"),
        station("DTK", "Dostyk", "KZ", 45.2, 82.5, "border"),
        station("MOW", "Moscow (Kuntsevo-2)", "RU", 55.7, 37.4, "hub"),
        station("MAL", "Małaszewicze", "PL", 52.0, 23.5, "border"),
        station("MHG", "Mannheim Mühlauhafen", "DE", 49.5, 8.4, "terminal"),
        station("PTI", "Poti port", "GE", 42.1, 41.6, "port"),
    )
}


def leg(a: str, b: str, km: float, gauge: int | None, *, known: bool = True, mode: Mode = Mode.RAIL) -> Leg:
    ends = [(STATIONS[s].lat, STATIONS[s].lon) for s in (a, b)]
    middle = ((ends[0][0] + ends[1][0]) / 2 + 0.5, (ends[0][1] + ends[1][1]) / 2)
    method = Method.SEA if mode is Mode.SEA else Method.NETWORK if known else Method.ESTIMATED
    return Leg(
        origin=a, destination=b, mode=mode, length_km=km, gauge_mm=gauge, method=method,
        line=(ends[0], middle, ends[1]) if known else (),
    )  # fmt: skip


LEGS = (
    leg("CKG", "URC", 3000, 1435),
    leg("URC", "DTK", 500, 1435),
    leg("DTK", "MOW", 4000, 1520),
    leg("MOW", "MAL", 1000, 1520),
    leg("MAL", "MHG", 1200, 1435),
    leg("DTK", "PTI", 3500, 1520, known=False),
    leg("PTI", "MHG", 3300, None, mode=Mode.SEA),
)


def corridor(id: str, name: str, stations: str, changes: str) -> Corridor:
    return Corridor(
        id=id, name=name, name_de=name, name_zh=name, stations=tuple(stations.split()), border_pairs=(),
        open_border_pairs=(), gauge_changes=tuple(changes.split()), planned_running_h=200, planned_dwell_h=200,
        planned_total_h=400,
    )  # fmt: skip


NORTH = corridor("north", "Northern", "CKG URC DTK MOW MAL MHG", "DTK MAL")
MIDDLE = corridor("middle", "Middle", "CKG URC DTK PTI MHG", "DTK")


def train(number: int = 1, **changed: object) -> TrainMark:
    values: dict[str, object] = {
        "number": number, "reference": f"CM-{number}", "lat": 52.0, "lon": 23.5, "lateness": Lateness.LATE,
        "state": "Late, +9 h", "where": "Małaszewicze",
    }  # fmt: skip
    return TrainMark(**{**values, **changed})  # type: ignore[arg-type]
