"""How far somebody is in the tour of the first visit: three steps, taken once, and again for whoever asks.

Where one stands is kept with the account, so that it does not begin anew on the phone. A step is of no concern to the
audit.
"""

from datetime import datetime

from railtrack.domain.actors import Actor
from railtrack.domain.rights import Operation, insist
from railtrack.operations.administering.accounts import find_user
from railtrack.store import people as stored
from railtrack.store.engine import Store

STEPS = 3
OVER = 0


def begin_tour(store: Store, *, actor: Actor, now: datetime) -> int:
    """Start it from the first step."""
    return _stand_at(store, 1, actor, now)


def leave_tour(store: Store, *, actor: Actor, now: datetime) -> int:
    """End it, wherever it stands."""
    return _stand_at(store, OVER, actor, now)


def take_step(store: Store, step: int, *, actor: Actor, now: datetime) -> int:
    """Go on from a step and give the next one, `OVER` after the last; from one that was taken before, nothing moves."""
    present = find_user(store, actor.name).tour_step
    if present != step or present == OVER:
        return present
    return _stand_at(store, OVER if step >= STEPS else step + 1, actor, now)


def _stand_at(store: Store, step: int, actor: Actor, now: datetime) -> int:
    insist(actor, Operation.KEEP_SELF)
    person = find_user(store, actor.name)
    if person.tour_step != step:
        with store.noting(actor, now) as w:
            stored.change_person(w, person.id, tour_step=step)
            w.commit()
    return step
