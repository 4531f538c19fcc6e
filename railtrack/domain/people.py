"""People with an account, as values."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from railtrack.domain.actors import Actor, Role
from railtrack.domain.records import Organisation


@dataclass(frozen=True, kw_only=True)
class Person:
    """An account. `key` stands in sessions: a new one ends them all. `password_hash` is None until one is chosen."""

    id: int
    email: str
    name: str
    role: Role
    organisation: Organisation | None
    language: str
    is_active: bool
    key: str
    password_hash: str | None
    created_at: datetime
    last_sign_in_at: datetime | None = None
    current_sign_in_at: datetime | None = None
    last_sign_in_ip: str | None = None
    current_sign_in_ip: str | None = None
    sign_ins: int = 0

    def actor(self, origin: str) -> Actor:
        """This person acting, from `origin`."""
        return Actor(
            name=self.email,
            role=self.role,
            organisation_id=None if self.organisation is None else self.organisation.id,
            organisation=None if self.organisation is None else self.organisation.name,
            user_id=self.id,
            origin=origin,
        )


def email_key(address: str) -> str:
    """Give what two spellings of an address have in common: width, case and spaces round it aside."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", address.strip()).casefold())
