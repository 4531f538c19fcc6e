"""Tokens: with one, a program acts for an account, and for no more than the token says."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from railtrack.domain.records import Organisation


class TokenScope(StrEnum):
    """What a token lets its holder do: look, or record as well."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, kw_only=True)
class ApiToken:
    """A token as it may be shown: never itself. `organisation` is the one it acts for; None: whatever its owner sees.

    `start` is its beginning, by which its owner tells it from others.
    """

    id: int
    user_id: int
    email: str
    name: str
    scope: TokenScope
    organisation: Organisation | None
    start: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def may_write(self) -> bool:
        return self.scope is TokenScope.WRITE

    def is_alive(self, now: datetime) -> bool:
        """Whether it still works."""
        return self.ended_at is None and now < self.expires_at
