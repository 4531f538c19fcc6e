"""The words of the audit: what was done, to what, and which field became what."""

from collections.abc import Mapping

from railtrack.domain.records import AuditEntry
from railtrack.web.administering.place_cells import Changed, field_word
from railtrack.web.i18n import gettext


def action_word(action: str) -> str:
    """What was done, in a word; what has no word here stands as it was written."""
    return {
        "add": gettext("added"),
        "agree capacity": gettext("agreed capacity"),
        "book": gettext("booked"),
        "change": gettext("changed"),
        "correct": gettext("corrected"),
        "deactivate": gettext("ended"),
        "erase": gettext("erased"),
        "make": gettext("made"),
        "reactivate": gettext("reactivated"),
        "record": gettext("recorded"),
        "remove": gettext("removed"),
        "revoke": gettext("withdrew a link"),
        "set password": gettext("set password"),
        "share": gettext("shared"),
        "withdraw": gettext("withdrew"),
    }.get(action, action)


def subject_word(subject: str) -> str:
    """What it was done to, in a word."""
    return {
        "shipment": gettext("shipment"),
        "container": gettext("container"),
        "event": gettext("event"),
        "train": gettext("train"),
        "station": gettext("station"),
        "leg": gettext("leg"),
        "corridor": gettext("corridor"),
        "organisation": gettext("organisation"),
        "figures": gettext("figures"),
        "user": gettext("account"),
        "password link": gettext("password link"),
        "set-up link": gettext("set-up link"),
        "simulated history": gettext("simulated history"),
    }.get(subject, subject)


def differences(entry: AuditEntry) -> list[Changed]:
    """What an entry changed, field by field, those within a field too; fields that stayed are left out."""
    before, after = _flat(entry.before), _flat(entry.after)
    return [
        Changed(field_word(name), before.get(name, ""), after.get(name, ""))
        for name in dict.fromkeys((*before, *after))
        if before.get(name, "") != after.get(name, "")
    ]


def _flat(values: Mapping[str, object] | None, above: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in (values or {}).items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{above}{name} › ")
        elif value not in (None, "", []):
            found[f"{above}{name}"] = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return found
