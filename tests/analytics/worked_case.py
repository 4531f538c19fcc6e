"""The worked case of the contract, read with a few plain lines of its own: events in their newest version, station time
turned into UTC, one box for each row of the shipments file."""

import csv
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from railtrack.domain.movement.events import EVENT_CODES, EventKind
from railtrack.domain.movement.journeys import Direction, Occurrence, crossings, fold
from railtrack.domain.times import Moment
from tests.analytics.boxes import Box

FOLDER = Path(__file__).parent.parent / "example"
ZONES = {
    "CKG": "Asia/Shanghai",
    "ALK": "Asia/Shanghai",
    "DTK": "Asia/Almaty",
    "BQT": "Europe/Minsk",
    "MAL": "Europe/Warsaw",
    "MHG": "Europe/Berlin",
}
PAIRS = (("ALK", "DTK"), ("BQT", "MAL"))
TEU = {"45G1": 2.0, "22G1": 1.0, "L5G1": 2.25}


@dataclass(frozen=True)
class Case:
    boxes: list[Box]
    expected: dict[str, Any]
    names: dict[int, tuple[str, str | None]]


def read() -> Case:
    expected = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
    events = _newest(_table("events.csv"))
    boxes, names = [], {}
    for number, row in enumerate(_table("shipments.csv"), start=1):
        occurrences = [
            Occurrence(_kind(event["event"]), event["station"], moment(event["occurred_at"], event["station"]))
            for event in events
            if event["reference"] == row["reference"]
            and event["container"] in ("", row["container"])
            and event["classifier"] in ("", "actual", "ACT")
        ]
        names[number] = (row["reference"], row["container"] or None)
        boxes.append(_box(number, row, occurrences, float(expected["length_km_assumed"])))
    return Case(boxes, expected, names)


def moment(text: str, station: str) -> Moment:
    stated = datetime.fromisoformat(text)
    if stated.tzinfo is None:
        stated = stated.replace(tzinfo=ZoneInfo(ZONES[station]))
    offset = stated.astimezone(ZoneInfo(ZONES[station])).utcoffset()
    assert offset is not None
    return Moment(stated.astimezone(UTC), int(offset.total_seconds() // 60))


def _box(number: int, row: dict[str, str], occurrences: list[Occurrence], length_km: float) -> Box:
    origin, destination = row["origin"], row["destination"]
    direction = Direction.WESTBOUND if destination == "MHG" else Direction.EASTBOUND
    quantity = int(row["quantity"] or 1)
    planned = moment(row["planned_arrival"], destination)
    return Box(
        id=number,
        partner=row["partner"],
        origin=origin,
        destination=destination,
        direction=direction,
        corridor=row["corridor"],
        train=row["train"],
        capacity_teu=float(row["train_capacity_teu"]) if row["train_capacity_teu"] else None,
        journey=fold(origin, destination, occurrences),
        crossings=crossings(origin, destination, direction, PAIRS, occurrences),
        planned_departure=moment(row["planned_departure"], origin).local_date,
        first_plan=planned,
        latest_plan=planned,
        quantity=quantity,
        laden=row["laden"] == "yes",
        teu=quantity * TEU[row["size_type"]],
        gross_kg=float(row["gross_kg"]),
        length_km=length_km,
    )


def _newest(events: list[dict[str, str]]) -> list[dict[str, str]]:
    """Keep of each statement its newest version; a void leaves none."""
    newest: dict[str, dict[str, str] | None] = {}
    first: dict[str, str] = {}
    for event in events:
        named = event["corrects"] or event["voids"]
        root = first[named] if named else event["source_id"]
        first[event["source_id"] or root] = root
        newest[root] = None if event["voids"] else event
    return [event for event in newest.values() if event is not None]


def _kind(text: str) -> EventKind:
    return EVENT_CODES.get(text) or EventKind(text)


def _table(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
