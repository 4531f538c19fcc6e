"""The one place that posts a webhook: a signed notice goes to an address, or it is said why not.

Signed as the Standard Webhooks have it: `webhook-signature` is the HMAC-SHA256 of "id.timestamp.body", the id stays the
same at every attempt. A name is looked up once, judged, and connected to as it was judged, so that an address somebody
typed cannot lead into the house, neither by its name nor by a redirect: none is followed.
"""

import base64
import hashlib
import hmac
import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, quote, urlsplit

from railtrack.domain.messages import Message, say

CONNECT_S, ANSWER_S = 5.0, 10.0
MOST_READ = 4096  # bytes of an answer
MOST_SAID = 200  # characters of it that are kept
LONGEST_URL = 500
PREFIX = "whsec_"
SECRET_BYTES = 24
GONE = 410
Network = IPv4Network | IPv6Network
IpAddress = IPv4Address | IPv6Address


@dataclass(frozen=True, kw_only=True)
class Roads:
    """Where webhooks may go: to public addresses by https, to this machine where railtrack serves it alone.

    `networks` are those inside the house the operator permits besides.
    """

    is_local: bool = False
    networks: tuple[Network, ...] = ()
    connect_s: float = CONNECT_S
    answer_s: float = ANSWER_S


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A notice ready to go. `id` is the same at every attempt."""

    id: str
    url: str
    secret: str = field(repr=False)
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What the other side said; it has taken the notice."""

    status: int
    said: str = ""


class NotPosted(Exception):
    """The notice was not taken. `is_final`: trying again would not help; `is_gone`: nobody wants any more there."""

    def __init__(
        self, reason: Message, *, is_final: bool = False, is_gone: bool = False, answer: Answer | None = None
    ) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.is_final = is_final or is_gone
        self.is_gone = is_gone
        self.answer = answer


def new_secret(random: bytes) -> str:
    """Write a secret as receivers enter it."""
    return PREFIX + base64.b64encode(random).decode()


def signature(secret: str, notice_id: str, timestamp: int, body: bytes) -> str:
    """Sign a notice: `v1,` and the HMAC-SHA256 of what is sent, by a secret such as `whsec_…`."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{notice_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def networks_of(text: str) -> tuple[Network, ...]:
    """Read networks such as `10.1.0.0/16 fd00::/8`; raises ValueError."""
    return tuple(ip_network(each) for each in text.replace(",", " ").split())


def judge(url: str, roads: Roads) -> Message | None:
    """Say what is wrong with an address as it is written; where its name leads is judged when a notice goes there."""
    try:
        parts = urlsplit(url)
        host, port = _host(parts), parts.port
    except ValueError:
        return say("This is no address of a web server.")
    if not url.isprintable() or " " in url or len(url) > LONGEST_URL or not host or port == 0:
        return say("This is no address of a web server.")
    if parts.username is not None or parts.password is not None:
        return say("An address must not hold a user or a password: notices are known by their signature.")
    literal = _literal(host)
    if literal is not None and not _is_permitted(literal, roads):
        return _inside(host)
    if parts.scheme == "https":
        return None
    is_here = host == "localhost" or (literal is not None and literal.is_loopback)
    if parts.scheme == "http" and is_here and roads.is_local:
        return None
    return say("The address must begin with https://, so that nobody reads along.")


def post(notice: Notice, roads: Roads, *, now: datetime, context: ssl.SSLContext | None = None) -> Answer:
    """Post a notice; raises NotPosted. Returning means that the other side has taken it."""
    wrong = judge(notice.url, roads)
    if wrong is not None:
        raise NotPosted(wrong, is_final=True)
    parts = urlsplit(notice.url)
    host = _host(parts)
    is_secure = parts.scheme == "https"
    # in brackets, or http.client takes the last part of an IPv6 address for the port
    named = f"[{host}]" if ":" in host else host
    connection = (http.client.HTTPSConnection if is_secure else http.client.HTTPConnection)(named, parts.port)
    try:
        plain = _connected(_addresses(host, connection.port, roads), connection.port, roads)
        connection.sock = plain
        if is_secure:
            connection.sock = (context or ssl.create_default_context()).wrap_socket(plain, server_hostname=host)
        status, said = _exchange(connection, parts, notice, roads, now)
    except (OSError, http.client.HTTPException) as error:
        raise NotPosted(_unreachable(host, error)) from error
    finally:
        connection.close()
    return _judged(Answer(status, said))


def _exchange(
    connection: http.client.HTTPConnection, parts: SplitResult, notice: Notice, roads: Roads, now: datetime
) -> tuple[int, str]:
    timestamp = int(now.timestamp())
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    if parts.query:
        target += "?" + quote(parts.query, safe="/?%:@!$&'()*+,;=~-._")
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "railtrack",
        "Connection": "close",
        "webhook-id": notice.id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(notice.secret, notice.id, timestamp, notice.body),
    }
    with _hung_up_after(connection.sock, roads.answer_s) as is_over:
        try:
            connection.request("POST", target, body=notice.body, headers=headers)
            response = connection.getresponse()
        except (OSError, http.client.HTTPException):
            if is_over.is_set():
                raise TimeoutError from None
            raise
        if is_over.is_set():  # a head that was cut off reads like a whole one
            response.close()
            raise TimeoutError
        try:
            said = response.read(MOST_READ)
        except (OSError, http.client.HTTPException):
            said = b""  # the status is there, which is all that counts
        finally:
            response.close()
        return response.status, _line(said)


def _judged(answer: Answer) -> Answer:
    status = answer.status
    if 200 <= status < 300:
        return answer
    if status == GONE:
        reason = say("The other side answers 410: it wants no more notices. The webhook was turned off.")
        raise NotPosted(reason, is_gone=True, answer=answer)
    if 300 <= status < 400:
        reason = say("The other side answers %(status)s and sends elsewhere; enter that address.", status=status)
        raise NotPosted(reason, answer=answer)
    raise NotPosted(say("The other side answers %(status)s.", status=status), answer=answer)


def _addresses(host: str, port: int, roads: Roads) -> list[IpAddress]:
    """Look a name up and judge where it leads; what leads inside by one of several addresses is not trusted at all."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [ip_address(str(where[0]).partition("%")[0]) for *_, where in found]
    if not all(_is_permitted(each, roads) for each in addresses):
        raise NotPosted(_inside(host), is_final=True)
    return list(dict.fromkeys(addresses))


def _connected(addresses: Sequence[IpAddress], port: int, roads: Roads) -> socket.socket:
    """Connect to the first of these very addresses that takes us."""
    last: OSError = OSError("no address")
    for each in addresses:
        try:
            return socket.create_connection((str(each), port), timeout=roads.connect_s)
        except OSError as error:
            last = error
    raise last


def _is_permitted(address: IpAddress, roads: Roads) -> bool:
    """Whether a notice may go to an address: a public one, one the operator permits, or this machine for itself."""
    real = _within(address)
    if any(real in network for network in roads.networks if network.version == real.version):
        return True
    if real.is_loopback:
        return roads.is_local
    return real.is_global and not real.is_multicast and not real.is_reserved


def _within(address: IpAddress) -> IpAddress:
    """The IPv4 address an IPv6 one only wraps, by any of the ways of doing so."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


_NAT64 = IPv6Network("64:ff9b::/96")


def _host(parts: SplitResult) -> str:
    """The host as it is looked up; raises ValueError for none such."""
    host = parts.hostname or ""
    return host if ":" in host else host.encode("idna").decode() if host else ""


def _literal(host: str) -> IpAddress | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


@contextmanager
def _hung_up_after(sock: socket.socket, seconds: float) -> Iterator[threading.Event]:
    """Cut the connection after a time, however slowly the other side goes on; gives whether that has come."""
    is_over = threading.Event()
    sock.settimeout(seconds)

    def cut() -> None:
        is_over.set()
        try:
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
        except OSError:
            return  # it is closed already

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield is_over
    finally:
        timer.cancel()
        timer.join()


def _inside(host: str) -> Message:
    return say(
        "%(host)s lies in a network of its own, where no webhook goes unless the operator permits it.", host=host
    )


def _unreachable(host: str, error: Exception) -> Message:
    if isinstance(error, ssl.SSLError):
        return say("%(host)s shows no certificate we trust: %(why)s.", host=host, why=error.reason or "TLS")
    if isinstance(error, TimeoutError):
        return say("%(host)s does not answer in time.", host=host)
    if isinstance(error, socket.gaierror):
        return say("There is no %(host)s.", host=host)
    if isinstance(error, http.client.RemoteDisconnected | ConnectionResetError | BrokenPipeError):
        return say("%(host)s cut the connection.", host=host)
    if isinstance(error, http.client.HTTPException):
        return say("%(host)s does not speak HTTP.", host=host)
    return say("%(host)s cannot be reached: %(why)s.", host=host, why=getattr(error, "strerror", None) or str(error))


def _line(said: bytes) -> str:
    """The beginning of an answer in one line, without what a page must not show."""
    text = " ".join(said.decode(errors="replace").split())
    return "".join(sign for sign in text if sign.isprintable())[:MOST_SAID]
