"""The shapes of what is sent and answered, for the description of the interface.

They say what kind of value stands where; what it must be worth is judged by the rules of the trade, as in a file.
"""

from collections.abc import Iterable, Mapping

from railtrack.domain.cargo.identifiers import INCOTERMS
from railtrack.domain.movement.events import CLASSIFIER_CODES, EVENT_CODES, Classifier, EventKind
from railtrack.domain.movement.journeys import Direction, Status
from railtrack.domain.rows.verdicts import State
from railtrack.exchange.columns import EVENT_COLUMNS
from railtrack.exchange.json_documents import MOST_EVENTS, REMOVED
from railtrack.exchange.json_values import CONTAINER_NAMES, SHIPMENT_NAMES

Schema = dict[str, object]

_TEXT: Schema = {"type": ["string", "number", "boolean", "null"]}
_NUMBER: Schema = {"type": ["number", "string", "null"]}
_WHOLE: Schema = {"type": ["integer", "string", "null"]}
_TIME: Schema = {"type": ["string", "null"]}

# what may be sent, with what it means
_SENT: Mapping[str, Schema] = {
    "reference": {"type": ["string", "number", "boolean"], "description": "The partner's reference, 1–64 characters."},
    "partner": {**_TEXT, "description": "The organisation; one's own if left out."},
    "shipper": {**_TEXT, "description": "Who sends."},
    "consignee": {**_TEXT, "description": "Who receives."},
    "origin": {**_TEXT, "description": "Station: our id, a UN/LOCODE or a name in any of its languages."},
    "destination": {**_TEXT, "description": "Station: our id, a UN/LOCODE or a name in any of its languages."},
    "corridor": {**_TEXT, "description": "Corridor id; left out, the first that holds both stations is assumed."},
    "train": {**_TEXT, "description": "Service number."},
    "train_capacity_teu": {**_NUMBER, "description": "The train's slots in TEU, agreed once per train."},
    "planned_departure": {**_TIME, "description": "Time or date at the origin; without an offset on its clock."},
    "planned_arrival": {**_TIME, "description": "Time or date at the destination; without an offset on its clock."},
    "incoterm": {**_TEXT, "description": f"Incoterms 2020: {', '.join(INCOTERMS)}."},
    "consignment_note": {**_TEXT, "description": "CIM/SMGS number."},
    "container": {**_TEXT, "description": "ISO 6346 number, check digit tested."},
    "quantity": {**_WHOLE, "description": "Containers not known by number; either this or a number."},
    "size_type": {**_TEXT, "description": "ISO 6346 size-type, such as 45G1."},
    "laden": {**_TEXT, "description": "true or yes (as where it is left out), false or no."},
    "seals": {"type": ["array", "string", "number", "boolean", "null"], "description": "One or several."},
    "hs_code": {**_TEXT, "description": "4 to 10 digits."},
    "goods": {**_TEXT, "description": "What is in it."},
    "packages": {**_WHOLE, "description": "How many."},
    "gross_kg": {**_NUMBER, "description": "Container with goods, tare included; of a quantity the total."},
    "tare_kg": {**_NUMBER, "description": "The empty container."},
    "value": {**_NUMBER, "description": "What the goods are worth."},
    "value_currency": {**_TEXT, "description": "ISO 4217; EUR if left out."},
    "freight": {**_NUMBER, "description": "What the carriage costs."},
    "freight_currency": {**_TEXT, "description": "ISO 4217; EUR if left out."},
    "un_number": {**_TEXT, "description": "Dangerous goods: four digits, with or without UN."},
    "temperature_min_c": {**_NUMBER, "description": "Lowest set temperature."},
    "temperature_max_c": {**_NUMBER, "description": "Highest set temperature."},
}
_SENT_OF_EVENTS: Mapping[str, Schema] = {
    "reference": {**_TEXT, "description": "Shipment; alone, true for all its containers."},
    "container": {**_TEXT, "description": "Alone, the one shipment it was on at that time."},
    "partner": {**_TEXT, "description": "Where several partners share the reference."},
    "event": {"type": "string", "enum": [*(k.value for k in EventKind), *EVENT_CODES], "description": "Name or code."},
    "classifier": {
        "type": ["string", "null"],
        "enum": [*(c.value for c in Classifier), *CLASSIFIER_CODES, None],
        "description": "actual if left out.",
    },
    "station": {**_TEXT, "description": "Our id, a UN/LOCODE or a name; left out for a position."},
    "lat": {**_NUMBER, "description": "Of a position, degrees north."},
    "lon": {**_NUMBER, "description": "Of a position, degrees east."},
    "occurred_at": {**_TIME, "description": "Time or date; without an offset on the station's clock."},
    "wagon": {**_TEXT, "description": "12 digits (UIC) or 8 (1520 network), check digit tested."},
    "train": {**_TEXT, "description": "Service number."},
    "reason": {**_TEXT, "description": "A delay code of ours; a cancellation needs one."},
    "remark": {**_TEXT, "description": "In plain words."},
    "temperature_c": {**_NUMBER, "description": "Read of the goods then; of actual events only."},
    "source_id": {**_TEXT, "description": "The sender's own id for this event."},
    "corrects": {**_TEXT, "description": "An event id of ours, or a source_id: what this replaces."},
    "voids": {**_TEXT, "description": "An event id of ours, or a source_id: what this withdraws."},
}


def _object(properties: Mapping[str, object], required: Iterable[str] = (), **more: object) -> Schema:
    listed = list(required)
    return {
        "type": "object",
        "properties": dict(properties),
        **({"required": listed} if listed else {}),
        **more,
    }


def _answered(properties: Mapping[str, object]) -> Schema:
    """An answer: each name is always there."""
    return _object(properties, properties)


def _or_null(kind: str, **more: object) -> Schema:
    return {"type": [kind, "null"], **more}


def _words(of: Iterable[object], *, nullable: bool = False) -> Schema:
    values: list[object] = [str(each) for each in of]
    return {"type": ["string", "null"], "enum": [*values, None]} if nullable else {"type": "string", "enum": values}


def ref(name: str) -> Schema:
    """Point to a shape by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def page_of(name: str, **more: object) -> Schema:
    """A stretch of a list."""
    return _answered({"items": {"type": "array", "items": ref(name)}, "next_cursor": _or_null("string"), **more})


_STATION = _or_null("string", maxLength=12)
_NUMERIC = frozenset({"gross_kg", "tare_kg", "temperature_min_c", "temperature_max_c", "train_capacity_teu",
                      "value", "freight", "lat", "lon", "temperature_c"})  # fmt: skip
_COUNTS = frozenset({"quantity", "packages"})


def _shown(name: str) -> Schema:
    if name in _NUMERIC:
        return _or_null("number")
    if name in _COUNTS:
        return _or_null("integer")
    if name == "laden":
        return _or_null("boolean")
    if name == "seals":
        return {"type": "array", "items": {"type": "string"}}
    if name in ("reference", "partner", "origin", "destination", "event", "classifier"):
        return {"type": "string"}
    return _or_null("string")


def _container_shown() -> Schema:
    return _answered(
        {"id": {"type": "integer"}, **{name: _shown(name) for name in CONTAINER_NAMES}, "booked": _or_null("integer")}
    )


def _shipment_shown() -> Schema:
    return _answered(
        {
            "id": {"type": "integer"},
            **{name: _shown(name) for name in SHIPMENT_NAMES},
            "corridor_assumed": {"type": "boolean"},
            "first_planned_arrival": _or_null("string"),
            "direction": _words(Direction),
            "status": _words(Status),
            "departed": _or_null("string"),
            "arrived": _or_null("string"),
            "last_event": _words(EventKind, nullable=True),
            "last_station": _STATION,
            "last_at": _or_null("string"),
            "marks": {"type": "array", "items": {"type": "string"}},
            "simulated": {"type": "boolean"},
            "published": {"type": "boolean"},
            "source": _or_null("string"),
            "note": _or_null("string"),
            "created_at": {"type": "string", "format": "date-time"},
            "change": {"type": "integer"},
            "version": {"type": "integer"},
            "hidden": {
                "type": "array",
                "items": {"type": "string"},
                "description": "Names, of containers too, that are null because they are not shown to your role.",
            },
            "containers": {"type": "array", "items": ref("Container")},
        }
    )


def _journey_shown() -> Schema:
    text, hours = _or_null("string"), _or_null("number")
    visit = _answered(
        {
            "station": {"type": "string"},
            "arrived": text,
            "departed": text,
            "dwell_h": hours,
            "open": {"type": "boolean"},
        }
    )
    crossing = _answered({"crossing": {"type": "string"}, "arrived": text, "departed": text, "hours": hours})
    return _answered(
        {
            "reference": {"type": "string"},
            "partner": {"type": "string"},
            "container": text,
            "quantity": _or_null("integer"),
            "size_type": text,
            "origin": {"type": "string"},
            "destination": {"type": "string"},
            "corridor": text,
            "direction": _words(Direction),
            "train": text,
            "status": _words(Status),
            "departed": text,
            "arrived": text,
            "transit_h": hours,
            "planned_arrival": text,
            "delay_h": hours,
            "last_event": text,
            "last_station": text,
            "last_at": text,
            "marks": {"type": "array", "items": {"type": "string"}},
            "simulated": {"type": "boolean"},
            "visits": {"type": "array", "items": visit},
            "crossings": {"type": "array", "items": crossing},
        }
    )


def _feature(geometries: Iterable[str], properties: Schema) -> Schema:
    geometry = _object({"type": _words(geometries), "coordinates": {"type": "array"}}, ["type", "coordinates"])
    return _answered({"type": {"const": "Feature"}, "geometry": geometry, "properties": properties})


def collection_of(feature: Schema) -> Schema:
    """GeoJSON, which writes longitude before latitude."""
    return _answered({"type": {"const": "FeatureCollection"}, "features": {"type": "array", "items": feature}})


_FAULT = _object(
    {
        "pointer": {"type": "string", "description": "JSON pointer into what was sent."},
        "parameter": _or_null("string", description="The parameter, where it is one."),
        "header": _or_null("string", description="The header, where it is one."),
        "column": _or_null("string"),
        "value": _or_null("string"),
        "detail": {"type": "string", "description": "What is wrong."},
        "remedy": _or_null("string", description="What to do."),
        "severity": {"type": "string", "enum": ["problem", "warning"]},
        "suggestions": {"type": "array", "items": {"type": "string"}, "description": "Values that would be accepted."},
    },
    ["detail", "severity"],
)
_CORRIDOR = {
    "id": {"type": "string"},
    "name": {"type": "string"},
    "length_km": {"type": "number"},
    "stations": {"type": "array", "items": {"type": "string"}},
    "gauge_changes": {"type": "array", "items": {"type": "string"}},
    "border_crossings": {"type": "array", "items": {"type": "string"}},
    "planned_h": {"type": "number"},
}

SCHEMAS: Mapping[str, Schema] = {
    "NewContainer": _object({name: _SENT[name] for name in CONTAINER_NAMES}),
    "ChangedContainer": _object(
        {
            **{name: _SENT[name] for name in CONTAINER_NAMES},
            REMOVED: {
                "type": ["boolean", "null"],
                "description": "true takes it out, which no container is that an event names.",
            },
        }
    ),
    "NewShipment": _object(
        {
            **{name: _SENT[name] for name in SHIPMENT_NAMES},
            "containers": {"type": "array", "minItems": 1, "items": ref("NewContainer")},
        },
        ["reference", "origin", "destination", "containers"],
    ),
    "ShipmentChange": _object(
        {
            **{name: _SENT[name] for name in SHIPMENT_NAMES},
            "containers": {
                "type": ["array", "null"],
                "items": ref("ChangedContainer"),
                "description": "Those to change, to add or to take out, told by number (a quantity by size_type); "
                "others stay.",
            },
        }
    ),
    "NewEvent": _object({name: _SENT_OF_EVENTS[name] for name in EVENT_COLUMNS}, ["event"]),
    "NewEvents": {
        "oneOf": [ref("NewEvent"), {"type": "array", "maxItems": MOST_EVENTS, "items": ref("NewEvent")}],
    },
    "Container": _container_shown(),
    "Shipment": _shipment_shown(),
    "RecordedShipment": {
        "allOf": [ref("Shipment"), _object({"warnings": {"type": "array", "items": ref("Fault")}}, ["warnings"])]
    },
    "Event": _answered(
        {
            "id": {"type": "string"},
            **{name: _shown(name) for name in EVENT_COLUMNS},
            "code": _words(EVENT_CODES),
            "current": {"type": "boolean", "description": "The newest version, and not withdrawn."},
            "sender": {"type": "string"},
            "recorded_at": {"type": "string", "format": "date-time"},
            "sequence": {"type": "integer"},
            "simulated": {"type": "boolean"},
        }
    ),
    "EventResult": _answered(
        {
            "index": {"type": "integer"},
            "state": _words(State),
            "id": _or_null("string", description="The statement this became; null where it added nothing."),
            "errors": {"type": "array", "items": ref("Fault"), "description": "Why it was refused, and warnings."},
        }
    ),
    "EventResults": _answered(
        {
            "accepted": {"type": "integer"},
            "duplicates": {"type": "integer"},
            "rejected": {"type": "integer"},
            "results": {"type": "array", "items": ref("EventResult")},
        }
    ),
    "Journey": _journey_shown(),
    "Arrival": _answered(
        {
            "container": _or_null("string"),
            "quantity": _or_null("integer"),
            "status": _words(Status),
            "first_planned_arrival": _or_null("string"),
            "planned_arrival": _or_null("string"),
            "arrived": _or_null("string"),
        }
    ),
    "Arrivals": _answered(
        {
            "reference": {"type": "string"},
            "partner": {"type": "string"},
            "destination": {"type": "string"},
            "basis": {"const": "plan", "description": "What was planned. No forecast is made yet."},
            "forecast": {"type": "null"},
            "arrivals": {"type": "array", "items": ref("Arrival")},
            "next_cursor": _or_null("string"),
        }
    ),
    "Station": _answered(
        {
            "id": {"type": "string"},
            "name": {"type": "string"},
            "name_de": {"type": "string"},
            "name_zh": {"type": "string"},
            "country": {"type": "string"},
            "timezone": {"type": "string"},
            "lat": {"type": "number"},
            "lon": {"type": "number"},
            "unlocode": _or_null("string"),
            "gauges_mm": {"type": "array", "items": {"type": "integer"}},
            "roles": {"type": "array", "items": {"type": "string"}},
        }
    ),
    "Corridor": _answered({**_CORRIDOR, "name_de": {"type": "string"}, "name_zh": {"type": "string"}}),
    "CorridorMap": collection_of(_feature(["LineString"], _answered(_CORRIDOR))),
    "Positions": collection_of(
        _feature(
            ["Point"],
            _answered(
                {
                    "id": {"type": "integer"},
                    "reference": {"type": "string"},
                    "partner": {"type": "string"},
                    "train": _or_null("string"),
                    "corridor": _or_null("string"),
                    "direction": _words(Direction),
                    "state": {"type": "string", "enum": ["ok", "late", "held", "silent", "plan", "done"]},
                    "behind_h": {"type": "number"},
                    "at": _STATION,
                    "between": {"type": ["array", "null"], "items": {"type": "string"}},
                    "estimated": {"type": "boolean"},
                    "last_event": {"type": "string"},
                    "last_at": {"type": "string", "format": "date-time"},
                    "simulated": {"type": "boolean"},
                }
            ),
        )
    ),
    "StatisticsRow": {
        "type": "object",
        "description": "Grouped columns first, then figures; null where nothing is known.",
        "additionalProperties": {"type": ["number", "string", "null"]},
    },
    "Fault": _FAULT,
    "Problem": _object(
        {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "errors": {"type": "array", "items": ref("Fault")},
        },
        ["type", "title", "status", "detail"],
    ),
}
