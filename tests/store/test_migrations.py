"""The migrations make the tables that `tables.py` describes."""

import os
import stat
import threading
import warnings
from datetime import datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, select, text

from railtrack.domain.errors import Unavailable
from railtrack.domain.line.network import Network
from railtrack.store import migrating
from railtrack.store.engine import Store
from railtrack.store.people import person_by_email
from railtrack.store.tables import Base, JourneyRow, ShipmentRow, UserRow
from tests.factories import container, enter, furnish, moment, shipment_row


def differences(store: Store) -> list[object]:
    with store.engine.connect() as connection, warnings.catch_warnings():
        # SQLite cannot tell what an index over an expression is made of; the test below reads it as text
        warnings.filterwarnings("ignore", message="autogenerate skipping metadata-specified expression-based index")
        warnings.filterwarnings("ignore", message="Skipped unsupported reflection of expression-based index")
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))


def test_the_migrated_tables_are_those_of_the_code(store: Store) -> None:
    assert differences(store) == []


def test_a_booking_without_numbers_is_one_row_per_size_type(store: Store) -> None:
    kind = "sql FROM sqlite_master WHERE name" if store.is_sqlite else "indexdef FROM pg_indexes WHERE indexname"
    with store.reading() as r:
        made = r.session.scalar(text(f"SELECT {kind} = 'uq_containers_by_quantity'"))
    assert made is not None
    assert "UNIQUE" in made
    assert "coalesce(size_type" in made.lower()
    assert "number is null" in made.lower()


def test_an_empty_database_is_not_current_and_a_migrated_one_is(empty_url: str) -> None:
    store = Store(empty_url)
    assert not store.is_current()
    store.migrate()
    assert store.is_current()
    assert differences(store) == []
    store.migrate()
    assert store.is_current()
    store.close()


def test_going_back_drops_every_table_and_going_forth_makes_them_anew(spare: Store) -> None:
    migrating.downgrade(spare.engine, "base")
    with spare.engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    spare.migrate()
    assert differences(spare) == []


def test_several_may_migrate_at_once(empty_url: str) -> None:
    failures: list[BaseException] = []

    def migrate() -> None:
        store = Store(empty_url)
        try:
            store.migrate()
        except BaseException as error:  # noqa: BLE001, RUF100 - the thread hands it to the test
            failures.append(error)
        finally:
            store.close()

    threads = [threading.Thread(target=migrate) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    store = Store(empty_url)
    assert store.is_current()
    store.close()


def test_a_database_of_a_later_release_is_left_alone(spare: Store) -> None:
    with spare.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert not spare.is_current()
    with pytest.raises(Unavailable, match="another release"):
        spare.migrate()


def test_a_new_file_and_its_folder_are_made_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "railtrack.db"
    store = Store(f"sqlite:///{path}")
    store.migrate()
    assert store.is_current()
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    store.close()


def test_the_ends_of_plans_known_before_are_reckoned_by_the_migration(spare: Store, network: Network) -> None:
    furnish(spare, network)
    days = {"planned_departure": moment("2024-02-29+06:00"), "planned_arrival": moment("2024-03-31+02:00")}
    hours = {
        "planned_departure": moment("2024-02-29T08:00+06:00"),
        "planned_arrival": moment("2024-03-31T09:00+02:00"),
    }
    enter(spare, network, [shipment_row("days", origin="DTK", **days)])
    enter(spare, network, [shipment_row("hours", container(2), origin="DTK", **hours)])
    enter(spare, network, [shipment_row("none", container(3))])
    enter(spare, network, [shipment_row("days", origin="DTK", planned_arrival=moment("2024-04-02+02:00"))], update=True)

    def ends() -> list[tuple[object, ...]]:
        plans = (
            ShipmentRow.planned_departure_due_at,
            JourneyRow.first_planned_arrival_due_at,
            JourneyRow.latest_planned_arrival_due_at,
        )
        query = select(*plans).join(JourneyRow, JourneyRow.shipment_id == ShipmentRow.id).order_by(ShipmentRow.id)
        with spare.reading() as r:
            return [tuple(row) for row in r.session.execute(query)]

    known = ends()
    expected = ("2024-03-01T00:00+05:00", "2024-04-01T00:00+02:00", "2024-04-03T00:00+02:00")
    assert known == [
        tuple(map(datetime.fromisoformat, expected)),
        (hours["planned_departure"].instant, hours["planned_arrival"].instant, hours["planned_arrival"].instant),
        (None, None, None),
    ]
    migrating.downgrade(spare.engine, "0001")
    spare.migrate()
    assert ends() == known


def test_accounts_known_before_get_the_keys_of_their_addresses(spare: Store, now: datetime) -> None:
    migrating.downgrade(spare.engine, "0002")
    addresses = ("Straße@Example.org", "STRASSE@example.org", "kowal@example.org")
    with spare.engine.begin() as connection:
        for number, address in enumerate(addresses):
            connection.execute(
                text(
                    "INSERT INTO users (email, name, role, language, created_at, fs_uniquifier, active, login_count)"
                    " VALUES (:email, '', 'city', '', '2024-01-01 00:00:00', :key, true, 0)"
                ),
                {"email": address, "key": str(number)},
            )
    spare.migrate()
    with spare.reading() as r:
        keys = list(r.session.scalars(select(UserRow.email_key).order_by(UserRow.id)))
        found = [person_by_email(r, address) for address in ("strasse@example.org", "KOWAL@EXAMPLE.ORG")]
    assert keys == ["strasse@example.org", "strasse@example.org 2", "kowal@example.org"]
    assert [person.email for person in found if person] == ["Straße@Example.org", "kowal@example.org"]


def test_people_known_before_belong_to_the_organisation_they_had(spare: Store) -> None:
    migrating.downgrade(spare.engine, "0004")
    with spare.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO organisations (id, name, name_key, published, simulated, created_at)"
                " VALUES (7, 'Alpha', 'alpha', false, false, '2024-01-01 00:00:00')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO users (email, email_key, name, role, organisation_id, language, created_at,"
                " fs_uniquifier, active, login_count)"
                " VALUES ('a@example.org', 'a@example.org', '', 'partner', 7, '', '2024-01-01 00:00:00', 'k', true, 0)"
            )
        )
    spare.migrate()
    with spare.reading() as r:
        person = person_by_email(r, "a@example.org")
    assert person is not None
    assert [each.name for each in person.organisations] == ["Alpha"]
    migrating.downgrade(spare.engine, "0004")
    with spare.engine.connect() as connection:
        assert connection.execute(text("SELECT organisation_id FROM users")).scalar() == 7
    spare.migrate()
    assert differences(spare) == []
