"""Stations, legs and corridors as the texts of a form and back; and what an audit entry says changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from railtrack.domain.line.places import Corridor, Leg, Method, Station
from railtrack.domain.records import AuditEntry
from railtrack.web.i18n import gettext

Cells = dict[str, str]

STATION_FIELDS = (
    "id", "name", "name_de", "name_zh", "country", "timezone", "lat", "lon", "gauges_mm", "roles", "unlocode",
    "unlocode_other", "railway_code", "railway_code_system", "dwell_h_typical", "dwell_h_p90", "dwell_basis",
    "coordinate_source", "coordinate_note", "source",
)  # fmt: skip
LEG_FIELDS = (
    "origin", "destination", "mode", "gauge_mm", "published_km", "published_source", "length_km", "overruled", "note",
)  # fmt: skip
CORRIDOR_FIELDS = (
    "id", "name", "name_de", "name_zh", "stations", "border_pairs", "open_border_pairs", "gauge_changes",
    "planned_running_h", "planned_dwell_h", "planned_basis", "published_km", "published_days", "note", "source",
)  # fmt: skip


def cells_of(form: "MultiDict[str, str]", fields: tuple[str, ...]) -> Cells:
    """What a form says of these fields; several boxes of one name are joined by spaces."""
    return {name: " ".join(form.getlist(name)).strip() for name in fields}


def station_cells(value: Station) -> Cells:
    return {name: _text(getattr(value, name)) for name in STATION_FIELDS}


def leg_cells(value: Leg) -> Cells:
    """A measured length is no cell of its own: only one that overrules it is."""
    cells = {name: _text(getattr(value, name)) for name in LEG_FIELDS}
    return cells | {"length_km": _text(value.length_km) if value.measured_km is not None else ""}


def corridor_cells(value: Corridor) -> Cells:
    cells = {name: _text(getattr(value, name)) for name in CORRIDOR_FIELDS}
    pairs = {
        name: " ".join("-".join(p) for p in getattr(value, name)) for name in ("border_pairs", "open_border_pairs")
    }
    # what follows from the legs is left to follow from the legs
    return cells | pairs | {"stations": "\n".join(value.stations), "gauge_changes": ""}


@dataclass(frozen=True)
class Changed:
    """One field of an audit entry: its name and both values in words, empty where there was none."""

    field: str
    before: str
    after: str


def changes(entry: AuditEntry) -> list[Changed]:
    """What an audit entry changed, field by field; all that was given where the thing was added."""
    before, after = entry.before or {}, entry.after or {}
    said: Callable[[Mapping[str, object], str], str] = lambda values, name: _text(values.get(name))  # noqa: E731
    return [
        Changed(field_word(name), said(before, name), said(after, name))
        for name in dict.fromkeys((*after, *before))
        if said(before, name) != said(after, name)
    ]


def field_word(name: str) -> str:
    """What a field is called."""
    return {
        "id": gettext("Code"),
        "name": gettext("Name in English"),
        "name_de": gettext("Name in German"),
        "name_zh": gettext("Name in Chinese"),
        "country": gettext("Country"),
        "timezone": gettext("Time zone"),
        "lat": gettext("Latitude"),
        "lon": gettext("Longitude"),
        "gauges_mm": gettext("Gauges"),
        "roles": gettext("Roles"),
        "unlocode": gettext("UN/LOCODE"),
        "unlocode_other": gettext("Other UN/LOCODEs"),
        "railway_code": gettext("Railway code"),
        "railway_code_system": gettext("Whose railway code"),
        "dwell_h_typical": gettext("Typical stay"),
        "dwell_h_p90": gettext("Stay of nine in ten"),
        "dwell_basis": gettext("Basis of the stays"),
        "coordinate_source": gettext("Source of the coordinates"),
        "coordinate_note": gettext("Note on the coordinates"),
        "source": gettext("Source"),
        "origin": gettext("From"),
        "destination": gettext("To"),
        "mode": gettext("By"),
        "gauge_mm": gettext("Gauge"),
        "method": gettext("How it was measured"),
        "length_km": gettext("Length"),
        "measured_km": gettext("Measured length"),
        "published_km": gettext("Published length"),
        "published_source": gettext("Who published it"),
        "overruled": gettext("Reason for another length"),
        "line": gettext("Line"),
        "note": gettext("Note"),
        "stations": gettext("Stations"),
        "border_pairs": gettext("Borders with control"),
        "open_border_pairs": gettext("Borders without control"),
        "gauge_changes": gettext("Gauge changes"),
        "planned_running_h": gettext("Planned running"),
        "planned_dwell_h": gettext("Planned stays"),
        "planned_total_h": gettext("Planned in all"),
        "planned_basis": gettext("Basis of the plan"),
        "published_days": gettext("Published days"),
    }.get(name, name)


def role_word(role: str) -> str:
    """What a station does, in a word."""
    return {
        "terminal": gettext("terminal"),
        "hub": gettext("hub"),
        "junction": gettext("junction"),
        "way": gettext("way"),
        "border": gettext("border"),
        "transshipment": gettext("transshipment"),
        "port": gettext("port"),
    }.get(role, role)


def added_word(method: Method) -> tuple[str, str]:
    """What is said of a leg just added, and in which colour."""
    if method is Method.ESTIMATED:
        return gettext("The leg is added; its length is an estimate, and it is said below why."), "warn"
    return gettext("The leg is added and measured. Look whether it goes where trains go."), "done"


def method_word(method: str) -> str:
    """How a leg was measured, in words."""
    return {
        "network": gettext("routed over the rail network"),
        "sea": gettext("along the sea lanes"),
        "estimated": gettext("estimated"),
    }.get(method, method)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return " ".join("-".join(map(str, each)) if isinstance(each, list | tuple) else str(each) for each in value)
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)
