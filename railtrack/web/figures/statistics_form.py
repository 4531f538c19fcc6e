"""What a statistic's page is asked for: read from its address, judged field by field, written back into it."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from math import isfinite

from werkzeug.datastructures import MultiDict

from railtrack.domain.errors import Problem
from railtrack.domain.messages import say
from railtrack.domain.movement.journeys import Direction
from railtrack.operations.figures.statistics import GROUPS, By, DateOf, Filters, Options, Plan, Statistic

YES = "1"


@dataclass(frozen=True, kw_only=True)
class Known:
    """What can be chosen: corridors by id, organisations by name."""

    corridors: Sequence[str]
    partners: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The form as it was sent. With `problems` nothing is computed, since a figure without the filter would mislead."""

    statistic: Statistic
    typed: dict[str, str]
    by: tuple[str, ...]
    filters: Filters
    options: Options
    problems: tuple[Problem, ...] = ()
    simulated_by_default: bool = False
    known: Known = field(default_factory=lambda: Known(corridors=(), partners=()))

    def problems_of(self, name: str) -> list[Problem]:
        return [problem for problem in self.problems if problem.column == name]

    @property
    def query(self) -> dict[str, str | list[str]]:
        """The address of the same figures: every choice that differs from the usual one."""
        found: dict[str, str | list[str]] = {name: value for name, value in self.typed.items() if value}
        if self.by:
            found["by"] = list(self.by)
        found["include_simulated"] = YES if self.options.include_simulated else "0"
        return found

    @property
    def is_set(self) -> bool:
        """Whether the form differs from the one first shown, or has something wrong in it."""
        return bool(self.typed or self.by or self.problems)

    @property
    def is_narrowed(self) -> bool:
        return self.filters != Filters()

    @property
    def command(self) -> str:
        """The same by command."""
        words = ["railtrack", "stats", self.statistic.value]
        for option, value in (
            ("--from", self.filters.from_date), ("--to", self.filters.to_date),
            ("--direction", self.filters.direction), ("--corridor", self.filters.corridor),
            ("--partner", self.filters.partner), ("--train", self.filters.train),
        ):  # fmt: skip
            if value is not None:
                words += [option, str(value)]
        for name in self.by:
            words += ["--by", name]
        usual = Options()
        if self.options.include_simulated:
            words.append("--include-simulated")
        if self.options.include_dates:
            words.append("--include-dates")
        if self.options.tolerance_h != usual.tolerance_h:
            words += ["--tolerance", f"{self.options.tolerance_h:g}"]
        if self.options.plan is not usual.plan:
            words += ["--plan", self.options.plan.value]
        if self.options.date is not usual.date:
            words += ["--date", self.options.date.value]
        if self.options.open:
            words.append("--open")
        return shlex.join(words)


def asked_of(statistic: Statistic, arguments: MultiDict[str, str], known: Known, *, simulated: bool) -> Asked:
    """Read the form; `simulated` is what counts where the address does not say."""
    reader = _Reader(arguments)
    from_date, to_date = reader.day("from"), reader.day("to")
    if from_date is not None and to_date is not None and from_date > to_date:
        reader.wrong("to", say("The period ends before it begins."), say("Swap the two dates."))
        to_date = None
    direction = reader.one_of("direction", [d.value for d in Direction])
    by = reader.groups(statistic)
    filters = Filters(
        from_date=from_date,
        to_date=to_date,
        direction=Direction(direction) if direction else None,
        corridor=reader.one_of("corridor", known.corridors) or None,
        partner=reader.one_of("partner", known.partners) or None,
        train=reader.text("train") or None,
    )
    options = Options(
        include_simulated=reader.switch("include_simulated", simulated),
        include_dates=reader.switch("include_dates", False),
    )
    # an option that does not concern a statistic changes nothing, and is not asked for on its page
    if statistic is Statistic.RELIABILITY:
        plan = reader.one_of("plan", [p.value for p in Plan]) or Plan.FIRST.value
        options = replace(options, tolerance_h=reader.hours("tolerance", options.tolerance_h), plan=Plan(plan))
    if statistic in (Statistic.DWELL, Statistic.BORDERS):
        dated = reader.one_of("date", [d.value for d in DateOf]) or DateOf.DEPARTURE.value
        options = replace(options, date=DateOf(dated))
    if statistic is Statistic.BORDERS:
        options = replace(options, open=reader.switch("open", False))
    return Asked(
        statistic=statistic,
        typed=reader.typed,
        by=by,
        filters=filters,
        options=options,
        problems=tuple(reader.problems),
        simulated_by_default=simulated,
        known=known,
    )


class _Reader:
    """Takes one value after the other, keeping what was typed and what is wrong with it."""

    def __init__(self, arguments: MultiDict[str, str]) -> None:
        self.arguments = arguments
        self.typed: dict[str, str] = {}
        self.problems: list[Problem] = []

    def text(self, name: str) -> str:
        text = " ".join(self.arguments.get(name, "").split())[:200]
        if text:
            self.typed[name] = text
        return text

    def wrong(self, name: str, message: object, remedy: object, suggestions: Sequence[str] = ()) -> None:
        self.problems.append(
            Problem(
                message=message,  # type: ignore[arg-type]
                remedy=remedy,  # type: ignore[arg-type]
                column=name,
                value=self.typed.get(name, ""),
                suggestions=tuple(suggestions),
            )
        )

    def day(self, name: str) -> date | None:
        text = self.text(name)
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.wrong(name, say("%(text)s is no date.", text=text), say("Write it as 2024-03-01."))
            return None

    def one_of(self, name: str, values: Sequence[str]) -> str:
        text = self.text(name)
        if not text or text in values:
            return text
        self.wrong(name, say("Nothing is called %(text)s here.", text=text), say("Choose one of the list."))
        return ""

    def switch(self, name: str, usual: bool) -> bool:
        given = self.arguments.getlist(name)  # a box that is not ticked sends only the 0 before it
        if not given:
            return usual
        chosen = given[-1] == YES
        if name != "include_simulated" and chosen:
            self.typed[name] = YES
        return chosen

    def hours(self, name: str, usual: float) -> float:
        text = self.text(name)
        if not text:
            return usual
        try:
            value = float(text)
        except ValueError:
            value = -1.0
        if isfinite(value) and value >= 0:
            return value
        self.wrong(name, say("The tolerance is a number of hours from 0 up, not %(value)s.", value=text),
                   say("Write for example 24."))  # fmt: skip
        return usual

    def groups(self, statistic: Statistic) -> tuple[str, ...]:
        possible = [by.value for by in GROUPS[statistic]]
        given = [name for name in (text.strip() for text in self.arguments.getlist("by")) if name]
        for name in given:
            if name not in possible:
                self.typed["by"] = name[:100]
                self.wrong("by", say("This cannot be grouped by %(name)s.", name=name[:100]),
                           say("Possible are: %(names)s.", names=", ".join(possible)))  # fmt: skip
                self.typed.pop("by")
        found = tuple(dict.fromkeys(name for name in given if name in possible))
        if len(found) > 2:
            self.wrong("by", say("Rows can be grouped by two things at most."), say("Leave some out."))
        return tuple(By(name).value for name in found[:2])
