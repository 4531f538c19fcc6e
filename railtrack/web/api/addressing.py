"""References in addresses: whatever stands in one, a slash too, as long as it is percent-encoded.

A server takes the encoding off before anybody sees the path, so that a slash of a reference would part the address.
It is taken from the address as it was sent instead, and carried through the routing as a sign no reference holds.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_to_bytes

from werkzeug.routing import BaseConverter

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SLASH = "\x1f"
BEFORE = "/api/v1/shipments/"


class Reference(BaseConverter):
    """A shipment's reference, PARTNER:REFERENCE or our id."""

    def to_python(self, value: str) -> str:
        return value.replace(SLASH, "/")

    def to_url(self, value: str) -> str:
        return quote(value, safe="")


class SlashesKept:
    """Keeps encoded slashes of references apart from those that part the address."""

    def __init__(self, application: "WSGIApplication") -> None:
        self._application = application

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        sent = str(environ.get("RAW_URI") or environ.get("REQUEST_URI") or "")
        if BEFORE in sent and "%2f" in sent.lower():
            head, _, rest = str(environ.get("PATH_INFO", "")).partition(BEFORE)
            if rest and not head:
                segments = sent.partition("?")[0].partition(BEFORE)[2].split("/")
                plain = (unquote_to_bytes(each).decode("latin-1").replace("/", SLASH) for each in segments)
                environ["PATH_INFO"] = BEFORE + "/".join(plain)
        return self._application(environ, start_response)
