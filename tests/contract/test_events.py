"""Contract §3, events: what they belong to, corrections, the same event twice, bookings; through the command."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.conftest import BOXES, SHIPMENTS, problems
from tests.factories import container_number

Load = Callable[..., dict[str, Any]]
Exported = Callable[..., list[dict[str, Any]]]
COLUMNS = "reference,container,partner,event,classifier,station,occurred_at,source_id,corrects,voids,reason\n"


def event(what: str, station: str = "", at: str = "", **cells: str) -> str:
    """A row of an events file about CT-1."""
    cells = {"reference": "CT-1", "event": what, "station": station, "occurred_at": at} | cells
    return COLUMNS + ",".join(cells.get(name, "") for name in COLUMNS.strip().split(",")) + "\n"


DEPARTED = event("departed", "CKG", "2024-03-01T09:00", source_id="a")


def arrivals(exported: Exported) -> list[str]:
    return [row["arrived"] for row in exported("journeys") if "arrived" in row]


def test_a_reference_alone_is_true_for_all_containers_whenever_they_are_added(booked: Load, exported: Exported) -> None:
    booked(DEPARTED)
    added = SHIPMENTS.splitlines()[0] + f"\nCT-1,Contract Lines,CKG,MHG,,,{container_number(7)},,45G1,\n"
    assert booked(added)["accepted"] == 1
    assert [row["departed"] for row in exported("journeys")] == ["2024-03-01T09:00:00+08:00"] * 3


def test_a_container_alone_means_the_one_shipment_whose_span_holds_the_time(booked: Load, exported: Exported) -> None:
    later = SHIPMENTS.replace("CT-1", "CT-2")
    booked(DEPARTED)
    booked(event("arrived", "MHG", "2024-03-18T10:00"))
    booked(later)
    booked(event("departed", "CKG", "2024-05-01T09:00", reference="CT-2"))
    box = BOXES[0]
    assert booked(event("held", "DTK", "2024-03-07T09:00", reference="", container=box))["accepted"] == 1
    assert booked(event("held", "DTK", "2024-05-07T09:00", reference="", container=box))["accepted"] == 1
    held = [(e["reference"], e["occurred_at"][:7]) for e in exported("events") if e["event"] == "held"]
    assert held == [("CT-1", "2024-03"), ("CT-2", "2024-05")]
    between = booked(event("held", "DTK", "2024-04-10T09:00", reference="", container=box))
    assert problems(between) == [(2, "container")]
    assert "CT-1" in between["problems"][0]["message"]
    assert "CT-2" in between["problems"][0]["message"]


def test_a_reference_two_partners_share_needs_the_partner(booked: Load) -> None:
    booked(SHIPMENTS.replace("Contract Lines", "Other Lines"))
    document = booked(DEPARTED)
    assert problems(document) == [(2, "partner")]
    assert "Contract Lines, Other Lines" in document["problems"][0]["message"]
    assert booked(event("departed", "CKG", "2024-03-01T09:00", partner="other lines"))["accepted"] == 1


def test_corrects_replaces_and_a_second_correction_applies_to_the_newest(booked: Load, exported: Exported) -> None:
    booked(event("arrived", "MHG", "2024-03-18T10:00", source_id="a"))
    booked(event("arrived", "MHG", "2024-03-18T11:00", source_id="b", corrects="a"))
    booked(event("arrived", "MHG", "2024-03-18T12:00", source_id="c", corrects="a"))
    booked(DEPARTED.replace(",a,", ",d,"))
    assert arrivals(exported) == ["2024-03-18T12:00:00+01:00"] * 2
    assert len(exported("events")) == 4  # all versions stay


def test_a_void_withdraws_the_newest_and_nothing_earlier_comes_back(booked: Load, exported: Exported) -> None:
    booked(DEPARTED)
    booked(event("arrived", "MHG", "2024-03-18T10:00", source_id="b"))
    booked(event("arrived", "MHG", "2024-03-18T11:00", source_id="c", corrects="b"))
    assert booked(event("void", voids="b"))["accepted"] == 1
    assert booked(event("void", voids="b"))["duplicates"] == 1
    assert {row["status"] for row in exported("journeys")} == {"in_transit"}
    sent_again = event("arrived", "MHG", "2024-03-18T11:00")
    assert booked(sent_again)["duplicates"] == 1  # a voided event sent again stays voided
    assert {row["status"] for row in exported("journeys")} == {"in_transit"}


def test_an_unknown_target_is_a_problem(booked: Load) -> None:
    assert problems(booked(event("void", voids="nothing"))) == [(2, "voids")]
    assert problems(booked(event("arrived", "MHG", "2024-03-18T10:00", corrects="nothing"))) == [(2, "corrects")]


def test_the_same_instant_in_another_spelling_adds_nothing(booked: Load) -> None:
    booked(DEPARTED)
    assert booked(event("DEPA", "Chongqing Tuanjiecun", "2024-03-01 01:00:00Z", classifier="ACT"))["duplicates"] == 1


def test_an_empty_container_is_a_value_of_its_own(booked: Load, exported: Exported) -> None:
    booked(DEPARTED)
    assert booked(event("departed", "CKG", "2024-03-01T09:00", container=BOXES[0]))["accepted"] == 1
    # and counts once in that container's journey
    assert len(exported("journeys")) == 2
    assert exported("journeys")[0]["departed"] == "2024-03-01T09:00:00+08:00"


def test_a_source_id_used_for_other_facts_advises_corrects(booked: Load) -> None:
    booked(DEPARTED)
    document = booked(event("departed", "CKG", "2024-03-01T10:00", source_id="a"))
    assert problems(document) == [(2, "source_id")]
    assert "corrects" in document["problems"][0]["message"]


def test_order_is_never_a_reason_to_refuse(booked: Load, exported: Exported) -> None:
    wrong = [("arrived", "MHG", "2024-02-20T10:00"), ("departed", "CKG", "2024-03-01T09:00"),
             ("arrived", "MAL", "2024-03-01T12:00"), ("departed", "MAL", "2024-03-01T11:00")]  # fmt: skip
    rows = COLUMNS + "".join(event(*row).removeprefix(COLUMNS) for row in wrong)
    document = booked(rows)
    assert (document["accepted"], document["rejected"]) == (4, 0)
    assert {p["severity"] for p in document["problems"]} == {"warning"}
    assert {row["status"] for row in exported("journeys")} == {"inconsistent"}


def test_actual_times_in_the_future_are_refused_and_plans_are_not(booked: Load) -> None:
    assert problems(booked(event("arrived", "MHG", "2098-01-01T10:00"))) == [(2, "occurred_at")]
    assert problems(booked(event("arrived", "MHG", "2098-01-01"))) == [(2, "occurred_at")]
    assert booked(event("arrived", "MHG", "2098-01-01T10:00", classifier="planned"))["accepted"] == 1


def test_a_late_event_on_a_cancelled_shipment_warns_and_reopens_nothing(booked: Load, exported: Exported) -> None:
    refused = booked(event("cancelled", "CKG", "2024-03-01T09:00"))
    assert problems(refused) == [(2, "reason")]
    booked(event("cancelled", "CKG", "2024-03-01T09:00", reason="customs"))
    document = booked(event("departed", "CKG", "2024-03-02T09:00"))
    assert document["accepted"] == 1
    assert [p["severity"] for p in document["problems"]] == ["warning"]
    assert {row["status"] for row in exported("journeys")} == {"cancelled"}


@pytest.mark.parametrize("size_type", ["45G1", "22G1"])
def test_a_booking_gets_its_numbers_without_counting_twice(load: Load, exported: Exported, size_type: str) -> None:
    header = "reference,partner,origin,destination,container,quantity,size_type\n"
    load(header + f"Q-1,Contract Lines,CKG,MHG,,3,{size_type}\n")
    load(header + "Q-1,Contract Lines,CKG,MHG,CSQU3054383,,45G1\n")
    load("reference,event,station,occurred_at\nQ-1,departed,CKG,2024-03-01T09:00\n")
    rows = exported("journeys")
    total = sum(row.get("quantity", 1) for row in rows)
    assert total == (3 if size_type == "45G1" else 4)
