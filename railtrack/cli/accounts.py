"""Commands about accounts."""

import click

from railtrack.cli.output import print_json, print_table
from railtrack.cli.session import Command, Commands, Session, acting, pass_session
from railtrack.domain.actors import Role
from railtrack.operations.accounts import create_user, list_users, make_password_link

FORM = click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)


@click.group(cls=Commands)
def user() -> None:
    """Add and list accounts."""


@user.command("add", cls=Command)
@click.argument("email")
@click.option("--name", default="", help="The person's name.")
@click.option("--role", required=True, type=click.Choice([r.value for r in Role]))
@click.option("--organisation", default="", metavar="NAME", help="A partner's organisation; added if new.")
@FORM
@acting
@pass_session
def add(session: Session, email: str, name: str, role: str, organisation: str, form: str) -> None:
    """Add an account and print a link with which its owner chooses a password."""
    person = create_user(
        session.store, email, name, Role(role), organisation=organisation, actor=session.actor, now=session.now
    )
    token = make_password_link(session.store, person.email, actor=session.actor, now=session.now)
    link = f"{session.settings.base_url}/password/{token}"
    if form == "json":
        print_json({"email": person.email, "role": person.role.value, "password_link": link})
    else:
        click.echo(f"{person.email} is added as {person.role.value}. A password is chosen, once, at {link}")


@user.command("list", cls=Command)
@FORM
@acting
@pass_session
def list_(session: Session, form: str) -> None:
    """List all accounts."""
    rows: list[dict[str, object]] = [
        {
            "email": person.email, "name": person.name, "role": person.role.value,
            "organisation": person.organisation.name if person.organisation else None, "active": person.is_active,
        }
        for person in list_users(session.store, actor=session.actor)
    ]  # fmt: skip
    if form == "json":
        print_json(rows)
    else:
        print_table(rows, ("email", "name", "role", "organisation", "active"))
