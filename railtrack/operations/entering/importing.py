"""Taking in a file in two steps: kept and judged first, stored when its owner says so.

A file waits in the store for its owner alone, at most a day. What is stored is stored in one transaction; a second
yes to the same file answers with what came of the first. What came of it is kept a month; the refused rows with their
reasons too, of the owner's last files.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from railtrack.domain.actors import Actor
from railtrack.domain.cargo.size_types import compact, teu_of
from railtrack.domain.errors import Conflict, NotFound, Problem, Refused, Severity
from railtrack.domain.messages import Message, say
from railtrack.domain.progress import Progress
from railtrack.domain.rows.cells import text_of
from railtrack.domain.rows.raw import RawRow
from railtrack.domain.rows.unfit import Unfit
from railtrack.domain.rows.verdicts import State
from railtrack.domain.world import World
from railtrack.exchange.columns import Kind
from railtrack.exchange.limits import LIMITS, Limits
from railtrack.exchange.refused import write_refused
from railtrack.operations.entering.desks import owner_id
from railtrack.operations.entering.loading import LoadResult, Options, load_file
from railtrack.store import desk
from railtrack.store.engine import Store

UPLOAD_LIFE, RESULT_LIFE, RECEIPT_LIFE = timedelta(days=1), timedelta(days=30), timedelta(days=30)
STORING_LIFE = timedelta(minutes=10)  # after that whoever was storing a file is taken to be gone
MOST_WAITING = 10  # files of one user
SAMPLE_LINES = 6
LARGEST_REFUSED, MOST_REFUSED = 20_000_000, 10  # bytes of refused rows kept with a file; such files of one user


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a file is to be read: what nobody says is found out."""

    kind: Kind | None = None
    encoding: str | None = None
    times_in: ZoneInfo | None = None
    update: bool = False
    limits: Limits = LIMITS

    def options(self, *, dry_run: bool = False, partial: bool = False) -> Options:
        """Give the same as options of loading."""
        return Options(
            kind=self.kind,
            encoding=self.encoding,
            times_in=self.times_in,
            update=self.update,
            dry_run=dry_run,
            partial=partial,
            limits=self.limits,
        )


@dataclass(frozen=True)
class Preview:
    """What would become of a file."""

    result: LoadResult

    @property
    def is_readable(self) -> bool:
        return self.result.read is not None

    @property
    def accepted(self) -> list[RawRow]:
        """The rows that are new."""
        return self._rows(State.ACCEPTED)

    @property
    def problems(self) -> list[Problem]:
        return [p for p in self.result.problems if p.severity is Severity.PROBLEM]

    @property
    def warnings(self) -> list[Problem]:
        """Warnings on rows; columns left out are said elsewhere."""
        return [p for p in self.result.outcome.problems if p.severity is Severity.WARNING]

    @property
    def warned_rows(self) -> int:
        return sum(
            v.state is not State.REJECTED and any(p.severity is Severity.WARNING for p in v.problems)
            for v in self.result.outcome.verdicts
        )

    def references(self, state: State) -> int:
        """How many shipments the rows with this verdict name."""
        return len({cell(row, "reference") for row in self._rows(state)} - {""})

    def teu(self, world: World) -> float:
        """TEU of the new rows, as far as their size-types tell."""
        total = 0.0
        for row in self.accepted:
            code, count = compact(cell(row, "size_type")), cell(row, "quantity") or "1"
            if code in world.size_types and count.isascii() and count.isdigit():
                total += teu_of(code, world.size_types) * int(count)
        return total

    def _rows(self, state: State) -> list[RawRow]:
        return [r for r, v in zip(self.result.raw, self.result.outcome.verdicts, strict=True) if v.state is state]


def cell(row: RawRow, column: str) -> str:
    """A cell as text; what holds something else than one value is shown as it is."""
    value = row.cells.get(column)
    try:
        return text_of(value)
    except Unfit:
        return str(value)


def keep(store: Store, content: bytes, name: str, *, actor: Actor, now: datetime) -> str:
    """Keep a file until its owner decides and give its id; what lay longer than it may is thrown away.

    Raises Refused where `MOST_WAITING` files wait already.
    """
    user_id = owner_id(actor)
    with store.noting(actor, now) as w:
        desk.lock_desk(w, user_id)
        desk.forget_uploads(w, now - UPLOAD_LIFE, decided_before=now - RESULT_LIFE)
        desk.forget_receipts(w, now - RECEIPT_LIFE)
        if len(desk.uploads(w, user_id, state=desk.WAITING)) >= MOST_WAITING:
            raise Refused(
                [
                    Problem(
                        message=say("%(count)d files of yours wait for your decision already.", count=MOST_WAITING),
                        remedy=say("Decide about one of them, or put it away, then send this one again."),
                    )
                ]
            )
        upload_id = desk.keep_upload(w, user_id, name[:255], "", "", content)
        w.commit()
    return upload_id


def upload(store: Store, upload_id: str, *, actor: Actor, now: datetime) -> desk.Upload:
    """Give a file of one's own; raises NotFound, also once it waited for a day or was decided a month ago."""
    with store.reading() as reading:
        found = desk.upload(reading, owner_id(actor), upload_id)
    if found.uploaded_at < now - (UPLOAD_LIFE if found.state == desk.WAITING else RESULT_LIFE):
        raise NotFound(say("There is no such file here; upload it again."))
    return found


def waiting(store: Store, *, actor: Actor, now: datetime) -> list[desk.Upload]:
    """Give the files of one's own that wait for a decision, newest first."""
    with store.reading() as reading:
        found = desk.uploads(reading, owner_id(actor), state=desk.WAITING)
    return [u for u in found if u.uploaded_at >= now - UPLOAD_LIFE]


def preview(store: Store, file: desk.Upload, manner: Manner, *, world: World, actor: Actor, now: datetime) -> Preview:
    """Judge a waiting file; nothing is stored."""
    options = manner.options(dry_run=True)
    return Preview(load_file(store, file.content, file.name, world=world, actor=actor, now=now, options=options))


def accept(
    store: Store,
    file: desk.Upload,
    manner: Manner,
    *,
    partial: bool,
    world: World,
    actor: Actor,
    now: datetime,
    render: Callable[[Message], str] = str,
    progress: Progress | None = None,
) -> Mapping[str, Any]:
    """Store the file, all of it or (`partial`) its good rows, and give what came of it.

    A file that was dealt with before gives what came of it then.
    """
    if file.state != desk.WAITING:
        return file.result or {}
    options = manner.options(partial=partial)
    result = load_file(
        store, file.content, file.name, world=world, actor=actor, now=now, options=options, progress=progress
    )
    outcome = _summary(result, render)
    if not result.stored:
        return outcome
    with suppress(Conflict), store.noting(actor, now) as w:
        desk.settle_upload(w, owner_id(actor), file.id, desk.STORED, outcome)
        desk.forget_refused(w, owner_id(actor), MOST_REFUSED)
        w.commit()
        return outcome
    # another yes was first; both were stored once, since a row sent twice is a duplicate
    return upload(store, file.id, actor=actor, now=now).result or {}


def begin(store: Store, file: desk.Upload, *, actor: Actor, now: datetime) -> bool:
    """Note for every process that a file is being stored; False if it is already."""
    user_id = owner_id(actor)
    # of two who begin at once, the second finds the mark or meets it
    with suppress(Conflict), store.noting(actor, now) as w:
        if _since(desk.receipt(w, user_id, _mark(file)), now):
            return False
        desk.drop_receipt(w, user_id, _mark(file))
        desk.keep_receipt(w, user_id, _mark(file), now.isoformat())
        w.commit()
        return True
    return False


def end(store: Store, file: desk.Upload, *, actor: Actor, now: datetime) -> None:
    """Note that nobody is storing the file any more."""
    with store.noting(actor, now) as w:
        desk.drop_receipt(w, owner_id(actor), _mark(file))
        w.commit()


def is_begun(store: Store, file: desk.Upload, *, actor: Actor, now: datetime) -> bool:
    """Tell whether some process is storing the file."""
    with store.reading() as reading:
        return _since(desk.receipt(reading, owner_id(actor), _mark(file)), now)


def _mark(file: desk.Upload) -> str:
    return f"storing {file.id}"


def _since(begun: str | None, now: datetime) -> bool:
    return begun is not None and datetime.fromisoformat(begun) > now - STORING_LIFE


def drop(store: Store, file: desk.Upload, *, actor: Actor, now: datetime) -> None:
    """Put a file away unused; harmless if that was decided before."""
    with suppress(Conflict), store.noting(actor, now) as w:
        desk.settle_upload(w, owner_id(actor), file.id, desk.DROPPED)
        w.commit()


def refused_file(
    result: LoadResult, form: str | None = None, *, render: Callable[[Message], str] = str
) -> tuple[bytes, str]:
    """Give the refused rows with their reasons, and the format they are in: `form`, else the one they came in."""
    read = result.read
    if read is None:
        raise NotFound(say("No row of this file could be read."))
    written = write_refused(read.columns, result.refused_rows, form=form or read.format, render=render)
    return b"".join(written), form or read.format


def refused_kept(result: Mapping[str, Any]) -> tuple[bytes, str] | None:
    """Give the refused rows that were kept with the result of a file."""
    kept = result.get(desk.REFUSED_ROWS)
    return None if not kept else (b64decode(kept), str(result.get("format", "csv")))


def samples(content: bytes, encodings: list[str]) -> list[tuple[str, str]]:
    """Give the lines that tell one encoding from another, read in each of these that can read them."""
    lines = content.replace(b"\r\n", b"\n").split(b"\n", 2000)[:2000]
    telling = [line[:200] for line in lines if not line.isascii()][:SAMPLE_LINES]
    found = []
    for name in encodings:
        try:
            found.append((name, b"\n".join(telling).decode(name, errors="replace")))
        except LookupError:
            continue
    return found


def _summary(result: LoadResult, render: Callable[[Message], str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "file": result.file,
        "kind": result.kind.value if result.kind else "",
        "stored": result.stored,
        "rows": result.rows,
        "accepted": result.accepted,
        "duplicates": result.duplicates,
        "rejected": result.rejected,
        "shipments": Preview(result).references(State.ACCEPTED),
        "warnings": len(Preview(result).warnings),
    }
    if result.rejected:
        content, form = refused_file(result, render=render)
        if len(content) <= LARGEST_REFUSED:
            found |= {desk.REFUSED_ROWS: b64encode(content).decode("ascii"), "format": form}
    return found
