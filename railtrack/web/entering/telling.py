"""The event form: what it is about, what it offers, and what was typed into it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from railtrack.domain.actors import Actor
from railtrack.domain.cargo.identifiers import container as container_number
from railtrack.domain.errors import NotFound, Problem, Severity
from railtrack.domain.line.places import Station
from railtrack.domain.line.station_names import short_name
from railtrack.domain.messages import say
from railtrack.domain.movement.events import Classifier, EventKind
from railtrack.domain.movement.next_events import likely_next
from railtrack.domain.movement.telling import Load, rows_told
from railtrack.domain.records import RecordedEvent
from railtrack.domain.rows.verdicts import State
from railtrack.domain.world import World
from railtrack.operations.administering.reference import load_world
from railtrack.operations.entering import forms as entering
from railtrack.store.engine import Store
from railtrack.web.entering.sheet import station_typed
from railtrack.web.i18n import gettext, language
from railtrack.web.moments import offset

OFFERED = 4
AHEAD = 12
# a void is told of an event that was recorded: it has a way of its own
KINDS = tuple(kind for kind in EventKind if kind is not EventKind.VOID)
OTHER = "other"
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)


@dataclass(frozen=True)
class About:
    """What is told of: shipments, perhaps all of one train; or of one container on one of them."""

    loads: tuple[Load, ...]
    train: str = ""
    box: str = ""
    query: dict[str, object] = field(default_factory=dict)

    @property
    def shipment_ids(self) -> list[int]:
        return [load.shipment.id for load in self.loads]

    @property
    def first(self) -> Load:
        return self.loads[0]

    @property
    def is_simulated(self) -> bool:
        return any(load.shipment.simulated for load in self.loads)


@dataclass(frozen=True)
class Offer:
    """An event that can be told with one tap, and where."""

    event: EventKind
    station: Station
    is_gauge_change: bool

    @property
    def value(self) -> str:
        return f"{self.event.value}@{self.station.id}"


@dataclass(frozen=True)
class Typed:
    """An event form as it was typed."""

    pick: str = ""
    event: str = ""
    station: str = ""
    date: str = ""
    time: str = ""
    shown: str = ""  # the "now" that the page came with, and whose it was: 2026-11-23T13:05@Asia/Almaty
    classifier: str = Classifier.ACTUAL.value
    wagon: str = ""
    reason: str = ""
    remark: str = ""
    temperature: str = ""
    exact: str = ""  # a time with its offset, where clocks changed
    lat: str = ""
    lon: str = ""
    offset: str = ""  # of the clock a position's time was read from: it is at no station that has one
    boxes: frozenset[str] | None = None  # None: all

    @classmethod
    def of_form(cls, form: MultiDict[str, str]) -> "Typed":
        texts = {
            name: form.get(name, "")
            for name in (
                "pick",
                "event",
                "station",
                "shown",
                "wagon",
                "reason",
                "remark",
                "temperature",
                "exact",
                "lat",
                "lon",
                "offset",
            )
        }
        boxes = frozenset(form.getlist("box")) if form.get("choosing") == "1" else None
        return cls(
            **texts,
            # the address of a train has a date of its own
            date=form.get("on_date", ""),
            time=form.get("at_time", ""),
            classifier=form.get("classifier", Classifier.ACTUAL.value),
            boxes=boxes,
        )

    def cells(self, world: World) -> dict[str, str]:
        """Give the columns of an events file that this fills, what belongs to the shipment aside."""
        event, station = self.named(world)
        when = self.date.strip() + (f"T{self.time.strip()}" if self.time.strip() and self.date.strip() else "")
        if event == EventKind.POSITION:
            when += offset_typed(self.offset) if "T" in when else ""
            return self._filled(event, "", when) | {n: t for n in ("lat", "lon") if (t := getattr(self, n).strip())}
        place = world.network.stations.get(station)
        if self.exact:
            when = self.exact
        elif place is not None and self.shown.partition("@")[0] == when:
            when = self._moved(place) or when
        return self._filled(event, station, when)

    def _filled(self, event: str, station: str, when: str) -> dict[str, str]:
        cells = {
            "event": event,
            "station": station,
            "occurred_at": when,
            "classifier": self.classifier,
            "wagon": self.wagon,
            "reason": self.reason,
            "remark": self.remark,
            "temperature_c": self.temperature,
        }
        return {name: text for name, text in cells.items() if text.strip()}

    def named(self, world: World) -> tuple[str, str]:
        """Give event and station of what was picked, or of the two lists beneath."""
        event, _, station = self.pick.partition("@")
        if not station:
            event, station = self.event, self.station
        return event, station_typed(station, world)

    def _moved(self, station: Station) -> str:
        """Without a script the time stays as it came, though another station's clock counts: now is now there too."""
        shown, _, zone = self.shown.partition("@")
        try:
            at = datetime.fromisoformat(shown).replace(tzinfo=ZoneInfo(zone))
        except (ValueError, OSError, LookupError):
            return ""
        if zone == station.timezone:
            return ""
        return at.astimezone(ZoneInfo(station.timezone)).strftime("%Y-%m-%dT%H:%M")


def offset_typed(text: str) -> str:
    """Write an offset as files have it: UTC+5 and +5 are +05:00; leave other text to the judge."""
    bare = "".join(text.split()).replace("−", "-")
    if bare.upper() in ("UTC", "GMT", "Z"):
        return "Z"
    match = _OFFSET.fullmatch(bare)
    return f"{match[1]}{int(match[2]):02}:{match[3] or '00'}" if match else bare


def about(store: Store, asked: MultiDict[str, str], *, actor: Actor) -> About | None:
    """Find what the address is about; None if it names nothing. Raises NotFound for what the actor may not write to."""
    named = [text for text in asked.getlist("shipment") if text.strip()]
    ids = [int(text) for text in named if text.isascii() and text.isdigit() and len(text) < 19]
    if named:
        found = entering.shipments(store, ids[:500], actor=actor)
        if len(ids) != len(named) or len(found) != len(set(ids[:500])):
            raise NotFound(say("There is no such shipment."))
        return About(tuple(map(Load, found)), train=asked.get("train", ""), query={"shipment": ids})
    if asked.get("train"):
        try:
            day = date.fromisoformat(asked.get("date", ""))
        except ValueError:
            raise NotFound(say("A train is named by its number, its day and its first station.")) from None
        number, origin = asked["train"], asked.get("origin", "")
        found = entering.on_train(store, number, day, origin, actor=actor)
        if not found:
            raise NotFound(say("No shipment of yours is on this train."))
        query: dict[str, object] = {"train": number, "date": day.isoformat(), "origin": origin}
        return About(tuple(map(Load, found)), train=number, query=query)
    if asked.get("container"):
        box = container_number.compact(asked["container"])
        found = entering.with_container(store, box, actor=actor)
        if not found:
            raise NotFound(say("No shipment of yours holds this container."))
        return About((Load(found[-1]),), box=box, query={"container": box})
    return None


def tell(
    store: Store, told_of: About, form: MultiDict[str, str], key: str, *, actor: Actor, now: datetime
) -> entering.Entered | None:
    """Record what a form tells, once however often it is sent under this key; None where no container is chosen."""
    world = load_world(store)
    typed = Typed.of_form(form)
    rows = rows_told(told_of.loads, typed.boxes, typed.cells(world))
    return entering.record_events(store, key, rows, world=world, actor=actor, now=now) if rows else None


def problems_of(entered: entering.Entered | None) -> tuple[Problem, ...]:
    """What stands against a form, or is worth a look once it is recorded; once where many rows have the same."""
    if entered is None:
        nothing = say("No container is chosen.")
        return (Problem(message=nothing, remedy=say("Tick what it happened to."), column="boxes"),)
    if entered.outcome is None:
        return ()
    severity = Severity.WARNING if entered.is_done else Severity.PROBLEM
    found: list[Problem] = []
    for verdict in entered.outcome.verdicts:
        for problem in verdict.problems:
            counts = entered.is_done or verdict.state is State.REJECTED
            if counts and problem.severity is severity and problem not in found:
                found.append(problem)
    return tuple(found)


def happened(events: Sequence[RecordedEvent], load: Load, box: str = "") -> list[RecordedEvent]:
    """Give the actual events of a shipment that count for what may come next: its own and, if asked, a container's."""
    return [
        e
        for e in events
        if e.shipment_id == load.shipment.id
        and e.facts.classifier is Classifier.ACTUAL
        and (e.container_id is None or not box or e.facts.container == box)
    ]


def offers(world: World, load: Load, past: Sequence[RecordedEvent]) -> list[Offer]:
    """Give what is likely to be told next, likeliest first."""
    return _offers(world, load, [(e.facts.event, e.facts.station) for e in past])


def ahead(world: World, load: Load, past: Sequence[RecordedEvent], actor: Actor) -> list[Offer]:
    """Give what follows if each time the likeliest happens: for a phone that cannot ask what comes next."""
    happened_so_far = [(e.facts.event, e.facts.station) for e in past]
    found: list[Offer] = []
    while len(found) < AHEAD and (offered := _offers(world, load, happened_so_far)):
        found.append(offered[0])
        happened_so_far.append((offered[0].event, offered[0].station.id))
    return [offer for offer in found if actor.tells_at(offer.station.id)]


def _offers(world: World, load: Load, past: list[tuple[EventKind, str | None]]) -> list[Offer]:
    facts = load.shipment.facts
    likely = likely_next(world.network, facts.origin, facts.destination, facts.corridor, past)
    corridor = world.network.corridors.get(facts.corridor or "")
    changes = corridor.gauge_changes if corridor else ()
    return [
        Offer(n.event, world.network.stations[n.station], n.event is EventKind.TRANSSHIPPED and n.station in changes)
        for n in likely[:OFFERED]
    ]


def offers_of(world: World, load: Load, past: Sequence[RecordedEvent], actor: Actor) -> list[Offer]:
    """Give the offers somebody may take: a terminal those at its own stations, else what usually happens there."""
    found = [offer for offer in offers(world, load, past) if actor.tells_at(offer.station.id)]
    if found or not actor.stations:
        return found
    facts = load.shipment.facts
    usual = [
        Offer(kind, station, is_gauge_change=False)
        for station in stations_of(world, load, actor)
        for kind in (EventKind.ARRIVED, EventKind.DEPARTED)
        if (kind, station.id) not in ((EventKind.ARRIVED, facts.origin), (EventKind.DEPARTED, facts.destination))
    ]
    return usual[:OFFERED]


def stations_of(world: World, load: Load, actor: Actor) -> list[Station]:
    """Give the stations on the way at which somebody may tell."""
    return [station for station in stations_on_the_way(world, load) if actor.tells_at(station.id)]


def stations_on_the_way(world: World, load: Load) -> list[Station]:
    """Give the stations of the shipment's corridor in the order of travel; its two ends where none is known."""
    facts = load.shipment.facts
    between = world.network.stations_between(facts.corridor, facts.origin, facts.destination) if facts.corridor else ()
    return [world.network.stations[i] for i in between or (facts.origin, facts.destination)]


def zone_words(station: Station, at: datetime) -> str:
    """Whose clock counts: Dostyk time, UTC+5."""
    local = at.astimezone(ZoneInfo(station.timezone))
    return gettext("%(place)s time, %(offset)s", place=short_name(station, language()), offset=offset(local))
