"""Shared links: made by who may, opened while their owner still may, told alike once they do not work."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select, text

from railtrack.domain.actors import EVERYTHING, Actor, Role
from railtrack.domain.cargo.goods import Money
from railtrack.domain.errors import Gone, NotAllowed, NotFound, Refused, Unavailable
from railtrack.domain.line.network import Network
from railtrack.domain.sharing import LinkKind, SharedField
from railtrack.operations.administering.accounts import create_user, deactivate, find_user, reactivate
from railtrack.operations.administering.personal_data import Retention, erase_person, prune
from railtrack.operations.sharing.links import NewLink, link_of_token, list_links, make_link, revoke_link
from railtrack.operations.sharing.viewing import note_use, open_link, shared_page
from railtrack.store.audit import audit_entries, history_of_shipment
from railtrack.store.engine import Store
from railtrack.store.reading.shipments import shipment_named
from railtrack.store.tables import Base, MembershipRow, ShipmentRow, UserRow
from railtrack.store.writing.booking import Provenance
from railtrack.store.writing.simulated import remove_simulated
from tests.factories import ADMINISTRATOR, container, container_number, enter, event_row, moment, shipment_row, tell

SECRET = "s" * 32
EVERY_FIELD = frozenset(SharedField) - {SharedField.CHARTS, SharedField.TABLE}
SECRETS = {
    SharedField.REFERENCE: ("R-77", "T-99"),
    SharedField.CONTAINERS: (container_number(1), "45G1"),
    SharedField.GOODS: ("Lathes", "845811", "SEAL-1", "21640", "FCA", "1203"),
    SharedField.NAMES: ("Hush Ltd", "Quiet GmbH"),
    SharedField.DOCUMENTS: ("SMGS-5",),
    SharedField.VALUES: ("123456",),
    SharedField.PRICES: ("4321",),
    SharedField.REPORTS: ("engine fault", "told by A. Weber"),
}


@dataclass(frozen=True)
class Shared:
    """A shipment of Alpha with everything in it, and who may share it."""

    store: Store
    shipment_id: int
    owner: Actor
    now: datetime

    def make(self, *fields: SharedField, actor: Actor | None = None, days: int = 30, label: str = "Müller AG") -> str:
        wanted = NewLink(
            kind=LinkKind.SHIPMENT, subject=str(self.shipment_id), fields=fields, label=label,
            expires_at=self.now + timedelta(days=days),
        )  # fmt: skip
        return make_link(self.store, wanted, secret=SECRET, actor=actor or self.owner, now=self.now)[1]

    def opens(self, token: str, *, at: datetime | None = None) -> frozenset[SharedField] | None:
        """The fields a token shows; None where it shows nothing."""
        try:
            return open_link(self.store, token, secret=SECRET, now=at or self.now).fields
        except Gone:
            pytest.fail("it is there")
        except NotFound as error:
            if str(error) != "This link shows nothing, or nothing any more.":
                pytest.fail(f"it tells why: {error}")
            return None


def account(store: Store, now: datetime, email: str, role: Role, organisation: str = "") -> Actor:
    return create_user(store, email, "", role, organisation=organisation, actor=ADMINISTRATOR, now=now).actor("web")


@pytest.fixture
def line(sqlite_furnished_template: Path, tmp_path: Path) -> Iterator[Store]:
    """A store with stations, legs and corridors; what the other kind of database does is tested with the store."""
    path = tmp_path / "line.db"
    shutil.copyfile(sqlite_furnished_template, path)
    store = Store(f"sqlite:///{path}")
    yield store
    store.close()


@pytest.fixture
def shared(line: Store, network: Network, now: datetime) -> Shared:
    box = container(
        1, goods="Lathes", hs_code="845811", seals=("SEAL-1",), gross_kg=21640.0, un_number="1203",
        value=Money(Decimal("123456")), freight=Money(Decimal("4321")),
    )  # fmt: skip
    facts = {
        "shipper": "Hush Ltd", "consignee": "Quiet GmbH", "consignment_note": "SMGS-5", "incoterm": "FCA",
        "train": "T-99", "planned_departure": moment("2024-05-14T10:00+08:00"),
    }  # fmt: skip
    enter(line, network, [shipment_row("R-77", box, **facts)])
    told = {"remark": "told by A. Weber", "reason": "engine fault"}
    tell(line, network, [event_row("departed", "CKG", "2024-05-14T10:40+08:00", "R-77"),
                              event_row("held", "DTK", "2024-05-20T10:00+06:00", "R-77", **told)])  # fmt: skip
    owner = account(line, now, "owner@example.org", Role.PARTNER, "Alpha")
    with line.reading() as r:
        return Shared(line, shipment_named(r, EVERYTHING, "R-77").id, owner, now)


def test_a_link_shows_what_was_chosen_and_nothing_else(shared: Shared) -> None:
    for field in SECRETS:
        shown = shared.opens(shared.make(field))
        assert shown == {field}
        page = shared_page(shared.store, shared.shipment_id, shown, actor=shared.owner, now=shared.now)
        seen = repr(page)
        for other, others in SECRETS.items():
            assert all((each in seen) is (other is field) for each in others), (field, other)
        assert page.timetable.stops[0].station == "CKG", "the timetable is always there"
        assert page.followed.summary.departed is not None
        for inside in ("owner@example.org", "cli:test", "2024-06-01T"):
            assert inside not in seen.replace(repr(shared.now), "")
    whole = shared.opens(shared.make(*EVERY_FIELD))
    assert whole == EVERY_FIELD
    seen = repr(shared_page(shared.store, shared.shipment_id, whole, actor=shared.owner, now=shared.now))
    assert all(each in seen for secrets in SECRETS.values() for each in secrets)


def test_a_token_that_was_not_signed_here_never_reaches_the_database(shared: Shared, tmp_path: object) -> None:
    token = shared.make(SharedField.MAP)
    nowhere = Store(f"sqlite:///{tmp_path}/missing/nothing.db")
    with pytest.raises(Unavailable):
        link_of_token(nowhere, token, secret=SECRET)
    changed = [token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :] for at in (0, 23, 24, 45)]
    for each in (*changed, "", "dead", token[:-1], token + "A", token[:-1] + "é", f"{token}\n", "A" * 46):
        assert link_of_token(nowhere, each, secret=SECRET) is None, each
        assert shared.opens(each) is None
    assert link_of_token(nowhere, token, secret="t" * 32) is None, "another key"
    assert shared.opens(token) == {SharedField.MAP}


def test_neither_token_nor_label_lie_where_they_would_stay(shared: Shared) -> None:
    token = shared.make(SharedField.MAP, label="  Frau Sommer ")
    with shared.store.engine.connect() as connection:
        tables = {table.name: repr(connection.execute(select(table)).all()) for table in Base.metadata.sorted_tables}
    assert not any(token in rows or token[:24] in rows for rows in tables.values())
    assert [name for name, rows in tables.items() if "Frau Sommer" in rows] == ["shared_links"]
    (listed,) = list_links(shared.store, actor=shared.owner)
    assert (listed.link.label, listed.reference) == ("Frau Sommer", "R-77")


def test_a_link_ends_with_its_time_and_when_it_is_revoked(shared: Shared) -> None:
    token = shared.make(days=1)
    assert shared.opens(token, at=shared.now + timedelta(hours=23, minutes=59)) == frozenset()
    assert shared.opens(token, at=shared.now + timedelta(days=1)) is None
    other = shared.make()
    link = list_links(shared.store, actor=shared.owner)[0].link
    revoke_link(shared.store, link.id, actor=shared.owner, now=shared.now)
    revoke_link(shared.store, link.id, actor=shared.owner, now=shared.now)
    assert shared.opens(other) is None
    assert shared.opens(token) == frozenset()
    with shared.store.reading() as r:
        entries = audit_entries(r, EVERYTHING, actor="owner@example.org").items
        of_shipment = history_of_shipment(r, shared.owner.scope, shared.shipment_id).items
    assert [(e.action, e.subject, e.subject_id) for e in entries] == [
        ("revoke", "shipment", str(shared.shipment_id)),
        ("share", "shipment", str(shared.shipment_id)),
        ("share", "shipment", str(shared.shipment_id)),
    ]
    assert entries[0].before == entries[1].after
    assert [e.action for e in of_shipment][:3] == ["revoke", "share", "share"]


@pytest.mark.parametrize("loss", ["ended", "erased", "left", "role", "moved"])
def test_a_link_dies_with_its_owners_right(shared: Shared, loss: str) -> None:
    token = shared.make(SharedField.REFERENCE)
    store, email, now = shared.store, "owner@example.org", shared.now
    back: Callable[[], None] | None = None
    if loss == "ended":
        deactivate(store, email, actor=ADMINISTRATOR, now=now)

        def back() -> None:
            reactivate(store, email, actor=ADMINISTRATOR, now=now)
    elif loss == "erased":
        erase_person(store, email, actor=ADMINISTRATOR, now=now)
    elif loss == "left":
        account(store, now, "beta@example.org", Role.PARTNER, "Beta")
        with store.engine.begin() as connection:
            connection.execute(MembershipRow.__table__.delete().where(MembershipRow.user_id == shared.owner.user_id))
    elif loss == "role":
        with store.engine.begin() as connection:
            connection.execute(UserRow.__table__.update().where(UserRow.email == email).values(role="reader"))
    else:
        beta = account(store, now, "beta@example.org", Role.PARTNER, "Beta")
        with store.engine.begin() as connection:
            connection.execute(ShipmentRow.__table__.update().values(organisation_id=beta.organisation_id))
    assert shared.opens(token) is None
    if back is not None:
        back()
        assert shared.opens(token) == {SharedField.REFERENCE}


def test_a_link_shows_less_once_its_owner_sees_less(shared: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    from railtrack.domain import rights

    token = shared.make(SharedField.NAMES, SharedField.PRICES, SharedField.DOCUMENTS)
    row = dict(rights.MATRIX[rights.Operation.SEE_NAMES]) | {Role.PARTNER: rights.Reach.NONE}
    monkeypatch.setitem(rights.MATRIX, rights.Operation.SEE_NAMES, row)
    opened = open_link(shared.store, token, secret=SECRET, now=shared.now)
    assert opened.fields == {SharedField.PRICES}
    page = shared_page(shared.store, shared.shipment_id, EVERY_FIELD, actor=opened.actor, now=shared.now)
    assert "Hush Ltd" not in repr(page), "the store hides it, whatever was asked for"
    with pytest.raises(NotAllowed, match="do not see yourself"):
        shared.make(SharedField.NAMES)


def test_one_who_acts_for_two_shares_for_the_one_whose_shipment_it_is(shared: Shared) -> None:
    account(shared.store, shared.now, "beta@example.org", Role.PARTNER, "Beta")
    with shared.store.reading() as r:
        beta_id = r.session.scalar(text("SELECT id FROM organisations WHERE name = 'Beta'"))
    with shared.store.engine.begin() as connection:
        connection.execute(
            MembershipRow.__table__.insert().values(user_id=shared.owner.user_id, organisation_id=beta_id, position=-1)
        )
    both = find_user(shared.store, "owner@example.org")
    for_beta = both.actor("web")
    assert for_beta.organisation == "Beta"
    with pytest.raises(NotFound):
        shared.make(actor=for_beta)
    token = shared.make(actor=both.actor("web", both.member_of("Alpha")))
    assert shared.opens(token) == frozenset()
    assert open_link(shared.store, token, secret=SECRET, now=shared.now).actor.organisation == "Alpha"


def test_who_may_not_share_is_refused(shared: Shared) -> None:
    store, now = shared.store, shared.now
    stranger = account(store, now, "stranger@example.org", Role.PARTNER, "Beta")
    with pytest.raises(NotFound):
        shared.make(actor=stranger)
    for role, organisation in ((Role.READER, "Alpha"), (Role.CITY, "")):
        actor = account(store, now, f"{role.value}@example.org", role, organisation)
        with pytest.raises(NotAllowed, match="books for the partner"):
            shared.make(actor=actor)
    with pytest.raises(NotAllowed, match="--as"):
        shared.make(actor=ADMINISTRATOR)
    with pytest.raises(NotAllowed, match="do not see yourself"):
        shared.make(SharedField.CHARTS)
    figures = NewLink(
        kind=LinkKind.FIGURES, subject="transit", fields=(), label="x", expires_at=now + timedelta(days=1)
    )
    reader = find_user(store, "reader@example.org").actor("web")
    with pytest.raises(NotAllowed):
        make_link(store, figures, secret=SECRET, actor=reader, now=now)
    city = find_user(store, "city@example.org").actor("web")
    link, token = make_link(store, figures, secret=SECRET, actor=city, now=now)
    assert link.organisation is None
    assert open_link(store, token, secret=SECRET, now=now).actor.scope == city.scope
    with store.engine.begin() as connection:  # from the city to a partner: what all could be seen in is nobody's now
        connection.execute(UserRow.__table__.update().where(UserRow.id == city.user_id).values(role="partner"))
    assert shared.opens(token) is None


def test_figures_of_one_organisation_never_become_those_of_all(shared: Shared) -> None:
    store, now = shared.store, shared.now
    figures = NewLink(
        kind=LinkKind.FIGURES, subject="transit", fields=(), label="x", expires_at=now + timedelta(days=1)
    )
    token = make_link(store, figures, secret=SECRET, actor=shared.owner, now=now)[1]
    assert open_link(store, token, secret=SECRET, now=now).actor.scope == shared.owner.scope

    def become(role: Role) -> Actor:
        with store.engine.begin() as connection:
            connection.execute(UserRow.__table__.update().where(UserRow.id == shared.owner.user_id).values(role=role))
        return find_user(store, "owner@example.org").actor("web")

    become(Role.CITY)
    assert shared.opens(token) is None
    administrator = become(Role.ADMINISTRATOR)
    assert administrator.organisation == "Alpha"
    assert shared.opens(token) is None
    link, of_all = make_link(store, figures, secret=SECRET, actor=administrator, now=now)
    assert link.organisation is None
    assert open_link(store, of_all, secret=SECRET, now=now).actor.scope.everything
    become(Role.PARTNER)
    assert shared.opens(of_all) is None
    assert shared.opens(token) == frozenset()


def test_only_its_owners_and_administrators_withdraw_a_link(shared: Shared) -> None:
    store, now = shared.store, shared.now
    colleague = account(store, now, "colleague@example.org", Role.PARTNER, "Alpha")
    reader = account(store, now, "reader@example.org", Role.READER, "Alpha")
    stranger = account(store, now, "stranger@example.org", Role.PARTNER, "Beta")
    tokens = [shared.make() for _ in range(3)]
    ids = [each.link.id for each in reversed(list_links(store, actor=shared.owner))]
    for actor in (reader, stranger):
        assert list_links(store, actor=actor) == ()
        with pytest.raises(NotFound):
            revoke_link(store, ids[0], actor=actor, now=now)
    assert len(list_links(store, actor=colleague)) == len(list_links(store, actor=ADMINISTRATOR)) == 3
    for link_id, actor in zip(ids, (shared.owner, colleague, ADMINISTRATOR), strict=True):
        revoke_link(store, link_id, actor=actor, now=now)
    assert [shared.opens(each) for each in tokens] == [None, None, None]


def test_labels_and_ends_that_will_not_do(shared: Shared) -> None:
    for label, days, column in (
        ("", 1, "label"), ("x" * 101, 1, "label"), ("a\x07b", 1, "label"), ("x", 0, "until"), ("x", 367, "until"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            shared.make(days=days, label=label)
        assert [each.column for each in refused.value.problems] == [column], (label, days)
    assert list_links(shared.store, actor=shared.owner) == ()


def test_of_a_shipment_that_was_taken_out_the_link_says_so(line: Store, network: Network, now: datetime) -> None:
    enter(line, network, [shipment_row("SIM", partner="Invented")], provenance=Provenance(simulated=True))
    with line.reading() as r:
        shipment_id = shipment_named(r, EVERYTHING, "SIM").id
    administrator = account(line, now, "root@example.org", Role.ADMINISTRATOR)
    token = Shared(line, shipment_id, administrator, now).make(SharedField.MAP)
    assert open_link(line, token, secret=SECRET, now=now).fields == {SharedField.MAP}
    with line.writing(ADMINISTRATOR, now) as w:
        remove_simulated(w)
        w.commit()
    with pytest.raises(Gone, match="taken out"):
        open_link(line, token, secret=SECRET, now=now)
    (listed,) = list_links(line, actor=administrator)
    assert listed.reference == ""


def test_the_published_record_needs_no_link(line: Store, network: Network, now: datetime) -> None:
    row = shipment_row("old", container(None, quantity=40, size_type=None), partner="Published record")
    enter(line, network, [row], provenance=Provenance(published=True, source="rnz.de"))
    with line.reading() as r:
        shipment_id = shipment_named(r, EVERYTHING, "old").id
    administrator = account(line, now, "root@example.org", Role.ADMINISTRATOR)
    with pytest.raises(NotAllowed, match="open to everybody"):
        Shared(line, shipment_id, administrator, now).make()


def test_a_busy_database_costs_the_count_and_not_the_page(shared: Shared) -> None:
    token = shared.make()
    opened = open_link(shared.store, token, secret=SECRET, now=shared.now)
    note_use(shared.store, opened, now=shared.now)
    with shared.store.writing(ADMINISTRATOR, shared.now):  # as a long import holds it
        note_use(shared.store, opened, now=shared.now)
    (listed,) = list_links(shared.store, actor=shared.owner)
    assert (listed.link.uses, listed.link.last_used_at) == (1, shared.now)


def test_dead_links_are_forgotten_with_what_else_is_kept_for_a_time(shared: Shared) -> None:
    shared.make(days=1)
    shared.make(days=300, label="stays")
    prune(shared.store, replace(Retention(), links_days=10), now=shared.now + timedelta(days=12))
    assert [each.link.label for each in list_links(shared.store, actor=shared.owner)] == ["stays"]
