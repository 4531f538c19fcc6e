"""Alerts as they open and close over what is recorded, on both kinds of database."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event

from railtrack.domain.actors import Actor
from railtrack.domain.errors import Conflict, NotAllowed, NotFound, Refused
from railtrack.domain.line.network import Network
from railtrack.domain.notices.alerts import Alert
from railtrack.domain.notices.kinds import AlertKind, Ending
from railtrack.operations.administering.auditing import AuditFilter, audit_list
from railtrack.operations.administering.demo import add_demo, remove_demo
from railtrack.operations.administering.reference import init
from railtrack.operations.figures.exporting import Form, Wanted, What, export
from railtrack.operations.notifying import alerts
from railtrack.operations.notifying.watching import forget_old, usual_stays, watch
from railtrack.store import notices as stored
from railtrack.store.engine import Store
from railtrack.store.writing.booking import Provenance
from tests.factories import (
    ADMINISTRATOR,
    CITY,
    NOW,
    container,
    container_number,
    enter,
    event_row,
    moment,
    partner,
    shipment_row,
    tell,
    terminal,
)

PLAN: dict[str, Any] = {
    "planned_departure": moment("2024-05-20T10:00+08:00"),
    "planned_arrival": moment("2024-06-07T22:00+02:00"),
}
LEFT = ("departed", "CKG", "2024-05-20T10:00+08:00")
HERE = ("arrived", "XIA", "2024-05-31T10:00+08:00")  # 34 hours before NOW, nine in ten are planned to leave within 18


@pytest.fixture
def store(furnished: Store) -> Store:
    return furnished


def open_now(store: Store, actor: Actor = CITY) -> dict[AlertKind, Alert]:
    return {alert.kind: alert for alert in alerts.list_alerts(store, actor=actor).items}


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is asked of databases meanwhile."""
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield said
    event.remove(Engine, "before_cursor_execute", note)


def told(store: Store, network: Network, *events: tuple[str, str | None, str], **facts: Any) -> None:
    tell(store, network, [event_row(kind, station, at, **facts) for kind, station, at in events])


def test_a_cause_opens_one_alert_for_its_owner_and_one_for_who_sees_all_and_closes_them_when_it_is_gone(
    store: Store, network: Network
) -> None:
    alpha, beta = partner(store), partner(store, "Beta")
    enter(store, network, [shipment_row("R1", **PLAN)])
    told(store, network, LEFT, HERE)
    assert (watch(store, now=NOW).opened, watch(store, now=NOW).opened) == (4, 0)
    own = open_now(store, alpha)
    assert set(own) == {AlertKind.LATE, AlertKind.OVERDUE}
    assert str(own[AlertKind.OVERDUE].why).startswith(
        "It has stood at XIA for 34 h. Nine in ten should leave within 18"
    )
    assert own[AlertKind.OVERDUE].why.values["containers"] == 1
    assert (own[AlertKind.LATE].reference, own[AlertKind.LATE].partner) == ("R1", "Alpha")
    assert open_now(store, beta) == {}
    assert len(open_now(store)) == 2
    with pytest.raises(NotFound):
        alerts.alert(store, own[AlertKind.LATE].id, actor=beta)
    with pytest.raises(NotAllowed):
        alerts.list_alerts(store, actor=terminal(network, "XIA"))
    assert alerts.count_alerts(store, actor=terminal(network, "XIA")) == {}
    assert alerts.count_alerts(store, actor=alpha) == {AlertKind.LATE: 1, AlertKind.OVERDUE: 1}

    later = NOW + timedelta(hours=3)
    assert watch(store, now=later).opened == 0
    again = open_now(store, alpha)[AlertKind.OVERDUE]
    assert (again.id, again.why.values["hours"], again.seen_at) == (own[AlertKind.OVERDUE].id, 37, later)

    told(store, network, ("departed", "XIA", "2024-06-01T20:00+08:00"))
    assert watch(store, now=later).closed == 2
    over = alerts.alert(store, again.id, actor=alpha)
    assert (over.closed_at, over.ending) == (later, Ending.GONE)
    assert set(open_now(store, alpha)) == {AlertKind.LATE}
    # the cause comes back, and is another alert
    told(store, network, ("arrived", "XIA", "2024-06-01T21:00+08:00"))
    assert watch(store, now=later + timedelta(hours=30)).opened == 2
    assert open_now(store, alpha)[AlertKind.OVERDUE].id > again.id


def test_alerts_end_with_the_shipment_and_say_why(store: Store, network: Network) -> None:
    alpha = partner(store)
    names = ("GOES", "STOPS", "LOST", "QUIET")
    enter(store, network, [shipment_row(name, container(i), **PLAN) for i, name in enumerate(names)])
    for name in names:
        told(store, network, LEFT, HERE, reference=name)
    watch(store, now=NOW)
    told(store, network, ("arrived", "MHG", "2024-06-01T12:00+02:00"), reference="GOES")
    told(store, network, ("cancelled", "XIA", "2024-06-01T12:00+08:00"), reference="STOPS", reason="customs")
    alerts.set_rule(store, AlertKind.OVERDUE, False, {}, actor=alpha, now=NOW)
    watch(store, now=NOW)

    def endings() -> dict[tuple[str, AlertKind], Ending | None]:
        everything = alerts.list_alerts(store, is_open=None, actor=alpha).items
        return {(alert.reference, alert.kind): alert.ending for alert in everything}

    assert {name: endings()[name, AlertKind.LATE] for name in names} == {
        "GOES": Ending.ARRIVED, "STOPS": Ending.ENDED, "LOST": None, "QUIET": None
    }  # fmt: skip
    assert endings()["QUIET", AlertKind.OVERDUE] is Ending.OFF
    told(store, network, ("inspected", "XIA", "2024-06-01T12:00+08:00"), reference="QUIET")
    watch(store, now=NOW + timedelta(days=60, hours=-35))
    assert endings()["LOST", AlertKind.LATE] is None
    watch(store, now=NOW + timedelta(days=60, hours=-33))
    assert endings()["LOST", AlertKind.LATE] is Ending.LOST
    assert endings()["QUIET", AlertKind.LATE] is None
    forget_old(store, now=NOW + timedelta(days=366))
    assert {name for name, _ in endings()} == {"LOST", "QUIET"}


def test_every_kind_is_found_in_what_is_recorded(store: Store, network: Network) -> None:
    cold = {"temperature_min_c": 2.0, "temperature_max_c": 8.0, "size_type": "45R1"}
    enter(store, network, [
        shipment_row("COLD", container(1, **cold)), shipment_row("COLD", container(2, **cold)),
        shipment_row("HELD", container(3)), shipment_row("MUTE", container(4)), shipment_row("OFF", container(5)),
        shipment_row("WAITS", container(6), planned_departure=moment("2024-05-29+08:00")),
        shipment_row("NEVER", container(7), planned_departure=moment("2024-03-01+08:00")),
    ])  # fmt: skip
    fresh = ("departed", "XIA", "2024-06-01T18:00+08:00")
    for name in ("COLD", "HELD", "OFF"):
        told(store, network, LEFT, reference=name)
        told(store, network, fresh, reference=name, temperature_c=11.5 if name == "COLD" else None)
    tell(store, network, [
        event_row("inspected", "XIA", "2024-06-01T19:00+08:00", None, container=container_number(2), temperature_c=7.5),
        event_row("held", "XIA", "2024-06-01T17:00+08:00", "HELD", reason="customs"),
        event_row("departed", "CKG", "2024-05-30T10:00+08:00", "MUTE"),
        event_row("departed", "ALT", "2024-06-01T19:00+08:00", "OFF"),
    ])  # fmt: skip
    watch(store, now=NOW)
    found = {(a.reference, a.kind): a for a in alerts.list_alerts(store, actor=CITY).items}
    assert set(found) == {
        ("COLD", AlertKind.TEMPERATURE), ("HELD", AlertKind.HELD), ("MUTE", AlertKind.SILENT),
        ("OFF", AlertKind.OFF_CORRIDOR), ("WAITS", AlertKind.LATE),
    }  # fmt: skip
    warm = found["COLD", AlertKind.TEMPERATURE]  # the other container was read in its range since
    assert (warm.container, warm.station) == (container_number(1), "XIA")
    assert str(warm.why) == f"11.5 °C was read of {container_number(1)}. It should be from 2 to 8 °C."
    assert found["HELD", AlertKind.HELD].why.values["reason"] == "customs"

    told(store, network, ("released", "XIA", "2024-06-01T19:30+08:00"), reference="HELD")
    told(store, network, ("inspected", "XIA", "2024-06-01T19:30+08:00"), reference="COLD", temperature_c=5.0)
    told(store, network, ("arrived", "LAZ", "2024-06-01T19:30+08:00"), reference="OFF")
    told(store, network, ("arrived", "XIA", "2024-05-31T19:30+08:00"), ("departed", "XIA", "2024-06-01T01:00+08:00"),
         reference="MUTE")  # fmt: skip
    told(store, network, ("departed", "CKG", "2024-06-01T18:00+08:00"), reference="WAITS")
    assert watch(store, now=NOW).closed == 8
    (late,) = alerts.list_alerts(store, actor=CITY).items  # days late it left, and says so now
    assert (late.id, late.reference) == (found["WAITS", AlertKind.LATE].id, "WAITS")
    assert str(found["WAITS", AlertKind.LATE].why).startswith("Days since it should have departed: 3.")
    assert str(late.why).startswith("Days behind its plan, which names days only: ")


def test_what_was_assumed_published_or_given_up_opens_nothing(store: Store, network: Network) -> None:
    enter(store, network, [shipment_row("OLD", partner="Press", **PLAN)], provenance=Provenance(published=True))
    enter(store, network, [shipment_row("GUESS", container(2), corridor=None)])
    told(store, network, LEFT, HERE, reference="OLD", partner="Press")
    tell(store, network, [event_row("departed", "CKG", "2024-05-31T19:00+08:00", "GUESS"),
                          event_row("departed", "ALT", "2024-06-01T19:00+08:00", "GUESS")])  # fmt: skip
    assert watch(store, now=NOW).opened == 0


def test_who_acknowledges_is_noted_once_and_hears_no_more_of_it(store: Store, network: Network) -> None:
    alpha = partner(store)
    reader = replace(alpha, role=terminal(network).role)
    enter(store, network, [shipment_row("R1", **PLAN)])
    told(store, network, LEFT)
    watch(store, now=NOW)
    late = open_now(store, alpha)[AlertKind.LATE]
    with pytest.raises(NotAllowed):
        alerts.acknowledge(store, None, late.id, "", actor=reader, now=NOW)
    with pytest.raises(Refused):
        alerts.acknowledge(store, None, late.id, "x" * 501, actor=alpha, now=NOW)
    with pytest.raises(NotFound):
        alerts.acknowledge(store, None, late.id, "", actor=CITY, now=NOW)
    known = alerts.acknowledge(store, None, late.id, "  called the\n carrier ", actor=alpha, now=NOW)
    assert (known.is_acknowledged, known.note) == (True, "called the carrier")
    with pytest.raises(Conflict, match="already"):
        alerts.acknowledge(store, None, late.id, "me too", actor=alpha, now=NOW)
    assert watch(store, now=NOW).opened == 0
    assert alerts.count_alerts(store, actor=alpha) == {AlertKind.SILENT: 1}
    assert alerts.count_alerts(store, actor=CITY) == {AlertKind.LATE: 1, AlertKind.SILENT: 1}
    (entry,) = audit_list(store, AuditFilter(subject="alert"), actor=ADMINISTRATOR)
    assert (entry.action, entry.subject_id, entry.after and entry.after["note"]) == (
        "acknowledge", str(late.id), "called the carrier"
    )  # fmt: skip


def test_each_desk_has_rules_of_its_own(store: Store, network: Network) -> None:
    alpha, beta = partner(store), partner(store, "Beta")
    for name, who in (("A", "Alpha"), ("B", "Beta")):
        enter(store, network, [shipment_row(name, container(ord(name)), partner=who, **PLAN)])
        tell(store, network, [event_row("departed", "CKG", "2024-05-20T10:00+08:00", name, partner=who),
                              event_row("departed", "XIA", "2024-06-01T19:00+08:00", name, partner=who)])  # fmt: skip
    hours = 250.0  # it is that late, or a little more
    alerts.set_rule(store, AlertKind.LATE, True, {"late_h": 900.0}, actor=alpha, now=NOW)
    alerts.set_rule(store, AlertKind.LATE, False, {}, actor=CITY, now=NOW)
    with pytest.raises(Refused):
        alerts.set_rule(store, AlertKind.LATE, True, {"late_h": 0.0}, actor=beta, now=NOW)
    watch(store, now=NOW)
    assert set(open_now(store, alpha)) == set()
    assert float(open_now(store, beta)[AlertKind.LATE].why.values["hours"]) > hours
    assert set(open_now(store)) == set()
    assert alerts.rules(store, actor=alpha).late_h == 900.0
    assert AlertKind.LATE not in alerts.rules(store, actor=ADMINISTRATOR).on
    said = [(e.subject_id, e.before, e.after) for e in audit_list(store, AuditFilter(subject="alert rule"),
                                                                  actor=ADMINISTRATOR)]  # fmt: skip
    assert said == [("late", None, {"is_on": False}), ("late", None, {"is_on": True, "late_h": 900.0})]


def test_nine_in_ten_are_counted_over_the_own_complete_visits_of_the_last_year(store: Store, network: Network) -> None:
    partner(store), partner(store, "Beta")
    stays = list(range(1, 22))
    rows, events = [], []
    for number, hours in enumerate(stays):
        reference = f"S{number}"
        rows.append(shipment_row(reference, container(number)))
        came = datetime(2024, 3, 1, tzinfo=UTC) + timedelta(days=number)
        events += [
            event_row("departed", "CKG", "2024-02-20T10:00+08:00", reference),
            event_row("arrived", "XIA", came.isoformat(), reference),
            event_row("departed", "XIA", (came + timedelta(hours=hours)).isoformat(), reference),
        ]
    # neither of these counts: too long ago, known by the day only
    rows += [shipment_row("OLD", container(90)), shipment_row("DAY", container(91))]
    events += [
        event_row("departed", "CKG", "2023-02-20T10:00+08:00", "OLD"),
        event_row("arrived", "XIA", "2023-03-01T10:00+08:00", "OLD"),
        event_row("departed", "XIA", "2023-04-01T10:00+08:00", "OLD"),
        event_row("departed", "CKG", "2024-02-20T10:00+08:00", "DAY"),
        event_row("arrived", "XIA", "2024-03-01+08:00", "DAY"),
        event_row("departed", "XIA", "2024-05-01+08:00", "DAY"),
    ]
    enter(store, network, rows)
    tell(store, network, events)
    found = usual_stays(store, now=NOW)
    alpha = next(key[0] for key in found if key[0] is not None)
    assert set(found) == {(alpha, False, "XIA"), (None, False, "XIA")}
    assert (found[None, False, "XIA"].p90_h, found[None, False, "XIA"].visits) == (pytest.approx(19), 21)

    enter(store, network, [shipment_row("R1", container(99)), shipment_row("R2", container(98), partner="Beta")])
    for who, name in (("Alpha", "R1"), ("Beta", "R2")):
        tell(store, network, [event_row("departed", "CKG", "2024-05-30T10:00+08:00", name, partner=who),
                              event_row("arrived", "XIA", "2024-06-01T00:30+08:00", name, partner=who)])  # fmt: skip
    watch(store, now=NOW + timedelta(hours=0.6))  # 20.1 hours there: beyond what was, and beyond what is planned with
    everything = alerts.list_alerts(store, kinds=[AlertKind.OVERDUE], actor=CITY).items
    assert {a.why.values.get("visits") for a in everything} == {21}
    beta = open_now(store, partner(store, "Beta"))[AlertKind.OVERDUE]
    assert "visits" not in beta.why.values  # what others waited is not theirs to know


def test_of_two_who_look_at_once_one_opens_an_alert(store: Store, network: Network) -> None:
    enter(store, network, [shipment_row("R1", **PLAN)])
    told(store, network, LEFT, HERE)
    with ThreadPoolExecutor(4) as pool:
        looks = list(pool.map(lambda _: watch(store, now=NOW), range(4)))
    assert sum(look.opened for look in looks) == 4
    with store.reading() as r:
        assert stored.number_open(r) == 4


def test_simulated_history_opens_marked_alerts_that_go_with_it(sqlite_store: Store) -> None:
    store, now = sqlite_store, datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    init(store, now=now)
    add_demo(store, journeys=200, actor=ADMINISTRATOR, now=now)
    looked = watch(store, now=now)
    assert looked.shipments >= 5
    assert looked.opened == looked.open > 5
    everything = alerts.list_alerts(store, simulated=True, actor=CITY, limit=500).items
    assert {AlertKind.LATE, AlertKind.OVERDUE} <= {alert.kind for alert in everything}
    assert all(alert.simulated for alert in everything)
    assert alerts.list_alerts(store, actor=CITY).items == ()
    assert alerts.count_alerts(store, actor=CITY) == {}
    with statements() as said:
        assert watch(store, now=now).opened == 0
    assert len(said) < 40
    remove_demo(store, actor=ADMINISTRATOR, now=now)
    with store.reading() as r:
        assert stored.number_open(r) == 0


def test_a_temperature_goes_out_in_files_and_in_again_and_a_correction_of_it_counts(
    store: Store, network: Network
) -> None:
    enter(store, network, [shipment_row("R1", container(1, temperature_max_c=8.0, size_type="45R1"))])
    told(store, network, LEFT, temperature_c=11.5, source_id="a")
    lines = b"".join(export(store, What.EVENTS, Wanted(), Form.JSONL, actor=ADMINISTRATOR, now=NOW)).decode()
    assert [json.loads(line)["temperature_c"] for line in lines.splitlines()] == [11.5]
    watch(store, now=NOW)
    assert AlertKind.TEMPERATURE in open_now(store)
    told(store, network, LEFT, temperature_c=6.5, source_id="b", corrects="a")
    watch(store, now=NOW)
    assert AlertKind.TEMPERATURE not in open_now(store)
