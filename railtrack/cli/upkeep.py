"""Commands for whoever runs railtrack: set up, serve, simulated history, checks, geometry."""

import os
import socket
from contextlib import nullcontext
from datetime import date

import click

from railtrack.cli.kinds import DAY
from railtrack.cli.output import FORM, print_json, print_table, progress
from railtrack.cli.session import REFUSED, Command, Session, acting, pass_session
from railtrack.config import Settings, variable
from railtrack.domain.errors import Unavailable
from railtrack.domain.messages import say
from railtrack.operations.administering.checking import check as check_store
from railtrack.operations.administering.demo import add_demo, add_demo_accounts, remove_demo
from railtrack.operations.administering.reference import init as set_up


@click.command(cls=Command)
@click.option("--quiet", is_flag=True, help="Say nothing when all is well.")
@pass_session
def init(session: Session, quiet: bool) -> None:
    """Create or migrate the database and load the reference data; again and again without harm."""
    set_up(session.any_store, now=session.now)
    if not quiet:
        click.echo(f"The database {session.any_store.address} is ready.")


@click.command(cls=Command)
@click.option("--seed", type=int, default=1, show_default=True, help="Another number, another history.")
@click.option("--journeys", type=click.IntRange(1, 1_000_000), default=2000, show_default=True,
              help="About so many container journeys.")  # fmt: skip
@click.option("--until", type=DAY, help="Last day of the history; yesterday if not given.")
@click.option("--remove", is_flag=True, help="Take all simulated history out.")
@click.option("--accounts", is_flag=True, help="Add one account per role and print their passwords.")
@FORM
@acting
@pass_session
def demo(
    session: Session, seed: int, journeys: int, until: date | None, remove: bool, accounts: bool, form: str
) -> None:
    """Add simulated history: the weekly service planned in 2018, had it run ever since.

    The same for the same arguments; each record is marked simulated.
    """
    if remove:
        gone = remove_demo(session.store, actor=session.actor, now=session.now)
        if form == "json":
            print_json({"removed_shipments": gone})
        else:
            click.echo(f"{gone} simulated shipments taken out.")
        return
    with progress("Simulating") as shown:
        added = add_demo(
            session.store, seed=seed, journeys=journeys, until=until, actor=session.actor, now=session.now,
            progress=shown,
        )  # fmt: skip
    people = add_demo_accounts(session.store, actor=session.actor, now=session.now) if accounts else []
    document = {
        "until": added.until.isoformat(), "trains": added.trains, "journeys": added.journeys, "events": added.events,
        "accounts": [{"email": a.email, "role": a.role.value, "password": a.password} for a in people],
    }  # fmt: skip
    if form == "json":
        print_json(document)
        return
    click.echo(
        f"Simulated history until {added.until}: {added.trains} trains, {added.journeys} container journeys, "
        f"{added.events} events added."
    )
    if people:
        click.echo("Accounts of this demonstration, their passwords shown only now:")
        print_table([{"role": a.role.value, "email": a.email, "password": a.password} for a in people])


@click.command(cls=Command)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes.")
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True, help="Threads of each.")
@click.option("--worker/--no-worker", "has_worker", default=True, help="Do the jobs too; see: railtrack work")
@pass_session
def serve(session: Session, host: str, port: int, workers: int, threads: int, has_worker: bool) -> None:
    """Serve the pages; migrates the embedded database itself."""
    # Flask is loaded by this command alone, the others start sooner without
    from railtrack.cli import serving
    from railtrack.cli.working import worker_beside
    from railtrack.web.setup_link import setup_address

    _insist_free(host, port)
    here = serving.address(host, port)
    if not os.environ.get(variable("base_url"), "").strip():
        # on all addresses of the machine it is not local any more, and settings ask for a key of one's own
        open_to_all = host in ("0.0.0.0", "::")  # noqa: S104 - only compared
        base_url = f"http://{socket.gethostname()}:{port}" if open_to_all else here
        session.__dict__["settings"] = Settings.from_env({**os.environ, variable("base_url"): base_url})
    store = session.any_store if session.any_store.is_sqlite else session.store
    if store.is_sqlite:
        set_up(store, now=session.now)
    click.echo(f"railtrack is at {session.settings.base_url}")
    link = setup_address(store, session.settings, now=session.now)
    if link is not None:
        click.echo(f"Nobody administers it yet. Set it up, once, at {link}")
    with worker_beside(session.settings, os.environ) if has_worker else nullcontext():
        serving.run(session.settings, store, host, port, workers, threads)


def _insist_free(host: str, port: int) -> None:
    """Say so at once where something else listens there."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    except OSError as error:
        raise Unavailable(say("%(host)s is no address of this machine.", host=host)) from error
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Unavailable(
                say(
                    "%(host)s port %(port)s cannot be used (%(why)s); choose another with --port.",
                    host=host,
                    port=port,
                    why=error.strerror or str(error),
                )
            ) from error


@click.command("setup-link", cls=Command)
@pass_session
def setup_link(session: Session) -> None:
    """Print a new one-time link for the first administrator; earlier ones die."""
    from railtrack.web.setup_link import setup_address

    link = setup_address(session.store, session.settings, now=session.now)
    if link is None:
        raise Unavailable(say("There is an administrator already; users are added with: railtrack user add"))
    click.echo(link)


@click.command(cls=Command)
@click.option("--rebuild", "refold", is_flag=True, help="Fold all journeys anew from their events and compare.")
@FORM
@pass_session
@click.pass_context
def check(context: click.Context, session: Session, refold: bool, form: str) -> None:
    """Look whether the database is sound."""
    found = check_store(session.store, rebuild=refold)
    if form == "json":
        print_json({"sound": not found, "problems": found})
    elif not found:
        click.echo("Nothing is wrong." if not refold else "Nothing is wrong; every journey is what its events say.")
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        click.echo(f"railtrack: {' '.join(found[0].split())}{more}", err=True)
        context.exit(REFUSED)
