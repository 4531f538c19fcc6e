"""Who may come in: a token in the header and nothing else, and only what we can read and answer.

Cookies mean nothing here, so no page of another site can make a browser act; that is why no form token is asked for.
"""

from flask import Flask, g, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import NotAcceptable, Unauthorized, UnsupportedMediaType

from railtrack.domain.actors import Actor
from railtrack.operations.administering.tokens import Bearer, bearer, insist_on_writing
from railtrack.web.current import current_store, now

PREFIX = "/api/"
BLUEPRINTS = "api_"  # how the names of the interface's blueprints begin
JSON, MERGE_PATCH, GEOJSON, PROBLEM = (
    "application/json",
    "application/merge-patch+json",
    "application/geo+json",
    "application/problem+json",
)
_READS = frozenset({"GET", "HEAD"})


def register(app: Flask) -> None:
    """Ask for a token before every call."""
    app.before_request(_let_in)


def is_call() -> bool:
    """Whether the request goes to the interface, whatever stands behind the address."""
    return request.path.startswith(PREFIX)


def current_bearer() -> Bearer:
    """Who sent the token of this call."""
    found: Bearer = g.api_bearer
    return found


def caller() -> Actor:
    """Who acts in this call."""
    return current_bearer().actor


def _let_in() -> None:
    if request.blueprint is None or not request.blueprint.startswith(BLUEPRINTS) or request.method == "OPTIONS":
        return
    g.api_bearer = _bearer()
    if request.method not in _READS:
        insist_on_writing(g.api_bearer)
        _insist_on_json()
    _insist_on_an_answer()


def _bearer() -> Bearer:
    from railtrack.web import limits  # it answers with our problems, so it is made after them

    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.casefold() != "bearer" or not secret:
        raise Unauthorized(www_authenticate=WWWAuthenticate("bearer", {"realm": "railtrack"}))
    origin = f"api {request.remote_addr or ''}".strip()
    found = bearer(current_store(), secret.strip(), origin=origin, now=now())
    if found is None:
        limits.insist(limits.WRONG_TOKEN, limits.from_where())
        challenge = WWWAuthenticate("bearer", {"realm": "railtrack", "error": "invalid_token"})
        raise Unauthorized(www_authenticate=challenge)
    limits.insist_here(limits.CALLS, str(found.token.id))
    return found


def _insist_on_json() -> None:
    allowed = (JSON, MERGE_PATCH) if request.method == "PATCH" else (JSON,)
    if request.mimetype not in allowed or request.content_encoding:
        raise UnsupportedMediaType


def _insist_on_an_answer() -> None:
    offered = [GEOJSON, JSON] if request.path.endswith(".geojson") else [JSON]
    if "Accept" in request.headers and not request.accept_mimetypes.best_match(offered):
        raise NotAcceptable
