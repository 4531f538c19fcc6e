"""Where shipments are and how they stand: every state, plans of days, no plan, and the list as a file."""

import csv
import io
from datetime import datetime
from typing import Any

import pytest

from railtrack.domain.errors import NotAllowed, NotFound, Refused
from railtrack.domain.line.network import Network
from railtrack.domain.records import Lateness
from railtrack.operations.figures.list_export import export_list
from railtrack.operations.following import finding
from railtrack.operations.following import whereabouts as following
from railtrack.operations.following.shipment_page import audit_of_shipment, shipment_page
from railtrack.operations.following.whereabouts import Followed, Tally
from railtrack.store.engine import Store
from railtrack.store.reading.listing import ShipmentFilter
from railtrack.store.writing.booking import Provenance
from tests.factories import (
    ADMINISTRATOR,
    CITY,
    NOW,
    container,
    container_number,
    enter,
    event_row,
    moment,
    partner,
    shipment_row,
    tell,
)

LEFT = ("departed", "CKG", "2024-05-30T10:00+08:00")
EXACT: dict[str, Any] = {
    "planned_departure": moment("2024-05-30T10:00+08:00"),
    "planned_arrival": moment("2024-06-16T22:00+02:00"),
}
DAYS: dict[str, Any] = {"planned_departure": moment("2024-05-10+08:00"), "planned_arrival": moment("2024-05-28+02:00")}


@pytest.fixture
def store(furnished: Store) -> Store:
    return furnished


def followed(store: Store, network: Network, *events: tuple[str, str | None, str], **facts: Any) -> Followed:
    """Book one shipment, tell its events, and follow it."""
    enter(store, network, [shipment_row("R1", **facts)])
    tell(store, network, [event_row(kind, station, at) for kind, station, at in events])
    (found,) = following.list_page(store, ShipmentFilter(), actor=ADMINISTRATOR, now=NOW).items
    return found


def test_without_a_plan_nothing_is_late(store: Store, network: Network) -> None:
    found = followed(store, network, ("departed", "CKG", "2024-06-01T08:00+08:00"))
    assert (found.lateness, found.behind_h, found.behind_days, found.plan) == (None, None, None, None)
    assert found.position is not None


def test_without_a_corridor_it_is_under_way_somewhere(store: Store, network: Network) -> None:
    found = followed(store, network, LEFT, corridor=None, **EXACT)
    assert found.is_under_way
    assert (found.position, found.way) == (None, None)


def test_a_plan_of_days_is_held_against_days(store: Store, network: Network) -> None:
    found = followed(store, network, ("departed", "CKG", "2024-05-10T10:00+08:00"),
                     ("arrived", "MAL", "2024-05-31T06:00+02:00"), **DAYS)  # fmt: skip
    assert found.behind_h is None
    assert found.behind_days == 8
    assert found.lateness is Lateness.HELD


def test_within_its_planned_day_it_is_on_plan(store: Store, network: Network) -> None:
    plan = {"planned_departure": moment("2024-05-31+08:00"), "planned_arrival": moment("2024-06-17+02:00")}
    found = followed(store, network, ("departed", "CKG", "2024-05-31T20:00+08:00"),
                     ("arrived", "XIA", "2024-06-01T12:00+08:00"), **plan)  # fmt: skip
    assert (found.lateness, found.behind_days) == (Lateness.ON_PLAN, 0)


def test_a_missed_departure_is_late_by_hours_or_by_days(store: Store, network: Network) -> None:
    assert followed(store, network, planned_departure=moment("2024-06-01T10:00+02:00")).behind_h == 4
    enter(store, network, [shipment_row("R2", container(2), planned_departure=moment("2024-05-30+08:00"))])
    found = following.list_page(store, ShipmentFilter(q="R2"), actor=ADMINISTRATOR, now=NOW).items[0]
    assert (found.lateness, found.behind_days) == (Lateness.LATE, 2)


def test_a_planned_day_is_waited_for_until_the_stations_midnight(store: Store, network: Network) -> None:
    followed(store, network, origin="DTK", planned_departure=moment("2024-02-29+06:00"))  # a day of 25 hours there

    def at(time: str) -> Followed:
        now = datetime.fromisoformat(time)
        return following.list_page(store, ShipmentFilter(), actor=ADMINISTRATOR, now=now).items[0]

    assert at("2024-03-01T01:59+05:00").lateness is Lateness.PLANNED
    missed = at("2024-03-01T02:01+05:00")
    assert (missed.lateness, missed.behind_days) == (Lateness.LATE, 1)


def test_a_departure_not_planned_is_only_planned(store: Store, network: Network) -> None:
    assert followed(store, network).lateness is Lateness.PLANNED


def test_an_arrival_is_held_against_the_plan(store: Store, network: Network) -> None:
    arrived = ("arrived", "MHG", "2024-05-31T22:00+02:00")
    found = followed(store, network, ("departed", "CKG", "2024-05-10T10:00+08:00"), arrived, **DAYS)
    assert (found.lateness, found.behind_days) == (Lateness.ARRIVED, 3)


def test_an_arrival_without_a_plan_has_no_difference(store: Store, network: Network) -> None:
    arrived = ("arrived", "MHG", "2024-05-31T22:00+02:00")
    found = followed(store, network, ("departed", "CKG", "2024-05-10T10:00+08:00"), arrived)
    assert (found.lateness, found.behind_h, found.behind_days) == (Lateness.ARRIVED, None, None)


def test_standing_counts_from_the_arrival_whatever_was_done_since(store: Store, network: Network) -> None:
    found = followed(store, network, LEFT, ("arrived", "XIA", "2024-05-31T10:00+08:00"),
                     ("inspected", "XIA", "2024-06-01T10:00+08:00"), **EXACT)  # fmt: skip
    assert found.standing_h(NOW) == 34
    assert found.silent_h(NOW) == 10


def test_a_reported_position_is_taken_as_it_is(store: Store, network: Network) -> None:
    enter(store, network, [shipment_row("R1", **EXACT)])
    tell(store, network, [event_row(*LEFT)])
    tell(store, network, [event_row("position", None, "2024-05-31T10:00+08:00", lat=36.06, lon=103.8)])
    page = shipment_page(store, 1, actor=ADMINISTRATOR, now=NOW)
    assert page.position is not None
    assert (page.position.lat, page.position.is_estimated) == (36.06, False)
    assert page.followed.position == page.position


def test_the_tally_counts_late_and_silent_ones(store: Store, network: Network) -> None:
    assert following.tally(store, ShipmentFilter(), actor=ADMINISTRATOR, now=NOW) == Tally()
    late = {"planned_departure": moment("2024-05-10T10:00+08:00"), "planned_arrival": moment("2024-05-28T10:00+02:00")}
    enter(store, network, [
        shipment_row("LATE", container(1), **late), shipment_row("MUTE", container(2), **EXACT),
        shipment_row("FINE", container(3), **EXACT),
    ])  # fmt: skip
    tell(store, network, [
        event_row("departed", "CKG", "2024-05-10T10:00+08:00", "LATE"),
        event_row("arrived", "MAL", "2024-06-01T10:00+02:00", "LATE"),
        event_row("departed", "CKG", "2024-05-20T10:00+08:00", "MUTE"),
        event_row(*LEFT, "FINE"), event_row("departed", "XIA", "2024-05-31T19:30+08:00", "FINE"),
    ])  # fmt: skip
    assert following.tally(store, ShipmentFilter(), actor=ADMINISTRATOR, now=NOW) == Tally(3, 1, 1)
    assert following.tally(store, ShipmentFilter(late=True), actor=ADMINISTRATOR, now=NOW) == Tally(1, 1, 0)
    assert following.tally(store, ShipmentFilter(published=True), actor=ADMINISTRATOR, now=NOW) == Tally()
    found = following.list_page(store, ShipmentFilter(late=True), actor=ADMINISTRATOR, now=NOW).items
    assert [f.summary.reference for f in found] == ["LATE"]


def test_the_published_record_never_moves(store: Store, network: Network) -> None:
    enter(store, network, [shipment_row("P", container(None, quantity=40, size_type=None), partner="Published record")],
          provenance=Provenance(published=True, source="a paper"))  # fmt: skip
    tell(store, network, [event_row(*LEFT, "P", partner="Published record")])
    (found,) = following.list_page(store, ShipmentFilter(), actor=ADMINISTRATOR, now=NOW).items
    assert (found.is_under_way, found.lateness, found.position) == (False, None, None)
    assert following.tally(store, ShipmentFilter(), actor=ADMINISTRATOR, now=NOW).under_way == 0


def test_a_name_in_full_is_found_in_sight_only(store: Store, network: Network) -> None:
    enter(store, network, [shipment_row("Ref-1", container(1)), shipment_row("Ref-2", container(1))])
    alpha, beta = partner(store, "Alpha"), partner(store, "Beta")

    def named(text: str, actor: object) -> finding.Named:
        return finding.named(store, text, simulated=False, actor=actor)  # type: ignore[arg-type] # an actor

    assert len(named("REF-1", alpha).shipment_ids) == 1
    assert named("Ref", alpha).shipment_ids == ()
    assert named(container_number(1), alpha) == finding.Named((1, 2), is_container=True)
    assert named("Ref-1", beta).shipment_ids == named(container_number(1), beta).shipment_ids == ()
    assert following.with_container(store, container_number(1), simulated=False, actor=beta, now=NOW) == ()


def test_a_file_of_the_list_keeps_unknowns_empty(store: Store, network: Network) -> None:
    followed(store, network)
    pieces = export_list(store, ShipmentFilter(), "csv", actor=ADMINISTRATOR, now=NOW)
    (row,) = csv.DictReader(io.StringIO(b"".join(pieces).decode()))
    assert (row["reference"], row["state"], row["behind_h"], row["arrived"]) == ("R1", "planned", "", "")
    assert row["length_km"] == "10513"
    with pytest.raises(Refused):
        next(export_list(store, ShipmentFilter(), "pdf", actor=ADMINISTRATOR, now=NOW))


def test_the_audit_of_a_shipment_is_for_administrators(store: Store, network: Network) -> None:
    followed(store, network)
    _, page = audit_of_shipment(store, 1, actor=ADMINISTRATOR)
    assert {entry.action for entry in page.items} >= {"book"}
    with pytest.raises(NotAllowed):
        audit_of_shipment(store, 1, actor=CITY)
    with pytest.raises(NotFound):
        audit_of_shipment(store, 1, actor=partner(store, "Beta"))
