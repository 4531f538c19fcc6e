"""The three maps: all corridors with the trains on them, one shipment, one station."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise

from railtrack.domain.line.places import Corridor, Leg, Station
from railtrack.maps import features
from railtrack.maps.legend import legend, table
from railtrack.maps.page import CorridorMap, bounds_of
from railtrack.maps.values import Dwell, Look, Stretch, TrainMark, VisitMark


def overview_map(
    stations: Mapping[str, Station],
    legs: Iterable[Leg],
    corridors: Sequence[Corridor],
    trains: Sequence[TrainMark] = (),
    *,
    shown: Collection[str] | None = None,
    look: Look | None = None,
    with_table: bool = False,
) -> CorridorMap:
    """All corridors as layers with their terminals, borders and gauge changes, and the trains under way.

    `corridors` in the order of the file, the first drawn widest; `shown` are the ids switched on at the start (None:
    all). `with_table` adds the trains as a table below, for a file that stands alone.
    """
    look = look or Look()
    _ = look.translate
    on = {c.id for c in corridors} if shown is None else set(shown)
    ends = {s for c in corridors for s in (c.origin, c.destination)}
    changes = {s for c in corridors for s in c.gauge_changes}
    holders = _holders(corridors)
    westward = {s for c in corridors for s in c.gauge_changes if features.west_is_1435(s, c)}
    used = [(leg, held) for leg in legs if (held := holders.get(frozenset((leg.origin, leg.destination))))]
    at: dict[str, list[int]] = {}
    for index, corridor in enumerate(corridors):
        for s in corridor.stations:
            at.setdefault(s, []).append(index)
    main = corridors[0].stations if corridors else ()
    drawn = CorridorMap(
        look,
        bounds_of((stations[s].lat, stations[s].lon) for s in main or stations),
        trains,
        note=_("With simulated") if any(t.simulated for t in trains) else "",
    )
    _base(drawn, stations, [leg for leg, _held in used])
    drawn.draw(features.collection(features.leg_feature(leg, stations, look, held) for leg, held in used))
    for index, corridor in enumerate(corridors):
        drawn.switch(_corridor_name(corridor, look.language), index, corridor.id in on)
    marks = []
    for station in sorted((stations[s] for s in at), key=lambda s: s.id):
        rank = features.rank_of(station, ends, changes)
        if rank == 0 and station.id not in (main[0], main[-1]):
            rank = 2
        mark = features.station_feature(station, look, rank, _kind(station.id, ends, changes))
        mark["properties"]["c"] = at[station.id]
        mark["properties"]["w"] = int(station.id in westward)
        marks.append(mark)
    drawn.draw(features.collection(marks), _("Stations"), control=True)
    if trains:
        drawn.draw(features.train_features(trains, look), _("Trains"), control=True)
    sea = any(features.kind_of(leg) == "sea" for leg, _held in used)
    estimated = any(features.is_estimated(leg) for leg, _held in used)
    drawn.after = legend(look, trains=trains, sea=sea, estimated=estimated)
    if with_table:
        drawn.after += table(look, trains)
    drawn.finish()
    return drawn


def shipment_map(
    stations: Mapping[str, Station],
    corridor: Corridor,
    travelled: Sequence[Stretch],
    remaining: Sequence[Stretch],
    train: TrainMark,
    visits: Sequence[VisitMark] = (),
    *,
    look: Look | None = None,
    with_table: bool = False,
) -> CorridorMap:
    """The way of one shipment: travelled as its gauge, remaining dashed, visits with their times, and where it is.

    `travelled` and `remaining` are `Way.cut(0, km)` and `Way.cut(km, length)`.
    """
    look = look or Look()
    _ = look.translate
    legs = [s.leg for s in (*travelled, *remaining)]
    ids = list(dict.fromkeys([s for leg in legs for s in (leg.origin, leg.destination)]))
    points = [p for s in (*travelled, *remaining) for p in s.line]
    changes = set(corridor.gauge_changes) & set(ids)
    ends = {ids[0], ids[-1]}
    times = features.visit_lines(visits)
    note = _("Simulated shipment") if train.simulated else ""
    drawn = CorridorMap(look, bounds_of(points), (train,), note=note)
    _base(drawn, stations, legs)
    drawn.draw(
        features.collection(
            [features.stretch_feature(s, stations, look, True) for s in remaining]
            + [features.stretch_feature(s, stations, look, False) for s in travelled]
        )
    )
    marks = []
    for s in ids:
        rank = features.rank_of(stations[s], ends, changes)
        mark = features.station_feature(
            stations[s], look, min(rank, 2) if s in times else rank, _kind(s, ends, changes), times.get(s, ())
        )
        mark["properties"]["w"] = int(s in changes and features.west_is_1435(s, corridor))
        marks.append(mark)
    drawn.draw(features.collection(marks), _("Stations"), control=True)
    drawn.draw(features.train_features([train], look), _("Train"), control=True)
    sea = any(features.kind_of(leg) == "sea" for leg in legs)
    drawn.after = legend(look, trains=[train], ahead=bool(remaining), sea=sea, states=(train.lateness,))
    if with_table:
        drawn.after += table(look, [train])
    drawn.finish()
    return drawn


def station_map(
    stations: Mapping[str, Station],
    legs: Iterable[Leg],
    station: Station,
    dwell: Dwell,
    trains: Sequence[TrainMark] = (),
    *,
    look: Look | None = None,
) -> CorridorMap:
    """One station with the lines through it, its neighbours, how long trains stay, and those that stand there."""
    look = look or Look()
    _ = look.translate
    drawn_legs = list(legs)
    through = [leg for leg in drawn_legs if station.id in (leg.origin, leg.destination)]
    near = {s for leg in through for s in (leg.origin, leg.destination)} | {station.id}
    others = {s for leg in drawn_legs for s in (leg.origin, leg.destination)} - near
    drawn = CorridorMap(look, bounds_of((stations[s].lat, stations[s].lon) for s in near), trains, closest=8)
    drawn.draw(features.land(), still=True)
    drawn.draw(features.borders(_crossed(drawn_legs, stations)), _("Borders"), control=True, still=True)
    drawn.draw(features.collection(features.leg_feature(leg, stations, look) for leg in drawn_legs))
    marks = [features.station_feature(station, look, 0, "end", features.dwell_lines(dwell, look))]
    marks += [features.station_feature(stations[s], look, 2, "stop") for s in sorted(near - {station.id})]
    marks += [features.station_feature(stations[s], look, 3, "stop") for s in sorted(others)]
    drawn.draw(features.collection(marks), _("Stations"), control=True)
    if trains:
        drawn.draw(features.train_features(trains, look), _("Trains"), control=True)
    drawn.after = legend(look, trains=trains, changes=False)
    drawn.finish()
    return drawn


def _base(drawn: CorridorMap, stations: Mapping[str, Station], legs: Iterable[Leg]) -> None:
    _ = drawn.look.translate
    drawn.draw(features.land(), still=True)
    drawn.draw(features.borders(_crossed(legs, stations)), _("Borders"), control=True, still=True)
    drawn.draw(features.country_names(drawn.look))


def _crossed(legs: Iterable[Leg], stations: Mapping[str, Station]) -> set[frozenset[str]]:
    """The pairs of countries between which a leg crosses the border."""
    pairs = (frozenset((stations[leg.origin].country, stations[leg.destination].country)) for leg in legs)
    return {pair for pair in pairs if len(pair) == 2}


def _holders(corridors: Sequence[Corridor]) -> dict[frozenset[str], list[int]]:
    """Which corridors run over a pair of neighbouring stations, by their place in the order."""
    found: dict[frozenset[str], list[int]] = {}
    for index, corridor in enumerate(corridors):
        for pair in pairwise(corridor.stations):
            found.setdefault(frozenset(pair), []).append(index)
    return found


def _kind(station: str, ends: Collection[str], changes: Collection[str]) -> str:
    return "end" if station in ends else "change" if station in changes else "stop"


def _corridor_name(corridor: Corridor, language: str) -> str:
    return {"de": corridor.name_de, "zh": corridor.name_zh}.get(language) or corridor.name
