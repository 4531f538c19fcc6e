"""Accounts on both kinds of database: what must not happen twice does not, whoever is first."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from railtrack.domain.actors import Actor, Role
from railtrack.domain.errors import Conflict, NotFound, Refused
from railtrack.domain.people import Person
from railtrack.operations.administering import accounts
from railtrack.store.engine import Store
from railtrack.store.organisations import add_organisation
from railtrack.store.people import add_person

CLERK = Actor(name="cli:tests", role=Role.ADMINISTRATOR)
PASSWORD = "four wagons to Dostyk"


def test_an_account_comes_back_as_it_was_given(store: Store, now: datetime) -> None:
    made = accounts.create_user(
        store, " Kowal@Terminal.example ", " M.  Kowal ", Role.PARTNER, organisation="Terminal", actor=CLERK, now=now
    )
    found = accounts.find_user(store, "kowal@terminal.EXAMPLE")
    assert found == made
    assert (found.email, found.name, found.role) == ("Kowal@Terminal.example", "M. Kowal", Role.PARTNER)
    assert found.is_active
    assert found.password_hash is None
    assert found.created_at == now
    actor = found.actor("web 192.0.2.1")
    assert (actor.name, actor.organisation, actor.origin) == ("Kowal@Terminal.example", "Terminal", "web 192.0.2.1")
    assert actor.scope.organisation_id == actor.organisation_id


@pytest.mark.parametrize(
    ("address", "again"),
    [
        ("a@example.org", "A@Example.org"),
        ("straße@example.org", "STRASSE@example.org"),
        ("ünal@example.org", "U\u0308NAL@example.org"),  # composed or not
        ("kowal@example.org", "ｋｏｗａｌ@example.org"),  # as a Chinese keyboard types it
    ],
)
def test_one_address_has_one_account_in_whatever_spelling(
    store: Store, now: datetime, address: str, again: str
) -> None:
    made = accounts.create_user(store, address, "", Role.CITY, actor=CLERK, now=now)
    with pytest.raises(Refused, match="has an account already"):
        accounts.create_user(store, again, "", Role.CITY, actor=CLERK, now=now)
    assert accounts.list_users(store, actor=CLERK) == [made]
    assert accounts.find_user(store, again) == made


def test_the_database_itself_takes_an_address_once(store: Store, now: datetime) -> None:
    facts = {"name": "", "role": Role.CITY, "organisation_id": None}
    with store.noting(CLERK, now) as w:
        add_person(w, email="straße@example.org", key="1", **facts)
        w.commit()
    with pytest.raises(Conflict), store.noting(CLERK, now) as w:
        add_person(w, email="STRASSE@example.org", key="2", **facts)


def test_two_who_press_the_set_up_link_at_once_make_one_administrator(store: Store, now: datetime) -> None:
    token = accounts.make_setup_link(store, now=now)
    assert token

    def use(number: int) -> Person | None:
        try:
            return accounts.use_setup_link(
                store, token, email=f"{number}@example.org", name="", password=PASSWORD, now=now
            )
        except NotFound:
            return None

    with ThreadPoolExecutor(4) as pool:
        made = [person for person in pool.map(use, range(4)) if person is not None]
    assert len(made) == 1
    assert accounts.list_users(store, actor=CLERK) == made


def test_several_processes_that_start_at_once_agree_on_the_session_key(store: Store, now: datetime) -> None:
    with ThreadPoolExecutor(4) as pool:
        keys = set(pool.map(lambda _: accounts.remembered_secret(store, "secret_key", now=now), range(4)))
    assert len(keys) == 1


def test_nobody_belongs_to_the_published_record(store: Store, now: datetime) -> None:
    with store.writing(CLERK, now) as w:
        add_organisation(w, "Published record", published=True)
        w.commit()
    with pytest.raises(Refused, match="nobody belongs to it"):
        accounts.create_user(
            store, "a@example.org", "", Role.PARTNER, organisation="published RECORD", actor=CLERK, now=now
        )
    assert accounts.list_organisations(store, actor=CLERK) == []


def test_a_password_of_an_ended_account_is_not_changed_by_an_old_link(store: Store, now: datetime) -> None:
    accounts.create_user(store, "a@example.org", "", Role.CITY, password=PASSWORD, actor=CLERK, now=now)
    token = accounts.make_password_link(store, "a@example.org", actor=CLERK, now=now)
    accounts.deactivate(store, "a@example.org", actor=CLERK, now=now)
    assert accounts.person_of_password_link(store, token, now=now) is None
    with pytest.raises(NotFound):
        accounts.use_password_link(store, token, password="another short sentence", now=now)


def test_somebody_invited_to_administer_can_be_ended_and_does_not_count_as_the_last(
    store: Store, now: datetime
) -> None:
    accounts.create_user(store, "a@example.org", "", Role.ADMINISTRATOR, password=PASSWORD, actor=CLERK, now=now)
    accounts.create_user(store, "invited@example.org", "", Role.ADMINISTRATOR, actor=CLERK, now=now)
    with pytest.raises(Conflict, match="last administrator"):
        accounts.deactivate(store, "a@example.org", actor=CLERK, now=now)
    assert accounts.find_user(store, "a@example.org").is_active
    accounts.deactivate(store, "invited@example.org", actor=CLERK, now=now)
    assert not accounts.find_user(store, "invited@example.org").is_active


def test_somebody_invited_can_be_ended_where_nobody_administers_yet(store: Store, now: datetime) -> None:
    accounts.create_user(store, "invited@example.org", "", Role.ADMINISTRATOR, actor=CLERK, now=now)
    accounts.deactivate(store, "invited@example.org", actor=CLERK, now=now)
    assert not accounts.find_user(store, "invited@example.org").is_active
