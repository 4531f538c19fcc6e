"""A partner never learns of another's shipments, whatever is asked; every query that takes a scope is walked."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

import railtrack.store
from railtrack.domain.actors import EVERYTHING, PUBLISHED_ONLY, Scope
from railtrack.domain.errors import RailtrackError
from railtrack.domain.line.network import Network
from railtrack.store import audit, sharing
from railtrack.store.engine import Reading, Store
from railtrack.store.reading import (
    entry,
    exporting,
    finding,
    interfaces,
    journey_lines,
    listing,
    shipments,
    trains,
    underway,
)
from railtrack.store.reading.listing import ShipmentFilter
from railtrack.store.writing import booking, recording
from railtrack.store.writing.booking import Provenance
from tests.factories import container, container_number, enter, event_row, moment, partner, shipment_row, tell, terminal

SECRET = "HUSH"  # stands in every text of the other's shipment
TRAIN, DAY = f"{SECRET}-T", date(2024, 3, 1)
BOX = container_number(1)
# these make the condition that queries are given
CONDITIONS = {"booking.visible", "booking.owned", "listing.conditions"}
# these read what such a query finds, and hide of it what the scope may not see
READERS = {"shipments.shipments_with", "shipments.events_with", "shipments.events_of"}
# whose scope is what a token may do, not what may be seen
OTHERS = {"tokens.add_token"}


@dataclass(frozen=True)
class Asked:
    """What a stranger may know to ask for: ids can be guessed, numbers read off a container."""

    shipment_id: int
    organisation_id: int
    event_id: str
    sequence: int
    journey_id: int
    now: datetime

    @property
    def wanted(self) -> ShipmentFilter:
        return ShipmentFilter(q=SECRET)


Ask = Callable[[Reading, Scope, Asked], Any]


def said(found: Iterable[object]) -> list[str]:
    """Stand in for answers that hold no text: that there is one must not be said either."""
    return [SECRET for _ in found]


QUERIES: dict[str, Ask] = {
    "audit.audit_entries": lambda r, s, a: audit.audit_entries(r, s).items,
    "audit.history_of_shipment": lambda r, s, a: audit.history_of_shipment(r, s, a.shipment_id).items,
    "booking.shipments_by_reference": lambda r, s, a: booking.shipments_by_reference(
        r.session, s, [(a.organisation_id, f"{SECRET}-1")]
    ).values(),
    "entry.shipment_id": lambda r, s, a: said([1] if entry.shipment_id(r, s, a.organisation_id, f"{SECRET}-1") else []),
    "entry.last_shipments": lambda r, s, a: said(entry.last_shipments(r, s, a.organisation_id, 5)),
    "entry.shipments": lambda r, s, a: entry.shipments(r, s, [a.shipment_id]),
    "entry.on_train": lambda r, s, a: entry.on_train(r, s, TRAIN, DAY, "CKG"),
    "entry.with_container": lambda r, s, a: entry.with_container(r, s, BOX),
    "entry.under_way": lambda r, s, a: entry.under_way(r, s, 10),
    "entry.events": lambda r, s, a: entry.events(r, s, [a.shipment_id]),
    "entry.events_named": lambda r, s, a: entry.events_named(r, s, [a.event_id]),
    "entry.versions": lambda r, s, a: entry.versions(r, s, a.event_id),
    "exporting.export_shipments": lambda r, s, a: list(exporting.export_shipments(r, s, now=a.now)),
    "exporting.export_journeys": lambda r, s, a: list(exporting.export_journeys(r, s, now=a.now)),
    "exporting.export_events": lambda r, s, a: list(exporting.export_events(r, s, now=a.now)),
    "exporting.events_since": lambda r, s, a: exporting.events_since(r, s, 0).items,
    "finding.with_reference": lambda r, s, a: said(finding.with_reference(r, s, f"{SECRET}-1", simulated=True)),
    "finding.carrying": lambda r, s, a: said(finding.carrying(r, s, BOX, simulated=True)),
    "finding.with_container": lambda r, s, a: finding.with_container(r, s, BOX, simulated=True),
    "interfaces.shipments_in_order": lambda r, s, a: interfaces.shipments_in_order(r, s, [a.shipment_id]),
    "interfaces.events_page": lambda r, s, a: interfaces.events_page(r, s, a.shipment_id, limit=10, cursor=None).items,
    "journey_lines.journey_lines": lambda r, s, a: list(journey_lines.journey_lines(r, s, [a.journey_id])),
    "journey_lines.newest_event": lambda r, s, a: said(
        newest for newest in [journey_lines.newest_event(r, s)] if newest and newest.sequence == a.sequence
    ),
    "journey_lines.has_simulated": lambda r, s, a: said([1] * journey_lines.has_simulated(r, s)),
    "listing.list_shipments": lambda r, s, a: listing.list_shipments(r, s, a.wanted, now=a.now).items,
    "listing.partners": lambda r, s, a: listing.partners(r, s),
    "recording.shipments_named": lambda r, s, a: list(recording.shipments_named(r.session, s, [f"{SECRET}-1"]).items()),
    "recording.spans_of": lambda r, s, a: list(recording.spans_of(r.session, s, [BOX]).items()),
    "recording.sources_named": lambda r, s, a: recording.sources_named(r.session, s, [f"{SECRET}-id"]),
    "recording.events_with_ids": lambda r, s, a: said(recording.events_with_ids(r.session, s, [a.event_id])),
    "sharing.references": lambda r, s, a: said(sharing.references(r, s, [a.shipment_id])),
    "shipments.shipment": lambda r, s, a: shipments.shipment(r, s, a.shipment_id),
    "shipments.shipment_named": lambda r, s, a: shipments.shipment_named(r, s, f"{SECRET}:{SECRET}-1"),
    "shipments.details": lambda r, s, a: shipments.details(r, s, a.shipment_id),
    "shipments.events": lambda r, s, a: shipments.events(r, s, a.shipment_id),
    "shipments.journeys": lambda r, s, a: said(shipments.journeys(r, s, a.shipment_id)),
    "trains.list_trains": lambda r, s, a: trains.list_trains(r, s, now=a.now).items,
    "trains.fill_of_trains": lambda r, s, a: said(
        range(trains.fill_of_trains(r, s, ShipmentFilter(train=TRAIN), now=a.now).trains)
    ),
    "trains.one_train": lambda r, s, a: trains.one_train(r, s, TRAIN, DAY, "CKG", simulated=True, now=a.now),
    "underway.under_way": lambda r, s, a: underway.under_way(r, s, now=a.now),
    "underway.lost_count": lambda r, s, a: said(
        range(underway.lost_count(r, s, ShipmentFilter(train=TRAIN), now=a.now + timedelta(days=90)))
    ),
}


@pytest.fixture
def asked(furnished: Store, network: Network) -> Asked:
    """A database with a shipment of HUSH and a simulated one, one of Alpha, and a published one."""
    train = {"train": TRAIN, "planned_departure": moment("2024-03-01T08:00+08:00")}
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
    tell(furnished, network, [event_row("departed", "CKG", gone, "mine")])
    tell(furnished, network, [event_row("departed", "CKG", gone, "known", partner="Published record")])
    named = {"partner": SECRET, "remark": SECRET, "source_id": f"{SECRET}-id"}
    tell(furnished, network, [event_row("departed", "CKG", gone, f"{SECRET}-1", **named)])
    made = shipment_row(f"{SECRET}-2", container(3), partner=SECRET)
    enter(furnished, network, [made], provenance=Provenance(simulated=True))
    with furnished.reading() as r:
        found = shipments.shipment_named(r, EVERYTHING, f"{SECRET}-1")
        (event,) = shipments.events(r, EVERYTHING, found.id)
        (box,) = found.containers
        return Asked(
            found.id, found.organisation.id, event.id, event.sequence, box.id, datetime(2024, 3, 8, tzinfo=UTC)
        )


def test_every_query_that_takes_a_scope_is_asked_here() -> None:
    taking = set()
    for found in pkgutil.walk_packages(railtrack.store.__path__, "railtrack.store."):
        if found.name == "railtrack.store.migrations.env":  # runs inside Alembic only
            continue
        module = importlib.import_module(found.name)
        taking |= {
            f"{found.name.rpartition('.')[2]}.{name}"
            for name, function in vars(module).items()
            if inspect.isfunction(function)
            and function.__module__ == module.__name__
            and not name.startswith("_")
            and "scope" in inspect.signature(function).parameters
        }
    assert taking - CONDITIONS - READERS - OTHERS == set(QUERIES)


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_tells_who_may_know_and_nobody_else(
    furnished: Store, asked: Asked, network: Network, name: str
) -> None:
    assert SECRET in answer(furnished, EVERYTHING, asked, name)
    another_partner = partner(furnished, "Alpha").scope
    assert SECRET not in answer(furnished, another_partner, asked, name)
    assert SECRET not in answer(furnished, PUBLISHED_ONLY, asked, name)
    assert SECRET not in answer(furnished, terminal(network, "DUI").scope, asked, name)  # it does not go there


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
    wanted = ShipmentFilter(q=BOX)
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
