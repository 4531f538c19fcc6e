"""Rights in words: roles, what they may do and how far, what is hidden from whom, and why."""

from collections.abc import Iterable
from dataclasses import dataclass

from railtrack.domain.records import RecordedShipment
from railtrack.domain.rights import MATRIX, Operation, Reach, Role, hidden_from, owns_what_touches_its_stations
from railtrack.web.current import current_actor
from railtrack.web.i18n import gettext, sign


@dataclass(frozen=True)
class Hidden:
    """What somebody is not shown, and why."""

    what: str
    why: str


def role_word(role: Role) -> str:
    """What a role is called."""
    return {
        Role.PARTNER: gettext("Partner"),
        Role.READER: gettext("Partner, reading only"),
        Role.CITY: gettext("City"),
        Role.TERMINAL: gettext("Terminal"),
        Role.ADMINISTRATOR: gettext("Administrator"),
    }[role]


def operation_word(operation: Operation) -> str:
    """What people do, as a row of the table of rights."""
    return {
        Operation.FOLLOW: gettext("See shipments, trains and maps, and what was told of them"),
        Operation.SEE_NAMES: gettext("See shipper, consignee and consignment note"),
        Operation.SEE_GOODS: gettext("See goods, weights, seals and delivery terms"),
        Operation.SEE_VALUES: gettext("See what the goods are worth"),
        Operation.SEE_PRICES: gettext("See what the freight costs"),
        Operation.MEASURE: gettext("See statistics"),
        Operation.EXPORT: gettext("Take files away"),
        Operation.BOOK: gettext("Record and change shipments"),
        Operation.TELL: gettext("Record events"),
        Operation.MEND: gettext("Correct and withdraw what was told"),
        Operation.SET_SLOTS: gettext("Agree how much a train takes"),
        Operation.SET_TARGETS: gettext("Set targets"),
        Operation.SHARE: gettext("Show a shipment to somebody without an account"),
        Operation.SHARE_FIGURES: gettext("Show figures to somebody without an account"),
        Operation.SEE_ALERTS: gettext("See alerts"),
        Operation.ANSWER_ALERTS: gettext("Acknowledge alerts"),
        Operation.SET_ALERTS: gettext("Set the rules of alerts, and which programs are told"),
        Operation.SPEAK_FOR: gettext("Record in the name of another organisation"),
        Operation.READ_AUDIT: gettext("Read who changed what"),
        Operation.KEEP_PLACES: gettext("Keep stations, legs and corridors"),
        Operation.KEEP_ACCOUNTS: gettext("Keep people, organisations, tokens and mail"),
        Operation.SIMULATE: gettext("Put simulated history in and take it out"),
        Operation.KEEP_SELF: gettext("Change one’s own password, language and appearance"),
    }[operation]


def reach_word(role: Role, operation: Operation) -> str:
    """How far the right of a role goes; nothing where it has none."""
    found = MATRIX[operation][role]
    if found is Reach.NONE:
        return ""
    if found is Reach.ALL:
        return gettext("all")
    at_stations = owns_what_touches_its_stations(role) and operation is not Operation.KEEP_SELF
    return gettext("at its stations") if at_stations else gettext("own")


def why_hidden(role: Role) -> str:
    """Why something is hidden from a role."""
    if owns_what_touches_its_stations(role):
        return gettext(
            "A terminal handles containers by number, train and reference; what it must know of dangerous goods "
            "travels with the consignment note."
        )
    return gettext(
        "Who trades with whom, at what value and for what freight, are business secrets; planning and reporting do "
        "without them."
    )


def hidden_of(role: Role) -> Hidden | None:
    """What a role is not shown of the shipments in its sight; None where it sees all."""
    hidden = hidden_from(role)
    return Hidden(_listed(_WHAT[each]() for each in _WHAT if each in hidden), why_hidden(role)) if hidden else None


def hidden_here(shipment: RecordedShipment) -> Hidden | None:
    """What the reader is not shown of a shipment; what was published is hidden from nobody."""
    return None if shipment.published else hidden_of(current_actor().role)


_WHAT = {
    Operation.SEE_NAMES: lambda: gettext("shipper, consignee and consignment note"),
    Operation.SEE_GOODS: lambda: gettext("goods, weights, seals and delivery terms"),
    Operation.SEE_VALUES: lambda: gettext("value of the goods"),
    Operation.SEE_PRICES: lambda: gettext("freight"),
}


def _listed(words: Iterable[str]) -> str:
    return sign("; ").join(words)
