"""Recording events: rows of a file, of a form or of an interface become statements, each row with its verdict."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from railtrack.domain.actors import Actor
from railtrack.domain.errors import Problem
from railtrack.domain.line.network import Network
from railtrack.domain.messages import say
from railtrack.domain.movement.events import EventFacts, StatedEvent
from railtrack.domain.movement.statements import Statement, StatementLedger
from railtrack.domain.rights import Operation, insist
from railtrack.domain.rows.verdicts import Outcome, State, Take, Verdict, rejected
from railtrack.store.engine import Reading, Store
from railtrack.store.organisations import name_key, organisations
from railtrack.store.reference import newest
from railtrack.store.writing.recording import (
    Known,
    Span,
    events_with_ids,
    shipments_named,
    sources_named,
    spans_of,
    versions_about,
    write_statements,
)
from railtrack.store.writing.refold import implausible

SPAN_MARGIN = timedelta(days=3)  # contract §3: a container's event may lie this far outside its shipment's span


def record(
    store: Store,
    rows: Sequence[StatedEvent],
    *,
    network: Network,
    actor: Actor,
    now: datetime,
    take: Take = Take.ALL,
) -> Outcome:
    """Record rows in their order, all in one transaction, and derive the journeys they move.

    Raises NotAllowed for a role that only reads.
    """
    insist(actor, Operation.TELL)
    if take is Take.NOTHING:
        with store.reading() as reading:
            return Outcome(_judge(reading, rows, network, actor)[1], stored=False)
    with store.writing(actor, now) as w:
        network = newest(w, network)
        ledger, verdicts = _judge(w, rows, network, actor)
        if take is Take.ALL and any(v.state is State.REJECTED for v in verdicts):
            return Outcome(verdicts, stored=False)
        write_statements(w, network, ledger)
        w.commit()
    return Outcome(verdicts, stored=True)


def _judge(
    reading: Reading, rows: Sequence[StatedEvent], network: Network, actor: Actor
) -> tuple[StatementLedger, tuple[Verdict, ...]]:
    session, scope = reading.session, actor.scope
    facts = [row.event for row in rows]
    resolver = _Resolver(
        actor,
        {key: each.name for key, each in organisations(session).items()}
        if actor.may(Operation.SPEAK_FOR, own=False)
        else {},
        shipments_named(session, scope, (f.reference for f in facts if f.reference)),
        spans_of(session, scope, (f.container for f in facts if f.container and not f.reference)),
    )
    resolved = [resolver.resolve(row) for row in rows]
    targets = {name for f in facts for name in (f.corrects, f.voids) if name}
    named = {f.source_id for f in facts if f.source_id} | {name for f in facts for _, name in f.other_source_ids}
    sources = sources_named(session, scope, targets | named)
    ids = events_with_ids(session, scope, targets | {f.id for f in facts if f.id})
    shipments = {r.shipment_id for r in resolved if isinstance(r, Statement) and r.shipment_id is not None}
    shipments |= {shipment_id for _, shipment_id in sources.values()} | set(ids.values())
    ledger = StatementLedger(
        versions_about(session, shipments),
        {key: event_id for key, (event_id, _) in sources.items()},
        lambda: str(uuid4()),
        may_mend_all=actor.may(Operation.MEND, own=False),
    )
    statements = [r for r in resolved if isinstance(r, Statement)]
    taken = _with_warnings(reading, network, ledger, statements, ledger.take_all(statements))
    verdicts = tuple(
        next(taken) if isinstance(r, Statement) else rejected(row.line, [r])
        for row, r in zip(rows, resolved, strict=True)
    )
    return ledger, verdicts


def _with_warnings(
    reading: Reading,
    network: Network,
    ledger: StatementLedger,
    statements: Sequence[Statement],
    verdicts: Sequence[Verdict],
) -> Iterator[Verdict]:
    """Add to each accepted row what looks wrong in the journey it belongs to; it is recorded all the same."""
    at_event = implausible(reading.session, network, ledger)
    facts_of = {id(version.facts): version.id for version in ledger.added}
    for statement, verdict in zip(statements, verdicts, strict=True):
        found = at_event.get(facts_of.get(id(statement.row.event), ""), ())
        warnings = tuple(mark.warning for mark in found)
        yield replace(verdict, problems=(*verdict.problems, *warnings)) if warnings else verdict


class _Resolver:
    """Finds the shipment and the container that a row is about, among those its sender may write to."""

    def __init__(
        self, actor: Actor, senders: dict[str, str], named: dict[str, list[Known]], spans: dict[str, list[Span]]
    ) -> None:
        """`senders` are the recorded names by their keys: however a file spells one, it is one sender."""
        self._actor = actor
        self._senders = senders
        self._named = named
        self._spans = spans

    def resolve(self, row: StatedEvent) -> Statement | Problem:
        """Say what a row is about, or why its sender may not say it."""
        found = self._found(row)
        if isinstance(found, Problem) or row.event.voids or self._actor.tells_at(row.event.station):
            return found
        return _elsewhere(row.event.station or "", sorted(self._actor.stations))

    def _found(self, row: StatedEvent) -> Statement | Problem:
        facts = row.event
        if facts.voids:
            return Statement(row, None, None, self._sender(facts, None))
        if not facts.reference:
            return self._by_container(row)
        candidates = self._named.get(facts.reference, [])
        if facts.partner:
            candidates = [known for known in candidates if _is(known.partner, facts.partner)]
        if not candidates:
            return _unknown_reference(facts.reference)
        if len(candidates) > 1:
            return _shared_reference(facts.reference, [known.partner for known in candidates])
        known = candidates[0]
        if not facts.container:
            return Statement(row, known.id, None, self._sender(facts, known))
        container_id = known.containers.get(facts.container)
        if container_id is None:
            return _not_aboard(facts.container, known)
        return Statement(row, known.id, container_id, self._sender(facts, known))

    def _by_container(self, row: StatedEvent) -> Statement | Problem:
        facts = row.event
        assert facts.container is not None and facts.moment is not None  # noqa: S101, PT018 - judged before
        spans = self._spans.get(facts.container, [])
        if facts.partner:
            spans = [span for span in spans if _is(span.shipment.partner, facts.partner)]
        at = facts.moment.instant
        holding = [span for span in spans if _holds(span, at)]
        if len(holding) != 1:
            return _no_one_shipment(facts.container, holding or spans, found=bool(holding))
        known = holding[0].shipment
        return Statement(row, known.id, known.containers[facts.container], self._sender(facts, known))

    def _sender(self, facts: EventFacts, known: Known | None) -> str:
        """Say in whose name a row speaks; an administrator speaks for the shipment's partner unless told otherwise."""
        if not self._actor.may(Operation.SPEAK_FOR, own=False):
            return self._actor.organisation or ""
        said = facts.sender or facts.partner
        if not said:
            return known.partner if known else ""
        return said if known and said == known.partner else self._senders.get(name_key(said), said)


def _is(name: str, other: str) -> bool:
    return name_key(name) == name_key(other)


def _holds(span: Span, at: datetime) -> bool:
    starts = span.departed is None or span.departed - SPAN_MARGIN <= at
    return starts and (span.arrived is None or at <= span.arrived + SPAN_MARGIN)


def _elsewhere(station: str, own: Sequence[str]) -> Problem:
    return Problem(
        message=say("You record what happens at your own stations."),
        remedy=say("They are: %(stations)s.", stations=", ".join(own)),
        column="station",
        value=station,
        suggestions=tuple(own),
    )


def _unknown_reference(reference: str) -> Problem:
    return Problem(
        message=say("No shipment %(reference)s is known.", reference=reference),
        remedy=say("Record the shipment first, or mend the reference."),
        column="reference",
        value=reference,
    )


def _shared_reference(reference: str, partners: Sequence[str]) -> Problem:
    return Problem(
        message=say("Several partners have a shipment %(reference)s.", reference=reference),
        remedy=say("Name one under partner: %(partners)s.", partners=", ".join(partners)),
        column="partner",
        suggestions=tuple(partners),
    )


def _not_aboard(container: str, known: Known) -> Problem:
    aboard = sorted(known.containers)
    return Problem(
        message=say("Container %(box)s is not on %(reference)s.", box=container, reference=known.reference),
        remedy=say("On it are: %(boxes)s.", boxes=", ".join(aboard[:8]) + (" …" if len(aboard) > 8 else ""))
        if aboard
        else say("None of its containers is known by number; record its number first."),
        column="container",
        value=container,
        suggestions=tuple(aboard[:8]),
    )


def _no_one_shipment(container: str, spans: Sequence[Span], *, found: bool) -> Problem:
    listed = "; ".join(
        f"{span.shipment.partner}:{span.shipment.reference} ({_day(span.departed)} – {_day(span.arrived)})"
        for span in spans
    )
    if found:
        message = say("Container %(box)s was on several shipments at that time: %(list)s.", box=container, list=listed)
    elif spans:
        message = say(
            "Container %(box)s was on no shipment at that time, but on: %(list)s.", box=container, list=listed
        )
    else:
        message = say("No shipment with container %(box)s is known.", box=container)
    return Problem(
        message=message,
        remedy=say("Write the shipment's reference too."),
        column="container",
        value=container,
    )


def _day(at: datetime | None) -> str:
    return "…" if at is None else at.astimezone(UTC).date().isoformat()
