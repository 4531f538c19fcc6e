"""Single sign-on by OpenID Connect: authorization code with PKCE, state and nonce, by Authlib.

What is checked of an answer: the state (that this browser asked), the nonce (that the token answers this question),
the token's signature by a key of the provider, its issuer, its audience and its time.
"""

import logging
from typing import Any, cast

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Flask, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from joserfc.errors import JoseError

from railtrack.config import Settings
from railtrack.domain.actors import Actor, Role
from railtrack.domain.errors import NotAllowed, Refused, Unavailable
from railtrack.domain.messages import say
from railtrack.operations.signing_in.single_sign_on import Identity, person_of
from railtrack.web.addresses import safe_back
from railtrack.web.current import current_settings, current_store, is_signed_in, now, public
from railtrack.web.errors import error_page
from railtrack.web.i18n import gettext, words
from railtrack.web.shell import home
from railtrack.web.signing_in.sessions import sign_in

PROVIDER = "provider"
PATIENCE_S = 10
LEEWAY_S = 60  # how far the provider's clock may be off
# signatures with keys of the provider's own; never "none", never a secret that is not only the provider's
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
_NEXT = "sso_next"
_STATE = f"_state_{PROVIDER}_"
# what Authlib and what it stands on raise where the provider cannot be reached, or says what cannot be right
_WRONG = (AuthlibBaseError, JoseError, requests.RequestException, ValueError, KeyError, TypeError, RuntimeError)
log = logging.getLogger(__name__)


def register(app: Flask, settings: Settings) -> None:
    """Offer single sign-on where the operator named a provider."""
    if not settings.has_single_sign_on:
        return
    registry = OAuth(app)
    registry.register(
        PROVIDER,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        server_metadata_url=settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid email profile",
            "code_challenge_method": "S256",
            "default_timeout": PATIENCE_S,
        },
    )
    app.extensions["railtrack"]["single_sign_on"] = registry.create_client(PROVIDER)
    app.add_url_rule("/sign-in/provider", "single_sign_on.begin", begin)
    app.add_url_rule("/sign-in/provider/answer", "single_sign_on.answer", answer)


@public
def begin() -> ResponseReturnValue:
    """Send the browser to the identity provider."""
    for name in [name for name in session if name.startswith(_STATE)]:
        session.pop(name)  # of questions nobody answered; a cookie has no room for many
    session[_NEXT] = safe_back(request.args.get("next", ""), "")
    try:
        _check_metadata()
        return cast(ResponseReturnValue, _client().authorize_redirect(_site() + url_for("single_sign_on.answer")))
    except _WRONG as error:
        return _failed(error)


@public
def answer() -> ResponseReturnValue:
    """Take what the identity provider says, and sign in whom it is about."""
    back = safe_back(str(session.pop(_NEXT, "")), home())
    if request.args.get("error"):
        log.warning("the identity provider refused: %.200r", request.args["error"])
        return error_page(
            403, gettext("%(name)s did not sign you in.", name=_title()), gettext("Try it again, or use your password.")
        )
    try:
        metadata = _check_metadata()
        issuer = str(metadata["issuer"])
        options = {"iss": {"essential": True, "values": [issuer]}, "sub": {"essential": True}}
        claims = _client().authorize_access_token(leeway=LEEWAY_S, claims_options=options).get("userinfo")
        if not claims:
            raise ValueError("no ID token")
    except _WRONG as error:
        return _failed(error)
    settings = current_settings()
    try:
        identity = Identity.of(issuer, claims)
        person = person_of(
            current_store(),
            identity,
            new_role=Role(settings.oidc_new_role) if settings.oidc_new_role else None,
            new_organisation=settings.oidc_new_organisation,
            actor=Actor(name=f"single sign-on {settings.oidc_title}", role=Role.ADMINISTRATOR, origin="web"),
            now=now(),
        )
    except (NotAllowed, Refused) as error:
        return error_page(
            403, gettext("%(name)s signed you in, railtrack did not.", name=_title()), words(error.message)
        )
    sign_in(person, by="oidc", is_proved=identity.has_second_factor)
    return redirect(back if is_signed_in() else home())


def provider_title() -> str:
    """What the button calls the provider; empty where there is none."""
    return current_settings().oidc_title if current_settings().has_single_sign_on else ""


def _check_metadata() -> dict[str, Any]:
    """Give what the provider publishes of itself, if it is the one that was meant."""
    metadata = _client().load_server_metadata()
    if str(metadata.get("issuer", "")).rstrip("/") != current_settings().oidc_issuer.rstrip("/"):
        raise ValueError("the provider calls itself otherwise than RAILTRACK_OIDC_ISSUER does")
    offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
    metadata["id_token_signing_alg_values_supported"] = [each for each in offered if each in ALGORITHMS]
    return cast("dict[str, Any]", metadata)


def _failed(error: Exception) -> ResponseReturnValue:
    # the message may hold a code or a token
    log.warning("single sign-on failed: %s", type(error).__name__)
    if isinstance(error, requests.RequestException):
        raise Unavailable(
            say("%(name)s does not answer. Try it again in a while, or use your password.", name=_title())
        )
    return error_page(
        403,
        gettext("The answer of %(name)s is not one to this browser's question, or cannot be trusted.", name=_title()),
        gettext("Begin again on the sign-in page."),
    )


def _title() -> str:
    return current_settings().oidc_title


def _client() -> Any:
    return current_app.extensions["railtrack"]["single_sign_on"]


def _site() -> str:
    # on one's own machine the port may differ from the setting; elsewhere the Host header is not to be believed
    settings = current_settings()
    return request.host_url.rstrip("/") if settings.is_local else settings.base_url
