"""A wrong row in the published record stops the loading and stores none of its events."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from railtrack.domain.errors import Refused
from railtrack.operations.administering.reference import init, load_world, reference_data
from railtrack.operations.entering.published import RECORDER, load_published
from railtrack.store.engine import Store
from railtrack.store.reading.shipments import events, shipment_named

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"arrived": "2018-02-30"}, "(?i)no such|does not exist|not a date|no date|calendar"),
        ({"departed": "2031-01-01"}, "has not come there yet"),
        ({"containers": -41}, "at least 0"),
    ],
)
def test_a_movement_that_cannot_be_is_refused_and_nothing_is_stored(
    sqlite_store: Store, changes: dict[str, object], words: str
) -> None:
    init(sqlite_store, now=NOW)
    world = load_world(sqlite_store)

    def told() -> list[tuple[str, bool]]:
        with sqlite_store.reading() as r:
            named = shipment_named(r, RECORDER.scope, "mcs-2018-2")
            return [(event.facts.event.value, event.current) for event in events(r, RECORDER.scope, named.id)]

    before = told()
    wrong = [
        replace(movement, **changes)  # type: ignore[arg-type]
        for movement in reference_data().movements
        if movement.id == "mcs-2018-2"
    ]
    with pytest.raises(Refused, match=words):
        load_published(sqlite_store, wrong, world=world, now=NOW)
    assert told() == before
