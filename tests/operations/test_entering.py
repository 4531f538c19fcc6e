"""Forms and files are carried out once, whoever sends them again and when; on both databases."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from railtrack.domain.actors import Actor, Role
from railtrack.domain.errors import NotAllowed, NotFound
from railtrack.domain.rows.raw import RawRow
from railtrack.domain.rows.verdicts import State
from railtrack.domain.world import World
from railtrack.exchange.columns import Kind
from railtrack.operations.administering.accounts import create_user
from railtrack.operations.entering import forms as entering
from railtrack.operations.entering import importing
from railtrack.operations.entering.importing import Manner
from railtrack.store.engine import Store
from railtrack.store.tables import ContainerRow, EventRow, ShipmentRow, UploadRow
from tests.factories import ADMINISTRATOR, CITY, NOW, container_number


@pytest.fixture
def clerk(furnished: Store) -> Actor:
    """Somebody of Alpha with an account."""
    return account(furnished, "clerk@example.org")


def account(store: Store, email: str, organisation: str = "Alpha") -> Actor:
    person = create_user(store, email, "", Role.PARTNER, organisation=organisation, actor=ADMINISTRATOR, now=NOW)
    return person.actor("test")


def row(serial: int = 1, **cells: str) -> RawRow:
    shared = {"reference": "R1", "origin": "CKG", "destination": "MHG", "size_type": "45G1"}
    return RawRow(None, {**shared, "container": container_number(serial), **cells})


def departed(**cells: str) -> RawRow:
    return RawRow(
        None, {"reference": "R1", "event": "departed", "station": "CKG", "occurred_at": "2024-05-01T10:00", **cells}
    )


def count(store: Store, table: type) -> int:
    with store.reading() as reading:
        return reading.session.scalar(select(func.count()).select_from(table)) or 0


def csv_of(*serials: int, size_type: str = "45G1") -> bytes:
    lines = [f"R1,CKG,MHG,{container_number(serial)},{size_type}" for serial in serials]
    return "\n".join(["reference,origin,destination,container,size_type", *lines]).encode()


def at_once(*work: Callable[[], object]) -> list[BaseException]:
    """Run all at the same moment; gives what went wrong."""
    barrier, errors = Barrier(len(work)), []

    def run(one: Callable[[], object]) -> None:
        barrier.wait()
        try:
            one()
        except BaseException as error:
            errors.append(error)

    threads = [Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


# ---------------------------------------------------------------- forms


def test_a_form_with_a_key_is_carried_out_once(furnished: Store, world: World, clerk: Actor) -> None:
    first = entering.record_shipment(furnished, "k", [row(1)], world=world, actor=clerk, now=NOW)
    again = entering.record_shipment(furnished, "k", [row(1), row(2)], world=world, actor=clerk, now=NOW)
    assert (again.subject, again.outcome) == (first.subject, None)
    assert count(furnished, ContainerRow) == 1
    assert entering.outcome_of(furnished, "k", actor=clerk) == first.subject


def test_two_copies_of_a_form_at_the_same_moment_store_it_once(furnished: Store, world: World, clerk: Actor) -> None:
    def send() -> None:
        entered = entering.record_shipment(furnished, "k", [row(1), row(2)], world=world, actor=clerk, now=NOW)
        assert entered.is_done

    assert at_once(send, send) == []
    assert (count(furnished, ShipmentRow), count(furnished, ContainerRow)) == (1, 2)


def test_a_form_that_was_refused_may_be_sent_again(furnished: Store, world: World, clerk: Actor) -> None:
    wrong = entering.record_shipment(furnished, "k", [row(1, size_type="45G")], world=world, actor=clerk, now=NOW)
    assert not wrong.is_done
    assert entering.record_shipment(furnished, "k", [row(1)], world=world, actor=clerk, now=NOW).is_done


def test_one_refused_row_keeps_all_out(furnished: Store, world: World, clerk: Actor) -> None:
    entered = entering.record_shipment(
        furnished, "k", [row(1), row(2, size_type="45G")], world=world, actor=clerk, now=NOW
    )
    assert entered.outcome is not None
    assert [v.state for v in entered.outcome.verdicts] == [State.ACCEPTED, State.REJECTED]
    assert count(furnished, ShipmentRow) == 0


def test_judging_stores_nothing(furnished: Store, world: World, clerk: Actor) -> None:
    outcome = entering.judge_rows(furnished, Kind.SHIPMENTS, [row(1)], world=world, actor=clerk, now=NOW)
    assert outcome.verdicts[0].state is State.ACCEPTED
    assert count(furnished, ShipmentRow) == 0


def test_events_of_a_form_are_named_so_that_they_can_be_withdrawn(furnished: Store, world: World, clerk: Actor) -> None:
    entering.record_shipment(furnished, "s", [row(1)], world=world, actor=clerk, now=NOW)
    told = entering.record_events(furnished, "e", [departed()], world=world, actor=clerk, now=NOW)
    assert told.subject
    (event,) = entering.events_named(furnished, told.subject.split(), actor=clerk)
    assert event.current
    entering.withdraw(furnished, "u", told.subject.split(), "wrong train", world=world, actor=clerk, now=NOW)
    versions = entering.versions(furnished, event.root, actor=clerk)
    assert [v.current for v in versions] == [False, False]
    assert versions[-1].facts.remark == "wrong train"


def test_a_form_of_events_sent_twice_at_once_tells_once(furnished: Store, world: World, clerk: Actor) -> None:
    entering.record_shipment(furnished, "s", [row(1)], world=world, actor=clerk, now=NOW)

    def send() -> None:
        entering.record_events(furnished, "e", [departed()], world=world, actor=clerk, now=NOW)

    assert at_once(send, send) == []
    assert count(furnished, EventRow) == 1


def test_what_belongs_to_others_is_not_there(furnished: Store, world: World, clerk: Actor) -> None:
    other = account(furnished, "other@example.org", "Beta")
    entered = entering.record_shipment(furnished, "s", [row(1)], world=world, actor=clerk, now=NOW)
    with pytest.raises(NotFound):
        entering.shipment(furnished, int(entered.subject or 0), actor=other)
    with pytest.raises(NotFound):
        entering.event(furnished, "no such event", actor=clerk)
    assert entering.outcome_of(furnished, "s", actor=other) is None


def test_who_only_reads_has_no_desk(furnished: Store) -> None:
    with pytest.raises(NotAllowed):
        entering.keep_draft(furnished, "t", {}, actor=CITY, now=NOW)
    with pytest.raises(NotAllowed):
        importing.keep(furnished, b"x", "x.csv", actor=CITY, now=NOW)
    with pytest.raises(NotAllowed):
        importing.keep(furnished, b"x", "x.csv", actor=ADMINISTRATOR, now=NOW)  # the command line has no account


def test_a_draft_is_ones_own_and_gone_once_recorded(furnished: Store, world: World, clerk: Actor) -> None:
    draft = entering.keep_draft(furnished, "R1", {"fields": {"reference": "R1"}}, actor=clerk, now=NOW)
    assert entering.draft(furnished, draft, actor=clerk).fields == {"fields": {"reference": "R1"}}
    assert entering.drafts(furnished, actor=account(furnished, "colleague@example.org")) == ()
    entering.record_shipment(furnished, "k", [row(1)], world=world, actor=clerk, now=NOW, draft=draft)
    assert entering.drafts(furnished, actor=clerk) == ()


# ---------------------------------------------------------------- files


def test_a_file_is_stored_once_however_often_one_says_yes(furnished: Store, world: World, clerk: Actor) -> None:
    upload_id = importing.keep(furnished, csv_of(1, 2), "a.csv", actor=clerk, now=NOW)
    results = []
    for _ in range(2):
        file = importing.upload(furnished, upload_id, actor=clerk, now=NOW)
        results.append(importing.accept(furnished, file, Manner(), partial=False, world=world, actor=clerk, now=NOW))
    assert results[0] == results[1]
    assert results[0]["accepted"] == 2
    assert count(furnished, ContainerRow) == 2


def test_two_yeses_at_the_same_moment_give_one_result(furnished: Store, world: World, clerk: Actor) -> None:
    upload_id = importing.keep(furnished, csv_of(1, 2), "a.csv", actor=clerk, now=NOW)
    file = importing.upload(furnished, upload_id, actor=clerk, now=NOW)
    results: list[object] = []

    def accept() -> None:
        results.append(importing.accept(furnished, file, Manner(), partial=False, world=world, actor=clerk, now=NOW))

    assert at_once(accept, accept) == []
    assert results[0] == results[1]
    assert count(furnished, ContainerRow) == 2


def test_all_or_nothing_leaves_a_file_with_a_refused_row_waiting(furnished: Store, world: World, clerk: Actor) -> None:
    content = csv_of(1) + b"\n" + csv_of(2, size_type="45G").splitlines()[1]
    upload_id = importing.keep(furnished, content, "a.csv", actor=clerk, now=NOW)
    file = importing.upload(furnished, upload_id, actor=clerk, now=NOW)
    outcome = importing.accept(furnished, file, Manner(), partial=False, world=world, actor=clerk, now=NOW)
    assert (outcome["stored"], outcome["rejected"]) == (False, 1)
    assert [u.id for u in importing.waiting(furnished, actor=clerk, now=NOW)] == [upload_id]
    good = importing.accept(furnished, file, Manner(), partial=True, world=world, actor=clerk, now=NOW)
    assert (good["stored"], good["accepted"]) == (True, 1)
    kept = importing.refused_kept(good)
    assert kept is not None
    assert b"45G" in kept[0]


def test_a_file_put_away_is_not_stored_afterwards(furnished: Store, world: World, clerk: Actor) -> None:
    upload_id = importing.keep(furnished, csv_of(1), "a.csv", actor=clerk, now=NOW)
    importing.drop(furnished, importing.upload(furnished, upload_id, actor=clerk, now=NOW), actor=clerk, now=NOW)
    file = importing.upload(furnished, upload_id, actor=clerk, now=NOW)
    assert importing.accept(furnished, file, Manner(), partial=True, world=world, actor=clerk, now=NOW) == {}
    assert count(furnished, ShipmentRow) == 0


def test_files_are_forgotten_after_a_day(furnished: Store, clerk: Actor) -> None:
    upload_id = importing.keep(furnished, csv_of(1), "a.csv", actor=clerk, now=NOW)
    later = NOW + timedelta(days=1, seconds=1)
    with pytest.raises(NotFound):
        importing.upload(furnished, upload_id, actor=clerk, now=later)
    assert importing.waiting(furnished, actor=clerk, now=later) == []
    importing.keep(furnished, csv_of(2), "b.csv", actor=clerk, now=later)
    assert count(furnished, UploadRow) == 1


def taken_in(store: Store, world: World, clerk: Actor, serial: int, now: datetime) -> str:
    """Take in the good row of a file with a refused one."""
    content = csv_of(serial) + b"\n" + csv_of(serial + 500, size_type="45G").splitlines()[1]
    upload_id = importing.keep(store, content, f"{serial}.csv", actor=clerk, now=now)
    file = importing.upload(store, upload_id, actor=clerk, now=now)
    assert importing.accept(store, file, Manner(), partial=True, world=world, actor=clerk, now=now)["stored"]
    return upload_id


def refused_rows(store: Store, upload_id: str, clerk: Actor, now: datetime) -> bool:
    found = importing.upload(store, upload_id, actor=clerk, now=now).result
    assert found is not None
    assert (found["accepted"], found["rejected"]) == (1, 1)
    return importing.refused_kept(found) is not None


def test_refused_rows_can_be_fetched_for_a_month_and_go_with_the_next_upload(
    furnished: Store, world: World, clerk: Actor
) -> None:
    upload_id = taken_in(furnished, world, clerk, 1, NOW)
    assert refused_rows(furnished, upload_id, clerk, NOW + timedelta(days=30))
    later = NOW + timedelta(days=30, seconds=1)
    with pytest.raises(NotFound):
        importing.upload(furnished, upload_id, actor=clerk, now=later)
    importing.keep(furnished, csv_of(2), "b.csv", actor=clerk, now=later)
    assert count(furnished, UploadRow) == 1


def test_refused_rows_are_kept_of_the_last_files_only(furnished: Store, world: World, clerk: Actor) -> None:
    other = account(furnished, "other@example.org", "Beta")
    theirs = taken_in(furnished, world, other, 100, NOW)
    times = [NOW + timedelta(minutes=n) for n in range(importing.MOST_REFUSED + 2)]
    ids = [taken_in(furnished, world, clerk, n, at) for n, at in enumerate(times, 1)]
    kept = [refused_rows(furnished, upload_id, clerk, times[-1]) for upload_id in ids]
    assert kept == [False, False] + [True] * importing.MOST_REFUSED
    assert refused_rows(furnished, theirs, other, times[-1])


def test_progress_is_told_while_rows_are_judged(furnished: Store, world: World, clerk: Actor) -> None:
    upload_id = importing.keep(furnished, csv_of(*range(1, 1_002)), "a.csv", actor=clerk, now=NOW)
    file = importing.upload(furnished, upload_id, actor=clerk, now=NOW)
    seen: list[tuple[int, int | None]] = []
    importing.accept(
        furnished, file, Manner(), partial=False, world=world, actor=clerk, now=NOW,
        progress=lambda done, rows: seen.append((done, rows)),
    )  # fmt: skip
    assert seen == [(500, 1_001), (1_000, 1_001), (1_001, 1_001)]


def test_samples_show_only_the_lines_that_tell_encodings_apart() -> None:
    content = "reference\nplain\n摩托车\n".encode("gb18030")
    assert importing.samples(content, ["gb18030", "no such"]) == [("gb18030", "摩托车")]


def test_every_process_knows_that_a_file_is_being_stored(furnished: Store, clerk: Actor) -> None:
    upload_id = importing.keep(furnished, csv_of(1), "a.csv", actor=clerk, now=NOW)
    file = importing.upload(furnished, upload_id, actor=clerk, now=NOW)
    assert not importing.is_begun(furnished, file, actor=clerk, now=NOW)
    assert importing.begin(furnished, file, actor=clerk, now=NOW)
    assert not importing.begin(furnished, file, actor=clerk, now=NOW)
    assert importing.is_begun(furnished, file, actor=clerk, now=NOW)
    importing.end(furnished, file, actor=clerk, now=NOW)
    assert not importing.is_begun(furnished, file, actor=clerk, now=NOW)


def test_who_was_killed_while_storing_blocks_a_file_for_minutes_only(furnished: Store, clerk: Actor) -> None:
    upload_id = importing.keep(furnished, csv_of(1), "a.csv", actor=clerk, now=NOW)
    file = importing.upload(furnished, upload_id, actor=clerk, now=NOW)
    importing.begin(furnished, file, actor=clerk, now=NOW)
    later = NOW + timedelta(minutes=11)
    assert not importing.is_begun(furnished, file, actor=clerk, now=later)
    assert importing.begin(furnished, file, actor=clerk, now=later)
