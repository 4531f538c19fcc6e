"""Reading `data/disruptions.csv`: what disturbed the traffic at a station, and when, to be marked in charts."""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from railtrack.domain.messages import say
from railtrack.exchange.reference import WrongReference
from railtrack.resources import folder

FILE = "disruptions.csv"


@dataclass(frozen=True, kw_only=True)
class Disruption:
    """Days (local, both included) at a station on which traffic was disturbed; said long and short, in en, de, zh."""

    first: date
    last: date
    station: str
    labels: dict[str, str]
    shorts: dict[str, str]
    source: str

    def label(self, language: str = "en") -> str:
        return self.labels.get(language) or self.labels["en"]

    def short(self, language: str = "en") -> str:
        return self.shorts.get(language) or self.shorts["en"]


def load_disruptions(data: Path) -> tuple[Disruption, ...]:
    """Read the file of the folder `data`; raises WrongReference where it is missing or says something impossible."""
    path = data / FILE
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return tuple(_disruption(cells) for cells in csv.DictReader(file))
    except (KeyError, ValueError, OSError) as error:
        raise WrongReference(say("data/%(file)s: %(what)s.", file=FILE, what=str(error))) from error


@cache
def disruptions() -> tuple[Disruption, ...]:
    """Give those in our own `data/`, read once per process."""
    return load_disruptions(folder("data"))


def _disruption(cells: dict[str, str]) -> Disruption:
    first, last = date.fromisoformat(cells["first"]), date.fromisoformat(cells["last"])
    if last < first:
        raise ValueError(f"{cells['label']} ends before it begins")
    if not cells["source"]:
        raise ValueError(f"{cells['label']} has no source")
    return Disruption(
        first=first,
        last=last,
        station=cells["station"],
        labels={"en": cells["label"], "de": cells["label_de"], "zh": cells["label_zh"]},
        shorts={"en": cells["short"], "de": cells["short_de"], "zh": cells["short_zh"]},
        source=cells["source"],
    )
