"""The worked case once more, through all floors: both files are loaded as they stand, the store gives the facts."""

from datetime import UTC, datetime

import pytest

from railtrack.analytics.statistics import Filters, Options, Statistic
from railtrack.domain.actors import Actor, Role
from railtrack.operations.administering.reference import init, load_world
from railtrack.operations.entering.loading import load_file
from railtrack.operations.figures.statistics import compute
from railtrack.store.engine import Store
from tests.analytics import worked_case
from tests.analytics.test_worked_case import assert_same_rows

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ADMIN = Actor(name="cli:test", role=Role.ADMINISTRATOR)
# the published record is in the store as well
EXAMPLE = Filters(partner="Example Forwarding")


@pytest.fixture
def loaded(store: Store) -> Store:
    init(store, now=NOW)
    world = load_world(store)
    for name in ("shipments.csv", "events.csv"):
        content = (worked_case.FOLDER / name).read_bytes()
        assert load_file(store, content, name, world=world, actor=ADMIN, now=NOW).stored
    return store


def test_the_files_give_every_row_of_the_worked_case_with_speeds_by_the_corridors_length(loaded: Store) -> None:
    expected = worked_case.read().expected
    length_km = load_world(loaded).network.corridor_length_km("dostyk-petropavl", "CKG", "MHG")
    assert length_km == pytest.approx(expected["length_km_assumed"], rel=1e-3)
    for statistic in Statistic:
        questions: list[tuple[str, list[str]]] = [(statistic.value, [])]
        if statistic is Statistic.TRANSIT:
            questions.append(("transit --by month", ["month"]))
        for name, by in questions:
            rows = [dict(row) for row in expected[name]]
            for row in rows:
                for speed in {"swd_kmh", "swod_kmh"} & set(row):
                    row[speed] *= length_km / expected["length_km_assumed"]
            found = compute(loaded, statistic.value, filters=EXAMPLE, by=by, options=Options(), actor=ADMIN)
            assert_same_rows(found, rows)
