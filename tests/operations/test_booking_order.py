"""What a shipment holds does not depend on the order of rows, nor on how they are spread over files."""

import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import count, pairwise, permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from railtrack.domain.actors import EVERYTHING
from railtrack.domain.cargo.goods import ContainerFacts
from railtrack.domain.errors import Severity
from railtrack.domain.line.network import Network
from railtrack.operations.administering.reference import init, load_world
from railtrack.operations.entering.loading import LoadResult, Options, load_file
from railtrack.operations.figures.exporting import Form, Wanted, What, export
from railtrack.store.engine import Store
from railtrack.store.reading.shipments import journeys, shipment_named
from railtrack.store.writing.slots import train_capacities
from tests.factories import ADMINISTRATOR, container, enter, event_row, moment, shipment_row, tell

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SIZES = ("45G1", "22G1")
_serial = count(1)

Files = list[list[ContainerFacts]]


@st.composite
def spread(draw: st.DrawFn) -> tuple[list[ContainerFacts], Files]:
    """Bookings and numbered containers, first as they come to mind, then in some order and cut into files."""
    booked = draw(st.dictionaries(st.sampled_from(SIZES), st.integers(1, 4), min_size=1))
    numbered = draw(st.lists(st.sampled_from(SIZES), max_size=6))
    boxes = [container(None, quantity=n, size_type=size) for size, n in booked.items()]
    boxes += [container(serial, size_type=size) for serial, size in enumerate(numbered, 1)]
    mixed = draw(st.permutations(boxes))
    cuts = sorted({0, len(mixed), *draw(st.lists(st.integers(0, len(mixed)), max_size=3))})
    return boxes, [mixed[a:b] for a, b in pairwise(cuts)]


def holds(store: Store, reference: str) -> list[tuple[object, ...]]:
    """What a shipment holds, with the state of each journey."""
    with store.reading() as r:
        shipment = shipment_named(r, EVERYTHING, reference)
        states = {j.id: j.journey.status for j in journeys(r, EVERYTHING, shipment.id)}
    return sorted(
        (c.facts.size_type, c.facts.container or "", c.booked or 0, c.facts.quantity, states.get(c.id, "no journey"))
        for c in shipment.containers
    )


def book_files(store: Store, network: Network, files: Files) -> str:
    reference = f"N-{next(_serial)}"
    for file in files:
        enter(store, network, [shipment_row(reference, box) for box in file])
    tell(store, network, [event_row("departed", "CKG", "2024-03-01T09:00+08:00", reference)])
    return reference


# the store is the same for all examples; each has a shipment of its own
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spread())
def test_any_order_and_any_files_give_the_same_containers_and_journeys(
    furnished: Store, network: Network, rows: tuple[Sequence[ContainerFacts], Files]
) -> None:
    boxes, files = rows
    found = holds(furnished, book_files(furnished, network, files))
    assert found == holds(furnished, book_files(furnished, network, [list(boxes)]))
    left = {size: quantity for size, number, _, quantity, _ in found if not number}
    for size, quantity in left.items():
        booked = sum(b.quantity or 0 for b in boxes if b.container is None and b.size_type == size)
        numbered = sum(1 for b in boxes if b.container is not None and b.size_type == size)
        assert quantity == max(0, booked - numbered)


@pytest.fixture
def other(sqlite_template: Path, tmp_path: Path) -> Iterator[Store]:
    """Another database with reference data only."""
    path = tmp_path / "other.db"
    shutil.copyfile(sqlite_template, path)
    store = Store(f"sqlite:///{path}")
    init(store, now=NOW)
    yield store
    store.close()


@pytest.mark.parametrize("form", [Form.CSV, Form.JSONL])
def test_what_is_left_of_bookings_survives_an_export(store: Store, network: Network, other: Store, form: Form) -> None:
    init(store, now=NOW)
    booking = container(None, quantity=2)
    files = [
        [[booking, container(1)]],
        [[container(1)], [booking]],
        [[container(1), container(2), container(3)], [booking]],
        [[booking], [container(1), container(2, size_type="22G1")], [container(3)]],
    ]
    references = [book_files(store, network, each) for each in files]
    # a container turns out to be of another size-type, which gives its place in the booking back
    enter(store, network, [shipment_row(references[3], container(3, size_type="22G1"))], update=True)
    for what in (What.SHIPMENTS, What.EVENTS):
        written = b"".join(export(store, what, Wanted(), form, actor=ADMINISTRATOR, now=NOW))
        loaded = load_file(other, written, f"{what}.{form}", world=load_world(other), actor=ADMINISTRATOR, now=NOW)
        assert loaded.is_clean, [str(problem) for problem in loaded.problems]
    quantities = [[line[3] for line in holds(other, name) if not line[1]] for name in references]
    assert quantities == [[1], [1], [0], [1]]
    for name in references:
        assert holds(other, name) == holds(store, name)


def test_a_changed_capacity_survives_an_export(store: Store, network: Network, other: Store) -> None:
    init(store, now=NOW)
    on = {"train": "T1", "planned_departure": moment("2024-03-01T08:00+08:00")}
    enter(store, network, [shipment_row("A-1", container(1), train_capacity_teu=82.0, **on)])
    enter(store, network, [shipment_row("A-2", container(2), partner="Beta", **on)])
    enter(
        store, network, [shipment_row("A-2", container(2), partner="Beta", train_capacity_teu=80.0, **on)], update=True
    )
    written = b"".join(export(store, What.SHIPMENTS, Wanted(), Form.CSV, actor=ADMINISTRATOR, now=NOW))
    for target, accepted in ((other, 2), (store, 0)):
        loaded = load_file(target, written, "s.csv", world=load_world(target), actor=ADMINISTRATOR, now=NOW)
        assert loaded.is_clean, [str(problem) for problem in loaded.problems]
        assert loaded.accepted == accepted
    for name in ("A-1", "A-2"):
        with other.reading() as r:
            assert shipment_named(r, EVERYTHING, name).facts.train_capacity_teu == 80.0


SLOTS = """reference,partner,origin,destination,train,planned_departure,train_capacity_teu,container,size_type
C-1,Alpha,CKG,MHG,,,80,CSQU3054383,45G1
C-1,Alpha,CKG,MHG,T9,,,MSCU6639870,22G1
C-1,Alpha,CKG,MHG,,2024-03-01T08:00,,TEMU4391254,22G1
"""


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_slots_may_stand_before_the_row_that_tells_the_train(other: Store, order: tuple[int, ...]) -> None:
    header, *lines = SLOTS.splitlines()
    content = "\n".join([header, *(lines[i] for i in order)]).encode()

    def load(content: bytes) -> LoadResult:
        return load_file(other, content, "s.csv", world=load_world(other), actor=ADMINISTRATOR, now=NOW)

    loaded = load(content)
    assert (loaded.accepted, [str(p) for p in loaded.problems]) == (3, [])
    with other.reading() as r:
        assert shipment_named(r, EVERYTHING, "C-1").facts.train_capacity_teu == 80.0
    assert load(content).duplicates == 3
    # and what is agreed holds for such a row too
    mistaken = content.replace(b",80,", b",82,").replace(b"C-1", b"C-2")
    assert [(p.column, p.value) for p in load(mistaken).problems] == [("train_capacity_teu", "82")]


def test_slots_of_a_train_that_only_a_refused_row_tells_are_not_kept(other: Store) -> None:
    header, first, *_ = SLOTS.splitlines()
    refused = "C-1,Alpha,CKG,DUI,T9,2024-03-01T08:00,,MSCU6639870,22G1"
    loaded = load_file(
        other, "\n".join([header, first, refused]).encode(), "s.csv", world=load_world(other), actor=ADMINISTRATOR,
        now=NOW, options=Options(partial=True),
    )  # fmt: skip
    assert (loaded.accepted, loaded.rejected) == (1, 1)
    assert "train_capacity_teu" in [p.column for p in loaded.problems if p.severity is Severity.WARNING]
    with other.reading() as r:
        assert train_capacities(r.session, ["T9"]) == {}
