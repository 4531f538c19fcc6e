"""Markup and formulas in every text people type: shown as typed, run nowhere, no formula in a file."""

import csv
import io
import re
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from railtrack.domain.actors import Role
from railtrack.operations.administering.accounts import create_user
from railtrack.store.engine import Store
from tests.web.conftest import CLERK, PASSWORD, SignIn, post, words_of
from tests.web.entry_pages import FORMULA, HOSTILE, box, form_of, send
from tests.web.figure_pages import published_template, sqlite_url

__all__ = ["published_template", "sqlite_url"]
MARKUP = "<script>"
TYPED = f"{HOSTILE}{{{{7*7}}}}"


@pytest.fixture(params=[TYPED, FORMULA], ids=["markup", "formula"])
def text(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def writer(app: Flask, web_store: Store, now: datetime, text: str) -> FlaskClient:
    """A person of this name, of an organisation of this name, with a shipment, a draft and an event of this text."""
    create_user(
        web_store, "x@example.org", text, Role.PARTNER, organisation=text, password=PASSWORD, actor=CLERK, now=now
    )
    client = app.test_client()
    assert post(client, "/sign-in", email="x@example.org", password=PASSWORD).status_code == 302
    kept = send(client, "/shipments/new", form_of(box(goods=text, seals=text), do="draft", reference=text))
    assert kept.status_code == 302, words_of(kept.text)
    stored = send(
        client, "/shipments/new", form_of(box(goods=text, seals=text), reference=text, shipper=text, train=text[:20])
    )
    assert stored.status_code == 302, words_of(stored.text)
    return client


def test_pages_show_it_as_it_was_typed(writer: FlaskClient, sign_in: SignIn, text: str) -> None:
    administrator = sign_in(Role.ADMINISTRATOR)
    found = re.search(r'<th scope="row"><a href="(/shipments/\d+)">', writer.get("/shipments?status=not_departed").text)
    assert found
    shipment = found[1]
    own = ["/", "/account", "/shipments", "/shipments/new", "/trains", "/map", "/statistics/volume", shipment,
           f"{shipment}/history", "/import"]  # fmt: skip
    seen = [(path, writer.get(path).text) for path in own]
    seen += [
        (path, administrator.get(path).text) for path in ("/admin/users", "/shipments", f"{shipment}/audit", "/map")
    ]
    said = {path: words_of(page) for path, page in seen}
    for path, page in seen:
        assert f"{MARKUP}alert" not in page, path
        assert "49" not in page or "{{7*7}}" not in text or f"{HOSTILE}49" not in said[path], path
    for path in ("/account", "/shipments", "/shipments/new", "/admin/users", shipment):
        assert text in said[path], path


def test_files_hold_no_formula(writer: FlaskClient, text: str) -> None:
    rows = list(csv.reader(io.StringIO(writer.get("/shipments/list.csv").text.lstrip("\ufeff"))))
    cells = [cell for row in rows for cell in row]
    assert [cell for cell in cells if text in cell], "it is there"
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
    book = load_workbook(io.BytesIO(writer.get("/shipments/list.xlsx").data))
    assert not [c.value for row in book.worksheets[0].iter_rows() for c in row if c.data_type == "f"]
