"""Stations, legs and corridors: `data/` goes in and comes out; what was mended in the product stays."""

from dataclasses import replace
from datetime import datetime

import pytest

from railtrack.domain.actors import EVERYTHING
from railtrack.domain.errors import Conflict, NotFound, RailtrackError, Refused
from railtrack.domain.line.network import Network
from railtrack.exchange.reference import ReferenceData
from railtrack.store.audit import audit_entries
from railtrack.store.checking import journey_differences
from railtrack.store.engine import Store
from railtrack.store.reading.facts import StoreFacts
from railtrack.store.reading.listing import ShipmentFilter, list_shipments
from railtrack.store.reading.shipments import journeys, shipment_named
from railtrack.store.reference import (
    Saved,
    corridor,
    leg,
    load_network,
    reference_stamp,
    save_corridor,
    save_leg,
    save_reference,
    save_station,
    station,
)
from tests.factories import ADMINISTRATOR, CORRIDOR, container, enter, event_row, moment, shipment_row, tell


def load(store: Store, data: ReferenceData, now: datetime) -> Saved:
    with store.writing(ADMINISTRATOR, now) as w:
        saved = save_reference(w, data.stations, data.legs, data.corridors)
        w.commit()
    return saved


def test_the_reference_data_comes_back_as_it_went_in(
    store: Store, reference_data: ReferenceData, now: datetime
) -> None:
    load(store, reference_data, now)
    with store.reading() as r:
        network = load_network(r)
    assert tuple(network.stations.values()) == reference_data.stations
    assert network.legs == reference_data.legs
    assert tuple(network.corridors.values()) == reference_data.corridors


def test_loading_again_changes_nothing(store: Store, reference_data: ReferenceData, now: datetime) -> None:
    first = load(store, reference_data, now)
    assert first.added == len(reference_data.stations) + len(reference_data.legs) + len(reference_data.corridors)
    with store.reading() as r:
        stamp = reference_stamp(r)
    assert load(store, reference_data, now) == Saved()
    with store.reading() as r:
        assert reference_stamp(r) == stamp


def test_a_new_release_of_the_data_is_taken_over(store: Store, reference_data: ReferenceData, now: datetime) -> None:
    load(store, reference_data, now)
    with store.reading() as r:
        stamp = reference_stamp(r)
    first, *others = reference_data.stations
    newer = replace(reference_data, stations=(replace(first, name="Tuanjie Cun"), *others))
    assert load(store, newer, now) == Saved(changed=1)
    with store.reading() as r:
        assert station(r, first.id).value.name == "Tuanjie Cun"
        assert reference_stamp(r) != stamp
        entry = audit_entries(r, EVERYTHING, subject="station").items[0]
    assert entry.before is not None
    assert entry.after is not None
    assert (entry.before["name"], entry.after["name"]) == (first.name, "Tuanjie Cun")


def test_what_was_mended_in_the_product_is_left_alone(
    store: Store, reference_data: ReferenceData, now: datetime
) -> None:
    load(store, reference_data, now)
    with store.writing(ADMINISTRATOR, now) as w:
        found = station(w, "CKG")
        save_station(w, replace(found.value, name="Mended"), found.version)
        w.commit()
    assert load(store, reference_data, now) == Saved(kept=1)
    with store.reading() as r:
        found = station(r, "CKG")
    assert (found.value.name, found.version, found.edited) == ("Mended", 2, True)


def test_of_two_edits_on_one_version_the_second_is_a_conflict(furnished: Store, now: datetime) -> None:
    with furnished.reading() as r:
        seen = leg(r, "CKG", "DAZ")
    with furnished.writing(ADMINISTRATOR, now) as w:
        save_leg(w, replace(seen.value, note="one"), seen.version)
        w.commit()
    with pytest.raises(Conflict, match="CKG–DAZ was changed"), furnished.writing(ADMINISTRATOR, now) as w:
        save_leg(w, replace(seen.value, note="two"), seen.version)


def test_a_new_station_and_leg_come_after_the_others(furnished: Store, network: Network, now: datetime) -> None:
    with furnished.writing(ADMINISTRATOR, now) as w:
        save_station(w, replace(network.stations["DAZ"], id="NEW", name="New"))
        save_leg(w, replace(network.legs[0], origin="CKG", destination="NEW", line=((1.0, 2.0), (3.0, 4.0))))
        w.commit()
    with furnished.reading() as r:
        stored = load_network(r)
    assert list(stored.stations)[-1] == "NEW"
    assert stored.legs[-1].line == ((1.0, 2.0), (3.0, 4.0))


def test_what_is_there_already_cannot_be_added(furnished: Store, network: Network, now: datetime) -> None:
    with pytest.raises(Conflict, match="station CKG already"), furnished.writing(ADMINISTRATOR, now) as w:
        save_station(w, network.stations["CKG"])


def test_what_does_not_fit_the_network_is_refused(furnished: Store, network: Network, now: datetime) -> None:
    first = network.legs[0]
    turned = replace(first, origin=first.destination, destination=first.origin)
    way = network.corridors[CORRIDOR]
    with pytest.raises(Refused, match="two legs"), furnished.writing(ADMINISTRATOR, now) as w:
        save_leg(w, turned)
    with pytest.raises(Refused, match="no leg joins"), furnished.writing(ADMINISTRATOR, now) as w:
        save_corridor(w, replace(way, stations=("CKG", *way.stations[2:])), 1)
    with pytest.raises(RailtrackError), furnished.writing(ADMINISTRATOR, now) as w:
        save_leg(w, replace(first, destination="XXX"))


def test_what_is_not_there_is_not_found(furnished: Store) -> None:
    with furnished.reading() as r:
        for ask in (lambda: station(r, "XXX"), lambda: leg(r, "CKG", "MHG"), lambda: corridor(r, "none")):
            with pytest.raises(NotFound):
                ask()


def test_a_leg_measured_anew_reaches_the_statistics(furnished: Store, network: Network, now: datetime) -> None:
    enter(furnished, network, [shipment_row()])
    source = StoreFacts(furnished)
    before = source.facts_since(None)
    with furnished.writing(ADMINISTRATOR, now) as w:
        found = leg(w, "CKG", "DAZ")
        save_leg(w, replace(found.value, length_km=found.value.length_km + 10), found.version)
        w.commit()
    after = source.facts_since(before.change, before.lineage)
    (old,), (new,) = (batch.journeys.to_pylist() for batch in (before, after))  # type: ignore[attr-defined]
    assert new["length_km"] == pytest.approx(old["length_km"] + 10)


def test_only_journeys_whose_way_has_another_length_are_loaded_again(
    furnished: Store, network: Network, now: datetime
) -> None:
    enter(furnished, network, [shipment_row(), shipment_row("short", container(2), origin="DTK")])
    source = StoreFacts(furnished)
    start = source.facts_since(None)
    with furnished.writing(ADMINISTRATOR, now) as w:
        found = station(w, "CKG")
        save_station(w, replace(found.value, name="Tuanjiecun"), found.version)
        w.commit()
    renamed = source.facts_since(start.change, start.lineage)
    assert (renamed.whole, list(renamed.stale)) == (False, [])
    with furnished.writing(ADMINISTRATOR, now) as w:
        seen = leg(w, "CKG", "DAZ")
        save_leg(w, replace(seen.value, length_km=seen.value.length_km + 10), seen.version)
        w.commit()
    measured = source.facts_since(renamed.change, renamed.lineage)
    (fact,) = measured.journeys.to_pylist()  # type: ignore[attr-defined]
    assert (fact["origin"], list(measured.stale)) == ("CKG", [fact["journey_id"]])


def test_border_pairs_of_a_corridor_are_timed_anew(furnished: Store, network: Network, now: datetime) -> None:
    enter(furnished, network, [shipment_row()])
    tell(
        furnished,
        network,
        [
            event_row("departed", "CKG", "2024-03-01T08:00+08:00"),
            event_row("arrived", "ALK", "2024-03-05T08:00+08:00"),
            event_row("departed", "DTK", "2024-03-06T08:00+05:00"),
        ],
    )
    with furnished.writing(ADMINISTRATOR, now) as w:
        found = corridor(w, CORRIDOR)
        save_corridor(w, replace(found.value, border_pairs=(("BQT", "MAL"),)), found.version)
        w.commit()
    with furnished.reading() as r:
        (journey,) = journeys(r, EVERYTHING, shipment_named(r, EVERYTHING, "R1").id)
    assert journey.crossings == ()


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_clock_set_right_moves_the_ends_of_planned_days(
    furnished: Store, network: Network, now: datetime, by_hand: bool
) -> None:
    plan = {"planned_departure": moment("2024-03-01+08:00"), "planned_arrival": moment("2024-03-19+01:00")}
    enter(furnished, network, [shipment_row(**plan)])
    enter(furnished, network, [shipment_row("back", origin="MHG", destination="CKG", **plan)])
    tell(
        furnished,
        network,
        [
            event_row("departed", "CKG", "2024-03-01T08:00+08:00"),
            event_row("arrived", "MHG", "2024-03-19T23:30+01:00"),
        ],
    )

    def delay_h() -> object:
        (fact,) = [f for f in StoreFacts(furnished).facts_since(None).journeys.to_pylist() if f["transit_h"]]  # type: ignore[attr-defined]
        return fact["delay_first_h"]

    def waits_late(at: str) -> bool:
        with furnished.reading() as r:
            late = ShipmentFilter(late=True)
            found = list_shipments(r, EVERYTHING, late, now=datetime.fromisoformat(at)).items
        return "back" in [shipment.reference for shipment in found]

    assert delay_h() == -0.5
    assert not waits_late("2024-03-02T01:59+01:00")
    assert waits_late("2024-03-02T02:01+01:00")
    with furnished.writing(ADMINISTRATOR, now) as w:
        known = station(w, "MHG")
        moved = replace(known.value, timezone="Asia/Almaty")
        if by_hand:
            save_station(w, moved, known.version)
        else:
            save_reference(w, [moved if s.id == "MHG" else s for s in network.stations.values()], [], [])
        w.commit()
    assert delay_h() == 3.5  # Almaty was five hours ahead by then
    assert not waits_late("2024-03-02T01:59+05:00")
    assert waits_late("2024-03-02T02:01+05:00")
    with furnished.reading() as r:
        assert list(journey_differences(r, load_network(r))) == []
