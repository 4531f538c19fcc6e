"""What programs send: shipments and events as JSON documents, judged and stored as the rows of a file are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from railtrack.domain.actors import Actor
from railtrack.domain.errors import Problem, RailtrackError
from railtrack.domain.rows.raw import RawRow
from railtrack.domain.rows.verdicts import State
from railtrack.exchange.columns import Kind
from railtrack.exchange.json_documents import Located, Sent, event_rows, shipment_rows
from railtrack.operations.administering.reference import load_world
from railtrack.operations.entering.forms import shipment_id
from railtrack.operations.entering.loading import Options, load_rows
from railtrack.store.engine import Store


class RefusedDocument(RailtrackError):
    """A document was judged and not taken; `located` says what is wrong and where."""

    def __init__(self, located: Sequence[Located]) -> None:
        super().__init__(located[0].problem.sentence)
        self.located = tuple(located)


@dataclass(frozen=True, kw_only=True)
class ReceivedShipment:
    """What came of a shipment. `is_new`: it was not known; `changed`: something was stored."""

    shipment_id: int
    is_new: bool
    changed: bool
    warnings: tuple[Located, ...]


@dataclass(frozen=True, kw_only=True)
class ReceivedEvent:
    """What came of one event; `id` is that of the statement it became, None where it added nothing."""

    state: State
    id: str | None
    told: tuple[Located, ...]


def receive_shipment(store: Store, document: object, *, actor: Actor, now: datetime) -> ReceivedShipment:
    """Record a shipment, or add to a known one what it does not have; all of it or nothing.

    Raises RefusedDocument, and NotAllowed for a role that only reads.
    """
    sent = shipment_rows(document)
    if not sent.is_fit:
        raise RefusedDocument(sent.found)
    before = _shipment_id(store, sent, actor)
    outcome = load_rows(store, Kind.SHIPMENTS, sent.rows, world=load_world(store), actor=actor, now=now)
    told = [each for n, v in enumerate(outcome.verdicts) for each in sent.located(n, v.problems)]
    if not outcome.stored:
        raise RefusedDocument(_once_each((*sent.found, *told)))
    found = before if before is not None else _shipment_id(store, sent, actor)
    if found is None:
        raise AssertionError("a shipment that was stored can be found")
    return ReceivedShipment(
        shipment_id=found,
        is_new=before is None,
        changed=any(v.state is State.ACCEPTED for v in outcome.verdicts),
        warnings=_once_each((*sent.found, *told)),
    )


def receive_events(store: Store, document: object, *, actor: Actor, now: datetime) -> tuple[ReceivedEvent, ...]:
    """Record an event or a list of them, each that is good; gives what came of each, in their order.

    Raises RefusedDocument for what is neither, and NotAllowed for a role that only reads.
    """
    sent = event_rows(document)
    if not sent.is_fit:
        raise RefusedDocument(sent.found)
    # each is given its id here, so that the answer can name it
    ids = [_id(row) for row in sent.rows]
    rows = [replace(row, cells={**row.cells, "id": given}) for row, given in zip(sent.rows, ids, strict=True)]
    outcome = load_rows(
        store, Kind.EVENTS, rows, world=load_world(store), actor=actor, now=now, options=Options(partial=True)
    )
    results = []
    for n, (verdict, given) in enumerate(zip(outcome.verdicts, ids, strict=True)):
        place = sent.places[n].inner
        noticed = [each for each in sent.found if each.pointer.rpartition("/")[0] == place]
        accepted = verdict.state is State.ACCEPTED
        told = (*noticed, *sent.located(n, verdict.problems))
        results.append(ReceivedEvent(state=verdict.state, id=str(given) if accepted else None, told=told))
    return tuple(results)


def _id(row: RawRow) -> object:
    return row.cells.get("id") or str(uuid4())


def _shipment_id(store: Store, sent: Sent, actor: Actor) -> int | None:
    cells = sent.rows[0].cells
    reference, partner = cells.get("reference"), cells.get("partner")
    if not isinstance(reference, str | int) or isinstance(partner, Mapping | list):
        return None
    return shipment_id(store, str(reference), str(partner or ""), actor=actor)


def _once_each(located: Sequence[Located]) -> tuple[Located, ...]:
    """A shipment's own columns are judged with each of its containers; what is wrong with them is said once."""
    return tuple(_distinct(located))


def _distinct(located: Sequence[Located]) -> Iterator[Located]:
    seen: set[tuple[str, str]] = set()
    for each in located:
        key = (each.pointer, str(each.problem))
        if key not in seen:
            seen.add(key)
            yield each


def refused(problem: Problem, pointer: str) -> RefusedDocument:
    """Make the refusal of one place."""
    return RefusedDocument([Located(pointer, problem)])
