"""Sessions that the server keeps: what ends one ends it for every copy of its cookie."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from railtrack.domain.actors import Role
from railtrack.domain.signing_in import browser_words
from railtrack.operations.administering.accounts import create_user, deactivate, find_user
from railtrack.operations.signing_in.sessions import list_sessions
from railtrack.store.engine import Store
from tests.web.conftest import CLERK, PASSWORD, SignIn, post, words_of
from tests.web.signing_in.conftest import Clock

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"
PAGE = "/account/signing-in"


@pytest.fixture
def weber(web_store: Store, now: datetime) -> str:
    """Somebody of the city, by their address."""
    create_user(web_store, "weber@example.org", "A. Weber", Role.CITY, password=PASSWORD, actor=CLERK, now=now)
    return "weber@example.org"


@pytest.fixture
def enter(app: Flask, weber: str) -> Callable[..., FlaskClient]:
    """Sign Weber in with a browser of this kind."""

    def make(agent: str = FIREFOX, **fields: str) -> FlaskClient:
        client = app.test_client()
        client.environ_base["HTTP_USER_AGENT"] = agent
        assert post(client, "/sign-in", email=weber, password=PASSWORD, **fields).status_code == 302
        return client

    return make


def copied(app: Flask, client: FlaskClient) -> FlaskClient:
    """Another browser with a copy of the cookie."""
    thief = app.test_client()
    cookie = client.get_cookie("railtrack")
    assert cookie is not None
    thief.set_cookie("railtrack", cookie.value)
    return thief


def is_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def token_in(client: FlaskClient) -> str:
    with client.session_transaction() as session:
        return str(session.get("sid", ""))


def test_a_copied_cookie_dies_with_signing_out(app: Flask, enter: Callable[..., FlaskClient]) -> None:
    browser = enter()
    thief = copied(app, browser)
    assert is_in(thief)
    assert post(browser, "/sign-out").status_code == 302
    assert not is_in(thief)
    assert not is_in(browser)


def test_a_cookie_somebody_was_made_to_carry_is_not_the_one_after_signing_in(app: Flask, weber: str) -> None:
    victim = app.test_client()
    victim.get("/sign-in")
    planted = copied(app, victim)
    assert post(victim, "/sign-in", email=weber, password=PASSWORD).status_code == 302
    assert is_in(victim)
    assert not is_in(planted)


def test_each_sign_in_makes_a_new_session_and_ends_the_one_before(
    app: Flask, enter: Callable[..., FlaskClient], weber: str
) -> None:
    browser = enter()
    first, before = token_in(browser), copied(app, browser)
    post(browser, "/account/password", old=PASSWORD, password="another short sentence")
    assert is_in(browser)
    assert token_in(browser) not in ("", first)
    assert not is_in(before)


def test_the_cookie_is_not_to_be_tampered_with(app: Flask, enter: Callable[..., FlaskClient]) -> None:
    browser = enter()
    cookie = browser.get_cookie("railtrack")
    assert cookie is not None
    value = cookie.value
    turned = value[:20] + ("B" if value[20] != "B" else "C") + value[21:]
    for each in (turned, value[:-2], value.rpartition(".")[0], "", "." * 40):
        forged = app.test_client()
        forged.set_cookie("railtrack", each)
        assert not is_in(forged)
        assert forged.get("/privacy").status_code == 200
    assert is_in(browser)


def test_a_session_another_server_signed_with_the_same_key_but_never_kept_is_none(
    app: Flask, enter: Callable[..., FlaskClient], clock: Clock
) -> None:
    browser = enter()
    with browser.session_transaction() as session:
        session["sid"] = "never kept"
    clock.pass_by(minutes=11)
    assert not is_in(browser)


def test_only_the_hash_of_a_session_is_kept(web_store: Store, enter: Callable[..., FlaskClient]) -> None:
    browser = enter()
    with web_store.reading() as reading:
        rows = reading.session.execute(text("SELECT * FROM sessions")).all()
    assert len(rows) == 1
    assert token_in(browser) not in str(rows[0])


def test_the_own_page_lists_sessions_with_this_one_marked_and_ends_one(enter: Callable[..., FlaskClient]) -> None:
    desk, phone = enter(), enter(SAFARI)
    page = words_of(desk.get(PAGE).text)
    assert "Firefox, Linux This one 127.0.0.1" in page
    assert "Safari, iPhone 127.0.0.1" in page
    assert desk.get(PAGE).text.count("Sign out there") == 1
    other = desk.get(PAGE).text.split("/sessions/")[1].split("/end")[0]
    assert post(desk, f"{PAGE}/sessions/{other}/end", form_at=PAGE).status_code == 302
    assert not is_in(phone)
    assert is_in(desk)
    assert "iPhone" not in desk.get(PAGE).text
    assert post(desk, f"{PAGE}/sessions/{other}/end", form_at=PAGE).status_code == 404


def test_signing_out_everywhere_else_leaves_this_one(
    app: Flask, enter: Callable[..., FlaskClient], web_store: Store, weber: str, now: datetime
) -> None:
    desk, others = enter(), [enter(SAFARI), enter()]
    assert post(desk, f"{PAGE}/sessions/end-others", form_at=PAGE).status_code == 302
    assert "2 other devices are signed out." in desk.get(PAGE).text
    assert is_in(desk)
    assert not any(is_in(other) for other in others)
    assert len(list_sessions(web_store, find_user(web_store, weber), now=now)) == 1


def test_nobody_ends_the_sessions_of_others(
    sign_in: SignIn, enter: Callable[..., FlaskClient], web_store: Store, weber: str, now: datetime
) -> None:
    browser = enter()
    (session,) = list_sessions(web_store, find_user(web_store, weber), now=now)
    administrator = sign_in(Role.ADMINISTRATOR)
    assert post(administrator, f"{PAGE}/sessions/{session.id}/end", form_at=PAGE).status_code == 404
    assert is_in(browser)


def test_a_user_removed_while_signed_in_is_out_at_once(
    enter: Callable[..., FlaskClient], web_store: Store, weber: str, now: datetime
) -> None:
    browser = enter(remember="y")
    deactivate(web_store, weber, actor=CLERK, now=now)
    assert not is_in(browser)
    assert browser.get("/privacy").status_code == 200


def test_a_session_ends_after_its_hours_however_busy(enter: Callable[..., FlaskClient], clock: Clock) -> None:
    browser = enter()
    for _ in range(11):
        clock.pass_by(hours=1)
        assert is_in(browser)
    clock.pass_by(hours=1)
    assert not is_in(browser)


def test_who_stays_signed_in_stays_thirty_days_by_the_one_cookie(
    enter: Callable[..., FlaskClient], clock: Clock
) -> None:
    browser = enter(remember="y")
    assert browser.get_cookie("remember_token") is None
    cookie = browser.get_cookie("railtrack")
    assert cookie is not None
    assert cookie.expires is not None
    clock.pass_by(days=29)
    assert is_in(browser)
    clock.pass_by(days=2)
    assert not is_in(browser)


def test_a_cookie_that_goes_with_the_browser_is_set_where_one_does_not_stay(enter: Callable[..., FlaskClient]) -> None:
    cookie = enter().get_cookie("railtrack")
    assert cookie is not None
    assert cookie.expires is None


def test_last_seen_is_noted_every_five_minutes_only(
    enter: Callable[..., FlaskClient], web_store: Store, weber: str, clock: Clock, now: datetime
) -> None:
    browser = enter()

    def seen() -> datetime:
        return list_sessions(web_store, find_user(web_store, weber), now=now)[0].seen_at

    clock.pass_by(minutes=4)
    browser.get("/account")
    assert seen() == now
    clock.pass_by(minutes=2)
    browser.get("/account")
    assert seen() == now + timedelta(minutes=6)


def test_a_long_import_keeps_nobody_waiting_and_the_session_is_noted_after_it(
    app: Flask, enter: Callable[..., FlaskClient], web_store: Store, weber: str, clock: Clock, now: datetime
) -> None:
    person = find_user(web_store, weber)
    with web_store.writing(CLERK, now) as w:
        w.audit("import", "file", "long.csv")
        browser = enter()
        assert is_in(browser)
        assert list_sessions(web_store, person, now=now) == []
        w.commit()
    assert is_in(browser)
    assert len(list_sessions(web_store, person, now=now)) == 1
    thief = copied(app, browser)
    post(browser, "/sign-out")
    assert not is_in(thief)


def test_a_session_that_was_never_noted_ends_with_signing_out_too(
    app: Flask, enter: Callable[..., FlaskClient], web_store: Store, now: datetime
) -> None:
    with web_store.writing(CLERK, now) as w:
        w.audit("import", "file", "long.csv")
        browser = enter()
        w.commit()
    thief = copied(app, browser)
    post(browser, "/sign-out")
    assert not is_in(thief)


def test_a_session_nobody_noted_lives_ten_minutes_at_most(
    enter: Callable[..., FlaskClient], web_store: Store, clock: Clock, now: datetime
) -> None:
    with web_store.writing(CLERK, now) as w:
        w.audit("import", "file", "long.csv")
        browser = enter()
        clock.pass_by(minutes=9)
        assert is_in(browser)
        clock.pass_by(minutes=2)
        assert not is_in(browser)


def test_sign_in_is_changed_only_by_who_has_shown_lately_who_they_are(
    enter: Callable[..., FlaskClient], clock: Clock
) -> None:
    browser = enter()
    assert browser.get(f"{PAGE}/authenticator").status_code == 200
    clock.pass_by(minutes=16)
    asked = browser.get(f"{PAGE}/authenticator")
    assert asked.location == f"{PAGE}/show?next={PAGE}/authenticator"
    assert post(browser, f"{PAGE}/sessions/end-others", form_at=PAGE).location.startswith(f"{PAGE}/show")
    wrong = post(browser, asked.location, form_at=asked.location, password="not it at all")
    assert wrong.status_code == 422
    assert "not your present password" in wrong.text
    right = post(browser, asked.location, form_at=asked.location, password=PASSWORD, next=f"{PAGE}/authenticator")
    assert right.location == f"{PAGE}/authenticator"
    assert browser.get(f"{PAGE}/authenticator").status_code == 200


def test_the_password_asked_for_again_is_not_to_be_guessed(enter: Callable[..., FlaskClient], clock: Clock) -> None:
    browser = enter()
    clock.pass_by(minutes=16)
    for _ in range(5):
        assert post(browser, f"{PAGE}/show", form_at=f"{PAGE}/show", password="guess").status_code == 422
    refused = post(browser, f"{PAGE}/show", form_at=f"{PAGE}/show", password=PASSWORD)
    assert refused.status_code == 422
    assert "too often" in refused.text
    clock.pass_by(minutes=15)
    assert post(browser, f"{PAGE}/show", form_at=f"{PAGE}/show", password=PASSWORD).status_code == 302


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox, Linux"),
        (SAFARI, "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/141.0 Safari/537.36 Edg/141.0", "Edge, Windows"),
        ("curl/8.5.0", ""),
        ("<script>alert(1)</script>", ""),
    ],
)
def test_a_browser_is_named_without_its_version(agent: str, words: str) -> None:
    assert browser_words(agent) == words
