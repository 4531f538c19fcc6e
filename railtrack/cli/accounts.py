"""Commands about accounts."""

import json

import click

from railtrack.cli.output import print_json, print_table, write_file
from railtrack.cli.session import Command, Commands, Session, acting, pass_session
from railtrack.domain.actors import Role
from railtrack.operations.administering.accounts import (
    create_user,
    deactivate,
    list_users,
    make_password_link,
    reactivate,
)
from railtrack.operations.administering.personal_data import erase_person, export_person
from railtrack.operations.signing_in.codes import forget_factors

FORM = click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)


@click.group(cls=Commands)
def user() -> None:
    """Add, list and end accounts."""


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
    address = _password_link(session, person.email)
    if form == "json":
        print_json({"email": person.email, "role": person.role.value, "password_link": address})
    else:
        click.echo(f"{person.email} is added as {person.role.value}. A password is chosen, once, at {address}")


@user.command("link", cls=Command)
@click.argument("email")
@acting
@pass_session
def link(session: Session, email: str) -> None:
    """Print a new link with which the owner of an account chooses a password; earlier ones die."""
    click.echo(_password_link(session, email))


@user.command("forget-factors", cls=Command)
@click.argument("email")
@acting
@pass_session
def forget_factors_(session: Session, email: str) -> None:
    """Take out somebody's second factor, passkeys and recovery codes; they sign in with the password alone."""
    forget_factors(session.store, email, actor=session.actor, now=session.now)
    click.echo(f"{email} signs in with the password alone until a new second factor is set up.")


@user.command("end", cls=Command)
@click.argument("email")
@acting
@pass_session
def end(session: Session, email: str) -> None:
    """End an account: it cannot sign in any more; what it recorded stays."""
    deactivate(session.store, email, actor=session.actor, now=session.now)
    click.echo(f"The account of {email} is ended.")


@user.command("reactivate", cls=Command)
@click.argument("email")
@acting
@pass_session
def reactivate_(session: Session, email: str) -> None:
    """Let an ended account sign in again."""
    reactivate(session.store, email, actor=session.actor, now=session.now)
    click.echo(f"The account of {email} is active.")


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


@user.command("export", cls=Command)
@click.argument("email")
@click.option("-o", "output", required=True, metavar="FILE", help="The file to write; - is stdout.")
@acting
@pass_session
def export_(session: Session, email: str, output: str) -> None:
    """Write all that is kept of somebody into one JSON file."""
    found = export_person(session.store, email, actor=session.actor)
    write_file(output, [json.dumps(found, ensure_ascii=False, indent=1).encode()])


@user.command("erase", cls=Command)
@click.argument("email")
@click.confirmation_option("--yes", prompt="Erase all that is kept of this person? It cannot be undone.")
@acting
@pass_session
def erase(session: Session, email: str) -> None:
    """Erase all that is kept of somebody; what they recorded stays, under a pseudonym."""
    pseudonym = erase_person(session.store, email, actor=session.actor, now=session.now)
    click.echo(f"All that was kept of {email} is erased; what was recorded stays as of {pseudonym}.")


def _password_link(session: Session, email: str) -> str:
    token = make_password_link(session.store, email, actor=session.actor, now=session.now)
    return f"{session.settings.base_url}/password/{token}"
