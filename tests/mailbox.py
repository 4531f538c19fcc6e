"""A mail server on loopback that takes mail, refuses it, or breaks off, as a test says."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


@dataclass
class Mailbox:
    """What came in, and how the server answers next."""

    port: int = 0
    received: list[EmailMessage] = field(default_factory=list)
    recipient_answer: str = "250 OK"
    data_answer: str = "250 OK"
    cuts_before_the_answer: bool = False
    attempts: int = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        self.attempts += 1
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.cuts_before_the_answer:
            server.transport.abort()
        elif self.data_answer.startswith("250"):
            message = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(message, EmailMessage)
            self.received.append(message)
        return self.data_answer

    def to(self, address: str) -> list[EmailMessage]:
        """The mails to an address, in the order they came."""
        return [message for message in self.received if str(message["To"]) == address]


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def mailbox(port: int = 0, *, certificate: ssl.SSLContext | None = None, password: str = "") -> Iterator[Mailbox]:
    """Run a mail server; with a certificate it offers STARTTLS, with a password it asks for one."""
    box = Mailbox(port=port or free_port())

    def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        right = isinstance(given, LoginPassword) and given.password.decode() == password
        return AuthResult(success=right, handled=False)

    options: dict[str, Any] = {"tls_context": certificate} if certificate is not None else {}
    if password:
        options |= {"authenticator": authenticate, "auth_required": True, "auth_require_tls": certificate is not None}
    controller = Controller(box, hostname="127.0.0.1", port=box.port, **options)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


@contextmanager
def broken_in_the_middle(port: int = 0) -> Iterator[int]:
    """Run a mail server that hangs up while a mail is being handed over; gives its port."""
    server = socket.create_server(("127.0.0.1", port))

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:  # closed at the end of the test
                return
            with connection, connection.makefile("rwb") as wire:
                wire.write(b"220 here\r\n")
                wire.flush()
                for line in wire:
                    is_data = line.upper().startswith(b"DATA")
                    wire.write(b"354 go on\r\n" if is_data else b"250 OK\r\n")
                    wire.flush()
                    if is_data:
                        wire.readline()
                        break

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield int(server.getsockname()[1])
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


def link_in(message: EmailMessage) -> str:
    """The path of the link in a mail's plain text."""
    text = plain_of(message)
    (line,) = [line for line in text.splitlines() if line.startswith("http")]
    return "/" + line.split("/", 3)[3]


def plain_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")
