"""Reading the recorded history of the line, `data/line_history.csv`: what ran, what was planned, why it stopped.

Every row names its source. A key stands once, but for `reason`, which may stand several times.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from railtrack.domain.messages import say
from railtrack.exchange.reference import WrongReference
from railtrack.resources import folder

FILE = "line_history.csv"


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """One recorded thing: the value as it stands in the file, the day it is told of, and who told it."""

    value: str
    date: date
    source: str
    note: str


@dataclass(frozen=True, kw_only=True)
class LineHistory:
    """The history of the direct line between Mannheim and Chongqing.

    `stopped` is the last day of the month in which the end was told; `reasons` are keys in the order of the file;
    `arrival_of_one_of`, `announced_only`, `half_loaded` and `fully_booked` name published trains by their id.
    """

    opened: date
    stopped: date
    planned_interval_days: int
    trains_run: int
    planned_days: str
    published_km: float
    arrival: date
    arrival_of_one_of: tuple[str, ...]
    announced_only: tuple[str, ...]
    half_loaded: tuple[str, ...]
    fully_booked: tuple[str, ...]
    dearer_than_ship_pct: str
    reasons: tuple[str, ...]
    rows: Mapping[str, Recorded]

    @property
    def weeks(self) -> int:
        """Whole weeks from the opening to the end."""
        return (self.stopped - self.opened).days // 7

    @property
    def trains_planned(self) -> int:
        """How many trains the plan wanted until the end, had it been kept."""
        return (self.stopped - self.opened).days // self.planned_interval_days

    @property
    def sources(self) -> tuple[str, ...]:
        """Who told all this, each once."""
        found = [part.strip() for row in self.rows.values() for part in row.source.split(";")]
        return tuple(dict.fromkeys(found))


def load_history(data: Path) -> LineHistory:
    """Read the file of the folder `data`; raises WrongReference where it is missing or says something impossible."""
    try:
        rows = _rows(data / FILE)
        one = rows["arrival_of_one_of"]
        return LineHistory(
            opened=date.fromisoformat(rows["opened"].value),
            stopped=_end_of_month(rows["stopped"].value),
            planned_interval_days=int(rows["planned_interval_days"].value),
            trains_run=int(rows["trains_run"].value),
            planned_days=rows["planned_days"].value,
            published_km=float(rows["published_km"].value),
            arrival=one.date,
            arrival_of_one_of=tuple(one.value.split()),
            announced_only=tuple(rows["announced_only"].value.split()),
            half_loaded=tuple(rows["half_loaded"].value.split()),
            fully_booked=tuple(rows["fully_booked"].value.split()),
            dearer_than_ship_pct=rows["dearer_than_ship_pct"].value,
            reasons=tuple(row.value for key, row in rows.items() if key.startswith("reason ")),
            rows=rows,
        )
    except (KeyError, ValueError, OSError) as error:
        raise WrongReference(say("data/%(file)s: %(what)s.", file=FILE, what=str(error))) from error


@cache
def line_history() -> LineHistory:
    """Give the history in our own `data/`, read once per process."""
    return load_history(folder("data"))


def _rows(path: Path) -> dict[str, Recorded]:
    found: dict[str, Recorded] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for cells in csv.DictReader(file):
            key = cells["key"] if cells["key"] != "reason" else f"reason {cells['value']}"
            if key in found:
                raise ValueError(f"{key} stands twice")
            if not cells["source"]:
                raise ValueError(f"{key} has no source")
            day = date.fromisoformat(cells["date"])
            found[key] = Recorded(value=cells["value"], date=day, source=cells["source"], note=cells["note"])
    return found


def _end_of_month(text: str) -> date:
    """The last day of a month written 2019-08."""
    first = date.fromisoformat(f"{text}-01")
    return (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
