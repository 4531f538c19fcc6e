"""Telling by form where a train was seen between stations: a place of its own, a clock of its own."""

import re

import pytest
from flask.testing import FlaskClient

from railtrack.store.engine import Store
from railtrack.store.tables import EventRow
from tests.web.conftest import words_of
from tests.web.entry_pages import count, events, field_value, send, told

ADDRESS = "/events/new"


def position(web_store: Store, **fields: object) -> dict[str, object]:
    """Seen near Saryshagan on 12 June at 16:00 on a clock at UTC+5; a station somebody chose before stays chosen."""
    seen = {
        "pick": "other", "event": "position", "station": "DTK", "lat": "46.11", "lon": "73.62", "offset": "UTC+5",
        "on_date": "2024-06-12", "at_time": "16:00",
    }  # fmt: skip
    return told(web_store, **(seen | fields))


@pytest.mark.parametrize("offset", ["UTC+5", "+5", "+05:00", "+0500", "utc +5"])
def test_a_position_is_told_with_its_place_and_its_clock(booked: FlaskClient, web_store: Store, offset: str) -> None:
    page = send(booked, ADDRESS, position(web_store, offset=offset), follow_redirects=True)
    (event,) = events(web_store)
    assert (event.event, event.station, event.lat, event.lon) == ("position", None, 46.11, 73.62)
    assert event.occurred_at.isoformat() == "2024-06-12T11:00:00+00:00"
    assert "Position is recorded for 3 containers." in words_of(page.text)
    assert "46.11° N, 73.62° E" in words_of(page.text)


def test_west_of_greenwich_and_of_utc_a_position_can_be_told_with_a_true_minus(
    booked: FlaskClient, web_store: Store
) -> None:
    page = send(
        booked,
        ADDRESS,
        position(web_store, lat="-1.5", lon="-2", offset="UTC−3:30", at_time="05:00"),
        follow_redirects=True,
    )
    assert "1.5° S, 2° W" in words_of(page.text)
    assert events(web_store)[0].occurred_at.isoformat() == "2024-06-12T08:30:00+00:00"


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"lat": ""}, "f-lat", "Latitude is empty"),
        ({"lon": ""}, "f-lon", "Longitude is empty"),
        ({"lat": "91"}, "f-lat", "90"),
        ({"lon": "73° 37′"}, "f-lon", "number"),
        ({"offset": ""}, "f-date", "offset"),
        ({"offset": "here"}, "f-date", "time"),
        ({"at_time": ""}, "f-date", "offset"),
    ],
)
def test_what_a_position_lacks_is_said_at_its_field_and_what_was_typed_stays(
    booked: FlaskClient, web_store: Store, change: dict[str, str], field: str, said: str
) -> None:
    page = send(booked, ADDRESS, position(web_store, **change))
    assert page.status_code == 422
    (problem,) = re.findall(r'<li><a href="#([^"]+)">(.*?)</li>', page.text)
    assert problem[0] == field
    assert said in words_of(problem[1])
    kept = {"lat": "46.11", "lon": "73.62", "offset": "UTC+5"} | change
    assert all(field_value(page.text, name) == kept[name] for name in ("lat", "lon", "offset"))
    assert count(web_store, EventRow) == 0


def test_the_clock_of_a_position_is_proposed_from_where_the_shipment_was_last(
    booked: FlaskClient, web_store: Store
) -> None:
    assert field_value(booked.get(f"{ADDRESS}?shipment=1").text, "offset") == "UTC+8"


def test_coordinates_typed_for_another_event_are_left_out(booked: FlaskClient, web_store: Store) -> None:
    assert send(booked, ADDRESS, told(web_store, lat="46", lon="73", offset="UTC+5")).status_code == 302
    (event,) = events(web_store)
    assert (event.lat, event.occurred_at.isoformat()) == (None, "2024-06-11T00:30:00+00:00")


def test_a_position_is_corrected_on_its_own_clock(booked: FlaskClient, web_store: Store) -> None:
    send(booked, ADDRESS, position(web_store))
    address = f"/events/{events(web_store)[0].id}/correct"
    page = booked.get(address).text
    names = ("lat", "lon", "offset", "on_date", "at_time")
    known = {name: field_value(page, name) for name in names}
    assert known == {
        "lat": "46.11", "lon": "73.62", "offset": "UTC+5", "on_date": "2024-06-12", "at_time": "16:00",
    }  # fmt: skip
    form = {"key": "c", "classifier": "actual", "event": "position", **known, "lat": "46.5"}
    assert send(booked, address, form).status_code == 302
    first, second = events(web_store)
    assert (first.current, second.current, second.lat, second.occurred_at) == (False, True, 46.5, first.occurred_at)
