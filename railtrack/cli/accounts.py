"""Commands about accounts, and about the organisations they act for."""

import json

import click

from railtrack.cli.output import FORM, print_json, print_table, write_file
from railtrack.cli.session import Command, Commands, Session, acting, pass_session
from railtrack.domain.people import Person
from railtrack.domain.rights import Role
from railtrack.operations.administering import accounts, organisations
from railtrack.operations.administering.personal_data import erase_person, export_person
from railtrack.operations.signing_in.codes import forget_factors

ROLE = click.Choice([role.value for role in Role])


@click.group(cls=Commands)
def user() -> None:
    """Add, list and end accounts; say as what somebody works, and for whom."""


@user.command("add", cls=Command)
@click.argument("email")
@click.option("--name", default="", help="The person's name.")
@click.option("--role", required=True, type=ROLE)
@click.option("--organisation", default="", metavar="NAME", help="Of a partner, reader or terminal; added if new.")
@FORM
@acting
@pass_session
def add(session: Session, email: str, name: str, role: str, organisation: str, form: str) -> None:
    """Add an account and print a link with which its owner chooses a password."""
    person = accounts.create_user(
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
    accounts.deactivate(session.store, email, actor=session.actor, now=session.now)
    click.echo(f"The account of {email} is ended.")


@user.command("reactivate", cls=Command)
@click.argument("email")
@acting
@pass_session
def reactivate(session: Session, email: str) -> None:
    """Let an ended account sign in again."""
    accounts.reactivate(session.store, email, actor=session.actor, now=session.now)
    click.echo(f"The account of {email} is active.")


@user.command("list", cls=Command)
@FORM
@acting
@pass_session
def list_(session: Session, form: str) -> None:
    """List all accounts."""
    rows = [_row(person) for person in accounts.list_users(session.store, actor=session.actor)]
    if form == "json":
        print_json(rows)
    else:
        print_table(rows, ("email", "name", "role", "organisations", "active"))


@user.command("role", cls=Command)
@click.argument("email")
@click.argument("role", type=ROLE)
@click.option("--organisation", default="", metavar="NAME", help="One to act for, where the new role needs one.")
@acting
@pass_session
def change_role(session: Session, email: str, role: str, organisation: str) -> None:
    """Give somebody another role; they sign in anew."""
    organisations.change_role(
        session.store, email, Role(role), organisation=organisation, actor=session.actor, now=session.now
    )
    click.echo(f"{email} is {role} now.")


@user.command("join", cls=Command)
@click.argument("email")
@click.argument("organisation")
@acting
@pass_session
def join(session: Session, email: str, organisation: str) -> None:
    """Let somebody act for one more ORGANISATION."""
    organisations.join(session.store, email, organisation, actor=session.actor, now=session.now)
    click.echo(f"{email} acts for {organisation}.")


@user.command("leave", cls=Command)
@click.argument("email")
@click.argument("organisation")
@acting
@pass_session
def leave(session: Session, email: str, organisation: str) -> None:
    """Let somebody act for an ORGANISATION no longer."""
    organisations.leave(session.store, email, organisation, actor=session.actor, now=session.now)
    click.echo(f"{email} does not act for {organisation}.")


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


# ---------------------------------------------------------------- organisations


@click.group(cls=Commands)
def organisation() -> None:
    """List organisations; say at which stations one works as a terminal."""


@organisation.command("list", cls=Command)
@FORM
@acting
@pass_session
def list_organisations(session: Session, form: str) -> None:
    """List organisations with their stations and people."""
    rows: list[dict[str, object]] = [
        {
            "organisation": found.organisation.name,
            "stations": list(found.organisation.stations),
            "people": [person.email for person in found.people],
        }
        for found in organisations.all_members(session.store, actor=session.actor)
    ]
    if form == "json":
        print_json(rows)
    else:
        print_table(rows, ("organisation", "stations", "people"))


@organisation.command("stations", cls=Command)
@click.argument("name")
@click.argument("stations", metavar="[STATION]…", nargs=-1)
@click.option("--none", "no_stations", is_flag=True, help="At none: it is no terminal any longer.")
@acting
@pass_session
def stations_(session: Session, name: str, stations: tuple[str, ...], no_stations: bool) -> None:
    """Say at which stations an organisation works as a terminal, in place of what was said before."""
    if bool(stations) is no_stations:
        raise click.UsageError("Name its stations, or say --none.")
    organisations.set_stations(session.store, name, stations, actor=session.actor, now=session.now)
    click.echo(f"{name} works at {', '.join(stations)}." if stations else f"{name} works at no station.")


def _row(person: Person) -> dict[str, object]:
    return {
        "email": person.email,
        "name": person.name,
        "role": person.role.value,
        "organisation": person.organisation.name if person.organisation else None,
        "organisations": [each.name for each in person.organisations],
        "active": person.is_active,
    }


def _password_link(session: Session, email: str) -> str:
    token = accounts.make_password_link(session.store, email, actor=session.actor, now=session.now)
    return f"{session.settings.base_url}/password/{token}"
