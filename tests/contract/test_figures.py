"""Contract §2 and §5: columns of the statistics, what they may be grouped by, ways, corridors, the demonstration."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.contract.conftest import EXAMPLE

COLUMNS = {
    "transit": "journeys completed in_transit not_departed inconsistent date_only mean_h sd_h p10_h p50_h p80_h p95_h "
    "km_median_h swd_kmh swod_kmh swod_journeys",
    "reliability": "journeys on_time on_time_share delay_mean_h delay_p50_h delay_p80_h delay_p95_h",
    "dwell": "station visits incomplete open mean_h p50_h p80_h p95_h",
    "borders": "crossing direction journeys mean_h p50_h p80_h p95_h",
    "volume": "direction trains containers laden empty teu gross_t capacity_teu fill_share fill_trains balance",
}
GROUPS = ("month", "quarter", "year", "direction", "corridor", "partner", "train")
Stats = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def stats(run: Run, run_json: Callable[..., Any]) -> Stats:
    """The statistics of the worked case."""
    loaded = run("import", str(EXAMPLE / "shipments.csv"), str(EXAMPLE / "events.csv"))
    assert loaded.exit_code == 0, loaded.stderr

    def call(*arguments: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = run_json("stats", *arguments, "--partner", "Example Forwarding")
        return found

    return call


@pytest.mark.parametrize("statistic", list(COLUMNS))
def test_rows_have_these_columns_the_grouped_ones_first(stats: Stats, statistic: str) -> None:
    own = COLUMNS[statistic].split()
    assert set(stats(statistic)[0]) == set(own)
    for group in GROUPS:
        rows = stats(statistic, "--by", group)
        assert next(iter(rows[0])) == group or group in own
        assert set(rows[0]) == {group, *own}, group
        keys = [str(row[group]) for row in rows]
        assert keys == sorted(keys), f"{statistic} by {group} does not ascend"
    both = stats(statistic, "--by", "quarter", "--by", "corridor")
    assert list(both[0])[:2] == ["quarter", "corridor"]
    assert {row["quarter"] for row in both} <= {"2024-Q1", "2024-Q2"}


@pytest.mark.parametrize("statistic", list(COLUMNS))
@pytest.mark.parametrize("by", [(), ("month",), ("quarter", "direction")])
def test_csv_names_its_columns_also_where_there_is_no_row(run: Run, statistic: str, by: tuple[str, ...]) -> None:
    grouped = [option for group in by for option in ("--by", group)]
    written = run("stats", statistic, "--include-dates", *grouped, "--format", "csv").stdout.splitlines()
    in_json = json.loads(run("stats", statistic, "--include-dates", *grouped, "--format", "json").stdout)
    assert not in_json or list(in_json[0]) == written[0].split(",")
    asked = ("stats", statistic, "--from", "2030-01-01", *grouped)
    later = run(*asked, "--format", "csv").stdout.splitlines()
    own = [name for name in COLUMNS[statistic].split() if name not in by]
    assert later[0].split(",") == [*by, *own]
    assert json.loads(run(*asked, "--format", "json").stdout) == [] or len(later) > 1


def test_groups_add_up_to_the_whole(stats: Stats) -> None:
    whole = stats("transit")[0]
    for group in GROUPS:
        rows = stats("transit", "--by", group)
        for count in ("journeys", "completed", "in_transit"):
            assert sum(row[count] for row in rows) == whole[count], group
    volume = sum(row["containers"] for row in stats("volume"))
    assert sum(row["containers"] for row in stats("volume", "--by", "month")) == volume


def test_a_grouping_that_makes_no_sense_is_wrong_usage(run: Run) -> None:
    for statistic in ("transit", "reliability"):
        assert run("stats", statistic, "--by", "station").exit_code == 2
    for wrong in (
        ("--by", "week"),
        ("--by", "month", "--by", "month"),
        ("--by", "year", "--by", "month", "--by", "train"),
    ):
        assert run("stats", "transit", *wrong).exit_code == 2


def test_no_data_is_null_and_a_count_of_nought_never_nought_hours(stats: Stats) -> None:
    nothing = ("--from", "2031-01-01")
    (transit,) = stats("transit", *nothing)
    assert {transit[name] for name in ("journeys", "completed", "in_transit", "swod_journeys")} == {0}
    assert {value for name, value in transit.items() if name.endswith(("_h", "_kmh"))} == {None}
    (reliability,) = stats("reliability", *nothing)
    assert (reliability["journeys"], reliability["on_time_share"]) == (0, None)
    assert [row["direction"] for row in stats("volume", *nothing)] == ["eastbound", "westbound"]
    assert {row["containers"] for row in stats("volume", *nothing)} == {0}
    assert stats("dwell", *nothing) == stats("borders", *nothing) == []


def test_the_period_is_the_local_date_of_departure_both_ends_counted(stats: Stats) -> None:
    # W-2 left on 31 March in UTC, on 1 April in Chongqing
    april = stats("transit", "--from", "2024-04-01", "--to", "2024-04-01")[0]
    assert april["completed"] == 1
    assert stats("transit", "--from", "2024-03-31", "--to", "2024-03-31")[0]["journeys"] == 0


def test_a_tolerance_moves_what_is_on_time(stats: Stats) -> None:
    shares = [stats("reliability", "--tolerance", hours)[0]["on_time"] for hours in ("0", "24", "1000")]
    assert shares == sorted(shares)
    assert shares[0] < shares[-1] == stats("reliability")[0]["journeys"]


def test_speed_is_the_unrounded_length_of_the_corridor_over_the_hours(
    stats: Stats, run_json: Callable[..., Any]
) -> None:
    corridor = next(c for c in run_json("corridors") if c["id"] == "dostyk-petropavl")
    (row,) = stats("transit", "--train", "T2")
    assert row["completed"] == 1
    assert row["swd_kmh"] == pytest.approx(corridor["length_km"] / row["mean_h"])
    assert row["swd_kmh"] <= row["swod_kmh"]


def test_numbers_are_unrounded_in_json_and_rounded_to_one_decimal_in_tables(stats: Stats, run: Run) -> None:
    sd = stats("transit")[0]["sd_h"]
    table = run("stats", "transit", "--partner", "Example Forwarding").stdout
    assert round(sd, 1) != sd
    assert f"{sd:.1f}" in table
    assert str(sd) not in table


@pytest.mark.parametrize("name", ["train", "corridor"])
def test_journeys_without_a_train_or_corridor_are_a_row_of_null_that_stands_last(
    load: Callable[..., dict[str, Any]], run: Run, run_json: Callable[..., Any], name: str
) -> None:
    header = "reference,partner,origin,destination,corridor,train,container,size_type\n"
    named = "A,P,CKG,MHG,dostyk-petropavl,T1,CSQU3054383,45G1\n"
    assert load(header + named + "B,P,HRB,BAO,,,MSCU6639870,22G1\n")["accepted"] == 2
    happened = "reference,event,station,occurred_at\nA,departed,CKG,2024-03-01\nB,departed,HRB,2024-03-01\n"
    assert load(happened)["accepted"] == 2
    asked = ("--partner", "P", "--by", name)
    for statistic in ("transit", "volume"):
        groups = [row[name] for row in run_json("stats", statistic, *asked)]
        assert groups == sorted(groups, key=lambda group: group is None)
        assert set(groups) == {{"train": "T1", "corridor": "dostyk-petropavl"}[name], None}
    lines = run("stats", "transit", *asked, "--format", "csv").stdout.splitlines()
    assert lines[-1].startswith(",1,")
    assert run("stats", "transit", *asked).stdout.splitlines()[-1].split()[:2] == ["–", "1"]


def test_a_way_goes_through_its_vias_in_order(run_json: Callable[..., Any]) -> None:
    found = run_json("route", "CNCKG", "Mannheim Mühlauhafen", "--via", "AST", "--via", "MOW")
    stops = [found["legs"][0]["from"], *(leg["to"] for leg in found["legs"])]
    assert stops.index("AST") < stops.index("MOW")
    assert (stops[0], stops[-1]) == ("CKG", "MHG")
    direct = run_json("route", "CKG", "MHG")
    assert direct["length_km"] <= found["length_km"]
    for before, after in zip(found["legs"], found["legs"][1:], strict=False):
        assert before["to"] == after["from"]


def test_published_lengths_are_met(run_json: Callable[..., Any]) -> None:
    length = {c["id"]: c["length_km"] for c in run_json("corridors")}
    assert length["dostyk-petropavl"] == pytest.approx(11_200, rel=0.08)


def test_simulated_history_is_the_same_for_its_arguments_and_counts_only_when_asked(
    run: Run, run_json: Callable[..., Any]
) -> None:
    arguments = ("demo", "--seed", "7", "--journeys", "60", "--until", "2024-06-30")

    def figures() -> Any:
        return [run_json("stats", name, "--include-simulated") for name in COLUMNS]

    before = figures()
    assert run(*arguments).exit_code == 0
    first = figures()
    assert first != before
    assert [run_json("stats", name) for name in COLUMNS] == before
    assert run("check", "--rebuild").exit_code == 0
    assert run("demo", "--remove").exit_code == 0
    assert figures() == before
    assert run(*arguments).exit_code == 0
    assert figures() == first
    assert run("demo", "--remove").exit_code == 0
    assert run("demo", "--seed", "8", *arguments[3:]).exit_code == 0
    assert figures() != first


def test_json_is_one_document_and_nothing_else_also_with_exit_1(run: Run) -> None:
    refused = (("import", "none.csv"), ("route", "CKG", "Atlantis"), ("stats", "transit", "--partner", "Nobody"))
    for command in refused:
        result = run(*command, "--format", "json")
        assert result.exit_code == 1
        json.loads(result.stdout)
        assert len(result.stderr.splitlines()) == 1
