"""A terminal finds what touches its stations, says what happens there, and sees no more than it needs for that."""

from decimal import Decimal

import pytest

from railtrack.domain.actors import Actor, Role
from railtrack.domain.cargo.goods import Money
from railtrack.domain.errors import NotAllowed, NotFound
from railtrack.domain.line.network import Network
from railtrack.domain.movement.events import StatedEvent
from railtrack.operations.entering import forms
from railtrack.operations.entering.booking import book
from railtrack.operations.entering.recording import record
from railtrack.operations.figures.exporting import export
from railtrack.store.engine import Store
from railtrack.store.reading import listing
from railtrack.store.reading.listing import ShipmentFilter
from tests.factories import NOW, container, container_number, enter, event_row, shipment_row, tell, terminal

HIDDEN = ("Hush Ltd", "Quiet GmbH", "123456", "4321", "845811", "Lathes")


@pytest.fixture
def line(furnished: Store, network: Network) -> Store:
    """Shipments over Dostyk in both directions, one that turns back before it, one that was led there."""
    secret = {
        "goods": "Lathes",
        "hs_code": "845811",
        "value": Money(Decimal(123456)),
        "freight": Money(Decimal(4321)),
    }
    enter(
        furnished,
        network,
        [
            shipment_row("west", container(1, **secret), shipper="Hush Ltd", consignee="Quiet GmbH"),
            shipment_row("east", container(2), origin="MHG", destination="CKG"),
            shipment_row("short", container(3), destination="XIA"),
            shipment_row("astray", container(4), destination="XIA"),
        ],
    )
    tell(furnished, network, [event_row("arrived", "DTK", "2024-05-20T10:00+06:00", "astray")])
    return furnished


def seen(store: Store, actor: Actor, **wanted: object) -> list[str]:
    with store.reading() as r:
        found = listing.list_shipments(r, actor.scope, ShipmentFilter(**wanted), now=NOW)  # type: ignore[arg-type]
    return sorted(each.reference for each in found.items)


def arrived(reference: str, station: str, **facts: object) -> StatedEvent:
    return event_row("arrived", station, "2024-05-21T10:00+06:00", reference, partner=None, **facts)


def test_it_sees_what_touches_its_stations(line: Store, network: Network) -> None:
    assert seen(line, terminal(network, "DTK")) == ["astray", "east", "west"]
    assert seen(line, terminal(network, "XIA")) == ["astray", "east", "short", "west"]
    assert seen(line, terminal(network, "DUI")) == []
    assert seen(line, terminal(network)) == []


def test_it_finds_a_container_that_touches_it_and_no_other(line: Store, network: Network) -> None:
    dostyk = terminal(network, "DTK")
    assert [s.reference for s in forms.with_container(line, container_number(1), actor=dostyk)] == ["west"]
    assert forms.with_container(line, container_number(3), actor=dostyk) == ()


def test_it_records_at_its_own_stations_in_its_own_name(line: Store, network: Network) -> None:
    dostyk = terminal(network, "DTK", name="Terminal Dostyk")
    assert record(line, [arrived("west", "DTK")], network=network, actor=dostyk, now=NOW).stored
    (shipment,) = forms.with_container(line, container_number(1), actor=dostyk)
    (told,) = forms.events_of(line, [shipment.id], actor=dostyk)
    assert (told.sender, told.facts.station) == ("Terminal Dostyk", "DTK")

    outcome = record(line, [arrived("west", "ALK")], network=network, actor=dostyk, now=NOW)
    assert not outcome.stored
    assert "your own stations" in str(next(iter(outcome.problems)))


def test_what_does_not_touch_it_is_unknown_to_it(line: Store, network: Network) -> None:
    dostyk = terminal(network, "DTK")
    said = []
    for name in ("short", "nothing"):
        outcome = record(line, [arrived(name, "DTK")], network=network, actor=dostyk, now=NOW)
        said += [str(problem).replace(name, "…") for problem in outcome.problems]
    assert len(said) == 2
    assert said[0] == said[1]


def test_it_mends_what_it_said_and_nothing_else(line: Store, network: Network) -> None:
    dostyk = terminal(network, "DTK", name="Terminal Dostyk")
    record(line, [arrived("astray", "DTK")], network=network, actor=dostyk, now=NOW)
    (shipment,) = forms.with_container(line, container_number(4), actor=dostyk)
    of = {each.sender: each.id for each in forms.events_of(line, [shipment.id], actor=dostyk)}
    assert forms.event(line, of["Terminal Dostyk"], actor=dostyk).sender == "Terminal Dostyk"
    with pytest.raises(NotFound):
        forms.event(line, of["Alpha"], actor=dostyk)
    outcome = record(line, [arrived("astray", "DTK", corrects=of["Alpha"])], network=network, actor=dostyk, now=NOW)
    assert not outcome.stored
    assert "of yours is known" in str(next(iter(outcome.problems)))


def test_it_books_nothing(line: Store, network: Network) -> None:
    with pytest.raises(NotAllowed, match="own stations"):
        book(line, [shipment_row("new", container(9))], network=network, actor=terminal(network, "DTK"), now=NOW)


@pytest.mark.parametrize("form", ["csv", "jsonl", "geojson"])
@pytest.mark.parametrize("what", ["shipments", "events", "journeys", "visits"])
def test_no_file_tells_a_terminal_or_the_city_what_they_have_no_need_of(
    line: Store, network: Network, what: str, form: str
) -> None:
    city = Actor(name="city@example.org", role=Role.CITY)
    for actor, hidden in ((terminal(network, "DTK"), HIDDEN), (city, HIDDEN[:4])):
        text = b"".join(export(line, what, ShipmentFilter(), form, actor=actor, now=NOW)).decode()
        assert [each for each in hidden if each in text] == []
        assert "west" in text or what in ("events", "visits")


def test_a_hidden_name_is_not_found(line: Store, network: Network) -> None:
    city = Actor(name="city@example.org", role=Role.CITY)
    for actor in (terminal(network, "DTK"), city):
        for text in HIDDEN:
            assert seen(line, actor, q=text) == []
