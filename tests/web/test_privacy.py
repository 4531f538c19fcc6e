"""The privacy page: it lists every column that holds personal data, and no other cookie than it says is set."""

from flask.testing import FlaskClient

from railtrack.config import Settings
from railtrack.store.personal import _owners
from railtrack.store.tables import Base
from railtrack.web.privacy import TIES, kept
from tests.web.conftest import words_of

SETTINGS = Settings(retention_addresses_days=41, retention_drafts_days=43, retention_uploads_days=17)
# beside the tables that refer to a user
OF_PERSONS = {"users", "audit", "knocks"}
OF_OTHERS = {
    "events.recorded_by", "events.remark", "shipments.shipper", "shipments.consignee", "shipments.consignment_note",
    "shipments.note",
}  # fmt: skip


def test_every_column_about_people_has_its_words_and_only_those(client: FlaskClient) -> None:
    with client.application.test_request_context():
        listed = [column for each in kept(SETTINGS) for column in each.columns]
    assert len(listed) == len(set(listed)), "each at one place"
    tables = OF_PERSONS | {table.name for table, _ in _owners()}
    stored = {
        f"{name}.{column.name}"
        for name in tables
        for column in Base.metadata.tables[name].columns
        if column.name not in TIES
    }
    assert stored | OF_OTHERS == set(listed)


def test_the_page_says_all_of_it_with_the_times_that_are_set(client: FlaskClient) -> None:
    said = words_of(client.get("/privacy").text)
    with client.application.test_request_context():
        for each in kept(client.application.extensions["railtrack"]["settings"]):
            for text in (each.title, each.what, each.why, each.how_long, each.who):
                assert text in said
        told = " ".join(each.how_long for each in kept(SETTINGS))
    assert all(f"{days} days" in told for days in (41, 43, 17))


def test_a_reader_gets_one_cookie_and_no_more(client: FlaskClient, partner: FlaskClient) -> None:
    for browser in (client, partner):
        names = {
            header.partition("=")[0]
            for path in ("/sign-in", "/privacy", "/account", "/shipments/new")
            for header in browser.get(path).headers.getlist("Set-Cookie")
        }
        assert names <= {"railtrack"}
