"""What an administrator says of a station, judged: all that is wrong at once, each with a remedy.

A station is told apart by its id, by its UN/LOCODE and by each of its names, because files may name it by any of them
(contract §3). The time it works in is its railway's, never looked up from coordinates: the nearest station of the same
country proposes one, and the administrator confirms.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from railtrack.domain.clock import zone_named
from railtrack.domain.line.gazetteer import fold
from railtrack.domain.line.geodesy import Position, haversine_km
from railtrack.domain.line.network import Network
from railtrack.domain.line.places import Station
from railtrack.domain.messages import Message, say
from railtrack.domain.rows import cells
from railtrack.domain.rows.judging import Judged, Judging
from railtrack.domain.rows.raw import RawRow
from railtrack.domain.rows.unfit import Unfit
from railtrack.domain.world import World

GAUGES_MM = (1435, 1520)
ROLES = ("terminal", "hub", "junction", "way", "border", "transshipment", "port")
FAR_KM = 2_500.0  # farther from every station of its country than Kaliningrad is from Yekaterinburg
MOST_DWELL_H = 2_000.0
LONGEST_NAME, LONGEST_NOTE = 100, 500

_name = cells.line_of_text(LONGEST_NAME)
_note = cells.line_of_text(LONGEST_NOTE)
_code = cells.line_of_text(20)
_hours = cells.number(0.0, MOST_DWELL_H)
_lat = cells.number(-90.0, 90.0)
_lon = cells.number(-180.0, 180.0)


def judge_station(
    raw: RawRow, world: World, before: Station | None = None, *, countries: frozenset[str] = frozenset()
) -> Judged[Station]:
    """Judge a station: a new one, or `before` mended, whose id stays.

    Cells are the fields of `Station` as text, lists parted by spaces. `countries` are the ISO 3166 codes there are;
    empty, any two letters pass.
    """
    row = Judging(raw, world)
    id_ = before.id if before is not None else _id(row)
    others = [s for s in world.network.stations.values() if before is None or s.id != before.id]
    names = {column: row.read(column, _name) or "" for column in ("name", "name_de", "name_zh")}
    if not row.has("name"):
        row.problem("name", say("The English name is missing."), say("The other two may stay empty, this one not."))
    _names_are_free(row, names, others)
    country = row.read("country", lambda text: _country(text, countries))
    if not row.has("country"):
        row.problem("country", say("The country is missing."), say("Write its two letters, such as KZ."))
    at = _position(row, country, others)
    roles = _roles(row)
    gauges = _gauges(row, roles, world.network, before)
    unlocode = row.read("unlocode", lambda text: _unlocode(text, country)) or ""
    other_codes = row.read("unlocode_other", lambda text: tuple(_unlocode(t, country) for t in _parts(text))) or ()
    _codes_are_free(row, {"unlocode": (unlocode,), "unlocode_other": other_codes}, others)
    dwell, dwell_90 = row.given("dwell_h_typical", _hours), row.given("dwell_h_p90", _hours)
    if dwell is not None and dwell_90 is not None and dwell_90 < dwell:
        row.problem(
            "dwell_h_p90",
            say("Nine of ten stays cannot be shorter than the typical one."),
            say("Exchange the two numbers, or leave this one empty."),
        )
    notes = {c: row.read(c, _note) or "" for c in ("dwell_basis", "coordinate_source", "coordinate_note", "source")}
    rail = {c: row.read(c, _code) or "" for c in ("railway_code", "railway_code_system")}
    timezone = _timezone(row, country, at, others)

    def make() -> Station:
        lat, lon = at or (0.0, 0.0)
        facts = {
            **names, **notes, **rail, "country": country or "", "timezone": timezone or "", "lat": lat, "lon": lon,
            "gauges_mm": gauges, "roles": roles, "unlocode": unlocode, "unlocode_other": other_codes,
            "dwell_h_typical": dwell, "dwell_h_p90": dwell_90,
        }  # fmt: skip
        return Station(id=id_, **facts) if before is None else replace(before, **facts)  # type: ignore[arg-type]

    return row.judged(make)


def proposed_timezone(country: str, at: Position, stations: Iterable[Station]) -> tuple[str, Station] | None:
    """Give the zone of the nearest station in the same country, and that station; None where there is none."""
    near = [s for s in stations if s.country == country]
    if not near:
        return None
    station = min(near, key=lambda s: (haversine_km(at, (s.lat, s.lon)), s.id))
    return station.timezone, station


# ---------------------------------------------------------------- identity


def _id(row: Judging) -> str:
    if not row.has("id"):
        row.problem("id", say("The code is missing."), say("Choose three or four letters that nobody has yet."))
        return ""
    found = row.read("id", _letters)
    taken = row.world.network.stations.get(found or "")
    if taken is not None:
        row.problem(
            "id",
            say("%(id)s is %(name)s already.", id=taken.id, name=taken.name),
            say("Choose other letters, or mend that station."),
        )
    return found or ""


def _letters(text: str) -> str:
    found = text.upper()
    if not re.fullmatch(r"[A-Z]{3,4}", found):
        raise Unfit(say("A code has three or four letters."), say("Such as DTK for Dostyk; no digits, no accents."))
    return found


def _names_are_free(row: Judging, names: dict[str, str], others: list[Station]) -> None:
    """A name that two stations share can never be found again; nor one that reads like another's code."""
    for column, name in names.items():
        if not name:
            continue
        same = [s for s in others if fold(name) in {fold(n) for n in (s.name, s.name_de, s.name_zh) if n}]
        wanted = fold(name).replace(" ", "").upper()
        code = [s for s in others if wanted in (s.id, s.unlocode, *s.unlocode_other)]
        for station in [*same, *code][:1]:
            row.problem(
                column,
                say("%(name)s (%(id)s) goes by this name already.", name=station.name, id=station.id),
                say("Add what tells the two apart, such as the yard: Mannheim Mühlauhafen."),
            )


def _codes_are_free(row: Judging, found: dict[str, tuple[str, ...]], others: list[Station]) -> None:
    for column, codes in found.items():
        for code in filter(None, codes):
            for station in (s for s in others if code in (s.unlocode, *s.unlocode_other)):
                row.problem(
                    column,
                    say("%(code)s is the UN/LOCODE of %(name)s (%(id)s) already.",
                        code=code, name=station.name, id=station.id),
                    say("A code names one station; leave it to that one, or take it away there first."),
                )  # fmt: skip


# ---------------------------------------------------------------- place and time


def _country(text: str, countries: frozenset[str]) -> str:
    found = text.upper()
    if not re.fullmatch(r"[A-Z]{2}", found) or (countries and found not in countries):
        raise Unfit(say("This is no country."), say("Write its two letters of ISO 3166, such as KZ or DE."))
    return found


def _position(row: Judging, country: str | None, others: list[Station]) -> Position | None:
    for column in ("lat", "lon"):
        if not row.has(column):
            row.problem(
                column,
                say("The latitude is missing.") if column == "lat" else say("The longitude is missing."),
                say("In degrees with a point, such as 45.25; or look the place up by name above."),
            )
    lat, lon = row.given("lat", _lat), row.given("lon", _lon)
    if lat is None or lon is None:
        return None
    known = [(s.lat, s.lon) for s in others if s.country == country]
    if known and min(haversine_km((lat, lon), at) for at in known) > FAR_KM:
        turned = abs(lon) <= 90 and min(haversine_km((lon, lat), at) for at in known) <= FAR_KM
        row.problem(
            "lat",
            say("This lies more than %(km)s km from every station of %(country)s.", km=int(FAR_KM), country=country),
            say("Latitude and longitude look exchanged.") if turned else say("Mend the coordinates or the country."),
        )
    return lat, lon


def _timezone(row: Judging, country: str | None, at: Position | None, others: list[Station]) -> str | None:
    found = row.read("timezone", _zone)
    if row.has("timezone"):
        return found
    proposed = proposed_timezone(country, at, others) if country and at else None
    if proposed is None:
        row.problem(
            "timezone",
            say("The time its railway works in is missing."),
            say("Write a zone such as Asia/Almaty; all of China works in Asia/Shanghai."),
        )
        return None
    zone, station = proposed
    row.problem(
        "timezone",
        say("Confirm the time its railway works in."),
        say("%(name)s, the nearest station in %(country)s, works in %(zone)s.",
            name=station.name, country=country, zone=zone),
        suggestions=(zone,),
    )  # fmt: skip
    return None


def _zone(text: str) -> str:
    return zone_named(text).key


# ---------------------------------------------------------------- gauges, roles, codes


def _gauges(row: Judging, roles: tuple[str, ...], network: Network, before: Station | None) -> tuple[int, ...]:
    found = row.read("gauges_mm", _listed(tuple(map(str, GAUGES_MM)), say("The gauges are 1435 and 1520."))) or ()
    gauges = tuple(int(each) for each in found)
    if not row.has("gauges_mm") and "port" not in roles:  # a harbour may be without rails
        row.problem("gauges_mm", say("No gauge is chosen."), say("Choose 1435 mm, 1520 mm, or both."))
    if before is not None:
        lost = {
            f"{leg.origin}–{leg.destination}"
            for leg in network.legs
            if before.id in (leg.origin, leg.destination) and leg.gauge_mm is not None and leg.gauge_mm not in gauges
        }
        if lost:
            row.problem(
                "gauges_mm",
                say("Legs end here on a gauge that is not chosen: %(legs)s.", legs=", ".join(sorted(lost))),
                say("Mend these legs first, or choose their gauge too."),
            )
    return gauges


def _roles(row: Judging) -> tuple[str, ...]:
    if not row.has("roles"):
        row.problem("roles", say("No role is chosen."), say("A station that trains only pass has the role “way”."))
    return row.read("roles", _listed(ROLES, say("This is no role of a station."))) or ()


def _listed(known: tuple[str, ...], wrong: Message) -> Callable[[str], tuple[str, ...]]:
    def read(text: str) -> tuple[str, ...]:
        parts = _parts(text)
        if any(part not in known for part in parts):
            raise Unfit(wrong, say("Choose among those offered."))
        return tuple(dict.fromkeys(parts))

    return read


def _unlocode(text: str, country: str | None) -> str:
    found = text.upper().replace(" ", "")
    if not re.fullmatch(r"[A-Z]{2}[A-Z2-9]{3}", found):
        raise Unfit(
            say("A UN/LOCODE has two letters for the country and three letters or digits from 2 to 9."),
            say("Such as CNCKG; leave it empty where you are not sure."),
        )
    if country and found[:2] != country:
        raise Unfit(
            say("This UN/LOCODE lies in %(theirs)s, the station in %(ours)s.", theirs=found[:2], ours=country),
            say("Mend the code or the country."),
        )
    return found


def _parts(text: str) -> list[str]:
    return text.replace(",", " ").replace(";", " ").split()
