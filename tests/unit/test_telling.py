"""What is told of a train becomes rows of shipments or of containers."""

from datetime import UTC, datetime

from railtrack.domain.cargo.goods import ContainerFacts, ShipmentFacts
from railtrack.domain.movement.journeys import Direction
from railtrack.domain.movement.telling import Load, count_told, rows_told
from railtrack.domain.records import Organisation, RecordedContainer, RecordedShipment

TOLD = {"event": "departed", "station": "CKG"}


def load(number: int, *boxes: str, unnumbered: int = 0) -> Load:
    """A shipment R{number} with containers by number and some without."""
    numbered = [
        RecordedContainer(id=number * 10 + i, facts=ContainerFacts(container=box)) for i, box in enumerate(boxes)
    ]
    rest = [RecordedContainer(id=99, facts=ContainerFacts(container=None, quantity=unnumbered))] if unnumbered else []
    facts = ShipmentFacts(reference=f"R{number}", partner="Alpha", origin="CKG", destination="MHG")
    return Load(
        RecordedShipment(
            id=number,
            organisation=Organisation(1, "Alpha"),
            facts=facts,
            direction=Direction.WESTBOUND,
            containers=(*numbered, *rest),
            created_at=datetime(2024, 6, 1, tzinfo=UTC),
        )
    )


def said(loads: list[Load], chosen: set[str] | None) -> list[tuple[object, object]]:
    return [(row.cells["reference"], row.cells.get("container")) for row in rows_told(loads, chosen, TOLD)]


def test_all_of_a_shipment_is_told_of_the_shipment() -> None:
    one = load(1, "A", "B")
    assert said([one], None) == said([one], {"10", "11"}) == [("R1", None)]


def test_some_of_a_shipment_are_told_of_each() -> None:
    assert said([load(1, "A", "B", "C")], {"10", "12"}) == [("R1", "A"), ("R1", "C")]


def test_a_train_is_told_of_shipment_by_shipment() -> None:
    assert said([load(1, "A"), load(2, "B", "C")], {"10", "21"}) == [("R1", None), ("R2", "C")]


def test_nothing_chosen_tells_nothing() -> None:
    assert said([load(1, "A"), load(2, unnumbered=5)], set()) == []


def test_containers_without_numbers_are_told_of_only_together_with_all_others() -> None:
    mixed = load(1, "A", unnumbered=4)
    assert said([mixed], {"10"}) == [("R1", "A")]
    assert said([mixed], {"10", "s1"}) == [("R1", None)]


def test_a_row_names_the_partner_and_what_was_told() -> None:
    (row,) = rows_told([load(1, "A")], None, TOLD)
    assert row.cells == {**TOLD, "reference": "R1", "partner": "Alpha"}


def test_what_is_chosen_is_counted() -> None:
    loads = [load(1, "A", "B"), load(2, "C", unnumbered=4)]
    assert count_told(loads, None) == 7
    assert count_told(loads, {"10", "s2"}) == 5
