"""The figures on top of a shipment's page: how long, how far, how long here, how much. Each says what it rests on."""

from dataclasses import dataclass

from railtrack.domain.actors import Actor
from railtrack.domain.line.places import Mode
from railtrack.domain.movement.journeys import hours_between
from railtrack.domain.movement.positions import Way
from railtrack.domain.records import Lateness
from railtrack.operations.following.shipment_page import ShipmentPage, Usual, usual_stay
from railtrack.web.current import current_store
from railtrack.web.entering.event_words import event_word
from railtrack.web.following.whereabouts import Whereabouts, difference, under_way_since
from railtrack.web.i18n import gettext, ngettext, sign
from railtrack.web.moments import day, day_clock
from railtrack.web.numbers import duration, number, tidy


@dataclass(frozen=True)
class Figure:
    title: str
    value: str
    unit: str = ""
    note: str = ""


def figures(says: Whereabouts, whole: ShipmentPage, actor: Actor) -> list[Figure]:
    """Four figures, of what is known; what was not told is said to be so."""
    return [_how_long(says, whole), _how_far(says, whole), _third(says, whole, actor), _load(whole)]


def shared_figures(says: Whereabouts, whole: ShipmentPage, *, with_load: bool) -> list[Figure]:
    """The same for somebody without an account: what is usual at a station is a figure of other shipments."""
    return [_how_long(says, whole), _how_far(says, whole), _third(says, whole, None)] + (
        [_load(whole)] if with_load else []
    )


def _how_long(says: Whereabouts, whole: ShipmentPage) -> Figure:
    summary = whole.followed.summary
    departure, arrival = summary.planned_departure, summary.planned_arrival
    note = gettext("no plan recorded")
    span = ""
    if departure is not None and arrival is not None:
        if departure.is_day or arrival.is_day:
            span = ngettext("%(num)d day", "%(num)d days", (arrival.local_date - departure.local_date).days)
        else:
            span = duration(arrival.instant - departure.instant)
        note = gettext("planned whole way %(span)s", span=span)
    if whole.followed.lateness is Lateness.PLANNED and span:  # when it leaves stands in the third figure
        return Figure(gettext("Whole way"), span, note=gettext("as planned, not departed"))
    if summary.departed is None:
        planned = gettext("planned %(day)s", day=day_clock(departure)) if departure else gettext("not planned")
        return Figure(gettext("Departure"), gettext("not yet") if not summary.published else gettext("not published"),
                      note=planned if not summary.published else "")  # fmt: skip
    if summary.published:
        note = gettext("left %(day)s", day=day_clock(summary.departed))
        if summary.arrived is None:
            return Figure(gettext("On the way"), gettext("not published"), note=note)
    title = gettext("Under way since") if summary.arrived is None else gettext("On the way")
    return Figure(title, under_way_since(whole.followed, says.now), note=note)


def _how_far(says: Whereabouts, whole: ShipmentPage) -> Figure:
    way, summary = whole.followed.way, whole.followed.summary
    if way is None:
        return Figure(gettext("Way"), gettext("not known"), note=gettext("no corridor is recorded"))
    unit = gettext("of %(km)s km", km=number(way.length_km))
    note = _along(way)
    if whole.shipment.facts.corridor_assumed:
        note = gettext("%(along)s, corridor assumed", along=note)
    if whole.position is not None:
        if whole.position.is_estimated:
            note = gettext("place estimated; %(along)s", along=note)
        return Figure(gettext("Travelled"), number(whole.position.km_travelled), unit, note)
    if summary.arrived is not None:
        return Figure(gettext("Travelled"), number(way.length_km), gettext("km"), note)
    return Figure(gettext("Way"), number(way.length_km), gettext("km"), note)


def _along(way: Way) -> str:
    sea = sum(leg.mode is Mode.SEA for leg in way.legs)
    if sea:
        return ngettext("along the mapped rails, one leg by sea", "along the mapped rails, %(num)d legs by sea", sea)
    return gettext("along the mapped rails")


def _third(says: Whereabouts, whole: ShipmentPage, actor: Actor | None) -> Figure:
    """Where it stands, how long it has; where it runs, when news came last; else the difference from the plan."""
    followed = whole.followed
    summary, position = followed.summary, whole.position
    if position is not None and position.at is not None:
        stop = next((s for s in whole.timetable.stops if s.station == position.at), None)
        station = says.network.stations[position.at]
        note = "" if actor is None else usual_words(usual_stay(current_store(), station, followed, actor=actor))
        value = duration(stop.stay_h) if stop is not None and stop.stay_h is not None else ""
        if not value and summary.last is not None:
            value, note = day_clock(summary.last), note or gettext("arrival not reported to the hour")
        return Figure(gettext("At this station"), value, note=note)
    if followed.is_under_way and summary.last is not None:
        since = followed.silent_h(says.now)
        note = (
            f"{event_word(summary.last_event)}{sign(', ')}{says.place(summary.last_station)}"
            if summary.last_event
            else ""
        )
        value = duration(since) if not summary.last.is_day else day(summary.last)
        return Figure(gettext("Latest news") if summary.last.is_day else gettext("Since the latest news"), value,
                      note=note.removesuffix(sign(", ")))  # fmt: skip
    if followed.lateness is Lateness.PLANNED and summary.planned_departure is not None:
        ahead_h = hours_between(says.now, summary.planned_departure.instant)
        if summary.planned_departure.is_day:
            return Figure(gettext("Leaves"), day(summary.planned_departure))
        return Figure(gettext("Leaves in"), duration(max(ahead_h, 0.0)), note=day_clock(summary.planned_departure))
    figure = difference(followed)
    if not figure:
        unknown = gettext("not published") if summary.published else gettext("no plan")
        return Figure(gettext("Against plan"), unknown, note="")
    planned = summary.planned_arrival if summary.arrived is not None else summary.planned_departure
    return Figure(gettext("Against plan"), figure, note=gettext("planned %(day)s", day=day_clock(planned)))


def usual_words(usual: Usual | None) -> str:
    """What is usual at a station, with the number of stays behind it."""
    if usual is None:
        return gettext("what is usual here is not known yet")
    if usual.stays is None or usual.p80_h is None:
        return gettext("usual %(hours)s h, as published", hours=tidy(usual.p50_h))
    return gettext(
        "usual %(half)s h, four in five within %(most)s h (%(stays)s stays)",
        half=number(usual.p50_h),
        most=number(usual.p80_h),
        stays=number(usual.stays),
    )


def _load(whole: ShipmentPage) -> Figure:
    summary, load = whole.followed.summary, whole.load
    if summary.containers is None:
        return Figure(gettext("Load"), gettext("not published"))
    said = ngettext("container", "containers", summary.containers)
    if summary.teu is not None:
        said = gettext("%(containers)s, %(teu)s TEU", containers=said, teu=tidy(summary.teu))
    parts = []
    if load.empty or load.laden:
        parts.append(gettext("%(laden)s laden, %(empty)s empty", laden=number(load.laden), empty=number(load.empty)))
    if load.gross_kg is not None:
        tonnes = gettext("%(tonnes)s t", tonnes=number(load.gross_kg / 1000))
        if load.weighed < load.laden:
            tonnes = gettext("%(tonnes)s of %(count)s weighed", tonnes=tonnes, count=number(load.weighed))
        parts.append(tonnes)
    return Figure(gettext("Load"), number(summary.containers), said, sign("; ").join(parts))
