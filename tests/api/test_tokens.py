"""Tokens: shown once, kept as a hash, living no longer than their account, and ended by whom they concern."""

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from railtrack.cli import main
from railtrack.domain.actors import Role
from railtrack.domain.errors import NotAllowed, NotFound, Refused
from railtrack.domain.tokens import TokenScope
from railtrack.operations.administering.accounts import create_user, deactivate, find_user
from railtrack.operations.administering.tokens import bearer, end_token, list_tokens, make_token
from railtrack.store.audit import audit_entries
from railtrack.store.engine import Store
from tests.api.conftest import CLERK, Caller, Program
from tests.web.conftest import post

PASSWORD = "four wagons to Dostyk"
SHIPMENT = {
    "reference": "A-1",
    "origin": "CKG",
    "destination": "MHG",
    "containers": [{"quantity": 1, "size_type": "45G1"}],
}


@pytest.fixture
def owner(api_store: Store, now: datetime) -> str:
    create_user(api_store, "a@example.org", "", Role.PARTNER, organisation="Alpha", password=PASSWORD, actor=CLERK,
                now=now)  # fmt: skip
    return "a@example.org"


def made(store: Store, email: str, now: datetime, **more: Any) -> str:
    return make_token(store, "scanner", TokenScope.WRITE, email=email, actor=CLERK, now=now, **more)[1]


def test_a_token_is_kept_as_a_hash_and_its_use_is_noted(api_store: Store, owner: str, now: datetime) -> None:
    secret = made(api_store, owner, now)
    assert re.fullmatch(r"rt_[\w-]{43}", secret)
    with api_store.engine.connect() as connection:
        rows = str(connection.execute(text("SELECT * FROM api_tokens")).all())
        rows += str(connection.execute(text("SELECT * FROM audit")).all())
    assert secret[3:] not in rows
    assert secret[12:] not in rows
    for minutes, noted in ((0, 0), (0.5, 0), (2, 2)):
        at = now + timedelta(minutes=minutes)
        found = bearer(api_store, secret, origin="api", now=at)
        assert found is not None
        assert (found.actor.organisation, found.actor.role) == ("Alpha", Role.PARTNER)
        (token,) = list_tokens(api_store, everybody=True, actor=CLERK)
        assert token.last_used_at == now + timedelta(minutes=noted)


def test_a_token_works_until_it_runs_out_or_its_account_ends(api_store: Store, owner: str, now: datetime) -> None:
    secret = made(api_store, owner, now, days=1)
    assert bearer(api_store, secret, origin="api", now=now + timedelta(hours=23, minutes=59)) is not None
    assert bearer(api_store, secret, origin="api", now=now + timedelta(days=1)) is None
    longer = made(api_store, owner, now)
    deactivate(api_store, owner, actor=CLERK, now=now)
    assert bearer(api_store, longer, origin="api", now=now) is None
    for other in ("", "rt_", "rt_" + "a" * 43, longer + "x", longer.upper()):
        assert bearer(api_store, other, origin="api", now=now) is None


def test_its_owner_and_an_administrator_end_a_token_and_nobody_else(
    api_store: Store, owner: str, now: datetime
) -> None:
    create_user(api_store, "b@example.org", "", Role.PARTNER, organisation="Beta", actor=CLERK, now=now)
    mine, other = find_user(api_store, owner).actor("web"), find_user(api_store, "b@example.org").actor("web")
    secrets = [made(api_store, owner, now) for _ in range(2)]
    second, first = list_tokens(api_store, actor=mine)
    assert list_tokens(api_store, actor=other) == ()
    with pytest.raises(NotFound):
        end_token(api_store, first.id, actor=other, now=now)
    with pytest.raises(NotAllowed):
        list_tokens(api_store, everybody=True, actor=other)
    with pytest.raises(NotAllowed):
        make_token(api_store, "x", TokenScope.READ, email=owner, actor=other, now=now)
    end_token(api_store, first.id, actor=mine, now=now)
    end_token(api_store, second.id, actor=CLERK, now=now)
    end_token(api_store, second.id, actor=CLERK, now=now)
    assert [bearer(api_store, secret, origin="api", now=now) for secret in secrets] == [None, None]
    with api_store.reading() as reading:
        entries = audit_entries(reading, CLERK.scope, subject="token").items
    assert [(each.action, each.actor) for each in entries] == [
        ("end", "cli:tests"), ("end", owner), ("make", "cli:tests"), ("make", "cli:tests"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "days", "organisation", "column"),
    [
        ("", 9, "", "name"),
        ("x\x07", 9, "", "name"),
        ("x", 0, "", "days"),
        ("x", 367, "", "days"),
        ("x", 9, "Beta", "organisation"),
    ],
)
def test_tokens_that_will_not_do(
    api_store: Store, owner: str, now: datetime, name: str, days: int, organisation: str, column: str
) -> None:
    with pytest.raises(Refused) as refused:
        make_token(api_store, name, TokenScope.READ, email=owner, days=days, organisation=organisation,
                   actor=CLERK, now=now)  # fmt: skip
    assert [problem.column for problem in refused.value.problems] == [column]
    assert list_tokens(api_store, everybody=True, actor=CLERK) == ()


def test_an_administrators_token_for_one_organisation_does_what_its_people_may(
    program: Program, alpha: Caller, beta: Caller, api_store: Store, now: datetime
) -> None:
    whole = program(Role.ADMINISTRATOR)
    assert alpha.post("/shipments", SHIPMENT).status_code == 201
    assert beta.post("/shipments", {**SHIPMENT, "reference": "B-1"}).status_code == 201
    assert len(whole.get("/shipments").json["items"]) == 2
    _, secret = make_token(api_store, "one", TokenScope.WRITE, email="administrator-all@example.org",
                           organisation="alpha", actor=CLERK, now=now)  # fmt: skip
    one = Caller(whole.client, secret)
    assert [each["reference"] for each in one.get("/shipments").json["items"]] == ["A-1"]
    assert one.get("/shipments/B-1").status_code == 404
    assert one.post("/shipments", {**SHIPMENT, "reference": "A-2", "partner": "Beta"}).status_code == 422


def test_the_command_makes_lists_and_ends_tokens(api_store: Store, owner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAILTRACK_DATABASE_URL", f"sqlite:///{api_store.path}")

    def run(*arguments: str, status: int = 0) -> str:
        result = CliRunner().invoke(main, ["token", *arguments])
        assert result.exit_code == status, result.output
        return result.stdout

    secret = run("add", "scanner", "--owner", owner, "--scope", "write", "--days", "30").strip()
    assert re.fullmatch(r"rt_[\w-]{43}", secret)
    (listed,) = json.loads(run("list", "--format", "json"))
    assert (listed["owner"], listed["scope"], listed["state"]) == (owner, "write", "works")
    assert listed["start"] == secret[:9] + "…"
    assert secret not in run("list")
    run("end", str(listed["id"]))
    assert json.loads(run("list", "--as", owner, "--format", "json"))[0]["state"] == "ended"
    run("add", "scanner", status=1)
    made_json = json.loads(run("add", "own", "--as", owner, "--format", "json"))
    assert made_json["organisation"] == "Alpha"


@pytest.fixture
def browser(app: Flask, owner: str) -> FlaskClient:
    client = app.test_client()
    assert post(client, "/sign-in", email=owner, password=PASSWORD).status_code == 302
    return client


def test_the_page_shows_a_new_token_once(browser: FlaskClient) -> None:
    page = browser.get("/account/tokens")
    assert page.status_code == 200
    assert "No program acts for you." in page.text
    made_page = post(browser, "/account/tokens", "/account/tokens", name="scanner", scope="write", days="30")
    found = re.search(r'value="(rt_[\w-]{43})"', made_page.text)
    assert found is not None
    assert made_page.headers["Cache-Control"] == "no-store"
    caller = Caller(browser.application.test_client(), found[1])
    assert caller.post("/shipments", SHIPMENT).status_code == 201
    page = browser.get("/account/tokens")
    assert found[1] not in page.text
    assert "One token acts for you." in page.text
    address = re.search(r'action="(/account/tokens/\d+/end)"', page.text)
    assert address is not None
    assert post(browser, address[1], "/account/tokens").status_code == 302
    assert caller.get("/shipments").status_code == 401


def test_the_page_says_what_will_not_do(browser: FlaskClient) -> None:
    page = post(browser, "/account/tokens", "/account/tokens", name="", scope="write", days="9999")
    assert page.status_code == 422
    assert page.text.count('class="err"') == 2
    assert browser.post("/account/tokens", data={"name": "forged", "days": "30"}).status_code == 400
    assert "No program acts for you." in browser.get("/account/tokens").text


def test_the_description_can_be_read_without_a_script(app: Flask) -> None:
    page = app.test_client().get("/api/v1/docs")
    assert page.status_code == 200
    for words in ("/api/v1/shipments/{reference}", "Idempotency-Key", "API-1", "problem-refused", "NewShipment"):
        assert words in page.text
