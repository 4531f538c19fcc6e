"""What is the matter with a shipment, kind by kind, and what that makes of the alerts that are open."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from railtrack.domain.errors import Refused
from railtrack.domain.line.network import Network
from railtrack.domain.movement.events import EventKind
from railtrack.domain.movement.holds import Hold, open_holds
from railtrack.domain.movement.lateness import Standing
from railtrack.domain.movement.positions import Fact
from railtrack.domain.notices.alerts import Alert
from railtrack.domain.notices.findings import Course, Finding, Reading, Usual, Watched, Why, findings
from railtrack.domain.notices.kinds import AlertKind
from railtrack.domain.notices.rules import DEFAULTS, KIND_WORDS, THRESHOLDS, AlertRules, KindRule, judged, rules_of
from railtrack.domain.notices.settling import settle
from railtrack.operations.mapping.drawing import way_of
from tests.factories import CORRIDOR

NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)
USUAL = {"MAL": Usual(p90_h=60.0, visits=118), "BQT": Usual(p90_h=48.0)}


def watched(**facts: Any) -> Watched:
    return Watched(**{"shipment_id": 7, "organisation_id": 3, "standing": Standing()} | facts)


def course(event: str, station: str | None, hours_ago: float, *, stands: bool = False, **more: Any) -> Course:
    at = NOW - timedelta(hours=hours_ago)
    place = {name: more.pop(name) for name in ("lat", "lon") if name in more}
    return Course(fact=Fact(EventKind(event), at, station, **place), stands_since=at if stands else None, **more)


def found(what: Watched, rules: AlertRules = DEFAULTS) -> list[Finding]:
    return list(findings(what, rules, USUAL, NOW))


def only(what: Watched, rules: AlertRules = DEFAULTS) -> Finding:
    (finding,) = found(what, rules)
    return finding


# ---------------------------------------------------------------- late


@pytest.mark.parametrize(
    ("behind", "opens"), [({"behind_h": 24.0}, True), ({"behind_h": 23.0}, False), ({"behind_days": 2}, True)]
)
def test_late_from_a_day_on_and_an_open_alert_lingers_two_hours_longer(behind: dict[str, Any], opens: bool) -> None:
    finding = only(watched(standing=Standing(**behind)))
    assert (finding.kind, finding.opens, finding.identity(3)) == (AlertKind.LATE, opens, "3|7||late|")


@pytest.mark.parametrize("behind", [{"behind_h": 22.0}, {"behind_h": -40.0}, {"behind_days": 0}, {}])
def test_nothing_is_late_below_that_or_without_a_plan(behind: dict[str, Any]) -> None:
    assert found(watched(standing=Standing(**behind))) == []


def test_late_says_how_late_in_hours_or_days_and_of_what_departure() -> None:
    hours = only(watched(standing=Standing(behind_h=30.4)))
    assert str(hours.why) == "It is 30 h behind its plan. From 24 h on this is an alert."
    days = only(watched(standing=Standing(behind_days=3)))
    assert str(days.why).startswith("Days behind its plan, which names days only: 3.")
    waiting = only(watched(standing=Standing(behind_h=30.4), has_departed=False))
    assert str(waiting.why) == "It should have departed 30 h ago, and no departure is recorded."


# ---------------------------------------------------------------- overdue, silent


@pytest.mark.parametrize(("hours", "opens"), [(60.1, True), (60.0, False), (54.1, False), (54.0, None)])
def test_overdue_beyond_nine_in_ten_and_lingering_a_tenth_below(hours: float, opens: bool | None) -> None:
    there = found(watched(courses=[course("arrived", "MAL", hours, stands=True)]))
    assert [finding.opens for finding in there] == ([] if opens is None else [opens])


def test_overdue_names_the_station_the_hours_the_usual_and_what_it_rests_on() -> None:
    parts = [course("arrived", "MAL", 70, stands=True, containers=4), course("inspected", "MAL", 65, stands=True)]
    recorded = only(watched(courses=parts))
    assert str(recorded.why) == (
        "It has stood at MAL for 70 h. Nine in ten left within 60 h (visits in the last year: 118)."
    )
    assert (recorded.why.values["containers"], recorded.identity(None)) == (5, "|7||overdue|MAL")
    planned = only(watched(courses=[course("arrived", "BQT", 70, stands=True)]))
    assert "should leave within 48 h" in str(planned.why)
    twice = replace(DEFAULTS, overdue_factor=2.0)
    assert found(watched(courses=parts), twice) == []


def test_each_station_where_containers_were_left_is_an_alert_of_its_own() -> None:
    apart = watched(
        courses=[course("arrived", "MAL", 70, stands=True), course("arrived", "BQT", 50, stands=True, containers=9)]
    )
    assert {finding.station for finding in found(apart)} == {"MAL", "BQT"}


@pytest.mark.parametrize(("hours", "silent"), [(24.1, True), (24.0, False)])
def test_silent_after_a_day_without_news_while_it_runs(hours: float, silent: bool) -> None:
    assert bool(found(watched(courses=[course("departed", "AST", hours)]))) is silent


def test_what_stands_is_overdue_and_not_silent_unless_nothing_is_usual_there() -> None:
    assert found(watched(courses=[course("arrived", "MAL", 50, stands=True)])) == []
    assert only(watched(courses=[course("arrived", "XXX", 50, stands=True)])).kind is AlertKind.SILENT


def test_silent_waits_for_twice_the_run_to_the_next_halt(network: Network) -> None:
    way = way_of(network, CORRIDOR, "CKG", "MHG")
    assert way is not None
    what = watched(way=way, courses=[course("departed", "URC", 25), course("departed", "URC", 60, containers=2)])
    finding = only(what)
    assert finding.why.values["limit"] == round(max(24, 2 * float(finding.why.values["usual"])), 1)
    assert "last from URC, whence it runs" in str(finding.why)
    assert found(what, replace(DEFAULTS, silent_h=61.0)) == []


# ---------------------------------------------------------------- off the corridor, temperature, held


def test_off_the_corridor_by_a_station_or_by_kilometres(network: Network) -> None:
    way = way_of(network, CORRIDOR, "CKG", "MHG")
    assert way is not None
    on = {"corridor": CORRIDOR, "stations": frozenset(way.stations), "way": way}
    assert found(watched(courses=[course("departed", "XIA", 1)], **on)) == []
    off = only(watched(courses=[course("departed", "TBS", 1)], **on))
    assert str(off.why) == f"It was reported at TBS, which is not on its corridor {CORRIDOR}."
    nowhere = only(watched(courses=[course("position", None, 1, lat=60.0, lon=90.0)], **on))
    assert nowhere.opens
    assert int(nowhere.why.values["km"]) > 300
    lat, lon = way.at_km(2000.0)
    assert found(watched(courses=[course("position", None, 1, lat=lat + 0.2, lon=lon)], **on)) == []
    assumed = watched(courses=[course("departed", "TBS", 1)], **on | {"corridor": None})
    assert found(assumed) == []


@pytest.mark.parametrize(
    ("celsius", "bounds", "opens"),
    [
        (16.1, (10, 15), True), (16.0, (10, 15), False), (15.0, (10, 15), None), (9.5, (10, 15), False),
        (-17.0, (None, -18), False), (-16.9, (None, -18), True), (2.0, (4, None), True), (20.0, (None, None), None),
    ],
)  # fmt: skip
def test_a_temperature_beyond_the_range_of_the_goods(
    celsius: float, bounds: tuple[float | None, float | None], opens: bool | None
) -> None:
    reading = Reading(container_id=5, container="X", celsius=celsius, lowest_c=bounds[0], highest_c=bounds[1])
    there = found(watched(readings=[reading]))
    assert [finding.opens for finding in there] == ([] if opens is None else [opens])
    assert all(finding.identity(3) == "3|7|5|temperature|" for finding in there)


def test_a_range_of_the_desk_is_for_goods_without_one() -> None:
    rules = replace(DEFAULTS, temperature_min_c=2.0, temperature_max_c=8.0)
    bare = Reading(container_id=5, container="X", celsius=20.0)
    assert "from 2 to 8 °C" in str(only(watched(readings=[bare]), rules).why)
    assert found(watched(readings=[replace(bare, lowest_c=15.0, highest_c=25.0)]), rules) == []


def hold(event: str, hours_ago: float, container_id: int | None = None) -> Hold:
    return Hold(event=EventKind(event), container_id=container_id, at=NOW - timedelta(hours=hours_ago), station="MAL")


def test_held_until_released_one_container_or_all() -> None:
    told = [hold("held", 30), hold("held", 20, 5), hold("held", 10, 6), hold("released", 5, 6)]
    what = watched(holds=open_holds(told), numbers={5: "X"})
    assert [(f.container_id, f.identity(3)) for f in found(what)] == [(None, "3|7||held|MAL"), (5, "3|7|5|held|MAL")]
    assert str(found(what)[1].why) == "X was held at MAL 20 h ago and not released since."
    assert open_holds([*told, hold("released", 1)]) == ()
    later = replace(DEFAULTS, held_h=24.0)
    assert [finding.opens for finding in found(what, later)] == [True, False]


@given(st.permutations([hold("held", 9), hold("released", 9), hold("held", 8, 5), hold("held", 7, 6),
                        hold("released", 6, 5), hold("held", 6, 5)]))  # fmt: skip
def test_the_order_in_which_holds_are_told_does_not_matter(told: list[Hold]) -> None:
    assert {each.container_id for each in open_holds(told)} == {6}


# ---------------------------------------------------------------- rules


def test_only_kinds_that_are_on_are_looked_for() -> None:
    what = watched(
        standing=Standing(behind_h=100.0),
        courses=[course("arrived", "MAL", 70, stands=True), course("departed", "AST", 60)],
        holds=[hold("held", 30)],
        readings=[Reading(container_id=5, container="X", celsius=30.0, highest_c=10.0)],
    )
    everything = set(AlertKind) - {AlertKind.OFF_CORRIDOR}
    assert {finding.kind for finding in found(what)} == everything
    for kind in everything:
        assert {finding.kind for finding in found(what, replace(DEFAULTS, on=frozenset({kind})))} == {kind}


def test_what_a_desk_set_stands_over_the_defaults() -> None:
    rules = rules_of(
        {
            AlertKind.LATE: KindRule(kind=AlertKind.LATE, thresholds={"late_h": 6.0, "gone": 1.0}),
            AlertKind.HELD: KindRule(kind=AlertKind.HELD, is_on=False, thresholds={}),
        }
    )
    assert rules == replace(DEFAULTS, late_h=6.0, on=frozenset(AlertKind) - {AlertKind.HELD})


def test_every_threshold_is_of_the_rules_and_its_default_is_within_its_bounds() -> None:
    assert set(THRESHOLDS) == set(AlertKind) == set(KIND_WORDS)
    names = [threshold.name for kind in THRESHOLDS.values() for threshold in kind]
    assert sorted(names) == sorted(name for name in vars(DEFAULTS) if name != "on")
    for threshold in (each for kind in THRESHOLDS.values() for each in kind):
        if threshold.default is None:
            assert threshold.may_be_empty
        else:
            assert threshold.least <= threshold.default <= threshold.most


def test_a_threshold_out_of_bounds_is_refused_and_a_usual_one_not_kept() -> None:
    assert judged(AlertKind.LATE, True, {"late_h": 24.0}).thresholds == {}
    assert judged(AlertKind.LATE, False, {"late_h": None}) == KindRule(
        kind=AlertKind.LATE, is_on=False, thresholds={}
    )  # fmt: skip
    for bad in (1.0, 1001.0, float("nan"), float("inf")):
        with pytest.raises(Refused) as refused:
            judged(AlertKind.LATE, True, {"late_h": bad})
        assert refused.value.problems[0].column == "late_h"
    with pytest.raises(Refused, match="below the lowest"):
        judged(AlertKind.TEMPERATURE, True, {"temperature_min_c": 8.0, "temperature_max_c": 2.0})


# ---------------------------------------------------------------- settling


def alert(finding: Finding, number: int = 1) -> Alert:
    return Alert(
        id=number, desk=3, identity=finding.identity(3), shipment_id=finding.shipment_id, reference="R1",
        partner="Alpha", container_id=finding.container_id, kind=finding.kind, station=finding.station,
        why=finding.why, opened_at=NOW, seen_at=NOW,
    )  # fmt: skip


def finding(kind: AlertKind, shipment_id: int, station: str | None, *, opens: bool = True) -> Finding:
    return Finding(kind=kind, shipment_id=shipment_id, station=station, why=Why("because"), opens=opens)


FINDINGS = st.builds(
    finding, st.sampled_from(AlertKind), st.integers(1, 3), st.sampled_from([None, "MAL", "BQT"]), opens=st.booleans()
)


@given(st.lists(st.lists(FINDINGS, max_size=6), max_size=6))
def test_a_cause_is_told_once_as_long_as_it_is_there_and_closes_when_it_is_gone(turns: list[list[Finding]]) -> None:
    there: dict[str, Alert] = {}
    for turn, causes in enumerate(turns):
        settled = settle(3, there.values(), causes)
        for cause in settled.opens:
            assert cause.opens
            assert cause.identity(3) not in there
            there[cause.identity(3)] = alert(cause, turn)
        for over in settled.closes:
            assert over.identity not in {cause.identity(3) for cause in causes}
            del there[over.identity]
        assert settle(3, there.values(), reversed(causes)).opens == ()
        assert settle(3, there.values(), causes).closes == ()
        assert {c.identity(3) for c in causes if c.opens} <= set(there) <= {c.identity(3) for c in causes}


def test_a_cause_just_below_the_threshold_opens_nothing_and_keeps_what_is_open() -> None:
    low, high = (only(watched(standing=Standing(behind_h=hours))) for hours in (23.0, 25.0))
    assert settle(3, [], [low]).opens == ()
    assert settle(3, [], [low, high]).opens == (high,)
    assert settle(3, [alert(high)], [low]).stays == ((alert(high), low),)
    assert settle(3, [alert(high)], []).closes == (alert(high),)


def test_why_is_put_into_words_with_names_and_figures_of_a_language() -> None:
    why = Why("%(hours)s h at %(station)s, %(container)s", {"hours": 1234, "station": "MAL", "container": "X"})
    said = why.message(station={"MAL": "Małaszewicze"}.__getitem__, number=lambda value: f"{value:,}")
    assert str(said) == "1,234 h at Małaszewicze, X"
