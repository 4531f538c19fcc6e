"""Commands that draw: the map, labels, and the lines of the legs."""

import click

from railtrack.cli.output import FORM, print_json, print_table, write_file
from railtrack.cli.session import Command, Session, acting, pass_session
from railtrack.operations.entering.labels import labels_named
from railtrack.operations.mapping import drawing as mapping
from railtrack.operations.mapping.geometry import rebuild


@click.command("map", cls=Command)
@click.option("--shipment", metavar="REF", help="The way of this shipment: REFERENCE or PARTNER:REFERENCE.")
@click.option("--corridor", metavar="ID", help="Show this corridor and what is on it.")
@click.option("--include-simulated", is_flag=True, help="Simulated trains too.")
@click.option("-o", "--output", required=True, metavar="FILE", help="Where to; - is stdout.")
@acting
@pass_session
def map_(session: Session, shipment: str | None, corridor: str | None, include_simulated: bool, output: str) -> None:
    """Draw a map into one HTML file that opens without a network."""
    if shipment and corridor:
        raise click.UsageError("Give --shipment or --corridor, not both.")
    page = mapping.map_page(
        session.store, shipment=shipment, corridor=corridor, simulated=include_simulated, actor=session.actor,
        now=session.now,
    )  # fmt: skip
    write_file(output, [page.encode()])


@click.command(cls=Command)
@click.argument("reference")
@click.option("--skip", type=click.IntRange(0, 23), default=0, help="Places of the first sheet that are used already.")
@click.option("-o", "--output", required=True, metavar="FILE", help="Where to; - is stdout.")
@acting
@pass_session
def labels(session: Session, reference: str, skip: int, output: str) -> None:
    """Make labels for the containers of a shipment, 24 on a sheet of A4, as PDF.

    REFERENCE may be PARTNER:REFERENCE. A phone that scans a label opens the event form of its container, at
    RAILTRACK_BASE_URL.
    """
    base_url = session.settings.base_url
    write_file(output, [labels_named(session.store, reference, base_url=base_url, skip=skip, actor=session.actor)])


@click.command(cls=Command)
@click.argument("action", type=click.Choice(["rebuild"]), default="rebuild")
@click.option("--lengths", is_flag=True, help="Replace measured lengths in legs.csv too.")
@FORM
@pass_session
def geometry(session: Session, action: str, lengths: bool, form: str) -> None:
    """Draw the lines of all legs anew from the rail network (extra `network`); `init` takes them over."""
    rows = [
        {"from": leg.origin, "to": leg.destination, "stored_km": leg.stored_km, "network_km": leg.way.length_km,
         "deviation_pct": 100 * leg.deviation, "method": leg.way.method.value}
        for leg in rebuild(lengths=lengths)
    ]  # fmt: skip
    print_json(rows) if form == "json" else print_table(rows)
