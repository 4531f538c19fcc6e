"""Commands on the audit: looking through it, taking it out with its hashes, checking that nobody tampered with it."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import click

from railtrack.cli.kinds import DAY
from railtrack.cli.output import print_csv, print_json, print_table, write_file
from railtrack.cli.session import REFUSED, Command, Commands, Session, acting, pass_session
from railtrack.domain.records import AuditEntry
from railtrack.operations.administering.auditing import (
    AuditFilter,
    audit_list,
    export_audit,
    verify_audit,
    verify_file,
)

COLUMNS = ("sequence", "at", "actor", "acted_for", "origin", "action", "subject", "subject_id", "before", "after")
FORM = click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)


@click.group(cls=Commands)
def audit() -> None:
    """Who changed what, when and from where; and whether that still stands as it was written."""


@audit.command("list", cls=Command)
@click.option("--subject", help="A kind of thing (shipment, user, …), or one of them as KIND:ID.")
@click.option("--actor", metavar="EMAIL", help="Who did it: an address, or a name as cli:USER.")
@click.option("--from", "first", type=DAY, help="First day, UTC.")
@click.option("--to", "last", type=DAY, help="Last day, UTC.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="The newest so many.")
@FORM
@acting
@pass_session
def list_(
    session: Session,
    subject: str | None,
    actor: str | None,
    first: date | None,
    last: date | None,
    limit: int,
    form: str,
) -> None:
    """List entries, newest first, persons named as far as that is kept."""
    kind, _, one = (subject or "").partition(":")
    wanted = AuditFilter(
        actor=actor, subject=kind or None, subject_id=one or None, since=_midnight(first),
        until=_midnight(last + timedelta(days=1)) if last else None,
    )  # fmt: skip
    rows = [_row(entry) for entry in audit_list(session.store, wanted, actor=session.actor, most=limit)]
    if form == "json":
        print_json(rows)
    elif form == "csv":
        print_csv(rows, COLUMNS)
    else:
        print_table(rows, COLUMNS[:8])


@audit.command("export", cls=Command)
@click.option("-o", "output", required=True, metavar="FILE", help="The file to write; - is stdout.")
@acting
@pass_session
def export_(session: Session, output: str) -> None:
    """Write every entry with its hash, a JSON object a line; persons by their pseudonyms."""
    lines = export_audit(session.store, actor=session.actor)
    write_file(output, (line.encode() for line in lines))


@audit.command("verify", cls=Command)
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--head", metavar="HASH", help="The head of an earlier time, which must still be there.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@acting
@pass_session
def verify(session: Session, file: Path | None, head: str | None, form: str) -> None:
    """Check the chain of hashes, of the database or of an exported FILE; exit status 1 where it is broken.

    Prints the head, the last hash. Kept elsewhere and given as --head later, it shows that nothing up to there was
    changed and nothing cut off.
    """
    head = head.strip().lower() if head else None
    if file is None:
        checked = verify_audit(session.store, actor=session.actor, now=session.now, head=head)
        found, changed = checked.check, checked.persons_changed
    else:
        found, changed = verify_file(file, head=head), ()
    holds = found.holds and not changed
    said = str(found.message)
    if found.holds and changed:
        said = f"The chain holds, but {len(changed)} of the names and addresses it refers to were changed."
    if form == "json":
        print_json(
            {
                "holds": holds, "entries": found.entries, "head": found.head, "message": said,
                "flaw": found.flaw and found.flaw.value, "sequence": found.sequence or None,
                "changed_references": list(changed),
            }
        )  # fmt: skip
    else:
        click.echo(said, err=not holds)
        click.echo(f"Head: {found.head}")
    if not holds:
        click.get_current_context().exit(REFUSED)


def _row(entry: AuditEntry) -> dict[str, object]:
    values = {name: getattr(entry, name) for name in COLUMNS if name not in ("sequence", "at")}
    return {"sequence": entry.id, "at": entry.at.isoformat()} | values


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)
