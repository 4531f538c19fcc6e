"""The sample workspace: simulated history to look around in, filled and thrown away from a page.

Either takes some seconds, so it goes on behind the page; a mark in the database keeps a second click, on this process
or another, from doing it at the same time. What is filled in is that of `railtrack demo`, with fewer journeys.
"""

from contextlib import suppress
from datetime import datetime, timedelta

from railtrack.domain.actors import Actor
from railtrack.domain.errors import Conflict
from railtrack.domain.messages import say
from railtrack.domain.progress import Progress
from railtrack.domain.rights import Operation, insist
from railtrack.operations.administering.demo import DemoResult, add_demo, remove_demo
from railtrack.store import people as stored
from railtrack.store.engine import Store
from railtrack.store.sample import SampleCounts, sample_counts

JOURNEYS = 500  # enough for each statistic to say something, and there in half a minute
LIFE = timedelta(minutes=15)  # whoever began longer ago was stopped in the middle
_MARK = "sample workspace"


def sample(store: Store, *, actor: Actor) -> SampleCounts:
    """How much is there. Raises NotAllowed unless an administrator asks."""
    _insist(actor)
    with store.reading() as r:
        return sample_counts(r)


def begin(store: Store, *, actor: Actor, now: datetime) -> bool:
    """Note for every process that the workspace is being filled or thrown away; False if it is already."""
    _insist(actor)
    # of two who begin at once, the second finds the mark or meets it
    with suppress(Conflict), store.noting(actor, now) as w:
        if _since(stored.setting(w, _MARK), now):
            return False
        stored.drop_setting(w, _MARK)
        stored.keep_setting(w, _MARK, now.isoformat())
        w.commit()
        return True
    return False


def is_begun(store: Store, *, now: datetime) -> bool:
    """Tell whether some process is at it."""
    with store.reading() as r:
        return _since(stored.setting(r, _MARK), now)


def end(store: Store, *, actor: Actor, now: datetime) -> None:
    """Note that nobody is at it any more."""
    with store.noting(actor, now) as w:
        stored.drop_setting(w, _MARK)
        w.commit()


def fill(store: Store, *, actor: Actor, now: datetime, progress: Progress | None = None) -> DemoResult:
    """Put the history in. Again on the same day it adds nothing; raises Refused where another one is in the way."""
    return add_demo(store, journeys=JOURNEYS, actor=actor, now=now, progress=progress)


def throw_away(store: Store, *, actor: Actor, now: datetime) -> int:
    """Take all that is simulated out, and nothing else; gives how many shipments went. Again it does nothing."""
    if not sample(store, actor=actor).shipments:
        return 0
    return remove_demo(store, actor=actor, now=now)


def _since(begun: str | None, now: datetime) -> bool:
    return begun is not None and datetime.fromisoformat(begun) > now - LIFE


def _insist(actor: Actor) -> None:
    insist(
        actor, Operation.SIMULATE, own=False, refusal=say("Only an administrator adds or removes simulated history.")
    )
