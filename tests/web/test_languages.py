"""The pages in German and in Chinese: nothing English is left on them, and numbers, days and names have their form.

What a page says past gettext is found with the bracketed language of `test_i18n`, here on pages that are full: the
published record and the whole network. What then still stands outside brackets must be a name, a code or a citation
of the reference data.
"""

import csv
import re
from datetime import UTC, date, datetime

import pytest
from babel import Locale
from flask import Flask
from flask.testing import FlaskClient

from railtrack.analytics.statistics import STATISTICS
from railtrack.domain.actors import Role
from railtrack.domain.line.network import Network
from railtrack.domain.line.station_names import short_name
from railtrack.operations.administering.accounts import create_user, find_user
from railtrack.store.engine import Store
from railtrack.web import moments, numbers
from railtrack.web.i18n import gettext
from tests import catalogues
from tests.web.conftest import CLERK, PASSWORD, post, words_of
from tests.web.figure_pages import now, published_template, sqlite_url  # noqa: F401 - fixtures
from tests.web.test_i18n import BRACKETED, OWN_NAMES, bracketed, bracketed_app, untranslated  # noqa: F401 - fixtures

READ = (
    "/", "/shipments", "/trains", "/statistics", "/statistics/transit?count_dates=1", "/statistics/reliability",
    "/statistics/dwell", "/statistics/borders", "/statistics/volume", "/map", "/corridors",
    "/corridors/dostyk-petropavl", "/stations", "/stations/MAL", "/sources", "/definitions", "/privacy",
    "/accessibility", "/shipments/1", "/shipments/1/history", "/account",
)  # fmt: skip
WRITE = ("/shipments/new", "/events/new", "/import", "/import/template/shipments.csv")
KEPT = (
    "/admin/users", "/admin/users/new", "/admin/organisations", "/admin/mail", "/admin/places", "/account/tokens",
    "/account/signing-in",  # the audit is full of what others wrote; its words have a test of their own
)  # fmt: skip
# columns of the reference data whose sentences are translated; all others hold names, codes and citations
SENTENCES = {column for columns in catalogues.DATA.values() for column in columns} - {"train", "operator"}
SHOWN_AS_THEY_ARE = {
    "Beispiel-Spedition", "CSV", "Excel", "JSON", "SMGS", "CIM", "ODbL", "OpenStreetMap", "CAREC", "Natural Earth",
    "city@example.org", "railtrack-shipments.csv", "railtrack-shipments.xlsx", "railtrack-events.csv", "SWOD", "SWD",
    "railtrack-events.xlsx", "openstreetmap.org/copyright", *(f"railtrack stats {each.value}" for each in STATISTICS),
    "UN/LOCODE", "km", "mm", "TEU", "EUR", "Published record", "中文", "DE", "ZH", "esperanto", "arid", "id",
}  # fmt: skip


def names(network: Network) -> set[str]:
    """Whatever may stand on a page in any language."""
    found = OWN_NAMES | SHOWN_AS_THEY_ARE
    for station in network.stations.values():
        found |= {station.name, station.name_de, station.name_zh, station.id, station.timezone}
        found |= {short_name(station, language) for language in ("en", "de", "zh")}
    for path in (catalogues.ROOT / "data").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found |= {value for column, value in row.items() if column not in SENTENCES and value}
    locale = Locale.parse(BRACKETED)
    found |= set(locale.territories.values()) | set(locale.months["format"]["wide"].values())
    found |= set(locale.months["format"]["abbreviated"].values()) | set(locale.days["format"]["abbreviated"].values())
    found |= set(locale.days["stand-alone"]["abbreviated"].values())
    return found | {name.upper() for name in found}


def english(page: str, known: set[str]) -> list[str]:
    """What a page of the bracketed language says outside brackets that is none of the known names."""
    name = "|".join(re.escape(each) for each in sorted(filter(None, known), key=len, reverse=True))
    said = [re.sub(rf"(?<!\w)(?:{name})(?!\w)", "", line) for line in untranslated(page, ())]
    return [line.strip() for line in said if re.search(r"[^\W\d_]{2,}", line)]


@pytest.mark.parametrize(("role", "paths"), [(Role.CITY, READ), (Role.PARTNER, WRITE), (Role.ADMINISTRATOR, KEPT)])
def test_full_pages_say_nothing_past_gettext(
    bracketed_app: Flask,  # noqa: F811
    web_store: Store,
    network: Network,
    now: datetime,  # noqa: F811
    role: Role,
    paths: tuple[str, ...],
    subtests: pytest.Subtests,
) -> None:
    client = signed_in(bracketed_app, web_store, role, now)
    client.get(f"/sign-in?lang={BRACKETED}")
    known = names(network)
    for path in paths:
        with subtests.test(path):
            answer = client.get(path)
            assert answer.status_code == 200
            if answer.mimetype == "text/html":
                assert f'lang="{BRACKETED}"' in answer.text
                assert english(answer.text, known) == []


def signed_in(app: Flask, store: Store, role: Role, at: datetime) -> FlaskClient:
    organisation = "Beispiel-Spedition" if role is Role.PARTNER else ""
    email = f"{role.value}@example.org"
    create_user(store, email, "A. Weber", role, organisation=organisation, password=PASSWORD, actor=CLERK, now=at)
    client = app.test_client()
    assert post(client, "/sign-in", email=email, password=PASSWORD).status_code == 302
    return client


# ---------------------------------------------------------------- which language


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("de-DE,de;q=0.9,en;q=0.8", "de"),
        ("de-AT", "de"),
        ("zh-CN,zh;q=0.9", "zh"),
        ("zh-Hans-CN", "zh"),
        ("zh", "zh"),
        ("en-GB,de;q=0.5", "en"),
        ("fr,de;q=0.5", "de"),
        ("fr", "en"),
    ],
)
def test_a_browser_gets_its_language(client: FlaskClient, asked: str, spoken: str) -> None:
    page = client.get("/sign-in", headers={"Accept-Language": asked}).text
    assert f'<html lang="{spoken}"' in page


def test_the_last_choice_is_kept_in_the_profile_and_holds_on_other_devices(
    app: Flask,
    web_store: Store,
    now: datetime,  # noqa: F811
) -> None:
    german = {"Accept-Language": "de"}
    client = signed_in(app, web_store, Role.CITY, now)
    assert '<html lang="de"' in client.get("/shipments", headers=german).text
    assert '<html lang="zh"' in client.get("/shipments?lang=zh", headers=german).text
    assert '<html lang="zh"' in client.get("/shipments", headers=german).text
    assert find_user(web_store, "city@example.org").language == "zh"
    other = app.test_client()
    assert '<html lang="de"' in other.get("/sign-in", headers=german).text
    post(other, "/sign-in", email="city@example.org", password=PASSWORD)
    assert '<html lang="zh"' in other.get("/shipments", headers=german).text
    client.get("/shipments?lang=klingon")
    assert find_user(web_store, "city@example.org").language == "zh"


@pytest.mark.parametrize(
    ("language", "sentence", "there", "place"),
    [
        ("de", "Vier Züge fuhren, wo 44 geplant waren.", "11.200", "Moskau"),
        ("zh", "44", "11,200", "莫斯科"),
    ],
)
def test_the_first_page_and_a_stations_page_in_its_language(
    app: Flask,
    web_store: Store,
    now: datetime,  # noqa: F811
    language: str,
    sentence: str,
    there: str,
    place: str,
) -> None:
    client = signed_in(app, web_store, Role.CITY, now)
    page = client.get(f"/?lang={language}").text
    read = words_of(page)
    assert f'<html lang="{language}"' in page
    for words in (sentence, there, place):
        assert words in read, words
    # names of stations in the other two languages say which language they are
    stations = client.get(f"/stations/MOW?lang={language}").text
    assert '<dd lang="de">Moskau' in stations
    assert '<dd lang="zh">莫斯科' in stations


# ---------------------------------------------------------------- numbers and days


@pytest.mark.parametrize(
    ("language", "thousands", "day", "with_year", "long", "moment"),
    [
        ("en", "11,234.5", "Mon 23 Nov", "Fri 19 Oct 2018", "25 October 2018", "Mon 23 Nov, 21:00"),
        ("de", "11.234,5", "Mo, 23.11.", "Fr, 19.10.2018", "25. Oktober 2018", "Mo, 23.11., 21:00"),
        ("zh", "11,234.5", "11月23日 周一", "2018年10月19日 周五", "2018年10月25日", "11月23日 周一 21:00"),
    ],
)
def test_numbers_and_days_have_the_form_of_their_language(
    app: Flask, language: str, thousands: str, day: str, with_year: str, long: str, moment: str
) -> None:
    with app.test_request_context(f"/?lang={language}"):
        app.preprocess_request()
        assert numbers.decimal(11234.5) == thousands
        assert moments.day(date(2026, 11, 23)) == day
        assert moments.day(date(2018, 10, 19)) == with_year
        assert moments.long_day(date(2018, 10, 25)) == long
        at = datetime(2026, 11, 23, 20, tzinfo=UTC)
        assert moments.day_clock(moments.on_clock(at, 60)) == moment
        assert moments.offset(60) == "UTC+1"
        assert moments.stopped("Berlin") == {"zh": "Berlin。"}.get(language, "Berlin.")
        assert not moments.stopped(moments.day(date(2026, 11, 23))).endswith("..")


def test_a_sentence_that_ends_with_a_german_date_has_one_stop(app: Flask) -> None:
    with app.test_request_context("/?lang=de"):
        app.preprocess_request()
        said = gettext("Expected in %(place)s on %(day)s.", place="Mannheim", day=moments.day(date(2026, 11, 23)))
        assert said == "Erwartet in Mannheim am Mo, 23.11."
