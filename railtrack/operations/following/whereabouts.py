"""Following shipments: where each is, how it stands against its plan, and how many are under way.

The published record is history: its trains are never under way, however little was published of their end.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from railtrack.domain.actors import Actor
from railtrack.domain.line.network import Network
from railtrack.domain.movement.journeys import Direction, Status, hours_between
from railtrack.domain.movement.lateness import Plan, Standing, at_the_end, before_departure, on_the_way
from railtrack.domain.movement.positions import Position, Way, plan_position
from railtrack.domain.records import Lateness, Page, ShipmentSummary
from railtrack.operations.administering.reference import load_world
from railtrack.operations.mapping.drawing import place, way_of
from railtrack.store.engine import Reading, Store
from railtrack.store.paging import MOST
from railtrack.store.reading import finding
from railtrack.store.reading.listing import ShipmentFilter, Sort, list_shipments
from railtrack.store.reading.underway import UnderWay, under_way, whereabouts

BEHIND = (Lateness.LATE, Lateness.HELD)


@dataclass(frozen=True, kw_only=True)
class Followed:
    """A shipment with its whereabouts.

    `lateness` is None where none can be told: cancelled, contradictory, without a plan, of the published record.
    `behind_h` is signed hours against the plan, `behind_days` whole days where only days are known; both None without
    a plan. `plan` is where the plan wants it now.
    """

    summary: ShipmentSummary
    lateness: Lateness | None = None
    behind_h: float | None = None
    behind_days: int | None = None
    way: Way | None = None
    position: Position | None = None
    plan: Position | None = None
    under_way: UnderWay | None = None

    @property
    def is_under_way(self) -> bool:
        return self.under_way is not None

    @property
    def standing(self) -> Standing:
        """How it stands against its plan."""
        return Standing(lateness=self.lateness, behind_h=self.behind_h, behind_days=self.behind_days)

    def from_west(self, position: Position) -> float:
        """The share of the way at which a position lies, from its western end."""
        return 1 - position.share if self.summary.direction is Direction.WESTBOUND else position.share

    def silent_h(self, now: datetime) -> float | None:
        """Hours since the latest news, of what is under way."""
        return None if self.under_way is None else max(hours_between(self.under_way.fact.at, now), 0.0)

    def standing_h(self, now: datetime) -> float | None:
        """Hours it has stood where it stands; None where it runs or only the day of arrival is known."""
        found = self.under_way
        if found is None or found.stands_since is None or (self.summary.last is not None and self.summary.last.is_day):
            return None
        return max(hours_between(found.stands_since, now), 0.0)


@dataclass(frozen=True)
class Tally:
    """How many shipments are under way, and how many of them late, overdue or held, and without news."""

    under_way: int = 0
    late: int = 0
    silent: int = 0


def list_page(
    store: Store,
    wanted: ShipmentFilter,
    *,
    actor: Actor,
    now: datetime,
    sort: Sort = Sort.PLANNED_DEPARTURE,
    descending: bool = True,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Followed]:
    """Give a page of the shipments in sight; raises Refused for a cursor of another list."""
    network = load_world(store).network
    with store.reading() as reading:
        wanted = settled(reading, network, wanted, actor=actor, now=now)
        found = list_shipments(
            reading, actor.scope, wanted, now=now, sort=sort, descending=descending, limit=limit, cursor=cursor
        )
        return Page(follow_all(reading, network, found.items, now), found.next_cursor)


def every_one(
    reading: Reading,
    network: Network,
    wanted: ShipmentFilter,
    *,
    actor: Actor,
    now: datetime,
    sort: Sort = Sort.PLANNED_DEPARTURE,
    descending: bool = True,
) -> Iterator[Followed]:
    """Give all pages of a list one after the other, read in one snapshot."""
    wanted = settled(reading, network, wanted, actor=actor, now=now)
    cursor = None
    while True:
        found = list_shipments(
            reading, actor.scope, wanted, now=now, sort=sort, descending=descending, limit=MOST, cursor=cursor
        )
        yield from follow_all(reading, network, found.items, now)
        cursor = found.next_cursor
        if cursor is None:
            return


def follow_all(
    reading: Reading, network: Network, found: Sequence[ShipmentSummary], now: datetime
) -> tuple[Followed, ...]:
    """Place these shipments, in their order; a fixed number of statements per 500."""
    moving = whereabouts(reading, [s for s in found if _may_move(s)])
    return tuple(follow(network, s, moving.get(s.id), now) for s in found)


def tally(store: Store, wanted: ShipmentFilter, *, actor: Actor, now: datetime) -> Tally:
    """Count what is under way among the shipments in sight that a filter lets through."""
    if wanted.published:
        return Tally()
    network = load_world(store).network
    with store.reading() as reading:
        moving = _under_way(reading, network, wanted, actor, now)
    if wanted.late:
        moving = [each for each in moving if each.lateness in BEHIND]
    late = sum(each.lateness in BEHIND for each in moving)
    return Tally(len(moving), late, sum(each.lateness is Lateness.SILENT for each in moving))


def settled(
    reading: Reading, network: Network, wanted: ShipmentFilter, *, actor: Actor, now: datetime
) -> ShipmentFilter:
    """Put those that are behind on their way into a filter for late shipments.

    Where a train is and where its plan wants it is worked out here; the store knows only what is due.
    """
    if not wanted.late or wanted.published:
        return wanted
    moving = _under_way(reading, network, wanted, actor, now)
    return replace(wanted, late_ids=tuple(each.summary.id for each in moving if each.lateness in BEHIND))


def _under_way(
    reading: Reading, network: Network, wanted: ShipmentFilter, actor: Actor, now: datetime
) -> list[Followed]:
    found = under_way(reading, actor.scope, replace(wanted, published=False, late=False), now=now)
    return [follow(network, each.summary, each, now) for each in found]


def with_container(store: Store, number: str, *, simulated: bool, actor: Actor, now: datetime) -> tuple[Followed, ...]:
    """Give the shipments in sight that a container is or was on, the earliest first."""
    network = load_world(store).network
    with store.reading() as reading:
        found = finding.with_container(reading, actor.scope, number, simulated=simulated)
        return follow_all(reading, network, found, now)


def follow(network: Network, summary: ShipmentSummary, moving: UnderWay | None, now: datetime) -> Followed:
    """Place one shipment and hold it against its plan; `moving` is None where nothing of it is under way."""
    way = way_of(network, summary.corridor, summary.origin, summary.destination)
    told = Followed(summary=summary, way=way)
    if summary.published:
        return told
    if moving is not None and _may_move(summary):
        return _moving(network, told, moving, now)
    if summary.arrived is not None and summary.status is Status.COMPLETED:
        return _judged(told, at_the_end(summary.planned_arrival, summary.arrived))
    if summary.status is Status.NOT_DEPARTED:
        return _judged(told, before_departure(_plan(network, summary), now))
    return told


def _may_move(summary: ShipmentSummary) -> bool:
    return not summary.published and summary.status in (Status.IN_TRANSIT, Status.NOT_DEPARTED)


def _moving(network: Network, told: Followed, moving: UnderWay, now: datetime) -> Followed:
    summary = moving.summary
    told = replace(told, under_way=moving)
    placed = place(network, moving, now)
    if placed is None:
        return told
    told = replace(told, position=placed.position)
    standing = on_the_way(_plan(network, summary), summary.departed, placed.lateness, placed.behind_h)
    if standing.hours_behind is not None:
        told = replace(told, plan=plan_position(placed.way, placed.calls, now))
    return _judged(told, standing)


def _plan(network: Network, summary: ShipmentSummary) -> Plan:
    return Plan(
        departure=summary.planned_departure,
        arrival=summary.planned_arrival,
        origin=summary.origin,
        destination=summary.destination,
        stations=network.stations,
    )


def _judged(told: Followed, standing: Standing) -> Followed:
    return replace(told, lateness=standing.lateness, behind_h=standing.behind_h, behind_days=standing.behind_days)
