"""Organisations: who belongs to which, as what, and at which stations one works as a terminal. Administrators only."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from railtrack.domain.actors import Actor
from railtrack.domain.errors import Conflict, NotFound, Problem, Refused
from railtrack.domain.messages import say
from railtrack.domain.people import Person
from railtrack.domain.records import Organisation
from railtrack.domain.rights import Operation, Role, acts_for_an_organisation, insist
from railtrack.store import memberships, people
from railtrack.store.engine import Reading, Store
from railtrack.store.organisations import name_key, organisations
from railtrack.store.reference import load_network


@dataclass(frozen=True)
class Members:
    """An organisation, with its stations, and who belongs to it."""

    organisation: Organisation
    people: tuple[Person, ...]


def all_members(store: Store, *, actor: Actor) -> tuple[Members, ...]:
    """Give every organisation one can belong to, by name."""
    _only_administrators(actor)
    with store.reading() as r:
        everybody = people.people(r)
        known = [each for each in organisations(r.session).values() if not each.published]
        stations = memberships.stations_of(r, [each.id for each in known])
    found = (
        Members(
            Organisation(each.id, each.name, each.published, each.simulated, stations[each.id]),
            tuple(person for person in everybody if each.id in {own.id for own in person.organisations}),
        )
        for each in known
    )
    return tuple(sorted(found, key=lambda members: name_key(members.organisation.name)))


def members_of(store: Store, organisation_id: int, *, actor: Actor) -> Members:
    """Give one organisation; raises NotFound."""
    for each in all_members(store, actor=actor):
        if each.organisation.id == organisation_id:
            return each
    raise NotFound(say("There is no such organisation."))


def set_stations(store: Store, name: str, stations: Collection[str], *, actor: Actor, now: datetime) -> None:
    """Say at which stations an organisation works as a terminal; none makes it one no longer.

    Raises NotFound for an unknown organisation, Refused for what is no station.
    """
    _only_administrators(actor)
    with store.writing(actor, now) as w:
        organisation = _named(w, name)
        known = load_network(w).stations
        wanted = {station.strip().upper() for station in stations if station.strip()}
        unknown = sorted(wanted - known.keys())
        if unknown:
            raise Refused(
                [
                    Problem(
                        message=say("%(id)s is no station.", id=unknown[0]),
                        remedy=say("Write the ids of stations, as they stand under Places."),
                        column="stations",
                        value=unknown[0],
                    )
                ]
            )
        before = memberships.stations_of(w, [organisation.id])[organisation.id]
        if set(before) == wanted:
            return
        memberships.set_stations(w, organisation.id, wanted)
        w.audit(
            "change", "organisation", organisation.id, {"stations": list(before)}, {"stations": sorted(wanted)},
            organisation.id,
        )  # fmt: skip
        w.commit()


def join(store: Store, email: str, name: str, *, actor: Actor, now: datetime) -> None:
    """Let somebody belong to one more organisation; harmless where they do. Raises NotFound."""
    _only_administrators(actor)
    with store.writing(actor, now) as w:
        person, organisation = _person(w, email), _named(w, name)
        if not acts_for_an_organisation(person.role):
            raise Conflict(say("%(email)s acts for no organisation in this role.", email=person.email))
        if memberships.add_membership(w, person.id, organisation.id):
            w.audit("join", "user", person.email, None, {"organisation": organisation.name}, organisation.id)
            w.commit()


def leave(store: Store, email: str, name: str, *, actor: Actor, now: datetime) -> None:
    """Let somebody belong to an organisation no longer. Raises NotFound, Conflict for the only one they have."""
    _only_administrators(actor)
    with store.writing(actor, now) as w:
        person, organisation = _person(w, email), _named(w, name)
        if organisation.id not in {each.id for each in person.organisations}:
            return
        if len(person.organisations) == 1:
            raise Conflict(
                say("%(email)s belongs to this organisation only. End the account instead.", email=person.email)
            )
        memberships.end_membership(w, person.id, organisation.id)
        w.audit("leave", "user", person.email, {"organisation": organisation.name}, None, organisation.id)
        w.commit()


def change_role(store: Store, email: str, role: Role, *, organisation: str = "", actor: Actor, now: datetime) -> None:
    """Give somebody another role; their sessions end. The same once more changes nothing.

    Who acts for no organisation in the new role belongs to none any longer. Raises NotFound, Conflict for the last
    administrator, and Refused where the new role needs an organisation and none is known or named.
    """
    _only_administrators(actor)
    with store.writing(actor, now) as w:
        person = _person(w, email)
        if person.role is role:
            return
        held = person.organisations
        if not acts_for_an_organisation(role):
            for each in held:
                memberships.end_membership(w, person.id, each.id)
        elif organisation.strip():
            memberships.add_membership(w, person.id, _named(w, organisation).id)
        elif not held:
            raise Refused([_needs_organisation()])
        before = people.count_active(w, Role.ADMINISTRATOR)
        people.change_person(w, person.id, role=role.value, fs_uniquifier=secrets.token_hex(32))
        if before and not people.count_active(w, Role.ADMINISTRATOR):
            raise Conflict(say("This is the last administrator. Make another one first."))
        w.audit("change", "user", person.email, {"role": person.role.value}, {"role": role.value})
        w.commit()


def _needs_organisation() -> Problem:
    return Problem(
        message=say("Who has this role acts for an organisation."),
        remedy=say("Name the forwarder, terminal or railway."),
        column="organisation",
    )


def _person(r: Reading, email: str) -> Person:
    person = people.person_by_email(r, email.strip())
    if person is None:
        raise NotFound(say("There is no account of %(email)s.", email=email))
    return person


def _named(r: Reading, name: str) -> Organisation:
    found = organisations(r.session).get(name_key(name))
    if found is None or found.published:
        raise NotFound(say("No organisation %(name)s is known.", name=name))
    return found


def _only_administrators(actor: Actor) -> None:
    insist(actor, Operation.KEEP_ACCOUNTS, own=False, refusal=say("Only an administrator manages accounts."))
