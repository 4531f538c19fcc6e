"""What is exported imports again without a change: as duplicates where it came from, as the same journeys elsewhere."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from railtrack.domain import clock
from railtrack.domain.actors import Actor, Role
from railtrack.operations.administering.demo import add_demo
from railtrack.operations.administering.reference import init, load_world
from railtrack.operations.entering.loading import LoadResult, load_file
from railtrack.operations.entering.loading import Options as LoadOptions
from railtrack.operations.figures.exporting import Form, Wanted, What, export
from railtrack.operations.figures.statistics import Options, Plan, compute
from railtrack.operations.following.whereabouts import list_page
from railtrack.store.engine import Store
from railtrack.store.organisations import name_key, organisations
from railtrack.store.reading.exporting import export_journeys

EXAMPLE = Path(__file__).parents[1] / "example"
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ADMIN = Actor(name="cli:test", role=Role.ADMINISTRATOR)
BOOKED = """reference,partner,origin,destination,container,quantity,size_type,goods,gross_kg,value,value_currency,seals
B-1,Ünal & Söhne,MHG,CKG,,10,45G1,,200000,,,
B-1,Ünal & Söhne,MHG,CKG,CSQU3054383,,45G1,=1+1,21500.5,1234.50,USD,A1;B2
"""
SAID = """\
reference,partner,container,event,classifier,station,lat,lon,occurred_at,source_id,voids,corrects,reason,remark
B-1,Ünal & Söhne,,departed,,MHG,,,2024-03-31T03:30,s1,,,,
B-1,Ünal & Söhne,CSQU3054383,held,,MAL,,,2024-04-03T10:00+02:00,s2,,,customs,@papers
B-1,Ünal & Söhne,,position,,,52.1,23.7,2024-04-02T10:00Z,s3,,,,
B-1,Ünal & Söhne,,arrived,,MAL,,,2024-04-02,s4,,,,
B-1,Ünal & Söhne,,arrived,,MAL,,,2024-04-02T18:00,s5,,s4,,
,,,void,,,,,,s6,s2,,,
B-1,Ünal & Söhne,,arrived,estimated,CKG,,,2024-04-20T10:00,s7,,,,
B-1,Ünal & Söhne,,departed,,MHG,,,2024-03-31T03:30,=s;8,,,,
B-1,Ünal & Söhne,,position,,,52.2,23.8,2024-04-02T11:00Z,,,,,
"""
# a second sender and the first one again, for events that are known by then
SAID_AGAIN = """reference,partner,event,station,lat,lon,occurred_at,source_id,sender
B-1,Ünal & Söhne,departed,MHG,,,2024-03-31T03:30,"a;""b"" c",Terminal X
B-1,Ünal & Söhne,departed,MHG,,,2024-03-31T03:30,s9,
B-1,Ünal & Söhne,position,,52.2,23.8,2024-04-02T11:00Z,only,Terminal X
"""


def load(
    store: Store, content: bytes, name: str, *, now: datetime = NOW, update: bool = False, actor: Actor = ADMIN
) -> LoadResult:
    options = LoadOptions(update=update)
    result = load_file(store, content, name, world=load_world(store), actor=actor, now=now, options=options)
    assert result.is_clean, [str(problem) for problem in result.problems]
    return result


def written(store: Store, what: What, form: Form, wanted: Wanted | None = None) -> bytes:
    return b"".join(export(store, what, wanted or Wanted(simulated=True), form, actor=ADMIN, now=NOW))


def objects(store: Store, what: What) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written(store, what, Form.JSONL).splitlines()]


@pytest.fixture
def full(store: Store) -> Store:
    """A store with the worked case and a booking with everything that is awkward to write."""
    init(store, now=NOW)
    for name in ("shipments.csv", "events.csv"):
        load(store, (EXAMPLE / name).read_bytes(), name)
    load(store, BOOKED.encode(), "booked.csv")
    load(store, SAID.encode(), "said.csv")
    assert load(store, SAID_AGAIN.encode(), "said again.csv").duplicates == 3
    return store


@pytest.fixture
def other(sqlite_template: Path, tmp_path: Path) -> Iterator[Store]:
    """Another database with reference data only."""
    path = tmp_path / "other.db"
    shutil.copyfile(sqlite_template, path)
    store = Store(f"sqlite:///{path}")
    init(store, now=NOW)
    yield store
    store.close()


@pytest.mark.parametrize("form", [Form.CSV, Form.JSONL, Form.XLSX])
def test_into_the_same_database_all_of_it_is_known(full: Store, form: Form) -> None:
    for what in (What.SHIPMENTS, What.EVENTS):
        result = load(full, written(full, what, form), f"{what}.{form}")
        assert result.rows > 5
        assert (result.duplicates, result.accepted) == (result.rows, 0)


@pytest.mark.parametrize("form", [Form.CSV, Form.JSONL, Form.XLSX])
def test_into_an_empty_database_it_gives_the_same_history(full: Store, other: Store, form: Form) -> None:
    for what in (What.SHIPMENTS, What.EVENTS):
        load(other, written(full, what, form), f"{what}.{form}")
    for what in What:
        assert objects(other, what) == objects(full, what)


def test_every_name_an_event_was_sent_under_goes_along(full: Store, other: Store) -> None:
    for what in (What.SHIPMENTS, What.EVENTS):
        load(other, written(full, what, Form.CSV), f"{what}.csv")
    named = {
        row["occurred_at"]: (row.get("source_id"), json.loads(row["other_source_ids"]))
        for row in objects(other, What.EVENTS)
        if "other_source_ids" in row
    }
    assert named == {
        "2024-03-01T09:00:00+08:00": ("a1", ["a1b"]),  # in the worked case
        "2024-03-31T03:30:00+02:00": ("=s;8", ["s1", "s9", ["Terminal X", 'a;"b" c']]),
        "2024-04-02T11:00:00+00:00": (None, [["Terminal X", "only"]]),
    }
    # so both stay in use: the same again is known, something else under that name is refused
    assert load(other, SAID_AGAIN.encode(), "said again.csv").duplicates == 3
    mistaken = SAID_AGAIN.replace("03:30", "04:30").encode()
    refused = load_file(other, mistaken, "other.csv", world=load_world(other), actor=ADMIN, now=NOW)
    assert [(p.line, p.column) for p in refused.problems] == [(2, "source_id"), (3, "source_id")]


PLANNED = """reference,partner,origin,destination,planned_departure,planned_arrival,container,quantity,size_type
P-1,Aare Logistik,CKG,MHG,2024-03-01T08:00,{plan_1},CSQU3054383,,45G1
P-2,Aare Logistik,CKG,MHG,2024-03-01T08:00,{plan_2},MSCU6639870,,22G1
P-3,Aare Logistik,CKG,MHG,2024-03-01T08:00,{plan_3},,4,22G1
"""
HAPPENED = """reference,event,classifier,station,occurred_at
P-1,departed,,CKG,2024-03-01T09:00
P-1,arrived,,MHG,2024-03-20T09:00
P-2,departed,,CKG,2024-03-01T09:00
P-2,arrived,,MHG,2024-03-21T09:00
P-3,departed,,CKG,2024-03-01T09:00
P-3,arrived,,MHG,2024-03-22T09:00
"""


def planned_anew(store: Store) -> None:
    """P-1 is planned by file, twice anew by file and then by an event; P-2 by an event and then by file; P-3 once."""
    plans = (
        ("2024-03-18T12:00", "2024-03-18", "", 1),
        ("2024-03-19T12:00", "2024-03-18", "2024-03-17", 3),
        ("2024-03-20T12:00", "2024-03-25T12:00", "2024-03-17", 5),
    )
    for *plan, day in plans:
        file = PLANNED.format(**{f"plan_{i}": at for i, at in enumerate(plan, 1)}).encode()
        load(store, file, "plan.csv", now=datetime(2024, 1, day, 12, 0, 0, 600_000, tzinfo=UTC), update=True)
    for reference, at, day in (
        ("P-1", "2024-03-21T12:00", 7),
        ("P-2", "2024-03-11T12:00", 4),
        ("P-3", "2024-03-28", 2),
    ):
        said = HAPPENED.splitlines()[0] + f"\n{reference},arrived,planned,MHG,{at}\n"
        load(store, said.encode(), "said.csv", now=datetime(2024, 1, day, 12, 0, 0, 200_000, tzinfo=UTC))
    load(store, HAPPENED.encode(), "happened.csv")


def delays(store: Store, plan: Plan) -> list[dict[str, object]]:
    options = Options(plan=plan, include_dates=True)
    return compute(store, "reliability", by=("partner",), options=options, actor=ADMIN)


@pytest.mark.parametrize("form", [Form.CSV, Form.JSONL, Form.XLSX])
@pytest.mark.parametrize("backwards", [False, True])
def test_into_an_empty_database_it_gives_the_same_plans_and_delays(
    store: Store, other: Store, form: Form, backwards: bool
) -> None:
    init(store, now=NOW)
    ours, theirs = (other, store) if backwards else (store, other)
    planned_anew(ours)
    for what in (What.SHIPMENTS, What.EVENTS):
        load(theirs, written(ours, what, form), f"{what}.{form}")
    for what in What:
        assert written(theirs, what, Form.CSV) == written(ours, what, Form.CSV)
    for plan in Plan:
        assert delays(theirs, plan) == delays(ours, plan)
    assert delays(ours, Plan.FIRST) != delays(ours, Plan.LATEST)
    # a plan told again is no plan anew
    again = load(theirs, written(ours, What.SHIPMENTS, form), f"again.{form}", update=True)
    assert again.duplicates == again.rows


def test_the_first_plan_and_the_latest_are_weighed_by_when_they_were_recorded(store: Store) -> None:
    init(store, now=NOW)
    planned_anew(store)
    with store.reading() as reading:
        journeys = {
            found.shipment.reference: found.journey
            for found in export_journeys(reading, ADMIN.scope, Wanted(partner="Aare Logistik"), now=NOW)
        }
    told = {
        reference: tuple(clock.as_text(m)[:10] for m in (j.first_planned_arrival, j.latest_planned_arrival) if m)
        for reference, j in journeys.items()
    }
    assert told == {
        "P-1": ("2024-03-18", "2024-03-21"),  # the event came last
        "P-2": ("2024-03-18", "2024-03-25"),  # the event came between the two files
        "P-3": ("2024-03-28", "2024-03-17"),  # the event came before there was a plan
    }


def test_a_partner_tells_no_earlier_plan_of_a_new_shipment(sqlite_store: Store) -> None:
    init(sqlite_store, now=NOW)
    load(sqlite_store, PLANNED.format(plan_1="", plan_2="", plan_3="").encode(), "plan.csv")
    with sqlite_store.reading() as reading:
        own = organisations(reading.session)[name_key("Aare Logistik")]
    partner = Actor(name="p@example.org", role=Role.PARTNER, organisation_id=own.id, organisation=own.name)
    file = PLANNED.splitlines()[0] + ",first_planned_arrival,first_planned_at\n"
    file += "N-1,,CKG,MHG,,2024-03-18,CSQU3054383,,45G1,2024-03-10,2024-01-01T00:00Z\n"
    result = load(sqlite_store, file.encode(), "new.csv", actor=partner)
    assert [(str(p.severity), p.column) for p in result.problems] == [("warning", "first_planned_arrival")]
    (row,) = [row for row in objects(sqlite_store, What.SHIPMENTS) if row["reference"] == "N-1"]
    assert row["first_planned_arrival"] == row["planned_arrival"] == "2024-03-18"
    assert row["first_planned_at"] == row["planned_at"] == NOW.isoformat()
    # of a known shipment it is no news, so nobody is bothered
    assert load(sqlite_store, file.encode(), "new.csv", actor=partner).problems == ()


def test_simulated_history_survives_the_way_out_and_in(sqlite_store: Store, other: Store) -> None:
    init(sqlite_store, now=NOW)
    add_demo(sqlite_store, journeys=60, actor=ADMIN, now=NOW)
    for what in (What.SHIPMENTS, What.EVENTS):
        load(other, written(sqlite_store, what, Form.CSV), f"{what}.csv")
    ours, theirs = objects(sqlite_store, What.JOURNEYS), objects(other, What.JOURNEYS)
    assert len(ours) > 60
    for row in (*ours, *theirs):
        row.pop("simulated")
    assert theirs == ours


def test_an_export_leaves_simulated_and_published_records_out_unless_asked(sqlite_store: Store) -> None:
    init(sqlite_store, now=NOW)
    add_demo(sqlite_store, journeys=60, actor=ADMIN, now=NOW)
    assert written(sqlite_store, What.SHIPMENTS, Form.JSONL, Wanted()) == b""
    assert written(sqlite_store, What.EVENTS, Form.JSONL, Wanted()) == b""
    assert b"Published record" in written(sqlite_store, What.JOURNEYS, Form.CSV, Wanted())


def test_formulas_are_written_harmless_and_come_back_as_they_were(full: Store) -> None:
    assert b"'=1+1" in written(full, What.SHIPMENTS, Form.CSV)
    assert [row["goods"] for row in objects(full, What.SHIPMENTS) if "goods" in row] == ["=1+1"]
    assert "@papers" in {row.get("remark") for row in objects(full, What.EVENTS)}


def test_a_sheet_has_typed_local_times_beside_the_texts(full: Store, tmp_path: Path) -> None:
    path = tmp_path / "events.xlsx"
    path.write_bytes(written(full, What.EVENTS, Form.XLSX))
    book = load_workbook(path)
    header, *rows = list(book.active.values)
    book.close()
    text, local = header.index("occurred_at"), header.index("occurred_at_local")
    first = next(row for row in rows if row[text] == "2024-03-31T03:30:00+02:00")
    assert first[local] == datetime(2024, 3, 31, 3, 30)  # noqa: DTZ001 - a sheet's times have no zone


def test_filters_choose_what_is_written(full: Store) -> None:
    some = written(full, What.SHIPMENTS, Form.JSONL, Wanted(partner="ünal & söhne")).splitlines()
    assert len(some) == 2
    assert {json.loads(line)["reference"] for line in some} == {"B-1"}


ON_THE_WAY = """reference,partner,origin,destination,planned_departure,planned_arrival,container,size_type
L-1,Aare Logistik,CKG,MHG,2026-11-10T08:00,2026-11-28T12:00,CSQU3054383,45G1
L-2,Aare Logistik,CKG,MHG,2026-11-20T08:00,2026-12-08T12:00,MSCU6639870,22G1
L-3,Aare Logistik,CKG,MHG,2026-11-01T08:00,2026-11-20T12:00,TEMU4391254,22G1
"""
SEEN = """reference,event,station,occurred_at
L-1,departed,CKG,2026-11-10T09:00
L-1,arrived,XIA,2026-11-23T20:00
L-2,departed,CKG,2026-11-20T08:00
L-2,arrived,ALK,2026-11-24T12:00
L-3,departed,CKG,2026-11-02T09:00
L-3,arrived,XIA,2026-11-04T09:00
"""


@pytest.mark.parametrize("what", list(What))
def test_late_means_what_it_means_in_the_list(store: Store, what: What) -> None:
    """L-1 is behind on its way and not due yet; L-3 is due; L-2 is on plan."""
    init(store, now=NOW)
    load(store, ON_THE_WAY.encode(), "s.csv")
    load(store, SEEN.encode(), "e.csv")
    listed = list_page(store, Wanted(late=True, published=False), actor=ADMIN, now=NOW).items
    assert {each.summary.reference for each in listed} == {"L-1", "L-3"}
    lines = written(store, what, Form.JSONL, Wanted(late=True, published=False)).splitlines()
    assert {json.loads(line)["reference"] for line in lines} == {"L-1", "L-3"}


def test_a_partner_exports_its_own_only(full: Store) -> None:
    with full.reading() as reading:
        own = organisations(reading.session)[name_key("Ünal & Söhne")]
    partner = Actor(name="p@example.org", role=Role.PARTNER, organisation_id=own.id, organisation=own.name)
    lines = b"".join(export(full, "shipments", Wanted(), "jsonl", actor=partner, now=NOW)).splitlines()
    assert {json.loads(line)["partner"] for line in lines} == {"Ünal & Söhne"}


@pytest.mark.parametrize(
    ("what", "kinds"),
    [("shipments", {"LineString"}), ("journeys", {"LineString"}), ("events", {"Point"}), ("visits", {"Point"})],
)
def test_geojson_draws_lines_and_points_with_the_longitude_first(full: Store, what: str, kinds: set[str]) -> None:
    document = json.loads(written(full, What(what), Form.GEOJSON))
    shapes = [feature["geometry"] for feature in document["features"] if feature["geometry"]]
    assert {shape["type"] for shape in shapes} == kinds
    points = [p for s in shapes for p in (s["coordinates"] if s["type"] == "LineString" else [s["coordinates"]])]
    assert all(-10 < lon < 140 and 20 < lat < 70 for lon, lat in points)
    assert document["features"][0]["properties"]["reference"]


def test_a_plan_that_is_a_date_is_overrun_from_the_end_of_its_day(store: Store) -> None:
    init(store, now=NOW)
    # in Mannheim 31 March 2024 had 23 hours
    plan = """reference,partner,origin,destination,planned_arrival,container,size_type
D-1,Aare Logistik,CKG,MHG,2024-03-31,CSQU3054383,45G1
"""
    load(store, plan.encode(), "s.csv")
    said = """reference,event,station,occurred_at
D-1,departed,CKG,2024-03-10T08:00
D-1,arrived,MHG,2024-04-01T01:30
"""
    load(store, said.encode(), "e.csv")
    (row,) = [row for row in objects(store, What.JOURNEYS) if row["reference"] == "D-1"]
    assert row["delay_h"] == 1.5


def test_a_late_journey_shows_its_hours_and_a_date_shows_none(full: Store) -> None:
    by_reference = {(row["reference"], row.get("container")): row for row in objects(full, What.JOURNEYS)}
    done = by_reference["W-1", "CSQU3054383"]
    assert (done["status"], done["transit_h"]) == ("completed", 416)
    assert done["delay_h"] == -2
    published = by_reference["mcs-2018-2", None]
    assert (published["arrived"], published.get("transit_h")) == ("2018-11-17", None)
