"""Commands that compute: statistics, ways, corridors."""

from datetime import date

import click

from railtrack.cli.kinds import DAY
from railtrack.cli.output import print_csv, print_json, print_table
from railtrack.cli.session import Command, Session, acting, pass_session
from railtrack.domain.movement.journeys import Direction
from railtrack.domain.rights import Operation, insist
from railtrack.operations.figures.statistics import By, DateOf, Filters, Options, Plan, Statistic, columns, compute
from railtrack.operations.mapping import routes

JSON, TABLE, CSV, GEOJSON = "json", "table", "csv", "geojson"
CORRIDOR = ("id", "name", "length_km", "stations", "gauge_changes", "border_crossings", "planned_h")


@click.command(cls=Command)
@click.argument("statistic", type=click.Choice([s.value for s in Statistic]))
@click.option("--from", "from_date", type=DAY, help="First local date of the period.")
@click.option("--to", "to_date", type=DAY, help="Last local date of the period.")
@click.option("--direction", type=click.Choice([d.value for d in Direction]), help="Only this direction.")
@click.option("--corridor", metavar="ID", help="Only this corridor.")
@click.option("--partner", metavar="NAME", help="Only this organisation.")
@click.option("--train", metavar="T", help="Only this service number.")
@click.option("--by", multiple=True, type=click.Choice([b.value for b in By]), help="Group by; twice if wanted.")
@click.option("--include-simulated", is_flag=True, help="Count simulated records too.")
@click.option("--include-dates", is_flag=True, help="Use journeys of which only the day is known for hours too.")
@click.option("--tolerance", type=float, default=24.0, show_default=True, metavar="HOURS", help="Still on time.")
@click.option("--plan", type=click.Choice([p.value for p in Plan]), default=Plan.FIRST.value, show_default=True,
              help="Delay against the plan as first recorded, or after re-planning.")  # fmt: skip
@click.option("--date", "date_of", type=click.Choice([d.value for d in DateOf]), default=DateOf.DEPARTURE.value,
              show_default=True,
              help="Period of visits and crossings (dwell, borders): by departure or by their own date. "
              "Moves nothing in transit, reliability and volume, which go by departure.")  # fmt: skip
@click.option("--open", "open_borders", is_flag=True, help="Show border pairs without control too.")
@click.option("--format", "form", type=click.Choice([TABLE, JSON, CSV]), default=TABLE, show_default=True)
@acting
@pass_session
def stats(
    session: Session, statistic: str, from_date: date | None, to_date: date | None, direction: str | None,
    corridor: str | None, partner: str | None, train: str | None, by: tuple[str, ...], include_simulated: bool,
    include_dates: bool, tolerance: float, plan: str, date_of: str, open_borders: bool, form: str,
) -> None:  # fmt: skip
    """Compute transit, reliability, dwell, borders or volume.

    Hours are those of actual events; what is not known is left empty, never 0.
    """
    insist(session.actor, Operation.MEASURE)
    rows = compute(
        session.store,
        statistic,
        filters=Filters(
            from_date=from_date,
            to_date=to_date,
            direction=Direction(direction) if direction else None,
            corridor=corridor,
            partner=partner,
            train=train,
        ),
        by=by,
        options=Options(
            include_simulated=include_simulated,
            include_dates=include_dates,
            tolerance_h=tolerance,
            plan=Plan(plan),
            date=DateOf(date_of),
            open=open_borders,
        ),
        actor=session.actor,
    )
    if form == JSON:
        print_json(rows)
    elif form == CSV:
        print_csv(rows, columns(Statistic(statistic), by))
    else:
        print_table(rows)


@click.command(cls=Command)
@click.argument("origin", metavar="FROM")
@click.argument("destination", metavar="TO")
@click.option("--via", multiple=True, metavar="STATION", help="Through this station; several in order.")
@click.option("--corridor", metavar="ID", help="Over this corridor's legs only.")
@click.option("--format", "form", type=click.Choice([TABLE, JSON, GEOJSON]), default=TABLE, show_default=True)
@pass_session
def route(
    session: Session, origin: str, destination: str, via: tuple[str, ...], corridor: str | None, form: str
) -> None:
    """Find the shortest way over the stored legs, ships included.

    Stations are our codes, UN/LOCODEs or names.
    """
    found, drawn = routes.route(session.store, origin, destination, via, corridor)
    if form != TABLE:
        print_json(found if form == JSON else drawn)
        return
    legs = found["legs"]
    assert isinstance(legs, list)  # noqa: S101 - as the operation says
    print_table(legs)
    click.echo(f"\n{found['from']} – {found['to']}: {found['length_km']:,.1f} km along the way, "
               f"{found['great_circle_km']:,.1f} km as the crow flies.")  # fmt: skip


@click.command(cls=Command)
@click.option("--format", "form", type=click.Choice([TABLE, JSON, CSV, GEOJSON]), default=TABLE, show_default=True)
@pass_session
def corridors(session: Session, form: str) -> None:
    """List the variants of the way."""
    rows, drawn = routes.corridors(session.store)
    if form == GEOJSON:
        print_json(drawn)
    elif form == JSON:
        print_json(rows)
    elif form == CSV:
        print_csv(rows, CORRIDOR)
    else:
        print_table(rows, ("id", "length_km", "planned_h", "gauge_changes", "border_crossings", "name"))
