"""Signing in, as values: sessions, passkeys, second factors, and who must have one.

A session is *proved* once a second factor or a passkey was shown in it. Whoever has such a factor is signed in only
where the session is proved, whichever way they came in (password, link in a mail, single sign-on); until then the
session is good for the second step alone, and not for long.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from railtrack.domain.actors import Role
from railtrack.domain.people import Person
from railtrack.domain.rights import keeps_accounts

SEEN_EVERY = timedelta(minutes=5)  # how exact "last seen" is, so that not every request writes
STAYS_FOR = timedelta(days=30)  # where one chose to stay signed in on this device
SECOND_STEP_WITHIN = timedelta(minutes=10)  # from the password to the code
UNNOTED_FOR = timedelta(minutes=10)  # how long a session lives on its signed cookie while a long import holds SQLite
FRESH_FOR = timedelta(minutes=15)  # how long after signing in one may change how one signs in, without a new proof
LEAST_WAIT_AFTER_WRONG_CODES = timedelta(minutes=15)
MOST_WRONG_CODES = 5
RECOVERY_CODES = 10


class SecondFactorRule(StrEnum):
    """For whom a second factor or a passkey is not optional."""

    ADMINISTRATORS = "administrators"
    EVERYBODY = "everybody"
    NOBODY = "nobody"

    def asks(self, role: Role) -> bool:
        """Whether somebody of this role must have one."""
        return self is SecondFactorRule.EVERYBODY or (self is SecondFactorRule.ADMINISTRATORS and keeps_accounts(role))


@dataclass(frozen=True, kw_only=True)
class Session:
    """Somebody signed in on one device. `id` is None while the database has not noted it yet."""

    id: int | None
    made_at: datetime
    shown_at: datetime  # when it was last shown who is there: the sign-in, or a proof asked for since
    seen_at: datetime
    expires_at: datetime
    address: str
    browser: str
    is_proved: bool
    stays: bool

    def is_fresh(self, now: datetime) -> bool:
        """Whether it was shown lately enough who is there to change how they sign in."""
        return now - self.shown_at <= FRESH_FOR


@dataclass(frozen=True)
class SignedIn:
    """Whom a cookie belongs to. `waits` says that the second step is still to come."""

    person: Person
    session: Session
    has_factor: bool

    @property
    def waits(self) -> bool:
        return self.has_factor and not self.session.is_proved


@dataclass(frozen=True, kw_only=True)
class Passkey:
    """A key of a device or a security key, without what verifies it."""

    id: int
    name: str
    is_synced: bool
    made_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Factors:
    """What somebody has besides the password."""

    authenticator_since: datetime | None
    passkeys: tuple[Passkey, ...]
    recovery_codes_left: int
    identities: tuple[str, ...]  # issuers of single sign-on

    @property
    def has_any(self) -> bool:
        return self.authenticator_since is not None or bool(self.passkeys)


_BROWSERS = (  # the first that fits: most name others too
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser_words(user_agent: str) -> str:
    """Say what a browser says of itself so that its owner knows the device: `Firefox, Windows`; empty if unknown.

    Versions are left out: they tell nobody anything and make a fingerprint.
    """
    found = [next((word for sign, word in signs if sign in user_agent), "") for signs in (_BROWSERS, _SYSTEMS)]
    return ", ".join(word for word in found if word)
