"""One-time codes and recovery codes: asked for whichever way one comes in, each taken once."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP
from sqlalchemy import text

from railtrack.config import Settings
from railtrack.domain.actors import EVERYTHING, Role
from railtrack.domain.errors import NotAllowed, Unavailable
from railtrack.operations.administering.accounts import create_user, find_user, make_password_link
from railtrack.operations.signing_in.codes import forget_factors
from railtrack.operations.signing_in.secrets_at_rest import seal, unseal
from railtrack.store.audit import audit_entries
from railtrack.store.engine import Store
from railtrack.web.app import create_app
from tests.factories import CITY
from tests.web.conftest import CLERK, PASSWORD, post, words_of
from tests.web.signing_in.conftest import Clock

ADDRESS = "weber@example.org"
PAGE = "/account/signing-in"
APP = f"{PAGE}/authenticator"
SECOND = "/sign-in/second"


class Phone:
    """An authenticator app that has read a QR code."""

    def __init__(self, page: str, clock: Clock) -> None:
        found = re.search(r'class="code wrap-words">([A-Z2-7 ]+)<', page)
        assert found, page
        self._app = TOTP(key=found[1].replace(" ", ""), format="base32")
        self._clock = clock

    def code(self, steps: int = 0) -> str:
        """What it shows now, or so many half minutes later."""
        return str(self._app.generate(time=int(self._clock.at.timestamp()) + steps * 30).token)


Enter = Callable[[], FlaskClient]


@pytest.fixture
def enter(app: Flask, web_store: Store, now: datetime) -> Enter:
    """Give a new browser in which Weber of the city gave the password."""
    create_user(web_store, ADDRESS, "A. Weber", Role.CITY, password=PASSWORD, actor=CLERK, now=now)

    def make() -> FlaskClient:
        client = app.test_client()
        assert post(client, "/sign-in", email=ADDRESS, password=PASSWORD).status_code == 302
        return client

    return make


def set_up(client: FlaskClient, clock: Clock) -> tuple[Phone, list[str]]:
    """Set an authenticator up and give it, with the recovery codes that were shown; its first code is used up."""
    phone = Phone(client.get(APP).text, clock)
    answer = post(client, APP, form_at=APP, code=phone.code())
    assert answer.status_code == 200, words_of(answer.text)
    clock.pass_by(minutes=1)
    return phone, re.findall(r'<li class="code">([^<]+)</li>', answer.text)


def prove(client: FlaskClient, code: str) -> int:
    return int(post(client, SECOND, form_at=SECOND, code=code).status_code)


def is_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


# ---------------------------------------------------------------- setting up


def test_an_authenticator_is_set_up_by_its_first_code(enter: Enter, clock: Clock) -> None:
    browser = enter()
    page = browser.get(APP).text
    assert "<svg" in page
    assert " style=" not in page
    phone = Phone(page, clock)
    wrong = post(browser, APP, form_at=APP, code="000000" if phone.code() != "000000" else "000001")
    assert wrong.status_code == 422
    assert "not the code the app shows now" in wrong.text
    assert Phone(wrong.text, clock).code() == phone.code(), "the picture stays the same until it is used"
    answer = post(browser, APP, form_at=APP, code=phone.code())
    assert len(re.findall(r'<li class="code">', answer.text)) == 10
    assert is_in(browser), "whoever sets it up has just shown a code"
    assert "with your password and a code" in browser.get(PAGE).text
    assert browser.get(APP).status_code == 409


def test_until_the_first_code_nothing_is_asked_for(enter: Enter) -> None:
    enter().get(APP)
    assert is_in(enter())


def test_the_secret_is_sealed_and_codes_are_hashed_in_the_database(
    enter: Enter, clock: Clock, web_store: Store
) -> None:
    browser = enter()
    secret = re.search(r'class="code wrap-words">([A-Z2-7 ]+)<', browser.get(APP).text)
    _, recovery = set_up(browser, clock)
    assert secret
    raw = TOTP(key=secret[1].replace(" ", ""), format="base32").key
    with web_store.reading() as reading:
        kept = reading.session.execute(text("SELECT secret FROM authenticators")).scalar_one()
        hashes = " ".join(reading.session.execute(text("SELECT code_hash FROM recovery_codes")).scalars())
    assert raw not in kept
    assert not any(each.replace("-", "") in hashes for each in recovery)


def test_a_sealed_secret_opens_with_the_same_key_for_the_same_person_only() -> None:
    sealed = seal(b"twenty bytes of it...", "k" * 32, 7)
    assert unseal(sealed, "k" * 32, 7) == b"twenty bytes of it..."
    for key, whose, what in (
        ("x" * 32, 7, sealed),
        ("k" * 32, 8, sealed),
        ("k" * 32, 7, sealed[:-1]),
        ("k" * 32, 7, b""),
    ):
        with pytest.raises(Unavailable):
            unseal(what, key, whose)


# ---------------------------------------------------------------- the second step


def test_the_password_alone_opens_no_page_any_more(enter: Enter, clock: Clock) -> None:
    phone, _ = set_up(enter(), clock)
    browser = enter()
    for path in ("/account", "/shipments", "/", PAGE, APP):
        assert browser.get(path).location.startswith(SECOND), path
    assert post(browser, "/account/theme", form_at=SECOND, theme="dark").location.startswith(SECOND)
    part = browser.get("/account", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Redirect"]) == (401, SECOND)
    assert browser.get("/privacy").status_code == 200
    assert "A. Weber" not in browser.get("/privacy").text, "nobody is signed in yet"
    assert prove(browser, phone.code()) == 302
    assert is_in(browser)


def test_one_comes_back_to_the_page_one_asked_for_but_never_to_another_site(enter: Enter, clock: Clock) -> None:
    phone, _ = set_up(enter(), clock)
    browser = enter()
    asked = browser.get("/shipments?q=x")
    assert asked.location == f"{SECOND}?next=/shipments?q%3Dx"
    answer = post(browser, SECOND, form_at=asked.location, code=phone.code(), next="/shipments?q=x")
    assert answer.location == "/shipments?q=x"
    clock.pass_by(minutes=1)
    answer = post(enter(), SECOND, form_at=SECOND, code=phone.code(), next="//elsewhere.example")
    assert answer.location == "/"


def test_a_code_is_taken_once_and_none_older_after_it(enter: Enter, clock: Clock) -> None:
    phone, _ = set_up(enter(), clock)
    older, code = phone.code(-1), phone.code()
    assert prove(enter(), code) == 302
    assert prove(enter(), code) == 422
    assert prove(enter(), older) == 422
    assert prove(enter(), phone.code(1)) == 302


def test_the_code_of_setting_up_is_used_up_too(enter: Enter, clock: Clock) -> None:
    browser = enter()
    phone = Phone(browser.get(APP).text, clock)
    code = phone.code()
    post(browser, APP, form_at=APP, code=code)
    assert prove(enter(), code) == 422


@pytest.mark.parametrize("steps", [-3, 3])
def test_codes_of_other_times_are_wrong(enter: Enter, clock: Clock, steps: int) -> None:
    phone, _ = set_up(enter(), clock)
    clock.pass_by(minutes=5)
    assert prove(enter(), phone.code(steps)) == 422


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "٠٠٠٠٠٠", "0" * 10_000, "🚂" * 6])
def test_what_is_no_code_is_refused(enter: Enter, clock: Clock, code: str) -> None:
    set_up(enter(), clock)
    assert prove(enter(), code) == 422


def test_the_second_step_is_to_be_done_within_ten_minutes(enter: Enter, clock: Clock) -> None:
    phone, _ = set_up(enter(), clock)
    browser = enter()
    clock.pass_by(minutes=11)
    assert browser.get(SECOND).location.startswith("/sign-in?")
    assert browser.get("/account").location.startswith("/sign-in?")
    assert post(browser, SECOND, code=phone.code()).location.startswith("/sign-in")
    assert not is_in(browser)


def test_after_five_wrong_codes_none_is_taken_for_a_quarter_of_an_hour(enter: Enter, clock: Clock) -> None:
    phone, recovery = set_up(enter(), clock)
    browser = enter()
    for _ in range(5):
        assert prove(browser, "ABCD-EFGH-JKLM-NPQR") == 422
    for code in (phone.code(), recovery[0]):
        refused = post(enter(), SECOND, form_at=SECOND, code=code)
        assert refused.status_code == 422
        assert "Wait 15 minutes" in refused.text
    clock.pass_by(minutes=15)
    assert prove(enter(), phone.code()) == 302
    clock.pass_by(minutes=1)
    assert prove(enter(), "000000") == 422
    assert prove(enter(), phone.code()) == 302, "a right code wipes the slate"


def test_one_can_begin_again_as_somebody_else(enter: Enter, clock: Clock) -> None:
    set_up(enter(), clock)
    browser = enter()
    assert post(browser, f"{SECOND}/leave", form_at=SECOND).location == "/sign-in"
    assert browser.get(SECOND).location.startswith("/sign-in")


def test_a_password_link_does_not_pass_by_the_second_step(
    app: Flask, enter: Enter, clock: Clock, web_store: Store
) -> None:
    set_up(enter(), clock)
    path = "/password/" + make_password_link(web_store, ADDRESS, actor=CLERK, now=clock())
    browser = app.test_client()
    assert post(browser, path, form_at=path, password="another short sentence").status_code == 302
    assert browser.get("/account").location.startswith("/sign-in?")
    post(browser, "/sign-in", email=ADDRESS, password="another short sentence")
    assert browser.get("/account").location.startswith(SECOND)


def test_who_changes_the_password_stays_proved(enter: Enter, clock: Clock) -> None:
    browser = enter()
    set_up(browser, clock)
    post(browser, "/account/password", old=PASSWORD, password="another short sentence")
    assert is_in(browser)


def test_sessions_from_before_it_was_set_up_are_no_longer_signed_in(enter: Enter, clock: Clock) -> None:
    elsewhere = enter()
    assert is_in(elsewhere)
    set_up(enter(), clock)
    assert not is_in(elsewhere)


# ---------------------------------------------------------------- recovery codes


def test_a_recovery_code_opens_once_however_it_is_typed(enter: Enter, clock: Clock) -> None:
    _, recovery = set_up(enter(), clock)
    browser = enter()
    assert prove(browser, recovery[3].lower().replace("-", " ")) == 302
    assert is_in(browser)
    assert "9 recovery codes are left." in words_of(browser.get(PAGE).text)
    assert prove(enter(), recovery[3]) == 422
    assert prove(enter(), recovery[4]) == 302


def test_new_recovery_codes_end_the_old_ones(enter: Enter, clock: Clock) -> None:
    browser = enter()
    _, old = set_up(browser, clock)
    answer = post(browser, f"{PAGE}/recovery-codes", form_at=PAGE)
    new = re.findall(r'<li class="code">([^<]+)</li>', answer.text)
    assert len(new) == 10
    assert answer.headers["Cache-Control"] == "no-store"
    assert prove(enter(), old[0]) == 422
    assert prove(enter(), new[0]) == 302


def test_recovery_codes_alone_are_no_factor(enter: Enter) -> None:
    assert post(enter(), f"{PAGE}/recovery-codes", form_at=PAGE).status_code == 404


# ---------------------------------------------------------------- taking it out


def test_taken_out_nothing_is_asked_for_and_the_codes_are_dead(enter: Enter, clock: Clock, web_store: Store) -> None:
    browser = enter()
    set_up(browser, clock)
    assert post(browser, f"{APP}/remove", form_at=PAGE).status_code == 302
    assert is_in(browser)
    assert is_in(enter())
    with web_store.reading() as reading:
        assert reading.session.execute(text("SELECT count(*) FROM recovery_codes")).scalar_one() == 0


def test_an_administrator_takes_it_out_for_who_lost_everything(enter: Enter, clock: Clock, web_store: Store) -> None:
    browser = enter()
    set_up(browser, clock)
    with pytest.raises(NotAllowed):
        forget_factors(web_store, ADDRESS, actor=CITY, now=clock())
    forget_factors(web_store, ADDRESS, actor=CLERK, now=clock())
    assert not is_in(browser), "whoever has the lost device is out"
    assert is_in(enter())


def test_with_another_secret_key_recovery_codes_still_open(
    enter: Enter, clock: Clock, web_store: Store, web_settings: Settings
) -> None:
    phone, recovery = set_up(enter(), clock)
    moved = create_app(Settings(database_url=web_settings.database_url, secret_key="n" * 32), web_store, clock=clock)
    browser = moved.test_client()
    post(browser, "/sign-in", email=ADDRESS, password=PASSWORD)
    answer = post(browser, SECOND, form_at=SECOND, code=phone.code())
    assert answer.status_code == 503
    assert "RAILTRACK_SECRET_KEY" in answer.text
    assert prove(browser, recovery[0]) == 302


def test_what_was_done_about_factors_is_written_down(enter: Enter, clock: Clock, web_store: Store) -> None:
    browser = enter()
    _, recovery = set_up(browser, clock)
    prove(enter(), recovery[0])
    post(browser, f"{PAGE}/recovery-codes", form_at=PAGE)
    post(browser, f"{APP}/remove", form_at=PAGE)
    with web_store.reading() as reading:
        entries = audit_entries(reading, EVERYTHING, subject="user").items
    actions = [entry.action for entry in reversed(entries) if entry.actor == ADDRESS]
    assert actions == ["add authenticator", "use recovery code", "make recovery codes", "remove authenticator"]


# ---------------------------------------------------------------- whom it is asked of


def served(store: Store, clock: Clock, **settings: str) -> Flask:
    given = {"base_url": "https://railtrack.example.org", "secret_key": "k" * 32} | settings
    return create_app(Settings(database_url="sqlite://", **given), store, clock=clock)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("settings", "role", "is_asked"),
    [
        ({}, Role.ADMINISTRATOR, True),
        ({}, Role.CITY, False),
        ({"require_second_factor": "everybody"}, Role.CITY, True),
        ({"require_second_factor": "nobody"}, Role.ADMINISTRATOR, False),
        ({"base_url": "http://127.0.0.1:8000"}, Role.ADMINISTRATOR, False),
        ({"base_url": "http://localhost:8000", "require_second_factor": "administrators"}, Role.ADMINISTRATOR, True),
    ],
)
def test_each_page_leads_to_setting_it_up_for_whom_it_is_asked_of(
    web_store: Store, clock: Clock, settings: dict[str, str], role: Role, is_asked: bool
) -> None:
    create_user(web_store, ADDRESS, "A. Weber", role, password=PASSWORD, actor=CLERK, now=clock())
    browser = served(web_store, clock, **settings).test_client()
    known = {"email": ADDRESS, "password": PASSWORD}
    known["csrf_token"] = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get("/sign-in").text)[0]
    assert browser.post("/sign-in", data=known).status_code == 302
    assert is_in(browser) is not is_asked
    if not is_asked:
        return
    for path in ("/account", "/shipments", "/statistics", "/map"):
        assert browser.get(path).location.startswith(PAGE), path
    assert "Set up a second factor first." in browser.get(PAGE).text
    phone = Phone(browser.get(APP).text, clock)
    assert browser.post(APP, data={"csrf_token": known["csrf_token"], "code": phone.code()}).status_code == 200
    assert is_in(browser)
    browser.post(f"{APP}/remove", data={"csrf_token": known["csrf_token"]})
    assert browser.get("/account").location.startswith(PAGE), "without the factor it is asked for again"


def test_the_forced_can_still_sign_out_and_read_what_is_public(web_store: Store, clock: Clock) -> None:
    create_user(web_store, ADDRESS, "", Role.ADMINISTRATOR, password=PASSWORD, actor=CLERK, now=clock())
    browser = served(
        web_store, clock, base_url="http://localhost:8000", require_second_factor="administrators"
    ).test_client()
    post(browser, "/sign-in", email=ADDRESS, password=PASSWORD)
    assert browser.get("/privacy").status_code == 200
    assert post(browser, "/sign-out", form_at=PAGE).status_code == 302
    assert browser.get("/account").location.startswith("/sign-in")
    assert find_user(web_store, ADDRESS).is_active
