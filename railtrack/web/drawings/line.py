"""The corridor as a straight line: the ruler below the map, the small line of a table row, the track of a timetable.

Mannheim is left and Chongqing right in all of them, as on the map, whichever way a train goes.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby, pairwise

from markupsafe import Markup

from railtrack.domain.line.places import Corridor, Leg, Station
from railtrack.domain.line.station_names import short_name
from railtrack.domain.records import Lateness
from railtrack.maps.features import MAIN_PLACES, kind_of, west_is_1435
from railtrack.web.drawings import marks
from railtrack.web.drawings.labels import text_width
from railtrack.web.drawings.maps import TrainDrawn

Run = tuple[str, float, float]

WIDTH, LEFT, RIGHT, TRACK_Y, TRAIN_Y = 1200.0, 30.0, 1170.0, 72.0, 38.0
MINI_LEFT, MINI_RIGHT, MINI_Y = 8.0, 160.0, 11.0
ABREAST = 30.0  # trains nearer than this stand side by side on the ruler


def gauge_runs(legs: Sequence[Leg]) -> tuple[Run, ...]:
    """Stretches of one kind (1435, 1520, sea) as shares of the whole, from the western end; `legs` run westbound."""
    total = sum(leg.length_km for leg in legs)
    found: list[Run] = []
    at = 0.0
    for leg in reversed(legs):
        start, at = at, at + leg.length_km
        kind = kind_of(leg)
        if found and found[-1][0] == kind:
            found[-1] = (kind, found[-1][1], at / total)
        else:
            found.append((kind, start / total, at / total))
    return tuple(found)


def mini(runs: Sequence[Run], lateness: Lateness, share: float, plan: float | None = None) -> Markup:
    """The small line of a table row, 168 by 22: where the train is, and dashed upright where the plan wants it.

    `share` and `plan` are measured from the western end, 0 to 1. It is hidden from readers aloud: the row says it all.
    """

    def x(value: float) -> float:
        return MINI_LEFT + min(max(value, 0.0), 1.0) * (MINI_RIGHT - MINI_LEFT)

    data: dict[str, str] = {}
    for kind, start, end in runs:
        rows = (MINI_Y - 1.75, MINI_Y + 1.75) if kind == "1520" else (MINI_Y,)
        for y in rows:
            data[kind] = data.get(kind, "") + f"M{marks.number(x(start))} {y:g}H{marks.number(x(end))}"
    parts = [marks.path(f"q-{kind}", line) for kind, line in data.items()]
    parts += [marks.path("q-end", f"M{end:g} 6.5v9") for end in (MINI_LEFT, MINI_RIGHT)]
    if plan is not None:
        parts.append(marks.path("q-plan", f"M{marks.number(x(plan))} 2v18"))
    parts.append(
        Markup('<g class="m-t m-{}" transform="translate({} 11) scale(.72)">{}</g>').format(
            lateness.value,
            marks.number(x(share)),
            Markup(marks.SMALL_SHAPES[lateness]),  # noqa: S704 - our own drawings
        )
    )
    return Markup('<svg class="mini" viewBox="0 0 168 22" width="168" height="22" aria-hidden="true">{}</svg>').format(
        Markup("").join(parts)
    )


def ruler(
    stations: Mapping[str, Station],
    corridor: Corridor,
    legs: Sequence[Leg],
    trains: Sequence[TrainDrawn] = (),
    *,
    title: str,
    language: str = "en",
    country: Callable[[str], str] = str,
    number: Callable[[float], str] = "{:,.0f}".format,
) -> Markup:
    """The corridor at scale with countries, stations and trains; `legs` are its legs, westbound.

    `country` names a country by its code, `number` writes whole kilometres.
    """
    total = sum(leg.length_km for leg in legs)
    ids = [legs[-1].destination, *(leg.origin for leg in reversed(legs))]
    kms = [0.0]
    for leg in reversed(legs):
        kms.append(kms[-1] + leg.length_km)

    def x(km: float) -> float:
        return LEFT + km / total * (RIGHT - LEFT)

    parts = list(_countries(stations, ids, [x(km) for km in kms], kms, country, number))
    for kind, start, end in gauge_runs(legs):
        data = f"M{marks.number(x(start * total))} {TRACK_Y:g}H{marks.number(x(end * total))}"
        parts.append(marks.path("m-leg-sea" if kind == "sea" else f"m-{kind}", data))
        if kind == "1520":
            parts.append(marks.path("m-1520-gap r-gap", data))
    parts += _stations(stations, corridor, ids, [x(km) for km in kms], language)
    parts += _trains(trains, x)
    return marks.svg(Markup("").join(parts), WIDTH, 150, "ruler", title=title)


def _countries(
    stations: Mapping[str, Station],
    ids: Sequence[str],
    xs: Sequence[float],
    kms: Sequence[float],
    country: Callable[[str], str],
    number: Callable[[float], str],
) -> list[Markup]:
    """Braces with the names of the countries, parted where the line crosses from one to the next."""
    parts = []
    edges: list[tuple[str, float, float]] = []
    for code, group in groupby(range(len(ids)), key=lambda i: stations[ids[i]].country):
        inside = list(group)
        edges.append((code, float(inside[0]), float(inside[-1])))
    cuts = [((xs[int(a[2])] + xs[int(b[1])]) / 2, (kms[int(a[2])] + kms[int(b[1])]) / 2) for a, b in pairwise(edges)]
    bounds = [(LEFT, 0.0), *cuts, (RIGHT, kms[-1])]
    for (code, _first, _last), (start, start_km), (end, end_km) in zip(edges, bounds, bounds[1:], strict=False):
        left, right = start + 3, end - 3
        name = country(code)
        long = f"{name}, {number(end_km - start_km)} km"
        for words in (long, name, code):
            if text_width(words, 12) * 1.1 < right - left:
                parts.append(marks.text("r-land", (left + right) / 2, 144, words, "middle"))
                break
        if right > left:
            parts.append(marks.path("r-brace", f"M{marks.number(left)} 126H{marks.number(right)}"))
    parts += [marks.path("r-bord", f"M{marks.number(cut)} 56v32") for cut, _km in cuts]
    return parts


def _stations(
    stations: Mapping[str, Station], corridor: Corridor, ids: Sequence[str], xs: Sequence[float], language: str
) -> list[Markup]:
    """Main stations; names are left out where they would touch one that matters more."""
    last = len(ids) - 1
    wanted = []
    for i, (station, x) in enumerate(zip(ids, xs, strict=True)):
        rank = 0 if i in (0, last) else 1 if station in corridor.gauge_changes else 2 if station in MAIN_PLACES else 9
        if rank < 9:
            wanted.append((rank, i, station, x))
    parts, taken = [], list[tuple[float, float]]()
    for rank, i, station, x in sorted(wanted):
        if rank == 0:
            parts.append(marks.terminal(x, TRACK_Y, 7))
        elif rank == 1:
            parts.append(marks.gauge_change(x, TRACK_Y, west_is_1435=west_is_1435(station, corridor)))
        else:
            parts.append(marks.station(x, TRACK_Y, radius=3.4))
        name = short_name(stations[station], language)
        width = text_width(name, 14.5 if rank < 2 else 12.5)
        anchor = "start" if i == 0 else "end" if i == last else "middle"
        at = x - 7 if i == 0 else x + 7 if i == last else x
        left = at - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
        if all(left + width + 6 < a or left - 6 > b for a, b in taken):
            taken.append((left, left + width))
            parts.append(marks.text("r-l1" if rank < 2 else "r-l2", at, 100, name, anchor))
    return parts


def _trains(trains: Sequence[TrainDrawn], x: Callable[[float], float]) -> list[Markup]:
    """Trains above the line with a drop to their place and an arrow in their direction; crowded ones move aside."""
    parts: list[Markup] = []
    before = -ABREAST
    for train in sorted(trains, key=lambda t: t.km):
        place = x(train.km)
        at = max(place, before + ABREAST)
        before = at
        parts.append(marks.path("r-drop", f"M{marks.number(at)} 47L{marks.number(place)} 67"))
        mark = marks.train(
            train.lateness, train.label, at, TRAIN_Y, guessed=train.is_estimated, invented=train.simulated
        )
        parts.append(mark)
        arrow = "M-24 0l7-5v10z" if train.westbound else "M24 0l-7-5v10z"
        parts.append(
            Markup('<path class="r-arr" transform="translate({} {})" d="{}"/>').format(
                marks.number(at), marks.number(TRAIN_Y), arrow
            )
        )
    return parts


def track(kind: str, lateness: Lateness | None = None, *, west_is_1435: bool = True) -> Markup:
    """The sign in the first column of a timetable: `end`, `change`, `stop`, or the train that stands there now.

    The line itself is drawn by the classes of the row (g1520, ahead, first, last). A gauge change lies across the
    track: its filled half is the side of 1,435 mm.
    """
    if lateness is not None:
        shape = Markup('<g class="m-t m-{}">{}</g>').format(
            lateness.value,
            Markup(marks.SMALL_SHAPES[lateness]),  # noqa: S704 - our own drawings
        )
    elif kind == "end":
        shape = Markup('<g class="m-end"><circle r="7"/><circle class="m-end-in" r="3"/></g>')
    elif kind == "change":
        y = "0" if west_is_1435 else "-7"
        shape = Markup('<g class="m-gc"><path d="M-7-7h14v14h-14z"/><path class="m-gc-half" d="M-7 {}h14v7h-14z"/></g>')
        shape = shape.format(y)
    else:
        shape = Markup('<circle class="stn-dot" r="4.5"/>')
    return Markup('<svg viewBox="-8 -8 16 16" aria-hidden="true">{}</svg>').format(shape)
