"""Security headers and cookies."""

import re
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from railtrack.config import Settings
from railtrack.store.engine import Store
from railtrack.web.app import create_app
from railtrack.web.headers import map_nonce, map_policy


@pytest.mark.parametrize("path", ["/sign-in", "/nothing-here", "/healthz", "/static/style.css", "/account"])
def test_every_response_carries_the_headers(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        headers = answer.headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert headers["X-Frame-Options"] == "DENY"


def test_only_a_map_frame_may_be_framed_and_only_by_us(app: Flask, client: FlaskClient) -> None:
    def frame() -> str:
        return f'<script nonce="{map_nonce()}"></script>'

    frame.is_public = True  # type: ignore[attr-defined]
    app.add_url_rule("/frame", view_func=frame)
    first, second = client.get("/frame"), client.get("/frame")
    policy = first.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert policy.partition("; sandbox ")[2].split() == [
        "allow-scripts", "allow-popups", "allow-top-navigation-by-user-activation",
    ]  # fmt: skip
    assert "Cross-Origin-Opener-Policy" not in first.headers, "browsers refuse it with a sandbox"
    assert "X-Frame-Options" not in first.headers
    nonce = first.text.split('"')[1]
    assert f"'nonce-{nonce}'" in policy
    assert second.text != first.text


@pytest.mark.parametrize(
    ("tile_url", "allowed"),
    [
        ("", "img-src 'self' data:;"),
        ("https://tiles.example.org/{z}/{x}/{y}.png", "img-src 'self' data: https://tiles.example.org;"),
        ("https://{s}.tiles.example.org/{z}/{x}/{y}.png", "img-src 'self' data: https://*.tiles.example.org;"),
    ],
)
def test_tiles_come_only_from_the_operators_server(tile_url: str, allowed: str) -> None:
    assert allowed in map_policy("n", tile_url)


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client: FlaskClient) -> None:
    cookie = client.get("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_cookies_and_https_are_insisted_on_where_users_come_by_https(web_store: Store, now: datetime) -> None:
    settings = Settings(base_url="https://railtrack.example.org", secret_key="k" * 32, database_url="sqlite://")
    client = create_app(settings, web_store, clock=lambda: now).test_client()
    answer = client.get("/sign-in", base_url="https://railtrack.example.org")
    assert "Secure" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_what_one_reader_saw_stays_out_of_shared_caches(client: FlaskClient, partner: FlaskClient) -> None:
    assert partner.get("/account").headers["Cache-Control"] == "no-store"
    assert client.get("/sign-in").headers["Cache-Control"] == "no-store"
    assert client.get("/nothing-here").headers["Cache-Control"] == "no-cache"
    with client.get("/static/style.css") as answer:
        assert "max-age" in answer.headers["Cache-Control"]


def test_a_refused_form_may_be_kept_by_the_readers_own_browser_until_sign_out(
    web_store: Store, now: datetime, partner: FlaskClient
) -> None:
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', partner.get("/account").text)
    assert token
    refused = partner.post("/shipments/new", data={"csrf_token": token[1]})
    assert refused.status_code == 422
    assert refused.headers["Cache-Control"] == "private, no-cache"
    assert partner.get("/shipments/new").headers["Cache-Control"] == "no-store"
    left = create_app(
        Settings(base_url="https://railtrack.example.org", secret_key="k" * 32, database_url="sqlite://"), web_store
    )
    left.config["WTF_CSRF_ENABLED"] = False
    answer = left.test_client().post("/sign-out", base_url="https://railtrack.example.org")
    assert answer.headers["Clear-Site-Data"] == '"cache"'


def test_a_health_check_leaves_no_cookie(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert answer.get_json() == {"status": "ok"}
    assert "Set-Cookie" not in answer.headers


def test_readiness_knows_whether_the_database_has_its_tables(
    client: FlaskClient, tmp_path: object, now: datetime
) -> None:
    assert client.get("/readyz").status_code == 200
    empty = Store(f"sqlite:///{tmp_path}/empty.db")
    settings = Settings(secret_key="k" * 32, database_url="sqlite://")
    answer = create_app(settings, empty, clock=lambda: now).test_client().get("/readyz")
    empty.close()
    assert answer.status_code == 503
    assert answer.get_json()["database"] == "not migrated"


def test_a_proxys_headers_are_believed_only_where_the_operator_says_so(web_store: Store, now: datetime) -> None:
    told = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7", "X-Forwarded-Host": "evil.example"}
    for hops, is_believed in ((0, False), (1, True)):
        settings = Settings(secret_key="k" * 32, trusted_proxies=hops, database_url="sqlite://")
        client = create_app(settings, web_store, clock=lambda: now).test_client()
        assert ("Strict-Transport-Security" in client.get("/sign-in", headers=told).headers) is is_believed
