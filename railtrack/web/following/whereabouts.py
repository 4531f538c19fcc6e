"""Where a shipment is and how it stands against its plan, in the words of the lists and of its own page."""

from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from railtrack.domain.line.network import Network
from railtrack.domain.line.places import Station
from railtrack.domain.line.station_names import short_name
from railtrack.domain.movement.journeys import Status
from railtrack.domain.movement.lateness import ON_PLAN_H
from railtrack.domain.records import Lateness
from railtrack.operations.following.whereabouts import Followed
from railtrack.web import drawings
from railtrack.web.i18n import gettext, language, ngettext
from railtrack.web.marks import hours_difference, status
from railtrack.web.moments import day, day_clock, long_day
from railtrack.web.numbers import MINUS, PLUS_MINUS, duration, number


class Whereabouts:
    """Says things of shipments for one page: it knows the stations, the time and the language."""

    def __init__(self, network: Network, now: datetime) -> None:
        self.network = network
        self.now = now
        self.language = language()

    def place(self, station_id: str | None) -> str:
        """The town of a station."""
        station = self.network.stations.get(station_id or "")
        return short_name(station, self.language) if station else station_id or ""

    def line(self, each: Followed) -> Markup:
        """The way drawn as a small line, its western end left, with the place and the plan."""
        if each.way is None:
            return Markup("")
        westbound = each.way.points[-1][1] < each.way.points[0][1]
        legs = each.way.legs if westbound else tuple(reversed(each.way.legs))
        summary = each.summary
        share = each.from_west(each.position) if each.position else _end_share(each, westbound)
        plan = each.from_west(each.plan) if each.plan is not None else None
        state = each.lateness or (Lateness.ARRIVED if summary.arrived else Lateness.PLANNED)
        return drawings.mini(drawings.gauge_runs(legs), state, share, plan)

    def where(self, each: Followed) -> str:
        """Where it is, in a few words."""
        summary = each.summary
        origin, destination = self.place(summary.origin), self.place(summary.destination)
        if summary.status is Status.CANCELLED:
            return gettext("cancelled")
        if summary.arrived is not None:
            return gettext("%(place)s, arrived %(day)s", place=destination, day=day_clock(summary.arrived))
        if summary.published:
            return self._published_where(each)
        if each.position is not None:
            return self._on_the_way(each)
        if summary.status is Status.INCONSISTENT:
            return gettext("reports contradict each other")
        if each.is_under_way:
            return gettext("latest news from %(place)s", place=self.place(summary.last_station) or origin)
        if summary.planned_departure is None:
            return gettext("at %(place)s, departure not planned", place=origin)
        if each.lateness is Lateness.LATE:
            return gettext("was to leave %(place)s %(day)s", place=origin, day=day_clock(summary.planned_departure))
        return gettext("leaves %(place)s %(day)s", place=origin, day=day_clock(summary.planned_departure))

    def _published_where(self, each: Followed) -> str:
        summary = each.summary
        if summary.departed is None:
            return gettext("departure not published")
        return gettext("left %(place)s %(day)s", place=self.place(summary.origin), day=day(summary.departed))

    def _on_the_way(self, each: Followed) -> str:
        position, moving = each.position, each.under_way
        assert position is not None  # noqa: S101 - asked before
        if position.at is not None:
            standing = each.standing_h(self.now)
            if standing is not None and standing >= 1:
                return gettext(
                    "%(place)s, standing %(hours)s h", place=self.place(position.at), hours=number(round(standing))
                )
            return self.place(position.at)
        if each.lateness is Lateness.SILENT and moving is not None and moving.fact.station:
            return gettext("left %(place)s, place estimated", place=self.place(moving.fact.station))
        if position.between is None:
            return gettext("on the way")
        before, after = (self.place(station) for station in position.between)
        return gettext("between %(a)s and %(b)s", a=before, b=after)

    def state(self, each: Followed) -> Markup:
        """Shape and word of how it stands; a plain word where no plan can be held against it."""
        summary = each.summary
        if each.lateness is not None:
            held = each.lateness is Lateness.HELD and summary.is_held
            return status(each.lateness, gettext("Held") if held else None)
        if summary.status is Status.CANCELLED:
            return Markup('<span class="soft">{}</span>').format(gettext("Cancelled"))
        if summary.published:
            if summary.arrived is not None:
                return status(Lateness.ARRIVED)
            return Markup('<span class="soft">{}</span>').format(gettext("Arrival not published"))
        if summary.status is Status.INCONSISTENT:
            return Markup('<span class="wrn">{}</span>').format(gettext("Contradictory"))
        return Markup('<span class="soft">{}</span>').format(gettext("No plan recorded"))

    def against(self, each: Followed) -> str:
        """The second line below the state: the difference, signed, or what stands in its place."""
        summary = each.summary
        if each.lateness is Lateness.SILENT:
            silent = each.silent_h(self.now) or 0.0
            return gettext("for %(hours)s h", hours=number(round(silent)))
        if each.lateness is Lateness.PLANNED:
            return gettext("not departed")
        if summary.published and summary.arrived is not None and summary.departed is not None:
            return days_of(each)
        figure = difference(each)
        if not figure:
            return gettext("no plan recorded") if each.lateness is not None else ""
        if each.lateness is Lateness.HELD:
            if not is_late(each):
                return gettext("longer than usual")
            return gettext("%(figure)s and growing", figure=figure)
        if each.lateness is Lateness.LATE and not each.is_under_way:
            return gettext("%(figure)s, not departed", figure=figure)
        return figure


def _end_share(each: Followed, westbound: bool) -> float:
    has_arrived = each.summary.arrived is not None
    return float(has_arrived != westbound)


def is_late(each: Followed) -> bool:
    """Whether it is behind by more than what counts as on plan."""
    return (each.behind_h or 0.0) > ON_PLAN_H or (each.behind_days or 0) > 0


def difference(each: Followed) -> str:
    """The signed difference in hours, or in days where only days are known; empty without a plan."""
    if each.behind_h is not None:
        return hours_difference(each.behind_h)
    if each.behind_days is None:
        return ""
    return days_difference(each.behind_days)


def days_difference(days: int) -> str:
    """A difference in whole days: +2 d, −1 d, ±0 d."""
    sign = PLUS_MINUS if days == 0 else "+" if days > 0 else MINUS
    return gettext("%(figure)s d", figure=sign + number(abs(days)))


def days_of(each: Followed) -> str:
    """How many days a journey took, by its dates."""
    departed, arrived = each.summary.departed, each.summary.arrived
    if departed is None or arrived is None:
        return ""
    return ngettext("%(num)d day", "%(num)d days", (arrived.local_date - departed.local_date).days)


def behind_words(each: Followed) -> str:
    """How it stands against the plan, in a sentence: 41 hours behind plan, on plan, 3 hours early."""
    if each.behind_days is not None:
        if each.behind_days == 0:
            return gettext("on plan")
        said = ngettext("%(num)d day", "%(num)d days", abs(each.behind_days))
        late = each.behind_days > 0
    elif each.behind_h is not None:
        hours = abs(each.behind_h)
        if -ON_PLAN_H <= each.behind_h <= ON_PLAN_H:
            return gettext("on plan")
        late = each.behind_h > 0
        if hours < 100:
            said = ngettext("%(num)d hour", "%(num)d hours", round(hours))
        else:
            said = ngettext("%(num)d day", "%(num)d days", round(hours / 24))
    else:
        return ""
    if each.summary.arrived is not None:
        return gettext("%(span)s late", span=said) if late else gettext("%(span)s early", span=said)
    return gettext("%(span)s behind plan", span=said) if late else gettext("%(span)s ahead of plan", span=said)


def answer(says: Whereabouts, each: Followed, expected: datetime | None) -> str:
    """The first sentence of a shipment's page: where it stands, the difference, when it is expected (local time)."""
    summary = each.summary
    name, destination = summary.reference, says.place(summary.destination)
    if summary.status is Status.CANCELLED:
        return gettext("%(name)s is cancelled.", name=name)
    if summary.published:
        return _published(says, each)
    if summary.arrived is not None and summary.status is Status.COMPLETED:
        said = behind_words(each)
        when = day(summary.arrived)
        if not said:
            return gettext("%(name)s arrived in %(place)s on %(day)s.", name=name, place=destination, day=when)
        return gettext("%(name)s arrived in %(place)s on %(day)s, %(behind)s.", name=name, place=destination,
                       day=when, behind=said)  # fmt: skip
    if each.is_under_way:
        return _under_way(says, each, expected)
    if summary.status is Status.INCONSISTENT:
        return gettext("The reports on %(name)s contradict each other.", name=name)
    origin = says.place(summary.origin)
    if summary.planned_departure is None:
        return gettext("%(name)s has not departed; no departure is planned.", name=name)
    when = day(summary.planned_departure)
    if each.lateness is Lateness.LATE:
        return gettext("%(name)s was to leave %(place)s on %(day)s. No departure is recorded.", name=name,
                       place=origin, day=when)  # fmt: skip
    return gettext("%(name)s leaves %(place)s on %(day)s.", name=name, place=origin, day=when)


def _published(says: Whereabouts, each: Followed) -> str:
    summary = each.summary
    origin, destination = says.place(summary.origin), says.place(summary.destination)
    if summary.departed is None:
        return gettext("This train from %(a)s to %(b)s was published without dates.", a=origin, b=destination)
    left = long_day(summary.departed)
    if summary.arrived is None:
        return gettext(
            "This train left %(a)s on %(day)s; its arrival in %(b)s was not published.",
            a=origin,
            b=destination,
            day=left,
        )
    return gettext(
        "This train left %(a)s on %(day)s and reached %(b)s after %(days)s.",
        a=origin,
        b=destination,
        day=left,
        days=days_of(each),
    )


def _under_way(says: Whereabouts, each: Followed, expected: datetime | None) -> str:
    summary, position, moving = each.summary, each.position, each.under_way
    name = summary.reference
    assert moving is not None  # noqa: S101 - it is under way
    if each.lateness is Lateness.SILENT:
        hours = round(each.silent_h(says.now) or 0.0)
        if moving.fact.station is None:
            return gettext("There has been no news of %(name)s for %(hours)s hours.", name=name, hours=number(hours))
        return gettext("No news of %(name)s for %(hours)s hours, since it left %(place)s.", name=name,
                       hours=number(hours), place=says.place(moving.fact.station))  # fmt: skip
    said = behind_words(each)
    if position is None:
        first = gettext("%(name)s is under way, latest news from %(place)s", name=name,
                        place=says.place(summary.last_station))  # fmt: skip
    elif position.at is not None:
        first = gettext("%(name)s stands at %(place)s", name=name, place=says.place(position.at))
    elif position.between is not None:
        a, b = (says.place(station) for station in position.between)
        first = gettext("%(name)s is between %(a)s and %(b)s", name=name, a=a, b=b)
    else:
        first = gettext("%(name)s is on the way", name=name)
    sentence = gettext("%(first)s, %(behind)s.", first=first, behind=said) if said else first + "."
    if expected is None:
        return sentence
    return (
        sentence
        + " "
        + gettext("Expected in %(place)s on %(day)s.", place=says.place(summary.destination), day=day(expected))
    )


def on_station_clock(at: datetime, station: Station) -> datetime:
    """An instant as the clock of a station shows it."""
    return at.astimezone(ZoneInfo(station.timezone))


def under_way_since(each: Followed, now: datetime) -> str:
    """How long it has been, or was, on the way; days where only days are known."""
    departed, arrived = each.summary.departed, each.summary.arrived
    if departed is None:
        return gettext("not departed")
    if departed.is_day or (arrived is not None and arrived.is_day):
        end = arrived.local_date if arrived else now.date()
        return ngettext("%(num)d day", "%(num)d days", (end - departed.local_date).days)
    return duration((arrived.instant if arrived else now) - departed.instant)
