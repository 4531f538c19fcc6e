"""Large files as a partner would send them: trains of fifty containers with every stop of each container."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from tests.factories import container_number

STATIONS = ("CKG", "ANK", "XIA", "LAZ", "HMI", "URC", "KUY", "ALK", "DTK", "AGZ", "MNT", "AST", "PPK", "YEK", "KVX",
            "MOW", "OSH", "BQT", "MAL", "MHG")  # fmt: skip
FIRST = datetime(2023, 1, 2, 8)  # noqa: DTZ001 - local time at each station, as in a file
SHIPMENT_COLUMNS = ("reference", "partner", "origin", "destination", "corridor", "train", "planned_departure",
                    "planned_arrival", "container", "size_type", "gross_kg")  # fmt: skip
EVENT_COLUMNS = ("reference", "container", "event", "station", "occurred_at", "train", "source_id")


def shipments_csv(trains: int, containers: int = 50, *, prefix: str = "BF", partner: str = "Bulk Forwarding") -> bytes:
    """Give `trains` shipments of `containers` each; the same for the same arguments."""
    return _csv(SHIPMENT_COLUMNS, _shipments(trains, containers, prefix, partner))


def events_csv(trains: int, containers: int = 50, *, prefix: str = "BF") -> bytes:
    """Give forty events for each of these containers, in the order of the trains' stops."""
    return _csv(EVENT_COLUMNS, _events(trains, containers, prefix))


def _shipments(trains: int, containers: int, prefix: str, partner: str) -> Iterator[Sequence[object]]:
    for train in range(trains):
        departure = FIRST + timedelta(days=7 * train)
        planned = (departure.isoformat(timespec="minutes"), (departure + timedelta(days=18)).date())
        for box in range(containers):
            number = container_number(train * containers + box, prefix + "XU")
            yield (f"{prefix}-{train:04d}", partner, "CKG", "MHG", "dostyk-petropavl", f"{prefix}{train}", *planned,
                   number, "45G1", 20_000 + box)  # fmt: skip


def _events(trains: int, containers: int, prefix: str) -> Iterator[Sequence[object]]:
    for train in range(trains):
        departure = FIRST + timedelta(days=7 * train)
        for stop, station in enumerate(STATIONS):
            arrived = departure + timedelta(hours=21 * stop - 3)
            for event, at in (("arrived", arrived), ("departed", arrived + timedelta(hours=3))):
                for box in range(containers):
                    number = container_number(train * containers + box, prefix + "XU")
                    yield (f"{prefix}-{train:04d}", number, event, station, at.isoformat(timespec="minutes"),
                           f"{prefix}{train}", f"{prefix}-{train}-{stop}-{event}-{box}")  # fmt: skip


def _csv(columns: Sequence[str], rows: Iterator[Sequence[object]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue().encode()
