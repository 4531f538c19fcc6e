"""What is published of the line: its trains with their dates and sources, and what its history adds up to.

Open to everybody; nothing here comes from a partner.
"""

from dataclasses import dataclass

from railtrack.domain.times import Moment
from railtrack.exchange.history import LineHistory, line_history
from railtrack.store.engine import Store
from railtrack.store.reading.shipments import Details, published_record

FORTY_FOOT_TEU = 2.0
ENDS = frozenset({"MHG", "CKG"})


@dataclass(frozen=True, kw_only=True)
class PublishedTrain:
    """A train of the published record; what was not published is None or empty.

    `days` are counted between dates, since an hour was seldom told; `teu` is that of all its containers.
    """

    shipment_id: int
    reference: str
    name: str
    origin: str
    destination: str
    corridor: str | None
    departed: Moment | None
    arrived: Moment | None
    containers: int | None
    teu: float | None
    operator: str
    cargo: str
    source: str
    note: str

    @property
    def days(self) -> int | None:
        if self.departed is None or self.arrived is None:
            return None
        return (self.arrived.local_date - self.departed.local_date).days


@dataclass(frozen=True, kw_only=True)
class LineRecord:
    """The published trains, those between Mannheim and Chongqing apart, beside the recorded history of the line."""

    history: LineHistory
    trains: tuple[PublishedTrain, ...]

    @property
    def own(self) -> tuple[PublishedTrain, ...]:
        """The trains of this line until it stopped."""
        return tuple(
            t
            for t in self.trains
            if {t.origin, t.destination} == ENDS and t.departed and t.departed.local_date <= self.history.stopped
        )

    @property
    def counted(self) -> tuple[PublishedTrain, ...]:
        """Those of them whose containers were told."""
        return tuple(t for t in self.own if t.containers is not None)

    @property
    def containers(self) -> int:
        return sum(t.containers or 0 for t in self.counted)

    @property
    def all_forty_foot(self) -> bool:
        """Whether the TEU told make every container one of 40 ft."""
        return all(t.teu == FORTY_FOOT_TEU * (t.containers or 0) for t in self.counted)

    @property
    def days(self) -> tuple[int, ...]:
        """How many days the one published arrival means, for each train it may have been."""
        possible = [t for t in self.own if t.reference in self.history.arrival_of_one_of and t.departed]
        return tuple(sorted((self.history.arrival - t.departed.local_date).days for t in possible if t.departed))


def line_record(store: Store) -> LineRecord:
    """Give the published record of this database beside the recorded history of the line."""
    with store.reading() as reading:
        found = published_record(reading)
    return LineRecord(history=line_history(), trains=tuple(_train(each) for each in found))


def _train(found: Details) -> PublishedTrain:
    shipment, facts = found.shipment, found.shipment.facts
    containers = [c.facts for c in shipment.containers]
    journeys = [j.journey for j in found.journeys]
    counts = [1 if c.container else c.quantity for c in containers]
    known = [c for c in counts if c is not None]
    teus = [c.teu for c in containers if c.teu is not None]
    return PublishedTrain(
        shipment_id=shipment.id,
        reference=shipment.reference,
        name=facts.train or shipment.reference,
        origin=facts.origin,
        destination=facts.destination,
        corridor=facts.corridor,
        departed=next((j.departed for j in journeys if j.departed), None),
        arrived=next((j.arrived for j in journeys if j.arrived), None),
        containers=sum(known) if known else None,
        teu=sum(teus) if teus else None,
        operator=facts.shipper or "",
        cargo=next((c.goods for c in containers if c.goods), "") or "",
        source=shipment.source,
        note=shipment.note,
    )
