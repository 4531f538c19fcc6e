"""Our lengths against what others published."""

from itertools import pairwise
from math import fsum

import pytest

from railtrack.domain.line.geodesy import geodesic_km
from railtrack.exchange.reference import PublishedSection, load_reference
from railtrack.resources import folder

DATA = load_reference(folder("data"))
NETWORK = DATA.network()


@pytest.mark.parametrize(
    ("corridor", "destination", "published_km"),
    [("dostyk-petropavl", "MHG", 11_200), ("dostyk-duisburg", "DUI", 11_179)],
)
def test_a_corridor_is_within_8_percent_of_its_published_length(
    corridor: str, destination: str, published_km: float
) -> None:
    length = NETWORK.corridor_length_km(corridor, "CKG", destination)
    assert length == pytest.approx(published_km, rel=0.08)
    assert NETWORK.corridors[corridor].published_km == published_km


def test_the_first_corridor_is_10_513_km_long() -> None:
    assert NETWORK.corridor_length_km("dostyk-petropavl", "CKG", "MHG") == pytest.approx(10_513, abs=0.5)


@pytest.mark.parametrize("section", DATA.published_sections, ids=lambda s: f"{s.stations[0]}-{s.stations[-1]}")
def test_a_published_section_is_met(section: PublishedSection) -> None:
    legs = [NETWORK.leg(a, b) for a, b in pairwise(section.stations)]
    length = fsum(leg.length_km for leg in legs if leg is not None)
    assert None not in legs
    assert section.tolerance_pct <= 5
    assert length == pytest.approx(section.published_km, rel=section.tolerance_pct / 100)


@pytest.mark.parametrize(
    "leg", [leg for leg in DATA.legs if leg.published_km], ids=lambda g: f"{g.origin}-{g.destination}"
)
def test_a_leg_is_near_its_published_length(leg) -> None:  # type: ignore[no-untyped-def]  # one of DATA.legs
    allowed = 0.08 if leg.published_km < 250 else 0.04  # station limits weigh more on short ones
    assert leg.length_km == pytest.approx(leg.published_km, rel=allowed)


def test_dostyk_kaliningrad_is_within_5_percent_of_5_430_km() -> None:
    assert NETWORK.corridor_length_km("kaliningrad-mukran", "DTK", "KGD") == pytest.approx(5_430, rel=0.05)


def test_the_straight_line_is_never_taken_for_the_way_of_the_rails() -> None:
    for corridor in DATA.corridors:
        points = [(NETWORK.stations[i].lat, NETWORK.stations[i].lon) for i in corridor.stations]
        straight = fsum(geodesic_km(a, b) for a, b in pairwise(points))
        length = NETWORK.corridor_length_km(corridor.id, corridor.origin, corridor.destination)
        assert length is not None
        assert length > 1.1 * straight
    route = NETWORK.route("CKG", "MHG")
    assert route.great_circle_km < 0.8 * route.length_km
