"""What the tests of lists, shipments and trains share: a line with trains in every state, seen on 1 June 2024."""

import re
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event as sqlalchemy_event

from railtrack.domain.actors import EVERYTHING
from railtrack.domain.line.network import Network
from railtrack.store.engine import Store
from railtrack.store.reading.shipments import shipment_named
from railtrack.store.writing.booking import Provenance
from tests.factories import container, enter, event_row, moment, shipment_row, tell
from tests.web.conftest import words_of

OWN, OTHER = "Beispiel-Spedition", "Other GmbH"
HOSTILE, FORMULA = "<script>alert(1)</script>", "=cmd|' /C calc'!A0"
PLAN = {"planned_departure": moment("2024-05-14T10:00+08:00"), "planned_arrival": moment("2024-05-31T20:00+02:00")}
FRESH = {"planned_departure": moment("2024-05-30T10:00+08:00"), "planned_arrival": moment("2024-06-16T22:00+02:00")}


@pytest.fixture
def sqlite_url(sqlite_furnished_template: Path, tmp_path: Path) -> str:
    """A database that knows stations and corridors."""
    path = tmp_path / "railtrack.db"
    shutil.copyfile(sqlite_furnished_template, path)
    return f"sqlite:///{path}"


def add(store: Store, network: Network, reference: str, *events: tuple[str, str, str], **facts: object) -> int:
    """Book a shipment of one container (or `boxes`) of the own partner, tell its events, give its id."""
    boxes = facts.pop("boxes", None) or [container(zlib.crc32(reference.encode()) % 900_000 + 1)]
    provenance = facts.pop("provenance", Provenance())
    assert isinstance(provenance, Provenance)
    assert isinstance(boxes, list)
    stated = {"partner": OWN} | facts
    enter(store, network, [shipment_row(reference, box, **stated) for box in boxes], provenance=provenance)
    partner = str(stated["partner"])
    rows = [event_row(kind, station, at, reference, partner=partner) for kind, station, at in events]
    tell(store, network, rows)
    return id_of(store, reference, partner)


def id_of(store: Store, reference: str, partner: str = OWN) -> int:
    with store.reading() as reading:
        return shipment_named(reading, EVERYTHING, reference, partner).id


def seed(store: Store, network: Network) -> None:
    """Trains in every state."""
    left = ("departed", "CKG", "2024-05-14T10:40+08:00")
    add(store, network, "LATE-1", left, ("arrived", "MAL", "2024-05-28T06:10+02:00"),
        boxes=[container(1, seals=("HLK 1",), goods="Gear housings", hs_code="848390", gross_kg=21640.0),
               container(2, laden=False), container(3)], train="YXO 8421", **PLAN)  # fmt: skip
    add(store, network, "FINE-1", ("departed", "CKG", "2024-05-30T10:05+08:00"),
        ("arrived", "XIA", "2024-05-31T01:30+08:00"), ("departed", "XIA", "2024-05-31T19:30+08:00"),
        boxes=[container(11)], **FRESH)  # fmt: skip
    add(store, network, "WAIT-1", boxes=[container(21)], planned_departure=moment("2024-06-10+08:00"),
        planned_arrival=moment("2024-06-27+02:00"), origin="CKG", destination="DUI", corridor="dostyk-duisburg",
        train="DUI 121")  # fmt: skip
    add(store, network, "DONE-1", ("departed", "MHG", "2024-05-01T10:00+02:00"),
        ("arrived", "CKG", "2024-05-18T13:00+08:00"), boxes=[container(31)], origin="MHG", destination="CKG",
        planned_departure=moment("2024-05-01T10:00+02:00"),
        planned_arrival=moment("2024-05-18T08:00+08:00"))  # fmt: skip
    add(store, network, "GONE-1", boxes=[container(41)])
    cancelled = event_row("cancelled", "CKG", "2024-05-20T08:00+08:00", "GONE-1", partner=OWN, reason="no cargo")
    tell(store, network, [cancelled])
    add(store, network, "OTHER-1", left, boxes=[container(51), container(1)], partner=OTHER, train="YXO 8421", **PLAN)
    add(store, network, "SIM-1", left, boxes=[container(61)], provenance=Provenance(simulated=True), **PLAN)
    add(store, network, "mcs-1", ("departed", "MHG", "2018-10-19T04:00+02:00"), origin="MHG", destination="CKG",
        boxes=[container(None, quantity=40, size_type=None, teu=80.0)], partner="Published record",
        provenance=Provenance(published=True, source="rnz.de arid 395898", note="Half loaded."))  # fmt: skip


def listed(text: str) -> list[str]:
    """The references in the order of a list."""
    return re.findall(r'<th scope="row"><a href="/shipments/\d+">([^<]+)</a>', text)


def answer(text: str) -> str:
    """The page's first sentence."""
    found = re.search(r'(?s)<h1 class="answer">(.*?)</h1>', text)
    assert found
    return words_of(found[1]).strip()


@contextmanager
def counted(store: Store) -> Iterator[list[str]]:
    """Collect the statements sent meanwhile."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    engines = (store.engine, store._readers)
    for engine in engines:
        sqlalchemy_event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        for engine in engines:
            sqlalchemy_event.remove(engine, "before_cursor_execute", note)
