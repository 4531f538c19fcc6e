"""The command on alerts: those that are open, and looking for them now."""

import click

from railtrack.cli.output import print_json, print_table
from railtrack.cli.session import Command, Session, acting, pass_session
from railtrack.domain.notices.alerts import Alert
from railtrack.domain.notices.kinds import AlertKind
from railtrack.operations.administering.accounts import remembered_secret
from railtrack.operations.administering.reference import load_world
from railtrack.operations.notifying import alerts as operations
from railtrack.operations.notifying.post import post_office
from railtrack.operations.notifying.watching import watch_now

COLUMNS = ("id", "kind", "partner", "reference", "container", "station", "opened_at", "state", "why")


@click.command(cls=Command)
@click.option("--watch-now", "looks", is_flag=True, help="Look for them first, as the worker does every five minutes.")
@click.option("--kind", "kinds", multiple=True, type=click.Choice([k.value for k in AlertKind]), help="Only these.")
@click.option("--closed", is_flag=True, help="Those that are over.")
@click.option("--include-simulated", is_flag=True, help="With those on simulated shipments.")
@click.option("--limit", type=click.IntRange(1, 500), default=100, show_default=True, help="The newest so many.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@acting
@pass_session
def alerts(
    session: Session, looks: bool, kinds: tuple[str, ...], closed: bool, include_simulated: bool, limit: int, form: str
) -> None:
    """List open alerts: what is late, overdue, silent, off its corridor, too warm or cold, or held.

    With --as those of that user's organisation, else those over all shipments.
    """
    if looks:
        settings = session.settings
        secret = settings.secret_key or remembered_secret(session.store, "secret_key", now=session.now)
        watch_now(session.store, post_office(settings, secret), actor=session.actor, now=session.now)
    found = operations.list_alerts(
        session.store, is_open=not closed, kinds=[AlertKind(kind) for kind in kinds], simulated=include_simulated,
        limit=limit, actor=session.actor,
    )  # fmt: skip
    names = {station.id: station.name for station in load_world(session.store).network.stations.values()}
    rows = [_row(alert, names) for alert in found.items]
    if form == "json":
        print_json(rows)
    elif rows:
        print_table([row | {"state": _state(row)} for row in rows], COLUMNS)
    else:
        click.echo("There are no alerts.")


def _row(alert: Alert, names: dict[str, str]) -> dict[str, object]:
    return {
        "id": alert.id,
        "kind": alert.kind.value,
        "partner": alert.partner,
        "reference": alert.reference,
        "container": alert.container,
        "station": alert.station,
        "why": str(alert.why.message(lambda station: names.get(station, station))),
        "values": dict(alert.why.values),
        "opened_at": alert.opened_at.isoformat(),
        "seen_at": alert.seen_at.isoformat(),
        "closed_at": alert.closed_at.isoformat() if alert.closed_at else None,
        "ending": alert.ending.value if alert.ending else None,
        "acknowledged_at": alert.acknowledged_at.isoformat() if alert.acknowledged_at else None,
        "note": alert.note,
        "simulated": alert.simulated,
    }


def _state(row: dict[str, object]) -> str:
    if row["ending"] is not None:
        return f"over ({row['ending']})"
    return "acknowledged" if row["acknowledged_at"] else "open"
