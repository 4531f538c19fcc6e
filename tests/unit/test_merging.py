"""Two people's changes brought together: what only one touched needs no choice, and neither side is favoured."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railtrack.domain.cargo.merging import By, Merged, MergedRow, merge, merge_rows

Fields = Mapping[str, str]
FIELDS = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["", "1", "2", "3"]))
ROWS = st.dictionaries(st.sampled_from(["A", "B", "C"]), FIELDS)
OTHER_SIDE = {By.ME: By.THEM, By.THEM: By.ME}


def filled(fields: Fields) -> dict[str, str]:
    """A field that holds nothing is a field that is not named."""
    return {name: value for name, value in fields.items() if value}


def result(merged: Mapping[str, Merged[str]]) -> dict[str, str]:
    return filled({name: each.value for name, each in merged.items()})


def rows_of(merged: Mapping[str, MergedRow[str]]) -> dict[str, dict[str, str]]:
    found = {}
    for key, row in merged.items():
        if row.cells:
            found[key] = result(row.cells)
        elif row.whole.value is not None:
            found[key] = filled(row.whole.value)
    return found


@given(FIELDS, FIELDS)
def test_what_only_one_side_changed_stands(before: Fields, changed: Fields) -> None:
    for mine, theirs in ((before, changed), (changed, before), (changed, changed)):
        merged = merge(before, mine, theirs, "")
        assert result(merged) == filled(changed)
        assert By.CONFLICT not in {each.by for each in merged.values()}


@given(FIELDS, FIELDS, FIELDS)
def test_neither_side_is_favoured(before: Fields, mine: Fields, theirs: Fields) -> None:
    here, there = merge(before, mine, theirs, ""), merge(before, theirs, mine, "")
    assert here.keys() == there.keys()
    for name, each in here.items():
        assert there[name].by is OTHER_SIDE.get(each.by, each.by), name
        if each.by is not By.CONFLICT:
            assert there[name].value == each.value, name


@given(FIELDS, FIELDS, FIELDS)
def test_a_conflict_is_where_three_differ_and_nowhere_else(before: Fields, mine: Fields, theirs: Fields) -> None:
    for name, each in merge(before, mine, theirs, "").items():
        three = {before.get(name, ""), mine.get(name, ""), theirs.get(name, "")}
        assert (each.by is By.CONFLICT) == (len(three) == 3), name
        assert each.value in three


@given(ROWS, ROWS)
def test_rows_only_one_side_changed_stand(before: Mapping[str, Fields], changed: Mapping[str, Fields]) -> None:
    expected = {key: filled(row) for key, row in changed.items()}
    before, changed = {k: filled(r) for k, r in before.items()}, expected
    for mine, theirs in ((before, changed), (changed, before), (changed, changed)):
        merged = merge_rows(before, mine, theirs, "")
        assert rows_of(merged) == expected
        assert By.CONFLICT not in {row.by for row in merged.values()}


@given(ROWS, ROWS, ROWS)
def test_rows_favour_neither_side(
    before: Mapping[str, Fields], mine: Mapping[str, Fields], theirs: Mapping[str, Fields]
) -> None:
    here, there = merge_rows(before, mine, theirs, ""), merge_rows(before, theirs, mine, "")
    for key, row in here.items():
        assert there[key].by is OTHER_SIDE.get(row.by, row.by), key


ONE, OTHER, THIRD = {"kg": "1"}, {"kg": "2"}, {"kg": "3"}


@pytest.mark.parametrize(
    ("before", "mine", "theirs", "by"),
    [
        (None, ONE, None, By.ME),  # added
        (None, None, ONE, By.THEM),
        (None, ONE, ONE, By.SAME),
        (None, ONE, OTHER, By.CONFLICT),
        (ONE, None, ONE, By.ME),  # taken out
        (ONE, ONE, None, By.THEM),
        (ONE, None, None, By.SAME),
        (ONE, None, OTHER, By.CONFLICT),  # taken out here, changed there
        (ONE, OTHER, None, By.CONFLICT),
        (ONE, OTHER, ONE, By.ME),
        (ONE, OTHER, THIRD, By.CONFLICT),
    ],
)
def test_each_way_a_row_can_come_and_go(
    before: Fields | None, mine: Fields | None, theirs: Fields | None, by: By
) -> None:
    sides = [{} if side is None else {"A": side} for side in (before, mine, theirs)]
    assert merge_rows(*sides, "")["A"].by is by


def test_a_cell_each_is_a_change_of_both_and_no_conflict() -> None:
    before, mine, theirs = {"kg": "1", "seal": "x"}, {"kg": "2", "seal": "x"}, {"kg": "1", "seal": "y"}
    row = merge_rows({"A": before}, {"A": mine}, {"A": theirs}, "")["A"]
    assert row.by is By.SAME
    assert result(row.cells) == {"kg": "2", "seal": "y"}
