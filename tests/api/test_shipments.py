"""Shipments through the interface: recorded, found whatever they are called, changed on a version, kept from others."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

import pytest

from railtrack.domain.actors import Role
from railtrack.store.engine import Store
from railtrack.store.reading.shipments import shipment_named
from tests.api.conftest import CLERK, Caller, Program
from tests.factories import container_number

BOX, OTHER = container_number(1), container_number(2)


def shipment(reference: str = "A-1", *boxes: dict[str, Any], **more: Any) -> dict[str, Any]:
    listed = list(boxes) or [{"container": BOX, "size_type": "45G1"}]
    return {"reference": reference, "origin": "CKG", "destination": "MHG", "containers": listed} | more


def faults(response: Any) -> dict[str, str]:
    """The sentence of each fault by its place."""
    assert response.content_type == "application/problem+json"
    return {each.get("pointer", each.get("parameter")): each["detail"] for each in response.json["errors"]}


# ---------------------------------------------------------------- recording


def test_a_shipment_is_recorded_and_shown_with_the_names_of_the_files(alpha: Caller) -> None:
    sent = shipment(
        "A-1",
        {"container": "tesu 000001-" + BOX[-1], "size_type": "45g1", "gross_kg": "18220.5", "value": 42000,
         "freight": 12.5, "freight_currency": "usd", "seals": "X1; X2", "laden": True},
        {"quantity": 3, "size_type": "22G1", "laden": "no"},
        planned_departure="2024-05-08T10:00", planned_arrival="2024-05-26", train="YXO 1", train_capacity_teu=82,
    )  # fmt: skip
    response = alpha.post("/shipments", sent)
    assert response.status_code == 201
    assert response.headers["Location"] == f"/api/v1/shipments/{response.json['id']}"
    assert response.headers["ETag"] == f'"1.{response.json["change"]}"'
    assert response.headers["Cache-Control"] == "private, no-cache"
    found = alpha.get("/shipments/A-1")
    assert found.headers["ETag"] == response.headers["ETag"]
    assert {**found.json, "warnings": []} == response.json
    assert found.json["status"] == "not_departed"
    assert (found.json["partner"], found.json["direction"]) == ("Alpha", "westbound")
    assert (found.json["corridor"], found.json["corridor_assumed"]) == ("dostyk-petropavl", True)
    assert found.json["planned_departure"] == "2024-05-08T10:00:00+08:00"
    assert found.json["planned_arrival"] == "2024-05-26"
    assert (found.json["train"], found.json["train_capacity_teu"]) == ("YXO 1", 82)
    first, second = found.json["containers"]
    assert (first["container"], first["size_type"], first["gross_kg"]) == (BOX, "45G1", 18220.5)
    assert (first["value"], first["value_currency"]) == (42000, "EUR")
    assert (first["freight"], first["freight_currency"]) == (12.5, "USD")
    assert (first["seals"], first["laden"]) == (["X1", "X2"], True)
    assert (second["container"], second["quantity"], second["laden"], second["booked"]) == (None, 3, False, 3)


def test_the_same_again_is_known_and_a_new_container_is_added(alpha: Caller) -> None:
    first = alpha.post("/shipments", shipment())
    again = alpha.post("/shipments", shipment())
    assert (again.status_code, again.json) == (200, first.json)
    more = alpha.post("/shipments", shipment("A-1", {"container": OTHER, "size_type": "22G1"}))
    assert more.status_code == 200
    assert [box["container"] for box in more.json["containers"]] == [BOX, OTHER]
    assert more.json["version"] == 2


def test_what_is_wrong_is_said_with_its_place_in_the_words_of_the_files(alpha: Caller) -> None:
    wrong = shipment(
        "A-1",
        {"container": BOX, "size_type": "45X9"},
        {"container": OTHER[:-1] + str((int(OTHER[-1]) + 1) % 10), "size_type": "45G1", "gross_kg": "24,500"},
        "no object",
        origin="PLMAL",
        colour="red",
    )  # type: ignore[arg-type]
    response = alpha.post("/shipments", wrong)
    assert response.status_code == 422
    assert faults(response) == {
        "/colour": "Column colour is not known and was left out.",
        "/containers/2": "This is not an object.",
    }
    wrong["containers"].pop()
    response = alpha.post("/shipments", wrong)
    assert (response.json["status"], response.json["title"]) == (422, "Refused")
    told = faults(response)
    assert set(told) == {
        *("/colour", "/origin", "/containers/0/size_type", "/containers/1/container", "/containers/1/gross_kg")
    }
    assert told["/containers/0/size_type"] == "There is no size-type 45X9."
    comma = next(each for each in response.json["errors"] if each.get("pointer") == "/containers/1/gross_kg")
    assert comma == {
        "pointer": "/containers/1/gross_kg",
        "column": "gross_kg",
        "value": "24,500",
        "detail": "A comma could mean thousands or decimals.",
        "remedy": "Write 24500 if you mean thousands, 24.500 if you mean decimals.",
        "severity": "problem",
        "suggestions": ["24500", "24.500"],
    }
    assert alpha.get("/shipments").json["items"] == []


@pytest.mark.parametrize(
    ("document", "place", "words"),
    [
        ([], "", "A shipment is an object."),
        ({"reference": "A-1"}, "/containers", "A shipment has containers, and none is named."),
        ({"reference": "A-1", "containers": {}}, "/containers", "The containers are a list."),
        (shipment(reference=["A"]), "/reference", "This is a list or an object, not a text."),  # type: ignore[arg-type]
        (shipment(partner="Beta"), "/partner", "You enter for Alpha, not for Beta."),
        (shipment(train={"no": 1}), "/train", "This is a list or an object, not a text."),
    ],
)
def test_shapes_that_make_no_shipment(alpha: Caller, document: Any, place: str, words: str) -> None:
    response = alpha.post("/shipments", document)
    assert response.status_code == 422
    assert faults(response)[place] == words


# ---------------------------------------------------------------- finding


@pytest.mark.parametrize("reference", ["A/1", "A//events", "50% auf Süd", "重庆-1", "a?b#c", "x/events", "..", "1:2"])
def test_a_shipment_is_found_by_its_reference_whatever_stands_in_it(alpha: Caller, reference: str) -> None:
    made = alpha.post("/shipments", shipment(reference)).json
    for name in (reference, f"Alpha:{reference}", str(made["id"])):
        found = alpha.get(f"/shipments/{quote(name, safe='')}")
        assert (found.status_code, found.json.get("reference")) == (200, reference), name
        listed = alpha.get(f"/shipments/{quote(name, safe='')}/events")
        assert (listed.status_code, listed.json) == (200, {"items": [], "next_cursor": None}), name


def test_of_an_ambiguous_reference_the_problem_says_what_to_write(program: Program) -> None:
    administrator = program(Role.ADMINISTRATOR)
    for partner in ("Alpha", "Beta"):
        assert administrator.post("/shipments", shipment(partner=partner)).status_code == 201
    for address in ("/shipments/A-1", "/shipments/A-1/journeys", "/shipments/A-1/eta"):
        response = administrator.get(address)
        assert response.status_code == 409
        assert response.json["errors"][0]["suggestions"] == ["Alpha:A-1", "Beta:A-1"]
    assert administrator.patch("/shipments/A-1", {}, If_Match="*").status_code == 409
    assert administrator.get("/shipments/Beta%3AA-1").json["partner"] == "Beta"


def test_a_stranger_is_told_that_there_is_no_such_shipment(alpha: Caller, beta: Caller) -> None:
    made = alpha.post("/shipments", shipment()).json
    for name in ("A-1", "Alpha:A-1", str(made["id"])):
        for part in ("", "/events", "/journeys", "/eta"):
            response = beta.get(f"/shipments/{name}{part}")
            assert response.status_code == 404
            assert response.json["detail"] == f"No shipment {name} is known."
        assert beta.patch(f"/shipments/{name}", {"train": "X"}, If_Match="*").status_code == 404
    assert beta.get("/shipments").json["items"] == []
    assert beta.get("/events").json["items"] == []
    told = beta.post(
        "/events", {"reference": "A-1", "event": "departed", "station": "CKG", "occurred_at": "2024-05-01"}
    )
    assert (told.status_code, faults(told)) == (422, {"/reference": "No shipment A-1 is known."})
    assert beta.post("/shipments", shipment()).status_code == 201  # its own, of the same name


def test_the_list_goes_on_without_repeating_or_leaving_out(alpha: Caller) -> None:
    for n in range(7):
        alpha.post("/shipments", shipment(f"L-{n}", {"container": container_number(n), "size_type": "45G1"}))
    seen: list[str] = []
    address = "/shipments?limit=3"
    while True:
        page = alpha.get(address)
        seen += [each["reference"] for each in page.json["items"]]
        if page.json["next_cursor"] is None:
            assert "Link" not in page.headers
            break
        link = page.headers["Link"]
        assert link.startswith("</api/v1/shipments?limit=3&cursor=")
        assert link.endswith('>; rel="next"')
        address = link[len("</api/v1") : link.index(">")]
        if len(seen) == 3:  # one that comes meanwhile moves no other
            alpha.post("/shipments", shipment("L-0a"))
    assert seen == [f"L-{n}" for n in range(7)]


def test_the_list_is_filtered(alpha: Caller) -> None:
    alpha.post("/shipments", shipment("W-1", planned_departure="2024-05-08T10:00", train="X 1"))
    alpha.post("/shipments", shipment("E-1", origin="MHG", destination="CKG", planned_departure="2024-04-01"))
    alpha.post("/events", {"reference": "W-1", "event": "departed", "station": "CKG", "occurred_at": "2024-05-09"})

    def found(query: str) -> list[str]:
        return [each["reference"] for each in alpha.get(f"/shipments?{query}").json["items"]]

    assert found("") == ["E-1", "W-1"]
    assert found("status=in_transit") == ["W-1"]
    assert found("status=not_departed") == ["E-1"]
    assert found("direction=eastbound") == ["E-1"]
    assert found("corridor=dostyk-petropavl") == ["E-1", "W-1"]
    assert found("q=w-") == ["W-1"]
    assert found("from=2024-05-09&to=2024-05-09") == ["W-1"]
    assert found("to=2024-04-30") == ["E-1"]
    assert found("train=X+1") == ["W-1"]
    assert found("partner=alpha") == ["E-1", "W-1"]


@pytest.mark.parametrize(
    ("query", "parameter", "words"),
    [
        ("limit=501", "limit", "This must be a whole number from 1 to 500."),
        ("limit=0", "limit", "This must be a whole number from 1 to 500."),
        ("status=done", "status", "This must be one of: not_departed, in_transit, completed, inconsistent, cancelled."),
        ("from=yesterday", "from", None),
        ("colour=red", "colour", "There is no parameter of this name."),
        ("q=a&q=b", "q", "This stands here twice."),
        ("corridor=dostyk", "corridor", None),
        ("partner=Gamma", "partner", "No organisation Gamma is known."),
        ("cursor=abc", "cursor", "This is not a place in this list."),
        ("q=%00", "q", None),
    ],
)
def test_questions_that_make_no_sense_are_not_answered(
    alpha: Caller, query: str, parameter: str, words: str | None
) -> None:
    response = alpha.get(f"/shipments?{query}")
    assert response.status_code == 422
    told = faults(response)
    assert set(told) == {parameter}
    assert words is None or told[parameter] == words


# ---------------------------------------------------------------- versions


def test_a_shipment_that_is_as_it_was_is_not_sent_again(alpha: Caller) -> None:
    etag = alpha.post("/shipments", shipment()).headers["ETag"]
    unchanged = alpha.get("/shipments/A-1", If_None_Match=f'"x", {etag}')
    assert (unchanged.status_code, unchanged.data, unchanged.headers["ETag"]) == (304, b"", etag)
    alpha.post("/events", {"reference": "A-1", "event": "departed", "station": "CKG", "occurred_at": "2024-05-01"})
    moved = alpha.get("/shipments/A-1", If_None_Match=etag)
    assert (moved.status_code, moved.json["status"]) == (200, "in_transit")
    assert moved.headers["ETag"] != etag


def test_of_two_who_change_one_shipment_the_second_is_told(alpha: Caller) -> None:
    etag = alpha.post("/shipments", shipment()).headers["ETag"]
    assert alpha.patch("/shipments/A-1", {"train": "X 1"}).status_code == 428
    first = alpha.patch("/shipments/A-1", {"train": "X 1"}, If_Match=etag)
    assert (first.status_code, first.json["train"]) == (200, "X 1")
    second = alpha.patch("/shipments/A-1", {"train": "X 2"}, If_Match=etag)
    assert second.status_code == 412
    assert second.headers["ETag"] == first.headers["ETag"] != etag
    assert second.json["detail"].startswith("Somebody else changed this meanwhile")
    third = alpha.patch("/shipments/A-1", {"shipper": "Wang"}, If_Match=first.headers["ETag"])
    assert (third.json["train"], third.json["shipper"]) == ("X 1", "Wang")
    assert alpha.patch("/shipments/A-1", {}, If_Match="nonsense").status_code == 412


def test_an_event_told_meanwhile_does_not_stand_in_the_way_of_a_change(alpha: Caller) -> None:
    etag = alpha.post("/shipments", shipment()).headers["ETag"]
    alpha.post("/events", {"reference": "A-1", "event": "departed", "station": "CKG", "occurred_at": "2024-05-01"})
    assert alpha.patch("/shipments/A-1", {"train": "X 1"}, If_Match=etag).status_code == 200


# ---------------------------------------------------------------- changing


def test_what_is_named_is_changed_what_is_null_taken_away_all_else_stays(alpha: Caller) -> None:
    alpha.post(
        "/shipments",
        shipment(
            "A-1",
            {"container": BOX, "size_type": "45G1", "gross_kg": 20000, "goods": "tiles", "value": 5, "seals": ["S"]},
            {"quantity": 4, "size_type": "22G1"},
            train="X 1", shipper="Wang", planned_departure="2024-05-08T10:00", planned_arrival="2024-05-26",
            corridor="dostyk-petropavl",
        ),
    )  # fmt: skip
    change = {
        "train": None,
        "consignee": "Müller",
        "planned_arrival": "2024-05-28",
        "corridor": None,
        "containers": [
            {"container": BOX.lower(), "gross_kg": 21000, "goods": None, "value": None, "seals": []},
            {"quantity": 6, "size_type": "22G1"},
            {"container": OTHER, "size_type": "45G1"},
        ],
    }
    response = alpha.patch("/shipments/A-1", change, If_Match="*")
    assert response.status_code == 200, response.text
    now = response.json
    assert (now["train"], now["shipper"], now["consignee"]) == (None, "Wang", "Müller")
    assert (now["planned_departure"], now["planned_arrival"]) == ("2024-05-08T10:00:00+08:00", "2024-05-28")
    assert now["first_planned_arrival"] == "2024-05-26"
    assert (now["corridor"], now["corridor_assumed"]) == ("dostyk-petropavl", True)
    box, booked, new = now["containers"]
    assert (box["gross_kg"], box["goods"], box["value"], box["seals"]) == (21000, None, None, [])
    assert (booked["quantity"], booked["booked"]) == (6, 6)
    assert new["container"] == OTHER
    assert now["version"] == 2
    assert alpha.get("/shipments/A-1").json == {k: v for k, v in now.items() if k != "warnings"}


def test_a_change_to_nothing_new_changes_nothing(alpha: Caller) -> None:
    made = alpha.post("/shipments", shipment(train="X 1"))
    response = alpha.patch("/shipments/A-1", {"train": "X 1", "shipper": None}, If_Match=made.headers["ETag"])
    assert (response.status_code, response.json, response.headers["ETag"]) == (200, made.json, made.headers["ETag"])


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"reference": "B-1"}, "/reference"),
        ({"partner": "Beta"}, "/partner"),
        ({"origin": None}, "/origin"),
        ({"origin": "MHG"}, "/destination"),
        ({"corridor": "no-such"}, "/corridor"),
        ({"planned_departure": "2024-05-30", "planned_arrival": "2024-05-20"}, "/planned_arrival"),
        ({"train_capacity_teu": None}, "/train_capacity_teu"),
        ({"containers": [{"container": BOX, "size_type": None}]}, "/containers/0/size_type"),
        ({"containers": [{"container": OTHER}]}, "/containers/0/size_type"),
        ({"containers": [{"container": BOX, "gross_kg": -1}]}, "/containers/0/gross_kg"),
        ({"containers": "all"}, "/containers"),
        ({"containers": [7]}, "/containers/0"),
        ({"containers": [{"container": BOX, "removed": True}]}, ""),  # it is the only one
        ({"containers": [{"container": OTHER, "removed": True}]}, "/containers/0"),
        ({"containers": [{"container": BOX, "removed": "maybe"}]}, "/containers/0/removed"),
        ([], ""),
    ],
)
def test_a_change_that_makes_no_good_shipment_is_refused_whole(alpha: Caller, change: Any, place: str) -> None:
    made = alpha.post("/shipments", shipment())
    if isinstance(change, dict):
        change = {"shipper": "Wang", **change}
    response = alpha.patch("/shipments/A-1", change, If_Match="*")
    assert response.status_code == 422, response.text
    assert place in faults(response)
    assert alpha.get("/shipments/A-1").headers["ETag"] == made.headers["ETag"]


def test_a_container_is_taken_out_unless_an_event_names_it(alpha: Caller) -> None:
    booking = {"quantity": 3, "size_type": "45G1"}
    boxes = [{"container": number, "size_type": "45G1"} for number in (BOX, OTHER)]
    assert alpha.post("/shipments", shipment("A-1", booking, *boxes)).json["containers"][0]["quantity"] == 1
    change = {"containers": [{"container": BOX, "removed": True}]}
    taken = alpha.patch("/shipments/A-1", change, If_Match="*")
    assert taken.status_code == 200, taken.text
    # the booking has one more without its number again
    assert [(c["container"], c["quantity"]) for c in taken.json["containers"]] == [(None, 2), (OTHER, 1)]
    assert (taken.json["version"], taken.json["warnings"]) == (2, [])
    assert [j["container"] for j in alpha.get("/shipments/A-1/journeys").json["items"]] == [None, OTHER]
    both = {"containers": [{"container": OTHER, "removed": True}, {"container": OTHER, "gross_kg": 9000}]}
    said = faults(alpha.patch("/shipments/A-1", both, If_Match="*"))
    assert said["/containers/1"] == "The same container is taken out and changed."
    told = {"container": OTHER, "reference": "A-1", "event": "loaded", "station": "CKG", "occurred_at": "2024-05-08"}
    assert alpha.post("/events", told).json["results"][0]["state"] == "accepted"
    refused = alpha.patch("/shipments/A-1", {"containers": [{"container": OTHER, "removed": True}]}, If_Match="*")
    assert faults(refused) == {"/containers/0/container": f"Something was told of {OTHER}, so it stays."}


def test_a_change_is_in_the_audit_with_before_and_after(alpha: Caller, api_store: Store, now: datetime) -> None:
    from railtrack.store.audit import history_of_shipment

    made = alpha.post("/shipments", shipment(train="X 1")).json
    alpha.patch("/shipments/A-1", {"train": "X 2"}, If_Match="*")
    with api_store.reading() as reading:
        assert shipment_named(reading, CLERK.scope, "A-1").facts.train == "X 2"
        newest = history_of_shipment(reading, CLERK.scope, made["id"]).items[0]
    assert (newest.actor, newest.origin, newest.action) == ("partner-alpha@example.org", "api 127.0.0.1", "change")
    assert newest.before is not None and newest.after is not None  # noqa: PT018
    assert (newest.before["train"], newest.after["train"]) == ("X 1", "X 2")


# ---------------------------------------------------------------- what became of it


def test_journeys_and_arrivals_of_a_shipment(alpha: Caller) -> None:
    alpha.post("/shipments", shipment(planned_departure="2024-05-01T08:00", planned_arrival="2024-05-20T12:00"))
    events = [
        ("departed", "CKG", "2024-05-01T09:00"),
        ("arrived", "ALK", "2024-05-08T10:00"),
        ("departed", "ALK", "2024-05-08T16:00"),
        ("arrived", "DTK", "2024-05-08T18:00+05:00"),
        ("departed", "DTK", "2024-05-09T06:00+05:00"),
        ("arrived", "MHG", "2024-05-19T12:00"),
    ]
    document = [{"reference": "A-1", "event": e, "station": s, "occurred_at": t} for e, s, t in events]
    assert alpha.post("/events", document).status_code == 201
    (journey,) = alpha.get("/shipments/A-1/journeys").json["items"]
    assert (journey["status"], journey["transit_h"], journey["delay_h"]) == ("completed", 441, -24)
    assert journey["visits"][0] == {
        "station": "ALK",
        "arrived": "2024-05-08T10:00:00+08:00",
        "departed": "2024-05-08T16:00:00+08:00",
        "dwell_h": 6,
        "open": False,
    }
    assert [(each["crossing"], each["hours"]) for each in journey["crossings"]] == [("ALK-DTK", 23)]
    arrivals = alpha.get("/shipments/A-1/eta").json
    assert (arrivals["basis"], arrivals["forecast"], arrivals["destination"]) == ("plan", None, "MHG")
    assert arrivals["arrivals"][0]["planned_arrival"] == "2024-05-20T12:00:00+02:00"
    assert arrivals["arrivals"][0]["arrived"] == "2024-05-19T12:00:00+02:00"


def test_lists_of_one_shipment_go_on_too(alpha: Caller) -> None:
    boxes = [{"container": container_number(n), "size_type": "45G1"} for n in range(5)]
    alpha.post("/shipments", shipment("A-1", *boxes))
    for day in range(1, 6):
        event = {
            "reference": "A-1",
            "event": "position",
            "lat": 45,
            "lon": 80 - day,
            "occurred_at": f"2024-05-0{day}T00Z",
        }
        assert alpha.post("/events", event | {"occurred_at": f"2024-05-0{day}T00:00Z"}).status_code == 201
    for part, key in (("events", "sequence"), ("journeys", "container"), ("eta", "container")):
        seen: list[Any] = []
        cursor = ""
        while cursor is not None:
            page = alpha.get(f"/shipments/A-1/{part}?limit=2" + (f"&cursor={cursor}" if cursor else "")).json
            seen += [each[key] for each in page.get("items", page.get("arrivals"))]
            cursor = page["next_cursor"]
        assert len(seen) == len(set(seen)) == 5, part
    other = alpha.get("/shipments/A-1/events?limit=2").json["next_cursor"]
    assert alpha.get(f"/shipments/A-1/journeys?cursor={other}").status_code == 422
