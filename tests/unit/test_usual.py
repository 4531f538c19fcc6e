"""What is usual for somebody who ships."""

from datetime import UTC, datetime

import pytest

from railtrack.domain.cargo.goods import ContainerFacts, ShipmentFacts
from railtrack.domain.cargo.usual import learn, next_train
from railtrack.domain.movement.journeys import Direction
from railtrack.domain.records import Organisation, RecordedContainer, RecordedShipment


@pytest.mark.parametrize(
    ("trains", "follows"),
    [
        (["YXO 8434", "YXO 8433"], "YXO 8435"),
        (["YXO 8434", "YXO 8432", "YXO 8430"], "YXO 8436"),
        (["X8009", "X8008"], "X8010"),
        (["K009", "K008"], "K010"),
        (["X8 W", "X8 W"], "X8 W"),
        (["YXO 8434", "YXO 8432", "YXO 8431"], ""),
        (["YXO 8433", "YXO 8434"], ""),
        (["YXO 8434", "ABC 8433"], ""),
        (["YXO 8434", "express"], ""),
        (["YXO 8434"], ""),
        ([], ""),
    ],
)
def test_the_next_train_follows_even_steps(trains: list[str], follows: str) -> None:
    assert next_train(trains) == follows


def shipment(number: int, origin: str, shipper: str = "", size_type: str = "45G1", **facts: str) -> RecordedShipment:
    reference = f"A{number}"
    given = ShipmentFacts(partner=None, reference=reference, origin=origin, destination="MHG", shipper=shipper, **facts)
    box = RecordedContainer(id=number, facts=ContainerFacts(container=None, size_type=size_type))
    return RecordedShipment(
        id=number,
        organisation=Organisation(id=1, name="Alpha"),
        facts=given,
        direction=Direction.WESTBOUND,
        containers=(box,),
        created_at=datetime(2024, 6, 1, tzinfo=UTC),
    )


def test_the_commonest_counts_and_of_equals_the_latest() -> None:
    last = [
        shipment(4, "XIY", "Rare Ltd", size_type="22G1", corridor="north"),
        shipment(3, "CKG", "", size_type="45G1", corridor="south"),
        shipment(2, "CKG", "Gear Works", size_type="45G1"),
        shipment(1, "CKG", "Motor Co", size_type="22G1", corridor="middle"),
    ]
    usual = learn(last)
    assert usual.fields == {"origin": "CKG", "destination": "MHG", "corridor": "south", "shipper": "Gear Works"}
    assert (usual.size_type, usual.shipments) == ("22G1", 4)


def test_without_shipments_nothing_is_usual() -> None:
    assert learn([]).fields == {}
