"""A partner never learns of another's shipments, whatever is asked; every query that takes a scope is walked."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Any

import pytest

from railtrack.domain.actors import PUBLISHED_ONLY, Scope
from railtrack.domain.errors import RailtrackError
from railtrack.domain.network import Network
from railtrack.store import audit, exporting, listing, shipments, trains, underway
from railtrack.store.booking import Provenance
from railtrack.store.engine import Reading, Store
from railtrack.store.listing import ShipmentFilter
from tests.factories import container, container_number, enter, event_row, moment, partner, shipment_row, tell

EVERYTHING = Scope(everything=True)
MODULES: tuple[ModuleType, ...] = (audit, exporting, listing, shipments, trains, underway)
SECRET = "HUSH"  # stands in every text of the other's shipment


@dataclass(frozen=True)
class Asked:
    """What a stranger may know to ask for: ids can be guessed."""

    shipment_id: int
    now: datetime


Ask = Callable[[Reading, Scope, Asked], Any]
QUERIES: dict[str, Ask] = {
    "audit.audit_entries": lambda r, s, a: audit.audit_entries(r, s).items,
    "audit.history_of_shipment": lambda r, s, a: audit.history_of_shipment(r, s, a.shipment_id).items,
    "exporting.export_shipments": lambda r, s, a: list(exporting.export_shipments(r, s, now=a.now)),
    "exporting.export_journeys": lambda r, s, a: list(exporting.export_journeys(r, s, now=a.now)),
    "exporting.export_events": lambda r, s, a: list(exporting.export_events(r, s, now=a.now)),
    "exporting.events_since": lambda r, s, a: exporting.events_since(r, s, 0).items,
    "listing.list_shipments": lambda r, s, a: listing.list_shipments(r, s, now=a.now).items,
    "listing.conditions": lambda r, s, a: listing.list_shipments(r, s, ShipmentFilter(q=SECRET), now=a.now).items,
    "listing.partners": lambda r, s, a: listing.partners(r, s),
    "shipments.shipment": lambda r, s, a: shipments.shipment(r, s, a.shipment_id),
    "shipments.shipment_named": lambda r, s, a: shipments.shipment_named(r, s, f"{SECRET}:{SECRET}-1"),
    "shipments.details": lambda r, s, a: shipments.details(r, s, a.shipment_id),
    "shipments.events": lambda r, s, a: shipments.events(r, s, a.shipment_id),
    # a journey names nobody, so that there is one must not be said either
    "shipments.journeys": lambda r, s, a: [SECRET for _ in shipments.journeys(r, s, a.shipment_id)],
    "trains.list_trains": lambda r, s, a: trains.list_trains(r, s, now=a.now).items,
    "underway.under_way": lambda r, s, a: underway.under_way(r, s, now=a.now),
}


@pytest.fixture
def asked(furnished: Store, network: Network, now: datetime) -> Asked:
    """A database with a shipment of HUSH, one of Alpha, and a published one."""
    train = {"train": f"{SECRET}-T", "planned_departure": moment("2024-03-01T08:00+08:00")}
    enter(
        furnished,
        network,
        [
            shipment_row(f"{SECRET}-1", container(1), partner=SECRET, shipper=f"{SECRET} Ltd", **train),
            shipment_row("mine", container(2)),
        ],
    )
    record = shipment_row("known", container(None, quantity=None, size_type=None), partner="Published record")
    enter(furnished, network, [record], provenance=Provenance(published=True, source="a paper"))
    gone = "2024-03-01T08:00+08:00"
    tell(furnished, network, [event_row("departed", "CKG", gone, f"{SECRET}-1", partner=SECRET, remark=SECRET)])
    tell(furnished, network, [event_row("departed", "CKG", gone, "mine")])
    tell(furnished, network, [event_row("departed", "CKG", gone, "known", partner="Published record")])
    with furnished.reading() as r:
        return Asked(shipments.shipment_named(r, EVERYTHING, f"{SECRET}-1").id, now)


def test_every_query_that_takes_a_scope_is_asked_here() -> None:
    taking = {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for module in MODULES
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and function.__module__ == module.__name__
        and not name.startswith("_")
        and "scope" in inspect.signature(function).parameters
    }
    assert taking == set(QUERIES)


@pytest.mark.parametrize("name", QUERIES)
def test_who_may_see_everything_finds_it(furnished: Store, asked: Asked, name: str) -> None:
    with furnished.reading() as r:
        assert SECRET in repr(QUERIES[name](r, EVERYTHING, asked))


@pytest.mark.parametrize("name", QUERIES)
def test_another_partner_learns_nothing(furnished: Store, asked: Asked, name: str) -> None:
    scope = partner(furnished, "Alpha").scope
    assert SECRET not in answer(furnished, scope, asked, name)


@pytest.mark.parametrize("name", QUERIES)
def test_somebody_of_no_organisation_learns_nothing(furnished: Store, asked: Asked, name: str) -> None:
    assert SECRET not in answer(furnished, PUBLISHED_ONLY, asked, name)


def answer(store: Store, scope: Scope, asked: Asked, name: str) -> str:
    """Give all that is said, the words of a refusal included, but for what was asked itself."""
    with store.reading() as r:
        try:
            return repr(QUERIES[name](r, scope, asked))
        except RailtrackError as error:
            return str(error).replace(f"{SECRET}:{SECRET}-1", "")


def test_a_partner_sees_its_own_and_the_published_record(furnished: Store, asked: Asked) -> None:
    scope = partner(furnished, "Alpha").scope
    with furnished.reading() as r:
        listed = listing.list_shipments(r, scope, now=asked.now, sort=listing.Sort.REFERENCE).items
        assert [s.reference for s in listed] == ["known", "mine"]
        assert [s.reference for s in listing.list_shipments(r, PUBLISHED_ONLY, now=asked.now).items] == ["known"]
        assert {s.summary.reference for s in underway.under_way(r, scope, now=asked.now)} == {"known", "mine"}


def test_a_search_for_anothers_container_finds_nothing(furnished: Store, asked: Asked) -> None:
    wanted = ShipmentFilter(q=container_number(1))
    with furnished.reading() as r:
        assert listing.list_shipments(r, partner(furnished).scope, wanted, now=asked.now).items == ()
        assert len(listing.list_shipments(r, EVERYTHING, wanted, now=asked.now).items) == 1


def test_a_reference_of_another_is_worded_as_unknown(furnished: Store, asked: Asked) -> None:
    scope = partner(furnished).scope
    messages = []
    for name in (f"{SECRET}-1", "NONE-1"):
        with furnished.reading() as r, pytest.raises(RailtrackError) as refused:
            shipments.shipment_named(r, scope, name)
        messages.append(str(refused.value).replace(name, "…"))
    assert messages[0] == messages[1]
