"""The Kaplan–Meier estimate of how long journeys take, those still under way heard too.

S(t), the share still under way after t hours, falls at each time at which journeys ended by the share of those that
were under way until then. Kaplan and Meier, J. Am. Stat. Assoc. 53 (1958) 457–481.
"""

from collections.abc import Sequence

# a product of fractions that is exactly one half comes out a little above it when rounded
SLACK = 1e-12


def median(steps: Sequence[tuple[float, int, int]]) -> float | None:
    """Give the first time at which S is one half or less; None if it stays above.

    A step is (hours, journeys that ended then, journeys watched no longer than that), in ascending order of hours. At
    one time the endings come first, so who was watched until then was still under way.
    """
    at_risk = sum(ended + watched for _, ended, watched in steps)
    surviving = 1.0
    for hours, ended, watched in steps:
        surviving *= 1 - ended / at_risk
        if surviving <= 0.5 + SLACK:
            return hours
        at_risk -= ended + watched
    return None
