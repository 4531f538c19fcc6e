"""The pages on alerts: seen, answered, taken back; rules, mail and webhooks set by who may."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from railtrack.domain.actors import Actor, Role
from railtrack.domain.line.network import Network
from railtrack.domain.notices.kinds import AlertKind, Manner
from railtrack.operations.notifying import alerts, wishes
from railtrack.operations.notifying.watching import watch
from railtrack.store import people
from railtrack.store.engine import Store
from tests.factories import event_row, tell
from tests.web.conftest import SignIn, post, words_of
from tests.web.following_pages import HOSTILE, OTHER, OWN, PLAN, add, answer, sqlite_url  # noqa: F401 - a fixture

LEFT = ("departed", "CKG", "2024-05-14T10:40+08:00")


@pytest.fixture
def now() -> datetime:
    return datetime(2024, 5, 18, 2, 40, tzinfo=UTC)


@pytest.fixture
def people_of(sign_in: SignIn, web_store: Store, network: Network, now: datetime) -> dict[Role, FlaskClient]:
    """Somebody of each role, and two shipments that are late and of which nothing was told for four days."""
    of = {Role.PARTNER: OWN, Role.READER: OWN, Role.TERMINAL: OWN}
    found = {role: sign_in(role, of.get(role, "")) for role in Role}
    add(web_store, network, "OWN-1", LEFT, **PLAN)
    add(web_store, network, "OTHER-1", LEFT, partner=OTHER, **PLAN)
    watch(web_store, now=now)
    return found


def actor(store: Store, role: Role = Role.PARTNER) -> Actor:
    with store.reading() as r:
        person = people.person_by_email(r, f"{role.value}@example.org")
    assert person is not None
    return person.actor("test")


def address_of(page: str, action: str) -> str:
    found = re.search(rf'action="(/alerts/\d+/{action})"', page)
    assert found, action
    return found[1]


def test_each_sees_the_alerts_of_their_own_and_the_city_all(people_of: dict[Role, FlaskClient]) -> None:
    page = people_of[Role.PARTNER].get("/alerts").text
    assert answer(page) == "Two alerts are open."
    assert "OWN-1" in page
    assert "OTHER-1" not in page
    assert "Nothing was told for 96 h, last from Chongqing Tuanjiecun" in words_of(page)
    assert "Open since Sat 18 May, 10:40 UTC+8" in words_of(page)  # on the clock of the station it is about
    assert "/acknowledge" not in people_of[Role.READER].get("/alerts").text
    page = people_of[Role.CITY].get("/alerts").text
    assert answer(page) == "Four alerts are open."
    assert f"OTHER-1</a> ({OTHER})" in page
    assert people_of[Role.TERMINAL].get("/alerts").status_code == 403
    assert "/alerts" not in people_of[Role.TERMINAL].get("/").text
    assert 'href="/alerts">2 open alerts</a>' in people_of[Role.PARTNER].get("/").text


def test_an_alert_is_answered_with_a_note_taken_back_and_closes_itself(
    people_of: dict[Role, FlaskClient], web_store: Store, network: Network, now: datetime
) -> None:
    partner = people_of[Role.PARTNER]
    page = partner.get("/alerts?kind=silent").text
    acknowledge = address_of(page, "acknowledge")
    said = post(partner, acknowledge, note="x" * 501, back="/alerts")
    assert said.status_code == 422
    assert "501 characters" in words_of(said.text)
    said = post(partner, acknowledge, note=f"{HOSTILE} asked the terminal", back="//elsewhere.example/")
    assert said.location.startswith("/alerts#alert-")
    page = partner.get("/alerts").text
    assert answer(page) == "Two alerts are open; nobody sees to one of them yet."
    assert HOSTILE not in page
    assert "partner@example.org sees to it since" in words_of(page)
    assert "asked the terminal" in people_of[Role.READER].get("/alerts?state=seen").text
    assert "asked the terminal" not in partner.get("/alerts?state=open").text
    post(partner, acknowledge, note="")  # the second who wants to learns it
    assert "acknowledged this alert already" in words_of(partner.get("/alerts").text)
    post(partner, address_of(page, "take-back"), back="/alerts")
    assert answer(partner.get("/alerts").text) == "Two alerts are open."

    shipment = re.search(r"/shipments/\d+", page)
    assert shipment
    assert "Nothing was told for 96 h" in words_of(partner.get(shipment[0]).text)
    tell(web_store, network, [event_row("departed", "XIA", "2024-05-18T10:00+08:00", "OWN-1", partner=OWN)], now=now)
    watch(web_store, now=now + timedelta(minutes=10))
    page = partner.get("/alerts?kind=silent").text
    assert "over: its cause is gone" in page
    assert "/acknowledge" not in page
    assert post(partner, acknowledge, note="").status_code == 302


def test_alerts_are_filtered_and_paged(people_of: dict[Role, FlaskClient], web_store: Store) -> None:
    city = people_of[Role.CITY]
    assert "OWN-1" not in city.get("/alerts", query_string={"partner": OTHER}).text
    assert "Nothing fits" in city.get("/alerts?kind=held").text
    assert city.get("/alerts?kind=nonsense&state=x").status_code == 200
    assert city.get("/alerts?cursor=nonsense").status_code == 422
    seen, cursor = [], None
    while True:
        page = alerts.list_alerts(web_store, limit=1, cursor=cursor, actor=actor(web_store, Role.CITY))
        seen += [each.id for each in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 4


def test_rules_are_set_by_who_may_all_or_none(people_of: dict[Role, FlaskClient], web_store: Store) -> None:
    partner = people_of[Role.PARTNER]
    page = partner.get("/alerts/rules").text
    assert "usually 24" in words_of(page)
    given = {f"on-{kind.value}": "1" for kind in AlertKind if kind is not AlertKind.HELD}
    wrong = post(partner, "/alerts/rules", **given, late_h="1", silent_h="nan", off_km="12,5")
    assert wrong.status_code == 422
    for said in ("This must be from 2 to 1000.", "nan is no number.", "12,5 is no number."):
        assert said in words_of(wrong.text)
    assert alerts.rules(web_store, actor=actor(web_store)).late_h == 24
    post(partner, "/alerts/rules", **given, late_h="48", temperature_min_c="-18")
    now_set = alerts.rules(web_store, actor=actor(web_store))
    assert (now_set.late_h, now_set.temperature_min_c, AlertKind.HELD in now_set.on) == (48, -18, False)
    assert alerts.rules(web_store, actor=actor(web_store, Role.CITY)).late_h == 24
    reader = people_of[Role.READER]
    assert "48" in reader.get("/alerts/rules").text
    assert "Record the rules" not in reader.get("/alerts/rules").text
    assert post(reader, "/alerts/rules", late_h="50").status_code == 403
    assert post(reader, "/alerts/rules", late_h="1").status_code == 403


def test_mail_is_ones_own_choice(people_of: dict[Role, FlaskClient], web_store: Store, now: datetime) -> None:
    reader = people_of[Role.READER]
    assert answer(reader.get("/alerts/mail").text) == "You get no mail on alerts."
    assert post(reader, "/alerts/mail", manner="digest", hour="7", timezone="Mars").status_code == 422
    said = post(reader, "/alerts/mail", manner="digest", hour="6", timezone="Asia/Shanghai", kinds=["late", "held"])
    assert said.status_code == 302
    assert answer(reader.get("/alerts/mail").text) == "You hear of alerts once a day."
    wish = wishes.wish_of(web_store, actor=actor(web_store, Role.READER), now=now)
    assert (wish.manner, wish.hour, wish.timezone) == (Manner.DIGEST, 6, "Asia/Shanghai")
    assert wish.kinds == {AlertKind.LATE, AlertKind.HELD}
    assert "no mail server yet" in words_of(reader.get("/alerts/mail").text)


def test_a_webhook_is_added_tested_paused_and_removed(people_of: dict[Role, FlaskClient]) -> None:
    partner = people_of[Role.PARTNER]
    assert answer(partner.get("/alerts/webhooks").text) == "No program is told of alerts."
    wrong = post(partner, "/alerts/webhooks", url="http://hooks.example.org/")
    assert wrong.status_code == 422
    assert "must begin with https" in words_of(wrong.text)
    made = post(partner, "/alerts/webhooks", url="https://hooks.example.org/<b>")
    assert re.search(r'value="whsec_[A-Za-z0-9+/]{32}"', made.text)
    page = partner.get("/alerts/webhooks").text
    assert "whsec_" not in page
    assert "hooks.example.org/<b>" not in page
    post(partner, "/alerts/webhooks/1/test")
    assert "Test" in words_of(partner.get("/alerts/webhooks").text)
    post(partner, "/alerts/webhooks/1/active", active="0")
    assert answer(partner.get("/alerts/webhooks").text) == "No program is told of alerts."
    post(partner, "/alerts/webhooks/1/test")
    assert "is paused" in words_of(partner.get("/alerts/webhooks").text)
    for role, status in ((Role.CITY, 404), (Role.READER, 403)):
        assert post(people_of[role], "/alerts/webhooks/1/remove").status_code == status
    post(partner, "/alerts/webhooks/1/remove")
    assert 'id="h-w1"' not in partner.get("/alerts/webhooks").text
