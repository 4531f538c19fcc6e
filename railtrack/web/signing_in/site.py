"""Whom passkeys are for: the name of the host, which browsers insist on."""

import json
import secrets
from datetime import UTC, datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import request, session

from railtrack.domain.errors import Problem, Refused
from railtrack.domain.messages import say
from railtrack.operations.signing_in.passkeys import CHALLENGE_FOR, Site
from railtrack.web.current import current_settings, now

_CHALLENGE = "passkey"


def passkey_site() -> Site | None:
    """The site as browsers know it; None where they would refuse: without https, or by a bare number."""
    settings = current_settings()
    # on one's own machine the port may differ from the setting; elsewhere the Host header is not to be believed
    origin = request.host_url.rstrip("/") if settings.is_local else settings.base_url
    parts = urlsplit(origin)
    host = parts.hostname or ""
    if _is_number(host) or not (parts.scheme == "https" or host == "localhost"):
        return None
    default = 443 if parts.scheme == "https" else 80
    port = f":{parts.port}" if parts.port and parts.port != default else ""
    return Site(host=host, origin=f"{parts.scheme}://{host}{port}")


def new_challenge(purpose: str) -> bytes:
    """Make something for a passkey to sign; the one before is void."""
    challenge = secrets.token_hex(32)
    session[_CHALLENGE] = [purpose, challenge, int(now().timestamp())]
    return challenge.encode()


def take_challenge(purpose: str) -> bytes:
    """Give the challenge that was made for this and forget it; raises Refused where there is none, or too old."""
    kept = session.pop(_CHALLENGE, None)
    try:
        for_what, challenge, made = kept
        made_at = datetime.fromtimestamp(made, UTC)
    except (TypeError, ValueError):
        for_what, challenge, made_at = "", "", now()
    if not challenge or for_what != purpose or now() - made_at > CHALLENGE_FOR:
        raise Refused([Problem(message=say("The question to the passkey has run out."), remedy=say("Try it again."))])
    return str(challenge).encode()


def as_object(options: str) -> dict[str, object]:
    """Options as what Flask turns into JSON."""
    return dict(json.loads(options))


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
