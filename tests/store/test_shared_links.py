"""Shared links as they are kept, on both kinds of database."""

from datetime import datetime, timedelta
from threading import Barrier, Thread

from railtrack.domain.actors import Actor, Role
from railtrack.domain.sharing import LinkKind, SharedField, SharedLink
from railtrack.operations.administering.accounts import create_user
from railtrack.store import sharing
from railtrack.store.engine import Store
from railtrack.store.tables import OrganisationRow
from tests.factories import ADMINISTRATOR


def person(store: Store, now: datetime, email: str, organisation: str = "") -> Actor:
    role = Role.PARTNER if organisation else Role.CITY
    made = create_user(store, email, "", role, organisation=organisation, actor=ADMINISTRATOR, now=now)
    return made.actor("web")


def link(store: Store, actor: Actor, now: datetime, mark: str, *, days: int = 7, subject: str = "17") -> SharedLink:
    assert actor.user_id is not None
    with store.noting(actor, now) as w:
        link_id = sharing.add_link(
            w, actor.user_id, kind=LinkKind.SHIPMENT, subject=subject, query={}, fields={SharedField.MAP}, label=mark,
            organisation_id=actor.organisation_id, token_hash=mark, expires_at=now + timedelta(days=days),
        )  # fmt: skip
        found = sharing.link_with_id(w, link_id)
        w.commit()
    assert found is not None
    return found


def test_a_link_is_found_by_its_hash_as_it_was_kept(store: Store, now: datetime) -> None:
    actor = person(store, now, "a@example.org", "Alpha")
    made = link(store, actor, now, "h1")
    with store.reading() as r:
        assert sharing.link_of(r, "h1") == made
        assert sharing.link_of(r, "h2") is None
    assert (made.email, made.fields, made.uses, made.shipment_id) == ("a@example.org", {SharedField.MAP}, 0, 17)
    assert made.organisation is not None
    assert made.organisation.name == "Alpha"
    assert made.is_alive(now)
    assert not made.is_alive(now + timedelta(days=7)), "its end is no part of it"


def test_one_sees_ones_own_links_and_those_of_ones_organisation(store: Store, now: datetime) -> None:
    alpha, colleague = (person(store, now, f"{each}@example.org", "Alpha") for each in ("a", "b"))
    beta, city, other_city = (
        person(store, now, "c@example.org", "Beta"),
        person(store, now, "d@example.org"),
        person(store, now, "e@example.org"),
    )
    for actor, mark in ((alpha, "1"), (colleague, "2"), (beta, "3"), (city, "4")):
        link(store, actor, now, mark)

    def seen(actor: Actor) -> list[str]:
        with store.reading() as r:
            found = sharing.links(r, user_id=actor.user_id, organisation_id=actor.organisation_id)
        return [each.label for each in found]

    assert seen(alpha) == seen(colleague) == ["2", "1"]
    assert seen(beta) == ["3"]
    assert seen(city) == ["4"]
    assert seen(other_city) == [], "to have no organisation is nothing in common"
    assert seen(ADMINISTRATOR) == []
    with store.reading() as r:
        assert [each.label for each in sharing.links(r, everybody=True)] == ["4", "3", "2", "1"]
        assert sharing.links(r, everybody=True, shipment_id=18) == ()


def test_uses_at_the_same_moment_are_all_counted(store: Store, now: datetime) -> None:
    made = link(store, person(store, now, "a@example.org", "Alpha"), now, "h1")
    start = Barrier(4)

    def use() -> None:
        start.wait()
        for _ in range(5):
            with store.noting(ADMINISTRATOR, now) as w:
                sharing.count_use(w, made.id)
                w.commit()

    threads = [Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading() as r:
        found = sharing.link_of(r, "h1")
    assert found is not None
    assert (found.uses, found.last_used_at) == (20, now)


def test_a_link_is_revoked_once_and_dead_ones_are_let_go_of(store: Store, now: datetime) -> None:
    actor = person(store, now, "a@example.org", "Alpha")
    revoked, run_out, alive = (
        link(store, actor, now, mark, days=days) for mark, days in (("r", 300), ("o", 1), ("a", 300))
    )
    with store.noting(actor, now) as w:
        assert sharing.revoke_link(w, revoked.id)
        assert not sharing.revoke_link(w, revoked.id)
        w.commit()
    for after, left in ((timedelta(days=91), {"a"}), (timedelta(days=400), set())):
        with store.noting(actor, now) as w:
            sharing.forget_links(w, now + after - timedelta(days=90))
            w.commit()
        with store.reading() as r:
            kept = {each.label for each in sharing.links(r, everybody=True)}
        assert kept == left | ({"o"} if after <= timedelta(days=91) else set())
    assert run_out.label
    assert alive.label


def test_a_link_outlives_its_organisation(store: Store, now: datetime) -> None:
    actor = person(store, now, "a@example.org", "Alpha")
    made = link(store, actor, now, "h1")
    city = person(store, now, "d@example.org")
    with store.engine.begin() as connection:  # as taking invented history out does, once nobody belongs to it
        connection.exec_driver_sql("DELETE FROM memberships")
        connection.execute(OrganisationRow.__table__.delete().where(OrganisationRow.name == "Alpha"))
    with store.reading() as r:
        found = sharing.link_of(r, "h1")
        assert sharing.links(r, user_id=city.user_id, organisation_id=city.organisation_id) == ()
    assert found is not None
    assert found.organisation is None
    assert found.id == made.id
