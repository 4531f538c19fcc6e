"""Calls on statistics: the parameters and the rows of `railtrack stats`."""

from typing import Any

from flask import Response
from marshmallow import fields

from railtrack.domain.errors import NotFound, Problem
from railtrack.domain.movement.journeys import Direction
from railtrack.domain.rights import Operation, insist
from railtrack.operations.figures.statistics import By, DateOf, Filters, Options, Plan, Statistic, compute
from railtrack.web.api.answers import answer
from railtrack.web.api.describing import answers
from railtrack.web.api.guard import caller
from railtrack.web.api.parameters import Calls, Choice, Day, Flag, Hours, Parameters, Text
from railtrack.web.api.problems import InvalidParameters
from railtrack.web.api.schemas import ref
from railtrack.web.current import current_store

blueprint = Calls("api_statistics", __name__, description="Statistics")


class Asked(Parameters):
    """What is counted, and how."""

    from_ = Day(data_key="from", load_default=None, metadata={"description": "First local date of the period."})
    to = Day(load_default=None, metadata={"description": "Last local date of the period, included."})
    direction = Choice(Direction, load_default=None, metadata={"description": "Only this direction."})
    corridor = Text(load_default=None, metadata={"description": "Only this corridor."})
    partner = Text(load_default=None, metadata={"description": "Only this organisation."})
    train = Text(load_default=None, metadata={"description": "Only this service number."})
    by = fields.List(Choice(By), load_default=list, metadata={"description": "Group by; twice if wanted."})
    include_simulated = Flag(load_default=False, metadata={"description": "Count simulated records too."})
    include_dates = Flag(
        load_default=False, metadata={"description": "Use journeys of which only the day is known for hours too."}
    )
    tolerance = Hours(load_default=24.0, metadata={"description": "Hours late that still are on time.", "minimum": 0})
    plan = Choice(Plan, load_default=Plan.FIRST.value, metadata={"description": "Plan as first recorded, or latest."})
    date = Choice(
        DateOf,
        load_default=DateOf.DEPARTURE.value,
        metadata={"description": "Period of visits and crossings: by departure or by their own date."},
    )
    open = Flag(load_default=False, metadata={"description": "Show border pairs without control too."})


def _call(statistic: Statistic) -> None:
    """Add the call of one statistic."""

    @answers(
        blueprint, 200, {"type": "array", "items": ref("StatisticsRow")}, f"The rows of `stats {statistic.value}`."
    )
    def view(given: dict[str, Any]) -> Response:
        return answer(_rows(statistic, given))

    view.__doc__ = f"Compute {statistic.value}\n\nParameters and rows are those of `railtrack stats {statistic.value}`."
    described = blueprint.asks(Asked)(view)
    blueprint.add_url_rule(
        f"/statistics/{statistic.value}", statistic.value, described, tags=[blueprint.description], methods=["GET"]
    )


def _rows(statistic: Statistic, given: dict[str, Any]) -> object:
    insist(caller(), Operation.MEASURE)  # as the page and the command do; the public page asks for itself
    direction = given["direction"]
    filters = Filters(
        from_date=given["from_"],
        to_date=given["to"],
        direction=Direction(direction) if direction else None,
        corridor=given["corridor"],
        partner=given["partner"],
        train=given["train"],
    )
    options = Options(
        include_simulated=given["include_simulated"],
        include_dates=given["include_dates"],
        tolerance_h=given["tolerance"],
        plan=Plan(given["plan"]),
        date=DateOf(given["date"]),
        open=given["open"],
    )
    try:
        return compute(
            current_store(), statistic.value, filters=filters, by=given["by"], options=options, actor=caller()
        )
    except NotFound as error:
        # a name that is mistyped is a fault of the question, not of the address
        named = "corridor" if given["corridor"] and given["corridor"] in str(error) else "partner"
        raise InvalidParameters([Problem(message=error.message, column=named, value=given[named])]) from error


for each in Statistic:
    _call(each)
