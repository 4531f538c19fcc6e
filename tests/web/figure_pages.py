"""A store with the reference data and the published record, copied for each test; and ways to read the pages on it.

Test modules import the fixtures by name, so that `app` stands on this store and on a present of late 2026.
"""

import re
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from railtrack.domain.cargo.goods import StatedShipment
from railtrack.operations.administering.reference import init, load_world
from railtrack.operations.entering.loading import load_file
from railtrack.store.engine import Store
from railtrack.store.writing.booking import Provenance
from tests.analytics import worked_case
from tests.factories import ADMINISTRATOR, container, enter, event_row, moment, shipment_row, tell

PRESENT = datetime(2026, 11, 24, 8, tzinfo=UTC)
EVIL = "<script>alert(1)</script>"
EVIL_PARTNER = "<b>Müller & Söhne</b>"


@pytest.fixture(scope="session")
def published_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as `init` leaves it: reference data and the published movements."""
    path = tmp_path_factory.mktemp("published") / "published.db"
    shutil.copyfile(sqlite_template, path)
    store = Store(f"sqlite:///{path}")
    init(store, now=PRESENT)
    store.close()
    return path


@pytest.fixture
def sqlite_url(published_template: Path, tmp_path: Path) -> str:
    """The URL of a database with the published record."""
    path = tmp_path / "railtrack.db"
    shutil.copyfile(published_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def now() -> datetime:
    return PRESENT


def load_worked_case(store: Store) -> None:
    """Put the worked case of the contract into the store, both files as they stand."""
    world = load_world(store)
    for name in ("shipments.csv", "events.csv"):
        content = (worked_case.FOLDER / name).read_bytes()
        assert load_file(store, content, name, world=world, actor=ADMINISTRATOR, now=PRESENT).stored


def under_way(store: Store, reference: str = "R1", *, simulated: bool = False, **facts: object) -> None:
    """Enter a shipment that left Chongqing a week ago and stands in Dostyk since yesterday."""
    rails = load_world(store).network
    stated = {
        "train": "T 7",
        "planned_departure": moment("2026-11-17T08:00+08:00"),
        "planned_arrival": moment("2026-12-10T12:00+01:00"),
    } | facts
    row: StatedShipment = shipment_row(reference, container(sum(map(ord, reference))), **stated)
    enter(store, rails, [row], now=PRESENT, provenance=Provenance(simulated=simulated))
    partner = row.shipment.partner
    told = [
        event_row("departed", "CKG", "2026-11-17T08:30+08:00", reference, partner=partner),
        event_row("arrived", "DTK", "2026-11-23T06:00+05:00", reference, partner=partner),
    ]
    tell(store, rails, told, now=PRESENT)


def text_of(page: str) -> str:
    """A page's words in one line, drawings aside."""
    page = re.sub(r"(?s)<(script|style|head)\b.*?</\1>", " ", page)
    page = re.sub(r"<[^>]+>", " ", page)
    for name, sign in (("&#39;", "'"), ("&#34;", '"'), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"), ("\xa0", " ")):
        page = page.replace(name, sign)
    return re.sub(r"\s+", " ", page)


def table_rows(page: str, css: str) -> list[list[str]]:
    """The cells of the first table with this class, row by row; a cell that spans rows stands in the first only."""
    table = re.search(rf'(?s)<table class="[^"]*\b{css}\b[^"]*">(.*?)</table>', page)
    assert table, f"no table {css}"
    rows = re.findall(r"(?s)<tr\b[^>]*>(.*?)</tr>", table[1])
    return [[text_of(cell).strip() for cell in re.findall(r"(?s)<t[hd]\b[^>]*>(.*?)</t[hd]>", row)] for row in rows]


def answer_of(page: str) -> str:
    found = re.search(r'(?s)<h1 class="answer">(.*?)</h1>', page)
    assert found
    return text_of(found[1]).strip()


def get(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, f"{address}: {answer.status_code} {answer.text[:300]}"
    return answer.text


def foreign_addresses(page: str) -> Sequence[str]:
    """What a page would load from elsewhere; a link one may follow loads nothing."""
    loading = r'<(?:script|link|img|iframe|source|video|audio|object|embed|use|image)\b[^>]*(?:src|href|data)="([^"]+)"'
    return [address for address in re.findall(loading, page) if not address.startswith(("/", "#", "data:"))]
