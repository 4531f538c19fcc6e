"""Taking back a shipment that was just recorded: what was typed is there again, and the audit keeps what was."""

from datetime import datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient

from railtrack.domain.actors import EVERYTHING, Role
from railtrack.operations.administering.auditing import verify_audit
from railtrack.store.audit import audit_entries
from railtrack.store.engine import Store
from railtrack.store.reading.facts import StoreFacts
from railtrack.store.tables import ContainerRow, JourneyRow, ShipmentRow
from tests.web.conftest import CLERK, SignIn, words_of
from tests.web.entry_pages import box, count, field_value, form_of, send, told

PAGE = "/shipments/1?recorded=k1"
BUTTON = "Undo the recording"


def undo(client: FlaskClient, key: str = "k1") -> str:
    """Press the button; gives the page that follows."""
    return str(send(client, "/shipments/undo", {"key": key}, follow_redirects=True).text)


def test_what_was_typed_is_there_again_and_can_be_recorded_anew(booked: FlaskClient, web_store: Store) -> None:
    assert BUTTON in booked.get(PAGE).text
    page = undo(booked)
    assert "Taken back: nothing of it is recorded." in words_of(page)
    assert [count(web_store, table) for table in (ShipmentRow, ContainerRow, JourneyRow)] == [0, 0, 0]
    assert [field_value(page, name) for name in ("reference", "train")] == ["CM-1", "YXO 1"]
    assert field_value(page, "planned_departure") == "2024-06-10 10:00"
    assert field_value(page, "container") == box(1)["container"]
    again = form_of(box(1), box(2), key="k2", draft=field_value(page, "draft"))
    assert send(booked, "/shipments/new", again).status_code == 302
    assert count(web_store, ShipmentRow) == 1
    assert booked.get("/shipments/1").status_code == 404


def test_the_audit_keeps_that_it_was_booked_and_withdrawn_and_still_holds(
    booked: FlaskClient, web_store: Store, now: datetime
) -> None:
    undo(booked)
    with web_store.reading() as r:
        told_of = audit_entries(r, EVERYTHING, subject="shipment", subject_id="1").items
    assert [each.action for each in told_of] == ["withdraw", "take out", "take out", "take out", "book"]
    assert {each.actor for each in told_of} == {"partner@example.org"}
    assert (told_of[0].before or {})["reference"] == "CM-1"
    assert verify_audit(web_store, actor=CLERK, now=now).check.holds


def test_it_is_offered_where_it_can_be_done_and_nowhere_else(
    booked: FlaskClient, sign_in: SignIn, web_store: Store
) -> None:
    assert BUTTON not in booked.get("/shipments/1").text
    assert BUTTON not in booked.get("/shipments/1?recorded=other").text
    colleague = sign_in(Role.PARTNER, "Beispiel-Spedition", "li@example.org")
    assert BUTTON not in colleague.get(PAGE).text
    assert send(colleague, "/shipments/undo", {"key": "k1"}).status_code == 404
    # the same form sent by somebody else recorded nothing, so there is nothing of theirs to take back
    known = form_of(box(1), box(2), box(3), train="YXO 1", planned_departure="2024-06-10 10:00", key="k7")
    assert send(colleague, "/shipments/new", known).headers["Location"] == "/shipments/1?recorded=k7"
    assert BUTTON not in colleague.get("/shipments/1?recorded=k7").text
    assert send(colleague, "/shipments/undo", {"key": "k7"}).status_code == 409
    assert count(web_store, ShipmentRow) == 1


def test_after_something_happened_to_it_it_stays(booked: FlaskClient, web_store: Store) -> None:
    more = form_of(box(4), key="k3")
    assert send(booked, "/shipments/new", more).status_code == 302
    assert BUTTON not in booked.get(PAGE).text
    answer = send(booked, "/shipments/undo", {"key": "k1"})
    assert answer.status_code == 409
    assert "Something happened to this shipment since, so it stays." in words_of(answer.text)
    assert count(web_store, ShipmentRow) == 1


def test_an_event_keeps_it_were_it_withdrawn_by_now(booked: FlaskClient, web_store: Store) -> None:
    assert send(booked, "/events/new", told(web_store, key="e1")).status_code == 302
    assert send(booked, "/events/undo", {"key": "e1"}).status_code == 302
    assert send(booked, "/shipments/undo", {"key": "k1"}).status_code == 409
    assert send(booked, "/shipments/undo", {"key": "e1"}).status_code == 404  # that form told of an event
    assert count(web_store, ShipmentRow) == 1


def test_after_half_an_hour_it_stays(booked: FlaskClient, app: Flask, web_store: Store, now: datetime) -> None:
    app.extensions["railtrack"]["clock"] = lambda: now + timedelta(minutes=29)
    assert BUTTON in booked.get(PAGE).text
    app.extensions["railtrack"]["clock"] = lambda: now + timedelta(minutes=31)
    assert BUTTON not in booked.get(PAGE).text
    answer = send(booked, "/shipments/undo", {"key": "k1"})
    assert (answer.status_code, count(web_store, ShipmentRow)) == (409, 1)
    assert "within 30 minutes" in words_of(answer.text)


def test_statistics_and_lists_forget_it(booked: FlaskClient, web_store: Store) -> None:
    facts = StoreFacts(web_store)
    known = facts.facts_since(None)
    assert known.journeys.num_rows == 3
    undo(booked)
    since = facts.facts_since(known.change, known.lineage)
    assert sorted(since.stale) == sorted(row["journey_id"] for row in known.journeys.to_pylist())
    assert facts.facts_since(None).journeys.num_rows == 0
    assert 'href="/shipments/1"' not in booked.get("/shipments?status=not_departed").text
