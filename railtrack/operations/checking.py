"""Looking whether the database is sound: its files and references, and whether journeys are what their events say."""

from itertools import islice

from railtrack.operations.reference import load_world
from railtrack.store.checking import journey_differences
from railtrack.store.engine import Store

MOST = 20


def check(store: Store, *, rebuild: bool = False) -> list[str]:
    """Give what is wrong, a sentence each, at most twenty; nothing where all is well.

    `rebuild` folds every journey anew from its events and compares; nothing is changed.
    """
    found = store.integrity()
    if rebuild and not found:
        network = load_world(store).network
        with store.reading() as reading:
            found += islice(journey_differences(reading, network), MOST)
    return found[:MOST]
