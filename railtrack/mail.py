"""The one place that speaks SMTP: a letter goes to a mail server, or it is said why not and whether to try again."""

import smtplib
import socket
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from railtrack.domain.messages import Message, say

TIMEOUT_S = 30.0


class Tls(StrEnum):
    """How the way to the server is kept from listeners."""

    NONE = "none"
    STARTTLS = "starttls"
    FROM_THE_START = "smtps"


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """Where mail is handed in."""

    host: str
    port: int
    tls: Tls
    user: str = ""
    password: str = ""
    timeout_s: float = TIMEOUT_S

    def __repr__(self) -> str:  # the password stays out of logs
        return f"MailServer({self.tls} {self.host}:{self.port})"


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail ready to go. `message_id` and `written_at` are the same at every attempt."""

    message_id: str
    written_at: datetime
    sender: str
    recipient: str
    subject: str
    text: str
    html: str
    language: str


class NotSent(Exception):
    """The letter did not go; `is_final` says that trying again would not help."""

    def __init__(self, reason: Message, *, is_final: bool = False) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.is_final = is_final


def mail_server(url: str, timeout_s: float = TIMEOUT_S) -> MailServer:
    """Read `smtp://user:password@host:587?tls=starttls`; the settings have judged it before."""
    parts = urlsplit(url)
    if parts.scheme == "smtps":
        tls, port = Tls.FROM_THE_START, 465
    elif parts.query == "tls=none":
        tls, port = Tls.NONE, 25
    else:
        tls, port = Tls.STARTTLS, 587
    return MailServer(
        host=parts.hostname or "",
        port=parts.port or port,
        tls=tls,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        timeout_s=timeout_s,
    )


def send(server: MailServer, letter: Letter, *, context: ssl.SSLContext | None = None) -> None:
    """Hand a letter to the server; raises NotSent. Returning means that the server has taken it over."""
    message = _message(letter)
    try:
        connection = _connect(server, context or ssl.create_default_context())
    except smtplib.SMTPNotSupportedError as error:
        raise NotSent(say("The mail server offers no encryption (STARTTLS), so nothing was handed over.")) from error
    except smtplib.SMTPAuthenticationError as error:
        raise NotSent(
            say("The mail server does not take the user and password: %(said)s", said=_said(error))
        ) from error
    except smtplib.SMTPResponseException as error:
        raise NotSent(say("The mail server refuses us: %(said)s", said=_said(error))) from error
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(_unreachable(server, error)) from error
    try:
        connection.send_message(message, letter.sender, [letter.recipient])
    except smtplib.SMTPRecipientsRefused as error:
        code, words = error.recipients[letter.recipient]
        raise _refused(code, words) from error
    except smtplib.SMTPResponseException as error:
        raise _refused(error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPNotSupportedError as error:
        reason = say("The mail server cannot write to an address with such letters.")
        raise NotSent(reason, is_final=True) from error
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(_unreachable(server, error)) from error
    finally:
        _hang_up(connection)


def _connect(server: MailServer, context: ssl.SSLContext) -> smtplib.SMTP:
    name = "localhost" if server.tls is Tls.NONE else None  # asking for one's own name may take seconds
    if server.tls is Tls.FROM_THE_START:
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, local_hostname=name, timeout=server.timeout_s, context=context
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, local_hostname=name, timeout=server.timeout_s)
    try:
        if server.tls is Tls.STARTTLS:
            connection.starttls(context=context)
        if server.user:
            connection.login(server.user, server.password)
    except BaseException:
        connection.close()
        raise
    return connection


def _message(letter: Letter) -> EmailMessage:
    try:
        recipient = Address(addr_spec=letter.recipient)
    except (ValueError, IndexError, HeaderParseError) as error:
        raise NotSent(say("This address cannot be written to."), is_final=True) from error
    message = EmailMessage(policy=SMTP)
    message["From"] = letter.sender
    message["To"] = recipient
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"] = letter.written_at
    message["Message-ID"] = letter.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    message["Content-Language"] = letter.language  # after the content, which clears such headers
    return message


def _hang_up(connection: smtplib.SMTP) -> None:
    """Say good-bye; a server that does not answer to it has taken the letter all the same."""
    try:
        connection.quit()
    except (OSError, smtplib.SMTPException):
        connection.close()


def _refused(code: int, words: bytes | str) -> NotSent:
    said = f"{code} {_text(words)}"
    if code >= 500:
        return NotSent(say("The mail server refuses the mail for good: %(said)s", said=said), is_final=True)
    return NotSent(say("The mail server does not take the mail now: %(said)s", said=said))


def _unreachable(server: MailServer, error: Exception) -> Message:
    where = f"{server.host}:{server.port}"
    if isinstance(error, ssl.SSLError):
        return say("The mail server %(where)s shows no certificate we trust: %(why)s.", where=where, why=error.reason)
    # smtplib tells of a server that stays silent as of one that hangs up
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return say("The mail server %(where)s does not answer in time.", where=where)
    if isinstance(error, socket.gaierror):
        return say("There is no mail server %(where)s.", where=where)
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return say("The mail server %(where)s cut the connection.", where=where)
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return say("The mail server %(where)s cannot be reached: %(why)s.", where=where, why=why)


def _said(error: smtplib.SMTPResponseException) -> str:
    return f"{error.smtp_code} {_text(error.smtp_error)}"


def _text(words: bytes | str) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return " ".join(text.split())[:300]
