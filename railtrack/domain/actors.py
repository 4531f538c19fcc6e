"""Who acts, and what they may see.

A partner enters and sees the shipments of its own organisation; city staff see everything and change nothing; an
administrator does all. Every query of the store is given a `Scope`, so that nobody has to remember to filter.
"""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    PARTNER = "partner"
    CITY = "city"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Scope:
    """The shipments that may be seen: all, those of one organisation, or none but the published record.

    The published record is history in the newspapers and open to everybody who is signed in.
    """

    everything: bool = False
    organisation_id: int | None = None


EVERYTHING = Scope(everything=True)
PUBLISHED_ONLY = Scope()


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts: `name` is what the audit says (an address or `cli:USER`), `origin` from where (cli, web address)."""

    name: str
    role: Role
    organisation_id: int | None = None
    organisation: str | None = None
    user_id: int | None = None
    origin: str = "cli"

    @property
    def scope(self) -> Scope:
        """What this actor may see."""
        if self.role is Role.PARTNER:
            return Scope(organisation_id=self.organisation_id)
        return EVERYTHING

    @property
    def may_write(self) -> bool:
        return self.role is not Role.CITY

    @property
    def is_administrator(self) -> bool:
        return self.role is Role.ADMINISTRATOR
