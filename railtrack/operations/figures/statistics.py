"""The statistics as people ask for them: fresh facts, names instead of spellings, and only what the asker may see."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock, Thread
from weakref import WeakKeyDictionary

from railtrack.analytics import statistics as analytics
from railtrack.analytics.engine import Engine, Facts
from railtrack.analytics.filters import GROUPS, By, DateOf, Filters, Options, Plan, Statistic, WrongUsage
from railtrack.analytics.statistics import Row, columns
from railtrack.domain.actors import PUBLISHED_ONLY, Actor, Scope
from railtrack.domain.errors import NotFound, RailtrackError
from railtrack.domain.messages import say
from railtrack.domain.rights import Operation, insist
from railtrack.operations.administering.reference import load_world
from railtrack.store.engine import Store
from railtrack.store.organisations import name_key
from railtrack.store.reading.facts import StoreFacts
from railtrack.store.reading.listing import partners

__all__ = [
    "GROUPS",
    "By",
    "DateOf",
    "Figures",
    "Filters",
    "Options",
    "Plan",
    "Row",
    "Statistic",
    "WrongUsage",
    "columns",
    "compute",
    "engine_of",
    "opened",
    "settled",
    "warm",
]

_engines: WeakKeyDictionary[Store, Engine] = WeakKeyDictionary()
_lock = Lock()
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Figures:
    """Statistics of one moment for one asker: whatever is asked of them was counted over the same facts."""

    store: Store
    facts: Facts
    actor: Actor

    def compute(
        self, name: str, *, filters: Filters | None = None, by: Iterable[str] = (), options: Options | None = None
    ) -> list[Row]:
        """Give the rows of a statistic.

        Raises WrongUsage for a question that makes no sense, NotFound for a partner or corridor nobody in sight has.
        """
        try:
            statistic = Statistic(name)
        except ValueError:
            known = ", ".join(each.value for each in Statistic)
            said = say("There is no statistic %(name)s. There are: %(known)s.", name=name, known=known)
            raise WrongUsage(said) from None
        seen = settled(self.store, filters or Filters(), self.actor)
        return analytics.compute(self.facts, statistic, seen, by, options or Options(), scope=scope_of(self.actor))

    def behind(
        self,
        statistic: Statistic,
        *,
        filters: Filters,
        group: Mapping[str, str | None] | None = None,
        column: str | None = None,
        options: Options,
    ) -> tuple[int, ...]:
        """Give the ids of the journeys behind a row or one of its counts; raises as `compute` does.

        `group` names the row by its grouped columns, None being the row of those without.
        """
        insist(self.actor, Operation.MEASURE)
        seen = settled(self.store, filters, self.actor)
        scope = self.actor.scope
        return tuple(analytics.behind(self.facts, statistic, seen, group, options, column=column, scope=scope))

    def ungrouped(
        self, statistic: Statistic, *, filters: Filters, by: tuple[str, ...], options: Options
    ) -> tuple[int, ...]:
        """Give the ids of the journeys that stand in no row when grouped so."""
        insist(self.actor, Operation.MEASURE)
        seen = settled(self.store, filters, self.actor)
        return tuple(analytics.ungrouped(self.facts, statistic, seen, by, options, scope=self.actor.scope))

    def unpublished(self, *, filters: Filters, by: tuple[str, ...], options: Options) -> list[Row]:
        """Say of volume for how many journeys containers, TEU and weight were not told."""
        insist(self.actor, Operation.MEASURE)
        seen = settled(self.store, filters, self.actor)
        return analytics.unpublished(self.facts, seen, by, options, scope=self.actor.scope)


@contextmanager
def opened(store: Store, *, actor: Actor) -> Iterator[Figures]:
    """Open the statistics over everything recorded up to now; raises Unavailable if they cannot be kept at all."""
    engine = engine_of(store)
    engine.refresh()
    with engine.snapshot() as snapshot:
        yield Figures(store, snapshot, actor)


def compute(
    store: Store,
    name: str,
    *,
    filters: Filters | None = None,
    by: Iterable[str] = (),
    options: Options | None = None,
    actor: Actor,
) -> list[Row]:
    """Give the rows of one statistic over everything recorded up to now; raises as `Figures.compute` does."""
    with opened(store, actor=actor) as figures:
        return figures.compute(name, filters=filters, by=by, options=options)


def scope_of(actor: Actor) -> Scope:
    """Give what counts in somebody's figures; of whoever gets none, the published record alone, open to everybody."""
    return actor.scope if actor.may(Operation.MEASURE) else PUBLISHED_ONLY


def engine_of(store: Store) -> Engine:
    """Give this process's copy of the facts of a store, made when first asked for.

    Beside an SQLite database it lies in a file, so that the next command need not load everything again. The file has
    a folder for its owner alone, like the database: DuckDB makes files that everybody may read.
    """
    with _lock:
        engine = _engines.get(store)
        if engine is None:
            engine = _engines[store] = Engine(StoreFacts(store, lambda: load_world(store).network), _beside(store))
        return engine


def warm(store: Store) -> Thread:
    """Take the facts over in the background, so that the first page after a start need not wait for all of them.

    Whoever asks meanwhile waits for the same load: the engine lets one refresh at a time. A failure is only noted,
    for the next question tries again and tells its asker.
    """

    def take_over() -> None:
        try:
            engine_of(store).refresh()
        except RailtrackError as error:
            log.warning("the statistics could not be made ready: %s", error)

    thread = Thread(target=take_over, name="warm statistics", daemon=True)
    thread.start()
    return thread


def _beside(store: Store) -> Path | None:
    database = store.path
    if database is None:
        return None
    folder = database.with_name(f"{database.name}.cache")
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
    except OSError:
        return None
    return folder / "facts.duckdb"


def settled(store: Store, filters: Filters, actor: Actor) -> Filters:
    """Bring the partner's name to the spelling it is recorded with, and make sure of the corridor."""
    if filters.corridor is not None and filters.corridor not in load_world(store).network.corridors:
        raise NotFound(
            say(
                "There is no corridor %(id)s. There are: %(known)s.",
                id=filters.corridor,
                known=", ".join(load_world(store).network.corridors),
            )
        )
    if filters.partner is None:
        return filters
    with store.reading() as reading:
        for organisation in partners(reading, actor.scope):
            if name_key(organisation.name) == name_key(filters.partner):
                return replace(filters, partner=organisation.name)
    raise NotFound(say("No organisation %(name)s is known.", name=filters.partner))
