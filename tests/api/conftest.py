"""The interface over a scratch database with the line's stations, and programs with tokens to call it."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from railtrack.config import Settings
from railtrack.domain.actors import Actor, Role
from railtrack.domain.errors import Refused
from railtrack.domain.tokens import TokenScope
from railtrack.operations.administering.accounts import create_user
from railtrack.operations.administering.tokens import make_token
from railtrack.store.engine import Store
from railtrack.web.app import create_app

CLERK = Actor(name="cli:tests", role=Role.ADMINISTRATOR)
ROOT = "/api/v1"
Program = Callable[..., "Caller"]


class Caller:
    """A program with a token; it asks for JSON and sends JSON."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client = client
        self.token = token

    def call(self, method: str, address: str, document: Any = None, **headers: str) -> TestResponse:
        sent = {"Authorization": f"Bearer {self.token}"} | {n.replace("_", "-"): v for n, v in headers.items()}
        body = None if document is None else json.dumps(document)
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        return self.client.open(f"{ROOT}{address}", method=method, data=body, headers=sent)

    def get(self, address: str, **headers: str) -> TestResponse:
        return self.call("GET", address, **headers)

    def post(self, address: str, document: Any, **headers: str) -> TestResponse:
        return self.call("POST", address, document, **headers)

    def patch(self, address: str, document: Any, **headers: str) -> TestResponse:
        return self.call("PATCH", address, document, **headers)


@pytest.fixture
def api_store(sqlite_furnished_template: Path, tmp_path: Path) -> Iterator[Store]:
    path = tmp_path / "railtrack.db"
    shutil.copyfile(sqlite_furnished_template, path)
    store = Store(f"sqlite:///{path}")
    yield store
    store.close()


@pytest.fixture
def app(api_store: Store, now: datetime) -> Flask:
    settings = Settings(database_url=f"sqlite:///{api_store.path}", secret_key="k" * 32, max_upload_mb=1)
    app = create_app(settings, api_store, clock=lambda: now)
    app.testing = True
    return app


@pytest.fixture
def program(app: Flask, api_store: Store, now: datetime) -> Program:
    """Make an account if need be and give a program with a token of it: `program(Role.PARTNER, "Alpha")`."""

    def make(role: Role, organisation: str = "", scope: TokenScope = TokenScope.WRITE, **more: Any) -> Caller:
        email = f"{role.value}-{organisation or 'all'}@example.org".lower().replace(" ", "-")
        with suppress(Refused):  # it may be there
            create_user(api_store, email, "", role, organisation=organisation, actor=CLERK, now=now)
        _, secret = make_token(api_store, "test", scope, email=email, actor=CLERK, now=now, **more)
        return Caller(app.test_client(), secret)

    return make


@pytest.fixture
def alpha(program: Program) -> Caller:
    """A program of the partner Alpha."""
    return program(Role.PARTNER, "Alpha")


@pytest.fixture
def beta(program: Program) -> Caller:
    """A program of another partner."""
    return program(Role.PARTNER, "Beta")
