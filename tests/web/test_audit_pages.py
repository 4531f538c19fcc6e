"""The audit in the browser: what it shows, its filters and files, the check, and erasing a person."""

import csv
import io
import json
import re
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from railtrack.domain.actors import Role
from railtrack.operations.administering.accounts import deactivate
from railtrack.store.engine import Store
from tests.tampering import tampered
from tests.web.conftest import CLERK, SignIn, post, words_of


def test_the_audit_says_who_did_what_from_where_and_what_changed(administrator: FlaskClient, sign_in: SignIn) -> None:
    sign_in(Role.CITY)
    post(administrator, "/admin/users/active", "/admin/users", email="city@example.org", active="0")
    said = words_of(administrator.get("/admin/audit").text)
    assert "ended: account city@example.org" in said
    assert "administrator@example.org in the browser, 127.0.0.1" in said
    assert "tests on the command line" in said
    assert "Whether the audit stands as it was written has not been checked yet." in said
    own = words_of(administrator.get("/admin/audit?person=administrator@example.org").text)
    assert "ended: account" in own
    assert "tests on the command line" not in own
    one = words_of(administrator.get("/admin/audit?subject=user&id=administrator@example.org").text)
    assert "added: account administrator@example.org" in one
    assert "city@example.org" not in one
    assert "No entry fits these filters." in words_of(administrator.get("/admin/audit?last=2020-01-01").text)
    wrong = administrator.get("/admin/audit?first=yesterday")
    assert (wrong.status_code, "This is no date." in words_of(wrong.text)) == (422, True)


def test_pages_go_on_by_a_cursor(administrator: FlaskClient, web_store: Store, now: datetime) -> None:
    with web_store.writing(CLERK, now) as w:
        for n in range(60):
            w.audit("do", "thing", n)
        w.commit()
    first = administrator.get("/admin/audit?subject=thing").text
    following = re.search(r'href="([^"]*cursor=[^"]*)"', first)
    assert following
    second = administrator.get(following[1].replace("&amp;", "&")).text
    shown = [re.findall(r"Entry (\d+)", words_of(each)) for each in (first, second)]
    assert [len(each) for each in shown] == [50, 10]
    assert not set(shown[0]) & set(shown[1])


def test_the_check_says_whether_the_chain_holds_and_when(administrator: FlaskClient, web_store: Store) -> None:
    post(administrator, "/admin/audit/check", "/admin/audit")
    said = words_of(administrator.get("/admin/audit").text)
    assert "The chain of the audit held at the last check." in said
    assert "Checked last:" in said
    with tampered(web_store) as connection:
        connection.execute(text("UPDATE audit SET action = 'x' WHERE id = 1"))
    post(administrator, "/admin/audit/check", "/admin/audit")
    said = words_of(administrator.get("/admin/audit").text)
    assert "The chain of the audit is broken." in said
    assert "Entry 1 of the audit was changed after it was written." in said


def test_the_audit_is_taken_away_whole_or_as_a_table(administrator: FlaskClient) -> None:
    whole = administrator.get("/admin/audit/audit.jsonl")
    assert json.loads(whole.text.splitlines()[0])["sequence"] == 1
    assert "administrator@example.org" not in whole.text
    table = list(csv.DictReader(io.StringIO(administrator.get("/admin/audit/audit.csv?subject=user").text)))
    assert [row["subject_id"] for row in table] == ["administrator@example.org"]


def test_a_person_is_erased_once_the_address_is_typed(administrator: FlaskClient, sign_in: SignIn) -> None:
    city = sign_in(Role.CITY)
    address = "/admin/users/erase"
    asked = f"{address}?email=city@example.org"
    wrong = post(administrator, address, asked, email="city@example.org", confirmed="city@example")
    assert wrong.status_code == 422
    assert city.get("/account").status_code == 200
    done = post(administrator, address, asked, email="city@example.org", confirmed="city@example.org")
    assert done.status_code == 302
    assert city.get("/account").status_code == 302, "the sessions are over"
    page = administrator.get("/admin/users").text
    assert "city@example.org" not in page.replace("All that was kept is erased", "")
    assert "city@example.org" not in administrator.get("/admin/audit").text
    assert "somebody whose data were erased (user:2)" in words_of(administrator.get("/admin/audit").text)
    own = post(
        administrator, address, "/admin/users", email="administrator@example.org", confirmed="administrator@example.org"
    )
    assert own.status_code == 422


def test_one_takes_away_what_is_kept_of_oneself(partner: FlaskClient) -> None:
    found = json.loads(partner.get("/account/data").text)
    assert found["users"][0]["email"] == "partner@example.org"
    assert "$argon2" not in json.dumps(found)


@pytest.mark.parametrize("path", ["/admin/audit", "/admin/audit/audit.jsonl", "/admin/audit/audit.csv"])
def test_others_learn_nothing_of_it(city: FlaskClient, client: FlaskClient, path: str) -> None:
    assert city.get(path).status_code == 404
    assert client.get(path).status_code == 302
    assert city.get("/admin/users/erase?email=city@example.org").status_code == 404
    assert post(city, "/admin/audit/check").status_code == 404


def test_who_ended_is_still_named(administrator: FlaskClient, sign_in: SignIn, web_store: Store, now: datetime) -> None:
    sign_in(Role.CITY)
    deactivate(web_store, "city@example.org", actor=CLERK, now=now)
    assert "city@example.org" in administrator.get("/admin/audit").text
