"""The list of shipments as a file: the lines a reader sees, all pages of them, in the order on the screen."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from railtrack.domain.actors import Actor
from railtrack.domain.errors import Problem, Refused
from railtrack.domain.messages import say
from railtrack.domain.rights import Operation, insist
from railtrack.exchange.writing import write_csv, write_xlsx
from railtrack.operations.administering.reference import load_world
from railtrack.operations.following.whereabouts import Followed, every_one
from railtrack.store.engine import Store
from railtrack.store.reading.listing import ShipmentFilter, Sort

FORMS = ("csv", "xlsx")
COLUMNS = (
    "reference",
    "partner",
    "origin",
    "destination",
    "direction",
    "corridor",
    "train",
    "containers",
    "teu",
    "status",
    "planned_departure",
    "departed",
    "planned_arrival",
    "arrived",
    "last_event",
    "last_station",
    "last_at",
    "state",
    "behind_h",
    "behind_days",
    "travelled_km",
    "length_km",
    "marks",
    "published",
    "simulated",
)


def export_list(
    store: Store,
    wanted: ShipmentFilter,
    form: str,
    *,
    actor: Actor,
    now: datetime,
    sort: Sort = Sort.PLANNED_DEPARTURE,
    descending: bool = True,
    heads: Mapping[str, str] | None = None,
) -> Iterator[bytes]:
    """Give the pieces of a CSV or XLSX file; raises Refused for another form, or more rows than a sheet holds.

    `heads` are words in the place of the names of `COLUMNS`, for readers of another language.
    """
    insist(actor, Operation.EXPORT)
    if form not in FORMS:
        raise Refused(
            [
                Problem(
                    message=say("A list is not written as %(form)s.", form=form),
                    remedy=say("There are: %(names)s.", names=", ".join(FORMS)),
                    column="format",
                    value=form,
                    suggestions=FORMS,
                )
            ]
        )
    network = load_world(store).network
    with store.reading() as reading:
        found = every_one(reading, network, wanted, actor=actor, now=now, sort=sort, descending=descending)
        rows = (cells(each) for each in found)
        if form == "csv":
            yield from write_csv(COLUMNS, rows, heads=heads)
        else:
            yield write_xlsx(COLUMNS, rows, heads=heads)


def cells(each: Followed) -> dict[str, object]:
    """Give a line of the list as a row; what is not known stays empty."""
    summary = each.summary
    return {
        **{name: getattr(summary, name) for name in COLUMNS if hasattr(summary, name)},
        "direction": summary.direction.value,
        "status": summary.status.value,
        "last_at": summary.last,
        "state": _state(each),
        "behind_h": None if each.behind_h is None else round(each.behind_h, 1),
        "behind_days": each.behind_days,
        "travelled_km": None if each.position is None else round(each.position.km_travelled),
        "length_km": None if each.way is None else round(each.way.length_km),
    }


_STATES = {
    "ok": "on plan",
    "late": "late",
    "held": "overdue",
    "silent": "no news",
    "plan": "planned",
    "done": "arrived",
}


def _state(each: Followed) -> str:
    return "" if each.lateness is None else _STATES[each.lateness]
