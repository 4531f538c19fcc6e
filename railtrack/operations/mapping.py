"""Maps as files: what is under way on the corridors, or the way of one shipment, in one page that opens offline."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from railtrack.domain.actors import Actor
from railtrack.domain.errors import NotFound, Problem, Refused, Unavailable
from railtrack.domain.journeys import Status, hours_between
from railtrack.domain.messages import say
from railtrack.domain.network import Network
from railtrack.domain.places import Corridor
from railtrack.domain.positions import (
    Position,
    Way,
    behind_h,
    lateness,
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
from railtrack.operations.reference import load_world
from railtrack.store.engine import Store
from railtrack.store.listing import ShipmentFilter
from railtrack.store.shipments import Details, details, shipment_named
from railtrack.store.underway import UnderWay, under_way

STATES = {
    Lateness.ON_PLAN: "On plan",
    Lateness.LATE: "Late",
    Lateness.HELD: "Overdue or held",
    Lateness.SILENT: "No news",
    Lateness.PLANNED: "Planned",
    Lateness.ARRIVED: "Arrived",
}


@dataclass(frozen=True)
class Placed:
    """A shipment with its way, where it is, and how it stands against its plan."""

    way: Way
    position: Position
    lateness: Lateness
    behind_h: float


def map_page(
    store: Store,
    *,
    shipment: str | None = None,
    corridor: str | None = None,
    simulated: bool = False,
    actor: Actor,
    now: datetime,
) -> str:
    """Give one HTML page with everything inside: one shipment's way, or what is under way on all or one corridor.

    `shipment` is a reference, PARTNER:REFERENCE or our id. Raises NotFound, Ambiguous, Refused for a shipment that
    has no corridor to be drawn on, and Unavailable where the front-end assets are not installed.
    """
    network = load_world(store).network
    if corridor is not None and corridor not in network.corridors:
        known = ", ".join(network.corridors)
        raise NotFound(say("There is no corridor %(id)s. There are: %(known)s.", id=corridor, known=known))
    if shipment is not None:
        drawn = _shipment(store, network, shipment, actor, now)
    else:
        marks = train_marks(store, network, corridor=corridor, simulated=simulated, actor=actor, now=now)
        title = "Railtrack" if corridor is None else f"Railtrack: {network.corridors[corridor].name}"
        drawn = overview_map(
            network.stations,
            network.legs,
            list(network.corridors.values()),
            marks,
            shown=None if corridor is None else [corridor],
            look=Look(title=title),
            with_table=True,
        )
    try:
        return render_standalone(drawn)
    except FileNotFoundError as error:
        raise Unavailable(
            say("The map's assets are not installed (%(file)s); run `make run` once.", file=str(error.filename))
        ) from error


def train_marks(
    store: Store, network: Network, *, corridor: str | None, simulated: bool, actor: Actor, now: datetime
) -> list[TrainMark]:
    """Give the shipments under way as marks, numbered in the order of their table."""
    with store.reading() as reading:
        found = under_way(reading, actor.scope, ShipmentFilter(corridor=corridor, simulated=simulated), now=now)
    marks: list[TrainMark] = []
    for each in found:
        placed = place(network, each, now)
        if placed is not None:
            marks.append(_mark(network, each.summary, placed, len(marks) + 1))
    return marks


def place(network: Network, found: UnderWay, now: datetime) -> Placed | None:
    """Work out where a shipment under way is; None where its corridor is not known."""
    summary = found.summary
    way = way_of(network, summary.corridor, summary.origin, summary.destination)
    if way is None:
        return None
    position = where(way, found.fact, now, network.stations)
    behind = 0.0
    departure = summary.planned_departure or summary.departed
    if departure is not None:
        calls = plan_calls(way, departure.instant, summary.planned_arrival.instant if summary.planned_arrival else None)
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
        planned_arrival=_due(summary.planned_arrival),
    )
    return Placed(way, position, state, behind)


def way_of(network: Network, corridor_id: str | None, origin: str, destination: str) -> Way | None:
    """Give the way between two stations along a corridor; None where the corridor does not join them."""
    corridor = network.corridors.get(corridor_id or "")
    if corridor is None:
        return None
    legs = network.corridor_legs(corridor.id, origin, destination)
    whole = network.corridor_length_km(corridor.id, corridor.origin, corridor.destination)
    if not legs or whole is None:
        return None
    return way_along(legs, network.stations, corridor, whole, origin)


# ---------------------------------------------------------------- one shipment


def _shipment(store: Store, network: Network, name: str, actor: Actor, now: datetime) -> CorridorMap:
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
        _shipment_mark(network, named, placed),
        _visits(whole, corridor),
        look=Look(title=f"{named.organisation.name}: {named.reference}"),
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


def _visits(whole: Details, corridor: Corridor) -> list[VisitMark]:
    """The stops of the shipment's first journey that has any, with their local times."""
    for recorded in whole.journeys:
        journey = recorded.journey
        if journey.visits:
            return [
                VisitMark(station=visit.station, lines=_times(visit.arrived, visit.departed))
                for visit in journey.visits
                if visit.station in corridor.stations
            ]
    return []


def _times(arrived: Moment | None, departed: Moment | None) -> tuple[str, ...]:
    lines = []
    if arrived is not None:
        lines.append(f"Arrived {_local(arrived)}")
    if departed is not None:
        lines.append(f"Departed {_local(departed)}")
    return tuple(lines)


# ---------------------------------------------------------------- words of a mark


def _mark(network: Network, summary: ShipmentSummary, placed: Placed, number: int) -> TrainMark:
    boxes = "" if summary.containers is None else f"{summary.containers} containers"
    return TrainMark(
        number=number,
        reference=summary.reference,
        lat=placed.position.lat,
        lon=placed.position.lon,
        lateness=placed.lateness,
        state=_state(placed),
        where=_where(network, placed.position),
        details=tuple(line for line in (summary.partner, boxes, _latest(network, summary)) if line),
        is_estimated=placed.position.is_estimated,
        simulated=summary.simulated,
    )


def _shipment_mark(network: Network, shipment: RecordedShipment, placed: Placed) -> TrainMark:
    return TrainMark(
        number=1,
        reference=shipment.reference,
        lat=placed.position.lat,
        lon=placed.position.lon,
        lateness=placed.lateness,
        state=_state(placed),
        where=_where(network, placed.position),
        details=(shipment.organisation.name,),
        is_estimated=placed.position.is_estimated,
        simulated=shipment.simulated,
    )


def _state(placed: Placed) -> str:
    word = STATES[placed.lateness]
    if placed.lateness in (Lateness.LATE, Lateness.HELD) and placed.behind_h >= 1:
        return f"{word}, +{placed.behind_h:.0f} h"
    return word


def _where(network: Network, position: Position) -> str:
    if position.at is not None:
        return f"at {network.stations[position.at].name}"
    if position.between is not None:
        before, after = (network.stations[station].name for station in position.between)
        return f"between {before} and {after}"
    return ""


def _latest(network: Network, summary: ShipmentSummary) -> str:
    if summary.last is None or summary.last_event is None:
        return ""
    place_name = network.stations[summary.last_station].name if summary.last_station else ""
    return f"Latest: {summary.last_event.replace('_', ' ')} {place_name} {_local(summary.last)}".replace("  ", " ")


def _local(moment: Moment) -> str:
    """A time as the station's clock shows it, with its offset from UTC."""
    if moment.is_day:
        return moment.local_date.isoformat()
    return moment.local.strftime("%Y-%m-%d %H:%M %z")


def _due(planned: Moment | None) -> datetime | None:
    """When a shipment is due; a plan that names a day only is kept until its end."""
    if planned is None:
        return None
    return planned.instant + timedelta(hours=12) if planned.is_day else planned.instant
