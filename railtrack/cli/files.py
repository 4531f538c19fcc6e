"""Commands that read and write files: import, export."""

import gc
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from railtrack.cli.kinds import DAY, ZONE
from railtrack.cli.output import FORM, print_json, progress, write_file
from railtrack.cli.session import REFUSED, Command, Session, acting, pass_session, problem_json
from railtrack.domain.errors import Problem
from railtrack.domain.messages import say
from railtrack.domain.movement.journeys import Direction, Status
from railtrack.domain.progress import Progress
from railtrack.domain.rows.verdicts import Outcome
from railtrack.domain.world import World
from railtrack.exchange.columns import Kind
from railtrack.exchange.limits import LIMITS
from railtrack.operations.administering.reference import load_world
from railtrack.operations.entering.importing import refused_file
from railtrack.operations.entering.loading import LoadResult, Options, load_file
from railtrack.operations.figures.exporting import Form, Wanted, What, export

SHOWN = 50


@click.command("import", cls=Command)
@click.argument("files", metavar="FILE…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--kind", type=click.Choice([k.value for k in Kind]), help="What it holds, if its columns do not tell.")
@click.option("--dry-run", is_flag=True, help="Only judge.")
@click.option("--partial", is_flag=True, help="Store the good rows even if others are refused.")
@click.option("--update", is_flag=True, help="Let rows change what is recorded.")
@click.option("--errors", "errors_to", metavar="FILE", help="Write refused rows with their reasons, to be mended.")
@click.option("--encoding", metavar="NAME", help="Of a file that is not UTF-8, such as gb18030.")
@click.option("--times-in", type=ZONE, help="Zone of times without an offset, instead of each station's.")
@FORM
@acting
@pass_session
@click.pass_context
def import_(
    context: click.Context, session: Session, files: tuple[Path, ...], kind: str | None, dry_run: bool,
    partial: bool, update: bool, errors_to: str | None, encoding: str | None, times_in: ZoneInfo | None, form: str,
) -> None:  # fmt: skip
    """Load CSV, XLSX or JSON Lines: all rows of a file or none, unless --partial."""
    # a file brings a million values that live to the end; looking through them for cycles takes a fifth of an import
    before = gc.get_threshold()
    context.call_on_close(lambda: gc.set_threshold(*before))
    gc.set_threshold(50_000, 20, 20)
    if errors_to is not None and len(files) > 1:
        raise click.UsageError("--errors holds the rows of one file; give one file at a time.")
    options = Options(
        kind=Kind(kind) if kind else None, encoding=encoding, times_in=times_in, partial=partial, update=update,
        dry_run=dry_run,
    )  # fmt: skip
    world = load_world(session.store)
    results = []
    for path in files:
        with progress(path.name) as shown:
            results.append(_load(session, path, world, options, shown))
    if errors_to is not None and results[0].refused_rows:
        content, _ = refused_file(results[0], _form_of(errors_to))
        write_file(errors_to, [content])
    if form == "json":
        documents = [_document(result) for result in results]
        print_json(documents[0] if len(documents) == 1 else documents)
    else:
        for result in results:
            _print(result)
    failed = [result for result in results if not result.is_clean]
    if failed:
        click.echo(f"railtrack: {'; '.join(_verdict(result) for result in failed)}", err=True)
        context.exit(REFUSED)


def _load(session: Session, path: Path, world: World, options: Options, shown: Progress | None) -> LoadResult:
    """Load one file; one that cannot be opened is a result with a problem, so that the others still have theirs."""
    try:
        with path.open("rb") as file:
            content = file.read(LIMITS.bytes + 1)  # more is refused, however much it is
    except OSError as error:
        problem = Problem(message=say("%(file)s cannot be opened: %(why)s.", file=path, why=error.strerror or error))
        return LoadResult(file=str(path), kind=options.kind, outcome=Outcome((), stored=False), problems=(problem,))
    return load_file(
        session.store, content, str(path), world=world, actor=session.actor, now=session.now, options=options,
        progress=shown,
    )  # fmt: skip


def _document(result: LoadResult) -> dict[str, object]:
    return {
        "file": result.file,
        "kind": result.kind.value if result.kind else None,
        "stored": result.stored,
        "rows": result.rows,
        "accepted": result.accepted,
        "duplicates": result.duplicates,
        "rejected": result.rejected,
        "problems": [problem_json(problem) for problem in result.problems],
    }


def _print(result: LoadResult) -> None:
    stored = "stored" if result.stored else "nothing stored"
    click.echo(
        f"{result.file}: {result.rows} rows of {result.kind.value if result.kind else 'unknown kind'}: "
        f"{result.accepted} accepted, {result.duplicates} already known, {result.rejected} refused; {stored}"
    )
    for problem in result.problems[:SHOWN]:
        line = f"line {problem.line}" if problem.line is not None else "file"
        column = f", {problem.column}" if problem.column else ""
        value = f" [{problem.value}]" if problem.value else ""
        click.echo(f"  {line}{column}{value}: {problem.severity.value}: {problem.sentence}")
    if len(result.problems) > SHOWN:
        click.echo(f"  … and {len(result.problems) - SHOWN} more; --errors FILE or --format json gives all")


def _verdict(result: LoadResult) -> str:
    if result.rows == 0 and result.problems:
        return f"{result.file} cannot be read: {' '.join(str(result.problems[0].sentence).split())}"
    kept = "the rest is stored" if result.stored else "nothing is stored"
    return f"{result.file}: {result.rejected} of {result.rows} rows refused, {kept}"


def _form_of(target: str) -> str:
    suffix = Path(target).suffix.lower().lstrip(".")
    return suffix if suffix in ("xlsx", "jsonl") else "csv"


@click.command("export", cls=Command)
@click.argument("what", type=click.Choice([w.value for w in What]))
@click.option("--from", "from_date", type=DAY, help="First local date of departure.")
@click.option("--to", "to_date", type=DAY, help="Last local date of departure.")
@click.option("--direction", type=click.Choice([d.value for d in Direction]), help="Only this direction.")
@click.option("--corridor", metavar="ID", help="Only this corridor.")
@click.option("--partner", metavar="NAME", help="Only this organisation.")
@click.option("--train", metavar="T", help="Only this service number.")
@click.option("--status", type=click.Choice([s.value for s in Status]), help="Only shipments that stand so.")
@click.option("--late", is_flag=True, help="Only shipments behind their plan.")
@click.option("--include-simulated", is_flag=True, help="Simulated records too.")
@click.option("--format", "form", required=True, type=click.Choice([f.value for f in Form]))
@click.option("-o", "--output", required=True, metavar="FILE", help="Where to; - is stdout.")
@acting
@pass_session
def export_(
    session: Session, what: str, from_date: date | None, to_date: date | None, direction: str | None,
    corridor: str | None, partner: str | None, train: str | None, status: str | None, late: bool,
    include_simulated: bool, form: str, output: str,
) -> None:  # fmt: skip
    """Write shipments, events, journeys or visits to a file.

    Shipments and events (CSV, JSON Lines, XLSX) import again without a change.
    """
    wanted = Wanted(
        first_date=from_date, last_date=to_date, direction=Direction(direction) if direction else None,
        corridor=corridor, partner=partner, train=train, status=Status(status) if status else None, late=late,
        simulated=include_simulated,
    )  # fmt: skip
    write_file(output, export(session.store, what, wanted, form, actor=session.actor, now=session.now))
