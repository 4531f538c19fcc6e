"""People with an account, as values."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from railtrack.domain.actors import Actor, Role
from railtrack.domain.errors import NotFound
from railtrack.domain.messages import say
from railtrack.domain.records import Organisation
from railtrack.domain.rights import owns_what_touches_its_stations


@dataclass(frozen=True, kw_only=True)
class Person:
    """An account. `key` stands in sessions: a new one ends them all. `password_hash` is None until one is chosen.

    `organisations` are those one belongs to, first the one acted for unless told otherwise; `ways` the corridors, in
    which the stations of a terminal have their place.
    """

    id: int
    email: str
    name: str
    role: Role
    language: str
    is_active: bool
    key: str
    password_hash: str | None
    created_at: datetime
    organisations: tuple[Organisation, ...] = ()
    ways: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    last_sign_in_at: datetime | None = None
    current_sign_in_at: datetime | None = None
    last_sign_in_ip: str | None = None
    current_sign_in_ip: str | None = None
    sign_ins: int = 0
    tour_step: int = 0  # the step that is due, 0 when it is over

    @property
    def organisation(self) -> Organisation | None:
        """The one acted for unless told otherwise."""
        return self.organisations[0] if self.organisations else None

    def acting_for(self, organisation_id: int | None) -> Organisation | None:
        """The organisation of this id if one belongs to it, else the one acted for unless told otherwise."""
        return next((each for each in self.organisations if each.id == organisation_id), self.organisation)

    def member_of(self, name: str) -> Organisation:
        """The organisation of this name; raises NotFound where there is none or one does not belong to it."""
        for each in self.organisations:
            if email_key(each.name) == email_key(name):
                return each
        raise NotFound(say("%(email)s belongs to no organisation %(name)s.", email=self.email, name=name))

    def actor(self, origin: str, acting_for: Organisation | None = None) -> Actor:
        """This person acting, from `origin`, for one organisation."""
        organisation = acting_for or self.organisation
        is_at_stations = organisation is not None and owns_what_touches_its_stations(self.role)
        return Actor(
            name=self.email,
            role=self.role,
            organisation_id=None if organisation is None else organisation.id,
            organisation=None if organisation is None else organisation.name,
            user_id=self.id,
            origin=origin,
            stations=frozenset(organisation.stations) if organisation is not None and is_at_stations else frozenset(),
            ways=self.ways if is_at_stations else {},
        )


def email_key(address: str) -> str:
    """Give what two spellings of an address have in common: width, case and spaces round it aside."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", address.strip()).casefold())
