"""The reference data fits together, and what is wrong in it is said with its place."""

import shutil
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo, available_timezones

import pytest

from railtrack.domain.cargo.goods import Money
from railtrack.domain.line.geodesy import geodesic_km
from railtrack.domain.line.network import Network
from railtrack.domain.line.places import Method, Mode
from railtrack.exchange.reference import ReferenceData, WrongReference, load_reference
from railtrack.resources import folder
from tests.unit.lines import line_km

DATA = load_reference(folder("data"))


@pytest.fixture
def data() -> ReferenceData:
    return DATA


@pytest.fixture
def network() -> Network:
    return DATA.network()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the folder to spoil."""
    return Path(shutil.copytree(folder("data"), tmp_path / "data"))


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


# ---------------------------------------------------------------- what is in it


def test_every_corridor_passes_over_stored_legs_only(network: Network) -> None:
    for corridor in network.corridors.values():
        assert (corridor.origin, corridor.destination[:2]) in {("CKG", "MH"), ("CKG", "DU")}
        assert len(set(corridor.stations)) == len(corridor.stations)
        assert all(network.leg(a, b) is not None for a, b in pairwise(corridor.stations))


def test_every_change_of_country_is_a_border_pair_and_no_pair_is_idle(network: Network) -> None:
    for corridor in network.corridors.values():
        countries = {i: network.stations[i].country for i in corridor.stations}
        crossed = {(a, b) for a, b in pairwise(corridor.stations) if countries[a] != countries[b]}
        assert crossed == set(corridor.border_pairs) | set(corridor.open_border_pairs), corridor.id
        assert not set(corridor.border_pairs) & set(corridor.open_border_pairs)


def test_containers_change_gauge_where_the_legs_do(network: Network) -> None:
    for corridor in network.corridors.values():
        changes = []
        legs = network.corridor_legs(corridor.id, corridor.origin, corridor.destination)
        assert legs is not None
        for before, after in pairwise(legs):
            gauges = {before.gauge_mm, after.gauge_mm}
            if None not in gauges and len(gauges) == 2:
                changes.append(before.destination)
                assert set(network.stations[before.destination].gauges_mm) == {1435, 1520}
        assert tuple(changes) == corridor.gauge_changes, corridor.id


def test_a_leg_runs_on_a_gauge_both_its_stations_have(network: Network) -> None:
    for leg in network.legs:
        assert (leg.gauge_mm is None) == (leg.mode is Mode.SEA)
        if leg.gauge_mm:
            assert leg.gauge_mm in network.stations[leg.origin].gauges_mm, leg
            assert leg.gauge_mm in network.stations[leg.destination].gauges_mm, leg


def test_planned_hours_add_up_and_a_planned_train_is_slower_than_its_running(network: Network) -> None:
    for corridor in network.corridors.values():
        assert corridor.planned_running_h + corridor.planned_dwell_h == corridor.planned_total_h
        length = network.corridor_length_km(corridor.id, corridor.origin, corridor.destination)
        assert length is not None
        assert (
            20 < length / corridor.planned_total_h < length / corridor.planned_running_h < 80
            or corridor.id.startswith("middle")
        )


def test_every_zone_is_one_of_the_tz_database_and_china_keeps_one_time(data: ReferenceData) -> None:
    assert {s.timezone for s in data.stations} <= available_timezones()
    assert {s.timezone for s in data.stations if s.country == "CN"} == {"Asia/Shanghai"}


@pytest.mark.parametrize(
    ("moment", "hours"), [(datetime(2024, 2, 29, 17, 59, tzinfo=UTC), 6), (datetime(2024, 2, 29, 18, tzinfo=UTC), 5)]
)
@pytest.mark.parametrize("station", ["DTK", "ALT"])
def test_kazakh_border_stations_moved_to_utc_plus_5_on_1_march_2024(
    network: Network, station: str, moment: datetime, hours: int
) -> None:
    local = moment.astimezone(ZoneInfo(network.stations[station].timezone))
    offset = local.utcoffset()
    assert offset is not None
    assert offset.total_seconds() == hours * 3600


def test_codes_are_shaped_as_codes_and_belong_to_the_country(data: ReferenceData) -> None:
    for station in data.stations:
        for code in (station.unlocode, *station.unlocode_other):
            assert not code or (len(code) == 5 and code[:2] == station.country), station.id


def test_the_line_of_every_leg_starts_and_ends_at_its_stations(network: Network) -> None:
    for leg in network.legs:
        for end, point in ((leg.origin, leg.line[0]), (leg.destination, leg.line[-1])):
            station = network.stations[end]
            assert geodesic_km((station.lat, station.lon), point) < 5, leg


def test_lines_are_about_as_long_as_their_legs_and_never_much_longer(network: Network) -> None:
    # between its nodes the rail network knows the rails' length but not their shape, so lines run short
    shares = {(leg.origin, leg.destination): line_km(leg.line) / leg.length_km for leg in network.legs}
    assert median(shares.values()) > 0.97
    for leg in network.legs:
        share = shares[leg.origin, leg.destination]
        least = 0.75 if leg.method is Method.ESTIMATED else 0.87
        most = 1.09 if (leg.origin, leg.destination) == ("RZP", "FFO") else 1.03  # see SOURCES.md
        assert least < share < most, (leg.origin, leg.destination, share)


def test_no_leg_is_shorter_than_the_straight_line(network: Network) -> None:
    for leg in network.legs:
        a, b = (network.stations[i] for i in (leg.origin, leg.destination))
        assert leg.length_km >= geodesic_km((a.lat, a.lon), (b.lat, b.lon)) * 0.999, leg


def test_published_trains_run_between_known_stations_on_dates_that_can_be_read(data: ReferenceData) -> None:
    ids = {station.id for station in data.stations}
    assert len(data.movements) == 8
    for movement in data.movements:
        assert {movement.origin, movement.destination} <= ids
        departed = datetime.fromisoformat(movement.departed).date()
        if movement.arrived:
            assert 8 < (datetime.fromisoformat(movement.arrived).date() - departed).days < 40
        assert movement.source


def test_size_types_count_teu_by_their_length(data: ReferenceData) -> None:
    teu = {size.code: size.teu for size in data.size_types}
    wanted = {"22G1": 1.0, "45G1": 2.0, "42G1": 2.0, "L5G1": 2.25, "45R1": 2.0, "22T1": 1.0, "12G1": 0.5, "P5G1": 2.65}
    assert {code: teu[code] for code in wanted} == wanted


def test_delay_reasons_have_a_name_in_each_language(data: ReferenceData) -> None:
    assert {"customs", "border_queue", "other", "weather"} <= {reason.code for reason in data.delay_reasons}
    assert all(reason.name and reason.name_de and reason.name_zh for reason in data.delay_reasons)


# ---------------------------------------------------------------- money


def test_amounts_are_converted_with_the_rate_of_their_day(data: ReferenceData) -> None:
    rates = data.rate_table()
    found = rates.to_eur(Money(Decimal("118.10"), "USD"), date(2018, 10, 25))
    assert found is not None
    assert round(found.eur, 2) == 100
    assert not found.out_of_date
    assert rates.to_eur(Money(Decimal(5)), date(2024, 1, 1)).eur == 5  # type: ignore[union-attr]  # the euro is there


def test_a_day_past_the_table_takes_the_last_rate_and_says_so(data: ReferenceData) -> None:
    late = data.rate_table().to_eur(Money(Decimal(1), "CNY"), date(2040, 1, 1))
    early = data.rate_table().to_eur(Money(Decimal(1), "CNY"), date(2001, 1, 1))
    assert late is not None
    assert early is not None
    assert (late.out_of_date, late.rate.valid_from.year) == (True, 2026)
    assert (early.out_of_date, early.rate.valid_from.year) == (True, 2017)


def test_a_currency_without_rates_is_not_converted(data: ReferenceData) -> None:
    assert data.rate_table().to_eur(Money(Decimal(1), "XAU"), date(2024, 1, 1)) is None


def test_spans_of_one_currency_do_not_overlap(data: ReferenceData) -> None:
    for a, b in pairwise(sorted(data.rates, key=lambda r: (r.currency, r.valid_from))):
        if a.currency == b.currency:
            assert a.valid_to is not None
            assert a.valid_to < b.valid_from


# ---------------------------------------------------------------- what is wrong is said


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("stations.csv", "Asia/Shanghai,29.634", "Asia/Chongqing2,29.634", ["line 2", "timezone", "Asia/Chongqing2"]),
        ("stations.csv", "Asia/Shanghai,29.634", "Asia/Shanghai,129.634", ["line 2", "lat", "129.634"]),
        ("stations.csv", "Asia/Shanghai,29.634", "Asia/Shanghai,nan", ["line 2", "lat", "nan"]),
        ("stations.csv", "106.385,1435", "106.385,1436", ["line 2", "gauges_mm"]),
        ("stations.csv", "GYP,Chongqing", "CKG,Chongqing", ["line 3", "CKG"]),
        ("legs.csv", "CKG,DAZ,rail,233.0", "CKG,DAZ,rail,-1", ["line 2", "length_km", "-1"]),
        ("legs.csv", "CKG,DAZ,rail", "CKG,DAZ,road", ["line 2", "mode", "road"]),
        ("legs.csv", "CKG,DAZ,rail", "CKG,XXX,rail", ["XXX"]),
        ("legs.csv", "CKG,DAZ,rail,233.0,", "CKG,DAZ,rail,233.0,,,", ["line 2"]),
        ("corridors.csv", "ALK-DTK", "ALKDTK", ["line 2", "border_pairs", "ALKDTK"]),
        ("corridors.csv", "CKG DAZ ANK", "CKG ANK", ["dostyk-petropavl", "CKG", "ANK"]),
        ("rates.csv", "1.1297", "0", ["per_eur"]),
        ("size_types.csv", "12G1,", "12g1,", ["code", "12g1"]),
        ("movements.csv", ",40,80,", ",forty,80,", ["line 2", "containers", "forty"]),
    ],
)
def test_what_is_wrong_is_said_with_file_line_and_column(
    copy: Path, file: str, old: str, new: str, said: list[str]
) -> None:
    spoil(copy / file, old, new)
    with pytest.raises(WrongReference) as caught:
        load_reference(copy)
    for part in said:
        assert part in str(caught.value)
    assert file in str(caught.value) or "data:" in str(caught.value)


def test_a_missing_file_is_named(copy: Path) -> None:
    (copy / "legs.csv").unlink()
    with pytest.raises(WrongReference, match=r"legs\.csv"):
        load_reference(copy)


def test_a_missing_column_is_named(copy: Path) -> None:
    spoil(copy / "stations.csv", ",timezone,", ",zone,")
    with pytest.raises(WrongReference, match="column timezone"):
        load_reference(copy)


def test_without_geometry_legs_have_no_line_and_are_drawn_straight(copy: Path) -> None:
    (copy / "geometry" / "legs.geojson").unlink()
    network = load_reference(copy).network()
    assert all(leg.line == () for leg in network.legs)
    assert len(network.line("dostyk-petropavl", "CKG", "MHG")) == 47


def test_spoilt_geometry_is_named(copy: Path) -> None:
    (copy / "geometry" / "legs.geojson").write_text("{}", encoding="utf-8")
    with pytest.raises(WrongReference, match=r"legs\.geojson"):
        load_reference(copy)


def test_only_known_folders_are_resources() -> None:
    assert (folder("data") / "stations.csv").is_file()
    with pytest.raises(ValueError, match="nowhere"):
        folder("nowhere")
