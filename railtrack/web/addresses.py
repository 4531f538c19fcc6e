"""Addresses of pages that other parts of a page lead to."""

from flask import url_for

from railtrack.web.current import is_signed_in
from railtrack.web.shell import has_view


def shipment_address(shipment_id: int) -> str:
    """The page of a shipment; empty for whoever may not open it."""
    return url_for("shipments.show", shipment_id=shipment_id) if _opens("shipments.show") else ""


def station_address(station_id: str) -> str:
    """The page of a station."""
    return url_for("stations.show", station_id=station_id) if _opens("stations.show") else ""


def corridor_address(corridor_id: str) -> str:
    """The page of a corridor."""
    return url_for("corridors.show", corridor_id=corridor_id) if _opens("corridors.show") else ""


def event_address(shipment_id: int) -> str:
    """The form that records an event of a shipment."""
    return url_for("event_form.new", shipment=shipment_id) if _opens("event_form.new") else ""


def safe_back(address: str, otherwise: str) -> str:
    """An address a form or a link asks to go back to, if it is a path of ours; else `otherwise`.

    Browsers take a backslash for a slash and leave out tabs and line ends, so "/\\host" and "/\t/host" lead elsewhere
    as "//host" does.
    """
    is_plain = address.isprintable() and "\\" not in address
    return address if is_plain and address.startswith("/") and not address.startswith("//") else otherwise


def _opens(endpoint: str) -> bool:
    return is_signed_in() and has_view(endpoint)
