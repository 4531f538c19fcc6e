"""Single sign-on against a real identity provider on loopback, and every way its answer can be wrong."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from sqlalchemy import text

from railtrack.config import Settings, WrongSetting
from railtrack.domain.actors import Role
from railtrack.operations.administering.accounts import create_user, deactivate, find_user, list_users
from railtrack.store.engine import Store
from railtrack.web.app import create_app
from tests.web import identity_provider
from tests.web.conftest import CLERK, PASSWORD, post, words_of
from tests.web.identity_provider import CLIENT_ID, CLIENT_SECRET, Provider

ADDRESS = "weber@example.org"
BEGIN, ANSWER = "/sign-in/provider", "/sign-in/provider/answer"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with identity_provider.served() as provider:
        yield provider


Serve = Callable[..., Flask]


@pytest.fixture
def serve(provider: Provider, web_store: Store, web_settings: Settings, now: datetime) -> Serve:
    """Make the application with the provider and further settings."""

    def make(**settings: str) -> Flask:
        given: dict[str, Any] = {
            "database_url": web_settings.database_url,
            "secret_key": "k" * 32,
            "oidc_issuer": provider.issuer,
            "oidc_client_id": CLIENT_ID,
            "oidc_client_secret": CLIENT_SECRET,
            "oidc_name": "City of Mannheim",
        } | settings
        return create_app(Settings(**given), web_store, clock=lambda: now)

    return make


@pytest.fixture
def app(serve: Serve) -> Flask:
    return serve()


@pytest.fixture
def weber(web_store: Store, now: datetime) -> str:
    create_user(web_store, ADDRESS, "A. Weber", Role.CITY, password=PASSWORD, actor=CLERK, now=now)
    return ADDRESS


def asked(client: FlaskClient, back: str = "") -> str:
    """Go to the provider as a browser does, and give the address it sends the browser back to."""
    begun = client.get(BEGIN, query_string={"next": back} if back else None)
    assert begun.status_code == 302, words_of(begun.text)
    answered = requests.get(begun.location, allow_redirects=False, timeout=10)
    assert answered.status_code == 302, answered.text
    return answered.headers["Location"].removeprefix("http://localhost")


def come_in(client: FlaskClient, back: str = "") -> Any:
    return client.get(asked(client, back))


def is_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


# ---------------------------------------------------------------- the right way


def test_one_comes_in_by_the_button_on_the_sign_in_page(
    client: FlaskClient, weber: str, provider: Provider, web_store: Store
) -> None:
    page = client.get("/sign-in?next=/shipments").text
    assert "Sign in with City of Mannheim" in page
    assert 'href="/sign-in/provider?next=/shipments"' in page
    answer = come_in(client, "/shipments")
    assert (answer.status_code, answer.location) == (302, "/shipments")
    assert weber in client.get("/account").text
    assert provider.issuer in client.get("/account/signing-in").text
    (question,) = provider.asked
    assert question["code_challenge_method"] == "S256"
    assert len(question["state"]) >= 20
    assert len(question["nonce"]) >= 20
    assert find_user(web_store, weber).sign_ins == 1


def test_the_second_time_one_is_known_by_subject_whatever_the_address_is_then(
    app: Flask, weber: str, provider: Provider
) -> None:
    assert come_in(app.test_client()).status_code == 302
    provider.person |= {"email": "married@example.org", "email_verified": False}
    client = app.test_client()
    assert come_in(client).status_code == 302
    assert weber in client.get("/account").text


def test_an_address_that_went_to_somebody_else_at_the_provider_opens_nothing(
    app: Flask, weber: str, provider: Provider
) -> None:
    assert come_in(app.test_client()).status_code == 302
    provider.person["sub"] = "u-2"
    client = app.test_client()
    answer = come_in(client)
    assert answer.status_code == 403
    assert "Another identity" in answer.text
    assert not is_in(client)


def test_without_a_provider_there_is_no_button_and_no_address(
    web_store: Store, web_settings: Settings, now: datetime
) -> None:
    client = create_app(web_settings, web_store, clock=lambda: now).test_client()
    assert "Sign in with" not in client.get("/sign-in").text.replace("Sign in with a passkey", "")
    assert client.get(BEGIN).status_code == 404
    assert client.get(ANSWER).status_code == 404


# ---------------------------------------------------------------- accounts


def test_accounts_are_never_made_unless_the_operator_says_as_what(
    client: FlaskClient, provider: Provider, web_store: Store
) -> None:
    answer = come_in(client)
    assert answer.status_code == 403
    assert "There is no account of weber@example.org." in answer.text
    assert list_users(web_store, actor=CLERK) == []


def test_where_the_operator_says_so_a_newcomer_gets_role_and_organisation(
    serve: Serve, provider: Provider, web_store: Store
) -> None:
    client = serve(oidc_new_role="partner", oidc_new_organisation="Beispiel-Spedition").test_client()
    assert come_in(client).status_code == 302
    person = find_user(web_store, ADDRESS)
    assert (person.role, person.name, person.password_hash) == (Role.PARTNER, "A. Weber", None)
    assert person.organisation
    assert person.organisation.name == "Beispiel-Spedition"
    assert is_in(client)


def test_an_address_the_provider_has_not_verified_is_nobodys(
    client: FlaskClient, weber: str, provider: Provider, web_store: Store
) -> None:
    for verified in (False, None, "true", 1):
        provider.person["email_verified"] = verified
        answer = come_in(client)
        assert answer.status_code == 403
        assert "has not verified your e-mail address" in answer.text
        assert not is_in(client)
    with web_store.reading() as reading:
        assert reading.session.execute(text("SELECT count(*) FROM identities")).scalar_one() == 0


def test_an_ended_account_stays_ended(
    app: Flask, weber: str, provider: Provider, web_store: Store, now: datetime
) -> None:
    client = app.test_client()
    assert come_in(client).status_code == 302
    deactivate(web_store, weber, actor=CLERK, now=now)
    assert not is_in(client)
    again = app.test_client()
    assert come_in(again).status_code == 403
    assert not is_in(again)


def test_an_administrator_needs_a_second_factor_unless_the_provider_asked_for_one(
    serve: Serve, provider: Provider, web_store: Store, now: datetime
) -> None:
    create_user(web_store, ADDRESS, "", Role.ADMINISTRATOR, password=PASSWORD, actor=CLERK, now=now)
    app = serve(require_second_factor="administrators")
    client = app.test_client()
    assert come_in(client).status_code == 302
    assert client.get("/account").location.startswith("/account/signing-in")
    provider.person["amr"] = ["pwd", "mfa"]
    client = app.test_client()
    assert come_in(client).status_code == 302
    assert is_in(client)


# ---------------------------------------------------------------- wrong answers


def refuses(client: FlaskClient) -> None:
    answer = come_in(client)
    assert answer.status_code == 403, words_of(answer.text)
    assert "cannot be trusted" in answer.text
    assert not is_in(client)


def other(key: str, value: object) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda claims: claims | {key: value}


def without(key: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda claims: {name: value for name, value in claims.items() if name != key}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(other("nonce", "another"), id="another nonce"),
        pytest.param(without("nonce"), id="no nonce"),
        pytest.param(lambda claims: claims | {"exp": int(time.time()) - 120}, id="expired"),
        pytest.param(without("exp"), id="without an end"),
        pytest.param(other("aud", "another client"), id="for another client"),
        pytest.param(other("aud", [CLIENT_ID, "another"]), id="for others too, without azp"),
        pytest.param(without("aud"), id="for nobody"),
        pytest.param(other("iss", "https://elsewhere.example"), id="of another issuer"),
        pytest.param(without("iss"), id="of no issuer"),
        pytest.param(without("sub"), id="about nobody"),
        pytest.param(lambda claims: claims | {"iat": int(time.time()) + 3600}, id="of the future"),
    ],
)
def test_a_token_with_wrong_claims_signs_nobody_in(
    client: FlaskClient, weber: str, provider: Provider, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    provider.change_claims = change
    refuses(client)


def test_a_token_signed_with_another_key_signs_nobody_in(client: FlaskClient, weber: str, provider: Provider) -> None:
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "first"})
    refuses(client)


def _unsigned(claims: dict[str, Any]) -> str:
    parts = [json.dumps(each).encode() for each in ({"alg": "none"}, claims)]
    return ".".join(base64.urlsafe_b64encode(each).rstrip(b"=").decode() for each in parts) + "."


def _signed_with_the_clients_secret(claims: dict[str, Any]) -> str:
    key = OctKey.import_key(CLIENT_SECRET * 2)
    return str(jwt.encode({"alg": "HS256", "kid": "first"}, claims, key))


@pytest.mark.parametrize(
    "token_of", [_unsigned, _signed_with_the_clients_secret, lambda claims: "no token", lambda claims: ""]
)
def test_a_token_that_is_not_signed_by_the_provider_signs_nobody_in(
    client: FlaskClient, weber: str, provider: Provider, token_of: Callable[[dict[str, Any]], str]
) -> None:
    provider.token_of = token_of
    refuses(client)


@pytest.mark.parametrize("state", ["another", "", None])
def test_an_answer_with_another_state_signs_nobody_in(client: FlaskClient, weber: str, state: str | None) -> None:
    address = asked(client)
    code = address.split("code=")[1].split("&")[0]
    answer = client.get(ANSWER, query_string={"code": code} | ({} if state is None else {"state": state}))
    assert answer.status_code == 403
    assert not is_in(client)


def test_an_answer_in_another_browser_signs_nobody_in(app: Flask, weber: str) -> None:
    """Whoever sends somebody a link with their own code must not get them signed in as themselves."""
    address = asked(app.test_client())
    victim = app.test_client()
    victim.get("/sign-in")
    assert victim.get(address).status_code == 403
    assert not is_in(victim)


def test_an_answer_is_taken_once(client: FlaskClient, weber: str) -> None:
    address = asked(client)
    assert client.get(address).status_code == 302
    post(client, "/sign-out")
    assert client.get(address).status_code == 403
    assert not is_in(client)


def test_a_made_up_code_signs_nobody_in(client: FlaskClient, weber: str) -> None:
    address = asked(client)
    code = address.split("code=")[1].split("&")[0]
    assert client.get(address.replace(code, "made-up")).status_code == 403
    assert not is_in(client)


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"])
def test_one_never_comes_back_to_another_site(client: FlaskClient, weber: str, back: str) -> None:
    assert come_in(client, back).location == "/"


def test_a_refusal_of_the_provider_is_told(client: FlaskClient, weber: str) -> None:
    answer = client.get(ANSWER, query_string={"error": "access_denied", "error_description": "<script>no</script>"})
    assert answer.status_code == 403
    assert "City of Mannheim did not sign you in." in answer.text
    assert "<script>no" not in answer.text


def test_a_provider_that_calls_itself_otherwise_is_not_the_one(client: FlaskClient, provider: Provider) -> None:
    provider.published_issuer = "https://elsewhere.example"
    assert client.get(BEGIN).status_code == 403


def test_a_provider_that_does_not_answer_is_told_and_the_password_still_opens(
    web_store: Store, web_settings: Settings, weber: str, now: datetime
) -> None:
    settings = Settings(
        database_url=web_settings.database_url,
        secret_key="k" * 32,
        oidc_issuer="http://127.0.0.1:1",
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=CLIENT_SECRET,
    )
    client = create_app(settings, web_store, clock=lambda: now).test_client()
    answer = client.get(BEGIN)
    assert answer.status_code == 503
    assert "127.0.0.1 does not answer" in answer.text
    assert post(client, "/sign-in", email=weber, password=PASSWORD).status_code == 302


def test_many_questions_nobody_answered_leave_room_in_the_cookie(client: FlaskClient, weber: str) -> None:
    for _ in range(12):
        client.get(BEGIN)
    cookie = client.get_cookie("railtrack")
    assert cookie is not None
    assert len(cookie.value) < 2000
    assert come_in(client).status_code == 302


# ---------------------------------------------------------------- settings

GIVEN = {
    "RAILTRACK_OIDC_ISSUER": "https://login.example.org",
    "RAILTRACK_OIDC_CLIENT_ID": "railtrack",
    "RAILTRACK_OIDC_CLIENT_SECRET": "secret",
}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"RAILTRACK_OIDC_CLIENT_SECRET": ""}, "RAILTRACK_OIDC_CLIENT_SECRET"),
        ({"RAILTRACK_OIDC_ISSUER": ""}, "RAILTRACK_OIDC_ISSUER"),
        ({"RAILTRACK_OIDC_ISSUER": "http://login.example.org"}, "RAILTRACK_OIDC_ISSUER"),
        ({"RAILTRACK_OIDC_NEW_ROLE": "administrator"}, "RAILTRACK_OIDC_NEW_ROLE"),
        ({"RAILTRACK_OIDC_NEW_ROLE": "king"}, "RAILTRACK_OIDC_NEW_ROLE"),
        ({"RAILTRACK_REQUIRE_SECOND_FACTOR": "some"}, "RAILTRACK_REQUIRE_SECOND_FACTOR"),
    ],
)
def test_settings_that_will_not_do_are_named(change: dict[str, str], named: str) -> None:
    with pytest.raises(WrongSetting, match=named):
        Settings.from_env(GIVEN | change)


def test_the_button_is_called_by_the_providers_host_where_nothing_else_is_said() -> None:
    assert Settings.from_env(GIVEN).oidc_title == "login.example.org"
