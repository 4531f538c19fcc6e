"""Taking in a file: looked at first, stored when asked, refused rows given back with their reasons."""

import io
import re
import shutil
import time
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from railtrack.config import Settings
from railtrack.domain.actors import Role
from railtrack.operations.entering import importing
from railtrack.store.engine import Store
from railtrack.store.people import person_by_email
from railtrack.store.tables import AuditRow, ContainerRow, EventRow, ShipmentRow, UploadRow
from railtrack.web.entering import imports
from tests.factories import container_number
from tests.web.conftest import PASSWORD, SignIn, post, words_of
from tests.web.entry_pages import FORMULA, HOSTILE, box, containers, count, form_of, send, shipments

HEADER = "reference,origin,destination,container,size_type,goods"


@pytest.fixture
def sqlite_url(sqlite_furnished_template: Path, tmp_path: Path) -> str:
    """A database that knows stations and corridors."""
    path = tmp_path / "railtrack.db"
    shutil.copyfile(sqlite_furnished_template, path)
    return f"sqlite:///{path}"


def csv_of(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def row(serial: int, reference: str = "CM-1", goods: str = "Gears") -> str:
    return f"{reference},CKG,MHG,{container_number(serial)},45G1,{goods}"


GOOD = csv_of(row(1), row(2))
MIXED = csv_of(row(1), row(2).replace("45G1", "45G"), row(3).replace("MHG", "Manheim"), row(4))


def upload(client: FlaskClient, content: bytes, name: str = "november.csv", **fields: str) -> str:
    """Send a file; gives the address of its preview."""
    answer = send(client, "/import", {"file": (io.BytesIO(content), name), **fields})
    assert answer.status_code == 302
    return str(answer.location)


def decide(client: FlaskClient, address: str, choice: str, **options: object):  # type: ignore[no-untyped-def] # an answer
    path, _, query = address.partition("?")
    asked = dict(part.split("=") for part in query.split("&") if part)
    return send(client, path, {"do": choice, **asked}, **options)


# ---------------------------------------------------------------- looking first


def test_nothing_is_stored_before_somebody_says_so(partner: FlaskClient, web_store: Store) -> None:
    page = partner.get(upload(partner, GOOD))
    assert page.status_code == 200
    assert "2 of 2 rows are new and ready. Nothing is stored yet." in words_of(page.text)
    assert count(web_store, ShipmentRow) == 0


def test_problems_are_listed_by_line_with_column_value_and_remedy(partner: FlaskClient) -> None:
    page = words_of(partner.get(upload(partner, MIXED)).text)
    assert "2 of 4 rows are new and ready. Two have problems. Nothing is stored yet." in page
    assert re.search(r"3 size_type 45G A size-type has four characters", page)
    assert re.search(r"4 destination Manheim No station of this name. Near: Mannheim", page)


def test_columns_that_nobody_knows_are_named(partner: FlaskClient) -> None:
    content = csv_of(row(1) + ",x", header=HEADER + ",Bemerkung_intern")
    assert "Bemerkung_intern" in partner.get(upload(partner, content)).text


def test_warnings_do_not_stop(partner: FlaskClient, web_store: Store) -> None:
    content = csv_of(row(1) + ",34900", header=HEADER + ",gross_kg")
    address = upload(partner, content)
    page = words_of(partner.get(address).text)
    assert "Above what a 45G1 may usually weigh" in page
    decide(partner, address, "all")
    assert count(web_store, ShipmentRow) == 1


def test_rows_known_already_are_counted_apart(partner: FlaskClient) -> None:
    decide(partner, upload(partner, GOOD), "all")
    page = words_of(partner.get(upload(partner, csv_of(row(1), row(2), row(3)))).text)
    assert "1 of 3 rows is new and ready" in page
    assert re.search(r"Already recorded 2 rows", page)


# ---------------------------------------------------------------- deciding


def test_all_rows_are_taken_in_when_all_are_good(partner: FlaskClient, web_store: Store) -> None:
    page = decide(partner, upload(partner, GOOD), "all", follow_redirects=True)
    assert "Two rows are recorded." in words_of(page.text)
    assert [s.reference for s in shipments(web_store)] == ["CM-1"]
    assert count(web_store, ContainerRow) == 2


def test_with_problems_good_rows_are_taken_and_the_refused_come_back_to_be_mended(
    partner: FlaskClient, web_store: Store
) -> None:
    address = upload(partner, MIXED)
    page = decide(partner, address, "good", follow_redirects=True)
    assert "Two rows are recorded. Two were refused." in words_of(page.text)
    assert count(web_store, ContainerRow) == 2
    refused = partner.get(f"{address}/refused")
    assert "november-refused.csv" in refused.headers["Content-Disposition"]
    text = refused.data.decode()
    assert text.splitlines()[0] == HEADER + ",problem"
    assert "size_type: A size-type has four characters" in text
    mended = text.replace(",45G,", ",45G1,").replace(",Manheim,", ",MHG,").encode()
    decide(partner, upload(partner, mended), "all")
    assert count(web_store, ContainerRow) == 4


def test_asking_for_all_of_a_file_with_problems_stores_nothing(partner: FlaskClient, web_store: Store) -> None:
    page = decide(partner, upload(partner, MIXED), "all", follow_redirects=True)
    assert "Nothing was stored" in words_of(page.text)
    assert count(web_store, ShipmentRow) == 0


def test_nothing_puts_the_file_away(partner: FlaskClient, web_store: Store) -> None:
    address = upload(partner, GOOD)
    decide(partner, address, "nothing")
    assert count(web_store, ShipmentRow) == 0
    assert partner.get(address).status_code == 404


def test_a_second_yes_answers_with_what_came_of_the_first(partner: FlaskClient, web_store: Store) -> None:
    address = upload(partner, GOOD)
    first = decide(partner, address, "all")
    second = decide(partner, address, "all", follow_redirects=True)
    assert second.request.path == first.location
    assert "Two rows are recorded." in words_of(second.text)
    assert count(web_store, ContainerRow) == 2


def test_recorded_facts_change_only_when_asked_to(partner: FlaskClient, web_store: Store) -> None:
    decide(partner, upload(partner, GOOD), "all")
    changed = csv_of(row(1, goods="Toys"))
    page = words_of(partner.get(upload(partner, changed)).text)
    assert "is recorded with goods" in page
    decide(partner, upload(partner, changed, update="1"), "all")
    assert sorted(c.goods for c in containers(web_store)) == ["Gears", "Toys"]


def test_events_are_told_from_shipments_by_their_columns(partner: FlaskClient, web_store: Store) -> None:
    send(partner, "/shipments/new", form_of(box(1)))
    content = csv_of("CM-1,departed,CKG,2024-05-20T10:00", header="reference,event,station,occurred_at")
    address = upload(partner, content, "events.csv")
    assert "events, one row" in words_of(partner.get(address).text)
    decide(partner, address, "all")
    assert count(web_store, EventRow) == 1


def test_times_can_be_read_in_one_zone_for_a_whole_file(partner: FlaskClient, web_store: Store) -> None:
    content = csv_of(row(1) + ",2024-06-10 10:00", header=HEADER + ",planned_departure")
    decide(partner, upload(partner, content, times_in="UTC"), "all")
    assert f"{shipments(web_store)[0].planned_departure_at:%H:%M}" == "10:00"


def test_a_zone_that_is_none_is_said(partner: FlaskClient) -> None:
    page = words_of(partner.get(upload(partner, GOOD, times_in="Mars")).text)
    assert "There is no time zone Mars" in page


# ---------------------------------------------------------------- files that cannot be read as they are


def test_another_encoding_is_offered_with_a_look_at_it(partner: FlaskClient, web_store: Store) -> None:
    content = csv_of(row(1, goods="摩托车零件和显示面板"), row(2, goods="笔记本电脑")).decode().encode("gb18030")
    address = upload(partner, content)
    page = partner.get(address)
    assert page.status_code == 422
    assert "The file is not UTF-8. Which of these reads right?" in words_of(page.text)
    assert 'class="summary' not in page.text  # a question, and no error
    assert "摩托车零件和显示面板" in page.text
    assert 'name="encoding" value="gb18030" checked' in page.text
    decide(partner, f"{address}?encoding=gb18030", "all")
    assert containers(web_store)[0].goods == "摩托车零件和显示面板"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"a,b\n1,2\n", "No column of this file is known"),
        (b"reference\nCM-1\n", "do not tell whether these are shipments or events"),
        (b"reference,reference\n1,2\n", "stands twice in the header"),
        (("reference," + ",".join(f"c{i}" for i in range(10_000)) + "\n").encode(), "columns"),
        (b"PK\x03\x04 this is no archive", ""),
    ],
    ids=["empty", "pdf", "unknown", "kind", "twice", "ten thousand columns", "no archive"],
)
def test_what_cannot_be_read_is_said_on_a_page(partner: FlaskClient, content: bytes, said: str) -> None:
    page = partner.get(upload(partner, content))
    assert page.status_code == 422
    assert "Nothing is stored" in words_of(page.text)
    assert said in words_of(page.text)


def test_nul_bytes_are_no_error(partner: FlaskClient, web_store: Store) -> None:
    page = partner.get(upload(partner, csv_of(row(1, goods="a\0b"), row(2))))
    assert page.status_code in (200, 422)
    assert count(web_store, ShipmentRow) == 0


def test_a_zip_bomb_is_refused(partner: FlaskClient) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
    started = time.monotonic()
    page = partner.get(upload(partner, bomb.getvalue(), "bomb.xlsx"))
    assert page.status_code == 422
    assert time.monotonic() - started < 120, "unpacked to its end it would take minutes"


def test_a_file_beyond_the_limit_is_refused_in_words(app: Flask, partner: FlaskClient, web_store: Store) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 10_000
    answer = send(partner, "/import", {"file": (io.BytesIO(b"x" * 20_000), "big.csv")})
    assert answer.status_code == 413
    assert "The file is too large." in words_of(answer.text)
    assert count(web_store, UploadRow) == 0


def test_a_file_of_more_rows_than_are_set_is_refused_in_words(
    web_settings: Settings, web_store: Store, app: Flask, partner: FlaskClient
) -> None:
    app.extensions["railtrack"]["settings"] = replace(web_settings, max_rows=3)
    fits, too_long = (csv_of(*(row(n, reference) for n in range(most))) for reference, most in (("A", 3), ("B", 4)))
    assert partner.get(upload(partner, fits)).status_code == 200
    address = upload(partner, too_long)
    page = partner.get(address)
    assert page.status_code == 422
    assert "The file has more than 3 rows. Send it in several files." in words_of(page.text)
    decide(partner, address, "good")
    assert count(web_store, ShipmentRow) == 0


def test_sending_no_file_asks_for_one(partner: FlaskClient) -> None:
    page = send(partner, "/import", {}, follow_redirects=True)
    assert "Choose a file first." in words_of(page.text)


# ---------------------------------------------------------------- hostile text


def test_hostile_text_is_shown_as_text_and_stored_as_it_was(partner: FlaskClient, web_store: Store) -> None:
    name = "<b>november</b>.csv"
    content = csv_of(row(1, goods=HOSTILE), row(2, goods=FORMULA), f'{HOSTILE},CKG,{HOSTILE},"{FORMULA}",45G1,x')
    address = upload(partner, content, name)
    page = partner.get(address).text
    assert HOSTILE not in page
    assert "<b>november" not in page
    page = decide(partner, address, "good", follow_redirects=True).text
    assert "<b>november" not in page
    assert [c.goods for c in containers(web_store)] == [HOSTILE, FORMULA]
    refused = partner.get(f"{address}/refused").data.decode()
    assert f"'{FORMULA}" in refused


def test_ten_thousand_characters_are_a_problem(partner: FlaskClient) -> None:
    page = partner.get(upload(partner, csv_of(row(1, goods="x" * 10_000))))
    assert page.status_code == 200
    assert "The text has 10000 characters" in words_of(page.text)


# ---------------------------------------------------------------- whose file


def test_another_users_file_is_not_there(partner: FlaskClient, sign_in: SignIn, web_store: Store) -> None:
    address = upload(partner, GOOD)
    other = sign_in(Role.PARTNER, "Beispiel-Spedition", "colleague@example.org")
    assert other.get(address).status_code == 404
    assert other.get(f"{address}/refused").status_code == 404
    assert decide(other, address, "all").status_code == 404
    assert count(web_store, ShipmentRow) == 0


def test_city_staff_take_nothing_in(city: FlaskClient, web_store: Store) -> None:
    assert city.get("/import").status_code == 403
    assert send(city, "/import", {"file": (io.BytesIO(GOOD), "a.csv")}).status_code == 403
    assert count(web_store, UploadRow) == 0


def test_a_file_is_forgotten_after_a_day(app: Flask, partner: FlaskClient, web_store: Store, now: datetime) -> None:
    address = upload(partner, GOOD)
    app.extensions["railtrack"]["clock"] = lambda: now + timedelta(hours=25)
    assert post(partner, "/sign-in", email="partner@example.org", password=PASSWORD).status_code == 302
    assert partner.get(address).status_code == 404
    upload(partner, MIXED)
    assert count(web_store, UploadRow) == 1


def test_files_that_wait_are_listed(partner: FlaskClient) -> None:
    upload(partner, GOOD, "waiting.csv")
    assert "waiting.csv" in partner.get("/import").text


def test_more_than_ten_files_do_not_wait(partner: FlaskClient, web_store: Store) -> None:
    first, *_ = [upload(partner, GOOD, f"{n}.csv") for n in range(importing.MOST_WAITING)]
    eleventh = {"file": (io.BytesIO(GOOD), "eleventh.csv")}
    page = send(partner, "/import", eleventh, follow_redirects=True)
    assert "10 files of yours wait for your decision already." in words_of(page.text)
    assert "eleventh.csv" not in page.text
    assert count(web_store, UploadRow) == importing.MOST_WAITING
    decide(partner, first, "nothing")
    upload(partner, GOOD, "eleventh.csv")
    assert "eleventh.csv" in partner.get("/import").text


@pytest.mark.parametrize("choice", ["good", "nothing"])
def test_a_file_decided_about_keeps_none_of_its_content(partner: FlaskClient, web_store: Store, choice: str) -> None:
    address = upload(partner, MIXED)
    decide(partner, address, choice)
    with web_store.reading() as reading:
        assert reading.session.scalars(select(UploadRow.content)).all() == [b""]
    refused = partner.get(f"{address.partition('?')[0]}/refused")
    assert refused.status_code == (200 if choice == "good" else 404)


# ---------------------------------------------------------------- templates, formats, progress


@pytest.mark.parametrize("kind", ["shipments", "events"])
def test_templates_can_be_read_again(partner: FlaskClient, kind: str) -> None:
    csv = partner.get(f"/import/template/{kind}.csv")
    assert csv.data.decode().startswith("reference,")
    xlsx = partner.get(f"/import/template/{kind}.xlsx")
    sheet = load_workbook(io.BytesIO(xlsx.data)).active
    assert sheet is not None
    assert sheet["A1"].value == "reference"
    assert partner.get(f"/import/template/{kind}.pdf").status_code == 404


def test_the_filled_in_template_is_taken_as_xlsx(partner: FlaskClient, web_store: Store) -> None:
    content = partner.get("/import/template/shipments.xlsx").data
    address = upload(partner, content, "mine.xlsx")
    assert "Its one row is new and ready." in words_of(partner.get(address).text)
    decide(partner, address, "all")
    assert [s.reference for s in shipments(web_store)] == ["EXAMPLE-1"]


def test_json_lines_are_taken(partner: FlaskClient, web_store: Store) -> None:
    line = (
        f'{{"reference":"J","origin":"CKG","destination":"MHG","container":"{container_number(7)}","size_type":"45G1"}}'
    )
    decide(partner, upload(partner, line.encode(), "rows.jsonl"), "all")
    assert [s.reference for s in shipments(web_store)] == ["J"]


def test_a_big_file_is_stored_behind_a_page_that_counts(
    partner: FlaskClient, web_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "BIG_FILE", 2)
    wrong = row(40).replace("45G1", "45G")
    address = upload(partner, csv_of(*(row(i) for i in range(1, 40)), wrong))
    answer = decide(partner, address, "good")
    assert answer.location == f"{address}/progress"
    deadline = time.monotonic() + 120
    while (page := partner.get(answer.location)).status_code == 200 and time.monotonic() < deadline:
        assert "The file is being taken in." in words_of(page.text)
        time.sleep(0.1)
    assert page.location == f"{address}/result"
    assert count(web_store, ContainerRow) == 39
    assert "39 rows are recorded. One was refused." in words_of(partner.get(page.location).text)
    assert "A size-type has four characters" in partner.get(f"{address}/refused").data.decode()


def test_what_is_taken_in_stands_in_the_audit(partner: FlaskClient, web_store: Store) -> None:
    before = count(web_store, AuditRow)
    decide(partner, upload(partner, GOOD), "all")
    assert count(web_store, AuditRow) > before


def test_another_process_says_that_a_file_is_being_stored(
    partner: FlaskClient, web_store: Store, now: datetime
) -> None:
    address = upload(partner, GOOD)
    with web_store.reading() as reading:
        person = person_by_email(reading, "partner@example.org")
    assert person is not None
    actor = person.actor("elsewhere")
    file = importing.upload(web_store, address.rpartition("/")[2], actor=actor, now=now)
    importing.begin(web_store, file, actor=actor, now=now)
    assert partner.get(address).location == f"{address}/progress"
    assert "The file is being taken in." in words_of(partner.get(f"{address}/progress").text)
    importing.end(web_store, file, actor=actor, now=now)
    assert partner.get(f"{address}/progress").location == address
