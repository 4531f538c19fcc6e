"""What the tests of the entry pages share: forms as a browser sends them, and what is stored afterwards."""

import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import func, select

from railtrack.store.engine import Store
from railtrack.store.tables import ContainerRow, EventRow, OrganisationRow, ShipmentRow
from tests.factories import container_number

CELLS = ("container", "quantity", "size_type", "laden", "gross_kg", "hs_code", "goods", "seals")
# a text for every field that takes one: markup, a formula, and what a spreadsheet would run
HOSTILE = "<script>alert(1)</script>"
FORMULA = "=cmd|' /C calc'!A0"


def box(serial: int = 1, **cells: str) -> dict[str, str]:
    """A row of the grid: a laden 45G1 with a valid number."""
    return {"container": container_number(serial), "size_type": "45G1", "laden": "yes", "gross_kg": "21000"} | cells


def form_of(*rows: dict[str, str], **fields: str) -> dict[str, Any]:
    """A shipment form from Chongqing to Mannheim; without rows one container."""
    shared = {"reference": "CM-1", "origin": "CKG", "destination": "MHG", "do": "record", "key": "k1", "sent": "0"}
    form: dict[str, Any] = {**shared, **fields}
    for name in CELLS:
        form[name] = [row.get(name, "") for row in rows or (box(),)]
    return form


def token(client: FlaskClient, address: str = "/account") -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(address).text)
    assert found
    return found[1]


def send(client: FlaskClient, address: str, form: dict[str, Any], **options: Any) -> Any:
    """Send a form with its token; gives the answer."""
    return client.post(address, data={"csrf_token": token(client), **form}, **options)


def count(store: Store, table: type) -> int:
    with store.reading() as reading:
        return reading.session.scalar(select(func.count()).select_from(table)) or 0


def shipments(store: Store) -> list[Any]:
    with store.reading() as reading:
        return list(
            reading.session.execute(
                select(ShipmentRow.__table__, OrganisationRow.name.label("partner"))
                .join(OrganisationRow, OrganisationRow.id == ShipmentRow.organisation_id)
                .order_by(ShipmentRow.id)
            )
        )


def containers(store: Store) -> list[Any]:
    with store.reading() as reading:
        return list(reading.session.execute(select(ContainerRow.__table__).order_by(ContainerRow.id)))


def events(store: Store) -> list[Any]:
    with store.reading() as reading:
        return list(reading.session.execute(select(EventRow.__table__).order_by(EventRow.sequence)))


def field_value(page: str, name: str) -> str:
    """The value a field of the page holds."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', page)
    assert found, f"no field {name}"
    return found[1]


def told(web_store: Store, shipment: int = 0, **fields: object) -> dict[str, object]:
    """An event form: the first shipment departed from Chongqing on 11 June, 8:30 there; every box ticked."""
    known = shipments(web_store)[shipment]
    boxes = [str(c.id) for c in containers(web_store) if c.shipment_id == known.id and c.number]
    boxes += [f"s{known.id}" for c in containers(web_store) if c.shipment_id == known.id and not c.number]
    form: dict[str, object] = {
        "shipment": known.id,
        "key": "e1",
        "pick": "departed@CKG",
        "on_date": "2024-06-11",
        "at_time": "08:30",
        "choosing": "1",
        "box": boxes,
    }
    return form | fields
