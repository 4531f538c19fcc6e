"""Recording events in one transaction: which shipment they are about, who may say them, what follows from them."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from railtrack.domain.actors import EVERYTHING, Actor, Role
from railtrack.domain.errors import NotAllowed, Problem, Severity
from railtrack.domain.line.network import Network
from railtrack.domain.movement.events import Classifier, EventFacts, EventKind, StatedEvent
from railtrack.domain.records import RecordedEvent, RecordedJourney
from railtrack.domain.rows.verdicts import State, Take, Verdict
from railtrack.operations.administering.reference import load_world
from railtrack.operations.entering.recording import record
from railtrack.store.checking import differences
from railtrack.store.engine import Store
from railtrack.store.reading.shipments import events, journeys, shipment_named
from railtrack.store.reference import corridor, save_corridor
from railtrack.store.tables import AuditRow, ShipmentRow
from railtrack.store.tables import EventRow as StoredEvent
from railtrack.store.writing.booking import Provenance
from tests.factories import (
    ADMINISTRATOR,
    CORRIDOR,
    NOW,
    container,
    enter,
    event_row,
    moment,
    partner,
    shipment_row,
    tell,
)

DEPARTURE, ARRIVAL = "2024-03-01T09:00+08:00", "2024-03-18T10:00+01:00"
BOX, OTHER = container(1), container(2)
_numbers = count(1)


def departed(at: str = DEPARTURE, **facts: object) -> StatedEvent:
    return event_row("departed", "CKG", at, **facts)


def arrived(at: str = ARRIVAL, **facts: object) -> StatedEvent:
    return event_row("arrived", "MHG", at, **facts)


def say(
    store: Store, network: Network, *rows: StatedEvent, actor: Actor = ADMINISTRATOR, take: Take = Take.ALL
) -> list[Verdict]:
    return list(record(store, rows, network=network, actor=actor, now=NOW, take=take).verdicts)


def folded(store: Store, name: str = "R1") -> list[RecordedJourney]:
    with store.reading() as r:
        return list(journeys(r, EVERYTHING, shipment_named(r, EVERYTHING, name).id))


def history(store: Store, name: str = "R1") -> list[RecordedEvent]:
    with store.reading() as r:
        return list(events(r, EVERYTHING, shipment_named(r, EVERYTHING, name).id))


def problem(verdict: Verdict) -> Problem:
    assert verdict.state is State.REJECTED
    return verdict.problems[0]


@pytest.fixture
def booked(furnished: Store, network: Network) -> Store:
    enter(furnished, network, [shipment_row(box=BOX), shipment_row(box=OTHER)])
    return furnished


@pytest.fixture
def sqlite_furnished(sqlite_furnished_template: Path, tmp_path: Path) -> Iterator[Store]:
    path = tmp_path / "furnished.db"
    shutil.copyfile(sqlite_furnished_template, path)
    store = Store(f"sqlite:///{path}")
    yield store
    store.close()


def test_an_event_of_the_shipment_is_one_of_all_its_containers(booked: Store, network: Network) -> None:
    tell(booked, network, [departed(), arrived(container=BOX.container)])
    assert [j.journey.status.value for j in folded(booked)] == ["completed", "in_transit"]


def test_nothing_is_stored_where_one_row_is_refused(booked: Store, network: Network) -> None:
    verdicts = say(booked, network, departed(), departed(reference="R9"))
    assert [v.state for v in verdicts] == [State.ACCEPTED, State.REJECTED]
    assert history(booked) == []
    verdicts = say(booked, network, departed(), departed(reference="R9"), take=Take.GOOD)
    assert len(history(booked)) == 1


def test_a_preview_stores_nothing(booked: Store, network: Network) -> None:
    assert [v.state for v in say(booked, network, departed(), take=Take.NOTHING)] == [State.ACCEPTED]
    assert history(booked) == []


def test_sent_again_nothing_is_added(booked: Store, network: Network) -> None:
    rows = [
        departed(source_id="a"),
        departed("2024-03-01T10:00+08:00", source_id="b", corrects="a"),
        arrived(source_id="c"),
        StatedEvent(None, EventFacts(event=EventKind.VOID, voids="c", source_id="d")),
    ]
    tell(booked, network, rows)
    before = history(booked)
    assert len(before) == 4
    assert [v.state for v in say(booked, network, *rows)] == [State.DUPLICATE] * 4
    assert history(booked) == before
    assert [j.journey.departed for j in folded(booked)] == [moment("2024-03-01T10:00+08:00")] * 2
    assert [j.journey.arrived for j in folded(booked)] == [None, None]


def test_every_statement_is_written_down(booked: Store, network: Network) -> None:
    tell(booked, network, [departed(source_id="a"), departed("2024-03-01T10:00+08:00", corrects="a")])
    with booked.reading() as r:
        rows = r.session.scalars(select(AuditRow).where(AuditRow.subject == "event").order_by(AuditRow.id)).all()
        ids = r.session.scalars(select(StoredEvent.id).order_by(StoredEvent.sequence)).all()
    assert [(a.action, a.subject_id, a.before, a.actor) for a in rows] == [
        ("record", ids[0], None, ADMINISTRATOR.name),
        ("correct", ids[1], {"id": ids[0]}, ADMINISTRATOR.name),
    ]


# ---------------------------------------------------------------- which shipment


def test_an_unknown_reference_is_a_problem(booked: Store, network: Network) -> None:
    found = problem(say(booked, network, departed(reference="R9"))[0])
    assert (found.column, found.value) == ("reference", "R9")


def test_a_reference_of_several_partners_wants_one_named(booked: Store, network: Network) -> None:
    enter(booked, network, [shipment_row(partner="Beta")])
    found = problem(say(booked, network, departed(partner=None))[0])
    assert (found.column, found.suggestions) == ("partner", ("Alpha", "Beta"))
    assert say(booked, network, departed(partner="BETA"))[0].state is State.ACCEPTED
    assert len(history(booked, "Beta:R1")) == 1


def test_a_container_that_is_not_aboard_lists_those_that_are(booked: Store, network: Network) -> None:
    found = problem(say(booked, network, departed(container=container(9).container))[0])
    assert found.column == "container"
    assert found.suggestions == (BOX.container, OTHER.container)


SPRING = {"planned_departure": moment("2024-03-01T08:00+08:00")}
AUTUMN = {"planned_departure": moment("2024-09-01T08:00+08:00")}


def test_a_container_alone_is_about_the_shipment_whose_span_holds_the_time(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row("SPRING", BOX, **SPRING), shipment_row("AUTUMN", BOX, **AUTUMN)])
    tell(furnished, network, [arrived(reference="SPRING")])
    alone = {"reference": None, "container": BOX.container}
    rows = [
        event_row("departed", "MAL", "2024-03-16T09:00+01:00", **alone),
        event_row("gate_out", "MHG", "2024-03-21T09:59+01:00", **alone),  # three days after the arrival
        event_row("gate_in", "CKG", "2024-08-29T08:00+08:00", **alone),  # three days before the departure
        event_row("departed", "CKG", "2025-09-01T08:00+08:00", **alone),  # open, since it has not arrived
    ]
    assert [v.state for v in say(furnished, network, *rows)] == [State.ACCEPTED] * 4
    assert [e.facts.station for e in history(furnished, "SPRING")] == ["MHG", "MAL", "MHG"]
    assert [e.facts.station for e in history(furnished, "AUTUMN")] == ["CKG", "CKG"]


@pytest.mark.parametrize("at", ["2024-02-27T07:59+08:00", "2024-03-21T10:01+01:00", "2024-08-29T07:59+08:00"])
def test_outside_every_span_the_shipments_are_listed(furnished: Store, network: Network, at: str) -> None:
    enter(furnished, network, [shipment_row("SPRING", BOX, **SPRING), shipment_row("AUTUMN", BOX, **AUTUMN)])
    tell(furnished, network, [arrived(reference="SPRING")])
    found = problem(
        say(furnished, network, event_row("gate_in", "CKG", at, reference=None, container=BOX.container))[0]
    )
    assert found.column == "container"
    assert "SPRING" in str(found.message)
    assert "AUTUMN" in str(found.message)


def test_an_actual_departure_counts_before_the_planned_one(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row(box=BOX, **SPRING)])
    tell(furnished, network, [departed("2024-03-10T08:00+08:00")])
    early = event_row("gate_in", "CKG", "2024-03-05T08:00+08:00", reference=None, container=BOX.container)
    assert say(furnished, network, early)[0].state is State.REJECTED


def test_two_shipments_at_once_want_a_reference(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row("A", BOX, **SPRING), shipment_row("B", BOX, **SPRING)])
    found = problem(say(furnished, network, departed(reference=None, container=BOX.container))[0])
    assert "several" in str(found.message)
    assert "reference" in str(found.remedy)


def test_a_cancelled_shipment_lets_its_container_go(furnished: Store, network: Network) -> None:
    enter(furnished, network, [shipment_row("SPRING", BOX, **SPRING), shipment_row("AUTUMN", BOX, **AUTUMN)])
    tell(furnished, network, [event_row("cancelled", "CKG", "2024-03-01T08:00+08:00", "SPRING", reason="customs")])
    alone = {"reference": None, "container": BOX.container}
    assert say(furnished, network, departed("2024-09-01T09:00+08:00", **alone))[0].state is State.ACCEPTED
    assert [e.facts.event.value for e in history(furnished, "AUTUMN")] == ["departed"]


def test_a_container_of_nobody_is_unknown(booked: Store, network: Network) -> None:
    found = problem(say(booked, network, departed(reference=None, container=container(9).container))[0])
    assert "No shipment" in str(found.message)


# ---------------------------------------------------------------- who may


def test_a_shipment_of_another_is_worded_as_unknown(booked: Store, network: Network) -> None:
    beta = partner(booked, "Beta")
    known = problem(say(booked, network, departed(partner=None), actor=beta)[0])
    unknown = problem(say(booked, network, departed(partner=None, reference="R9"), actor=beta)[0])
    assert str(known).replace("R1", "R9") == str(unknown)
    box = departed(partner=None, reference=None, container=BOX.container)
    nobody = departed(partner=None, reference=None, container=container(9).container)
    assert str(problem(say(booked, network, box, actor=beta)[0])).replace(str(BOX.container), "?") == str(
        problem(say(booked, network, nobody, actor=beta)[0])
    ).replace(str(container(9).container), "?")


def test_an_event_of_another_cannot_be_corrected_by_its_id(booked: Store, network: Network) -> None:
    enter(booked, network, [shipment_row("R2", container(3), partner="Beta")])
    tell(booked, network, [departed(source_id="a")])
    (event,) = history(booked)
    beta = partner(booked, "Beta")
    row = departed("2024-03-01T10:00+08:00", partner=None, reference="R2", corrects=event.id)
    assert problem(say(booked, network, row, actor=beta)[0]).column == "corrects"
    assert folded(booked)[0].journey.departed == moment(DEPARTURE)


def test_city_staff_record_nothing(booked: Store, network: Network) -> None:
    with pytest.raises(NotAllowed):
        say(booked, network, departed(), actor=replace(ADMINISTRATOR, role=Role.CITY))


def test_only_an_administrator_says_who_recorded_and_when(booked: Store, network: Network) -> None:
    then = moment("2024-03-02T00:00+00:00")
    alpha = partner(booked)
    tell(booked, network, [departed(partner=None, sender="Terminal", recorded_at=then)], actor=alpha)
    tell(booked, network, [arrived(sender="Terminal", recorded_at=then)])
    assert [(e.sender, e.recorded_at) for e in history(booked)] == [("Alpha", NOW), ("Terminal", then.instant)]


# ---------------------------------------------------------------- what follows


def test_what_looks_wrong_is_a_warning_on_the_row_and_a_mark_on_the_journey(booked: Store, network: Network) -> None:
    tell(booked, network, [departed()])
    verdicts = say(
        booked,
        network,
        event_row("arrived", "DTK", "2024-03-01T12:00+05:00"),
        event_row("arrived", "MAL", "2024-03-14T12:00+01:00", container=BOX.container),
        event_row("arrived", "TAO", "2024-03-15T12:00+08:00", container=BOX.container, classifier="planned"),
    )
    assert [v.state for v in verdicts] == [State.ACCEPTED] * 3
    assert [[p.severity for p in v.problems] for v in verdicts] == [[Severity.WARNING], [], []]
    assert "120 km/h" in str(verdicts[0].problems[0])
    assert [j.marks for j in folded(booked)] == [("too_fast",), ("too_fast",)]


def test_a_preview_warns_as_the_recording_does(booked: Store, network: Network) -> None:
    rows = [departed(), event_row("arrived", "DTK", "2024-03-01T12:00+05:00")]
    preview = say(booked, network, *rows, take=Take.NOTHING)
    assert [len(v.problems) for v in preview] == [0, 1]
    assert preview == say(booked, network, *rows)


def test_estimates_and_plans_move_no_journey(booked: Store, network: Network) -> None:
    rows = [departed(classifier=Classifier.ESTIMATED), arrived(classifier=Classifier.PLANNED)]
    tell(booked, network, rows)
    assert [j.journey.status.value for j in folded(booked)] == ["not_departed", "not_departed"]


def test_a_correction_may_move_an_event_to_another_shipment(booked: Store, network: Network) -> None:
    enter(booked, network, [shipment_row("R2", container(3))])
    tell(booked, network, [departed(source_id="a")])
    tell(booked, network, [departed(reference="R2", corrects="a")])
    assert folded(booked)[0].journey.departed is None
    assert folded(booked, "R2")[0].journey.departed == moment(DEPARTURE)
    # and it is still the same statement
    tell(booked, network, [departed("2024-03-02T09:00+08:00", reference="R2", corrects="a")])
    assert folded(booked, "R2")[0].journey.departed == moment("2024-03-02T09:00+08:00")


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(8)), cut=st.integers(0, 8))
def test_events_in_any_order_and_in_any_parts_give_the_same_journeys(
    sqlite_furnished: Store, network: Network, order: list[int], cut: int
) -> None:
    rows = [
        departed(source_id="d"),
        event_row("arrived", "DTK", "2024-03-06T17:30+05:00"),
        event_row("departed", "DTK", "2024-03-07T11:30+05:00", container=BOX.container),
        event_row("arrived", "DTK", "2024-03-07T15:30+05:00", container=BOX.container),
        event_row("departed", "DTK", "2024-03-07T21:30+05:00"),
        event_row("arrived", "MAL", "2024-03-14T21:00+01:00"),
        event_row("departed", "MAL", "2024-03-16T09:00+01:00"),
        arrived(container=BOX.container),
    ]
    name = f"S{next(_numbers)}"
    mixed = [replace(rows[i], event=replace(rows[i].event, reference=name, source_id=None)) for i in order]
    enter(sqlite_furnished, network, [shipment_row(name, BOX), shipment_row(name, OTHER)])
    for part in (mixed[:cut], mixed[cut:]):
        tell(sqlite_furnished, network, part)
    first, second = folded(sqlite_furnished, name)
    assert [(v.station, v.dwell_h) for v in first.journey.visits] == [("DTK", 18.0), ("DTK", 6.0), ("MAL", 36.0)]
    assert [(v.station, v.dwell_h) for v in second.journey.visits] == [("DTK", 28.0), ("MAL", 36.0)]
    assert first.journey.transit_h == 416.0
    assert second.journey.arrived is None


def test_a_sender_is_one_however_a_file_spells_it(booked: Store, network: Network) -> None:
    tell(booked, network, [departed(source_id="a", partner="ALPHA ")])
    assert history(booked)[0].sender == "Alpha"
    alpha = partner(booked)
    tell(booked, network, [departed("2024-03-01T10:00+08:00", partner=None, corrects="a")], actor=alpha)
    assert folded(booked)[0].journey.departed == moment("2024-03-01T10:00+08:00")


def test_a_corridor_mended_while_a_file_was_judged_counts(booked: Store, network: Network) -> None:
    before = load_world(booked).network
    with booked.writing(ADMINISTRATOR, NOW) as w:
        found = corridor(w, CORRIDOR)
        save_corridor(w, replace(found.value, border_pairs=(("BQT", "MAL"),)), found.version)
        w.commit()
    rows = [
        departed(),
        event_row("arrived", "ALK", "2024-03-05T09:00+06:00"),
        event_row("departed", "DTK", "2024-03-06T09:00+06:00"),
        event_row("arrived", "BQT", "2024-03-10T09:00+03:00"),
        event_row("departed", "MAL", "2024-03-11T09:00+01:00"),
    ]
    tell(booked, before, rows)
    enter(booked, before, [shipment_row("R2")])
    assert [crossing.name for crossing in folded(booked)[0].crossings] == ["BQT-MAL"]
    with booked.reading() as r:
        assert list(differences(r, load_world(booked).network)) == []


def test_what_is_told_of_a_simulated_shipment_is_simulated_by_whichever_door(
    furnished: Store, network: Network
) -> None:
    enter(furnished, network, [shipment_row("SIM", BOX)], provenance=Provenance(simulated=True))
    enter(furnished, network, [shipment_row("R1", OTHER)])
    say(furnished, network, departed(reference="SIM", source_id="s-1"), departed())
    say(
        furnished,
        network,
        arrived(reference="SIM"),
        departed("2024-03-01T10:00+08:00", reference="SIM", corrects="s-1"),
    )
    with furnished.reading() as r:
        told = r.session.execute(
            select(ShipmentRow.reference, StoredEvent.simulated).join(
                ShipmentRow, ShipmentRow.id == StoredEvent.shipment_id
            )
        ).all()
    assert sorted(tuple(each) for each in told) == [("R1", False), ("SIM", True), ("SIM", True), ("SIM", True)]
