"""When something counts as worth an alert: what a desk set, and what holds where it set nothing.

The defaults ask for what somebody would act on, not for all that a list shows in colour:

- *Late* by 24 hours: a journey within them counts as on time (contract §5). A list says late from two hours on.
- *Overdue* beyond the stay of nine in ten, at least 20 visits of the last year behind it: below that a quantile says
  more of chance than of the station, and the value planned with is taken instead.
- *Silent* for 24 hours and twice what the run to the next halt takes: the same as in lists.
- *Off the corridor* by 100 km where a position is told: where no line is known a leg is drawn straight, tens of
  kilometres beside the rails. A station that is not on the way needs no kilometres.
- *Temperature* by 1 °C beyond what is set for the goods: what recorders of frozen and chilled goods may err (EN 12830,
  class 1). Goods for which nothing is set have no range, unless the desk gives one.
- *Held* at once: somebody must bring a paper.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from railtrack.domain.errors import Problem, Refused
from railtrack.domain.messages import Message, say
from railtrack.domain.notices.kinds import AlertKind


@dataclass(frozen=True, kw_only=True)
class AlertRules:
    """What a desk wants to know; `on` are the kinds that are looked for."""

    on: frozenset[AlertKind] = frozenset(AlertKind)
    late_h: float = 24.0
    overdue_factor: float = 1.0
    overdue_visits: float = 20
    silent_h: float = 24.0
    off_km: float = 100.0
    temperature_slack_c: float = 1.0
    temperature_min_c: float | None = None
    temperature_max_c: float | None = None
    held_h: float = 0.0


@dataclass(frozen=True)
class Threshold:
    """A figure of the rules and within what it must be; `name` is that of the field."""

    name: str
    least: float
    most: float
    may_be_empty: bool = False

    @property
    def default(self) -> float | None:
        value: float | None = getattr(DEFAULTS, self.name)
        return value


DEFAULTS = AlertRules()
THRESHOLDS: Mapping[AlertKind, tuple[Threshold, ...]] = {
    AlertKind.LATE: (Threshold("late_h", 2, 1000),),
    AlertKind.OVERDUE: (Threshold("overdue_factor", 0.5, 10), Threshold("overdue_visits", 5, 10_000)),
    AlertKind.SILENT: (Threshold("silent_h", 1, 1000),),
    AlertKind.OFF_CORRIDOR: (Threshold("off_km", 5, 2000),),
    AlertKind.TEMPERATURE: (
        Threshold("temperature_slack_c", 0, 20),
        Threshold("temperature_min_c", -60, 60, may_be_empty=True),
        Threshold("temperature_max_c", -60, 60, may_be_empty=True),
    ),
    AlertKind.HELD: (Threshold("held_h", 0, 1000),),
}


@dataclass(frozen=True, kw_only=True)
class KindRule:
    """What a desk set for one kind; `thresholds` by name, only those it set."""

    kind: AlertKind
    is_on: bool = True
    thresholds: Mapping[str, float]


def rules_of(kinds: Mapping[AlertKind, KindRule]) -> AlertRules:
    """Put together what was set for each kind with the defaults; what is not known any more is passed over."""
    known = {field.name for field in fields(AlertRules)} - {"on"}
    given = {
        name: value for rule in kinds.values() for name, value in rule.thresholds.items() if name in known
    }  # fmt: skip
    off = {kind for kind, rule in kinds.items() if not rule.is_on}
    return replace(DEFAULTS, on=frozenset(AlertKind) - off, **given)


def judged(kind: AlertKind, is_on: bool, given: Mapping[str, float | None]) -> KindRule:
    """Judge what somebody wants to set for a kind; None stands for the default. Raises Refused with each problem."""
    problems, kept = [], {}
    for threshold in THRESHOLDS[kind]:
        value = given.get(threshold.name)
        if value is None:
            continue
        if not threshold.least <= value <= threshold.most:  # nor is nan
            problems.append(_out_of_bounds(threshold, value))
        elif value != threshold.default:
            kept[threshold.name] = value
    low, high = kept.get("temperature_min_c"), kept.get("temperature_max_c")
    if low is not None and high is not None and high < low:
        text = say("The highest temperature lies below the lowest, %(lowest)g °C.", lowest=low)
        problems.append(Problem(message=text, column="temperature_max_c", value=f"{high:g}"))
    if problems:
        raise Refused(problems)
    return KindRule(kind=kind, is_on=is_on, thresholds=kept)


def _out_of_bounds(threshold: Threshold, value: float) -> Problem:
    return Problem(
        message=say("This must be from %(least)g to %(most)g.", least=threshold.least, most=threshold.most),
        remedy=say("Correct the figure, or leave the field empty to take the usual one."),
        column=threshold.name,
        value=f"{value:g}",
    )


KIND_WORDS: Mapping[AlertKind, Message] = {
    AlertKind.LATE: say("Late against plan"),
    AlertKind.OVERDUE: say("Overdue at a station"),
    AlertKind.SILENT: say("No news"),
    AlertKind.OFF_CORRIDOR: say("Off its corridor"),
    AlertKind.TEMPERATURE: say("Temperature out of range"),
    AlertKind.HELD: say("Held"),
}
