"""Who may do what: one matrix of role × operation × own or other, and nothing about rights is written elsewhere.

*Own* is what belongs to the organisation one acts for. A terminal owns no shipments; its own are those that touch its
stations. The published record is history and open to everybody who is signed in, whatever stands here.
"""

from enum import IntEnum, StrEnum
from typing import Protocol

from railtrack.domain.errors import NotAllowed
from railtrack.domain.messages import Message, say


class Role(StrEnum):
    PARTNER = "partner"  # ships or forwards, and records it
    READER = "reader"  # of a partner: looks and changes nothing
    CITY = "city"
    TERMINAL = "terminal"  # says what happens at its stations, to whosever container
    ADMINISTRATOR = "administrator"


class Operation(StrEnum):
    """What people do here. What begins with `see` shows fields of a shipment in sight; the others are acts."""

    FOLLOW = "follow"  # lists, trains, maps, pages and their history
    SEE_NAMES = "see names"  # shipper and consignee, with what names them: the consignment note
    SEE_GOODS = "see goods"  # what is in a container, its weights, seals and terms
    SEE_VALUES = "see values"  # what the goods are worth
    SEE_PRICES = "see prices"  # what the freight costs
    MEASURE = "measure"  # statistics
    EXPORT = "export"  # files of what is in sight
    SHARE = "share"  # show a shipment to somebody without an account
    SHARE_FIGURES = "share figures"
    BOOK = "book"  # record and change shipments, drafts
    TELL = "tell"  # record events
    MEND = "mend"  # correct and withdraw statements; one's own are those of one's organisation
    SET_SLOTS = "set slots"  # agree what a train takes
    SET_TARGETS = "set targets"
    SEE_ALERTS = "see alerts"  # those of one's organisation; who follows everything has alerts on everything
    ANSWER_ALERTS = "answer alerts"  # acknowledge those one sees
    SET_ALERTS = "set alerts"  # by what rules they are found, and which programs are told
    SPEAK_FOR = "speak for"  # record in the name of another organisation, and what was said when
    READ_AUDIT = "read audit"
    KEEP_PLACES = "keep places"  # stations, legs, corridors
    KEEP_ACCOUNTS = "keep accounts"  # people, organisations, memberships, anybody's tokens, the mail that goes out
    SIMULATE = "simulate"  # put invented history in and take it out
    KEEP_SELF = "keep self"  # one's own password, language, appearance


class Reach(IntEnum):
    """How far a right goes."""

    NONE = 0
    OWN = 1
    ALL = 2


_0, _OWN, _ALL = Reach.NONE, Reach.OWN, Reach.ALL
_ROLES = (Role.PARTNER, Role.READER, Role.CITY, Role.TERMINAL, Role.ADMINISTRATOR)
_ROWS: dict[Operation, tuple[Reach, Reach, Reach, Reach, Reach]] = {
    # partner, reader, city, terminal, administrator
    Operation.FOLLOW: (_OWN, _OWN, _ALL, _OWN, _ALL),
    # The city plans capacity and reports volumes: it needs to know what kind of goods travels, and whose booking it is
    # (the partner, with whom it speaks). Who trades with whom, at what value, for what freight, are secrets of
    # competitors, which a public body may be asked to hand over: what it does not have it need not protect.
    Operation.SEE_NAMES: (_OWN, _OWN, _0, _0, _ALL),
    Operation.SEE_VALUES: (_OWN, _OWN, _0, _0, _ALL),
    Operation.SEE_PRICES: (_OWN, _OWN, _0, _0, _ALL),
    # A terminal handles boxes by number, train and reference; what it must know of dangerous goods travels with the
    # consignment note. The partner's name it sees, for a reference is unique only within its partner.
    Operation.SEE_GOODS: (_OWN, _OWN, _ALL, _0, _ALL),
    Operation.MEASURE: (_OWN, _OWN, _ALL, _0, _ALL),  # no terminal's figures about others
    Operation.EXPORT: (_OWN, _OWN, _ALL, _OWN, _ALL),
    # Whom a shipment is shown to is for the partner to say whose it is; a reader changes nothing, and lets nobody in.
    # The city answers for its figures to its council and its citizens, so it may show them.
    Operation.SHARE: (_OWN, _0, _0, _0, _ALL),
    Operation.SHARE_FIGURES: (_OWN, _0, _ALL, _0, _ALL),
    Operation.BOOK: (_OWN, _0, _0, _0, _ALL),
    Operation.TELL: (_OWN, _0, _0, _OWN, _ALL),
    Operation.MEND: (_OWN, _0, _0, _OWN, _ALL),
    Operation.SET_SLOTS: (_OWN, _0, _0, _0, _ALL),
    Operation.SET_TARGETS: (_0, _0, _ALL, _0, _ALL),
    # A terminal owns no shipment that could be late. The city has alerts over all, by rules of its own.
    Operation.SEE_ALERTS: (_OWN, _OWN, _ALL, _0, _ALL),
    Operation.ANSWER_ALERTS: (_OWN, _0, _ALL, _0, _ALL),
    Operation.SET_ALERTS: (_OWN, _0, _ALL, _0, _ALL),
    Operation.SPEAK_FOR: (_0, _0, _0, _0, _ALL),
    Operation.READ_AUDIT: (_0, _0, _0, _0, _ALL),
    Operation.KEEP_PLACES: (_0, _0, _0, _0, _ALL),
    Operation.KEEP_ACCOUNTS: (_0, _0, _0, _0, _ALL),
    Operation.SIMULATE: (_0, _0, _0, _0, _ALL),
    Operation.KEEP_SELF: (_OWN, _OWN, _OWN, _OWN, _OWN),
}
MATRIX: dict[Operation, dict[Role, Reach]] = {
    operation: dict(zip(_ROLES, reaches, strict=True)) for operation, reaches in _ROWS.items()
}
SHOWN = (Operation.SEE_NAMES, Operation.SEE_GOODS, Operation.SEE_VALUES, Operation.SEE_PRICES)
OF_AN_ORGANISATION = frozenset({Role.PARTNER, Role.READER, Role.TERMINAL})  # nothing to see without one


class HasRole(Protocol):
    @property
    def role(self) -> Role: ...


def reach(who: HasRole, operation: Operation) -> Reach:
    """How far somebody's right goes."""
    return MATRIX[operation][who.role]


def may(who: HasRole, operation: Operation, *, own: bool = True) -> bool:
    """Whether somebody may do this, with what is their own or with what is others'."""
    return reach(who, operation) >= (Reach.OWN if own else Reach.ALL)


def insist(who: HasRole, operation: Operation, *, own: bool = True, refusal: Message | None = None) -> None:
    """Raise NotAllowed unless somebody may do this; `refusal` says so in words that fit better than the role's."""
    if not may(who, operation, own=own):
        raise NotAllowed(refusal or _REFUSALS.get(who.role) or say("Your role does not permit this."))


_REFUSALS = {
    Role.READER: say("Your role reads and changes nothing."),
    Role.CITY: say("Your role reads everything and changes nothing."),
    Role.TERMINAL: say("A terminal records events at its own stations, nothing else."),
}


def hidden_from(role: Role) -> frozenset[Operation]:
    """What a role does not get to see of the shipments in its sight."""
    sight = MATRIX[Operation.FOLLOW][role]
    return frozenset(each for each in SHOWN if MATRIX[each][role] < sight)


def acts_for_an_organisation(role: Role) -> bool:
    """Whether people of this role belong to organisations."""
    return role in OF_AN_ORGANISATION


def owns_what_touches_its_stations(role: Role) -> bool:
    """Whether one's own is what touches one's stations, not what belongs to one's organisation."""
    return role is Role.TERMINAL


def keeps_accounts(role: Role) -> bool:
    """Whether people of this role decide on others: they must not get lost, and only people make them."""
    return MATRIX[Operation.KEEP_ACCOUNTS][role] is Reach.ALL
