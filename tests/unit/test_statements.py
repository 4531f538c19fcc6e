"""What a stated event is: new, known, a correction, a withdrawal, or a contradiction."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railtrack.domain.movement.events import Classifier, EventFacts, EventKind, StatedEvent
from railtrack.domain.movement.statements import Statement, StatementLedger, Version
from railtrack.domain.rows.verdicts import State, Verdict
from railtrack.domain.times import Moment, Precision

START = datetime(2024, 3, 1, 1, tzinfo=UTC)


def at(hours: float, **changes: object) -> Moment:
    return Moment(START + timedelta(hours=hours), 480, **changes)  # type: ignore[arg-type]


def said(
    hours: float = 0.0,
    source_id: str | None = None,
    *,
    event: EventKind = EventKind.ARRIVED,
    station: str = "DTK",
    shipment: int = 1,
    container: int | None = None,
    sender: str = "Example",
    **facts: object,
) -> Statement:
    stated = EventFacts(event=event, station=station, moment=at(hours), source_id=source_id, **facts)  # type: ignore[arg-type]
    return Statement(StatedEvent(2, stated), shipment, container, sender)


def void(target: str, source_id: str | None = None, sender: str = "Example") -> Statement:
    facts = EventFacts(event=EventKind.VOID, voids=target, source_id=source_id)
    return Statement(StatedEvent(2, facts), None, None, sender)


def ledger(may_mend_all: bool = False) -> StatementLedger:
    numbers = count(1)
    return StatementLedger([], {}, lambda: f"e{next(numbers)}", may_mend_all=may_mend_all)


def again(book: StatementLedger) -> StatementLedger:
    """The same book as read from the store in a later transaction."""
    numbers = count(1000)
    versions = [
        Version(
            id=v.id,
            root=v.root,
            shipment_id=v.shipment_id,
            container_id=v.container_id,
            event=v.event,
            classifier=v.classifier,
            identity=v.identity,
            content=v.content,
            sender=v.sender,
            current=v.current,
            corrects=v.corrects,
            voids=v.voids,
        )
        for v in book.added
    ]
    return StatementLedger(versions, book.sources, lambda: f"e{next(numbers)}")


def states(verdicts: Iterable[Verdict]) -> list[State]:
    return [v.state for v in verdicts]


def newest(book: StatementLedger) -> list[float]:
    """The hours of what counts now."""
    return sorted(
        (v.facts.moment.instant - START) / timedelta(hours=1)
        for v in book.added
        if v.current and v.facts is not None and v.facts.moment is not None
    )


A, D, R = State.ACCEPTED, State.DUPLICATE, State.REJECTED


def test_the_same_event_twice_is_a_duplicate_whatever_its_spelling_and_remark() -> None:
    book = ledger()
    other_spelling = Statement(
        StatedEvent(
            3, EventFacts(event=EventKind.ARRIVED, station="DTK", moment=Moment(START, 0, text="01:00Z"), remark="x")
        ),
        1,
        None,
        "Example",
    )
    assert states(book.take_all([said(), other_spelling])) == [A, D]
    assert len(book.added) == 1


@pytest.mark.parametrize(
    "other",
    [
        said(station="ALK"),
        said(hours=1),
        said(container=5),
        said(shipment=2),
        said(event=EventKind.DEPARTED),
        said(classifier=Classifier.ESTIMATED),
    ],
)
def test_each_part_of_the_identity_makes_another_event(other: Statement) -> None:
    assert states(ledger().take_all([said(), other])) == [A, A]


def test_a_date_is_another_statement_than_noon_of_that_day() -> None:
    day = Statement(
        StatedEvent(2, EventFacts(event=EventKind.ARRIVED, station="DTK", moment=at(0, precision=Precision.DAY))),
        1, None, "Example",
    )  # fmt: skip
    assert states(ledger().take_all([said(), day])) == [A, A]


def test_a_duplicate_under_another_source_id_remembers_it() -> None:
    book = ledger()
    assert states(book.take_all([said(0, "a1"), said(0, "a1b"), said(2, corrects="a1b")])) == [A, D, A]
    assert newest(book) == [2]


OTHERS = ((None, "a;2"), ("Terminal", "t1"))


def test_further_names_of_an_export_are_remembered_those_of_others_by_who_may_mend_all() -> None:
    for may_mend_all in (False, True):
        book = ledger(may_mend_all)
        assert states(book.take_all([said(0, "a1", other_source_ids=OTHERS)])) == [A]
        names = {("Example", "a1"), ("Example", "a;2")} | ({("Terminal", "t1")} if may_mend_all else set())
        assert book.new_sources == dict.fromkeys(names, "e1")


def test_further_names_of_a_known_event_are_remembered_and_another_events_are_refused() -> None:
    book = ledger(may_mend_all=True)
    known = [said(0, "a1"), said(0, "a1", other_source_ids=OTHERS), said(0, other_source_ids=OTHERS)]
    assert states(book.take_all(known)) == [A, D, D]
    assert set(book.new_sources.values()) == {"e1"}
    (verdict,) = book.take_all([said(1, "b", other_source_ids=OTHERS)])
    assert [(p.column, p.value) for p in verdict.problems] == [("other_source_ids", "a;2")]


def test_a_source_id_used_for_other_facts_is_refused_and_advises_corrects() -> None:
    verdicts = ledger().take_all([said(0, "a1"), said(1, "a1")])
    assert states(verdicts) == [A, R]
    problem = verdicts[1].problems[0]
    assert (problem.column, problem.value) == ("source_id", "a1")
    assert "corrects" in str(problem.remedy)


def test_two_senders_may_use_the_same_source_id() -> None:
    assert states(ledger().take_all([said(0, "a1"), said(1, "a1", sender="Terminal")])) == [A, A]


def test_correcting_what_was_corrected_applies_to_the_newest_version() -> None:
    book = ledger()
    rows = [said(0, "b4"), said(1, "b5", corrects="b4"), said(3, "b6", corrects="b4")]
    assert states(book.take_all(rows)) == [A, A, A]
    assert newest(book) == [3]
    assert [v.corrects for v in book.added] == [None, "e1", "e2"]
    assert {v.root for v in book.added} == {"e1"}


def test_a_correction_may_go_back_to_what_was_said_first() -> None:
    book = ledger()
    assert states(book.take_all([said(0, "a"), said(1, "b", corrects="a"), said(0, "c", corrects="b")])) == [A, A, A]
    assert newest(book) == [0]


def test_a_correction_of_the_remark_alone_is_a_correction() -> None:
    book = ledger()
    assert states(book.take_all([said(0, "a", wagon=""), said(0, corrects="a", wagon="12345")])) == [A, A]
    assert states(book.take_all([said(0, corrects="a", wagon="12345")])) == [D]


def test_a_void_withdraws_and_nothing_earlier_comes_back() -> None:
    book = ledger()
    rows = [said(0, "a"), said(1, "b", corrects="a"), void("a")]
    assert states(book.take_all(rows)) == [A, A, A]
    assert newest(book) == []
    assert states(book.take_all([said(0)])) == [D]  # a voided event sent again stays voided
    assert newest(book) == []


def test_voiding_twice_is_a_duplicate() -> None:
    book = ledger()
    assert states(book.take_all([said(0, "a"), void("a", "v1"), void("a", "v2"), void("a", "v1")])) == [A, A, D, D]


def test_a_correction_after_the_withdrawal_is_kept_and_brings_nothing_back() -> None:
    book = ledger()
    verdicts = book.take_all([said(0, "a"), void("a"), said(1, "b", corrects="a"), void("b"), said(2, corrects="b")])
    assert states(verdicts) == [A, A, A, D, A]
    assert [str(p.severity) for v in verdicts for p in v.problems] == ["warning", "warning"]
    assert "withdrawn" in str(verdicts[2].problems[0])
    assert newest(book) == []


@given(st.permutations(range(4)))
def test_the_order_of_corrections_and_withdrawals_decides_nothing(order: list[int]) -> None:
    rows = [said(0, "a"), said(1, "b", corrects="a"), void("a", "v"), said(5, "c")]
    book = ledger()
    assert states(book.take_all([rows[i] for i in order])) == [A, A, A, A]
    assert newest(book) == [5]


def test_a_duplicate_that_says_more_is_told_that_only_a_correction_adds_it() -> None:
    verdicts = ledger().take_all([said(0, "a"), said(0, wagon="218114714395"), said(0, remark="late")])
    assert states(verdicts) == [A, D, D]
    assert [[p.column for p in v.problems] for v in verdicts] == [[], ["wagon"], []]
    assert "corrects" in str(verdicts[1].problems[0].remedy)


def test_an_unknown_target_and_that_of_another_are_the_same_to_the_sender() -> None:
    verdicts = ledger().take_all(
        [said(0, "a", sender="Terminal"), said(1, corrects="a"), said(1, corrects="nothing"), void("e1")]
    )
    assert states(verdicts) == [A, R, R, R]
    assert str(verdicts[1].problems[0]) == str(verdicts[2].problems[0]).replace("nothing", "a")


def test_an_administrator_may_mend_what_anybody_said() -> None:
    book = ledger(may_mend_all=True)
    assert states(book.take_all([said(0, "a", sender="Terminal"), said(1, corrects="a", sender="")])) == [A, A]
    assert book.added[1].sender == "Terminal"


def test_a_name_two_senders_use_is_not_guessed_for_an_administrator() -> None:
    book = ledger(may_mend_all=True)
    rows = [said(0, "a", sender="Terminal"), said(1, "a", sender="Railway"), void("a", sender="")]
    assert states(book.take_all(rows)) == [A, A, R]


def test_an_actual_event_never_turns_into_an_estimate_nor_the_other_way() -> None:
    for known, stated in ((Classifier.ACTUAL, Classifier.ESTIMATED), (Classifier.ESTIMATED, Classifier.ACTUAL)):
        verdicts = ledger().take_all([said(0, "a", classifier=known), said(1, corrects="a", classifier=stated)])
        assert states(verdicts) == [A, R]
        assert verdicts[1].problems[0].column == "classifier"


def test_a_correction_may_stand_before_what_it_corrects() -> None:
    book = ledger()
    assert states(book.take_all([void("b"), said(1, "b", corrects="a"), said(0, "a")])) == [A, A, A]
    assert newest(book) == []


def test_a_late_actual_event_on_a_cancelled_shipment_warns_and_is_kept() -> None:
    book = ledger()
    cancelled = said(0, event=EventKind.CANCELLED, reason="customer")
    verdicts = book.take_all([cancelled, said(1), said(2, classifier=Classifier.ESTIMATED), said(1, shipment=2)])
    assert states(verdicts) == [A, A, A, A]
    assert [len(v.problems) for v in verdicts] == [0, 1, 0, 0]


def test_once_the_cancellation_is_withdrawn_nothing_warns() -> None:
    book = ledger()
    rows = [said(0, "c", event=EventKind.CANCELLED, reason="customer"), void("c"), said(1)]
    assert [len(v.problems) for v in book.take_all(rows)] == [0, 0, 0]


moves = st.lists(
    st.tuples(st.sampled_from(["new", "correct", "void"]), st.integers(0, 4), st.integers(0, 3)),
    min_size=1,
    max_size=14,
)


@given(moves)
def test_loading_a_file_twice_is_harmless(steps: list[tuple[str, int, int]]) -> None:
    rows = []
    for n, (kind, target, hours) in enumerate(steps):
        if kind == "new" or n == 0:
            rows.append(said(hours, f"s{n}"))
        elif kind == "correct":
            rows.append(said(hours, f"s{n}", corrects=f"s{target % n}"))
        else:
            rows.append(void(f"s{target % n}", f"s{n}"))
    book = ledger()
    first = book.take_all(rows)
    later = again(book)
    second = later.take_all(rows)
    assert later.added == []
    assert later.ended == []
    for before, after in zip(first, second, strict=True):
        assert (after.state is R) == (before.state is R)


@given(moves)
def test_a_statement_has_at_most_one_successor_and_one_end(steps: list[tuple[str, int, int]]) -> None:
    rows = [
        said(hours, f"s{n}")
        if kind == "new" or n == 0
        else said(hours, f"s{n}", corrects=f"s{target % n}")
        if kind == "correct"
        else void(f"s{target % n}", f"s{n}")
        for n, (kind, target, hours) in enumerate(steps)
    ]
    book = ledger()
    book.take_all(rows)
    successors = [v.corrects or v.voids for v in book.added if v.corrects or v.voids]
    assert len(successors) == len(set(successors))
    for root in {v.root for v in book.added}:
        chain = [v for v in book.added if v.root == root]
        assert sum(v.current for v in chain) == (0 if any(v.is_void for v in chain) else 1)
        assert sum(v.is_void for v in chain) <= 1
