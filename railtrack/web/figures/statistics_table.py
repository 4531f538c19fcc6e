"""The rows of a statistic as a table: headings with their units, cells as people read them, counts that lead on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from flask import url_for

from railtrack.domain.line.network import Network
from railtrack.domain.line.station_names import full_name, short_name
from railtrack.domain.movement.journeys import Direction
from railtrack.operations.figures.statistics import Row, Statistic
from railtrack.web.addresses import station_address
from railtrack.web.figures.statistics_form import Asked
from railtrack.web.filters import named
from railtrack.web.i18n import gettext, language
from railtrack.web.numbers import number, share

# the columns of contract §5, those that tell the groups aside
COLUMNS: Mapping[Statistic, tuple[str, ...]] = {
    Statistic.TRANSIT: (
        "journeys", "completed", "in_transit", "not_departed", "inconsistent", "date_only", "mean_h", "sd_h", "p10_h",
        "p50_h", "p80_h", "p95_h", "km_median_h", "swd_kmh", "swod_kmh", "swod_journeys",
    ),
    Statistic.RELIABILITY: (
        "journeys", "on_time", "on_time_share", "delay_mean_h", "delay_p50_h", "delay_p80_h", "delay_p95_h",
    ),
    Statistic.DWELL: ("visits", "incomplete", "open", "mean_h", "p50_h", "p80_h", "p95_h"),
    Statistic.BORDERS: ("journeys", "mean_h", "p50_h", "p80_h", "p95_h"),
    Statistic.VOLUME: (
        "trains", "containers", "laden", "empty", "teu", "gross_t", "capacity_teu", "fill_share", "fill_trains",
        "balance",
    ),
}  # fmt: skip
OWN_GROUPS: Mapping[Statistic, tuple[str, ...]] = {
    Statistic.DWELL: ("station",),
    Statistic.BORDERS: ("crossing", "direction"),
    Statistic.VOLUME: ("direction",),
}
# the counts behind which stand journeys that can be listed
COUNTS: Mapping[Statistic, frozenset[str]] = {
    Statistic.TRANSIT: frozenset(
        ("journeys", "completed", "in_transit", "not_departed", "inconsistent", "date_only", "swod_journeys")
    ),
    Statistic.RELIABILITY: frozenset(("journeys", "on_time")),
    Statistic.DWELL: frozenset(("visits", "incomplete", "open")),
    Statistic.BORDERS: frozenset(("journeys",)),
    Statistic.VOLUME: frozenset(("containers", "laden", "empty", "trains", "fill_trains")),
}
SHARES = frozenset(("on_time_share", "fill_share", "balance"))
GROUP_PREFIX = "g_"


@dataclass(frozen=True)
class Cell:
    text: str
    href: str = ""
    sub: str = ""
    rows: int = 1  # how many rows it spans; 0: stands in the one above
    is_key: bool = False
    direction: str = ""  # said with its arrow


@dataclass(frozen=True)
class Line:
    cells: list[Cell]
    strong: bool = False


@dataclass(frozen=True)
class Table:
    """Headings as (words, class) and lines; `keys` is how many columns tell the group."""

    heads: list[tuple[str, str]]
    lines: list[Line] = field(default_factory=list)
    keys: int = 0


def key_columns(asked: Asked) -> tuple[str, ...]:
    """The columns that tell a row's group, what was asked for first."""
    own = OWN_GROUPS.get(asked.statistic, ())
    return (*asked.by, *(name for name in own if name not in asked.by))


def columns(asked: Asked) -> tuple[str, ...]:
    """All columns, as the command gives them."""
    return (*key_columns(asked), *COLUMNS[asked.statistic])


def table(asked: Asked, rows: Sequence[Row], network: Network, strong: Row | None = None) -> Table:
    """Lay the rows out; `strong` is the one the first sentence speaks of."""
    keys = key_columns(asked)
    words = headings()
    heads = [(words.get(name, name), "" if name in keys else "num") for name in columns(asked)]
    shown_rows = ordered(asked, rows, network)
    lines = [
        Line(_cells(asked, row, keys, network), strong=row is strong and len(shown_rows) > 1) for row in shown_rows
    ]
    return Table(heads, _merged(lines, len(keys)), len(keys))


def ordered(asked: Asked, rows: Sequence[Row], network: Network) -> list[Row]:
    """Borders follow the corridor from east to west, stations the hours all stays take; all else stays as it comes."""
    if asked.statistic is Statistic.DWELL and not asked.by:
        return sorted(rows, key=lambda row: float(str(row["visits"])) * float(str(row["mean_h"] or 0)), reverse=True)
    if asked.statistic is not Statistic.BORDERS or asked.by:
        return list(rows)
    place = {name: index for index, name in enumerate(crossings(network))}
    return sorted(rows, key=lambda row: (place.get(str(row["crossing"]), len(place)), row["direction"] != "westbound"))


def crossings(network: Network) -> list[str]:
    """All border pairs from east to west, those of the first corridor first."""
    found: dict[str, None] = {}
    for corridor in network.corridors.values():
        pairs = sorted(
            (*corridor.border_pairs, *corridor.open_border_pairs), key=lambda p: corridor.stations.index(p[0])
        )
        found |= dict.fromkeys("-".join(pair) for pair in pairs)
    return list(found)


def group_of(row: Row, keys: Sequence[str]) -> dict[str, str]:
    """Name a row by its group, as an address does: empty for those that lack a train or corridor."""
    return {name: "" if row[name] is None else str(row[name]) for name in keys}


def journeys_address(asked: Asked, column: str = "", group: Mapping[str, str] | None = None) -> str:
    """The list of the journeys behind a figure."""
    query: dict[str, object] = dict(asked.query)
    query.pop("by", None)
    query |= {GROUP_PREFIX + name: value for name, value in (group or {}).items()}
    if column:
        query["column"] = column
    return url_for("statistics.journeys", name=asked.statistic.value, **query)  # type: ignore[arg-type]


def group_word(name: str, value: object, network: Network) -> tuple[str, str, str]:
    """A group's value as words, with an address and a second line where there are any."""
    text = "" if value is None else str(value)
    if not text and name in ("corridor", "train"):
        return gettext("no corridor") if name == "corridor" else gettext("no train"), "", ""
    if name == "station" and text in network.stations:
        return full_name(network.stations[text], language()), station_address(text), text
    if name == "crossing":
        return crossing_name(text, network), "", crossing_note(text, network)
    if name == "direction":
        return direction_word(text), "", ""
    if name == "corridor" and text in network.corridors:
        return named(network.corridors[text]), "", text
    return text, "", ""


def crossing_name(crossing: str, network: Network) -> str:
    """A border pair by the names of its towns."""
    return " – ".join(
        short_name(network.stations[s], language()) if s in network.stations else s for s in crossing.split("-")
    )


def changes_gauge(crossing: str, network: Network) -> bool:
    pair = set(crossing.split("-"))
    return any(
        pair & set(c.gauge_changes) and tuple(crossing.split("-")) in c.border_pairs for c in network.corridors.values()
    )


def crossing_note(crossing: str, network: Network) -> str:
    if changes_gauge(crossing, network):
        return gettext("%(code)s, gauge change", code=crossing)
    return crossing


def direction_word(text: str) -> str:
    return {
        Direction.WESTBOUND.value: gettext("westbound"),
        Direction.EASTBOUND.value: gettext("eastbound"),
    }.get(text, text)


def headings() -> dict[str, str]:
    """What each column is called, with its unit."""
    return {
        "month": gettext("Month"), "quarter": gettext("Quarter"), "year": gettext("Year"),
        "direction": gettext("Direction"), "corridor": gettext("Corridor"), "partner": gettext("Partner"),
        "train": gettext("Train"), "station": gettext("Station"), "crossing": gettext("Crossing"),
        "journeys": gettext("Journeys"), "completed": gettext("Completed"), "in_transit": gettext("In transit"),
        "not_departed": gettext("Not departed"), "inconsistent": gettext("Contradictory"),
        "date_only": gettext("Dates only"), "mean_h": gettext("Mean, h"), "sd_h": gettext("Standard deviation, h"),
        "p10_h": gettext("P10, h"), "p50_h": gettext("Median (P50), h"), "p80_h": gettext("P80, h"),
        "p95_h": gettext("P95, h"), "km_median_h": gettext("Kaplan–Meier median, h"),
        "swd_kmh": gettext("With stops (SWD), km/h"), "swod_kmh": gettext("In motion (SWOD), km/h"),
        "swod_journeys": gettext("Journeys behind SWOD"),
        "on_time": gettext("On time"), "on_time_share": gettext("On time, share"),
        "delay_mean_h": gettext("Mean delay, h"), "delay_p50_h": gettext("Median delay, h"),
        "delay_p80_h": gettext("P80 delay, h"), "delay_p95_h": gettext("P95 delay, h"),
        "visits": gettext("Stays"), "incomplete": gettext("Incomplete"), "open": gettext("Standing now"),
        "trains": gettext("Trains"), "containers": gettext("Containers"), "laden": gettext("Laden"),
        "empty": gettext("Empty"), "teu": gettext("TEU"), "gross_t": gettext("Gross, t"),
        "capacity_teu": gettext("Capacity, TEU"), "fill_share": gettext("Fill"),
        "fill_trains": gettext("Trains with capacity"), "balance": gettext("Balance"),
    }  # fmt: skip


def shown(name: str, value: object) -> str:
    """A cell as people read it: one decimal, shares as per cent, a dash where nothing is known."""
    if value is None:
        return "–"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if name in SHARES:
        return share(value, 1)
    return number(value, 0 if isinstance(value, int) else 1)


def _cells(asked: Asked, row: Row, keys: Sequence[str], network: Network) -> list[Cell]:
    found = []
    for name in keys:
        text, href, sub = group_word(name, row[name], network)
        direction = str(row[name]) if name == "direction" else ""
        found.append(Cell(text, href, sub, is_key=True, direction=direction))
    group = group_of(row, keys)
    for name in COLUMNS[asked.statistic]:
        value = row.get(name)
        leads = name in COUNTS[asked.statistic] and isinstance(value, int) and value > 0
        found.append(Cell(shown(name, value), journeys_address(asked, name, group) if leads else ""))
    return found


def _merged(lines: list[Line], keys: int) -> list[Line]:
    """Let the first column span the rows it is equal in, where more columns tell the group."""
    if keys < 2:
        return lines
    found: list[Line] = []
    for _text, run in groupby(lines, key=lambda line: (line.cells[0].text, line.cells[0].sub)):
        same = list(run)
        for index, line in enumerate(same):
            first = line.cells[0]
            spanning = replace(first, rows=len(same) if index == 0 else 0)
            found.append(Line([spanning, *line.cells[1:]], line.strong))
    return found
