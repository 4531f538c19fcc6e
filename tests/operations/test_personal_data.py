"""Personal data on both kinds of database: all of it is handed out, and none of it is left once it is erased."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Column, Integer, LargeBinary, func, insert, select, text

from railtrack.domain.actors import EVERYTHING, Actor, Role
from railtrack.domain.chain import check_chain
from railtrack.domain.errors import Conflict, NotAllowed, NotFound
from railtrack.domain.line.network import Network
from railtrack.domain.people import Person
from railtrack.operations.administering.accounts import create_user, deactivate, find_user, list_users
from railtrack.operations.administering.personal_data import Retention, erase_person, export_person, prune
from railtrack.store.audit import audit_entries, chained
from railtrack.store.engine import Store
from railtrack.store.personal import NOT_SHOWN, _owners
from railtrack.store.tables import AlertRow, AuditRow, Base, DraftRow, ShipmentRow, UploadRow, UserRow
from railtrack.store.tables.base import UtcTime
from tests.factories import ADMINISTRATOR, CITY, container, enter, event_row, shipment_row, tell

EMAIL = "Weber.Marker@example.org"
ADDRESS = "192.0.2.77"
MARK = "marker"


def add(store: Store, now: datetime, email: str = EMAIL, role: Role = Role.PARTNER) -> Person:
    organisation = "Alpha" if role is Role.PARTNER else ""
    return create_user(
        store, email, "Anna Marker", role, organisation=organisation, password="four wagons to Dostyk",
        actor=ADMINISTRATOR, now=now,
    )  # fmt: skip


def fill(store: Store, person: Person, now: datetime) -> None:
    """Give a person a row in every table that refers to users, each text of it marked."""
    with store.engine.begin() as connection:
        shipment_id = connection.execute(select(ShipmentRow.id)).scalar_one()
        alert: dict[str, Any] = {
            "shipment_id": shipment_id, "kind": "late", "identity": "theirs", "opened_at": now, "seen_at": now,
            "why": {}, "acknowledged_at": now, "acknowledged_by": person.id, "note": "rang the terminal",
        }  # fmt: skip
        alert_id = connection.execute(insert(AlertRow).returning(AlertRow.id), [alert]).scalar_one()
        for n, (table, owner) in enumerate(_owners(deleted_with_user=True)):
            if table.name in ("audit_persons", "memberships"):
                continue  # these have theirs
            row: dict[str, Any] = {}
            for column in table.columns:
                value = _marked(column, n, now)
                if value is not None:
                    row[column.name] = value
            row[owner.name] = person.id
            if table.name == "alert_tellings":
                row["alert_id"] = alert_id
            connection.execute(insert(table), [row])
        connection.execute(
            text("UPDATE users SET last_login_ip = :ip, current_login_ip = :ip WHERE id = :id"),
            {"ip": ADDRESS, "id": person.id},
        )


def _marked(column: Column[Any], n: int, now: datetime) -> Any:
    kind = column.type
    if column.name == "state":
        return "waiting"
    if column.foreign_keys and column.nullable:
        return None
    known = {"scope": "read", "manner": "digest"}  # columns that hold one of a few words
    if column.name in known:
        return known[column.name]
    if isinstance(kind, LargeBinary):
        return f"{MARK}{n}".encode()
    if isinstance(kind, UtcTime):
        return now
    if isinstance(kind, JSON):
        return {"said": MARK}
    if isinstance(kind, Boolean):
        return True
    if isinstance(kind, Integer):
        return None if column.primary_key else n
    return f"{MARK}{n}"[: getattr(kind, "length", None) or 20]


def everything(store: Store) -> str:
    """Give all that stands in all tables, in one text."""
    with store.engine.connect() as connection:
        return repr([connection.execute(select(table)).all() for table in Base.metadata.sorted_tables]).lower()


def act(store: Store, network: Network, person: Person, now: datetime) -> Actor:
    """Let a person book and tell, from a browser."""
    actor = person.actor(f"web {ADDRESS}")
    enter(store, network, [shipment_row("R1", container(1))], actor=actor)
    tell(store, network, [event_row("departed", "CKG", "2024-03-01T10:00+08:00")], actor=actor)
    return actor


def test_of_an_erased_person_nothing_is_left_and_what_they_recorded_stays(
    furnished: Store, network: Network, now: datetime
) -> None:
    person = add(furnished, now)
    act(furnished, network, person, now)
    fill(furnished, person, now)
    before = everything(furnished)
    assert (MARK in before, ADDRESS in before) == (True, True)
    name = erase_person(furnished, "weber.marker@EXAMPLE.org", actor=ADMINISTRATOR, now=now)
    assert name == f"user:{person.id}"
    left = everything(furnished)
    assert MARK not in left
    assert ADDRESS not in left
    assert "four wagons" not in left
    with furnished.reading() as r:
        assert check_chain(chained(r)).holds
        booked = audit_entries(r, EVERYTHING, actor=name, action="book").items
        assert [(e.actor, e.subject) for e in booked] == [(name, "shipment")]
        assert booked[0].origin.startswith("web kept:")
        assert r.session.scalar(text("SELECT recorded_by FROM events")) == name
    assert [p.email for p in list_users(furnished, actor=ADMINISTRATOR)] == []
    for asked in (EMAIL, name):
        with pytest.raises(NotFound):
            find_user(furnished, asked)
    again = add(furnished, now)
    assert again.id != person.id


def test_the_last_administrator_is_not_erased(store: Store, now: datetime) -> None:
    add(store, now, "only@example.org", Role.ADMINISTRATOR)
    with pytest.raises(Conflict, match="last administrator"):
        erase_person(store, "only@example.org", actor=ADMINISTRATOR, now=now)
    assert find_user(store, "only@example.org").password_hash
    add(store, now, "second@example.org", Role.ADMINISTRATOR)
    erase_person(store, "only@example.org", actor=ADMINISTRATOR, now=now)
    with pytest.raises(Conflict, match="last administrator"):
        deactivate(store, "second@example.org", actor=ADMINISTRATOR, now=now)


def test_only_administrators_erase_and_others_get_their_own_data_alone(store: Store, now: datetime) -> None:
    person, other = add(store, now), add(store, now, "other@example.org")
    for actor in (person.actor("web"), CITY):
        with pytest.raises(NotAllowed):
            erase_person(store, EMAIL, actor=actor, now=now)
    assert export_person(store, EMAIL, actor=person.actor("web"))["users"][0]["email"] == EMAIL
    with pytest.raises(NotFound):
        export_person(store, EMAIL, actor=other.actor("web"))
    with pytest.raises(NotFound):
        export_person(store, "nobody@example.org", actor=ADMINISTRATOR)


def test_all_that_is_kept_is_handed_out_but_no_secret(furnished: Store, network: Network, now: datetime) -> None:
    person = add(furnished, now)
    act(furnished, network, person, now)
    fill(furnished, person, now)
    found = export_person(furnished, EMAIL, actor=ADMINISTRATOR)
    json.dumps(found)
    assert {table.name for table, _ in _owners()} | {"users", "audit", "events"} == set(found)
    assert all(found.values()), "a row of each table"
    account = found["users"][0]
    assert (account["email"], account["name"], account["current_login_ip"]) == (EMAIL, "Anna Marker", ADDRESS)
    assert account["password"] == account["fs_uniquifier"] == NOT_SHOWN
    assert found["sessions"][0]["token_hash"] == NOT_SHOWN
    assert found["authenticators"][0]["secret"] == NOT_SHOWN
    assert [e["recorded_by"] for e in found["events"]] == [f"user:{person.id}"]
    assert {e["action"] for e in found["audit"]} == {"add", "book", "record"}
    assert ADDRESS in {each["value"] for each in found["audit_persons"]}


def test_what_has_been_kept_long_enough_goes(store: Store, now: datetime) -> None:
    person = add(store, now)
    days = {"old": now - timedelta(days=91), "new": now - timedelta(days=89)}
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE users SET last_login_ip='192.0.2.1', current_login_ip='192.0.2.2'"))
        connection.execute(UserRow.__table__.update().values(last_login_at=days["old"], current_login_at=days["new"]))
        for name, at in days.items():
            connection.execute(
                insert(DraftRow),
                [{"user_id": person.id, "title": name, "fields": {}, "saved_at": at}],
            )
            upload = {"id": name, "user_id": person.id, "name": name, "kind": "", "content": b"", "state": "stored"}
            connection.execute(insert(UploadRow), [upload | {"result": None, "uploaded_at": at}])
    for at in days.values():
        with store.noting(person.actor(f"web {ADDRESS}"), at) as w:
            w.audit("do", "thing", 1)
            w.commit()
    kept = Retention(addresses_days=90, uploads_days=90, drafts_days=90)
    prune(store, kept, now=now)
    with store.reading() as r:
        assert r.session.execute(select(UserRow.last_login_ip, UserRow.current_login_ip)).one() == (None, "192.0.2.2")
        assert r.session.scalars(select(DraftRow.title)).all() == ["new"]
        assert r.session.scalars(select(UploadRow.id)).all() == ["new"]
        new, old = (e.origin for e in audit_entries(r, EVERYTHING, subject="thing").items)
        assert new == f"web {ADDRESS}"
        assert old.startswith("web kept:")
        count = r.session.scalar(select(func.count()).select_from(AuditRow))
        assert check_chain(chained(r)).entries == count
