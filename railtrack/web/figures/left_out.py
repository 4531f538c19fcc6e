"""What a figure leaves out, and how many: said below it, so that nobody has to guess."""

from collections.abc import Sequence
from dataclasses import replace

from railtrack.operations.figures.statistics import Figures, Row, Statistic
from railtrack.web.figures.statistics_form import Asked
from railtrack.web.figures.statistics_words import count
from railtrack.web.i18n import gettext, ngettext
from railtrack.web.numbers import number


def left_out(asked: Asked, plain: Sequence[Row], untold: Sequence[Row], figures: Figures) -> list[str]:
    """Give sentences, each with its count; `plain` are the ungrouped rows, `untold` those of volume not published."""
    if asked.statistic is Statistic.VOLUME:
        found = _volume(untold)
    else:
        found = {
            Statistic.TRANSIT: _transit,
            Statistic.RELIABILITY: _reliability,
            Statistic.DWELL: _dwell,
            Statistic.BORDERS: _borders,
        }[asked.statistic](asked, plain, figures)
    if asked.by:
        lost = len(figures.ungrouped(asked.statistic, filters=asked.filters, by=asked.by, options=asked.options))
        if lost:
            found.append(
                ngettext("%(figure)s journey stands in no row, having no such value",
                         "%(figure)s journeys stand in no row, having no such value", lost, figure=number(lost))
            )  # fmt: skip
    if not asked.options.include_simulated:
        found.append(gettext("simulated records"))
    return found


def _transit(asked: Asked, plain: Sequence[Row], figures: Figures) -> list[str]:
    row = plain[0]
    found = [
        gettext("%(figure)s not departed", figure=number(count(row, "not_departed"))),
        gettext("%(figure)s with contradictory events", figure=number(count(row, "inconsistent"))),
    ]
    dates = number(count(row, "date_only"))
    if asked.options.include_dates:
        found.append(gettext("%(figure)s of which only a date is known are counted too", figure=dates))
    else:
        found.append(gettext("%(figure)s of which only a date is known, from the hours", figure=dates))
    return found


def _reliability(asked: Asked, plain: Sequence[Row], figures: Figures) -> list[str]:
    whole = _other(asked, Statistic.TRANSIT, figures)[0]
    missing = count(whole, "completed") - count(plain[0], "journeys")
    if missing <= 0:
        return []
    return [gettext("%(figure)s completed without a plan, or known by date only", figure=number(missing))]


def _dwell(asked: Asked, plain: Sequence[Row], figures: Figures) -> list[str]:
    incomplete, standing = (sum(count(row, name) for row in plain) for name in ("incomplete", "open"))
    found = [
        gettext("%(figure)s stays with one end missing, %(open)s of them standing now", figure=number(incomplete),
                open=number(standing))
    ]  # fmt: skip
    return found + _dates(asked, plain, "visits", figures)


def _borders(asked: Asked, plain: Sequence[Row], figures: Figures) -> list[str]:
    departed = count(_other(asked, Statistic.TRANSIT, figures)[0], "journeys")
    through = len(figures.behind(Statistic.BORDERS, filters=asked.filters, options=asked.options))
    found = []
    if departed > through:
        found.append(
            gettext("%(figure)s of %(all)s departed journeys, of which no crossing has both events",
                    figure=number(departed - through), all=number(departed))
        )  # fmt: skip
    return found + _dates(asked, plain, "journeys", figures)


def _volume(rows: Sequence[Row]) -> list[str]:
    sums = {name: sum(count(row, name) for row in rows) for name in (
        "containers_unpublished", "teu_unpublished", "gross_unpublished")}  # fmt: skip
    return [
        gettext("adding 0: %(containers)s journeys whose number of containers was not published, %(teu)s without TEU, "
                "%(gross)s without a weight", containers=number(sums["containers_unpublished"]),
                teu=number(sums["teu_unpublished"]), gross=number(sums["gross_unpublished"]))
    ]  # fmt: skip


def _dates(asked: Asked, plain: Sequence[Row], counted: str, figures: Figures) -> list[str]:
    """How many more there would be with dates counted."""
    if asked.options.include_dates:
        return []
    by_date = replace(asked.options, include_dates=True)
    rows = figures.compute(asked.statistic, filters=asked.filters, options=by_date)
    more = sum(count(row, counted) for row in rows) - sum(count(row, counted) for row in plain)
    return [gettext("%(figure)s known by date only", figure=number(more))] if more > 0 else []


def _other(asked: Asked, statistic: Statistic, figures: Figures) -> list[Row]:
    return figures.compute(statistic, filters=asked.filters, options=asked.options)
