"""Telling what happened by form: to a shipment, a train, some containers; correcting and taking back."""

import re

import pytest
from flask.testing import FlaskClient

from railtrack.domain.actors import Role
from railtrack.store.engine import Store
from railtrack.store.tables import EventRow
from tests.factories import container_number
from tests.web.conftest import SignIn, words_of
from tests.web.entry_pages import FORMULA, HOSTILE, box, containers, count, events, form_of, send, told

ADDRESS = "/events/new"


# ---------------------------------------------------------------- telling


def test_a_shipments_departure_is_one_fact_of_the_shipment(booked: FlaskClient, web_store: Store) -> None:
    answer = send(booked, ADDRESS, told(web_store))
    assert answer.status_code == 302
    (event,) = events(web_store)
    assert (event.event, event.station, event.container_id, event.classifier) == ("departed", "CKG", None, "actual")
    assert event.occurred_at.isoformat() == "2024-06-11T00:30:00+00:00"  # 8:30 at UTC+8


def test_afterwards_the_page_says_what_is_recorded_and_offers_to_undo(booked: FlaskClient, web_store: Store) -> None:
    page = send(booked, ADDRESS, told(web_store), follow_redirects=True)
    assert "Departed at Chongqing Tuanjiecun is recorded for 3 containers." in words_of(page.text)
    assert "Undo" in page.text


def test_some_containers_have_the_event_each_of_their_own(booked: FlaskClient, web_store: Store) -> None:
    first, second, _ = containers(web_store)
    send(booked, ADDRESS, told(web_store, box=[str(first.id), str(second.id)]))
    assert [e.container_id for e in events(web_store)] == [first.id, second.id]


def test_choosing_no_container_is_a_problem(booked: FlaskClient, web_store: Store) -> None:
    answer = send(booked, ADDRESS, told(web_store, box=[]))
    assert answer.status_code == 422
    assert "No container is chosen" in words_of(answer.text)


def test_a_whole_train_departs_in_one_entry_over_several_shipments(booked: FlaskClient, web_store: Store) -> None:
    other = form_of(box(8), reference="CM-2", key="k2", train="YXO 1", planned_departure="2024-06-10 10:00")
    send(booked, "/shipments/new", other)
    train = {"train": "YXO 1", "date": "2024-06-10", "origin": "CKG"}
    page = booked.get(ADDRESS, query_string=train)
    assert "What happened to the train from Chongqing?" in words_of(page.text)
    assert "4 of 4" in words_of(page.text)
    form = {k: v for k, v in told(web_store).items() if k not in ("shipment", "box")} | train
    answer = send(booked, ADDRESS, form | {"box": [str(c.id) for c in containers(web_store)]})
    assert answer.status_code == 302
    assert [(e.event, e.shipment_id) for e in events(web_store)] == [("departed", 1), ("departed", 2)]


def test_a_booking_without_numbers_can_depart(partner: FlaskClient, web_store: Store) -> None:
    quantity = form_of({"quantity": "20", "size_type": "45G1", "laden": "yes"}, by_quantity="1")
    send(partner, "/shipments/new", quantity)
    page = send(partner, ADDRESS, told(web_store), follow_redirects=True)
    assert "recorded for 20 containers" in words_of(page.text)


def test_a_container_finds_its_shipment(booked: FlaskClient) -> None:
    page = booked.get(f"{ADDRESS}?container={container_number(2)}").text
    assert f"What happened to {container_number(2)[:4]}" in words_of(page)
    assert "1 of 3" in words_of(page)


def test_the_likely_next_event_stands_first(booked: FlaskClient, web_store: Store) -> None:
    page = booked.get(f"{ADDRESS}?shipment=1").text
    assert re.findall(r'name="pick" value="([^"]+)"', page)[0] == "departed@CKG"
    send(booked, ADDRESS, told(web_store))
    page = booked.get(f"{ADDRESS}?shipment=1").text
    assert re.findall(r'name="pick" value="([^"]+)"', page)[0] == "arrived@XIA"


def test_now_is_offered_on_the_stations_clock(booked: FlaskClient) -> None:
    page = booked.get(f"{ADDRESS}?shipment=1").text
    assert 'name="on_date" aria-label="Date" aria-describedby="zone" value="2024-06-12"' in page
    assert 'aria-describedby="zone" value="20:00"' in page
    assert "Chongqing time, UTC+8" in words_of(page)


def test_without_a_script_now_follows_the_station_that_was_picked(booked: FlaskClient, web_store: Store) -> None:
    form = told(
        web_store, pick="other", event="arrived", station="DTK", on_date="2024-06-12", at_time="20:00",
        shown="2024-06-12T20:00@Asia/Shanghai",
    )  # fmt: skip
    send(booked, ADDRESS, form)
    assert events(web_store)[0].occurred_at.isoformat() == "2024-06-12T12:00:00+00:00"


def test_a_time_that_was_typed_is_meant_on_the_clock_of_the_station(booked: FlaskClient, web_store: Store) -> None:
    form = told(
        web_store, pick="other", event="arrived", station="DTK", on_date="2024-06-12", at_time="16:00",
        shown="2024-06-12T20:00@Asia/Shanghai",
    )  # fmt: skip
    send(booked, ADDRESS, form)
    assert events(web_store)[0].occurred_at.isoformat() == "2024-06-12T11:00:00+00:00"  # Dostyk at UTC+5


def test_a_day_without_a_time_is_kept_as_a_day(booked: FlaskClient, web_store: Store) -> None:
    send(booked, ADDRESS, told(web_store, at_time=""))
    assert events(web_store)[0].occurred_is_day


def test_wagon_reason_remark_and_classifier_are_kept(booked: FlaskClient, web_store: Store) -> None:
    form = told(
        web_store, on_date="2024-06-20", classifier="planned", wagon="31 80 0691 235-2", reason="border_queue",
        remark="from track 3",
    )  # fmt: skip
    assert send(booked, ADDRESS, form).status_code == 302
    (event,) = events(web_store)
    assert (event.classifier, event.wagon, event.reason, event.remark) == (
        "planned", "318006912352", "border_queue", "from track 3",
    )  # fmt: skip


# ---------------------------------------------------------------- problems and warnings

PROBLEMS: list[tuple[dict[str, object], str]] = [
    ({"on_date": "2024-06-13"}, "This time lies in the future"),
    ({"on_date": "2024-06-13", "at_time": ""}, "This day has not come there yet"),
    ({"on_date": ""}, "When is empty"),
    ({"on_date": "2024-02-30"}, "There is no such day"),
    ({"pick": "other"}, "Event is empty"),
    ({"pick": "other", "event": "departed"}, "Station is empty"),
    ({"pick": "flown@CKG"}, "There is no event of this name"),
    ({"pick": "departed@XYZ"}, "No station of this name"),
    ({"wagon": "318006912351"}, "The check digit should be"),
    ({"reason": "bad luck"}, "This is not one of our delay codes"),
    ({"pick": "cancelled@CKG"}, "Reason of a delay is empty"),
    ({"classifier": "surely"}, "A statement is actual, estimated or planned"),
    ({"remark": "x" * 10_000}, "The text has 10000 characters"),
    ({"wagon": "9" * 10_000}, "A wagon has 12 digits"),
    ({"pick": "arrived@MHG", "on_date": "2024-03-31", "at_time": "02:30"}, "This time does not exist"),
]


def test_a_problem_is_said_and_nothing_is_stored(
    booked: FlaskClient, web_store: Store, subtests: pytest.Subtests
) -> None:
    for change, said in PROBLEMS:
        with subtests.test(said):
            answer = send(booked, ADDRESS, told(web_store, key=said, **change))
            assert answer.status_code == 422
            assert said in words_of(answer.text)
            assert count(web_store, EventRow) == 0


def test_a_time_that_came_twice_can_be_told_apart_by_a_button(booked: FlaskClient, web_store: Store) -> None:
    form = told(web_store, pick="departed@MHG", on_date="2023-10-29", at_time="02:30")
    page = send(booked, ADDRESS, form).text
    exact = re.search(r'name="exact" value="([^"]+)"', page)
    assert exact
    assert send(booked, ADDRESS, {**form, "exact": exact[1]}).status_code == 302
    assert events(web_store)[0].occurred_at.isoformat() == "2023-10-29T00:30:00+00:00"


def test_values_are_kept_when_the_form_comes_back(booked: FlaskClient, web_store: Store) -> None:
    page = send(booked, ADDRESS, told(web_store, on_date="2024-06-13", remark="from track 3")).text
    assert 'value="2024-06-13"' in page
    assert "from track 3" in page


def test_a_warning_is_shown_after_recording_with_a_link_to_correct(booked: FlaskClient, web_store: Store) -> None:
    send(booked, ADDRESS, told(web_store, pick="cancelled@CKG", reason="border_queue"))
    page = send(booked, ADDRESS, told(web_store, key="e2"), follow_redirects=True)
    assert "This shipment is cancelled" in words_of(page.text)
    assert "Correct it" in page.text
    assert count(web_store, EventRow) == 2


def test_hostile_text_is_kept_as_text(booked: FlaskClient, web_store: Store) -> None:
    for key, text in (("a", HOSTILE), ("b", FORMULA)):
        day = f"2024-06-0{3 + ord(key) - ord('a')}"
        page = send(booked, ADDRESS, told(web_store, key=key, remark=text, on_date=day), follow_redirects=True)
        assert HOSTILE not in page.text
    assert [e.remark for e in events(web_store)] == [HOSTILE, FORMULA]
    assert HOSTILE not in booked.get(f"/events/{events(web_store)[0].id}/correct").text


# ---------------------------------------------------------------- once


def test_a_form_sent_twice_is_stored_once(booked: FlaskClient, web_store: Store) -> None:
    first = send(booked, ADDRESS, told(web_store))
    second = send(booked, ADDRESS, told(web_store))
    assert first.location == second.location
    assert count(web_store, EventRow) == 1


def test_the_same_event_in_a_new_form_changes_nothing(booked: FlaskClient, web_store: Store) -> None:
    send(booked, ADDRESS, told(web_store))
    page = send(booked, ADDRESS, told(web_store, key="e2"), follow_redirects=True)
    assert "recorded already" in words_of(page.text)
    assert count(web_store, EventRow) == 1


# ---------------------------------------------------------------- taking back, correcting, withdrawing


def test_undo_withdraws_what_was_just_recorded(booked: FlaskClient, web_store: Store) -> None:
    send(booked, ADDRESS, told(web_store))
    page = send(booked, "/events/undo", {"key": "e1"}, follow_redirects=True)
    assert "Taken back" in words_of(page.text)
    assert [(e.event, e.current) for e in events(web_store)] == [("departed", False), ("void", False)]


def test_undo_twice_withdraws_once(booked: FlaskClient, web_store: Store) -> None:
    send(booked, ADDRESS, told(web_store))
    send(booked, "/events/undo", {"key": "e1"})
    send(booked, "/events/undo", {"key": "e1"})
    assert count(web_store, EventRow) == 2


def test_a_correction_takes_the_place_and_keeps_the_original(booked: FlaskClient, web_store: Store) -> None:
    send(booked, ADDRESS, told(web_store))
    (event,) = events(web_store)
    correction = {
        "key": "c1", "event": "departed", "station": "CKG", "on_date": "2024-06-11", "at_time": "09:00",
        "classifier": "actual", "remark": "the clock was wrong",
    }  # fmt: skip
    assert send(booked, f"/events/{event.id}/correct", correction).status_code == 302
    first, second = events(web_store)
    assert (first.current, second.current, second.corrects) == (False, True, event.id)
    page = booked.get(f"/events/{second.id}/correct").text
    assert "<del>" in page
    assert "the clock was wrong" in page


def test_a_correction_of_what_was_corrected_goes_to_the_newest(booked: FlaskClient, web_store: Store) -> None:
    send(booked, ADDRESS, told(web_store))
    first = events(web_store)[0].id
    for hour in ("09", "10"):
        send(
            booked,
            f"/events/{first}/correct",
            {"key": hour, "event": "departed", "station": "CKG", "on_date": "2024-06-11", "at_time": f"{hour}:00"},
        )
    assert [e.current for e in events(web_store)] == [False, False, True]


def test_withdrawing_needs_a_reason_and_keeps_it(booked: FlaskClient, web_store: Store) -> None:
    send(booked, ADDRESS, told(web_store))
    address = f"/events/{events(web_store)[0].id}/void"
    answer = send(booked, address, {"key": "v1"})
    assert answer.status_code == 422
    assert "Say why it is withdrawn" in words_of(answer.text)
    assert send(booked, address, {"key": "v2", "remark": "wrong train"}).status_code == 302
    assert events(web_store)[1].remark == "wrong train"
    assert booked.get(address).status_code == 404


def test_withdrawing_twice_with_one_form_leads_to_the_same_page(booked: FlaskClient, web_store: Store) -> None:
    send(booked, ADDRESS, told(web_store))
    form = {"key": "v1", "remark": "wrong train"}
    address = f"/events/{events(web_store)[0].id}/void"
    first, second = send(booked, address, form), send(booked, address, form)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.location == second.location
    assert count(web_store, EventRow) == 2
    assert send(booked, address, {"key": "v2", "remark": "again"}).status_code == 404


# ---------------------------------------------------------------- the way there


def test_who_may_write_finds_the_event_form_in_the_navigation_first_on_a_phone(
    partner: FlaskClient, administrator: FlaskClient, city: FlaskClient, client: FlaskClient
) -> None:
    for person in (partner, administrator):
        links = navigation(person.get("/").text)
        assert links[0] == '<a href="/events/new" class="on-phone">Record an event</a>'
        assert '<a href="/events/new" class="off-phone">Record an event</a>' in links
        assert sum("New shipment" in link for link in links) == 1
        assert 'aria-current="page">Record an event' in " ".join(navigation(person.get(ADDRESS).text))
    for person in (city, client):
        assert "/events/new" not in " ".join(navigation(person.get("/").text))


def navigation(page: str) -> list[str]:
    return re.findall(r"<a .*?</a>", page.partition('<nav class="nav"')[2].partition("</nav>")[0])


# ---------------------------------------------------------------- rights


def test_another_partners_shipment_train_container_and_event_are_not_there(
    booked: FlaskClient, sign_in: SignIn, web_store: Store
) -> None:
    send(booked, ADDRESS, told(web_store))
    (event,) = events(web_store)
    other = sign_in(Role.PARTNER, "Other", "other@example.org")
    for address in (
        f"{ADDRESS}?shipment=1",
        f"{ADDRESS}?train=YXO 1&date=2024-06-10&origin=CKG",
        f"{ADDRESS}?container={container_number(1)}",
        f"/events/{event.id}/correct",
        f"/events/{event.id}/void",
        "/events/recorded?key=e1&shipment=1",
    ):
        assert other.get(address).status_code == 404, address
    assert send(other, ADDRESS, told(web_store, key="x")).status_code == 404
    assert send(other, "/events/undo", {"key": "e1"}).status_code == 404
    assert send(other, f"/events/{event.id}/void", {"key": "y", "remark": "no"}).status_code == 404
    assert count(web_store, EventRow) == 1


def test_what_is_no_number_or_day_names_nothing(booked: FlaskClient) -> None:
    assert booked.get(f"{ADDRESS}?train=YXO 1&date=soon&origin=CKG").status_code == 404
    assert booked.get(f"{ADDRESS}?shipment=999").status_code == 404
    assert booked.get(f"{ADDRESS}?shipment=abc").status_code == 404


def test_city_staff_tell_nothing(booked: FlaskClient, sign_in: SignIn, web_store: Store) -> None:
    city = sign_in(Role.CITY)
    assert city.get(ADDRESS).status_code == 403
    assert send(city, ADDRESS, told(web_store)).status_code == 403


def test_the_list_to_choose_from_names_trains_and_shipments(booked: FlaskClient) -> None:
    page = words_of(booked.get(ADDRESS).text)
    assert "Which? One shipment waits for news." in page
    assert "YXO 1" in page
    assert "CM-1" in page


def test_an_administrator_tells_for_the_partner(
    booked: FlaskClient, administrator: FlaskClient, web_store: Store
) -> None:
    assert send(administrator, ADDRESS, told(web_store)).status_code == 302
    assert events(web_store)[0].sender == "Beispiel-Spedition"
