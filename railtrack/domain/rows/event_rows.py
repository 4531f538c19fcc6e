"""Judging one row of an events file (contract §3): what happened, to what, where and when.

What needs no database is judged here. Which shipment a row belongs to, whether it repeats what is known and what it
corrects is decided where the recorded events are.
"""

import json
import re
from datetime import UTC, datetime, tzinfo
from functools import partial

from railtrack.domain import clock
from railtrack.domain.cargo import identifiers
from railtrack.domain.line.places import Station
from railtrack.domain.messages import say
from railtrack.domain.movement.events import (
    CLASSIFIER_CODES,
    EVENT_CODES,
    Classifier,
    EventFacts,
    EventKind,
    StatedEvent,
)
from railtrack.domain.rows import cells
from railtrack.domain.rows.judging import Judged, Judging
from railtrack.domain.rows.near import near
from railtrack.domain.rows.raw import RawRow
from railtrack.domain.rows.shipment_rows import COLDEST_C, HOTTEST_C
from railtrack.domain.rows.unfit import Unfit
from railtrack.domain.times import Moment
from railtrack.domain.world import World

_name = cells.line_of_text(200)
_train = cells.line_of_text(64)
_remark = cells.lines_of_text(2_000)
_id = cells.line_of_text(200)
_lat = cells.number(-90.0, 90.0)
_lon = cells.number(-180.0, 180.0)
_degrees = cells.number(COLDEST_C, HOTTEST_C)

MOST_SOURCE_IDS = 500
_BETWEEN_WORDS = re.compile(r"[\s_-]+")
_EVENTS: dict[str, EventKind] = {kind.value: kind for kind in EventKind} | {
    code.casefold(): kind for code, kind in EVENT_CODES.items()
}
_CLASSIFIERS: dict[str, Classifier] = {c.value: c for c in Classifier} | {
    code.casefold(): c for code, c in CLASSIFIER_CODES.items()
}


def judge_event(raw: RawRow, world: World, *, now: datetime, times_in: tzinfo | None = None) -> Judged[StatedEvent]:
    """Judge a row of events; `times_in` is the zone of times without an offset, the station's own if None."""
    if raw.unread:
        return Judged(None, raw.problems)
    row = Judging(raw, world)
    event = row.read("event", _event)
    if event is None and not row.has("event"):
        row.missing("event", say("Write what happened, such as departed or arrived."))
    classifier = row.read("classifier", _classifier) or Classifier.ACTUAL
    is_void = event is EventKind.VOID
    station: Station | None = None
    moment: Moment | None = None
    lat = lon = None
    if not is_void:
        station = _station(row, event)
        lat, lon = _position(row, event)
        moment = _moment(row, event, station, times_in)
        _check_future(row, moment, classifier, now)
    _check_subject(row, is_void)
    _check_target(row, event)
    reason = row.read("reason", partial(_delay_reason, world)) or ""
    if event is EventKind.CANCELLED and not row.has("reason"):
        row.missing("reason", say("A cancellation needs one of our delay codes as its reason."))
    facts = EventFacts(
        event=event or EventKind.VOID,
        classifier=classifier,
        reference=row.read("reference", identifiers.reference.validate),
        container=row.read("container", identifiers.container.validate),
        partner=row.read("partner", _name),
        station=station.id if station else None,
        lat=lat,
        lon=lon,
        moment=moment,
        wagon=row.read("wagon", identifiers.wagon.validate) or "",
        train=row.read("train", _train) or "",
        reason=reason,
        remark=row.read("remark", _remark) or "",
        temperature_c=_temperature(row, classifier, is_void),
        source_id=row.read("source_id", _id),
        corrects=row.read("corrects", _id),
        voids=row.read("voids", _id),
        id=row.read("id", _own_id),
        sender=row.read("sender", _name),
        recorded_at=row.recorded_at("recorded_at", now),
        other_source_ids=row.given("other_source_ids", _other_source_ids) or (),
    )
    return row.judged(lambda: StatedEvent(raw.line, facts))


def _event(text: str) -> EventKind:
    word = _BETWEEN_WORDS.sub("_", text).casefold()
    found = _EVENTS.get(word)
    if found is not None:
        return found
    alike = tuple(dict.fromkeys(_EVENTS[n].value for n in near(word, _EVENTS)))
    raise Unfit(
        say("There is no event of this name."),
        say("Near: %(near)s.", near=", ".join(alike))
        if alike
        else say("Write a name such as departed, arrived or transshipped, or its code such as DEPA, ARRI or TRSH."),
        alike,
    )


def _classifier(text: str) -> Classifier:
    found = _CLASSIFIERS.get(text.casefold())
    if found is None:
        raise Unfit(
            say("A statement is actual, estimated or planned."),
            say("Write one of these, or ACT, EST or PLN; empty means actual."),
            near(text.casefold(), (c.value for c in Classifier), limit=1, cutoff=0.5),
        )
    return found


def _delay_reason(world: World, text: str) -> str:
    code = _BETWEEN_WORDS.sub("_", text).casefold()
    if code in world.delay_reasons:
        return code
    alike = near(code, world.delay_reasons, cutoff=0.5)
    raise Unfit(
        say("This is not one of our delay codes."),
        say("Near: %(near)s. What has no code goes into remark.", near=", ".join(alike))
        if alike
        else say("Leave it empty and write it into remark."),
        alike,
    )


def _station(row: Judging, event: EventKind | None) -> Station | None:
    if event is EventKind.POSITION:
        if row.has("station"):
            row.problem(
                "station",
                say("A position is not at a station; lat and lon say where it is."),
                say("Leave the station empty, or write what happened there instead of position."),
            )
        return None
    station = row.station("station")
    if station is None and not row.has("station"):
        row.missing("station", say("Write where it happened: our code, a UN/LOCODE or a name."))
    return station


def _position(row: Judging, event: EventKind | None) -> tuple[float | None, float | None]:
    lat, lon = row.given("lat", _lat), row.given("lon", _lon)
    if event is EventKind.POSITION:
        for column in ("lat", "lon"):
            if not row.has(column):
                row.missing(column, say("A position needs lat and lon in degrees, such as 52.03 and 23.36."))
        return lat, lon
    if event is not None and (lat is not None or lon is not None):
        row.warn("lat" if lat is not None else "lon", say("lat and lon are kept for positions only."))
    return None, None


def _temperature(row: Judging, classifier: Classifier, is_void: bool) -> float | None:
    celsius = row.given("temperature_c", _degrees)
    if celsius is None or (classifier is Classifier.ACTUAL and not is_void):
        return celsius
    row.warn("temperature_c", say("A temperature is kept where it was read only: of actual events."))
    return None


def _moment(row: Judging, event: EventKind | None, station: Station | None, times_in: tzinfo | None) -> Moment | None:
    if not row.has("occurred_at"):
        row.missing("occurred_at", say("Write when it happened, such as 2026-11-24T14:30."))
        return None
    return row.moment("occurred_at", station, times_in=times_in, anywhere=event is EventKind.POSITION)


def _check_future(row: Judging, moment: Moment | None, classifier: Classifier, now: datetime) -> None:
    if moment is None or classifier is not Classifier.ACTUAL or not clock.is_future(moment, now):
        return
    if moment.is_day:
        row.problem(
            "occurred_at",
            say("This day has not come there yet, so nothing can have happened on it."),
            say("Correct the date, or write estimated or planned as the classifier."),
        )
    else:
        row.problem(
            "occurred_at",
            say("This time lies in the future, so it cannot have happened."),
            say(
                "It is %(now)s UTC now. Correct the time or its offset, or call it estimated or planned in classifier.",
                now=now.astimezone(UTC).strftime("%Y-%m-%d %H:%M"),
            ),
        )


def _check_subject(row: Judging, is_void: bool) -> None:
    if not is_void and not row.has("reference") and not row.has("container"):
        row.problem(
            "reference",
            say("Neither a reference nor a container is given."),
            say("Write which shipment or which container it happened to."),
        )


def _check_target(row: Judging, event: EventKind | None) -> None:
    """A statement replaces another or withdraws it, never both; and only a void withdraws."""
    corrects, voids = row.has("corrects"), row.has("voids")
    if corrects and voids:
        row.problem(
            "corrects",
            say("A statement corrects another or voids it, not both."),
            say("Leave one of the two columns empty."),
        )
    elif event is EventKind.VOID and not voids:
        row.missing("voids", say("A void names the event it withdraws: its id or your source_id."))
    elif voids and event not in (None, EventKind.VOID):
        row.problem(
            "voids",
            say("Only a void withdraws an event."),
            say("Write void as the event, or name in corrects the event that this one replaces."),
        )


def _own_id(text: str) -> str:
    return cells.line_of_text(36)(text)


def _other_source_ids(given: object) -> tuple[tuple[str | None, str], ...]:
    """Read a JSON list whose items are a source_id of the sender or a pair of another sender and its source_id."""
    try:
        items = json.loads(given) if isinstance(given, str) else given
    except (ValueError, RecursionError):
        raise _no_source_ids() from None
    if not isinstance(items, list) or len(items) > MOST_SOURCE_IDS:
        raise _no_source_ids()
    return tuple(dict.fromkeys(_other_source_id(item) for item in items))


def _other_source_id(item: object) -> tuple[str | None, str]:
    match item:
        case str() if item.strip():
            return None, _id(item.strip())
        case [str() as sender, str() as source_id] if sender.strip() and source_id.strip():
            return _name(sender.strip()), _id(source_id.strip())
    raise _no_source_ids()


def _no_source_ids() -> Unfit:
    return Unfit(
        say("This is not a list of source ids as railtrack exports it."),
        say("Leave it as exported, such as %(example)s, or empty it.", example='["dep-2", ["Terminal X", "17"]]'),
    )
