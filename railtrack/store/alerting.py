"""Opening and closing alerts, many at once: what a look at everything under way changes."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from sqlalchemy import Table, bindparam, update

from railtrack.domain.notices.findings import Finding, Why
from railtrack.domain.notices.kinds import Ending
from railtrack.store.engine import Noting
from railtrack.store.notices import insert_into
from railtrack.store.tables import AlertRow
from railtrack.store.writing.bulk import in_batches

ROWS = 200  # opened by one statement
_TABLE = cast(Table, AlertRow.__table__)


def add_alerts(w: Noting, desk: int | None, found: Iterable[Finding]) -> list[int]:
    """Open alerts and give their ids; none where one of the same cause is open, also if somebody else opens it now."""
    made: list[int] = []
    for part in in_batches(found, ROWS):
        rows = [
            {
                "organisation_id": desk,
                "shipment_id": each.shipment_id,
                "container_id": each.container_id,
                "kind": each.kind.value,
                "station": each.station,
                "identity": each.identity(desk),
                "opened_at": w.now,
                "seen_at": w.now,
                "why": _kept(each.why),
                "note": "",
                "simulated": each.simulated,
            }
            for each in part
        ]
        fresh = insert_into(w, AlertRow).values(rows)
        open_ones = {"index_elements": [AlertRow.identity], "index_where": AlertRow.closed_at.is_(None)}
        made += w.session.scalars(fresh.on_conflict_do_nothing(**open_ones).returning(AlertRow.id))
    return sorted(made)


def see_again(w: Noting, found: Sequence[tuple[int, Finding]]) -> None:
    """Note that the causes of open alerts are still there, and what they are like now."""
    if not found:
        return
    query = (
        update(_TABLE)
        .where(_TABLE.c.id == bindparam("alert_id"), _TABLE.c.closed_at.is_(None))
        .values(seen_at=w.now, station=bindparam("place"), why=bindparam("cause"))
    )
    values = [{"alert_id": alert_id, "place": each.station, "cause": _kept(each.why)} for alert_id, each in found]
    w.session.connection().execute(query, values)


def close_alerts(w: Noting, ids: Iterable[int], ending: Ending) -> list[int]:
    """Close alerts and give those that were open. Of two who close one only one gets it."""
    closed: list[int] = []
    for part in in_batches(ids):
        done = (
            update(AlertRow)
            .where(AlertRow.id.in_(part), AlertRow.closed_at.is_(None))
            .values(closed_at=w.now, ending=ending.value)
            .returning(AlertRow.id)
        )
        closed += w.session.scalars(done, execution_options={"synchronize_session": False})
    return sorted(closed)


def _kept(why: Why) -> dict[str, Any]:
    return {"text": why.text, "values": dict(why.values)}
