"""Simulated history goes in marked, may be added twice without harm, and comes out without leaving anything behind."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from railtrack.domain.actors import Actor, Role
from railtrack.domain.errors import NotAllowed, Refused
from railtrack.operations.administering.demo import add_demo, remove_demo
from railtrack.operations.administering.reference import init
from railtrack.store.engine import Store
from railtrack.store.people import add_person
from railtrack.store.tables import (
    ContainerRow,
    EventRow,
    JourneyRow,
    OrganisationRow,
    RemovalRow,
    ShipmentRow,
    TrainRow,
)

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ADMIN = Actor(name="cli:test", role=Role.ADMINISTRATOR)


def count(store: Store, table: type, *conditions: object) -> int:
    with store.reading() as r:
        return r.session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0  # type: ignore[arg-type]


def test_the_history_is_marked_simulated_and_nothing_of_it_lies_in_the_future(store: Store) -> None:
    init(store, now=NOW)
    published = count(store, ShipmentRow)
    result = add_demo(store, journeys=60, actor=ADMIN, now=NOW)
    assert result.until == date(2026, 11, 23)
    assert result.journeys == pytest.approx(60, abs=20)
    assert count(store, ShipmentRow, ShipmentRow.simulated) == count(store, ShipmentRow) - published
    assert count(store, EventRow, EventRow.simulated) == result.events
    assert count(store, JourneyRow) == count(store, ContainerRow)
    assert count(store, EventRow, EventRow.recorded_at > NOW) == 0
    assert count(store, OrganisationRow, OrganisationRow.simulated) >= 3


def test_adding_the_same_history_twice_changes_nothing(sqlite_store: Store) -> None:
    init(sqlite_store, now=NOW)
    add_demo(sqlite_store, journeys=60, actor=ADMIN, now=NOW)
    events = count(sqlite_store, EventRow)
    seen: list[tuple[int, int | None]] = []
    again = add_demo(
        sqlite_store, journeys=60, actor=ADMIN, now=NOW, progress=lambda done, total: seen.append((done, total))
    )
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1]
    assert (again.trains, again.journeys, again.events) == (0, 0, 0)
    assert count(sqlite_store, EventRow) == events


def test_another_history_over_the_first_is_refused_with_the_way_out(sqlite_store: Store) -> None:
    init(sqlite_store, now=NOW)
    add_demo(sqlite_store, journeys=60, actor=ADMIN, now=NOW)
    with pytest.raises(Refused, match="demo --remove"):
        add_demo(sqlite_store, seed=2, journeys=60, actor=ADMIN, now=NOW)


def test_removing_takes_everything_simulated_and_nothing_else(store: Store) -> None:
    init(store, now=NOW)
    tables = (ShipmentRow, ContainerRow, EventRow, JourneyRow, OrganisationRow, TrainRow)
    before = [count(store, table) for table in tables]
    add_demo(store, journeys=60, actor=ADMIN, now=NOW)
    gone = count(store, JourneyRow, JourneyRow.shipment_id.in_(select(ShipmentRow.id).where(ShipmentRow.simulated)))
    assert remove_demo(store, actor=ADMIN, now=NOW) > 10
    assert [count(store, table) for table in tables] == before
    assert count(store, RemovalRow) == gone  # whoever keeps a copy of the facts hears of it
    assert remove_demo(store, actor=ADMIN, now=NOW) == 0


def test_an_invented_organisation_with_an_account_stays(sqlite_store: Store) -> None:
    init(sqlite_store, now=NOW)
    add_demo(sqlite_store, journeys=60, actor=ADMIN, now=NOW)
    with sqlite_store.writing(ADMIN, NOW) as w:
        chosen = w.session.scalar(select(OrganisationRow.id).where(OrganisationRow.simulated))
        add_person(w, email="p@example.org", name="", role=Role.PARTNER, organisation_id=chosen, key="x")
        w.commit()
    remove_demo(sqlite_store, actor=ADMIN, now=NOW)
    assert count(sqlite_store, OrganisationRow, OrganisationRow.simulated) == 1


def test_only_an_administrator_may_add_or_remove_it(sqlite_store: Store) -> None:
    city = Actor(name="city@example.org", role=Role.CITY)
    with pytest.raises(NotAllowed):
        add_demo(sqlite_store, actor=city, now=NOW)
    with pytest.raises(NotAllowed):
        remove_demo(sqlite_store, actor=city, now=NOW)


@pytest.mark.parametrize("until", [date(2026, 11, 25), date(2018, 10, 30)])
def test_a_history_that_ends_in_the_future_or_before_it_begins_is_refused(sqlite_store: Store, until: date) -> None:
    init(sqlite_store, now=NOW)
    with pytest.raises(Refused):
        add_demo(sqlite_store, until=until, actor=ADMIN, now=NOW)
