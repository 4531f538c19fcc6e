"""A shipment's page: the sentence, the timetable, its history, the map, and who may see and do what."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from railtrack.domain.actors import EVERYTHING, Role
from railtrack.domain.line.network import Network
from railtrack.store.engine import Store
from railtrack.store.reading import shipments
from railtrack.store.writing.booking import Provenance
from tests.factories import container, container_number, event_row, moment, tell
from tests.web.conftest import SignIn, words_of
from tests.web.following_pages import (
    FRESH,
    HOSTILE,
    OTHER,
    OWN,
    PLAN,
    add,
    answer,
    counted,
    id_of,
    seed,
    sqlite_url,
)

__all__ = ["sqlite_url"]
PAGES = ("", "/map", "/map/frame", "/history", "/audit")


@pytest.fixture
def line(web_store: Store, network: Network) -> Store:
    seed(web_store, network)
    return web_store


def page(client: FlaskClient, store: Store, reference: str, rest: str = "", partner: str = OWN) -> str:
    answered = client.get(f"/shipments/{id_of(store, reference, partner)}{rest}")
    assert answered.status_code == 200, answered.text
    return str(answered.text)


def rows(text: str) -> dict[str, str]:
    """The timetable by station, each row in words."""
    table = re.search(r'(?s)<table class="tt">(.*?)</table>', text)
    assert table
    found = {}
    for row in re.findall(r"(?s)<tr class=.*?</tr>", table[1]):
        name = re.search(r'(?s)<th scope="row">(.*?)(?:<span|</th>)', row)
        assert name
        found[words_of(name[1]).strip()] = words_of(row).strip()
    return found


# ---------------------------------------------------------------- who sees it


def test_anothers_shipment_is_not_there_whatever_is_asked(line: Store, partner: FlaskClient) -> None:
    other = id_of(line, "OTHER-1", OTHER)
    for rest in PAGES:
        assert partner.get(f"/shipments/{other}{rest}").status_code == 404, rest
        assert partner.get(f"/shipments/999999{rest}").status_code == 404, rest
    assert OTHER not in partner.get(f"/shipments/{other}").text


def test_everybody_may_do_what_the_role_says(line: Store, sign_in: SignIn) -> None:
    partner, city = sign_in(Role.PARTNER, OWN), sign_in(Role.CITY)
    administrator = sign_in(Role.ADMINISTRATOR)
    shipment_id = id_of(line, "LATE-1")
    offered = (f"/events/new?shipment={shipment_id}", f"/shipments/new?copy={shipment_id}")
    for client, writes, audits in ((partner, True, False), (city, False, False), (administrator, True, True)):
        text = page(client, line, "LATE-1")
        assert all((address in text) is writes for address in offered)
        assert (f"/shipments/{shipment_id}/audit" in text) is audits
    assert city.get(f"/shipments/{shipment_id}/audit").status_code == 403
    assert partner.get(f"/shipments/{shipment_id}/audit").status_code == 403
    audit = words_of(page(administrator, line, "LATE-1", "/audit"))
    assert "booked: shipment" in audit
    assert "Arrived, actual, Małaszewicze, Tue 28 May, 04:10" in audit


# ---------------------------------------------------------------- the answer


def test_the_first_sentence_says_how_it_stands(line: Store, partner: FlaskClient, subtests: pytest.Subtests) -> None:
    for reference, sentence in (
        ("LATE-1", "LATE-1 stands at Małaszewicze, 62 hours behind plan. Expected in Mannheim on Mon 3 Jun."),
        ("WAIT-1", "WAIT-1 leaves Chongqing on Mon 10 Jun."),
        ("DONE-1", "DONE-1 arrived in Chongqing on Sat 18 May, 5 hours late."),
        ("GONE-1", "GONE-1 is cancelled."),
    ):
        with subtests.test(reference):
            assert answer(page(partner, line, reference)) == sentence


def test_the_first_sentence_of_a_train_on_the_way(line: Store, partner: FlaskClient) -> None:
    said = answer(page(partner, line, "FINE-1"))
    assert re.fullmatch(r"FINE-1 is between .+ and .+, on plan\. Expected in Mannheim on Sun 16 Jun\.", said), said


def test_a_train_without_news_is_not_promised_for_a_day(
    web_store: Store, network: Network, partner: FlaskClient
) -> None:
    add(web_store, network, "MUTE-1", ("departed", "CKG", "2024-05-20T10:00+08:00"), **FRESH)
    said = answer(page(partner, web_store, "MUTE-1"))
    assert said == "No news of MUTE-1 for 298 hours, since it left Chongqing."


def test_a_departure_that_is_due_is_missed(web_store: Store, network: Network, partner: FlaskClient) -> None:
    add(web_store, network, "DUE-1", **PLAN)
    said = answer(page(partner, web_store, "DUE-1"))
    assert said == "DUE-1 was to leave Chongqing on Tue 14 May. No departure is recorded."


def test_a_published_train_shows_its_source_and_its_gaps(line: Store, partner: FlaskClient) -> None:
    text = page(partner, line, "mcs-1", partner="Published record")
    said = words_of(text)
    assert answer(text) == "This train left Mannheim on 19 October 2018; its arrival in Chongqing was not published."
    assert "rnz.de arid 395898" in said
    assert "Half loaded." in said
    assert "40 without numbers not published" in said
    assert "Record an event" not in words_of(text.partition("<main")[2])
    _, end_of_help, below = said.partition("How each figure is defined")
    assert end_of_help
    assert "late" not in below.split("Plan and actual")[0]


# ---------------------------------------------------------------- plan and actual


def test_the_timetable_holds_plan_and_report_on_the_stations_clock(line: Store, partner: FlaskClient) -> None:
    found = rows(page(partner, line, "LATE-1"))
    assert found["Chongqing Tuanjiecun"] == (
        "Chongqing Tuanjiecun CKG China, UTC+8 dep Tue 14 May 10:00 dep 10:40 +0:40 on plan"
    )
    assert "not reported" in found["Astana"]
    assert re.search(r"arr Tue 28 May? ?06:10|arr (Tue )?06:10", found["Małaszewicze"])
    assert "dep not yet 103:50" in found["Małaszewicze"]
    assert found["Małaszewicze"].endswith("late, growing")
    assert re.search(r"Mannheim Mühlauhafen MHG Germany, UTC\+2 arr Fri 31 May 20:00 expected arr .*expected$",
                     found["Mannheim Mühlauhafen"])  # fmt: skip


def test_the_plan_runs_from_the_shipments_departure_to_its_arrival(line: Store, partner: FlaskClient) -> None:
    text = page(partner, line, "LATE-1", "?stations=all")
    found = rows(text)
    assert len(found) == 47
    hours = re.findall(r'(?s)<td class="nowrap" data-l="planned">.*?</td>', text)
    assert len(hours) == 47


def test_track_borders_and_gauge_changes_are_drawn(line: Store, partner: FlaskClient) -> None:
    text = page(partner, line, "LATE-1")
    for drawn in ('class="first"', 'class="border"', "g1520", "now now-held", "ahead", 'class="m-gc"'):
        assert drawn in text, drawn


def test_a_train_between_two_stations_has_a_row_of_its_own(line: Store, partner: FlaskClient) -> None:
    found = rows(page(partner, line, "FINE-1"))
    (between,) = [name for name in found if name.startswith("Between ")]
    assert "place estimated" in found[between]
    assert "on plan" in found[between]


def test_a_departure_to_come_is_told_once_among_the_figures(line: Store, partner: FlaskClient) -> None:
    said = words_of(page(partner, line, "WAIT-1"))
    assert "Whole way" in said
    assert "as planned, not departed" in said
    assert said.count("Leaves") == 1
    assert "Departure not yet" not in said


def test_days_stay_days(web_store: Store, network: Network, partner: FlaskClient) -> None:
    plan = {"planned_departure": moment("2024-05-01+08:00"), "planned_arrival": moment("2024-05-18+02:00")}
    add(web_store, network, "DAYS-1", ("departed", "CKG", "2024-05-01+08:00"),
        ("arrived", "MHG", "2024-05-20+02:00"), **plan)  # fmt: skip
    text = page(partner, web_store, "DAYS-1")
    said = words_of(text)
    assert answer(text) == "DAYS-1 arrived in Mannheim on Mon 20 May, 2 days late."
    assert "On the way 19 days planned whole way 17 days" in said
    found = rows(text)
    assert found["Mannheim Mühlauhafen"].endswith("arr Sat 18 May arr Mon 20 May +2 d late")
    assert not re.search(r"\d:\d\d", " ".join(found.values()))
    assert "only days are compared" in said


def test_a_day_planned_for_is_on_plan_until_its_end(web_store: Store, network: Network, partner: FlaskClient) -> None:
    plan = {"planned_departure": moment("2024-05-01T10:00+08:00"), "planned_arrival": moment("2024-05-18+02:00")}
    add(web_store, network, "DAYS-2", ("departed", "CKG", "2024-05-01T10:00+08:00"),
        ("arrived", "MHG", "2024-05-18T23:30+02:00"), **plan)  # fmt: skip
    assert answer(page(partner, web_store, "DAYS-2")) == "DAYS-2 arrived in Mannheim on Sat 18 May, on plan."


def test_an_estimate_that_was_told_is_expected_in_place_of_the_plans_pace(
    line: Store, network: Network, partner: FlaskClient
) -> None:
    told = event_row("arrived", "MHG", "2024-06-04T09:00+02:00", "LATE-1", partner=OWN, classifier="estimated")
    tell(line, network, [told])
    found = rows(page(partner, line, "LATE-1"))
    assert "arr Tue 4 Jun 09:00 +85:00 expected" in found["Mannheim Mühlauhafen"]


def test_a_shipment_without_plan_or_corridor_is_said_to_have_none(
    web_store: Store, network: Network, partner: FlaskClient
) -> None:
    add(web_store, network, "BARE-1", ("departed", "CKG", "2024-05-30T10:00+08:00"), corridor=None)
    text = page(partner, web_store, "BARE-1")
    assert "no line to draw" in words_of(text)
    assert "No arrival is planned." in words_of(text)
    assert partner.get(f"/shipments/{id_of(web_store, 'BARE-1')}/map").status_code == 404
    assert partner.get(f"/shipments/{id_of(web_store, 'BARE-1')}/map/frame").status_code == 404


# ---------------------------------------------------------------- containers


def test_the_journey_most_containers_share_is_shown_and_others_can_be_chosen(
    line: Store, network: Network, partner: FlaskClient
) -> None:
    number = container_number(3)
    tell(
        line, network, [event_row("departed", "MAL", "2024-05-30T06:00+02:00", "LATE-1", partner=OWN, container=number)]
    )
    text = page(partner, line, "LATE-1")
    assert "1 of 3 containers had another journey" in words_of(text)
    assert "dep not yet" in rows(text)["Małaszewicze"]
    assert answer(text).startswith("LATE-1 stands at Małaszewicze")
    other = page(partner, line, "LATE-1", f"?container={number}")
    assert "The journey of TESU 000003" in words_of(other)
    assert "not yet" not in rows(other)["Małaszewicze"]
    assert answer(other).startswith("LATE-1 is between ") or answer(other).startswith("No news of LATE-1")
    assert partner.get(f"/shipments/{id_of(line, 'LATE-1')}?container=NONE").status_code == 404


def test_containers_are_listed_with_what_they_hold(line: Store, partner: FlaskClient) -> None:
    said = words_of(page(partner, line, "LATE-1"))
    assert "45G1 yes 21,640 Gear housings 8483 90 HLK 1 Arrived, Tue 28 May Małaszewicze" in said
    assert "3 containers, 6 TEU 2 laden, 1 empty; 22 t of 1 weighed" in said


def test_long_lists_of_containers_are_cut_until_asked_for(
    web_store: Store, network: Network, partner: FlaskClient
) -> None:
    add(web_store, network, "LONG-1", boxes=[container(n) for n in range(100, 115)])
    text = page(partner, web_store, "LONG-1")
    assert "10 of 15 shown" in words_of(text)
    assert page(partner, web_store, "LONG-1", "?containers=all").count('class="box"') == 15


def test_many_containers_cost_no_more_statements(web_store: Store, network: Network, partner: FlaskClient) -> None:
    left = ("departed", "CKG", "2024-05-14T10:40+08:00")
    few = add(web_store, network, "FEW-1", left, boxes=[container(1), container(2)], **PLAN)
    more = add(web_store, network, "MORE-1", left, boxes=[container(n) for n in range(100, 140)], **PLAN)
    partner.get(f"/shipments/{few}")
    with counted(web_store) as first:
        partner.get(f"/shipments/{few}")
    with counted(web_store) as second:
        partner.get(f"/shipments/{more}")
    assert len(first) == len(second)


def test_what_is_usual_at_a_station_comes_with_its_count(
    web_store: Store, network: Network, partner: FlaskClient
) -> None:
    add(web_store, network, "PAST-1", ("departed", "CKG", "2024-03-01T10:00+08:00"),
        ("arrived", "MAL", "2024-03-14T06:00+01:00"), ("departed", "MAL", "2024-03-16T06:00+01:00"),
        boxes=[container(n) for n in range(200, 220)])  # fmt: skip
    add(web_store, network, "NOW-1", ("departed", "CKG", "2024-05-14T10:40+08:00"),
        ("arrived", "MAL", "2024-05-31T12:00+02:00"), **PLAN)  # fmt: skip
    said = words_of(page(partner, web_store, "NOW-1"))
    assert "At this station 26 h usual 48 h, four in five within 48 h (20 stays)" in said


def test_few_stays_do_not_make_a_usual_one(line: Store, partner: FlaskClient) -> None:
    assert "usual 60 h, as published" in words_of(page(partner, line, "LATE-1"))


# ---------------------------------------------------------------- history and marks


def test_the_history_shows_what_was_corrected_and_what_was_withdrawn(
    line: Store, network: Network, partner: FlaskClient
) -> None:
    arrived, left = versions(line, "LATE-1", "arrived"), versions(line, "LATE-1", "departed")
    slip = event_row("arrived", "MAL", "2024-05-28T07:30+02:00", "LATE-1", partner=OWN, corrects=arrived, remark="slip")
    void = event_row("void", None, "2024-05-28T07:30+02:00", "LATE-1", partner=OWN, voids=left, remark="wrong train")
    tell(line, network, [slip])
    tell(line, network, [void])
    text = page(partner, line, "LATE-1")
    assert re.search(r"<del>.*?06:10", text, re.DOTALL)
    assert "corrected: slip" in words_of(text)
    assert "withdrawn: wrong train" in words_of(text)
    history = page(partner, line, "LATE-1", "/history")
    said = words_of(history)
    assert answer(history) == "Two statements on LATE-1."
    assert "4 versions of statements in all" in said
    assert "replaced" in said
    assert "cli:test" in said
    newest = versions(line, "LATE-1", "arrived")
    assert f"/events/{newest}/correct" in history
    assert f"/events/{newest}/void" in history
    assert f"/events/{left}/correct" not in history


def versions(store: Store, reference: str, kind: str) -> str:
    """The id of the newest version of the one event of a kind."""
    with store.reading() as reading:
        events = shipments.events(reading, EVERYTHING, id_of(store, reference))
    return next(e.id for e in reversed(events) if e.facts.event == kind)


def test_one_report_on_many_containers_is_told_once(line: Store, network: Network, partner: FlaskClient) -> None:
    tell(line, network, [
        event_row("transshipped", "MAL", "2024-05-29T06:00+02:00", "LATE-1", partner=OWN, container=container_number(n))
        for n in (1, 2)
    ])  # fmt: skip
    assert "Transshipped , Małaszewicze: 2 containers" in words_of(page(partner, line, "LATE-1"))


def test_long_histories_come_in_pages(web_store: Store, network: Network, partner: FlaskClient) -> None:
    add(web_store, network, "TALE-1", ("departed", "CKG", "2024-05-01T10:00+08:00"))
    tell(web_store, network, [
        event_row("inspected", "XIA", f"2024-05-0{d}T{h:02d}:{m:02d}+08:00", "TALE-1", partner=OWN)
        for d in range(2, 7) for h in range(10) for m in range(0, 60, 12)
    ])  # fmt: skip
    first = page(partner, web_store, "TALE-1", "/history")
    assert 'rel="next"' in first
    second = page(partner, web_store, "TALE-1", "/history?start=200")
    assert first.count("<tbody>") + second.count("<tbody>") == 251


def test_what_looks_wrong_is_said_as_a_warning(web_store: Store, network: Network, partner: FlaskClient) -> None:
    add(web_store, network, "FAST-1", ("departed", "CKG", "2024-05-14T10:00+08:00"),
        ("arrived", "MAL", "2024-05-14T20:00+02:00"))  # fmt: skip
    said = words_of(page(partner, web_store, "FAST-1"))
    assert "Worth a look Between two stations it went faster than 120 km/h." in said


# ---------------------------------------------------------------- map and hostile text


def test_the_map_stands_in_a_sandboxed_frame_of_its_own_policy(line: Store, partner: FlaskClient) -> None:
    text = page(partner, line, "LATE-1", "/map")
    frame = re.search(r'<iframe src="([^"]+)" sandbox="([^"]+)"', text)
    assert frame
    assert "allow-same-origin" not in frame[2]
    drawn = partner.get(frame[1])
    policy = drawn.headers["Content-Security-Policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy)
    assert nonce
    assert "frame-ancestors 'self'" in policy
    assert "unsafe-inline" not in policy
    assert f'nonce="{nonce[1]}"' in drawn.text


def test_hostile_text_stays_text_everywhere(web_store: Store, network: Network, sign_in: SignIn) -> None:
    client = sign_in(Role.ADMINISTRATOR)
    texts: dict[str, Any] = dict.fromkeys(("shipper", "consignee", "train", "consignment_note", "incoterm"), HOSTILE)
    shipment_id = add(web_store, network, HOSTILE, ("departed", "CKG", "2024-05-14T10:40+08:00"), partner=HOSTILE,
                      boxes=[container(1, goods=HOSTILE, seals=(HOSTILE,))],
                      provenance=Provenance(source=HOSTILE, note=HOSTILE), **texts, **PLAN)  # fmt: skip
    arrived = event_row("arrived", "XIA", "2024-05-15T10:00+08:00", HOSTILE, partner=HOSTILE, remark=HOSTILE,
                        source_id=HOSTILE, train=HOSTILE)  # fmt: skip
    tell(web_store, network, [arrived])
    for rest in (*PAGES, "?containers=all"):
        answered = client.get(f"/shipments/{shipment_id}{rest}")
        assert answered.status_code == 200, rest
        assert "<script>alert" not in answered.text, rest
    assert "&lt;script&gt;alert" in client.get(f"/shipments/{shipment_id}").text


def test_a_simulated_shipment_carries_its_mark(line: Store, partner: FlaskClient) -> None:
    text = page(partner, line, "SIM-1")
    assert "tag-sim" in text
    assert "Simulated</text>" in text
    assert "tag-sim" not in page(partner, line, "LATE-1")
