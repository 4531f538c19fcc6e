"""Labels for the containers of a shipment: what stands on them, and where their codes lead."""

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from railtrack.documents.labels import Label, can_set, sheets
from railtrack.domain.actors import Actor
from railtrack.domain.errors import NotFound
from railtrack.domain.line.places import Station
from railtrack.domain.line.station_names import short_name
from railtrack.domain.messages import Message, say
from railtrack.domain.records import RecordedShipment
from railtrack.domain.rights import Operation, insist
from railtrack.operations.administering.reference import load_world
from railtrack.operations.entering import forms as entering
from railtrack.store.engine import Store
from railtrack.store.reading.shipments import shipment as seen
from railtrack.store.reading.shipments import shipment_named

FORM = "/events/new"
NO_NUMBERS = say("No container of this shipment has a number yet, so there is nothing to label.")


def labels_named(store: Store, name: str, *, base_url: str, skip: int = 0, actor: Actor) -> bytes:
    """Give the sheets of a shipment by its reference or PARTNER:REFERENCE, in English."""
    with store.reading() as reading:
        shipment = shipment_named(reading, actor.scope, name)
    return labels(store, shipment.id, base_url=base_url, skip=skip, actor=actor)


def labels(
    store: Store,
    shipment_id: int,
    *,
    base_url: str,
    language: str = "en",
    words: Callable[[Message], str] = str,
    skip: int = 0,
    actor: Actor,
) -> bytes:
    """Give sheets of labels as PDF, one for each container that has a number. Their codes open the event form.

    Raises NotFound for a shipment the actor may tell nothing of, and for one without numbers. Where the machine lacks
    the letters of the language they are in English.
    """
    with store.reading() as reading:  # whoever may not know of it is not told that it may not be labelled
        seen(reading, actor.scope, shipment_id)
    insist(actor, Operation.TELL)
    shipment = entering.shipment(store, shipment_id, actor=actor)
    stations = load_world(store).network.stations
    if not can_set(language):
        language, words = "en", str
    made = _labels(shipment, stations, base_url, language, words)
    if not made:
        raise NotFound(NO_NUMBERS)
    title = words(say("Labels for %(reference)s", reference=shipment.reference))
    return sheets(made, title=title, language=language, skip=skip)


def _labels(
    shipment: RecordedShipment,
    stations: Mapping[str, Station],
    base_url: str,
    language: str,
    words: Callable[[Message], str],
) -> list[Label]:
    ends = [short_name(stations[each], language) for each in (shipment.facts.origin, shipment.facts.destination)]
    note = words(say("Scan with a phone to record what happened."))
    numbers = [each.facts.container for each in shipment.containers if each.facts.container]
    return [
        Label(
            number=f"{number[:4]} {number[4:10]}",
            check_digit=number[10:],
            reference=shipment.reference,
            route=" – ".join(ends),
            note=note,
            address=f"{base_url.rstrip('/')}{FORM}?{urlencode({'container': number})}",
        )
        for number in numbers
    ]
