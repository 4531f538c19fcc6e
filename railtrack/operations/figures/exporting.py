"""Exports: shipments, events, journeys and visits as files; the first two import again without a change.

Published movements are left out of those two: every database has them from `init`, and their rows lack what a file
must say. Simulated records come along only when asked for.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from railtrack.domain.actors import Actor
from railtrack.domain.cargo.goods import ShipmentFacts
from railtrack.domain.errors import NotFound
from railtrack.domain.line.network import Network
from railtrack.domain.messages import say
from railtrack.domain.records import RecordedEvent, RecordedShipment
from railtrack.domain.rights import Operation, insist
from railtrack.domain.times import Moment
from railtrack.exchange.columns import EVENT_EXPORT_COLUMNS, JOURNEY_COLUMNS, SHIPMENT_EXPORT_COLUMNS, VISIT_COLUMNS
from railtrack.exchange.writing import WRITERS, event_cells, shipment_cells, text_cell
from railtrack.operations.administering.reference import load_world
from railtrack.store.engine import Reading, Store
from railtrack.store.organisations import name_key
from railtrack.store.reading.exporting import JourneyOfContainer, export_events, export_journeys, export_shipments
from railtrack.store.reading.listing import ShipmentFilter, partners

Cells = dict[str, object]
Wanted = ShipmentFilter


class What(StrEnum):
    SHIPMENTS = "shipments"
    EVENTS = "events"
    JOURNEYS = "journeys"
    VISITS = "visits"


class Form(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"
    XLSX = "xlsx"
    GEOJSON = "geojson"


COLUMNS = {
    What.SHIPMENTS: SHIPMENT_EXPORT_COLUMNS,
    What.EVENTS: EVENT_EXPORT_COLUMNS,
    What.JOURNEYS: JOURNEY_COLUMNS,
    What.VISITS: VISIT_COLUMNS,
}


def export(
    store: Store, what: str, wanted: ShipmentFilter, form: str, *, actor: Actor, now: datetime
) -> Iterator[bytes]:
    """Give the pieces of a file with everything in sight that `wanted` lets through.

    Lines stand in the order of recording, so that a correction never precedes what it corrects. Raises NotFound for a
    partner or corridor nobody in sight has, Refused where the rows are more than a sheet holds.
    """
    insist(actor, Operation.EXPORT)
    kind, written = What(what), Form(form)
    network = load_world(store).network
    if kind in (What.SHIPMENTS, What.EVENTS) and written is not Form.GEOJSON:
        wanted = replace(wanted, published=False) if wanted.published is None else wanted
    with store.reading() as reading:
        _insist_known(reading, network, wanted, actor)
        wanted = _settled(reading, network, wanted, actor, now)
        rows = _rows(reading, kind, wanted, actor, now)
        if written is Form.GEOJSON:
            yield from _geojson(kind, rows, network)
        else:
            yield from WRITERS[written.value](COLUMNS[kind], (cells for cells, _ in rows))


def _insist_known(reading: Reading, network: Network, wanted: ShipmentFilter, actor: Actor) -> None:
    """A name that is mistyped must not pass for one that has nothing, as the statistics have it too."""
    if wanted.corridor is not None and wanted.corridor not in network.corridors:
        known = ", ".join(network.corridors)
        raise NotFound(say("There is no corridor %(id)s. There are: %(known)s.", id=wanted.corridor, known=known))
    if wanted.partner is not None:
        names = {name_key(organisation.name) for organisation in partners(reading, actor.scope)}
        if name_key(wanted.partner) not in names:
            raise NotFound(say("No organisation %(name)s is known.", name=wanted.partner))


def _settled(reading: Reading, network: Network, wanted: ShipmentFilter, actor: Actor, now: datetime) -> ShipmentFilter:
    """Let `late` mean what it means in the list: with those behind their plan on the way."""
    if not wanted.late:
        return wanted
    # placing trains brings in the map's libraries, which other exports do without
    from railtrack.operations.following.whereabouts import settled

    return settled(reading, network, wanted, actor=actor, now=now)


_Row = tuple[Cells, RecordedShipment | RecordedEvent | JourneyOfContainer]


def _rows(reading: Reading, kind: What, wanted: ShipmentFilter, actor: Actor, now: datetime) -> Iterator[_Row]:
    if kind is What.SHIPMENTS:
        for shipment in export_shipments(reading, actor.scope, wanted, now=now):
            planned = _with_past(shipment)
            for container in shipment.containers:
                facts = container.facts
                if facts.container is None:
                    # what was booked, since the numbers given meanwhile are taken off it again on import
                    facts = replace(facts, quantity=container.booked or facts.quantity)
                yield shipment_cells(planned, facts), shipment
    elif kind is What.EVENTS:
        for event in export_events(reading, actor.scope, wanted, now=now):
            yield _event(event), event
    else:
        cells = journey_cells if kind is What.JOURNEYS else _visits
        for found in export_journeys(reading, actor.scope, wanted, now=now):
            for row in cells(found):
                yield row, found


def _with_past(shipment: RecordedShipment) -> ShipmentFacts:
    """Give the facts with how they were planned before."""
    return replace(
        shipment.facts,
        first_planned_arrival=shipment.first_planned_arrival,
        first_planned_at=Moment(shipment.first_planned_at, 0) if shipment.first_planned_at else None,
        planned_at=Moment(shipment.planned_at, 0) if shipment.planned_at else None,
    )


def _event(event: RecordedEvent) -> Cells:
    recorded_at = Moment(event.recorded_at, 0)
    return event_cells(replace(event.facts, id=event.id, sender=event.sender, recorded_at=recorded_at))


def journey_cells(found: JourneyOfContainer) -> Iterable[Cells]:
    """Give the row of a journey as files have it."""
    shipment, container, recorded = found.shipment, found.container.facts, found.journey
    journey = recorded.journey
    exact = not journey.is_day_precise
    planned = recorded.first_planned_arrival
    yield {
        "reference": shipment.reference,
        "partner": shipment.organisation.name,
        "container": container.container,
        "quantity": container.quantity,
        "size_type": container.size_type,
        "origin": shipment.facts.origin,
        "destination": shipment.facts.destination,
        "corridor": shipment.facts.corridor,
        "direction": shipment.direction.value,
        "train": shipment.facts.train,
        "status": journey.status.value,
        "departed": journey.departed,
        "arrived": journey.arrived,
        "transit_h": journey.transit_h if exact else None,
        "planned_arrival": planned,
        "delay_h": _delay_h(journey.arrived, recorded.first_due) if exact else None,
        "last_event": journey.last.event.value if journey.last else None,
        "last_station": journey.last.station if journey.last else None,
        "last_at": journey.last.moment if journey.last else None,
        "marks": recorded.marks,
        "simulated": shipment.simulated,
    }


def _visits(found: JourneyOfContainer) -> Iterable[Cells]:
    for visit in found.journey.journey.visits:
        yield {
            "reference": found.shipment.reference,
            "partner": found.shipment.organisation.name,
            "container": found.container.facts.container,
            "station": visit.station,
            "arrived": visit.arrived,
            "departed": visit.departed,
            "dwell_h": None if visit.is_day_precise else visit.dwell_h,
            "open": visit.is_open,
            "simulated": found.shipment.simulated,
        }


def _delay_h(arrived: Moment | None, due: datetime | None) -> float | None:
    return None if arrived is None or due is None else (arrived.instant - due).total_seconds() / 3600


# ---------------------------------------------------------------- GeoJSON, which writes (lon, lat)


def _geojson(kind: What, rows: Iterator[_Row], network: Network) -> Iterator[bytes]:
    yield b'{"type": "FeatureCollection", "features": ['
    first = True
    for cells, value in rows:
        feature = {"type": "Feature", "geometry": _geometry(kind, value, cells, network), "properties": _plain(cells)}
        yield (b"\n" if first else b",\n") + json.dumps(feature, ensure_ascii=False, allow_nan=False).encode()
        first = False
    yield b"\n]}\n"


def _geometry(
    kind: What, value: RecordedShipment | RecordedEvent | JourneyOfContainer, cells: Cells, network: Network
) -> dict[str, object] | None:
    """Shipments and journeys as the line they take, events and visits as a point."""
    if isinstance(value, RecordedEvent):
        if value.facts.lat is not None and value.facts.lon is not None:
            return {"type": "Point", "coordinates": [value.facts.lon, value.facts.lat]}
        return _point(network, value.facts.station)
    if kind is What.VISITS:
        return _point(network, str(cells["station"]))
    shipment = value.shipment if isinstance(value, JourneyOfContainer) else value
    facts = shipment.facts
    on_the_way = network.stations_between(facts.corridor, facts.origin, facts.destination) if facts.corridor else None
    # from station to station: with every bend of the rails, a year's file would not open
    stops = [network.stations[stop] for stop in on_the_way or (facts.origin, facts.destination)]
    return {"type": "LineString", "coordinates": [[stop.lon, stop.lat] for stop in stops]}


def _point(network: Network, station_id: str | None) -> dict[str, object] | None:
    station = network.stations.get(station_id or "")
    return None if station is None else {"type": "Point", "coordinates": [station.lon, station.lat]}


def _plain(cells: Cells) -> Cells:
    return {
        name: value if isinstance(value, bool | int | float | str) else text_cell(value)
        for name, value in cells.items()
        if value not in (None, "", ())
    }
