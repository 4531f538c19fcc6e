"""What is recorded as JSON values: the names of the files' columns, our ids and what follows from the events beside."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from railtrack.domain import clock
from railtrack.domain.line.places import Corridor, Station
from railtrack.domain.movement.events import CLASSIFIER_CODES, EVENT_CODES
from railtrack.domain.movement.journeys import Crossing, Visit
from railtrack.domain.records import RecordedContainer, RecordedEvent, RecordedShipment, ShipmentSummary
from railtrack.domain.times import Moment
from railtrack.exchange.columns import EVENT_COLUMNS, SHIPMENT_COLUMNS
from railtrack.exchange.json_documents import CONTAINERS, OF_CONTAINER, OF_SHIPMENT
from railtrack.exchange.writing import event_cells, shipment_cells

Json = dict[str, object]
CODE_OF = {kind: code for code, kind in EVENT_CODES.items()}
CODE_OF_CLASSIFIER = {kind: code for code, kind in CLASSIFIER_CODES.items()}
SHIPMENT_NAMES = tuple(name for name in SHIPMENT_COLUMNS if name in OF_SHIPMENT)
CONTAINER_NAMES = tuple(name for name in SHIPMENT_COLUMNS if name in OF_CONTAINER)


def shipment_value(shipment: RecordedShipment, summary: ShipmentSummary, hidden: Collection[str]) -> Json:
    """A shipment with its containers; what is not known is null. `hidden` are the fields that are not for the asker."""
    facts = shipment.facts
    cells = vars(facts)
    return {
        "id": shipment.id,
        **{name: json_value(cells[name]) for name in SHIPMENT_NAMES},
        "corridor_assumed": facts.corridor_assumed,
        "first_planned_arrival": json_value(shipment.first_planned_arrival),
        "direction": shipment.direction.value,
        "status": summary.status.value,
        "departed": json_value(summary.departed),
        "arrived": json_value(summary.arrived),
        "last_event": summary.last_event,
        "last_station": summary.last_station,
        "last_at": json_value(summary.last),
        "marks": list(summary.marks),
        "simulated": shipment.simulated,
        "published": shipment.published,
        "source": shipment.source or None,
        "note": shipment.note or None,
        "created_at": shipment.created_at.isoformat(),
        "change": shipment.change,
        "version": shipment.version,
        "hidden": [n for n in (*SHIPMENT_NAMES, *CONTAINER_NAMES) if n.removesuffix("_currency") in hidden],
        CONTAINERS: [_container(shipment, box) for box in shipment.containers],
    }


def _container(shipment: RecordedShipment, box: RecordedContainer) -> Json:
    cells = shipment_cells(shipment.facts, box.facts) | {"quantity": box.facts.quantity}
    values: Json = {name: json_value(cells[name]) for name in CONTAINER_NAMES if name in cells}
    return {"id": box.id, **values, "seals": list(box.facts.seals), "booked": box.booked}


def event_value(event: RecordedEvent) -> Json:
    """One version of a statement. `current` says whether it is the newest and was not withdrawn."""
    cells = event_cells(replace(event.facts, id=event.id))
    return {
        "id": event.id,
        **{name: json_value(cells[name]) for name in EVENT_COLUMNS},
        "code": CODE_OF[event.facts.event],
        "current": event.current,
        "sender": event.sender,
        "recorded_at": event.recorded_at.isoformat(),
        "sequence": event.sequence,
        "simulated": event.simulated,
    }


def journey_value(cells: Mapping[str, object], visits: Iterable[Visit], crossings: Iterable[Crossing]) -> Json:
    """A journey as files have it, with its stays and border crossings."""
    return {
        **{name: json_value(value) for name, value in cells.items()},
        "visits": [
            {
                "station": visit.station,
                "arrived": json_value(visit.arrived),
                "departed": json_value(visit.departed),
                "dwell_h": None if visit.is_day_precise else visit.dwell_h,
                "open": visit.is_open,
            }
            for visit in visits
        ],
        "crossings": [
            {
                "crossing": crossing.name,
                "arrived": json_value(crossing.arrived),
                "departed": json_value(crossing.departed),
                "hours": None if crossing.is_day_precise else crossing.hours,
            }
            for crossing in crossings
        ],
    }


def station_value(station: Station) -> Json:
    return {
        "id": station.id,
        "name": station.name,
        "name_de": station.name_de,
        "name_zh": station.name_zh,
        "country": station.country,
        "timezone": station.timezone,
        "lat": station.lat,
        "lon": station.lon,
        "unlocode": station.unlocode or None,
        "gauges_mm": list(station.gauges_mm),
        "roles": list(station.roles),
    }


def corridor_value(corridor: Corridor, row: Mapping[str, object]) -> Json:
    """A corridor as `railtrack corridors --format json` has it, with its names in the other languages."""
    return {**row, "name_de": corridor.name_de, "name_zh": corridor.name_zh}


def json_value(value: object) -> object:
    """A cell as JSON: nothing is null, a time is text with its offset, an amount a number."""
    match value:
        case None | "":
            return None
        case Moment():
            return clock.as_text(value)
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case tuple() | list():
            return [json_value(item) for item in value]
        case str():
            return str(value)
    return value
