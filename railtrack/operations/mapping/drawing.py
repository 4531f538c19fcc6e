"""Maps as files: what is under way on the corridors, or the way of one shipment, in one page that opens offline."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from railtrack.domain.actors import Actor
from railtrack.domain.errors import NotFound, Problem, Refused, Unavailable
from railtrack.domain.line.network import Network
from railtrack.domain.line.places import Corridor
from railtrack.domain.messages import Message, say
from railtrack.domain.movement.journeys import Status, hours_between
from railtrack.domain.movement.lateness import behind_h, lateness
from railtrack.domain.movement.plans import due
from railtrack.domain.movement.positions import (
    Call,
    Position,
    Way,
    plan_calls,
    plan_position,
    usual_run_h,
    way_along,
    where,
)
from railtrack.domain.records import Lateness, RecordedShipment, ShipmentSummary
from railtrack.domain.times import Moment
from railtrack.maps import (
    CorridorMap,
    Look,
    Stretch,
    TrainMark,
    VisitMark,
    overview_map,
    render_standalone,
    shipment_map,
)
from railtrack.operations.administering.reference import load_world
from railtrack.store.engine import Store
from railtrack.store.reading.listing import ShipmentFilter
from railtrack.store.reading.shipments import Details, details, shipment_named
from railtrack.store.reading.underway import UnderWay, under_way

STATES: Mapping[Lateness, Message] = {
    Lateness.ON_PLAN: say("On plan"),
    Lateness.LATE: say("Late"),
    Lateness.HELD: say("Overdue or held"),
    Lateness.SILENT: say("No news"),
    Lateness.PLANNED: say("Planned"),
    Lateness.ARRIVED: say("Arrived"),
}

NOWHERE = "–"
ENGLISH = Look()


@dataclass(frozen=True)
class Placed:
    """A shipment with its way, where it is, and how it stands against its plan, which `calls` holds if it has one."""

    way: Way
    position: Position
    lateness: Lateness
    behind_h: float
    calls: tuple[Call, ...] = ()


def map_page(
    store: Store,
    *,
    shipment: str | None = None,
    corridor: str | None = None,
    simulated: bool = False,
    look: Look = ENGLISH,
    actor: Actor,
    now: datetime,
) -> str:
    """Give one HTML page with everything inside: one shipment's way, or what is under way on all or one corridor.

    `shipment` is a reference, PARTNER:REFERENCE or our id; `look` says in which language. Raises NotFound, Ambiguous,
    Refused for a shipment that has no corridor to be drawn on, and Unavailable where the assets are not installed.
    """
    network = load_world(store).network
    if corridor is not None and corridor not in network.corridors:
        known = ", ".join(network.corridors)
        raise NotFound(say("There is no corridor %(id)s. There are: %(known)s.", id=corridor, known=known))
    if shipment is not None:
        drawn = _shipment(store, network, shipment, look, actor, now)
    else:
        marks = train_marks(store, network, corridor=corridor, simulated=simulated, look=look, actor=actor, now=now)
        title = "Railtrack" if corridor is None else f"Railtrack: {network.corridors[corridor].name}"
        drawn = overview_map(
            network.stations,
            network.legs,
            list(network.corridors.values()),
            marks,
            shown=None if corridor is None else [corridor],
            look=replace(look, title=look.title or title),
            with_table=True,
        )
    try:
        return render_standalone(drawn)
    except FileNotFoundError as error:
        raise Unavailable(
            say("The map's assets are not installed (%(file)s); run `make run` once.", file=str(error.filename))
        ) from error


def train_marks(
    store: Store,
    network: Network,
    *,
    corridor: str | None = None,
    simulated: bool = False,
    look: Look = ENGLISH,
    actor: Actor,
    now: datetime,
) -> list[TrainMark]:
    """Give the shipments under way as marks, numbered in the order of their table."""
    with store.reading() as reading:
        # of some published trains the arrival was never printed: they are history, not under way
        wanted = ShipmentFilter(corridor=corridor, simulated=simulated, published=False)
        found = under_way(reading, actor.scope, wanted, now=now)
    marks: list[TrainMark] = []
    for each in found:
        placed = place(network, each, now)
        if placed is not None:
            marks.append(_mark(network, each.summary, placed, len(marks) + 1, look))
    return marks


def place(network: Network, found: UnderWay, now: datetime) -> Placed | None:
    """Work out where a shipment under way is; None where its corridor is not known."""
    summary = found.summary
    way = way_of(network, summary.corridor, summary.origin, summary.destination)
    if way is None:
        return None
    position = where(way, found.fact, now, network.stations)
    behind = 0.0
    calls: tuple[Call, ...] = ()
    departure, arrival = summary.planned_departure or summary.departed, summary.planned_arrival
    if departure is not None:
        calls = plan_calls(way, departure.instant, arrival.instant if arrival else None)
        behind = behind_h(way, calls, found.fact, position, now)
    standing = network.stations.get(position.at) if position.at else None
    state = lateness(
        now=now,
        departed=True,
        arrived=False,
        behind=behind,
        is_held=summary.is_held,
        last_at=found.fact.at,
        usual_h=usual_run_h(way, found.fact.station) if found.fact.station else None,
        stands_since=found.stands_since,
        stay_p90_h=standing.dwell_h_p90 if standing else None,
        planned_arrival=None if arrival is None else due(arrival, network.stations.get(summary.destination)),
    )
    return Placed(way, position, state, behind, calls)


_ways: WeakKeyDictionary[Network, dict[tuple[str, str, str], Way | None]] = WeakKeyDictionary()


def way_of(network: Network, corridor_id: str | None, origin: str, destination: str) -> Way | None:
    """Give the way between two stations along a corridor; None where the corridor does not join them.

    Made once per network: a list of shipments asks for the same few again and again.
    """
    if corridor_id is None:
        return None
    known = _ways.setdefault(network, {})
    key = (corridor_id, origin, destination)
    if key not in known:
        known[key] = _way(network, *key)
    return known[key]


def _way(network: Network, corridor_id: str, origin: str, destination: str) -> Way | None:
    corridor = network.corridors.get(corridor_id)
    if corridor is None:
        return None
    legs = network.corridor_legs(corridor.id, origin, destination)
    whole = network.corridor_length_km(corridor.id, corridor.origin, corridor.destination)
    if not legs or whole is None:
        return None
    return way_along(legs, network.stations, corridor, whole, origin)


# ---------------------------------------------------------------- one shipment


def _shipment(store: Store, network: Network, name: str, look: Look, actor: Actor, now: datetime) -> CorridorMap:
    with store.reading() as reading:
        named = shipment_named(reading, actor.scope, name)
        whole = details(reading, actor.scope, named.id)
        moving = under_way(reading, actor.scope, ShipmentFilter(simulated=True), now=now, shipment_id=named.id)
    facts = named.facts
    way = way_of(network, facts.corridor, facts.origin, facts.destination)
    corridor = network.corridors.get(facts.corridor or "")
    if way is None or corridor is None:
        raise Refused(
            [
                Problem(
                    message=say("%(reference)s has no corridor to be drawn on.", reference=named.reference),
                    remedy=say("Record the corridor that its trains take."),
                    column="corridor",
                )
            ]
        )
    placed = place(network, moving[0], now) if moving else _at_rest(way, whole, now)
    if placed is None:
        raise AssertionError("a shipment whose way is known can be placed")
    km = placed.position.km_travelled
    return shipment_map(
        network.stations,
        corridor,
        [Stretch(leg, line) for leg, line in placed.way.cut(0.0, km)],
        [Stretch(leg, line) for leg, line in placed.way.cut(km, placed.way.length_km)],
        _shipment_mark(network, named, placed, look),
        _visits(whole, corridor, look),
        look=replace(look, title=look.title or f"{named.organisation.name}: {named.reference}"),
        with_table=True,
    )


def _at_rest(way: Way, whole: Details, now: datetime) -> Placed:
    """A shipment nothing of which is in transit: at its destination, or still at its origin."""
    arrived = any(j.journey.status is Status.COMPLETED for j in whole.journeys)
    planned = whole.shipment.facts.planned_departure
    departure = planned.instant if planned else now
    calls = plan_calls(way, departure)
    position = plan_position(way, calls, calls[-1].arrival or now) if arrived else where(way, None, now)
    behind = 0.0 if arrived or planned is None else max(hours_between(departure, now), 0.0)
    return Placed(way, position, lateness(now=now, departed=arrived, arrived=arrived, behind=behind), behind)


def _visits(whole: Details, corridor: Corridor, look: Look) -> list[VisitMark]:
    """The stops of the shipment's first journey that has any, with their local times."""
    for recorded in whole.journeys:
        journey = recorded.journey
        if journey.visits:
            return [
                VisitMark(station=visit.station, lines=_times(visit.arrived, visit.departed, look))
                for visit in journey.visits
                if visit.station in corridor.stations
            ]
    return []


def _times(arrived: Moment | None, departed: Moment | None, look: Look) -> tuple[str, ...]:
    lines = []
    if arrived is not None:
        lines.append(say("Arrived %(time)s", time=_local(arrived)))
    if departed is not None:
        lines.append(say("Departed %(time)s", time=_local(departed)))
    return tuple(line.render(look.translate) for line in lines)


# ---------------------------------------------------------------- words of a mark


def _mark(network: Network, summary: ShipmentSummary, placed: Placed, number: int, look: Look) -> TrainMark:
    lines = [] if summary.containers is None else [say("Containers: %(count)s", count=look.number(summary.containers))]
    lines += _latest(network, summary, look)
    return TrainMark(
        number=number,
        reference=summary.reference,
        details=(summary.partner, *(line.render(look.translate) for line in lines)),
        simulated=summary.simulated,
        **_place_of(network, placed, look),
    )


def _shipment_mark(network: Network, shipment: RecordedShipment, placed: Placed, look: Look) -> TrainMark:
    return TrainMark(
        number=1,
        reference=shipment.reference,
        details=(shipment.organisation.name,),
        simulated=shipment.simulated,
        **_place_of(network, placed, look),
    )


def _place_of(network: Network, placed: Placed, look: Look) -> dict[str, Any]:
    """What of a mark says where a train is and how it stands."""
    return {
        "lat": placed.position.lat,
        "lon": placed.position.lon,
        "lateness": placed.lateness,
        "state": _state(placed).render(look.translate),
        "where": _where(network, placed.position, look).render(look.translate),
        "is_estimated": placed.position.is_estimated,
    }


def _state(placed: Placed) -> Message:
    word = STATES[placed.lateness]
    if placed.lateness in (Lateness.LATE, Lateness.HELD) and placed.behind_h >= 1:
        return say("%(state)s, +%(hours)s h", state=word, hours=f"{placed.behind_h:.0f}")
    return word


def _where(network: Network, position: Position, look: Look) -> Message:
    if position.at is not None:
        return say("at %(station)s", station=_name(network, position.at, look))
    if position.between is not None:
        before, after = (_name(network, station, look) for station in position.between)
        return say("between %(before)s and %(after)s", before=before, after=after)
    return Message("")


def _latest(network: Network, summary: ShipmentSummary, look: Look) -> list[Message]:
    if summary.last is None or summary.last_event is None:
        return []
    return [
        say(
            "Latest: %(event)s, %(station)s, %(time)s",
            event=look.translate(summary.last_event.replace("_", " ")),
            station=_name(network, summary.last_station, look) if summary.last_station else NOWHERE,
            time=_local(summary.last),
        )
    ]


def _name(network: Network, station_id: str, look: Look) -> str:
    station = network.stations[station_id]
    return {"de": station.name_de, "zh": station.name_zh}.get(look.language) or station.name


def _local(moment: Moment) -> str:
    """A time as the station's clock shows it, with its offset from UTC."""
    if moment.is_day:
        return moment.local_date.isoformat()
    return moment.local.strftime("%Y-%m-%d %H:%M %z")
