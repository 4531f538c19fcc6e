"""What a mail on alerts says, in its reader's language, numbers and clock: written when it is sent, so it is true then.

Which alerts it is on was noted with the mail. Those of a desk are seen by all who belong to it, with everything that
stands in them; whoever left the desk since gets no mail.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_decimal

from railtrack.domain.line.network import Network
from railtrack.domain.line.station_names import full_name
from railtrack.domain.messages import Message, say
from railtrack.domain.notices.alerts import Alert
from railtrack.domain.notices.findings import Why
from railtrack.domain.notices.kinds import Ending
from railtrack.domain.notices.rules import KIND_WORDS
from railtrack.domain.people import Person
from railtrack.operations.administering.reference import load_world
from railtrack.operations.notifying.telling import may_be_told
from railtrack.operations.notifying.texts import Item, MailKind, Section, Text, text_of
from railtrack.store import notices as stored
from railtrack.store.engine import Store
from railtrack.store.mail import Mail

ON_ALERTS = frozenset({MailKind.ALERTS, MailKind.DIGEST})
MOST_LISTED = 20
UTC_ZONE, MINUS = "UTC", "\N{MINUS SIGN}"
_DAY_CLOCK = {"en": "EEE d MMM, HH:mm", "de": "ccc, dd.MM., HH:mm", "zh": "M月d日 EEE HH:mm"}
ENDINGS: Mapping[Ending, Message] = {
    Ending.GONE: say("over: its cause is gone"),
    Ending.ARRIVED: say("over: the shipment has arrived"),
    Ending.ENDED: say("over: nothing of the shipment is under way any more"),
    Ending.LOST: say("over: nobody told of the shipment for long"),
    Ending.OFF: say("over: such alerts were switched off"),
}


def text_on_alerts(store: Store, mail: Mail, person: Person, language: str) -> Text | None:
    """Give the words of a mail on alerts; None where it is of no use any more."""
    kind = MailKind(mail.kind)
    desk = int(mail.facts["desk"]) if mail.facts.get("desk") else None
    if not may_be_told(person, desk):
        return None
    network = load_world(store).network
    with store.reading() as r:
        wish = stored.wish_of(r, person.id, desk)
        alerts = {
            name: [each for each in stored.alerts_with_ids(r, _ids(mail.facts.get(name, ""))) if each.desk == desk]
            for name in ("alerts", "opened", "stays", "ended")
        }
    says = _Says(network, language, UTC_ZONE if wish is None else wish.timezone)
    if kind is MailKind.DIGEST:
        since = says.moment(datetime.fromisoformat(mail.facts["since"]))
        text = text_of(kind, {**mail.facts, "since": since})
        sections = (
            says.section(say("New"), alerts["opened"], int(mail.facts["new"])),
            says.section(say("Still open"), alerts["stays"], int(mail.facts["open"])),
            says.section(say("Over since"), alerts["ended"], int(mail.facts["closed"])),
        )
        return replace(text, sections=tuple(each for each in sections if each.items))
    still = [each for each in alerts["alerts"] if each.is_open]
    if not still:  # the mail server was down until nothing was the matter any more
        return None
    text = text_of(kind, {**mail.facts, "number": says.number(len(still))})
    if len(still) == 1:
        subject = say("%(what)s: %(reference)s", what=KIND_WORDS[still[0].kind], reference=still[0].reference)
        text = replace(text, subject=subject)
    return replace(text, sections=(says.section(None, still, len(still)),))


def listed(alerts: Iterable[int]) -> str:
    """The alerts a mail lists, as they are noted with it."""
    return ",".join(str(each) for each in list(alerts)[:MOST_LISTED])


class _Says:
    """Says things of alerts to one reader."""

    def __init__(self, network: Network, language: str, zone: str) -> None:
        self._network, self._language, self._zone = network, language, ZoneInfo(zone)

    def section(self, heading: Message | None, alerts: list[Alert], number: int) -> Section:
        shown = alerts[:MOST_LISTED]
        more = number - len(shown)
        after = (say("And more under Alerts: %(number)s", number=self.number(more)),) if more > 0 else ()
        return Section(heading=heading, items=tuple(self._item(each) for each in shown), after=after)

    def _item(self, alert: Alert) -> Item:
        name = {"reference": alert.reference, "partner": alert.partner, "what": KIND_WORDS[alert.kind]}
        lines = [self._why(alert.why).message(self._station, self.number)]
        opened = self.moment(alert.opened_at)
        if alert.closed_at is not None and alert.ending is not None:
            lines.append(
                say(
                    "Open from %(opened)s to %(closed)s; %(ending)s.",
                    opened=opened, closed=self.moment(alert.closed_at), ending=ENDINGS[alert.ending],
                )
            )  # fmt: skip
        elif alert.is_acknowledged:
            lines.append(say("Open since %(opened)s. Somebody of your organisation sees to it.", opened=opened))
        else:
            lines.append(say("Open since %(opened)s.", opened=opened))
        title = say("%(reference)s (%(partner)s): %(what)s", **name)
        return Item(title=title, lines=tuple(lines), path=f"/shipments/{alert.shipment_id}")

    def _why(self, why: Why) -> Why:
        """The reason with its corridor by name."""
        corridor = self._network.corridors.get(str(why.values.get("corridor", "")))
        if corridor is None:
            return why
        name = {"de": corridor.name_de, "zh": corridor.name_zh}.get(self._language) or corridor.name
        return Why(why.text, {**why.values, "corridor": name})

    def _station(self, station_id: str) -> str:
        station = self._network.stations.get(station_id)
        return station_id if station is None else full_name(station, self._language)

    def number(self, value: float) -> str:
        return format_decimal(value, "#,##0.#", locale=self._language).replace("-", MINUS)

    def moment(self, at: datetime) -> str:
        """Day and time on the reader's clock, with its distance from UTC."""
        local = at.astimezone(self._zone)
        pattern = _DAY_CLOCK.get(self._language, _DAY_CLOCK["en"])
        minutes = int((local.utcoffset() or timedelta()).total_seconds() // 60)
        hours, rest = divmod(abs(minutes), 60)
        sign = "+" if minutes > 0 else MINUS
        offset = f"{sign}{hours}{f':{rest:02d}' if rest else ''}" if minutes else ""
        return f"{format_datetime(local, pattern, locale=self._language)} UTC{offset}"


def _ids(text: str) -> list[int]:
    return [int(each) for each in text.split(",") if each]
