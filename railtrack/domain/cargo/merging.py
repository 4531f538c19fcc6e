"""Bringing together what two people changed of one thing: field by field, by what both began with.

Who saves on an old version is told what the other changed meanwhile. What only one of them touched needs no decision;
where both said different things somebody must choose. Nothing here knows what the fields mean.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

V = TypeVar("V")


class By(StrEnum):
    """Who changed a field. `SAME`: both, and to the same."""

    NOBODY = "nobody"
    ME = "me"
    THEM = "them"
    SAME = "same"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class Merged(Generic[V]):
    """One field: what it was before, what one wants, what the other has stored."""

    before: V
    mine: V
    theirs: V

    @property
    def by(self) -> By:
        if self.mine == self.theirs:
            return By.NOBODY if self.mine == self.before else By.SAME
        if self.mine == self.before:
            return By.THEM
        return By.ME if self.theirs == self.before else By.CONFLICT

    @property
    def value(self) -> V:
        """What comes of it; of a conflict mine, until somebody chooses."""
        return self.theirs if self.by is By.THEM else self.mine


@dataclass(frozen=True)
class MergedRow(Generic[V]):
    """A row by its key. Where one side lacks it, `whole` says which, and there are no cells to compare."""

    whole: Merged[Mapping[str, V] | None]
    cells: Mapping[str, Merged[V]] = field(default_factory=dict)

    @property
    def by(self) -> By:
        """Who changed the row; a conflict if a cell is one."""
        if not self.cells:
            return self.whole.by
        changed = {cell.by for cell in self.cells.values()} - {By.NOBODY}
        if By.CONFLICT in changed:
            return By.CONFLICT
        # one cell by each of them is no conflict, and both have changed the row
        return changed.pop() if len(changed) == 1 else By.SAME if changed else By.NOBODY


def merge(before: Mapping[str, V], mine: Mapping[str, V], theirs: Mapping[str, V], empty: V) -> dict[str, Merged[V]]:
    """Merge fields by name; one that a side does not name holds `empty` there."""
    names = dict.fromkeys((*before, *theirs, *mine))
    return {name: Merged(*(side.get(name, empty) for side in (before, mine, theirs))) for name in names}


def merge_rows(
    before: Mapping[str, Mapping[str, V]],
    mine: Mapping[str, Mapping[str, V]],
    theirs: Mapping[str, Mapping[str, V]],
    empty: V,
) -> dict[str, MergedRow[V]]:
    """Merge rows by their keys: added, taken out or changed by either."""
    found: dict[str, MergedRow[V]] = {}
    for key in dict.fromkeys((*before, *theirs, *mine)):
        was, wanted, stored = before.get(key), mine.get(key), theirs.get(key)
        cells = {} if wanted is None or stored is None else merge(was or {}, wanted, stored, empty)
        found[key] = MergedRow(Merged(was, wanted, stored), cells)
    return found
