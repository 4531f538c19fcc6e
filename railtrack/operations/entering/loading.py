"""Loading a file of shipments or events: read, judge each row, store all of it or the good rows, or only look.

The form for entry, the upload page and the command line all come through here, so they say the same of the same row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from railtrack.domain.actors import Actor
from railtrack.domain.cargo.goods import StatedShipment
from railtrack.domain.errors import Problem, Refused, Severity
from railtrack.domain.messages import say
from railtrack.domain.progress import Progress
from railtrack.domain.rows.event_rows import judge_event
from railtrack.domain.rows.judging import Judged
from railtrack.domain.rows.raw import RawRow
from railtrack.domain.rows.shipment_rows import judge_shipment
from railtrack.domain.rows.verdicts import Outcome, State, Take, Verdict, rejected
from railtrack.domain.world import World
from railtrack.exchange.columns import Kind
from railtrack.exchange.limits import LIMITS, Limits
from railtrack.exchange.reading import FileRows, read_rows
from railtrack.operations.entering.booking import book
from railtrack.operations.entering.recording import record
from railtrack.store.engine import Store


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a file is to be taken; see `railtrack import --help`."""

    kind: Kind | None = None
    encoding: str | None = None
    times_in: ZoneInfo | None = None
    partial: bool = False
    update: bool = False
    dry_run: bool = False
    limits: Limits = LIMITS

    @property
    def take(self) -> Take:
        if self.dry_run:
            return Take.NOTHING
        return Take.GOOD if self.partial else Take.ALL


@dataclass(frozen=True, kw_only=True)
class LoadResult:
    """What became of a file. `verdicts` are in the order of `raw`; `read` is None where it could not be read at all."""

    file: str
    kind: Kind | None
    outcome: Outcome
    raw: tuple[RawRow, ...] = ()
    read: FileRows | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def stored(self) -> bool:
        return self.outcome.stored

    @property
    def rows(self) -> int:
        return len(self.outcome.verdicts)

    @property
    def accepted(self) -> int:
        return self.outcome.count(State.ACCEPTED)

    @property
    def duplicates(self) -> int:
        return self.outcome.count(State.DUPLICATE)

    @property
    def rejected(self) -> int:
        return self.outcome.count(State.REJECTED)

    @property
    def refused_rows(self) -> list[tuple[RawRow, tuple[Problem, ...]]]:
        """The rows that were not taken, with the reasons."""
        return [
            (raw, verdict.problems)
            for raw, verdict in zip(self.raw, self.outcome.verdicts, strict=True)
            if verdict.state is State.REJECTED
        ]

    @property
    def is_clean(self) -> bool:
        """Whether nothing was refused, neither a row nor the file."""
        return self.rejected == 0 and not any(p.severity is Severity.PROBLEM for p in self.problems)


def load_file(
    store: Store,
    content: bytes,
    name: str,
    *,
    world: World,
    actor: Actor,
    now: datetime,
    options: Options = Options(),
    progress: Progress | None = None,
) -> LoadResult:
    """Load one file. A file that cannot be read at all is a result with a problem, not an exception."""
    try:
        read = read_rows(content, name, kind=options.kind, encoding=options.encoding, limits=options.limits)
        raw = tuple(read.rows)
    except Refused as refused:
        return LoadResult(file=name, kind=options.kind, outcome=Outcome((), stored=False), problems=refused.problems)
    outcome = load_rows(store, read.kind, raw, world=world, actor=actor, now=now, options=options, progress=progress)
    problems = (*_unknown_columns(read), *outcome.problems)
    return LoadResult(file=name, kind=read.kind, outcome=outcome, raw=raw, read=read, problems=problems)


def load_rows(
    store: Store,
    kind: Kind,
    raw: Sequence[RawRow],
    *,
    world: World,
    actor: Actor,
    now: datetime,
    options: Options = Options(),
    progress: Progress | None = None,
) -> Outcome:
    """Judge rows as read and take what `options` say; gives a verdict per row, in their order."""
    judge = judge_shipment if kind is Kind.SHIPMENTS else judge_event
    judged = []
    for count, row in enumerate(raw, 1):
        judged.append(judge(row, world, now=now, times_in=options.times_in))
        if progress is not None and count % 500 == 0:
            progress(count, len(raw))
    good = [j.row for j in judged if j.row is not None]
    # one refused row keeps the file out, unless the good ones are asked for
    take = Take.NOTHING if options.take is Take.ALL and len(good) < len(judged) else options.take
    if kind is Kind.SHIPMENTS:
        taken = book(
            store,
            [row for row in good if isinstance(row, StatedShipment)],
            network=world.network,
            actor=actor,
            now=now,
            take=take,
            update=options.update,
        )
    else:
        taken = record(
            store,
            [row for row in good if not isinstance(row, StatedShipment)],
            network=world.network,
            actor=actor,
            now=now,
            take=take,
        )
    if progress is not None:
        progress(len(raw), len(raw))
    return Outcome(tuple(_merged(raw, judged, taken.verdicts)), stored=taken.stored)


def _merged(raw: Sequence[RawRow], judged: Sequence[Judged[object]], taken: Iterable[Verdict]) -> Iterable[Verdict]:
    """Put the verdicts of the rows that passed judgement back among those that did not."""
    verdicts = iter(taken)
    for row, judgement in zip(raw, judged, strict=True):
        if judgement.row is None:
            yield rejected(row.line, judgement.problems)
        else:
            verdict = next(verdicts)
            warned = judgement.problems
            yield replace(verdict, problems=(*warned, *verdict.problems)) if warned else verdict


def _unknown_columns(read: FileRows) -> list[Problem]:
    return [
        Problem(
            message=say("Column %(name)s is not known and was left out.", name=name),
            severity=Severity.WARNING,
            line=1,
            column=name,
        )
        for name in read.unknown_columns
    ]
