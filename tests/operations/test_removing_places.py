"""Taking places out on both kinds of database: only what nothing uses, said in the audit, and for good."""

from datetime import datetime

import pytest

from railtrack.domain.errors import Conflict, NotAllowed, NotFound, Refused
from railtrack.domain.line.network import Network
from railtrack.operations.administering import places, removing
from railtrack.operations.administering.reference import init, load_world
from railtrack.store.engine import Store
from tests.factories import ADMINISTRATOR, CITY, CORRIDOR, enter, event_row, partner, shipment_row, tell

SARYSHAGAN = {
    "id": "SRY", "name": "Saryshagan", "country": "KZ", "timezone": "Asia/Almaty", "lat": "46.11", "lon": "73.62",
    "gauges_mm": "1520", "roles": "way", "coordinate_source": "OpenStreetMap",
}  # fmt: skip
LATER = datetime.fromisoformat("2026-11-25T00:00:00+00:00")  # the published record of data/ has happened by then


def said(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [str(problem.message) for problem in refused.value.problems]


@pytest.mark.parametrize("role", ["partner", "city"])
def test_nobody_but_an_administrator_takes_anything_out(sqlite_store: Store, now: datetime, role: str) -> None:
    actor = CITY if role == "city" else partner(sqlite_store)
    for call in (
        lambda: removing.remove_station(sqlite_store, "DTK", 1, actor=actor, now=now),
        lambda: removing.remove_leg(sqlite_store, "CKG", "DAZ", 1, actor=actor, now=now),
        lambda: removing.remove_corridor(sqlite_store, CORRIDOR, 1, actor=actor, now=now),
        lambda: removing.uses_of_station(sqlite_store, "DTK", actor=actor),
        lambda: removing.uses_of_leg(sqlite_store, "CKG", "DAZ", actor=actor),
        lambda: removing.uses_of_corridor(sqlite_store, CORRIDOR, actor=actor),
        lambda: removing.removed(sqlite_store, actor=actor),
    ):
        with pytest.raises(NotAllowed):
            call()


def test_a_station_nothing_uses_goes_and_the_audit_keeps_it(furnished: Store, now: datetime) -> None:
    places.add_station(furnished, SARYSHAGAN, actor=ADMINISTRATOR, now=now)
    assert removing.uses_of_station(furnished, "SRY", actor=ADMINISTRATOR) == ()
    assert "SRY" in load_world(furnished).network.stations
    removing.remove_station(furnished, "SRY", 1, actor=ADMINISTRATOR, now=now)
    assert "SRY" not in load_world(furnished).network.stations
    (entry,) = removing.removed(furnished, actor=ADMINISTRATOR)
    assert (entry.action, entry.subject, entry.subject_id, entry.actor) == (
        "remove", "station", "SRY", ADMINISTRATOR.name,
    )  # fmt: skip
    assert entry.before is not None
    assert entry.before["lat"] == 46.11
    with pytest.raises(NotFound):
        removing.remove_station(furnished, "SRY", 1, actor=ADMINISTRATOR, now=now)


def test_a_network_in_memory_notices_that_one_station_took_the_place_of_another(
    furnished: Store, now: datetime
) -> None:
    places.add_station(furnished, SARYSHAGAN, actor=ADMINISTRATOR, now=now)
    load_world(furnished)
    removing.remove_station(furnished, "SRY", 1, actor=ADMINISTRATOR, now=now)
    places.add_station(furnished, SARYSHAGAN | {"id": "SRX"}, actor=ADMINISTRATOR, now=now)
    stations = load_world(furnished).network.stations
    assert "SRX" in stations
    assert "SRY" not in stations


def test_what_uses_a_station_keeps_it_and_is_named(furnished: Store, network: Network, now: datetime) -> None:
    with pytest.raises(Refused) as refused:
        removing.remove_station(furnished, "DTK", 1, actor=ADMINISTRATOR, now=now)
    assert "ALK–DTK" in said(refused)[0]
    assert CORRIDOR in said(refused)[1]
    places.add_station(furnished, SARYSHAGAN, actor=ADMINISTRATOR, now=now)
    world = load_world(furnished).network
    enter(furnished, world, [shipment_row()])
    tell(furnished, world, [event_row("held", "SRY", "2024-03-02T08:00+05:00")])
    with pytest.raises(Refused) as refused:
        removing.remove_station(furnished, "SRY", 1, actor=ADMINISTRATOR, now=now)
    assert said(refused) == ["Events were recorded here: 1, withdrawn ones among them."]
    assert places.station(furnished, "SRY", actor=ADMINISTRATOR).version == 1


def test_what_begins_or_ends_at_a_station_keeps_it(furnished: Store, network: Network, now: datetime) -> None:
    enter(furnished, network, [shipment_row()])
    uses = [str(use) for use in removing.uses_of_station(furnished, "CKG", actor=ADMINISTRATOR)]
    assert "Shipments begin or end here: 1." in uses
    assert not any(use.startswith("Events") for use in uses)


def test_a_corridor_then_its_legs_then_its_station_can_go(furnished: Store, now: datetime) -> None:
    """From the top down, each lets go of the next."""
    network = load_world(furnished).network
    way = next(
        each
        for each in network.corridors.values()
        if not removing.uses_of_corridor(furnished, each.id, actor=ADMINISTRATOR) and len(_alone(network, each.id)) > 0
    )
    a, b = _alone(network, way.id)[0]
    (leg,) = (each for each in network.legs if {each.origin, each.destination} == {a, b})
    with pytest.raises(Refused) as refused:
        removing.remove_leg(furnished, leg.origin, leg.destination, 1, actor=ADMINISTRATOR, now=now)
    assert said(refused) == [f"Corridors lead over it: {way.id}."]
    removing.remove_corridor(furnished, way.id, 1, actor=ADMINISTRATOR, now=now)
    removing.remove_leg(furnished, leg.origin, leg.destination, 1, actor=ADMINISTRATOR, now=now)
    after = load_world(furnished).network
    assert way.id not in after.corridors
    assert after.leg(a, b) is None
    # the next start loads data/ anew, and what was taken out stays out
    init(furnished, now=LATER)
    again = load_world(furnished).network
    assert way.id not in again.corridors
    assert again.leg(a, b) is None
    assert (len(again.stations), len(again.legs), len(again.corridors)) == (
        len(network.stations), len(network.legs) - 1, len(network.corridors) - 1,
    )  # fmt: skip


def _alone(network: Network, corridor_id: str) -> list[tuple[str, str]]:
    """The legs no other corridor leads over."""
    pairs = {
        each.id: {frozenset(pair) for pair in zip(each.stations, each.stations[1:], strict=False)}
        for each in network.corridors.values()
    }
    others = set().union(*(found for id_, found in pairs.items() if id_ != corridor_id))
    return sorted(tuple(sorted(pair)) for pair in pairs[corridor_id] - others)  # type: ignore[misc]


def test_a_corridor_with_shipments_stays(furnished: Store, network: Network, now: datetime) -> None:
    before = str(removing.uses_of_corridor(furnished, "khorgos", actor=ADMINISTRATOR))
    enter(furnished, network, [shipment_row(corridor=CORRIDOR)])
    with pytest.raises(Refused) as refused:
        removing.remove_corridor(furnished, CORRIDOR, 1, actor=ADMINISTRATOR, now=now)
    assert said(refused)[0].startswith("Shipments take it: ")
    assert str(removing.uses_of_corridor(furnished, "khorgos", actor=ADMINISTRATOR)) == before


def test_what_was_changed_since_it_was_looked_at_stays(furnished: Store, now: datetime) -> None:
    places.add_station(furnished, SARYSHAGAN, actor=ADMINISTRATOR, now=now)
    places.change_station(furnished, "SRY", SARYSHAGAN | {"name": "Saryşağan"}, 1, actor=ADMINISTRATOR, now=now)
    with pytest.raises(Conflict):
        removing.remove_station(furnished, "SRY", 1, actor=ADMINISTRATOR, now=now)
    assert removing.removed(furnished, actor=ADMINISTRATOR) == ()
    removing.remove_station(furnished, "SRY", 2, actor=ADMINISTRATOR, now=now)
    assert len(removing.removed(furnished, actor=ADMINISTRATOR)) == 1


def test_what_was_taken_out_can_be_added_again_and_init_leaves_it_alone(furnished: Store, now: datetime) -> None:
    for turn in range(2):
        places.add_station(furnished, SARYSHAGAN, actor=ADMINISTRATOR, now=now)
        if not turn:
            removing.remove_station(furnished, "SRY", 1, actor=ADMINISTRATOR, now=now)
    init(furnished, now=LATER)
    assert "SRY" in load_world(furnished).network.stations
    assert [e.action for e in places.history(furnished, "station", "SRY", actor=ADMINISTRATOR)] == [
        "add", "remove", "add",
    ]  # fmt: skip
