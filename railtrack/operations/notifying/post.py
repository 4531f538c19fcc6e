"""Queueing mails, and the one-time links in them.

A link's token is derived from a random number kept with the waiting mail and the secret key, which is not in the
database unless railtrack serves its own machine only. So every attempt sends the same link, and neither a waiting mail
nor a backup of the database can be used in its place.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from gettext import NullTranslations, translation
from pathlib import Path

import railtrack
from railtrack.config import Settings
from railtrack.domain.people import Person
from railtrack.mail import MailServer, mail_server
from railtrack.operations.notifying.texts import MailKind
from railtrack.store import mail as stored
from railtrack.store.engine import Noting

TRANSLATIONS = Path(railtrack.__file__).parent / "translations"


@dataclass(frozen=True)
class LinkKind:
    """A link in a mail: what it is kept as, where it leads, how long it lives from the sending on."""

    purpose: str
    path: str
    life: timedelta


INVITATION = LinkKind("invitation", "/password/", timedelta(days=7))
RESET = LinkKind("reset", "/password/", timedelta(hours=1))
ADDRESS = LinkKind("address", "/account/address/", timedelta(days=1))
LINKS = {MailKind.INVITATION: INVITATION, MailKind.RESET: RESET, MailKind.ADDRESS_CONFIRM: ADDRESS}


@dataclass(frozen=True, kw_only=True)
class PostOffice:
    """What it takes to write a mail and hand it in."""

    server: MailServer
    sender: str
    base_url: str
    secret: str
    translations: Path = TRANSLATIONS

    @property
    def host(self) -> str:
        """What Message-IDs end with."""
        return self.sender.rpartition("@")[2].strip("> ") or "localhost"

    def translate(self, language: str) -> Callable[[str], str]:
        """The words of a language; those of the source where there are none."""
        found: NullTranslations = translation("messages", self.translations, [language or "en"], fallback=True)
        return found.gettext


def post_office(settings: Settings, secret: str) -> PostOffice | None:
    """Give the post office of the settings; None where no mail is sent."""
    if not settings.sends_mail:
        return None
    return PostOffice(
        server=mail_server(settings.smtp_url), sender=settings.mail_from, base_url=settings.base_url, secret=secret
    )


def queue(
    w: Noting,
    post: PostOffice,
    kind: MailKind,
    recipient: str,
    *,
    person: Person | None = None,
    language: str = "",
    facts: Mapping[str, str] | None = None,
) -> int:
    """Write a mail into the outbox, in the transaction of what causes it, in the language of whom it is for."""
    return stored.add_mail(
        w,
        kind.value,
        recipient,
        host=post.host,
        language=(person.language if person is not None else "") or language,
        user_id=None if person is None else person.id,
        facts=facts,
        has_link=kind in LINKS,
    )


def token_of(secret: str, nonce: str) -> str:
    """The token of a link, the same whenever it is derived."""
    digest = hmac.digest(secret.encode(), b"railtrack link " + nonce.encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:24]).decode()


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
