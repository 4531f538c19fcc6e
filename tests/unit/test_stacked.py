"""Accents on accents: as many as a script needs, not as many as paint over the rows above."""

import pytest

from railtrack.domain.cargo.identifiers import reference
from railtrack.domain.rows.cells import line_of_text, lines_of_text, texts
from railtrack.domain.rows.unfit import Unfit

ACUTE = "\u0301"
READERS = [reference.validate, line_of_text(100), lines_of_text(100), texts(100, 5)]


@pytest.mark.parametrize("read", READERS)
def test_a_letter_under_many_accents_is_refused_with_what_to_do(read) -> None:  # type: ignore[no-untyped-def]
    for marks in (5, 60):
        with pytest.raises(Unfit) as refused:
            read("CM-" + "e" + ACUTE * marks)
        assert str(refused.value) == "More than 4 accents stand on one letter."
        assert refused.value.remedy is not None


@pytest.mark.parametrize("text", ["e" + ACUTE * 4, "e" + ACUTE + "e" + ACUTE * 4, "Việt", "ภู่ที่", "שָׁלוֹם", "重庆"])
def test_what_people_write_is_taken(text: str) -> None:
    assert reference.validate(text) == text
    assert line_of_text(100)(text) == text
