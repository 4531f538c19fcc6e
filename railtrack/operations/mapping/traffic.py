"""What is under way now, put together train by train and numbered, and what of it needs somebody.

Shipments on one train at one place are one mark on the map and one row of the table. The published record is history
and never under way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from railtrack.domain.actors import Actor
from railtrack.domain.movement.journeys import Direction, Status
from railtrack.domain.movement.positions import Position
from railtrack.domain.records import Lateness, Page
from railtrack.operations.administering.reference import load_world
from railtrack.operations.following.whereabouts import Followed, follow, list_page
from railtrack.store.engine import Store
from railtrack.store.reading.journey_lines import has_simulated
from railtrack.store.reading.listing import ShipmentFilter
from railtrack.store.reading.underway import lost_count, under_way

# what needs somebody soonest comes first
URGENCY = (Lateness.HELD, Lateness.SILENT, Lateness.LATE, Lateness.ON_PLAN, Lateness.PLANNED, Lateness.ARRIVED)


@dataclass(frozen=True, kw_only=True)
class Moving:
    """Shipments that go together: on one train, at one place, in one state. `number` is that on the map."""

    number: int
    shipments: tuple[Followed, ...]

    @property
    def first(self) -> Followed:
        return self.shipments[0]

    @property
    def lateness(self) -> Lateness:
        """A shipment without a plan runs as it should, as far as is known."""
        return self.first.lateness or Lateness.ON_PLAN

    @property
    def position(self) -> Position | None:
        return self.first.position

    @property
    def westbound(self) -> bool:
        return self.first.summary.direction is Direction.WESTBOUND

    @property
    def simulated(self) -> bool:
        return any(each.summary.simulated for each in self.shipments)

    @property
    def containers(self) -> int | None:
        known = [s.summary.containers for s in self.shipments if s.summary.containers is not None]
        return sum(known) if known else None

    @property
    def planned_arrival(self) -> object:
        return self.first.summary.planned_arrival


def traffic(
    store: Store,
    wanted: ShipmentFilter,
    *,
    states: Iterable[Lateness] = (),
    actor: Actor,
    now: datetime,
) -> tuple[Moving, ...]:
    """Give what is under way and in sight, the most urgent first; `states` leaves only those.

    Everything on one train at one place that stands alike against its plan is put together.
    """
    network = load_world(store).network
    with store.reading() as reading:
        found = under_way(reading, actor.scope, replace(wanted, published=False), now=now)
    groups: dict[object, list[Followed]] = {}
    for each in found:
        followed = follow(network, each.summary, each, now)
        if followed.is_under_way:
            groups.setdefault(_key(followed), []).append(followed)
    kept = list(states)
    ordered = sorted(groups.values(), key=lambda group: _urgency(group[0]))
    numbered = [
        Moving(number=number, shipments=tuple(sorted(group, key=_size)))
        for number, group in enumerate(ordered, start=1)
        if not kept or (group[0].lateness or Lateness.ON_PLAN) in kept
    ]
    return tuple(replace(moving, number=number) for number, moving in enumerate(numbered, start=1))


def lost(store: Store, wanted: ShipmentFilter, *, actor: Actor, now: datetime) -> int:
    """Count the shipments in sight that were lost from sight: under way as far as was told, and silent for long."""
    with store.reading() as reading:
        return lost_count(reading, actor.scope, replace(wanted, published=False), now=now)


def not_left(store: Store, *, simulated: bool, actor: Actor, now: datetime) -> tuple[Followed, ...]:
    """Give shipments that should have departed and of which no departure is recorded; at most fifty."""
    wanted = ShipmentFilter(status=Status.NOT_DEPARTED, late=True, simulated=simulated, published=False)
    page: Page[Followed] = list_page(store, wanted, actor=actor, now=now, descending=False)
    return tuple(each for each in page.items if each.lateness is Lateness.LATE)


def needing_attention(moving: Sequence[Moving]) -> tuple[Moving, ...]:
    """Give those that are overdue, held, without news or late."""
    return tuple(m for m in moving if m.lateness in (Lateness.HELD, Lateness.SILENT, Lateness.LATE))


def simulated_there(store: Store, *, actor: Actor) -> bool:
    """Whether there is simulated history this actor could look at."""
    with store.reading() as reading:
        return has_simulated(reading, actor.scope)


def _key(followed: Followed) -> object:
    summary, position = followed.summary, followed.position
    alone = None if summary.train else summary.id
    departed = summary.departed.local_date if summary.departed else None
    place = (round(position.lat, 2), round(position.lon, 2)) if position else None
    # what was invented is never put together with what was recorded
    return (
        summary.simulated,
        alone,
        summary.train,
        departed,
        summary.origin,
        summary.destination,
        place,
        followed.lateness,
    )


def _size(followed: Followed) -> tuple[int, str]:
    return (-(followed.summary.containers or 0), followed.summary.reference)


def _urgency(followed: Followed) -> tuple[int, float, str]:
    state = followed.lateness or Lateness.ON_PLAN
    behind = followed.behind_h if followed.behind_h is not None else 24.0 * (followed.behind_days or 0)
    return (URGENCY.index(state), -behind, followed.summary.reference)
