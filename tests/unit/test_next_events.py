"""What is likely to happen next."""

import pytest

from railtrack.domain.line.network import Network
from railtrack.domain.movement.events import EventKind
from railtrack.domain.movement.next_events import likely_next, main_stations
from railtrack.exchange.reference import load_reference
from railtrack.resources import folder

E = EventKind
WEST = ("CKG", "MHG", "dostyk-petropavl")


@pytest.fixture(scope="module")
def network() -> Network:
    return load_reference(folder("data")).network()


def expected(
    network: Network, *happened: tuple[EventKind, str | None], way: tuple[str, str, str | None] = WEST
) -> list[str]:
    return [f"{n.event.value} {n.station}" for n in likely_next(network, *way, happened)]


def test_before_anything_happened_the_train_departs(network: Network) -> None:
    assert expected(network) == ["departed CKG", "loaded CKG", "gate_in CKG"]
    assert expected(network, (E.LOADED, "CKG")) == ["departed CKG", "gate_in CKG"]


def test_after_a_departure_it_arrives_at_the_next_station_with_a_part(network: Network) -> None:
    assert expected(network, (E.DEPARTED, "CKG")) == ["arrived XIA", "arrived URC", "arrived ALK"]


def test_a_departure_from_a_lesser_station_counts_too(network: Network) -> None:
    assert expected(network, (E.DEPARTED, "CKG"), (E.DEPARTED, "KOV"))[0] == "arrived PPK"


def test_where_the_gauge_changes_containers_are_transshipped_before_they_go_on(network: Network) -> None:
    so_far: list[tuple[EventKind, str | None]] = [(E.DEPARTED, "CKG"), (E.ARRIVED, "DTK")]
    assert expected(network, *so_far) == ["transshipped DTK", "customs_released DTK", "departed DTK", "held DTK"]
    assert expected(network, *so_far, (E.TRANSSHIPPED, "DTK"))[0] == "customs_released DTK"


def test_a_station_without_border_or_gauge_change_has_a_departure_next(network: Network) -> None:
    assert expected(network, (E.DEPARTED, "CKG"), (E.ARRIVED, "XIA"))[0] == "departed XIA"


def test_at_the_destination_the_container_leaves_the_train(network: Network) -> None:
    assert expected(network, (E.DEPARTED, "CKG"), (E.ARRIVED, "MHG"))[0] == "discharged MHG"


def test_the_other_way_round_the_order_turns(network: Network) -> None:
    east = ("MHG", "CKG", "dostyk-petropavl")
    assert main_stations(network, *east) == main_stations(network, *WEST)[::-1]
    assert expected(network, (E.DEPARTED, "MHG"), (E.DEPARTED, "MAL"), way=east)[0] == "arrived BQT"


def test_a_position_says_nothing_of_what_comes_next(network: Network) -> None:
    assert expected(network, (E.DEPARTED, "CKG"), (E.POSITION, None))[0] == "arrived XIA"


def test_without_a_corridor_only_the_ends_are_known(network: Network) -> None:
    assert expected(network, (E.DEPARTED, "MHG"), way=("MHG", "TAO", None)) == ["arrived TAO"]


def test_without_a_corridor_a_border_station_still_has_customs(network: Network) -> None:
    way = ("CKG", "MHG", None)
    assert expected(network, (E.DEPARTED, "CKG"), (E.ARRIVED, "BQT"), way=way) == [
        "customs_released BQT",
        "departed BQT",
        "held BQT",
    ]
    assert expected(network, (E.DEPARTED, "CKG"), (E.ARRIVED, "XIA"), way=way) == ["departed XIA", "held XIA"]


def test_a_departure_from_a_station_off_the_corridor_leaves_every_station_ahead_possible(network: Network) -> None:
    assert "TAO" not in network.corridors["dostyk-petropavl"].stations
    assert expected(network, (E.DEPARTED, "CKG"), (E.DEPARTED, "TAO"))[0] == "arrived XIA"
