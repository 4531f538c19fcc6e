"""Looking whether the database is sound: its files and references, and whether what was derived still follows."""

from itertools import islice

from railtrack.operations.administering.reference import load_world
from railtrack.store.checking import differences
from railtrack.store.engine import Store

MOST = 20


def check(store: Store, *, rebuild: bool = False) -> list[str]:
    """Give what is wrong, a sentence each, at most twenty; nothing where all is well.

    `rebuild` derives anew what follows from other rows and compares: which statements hold, directions, what is left
    of bookings, journeys with visits and crossings. Nothing is changed.
    """
    found = store.integrity()
    if rebuild and not found:
        network = load_world(store).network
        with store.reading() as reading:
            found += islice(differences(reading, network), MOST)
    return found[:MOST]
