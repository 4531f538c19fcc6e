"""TEU by the first character of the size-type (contract §5)."""

import pytest

from railtrack.domain.cargo.size_types import teu_is_assumed, teu_of

KNOWN = {"22G1", "45G1", "L5G1", "M5G1", "P5G1", "32G1", "12G1", "D5G1"}


@pytest.mark.parametrize(
    ("size_type", "teu"),
    [
        ("22G1", 1.0),
        ("45G1", 2.0),
        (" 45g1", 2.0),
        ("L5G1", 2.25),
        ("M5G1", 2.4),
        ("P5G1", 2.65),
        ("32G1", 1.5),
        ("12G1", 0.5),
    ],
)
def test_teu_go_by_length(size_type: str, teu: float) -> None:
    assert teu_of(size_type, KNOWN) == teu
    assert not teu_is_assumed(size_type)


def test_a_known_length_without_teu_counts_one_and_says_so() -> None:
    assert teu_of("D5G1", KNOWN) == 1.0
    assert teu_is_assumed("D5G1")


def test_an_unknown_size_type_has_no_teu() -> None:
    with pytest.raises(KeyError):
        teu_of("22X9", KNOWN)
