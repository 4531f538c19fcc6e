"""Accounts: no registration, no default password, links that work once, roles kept apart."""

import re
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from railtrack.config import Settings
from railtrack.domain.actors import Actor, Role
from railtrack.domain.errors import Conflict, NotAllowed, NotFound, Refused
from railtrack.operations.administering import accounts
from railtrack.operations.administering.passwords import hash_password, is_password, new_password
from railtrack.store.engine import Store
from railtrack.web.app import create_app
from railtrack.web.setup_link import setup_address
from tests.web.conftest import CLERK, PASSWORD, SignIn, csrf_token, post, words_of

CITY = Actor(name="city@example.org", role=Role.CITY)


def link_in(page: str) -> str:
    """The path of the password link a page shows."""
    found = re.search(r'value="http://localhost(/password/[^"]+)"', page)
    assert found, page
    return found[1]


# ---------------------------------------------------------------- set-up


def test_the_set_up_link_makes_the_first_administrator_and_dies(
    client: FlaskClient, app: Flask, web_store: Store, web_settings: Settings, now: datetime
) -> None:
    address = setup_address(web_store, web_settings, now=now)
    assert address
    path = address.removeprefix("http://127.0.0.1:8000")
    assert path.startswith("/setup/")
    answer = post(client, path, form_at=path, email="weber@example.org", name="A. Weber", password=PASSWORD)
    assert answer.status_code == 302
    assert "You see and change everything" in client.get("/account").text
    assert client.get("/admin/users").status_code == 200

    other = app.test_client()
    assert other.get(path).status_code == 404
    assert "used already" in words_of(other.get(path).text)
    assert setup_address(web_store, web_settings, now=now) is None


def test_a_set_up_that_will_not_do_says_why_at_each_field_and_keeps_the_link(
    client: FlaskClient, web_store: Store, web_settings: Settings, now: datetime
) -> None:
    path = (setup_address(web_store, web_settings, now=now) or "").removeprefix("http://127.0.0.1:8000")
    answer = post(client, path, form_at=path, email="weber", name="A. Weber", password="short")
    assert answer.status_code == 422
    assert "This is no e-mail address." in answer.text
    assert "too easy to guess" in answer.text
    assert 'href="#f-email"' in answer.text
    assert 'value="A. Weber"' in answer.text
    assert "short" not in re.findall(r'name="password"[^>]*value="([^"]*)"', answer.text)
    assert client.get(path).status_code == 200


def test_a_newer_set_up_link_ends_the_older_and_each_runs_out(web_store: Store, now: datetime) -> None:
    first = accounts.make_setup_link(web_store, now=now)
    second = accounts.make_setup_link(web_store, now=now)
    assert first
    assert second
    assert not accounts.is_setup_link_alive(web_store, first, now=now)
    assert accounts.is_setup_link_alive(web_store, second, now=now)
    assert not accounts.is_setup_link_alive(web_store, second, now=now + timedelta(days=8))


def test_of_two_who_use_the_set_up_link_only_one_becomes_administrator(web_store: Store, now: datetime) -> None:
    token = accounts.make_setup_link(web_store, now=now)
    assert token
    accounts.use_setup_link(web_store, token, email="a@example.org", name="", password=PASSWORD, now=now)
    with pytest.raises(NotFound):
        accounts.use_setup_link(web_store, token, email="b@example.org", name="", password=PASSWORD, now=now)
    assert [each.email for each in accounts.list_users(web_store, actor=CLERK)] == ["a@example.org"]


# ---------------------------------------------------------------- signing in


def test_one_signs_in_and_out_again(administrator: FlaskClient) -> None:
    assert administrator.get("/account").status_code == 200
    assert post(administrator, "/sign-out").status_code == 302
    assert administrator.get("/account").status_code == 302


def test_the_address_is_known_in_any_case(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(Role.CITY, email="Stadt@Mannheim.example")
    assert post(client, "/sign-in", email="stadt@mannheim.EXAMPLE", password=PASSWORD).status_code == 302


def test_an_unknown_address_and_a_wrong_password_are_answered_alike(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(Role.CITY)
    wrong = post(client, "/sign-in", email="city@example.org", password="not the password")
    unknown = post(client, "/sign-in", email="nobody@example.org", password="not the password")
    assert wrong.status_code == unknown.status_code == 200
    assert "do not fit together" in wrong.text
    assert words_of(wrong.text) == words_of(unknown.text)


def test_there_is_no_registration_and_no_recovery_by_mail(client: FlaskClient) -> None:
    for path in ("/register", "/reset", "/login", "/change", "/us-signin"):
        assert client.get(path).status_code == 404


def test_one_comes_back_to_the_page_one_asked_for_but_never_to_another_site(
    client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in(Role.ADMINISTRATOR)
    asked = client.get("/admin/users")
    assert asked.location == "/sign-in?next=/admin/users"
    fields = {"email": "administrator@example.org", "password": PASSWORD}
    answer = post(client, asked.location, form_at=asked.location, next="/admin/users", **fields)
    assert answer.location == "/admin/users"
    post(client, "/sign-out")
    answer = post(client, "/sign-in", next="https://elsewhere.example/", **fields)
    assert "elsewhere" not in (answer.location or "")


def test_a_part_of_a_page_asked_without_account_sends_the_whole_page_to_sign_in(client: FlaskClient) -> None:
    answer = client.get("/account", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in"


def test_every_page_but_the_public_ones_asks_to_sign_in(app: Flask, client: FlaskClient) -> None:
    public = {"accounts.setup", "accounts.choose_password", "health.healthz", "health.readyz", "static"}
    asked = 0
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        marked = getattr(view, "is_public", False) or getattr(view, "is_public_overview", False)
        if rule.endpoint in public or rule.endpoint.startswith("security.") or marked or rule.arguments:
            continue
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        data = {"csrf_token": csrf_token(client)} if method == "POST" else None
        answer = client.open(rule.rule, method=method, data=data)
        if rule.rule.startswith("/api/"):  # a program has no sign-in page to go to
            assert answer.status_code == 401, rule
            continue
        assert answer.status_code == 302, rule
        assert answer.location.startswith("/sign-in"), rule
        asked += 1
    assert asked >= 5


# ---------------------------------------------------------------- accounts of others


def test_an_administrator_adds_a_partner_who_chooses_a_password_once(
    administrator: FlaskClient, app: Flask, web_store: Store
) -> None:
    answer = post(
        administrator,
        "/admin/users/new",
        email="kowal@terminal.example",
        name="M. Kowal",
        role="partner",
        organisation="Terminal Małaszewicze",
    )
    assert answer.status_code == 200
    assert "kowal@terminal.example has an account" in answer.text
    path = link_in(answer.text)
    assert "Password not chosen yet" in administrator.get("/admin/users").text
    assert path not in administrator.get("/admin/users").text

    newcomer = app.test_client()
    assert post(newcomer, path, form_at=path, password="short").status_code == 422
    assert post(newcomer, path, form_at=path, password=PASSWORD).status_code == 302
    assert "shipments of Terminal Małaszewicze" in newcomer.get("/account").text
    assert newcomer.get(path).status_code == 404
    person = accounts.find_user(web_store, "kowal@terminal.example")
    assert person.role is Role.PARTNER
    assert person.organisation
    assert person.organisation.name == "Terminal Małaszewicze"


def test_two_partners_of_one_organisation_belong_to_one_whatever_its_spelling(web_store: Store, now: datetime) -> None:
    first, second = (
        accounts.create_user(
            web_store, email, "", Role.PARTNER, organisation=organisation, actor=CLERK, now=now
        ).organisation
        for email, organisation in (("a@example.org", "Beispiel-Spedition"), ("b@example.org", " BEISPIEL-Spedition "))
    )
    assert first == second


def test_what_is_wrong_with_a_new_account_stands_at_its_field(administrator: FlaskClient) -> None:
    answer = post(administrator, "/admin/users/new", email="administrator@example.org", role="city")
    assert answer.status_code == 422
    assert "has an account already" in answer.text
    answer = post(administrator, "/admin/users/new", email="x@example.org", role="partner")
    assert answer.status_code == 422
    assert "A partner belongs to an organisation." in answer.text


@pytest.mark.parametrize("role", [Role.PARTNER, Role.CITY])
def test_only_administrators_see_and_change_accounts(sign_in: SignIn, role: Role) -> None:
    client = sign_in(role, "Beispiel")
    assert client.get("/admin/users").status_code == 404
    assert client.get("/admin/users/new").status_code == 404
    for path, fields in (
        ("/admin/users/new", {"email": "x@example.org", "role": "administrator"}),
        ("/admin/users/link", {"email": f"{role.value}@example.org"}),
        ("/admin/users/active", {"email": f"{role.value}@example.org", "active": "0"}),
    ):
        assert post(client, path, **fields).status_code == 404
    assert "Accounts" not in words_of(client.get("/account").text)


def test_a_new_password_link_ends_the_earlier_one_and_the_sessions(
    administrator: FlaskClient, sign_in: SignIn, app: Flask
) -> None:
    city = sign_in(Role.CITY)
    first = link_in(post(administrator, "/admin/users/link", email="city@example.org").text)
    second = link_in(post(administrator, "/admin/users/link", email="city@example.org").text)
    fresh = app.test_client()
    assert fresh.get(first).status_code == 404
    assert city.get("/account").status_code == 200
    assert post(fresh, second, form_at=second, password="another short sentence").status_code == 302
    assert city.get("/account").status_code == 302
    # a link is one factor only: whoever had a password signs in with the new one
    assert fresh.get("/account").status_code == 302
    assert post(fresh, "/sign-in", email="city@example.org", password="another short sentence").status_code == 302
    assert fresh.get("/account").status_code == 200


def test_a_password_link_names_the_operators_address_not_the_host_header(web_store: Store, now: datetime) -> None:
    settings = Settings(
        base_url="https://railtrack.example.org",
        secret_key="k" * 32,
        database_url="sqlite://",
        require_second_factor="nobody",
    )
    client = create_app(settings, web_store, clock=lambda: now).test_client()
    accounts.create_user(web_store, "a@example.org", "", Role.ADMINISTRATOR, password=PASSWORD, actor=CLERK, now=now)
    there = {"base_url": "https://evil.example"}
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/sign-in", **there).text)
    assert token
    known = {"csrf_token": token[1], "email": "a@example.org", "password": PASSWORD}
    referer = {"Referer": "https://evil.example/sign-in"}
    assert client.post("/sign-in", data=known, headers=referer, **there).status_code == 302
    answer = client.post("/admin/users/link", data=known, headers=referer, **there)
    assert 'value="https://railtrack.example.org/password/' in answer.text
    assert "evil.example" not in answer.text


def test_an_ended_account_is_out_at_once_and_can_be_made_active_again(
    administrator: FlaskClient, sign_in: SignIn, client: FlaskClient
) -> None:
    city = sign_in(Role.CITY)
    post(administrator, "/admin/users/active", email="city@example.org", active="0")
    assert city.get("/account").status_code == 302
    answer = post(client, "/sign-in", email="city@example.org", password=PASSWORD)
    assert "do not fit together" in answer.text
    post(administrator, "/admin/users/active", email="city@example.org", active="1")
    assert post(client, "/sign-in", email="city@example.org", password=PASSWORD).status_code == 302


def test_the_last_administrator_cannot_be_ended(administrator: FlaskClient, web_store: Store, now: datetime) -> None:
    answer = post(administrator, "/admin/users/active", email="administrator@example.org", active="0")
    assert answer.status_code == 409
    assert "last administrator" in answer.text
    with pytest.raises(Conflict):
        accounts.deactivate(web_store, "administrator@example.org", actor=CLERK, now=now)


def test_one_changes_ones_password_knowing_the_old_one(partner: FlaskClient, app: Flask, client: FlaskClient) -> None:
    elsewhere = app.test_client()
    post(elsewhere, "/sign-in", email="partner@example.org", password=PASSWORD)
    wrong = post(partner, "/account/password", old="not it at all", password="another short sentence")
    assert wrong.status_code == 422
    assert "not your present password" in wrong.text
    right = post(partner, "/account/password", old=PASSWORD, password="another short sentence")
    assert right.status_code == 302
    assert partner.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    assert post(client, "/sign-in", email="partner@example.org", password=PASSWORD).status_code == 200


# ---------------------------------------------------------------- what is kept


def test_only_hashes_are_kept_of_passwords_and_links(
    web_store: Store, sqlite_url: str, administrator: FlaskClient
) -> None:
    token = link_in(post(administrator, "/admin/users/link", email="administrator@example.org").text).split("/")[-1]
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
        everything = "\n".join(connection.iterdump())
    connection.close()
    assert "$argon2id$" in everything
    assert PASSWORD not in everything
    assert token not in everything


def test_every_change_of_an_account_is_written_down(web_store: Store, sqlite_url: str, now: datetime) -> None:
    accounts.create_user(web_store, "a@example.org", "A", Role.CITY, actor=CLERK, now=now)
    accounts.make_password_link(web_store, "a@example.org", actor=CLERK, now=now)
    accounts.deactivate(web_store, "a@example.org", actor=CLERK, now=now)
    accounts.reactivate(web_store, "a@example.org", actor=CLERK, now=now)
    connection = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))
    told = connection.execute("SELECT actor, action, subject, subject_id FROM audit ORDER BY id").fetchall()
    connection.close()
    assert told == [
        ("cli:tests", "add", "user", "user:1"),
        ("cli:tests", "make", "password link", "user:1"),
        ("cli:tests", "deactivate", "user", "user:1"),
        ("cli:tests", "reactivate", "user", "user:1"),
    ]


def test_sign_ins_are_counted_with_their_time(sign_in: SignIn, web_store: Store, app: Flask) -> None:
    sign_in(Role.CITY)
    post(app.test_client(), "/sign-in", email="city@example.org", password=PASSWORD)
    person = accounts.find_user(web_store, "city@example.org")
    assert person.sign_ins == 2
    assert person.last_sign_in_at
    assert person.current_sign_in_at


def test_the_session_key_is_made_once_and_kept(web_store: Store, now: datetime) -> None:
    keyless = Settings(database_url="sqlite://")
    first = create_app(keyless, web_store).config["SECRET_KEY"]
    assert len(first) == 64
    assert create_app(keyless, web_store).config["SECRET_KEY"] == first
    assert accounts.remembered_secret(web_store, "secret_key", now=now) == first


@pytest.mark.parametrize(
    "attempt",
    [
        lambda store, now: accounts.create_user(store, "x@example.org", "", Role.CITY, actor=CITY, now=now),
        lambda store, now: accounts.list_users(store, actor=CITY),
        lambda store, now: accounts.list_organisations(store, actor=CITY),
        lambda store, now: accounts.make_password_link(store, "x@example.org", actor=CITY, now=now),
        lambda store, now: accounts.deactivate(store, "x@example.org", actor=CITY, now=now),
    ],
)
def test_operations_on_accounts_ask_for_an_administrator(
    web_store: Store, now: datetime, attempt: Callable[[Store, datetime], object]
) -> None:
    with pytest.raises(NotAllowed):
        attempt(web_store, now)


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "12121212121212"])
def test_a_password_is_refused_for_being_short_or_of_few_signs(web_store: Store, now: datetime, password: str) -> None:
    with pytest.raises(Refused):
        accounts.create_user(web_store, "x@example.org", "", Role.CITY, password=password, actor=CLERK, now=now)


def test_a_password_is_known_however_its_letters_are_composed(web_store: Store, now: datetime) -> None:
    person = accounts.create_user(
        web_store, "x@example.org", "", Role.CITY, password="Müllers Kühlzug fährt", actor=CLERK, now=now
    )
    assert is_password(person, "Mu\u0308llers Ku\u0308hlzug fa\u0308hrt")
    assert not is_password(person, "Mullers Kuhlzug fahrt")
    assert hash_password("a") != hash_password("a")
    assert new_password() != new_password()
