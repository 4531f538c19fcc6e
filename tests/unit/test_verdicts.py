"""What became of the rows of a file, counted, and with the line of each problem."""

import pytest

from railtrack.domain.errors import Problem, Severity
from railtrack.domain.messages import say
from railtrack.domain.rows.verdicts import Outcome, State, Verdict, rejected

WRONG = Problem(message=say("The check digit is wrong."))
ODD = Problem(message=say("The train would have run faster than any."), severity=Severity.WARNING)


def test_an_outcome_counts_each_state_and_names_the_line_of_each_problem() -> None:
    outcome = Outcome(
        (Verdict(2, State.ACCEPTED, (ODD,)), Verdict(3, State.DUPLICATE), rejected(5, [ODD, WRONG])), stored=False
    )
    assert [outcome.count(state) for state in State] == [1, 1, 1]
    assert [(problem.line, problem.severity) for problem in outcome.problems] == [
        (2, Severity.WARNING),
        (5, Severity.WARNING),
        (5, Severity.PROBLEM),
    ]


@pytest.mark.parametrize("problems", [[], [ODD]])
def test_no_row_is_rejected_for_a_warning_alone(problems: list[Problem]) -> None:
    with pytest.raises(ValueError, match="not for a warning"):
        rejected(2, problems)
