"""Finding things by their full name, and the names that filters offer."""

from dataclasses import dataclass

from railtrack.domain.actors import Actor
from railtrack.domain.cargo.identifiers import container
from railtrack.domain.rows.unfit import Unfit
from railtrack.store.engine import Store
from railtrack.store.reading.finding import carrying, with_reference
from railtrack.store.reading.listing import partners


@dataclass(frozen=True)
class Named:
    """The shipments in sight that a text names in full, as their reference or by the number of a container."""

    shipment_ids: tuple[int, ...]
    is_container: bool = False


def named(store: Store, text: str, *, simulated: bool, actor: Actor) -> Named:
    """Find what a text names in full; nothing for a part of a name."""
    with store.reading() as reading:
        found = with_reference(reading, actor.scope, text, simulated=simulated)
        if found:
            return Named(found)
        try:
            number = container.validate(text)
        except Unfit:
            return Named(())
        return Named(carrying(reading, actor.scope, number, simulated=simulated), is_container=True)


def partner_names(store: Store, *, actor: Actor) -> tuple[str, ...]:
    """Give the organisations that a filter may offer."""
    with store.reading() as reading:
        return tuple(organisation.name for organisation in partners(reading, actor.scope))
