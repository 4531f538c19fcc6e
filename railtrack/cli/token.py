"""Commands about tokens, with which programs act for an account."""

import click

from railtrack.cli.output import FORM, print_json, print_table
from railtrack.cli.session import Command, Commands, Session, acting, pass_session
from railtrack.domain.tokens import ApiToken, TokenScope
from railtrack.operations.administering import tokens as operations

COLUMNS = ("id", "name", "owner", "organisation", "scope", "start", "expires_at", "last_used_at", "state")


@click.group(cls=Commands)
def token() -> None:
    """Add, list and end tokens of the interface."""


@token.command("add", cls=Command)
@click.argument("name")
@click.option("--owner", "email", metavar="EMAIL", help="Whose account it acts for; with --as, one's own.")
@click.option("--scope", type=click.Choice([s.value for s in TokenScope]), default=TokenScope.READ.value,
              show_default=True, help="Look only, or record as well.")  # fmt: skip
@click.option("--organisation", default="", metavar="NAME", help="The one organisation it acts for.")
@click.option("--days", type=int, default=operations.USUAL_DAYS, show_default=True, help="How long it works.")
@FORM
@acting
@pass_session
def add(session: Session, name: str, email: str | None, scope: str, organisation: str, days: int, form: str) -> None:
    """Make a token and print it: it is not shown again."""
    made, secret = operations.make_token(
        session.store, name, TokenScope(scope), email=email, organisation=organisation, days=days,
        actor=session.actor, now=session.now,
    )  # fmt: skip
    if form == "json":
        print_json(_row(session, made) | {"token": secret})
    else:
        click.echo(secret)
        click.echo(f"Token {made.id} acts for {made.email} until {made.expires_at.date()}. Keep it: it is shown once.",
                   err=True)  # fmt: skip


@token.command("list", cls=Command)
@FORM
@acting
@pass_session
def list_(session: Session, form: str) -> None:
    """List one's own tokens, or those of all for who runs this as administrator."""
    actor = session.actor
    found = operations.list_tokens(session.store, everybody=session.email is None, actor=actor)
    rows = [_row(session, each) for each in found]
    if form == "json":
        print_json(rows)
    else:
        print_table(rows, COLUMNS)


@token.command("end", cls=Command)
@click.argument("token_id", metavar="ID", type=int)
@acting
@pass_session
def end(session: Session, token_id: int) -> None:
    """End a token: from now on it is refused."""
    ended = operations.end_token(session.store, token_id, actor=session.actor, now=session.now)
    click.echo(f"Token {ended.id} ({ended.name}) of {ended.email} is ended.")


def _row(session: Session, each: ApiToken) -> dict[str, object]:
    state = "works" if each.is_alive(session.now) else "ended" if each.ended_at else "run out"
    return {
        "id": each.id,
        "name": each.name,
        "owner": each.email,
        "organisation": each.organisation.name if each.organisation else None,
        "scope": each.scope.value,
        "start": f"{each.start}…",
        "created_at": each.created_at.isoformat(),
        "expires_at": each.expires_at.isoformat(),
        "last_used_at": each.last_used_at.isoformat() if each.last_used_at else None,
        "state": state,
    }
