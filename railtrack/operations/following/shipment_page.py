"""All that one shipment's page says: how it stands, its timetable, what is usual where it waits, what looks wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from railtrack.domain.actors import Actor
from railtrack.domain.errors import NotFound
from railtrack.domain.line.network import Network
from railtrack.domain.line.places import Station
from railtrack.domain.messages import Message, say
from railtrack.domain.movement.events import Classifier, EventKind
from railtrack.domain.movement.journeys import Status
from railtrack.domain.movement.lateness import behind_h
from railtrack.domain.movement.next_events import main_stations
from railtrack.domain.movement.plausibility import MARK_TEXTS
from railtrack.domain.movement.positions import Call, Fact, Position, plan_calls, where
from railtrack.domain.movement.timetable import Common, Course, Timetable, common_journey, timetable, to_ten_minutes
from railtrack.domain.records import (
    AuditEntry,
    Page,
    RecordedContainer,
    RecordedEvent,
    RecordedJourney,
    RecordedShipment,
    ShipmentSummary,
)
from railtrack.domain.rights import Operation, insist
from railtrack.operations.administering.reference import load_world
from railtrack.operations.figures import statistics
from railtrack.operations.following.whereabouts import Followed, follow
from railtrack.operations.mapping.drawing import way_of
from railtrack.store.audit import history_of_shipment
from railtrack.store.engine import Store
from railtrack.store.reading.shipments import Details, details, shipment
from railtrack.store.reading.summaries import summaries
from railtrack.store.reading.underway import UnderWay

FEWEST_STAYS = 20  # below that a quantile says more about chance than about the station


@dataclass(frozen=True)
class Usual:
    """How long stays at a station are: half end within `p50_h`, four in five within `p80_h`.

    `stays` is the number behind it; None where the figure is a published one.
    """

    p50_h: float
    p80_h: float | None
    stays: int | None


@dataclass(frozen=True, kw_only=True)
class Load:
    """What a shipment holds, as far as it was told; `gross_kg` adds up the known ones of `weighed` containers."""

    laden: int
    empty: int
    gross_kg: float | None
    weighed: int


@dataclass(frozen=True, kw_only=True)
class ShipmentPage:
    """A shipment, whole. `journey` is the one shown: that of the container asked for, else the common one."""

    shipment: RecordedShipment
    followed: Followed
    events: tuple[RecordedEvent, ...]
    journeys: tuple[RecordedJourney, ...]
    common: Common
    journey: RecordedJourney | None
    container: RecordedContainer | None
    timetable: Timetable
    stations_of_way: int
    position: Position | None
    behind_h: float | None
    load: Load
    marks: tuple[Message, ...] = ()

    @property
    def last_events(self) -> dict[int, RecordedJourney]:
        return {j.id: j for j in self.journeys}


def shipment_page(
    store: Store,
    shipment_id: int,
    *,
    container: str | None = None,
    whole_way: bool = False,
    actor: Actor,
    now: datetime,
) -> ShipmentPage:
    """Give a shipment in sight with all its page shows. Raises NotFound for one that is not, or an unknown container.

    `container` is a number, or our id where there is none; `whole_way` shows every station of the way.
    """
    network = load_world(store).network
    with store.reading() as reading:
        found = details(reading, actor.scope, shipment_id)
        (summary,) = summaries(reading.session, [shipment_id])
    return lay_out(network, found, summary, container=container, whole_way=whole_way, now=now)


def lay_out(
    network: Network,
    found: Details,
    summary: ShipmentSummary,
    *,
    container: str | None = None,
    whole_way: bool = False,
    now: datetime,
) -> ShipmentPage:
    """Work out what the page of a shipment shows from what is recorded of it."""
    whole = found.shipment
    common = common_journey(found.journeys, {c.id: _count(c) for c in whole.containers})
    box = _chosen(whole, container) if container else None
    journey = next((j for j in found.journeys if j.id == box.id), None) if box else common.journey
    if journey is not None:
        summary = _of_journey(summary, journey)
    followed = follow(network, summary, _moving(summary, journey, found.events), now)
    course = _course(network, whole, journey, found.events, whole_way=whole_way, now=now)
    return ShipmentPage(
        shipment=whole,
        followed=followed,
        events=found.events,
        journeys=found.journeys,
        common=common,
        journey=journey,
        container=box,
        timetable=timetable(course, network.stations, now) if course else Timetable(()),
        stations_of_way=len(course.way.stations) if course and course.way else 0,
        position=course.position if course else None,
        behind_h=course.behind_h if course else None,
        load=_load(whole),
        marks=tuple(MARK_TEXTS[code] for code in summary.marks if code in MARK_TEXTS),
    )


def usual_stay(store: Store, station: Station, followed: Followed, *, actor: Actor) -> Usual | None:
    """Say how long stays at a station usually last, in this direction: as recorded where that is enough, else as
    published; None where neither is known."""
    rows = statistics.compute(
        store,
        statistics.Statistic.DWELL,
        filters=statistics.Filters(direction=followed.summary.direction),
        options=statistics.Options(include_simulated=followed.summary.simulated),
        actor=actor,
    )
    row = next((r for r in rows if r["station"] == station.id), {})
    stays, half, most = row.get("visits"), row.get("p50_h"), row.get("p80_h")
    if isinstance(stays, int) and stays >= FEWEST_STAYS and isinstance(half, float) and isinstance(most, float):
        return Usual(half, most, stays)
    if station.dwell_h_typical is not None:
        return Usual(station.dwell_h_typical, None, None)
    return None


# ---------------------------------------------------------------- helpers


def _count(container: RecordedContainer) -> int:
    return 1 if container.facts.container is not None else container.facts.quantity or 0


def _chosen(shipment: RecordedShipment, wanted: str) -> RecordedContainer:
    for container in shipment.containers:
        if wanted == (container.facts.container or str(container.id)):
            return container
    raise NotFound(say("%(container)s is not in this shipment.", container=wanted))


def _load(shipment: RecordedShipment) -> Load:
    aboard = [c for c in shipment.containers if _count(c)]
    weights = [(c.facts.gross_kg, _count(c)) for c in aboard if c.facts.gross_kg is not None]
    return Load(
        laden=sum(_count(c) for c in aboard if c.facts.laden),
        empty=sum(_count(c) for c in aboard if c.facts.laden is False),
        gross_kg=sum(kg for kg, _ in weights) if weights else None,
        weighed=sum(count for _, count in weights),
    )


def _course(
    network: Network,
    shipment: RecordedShipment,
    recorded: RecordedJourney | None,
    events: Sequence[RecordedEvent],
    *,
    whole_way: bool,
    now: datetime,
) -> Course | None:
    if recorded is None:
        return None
    facts, journey = shipment.facts, recorded.journey
    way = way_of(network, facts.corridor, facts.origin, facts.destination)
    arrival = recorded.latest_planned_arrival or facts.planned_arrival
    departure = facts.planned_departure or (journey.departed if arrival is not None else None)
    calls: tuple[Call, ...] = ()
    if departure is not None and way is not None:
        calls = to_ten_minutes(plan_calls(way, departure.instant, arrival.instant if arrival else None))
    elif departure is not None or arrival is not None:
        calls = (
            Call(facts.origin, 0.0, None, departure.instant if departure else None),
            Call(facts.destination, 0.0, arrival.instant if arrival else None, None),
        )
    position, behind = None, None
    runs = journey.status is Status.IN_TRANSIT and not shipment.published
    if runs and way is not None:
        fact = _fact(recorded, events)
        position = where(way, fact, now, network.stations)
        behind = behind_h(way, calls, fact, position, now) if departure is not None else None
    estimates = {
        (e.facts.station, e.facts.event): e.facts.moment
        for e in events
        if e.current and e.facts.classifier is Classifier.ESTIMATED and e.facts.station and e.facts.moment
        and e.container_id in (None, recorded.id)
    }  # fmt: skip
    main: set[str] | None = None
    if not whole_way:
        # of a published train nothing is known between its ends, so most stations would say nothing
        changes = network.corridors[facts.corridor].gauge_changes if facts.corridor else ()
        ends = facts.origin, facts.destination
        main = {*changes} if shipment.published else {*main_stations(network, *ends, facts.corridor)}
    return Course(
        origin=facts.origin,
        destination=facts.destination,
        journey=journey,
        way=way,
        calls=calls,
        day_plan=any(m is not None and m.is_day for m in (departure, arrival)),
        position=position,
        behind_h=behind,
        estimates=estimates,
        shown=main,
    )


def _of_journey(summary: ShipmentSummary, recorded: RecordedJourney) -> ShipmentSummary:
    """The shipment as one of its journeys tells it, so that all of a page speaks of the journey it shows."""
    journey = recorded.journey
    last = journey.last
    return replace(
        summary,
        status=journey.status,
        departed=journey.departed,
        arrived=journey.arrived,
        planned_arrival=recorded.latest_planned_arrival or summary.planned_arrival,
        last_event=last.event.value if last else None,
        last_station=last.station if last else None,
        last=last.moment if last else None,
    )


def _moving(
    summary: ShipmentSummary, recorded: RecordedJourney | None, events: Sequence[RecordedEvent]
) -> UnderWay | None:
    """What places a journey in transit; None for others."""
    fact = _fact(recorded, events) if recorded is not None else None
    if recorded is None or fact is None or summary.status is not Status.IN_TRANSIT:
        return None
    standing = [v.arrived for v in recorded.journey.visits if v.station == fact.station and v.departed is None]
    arrived = standing[-1] if standing else None
    return UnderWay(summary, fact, arrived.instant if arrived else None)


def _fact(recorded: RecordedJourney, events: Sequence[RecordedEvent]) -> Fact | None:
    """The journey's latest actual event, with the place of a reported position."""
    last = recorded.journey.last
    if last is None:
        return None
    if last.event is EventKind.POSITION:
        for each in reversed(events):
            told = each.facts
            if each.current and told.event is EventKind.POSITION and told.moment == last.moment:
                return Fact(EventKind.POSITION, last.moment.instant, told.station, told.lat, told.lon)
    return Fact(last.event, last.moment.instant, last.station)


def audit_of_shipment(
    store: Store, shipment_id: int, *, actor: Actor, cursor: str | None = None
) -> tuple[RecordedShipment, Page[AuditEntry]]:
    """Give who changed what about a shipment, newest first; raises NotFound, then NotAllowed but for administrators."""
    with store.reading() as reading:
        found = shipment(reading, actor.scope, shipment_id)
        own = actor.owns(found.organisation.id)
        refusal = say("Only an administrator reads the audit.")
        insist(actor, Operation.READ_AUDIT, own=own, refusal=refusal)
        return found, history_of_shipment(reading, actor.scope, shipment_id, cursor=cursor)
