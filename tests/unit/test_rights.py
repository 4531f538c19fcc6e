"""The matrix of rights, and what is hidden of a shipment from whom."""

from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from railtrack.domain.actors import EVERYTHING, Actor, Scope
from railtrack.domain.cargo.goods import ContainerFacts, Money, ShipmentFacts
from railtrack.domain.errors import NotAllowed
from railtrack.domain.hiding import FIELDS, visible_entry, visible_to
from railtrack.domain.movement.journeys import Direction
from railtrack.domain.people import Person
from railtrack.domain.records import AuditEntry, Organisation, RecordedContainer, RecordedShipment
from railtrack.domain.rights import MATRIX, SHOWN, Operation, Reach, Role, insist, may

NOW = datetime(2024, 6, 1, tzinfo=UTC)
SECRETS = {"shipper": "Hush Ltd", "consignee": "Quiet GmbH", "value": "123456", "freight": "4321", "goods": "Lathes"}


@dataclass(frozen=True)
class Somebody:
    role: Role


def shipment(*, published: bool = False) -> RecordedShipment:
    facts = ShipmentFacts(
        reference="R1",
        partner="Alpha",
        origin="CKG",
        destination="MHG",
        shipper=SECRETS["shipper"],
        consignee=SECRETS["consignee"],
        incoterm="FCA",
        consignment_note="SMGS 1",
    )
    box = ContainerFacts(
        container="TESU0000010",
        seals=("S1",),
        hs_code="845811",
        goods=SECRETS["goods"],
        gross_kg=20_000.0,
        value=Money(Decimal(SECRETS["value"])),
        freight=Money(Decimal(SECRETS["freight"])),
        un_number="1203",
    )
    return RecordedShipment(
        id=1,
        organisation=Organisation(1, "Alpha"),
        facts=facts,
        direction=Direction.WESTBOUND,
        containers=(RecordedContainer(id=1, facts=box),),
        published=published,
        created_at=NOW,
    )


def scope(role: Role) -> Scope:
    return Actor(name="x", role=role, organisation_id=1, organisation="Alpha").scope


def test_every_operation_is_decided_for_every_role() -> None:
    assert set(MATRIX) == set(Operation)
    assert all(set(reaches) == set(Role) for reaches in MATRIX.values())


def test_nobody_sees_more_of_a_shipment_than_they_see_shipments() -> None:
    for role in Role:
        assert all(MATRIX[each][role] <= MATRIX[Operation.FOLLOW][role] for each in SHOWN)


def test_what_is_others_is_only_for_who_may_all() -> None:
    assert may(Somebody(Role.PARTNER), Operation.BOOK)
    assert not may(Somebody(Role.PARTNER), Operation.BOOK, own=False)
    assert not may(Somebody(Role.READER), Operation.BOOK)
    assert not may(Somebody(Role.TERMINAL), Operation.BOOK)
    assert may(Somebody(Role.ADMINISTRATOR), Operation.BOOK, own=False)
    looks = {Operation.FOLLOW, Operation.MEASURE, Operation.EXPORT, Operation.SEE_ALERTS}
    acts = set(Operation) - set(SHOWN) - looks - {Operation.KEEP_SELF}
    of_city = {Operation.SET_TARGETS, Operation.ANSWER_ALERTS, Operation.SET_ALERTS, Operation.SHARE_FIGURES}
    assert {each for each in acts if may(Somebody(Role.CITY), each)} == of_city
    assert {each for each in acts if may(Somebody(Role.READER), each)} == set()
    assert {each for each in acts if may(Somebody(Role.TERMINAL), each)} == {Operation.TELL, Operation.MEND}
    assert MATRIX[Operation.MEASURE][Role.TERMINAL] is Reach.NONE


def test_who_may_not_is_told_so() -> None:
    insist(Somebody(Role.PARTNER), Operation.TELL)
    with pytest.raises(NotAllowed, match="reads everything"):
        insist(Somebody(Role.CITY), Operation.TELL)
    with pytest.raises(NotAllowed, match="own stations"):
        insist(Somebody(Role.TERMINAL), Operation.BOOK)


@pytest.mark.parametrize(
    ("role", "hidden"),
    [
        (Role.PARTNER, set()),
        (Role.READER, set()),
        (Role.ADMINISTRATOR, set()),
        (Role.CITY, {"shipper", "consignee", "value", "freight"}),
        (Role.TERMINAL, set(SECRETS)),
    ],
)
def test_what_a_role_has_no_need_of_is_not_in_what_it_gets(role: Role, hidden: set[str]) -> None:
    seen = repr(visible_to(scope(role), shipment()))
    assert {name for name, text in SECRETS.items() if text not in seen} == hidden
    assert "TESU0000010" in seen
    entry = AuditEntry(
        id=1, at=NOW, actor="a", origin="cli", action="book", subject="shipment", subject_id="1", after=dict(SECRETS)
    )
    written = visible_entry(scope(role), entry).after or {}
    assert set(SECRETS) - set(written) == hidden


def test_what_was_published_is_hidden_from_nobody() -> None:
    assert visible_to(scope(Role.TERMINAL), shipment(published=True)) == shipment(published=True)


def test_every_hidden_field_is_one_of_the_facts_and_can_be_empty() -> None:
    known = {f.name: f for kind in (ShipmentFacts, ContainerFacts) for f in fields(kind)}
    for name in frozenset[str]().union(*FIELDS.values()):
        assert name in known
        assert not known[name].default


def test_one_acts_for_one_organisation_at_a_time() -> None:
    alpha, beta = Organisation(1, "Alpha", stations=("DTK",)), Organisation(2, "Beta", stations=("MAL",))
    person = Person(
        id=1, email="a@example.org", name="", role=Role.TERMINAL, organisations=(alpha, beta), language="",
        is_active=True, key="k", password_hash=None, created_at=NOW, ways={"c": ("CKG", "DTK", "MHG")},
    )  # fmt: skip
    assert person.actor("cli").organisation == "Alpha"
    for_beta = person.actor("cli", person.member_of("  BETA".strip()))
    assert (for_beta.organisation_id, for_beta.stations) == (2, frozenset({"MAL"}))
    assert for_beta.tells_at("MAL")
    assert not for_beta.tells_at("DTK")
    assert not for_beta.tells_at(None)
    assert person.acting_for(99) == alpha
    assert replace(person, role=Role.PARTNER).actor("cli").tells_at("DTK")
    assert EVERYTHING.hides == frozenset()
