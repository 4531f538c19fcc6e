"""What an administrator says of a corridor, judged: a chain of stations in the westbound order, each joined by a leg.

Where the country changes along the chain there is a border, with control or without, and it must be said which. Where
the gauge changes follows from the legs.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from railtrack.domain.errors import Problem
from railtrack.domain.line.gazetteer import UnknownStation
from railtrack.domain.line.mending.leg import gauge_changes
from railtrack.domain.line.network import Network
from railtrack.domain.line.places import Corridor, Leg
from railtrack.domain.messages import Message, say
from railtrack.domain.rows import cells
from railtrack.domain.rows.judging import Judged, Judging
from railtrack.domain.rows.raw import RawRow
from railtrack.domain.rows.unfit import Unfit
from railtrack.domain.world import World

MOST_STATIONS = 300
MOST_HOURS = 5_000.0
Pair = tuple[str, str]

_name = cells.line_of_text(150)
_note = cells.lines_of_text(1_000)
_hours = cells.number(0.0, MOST_HOURS)
_km = cells.number(0.0, 25_000.0)


@dataclass(frozen=True)
class Chain:
    """A list of stations as far as it could be read: ids in order, and the neighbours no leg joins yet."""

    stations: tuple[str, ...] = ()
    missing: tuple[Pair, ...] = ()
    legs: tuple[Leg, ...] = ()  # those there are, in order
    is_whole: bool = True  # every name was known; else what lies side by side here need be no neighbours


def judge_corridor(raw: RawRow, world: World, before: Corridor | None = None) -> Judged[Corridor]:
    """Judge a corridor: a new one, or `before` mended, whose id stays.

    Cells are the fields of `Corridor` as text: stations by line, comma or semicolon; pairs as `ALK-DTK BQT-MAL`;
    gauge changes empty (they follow from the legs) or stated. The planned total is running plus dwell.
    """
    row = Judging(raw, world)
    id_ = before.id if before is not None else _id(row)
    names = {column: row.read(column, _name) or "" for column in ("name", "name_de", "name_zh")}
    if not row.has("name"):
        row.problem("name", say("The English name is missing."), say("The other two may stay empty, this one not."))
    for other in world.network.corridors.values():
        if other.id != id_ and names["name"] and other.name.casefold() == names["name"].casefold():
            row.problem("name", say("Another corridor, %(id)s, has this name.", id=other.id), say("Say what differs."))
    chain = _chain(row)
    border = _pairs(row, "border_pairs", chain)
    free = _pairs(row, "open_border_pairs", chain)
    _borders_fit(row, chain, border, free)
    changes = _changes(row, chain)
    running, dwell = (_planned(row, column) for column in ("planned_running_h", "planned_dwell_h"))
    published = row.given("published_km", _km)
    notes = {c: row.read(c, _note) or "" for c in ("planned_basis", "published_days", "note", "source")}

    def make() -> Corridor:
        hours = (running or 0.0, dwell or 0.0)
        facts = {
            **names, **notes, "stations": chain.stations, "border_pairs": border, "open_border_pairs": free,
            "gauge_changes": changes, "planned_running_h": hours[0], "planned_dwell_h": hours[1],
            "planned_total_h": sum(hours), "published_km": published,
        }  # fmt: skip
        return Corridor(id=id_, **facts) if before is None else replace(before, **facts)  # type: ignore[arg-type]

    return row.judged(make)


def read_chain(text: str, world: World) -> Chain:
    """Read as much of a list of stations as names known ones; what is not known is left out."""
    return _joined([found for found in _read(text, world) if isinstance(found, str)], world.network)


def country_changes(stations: tuple[str, ...], network: Network) -> tuple[Pair, ...]:
    """The neighbours along a chain that lie in two countries."""
    return tuple((a, b) for a, b in pairwise(stations) if network.stations[a].country != network.stations[b].country)


def misfits(corridor: Corridor, network: Network) -> tuple[Message, ...]:
    """What a corridor that is stored no longer says rightly, since its stations or legs were mended."""
    paired = {*corridor.border_pairs, *corridor.open_border_pairs}
    crossed = country_changes(corridor.stations, network)
    found = [_no_pair(network, a, b) for a, b in crossed if (a, b) not in paired]
    return (*found, *(_one_country(pair) for pair in sorted(paired - set(crossed))))


def ways_lost(corridor: Corridor, network: Network, ways: Iterable[tuple[str, str, int]]) -> tuple[Problem, ...]:
    """Give what shipments would find themselves off a corridor as it is mended; ways are (origin, destination, count).

    A problem each, since their lengths and their borders would be lost without a word.
    """
    mended = Network(network.stations.values(), network.legs, [corridor])
    return tuple(
        Problem(
            message=say(
                "Shipments on this corridor (%(count)s) go from %(origin)s to %(destination)s.",
                count=count,
                origin=_named(network, origin),
                destination=_named(network, destination),
            ),
            remedy=say("Keep both stations in the list, or add a corridor of its own for the new way."),
            column="stations",
        )
        for origin, destination, count in ways
        if mended.stations_between(corridor.id, origin, destination) is None
    )


# ---------------------------------------------------------------- the chain


def _id(row: Judging) -> str:
    if not row.has("id"):
        row.problem("id", say("The corridor has no id."), say("Choose a short one, such as dostyk-samara."))
        return ""
    found = row.read("id", _read_id) or ""
    if found in row.world.network.corridors:
        row.problem("id", say("There is a corridor of this id."), say("Choose another id, or mend that corridor."))
    return found


def _read_id(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text) or len(text) > 40:
        raise Unfit(
            say("An id has small letters, digits and hyphens, up to 40 of them."), say("Such as dostyk-samara.")
        )
    return text


def _chain(row: Judging) -> Chain:
    network = row.world.network
    if not row.has("stations"):
        row.problem("stations", say("No stations are given."), say("One a line, Chongqing's side first."))
        return Chain()
    found = _read(str(row.cells["stations"]), row.world)
    for unknown in (each for each in found if isinstance(each, UnknownStation)):
        near = ", ".join(f"{s.name} ({s.id})" for s in unknown.near)
        row.problem(
            "stations",
            say("%(text)s is no station, or several.", text=unknown.text[:60]),
            say("Near: %(near)s.", near=near) if near else say("Write its code or its full name, or add the station."),
        )
    known = [each for each in found if isinstance(each, str)]
    chain = replace(_joined(known, network), is_whole=len(known) == len(found))
    if len(found) < 2:
        row.problem(
            "stations", say("A corridor has two stations at least."), say("One a line, Chongqing's side first.")
        )
    if len(found) > MOST_STATIONS:
        row.problem("stations", say("That is more than %(most)s stations.", most=MOST_STATIONS), say("Leave some out."))
    for twice in sorted({s for s in chain.stations if chain.stations.count(s) > 1}):
        row.problem(
            "stations",
            say("%(name)s stands in the list twice.", name=network.stations[twice].name),
            say("A train passes each station once; take one away."),
        )
    if chain.is_whole and len(found) > 1:
        first, last = network.stations[chain.stations[0]], network.stations[chain.stations[-1]]
        if last.lon >= first.lon:
            row.problem(
                "stations",
                say("The list runs from %(first)s to %(last)s, which is eastbound.", first=first.name, last=last.name),
                say("Turn it round: stations are listed in the westbound order, and trains may take it both ways."),
                ("\n".join(reversed(chain.stations)),) if len(chain.stations) < 8 else (),
            )
        for a, b in chain.missing:
            if a != b:
                row.problem(
                    "stations",
                    say("No leg joins %(a)s and %(b)s.", a=_named(network, a), b=_named(network, b)),
                    say("Have it routed over the rail network below, or add it by hand."),
                )
    return chain


def _read(text: str, world: World) -> list[str | UnknownStation]:
    """Stations by line, comma, semicolon or arrow; a part that is a row of codes counts as that many."""
    found: list[str | UnknownStation] = []
    for part in re.split(r"[\n\r,;→>]+", text):
        part = " ".join(part.split())
        if not part:
            continue
        codes = part.upper().split()
        try:
            found.append(world.gazetteer.find(part).id)
        except UnknownStation as unknown:
            if len(codes) > 1 and sum(code in world.network.stations for code in codes) >= len(codes) / 2:
                found += _read("\n".join(codes), world)
            else:
                found.append(unknown)
    return found


def _joined(stations: list[str], network: Network) -> Chain:
    legs = [(a, b, network.leg(a, b)) for a, b in pairwise(stations)]
    missing = dict.fromkeys((a, b) for a, b, leg in legs if leg is None)
    return Chain(tuple(stations), tuple(missing), tuple(leg for _a, _b, leg in legs if leg is not None))


# ---------------------------------------------------------------- borders, gauges, hours


def _pairs(row: Judging, column: str, chain: Chain) -> tuple[Pair, ...]:
    if not row.has(column) or not chain.is_whole:
        return ()
    neighbours = set(pairwise(chain.stations))
    found: list[Pair] = []
    for text in re.split(r"[\s,;]+", str(row.cells[column]).strip().upper().replace("–", "-")):
        a, _, b = text.partition("-")
        known = row.world.network.stations
        if a not in known or b not in known:
            row.problem(column, say("%(text)s is no pair of stations.", text=text[:30]), say("Such as ALK-DTK."))
        elif (b, a) in neighbours:
            row.problem(
                column,
                say("%(text)s stands in the eastbound order.", text=text),
                say("Pairs are named in the westbound order: %(a)s-%(b)s.", a=b, b=a),
                (_replaced(row, column, text, f"{b}-{a}"),),
            )
        elif (a, b) not in neighbours:
            row.problem(
                column,
                say("%(text)s: these are no neighbours in the list of stations.", text=text),
                say("A pair is the last station before the border and the first behind it."),
            )
        elif known[a].country == known[b].country:
            row.problem(column, _one_country((a, b)), say("Take the pair away, or mend the country of a station."))
        elif (a, b) not in found:
            found.append((a, b))
    order = {pair: i for i, pair in enumerate(pairwise(chain.stations))}
    return tuple(sorted(found, key=order.__getitem__))


def _borders_fit(row: Judging, chain: Chain, border: tuple[Pair, ...], free: tuple[Pair, ...]) -> None:
    network = row.world.network
    for a, b in sorted(set(border) & set(free)):
        row.problem(
            "open_border_pairs",
            say("%(pair)s is said to have control and to have none.", pair=f"{a}-{b}"),
            say("Take it out of one of the two lists."),
        )
    stated = f"{row.cells.get('border_pairs') or ''} {row.cells.get('open_border_pairs') or ''}".upper()
    for a, b in country_changes(chain.stations, network) if chain.is_whole else ():
        # one that was named wrongly has its problem already
        if (a, b) not in {*border, *free} and f"{b}-{a}" not in stated:
            given = str(row.cells.get("border_pairs") or "").strip()
            row.problem(
                "border_pairs",
                _no_pair(network, a, b),
                say("Add %(pair)s here, or to the open borders where nobody checks.", pair=f"{a}-{b}"),
                (f"{given} {a}-{b}".strip(),),
            )


def _changes(row: Judging, chain: Chain) -> tuple[str, ...]:
    derived = gauge_changes(chain.stations, chain.legs) if not chain.missing else ()
    if not row.has("gauge_changes"):
        return derived
    stated = tuple(str(row.cells["gauge_changes"]).upper().replace(",", " ").split())
    if chain.stations and chain.is_whole and not chain.missing and set(stated) != set(derived):
        row.problem(
            "gauge_changes",
            say("The legs change gauge at %(places)s.", places=", ".join(derived))
            if derived
            else say("The legs change their gauge nowhere."),
            say("Leave this empty and it follows from the legs, or mend the gauge of a leg."),
            (" ".join(derived),) if derived else (),
        )
    return derived


def _planned(row: Judging, column: str) -> float | None:
    if not row.has(column):
        row.problem(column, say("The planned hours are missing."), say("Hours for the whole way, such as 193."))
    found = row.given(column, _hours)
    if found == 0 and column == "planned_running_h":
        row.problem(column, say("Nothing runs in no time."), say("Hours for the whole way, such as 193."))
    return found


def _replaced(row: Judging, column: str, old: str, new: str) -> str:
    return " ".join(new if part == old else part for part in str(row.cells[column]).upper().replace("–", "-").split())


def _no_pair(network: Network, a: str, b: str) -> Message:
    return say(
        "Between %(a)s and %(b)s the country changes from %(from)s to %(to)s, and no pair says so.",
        a=_named(network, a), b=_named(network, b),
        **{"from": network.stations[a].country, "to": network.stations[b].country},
    )  # fmt: skip


def _one_country(pair: Pair) -> Message:
    return say("%(a)s-%(b)s is called a border, and both lie in one country.", a=pair[0], b=pair[1])


def _named(network: Network, station: str) -> str:
    return f"{network.stations[station].name} ({station})"
