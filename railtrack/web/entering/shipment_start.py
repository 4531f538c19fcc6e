"""What the form of a new shipment begins with: nothing, a draft, an earlier shipment, or a booking to be numbered."""

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from railtrack.domain.actors import Actor
from railtrack.domain.cargo.usual import NOTHING, Usual
from railtrack.domain.records import RecordedShipment
from railtrack.operations.entering import defaults
from railtrack.operations.entering import forms as entering
from railtrack.store.desk import Draft
from railtrack.web.current import current_store
from railtrack.web.entering.sheet import MOST_ROWS, Sheet

USUAL_SIZE_TYPE = "45G1"
CHANGE = "change"  # where a draft says which shipment it changes


@dataclass(frozen=True)
class Start:
    """What a form begins with besides its sheet."""

    sheet: Sheet
    draft: Draft | None = None
    copied: RecordedShipment | None = None
    usual: Usual = NOTHING
    booked: RecordedShipment | None = None


def start_of(asked: MultiDict[str, str], *, actor: Actor) -> Start:
    """Give what the address asks for: a draft, a copy, the numbers of a booking, or an empty form."""
    draft_id, copy_id = asked.get("draft", type=int), asked.get("copy", type=int)
    if draft_id is not None:
        draft = entering.draft(current_store(), draft_id, actor=actor)
        return Start(Sheet.of_draft(draft.fields), draft=draft)
    if copy_id is not None:
        copied = entering.shipment(current_store(), copy_id, actor=actor)
        return Start(_copy(copied), copied=copied)
    booked_id = asked.get("numbers", type=int)
    if booked_id is not None:
        booked = entering.shipment(current_store(), booked_id, actor=actor)
        return Start(_to_number(booked), booked=booked)
    usual = defaults.usual(current_store(), actor=actor)
    return Start(Sheet({}, (), by_quantity=asked.get("quantity") == "1"), usual=usual)


def _copy(shipment: RecordedShipment) -> Sheet:
    """An earlier shipment as the start of a new one: without numbers, seals, weights and dates."""
    facts = shipment.facts
    fields = {
        "partner": facts.partner or "",
        "origin": facts.origin,
        "destination": facts.destination,
        "corridor": facts.corridor or "",
        "shipper": facts.shipper,
        "consignee": facts.consignee,
        "incoterm": facts.incoterm,
    }
    by_quantity = bool(shipment.containers) and all(c.facts.container is None for c in shipment.containers)
    rows = tuple(
        {
            "size_type": c.facts.size_type or "",
            "laden": "yes" if c.facts.laden else "no",
            "hs_code": c.facts.hs_code,
            "goods": c.facts.goods,
            "quantity": str(c.booked or "") if by_quantity else "",
        }
        for c in shipment.containers
    )
    return Sheet(fields, rows, by_quantity=by_quantity)


def _to_number(shipment: RecordedShipment) -> Sheet:
    """A booking as the start of giving its numbers: a row for each container still without one."""
    facts = shipment.facts
    fields = {
        "reference": shipment.reference,
        "partner": facts.partner or "",
        "origin": facts.origin,
        "destination": facts.destination,
        "corridor": facts.corridor or "",
    }
    rows = [
        {"size_type": c.facts.size_type or "", "laden": "yes" if c.facts.laden else "no"}
        for c in shipment.containers
        if c.facts.container is None
        for _ in range(min(c.facts.quantity or 0, MOST_ROWS))
    ]
    return Sheet(fields, tuple(rows[:MOST_ROWS]))


def usual_size_type(shipment: RecordedShipment | None) -> str:
    """The size-type most containers of a shipment have; of none that of most."""
    codes = [c.facts.size_type for c in shipment.containers if c.facts.size_type] if shipment else []
    return max(set(codes), key=codes.count) if codes else USUAL_SIZE_TYPE


def last_size_type(sheet: Sheet) -> str:
    """The size-type of the row typed last, which the next is likely to have."""
    return next((row["size_type"] for row in reversed(sheet.rows) if row.get("size_type", "").strip()), USUAL_SIZE_TYPE)


def changed_by(draft: Draft) -> int | None:
    """The recorded shipment that a draft changes; None for one of a new shipment."""
    said = draft.fields.get(CHANGE)
    return said.get("shipment") if isinstance(said, dict) else None
