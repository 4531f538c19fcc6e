"""Alerts in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from railtrack.domain.line.network import Network
from railtrack.domain.notices.alerts import Alert
from railtrack.domain.notices.findings import Why
from railtrack.domain.notices.kinds import AlertKind, Ending
from railtrack.domain.notices.rules import KIND_WORDS
from railtrack.domain.records import Lateness
from railtrack.operations.notifying.alert_mails import ENDINGS
from railtrack.web.filters import named
from railtrack.web.i18n import words
from railtrack.web.numbers import tidy

STATES: Mapping[AlertKind, Lateness] = {
    AlertKind.LATE: Lateness.LATE,
    AlertKind.OVERDUE: Lateness.HELD,
    AlertKind.SILENT: Lateness.SILENT,
    AlertKind.OFF_CORRIDOR: Lateness.LATE,
    AlertKind.TEMPERATURE: Lateness.HELD,
    AlertKind.HELD: Lateness.HELD,
}


@dataclass(frozen=True, kw_only=True)
class Said:
    """An alert in words, its times on the clock of the station it is about, else in UTC."""

    alert: Alert
    state: Lateness
    title: str
    why: str
    opened: datetime
    closed: datetime | None
    acknowledged: datetime | None
    ending: str


def say_alerts(alerts: Iterable[Alert], network: Network) -> list[Said]:
    """Put alerts into the reader's words."""
    return [say_alert(each, network) for each in alerts]


def say_alert(alert: Alert, network: Network) -> Said:
    """Put an alert into the reader's words."""
    station = network.stations.get(alert.station or "")
    zone = timezone(timedelta()) if station is None else ZoneInfo(station.timezone)

    def there(at: datetime | None) -> datetime | None:
        return None if at is None else at.astimezone(zone)

    return Said(
        alert=alert,
        state=STATES[alert.kind] if alert.is_open else Lateness.ARRIVED,
        title=kind_word(alert.kind),
        why=why_words(alert.why, network),
        opened=alert.opened_at.astimezone(zone),
        closed=there(alert.closed_at),
        acknowledged=there(alert.acknowledged_at),
        ending="" if alert.ending is None else ending_word(alert.ending),
    )


def why_words(why: Why, network: Network) -> str:
    """What was found, with stations and corridors by their names."""
    values = dict(why.values)
    corridor = network.corridors.get(str(values.get("corridor", "")))
    if corridor is not None:
        values["corridor"] = named(corridor)

    def station(station_id: str) -> str:
        found = network.stations.get(station_id)
        return station_id if found is None else named(found)

    return words(Why(why.text, values).message(station, tidy))


def kind_word(kind: AlertKind) -> str:
    return words(KIND_WORDS[kind])


def ending_word(ending: Ending) -> str:
    return words(ENDINGS[ending])
