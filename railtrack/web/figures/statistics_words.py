"""The sentence that answers a statistic's question, made of its ungrouped rows, and on what it rests."""

from collections.abc import Sequence
from dataclasses import dataclass

from railtrack.domain.line.network import Network
from railtrack.domain.line.station_names import full_name
from railtrack.domain.movement.journeys import Direction
from railtrack.operations.figures.statistics import Row, Statistic
from railtrack.web.counting import count_word, sentence_case
from railtrack.web.figures.statistics_form import Asked
from railtrack.web.figures.statistics_table import crossing_name, key_columns
from railtrack.web.figures.whose_slots import Counted
from railtrack.web.i18n import gettext, language, ngettext
from railtrack.web.numbers import number, share

MOST_UNTOLD = 0.25  # where more than that is not known, a balance would say more about the record than the trains
FEWEST = 20  # below that, one place is not called the slowest while others have more behind them


@dataclass(frozen=True)
class Answer:
    """The first sentence, what it rests on, and the row it speaks of (None: nothing to speak of)."""

    sentence: str
    basis: str = ""
    row: Row | None = None

    @property
    def is_empty(self) -> bool:
        return self.row is None


@dataclass(frozen=True)
class Dated:
    """Arrived journeys whose ends are known by date: the days each took, and whether all are of published trains."""

    days: tuple[int, ...]
    published: bool = False


def question(statistic: Statistic) -> str:
    """What one asks of this statistic."""
    return {
        Statistic.TRANSIT: gettext("How long does a journey take?"),
        Statistic.RELIABILITY: gettext("Do trains arrive when they should?"),
        Statistic.DWELL: gettext("Where do containers stand?"),
        Statistic.BORDERS: gettext("Where is time lost at borders?"),
        Statistic.VOLUME: gettext("How much goes each way, and how full are the trains?"),
    }[statistic]


def title(statistic: Statistic) -> str:
    return {
        Statistic.TRANSIT: gettext("Transit times"),
        Statistic.RELIABILITY: gettext("Reliability"),
        Statistic.DWELL: gettext("Stays at stations"),
        Statistic.BORDERS: gettext("Border crossings"),
        Statistic.VOLUME: gettext("Volume and fill"),
    }[statistic]


def answer(
    asked: Asked,
    rows: Sequence[Row],
    network: Network,
    untold: Sequence[Row] = (),
    dated: "Dated | None" = None,
    counted: Counted = Counted.WHOLE,
) -> Answer:
    """Answer the question with figures and counts.

    `rows` are those without any asked-for group; `untold` say of volume for how many of its `journeys` TEU and more
    are not known; `dated` says of transit what the dates tell where hours are known of no journey; `counted` is what
    of the trains the rows hold.
    """
    if asked.statistic is Statistic.VOLUME:
        return _volume(rows, untold, counted)
    if asked.statistic is Statistic.TRANSIT:
        return _transit(asked, rows, dated)
    return {
        Statistic.RELIABILITY: _reliability,
        Statistic.DWELL: _dwell,
        Statistic.BORDERS: _borders,
    }[asked.statistic](asked, rows, network)


def figure(row: Row, name: str) -> float | None:
    """A number of a row; None where it has none."""
    value = row.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def count(row: Row, name: str) -> int:
    return int(figure(row, name) or 0)


def days(hours: float) -> str:
    """Hours said as days, with one decimal: 18.2 days."""
    return gettext("%(days)s days", days=number(hours / 24, 1))


def journeys_word(num: int) -> str:
    return ngettext("%(figure)s journey", "%(figure)s journeys", num, figure=number(num))


def period(asked: Asked) -> str:
    """The period, where one was asked for: 2023-01-01 to 2026-11-23."""
    first, last = asked.filters.from_date, asked.filters.to_date
    if first and last:
        return gettext("departed %(first)s to %(last)s", first=first.isoformat(), last=last.isoformat())
    if first:
        return gettext("departed since %(first)s", first=first.isoformat())
    return gettext("departed until %(last)s", last=last.isoformat()) if last else ""


def _transit(asked: Asked, rows: Sequence[Row], dated: Dated | None) -> Answer:
    row = rows[0]
    journeys, half, most = count(row, "journeys"), figure(row, "p50_h"), figure(row, "p95_h")
    if not journeys:
        return Answer(gettext("No journey has departed in what is looked at here."))
    if half is None or most is None:
        if dated is not None and dated.days:
            sentence = _in_days(dated)
        elif count(row, "date_only"):
            sentence = gettext("%(journeys)s departed, but hours are known of none: tick “count dates” to use "
                               "the days.",
                               journeys=sentence_case(journeys_word(journeys)))  # fmt: skip
        else:
            sentence = gettext("%(journeys)s departed, none of them has arrived.",
                               journeys=sentence_case(journeys_word(journeys)))  # fmt: skip
        return Answer(sentence, _transit_basis(row), row)
    if asked.options.include_dates and count(row, "date_only"):  # no hour is made up for a date
        sentence = gettext("Half of all journeys take up to %(half)s; one in twenty takes more than %(most)s.",
                           half=days(half), most=days(most))  # fmt: skip
        said = gettext("Of %(figure)s only dates are known, counted from noon to noon.",
                       figure=number(count(row, "date_only")))  # fmt: skip
        return Answer(_directed(asked, sentence), f"{_transit_basis(row)} {said}", row)
    sentence = gettext("Half of all journeys take up to %(half)s hours, %(days)s; one in twenty more than %(most)s.",
                       half=number(half), days=days(half), most=number(most))  # fmt: skip
    return Answer(_directed(asked, sentence), _transit_basis(row), row)


def _in_days(dated: Dated) -> str:
    """How long the journeys took of which only dates are known; no hour is made up for a date."""
    num, least, most = len(dated.days), min(dated.days), max(dated.days)
    figure_said = sentence_case(count_word(num))
    if dated.published:
        who = ngettext("%(figure)s published train", "%(figure)s published trains", num, figure=figure_said)
    else:
        who = ngettext("%(figure)s journey", "%(figure)s journeys", num, figure=figure_said)
    if least == most:
        took = ngettext("%(num)d day", "%(num)d days", least)
    else:
        took = ngettext("%(least)s to %(num)d day", "%(least)s to %(num)d days", most, least=number(least))
    return gettext("%(who)s took %(days)s; hours are not known.", who=who, days=took)


def _transit_basis(row: Row) -> str:
    completed, moving = count(row, "completed"), count(row, "in_transit")
    said = gettext("%(completed)s completed, %(moving)s not arrived as far as is known.",
                   completed=journeys_word(completed), moving=number(moving))  # fmt: skip
    fast, faster = figure(row, "swd_kmh"), figure(row, "swod_kmh")
    if fast is not None and faster is not None:
        said += " " + gettext("On average %(swd)s km/h with all stops, %(swod)s km/h in motion.", swd=number(fast, 1),
                              swod=number(faster, 1))  # fmt: skip
    elif fast is not None:
        said += " " + gettext("On average %(swd)s km/h with all stops.", swd=number(fast, 1))
    return said


def _reliability(asked: Asked, rows: Sequence[Row], network: Network) -> Answer:
    row = rows[0]
    journeys, on_time, late = count(row, "journeys"), figure(row, "on_time_share"), figure(row, "delay_p50_h")
    if not journeys or on_time is None or late is None:
        return Answer(gettext("No completed journey has a planned arrival to be held against."))
    within = number(asked.options.tolerance_h, 0 if asked.options.tolerance_h.is_integer() else 1)
    if late > 0:
        sentence = gettext("%(share)s of journeys arrive no more than %(hours)s hours late; half are "
                           "%(late)s hours late or more.", share=share(on_time), hours=within,
                           late=number(late))  # fmt: skip
    else:
        sentence = gettext("%(share)s of journeys arrive no more than %(hours)s hours late; half arrive early or on "
                           "plan.", share=share(on_time), hours=within)  # fmt: skip
    basis = gettext(
        "%(on_time)s of %(journeys)s.", on_time=number(count(row, "on_time")), journeys=journeys_word(journeys)
    )
    most = figure(row, "delay_p95_h")
    if most is not None:
        basis += " " + gettext("One in twenty is more than %(most)s hours late.", most=number(most))
    return Answer(_directed(asked, sentence), basis, row)


def _dwell(asked: Asked, rows: Sequence[Row], network: Network) -> Answer:
    ranked = most_hours(rows)
    if not ranked:
        return Answer(gettext("No complete stay is recorded in what is looked at here."))
    row = ranked[0]
    sentence = gettext(
        "Most time is spent at %(place)s: half leave within %(half)s hours, one in twenty after more than %(most)s.",
        place=station_name(row, network), half=number(figure(row, "p50_h")), most=number(figure(row, "p95_h")),
    )  # fmt: skip
    visits = sum(count(r, "visits") for r in rows)
    basis = gettext("%(stays)s at %(places)s, %(own)s of them there.", stays=stays_word(visits),
                    places=ngettext("%(num)d station", "%(num)d stations", len(rows)),
                    own=number(count(row, "visits")))  # fmt: skip
    longest = max(
        (r for r in ranked if count(r, "visits") >= FEWEST), key=lambda r: figure(r, "p50_h") or 0.0, default=row
    )
    if longest is not row:
        basis += " " + gettext(
            "A single stay is longest at %(place)s, with %(half)s and %(most)s (%(stays)s).",
            place=station_name(longest, network), half=number(figure(longest, "p50_h")),
            most=number(figure(longest, "p95_h")), stays=stays_word(count(longest, "visits")),
        )  # fmt: skip
    return Answer(_directed(asked, sentence), basis, row)


def most_hours(rows: Sequence[Row]) -> list[Row]:
    """Stations by the hours that all stays together took there, the most first."""
    known = [row for row in rows if figure(row, "p50_h") is not None]
    return sorted(known, key=lambda row: count(row, "visits") * (figure(row, "mean_h") or 0.0), reverse=True)


def stays_word(num: int) -> str:
    return ngettext("%(figure)s stay", "%(figure)s stays", num, figure=number(num))


def _borders(asked: Asked, rows: Sequence[Row], network: Network) -> Answer:
    ranked = slowest(rows)
    if not ranked:
        return Answer(gettext("No border crossing is recorded in what is looked at here."))
    row = ranked[0]
    values = {
        "place": crossing_name(str(row["crossing"]), network),
        "half": number(figure(row, "p50_h")),
        "most": number(figure(row, "p95_h")),
    }
    if row["direction"] == Direction.WESTBOUND.value:
        sentence = gettext("Westbound, half of all containers are through %(place)s in %(half)s hours. One in "
                           "twenty needs "
                           "more than %(most)s.", **values)  # fmt: skip
    else:
        sentence = gettext("Eastbound, half of all containers are through %(place)s in %(half)s hours. One in "
                           "twenty needs "
                           "more than %(most)s.", **values)  # fmt: skip
    through = journeys_word(count(row, "journeys"))
    other = next((r for r in ranked if r["crossing"] != row["crossing"]), None)
    if other is None:
        return Answer(sentence, gettext("Of %(journeys)s.", journeys=through), row)
    basis = gettext("Of %(journeys)s; the slowest border with %(few)s journeys or more. %(place)s is next, with "
                    "%(half)s and %(most)s.", journeys=through, few=number(min(FEWEST, count(row, "journeys"))),
                    place=crossing_name(str(other["crossing"]), network),
                    half=number(figure(other, "p50_h")), most=number(figure(other, "p95_h")))  # fmt: skip
    worst, hours = most_hours_lost(rows)
    if worst != row["crossing"]:
        basis += " " + gettext("All journeys together spend most hours at %(place)s: %(hours)s in sum.",
                               place=crossing_name(worst, network), hours=number(hours))  # fmt: skip
    return Answer(sentence, basis, row)


def slowest(rows: Sequence[Row]) -> list[Row]:
    """Crossings by their median, the slowest first; those with few journeys behind them only where all have few."""
    known = [row for row in rows if figure(row, "p50_h") is not None]
    founded = [row for row in known if count(row, "journeys") >= FEWEST] or known
    return sorted(founded, key=lambda row: (figure(row, "p50_h") or 0.0, figure(row, "p95_h") or 0.0), reverse=True)


def most_hours_lost(rows: Sequence[Row]) -> tuple[str, float]:
    """The crossing where all journeys together, both directions, spent most hours, and how many."""
    hours: dict[str, float] = {}
    for row in rows:
        name = str(row["crossing"])
        hours[name] = hours.get(name, 0.0) + count(row, "journeys") * (figure(row, "mean_h") or 0.0)
    worst = max(hours, key=lambda name: hours[name])
    return worst, hours[worst]


def _volume(rows: Sequence[Row], untold: Sequence[Row], counted: Counted) -> Answer:
    known = {str(row["direction"]): row for row in rows}
    west, east = known.get("westbound"), known.get("eastbound")
    trains = sum(count(row, "trains") for row in rows)
    containers = sum(count(row, "containers") for row in rows)
    if west is None or east is None or not (trains or containers):
        return Answer(gettext("Nothing has departed in what is looked at here."))
    row = west if (figure(west, "teu") or 0) < (figure(east, "teu") or 0) else east
    balance, missing = figure(row, "balance"), sum(count(r, "teu_unpublished") for r in untold)
    trains_said = ngettext("%(figure)s train", "%(figure)s trains", trains, figure=count_word(trains))
    containers_said = ngettext("%(figure)s container", "%(figure)s containers", containers, figure=number(containers))
    if missing and (balance is None or missing > sum(count(r, "journeys") for r in untold) * MOST_UNTOLD):
        sentence = gettext(
            "%(trains)s departed with %(containers)s, as far as was told; the TEU of %(missing)s is not known.",
            trains=trains_said, containers=containers_said, missing=journeys_word(missing),
        )  # fmt: skip
    elif balance is None:
        sentence = gettext("%(trains)s departed with %(containers)s.", trains=trains_said, containers=containers_said)
    else:
        sentence = _balance(row is west, balance, west, east, counted)
    filled = sum(count(r, "fill_trains") for r in rows)
    basis = gettext("%(trains)s with %(containers)s; the capacity of %(known)s is known.",
                    trains=ngettext("%(figure)s train", "%(figure)s trains", trains, figure=number(trains)),
                    containers=containers_said, known=number(filled) if filled else gettext("none"))  # fmt: skip
    return Answer(sentence_case(sentence), basis, row)


def _balance(westbound_is_weaker: bool, balance: float, west: Row, east: Row, counted: Counted) -> str:
    """How the directions stand to each other, and the emptier one's fill, or whose share of its slots is known."""
    if westbound_is_weaker:
        first = gettext("For every 100 TEU eastbound, %(back)s went westbound", back=number(balance * 100))
    else:
        first = gettext("For every 100 TEU westbound, %(back)s went eastbound", back=number(balance * 100))
    fills = [(value, row) for row in (west, east) if (value := figure(row, "fill_share")) is not None]
    if not fills:
        return gettext("%(first)s; how full the trains were is not known.", first=first)
    value, least = min(fills, key=lambda pair: pair[0])
    if counted is not Counted.WHOLE:
        said = {
            (Counted.OWN, True): gettext("%(first)s; your containers filled %(share)s of the slots westbound."),
            (Counted.OWN, False): gettext("%(first)s; your containers filled %(share)s of the slots eastbound."),
            (Counted.ASKED, True): gettext(
                "%(first)s; the containers asked for filled %(share)s of the slots westbound."
            ),
            (Counted.ASKED, False): gettext(
                "%(first)s; the containers asked for filled %(share)s of the slots eastbound."
            ),
        }[counted, least is west]
        return said % {"first": first, "share": share(value)}
    if least is west:
        return gettext("%(first)s; westbound trains were %(share)s full.", first=first, share=share(value))
    return gettext("%(first)s; eastbound trains were %(share)s full.", first=first, share=share(value))


def station_name(row: Row, network: Network) -> str:
    station = network.stations.get(str(row["station"]))
    return full_name(station, language()) if station else str(row["station"])


def _directed(asked: Asked, sentence: str) -> str:
    """Say the direction first where only one is looked at."""
    if asked.filters.direction is Direction.WESTBOUND:
        return gettext("Westbound: %(sentence)s", sentence=sentence[:1].lower() + sentence[1:])
    if asked.filters.direction is Direction.EASTBOUND:
        return gettext("Eastbound: %(sentence)s", sentence=sentence[:1].lower() + sentence[1:])
    return sentence


def row_group(asked: Asked, row: Row | None) -> dict[str, str]:
    """The group of the row the sentence speaks of, as the journeys behind it are asked for."""
    if row is None:
        return {}
    own = [name for name in key_columns(asked) if name not in asked.by or name in row]
    return {name: str(row[name]) for name in own if name in row}
