"""The words of the audit: what was done, to what, and which field became what.

Every action and subject that is written down has a word here, and so has every field; a test compares.
"""

from collections.abc import Mapping
from datetime import datetime

from railtrack.domain.actors import Role
from railtrack.domain.records import AuditEntry
from railtrack.domain.tokens import TokenScope
from railtrack.operations.notifying.texts import MailKind, kind_word
from railtrack.web.administering import place_cells
from railtrack.web.administering.place_cells import Changed
from railtrack.web.administering.tokens import scope_word
from railtrack.web.entering.sheet import label
from railtrack.web.i18n import gettext, languages, sign, words
from railtrack.web.moments import long_day
from railtrack.web.rights_words import role_word

PLACES = ("station", "leg", "corridor")


def action_word(action: str) -> str:
    """What was done, in a word; what has no word here stands as it was written."""
    return {
        "acknowledge": gettext("acknowledged"),
        "add": gettext("added"),
        "add authenticator": gettext("added an authenticator"),
        "add passkey": gettext("added a passkey"),
        "agree capacity": gettext("agreed capacity"),
        "ask for another address": gettext("asked for another address"),
        "book": gettext("booked"),
        "change": gettext("changed"),
        "change address": gettext("changed the address"),
        "choose language": gettext("chose a language"),
        "correct": gettext("corrected"),
        "deactivate": gettext("ended"),
        "end": gettext("ended"),
        "end other sessions": gettext("signed out elsewhere"),
        "end session": gettext("ended a session"),
        "erase": gettext("erased"),
        "forget factors": gettext("took out the second factors"),
        "hold": gettext("held after wrong passwords"),
        "invite": gettext("invited"),
        "join": gettext("let belong to an organisation"),
        "keep address": gettext("kept the address"),
        "leave": gettext("took out of an organisation"),
        "load": gettext("loaded"),
        "make": gettext("made"),
        "make recovery codes": gettext("made recovery codes"),
        "match identity": gettext("matched to single sign-on"),
        "pause": gettext("paused"),
        "reactivate": gettext("reactivated"),
        "record": gettext("recorded"),
        "remove": gettext("removed"),
        "remove authenticator": gettext("took an authenticator out"),
        "remove passkey": gettext("took a passkey out"),
        "rename passkey": gettext("renamed a passkey"),
        "resume": gettext("resumed"),
        "revoke": gettext("withdrew a link"),
        "send again": gettext("sent again"),
        "set password": gettext("set password"),
        "share": gettext("shared"),
        "use recovery code": gettext("used a recovery code"),
        "take back": gettext("took back"),
        "take out": gettext("took out a container"),
        "withdraw": gettext("withdrew"),
        "withdraw invitation": gettext("withdrew the invitation"),
    }.get(action, action)


def subject_word(subject: str) -> str:
    """What it was done to, in a word."""
    return {
        "shipment": gettext("shipment"),
        "container": gettext("container of a shipment"),
        "event": gettext("event"),
        "alert": gettext("alert"),
        "alert rule": gettext("rule of alerts"),
        "train": gettext("train"),
        "station": gettext("station"),
        "leg": gettext("leg"),
        "corridor": gettext("corridor"),
        "organisation": gettext("organisation"),
        "figures": gettext("figures"),
        "user": gettext("account"),
        "password link": gettext("password link"),
        "set-up link": gettext("set-up link"),
        "invitation link": gettext("link of an invitation"),
        "reset link": gettext("link to choose a new password"),
        "address link": gettext("link that confirms an address"),
        "mail": gettext("mail"),
        "notice wish": gettext("choice of mail on alerts"),
        "token": gettext("token"),
        "webhook": gettext("webhook"),
        "reference": gettext("reference data"),
        "simulated history": gettext("simulated history"),
    }.get(subject, subject)


def field_word(name: str, subject: str = "") -> str:
    """What a field of a subject is called; one of a place where it is not said of what."""
    if subject in PLACES:
        return place_cells.field_word(name)
    said = _field_words().get(name) or label(name)
    return said if said != name else place_cells.field_word(name)


def _field_words() -> dict[str, str]:
    return {
        "added": gettext("Added"),
        "capacity_teu": gettext("Slots of the train, TEU"),
        "changed": gettext("Changed"),
        "corridor_assumed": gettext("Corridor assumed"),
        "email": gettext("E-mail address"),
        "expires_at": gettext("Works until"),
        "filters": gettext("Filters"),
        "first_planned_arrival": gettext("Arrival as first planned"),
        "first_planned_at": gettext("First planned at"),
        "freight": gettext("Freight"),
        "id": gettext("Number"),
        "hour": gettext("Hour of the daily mail"),
        "identity": gettext("Statement"),
        "is_on": gettext("Switched on"),
        "issuer": gettext("Identity provider"),
        "kind": gettext("Kind"),
        "kinds": gettext("Of what"),
        "language": gettext("Language"),
        "link": gettext("Link"),
        "manner": gettext("When"),
        "name": gettext("Name"),
        "note": gettext("Note"),
        "organisation": gettext("Organisation"),
        "owner": gettext("Owner"),
        "planned_at": gettext("Planned at"),
        "reference": gettext("Reference"),
        "role": gettext("Role"),
        "scope": gettext("It may"),
        "sessions": gettext("Sessions"),
        "shipment": gettext("Shipment"),
        "shipments": gettext("Shipments"),
        "shows": gettext("Shows"),
        "stations": gettext("Stations"),
        "teu": gettext("TEU"),
        "timezone": gettext("Time zone"),
        "url": gettext("Address"),
    }


def differences(entry: AuditEntry) -> list[Changed]:
    """What an entry changed, field by field, those within a field too; fields that stayed are left out."""
    before, after = _flat(entry.before), _flat(entry.after)
    return [
        Changed(field_word(name, entry.subject), *(value_word(name, side.get(name)) for side in (before, after)))
        for name in dict.fromkeys((*before, *after))
        if before.get(name) != after.get(name)
    ]


def value_word(name: str, value: object) -> str:
    """A value as it is said: yes or no, a role, a language, a moment; names and numbers as they stand."""
    if value is None:
        return ""
    if isinstance(value, bool):
        words_of = (gettext("laden"), gettext("empty")) if name == "laden" else (gettext("Yes"), gettext("No"))
        return words_of[0] if value else words_of[1]
    if isinstance(value, list):
        return sign(", ").join(map(str, value))
    said = str(value)
    if name == "role" and said in list(Role):
        return role_word(Role(said))
    if name == "scope" and said in list(TokenScope):
        return scope_word(TokenScope(said))
    if name == "language":
        return languages().get(said, said)
    if name == "kind" and said in list(MailKind):
        return words(kind_word(said))
    if name == "expires_at":
        return long_day(datetime.fromisoformat(said))
    return said


def _flat(values: Mapping[str, object] | None, above: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in (values or {}).items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{above}{name} › ")
        elif value not in (None, "", []):
            found[f"{above}{name}"] = value
    return found
