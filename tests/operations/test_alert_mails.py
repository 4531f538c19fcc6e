"""Mail on alerts: at once and once a day, to a real mail server, in each reader's language, and nothing twice."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from railtrack.domain.actors import Actor, Role
from railtrack.domain.errors import NotAllowed, Refused
from railtrack.domain.line.network import Network
from railtrack.domain.notices.alerts import Wish
from railtrack.domain.notices.kinds import AlertKind, Manner
from railtrack.operations.administering.accounts import create_user
from railtrack.operations.administering.organisations import join, leave
from railtrack.operations.notifying import alerts, digests, sending, wishes
from railtrack.operations.notifying.digests import last_hour, send_digests
from railtrack.operations.notifying.post import PostOffice
from railtrack.operations.notifying.watching import watch
from railtrack.store import mail as stored
from railtrack.store import people
from railtrack.store.engine import Store
from tests.factories import ADMINISTRATOR, container, enter, event_row, moment, shipment_row, tell
from tests.mailbox import Mailbox, mailbox, plain_of
from tests.operations.test_mail_jobs import office

LEFT = datetime(2024, 5, 14, 2, 40, tzinfo=UTC)
PLAN = {"planned_departure": moment("2024-05-14T10:00+08:00"), "planned_arrival": moment("2024-05-31T20:00+02:00")}
SILENT = LEFT + timedelta(days=4)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


@pytest.fixture
def post(box: Mailbox) -> PostOffice:
    return office(box.port)


def somebody(store: Store, email: str, role: Role = Role.PARTNER, language: str = "en") -> Actor:
    """Make an account of Alpha, or of the city."""
    organisation = "Alpha" if role in (Role.PARTNER, Role.READER, Role.TERMINAL) else ""
    create_user(
        store, email, "", role, organisation=organisation, password="sea containers by rail", actor=ADMINISTRATOR,
        now=LEFT,
    )  # fmt: skip
    with store.noting(ADMINISTRATOR, LEFT) as w:
        person = people.person_by_email(w, email)
        assert person is not None
        people.change_person(w, person.id, language=language)
        w.commit()
    return person.actor("test")


def book(store: Store, network: Network, reference: str, serial: int, partner: str = "Alpha") -> None:
    """A shipment that left Chongqing and of which nothing is told since."""
    enter(store, network, [shipment_row(reference, container(serial), partner=partner, **PLAN)])
    tell(store, network, [event_row("departed", "CKG", "2024-05-14T10:40+08:00", reference, partner=partner)])


def went(store: Store, post: PostOffice, box: Mailbox, at: datetime) -> list[EmailMessage]:
    """Send what is due, as the worker does, and give what arrived by it."""
    before = len(box.received)
    with store.reading() as r:
        due = stored.due_mails(r, at, limit=100)
    for mail_id in due:
        with store.noting(ADMINISTRATOR, at) as w:
            assert stored.hand_over(w, mail_id, "run")
            w.commit()
        sending.settle(store, mail_id, "run", sending.deliver(store, post, mail_id, "run", now=at), now=at)
    return box.received[before:]


def test_who_wants_to_know_at_once_gets_one_mail_for_a_look_and_none_for_the_next(
    furnished: Store, network: Network, post: PostOffice, box: Mailbox
) -> None:
    english = somebody(furnished, "a@example.org")
    german = somebody(furnished, "b@example.org", Role.READER, "de")
    chinese = somebody(furnished, "c@example.org", Role.CITY, "zh")
    somebody(furnished, "nobody@example.org")  # who asked for nothing hears nothing
    for actor, zone in ((english, "UTC"), (german, "Europe/Berlin"), (chinese, "Asia/Shanghai")):
        wishes.set_wish(furnished, Manner.AT_ONCE, AlertKind, timezone=zone, actor=actor, now=LEFT)
    for number in range(2):
        book(furnished, network, f"R{number}", number + 1)
    book(furnished, network, "B1", 9, "Beta")

    assert watch(furnished, post, now=SILENT).opened > 0
    came = went(furnished, post, box, SILENT)
    assert sorted(str(each["To"]) for each in came) == ["a@example.org", "b@example.org", "c@example.org"]
    watch(furnished, post, now=SILENT + timedelta(minutes=10))
    assert went(furnished, post, box, SILENT + timedelta(minutes=10)) == []

    (told,) = box.to("a@example.org")
    words = plain_of(told)
    assert told["Subject"].startswith("New alerts: ")
    assert "R0 (Alpha): No news" in words
    assert "R1 (Alpha)" in words
    assert "B1" not in words
    assert "Nothing was told for 96 h, last from Chongqing Tuanjiecun" in words
    assert "Open since Sat 18 May, 02:40 UTC." in words
    assert "http://127.0.0.1:8000/shipments/" in words
    assert "How you hear of alerts: http://127.0.0.1:8000/alerts/mail" in words
    page = told.get_body(("html",))
    assert page is not None
    assert '<a href="http://127.0.0.1:8000/alerts/mail">' in page.get_content()
    (told,) = box.to("b@example.org")
    assert told["Content-Language"] == "de"
    assert "Offen seit Sa, 18.05., 04:40 UTC+2." in plain_of(told)
    assert "Open since" not in plain_of(told)
    (told,) = box.to("c@example.org")
    assert "B1" in plain_of(told)  # the city's desk is over all
    assert "5月18日 周六 10:40 UTC+8" in plain_of(told)
    assert "重庆团结村" in plain_of(told)


def test_a_mail_on_one_thing_names_it_and_one_on_what_is_over_does_not_go(
    furnished: Store, network: Network, post: PostOffice, box: Mailbox
) -> None:
    actor = somebody(furnished, "a@example.org")
    wishes.set_wish(furnished, Manner.AT_ONCE, [AlertKind.SILENT], actor=actor, now=LEFT)
    book(furnished, network, "R<1>", 1)
    watch(furnished, post, now=SILENT)
    (told,) = went(furnished, post, box, SILENT)
    assert told["Subject"] == "No news: R<1>"
    page = told.get_body(("html",))
    assert page is not None
    assert "R&lt;1&gt; (Alpha)" in page.get_content()

    book(furnished, network, "R2", 2)
    watch(furnished, post, now=SILENT)
    said = [event_row("departed", "XIA", "2024-05-18T10:00+08:00", reference) for reference in ("R<1>", "R2")]
    tell(furnished, network, said, now=SILENT)
    watch(furnished, post, now=SILENT + timedelta(minutes=10))
    assert went(furnished, post, box, SILENT + timedelta(minutes=10)) == []
    with furnished.reading() as r:
        assert stored.due_mails(r, SILENT + timedelta(days=9), limit=9) == []


def test_who_left_the_organisation_meanwhile_gets_no_mail(
    furnished: Store, network: Network, post: PostOffice, box: Mailbox
) -> None:
    create_user(furnished, "x@example.org", "", Role.PARTNER, organisation="Beta", actor=ADMINISTRATOR, now=LEFT)
    actor = somebody(furnished, "a@example.org")
    wishes.set_wish(furnished, Manner.AT_ONCE, AlertKind, actor=actor, now=LEFT)
    book(furnished, network, "R1", 1)
    watch(furnished, post, now=SILENT)
    join(furnished, "a@example.org", "Beta", actor=ADMINISTRATOR, now=SILENT)
    leave(furnished, "a@example.org", "Alpha", actor=ADMINISTRATOR, now=SILENT)
    assert went(furnished, post, box, SILENT) == []


def test_a_digest_comes_once_a_day_at_its_hour_with_what_is_new_open_and_over(
    furnished: Store, network: Network, post: PostOffice, box: Mailbox
) -> None:
    actor = somebody(furnished, "a@example.org")
    choice = {"hour": 7, "timezone": "Europe/Berlin"}
    wishes.set_wish(furnished, Manner.DIGEST, [AlertKind.SILENT], actor=actor, now=LEFT, **choice)  # type: ignore[arg-type]
    assert send_digests(furnished, post, now=datetime(2024, 5, 17, 8, 40, tzinfo=UTC)) == 0  # nothing to tell of
    book(furnished, network, "R1", 1)
    book(furnished, network, "R2", 2)
    watch(furnished, post, now=SILENT)  # 18 May, 4:40 in Mannheim
    assert send_digests(furnished, post, now=datetime(2024, 5, 18, 4, 59, tzinfo=UTC)) == 0
    seven = datetime(2024, 5, 18, 5, tzinfo=UTC)
    assert send_digests(furnished, post, now=seven) == 1
    assert send_digests(furnished, post, now=seven + timedelta(minutes=10)) == 0
    (told,) = went(furnished, post, box, seven)
    assert told["Subject"] == "Alerts: 2 new, 0 still open, 0 over"
    words = plain_of(told)
    assert words.index("New\n") < words.index("R1 (Alpha): No news")
    assert "since Fri 17 May, 10:40 UTC+2" in words

    tell(furnished, network, [event_row("departed", "XIA", "2024-05-18T20:00+08:00", "R1")], now=seven)
    watch(furnished, post, now=datetime(2024, 5, 18, 13, tzinfo=UTC))
    assert send_digests(furnished, post, now=seven + timedelta(days=1)) == 1
    (told,) = went(furnished, post, box, seven + timedelta(days=1))
    assert told["Subject"] == "Alerts: 0 new, 1 still open, 1 over"
    words = plain_of(told)
    assert words.index("Still open") < words.index("R2 (Alpha)") < words.index("Over since") < words.index("R1 (Alpha)")
    assert "over: its cause is gone" in words

    (alert,) = alerts.list_alerts(furnished, kinds=[AlertKind.SILENT], actor=actor).items
    alerts.acknowledge(furnished, post, alert.id, "the terminal is asked", actor=actor, now=seven + timedelta(days=1))
    assert send_digests(furnished, post, now=seven + timedelta(days=2)) == 0  # somebody sees to it


@pytest.mark.parametrize(
    ("zone", "hour", "now", "due"),
    [
        ("Europe/Berlin", 7, "2024-06-01T04:59", "2024-05-31T05:00"),
        ("Europe/Berlin", 7, "2024-06-01T05:00", "2024-06-01T05:00"),
        ("Asia/Shanghai", 7, "2024-06-01T00:00", "2024-05-31T23:00"),
        ("Europe/Berlin", 7, "2024-03-31T04:59", "2024-03-30T06:00"),  # the night was an hour shorter
        ("Europe/Berlin", 2, "2024-03-31T12:00", "2024-03-31T01:00"),  # an hour that was not
        ("UTC", 0, "2024-06-01T00:00", "2024-06-01T00:00"),
    ],
)
def test_the_hour_of_a_digest_is_on_its_readers_clock(zone: str, hour: int, now: str, due: str) -> None:
    wish = Wish(user_id=1, desk=None, manner=Manner.DIGEST, hour=hour, timezone=zone, since=LEFT)
    assert last_hour(wish, datetime.fromisoformat(now + "+00:00")) == datetime.fromisoformat(due + "+00:00")


def test_a_wish_is_judged_and_is_ones_own(furnished: Store) -> None:
    actor = somebody(furnished, "a@example.org")
    assert wishes.wish_of(furnished, actor=actor, now=LEFT).manner is Manner.NONE
    for wrong in ({"hour": 24}, {"timezone": "Mars/Olympus"}, {"timezone": "../etc/passwd"}, {"timezone": ""}):
        with pytest.raises(Refused):
            wishes.set_wish(furnished, Manner.DIGEST, AlertKind, actor=actor, now=LEFT, **wrong)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="at least one kind"):
        wishes.set_wish(furnished, Manner.AT_ONCE, [], actor=actor, now=LEFT)
    wishes.set_wish(furnished, Manner.AT_ONCE, [AlertKind.HELD], actor=actor, now=LEFT)
    later = LEFT + timedelta(days=1)
    assert wishes.set_wish(furnished, Manner.AT_ONCE, AlertKind, actor=actor, now=later).since == LEFT
    wishes.set_wish(furnished, Manner.NONE, [], actor=actor, now=later)
    assert wishes.set_wish(furnished, Manner.DIGEST, AlertKind, actor=actor, now=later).since == later
    terminal = somebody(furnished, "t@example.org", Role.TERMINAL)
    with pytest.raises(NotAllowed):
        wishes.set_wish(furnished, Manner.AT_ONCE, AlertKind, actor=terminal, now=LEFT)
    assert digests.told_until(wishes.wish_of(furnished, actor=actor, now=later)) == later


def test_a_mail_names_corridors_and_stations_in_the_readers_language(
    furnished: Store, network: Network, post: PostOffice, box: Mailbox
) -> None:
    actor = somebody(furnished, "a@example.org", language="de")
    wishes.set_wish(furnished, Manner.AT_ONCE, [AlertKind.OFF_CORRIDOR], actor=actor, now=LEFT)
    book(furnished, network, "R1", 1)
    tell(furnished, network, [event_row("arrived", "HRG", "2024-05-17T10:00+08:00", "R1")], now=SILENT)
    watch(furnished, post, now=SILENT)
    (told,) = went(furnished, post, box, SILENT)
    words = " ".join(plain_of(told).split())
    assert network.corridors["dostyk-petropavl"].name_de in words
    assert network.stations["HRG"].name_de in words
    assert "dostyk-petropavl" not in words
