"""Reading `data/border_hours.csv`: hours at border stations as CAREC's corridor monitoring published them."""

import csv
from dataclasses import dataclass
from functools import cache
from math import isfinite
from pathlib import Path

from railtrack.domain.messages import say
from railtrack.exchange.reference import WrongReference
from railtrack.resources import folder

FILE = "border_hours.csv"


@dataclass(frozen=True, kw_only=True)
class BorderHours:
    """The mean hours of all rail freight at one border station in one year; each side of a border counts by itself."""

    station: str
    year: int
    mean_h: float
    source: str


def load_border_hours(data: Path) -> tuple[BorderHours, ...]:
    """Read the file of the folder `data`; raises WrongReference where it is missing or says something impossible."""
    try:
        with (data / FILE).open(encoding="utf-8", newline="") as file:
            return tuple(_hours(cells) for cells in csv.DictReader(file))
    except (KeyError, ValueError, OSError) as error:
        raise WrongReference(say("data/%(file)s: %(what)s.", file=FILE, what=str(error))) from error


@cache
def border_hours() -> tuple[BorderHours, ...]:
    """Give those in our own `data/`, read once per process."""
    return load_border_hours(folder("data"))


def _hours(cells: dict[str, str]) -> BorderHours:
    mean_h = float(cells["mean_h"])
    if not isfinite(mean_h) or mean_h <= 0 or not cells["source"]:
        raise ValueError(f"{cells['station']} {cells['year']} has no hours or no source")
    return BorderHours(station=cells["station"], year=int(cells["year"]), mean_h=mean_h, source=cells["source"])
