"""Commands about links that show something to somebody without an account; they are made on the pages."""

import click

from railtrack.cli.output import FORM, print_json, print_table
from railtrack.cli.session import Command, Commands, Session, acting, pass_session
from railtrack.domain.sharing import LinkKind
from railtrack.operations.sharing import links as operations
from railtrack.operations.sharing.links import Listed

COLUMNS = ("id", "kind", "shows", "for", "owner", "organisation", "expires_at", "uses", "last_used_at", "state")


@click.group(cls=Commands)
def share() -> None:
    """List and withdraw shared links."""


@share.command("list", cls=Command)
@FORM
@acting
@pass_session
def list_(session: Session, form: str) -> None:
    """List the links one may withdraw, newest first; those that no longer work are among them."""
    found = operations.list_links(session.store, actor=session.actor)
    rows = [_row(session, each) for each in found]
    if form == "json":
        print_json(rows)
    else:
        print_table(rows, COLUMNS)


@share.command("revoke", cls=Command)
@click.argument("link_id", metavar="ID", type=int)
@acting
@pass_session
def revoke(session: Session, link_id: int) -> None:
    """Withdraw a link: from now on it shows nothing."""
    link = operations.revoke_link(session.store, link_id, actor=session.actor, now=session.now)
    click.echo(f"Link {link.id} for {link.label}, shared by {link.email}, is withdrawn.")


def _row(session: Session, listed: Listed) -> dict[str, object]:
    link = listed.link
    state = "withdrawn" if link.revoked_at else "works" if link.is_alive(session.now) else "run out"
    is_shipment = link.kind is LinkKind.SHIPMENT
    return {
        "id": link.id,
        "kind": link.kind.value,
        "shows": (listed.reference or None) if is_shipment else link.subject,
        "fields": sorted(each.value for each in link.fields),
        "for": link.label,
        "owner": link.email,
        "organisation": link.organisation.name if link.organisation else None,
        "created_at": link.created_at.isoformat(),
        "expires_at": link.expires_at.isoformat(),
        "uses": link.uses,
        "last_used_at": link.last_used_at.isoformat() if link.last_used_at else None,
        "state": state,
    }
