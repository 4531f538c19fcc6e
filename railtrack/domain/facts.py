"""What the statistics are computed from: three narrow tables derived from journeys, and who can supply them.

The store offers the rows that changed since a change number as Arrow streams; the engine keeps a copy that it can
always throw away. Neither knows the other, only this protocol.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

# name, SQL type (DuckDB and Spark spell these alike); hours are floats, dates are local dates
JOURNEY_FACTS: tuple[tuple[str, str], ...] = (
    ("journey_id", "BIGINT"),  # the container's id in the store
    ("shipment_id", "BIGINT"),
    ("organisation_id", "BIGINT"),  # whose it is
    ("published", "BOOLEAN"),  # of the published record, which everybody may see
    ("partner", "VARCHAR"),  # the organisation's name
    ("corridor", "VARCHAR"),  # NULL where the shipment has none
    ("direction", "VARCHAR"),  # westbound, eastbound
    ("train", "VARCHAR"),  # service number, NULL if none
    ("train_key", "VARCHAR"),  # one physical train: train, local departure date, origin; NULL where it has no train
    ("capacity_teu", "DOUBLE"),  # of that train, NULL if unknown
    ("origin", "VARCHAR"),
    ("destination", "VARCHAR"),
    ("status", "VARCHAR"),
    ("has_departed", "BOOLEAN"),
    ("period_date", "DATE"),  # local date of departure at the origin; not departed: of the planned departure
    ("date_only", "BOOLEAN"),  # departure or arrival is only a date
    ("quantity", "INTEGER"),  # containers; 1 for a numbered one, NULL if not published
    ("laden", "BOOLEAN"),
    ("teu", "DOUBLE"),  # of all its containers; NULL if unknown
    ("gross_kg", "DOUBLE"),  # of all its containers; NULL if unknown
    ("transit_h", "DOUBLE"),  # completed journeys
    ("observed_h", "DOUBLE"),  # journeys in transit: departure to latest actual event
    ("length_km", "DOUBLE"),  # along the corridor between origin and destination; NULL if it has no such legs
    ("moving_h", "DOUBLE"),  # transit less dwell, where SWOD is defined, else NULL
    ("moving_date_only", "BOOLEAN"),  # one of the visits behind moving_h has a day-precise end
    ("delay_first_h", "DOUBLE"),  # against the plan as first recorded; completed journeys with a plan
    ("delay_latest_h", "DOUBLE"),  # against the plan after re-planning
    ("simulated", "BOOLEAN"),
)
VISIT_FACTS: tuple[tuple[str, str], ...] = (
    ("journey_id", "BIGINT"),
    ("station", "VARCHAR"),
    ("event_date", "DATE"),  # local date of its arrival (of its departure where no arrival is known)
    ("dwell_h", "DOUBLE"),  # NULL while incomplete
    ("is_open", "BOOLEAN"),
    ("date_only", "BOOLEAN"),
)
CROSSING_FACTS: tuple[tuple[str, str], ...] = (
    ("journey_id", "BIGINT"),
    ("crossing", "VARCHAR"),
    ("open_border", "BOOLEAN"),  # a pair without border control, shown only on demand
    ("event_date", "DATE"),  # local date of arrival at the first station
    ("hours", "DOUBLE"),
    ("date_only", "BOOLEAN"),
)


class ArrowStream(Protocol):
    """Anything that speaks the Arrow PyCapsule interface, such as a pyarrow Table."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


@dataclass(frozen=True)
class FactBatch:
    """What changed: drop the facts of `stale` journeys, then add the rows.

    `change` and `lineage` are where to go on from: the number, and what tells it from the same number in another
    database. `whole` says that the tables hold everything, so that all older facts go.
    """

    change: int
    lineage: str
    whole: bool
    stale: Sequence[int]
    journeys: ArrowStream
    visits: ArrowStream
    crossings: ArrowStream


class FactSource(Protocol):
    """The store, as the statistics see it."""

    def facts_since(self, change: int | None, lineage: str = "") -> FactBatch:
        """Give the facts of all journeys that changed after `change`.

        Everything for None, and for a `change` that never was, or is not known any more, under this `lineage`.
        """
        ...
