"""Deciding what a stated event is: new, known, a correction, a withdrawal, or a contradiction (contract §3).

Statements are never changed. A correction or a void is a new version that takes the place of the newest one, so the
versions of a statement form a chain; only its end counts, and a void at the end means that nothing does.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from railtrack.domain.errors import Problem, Severity
from railtrack.domain.messages import Message, say
from railtrack.domain.movement.events import Classifier, EventFacts, EventKind, StatedEvent
from railtrack.domain.rows.verdicts import State, Verdict, rejected


@dataclass(slots=True)
class Version:
    """One version of a statement, recorded or about to be. `content` is what it says beyond its identity."""

    id: str
    root: str
    shipment_id: int
    container_id: int | None
    event: str
    classifier: str
    identity: str
    content: tuple[object, ...]
    sender: str
    current: bool = True
    facts: EventFacts | None = None  # only of new ones
    corrects: str | None = None
    voids: str | None = None

    @property
    def is_void(self) -> bool:
        return self.voids is not None


@dataclass(frozen=True, slots=True)
class Statement:
    """A row with what it is about: our shipment, our container (None: all of them) and who says so."""

    row: StatedEvent
    shipment_id: int | None  # None for a void, which goes to the shipment of what it withdraws
    container_id: int | None
    sender: str  # empty for a void of whoever stated it


def identity_of(shipment_id: int, container_id: int | None, facts: EventFacts) -> str:
    """Spell what makes an event the same event: shipment, container or none, event, classifier, station, instant."""
    when = ""
    if facts.moment is not None:
        # a date is another statement than noon of that day
        when = f"{int(facts.moment.instant.timestamp())}{'d' if facts.moment.is_day else ''}"
    container = "" if container_id is None else container_id
    return f"{shipment_id}|{container}|{facts.event}|{facts.classifier}|{facts.station or ''}|{when}"


def content_of(facts: EventFacts) -> tuple[object, ...]:
    """Give what an event says beyond its identity."""
    return facts.lat, facts.lon, facts.wagon, facts.train, facts.reason, facts.temperature_c, facts.remark


class StatementLedger:
    """The statements about a set of shipments, as they stand after each row that is taken.

    `versions` are in recorded order; `sources` maps (sender, source_id) to our id. `may_mend_all` lifts the rule that
    only its sender may correct or withdraw a statement.
    """

    def __init__(
        self,
        versions: Iterable[Version],
        sources: Mapping[tuple[str, str], str],
        new_id: Callable[[], str],
        *,
        may_mend_all: bool = False,
    ) -> None:
        self.sources = dict(sources)
        self.added: list[Version] = []
        self.ended: list[Version] = []  # recorded versions that are the newest no longer
        self.new_sources: dict[tuple[str, str], str] = {}
        self._new_id = new_id
        self._may_mend_all = may_mend_all
        self._versions: dict[str, Version] = {}
        self._chains: dict[str, list[Version]] = defaultdict(list)
        self._identities: dict[str, str] = {}
        self._by_source: dict[str, list[str]] = defaultdict(list)
        self._cancelled: set[tuple[int, int | None]] = set()
        for version in versions:
            self._enter(version)
        for (_, source_id), event_id in self.sources.items():
            self._by_source[source_id].append(event_id)

    # ------------------------------------------------------------ taking rows

    def take_all(self, statements: Iterable[Statement]) -> list[Verdict]:
        """Take statements in their order and give the verdicts in the same.

        One that names a later row of the same file waits for it, so the order of rows does not matter.
        """
        verdicts: dict[int, Verdict] = {}
        waiting = list(enumerate(statements))
        while waiting:
            left = [(i, s) for i, s in waiting if not self._take_if_ready(i, s, verdicts)]
            if len(left) == len(waiting):
                for i, statement in left:
                    verdicts[i] = rejected(statement.row.line, [_unknown_target(statement.row)])
                break
            waiting = left
        return [verdicts[i] for i in range(len(verdicts))]

    def _take_if_ready(self, i: int, statement: Statement, verdicts: dict[int, Verdict]) -> bool:
        facts = statement.row.event
        target = facts.voids or facts.corrects
        if target is not None and self._target(target, statement.sender) is None:
            return False
        verdicts[i] = self.take(statement)
        return True

    def take(self, statement: Statement) -> Verdict:
        """Judge one statement against what is known and, unless it is refused, add what it says."""
        row, facts = statement.row, statement.row.event
        target = None
        if facts.voids or facts.corrects:
            target = self._target(facts.voids or facts.corrects or "", statement.sender)
            if target is None:
                return rejected(row.line, [_unknown_target(row)])
        shipment_id = statement.shipment_id
        if shipment_id is None and target is not None:
            shipment_id = target.shipment_id
        if shipment_id is None:
            raise ValueError("only a void may leave its shipment open")
        sender = statement.sender or (target.sender if target else "")
        identity = identity_of(shipment_id, statement.container_id, facts)
        if target is not None and facts.voids:
            identity = f"void|{target.root}"
        known = self._known(row, sender, identity)
        if known is not None:
            return known
        version = Version(
            id=facts.id or self._new_id(),
            root="",
            shipment_id=shipment_id,
            container_id=statement.container_id,
            event=facts.event,
            classifier=facts.classifier,
            identity=identity,
            content=content_of(facts),
            sender=sender,
            facts=facts,
        )
        if target is None:
            return self._take_plain(row, version)
        if facts.voids:
            return self._take_void(row, version, target)
        return self._take_correction(row, version, target)

    def _known(self, row: StatedEvent, sender: str, identity: str) -> Verdict | None:
        """A row whose id or source_id was seen before says the same again, or is mistaken."""
        facts = row.event
        seen = [("id", facts.id, facts.id)] if facts.id in self._versions else []
        for name in self._names(facts, sender):
            if name in self.sources:
                column = "source_id" if name == (sender, facts.source_id) else "other_source_ids"
                seen.append((column, name[1], self.sources[name]))
        for column, value, event_id in seen:
            if self._versions[event_id].identity != identity:
                return rejected(row.line, [_used_otherwise(column, value)])
        if not seen:
            return None
        event_id = seen[0][2]
        self._remember_source(facts, sender, event_id)
        return Verdict(row.line, State.DUPLICATE, self._left_out_warning(facts, event_id))

    def _take_plain(self, row: StatedEvent, version: Version) -> Verdict:
        known = self._identities.get(version.identity)
        if known is not None:
            self._remember_source(row.event, version.sender, known)
            return Verdict(row.line, State.DUPLICATE, self._left_out_warning(row.event, known))
        version.root = version.id
        warnings = self._cancelled_warning(version)
        self._add(version)
        return Verdict(row.line, State.ACCEPTED, warnings)

    def _take_void(self, row: StatedEvent, version: Version, target: Version) -> Verdict:
        chain = self._chains[target.root]
        void = next((known for known in chain if known.is_void), None)
        if void is not None:
            self._remember_source(row.event, version.sender, void.id)
            return Verdict(row.line, State.DUPLICATE)
        newest = chain[-1]
        version.voids, version.root, version.current = newest.id, newest.root, False
        version.container_id = newest.container_id
        self._end(newest)
        self._add(version)
        return Verdict(row.line, State.ACCEPTED)

    def _take_correction(self, row: StatedEvent, version: Version, target: Version) -> Verdict:
        chain = self._chains[target.root]
        newest = chain[-1]
        later = chain[chain.index(target) + 1 :]
        for known in [*later, *([target] if target is newest else [])]:
            if (known.identity, known.content) == (version.identity, version.content):
                self._remember_source(row.event, version.sender, known.id)
                return Verdict(row.line, State.DUPLICATE)
        if chain[0].classifier != version.classifier:
            return rejected(row.line, [_other_classifier(chain[0], version)])
        version.corrects, version.root = newest.id, newest.root
        # a correction that comes after the withdrawal belongs to the history, but brings nothing back
        version.current = not any(known.is_void for known in chain)
        self._end(newest)
        self._add(version)
        return Verdict(row.line, State.ACCEPTED, () if version.current else (_withdrawn(row),))

    # ------------------------------------------------------------ the book itself

    def _target(self, name: str, sender: str) -> Version | None:
        """Find what a row corrects or withdraws, by our id or by the sender's; another's is not known to it."""
        event_id = name if name in self._versions else self.sources.get((sender, name))
        if event_id is None and self._may_mend_all:
            named = set(self._by_source[name])
            event_id = named.pop() if len(named) == 1 else None
        version = self._versions.get(event_id or "")
        if version is None or not (self._may_mend_all or version.sender == sender):
            return None
        return version

    def _enter(self, version: Version) -> None:
        self._versions[version.id] = version
        self._chains[version.root].append(version)
        self._identities.setdefault(version.identity, version.id)
        if version.current and version.event == EventKind.CANCELLED and version.classifier == Classifier.ACTUAL:
            self._cancelled.add((version.shipment_id, version.container_id))

    def _add(self, version: Version) -> None:
        self._enter(version)
        self.added.append(version)
        if version.facts is not None:
            self._remember_source(version.facts, version.sender, version.id)

    def _end(self, version: Version) -> None:
        version.current = False
        self._cancelled.discard((version.shipment_id, version.container_id))
        if version.facts is None:
            self.ended.append(version)

    def _remember_source(self, facts: EventFacts, sender: str, event_id: str) -> None:
        for name in self._names(facts, sender):
            if name not in self.sources:
                self.sources[name] = self.new_sources[name] = event_id
                self._by_source[name[1]].append(event_id)

    def _names(self, facts: EventFacts, sender: str) -> list[tuple[str, str]]:
        """Give the names a row has for its event, as (sender, source_id); only who may mend all speaks for others."""
        own = [(sender, facts.source_id)] if facts.source_id else []
        if not facts.other_source_ids:
            return own
        others = [(other or sender, source_id) for other, source_id in facts.other_source_ids]
        return own + [name for name in others if name[0] == sender or self._may_mend_all]

    def _left_out_warning(self, facts: EventFacts, known: str) -> tuple[Problem, ...]:
        """Say what a duplicate states beyond what is kept of its event, a remark aside: only a correction adds it."""
        newest = self._chains[self._versions[known].root][-1]
        names = ("lat", "lon", "wagon", "train", "reason", "temperature_c")
        stated = zip(names, content_of(facts), newest.content, strict=False)
        lost = [name for name, value, kept in stated if value not in (None, "") and value != kept]
        if not lost or newest.is_void:
            return ()
        return (
            Problem(
                message=say("This event is recorded already; its %(what)s is not taken over.", what=", ".join(lost)),
                remedy=say("To add it, send the event under a new source_id and name this one under corrects."),
                severity=Severity.WARNING,
                column=lost[0],
            ),
        )

    def _cancelled_warning(self, version: Version) -> tuple[Problem, ...]:
        if not self._cancelled or version.classifier != Classifier.ACTUAL or version.event == EventKind.CANCELLED:
            return ()
        if not {(version.shipment_id, None), (version.shipment_id, version.container_id)} & self._cancelled:
            return ()
        return (
            Problem(
                message=say("This shipment is cancelled; the event is kept, but reopens nothing."),
                remedy=say("If it runs after all, withdraw the cancellation."),
                severity=Severity.WARNING,
                column="reference",
            ),
        )


def _problem(row_column: str, value: str, message: Message, remedy: Message) -> Problem:
    return Problem(message=message, remedy=remedy, column=row_column, value=value)


def _unknown_target(row: StatedEvent) -> Problem:
    column = "voids" if row.event.voids else "corrects"
    name = row.event.voids or row.event.corrects or ""
    return _problem(
        column,
        name,
        say("No event %(name)s of yours is known.", name=name),
        say("Write our event id, or the source_id you sent it with."),
    )


def _used_otherwise(column: str, value: str) -> Problem:
    return _problem(
        column,
        value,
        say("%(value)s already names an event with other facts.", value=value),
        say("To change that event, give this row a new source_id and write %(value)s under corrects.", value=value),
    )


def _withdrawn(row: StatedEvent) -> Problem:
    name = row.event.corrects or ""
    return Problem(
        message=say(
            "Event %(name)s was withdrawn; the correction is kept in its history and counts no more.", name=name
        ),
        remedy=say("If it happened after all, record it as a new event, without corrects."),
        severity=Severity.WARNING,
        column="corrects",
        value=name,
    )


def _other_classifier(known: Version, version: Version) -> Problem:
    return _problem(
        "classifier",
        version.classifier,
        say("The event is %(known)s and cannot become %(stated)s.", known=known.classifier, stated=version.classifier),
        say("Withdraw it, and record the other as an event of its own."),
    )
