"""Setting up a database and keeping what the rules of the trade need to know of the world at hand."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from threading import Lock
from weakref import WeakKeyDictionary

from railtrack import resources
from railtrack.domain.line.gazetteer import Gazetteer
from railtrack.domain.world import World
from railtrack.exchange.reference import ReferenceData, load_reference
from railtrack.operations.entering.published import RECORDER, load_published
from railtrack.store.engine import Store
from railtrack.store.reference import load_network, reference_stamp, save_reference


def init(store: Store, *, now: datetime) -> None:
    """Create or migrate the database and load `data/`: reference data and the published movements.

    Again and again without harm: what was mended in the product stays as it is.
    """
    store.migrate()
    data = reference_data()
    with store.writing(RECORDER, now) as w:
        save_reference(w, data.stations, data.legs, data.corridors)
        w.commit()
    load_published(store, data.movements, world=load_world(store), now=now)


@cache
def reference_data() -> ReferenceData:
    """Give what lies in `data/`, read once per process."""
    return load_reference(resources.folder("data"))


@dataclass(frozen=True)
class _Remembered:
    stamp: str
    world: World


_worlds: WeakKeyDictionary[Store, _Remembered] = WeakKeyDictionary()
_lock = Lock()


def load_world(store: Store) -> World:
    """Give the stations, legs and corridors of this database with size-types and delay reasons of `data/`.

    Kept in memory until somebody mends a station, a leg or a corridor, in whichever process.
    """
    with store.reading() as reading:
        stamp = reference_stamp(reading)
        with _lock:
            known = _worlds.get(store)
        if known is not None and known.stamp == stamp:
            return known.world
        network = load_network(reading)
    world = replace(reference_data().world(), network=network, gazetteer=Gazetteer(network.stations))
    with _lock:
        _worlds[store] = _Remembered(stamp, world)
    return world
