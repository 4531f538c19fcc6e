"""The application over a scratch database, and people to sign in as.

`client` is nobody; `partner`, `city` and `administrator` are signed in. `page(response)` reads what a reader sees.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from railtrack.config import Settings
from railtrack.domain.actors import Actor, Role
from railtrack.domain.line.network import Network
from railtrack.operations.administering.accounts import create_user
from railtrack.store.engine import Store
from railtrack.web.app import create_app

PASSWORD = "four wagons to Dostyk"
CLERK = Actor(name="cli:tests", role=Role.ADMINISTRATOR)
SignIn = Callable[..., FlaskClient]


@pytest.fixture
def web_settings(sqlite_url: str) -> Settings:
    return Settings(database_url=sqlite_url, secret_key="k" * 32)


@pytest.fixture
def web_store(web_settings: Settings) -> Iterator[Store]:
    """The store the application of this test works on."""
    store = Store(web_settings.database_url)
    yield store
    store.close()


@pytest.fixture
def app(web_settings: Settings, web_store: Store, now: datetime) -> Flask:
    """The application, its clock standing at `now`; a forged form is refused as in real life."""
    app = create_app(web_settings, web_store, clock=lambda: now)
    app.testing = True
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser nobody has signed in with."""
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask, web_store: Store, now: datetime) -> SignIn:
    """Make an account and give a browser signed in with it: `sign_in(Role.PARTNER, organisation="Beispiel")`."""

    def make(role: Role, organisation: str = "", email: str = "") -> FlaskClient:
        email = email or f"{role.value}@example.org"
        create_user(
            web_store, email, "A. Weber", role, organisation=organisation, password=PASSWORD, actor=CLERK, now=now
        )
        client = app.test_client()
        answer = post(client, "/sign-in", email=email, password=PASSWORD)
        assert answer.status_code == 302, answer.text
        return client

    return make


@pytest.fixture(scope="session")
def walks(sqlite_furnished_template: Path, tmp_path_factory: pytest.TempPathFactory, network: Network) -> Iterator[Any]:
    """What every route answered to each role; see `walking`."""
    from tests.web.walking import Walks  # it signs in as this module does

    made = Walks(sqlite_furnished_template, tmp_path_factory.mktemp("walks"), network)
    yield made
    made.close()


@pytest.fixture
def partner(sign_in: SignIn) -> FlaskClient:
    """A browser of the partner Beispiel-Spedition."""
    return sign_in(Role.PARTNER, "Beispiel-Spedition")


@pytest.fixture
def city(sign_in: SignIn) -> FlaskClient:
    """A browser of the city, which reads everything."""
    return sign_in(Role.CITY)


@pytest.fixture
def administrator(sign_in: SignIn) -> FlaskClient:
    return sign_in(Role.ADMINISTRATOR)


def csrf_token(client: FlaskClient, address: str = "/sign-in") -> str:
    """The token a form at this address carries."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(address).text)
    assert found, f"no form at {address}"
    return found[1]


def post(client: FlaskClient, address: str, form_at: str | None = None, **fields: object):  # type: ignore[no-untyped-def] # werkzeug's TestResponse
    """Send a form as a browser does, with the token of the page it stands on (`/account` where it is not said)."""
    signed_in = client.get("/account").status_code == 200
    token = csrf_token(client, form_at or ("/account" if signed_in else "/sign-in"))
    return client.post(address, data={"csrf_token": token, **fields})


def words_of(text: str) -> str:
    """A page's visible words, in one line."""
    text = re.sub(r"(?s)<(script|style|svg|head)\b.*?</\1>", " ", text)
    text = re.sub(r"<[^>]+>", " ", text)
    for name, sign in (("&#39;", "'"), ("&#34;", '"'), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(name, sign)
    return re.sub(r"\s+", " ", text)
