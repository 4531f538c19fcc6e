"""A server on loopback that takes webhooks, refuses them, or breaks off, as a test says."""

import base64
import hashlib
import hmac
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    """A notice that came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    def is_signed_with(self, secret: str) -> bool:
        """Check the signature as a receiver does, written anew from the description of Standard Webhooks."""
        signed = b".".join((self.headers["webhook-id"].encode(), self.headers["webhook-timestamp"].encode(), self.body))
        digest = hmac.new(base64.b64decode(secret.split("_", 1)[1]), signed, hashlib.sha256).digest()
        return f"v1,{base64.b64encode(digest).decode()}" in self.headers["webhook-signature"].split(" ")


@dataclass
class Hookbox:
    """What came in, and how the server answers next: `statuses` one after the other, then 204 for good.

    `manner`: "", "cuts" (hangs up without a word), "silent" (never answers), "drips" (a byte of a header now and then),
    "floods" (an answer without end), "babbles" (no HTTP).
    """

    port: int = 0
    statuses: list[int] = field(default_factory=list)
    location: str = ""
    says: bytes = b""
    manner: str = ""
    received: list[Received] = field(default_factory=list)
    sent: int = 0  # bytes of a flood
    is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/notices?for=railtrack"


@contextmanager
def hookbox(certificate: ssl.SSLContext | None = None) -> Iterator[Hookbox]:
    """Run a server; with a certificate it speaks https."""
    box = Hookbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            box.received.append(Received(self.path, headers, body))
            if box.manner:
                self._misbehave()
                return
            self.send_response(box.statuses.pop(0) if box.statuses else 204)
            if box.location:
                self.send_header("Location", box.location)
            self.send_header("Content-Length", str(len(box.says)))
            self.end_headers()
            self.wfile.write(box.says)

        do_GET = do_POST  # noqa: N815 - http.server calls it so

        def _misbehave(self) -> None:
            self.close_connection = True
            try:
                if box.manner == "silent":
                    box.is_over.wait(30)
                elif box.manner == "babbles":
                    self.wfile.write(b"220 mail.example.org ESMTP\r\n")
                elif box.manner == "drips":
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                    while not box.is_over.wait(0.05):
                        self.wfile.write(b"a")
                elif box.manner == "floods":
                    self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
                    while not box.is_over.is_set():
                        box.sent += self.wfile.write(b"a" * 65536)
            except OSError:
                return  # the other side hung up

        def log_message(self, *_: Any) -> None:
            """Stay silent."""

    class Server(ThreadingHTTPServer):
        daemon_threads = False

        def handle_error(self, *_: Any) -> None:
            """A client that goes away in the middle of a handshake is no fault of the test."""

    server = Server(("127.0.0.1", 0), Handler)
    if certificate is not None:
        server.socket = certificate.wrap_socket(server.socket, server_side=True)
    box.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield box
    finally:
        box.is_over.set()
        server.shutdown()
        thread.join()
        server.server_close()
