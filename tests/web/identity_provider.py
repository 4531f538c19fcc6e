"""A small identity provider for tests: OpenID Connect with discovery, PKCE and signed tokens, served on loopback.

It judges what it is asked as a real one does (client, address to go back to, challenge and verifier, each code once).
Tests set `claims`, `tampered` and the like to make it answer wrongly.
"""

import base64
import hashlib
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT_ID, CLIENT_SECRET = "railtrack", "a secret between the two"


def _new_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"})


@dataclass
class Provider:
    """What the provider is, whom it signs in, and how it goes wrong."""

    issuer: str = ""
    key: RSAKey = field(default_factory=_new_key)
    person: dict[str, Any] = field(
        default_factory=lambda: {"sub": "u-1", "email": "weber@example.org", "email_verified": True, "name": "A. Weber"}
    )
    change_claims: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
    signs_with: RSAKey | None = None
    token_of: Callable[[dict[str, Any]], str] | None = None
    published_issuer: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def app(self) -> Flask:
        """The provider's addresses."""
        app = Flask("identity provider")
        app.add_url_rule("/.well-known/openid-configuration", view_func=self._discovery)
        app.add_url_rule("/keys", view_func=self._keys)
        app.add_url_rule("/authorize", view_func=self._authorize)
        app.add_url_rule("/token", view_func=self._token, methods=["POST"])
        return app

    def _discovery(self) -> Response:
        return jsonify(
            issuer=self.published_issuer or self.issuer,
            authorization_endpoint=f"{self.issuer}/authorize",
            token_endpoint=f"{self.issuer}/token",
            jwks_uri=f"{self.issuer}/keys",
            response_types_supported=["code"],
            subject_types_supported=["public"],
            id_token_signing_alg_values_supported=["RS256", "HS256", "none"],
            code_challenge_methods_supported=["S256"],
        )

    def _keys(self) -> Response:
        return jsonify(keys=[self.key.as_dict(private=False)])

    def _authorize(self) -> Any:
        """Sign whoever asks in at once, as where one is signed in at the provider already."""
        asked = request.args.to_dict()
        self.asked.append(asked)
        is_right = (
            asked.get("client_id") == CLIENT_ID
            and asked.get("response_type") == "code"
            and asked.get("code_challenge_method") == "S256"
            and "openid" in asked.get("scope", "").split()
            and asked.get("redirect_uri", "").endswith("/sign-in/provider/answer")
        )
        if not is_right:
            return "invalid_request", 400
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        return redirect(asked["redirect_uri"] + "?" + urlencode({"code": code, "state": asked["state"]}))

    def _token(self) -> Any:
        given = request.form
        asked = self._codes.pop(given.get("code", ""), None)  # each code once
        known = request.authorization
        is_client = known is not None and (known.username, known.password) == (CLIENT_ID, CLIENT_SECRET)
        if asked is None or not is_client:
            return jsonify(error="invalid_grant"), 400
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if challenge != asked["code_challenge"] or given.get("redirect_uri") != asked["redirect_uri"]:
            return jsonify(error="invalid_grant"), 400
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked.get("nonce"),
        } | self.person
        return jsonify(access_token="opaque", token_type="Bearer", expires_in=300, id_token=self._signed(claims))

    def _signed(self, claims: dict[str, Any]) -> str:
        claims = self.change_claims(claims)
        if self.token_of is not None:
            return self.token_of(claims)
        return str(jwt.encode({"alg": "RS256", "kid": "first"}, claims, self.signs_with or self.key))


@contextmanager
def served() -> Iterator[Provider]:
    """A provider on a free port of loopback."""
    provider = Provider()
    server = make_server("127.0.0.1", 0, provider.app(), threaded=True)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
