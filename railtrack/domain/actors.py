"""Who acts, for whom, and what they may see.

What a role may do stands in `rights`. Every query of the store is given a `Scope`, so that nobody has to remember to
filter, and none shows a field to somebody without need of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from railtrack.domain.rights import Operation, Reach, Role, hidden_from, may, owns_what_touches_its_stations, reach

__all__ = ["EVERYTHING", "PUBLISHED_ONLY", "Actor", "Role", "Scope"]


@dataclass(frozen=True)
class Scope:
    """The shipments that may be seen: all, those of one organisation, those that touch stations, or none.

    `ways` are the corridors with their stations in order, from which it follows which shipments are planned over
    `stations`. `hides` is what is not shown of them; `sender` is in whose name one speaks. The published record is
    history in the newspapers and open to everybody who is signed in.
    """

    everything: bool = False
    organisation_id: int | None = None
    stations: frozenset[str] = frozenset()
    ways: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    hides: frozenset[Operation] = frozenset()
    sender: str = ""


EVERYTHING = Scope(everything=True)
PUBLISHED_ONLY = Scope()


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts: `name` is what the audit says (an address or `cli:USER`), `origin` from where (cli, web address).

    `organisation` is the one acted for; somebody may belong to several. `stations` are those of a terminal, `ways`
    the corridors it lies on.
    """

    name: str
    role: Role
    organisation_id: int | None = None
    organisation: str | None = None
    user_id: int | None = None
    origin: str = "cli"
    stations: frozenset[str] = frozenset()
    ways: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    @property
    def scope(self) -> Scope:
        """What this actor may see."""
        hides, sender = hidden_from(self.role), self.organisation or ""
        if reach(self, Operation.FOLLOW) is Reach.ALL:
            return Scope(everything=True, hides=hides, sender=sender)
        if self.is_at_stations:
            return Scope(stations=self.stations, ways=self.ways, hides=hides, sender=sender)
        return Scope(organisation_id=self.organisation_id, hides=hides, sender=sender)

    def may(self, operation: Operation, *, own: bool = True) -> bool:
        """Whether this actor may do something with what is its own, or with what is others'."""
        return may(self, operation, own=own)

    @property
    def may_write(self) -> bool:
        """Whether this actor enters anything at all."""
        return self.may(Operation.BOOK) or self.may(Operation.TELL)

    @property
    def is_at_stations(self) -> bool:
        """Whether its own is what touches its stations, as of a terminal."""
        return owns_what_touches_its_stations(self.role)

    def tells_at(self, station: str | None) -> bool:
        """Whether this actor may say what happened at a station, or between them; a terminal only at its own."""
        return not self.is_at_stations or station in self.stations

    def mends(self, sender: str) -> bool:
        """Whether this actor may correct or withdraw what was stated in this name."""
        return self.may(Operation.MEND, own=sender == self.organisation)

    def owns(self, organisation_id: int) -> bool:
        """Whether a shipment in sight that belongs to this organisation counts as the actor's own."""
        return self.is_at_stations or organisation_id == self.organisation_id
