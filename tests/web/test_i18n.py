"""Words: all of them go through gettext.

The proof is a language in which every sentence stands in brackets: whatever a page shows outside brackets was never
given to gettext. It is made from what the extraction finds, so it also proves that extraction finds it all.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import Flask
from flask.testing import FlaskClient

from railtrack.config import Settings
from railtrack.domain.actors import Role
from railtrack.domain.messages import say
from railtrack.operations.administering.accounts import create_user, make_setup_link
from railtrack.store.engine import Store
from railtrack.web.app import create_app
from railtrack.web.i18n import gettext, ngettext, words
from tests import catalogues
from tests.web.conftest import CLERK, PASSWORD, post

BRACKETED = "eo"  # Esperanto stands for the bracketed language: Babel must know its plural rule
# what stands in a page and is no sentence of ours: names, addresses, numbers, marks
OWN_NAMES = {
    "railtrack",
    "EN",
    "EO",
    "English",
    "Esperanto",
    "UTC",
    "A. Weber",
    "Weber",
    "administrator@example.org",
    "Beispiel",
}


@pytest.fixture(scope="session")
def bracketed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of catalogues with the language in brackets."""
    catalog = Catalog(locale=BRACKETED)
    for message in catalogues.template():
        if isinstance(message.id, tuple):
            catalog.add(message.id, tuple(f"⟦{each}⟧" for each in message.id))
        elif message.id:
            catalog.add(message.id, f"⟦{message.id}⟧")
    folder = tmp_path_factory.mktemp("translations")
    target = folder / BRACKETED / "LC_MESSAGES" / "messages.mo"
    target.parent.mkdir(parents=True)
    with target.open("wb") as file:
        write_mo(file, catalog)
    return folder


@pytest.fixture
def bracketed_app(web_settings: Settings, web_store: Store, now: datetime, bracketed: Path) -> Flask:
    app = create_app(web_settings, web_store, clock=lambda: now, translations=bracketed)
    app.testing = True
    return app


class VisibleText(HTMLParser):
    """What a reader sees or is read aloud: text, and the attributes that hold words."""

    spoken = ("alt", "aria-label", "placeholder", "title", "data-l", "data-reveal", "data-copy", "data-copied")

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("style", "script")
        self.texts += [value for name, value in attrs if name in self.spoken and value]

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("style", "script")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.texts.append(data)


def untranslated(page: str, names: Iterable[str] = OWN_NAMES) -> list[str]:
    """The words of a page outside brackets; text of one element may be split over several."""
    parser = VisibleText()
    parser.feed(page)
    text = "\n".join(parser.texts)
    while re.search(r"⟦[^⟦⟧]*⟧", text):
        text = re.sub(r"⟦[^⟦⟧]*⟧", "", text)
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "")
    return [line.strip() for line in text.splitlines() if re.search(r"[^\W\d_]{2,}", line)]


@pytest.mark.parametrize("path", ["/sign-in", "/nothing-here", "/password/dead", "/setup/dead"])
def test_public_pages_say_nothing_past_gettext(bracketed_app: Flask, path: str) -> None:
    page = bracketed_app.test_client().get(f"{path}?lang={BRACKETED}").text
    assert 'lang="eo"' in page
    assert "⟦" in page
    assert untranslated(page) == []


def test_the_set_up_says_nothing_past_gettext(bracketed_app: Flask, web_store: Store, now: datetime) -> None:
    client = bracketed_app.test_client()
    path = f"/setup/{make_setup_link(web_store, now=now)}"
    assert untranslated(client.get(f"{path}?lang={BRACKETED}").text) == []
    assert untranslated(post(client, path, form_at=path, email="x", password="y").text) == []


@pytest.mark.parametrize("path", ["/account", "/account/password", "/admin/users", "/admin/users/new"])
def test_signed_in_pages_say_nothing_past_gettext(
    bracketed_app: Flask, web_store: Store, now: datetime, path: str
) -> None:
    email = "administrator@example.org"
    create_user(web_store, email, "A. Weber", Role.ADMINISTRATOR, password=PASSWORD, actor=CLERK, now=now)
    client = bracketed_app.test_client()
    client.get(f"/sign-in?lang={BRACKETED}")
    assert post(client, "/sign-in", email=email, password=PASSWORD).status_code == 302
    # months and weekdays come from the language itself
    page = re.sub(r"<time[^>]*>.*?</time>", "", client.get(path).text)
    page = re.sub(r"(?s)<dd>\d+[^<]*2024</dd>|<dd>[^<]*\b2024\b[^<]*</dd>", "", page)
    assert untranslated(page) == []


def test_a_sentence_of_the_trade_is_said_in_the_readers_language_with_its_inner_sentence(
    bracketed_app: Flask,
) -> None:
    inner = say("The password is too easy to guess.")
    message = say("There is no account of %(email)s.", email=inner)
    with bracketed_app.test_request_context(f"/?lang={BRACKETED}"):
        bracketed_app.preprocess_request()
        assert words(message) == "⟦There is no account of ⟦The password is too easy to guess.⟧.⟧"
        said = ngettext("One person can sign in.", "%(count)s people can sign in.", 3, count="Three")
        assert said == "⟦Three people can sign in.⟧"
    with bracketed_app.test_request_context("/"):
        assert words(message) == "There is no account of The password is too easy to guess.."
        assert words("as it stands") == "as it stands"
        assert words(say("100 % sure")) == "100 % sure"


def test_a_value_from_right_to_left_does_not_turn_the_sentence_it_stands_in(bracketed_app: Flask) -> None:
    with bracketed_app.test_request_context():
        assert gettext("To %(label)s until noon.", label="Ali") == "To Ali until noon."
        assert gettext("To %(label)s until noon.", label="\u202elive") == "To \u2068\u202elive\u2069 until noon."
        assert words(say("To %(label)s until noon.", label="שלום")) == "To \u2068שלום\u2069 until noon."
        assert ngettext("%(num)s to %(label)s", "%(num)s to %(label)s", 2, label="שלום") == "2 to \u2068שלום\u2069"
        template = bracketed_app.jinja_env.from_string(
            "{% autoescape true %}{{ _('To %(label)s until noon.', label=label) }}{% endautoescape %}"
        )
        assert template.render(label="\u202e<b>") == "To \u2068\u202e&lt;b&gt;\u2069 until noon."


def test_the_language_asked_for_is_remembered_else_the_browser_decides(bracketed_app: Flask) -> None:
    client = bracketed_app.test_client()
    assert 'lang="en"' in client.get("/sign-in").text
    assert 'lang="eo"' in client.get("/sign-in", headers={"Accept-Language": "eo, en;q=0.5"}).text
    assert 'lang="en"' in client.get("/sign-in", headers={"Accept-Language": "fr"}).text
    assert 'lang="eo"' in client.get("/sign-in?lang=eo").text
    assert 'lang="eo"' in client.get("/sign-in").text
    assert 'lang="eo"' in client.get("/sign-in?lang=klingon").text


def test_the_choice_of_language_is_offered_only_where_there_is_one(
    bracketed_app: Flask, web_settings: Settings, web_store: Store, now: datetime, tmp_path: Path
) -> None:
    assert 'hreflang="eo"' in bracketed_app.test_client().get("/sign-in?next=/account").text
    assert "next=%2Faccount&amp;lang=eo" in bracketed_app.test_client().get("/sign-in?next=/account").text
    alone = create_app(web_settings, web_store, clock=lambda: now, translations=tmp_path)
    assert "hreflang" not in alone.test_client().get("/sign-in").text


def test_the_reader_chooses_light_or_dark(administrator: FlaskClient) -> None:
    assert "data-theme" not in administrator.get("/account").text
    post(administrator, "/account/theme", theme="dark")
    assert '<html lang="en" data-theme="dark">' in administrator.get("/account").text
    post(administrator, "/account/theme", theme="")
    assert "data-theme" not in administrator.get("/account").text
