"""The statistics once more, slow and obvious, written from the definitions of contract §5 and not from the SQL."""

import math
from collections.abc import Callable, Collection, Iterator
from datetime import date
from fractions import Fraction

from railtrack.analytics.statistics import DateOf, Filters, Options, Plan, Row, Statistic
from railtrack.domain.actors import Scope
from railtrack.domain.movement.journeys import Direction, Status
from tests.analytics.boxes import Box, delay_h, moving_h, visit_date

Key = tuple[str | None, ...]
Names = tuple[str, ...]


def compute(
    boxes: Collection[Box],
    statistic: Statistic,
    filters: Filters,
    by: Collection[str],
    options: Options,
    scope: Scope,
) -> list[Row]:
    seen = [
        box
        for box in boxes
        if (options.include_simulated or not box.simulated)
        and (scope.everything or box.published or box.organisation_id == scope.organisation_id)
        and filters.direction in (None, box.direction)
        and filters.corridor in (None, box.corridor)
        and filters.partner in (None, box.partner)
        and filters.train in (None, box.train)
    ]
    return _STATISTICS[statistic](seen, filters, tuple(by), options)


def within(filters: Filters, day: date | None) -> bool:
    if filters.from_date is None and filters.to_date is None:
        return True
    return day is not None and (filters.from_date or date.min) <= day <= (filters.to_date or date.max)


def group_of(box: Box, by: Names, day: date | None) -> Key | None:
    """The group of a journey, None in it for a train or corridor it lacks; None where it has no date for a period."""
    values: list[str | None] = []
    for name in by:
        if name in ("month", "quarter", "year"):
            if day is None:
                return None
            values.append(period(name, day))
        else:
            value = getattr(box, name)
            values.append(None if value is None else str(value))
    return tuple(values)


def ascending(key: Key) -> list[tuple[bool, str]]:
    """What keys are sorted by: what is lacking comes last."""
    return [(value is None, value or "") for value in key]


def period(name: str, day: date) -> str:
    if name == "month":
        return f"{day.year}-{day.month:02}"
    if name == "quarter":
        return f"{day.year}-Q{math.ceil(day.month / 3)}"
    return str(day.year)


def grouped(boxes: Collection[Box], filters: Filters, by: Names) -> dict[Key, list[Box]]:
    groups: dict[Key, list[Box]] = {}
    for box in boxes:
        key = group_of(box, by, box.period_date)
        if key is not None and within(filters, box.period_date):
            groups.setdefault(key, []).append(box)
    return {key: groups[key] for key in sorted(groups, key=ascending)}


def transit(boxes: Collection[Box], filters: Filters, by: Names, options: Options) -> list[Row]:
    alive = [box for box in boxes if box.journey.status is not Status.CANCELLED]
    groups = grouped(alive, filters, by) or ({} if by else {(): []})
    return [dict(zip(by, key, strict=True)) | transit_row(group, options) for key, group in groups.items()]


def transit_row(boxes: Collection[Box], options: Options) -> Row:
    def having(status: Status) -> list[Box]:
        return [box for box in boxes if box.journey.status is status]

    completed, in_transit = having(Status.COMPLETED), having(Status.IN_TRANSIT)
    timed = [box for box in completed if options.include_dates or not box.journey.is_day_precise]
    watched = [box for box in in_transit if options.include_dates or not box.journey.is_day_precise]
    times = [box.journey.transit_h or 0.0 for box in timed]
    swd = [box.length_km / (box.journey.transit_h or 0.0) for box in timed if box.length_km is not None]
    swod = []
    for box in timed:
        in_motion = moving_h(box.journey)
        dated = any(visit.is_day_precise for visit in box.journey.visits)
        if in_motion is not None and box.length_km is not None and (options.include_dates or not dated):
            swod.append(box.length_km / in_motion)
    return {
        "journeys": len(completed) + len(in_transit),
        "completed": len(completed),
        "in_transit": len(in_transit),
        "not_departed": len(having(Status.NOT_DEPARTED)),
        "inconsistent": len(having(Status.INCONSISTENT)),
        "date_only": sum(box.journey.is_day_precise for box in completed + in_transit),
        "mean_h": mean(times),
        "sd_h": sd(times),
        "p10_h": quantile(times, 10),
        "p50_h": quantile(times, 50),
        "p80_h": quantile(times, 80),
        "p95_h": quantile(times, 95),
        "km_median_h": km_median(times, [box.journey.observed_h or 0.0 for box in watched]),
        "swd_kmh": mean(swd),
        "swod_kmh": mean(swod),
        "swod_journeys": len(swod),
    }


def reliability(boxes: Collection[Box], filters: Filters, by: Names, options: Options) -> list[Row]:
    def delay(box: Box) -> float | None:
        return delay_h(box, box.first_plan if options.plan is Plan.FIRST else box.latest_plan)

    planned = [
        box for box in boxes if delay(box) is not None and (options.include_dates or not box.journey.is_day_precise)
    ]
    groups = grouped(planned, filters, by) or ({} if by else {(): []})
    rows: list[Row] = []
    for key, group in groups.items():
        delays = [delay(box) or 0.0 for box in group]
        on_time = sum(hours <= options.tolerance_h for hours in delays)
        rows.append(
            dict(zip(by, key, strict=True))
            | {
                "journeys": len(group),
                "on_time": on_time,
                "on_time_share": on_time / len(group) if group else None,
                "delay_mean_h": mean(delays),
                "delay_p50_h": quantile(delays, 50),
                "delay_p80_h": quantile(delays, 80),
                "delay_p95_h": quantile(delays, 95),
            }
        )
    return rows


def dwell(boxes: Collection[Box], filters: Filters, by: Names, options: Options) -> list[Row]:
    groups: dict[Key, list[tuple[float | None, bool]]] = {}
    names = (*by, *(name for name in ("station",) if name not in by))
    for box in boxes:
        for visit in box.journey.visits:
            day = visit_date(visit) if options.date is DateOf.EVENT else box.period_date
            key = group_of(box, tuple(name for name in by if name != "station"), day)
            if key is None or not within(filters, day) or (visit.is_day_precise and not options.include_dates):
                continue
            place = names.index("station")
            groups.setdefault((*key[:place], visit.station, *key[place:]), []).append((visit.dwell_h, visit.is_open))
    rows: list[Row] = []
    for key in sorted(groups, key=ascending):
        visits = groups[key]
        stays = [hours for hours, _ in visits if hours is not None]
        rows.append(
            dict(zip(names, key, strict=True))
            | {
                "visits": len(stays),
                "incomplete": sum(hours is None for hours, _ in visits),
                "open": sum(is_open for _, is_open in visits),
                **spread(stays),
            }
        )
    return rows


def borders(boxes: Collection[Box], filters: Filters, by: Names, options: Options) -> list[Row]:
    groups: dict[Key, list[float]] = {}
    names = (*by, *(name for name in ("crossing", "direction") if name not in by))
    for box in boxes:
        for crossing in box.crossings + (box.open_crossings if options.open else ()):
            day = crossing.arrived.local_date if options.date is DateOf.EVENT else box.period_date
            key = group_of(box, by, day)
            if key is None or not within(filters, day) or (crossing.is_day_precise and not options.include_dates):
                continue
            own = {"crossing": crossing.name, "direction": box.direction.value}
            groups.setdefault((*key, *(own[name] for name in names[len(by) :])), []).append(crossing.hours)
    return [
        dict(zip(names, key, strict=True)) | {"journeys": len(groups[key]), **spread(groups[key])}
        for key in sorted(groups, key=ascending)
    ]


def volume(boxes: Collection[Box], filters: Filters, by: Names, options: Options) -> list[Row]:
    names = (*by, *(name for name in ("direction",) if name not in by))
    place = names.index("direction")
    departed = [box for box in boxes if box.journey.departed is not None]
    others = grouped(departed, filters, tuple(name for name in names if name != "direction"))
    if len(names) == 1:
        others = others or {(): []}
    rows: list[tuple[Key, Row]] = []
    for other, group in others.items():
        teu = {way: sum(box.teu or 0.0 for box in group if box.direction is way) for way in Direction}
        for way in Direction:
            key = (*other[:place], way.value, *other[place:])
            here = [box for box in group if box.direction is way]
            strong, weak = max(teu.values()), min(teu.values())
            rows.append(
                (
                    key,
                    dict(zip(names, key, strict=True))
                    | volume_row(here)
                    | {"balance": weak / strong if strong else None},
                )
            )
    return [row for _, row in sorted(rows, key=lambda pair: ascending(pair[0]))]


def volume_row(boxes: Collection[Box]) -> Row:
    trains = {box.train_key for box in boxes} - {None}
    capacity = {box.train_key: box.capacity_teu for box in boxes if box.train_key and box.capacity_teu is not None}
    laden_teu = sum(box.teu or 0.0 for box in boxes if box.laden and box.train_key in capacity)
    return {
        "trains": len(trains),
        "containers": sum(box.quantity or 0 for box in boxes),
        "laden": sum(box.quantity or 0 for box in boxes if box.laden),
        "empty": sum(box.quantity or 0 for box in boxes if not box.laden),
        "teu": sum(box.teu or 0.0 for box in boxes),
        "gross_t": sum(box.gross_kg or 0.0 for box in boxes) / 1000,
        "capacity_teu": sum(capacity.values()),
        "fill_share": laden_teu / sum(capacity.values()) if capacity else None,
        "fill_trains": len(capacity),
    }


def spread(values: list[float]) -> Row:
    return {
        "mean_h": mean(values),
        "p50_h": quantile(values, 50),
        "p80_h": quantile(values, 80),
        "p95_h": quantile(values, 95),
    }


def mean(values: list[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


def sd(values: list[float]) -> float | None:
    """The sample's standard deviation, n − 1."""
    if len(values) < 2:
        return None
    middle = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((value - middle) ** 2 for value in values) / (len(values) - 1))


def quantile(values: list[float], percent: int) -> float | None:
    """Type 7 of Hyndman and Fan: the point at (n − 1) p between the sorted values, counted from 0."""
    if not values:
        return None
    ordered = sorted(values)
    place = Fraction(percent, 100) * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + float(place - below) * (ordered[above] - ordered[below])


def km_median(ended: list[float], watched: list[float]) -> float | None:
    """The first time at which the Kaplan–Meier estimate is one half or less, in exact fractions."""
    surviving = Fraction(1)
    for t in sorted(set(ended)):
        at_risk = sum(hours >= t for hours in ended) + sum(hours >= t for hours in watched)
        surviving *= 1 - Fraction(ended.count(t), at_risk)
        if surviving <= Fraction(1, 2):
            return t
    return None


_STATISTICS: dict[Statistic, Callable[[Collection[Box], Filters, Names, Options], list[Row]]] = {
    Statistic.TRANSIT: transit,
    Statistic.RELIABILITY: reliability,
    Statistic.DWELL: dwell,
    Statistic.BORDERS: borders,
    Statistic.VOLUME: volume,
}


def different(found: list[Row], expected: list[Row]) -> Iterator[str]:
    """Name what differs, floats being equal when they are so to rounding."""
    if [list(row) for row in found] != [list(row) for row in expected]:
        yield f"columns or number of rows: {found} instead of {expected}"
        return
    for row, wanted in zip(found, expected, strict=True):
        for name, value in wanted.items():
            same = (
                math.isclose(float(str(row[name])), value, rel_tol=1e-9, abs_tol=1e-9)
                if isinstance(value, float) and row[name] is not None
                else row[name] == value
            )
            if not same:
                yield f"{name}: {row[name]} instead of {value} in {wanted}"
