"""Labels for containers: their codes are read off the drawn sheet, and followed as a phone would."""

import re
import shutil
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pypdfium2
import pytest
import zxingcpp
from flask.testing import FlaskClient

from railtrack.documents.labels import Label, sheets
from railtrack.domain.actors import Role
from railtrack.store.engine import Store
from tests.factories import container_number
from tests.web.conftest import PASSWORD, SignIn, post, words_of
from tests.web.entry_pages import box, form_of, send, shipments

PLACES = 24


@pytest.fixture
def sqlite_url(sqlite_furnished_template: Path, tmp_path: Path) -> str:
    """A database that knows stations and corridors."""
    path = tmp_path / "railtrack.db"
    shutil.copyfile(sqlite_furnished_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def now() -> datetime:
    return datetime.fromisoformat("2024-06-12T12:00:00+00:00")


def drawn(pdf: bytes) -> list[pypdfium2.PdfPage]:
    return list(pypdfium2.PdfDocument(pdf))


def codes(page: pypdfium2.PdfPage) -> list[str]:
    """What a reader sees in the codes of a page printed at 144 dots an inch."""
    picture = page.render(scale=2, grayscale=True).to_numpy()
    return [found.text for found in zxingcpp.read_barcodes(picture)]


def texts(page: pypdfium2.PdfPage) -> str:
    return re.sub(r"\s+", " ", page.get_textpage().get_text_bounded())


def test_each_numbered_container_has_a_label_whose_code_opens_its_event_form(
    partner: FlaskClient, web_store: Store, sign_in: SignIn
) -> None:
    numbers = [container_number(serial) for serial in (1, 2, 3)]
    send(partner, "/shipments/new", form_of(*(box(serial) for serial in (1, 2, 3)), reference="CM-77"))
    (shipment,) = [s for s in shipments(web_store) if s.reference == "CM-77"]
    page = partner.get(f"/shipments/{shipment.id}").text
    assert f'href="/shipments/{shipment.id}/labels.pdf"' in page
    answer = partner.get(f"/shipments/{shipment.id}/labels.pdf")
    assert answer.mimetype == "application/pdf"
    (sheet,) = drawn(answer.data)
    found = sorted(codes(sheet))
    assert found == sorted(f"http://127.0.0.1:8000/events/new?container={number}" for number in numbers)
    said = texts(sheet)
    assert said.count("CM-77") == 3
    assert "Chongqing – Mannheim" in said
    for number in numbers:  # owner and serial number as on the door, the check digit in a frame of its own
        assert f"{number[:4]} {number[4:10]} {number[10]}" in said

    # a phone that is not signed in is asked to, then stands before the form with this container chosen
    address = urlsplit(found[0])
    phone = partner.application.test_client()
    asked = phone.get(f"{address.path}?{address.query}")
    assert asked.status_code == 302
    after = post(phone, asked.location, form_at=asked.location, email="partner@example.org", password=PASSWORD)
    form = phone.get(after.location)
    assert numbers[0][4:10] in words_of(form.text)
    assert len(re.findall(r'name="box"[^>]* checked', form.text)) == 1


def test_containers_without_numbers_have_no_labels(partner: FlaskClient, web_store: Store) -> None:
    booking = form_of({"quantity": "4", "size_type": "45G1", "laden": "yes"}, by_quantity="1")
    send(partner, "/shipments/new", booking)
    (shipment,) = shipments(web_store)
    assert "labels.pdf" not in partner.get(f"/shipments/{shipment.id}").text
    answer = partner.get(f"/shipments/{shipment.id}/labels.pdf")
    assert answer.status_code == 404
    assert "No container of this shipment has a number yet" in words_of(answer.text)


def test_labels_are_for_those_who_may_tell_of_the_shipment(
    partner: FlaskClient, web_store: Store, sign_in: SignIn
) -> None:
    send(partner, "/shipments/new", form_of())
    (shipment,) = shipments(web_store)
    address = f"/shipments/{shipment.id}/labels.pdf"
    assert sign_in(Role.PARTNER, "Other", "other@example.org").get(address).status_code == 404
    assert sign_in(Role.CITY).get(address).status_code == 403
    assert partner.application.test_client().get(address).status_code == 302


def label(number: int, **changes: str) -> Label:
    values = {
        "number": "MSKU 907323",
        "check_digit": "5",
        "reference": "CM-1",
        "route": "Chongqing – Mannheim",
        "note": "Scan with a phone to record what happened.",
        "address": f"https://railtrack.example.org/events/new?container=MSKU{number:07}",
    }
    return Label(**(values | changes))


def test_a_sheet_holds_24_and_used_places_stay_empty() -> None:
    labels = [label(number) for number in range(PLACES)]
    assert len(drawn(sheets(labels, title="Labels", language="en"))) == 1
    first, second = drawn(sheets(labels, title="Labels", language="en", skip=2))
    assert len(codes(first)) == PLACES - 2
    assert sorted(codes(second)) == sorted(each.address for each in labels[-2:])


@pytest.mark.parametrize("reference", ["R" * 400, "#let x = 1 $ * _ [", "<b>&amp;\\", "مرجع 🚆"])
def test_whatever_a_reference_holds_the_number_and_the_code_stay_whole(reference: str) -> None:
    (page,) = drawn(sheets([label(1, reference=reference)], title=reference, language="de"))
    assert codes(page) == [label(1).address]
    assert "MSKU 907323 5" in texts(page)
