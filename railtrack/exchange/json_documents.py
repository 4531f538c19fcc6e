"""Shipments and events as JSON documents: the names of the files' columns, containers nested in their shipment.

A document becomes the rows a file would have, so that the same rules judge them and say the same words; `Sent` tells
where in the document a row's columns stand. Names nobody knows are left out with a warning, as in a file.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from railtrack.domain.errors import Problem, Refused, Severity
from railtrack.domain.messages import Message, say
from railtrack.domain.rows.judging import shown
from railtrack.domain.rows.raw import RawRow
from railtrack.exchange.columns import (
    ALIASES,
    SHIPMENT_COLUMNS,
    Kind,
    is_passed_over,
    known_columns,
    normalised,
)

CONTAINERS = "containers"
REMOVED = "removed"  # what a change says of a container that shall be taken out
MOST_EVENTS = 1_000
_PLANS = frozenset(ALIASES[Kind.SHIPMENTS]) - {"value_eur", "freight_eur"}
OF_SHIPMENT = frozenset(SHIPMENT_COLUMNS[: SHIPMENT_COLUMNS.index("container")]) | _PLANS | {
    "incoterm",
    "consignment_note",
}  # fmt: skip
OF_CONTAINER = known_columns(Kind.SHIPMENTS) - OF_SHIPMENT
# what our own answers say besides; sent back to us, it is passed over without a word
OURS = frozenset(
    {
        *("id", "status", "direction", "corridor_assumed", "departed", "arrived", "last_event", "last_station"),
        *("last_at", "marks", "simulated", "published", "created_at", "version", "change", "warnings", "booked"),
        *("teu", "source", "note", "code", "sequence", "current", "recorded_by", "first_planned_arrival"),
        "hidden",
    }
)


class NotJson(Refused):
    """The content is no JSON document at all."""


@dataclass(frozen=True)
class Located:
    """A problem and where in the document it is, as a JSON pointer (RFC 6901)."""

    pointer: str
    problem: Problem


@dataclass(frozen=True)
class Sent:
    """The rows of a document; `places` says of each where its columns stand. `found` was noticed while reading."""

    rows: tuple[RawRow, ...]
    places: tuple["Place", ...]
    found: tuple[Located, ...] = ()

    @property
    def is_fit(self) -> bool:
        return not any(each.problem.severity is Severity.PROBLEM for each in self.found)

    def located(self, row: int, problems: Iterable[Problem]) -> tuple[Located, ...]:
        """Say where the problems of a row are."""
        return tuple(Located(self.places[row].of(problem.column), problem) for problem in problems)


@dataclass(frozen=True)
class Place:
    """Where a row stands: the shipment's columns at `top`, the others at `inner`."""

    top: str
    inner: str

    def of(self, column: str | None) -> str:
        if column is None:
            return self.inner
        return f"{self.top if column in OF_SHIPMENT else self.inner}/{_escaped(column)}"


def read_document(content: bytes) -> object:
    """Read JSON; raises NotJson for what is none, or says a name twice in one object."""
    try:
        return json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once)
    except _TwiceError as twice:
        raise NotJson(
            [
                Problem(
                    message=say("The name %(name)s stands twice in one object.", name=str(twice)),
                    remedy=say("Leave one of them out."),
                    column=str(twice),
                )
            ]
        ) from None
    except UnicodeDecodeError:
        raise _not_json(say("The text is not UTF-8.")) from None
    except (ValueError, RecursionError):
        raise _not_json(say("This is not JSON.")) from None


def shipment_rows(document: object) -> Sent:
    """Give the rows of a new shipment: one per container, each with the shipment's own columns."""
    if not isinstance(document, Mapping):
        return _unfit("", say("A shipment is an object."), say("Write one object, in { }, with its containers."))
    known, found = _sorted_out(document, "", OF_SHIPMENT | {CONTAINERS})
    boxes = known.pop(CONTAINERS, None)
    if boxes is None or boxes == []:
        return _unfit(
            f"/{CONTAINERS}",
            say("A shipment has containers, and none is named."),
            say("Write containers: a list of objects, each with a number or a quantity."),
            found,
        )
    rows, places, more = _container_rows(boxes, known)
    return Sent(rows, places, (*found, *more))


def event_rows(document: object) -> Sent:
    """Give the row of one event, or the rows of a list of them. One that is no object is a problem of its own row."""
    if isinstance(document, list):
        if len(document) > MOST_EVENTS:
            return _unfit(
                "",
                say("These are %(count)d events, %(most)d fit.", count=len(document), most=MOST_EVENTS),
                say("Send them in several requests."),
            )
        return _event_rows(document, [f"/{n}" for n in range(len(document))])
    if not isinstance(document, Mapping):
        return _unfit("", say("An event is an object."), say("Write one object in { }, or a list of them in [ ]."))
    return _event_rows([document], [""])


def patch_of(document: object) -> tuple[dict[str, object], tuple[tuple[str, dict[str, object]], ...], Sent]:
    """Give what a change says of the shipment, and of its containers with their places; `Sent` has the problems."""
    if not isinstance(document, Mapping):
        return {}, (), _unfit("", say("A change is an object."), say("Write what changes in one object, in { }."))
    known, found = _sorted_out(document, "", OF_SHIPMENT | {CONTAINERS})
    boxes = known.pop(CONTAINERS, None)
    if boxes is None:
        return known, (), Sent((), (), found)
    rows, places, more = _container_rows(boxes, {}, OF_CONTAINER | {REMOVED})
    items = tuple((place.inner, dict(row.cells)) for row, place in zip(rows, places, strict=True))
    return known, items, Sent((), (), (*found, *more))


def _event_rows(items: Sequence[object], places: Sequence[str]) -> Sent:
    rows: list[RawRow] = []
    found: list[Located] = []
    known = known_columns(Kind.EVENTS)
    for item, place in zip(items, places, strict=True):
        if isinstance(item, Mapping):
            cells, unknown = _sorted_out(item, place, known)
            rows.append(RawRow(None, cells))
            found += unknown
        else:
            rows.append(RawRow(None, {}, (_no_object(item),), unread=True))
    return Sent(tuple(rows), tuple(Place(place, place) for place in places), tuple(found))


def _container_rows(
    boxes: object, shipment: Mapping[str, object], known: frozenset[str] = OF_CONTAINER
) -> tuple[tuple[RawRow, ...], tuple[Place, ...], tuple[Located, ...]]:
    if not isinstance(boxes, list):
        told = _unfit(f"/{CONTAINERS}", say("The containers are a list."), say("Write them in [ ], also if it is one."))
        return (), (), told.found
    rows: list[RawRow] = []
    places: list[Place] = []
    found: list[Located] = []
    for n, box in enumerate(boxes):
        pointer = f"/{CONTAINERS}/{n}"
        if not isinstance(box, Mapping):
            found.append(Located(pointer, _no_object(box)))
            continue
        cells, unknown = _sorted_out(box, pointer, known)
        found += unknown
        rows.append(RawRow(None, {**shipment, **cells}))
        places.append(Place("", pointer))
    return tuple(rows), tuple(places), tuple(found)


def _sorted_out(
    item: Mapping[str, object], place: str, known: frozenset[str]
) -> tuple[dict[str, object], tuple[Located, ...]]:
    cells = {name: value for name, value in item.items() if name in known}
    strange = (name for name in item if name not in known and name not in OURS and not is_passed_over(name))
    return cells, tuple(Located(f"{place}/{_escaped(name)}", _unknown(name)) for name in strange)


def _unknown(name: str) -> Problem:
    return Problem(
        message=say("Column %(name)s is not known and was left out.", name=shown(name)),
        severity=Severity.WARNING,
        column=shown(name),
    )


def _no_object(item: object) -> Problem:
    return Problem(
        message=say("This is not an object."),
        remedy=say("Write its columns in { }."),
        value=shown(json.dumps(item)),
    )


def _unfit(pointer: str, message: Message, remedy: Message, before: Iterable[Located] = ()) -> Sent:
    column = pointer.removeprefix("/") or None
    problem = Located(pointer, Problem(message=message, remedy=remedy, column=column))
    return Sent((), (), tuple(chain(before, (problem,))))


def _not_json(message: Message) -> NotJson:
    return NotJson([Problem(message=message, remedy=say("Send one JSON document in UTF-8."))])


class _TwiceError(ValueError):
    """A name stands twice in one object."""


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        name = normalised(name)
        if name in found:
            raise _TwiceError(name)
        found[name] = value
    return found


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
