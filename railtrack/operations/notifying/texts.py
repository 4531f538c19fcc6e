"""What each mail says. A text names its facts; the link and the greeting are put round it when it is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from railtrack.domain.messages import Message, say


class MailKind(StrEnum):
    INVITATION = "invitation"
    RESET = "reset"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of a mail
    HELD = "held"
    FACTORS_FORGOTTEN = "factors_forgotten"
    ADDRESS_CONFIRM = "address_confirm"
    ADDRESS_ASKED = "address_asked"
    ADDRESS_CHANGED = "address_changed"
    ALERTS = "alerts"
    DIGEST = "digest"
    TEST = "test"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One of several things a mail tells of, with the path of its page."""

    title: Message
    lines: tuple[Message, ...]
    path: str


@dataclass(frozen=True, kw_only=True)
class Section:
    """Several of them, under a heading."""

    heading: Message | None = None
    items: tuple[Item, ...] = ()
    after: tuple[Message, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Text:
    """The words of a mail; `link` is what its button says, where it has one.

    `way_out` is where one chooses what mails of its kind come: words and path.
    """

    subject: Message
    paragraphs: tuple[Message, ...]
    link: Message | None = None
    sections: tuple[Section, ...] = ()
    way_out: tuple[Message, str] | None = None


WISHES = "/alerts/mail"
IGNORE = say("If this does not concern you, do nothing; nothing happens then.")
TELL = say("If this was not you, choose another password at once (“Forgotten password” on the sign-in page), "
           "and tell your administrator.")  # fmt: skip


def text_of(kind: MailKind, facts: Mapping[str, str]) -> Text:
    """The words of a mail of this kind."""
    return _TEXTS[kind](facts)


def kind_word(kind: str) -> Message:
    """What a mail of this kind is called in a list."""
    return {
        MailKind.INVITATION: say("Invitation"),
        MailKind.RESET: say("Link to choose a new password"),
        MailKind.PASSWORD_CHANGED: say("Password was changed"),
        MailKind.HELD: say("Sign-in is held"),
        MailKind.FACTORS_FORGOTTEN: say("Second factor was taken out"),
        MailKind.ADDRESS_CONFIRM: say("Confirmation of an address"),
        MailKind.ADDRESS_ASKED: say("Another address was asked for"),
        MailKind.ADDRESS_CHANGED: say("Address was changed"),
        MailKind.ALERTS: say("Alerts"),
        MailKind.DIGEST: say("Alerts of the day"),
        MailKind.TEST: say("Test mail"),
    }[MailKind(kind)]


def _invitation(facts: Mapping[str, str]) -> Text:
    organisation = facts.get("organisation", "")
    belongs = (say("You act there for %(organisation)s.", organisation=organisation),) if organisation else ()
    return Text(
        subject=say("Your invitation to railtrack"),
        paragraphs=(
            say("%(who)s gives you an account of railtrack, which follows cargo trains between Chongqing and Mannheim.",
                who=facts.get("who") or say("An administrator")),
            *belongs,
            say("Choose a password to begin. The link works once, and for 7 days."),
            IGNORE,
        ),
        link=say("Choose a password"),
    )  # fmt: skip


def _reset(_facts: Mapping[str, str]) -> Text:
    return Text(
        subject=say("Choose a new password"),
        paragraphs=(
            say("Somebody, probably you, asked for a new password for this address."),
            say("The link works once, and for one hour. An earlier one no longer works."),
            IGNORE,
        ),
        link=say("Choose a new password"),
    )


def _password_changed(_facts: Mapping[str, str]) -> Text:
    return Text(
        subject=say("Your password was changed"),
        paragraphs=(
            say("The password of your account was changed just now, and all devices were signed out."),
            TELL,
        ),
    )


def _held(facts: Mapping[str, str]) -> Text:
    return Text(
        subject=say("Sign-in to your account is held"),
        paragraphs=(
            say("A wrong password was given for your account %(times)s times in a row. For %(minutes)s minutes nobody "
                "can sign in to it, not even with the right password.", times=facts["times"], minutes=facts["minutes"]),
            say("If it was you and you forgot the password, choose a new one: “Forgotten password” on the sign-in "
                "page. That lets you in at once."),
            say("If it was not you, somebody tries to guess it. Your account is as safe as your password is long; "
                "tell your administrator."),
        ),
    )  # fmt: skip


def _factors_forgotten(_facts: Mapping[str, str]) -> Text:
    return Text(
        subject=say("Your second factor was taken out"),
        paragraphs=(
            say("An administrator took out the authenticator, the passkeys and the recovery codes of your account, "
                "and all devices were signed out."),
            say("Sign in with your password and set up a second factor anew, on the page of your account."),
            say("If you did not ask for this, tell your administrator at once."),
        ),
    )  # fmt: skip


def _address_confirm(facts: Mapping[str, str]) -> Text:
    return Text(
        subject=say("Confirm your new address"),
        paragraphs=(
            say("The account of %(old)s shall be known by this address.", old=facts["old"]),
            say("The link works once, and for one day."),
            IGNORE,
        ),
        link=say("Confirm this address"),
    )


def _address_asked(facts: Mapping[str, str]) -> Text:
    return Text(
        subject=say("Another address for your account"),
        paragraphs=(
            say("Your account shall be known by the address %(new)s, once that is confirmed from there.",
                new=facts["new"]),
            TELL,
        ),
    )  # fmt: skip


def _address_changed(facts: Mapping[str, str]) -> Text:
    return Text(
        subject=say("Your address was changed"),
        paragraphs=(
            say("Your account is known by %(new)s now, no longer by %(old)s.", new=facts["new"], old=facts["old"]),
            say("If this was not you, tell your administrator at once."),
        ),
    )


def _alerts(facts: Mapping[str, str]) -> Text:
    return Text(
        subject=say("New alerts: %(number)s", number=facts.get("number", "1")),
        paragraphs=(say("railtrack found something that may need you."),),
        way_out=(say("How you hear of alerts"), WISHES),
    )


def _digest(facts: Mapping[str, str]) -> Text:
    return Text(
        subject=say(
            "Alerts: %(new)s new, %(open)s still open, %(closed)s over",
            new=facts.get("new", "0"), open=facts.get("open", "0"), closed=facts.get("closed", "0"),
        ),
        paragraphs=(say("What happened to your alerts since %(since)s.", since=facts.get("since", "")),),
        way_out=(say("How you hear of alerts"), WISHES),
    )  # fmt: skip


def _test(_facts: Mapping[str, str]) -> Text:
    return Text(
        subject=say("Test mail"),
        paragraphs=(say("Mail from railtrack reaches you."),),
    )


_TEXTS = {
    MailKind.INVITATION: _invitation,
    MailKind.RESET: _reset,
    MailKind.PASSWORD_CHANGED: _password_changed,
    MailKind.HELD: _held,
    MailKind.FACTORS_FORGOTTEN: _factors_forgotten,
    MailKind.ADDRESS_CONFIRM: _address_confirm,
    MailKind.ADDRESS_ASKED: _address_asked,
    MailKind.ADDRESS_CHANGED: _address_changed,
    MailKind.ALERTS: _alerts,
    MailKind.DIGEST: _digest,
    MailKind.TEST: _test,
}
