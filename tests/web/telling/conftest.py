"""A partner who has booked a shipment, of which the tests here tell, or which they change."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from railtrack.store.engine import Store
from tests.web.entry_pages import box, form_of, send


@pytest.fixture
def sqlite_url(sqlite_furnished_template: Path, tmp_path: Path) -> str:
    """A database that knows stations and corridors."""
    path = tmp_path / "railtrack.db"
    shutil.copyfile(sqlite_furnished_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def now() -> datetime:
    """Noon in UTC, evening in Chongqing."""
    return datetime.fromisoformat("2024-06-12T12:00:00+00:00")


@pytest.fixture
def booked(partner: FlaskClient, web_store: Store) -> FlaskClient:
    """A partner with shipment 1: three containers on train YXO 1 from Chongqing, planned for 10 June 2024."""
    form = form_of(box(1), box(2), box(3), train="YXO 1", planned_departure="2024-06-10 10:00")
    assert send(partner, "/shipments/new", form).status_code == 302
    return partner
