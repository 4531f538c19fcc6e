"""Events through the interface: one or many, each with its result; and what is new, with nothing left out or twice."""

import threading
from datetime import datetime
from typing import Any

from railtrack.domain.actors import Role
from railtrack.domain.line.network import Network
from railtrack.operations.following.records import new_events
from railtrack.store.engine import Store
from tests.api.conftest import Caller, Program
from tests.factories import ADMINISTRATOR, container, container_number, enter, event_row, partner, shipment_row, tell

BOX = container_number(1)
SHIPMENT = {
    "reference": "A-1",
    "origin": "CKG",
    "destination": "MHG",
    "containers": [{"container": BOX, "size_type": "45G1"}],
}


def event(kind: str = "departed", station: str = "CKG", at: str = "2024-05-01T09:00", **more: Any) -> dict[str, Any]:
    return {"reference": "A-1", "event": kind, "station": station, "occurred_at": at, **more}


def test_one_event_is_recorded_once_and_refused_with_its_place(alpha: Caller) -> None:
    alpha.post("/shipments", SHIPMENT)
    first = alpha.post("/events", event(source_id="s-1"))
    assert first.status_code == 201
    assert (first.json["accepted"], first.json["duplicates"], first.json["rejected"]) == (1, 0, 0)
    again = alpha.post("/events", event(source_id="s-1"))
    assert (again.status_code, again.json["duplicates"], again.json["results"][0]["id"]) == (200, 1, None)
    wrong = alpha.post("/events", event("departs", "PLMAL", "2024-05-01T25:00"))
    assert wrong.status_code == 422
    assert {each["pointer"] for each in wrong.json["errors"]} == {"/event", "/station", "/occurred_at"}
    assert wrong.json["errors"][0]["suggestions"] == ["departed"]
    (listed,) = alpha.get("/shipments/A-1/events").json["items"]
    assert listed["id"] == first.json["results"][0]["id"]
    assert (listed["event"], listed["code"], listed["station"]) == ("departed", "DEPA", "CKG")
    assert (listed["occurred_at"], listed["sender"], listed["source_id"]) == (
        "2024-05-01T09:00:00+08:00",
        "Alpha",
        "s-1",
    )


def test_of_a_list_each_that_is_good_is_recorded_and_each_has_a_result(alpha: Caller) -> None:
    alpha.post("/shipments", SHIPMENT)
    response = alpha.post(
        "/events",
        [event(), event("arrived", "nowhere"), 7, event(), event("arrived", "ALK", "2024-05-08", colour="red")],
    )
    assert response.status_code == 207
    results = response.json["results"]
    assert [each["index"] for each in results] == [0, 1, 2, 3, 4]
    assert [each["state"] for each in results] == ["accepted", "rejected", "rejected", "duplicate", "accepted"]
    assert results[1]["errors"][0]["pointer"] == "/1/station"
    assert (results[2]["errors"][0]["pointer"], results[2]["errors"][0]["detail"]) == ("/2", "This is not an object.")
    noticed = results[4]["errors"][0]
    assert (noticed["pointer"], noticed["severity"]) == ("/4/colour", "warning")
    assert len(alpha.get("/shipments/A-1/events").json["items"]) == 2


def test_a_thousand_events_fit_and_not_one_more(alpha: Caller) -> None:
    alpha.post("/shipments", SHIPMENT)
    many = [
        {"reference": "A-1", "event": "position", "lat": 45, "lon": 80, "occurred_at": f"2024-05-{d:02}T{h:02}:{m:02}Z"}
        for d in range(1, 15)
        for h in range(24)
        for m in (0, 20, 40)
    ]
    assert len(many) > 1000
    response = alpha.post("/events", many[:1001])
    assert (response.status_code, response.json["detail"]) == (
        422,
        "These are 1001 events, 1000 fit. Send them in several requests.",
    )
    assert alpha.post("/events", many[:1000]).json["accepted"] == 1000
    assert alpha.post("/events", []).json == {"accepted": 0, "duplicates": 0, "rejected": 0, "results": []}


def test_a_correction_and_a_withdrawal_stay_in_the_history(alpha: Caller) -> None:
    alpha.post("/shipments", SHIPMENT)
    first = alpha.post("/events", event()).json["results"][0]["id"]
    mended = alpha.post("/events", event(at="2024-05-01T10:00", corrects=first)).json["results"][0]["id"]
    assert alpha.post("/events", {"event": "VOID", "voids": mended}).status_code == 201
    listed = alpha.get("/shipments/A-1/events").json["items"]
    assert [(each["code"], each["current"]) for each in listed] == [("DEPA", False), ("DEPA", False), ("VOID", False)]
    assert (listed[1]["corrects"], listed[2]["voids"]) == (first, mended)


def test_what_is_new_comes_in_the_order_of_recording(alpha: Caller, program: Program) -> None:
    alpha.post("/shipments", SHIPMENT)
    alpha.post("/events", [event(), event("arrived", "ALK", "2024-05-08T10:00")])
    page = alpha.get("/events?limit=1").json
    assert page["next_since"] is None
    alpha.post("/events", event("departed", "ALK", "2024-05-08T09:00"))  # earlier, but told later
    seen = page["items"]
    while page["next_cursor"]:
        page = alpha.get(f"/events?limit=1&cursor={page['next_cursor']}").json
        seen += page["items"]
    assert [each["occurred_at"][:16] for each in seen] == ["2024-05-01T09:00", "2024-05-08T10:00", "2024-05-08T09:00"]
    since = page["next_since"]
    assert alpha.get(f"/events?since={since}").json == {"items": [], "next_cursor": None, "next_since": since}
    alpha.post("/events", event("arrived", "DTK", "2024-05-09T10:00"))
    assert [each["station"] for each in alpha.get(f"/events?since={since}").json["items"]] == ["DTK"]
    city = program(Role.CITY)
    assert len(city.get("/events").json["items"]) == 4


def test_nothing_new_is_left_out_or_comes_twice_while_several_record(
    furnished: Store, network: Network, now: datetime
) -> None:
    writers, each_tells = 4, 12
    for n in range(writers):
        enter(furnished, network, [shipment_row(f"W-{n}", container(n + 1))])
    actor = partner(furnished)
    done = threading.Event()

    def record(n: int) -> None:
        for hour in range(each_tells):
            rows = [event_row("position", None, f"2024-05-0{n + 1}T{hour:02}:00+00:00", f"W-{n}", lat=45.0, lon=80.0)]
            tell(furnished, network, rows, actor=ADMINISTRATOR, now=now)

    seen: list[str] = []
    sequences: list[int] = []

    def follow() -> None:
        since = 0
        while True:
            is_last = done.is_set()
            cursor = None
            while True:
                page = new_events(furnished, since, simulated=False, limit=3, cursor=cursor, actor=actor)
                seen.extend(each.id for each in page.items)
                sequences.extend(each.sequence for each in page.items)
                cursor = page.next_cursor
                if cursor is None:
                    break
            since = page.change
            if is_last:
                return

    threads = [threading.Thread(target=record, args=(n,)) for n in range(writers)]
    follower = threading.Thread(target=follow)
    for thread in (*threads, follower):
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    follower.join()
    assert len(seen) == len(set(seen)) == writers * each_tells
    assert sequences == sorted(sequences)
