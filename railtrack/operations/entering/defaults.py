"""What the next shipment is likely to hold, from those the actor's organisation booked last."""

from railtrack.domain.actors import Actor
from railtrack.domain.cargo.usual import NOTHING, Usual, learn
from railtrack.store.engine import Store
from railtrack.store.reading import entry

LEARNED_FROM = 10


def usual(store: Store, *, actor: Actor) -> Usual:
    """Learn what is usual; nothing for who books for others."""
    if actor.organisation_id is None:
        return NOTHING
    with store.reading() as reading:
        return learn(entry.last_shipments(reading, actor.scope, actor.organisation_id, LEARNED_FROM))
